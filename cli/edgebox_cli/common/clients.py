"""The box's clients: which one asks, where its callbacks may go, how its secret is shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from edgebox.callbacks.urls import check_callback_url, own_ports, parse_allowed
from edgebox.errors import EdgeBoxError, InvalidFields, NotFound
from edgebox.system.addresses import bracketed, is_in
from edgebox_cli.common.output import note, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edgebox.settings import Settings
    from edgebox.store.clients import Client
    from edgebox.store.db import Store


def chosen_client(store: Store, name: str | None) -> Client:
    """Return the client ``name``, or the first enabled one when ``name`` is None.

    One that may send from this machine is preferred.

    Raises:
        NotFound: there is no such client, or no enabled one.
        EdgeBoxError: the client is disabled.
    """
    if name is None:
        enabled = [client for client in store.clients.list() if not client.disabled]
        for client in [*filter(sends_from_here, enabled), *enabled]:
            return client
        raise NotFound("There is no enabled client. Create one with: edgebox keys create NAME")
    found = store.clients.known(name)
    if found.disabled:
        raise EdgeBoxError(
            f"{name} is disabled: its keys are refused. Enable it with: edgebox keys enable {name}"
        )
    return found


def sends_from_here(client: Client) -> bool:
    """Whether the client's keys are accepted from this machine's loopback address."""
    here = ("127.0.0.1", "::1")
    return not client.allowed_from or any(is_in(one, client.allowed_from) for one in here)


def checked_hosts(hosts: Iterable[str]) -> list[str]:
    """Return the entries of an allow-list in lower case, without repetitions.

    Raises:
        UsageError: an entry is not ``HOST`` or ``HOST:PORT``.
    """
    checked = [host.strip().lower() for host in hosts]
    for host in checked:
        parse_allowed(host)
    return list(dict.fromkeys(checked))


def warn_of_refused(hosts: Iterable[str], settings: Settings) -> None:
    """Say on standard error which entries of an allow-list can never receive a callback."""
    for entry in hosts:
        host, port = parse_allowed(entry)
        url = f"https://{bracketed(host)}:{port or 443}/"
        try:
            check_callback_url(url, [f"{bracketed(host)}:{port or 443}"], own_ports(settings))
        except InvalidFields as error:
            reason = error.errors[0][1].removeprefix("callback_url ")
            note(f"Callbacks to {entry} will always be refused: they {reason}")


def print_secret(client: str, secret: str, *, as_json: bool) -> None:
    """Print a secret on standard output, and on standard error that it is not shown again."""
    if as_json:
        print_json({"client_id": client, "secret": secret})
        return
    note(f"The secret of {client}. It is not shown again; keep it where {client} signs its keys:")
    sys.stdout.write(f"{secret}\n")
