"""Checks of the network: the certificate, the port for metrics, the callbacks' receivers."""

from __future__ import annotations

import ipaddress
import os
import shlex
import socket
import ssl
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from edgebox.callbacks.urls import forbidden, own_ports, parse_allowed, parse_callback_url
from edgebox.contract.paths import Paths
from edgebox.errors import ConfigError, InvalidFields, StoreError
from edgebox.processes.up import port_problem
from edgebox.store.db import Store
from edgebox.system.addresses import bracketed
from edgebox.system.certificates import day, read_certificate
from edgebox.system.secret_file import SHORTEST_TOKEN, read_secret
from edgebox.system.tls import authorities_context, pair_of, server_context
from edgebox_cli.common.distribution import trust
from edgebox_cli.doctor.check import Check, fail, warn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from edgebox.settings import ApiSettings, Settings

EXPIRY_DAYS = 30
CONNECT_SECONDS = 3.0
_AT_ONCE = 16


def certificate(settings: Settings, now: float) -> Check:
    """Check that the API can serve with the certificate, and for how long.

    Args:
        settings: name its files.
        now: Unix seconds.
    """
    api = settings.api
    if not api.tls:
        return _without_tls(api)
    again = "put a new certificate at {path}; it is taken without a restart"
    if not _read_by_the_service(Path(api.tls_key), settings.database.parent):
        again = (
            "put a new certificate at {path}; then restart the API: it has a copy of the key "
            "from its start"
        )
    try:
        found = read_certificate(Path(api.tls_cert))
        if found.not_after > now and os.access(api.tls_key, os.R_OK):
            pair = pair_of(api.tls_cert, api.tls_key, {})
            assert pair is not None  # noqa: S101 - the settings have TLS
            server_context(pair)
    except ConfigError as error:
        return fail("TLS", "{tls_error}", "edgebox config check", tls_error=error.detail)
    left = (found.not_after - now) / 86_400
    names = ", ".join(found.names[:3])
    if left <= 0:
        return fail(
            "TLS",
            "The certificate expired on {day}.",
            again,
            day=day(found.not_after),
            path=api.tls_cert,
        )
    if left < EXPIRY_DAYS:
        return warn(
            "TLS",
            "The certificate expires on {day}, in {left} days.",
            again,
            day=day(found.not_after),
            left=f"{left:.0f}",
            path=api.tls_cert,
        )
    return Check("TLS", "ok", f"{names}, good until {day(found.not_after)}")


def _without_tls(api: ApiSettings) -> Check:
    if api.this_machine_only:
        return Check("TLS", "ok", "not needed: only this machine reaches the API")
    if problem := api.plain_http_refusal:
        return fail("TLS", "{tls_error}.", "edgebox config check", tls_error=problem)
    return warn(
        "TLS",
        "The API listens on {host} without TLS: transcripts cross the network as text.",
        "set tls_cert and tls_key under [api], then restart",
        host=api.host,
    )


def is_roots(settings: Settings) -> bool:
    """Return whether this process is root's and the certificate's files are root's own."""
    files = (Path(settings.api.tls_cert), Path(settings.api.tls_key))
    if os.geteuid() != 0 or not settings.api.tls:
        return False
    try:
        found = [file.stat() for file in files]
    except OSError:
        return False
    return all(one.st_uid == 0 and stat.S_ISREG(one.st_mode) for one in found)


def _read_by_the_service(key: Path, state: Path) -> bool:
    """Return whether the state folder's owner may read the key, by the key's mode."""
    try:
        found, service = key.stat(), state.stat()
    except OSError:
        return True  # another check reports it
    if service.st_uid == found.st_uid:
        bit = stat.S_IRUSR
    else:
        bit = stat.S_IRGRP if service.st_gid == found.st_gid else stat.S_IROTH
    return service.st_uid == 0 or bool(found.st_mode & bit)


def metrics_listener(settings: Settings, *, running: bool) -> Check:
    """Check that the port of ``metrics_listen`` answers, or is free when the API is down.

    Args:
        settings: name the port.
        running: whether the API is running.
    """
    listen = settings.api.metrics_listen
    host, _, port = listen.rpartition(":")
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104
    name = "port: metrics"
    if running:
        try:
            answer = httpx.get(f"http://{host}:{port}{Paths.METRICS}", timeout=3.0, trust_env=False)
        except httpx.HTTPError:
            answer = None
        if answer is None or b"edgebox_" not in answer.content:
            return fail(
                name,
                "The box does not answer at {listen}.",
                "edgebox logs --process api --level error",
                listen=listen,
            )
    elif problem := port_problem(host.strip("[]"), int(port)):
        return fail(
            name,
            "Cannot listen on {listen}: {problem}.",
            "stop what uses it (ss -ltnp 'sport = :{port}'), or change [api] metrics_listen",
            listen=listen,
            problem=problem,
            port=port,
        )
    return Check(name, "ok", listen)


def metrics_token(path: str) -> Check:
    """Check that the API can use the token for /metrics: without it, a monitor is refused.

    Args:
        path: of its file.
    """
    name = "metrics token"
    try:
        read_secret(path, shortest=SHORTEST_TOKEN)
    except ConfigError as error:
        return warn(
            name,
            "It is not used: {token_error}.",
            "correct {path}, or metrics_token_file under [api]",
            token_error=error.detail,
            path=path,
        )
    return Check(name, "ok", path)


def receivers(settings: Settings) -> Iterator[Check]:
    """Connect to each host that callbacks may go to; nothing is sent to it."""
    with closing(Store(settings.database, busy_timeout=2.0)) as store:
        try:
            clients = [one for one in store.clients.list() if not one.disabled]
            callbacks = store.outbox.list()
        except StoreError:
            return  # the check of the database reports it
    schemes: dict[tuple[str, int], str] = {}  # of the newest callback, by host and port
    for row in callbacks:
        with suppress(InvalidFields):
            target = parse_callback_url(row.url)
            schemes.setdefault((target.host, target.port), target.scheme)
    wanted = [
        (one.client_id, *parse_allowed(host)) for one in clients for host in one.allowed_callbacks
    ]
    ports = own_ports(settings)

    def look(entry: tuple[str, str, int | None]) -> Check:
        client, host, port = entry
        https = port in (None, 443) or schemes.get((host, port or 443)) == "https"
        return receiver(client, host, port or 443, ports, https=https)

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="doctor") as pool:
        yield from pool.map(look, wanted)


def receiver(client: str, host: str, port: int, own: Collection[int], *, https: bool) -> Check:
    """Resolve, judge and connect to a receiver as a delivery would, and close.

    Args:
        client: whose receiver it is.
        host: its name or address.
        port: its port.
        own: the box's own ports.
        https: whether it speaks TLS.
    """
    place = f"{bracketed(host)}:{port}"
    name, client = "receiver", shlex.quote(client)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return fail(
            name,
            "{client}: the name {host} has no address here.",
            "add {host} to /etc/hosts, or: edgebox keys callbacks {client} HOST:PORT ... (this "
            "replaces its whole list)",
            client=client,
            host=host,
        )
    address = str(found[0][4][0])
    if reason := forbidden(ipaddress.ip_address(address.partition("%")[0]), port, own):
        return fail(
            name,
            "{client}: {place} {reason}.",
            "edgebox keys callbacks {client} HOST:PORT ... (this replaces its whole list)",
            client=client,
            place=place,
            reason=reason,
        )
    began = time.monotonic()
    try:
        with socket.create_connection((address, port), CONNECT_SECONDS) as raw:
            if https:
                with authorities_context().wrap_socket(raw, server_hostname=host):
                    pass
    except ssl.SSLCertVerificationError as error:
        return fail(
            name,
            "{client}: {place}, TLS: {tls_reason}.",
            "{trust}, then restart the worker",
            trust=trust(),
            client=client,
            place=place,
            tls_reason=error.verify_message,
        )
    except OSError as error:
        if isinstance(error, TimeoutError):
            what = "no answer in time"
        elif isinstance(error, ssl.SSLError):
            what = "no secure connection"
        else:
            what = (error.strerror or "not reachable").lower()
        return fail(
            name,
            "{client}: {place}: {what}.",
            "open the way in the network (try: nc -vz {quoted} {port})",
            client=client,
            place=place,
            what=what,
            quoted=shlex.quote(host),
            port=port,
        )
    took = (time.monotonic() - began) * 1000
    how = "TLS" if https else "TCP"
    return Check(name, "ok", f"{client}: {place} takes connections ({how}, {took:.0f} ms)")
