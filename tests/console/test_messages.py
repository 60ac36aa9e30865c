"""What a screen may send, and what no peer can make of it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsproto import ConnectionType, WSConnection
from wsproto.events import Request

from edgebox.console import messages
from edgebox.console.messages import NotUnderstood
from edgebox.system.handshake import fault_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TYPES = st.sampled_from(sorted(messages._TYPES)) | st.just("hello") | JSON
NAMES = st.sampled_from(
    ["consultation_id", "text", "ask_id", "question", "content", "draft_id", "seconds", "rating"]
)
OBJECTS = st.builds(
    lambda kind, fields: json.dumps({"type": kind, **fields}),
    TYPES,
    st.dictionaries(NAMES | st.text(), JSON, max_size=5),
)


@settings(max_examples=300, deadline=None)
@given(OBJECTS | st.text())
def test_anything_is_a_message_or_not_understood(text):
    for parse in (messages.hello, messages.act):
        reason = ""
        try:
            parse(text)
        except NotUnderstood as error:
            reason = error.reason
        assert len(reason.encode("ascii")) <= messages.MOST_REASON


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "A message is a JSON object."),
        ("{", "A message is a JSON object."),
        ("[" * 100_000, "A message is a JSON object."),
        ('{"type": "sing"}', "There is no message of this type."),
        ('{"type": ["ask"]}', "There is no message of this type."),
        ('{"type": "open"}', "open: the field consultation_id is not valid."),
        ('{"type": "open", "consultation_id": 7}', "open: the field consultation_id is not valid."),
        ('{"type": "open", "consultation_id": "\\ud800"}', "open is not valid."),
        (
            '{"type": "accept", "consultation_id": "a", "draft_id": "b", "content": {"text": 1}}',
            "accept: the field content.text is not valid.",
        ),
    ],
)
def test_the_reason_names_the_field_and_no_value(text, reason):
    with pytest.raises(NotUnderstood) as error:
        messages.act(text)
    assert error.value.reason == reason


def test_null_means_left_out():
    said = messages.hello('{"type": "hello", "screen": null, "operator": null}')
    assert said.operator == ""
    sent = {
        "type": "accept",
        "consultation_id": "CL-1",
        "draft_id": "d",
        "content": {"text": "분실", "agent": None},
        "dropped": ["result"],
        "copied": None,
        "seconds": None,
        "later": None,
    }
    said = messages.act(json.dumps(sent))
    assert (said.dropped, said.copied, said.seconds) == (("result",), False, 0.0)
    with pytest.raises(NotUnderstood, match="the field consultation_id"):
        messages.act('{"type": "open", "consultation_id": null}')


def test_a_message_may_have_more_than_is_known():
    said = messages.act('{"type": "open", "consultation_id": "CL-1", "later": {"a": [1]}}')
    assert isinstance(said, messages.Open)


VALUES = st.binary(max_size=12).map(lambda value: value.replace(b"\r", b"").replace(b"\n", b""))
RIGHT = {
    b"host": b"box.lan:8600",
    b"upgrade": b"websocket",
    b"connection": b"keep-alive, Upgrade",
    b"sec-websocket-version": b"13",
    b"sec-websocket-key": b"AAAAAAAAAAAAAAAAAAAAAA==",
    b"sec-websocket-protocol": b"edgebox.v1",
    b"sec-websocket-extensions": b"permessage-deflate",
}


@settings(max_examples=300, deadline=None)
@given(
    changed=st.dictionaries(st.sampled_from(sorted(RIGHT)), VALUES, max_size=2),
    more=st.lists(st.tuples(st.sampled_from(sorted(RIGHT)), VALUES), max_size=2),
)
def test_wsproto_opens_every_handshake_that_has_no_fault(changed, more):
    """An exception in it would be one in the event loop's callback, with a traceback."""
    headers = [*(RIGHT | changed).items(), *more]
    if any(value != value.strip() or not value.isascii() for _, value in headers):
        headers = [(name, value.strip()) for name, value in headers]
    scope = {"headers": headers, "http_version": "1.1"}
    if fault_of(scope) is not None:
        return
    lines = [b"GET /api/v1/live HTTP/1.1", *(b"%b: %b" % header for header in headers)]
    connection = WSConnection(ConnectionType.SERVER)
    try:
        connection.receive_data(b"\r\n".join(lines) + b"\r\n\r\n")
    except Exception as error:
        if "Bad HTTP message" in str(error):
            return  # h11 has refused it before, in the protocol that reads the request
        raise
    [event] = connection.events()
    assert isinstance(event, Request)


def test_a_right_handshake_has_no_fault():
    assert fault_of({"headers": list(RIGHT.items()), "http_version": "1.1"}) is None
