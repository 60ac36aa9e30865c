"""The check of another server that answers for a role."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from edgebox.engine_client.key import read_key
from edgebox.engine_client.probe import probe_server
from edgebox.errors import ConfigError
from edgebox.settings.check import without_password
from edgebox_cli.common.distribution import trust
from edgebox_cli.doctor.check import Check, fail, roles_of, warn

if TYPE_CHECKING:
    from edgebox.settings import Role, RoleSettings, Settings
    from edgebox_cli.doctor.check import State

SECONDS = 5.0

_AUTHORITY = "{trust}, then restart the box"
_RENEW = "give that server a new certificate"

_SAID: dict[str, tuple[State, str, str]] = {
    "absent": ("fail", "{url} does not answer.", "start that server, or unset the url"),
    "tls": (
        "fail",
        "{url}, TLS: {detail}.",
        _AUTHORITY,
    ),
    "silent": (
        "fail",
        "{url} takes connections and says nothing: it hangs.",
        "restart that server",
    ),
    "slow": (
        "warn",
        "{url} lists its models and wrote nothing within {seconds} s.",
        "look at its queue and its log: it is overloaded, or it hangs",
    ),
    "key": ("fail", "{url} refuses the key ({detail}).", "{key}, then restart the box"),
    "model": (
        "fail",
        "{url} has no model {model}. It has: {detail}.",
        "set url_model under {table}, then restart the box",
    ),
    "loading": (
        "warn",
        "{url} answers 503: it loads its model, or has too many requests.",
        "wait; if it stays so, look at that server's log",
    ),
    "full": (
        "warn",
        "{url} answers 429: it has too many requests.",
        "look at what else uses that server",
    ),
    "path": (
        "fail",
        "{url} has no OpenAI-compatible interface.",
        "set url under {table} to what comes before /chat/completions",
    ),
    "other": ("warn", "{url} answers {detail}.", "curl -i {base}/v1/models"),
}
"""By finding: how bad it is, what an administrator reads, and what helps."""


def keys(settings: Settings) -> dict[Role, str]:
    """Return the keys of the roles' servers that this user may read. Root may read them all."""
    found: dict[Role, str] = {}
    for role, options in roles_of(settings).items():
        with suppress(ConfigError):
            found[role] = read_key(role, options.url_key_file, os.environ)
    return found


def server(role: Role, options: RoleSettings, key: str | None = None) -> Check:
    """Check that the role's server accepts the key, has the model, and writes.

    Args:
        role: whose server it is.
        options: its URL and model.
        key: one that root has read; None: it is read now.
    """
    shown = without_password(options.url)
    try:
        asked = probe_server(role, options, write=True, seconds=SECONDS, key=key)
        found = asyncio.run(asked)
    except ConfigError as error:
        return fail(
            "model {role}",
            "{url} was not asked: {key_error}.",
            "edit url_key_file under [engines.{role}]",
            role=role,
            url=shown,
            key_error=error.detail,
        )
    if found.finding == "answers":
        return Check(f"model {role}", "ok", f"another server, {shown}")
    state, detail, fix = _SAID[found.finding]
    if found.finding == "tls" and "expired" in found.detail:
        fix = _RENEW
    table, file = f"[engines.{role}]", options.url_key_file
    values = {
        "role": role,
        "url": shown,
        "seconds": f"{SECONDS:.0f}",
        "base": shown.rstrip("/").removesuffix("/v1"),
        "model": options.url_model or options.model,
        "detail": found.detail,
        "trust": trust(),
        "table": table,
        "key": f"write its key into {file}" if file else f"set url_key_file under {table}",
    }
    found_out = fail if state == "fail" else warn
    return found_out("model {role}", detail, fix, **values)
