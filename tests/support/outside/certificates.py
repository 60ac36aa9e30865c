"""Real certificates, made by the ``openssl`` command."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from edgebox.system.tls import Pair

if TYPE_CHECKING:
    from pathlib import Path

NAMES = "DNS:edgebox.centre.example,IP:10.20.30.40"


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def _validity(days: int) -> tuple[str, ...]:
    """OpenSSL takes no negative number of days since 3.6, and no dates until 3.4."""
    known = subprocess.run(["openssl", "x509", "-help"], capture_output=True, check=False)
    if days >= 0 or b"-not_after" not in known.stderr + known.stdout:
        return ("-days", str(days))
    first, last = (f"{datetime.now(UTC) + timedelta(each):%Y%m%d%H%M%SZ}" for each in (-90, days))
    return ("-not_before", first, "-not_after", last)


def make_pair(folder: Path, name: str = "own", *, names: str = NAMES, days: int = 90) -> Pair:
    """Make a self-signed certificate with its key.

    Args:
        folder: where ``NAME.crt`` and ``NAME.key`` are written.
        name: of the files.
        names: the subjectAltName; if empty, the certificate has only the common name "edgebox".
        days: of validity from now; -1 for one that expired yesterday.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pair = Pair(folder / f"{name}.crt", folder / f"{name}.key")
    request = folder / f"{name}.csr"
    openssl(
        *("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"),
        *("-subj", "/CN=edgebox", "-keyout", str(pair.key), "-out", str(request)),
    )
    extensions = folder / f"{name}.ext"
    extensions.write_text(f"subjectAltName={names}\n" if names else "keyUsage=digitalSignature\n")
    openssl(
        *("x509", "-req", "-in", str(request), "-key", str(pair.key), *_validity(days)),
        *("-extfile", str(extensions), "-out", str(pair.cert)),
    )
    pair.key.chmod(0o600)
    return pair


def make_signed_pair(folder: Path) -> tuple[Pair, Path]:
    """Make an authority and a certificate signed by it; returns (certificate, authority)."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = make_pair(folder, "authority", names="DNS:authority.example")
    openssl(
        *("req", "-x509", "-key", str(authority.key), "-subj", "/CN=Authority", "-days", "90"),
        *("-addext", "basicConstraints=critical,CA:TRUE", "-out", str(authority.cert)),
    )
    pair = make_pair(folder, "signed")
    openssl(
        *("x509", "-req", "-in", str(folder / "signed.csr"), "-CA", str(authority.cert)),
        *("-CAkey", str(authority.key), "-CAcreateserial", "-days", "90"),
        *("-extfile", str(folder / "signed.ext"), "-out", str(pair.cert)),
    )
    pair.cert.write_text(pair.cert.read_text() + authority.cert.read_text())
    return pair, authority.cert


def make_lan_pair(folder: Path, host: str) -> tuple[Pair, Path]:
    """Make a certificate as in-house authorities do by hand; returns (certificate, authority).

    The certificate has no Authority Key Identifier and the authority has no Key Usage, both of
    which Python 3.13 asks for by default (VERIFY_X509_STRICT).

    Args:
        folder: for the files.
        host: the certificate's name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority = make_pair(folder, "lan-authority")
    openssl(
        *("req", "-x509", "-key", str(authority.key), "-subj", "/CN=lan", "-days", "9"),
        *("-addext", "basicConstraints=CA:TRUE", "-out", str(authority.cert)),
    )
    pair = make_pair(folder, "lan", names=f"DNS:{host}")
    extensions = folder / "lan.ext"
    extensions.write_text(f"subjectAltName=DNS:{host}\nauthorityKeyIdentifier=none\n")
    openssl(
        *("x509", "-req", "-in", str(folder / "lan.csr"), "-CA", str(authority.cert)),
        *("-CAkey", str(authority.key), "-CAcreateserial", "-days", "9"),
        *("-extfile", str(extensions), "-out", str(pair.cert)),
    )
    return pair, authority.cert
