"""A transcript in any form: utterances in order, inside the text, with nothing made up."""

from __future__ import annotations

import json
import math
import re

from edgebox.api.requests import read_fields
from edgebox.contract.requests import QuickSummaryRequest
from edgebox.contract.texts import Limits
from edgebox.errors import InvalidFields
from edgebox.reading.call import MAX_UTTERANCE_CHARACTERS, read
from edgebox.reading.markup import is_markup
from edgebox.reading.normal import normalise
from edgebox.reading.recognisers import turns_of
from edgebox.reading.scripts import is_script

_LOOP = re.compile(r"([가-힣]{1,8}?)\1{7,}")

TOKENS = tuple(
    token.encode()
    for token in (
        *("고객: ", "상담사: ", "[고객] ", "Speaker 1: ", "[00:12] ", "오후 1:03", "2025. 9. 13. "),
        *("00:00:01,000 --> 00:00:03,000", "WEBVTT\n\n", "<v 고객>", "<br>", "&nbsp;", "\\n"),
        *("\r\n", "\u2028", "\u200b", "\ufeff", "\u1100\u1161\u11a8", "é", "\u200d", "\t", "|"),
        *("900101-1234567", "4111-1111-1111-1111", "비밀번호는 1234", "공일공 일이삼사", "네 네"),
        *('{"segments":[', '{"spk":1,"msg":"', '"start":', "1e999", "9" * 400, '"channels":['),
        *("</td>", "<td>", "<!--", "-->", "<![CDATA[", "]]>", "&#44032;", "<speaker>", "</call>"),
        *(
            "화자: ",
            "내용: ",
            "- text: ",
            "Dialogue: ",
            "20250913151200 ",
            '"isFinal":false,',
            "```",
        ),
        *('[{"text":"', '"}]', '{"results":{', "]}", "[[[[", '"speaker":"agent",', "9" * 4400, ","),
    )
)


def seeds() -> list[bytes]:
    texts = (
        "고객: 카드를 잃어버렸어요.\n상담사: 정지해 드렸습니다. 사흘요.\n고객: 네 감사합니다.",
        "[오후 1:03] 고객 향 안 나게요\n[오후 1:04] 상담사 네 무향으로요\n",
        "1\n00:00:01,000 --> 00:00:03,000\n고객: 주민번호는 900101-1234567이요\n\n2\n",
        "speaker,start,text\nagent,0.5,안녕하세요\ncustomer,2.0,비밀번호는 1234예요\n",
        "카드가 안 돼요. 언제부터 그러셨어요? 어제부터요. " * 20,
        json.dumps({"segments": [{"spk": 1, "msg": "네", "start_at": 10}]}),
        json.dumps([{"speaker": "agent", "text": "안녕하세요", "start": "1.5s"}, {"text": "네"}]),
        json.dumps({"channels": [{"alternatives": [{"transcript": "네 그래요"}]}]}),
        '{"text": "네", "start": 1}\n{"text": "그래요"}\n',
        json.dumps([{"Transcript": {"Content": "네", "IsPartial": True}}, {"channel": 1}]),
        json.dumps([{"channel": 0, "segments": [{"text": "네"}]}, {"isAgent": True, "body": "네"}]),
        "<SAMI><HEAD><STYLE><!-- P {} --></STYLE></HEAD><SYNC Start=1><P Class=KRCC>네<br>&nbsp;",
        '<call><turn speaker="고객"><at>1.5</at><text><![CDATA[네]]>&#48148;</text></turn></call>',
        "<table><tr><td>고객</td><td>네\n요</td></tr></table>",
        "[Script Info]\n[Events]\nFormat: Start, Name, Text\nDialogue: 1.00,고객,네\\N요, 네\n",
        "- speaker: 고객\n  text: |\n    네\n- speaker: 상담사\n  text: '네'\n",
        "노트\n2025.09.13 토 오후 3:12 ・ 3분 20초\n김나래\n\n고객 00:01\n네\n",
    )
    return [text.encode() for text in texts]


def check(data: bytes) -> None:
    text = data.decode("utf-8", "ignore")
    for turn in turns_of(text) or ():
        assert turn.start_ms is None or math.isfinite(turn.start_ms)
    try:
        asked = read_fields(
            QuickSummaryRequest, {"consultation_id": "1", "conversation_text": text}, Limits()
        )
    except InvalidFields:
        return
    received = asked.transcript
    call = read(received)
    assert call == read(received)
    marked = turns_of(received) is not None
    written = not (is_markup(received) or is_script(received))
    plain = written and not marked and normalise(received).text == received
    at = 0
    for one in call.utterances:
        assert 0 < len(one.text) <= MAX_UTTERANCE_CHARACTERS
        assert one.text == " ".join(one.text.split())
        assert 0 <= one.start <= one.end <= len(received)
        assert marked or at <= one.start, "utterances are out of order"
        at = one.start
        if plain:
            _found(one.text, received[one.start : one.end])
    turns = [{"speaker": one.label[:64], "text": one.text} for one in call.utterances]
    if turns:
        again = read_fields(QuickSummaryRequest, {"consultation_id": "1", "turns": turns}, Limits())
        read(again.transcript)


def _found(said: str, received: str) -> None:
    """Offsets map back: the received text there holds the words of the utterance."""
    there = "".join(received.replace('"', "").split())  # a table's cells have quotes of their own
    shorter = _shorter(there)
    words = [word for word in said.replace('"', "").split() if "[" not in word]  # masks have [ ]
    missing = [one for one in words if one not in there and _shorter(one) not in shorter]
    assert not missing, f"{missing} is not at its offsets"


def _shorter(text: str) -> str:
    """Of a loop two are left, but figures said one by one are left alone."""
    return _LOOP.sub(r"\1\1", text)
