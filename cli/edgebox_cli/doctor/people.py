"""A check of the pages for people: can they be opened, and by whom."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from edgebox.errors import StoreError
from edgebox.store.db import Store
from edgebox_cli.doctor.check import Check, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgebox.settings import Settings


def screen(settings: Settings, now: float) -> Iterator[Check]:
    """Check the pages and the accounts; nothing where the pages are off.

    Args:
        settings: the administrator's.
        now: Unix seconds.
    """
    if settings.console.enabled == "off":
        return
    api = settings.api
    if not (api.tls or api.this_machine_only):
        yield warn(
            "screen",
            "The pages for people are on, but without TLS other machines cannot open them.",
            "set tls_cert and tls_key under [api], then restart",
        )
        return
    try:
        with closing(Store(settings.database)) as store:
            found = [one for one in store.operators.list() if not one.disabled]
    except StoreError:
        return  # the check of the database says so
    if not found:
        yield warn(
            "screen",
            "The pages for people are on, but there is no account.",
            "edgebox operators add NAME --role admin",
        )
        return
    locked = [one.name for one in found if one.locked_until > now]
    if locked:
        more = f" and {len(locked) - 3} more" if len(locked) > 3 else ""
        yield warn(
            "screen",
            "Locked after wrong passwords: {names}{more}.",
            "edgebox audit list --action session",
            names=", ".join(locked[:3]),
            more=more,
        )
        return
    yield Check("screen", "ok", f"{len(found)} accounts" if len(found) > 1 else "1 account")
