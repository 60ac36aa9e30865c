"""TLS from certificate files: the API's server context, and what the box's own clients trust.

The files are read once as a whole and tried before they are used, so that a certificate and a key
that do not belong together never reach the context of the connections.
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
    from collections.abc import Mapping, Sequence

log = logging.getLogger("edgebox.tls")

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Folder of the files that ``LoadCredential=`` names: ``tls_cert`` and ``tls_key``."""

ABSENT = b"none"
"""The content that the unit's ``SetCredential=`` gives to a missing file."""

POLL_SECONDS = 2.0

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"  # for TLS 1.2; all of 1.3 are good


@dataclass(frozen=True)
class Pair:
    """The files of a certificate (with its chain) and its key."""

    cert: Path
    key: Path

    def fingerprint(self) -> tuple[object, ...]:
        """Return a value that changes when one of the files changes, appears or disappears."""
        found: list[object] = []
        for path in (self.cert, self.key):
            with suppress(OSError):
                one = path.stat()
                found += [path, one.st_ino, one.st_size, one.st_mtime_ns, one.st_mode]
        return tuple(found)


def pair_of(cert: str, key: str, environ: Mapping[str, str]) -> Pair | None:
    """Return the files to serve with, or None for no TLS.

    Args:
        cert: ``[api] tls_cert``.
        key: ``[api] tls_key``.
        environ: names the folder of systemd's credentials. They are copies from the start of the
            service and never renewed, so they are used only when this user cannot read the files.

    Raises:
        ConfigError: systemd passes credentials, but the settings name no files.
    """
    folder = Path(environ[CREDENTIALS]) if environ.get(CREDENTIALS) else None
    handed = Pair(folder / "tls_cert", folder / "tls_key") if folder else None
    given = handed is not None and _given(handed.cert) and _given(handed.key)
    if not cert:
        if given:
            raise ConfigError(
                "systemd passes tls_cert and tls_key, but [api] tls_cert and tls_key are not set. "
                "Set them to the same files, so that edgebox's own commands use TLS."
            )
        return None
    readable = os.access(cert, os.R_OK) and os.access(key, os.R_OK)
    return handed if given and not readable else Pair(Path(cert), Path(key))


def server_context(pair: Pair) -> ssl.SSLContext:
    """Return a context that serves ``pair`` with TLS 1.2 and 1.3.

    Raises:
        ConfigError: a file is missing, unreadable, wrong, expired or readable by every user, or
            the key belongs to another certificate.
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
    """Load the present files of ``pair`` into a server context in use.

    New connections use them; open ones are unaffected. When this raises, the context is unchanged.

    Args:
        context: the server's.
        pair: the files.
        now: Unix seconds.

    Returns:
        The certificate that new connections get.

    Raises:
        ConfigError: see ``server_context``.
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
            f"The certificate {pair.cert} is not valid before {day(found.not_before)}. "
            "Check this box's clock: timedatectl"
        )
    # A pair that does not match leaves half of itself in a context, so it is tried on a new one.
    with in_memory(cert) as cert_file, in_memory(key) as key_file:
        for one in (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), context):
            try:
                # Without this, OpenSSL asks for a password on the terminal.
                one.load_cert_chain(cert_file, key_file, password=lambda: "")
            except (ssl.SSLError, ValueError) as error:
                raise ConfigError(_explain(error, pair, key)) from None
    return found


class ServedPair:
    """The certificate and key that are served, and the context of the connections.

    Args:
        pair: the files.

    Attributes:
        context: of the connections.
        not_after: Unix seconds until which the certificate that is served is valid.

    Raises:
        ConfigError: see ``server_context``.
    """

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._tried = pair.fingerprint()  # before reading, to notice a change meanwhile
        self.context = server_context(pair)
        self.not_after = read_certificate(pair.cert).not_after

    async def keep_current(self, asked: asyncio.Event, *, poll: float = POLL_SECONDS) -> None:
        """Reload the files when they change or ``asked`` is set. Runs until it is cancelled.

        A pair that cannot be used is logged once, and the previous one stays in use.

        Args:
            asked: set it to reload now.
            poll: seconds between two checks. Changed files are read once they are the same in
                two checks, because the second file may be written a little later.
        """
        last = self._tried
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), poll)
            seen = self._pair.fingerprint()
            if asked.is_set() or (seen != self._tried and seen == last):
                asked.clear()
                self._tried = seen
                try:
                    found = reload(self.context, self._pair)
                except ConfigError as error:
                    log.error("not reloaded, the previous certificate stays: %s", error.detail)  # noqa: TRY400
                else:
                    self.not_after = found.not_after
                    log.info("certificate reloaded, good until %s", day(found.not_after))
            last = seen


def client_context(cert: str) -> ssl.SSLContext:
    """Return a context that trusts the API's own certificate and no other.

    The host name is taken from the certificate, because clients on the box connect to an
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
        # The certificate itself is trusted, whichever authority signed it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=found.pem)
    return context


STORES = (Path("/etc/pki/tls/certs/ca-bundle.crt"), Path("/etc/ssl/ca-bundle.pem"))
"""The system's certificate authorities on RHEL and on SUSE. The artifact's OpenSSL is Debian's and
looks where Debian and Ubuntu have them."""


def authorities_context(stores: Sequence[Path] = STORES) -> ssl.SSLContext:
    """Return a context that trusts the system's certificate authorities.

    For callbacks and for other servers' models. An administrator adds an in-house authority to
    the system's store (``update-ca-certificates``, on RHEL ``update-ca-trust``); certifi's list,
    httpx's own default, would not know it. Chain, dates and host name are checked.

    VERIFY_X509_STRICT is off, as it was by default before Python 3.13: it refuses certificates
    that lack an Authority Key Identifier (RFC 5280 4.2.1.1), or whose authority has no Key Usage,
    and many in-house authorities, made by hand with ``openssl``, sign such ones. Which Python the
    box was built with must not decide whether a callback arrives.
    """
    context = ssl.create_default_context()
    usual = ssl.get_default_verify_paths()
    if not (usual.cafile or usual.capath):
        for store in stores:
            if store.is_file():
                context.load_verify_locations(store)
                break
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def refusal(error: BaseException | None) -> str | None:
    """Return why a certificate was not accepted, or None if ``error`` has another reason."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return str(error.verify_message)
        error = error.__cause__ or error.__context__
    return None


class _OwnBox(ssl.SSLContext):
    """Verifies connections to any address for the host name in the box's certificate."""

    name = ""

    def wrap_socket(  # noqa: PLR0917 - the base's
        self,
        sock: socket.socket,
        server_side: bool = False,  # noqa: FBT001, FBT002 - the base's; some callers pass it by position
        do_handshake_on_connect: bool = True,  # noqa: FBT001, FBT002 - the base's
        suppress_ragged_eofs: bool = True,  # noqa: FBT001, FBT002 - the base's
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLSocket:
        """Wrap like the base class, with the certificate's name."""
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
        server_side: bool = False,  # noqa: FBT001, FBT002 - the base's
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Wrap like the base class, with the certificate's name."""
        return super().wrap_bio(
            incoming, outgoing, server_side, self.name or server_hostname, session
        )


def _given(credential: Path) -> bool:
    return credential.exists() and credential.read_bytes().strip() != ABSENT


def _read_key(path: Path) -> bytes:
    text = read_file(path)
    try:
        mode = path.stat().st_mode
    except OSError as error:  # replaced just now
        raise ConfigError(f"Cannot read {path}: {error.strerror}.") from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise ConfigError(f"Every user may read the key {path}. Type: chmod o= {path}")
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
