"""What the administrator reads about a refused key."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.api import key_faults
from edgebox.api.key_faults import faults_of
from edgebox.signing import Window, bound_key, callback_key

NOW = 1_757_750_400.0
SECRET = "5f" * 32
OLD = "a1" * 32


@dataclass
class Client:
    secrets: tuple[str, ...] = (SECRET, OLD)
    disabled: bool = False


CLIENTS = {"erp": Client(), "off": Client((SECRET,), disabled=True), "none": Client(())}


def faults(key: str, now: float = NOW) -> tuple[str | None, str]:
    return faults_of(key, CLIENTS.get, Window(now, 300, 30))


def signed(timestamp: object, secret: str | bytes = SECRET, *, client: str = "erp", end: str = ""):
    """A key as a client's program makes it, whatever it takes for timestamp and secret."""
    secret = secret.encode() if isinstance(secret, str) else secret
    text = f"{client}:{timestamp}"
    return f"{text}:{hmac.new(secret, (text + end).encode(), hashlib.sha256).hexdigest()}"


def of_digest(encode) -> str:
    digest = hmac.new(SECRET.encode(), b"erp:1757750400", hashlib.sha256).digest()
    return f"erp:1757750400:{encode(digest)}"


SECONDS = int(NOW)


def test_the_key_of_a_callback_is_named():
    of_callback = "it is the key of a callback, which only receivers accept"
    assert faults(callback_key("erp", SECRET, NOW)) == ("erp", of_callback)
    assert faults(bound_key("erp", SECRET, NOW))[1] != of_callback


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (signed(SECONDS * 1000), "timestamp has 13 digits: milliseconds"),
        (signed(SECONDS * 10**6), "timestamp has 16 digits: microseconds"),
        (signed(SECONDS * 10**9), "timestamp has 19 digits: nanoseconds"),
        (signed(SECONDS * 100), "timestamp is 174017289600 s ahead"),
        (signed(SECONDS * 10**4), "timestamp has 14 digits: no Unix seconds"),
        (signed(f"{SECONDS}.123"), "timestamp is no whole number"),
        (signed(f"{SECONDS}.0"), "timestamp is no whole number"),
        (signed("1.7577504e9"), "timestamp is no whole number"),
        (signed(-5), "timestamp is no whole number"),
        (signed("2025-09-13"), "timestamp is no whole number"),
        (signed("١٧٥٧٧٥٠٤٠٠"), "timestamp is no whole number"),
        (signed(" 1757750400"), "timestamp is no whole number"),
        (signed(""), "timestamp is empty"),
        (signed(SECONDS - 301), "timestamp is 301 s old"),
        (
            signed(SECONDS + 31),
            (
                "timestamp is 31 s ahead"
                " (at most 30 s: is the client's clock ahead, or this one behind?)"
            ),
        ),
        (signed(SECONDS + 3000), "timestamp is 3000 s ahead"),
        (signed(0), "timestamp is 1757750400 s old"),
        (
            signed(SECONDS + 32_405),
            "timestamp is 32405 s ahead (9 h: local time instead of UTC?)",
        ),
        (
            signed("2025-09-13T08:00:00Z"),
            "the key is not client:timestamp:signature (colons: 4; is the timestamp a date?)",
        ),
        (f"erp:{SECONDS}", "the key is not client:timestamp:signature (colons: 1)"),
        ("erp", "the key is not client:timestamp:signature (colons: 0)"),
        (signed(SECONDS, "00" * 32), "signature does not match the secret"),
        (
            signed(SECONDS, SECRET + "\n"),
            "signature was made with a line end or blank after the secret",
        ),
        (
            signed(SECONDS, OLD + "\r\n"),
            "signature was made with a line end or blank after the secret",
        ),
        (signed(SECONDS, f'"{SECRET}"'), "signature was made with quotes around the secret"),
        (signed(SECONDS, f"'{SECRET}'"), "signature was made with quotes around the secret"),
        (
            signed(SECONDS, "\ufeff" + SECRET),
            "signature was made with a byte order mark before the secret",
        ),
        (signed(SECONDS, SECRET.upper()), "signature was made with the secret in capitals"),
        (
            signed(SECONDS, bytes.fromhex(SECRET)),
            "signature was made with the secret decoded to bytes instead of its text",
        ),
        (
            signed(SECONDS, end="\n"),
            "signature was made with a line end after the timestamp (echo, not printf?)",
        ),
        (
            of_digest(lambda digest: base64.b64encode(digest).decode()),
            "signature is Base64 instead of hexadecimal",
        ),
        (
            of_digest(lambda digest: base64.urlsafe_b64encode(digest).decode().rstrip("=")),
            "signature is Base64 instead of hexadecimal",
        ),
        (
            f"erp:{SECONDS}:{'0' * 128}",
            "signature has 128 hexadecimal digits, as of SHA-512, not 64",
        ),
        (signed(SECONDS)[:-1], "signature has 63 hexadecimal digits, not 64"),
        (f"erp:{SECONDS}:서명", "signature is not 64 hexadecimal digits"),
        (f"erp:{SECONDS}:", "signature is not 64 hexadecimal digits"),
        (
            signed(SECONDS) + "\n",
            "there are blanks, a line end or quotes around the key",
        ),
        (f'"{signed(SECONDS)}"', "there are blanks, a line end or quotes around the key"),
        (
            signed(SECONDS * 1000, "00" * 32),
            "timestamp has 13 digits: milliseconds; signature does not match the secret",
        ),
        (signed(SECONDS), "none: the client was changed a moment ago"),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_a_clients_key_is_explained(key, reason):
    assert faults(key) == ("erp", reason)


@pytest.mark.parametrize(
    ("key", "client", "reason"),
    [
        (signed(SECONDS, client="nobody"), None, "unknown client"),
        (signed(SECONDS * 1000, client="nobody"), None, "unknown client; timestamp has 13 digits:"),
        (signed(SECONDS, client="off"), "off", "disabled client"),
        (signed(SECONDS - 900, client="off"), "off", "disabled client; timestamp is 900 s old"),
        (signed(SECONDS, "0" * 64, client="none"), "none", "signature does not match the secret"),
        ("", None, "the key is empty"),
        (" \n", None, "the key is empty"),
        ("x" * 221, None, "the key has more than 220 characters"),
        ("Bearer " + signed(SECONDS), None, "unknown client"),
        ("\ud800:1:2", None, "unknown client; timestamp is 1757750399 s old"),
    ],
    ids=ascii,
)
def test_the_client_is_named_only_if_there_is_such_a_one(key, client, reason):
    found, text = faults(key)
    assert found == client
    assert text.startswith(reason)


@pytest.mark.parametrize("secret", ["7" * 64, "no digits"])
def test_a_key_that_matches_has_no_fault_whatever_its_secret_looks_like(secret):
    client = Client((secret,))
    _, reason = faults_of(signed(SECONDS, secret), {"erp": client}.get, Window(NOW, 300, 30))
    assert reason == "none: the client was changed a moment ago"


@pytest.mark.parametrize("unit", [1, 1000])
def test_no_part_of_a_key_is_repeated(unit):
    for client in ("erp", "nobody", "010-1234-5678"):
        key = signed(SECONDS * unit, "00" * 32, client=client)
        _, reason = faults(key, NOW - 5000)
        for part in (*key.split(":"), SECRET, OLD):
            assert part not in reason


@given(st.one_of(st.text(max_size=300), st.lists(st.text(max_size=70)).map(":".join)))
def test_any_text_is_explained_in_one_short_line(key):
    _, reason = faults(key)
    assert reason
    assert len(reason) < 300
    assert reason.isprintable()


def test_every_client_costs_as_many_hmacs_as_an_unknown_one(monkeypatch):
    made = []
    real = hmac.digest
    monkeypatch.setattr(key_faults.hmac, "digest", lambda *args: made.append(1) or real(*args))
    counts = set()
    for client in ("erp", "off", "none", "nobody"):
        made.clear()
        faults(bound_key(client, SECRET, NOW))
        counts.add(len(made))
    assert len(counts) == 1
    assert counts.pop() > 10
