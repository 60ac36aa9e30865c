"""``edgebox keys``: the box's clients and their secrets.

A secret goes to standard output alone, so that ``SECRET=$(edgebox keys create NAME)`` holds it
and nothing else; the rest of what people should know goes to standard error.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape

from edgebox.api.refused_keys import KEPT_SECONDS, RefusedKey, refused_keys
from edgebox.errors import UsageError
from edgebox.signing import bound_key
from edgebox.signing_v2 import Signed, bound_key_v2
from edgebox.system.addresses import network_of
from edgebox.system.times import rfc3339
from edgebox_cli.common.clients import (
    checked_hosts,
    chosen_client,
    print_secret,
    sends_from_here,
    warn_of_refused,
)
from edgebox_cli.common.configuration import settings
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import FOLD, RIGHT, WHOLE, local_time, note, print_json, table
from edgebox_cli.common.store import opened_store
from edgebox_cli.common.who import at_the_shell

app = typer.Typer(help="Clients and their secrets.", no_args_is_help=True)

ClientName = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's id.")]


@app.command()
def create(
    client: ClientName,
    *,
    callback: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST[:PORT]", help="Where its callbacks may go; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a client and print its secret, this once."""
    with opened_store() as store:
        hosts = checked_hosts(callback or [])
        secret = store.clients.create(client, allowed_callbacks=hosts, by=at_the_shell())
        warn_of_refused(hosts, settings())
        print_secret(client, secret, as_json=as_json)


@app.command("list")
def list_clients(*, as_json: AsJson = False) -> None:
    """Show every client, and why keys were refused in the last 30 days."""
    with opened_store() as store:
        clients: list[dict[str, Any]] = [
            {
                "client_id": client.client_id,
                "disabled": client.disabled,
                "secrets": len(client.secrets),
                "allowed_callbacks": list(client.allowed_callbacks),
                "allowed_from": list(client.allowed_from),
                "key_version": client.key_version,
                "created_at": rfc3339(client.created_at),
            }
            for client in store.clients.list()
        ]
    refused = refused_keys(settings().state_dir, time.time() - KEPT_SECONDS)
    if as_json:
        print_json({"clients": clients, "refused_keys": [_described(one) for one in refused]})
        return
    table(
        "Clients",
        [
            ("client", FOLD),
            ("state", WHOLE),
            ("secrets", {"justify": "right"}),
            ("from", FOLD),
            ("callbacks", FOLD),
            ("created", WHOLE),
        ],
        [
            [
                one["client_id"],
                "disabled" if one["disabled"] else "enabled",
                f"{one['secrets']}{' (v2)' if one['key_version'] > 1 else ''}",
                " ".join(one["allowed_from"]) or "anywhere",
                escape(" ".join(one["allowed_callbacks"]) or "none"),
                one["created_at"],
            ]
            for one in clients
        ],
    )
    if refused:
        table(
            "Refused keys",
            [("client", FOLD), ("times", RIGHT), ("last", WHOLE), ("reason", FOLD)],
            [
                [one.client or "(none)", str(one.count), local_time(one.at), escape(one.reason)]
                for one in refused
            ],
        )


@app.command()
def rotate(client: ClientName, *, as_json: AsJson = False) -> None:
    """Give a client a new secret; the one before stays good until the next rotation."""
    with opened_store() as store:
        secret = store.clients.rotate(client, by=at_the_shell())
        print_secret(client, secret, as_json=as_json)


@app.command()
def disable(client: ClientName) -> None:
    """Refuse a client's keys from now on; its secrets and batches are kept."""
    with opened_store() as store:
        store.clients.disable(client, by=at_the_shell())
        note(f"{client} is disabled. Enable it again with: edgebox keys enable {client}")


@app.command()
def enable(client: ClientName) -> None:
    """Accept a client's keys again."""
    with opened_store() as store:
        store.clients.enable(client, by=at_the_shell())
        note(f"{client} is enabled.")


@app.command()
def callbacks(
    client: ClientName,
    hosts: Annotated[
        list[str] | None,
        typer.Argument(metavar="HOST[:PORT]", help="The whole new list; without: show it."),
    ] = None,
    *,
    none: Annotated[bool, typer.Option("--none", help="Allow no callbacks.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show or replace the hosts that a client's callbacks may go to.

    The hosts named here become the whole list: name those that are to stay as well.
    """
    with opened_store() as store:
        if hosts and none:
            raise UsageError("Name hosts or write --none, not both.")
        if hosts or none:
            checked = checked_hosts(hosts or [])
            store.clients.set_callbacks(client, checked, by=at_the_shell())
            warn_of_refused(checked, settings())
        found = store.clients.known(client)
    if as_json:
        print_json({"client_id": client, "allowed_callbacks": list(found.allowed_callbacks)})
        return
    sys.stdout.writelines(f"{host}\n" for host in found.allowed_callbacks)
    if not found.allowed_callbacks:
        note(
            f"{client} may not ask for callbacks. Allow them with: "
            f"edgebox keys callbacks {client} HOST:PORT"
        )


@app.command()
def allow(
    client: ClientName,
    networks: Annotated[
        list[str] | None,
        typer.Argument(metavar="NETWORK", help="The whole new list; without: show it."),
    ] = None,
    *,
    anywhere: Annotated[bool, typer.Option("--anywhere", help="Allow every address.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show or replace the networks that a client's keys are accepted from.

    A network is an address or ADDRESS/BITS. Those named here become the whole list: name those
    that are to stay as well.
    """
    with opened_store() as store:
        if networks and anywhere:
            raise UsageError("Name networks or write --anywhere, not both.")
        if networks or anywhere:
            checked = list(dict.fromkeys(map(network_of, networks or [])))
            store.clients.set_allowed_from(client, checked, by=at_the_shell())
        found = store.clients.known(client)
    if not sends_from_here(found):
        note(
            f"Commands on this box (edgebox summarize, analyze) cannot act as {client}, because "
            "127.0.0.1 is not in the list."
        )
    if as_json:
        print_json({"client_id": client, "allowed_from": list(found.allowed_from)})
        return
    sys.stdout.writelines(f"{network}\n" for network in found.allowed_from)
    if not found.allowed_from:
        note(
            f"{client} may send from anywhere. Name its networks with: "
            f"edgebox keys allow {client} NETWORK"
        )


@app.command()
def require(
    client: ClientName,
    version: Annotated[
        Literal["v1", "v2"],
        typer.Argument(metavar="KIND", help="v2: refuse other keys; v1: accept both kinds."),
    ],
) -> None:
    """Refuse a client's keys that do not sign the whole request (v2), or accept them again (v1)."""
    with opened_store() as store:
        wanted = 2 if version == "v2" else 1
        store.clients.require_key_version(client, wanted, by=at_the_shell())
    also = "v2 keys only are" if version == "v2" else "keys of both kinds are"
    note(f"From {client} {also} accepted.")


@app.command()
def sign(
    client: ClientName,
    request: Annotated[
        list[str] | None,
        typer.Argument(metavar="METHOD PATH [FILE]", help="With --v2: what the key is for."),
    ] = None,
    *,
    v2: Annotated[bool, typer.Option("--v2", help="Sign one request: see docs/api.md.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print a bound key of this client that is valid now.

    With --v2 it is valid once, for one request: its method, its path with the query, and the file
    that is sent as its body (- for standard input).
    """
    with reported():  # the file first: root may give itself up to open the store
        signed = _request_of(request or [], v2=v2)
    with opened_store() as store:
        found = chosen_client(store, client)
        if signed is not None:
            nonce = secrets.token_urlsafe(16)
            key = bound_key_v2(client, found.secrets[0], time.time(), nonce, signed)
        else:
            key = bound_key(client, found.secrets[0], time.time())
            if found.key_version > 1:
                note(f"From {client} v2 keys only are accepted. Sign one with --v2 METHOD PATH.")
    if as_json:
        print_json({"client_id": client, "bound_key": key})
    else:
        sys.stdout.write(f"{key}\n")


def _request_of(words: list[str], *, v2: bool) -> Signed | None:
    """Return the request that METHOD PATH [FILE] describe, or None without --v2."""
    if not v2:
        if words:
            raise UsageError("METHOD and PATH belong to --v2.")
        return None
    if len(words) not in (2, 3) or not words[1].startswith("/"):
        raise UsageError("Write --v2 METHOD PATH [FILE], such as --v2 GET /api/v1/batches")
    method, path, *file = words
    if not all("!" <= sign <= "~" for sign in f"{method}{path}"):
        raise UsageError("Write METHOD and PATH as they are sent: percent-encoded, without blanks.")
    try:
        if file == ["-"]:
            body = sys.stdin.buffer.read()
        else:
            body = Path(file[0]).read_bytes() if file else b""
    except OSError as error:
        raise UsageError(f"Cannot read {file[0]}: {error.strerror}.") from None
    return Signed(method.upper(), path, hashlib.sha256(body).hexdigest())


def _described(refused: RefusedKey) -> dict[str, Any]:
    return {
        "client_id": refused.client,
        "reason": refused.reason,
        "count": refused.count,
        "last": rfc3339(refused.at),
        "first": rfc3339(refused.since),
    }
