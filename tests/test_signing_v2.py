"""Keys that sign one request: the test vectors, and everything that is not the signed request."""

import hashlib
import json
import os
import re
import shlex
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox import signing
from edgebox.errors import InvalidBoundKey
from edgebox.signing import Window, bound_key, verify_bound_key
from edgebox.signing_v2 import Signed, bound_key_v2, is_v2, parse_v2, verify_v2

VECTORS = json.loads((Path(__file__).parent / "data/keys-v2.json").read_text(encoding="utf-8"))
NOW = 1_757_750_400.0
SECRET = "5f" * 32
OLD = "a1" * 32
NONCE = "0123456789abcdef"
REQUEST = Signed("POST", "/api/v1/x?y=1", "ab" * 32)


@dataclass
class Client:
    secrets: tuple[str, ...] = (SECRET, OLD)
    disabled: bool = False


CLIENTS = {
    "center-1": Client(),
    "off": Client(disabled=True),
    "none": Client(()),
    "v2": Client((OLD,)),
}


def verify(value: str, request: Signed = REQUEST, now: float = NOW) -> None:
    verify_v2(parse_v2(value), CLIENTS.get, Window(now, 300, 30), request)


def key(client: str = "center-1", secret: str = SECRET, now: float = NOW) -> str:
    return bound_key_v2(client, secret, now, NONCE, REQUEST)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_vectors(vector):
    request = Signed(vector["method"], vector["target"], vector["body_sha256"])
    made = bound_key_v2(
        vector["client"], vector["secret"], vector["timestamp"], vector["nonce"], request
    )
    assert made == vector["key"]
    verify(vector["key"], request)


def test_either_live_secret_signs():
    verify(key())
    verify(key(secret=OLD))


@pytest.mark.parametrize(
    "request_",
    [
        replace(REQUEST, method="GET"),
        replace(REQUEST, method="post"),
        replace(REQUEST, target="/api/v1/x"),
        replace(REQUEST, target="/api/v1/x?y=2"),
        replace(REQUEST, body_sha256="ac" * 32),
    ],
)
def test_another_request_is_refused(request_):
    with pytest.raises(InvalidBoundKey):
        verify(key(), request_)


@pytest.mark.parametrize(
    "value",
    [
        key(now=NOW - 301),
        key(now=NOW + 31),
        key("off"),
        key("nobody"),
        key("none", "0" * 64),
        key(secret="00" * 32),
        key().replace(NONCE, NONCE[:-1] + "g"),
        key().replace(":1757750400:", ":01757750400:"),
        key().replace(":1757750400:", ":1757750401:"),
        key().replace("center-1", "v2"),
        key().replace(NONCE, "0123456789abcde"),
        key().replace(NONCE, "0" * 65),
        key().replace(NONCE, "0123456789abcde/"),
        key()[:-1],
        key() + "\n",
        "v3" + key()[2:],
        bound_key("v2", SECRET, NOW),
        "v2::::",
        "",
    ],
    ids=ascii,
)
def test_every_other_key_is_refused_alike(value):
    with pytest.raises(InvalidBoundKey) as refusal:
        verify(value)
    assert refusal.value.detail == InvalidBoundKey().detail


def test_neither_kind_of_key_is_the_other():
    first = bound_key("v2", OLD, NOW)
    assert not is_v2(first)
    assert verify_bound_key(first, CLIENTS.get, Window(NOW, 300, 30)) == "v2"
    assert is_v2(key())
    with pytest.raises(InvalidBoundKey):
        verify_bound_key(key(), CLIENTS.get, Window(NOW, 300, 30))


@given(st.one_of(st.text(max_size=250), st.lists(st.text(max_size=70)).map(":".join)))
def test_no_text_makes_it_fail_in_another_way(value):
    with pytest.raises(InvalidBoundKey):
        verify("v2:" + value)


@pytest.mark.parametrize(
    ("client", "nonce"), [("a:b", NONCE), ("erp", "short"), ("erp", "가나" * 8)]
)
def test_what_could_not_be_verified_is_not_signed(client, nonce):
    with pytest.raises(ValueError, match="nonce"):
        bound_key_v2(client, SECRET, NOW, nonce, REQUEST)


def test_every_client_costs_as_many_hmacs_as_an_unknown_one(monkeypatch):
    made = []
    real = signing._hmac
    monkeypatch.setattr(signing, "_hmac", lambda *args: made.append(1) or real(*args))
    counts = set()
    for client in ("center-1", "off", "none", "nobody"):
        made.clear()
        with pytest.raises(InvalidBoundKey):
            verify(key(client, secret="00" * 32))
        counts.add(len(made))
    assert counts == {2}


def sample(language: str) -> str:
    """The block of docs/api.md that makes such keys in this language."""
    text = (Path(__file__).parents[1] / "docs/api.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    [found] = [block for block in blocks if "key_v2" in block]
    return found


def test_the_sample_in_python_works():
    names: dict = {}
    exec(sample("python"), names)
    for body in (b"", "상담".encode()):
        made = names["key_v2"]("center-1", SECRET, "POST", "/api/v1/x?y=1", body)
        request = replace(REQUEST, body_sha256=hashlib.sha256(body).hexdigest())
        verify(made, request, now=time.time())


def test_the_sample_in_shell_works(tmp_path):
    """With the names of the guide's first sample, and no secret among the arguments."""
    assert '"$SECRET"' not in sample("sh")
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "body").write_bytes("상담\n".encode())
    for words, body in (
        (("GET", "/api/v1/batches?limit=5%20"), b""),
        (("POST", "/x", "body"), "상담\n".encode()),
    ):
        script = f"{sample('sh')}\nkey_v2 {shlex.join(words)}"
        made = subprocess.run(
            ["sh", "-c", script],
            env={**os.environ, "CLIENT": "center-1", "SECRET_FILE": "./secret"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        verify(made, Signed(*words[:2], hashlib.sha256(body).hexdigest()), now=time.time())
