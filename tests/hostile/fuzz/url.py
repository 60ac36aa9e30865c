"""A callback's URL: read in one way by every part, or refused."""

from __future__ import annotations

import httpx

from edgebox.callbacks.urls import forbidden, parse_allowed, parse_callback_url
from edgebox.contract.limits import MAX_URL_CHARACTERS
from edgebox.errors import InvalidFields, UsageError
from edgebox.system.addresses import bracketed

TOKENS = (
    *(b"http://", b"https://", b"HTTP://", b"@", b":", b"//", b"\\", b"#", b"?", b"%2f", b"%00"),
    *(b"[::1]", b"[::ffff:1.2.3.4]", b"[fe80::1%25eth0]", b"127.0.0.1", b"0x7f.1", b"localhost"),
    *(b"0251.0376.1", b":0", b":65536", b":80", b".", b"..", b"xn--", b"\xe2\x80\xa4", b"1.655"),
    *("한국".encode(), "．".encode(), "①".encode(), b"\xc2\xad", b"\r\n", b"\t", b"%", b"/../"),
)


def seeds() -> list[bytes]:
    return [
        b"https://centerlink.example/hook?a=b",
        b"http://192.168.0.10:8443/webhook/analysis-complete",
        b"http://[fd00::1]:8080/",
        "http://한국.example/경로".encode(),
        b"https://2852039166/latest",
        b"HTTPS://User:Pass@Host.Example:443",
    ]


def check(data: bytes) -> None:
    url = data.decode("utf-8", "ignore")
    _allowed(url)
    try:
        destination = parse_callback_url(url)
    except InvalidFields as refusal:
        [(pointer, detail)] = refusal.errors
        assert pointer == "/callback_url"
        assert len(url) < 12 or url not in detail
        return
    host, path = destination.host, destination.path
    assert host == host.lower()
    assert host.isascii()
    assert 0 < destination.port < 65536
    assert path.startswith("/")
    assert all("!" <= character <= "~" for character in path), f"{path!r} on a request's line"
    assert "#" not in path
    again = f"{destination.scheme}://{destination.authority}{path}"
    if len(again) <= MAX_URL_CHARACTERS:  # escapes are longer than what they stand for
        assert parse_callback_url(again) == destination
    assert parse_allowed(f"{bracketed(host)}:{destination.port}") == (host, destination.port)
    sent = httpx.URL(again)
    assert sent.raw_host.decode().removesuffix(".") == host
    assert sent.raw_path.decode() == path
    if destination.address is not None:
        forbidden(destination.address, destination.port, frozenset())


def _allowed(entry: str) -> None:
    try:
        host, port = parse_allowed(entry)
    except UsageError:
        return
    written = bracketed(host) if port is None else f"{bracketed(host)}:{port}"
    assert parse_allowed(written) == (host, port)
