"""TLS by certificate files: what the API serves with, and what the box's own clients trust.

The files are read once, whole, and what was read is tried before it is used: a pair that
does not fit together never reaches the context that connections are made with.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edgebox.errors import ConfigError
from edgebox.system.certificates import (
    Certificate,
    day,
    decoded,
    in_memory,
    read_certificate,
    read_file,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

log = logging.getLogger("edgebox.tls")

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what ``LoadCredential=`` names; ours are ``tls_cert`` and ``tls_key``."""

ABSENT = b"none"
"""What the unit's ``SetCredential=`` puts there for a file that there is not."""

POLL_SECONDS = 2.0

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"  # of TLS 1.2; those of 1.3 are all good


@dataclass(frozen=True)
class Pair:
    """Where certificate (with its chain) and key are."""

    cert: Path
    key: Path

    def fingerprint(self) -> tuple[object, ...]:
        """Changes when one of the files does; a file that is away has one too."""
        return tuple(_stamp(path) for path in (self.cert, self.key))


def pair_of(cert: str, key: str, environ: Mapping[str, str]) -> Pair | None:
    """The files to serve with; None: without TLS.

    Args:
        cert: ``[api] tls_cert``.
        key: ``[api] tls_key``.
        environ: says where systemd's credentials are. They are copies of the start: read
            only where the named files are not for this user, since a copy is never renewed.

    Raises:
        ConfigError: systemd hands over credentials and the settings name no files.
    """
    folder = Path(environ[CREDENTIALS]) if environ.get(CREDENTIALS) else None
    handed = Pair(folder / "tls_cert", folder / "tls_key") if folder else None
    given = handed is not None and _given(handed.cert) and _given(handed.key)
    if not cert:
        if given:
            raise ConfigError(
                "systemd hands over tls_cert and tls_key, and [api] tls_cert and tls_key are not "
                "set. Set them to the same files, so that edgebox's own commands know of TLS."
            )
        return None
    readable = os.access(cert, os.R_OK) and os.access(key, os.R_OK)
    return handed if given and not readable else Pair(Path(cert), Path(key))


def server_context(pair: Pair) -> ssl.SSLContext:
    """A context that serves with ``pair``: TLS 1.2 and 1.3.

    Raises:
        ConfigError: a file is missing, unreadable, wrong, expired or open to everybody, or
            the key is another certificate's.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= (
        ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    )
    reload(context, pair)
    return context


def reload(context: ssl.SSLContext, pair: Pair, *, now: float | None = None) -> Certificate:
    """Have new connections of a live context use what ``pair`` holds now.

    Connections that exist go on as they are. When this raises, the context is as it was.

    Args:
        context: of a server.
        pair: the files.
        now: Unix seconds.

    Returns:
        The certificate that is served from here on.

    Raises:
        ConfigError: as ``server_context``.
    """
    cert, key = read_file(pair.cert), _read_key(pair.key)
    found = decoded(cert, pair.cert)
    now = time.time() if now is None else now
    if found.not_after <= now:
        raise ConfigError(
            f"The certificate {pair.cert} has expired ({day(found.not_after)}). "
            "Put a new one there."
        )
    if found.not_before > now:
        raise ConfigError(
            f"The certificate {pair.cert} is not good before {day(found.not_before)}. "
            "Check this box's clock: timedatectl"
        )
    # Loading a pair that does not fit leaves a context with half of it: tried on another one.
    with in_memory(cert) as cert_file, in_memory(key) as key_file:
        for one in (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), context):
            try:
                # A password would be asked for on the terminal.
                one.load_cert_chain(cert_file, key_file, password=lambda: "")
            except (ssl.SSLError, ValueError) as error:
                raise ConfigError(_explain(error, pair, key)) from None
    return found


class Served:
    """A pair in service, and the context that connections are made with.

    Args:
        pair: its files.

    Raises:
        ConfigError: as ``server_context``.
    """

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._tried = pair.fingerprint()  # before they are read: a change meanwhile is seen
        self.context = server_context(pair)

    async def keep_current(self, asked: asyncio.Event, *, poll: float = POLL_SECONDS) -> None:
        """Reload when the files change or somebody asks; runs until it is cancelled.

        A pair that cannot be used is said once, and what was served before goes on.

        Args:
            asked: set it to have them read now.
            poll: seconds between two looks. Files that have changed are read when they stayed
                the same for one of these: the second of the two may still be on its way.
        """
        last = self._tried
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), poll)
            seen = self._pair.fingerprint()
            if asked.is_set() or (seen != self._tried and seen == last):
                asked.clear()
                self._tried = seen
                self._reload()
            last = seen

    def _reload(self) -> None:
        try:
            found = reload(self.context, self._pair)
        except ConfigError as error:
            log.error("not reloaded, the certificate before stays: %s", error.detail)  # noqa: TRY400
        else:
            log.info("certificate reloaded, good until %s", day(found.not_after))


def client_context(cert: str) -> ssl.SSLContext:
    """What the box's own clients verify the API with: its certificate and no other.

    The name is taken from the certificate, because a client on the box connects to an
    address that no certificate names.

    Args:
        cert: ``[api] tls_cert``; empty: the API speaks HTTP, and nothing is trusted.

    Raises:
        ConfigError: the file cannot be used.
    """
    context = _OwnBox(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert:
        found = read_certificate(Path(cert))
        context.name = found.host
        # The certificate itself is the anchor, whoever signed it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=found.pem)
    return context


def refusal(error: BaseException | None) -> str | None:
    """Why a certificate was not accepted, if that is the reason behind ``error``."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return str(error.verify_message)
        error = error.__cause__ or error.__context__
    return None


class _OwnBox(ssl.SSLContext):
    """Checks the box's certificate for the certificate's own name, wherever it connects to."""

    name = ""

    def wrap_socket(  # noqa: PLR0917 - the base's
        self,
        sock: socket.socket,
        server_side: bool = False,  # noqa: FBT001, FBT002 - the base's: some callers give places
        do_handshake_on_connect: bool = True,  # noqa: FBT001, FBT002 - likewise
        suppress_ragged_eofs: bool = True,  # noqa: FBT001, FBT002 - likewise
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLSocket:
        """As the base has it, for the certificate's name."""
        return super().wrap_socket(
            sock,
            server_side,
            do_handshake_on_connect,
            suppress_ragged_eofs,
            self.name or server_hostname,
            session,
        )

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - likewise
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """As the base has it, for the certificate's name."""
        return super().wrap_bio(
            incoming, outgoing, server_side, self.name or server_hostname, session
        )


def _given(credential: Path) -> bool:
    return credential.exists() and credential.read_bytes().strip() != ABSENT


def _stamp(path: Path) -> tuple[int, int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode


def _read_key(path: Path) -> bytes:
    text = read_file(path)
    try:
        mode = path.stat().st_mode
    except OSError as error:  # exchanged just now
        raise ConfigError(f"Cannot read {path}: {error.strerror}.") from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise ConfigError(f"Everybody may read the key {path}. Type: chmod o= {path}")
    return text


def _explain(error: Exception, pair: Pair, key: bytes) -> str:
    reason = getattr(error, "reason", None) or ""
    if b"ENCRYPTED" in key:
        return (
            f"The key {pair.key} is protected by a password. Write it without one: "
            f"openssl pkey -in {pair.key} -out NEW"
        )
    if "MISMATCH" in reason:
        return f"The key {pair.key} does not belong to the certificate {pair.cert}."
    if b"PRIVATE KEY-----" not in key:
        return f"{pair.key} is not a key in PEM form (-----BEGIN PRIVATE KEY-----)."
    words = reason.lower().replace("_", " ") or "not usable"
    return f"{pair.cert} and {pair.key} cannot be used: {words}."
