import json
from datetime import date

import pytest

from edgebox.api.requests import read_fields
from edgebox.contract.asks import AskRequest, FeedbackRequest
from edgebox.contract.live import LiveAppend, LiveEnd
from edgebox.contract.requests import BatchAnalysisRequest, QuickSummaryRequest
from edgebox.contract.texts import Limits
from edgebox.errors import BodyTooLarge, InvalidFields
from support.boxes.api import BATCH, QUICK, TALK, ApiBox

SMALL = Limits(characters=100, consultations=3)
ITEM = {"consultation_id": "CL-1", "conversation_text": TALK}


def quick(**fields: object) -> QuickSummaryRequest:
    return read_fields(QuickSummaryRequest, ITEM | fields, SMALL)


def batch(*items: object, **fields: object) -> BatchAnalysisRequest:
    return read_fields(BatchAnalysisRequest, {"consultations": list(items)} | fields, SMALL)


def item(number: int, **fields: object) -> dict:
    return ITEM | {"consultation_id": f"CL-{number}"} | fields


def test_defaults_and_unknown_fields() -> None:
    asked = quick(agent_name="김상담", bound_key="k")
    assert (asked.priority, asked.conversation_text) == ("normal", TALK)
    assert batch(item(1)).callback_url is None
    assert batch(item(1)).consultations[0].metadata == {}
    assert quick(priority=None).priority == "normal"
    assert batch(item(1, metadata=None)).consultations[0].metadata == {}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"call_date": "2025-09-13"}, date(2025, 9, 13)),
        ({"call_date": "2025-09-13", "metadata": {"call_date": "2024-01-01"}}, date(2025, 9, 13)),
        ({"metadata": {"call_date": "2025-09-13"}}, date(2025, 9, 13)),
        ({"call_date": None, "metadata": {"call_date": "2025-09-13"}}, date(2025, 9, 13)),
        ({"metadata": {"call_date": "13.9.2025"}}, None),
        ({"metadata": {"call_date": {"day": 13}}}, None),
        ({}, None),
    ],
)
def test_the_day_of_a_call_is_that_of_the_field_or_of_the_metadata(fields, expected) -> None:
    assert quick(**fields).date_of_call == expected
    assert batch(item(1, **fields)).consultations[0].date_of_call == expected


@pytest.mark.parametrize("metadata", [None, [], "x", 1, {"a": "\ud800"}])
def test_a_quick_summary_does_not_judge_metadata(metadata) -> None:
    assert quick(metadata=metadata).date_of_call is None


def test_a_wrong_day_of_a_call_in_a_batch_is_named() -> None:
    with pytest.raises(InvalidFields) as refused:
        batch(item(1), item(2, call_date="yesterday"))
    assert [pointer for pointer, _ in refused.value.errors] == ["/consultations/1/call_date"]


def test_a_text_keeps_its_characters_so_that_offsets_are_those_of_the_client() -> None:
    sent = "고객:\x00 안\x1b[31m녕\x7f하\x85세요\r\n\t네\x0b\x0c"
    assert quick(conversation_text=sent).conversation_text == sent


def test_control_characters_between_the_parts_of_json_do_no_harm() -> None:
    sent = '{"turns":\x00 [{"speaker": "agent", "text": "네"}]}'
    assert quick(conversation_text=sent).conversation_text == sent.replace("\x00", "")
    with pytest.raises(InvalidFields):
        quick(conversation_text='{"a":\x00 1}')


@pytest.mark.parametrize("text", ["null", " true\n", "false"])
def test_what_a_program_writes_without_a_text_is_no_call(text: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        quick(conversation_text=text)
    assert "JSON of no known recogniser" in refused.value.detail
    assert quick(conversation_text=f"고객: {text}").conversation_text


@pytest.mark.parametrize(
    "text",
    [
        "[{'speaker': 'agent', 'text': '네', 'start': None}]",
        "[('agent', '네'), ('customer', '카드요')]",
        "['상담사: 네', '고객: 카드요']",
        "[{speaker=agent, text=네}, {speaker=customer, text=카드요}]",
        "\ufeff[Turn(speaker=agent, text=네), Turn(speaker=customer, text=카드요)]",
        "Segment(id=1, seek=0, start=0.0, text=' 네', tokens=[1])\nSegment(id=2, text=' 카드요')",
        "[Turn[speaker=agent, text=네]]",
        "Turn { Speaker = agent, Text = 네 }",
        "speaker='agent' text='네' start=0.0",
        "[{Speaker:agent Text:네 고객님 Start:0}]",
        '[{:speaker=>"agent", :text=>"네"}]',
        'alternatives {\n  transcript: "네"\n}',
        "Array\n(\n    [0] => Array\n        (\n            [text] => 네\n        )\n)",
        "[{ speaker: 'agent', text: '네' }]",
        '{text: "네", start: 0}',
        "[object Object],[object Object]",
        "[com.acme.stt.Turn@1b6d3586, com.acme.stt.Turn@4554617c]",
        "<stt.Turn object at 0x7f1c>",
        "System.Collections.Generic.List`1[Acme.Turn]",
        "undefined",
        "None",
        " nan\n",
    ],
)
def test_what_a_program_prints_of_its_objects_is_no_call(text: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        quick(conversation_text=text)
    assert "Send JSON (json.dumps" in refused.value.detail
    assert quick(conversation_text=f"고객: {text}").conversation_text


KOREAN = "[고객] 카드를 잃어버렸어요.\n[상담사] 정지해 드렸습니다."


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("cp949", "latin-1"),
        ("cp949", "cp1252"),
        ("cp949", "utf-8"),
        ("utf-8", "latin-1"),
        ("utf-8", "cp1252"),
        ("utf-8", "cp949"),
        ("ascii", "ascii"),
    ],
)
def test_korean_that_was_read_in_another_encoding_is_refused(written: str, read: str) -> None:
    text = KOREAN.encode(written, "replace").decode(read, "replace")
    with pytest.raises(InvalidFields) as refused:
        quick(conversation_text=text)
    assert "send UTF-8" in refused.value.detail
    turns = [{"speaker": "agent", "text": line} for line in text.split("\n")]
    with pytest.raises(InvalidFields):
        quick(conversation_text=None, turns=turns)


@pytest.mark.parametrize(
    "text",
    [
        f"고객: {chr(0xFFFD) * 9} 카드를 잃어버려서 정지하려고 전화드렸어요.",
        "고객: ??? ??? ???? ???",
        "네?그래요?그럼 얼마예요?만 원이요?",
        "¿Hola? ¿Quién es? ¡Señor, está aquí! ¿Sí? ¿Qué pasó? Él está allá.",
        "您好，我想取消訂單，因為地址錯了。好的，馬上為您處理。",
        "????",
        "???? " * 9,
        "…" * 20,
        "· · ·\n" * 9,
        '[{"text": "I\ufffdm calling, it\ufffds broken. We\ufffdre"}, {"text": "\ufffdQu\ufffd?"}]',
        "네?금이요?네?前점주?아?정말?그래?왜?누가?乙은?언제?甲도?어디?저요?",
        '[{"text": "¿Sí? ¿Él? ¿Qué? ¿Cuál? ¿Dónde está?", "speaker": "agent"}]',
    ],
)
def test_signs_and_other_languages_are_not_garbled(text: str) -> None:
    assert quick(conversation_text=text).conversation_text == text


@pytest.mark.parametrize(
    "text",
    [
        "{customer: 카드를 잃어버렸어요}\n{agent: 네}",
        "['네' 하고 끊음]",
        "(A=고객, B=상담사)\nA: 카드를 잃어버렸어요\nB: 네",
        "Speaker(1): 카드를 잃어버렸어요",
        "None of my cards work.",
        "{Agent:네 Customer님}",
        "Array 카드요",
        "[카드요, 네]",
        "Agent(ch=0): 카드 정지해 드릴까요?\nCustomer(ch=1): 네 (웃음)",
        "[Agent(no=17)] 네 고객님\n[Customer(no=3)] 카드요 (웃음)",
        "CALL[callid=1234, agent=이서연]\n상담사: 네\n고객: 카드요 (끊음)",
        "Recording(id=3921) 2025-09-13\n네 고객님\n카드요",
        "{A=상담사, B=고객}\nA: 네\nB: 카드요 (끊음)",
        "{channel: 0}\n상담사: 네\n고객: 카드요",
        "{Agent:이서연 Customer:김민수}\n상담사: 네\n고객: 카드요",
        "call_id='123' agent='이서연'\n상담사: 네\n고객: 카드요 (끊음)",
        '[("음악")]\n상담사: 네\n고객: 카드요',
    ],
)
def test_speech_in_brackets_is_a_call(text: str) -> None:
    assert quick(conversation_text=text).conversation_text == text


def test_a_speaker_that_is_null_is_left_out() -> None:
    turns = [{"speaker": None, "text": "카드를 잃어버렸어요."}]
    asked = quick(conversation_text=None, turns=turns)
    assert [turn.speaker for turn in asked.turns] == [""]


@pytest.mark.parametrize("text", ["", " \t\r\n", "\x00\x01", "\u200b\ufeff \u3000"])
def test_a_text_without_anything_in_it_is_refused_helpfully(text: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        quick(conversation_text=text)
    [(pointer, words)] = refused.value.errors
    assert pointer == "/conversation_text"
    assert "no text" in words


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("consultation_id", "", "Must not be empty."),
        ("consultation_id", "  ", "Must not be empty."),
        ("consultation_id", "x" * 129, "At most 128 characters."),
        ("consultation_id", "a\nb", "Must not contain control characters."),
        ("consultation_id", "CL\u202e1", "Must not contain control characters."),
        ("consultation_id", "CL\u20661", "Must not contain control characters."),
        ("consultation_id", 7, "Send a string."),
        ("consultation_id", None, "Send a string."),
        ("conversation_text", ["고객: 비밀"], "Send a string."),
        ("conversation_text", "고객: 비밀\ud800", "surrogate"),
        ("consultation_id", "비밀\udfff", "surrogate"),
        ("priority", "비밀", "Send one of: high, normal, low."),
        ("priority", ["비밀"], "Send one of: high, normal, low."),
        ("call_date", "비밀", "Send an RFC 3339 date or time"),
        ("call_date", "", "Send an RFC 3339 date or time"),
        ("call_date", "2025-02-30", "Send an RFC 3339 date or time"),
        ("call_date", "2025-09-13T10:00:00", "Send an RFC 3339 date or time"),
        ("call_date", 20250913, "Send an RFC 3339 date or time"),
    ],
)
def test_a_wrong_field_is_named_and_not_repeated(field: str, value: object, words: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        quick(**{field: value})
    [(pointer, said)] = refused.value.errors
    assert pointer == f"/{field}"
    assert words in said
    assert "비밀" not in f"{said} {refused.value.detail}"


WRONG = (True, 7, 1.5, -1, "7", "x" * 5_000, [], ["x"], [{}] * 9, {}, {"a": 1}, {"text": 5}, [[]])
CALL = {"consultation_id": "a", "conversation_text": "고객: 네", "question": "며칠?"}


@pytest.mark.parametrize(
    "kind",
    [QuickSummaryRequest, BatchAnalysisRequest, AskRequest, FeedbackRequest, LiveAppend, LiveEnd],
)
def test_what_is_wrong_with_any_field_says_what_to_send(kind) -> None:
    for field in kind.model_fields:
        for value in WRONG:
            fields = (CALL if "conversation_text" in kind.model_fields else {}) | {field: value}
            try:
                read_fields(kind, fields, Limits())
            except (InvalidFields, BodyTooLarge) as refusal:
                for pointer, text in refusal.errors:
                    assert text != "Not valid.", (pointer, value)
                    assert ": ," not in text, (pointer, value, text)
                    assert ", ," not in text, (pointer, value, text)


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (LiveAppend, {"offset": 1.5}, "/offset: Send a whole number."),
        (LiveEnd, {"received": "12"}, "/received: Send a whole number."),
        (LiveAppend, {"partial": "가" * 2_001}, "/partial: Send at most 2000 characters."),
        (
            QuickSummaryRequest,
            {"consultation_id": "a", "turns": [{"text": "네", "speaker": "x" * 65}]},
            "/turns/0/speaker: Send at most 64 characters.",
        ),
        (
            AskRequest,
            CALL | {"history": [{"question": "왜?", "answer": "네"}] * 5},
            "/history: Send at most 4.",
        ),
        (
            FeedbackRequest,
            {"what": "ask", "id": "a", "rating": "down", "reason": "rude"},
            "/reason: Send one of: wrong, incomplete, not_found, unclear, slow, other.",
        ),
    ],
)
def test_limits_have_their_unit_and_choices_their_words(kind, fields, words) -> None:
    with pytest.raises(InvalidFields) as refusal:
        read_fields(kind, fields, Limits())
    assert refusal.value.detail == words


def test_the_longest_id_and_text_are_taken() -> None:
    asked = quick(consultation_id="가" * 128, conversation_text="나" * 100)
    assert len(asked.conversation_text) == 100


def test_a_transcript_over_the_limit_is_too_large_and_named() -> None:
    with pytest.raises(BodyTooLarge) as refused:
        batch(item(1), item(2), item(3, conversation_text="가" * 101))
    [(pointer, words)] = refused.value.errors
    assert pointer == "/consultations/2/conversation_text"
    assert "100" in words


def test_too_many_consultations_are_too_large_without_a_look_at_each() -> None:
    with pytest.raises(BodyTooLarge) as refused:
        batch(*["not even an object"] * 4)
    assert refused.value.errors == [
        ("/consultations", "At most 3 consultations a batch. Send several batches.")
    ]


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({}, "/consultations", "Required."),
        ({"consultations": None}, "/consultations", "Send an array."),
        ({"consultations": {}}, "/consultations", "Send an array."),
        ({"consultations": []}, "/consultations", "Send at least one."),
        ({"consultations": ["x"]}, "/consultations/0", "Send an object."),
        ({"consultations": [{}]}, "/consultations/0/consultation_id", "Required."),
        ({"consultations": [ITEM], "callback_url": 7}, "/callback_url", "Send a string."),
        (
            {"consultations": [ITEM], "callback_url": "http://a/\ud800"},
            "/callback_url",
            "Holds half of a surrogate pair, which is not Unicode text.",
        ),
    ],
)
def test_the_shape_of_a_batch(fields: dict, pointer: str, words: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_fields(BatchAnalysisRequest, fields, SMALL)
    assert refused.value.errors[0] == (pointer, words)


def test_an_id_that_stands_twice_is_named_with_the_first() -> None:
    with pytest.raises(InvalidFields) as refused:
        batch(item(1), item(2), item(1))
    assert refused.value.errors == [
        ("/consultations/2/consultation_id", "The same id as /consultations/0.")
    ]


def nested(levels: int) -> dict:
    value: dict = {}
    for _ in range(levels - 1):
        value = {"a": [value]} if levels % 2 else {"a": value}
    return value


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"call_date": "2025-09-13", "duration": 180, "비고": [None, True, 1.5, {"a": []}]},
        {"text": "가" * 5000},
        nested(32),
    ],
    ids=["empty", "usual", "large", "deep"],
)
def test_metadata_stays_as_it_is(metadata: dict) -> None:
    assert batch(item(1, metadata=metadata)).consultations[0].metadata == metadata


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ("text", "Send an object"),
        ([], "Send an object"),
        ({"text": "가" * 5500}, "16384 bytes"),
        (nested(34), "32 levels"),
        ({"비밀\ud800": 1}, "surrogate"),
        ({"a": ["비밀\ud800"]}, "surrogate"),
    ],
    ids=["text", "array", "large", "deep", "surrogate name", "surrogate"],
)
def test_other_metadata_is_refused(metadata: object, words: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        batch(item(1), item(2, metadata=metadata))
    [(pointer, said)] = refused.value.errors
    assert pointer == "/consultations/1/metadata"
    assert words in said
    assert "비밀" not in said


def test_very_deep_metadata_does_not_exhaust_the_stack() -> None:
    value: list = []
    for _ in range(50_000):
        value = [value]
    with pytest.raises(InvalidFields):
        batch(item(1, metadata={"a": value}))


def test_a_long_list_of_errors_is_cut_and_counted() -> None:
    limits = Limits(consultations=500)
    with pytest.raises(InvalidFields) as refused:
        read_fields(BatchAnalysisRequest, {"consultations": [{}] * 500}, limits)
    assert len(refused.value.errors) == 50
    assert refused.value.detail.endswith("(and 999 more)")


def test_a_request_does_not_show_its_key() -> None:
    asked = quick(bound_key="center-1:1:secret")
    assert "secret" not in repr(asked)
    assert "secret" not in asked.model_dump_json()


@pytest.mark.anyio
async def test_half_a_surrogate_pair_in_a_quick_summary_is_a_422(box: ApiBox) -> None:
    body = json.dumps(ITEM | {"conversation_text": "비밀 \ud800"})
    headers = box.headers() | {"Content-Type": "application/json"}
    answer = await box.http.post(QUICK, content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/conversation_text"


@pytest.mark.anyio
async def test_half_a_surrogate_pair_in_a_batch_is_a_422_with_a_pointer(box: ApiBox) -> None:
    body = json.dumps({"consultations": [item(1), item(2, conversation_text="비밀 \ud800")]})
    headers = box.headers() | {"Content-Type": "application/json"}
    answer = await box.http.post(BATCH, content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/consultations/1/conversation_text"


@pytest.mark.anyio
async def test_numbers_that_no_time_can_be_are_no_500(box: ApiBox) -> None:
    for digits, status in ((400, 200), (4400, 422)):
        text = json.dumps([{"text": "네 고객님", "start": 1}]).replace("1}", "1" * digits + "}")
        assert (await box.quick(conversation_text=text)).status_code == status
    assert (await box.batch(TALK, callback_url="http://xn--1/")).status_code == 422


@pytest.mark.anyio
async def test_the_contracts_limits_hold_by_default(box: ApiBox) -> None:
    assert (await box.quick(conversation_text="가 " * 100_000)).status_code == 200
    over = await box.quick(conversation_text="가" * 200_001)
    assert over.status_code == 413
    assert over.json()["errors"][0]["pointer"] == "/conversation_text"
    assert (await box.batch(*[TALK] * 500)).status_code == 202
    assert (await box.batch(*[TALK] * 501)).status_code == 413
