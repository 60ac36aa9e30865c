"""Bound keys and signatures of webhooks: only what was signed passes, and nothing is told."""

from __future__ import annotations

from dataclasses import dataclass

from edgebox.api.auth import key_of
from edgebox.api.key_faults import faults_of
from edgebox.errors import InvalidBoundKey
from edgebox.signing import (
    Window,
    bound_key,
    callback_key,
    is_callback_key,
    verify_bound_key,
    verify_webhook,
    webhook_headers,
)
from edgebox.signing_v2 import Signed, bound_key_v2, is_v2, parse_v2

NOW, TOLERANCE = 1_757_750_400.0, 300.0
WINDOW = Window(NOW, TOLERANCE, 30.0)


@dataclass
class Client:
    secrets: tuple[str, ...]
    disabled: bool = False


CLIENTS = {
    "center-1": Client(("a1" * 32, "b2" * 32)),
    "a": Client(("c3" * 32,)),
    "off": Client(("d4" * 32,), disabled=True),
}
BODY = b'{"batch_id": "BATCH-20250913-001"}'
TOKENS = (
    *(b":", b"center-1", b"a", b"off", b"0", b"000001757750400", b"1757750400", b"1757750400000"),
    *(b"\n", b" ", b'"', "１".encode(), "：".encode(), b"\0", b"\xed\xa0\x80", b"v1,", b"v1a,"),
    *(b"webhook-id", b"webhook-signature", b"ffffffff" * 8, b"-1", b"+1", b"1_0", b"1e9"),
)


def seeds() -> list[bytes]:
    keys = [
        *(bound_key(name, client.secrets[-1], NOW) for name, client in CLIENTS.items()),
        bound_key("center-1", CLIENTS["center-1"].secrets[0], NOW + 25),
        bound_key("center-1", CLIENTS["center-1"].secrets[0], NOW - 400),
        bound_key("center-1", CLIENTS["a"].secrets[0], NOW),
        callback_key("center-1", CLIENTS["center-1"].secrets[0], NOW),
    ]
    signed = webhook_headers("msg-1", NOW, BODY, CLIENTS["center-1"].secrets)
    hook = "\n".join(f"{name}: {value}" for name, value in signed.items())
    request = Signed("POST", "/api/v1/consultation/ask?x=1", "e3" * 32)
    keys.append(bound_key_v2("a", CLIENTS["a"].secrets[0], NOW, "n" * 22, request))
    return [key.encode() for key in keys] + [hook.encode()]


def check(data: bytes) -> None:
    value = data.decode("utf-8", "surrogateescape")
    _check_key(value)
    _check_hook(value)
    _check_v2(value)
    client, faults = faults_of(value, CLIENTS.get, WINDOW)
    assert client is None or client in CLIENTS
    assert not any(secret in faults for one in CLIENTS.values() for secret in one.secrets)
    for part in value.split(":"):
        assert len(part) < 24 or part not in faults, "a fault repeats a part of the key"
    try:
        assert key_of([value], None) == key_of([value], value) == value
        key_of([value], value + "x")
    except InvalidBoundKey:
        return
    raise AssertionError("two keys that differ were taken")


def _check_key(value: str) -> None:
    try:
        name = verify_bound_key(value, CLIENTS.get, WINDOW)
    except InvalidBoundKey:
        return
    client, timestamp, signature = value.split(":")
    assert name == client
    assert not CLIENTS[name].disabled
    assert WINDOW.holds(int(timestamp))
    makers = [callback_key] if is_callback_key(value) else [bound_key]
    signed = {make(name, one, int(timestamp)) for make in makers for one in CLIENTS[name].secrets}
    signed |= {one.rpartition(":")[2] for one in signed}
    assert signature.lower() in signed, "a key that nobody signed"


def _check_v2(value: str) -> None:
    """A key for one request is read, or refused; what is read is written as it was."""
    if is_v2(value):
        try:
            key = parse_v2(value)
        except InvalidBoundKey:
            return
        parts = (key.client_id, key.timestamp, key.nonce, key.signature)
        assert value == ":".join(["v2", *parts])


def _check_hook(text: str) -> None:
    headers = dict(line.partition(":")[::2] for line in text.split("\n"))
    headers = {name.strip(): value.strip() for name, value in headers.items()}
    secrets = CLIENTS["center-1"].secrets
    if verify_webhook(headers, BODY, secrets, NOW, TOLERANCE):
        lower = {name.lower(): value for name, value in headers.items()}
        at = int(lower["webhook-timestamp"])
        assert abs(at - NOW) <= TOLERANCE
        if lower["webhook-timestamp"] == str(at):
            genuine = webhook_headers(lower["webhook-id"], at, BODY, secrets)["webhook-signature"]
            assert set(genuine.split()) & set(lower["webhook-signature"].split())
        assert not verify_webhook(headers, BODY + b" ", secrets, NOW, TOLERANCE)
