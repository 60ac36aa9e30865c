"""Which field of a recogniser's JSON says who speaks, what and when, whatever it is called."""

import json

import pytest

from edgebox.contract.texts import transcript_text
from edgebox.reading.call import read

CALL = [
    ("customer", "네 여보세요"),
    ("agent", "안녕하세요"),
    ("customer", "저번에 말한 거요"),
    ("agent", "네 됐습니다"),
]
"""A call in which nobody talks like one side."""
GUESSED = [
    ("agent", "네 고객님 무엇을 도와드릴까요"),
    ("customer", "카드를 잃어버려서 정지하려고요"),
    ("agent", "네 정지해 드렸습니다"),
]


def said(value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [(one.speaker, one.text) for one in read(transcript_text(text, 100_000)).utterances]


def entries(field, agent, customer, call=CALL, text="text", **more):
    names = {"agent": agent, "customer": customer}
    return [{field: names[side], text: words, **more} for side, words in call]


@pytest.mark.parametrize(
    ("field", "agent", "customer"),
    [
        ("participantPurpose", "internal", "external"),
        ("senderType", "AGENT", "CUSTOMER"),
        ("speaker_type", "상담사", "고객"),
        ("SPK_DV", "상담원", "고객"),
        ("rxtx", "TX", "RX"),
        ("channelType", "TX", "RX"),
        ("direction", "outbound", "inbound"),
        ("type", "agent", "customer"),
        ("personType", "manager", "user"),
        ("segmentParticipant", {"role": "HUMAN_AGENT"}, {"role": "END_USER"}),
        ("isAgent", True, False),
        ("is_customer", False, True),
        ("users", [{"username": "상담사 김나래"}], [{"username": "고객 박도윤"}]),
        ("author", {"id": 1, "role": "agent"}, {"id": 2, "role": "customer"}),
        ("author", {"type": "admin", "name": "김"}, {"type": "user", "name": "박"}),
        ("author_role", "agent", "end-user"),
        ("speaker", "Employee", "Customer"),
        ("agentYn", "Y", "N"),
        ("is_customer_flag", "0", "1"),
        ("attendee", {"externalUserId": "agent"}, {"externalUserId": "customer"}),
    ],
)
def test_a_field_whose_values_are_the_sides_is_the_speaker(field, agent, customer):
    assert said(entries(field, agent, customer)) == CALL
    assert read(json.dumps(entries(field, agent, customer))).speakers == "both"


@pytest.mark.parametrize("field", ["event", "source", "actor", "msgOrigin"])
def test_a_field_whose_values_are_a_customer_and_a_bot_is_the_speaker(field):
    bot = [("system" if side == "agent" else side, text) for side, text in CALL]
    among = [
        {field: "action", "name": "utter_ask_order", "timestamp": 3},
        *entries(field, "bot", "user"),
        {field: "slot", "name": "order", "value": "31285"},
    ]
    assert said(entries(field, "bot", "user")) == said({"events": among}) == bot
    assert said(entries(field, "system", "mobile")) == [("unknown", text) for _, text in CALL]
    named = [one | {"name": "푸르미" if one[field] == "bot" else "박도윤"}
             for one in entries(field, "bot", "user")]  # fmt: skip
    assert said(named) == bot


@pytest.mark.parametrize("field", ["type", "event", "source"])
def test_people_who_are_all_users_beside_notices_are_told_apart_by_their_names(field):
    names = {"agent": "김나래", "customer": "박도윤"}
    chat = [{field: "user", "name": names[side], "text": text} for side, text in GUESSED]
    notices = [{field: "system", "name": "", "text": f"{one}님이 들어왔습니다."}
               for one in names.values()]  # fmt: skip
    assert [one for one in said([*notices, *chat]) if one[0] != "system"][-3:] == GUESSED


def test_a_field_with_the_sides_is_surer_than_talk():
    found = entries("speaker", "SPEAKER_01", "SPEAKER_00")
    for one in found:
        one["speaker_role"] = {"SPEAKER_01": "agent", "SPEAKER_00": "customer"}[one["speaker"]]
    assert said(found) == CALL


def test_to_whom_it_was_said_is_not_who_said_it():
    found = entries("to", "customer", "agent", GUESSED)
    assert {side for side, _ in said(found)} == {"unknown"}


@pytest.mark.parametrize(
    "field",
    ["assignedTo", "createdBy", "agentId", "updatedBy", "ownerRole", "assigneeType", "reviewer",
     "handledBy", "customerType", "담당자구분"],
)  # fmt: skip
def test_who_keeps_a_record_is_not_who_speaks(field):
    found = entries("speaker", "SPEAKER_01", "SPEAKER_00", GUESSED)
    for (side, _), one in zip(GUESSED, found, strict=True):
        one[field] = {"agent": "customer", "customer": "agent"}[side]
    assert said(found) == GUESSED
    other = entries(field, "customer", "agent", GUESSED)
    assert {side for side, _ in said(other)} == {"unknown"}


@pytest.mark.parametrize(
    "field",
    ["spokenBy", "sentBy", "userType", "postedBy", "repliedBy", "작성자", "등록자", "고객구분",
     "상담구분", "고객/상담사", "고객상담사", "고객상담원구분", "agentOrCustomer",
     "customer_or_agent"],
)  # fmt: skip
def test_who_spoke_or_sent_it_is_who_speaks(field):
    assert said(entries(field, "agent", "customer")) == CALL
    assert said(entries(field, "상담사", "고객")) == CALL


@pytest.mark.parametrize("user", ["user", "username", "nickname", "displayName", "senderId"])
@pytest.mark.parametrize(
    ("field", "agent", "customer"),
    [("구분", "A", "C"), ("역할", "A", "C"), ("말한사람", "김나래", "박철수")],
)
def test_one_user_of_every_record_is_not_who_speaks(user, field, agent, customer):
    found = entries(field, agent, customer, GUESSED, text="내용")
    assert said([{user: "kim", **one} for one in found]) == GUESSED
    users = entries(user, "kim01", "guest", GUESSED, text="내용")
    assert said([{**one, field: "채팅"} for one in users]) == GUESSED


def test_a_field_that_gives_one_label_both_sides_is_no_speaker():
    found = entries("speaker", "A", "A", GUESSED)
    for at, one in enumerate(found):
        one["topic"] = ("agent", "customer")[at % 2]
    assert {side for side, _ in said(found)} == {"unknown"}


@pytest.mark.parametrize(
    ("field", "agent", "customer"),
    [
        ("diarization", {"label": "1"}, {"label": "2"}),
        ("media_channel", 1, 2),
        ("channel_index", [0, 2], [1, 2]),
        ("speaker", 0.0, 1.0),
        ("speaker", ["SPEAKER_00"], ["SPEAKER_01"]),
        ("spk", 0, 1),
        ("users", [{"username": "김나래", "user_id": "a"}], [{"username": "박도윤"}]),
    ],
)
def test_speakers_are_told_apart_by_numbers_objects_and_lists(field, agent, customer):
    assert said(entries(field, agent, customer, GUESSED)) == GUESSED


@pytest.mark.parametrize(
    "text",
    ["pred_text", "sttText", "STT_TXT", "plainText", "phrase", "body", "line", "form", "발화문"],
)
def test_what_was_said_has_many_names(text):
    assert said(entries("speaker", "상담사", "고객", text=text)) == CALL


def test_a_recogniser_s_text_is_read_and_not_what_stood_there_before():
    found = entries("speaker", "상담사", "고객", text="pred_text")
    assert said([{"text": "-", "label": "infer", **one} for one in found]) == CALL


@pytest.mark.parametrize(
    ("field", "moment"),
    [
        ("timestamp", "2025-09-13T05:12:0{}Z"),
        ("AbsoluteTime", "2025-09-13T05:12:0{}.250Z"),
        ("startTime", "2025-09-13 14:12:0{}"),
        ("start", "00:00:0{}.200"),
        ("startTimeOffset", "{}200"),
    ],
)
def test_two_channels_one_after_the_other_are_put_in_order(field, moment):
    found = entries("speaker", "상담사", "고객")
    for at, one in enumerate(found):
        one[field] = moment.format(at)
    assert said([*found[::2], *found[1::2]]) == CALL


STAMPS = ["12:02.120", "12:02.090", "12:02.101", "12:02.003"]


AT_ONCE = ["12:02", "12:02", "12:01", "12:01"]


@pytest.mark.parametrize(
    ("field", "stamps"),
    [
        *((field, STAMPS) for field in ("createdAt", "created_at", "updatedAt", "timestamp")),
        *((field, AT_ONCE) for field in ("createdAt", "created_at", "regDate")),
    ],
)
def test_stamps_of_records_written_at_once_do_not_reorder(field, stamps):
    found = entries("speaker", "상담사", "고객")
    for one, stamp in zip(found, stamps, strict=True):
        one[field] = f"2025-09-13T05:{stamp}Z"
    assert said(found) == CALL
    for at, one in enumerate(found):
        one["start"] = at * 3
    assert said([*found[::2], *found[1::2]]) == CALL


def test_records_that_were_written_again_later_keep_their_place():
    found = entries("speaker", "상담사", "고객")
    for at, one in enumerate(found):
        one["createdAt"] = f"2025-09-13T05:{'51' if at == 1 else '12'}:0{at}Z"
    assert said(found) == CALL


def test_a_chat_with_its_newest_record_first_is_turned():
    found = entries("speaker", "상담사", "고객")
    for at, one in enumerate(found):
        one["createdAt"] = f"2025-09-13T05:1{at}:02Z"
    assert said(found[::-1]) == CALL


@pytest.mark.parametrize("field", ["createdAt", "created_at", "sentAt", "등록일시"])
@pytest.mark.parametrize(
    "stamps",
    [
        ["2025-09-13T05:12:00Z", "2025-09-13T05:12:02Z", "2025-09-13T05:12:02Z",
         "2025-09-13T05:12:07Z"],
        ["2025-09-13 14:12", "2025-09-13 14:13", "2025-09-13 14:13", "2025-09-13 14:14"],
        [1757740320, 1757740322, 1757740322, 1757740327],
        ["1757740320", "1757740324", "1757740329", "1757740331"],
    ],
    ids=["ties", "minutes", "seconds", "texts"],
)  # fmt: skip
def test_a_chat_with_its_newest_first_may_have_two_records_of_one_moment(field, stamps):
    found = entries("speaker", "상담사", "고객")
    for one, stamp in zip(found, stamps, strict=True):
        one[field] = stamp
    assert said(found) == said(found[::-1]) == CALL
    assert said([found[3], found[0]]) == [CALL[0], CALL[3]]


@pytest.mark.parametrize("field", ["createdAt", "created_at", "sentAt"])
def test_one_side_of_a_list_after_the_other_is_put_in_order(field):
    found = entries("speaker", "상담사", "고객")
    for at, one in enumerate(found):
        one[field] = f"2025-09-13T05:12:0{at * 2}Z"
    assert said([*found[::2], *found[1::2]]) == said([*found[1::2], *found[::2]]) == CALL
    for at, one in enumerate(found):
        one[field] = f"2025-09-13T05:12:00.00{at * 2}Z"
    assert said([*found[::2], *found[1::2]]) == [*CALL[::2], *CALL[1::2]]


def test_sides_apart_are_put_together_by_when_their_records_were_written():
    sides = {"상담사": [], "고객": []}
    for at, one in enumerate(entries("speaker", "상담사", "고객")):
        sides[one["speaker"]].append({**one, "createdAt": f"2025-09-13T05:1{at}:02Z"})
    assert said(sides) == CALL


def test_a_call_over_midnight_keeps_its_order():
    found = entries("speaker", "상담사", "고객")
    for one, clock in zip(found, ["23:59:50", "23:59:55", "00:00:02", "00:00:09"], strict=True):
        one["time"] = clock
    assert said(found) == CALL


@pytest.mark.parametrize("field", ["start", "startTime", "begin", "offset", "timestamp", "ts"])
@pytest.mark.parametrize("seconds", [(1, 2, 48, 50), (0, 5, 60, 70), (0, 9, 80, 85)])
def test_channels_of_a_minute_whose_milliseconds_look_like_seconds_are_put_in_order(field, seconds):
    found = entries("speaker", "상담사", "고객")
    for at, one in zip(seconds, found, strict=True):
        one[field] = at * 1000
    assert said([*found[::2], *found[1::2]]) == CALL
    sides = [{"segments": [one for one in found if one["speaker"] == name]}
             for name in ("상담사", "고객")]  # fmt: skip
    assert said({"channels": sides}) == CALL


def test_a_day_that_is_none_is_no_start():
    found = entries("speaker", "상담사", "고객", timestamp="2025-19-73T05:12:00Z")
    assert said(found) == CALL


def test_hypotheses_may_be_texts():
    found = [{"speaker": "고객", "alternatives": ["네 여보세요", "네 여보세오"]},
             {"speaker": "상담사", "alternatives": ["안녕하세요"]}]  # fmt: skip
    assert said(found) == CALL[:2]


@pytest.mark.parametrize("depth", [5, 300, 450, 900])
@pytest.mark.parametrize("form", ['{{"label": {}}}', "[{}]"])
def test_a_speaker_that_is_nested_deeply_is_none(form, depth):
    nested = '"a"'
    for _ in range(depth):
        nested = form.replace("{{", "{").replace("}}", "}").replace("{}", nested)
    for field in ("speaker", "start", "channel"):
        received = f'[{{"text": "네 여보세요", "{field}": {nested}}}]'
        assert [words for _, words in said(received)] == ["네 여보세요"]


def test_a_side_that_is_told_around_what_was_said_is_the_speaker():
    around = [
        {"participantType": side.upper(), "name": "x", "body": {"elementText": {"text": text}}}
        for side, text in CALL
    ]
    assert said({"messages": around}) == CALL


def test_words_with_speakers_are_turns_though_all_are_of_one_channel():
    results = [
        {
            "alternatives": [
                {
                    "transcript": text,
                    "words": [
                        {"word": word, "startOffset": f"{at}s", "speakerLabel": str(at % 2)}
                        for word in text.split()
                    ],
                }
            ],
            "channelTag": 0,
        }
        for at, (_, text) in enumerate(GUESSED)
    ]
    assert said({"results": results}) == GUESSED
    for at, one in enumerate(results):  # channels that differ are the speakers
        one["channelTag"] = at % 2 + 1
        for word in one["alternatives"][0]["words"]:
            word["speakerLabel"] = "1"
    assert said({"results": results}) == GUESSED


@pytest.mark.parametrize(
    ("field", "agent", "customer", "text"),
    [
        ("SPK_DIV_CD", "A", "C", "STT_CTNT"),
        ("RXTX", "T", "R", "SENTENCE"),
        ("speakerGb", "01", "02", "cont"),
        ("spk_code", 1, 2, "sent"),
        ("화자코드", "S1", "S2", "내용"),
        ("personName", "김나래", "박도윤", "text"),
        ("Speaker", "S", "T", "Words"),
    ],
)
def test_a_code_tells_speakers_apart(field, agent, customer, text):
    again = [*GUESSED, ("customer", "재발급은 언제 되나요")]
    assert said(entries(field, agent, customer, again, text)) == again


def test_a_code_that_tells_nothing_apart_is_no_speaker():
    for codes in ("AAA", "ABC", ("가나다라마바사아자", "나", "가나다라마바사아자")):
        values = [
            {"spk_cd": code, "text": text} for code, (_, text) in zip(codes, GUESSED, strict=True)
        ]
        assert {side for side, _ in said(values)} == {"unknown"}


def test_words_of_a_short_turn_are_one():
    results = [
        {
            "Alternatives": [
                {
                    "Transcript": text,
                    "Items": [
                        {"Content": word, "Type": "pronunciation", "Attendee": {"AttendeeId": side}}
                        for word in text.split()
                    ],
                }
            ]
        }
        for side, text in CALL
    ]
    for value in ({"Transcript": {"Results": results}}, {"Results": results[:1]}):
        assert said(value) == CALL[: 1 if value.get("Results") else None]


@pytest.mark.parametrize(
    ("field", "agent", "customer"),
    [
        ("side", "L", "R"),
        ("leg", "A", "B"),
        ("direction", "OUT", "IN"),
        ("speaker", {"$numberInt": "0"}, {"$numberInt": "1"}),
    ],
)
def test_a_field_about_who_speaks_tells_two_codes_apart(field, agent, customer):
    assert said(entries(field, agent, customer, call=GUESSED + GUESSED[1:])) == [
        *GUESSED,
        *GUESSED[1:],
    ]


@pytest.mark.parametrize(
    ("field", "agent", "customer"),
    [
        ("Track", "outbound_track", "inbound_track"),
        ("is_agent", 1, 0),
        ("isAgent", "true", "false"),
        ("is_customer", "N", "Y"),
    ],
)
def test_a_flag_or_a_track_is_a_side(field, agent, customer):
    assert said(entries(field, agent, customer)) == CALL
    assert {side for side, _ in said(entries("is_final", 1, 1))} == {"unknown"}


FIRST_AGENT = [CALL[1], CALL[3], CALL[0], CALL[2]]


@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        ("seq", [2, 4, 1, 3]),
        ("turnIndex", ["2", "4", "1", "3"]),
        ("순번", [12, 14, 11, 13]),
        ("start", ["1200ms", "3200 ms", "200ms", "2200ms"]),
        ("time", [{"start": at, "end": 9} for at in (2, 4, 1, 3)]),
        ("range", [[2, 3], [4, 5], [1, 2], [3, 4]]),
        ("interval", [{"startTime": f"PT{at}S"} for at in (2, 4, 1, 3)]),
        ("startTime", [f"2025/09/13 14:12:0{at}" for at in (2, 4, 1, 3)]),
        ("startTimeOffset", ["2s", "4s", "1s", "3s"]),
        ("timestamp", [{"$numberLong": str(at * 1000)} for at in (2, 4, 1, 3)]),
    ],
)
def test_two_sides_one_after_the_other_are_put_in_order(field, numbers):
    turns = [
        {"speaker": side, "text": text, field: number}
        for (side, text), number in zip(FIRST_AGENT, numbers, strict=True)
    ]
    assert said(turns) == CALL


@pytest.mark.parametrize("numbers", [[1, 2, 1, 2], [3, 1, 4, 2], [1, 2, None, 4], [1.5, 2, 3, 4]])
def test_numbers_that_are_no_order_move_nothing(numbers):
    turns = [
        {"speaker": side, "text": text, "seq": number}
        for (side, text), number in zip(CALL, numbers, strict=True)
    ]
    assert said(turns) == CALL
    assert said([{**one, "seq": 9 - at} for at, one in enumerate(turns)]) == CALL[::-1]


@pytest.mark.parametrize("sign", ["", "."])
def test_pieces_of_words_have_their_own_spaces(sign):
    pieces = []
    for side, text in GUESSED:
        for word in f"{text}{sign}".split():
            cut = [" " + word[:2], word[2:]] if word[2:] else [" " + word]
            pieces += [{"text": piece, "speaker": side} for piece in cut]
    found = said({"tokens": pieces})
    assert [text.rstrip(".") for _, text in found] == [text for _, text in GUESSED]
    words = [{"word": word, "speaker": side} for side, text in GUESSED for word in text.split()]
    words[0]["word"] = " " + words[0]["word"]
    words[4]["word"] = " " + words[4]["word"]
    assert [text for _, text in said({"words": words})] == [text for _, text in GUESSED]


@pytest.mark.parametrize("field", ["speakerTag", "channelTag"])
def test_a_speaker_of_zero_that_was_left_out_is_a_speaker(field):
    call = [*GUESSED, GUESSED[1]]
    tags = {"agent": {}, "customer": {field: 1}}
    assert said([{"transcript": text, **tags[side]} for side, text in call]) == call
    for other in ({field: 2}, {field: None}):
        tags = {"agent": other if other[field] is None else {}, "customer": {field: 2}}
        found = said([{"transcript": text, **tags[side]} for side, text in call])
        assert {side for side, _ in found} == {"unknown"}


@pytest.mark.parametrize(
    ("number", "more"),
    [
        ([3, 4, 1, 2], {}),
        ([881, 990, 412, 500], {}),
        ([65534, 65535, 0, 1], {}),
        ([4, 3, 2, 1], {"createdAt": "2025-09-13T05:12:0{}Z"}),
        ([4, 3, 2, 1], {"audio_start": "{}.5"}),
    ],
)
def test_numbers_are_no_order_beside_times_or_with_gaps(number, more):
    turns = [
        {"speaker": side, "text": text, "no": number[at]}
        | {name: form.format(at) for name, form in more.items()}
        for at, (side, text) in enumerate(CALL)
    ]
    assert said(turns) == CALL


@pytest.mark.parametrize("field", ["interval", "range", "span"])
@pytest.mark.parametrize(
    "values", [[0, 800, 300, 500], [3, 1, 2, 1], [[0, 4], [3, 6], [1, 2], [0, 9]]]
)
def test_pauses_scores_and_places_of_characters_are_no_times(field, values):
    turns = [
        {"speaker": side, "text": text, field: value}
        for (side, text), value in zip(CALL, values, strict=True)
    ]
    assert said(turns) == CALL


@pytest.mark.parametrize("field", ["side", "leg", "direction", "inOut"])
def test_a_side_tells_nobody_apart_beside_labels_or_where_a_call_is_passed_on(field):
    call = [*CALL, *CALL]
    labelled = [{field: "AB"[side == "customer"], "text": f"{side}: {text}"} for side, text in call]
    assert said(labelled) == call
    passed = [{field: at // 4, "text": text} for at, (_, text) in enumerate(call)]
    assert {side for side, _ in said(passed)} == {"unknown"}


def test_words_of_a_speaker_without_spaces_before_them_are_words():
    words = [
        {"word": f" {word}" if side == "agent" else word, "speaker": side}
        for side, text in GUESSED
        for word in text.split()
    ]
    assert said({"words": words}) == GUESSED


def test_seconds_in_any_writing_are_starts():
    starts = ["2.30000000000000004s", "3  s", "1e-05s", ".5s"]
    turns = [
        {"speaker": side, "text": text, "start": start}
        for (side, text), start in zip(FIRST_AGENT, starts, strict=True)
    ]
    assert said(turns) == [CALL[0], CALL[2], CALL[1], CALL[3]]


def test_numbers_of_speakers_are_no_field_that_rises():
    turns = [
        {"speaker": int(side == "agent"), "text": text, "seq": number}
        for (side, text), number in zip(
            FIRST_AGENT[2:] + FIRST_AGENT[:2], [1, 3, 2, 4], strict=True
        )
    ]
    assert [text for _, text in said(turns)] == [text for _, text in CALL]
