"""A request's body: strict JSON with fields that are right, or a refusal that quotes nothing."""

from __future__ import annotations

import json
import math
from contextlib import suppress

from edgebox.api.body import MAX_VALUES, _at_most, _values, fingerprint, parse_object
from edgebox.api.requests import read_fields
from edgebox.contract.requests import BatchAnalysisRequest, QuickSummaryRequest
from edgebox.contract.texts import Limits
from edgebox.errors import BodyTooLarge, InvalidFields, MalformedRequest
from edgebox.reading.call import read

TOKENS = (
    *(b'"consultation_id":', b'"conversation_text":', b'"turns":', b'"speaker":', b'"text":'),
    *(b'"consultations":[', b'"metadata":{', b'"call_date":', b'"2025-09-13"', b'"priority":'),
    *(b'"bound_key":', b'"callback_url":', b'"start_ms":', b"null", b"true", b"NaN", b"-0", b"1e9"),
    *(b"1e400", b"9" * 320, b"9" * 4400, b"[" * 900, b"\\ud800", b"\\u0000", b"\xef\xbb\xbf"),
    *(b"\xed\xa0\x80", b'{"a":1,"a":2}', b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\"),
)


def seeds() -> list[bytes]:
    talk = "고객: 카드를 잃어버렸어요.\n상담사: 정지해 드렸습니다."
    turns = [{"speaker": "agent", "text": "네", "start_ms": 1.5}, {"text": "정지해 주세요"}]
    recognised = json.dumps({"segments": [{"spk": 1, "msg": "네", "start_at": 10}]})
    bodies = (
        {"consultation_id": "CL-1", "conversation_text": talk, "priority": "high"},
        {"consultation_id": "CL-1", "turns": turns, "call_date": "2025-09-13T10:00:00+09:00"},
        {"consultation_id": "CL-1", "conversation_text": recognised, "bound_key": "a:1:b"},
        {
            "consultations": [
                {"consultation_id": "1", "conversation_text": talk, "metadata": {"n": [1.5, None]}},
                {"consultation_id": "2", "turns": turns, "call_date": None},
            ],
            "callback_url": "https://centerlink.example/hook",
        },
        {},
    )
    return [json.dumps(body, ensure_ascii=False).encode() for body in bodies]


def check(data: bytes) -> None:
    try:
        fields = parse_object(data)
    except MalformedRequest:
        return
    assert isinstance(fields, dict)
    numbers = _numbers(fields)
    assert all(math.isfinite(number) for number in numbers if isinstance(number, float))
    assert _at_most(data) + 1 >= len(numbers)
    assert _values(data) <= MAX_VALUES
    written = json.dumps(fields, allow_nan=False).encode("ascii")
    assert parse_object(written) == fields, "what was read is read otherwise again"
    assert fingerprint(parse_object(written)) == fingerprint(fields)
    for kind in (QuickSummaryRequest, BatchAnalysisRequest):
        with suppress(InvalidFields, BodyTooLarge):
            asked = read_fields(kind, fields, Limits())
            items = asked.consultations if isinstance(asked, BatchAnalysisRequest) else [asked]
            for item in items:
                assert item.consultation_id.strip()
                item.transcript.encode()
                read(item.transcript)


def _numbers(value: object) -> list[int | float]:
    found, rest = [], [value]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            rest += one.values()
        elif isinstance(one, list):
            rest += one
        elif isinstance(one, int | float) and not isinstance(one, bool):
            found.append(one)
    return found
