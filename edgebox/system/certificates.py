"""Reads X.509 certificates in PEM files: the hosts they name, and how long they are valid."""

from __future__ import annotations

import os
import re
import ssl
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgebox.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LEAF = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_LONGEST_FILE = 1_000_000
_NO_CERTIFICATE = "is not a certificate in PEM form (-----BEGIN CERTIFICATE-----)."


@dataclass(frozen=True)
class Certificate:
    """The first certificate of a file.

    Attributes:
        pem: this certificate only, without the chain behind it.
        names: host names and addresses that it is valid for; a name may begin with ``*.``.
        not_before: Unix seconds from which it is valid.
        not_after: Unix seconds until which it is valid.
    """

    pem: str
    names: tuple[str, ...]
    not_before: float
    not_after: float

    @property
    def host(self) -> str:
        """A host that the certificate is valid for."""
        return self.names[0].replace("*", "edgebox", 1)


def read_certificate(path: Path) -> Certificate:
    """Read the first certificate of a file, even an expired one.

    Raises:
        ConfigError: the file cannot be read, or holds no certificate.
    """
    return decoded(read_file(path), path)


def decoded(pem: bytes, path: Path) -> Certificate:
    """Return the first certificate of a file's content.

    Raises:
        ConfigError: it holds none.
    """
    leaf = _LEAF.search(pem.decode("ascii", "replace"))
    if leaf is None:
        raise ConfigError(f"{path} {_NO_CERTIFICATE}")
    try:
        with in_memory(leaf[0].encode()) as file:
            # The only certificate reader in the standard library that needs no connection;
            # ``getpeercert`` uses the same function.
            fields: dict[str, Any] = ssl._ssl._test_decode_cert(file)  # type: ignore[attr-defined]  # noqa: SLF001
    except ssl.SSLError:
        raise ConfigError(f"{path} {_NO_CERTIFICATE}") from None
    listed = fields.get("subjectAltName", ())
    names = [value for kind in ("DNS", "IP Address") for key, value in listed if key == kind]
    common = [value for part in fields["subject"] for key, value in part if key == "commonName"]
    if not (names or common):
        raise ConfigError(f"The certificate {path} names no host. Get one that names this box.")
    return Certificate(
        leaf[0] + "\n",
        tuple(names or common),
        ssl.cert_time_to_seconds(fields["notBefore"]),
        ssl.cert_time_to_seconds(fields["notAfter"]),
    )


def read_file(path: Path) -> bytes:
    """Read the file of a certificate or a key.

    Raises:
        ConfigError: it does not exist, or this user may not read it.
    """
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST_FILE)
    except FileNotFoundError:
        raise ConfigError(
            f"There is no {path}. Put the file there, or change [api] tls_cert and tls_key."
        ) from None
    except OSError as error:
        raise ConfigError(
            f"Cannot read {path}: {error.strerror}. For a key: chown root:edgebox {path}; "
            f"chmod 640 {path}"
        ) from None


@contextmanager
def in_memory(text: bytes) -> Iterator[str]:
    """Yield a path to ``text``: OpenSSL reads files only, and one on disk could change."""
    descriptor = os.memfd_create("tls", os.MFD_CLOEXEC)
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(text)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def day(seconds: float) -> str:
    """Format Unix seconds as a date."""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
