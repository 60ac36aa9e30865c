"""Bound keys and Standard Webhooks signatures."""

import base64
import hashlib
import hmac
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.errors import InvalidBoundKey
from edgebox.signing import (
    Window,
    bound_key,
    verify_bound_key,
    verify_webhook,
    webhook_headers,
)

NOW = 1_757_750_400.0
SECRET = "5f" * 32
OLD = "a1" * 32


@dataclass
class Client:
    secrets: tuple[str, ...] = (SECRET, OLD)
    disabled: bool = False


CLIENTS = {"center-1": Client(), "off.line": Client(disabled=True), "none": Client(secrets=())}


def verify(value: str, now: float = NOW) -> str:
    return verify_bound_key(value, CLIENTS.get, Window(now, 300, 30))


def test_a_bound_key_is_the_hex_hmac_of_id_and_timestamp():
    digest = hmac.new(SECRET.encode(), b"center-1:1757750400", hashlib.sha256).hexdigest()
    assert bound_key("center-1", SECRET, NOW + 0.9) == f"center-1:1757750400:{digest}"


def test_a_fresh_key_is_accepted_and_names_its_client():
    assert verify(bound_key("center-1", SECRET, NOW)) == "center-1"


def test_every_live_secret_signs_keys_that_are_accepted():
    assert verify(bound_key("center-1", OLD, NOW)) == "center-1"


@pytest.mark.parametrize("offset", [-300, 30])
def test_a_key_may_be_old_for_longer_than_it_may_be_ahead(offset):
    assert verify(bound_key("center-1", SECRET, NOW + offset)) == "center-1"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(bound_key("center-1", SECRET, NOW - 301), id="too old"),
        pytest.param(bound_key("center-1", SECRET, NOW + 31), id="from the future"),
        pytest.param(bound_key("center-1", "00" * 32, NOW), id="wrong secret"),
        pytest.param(bound_key("nobody", SECRET, NOW), id="unknown client"),
        pytest.param(bound_key("nobody", "0" * 64, NOW), id="unknown client, dummy secret"),
        pytest.param(bound_key("none", "0" * 64, NOW), id="no secret left, dummy secret"),
        pytest.param(bound_key("off.line", SECRET, NOW), id="disabled client"),
        pytest.param(bound_key("center-1", SECRET, NOW)[:-1], id="cut short"),
        pytest.param(bound_key("center-1", SECRET, NOW) + "\n", id="line break after it"),
        pytest.param("x:" + bound_key("center-1", SECRET, NOW), id="colon in the client id"),
        pytest.param("", id="empty"),
        pytest.param("::", id="three empty parts"),
        pytest.param("center-1:1757750400", id="two parts"),
        pytest.param("center-1:1757750400:" + "가" * 64, id="Hangul signature"),
        pytest.param("상담:1757750400:" + "0" * 64, id="Hangul client"),
        pytest.param("center-1:١٧٥٧٧٥٠٤٠٠:" + "0" * 64, id="Arabic digits"),
        pytest.param("center-1:1757750400:\ud800", id="lone surrogate"),
        pytest.param("center-1:-1:" + "0" * 64, id="negative timestamp"),
        pytest.param("center-1:" + "9" * 5000 + ":" + "0" * 64, id="a number of 5000 digits"),
    ],
)
def test_every_other_key_is_refused_alike(value):
    with pytest.raises(InvalidBoundKey) as refusal:
        verify(value)
    assert refusal.value.detail == InvalidBoundKey().detail


def test_a_changed_timestamp_breaks_the_signature():
    client, timestamp, signature = bound_key("center-1", SECRET, NOW).split(":")
    with pytest.raises(InvalidBoundKey):
        verify(f"{client}:{int(timestamp) + 1}:{signature}")


@given(st.text(max_size=200))
def test_no_text_makes_verification_fail_in_another_way(value):
    with pytest.raises(InvalidBoundKey):
        verify(value)


def test_a_client_id_that_could_not_be_verified_is_not_signed():
    with pytest.raises(ValueError, match="client id"):
        bound_key("a:b", SECRET, NOW)


BODY = '{"batch_id": "BATCH-20250913-001", "titles": "사업자등록"}'.encode()


def test_the_signature_is_that_of_standard_webhooks():
    headers = webhook_headers("msg_1", NOW, BODY, [SECRET])
    for_libraries = "whsec_" + base64.b64encode(SECRET.encode()).decode()
    key = base64.b64decode(for_libraries.removeprefix("whsec_"))
    expected = base64.b64encode(
        hmac.new(key, b"msg_1.1757750400." + BODY, hashlib.sha256).digest()
    ).decode()
    assert headers == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1757750400",
        "webhook-signature": f"v1,{expected}",
    }


def test_during_rotation_receivers_with_either_secret_verify():
    headers = webhook_headers("msg_1", NOW, BODY, [SECRET, OLD])
    for secret in (SECRET, OLD):
        assert verify_webhook(headers, BODY, [secret], NOW, 300)
    assert not verify_webhook(headers, BODY, ["00" * 32], NOW, 300)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"webhook-id": "msg_2"}, id="other id"),
        pytest.param({"webhook-timestamp": "1757750401"}, id="other timestamp"),
        pytest.param({"webhook-timestamp": "later"}, id="no timestamp"),
        pytest.param({"webhook-signature": ""}, id="no signature"),
        pytest.param({"webhook-signature": "v1,가나다"}, id="Hangul signature"),
    ],
)
def test_a_changed_header_does_not_verify(change):
    headers = webhook_headers("msg_1", NOW, BODY, [SECRET])
    assert not verify_webhook(headers | change, BODY, [SECRET], NOW, 300)


def test_another_version_of_the_signature_does_not_count():
    headers = webhook_headers("msg_1", NOW, BODY, [SECRET])
    headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", "v2,")
    assert not verify_webhook(headers, BODY, [SECRET], NOW, 300)


def test_a_changed_body_or_an_old_message_does_not_verify():
    headers = webhook_headers("msg_1", NOW, BODY, [SECRET])
    assert not verify_webhook(headers, BODY + b" ", [SECRET], NOW, 300)
    assert not verify_webhook(headers, BODY, [SECRET], NOW + 301, 300)


def test_header_names_may_come_in_any_case():
    headers = {k.title(): v for k, v in webhook_headers("m", NOW, BODY, [SECRET]).items()}
    assert verify_webhook(headers, BODY, [SECRET], NOW, 300)


def test_the_shell_function_of_the_documents_signs_without_showing_the_secret(tmp_path):
    text = (Path(__file__).resolve().parents[1] / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    [block] = [one for one in blocks if "bound_key()" in one]
    script = block.replace("CLIENT=centerlink", "CLIENT=center-1") + "set -x; bound_key"
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    ended = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    key = ended.stdout.strip()
    assert verify_bound_key(key, CLIENTS.get, Window(time.time(), 300, 30)) == "center-1"
    assert SECRET not in ended.stderr, "what the shell hands to a program, others can read"
