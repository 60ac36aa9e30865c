"""Cases: the project's own, an administrator's, and every mistake in one."""

import json
from pathlib import Path

import pytest

from edgebox.errors import CaseInvalid, UsageError
from edgebox.lab.evaluation.cases import Case, chosen, load_cases
from edgebox.lab.evaluation.doubts import doubts
from edgebox.lab.evaluation.facts import Answer
from edgebox.reading.call import read

DATA = Path(__file__).parents[1] / "data"
FOLDER = DATA / "transcripts"
FOLDERS = [FOLDER, DATA / "calls"]
LOST_CARD = load_cases(FOLDER)[0]


def test_the_projects_own_cases_are_all_read_in_order_of_name():
    cases = load_cases(FOLDER)
    assert len(cases) == len(list(FOLDER.glob("*.json")))
    assert cases[0] == LOST_CARD
    assert chosen(cases, limit=3) == cases[:3]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_of_the_projects_cases_has_two_key_facts_and_an_outcome_without_inventions(folder):
    for file in sorted(folder.glob("*.json")):
        raw = json.loads(file.read_text(encoding="utf-8"))
        case = Case.model_validate(raw)
        assert sum(fact.weight == 2 for fact in case.facts) == (0 if case.is_empty else 2), case.id
        outcome = Answer([raw["outcome"]])
        assert [form for form in case.must_not if outcome.states(form, reworded=False)] == []


def test_both_folders_are_read_as_one_set():
    cases = load_cases(FOLDERS)
    assert len(cases) == 164
    assert len(chosen(cases, "held_out")) == 40
    assert len(chosen(cases, "development")) == 124
    assert sum(case.is_empty for case in cases) == 9
    assert {case.id for case in chosen(cases, hard="withdrawn")} < {case.id for case in cases}


def test_a_choice_of_no_case_is_an_error_that_lists_the_tags():
    cases = load_cases(FOLDERS)
    with pytest.raises(CaseInvalid, match="None of the calls is held out"):
        chosen(load_cases(FOLDER), "held_out")
    with pytest.raises(CaseInvalid, match="There are: chat, complaint"):
        chosen(cases, hard="nonsense")


def write(folder, name, text):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def case_with(**changes):
    case = {"id": "a", "transcript": "고객: 네", "facts": [{"fact": "긍정", "any": ["네"]}]}
    merged = {key: value for key, value in (case | changes).items() if value is not None}
    return json.dumps(merged, ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "b.json: is empty."),
        ("{", "b.json: not JSON in UTF-8: It ends before everything is closed."),
        (
            '{\n"id": "a",\n}',
            "b.json: not JSON in UTF-8, line 3: Leave out the comma before } or ].",
        ),
        (
            '{\n"id": "a",\n"transcript": "고객: 네\n상담사: 네"}',
            "b.json: not JSON in UTF-8, line 3: Write a line break within a text as \\n",
        ),
        ('{"id": “a”}', "b.json: not JSON in UTF-8: A value is missing, or has no straight double"),
        ("{'id': 'a'}", "b.json: not JSON in UTF-8: Write keys in straight double quotes."),
        ('{\n"id": "a"\n"title": ""}', "b.json: not JSON in UTF-8, line 3: A comma, a colon or"),
        (
            '{"id": "a "b" c"}',
            "b.json: not JSON in UTF-8: A comma, a colon or a bracket is missing",
        ),
        ('{"held_out": True}', "b.json: not JSON in UTF-8: A value is missing, or has no"),
        ('{"id": "a\\b\\c"}', "b.json: not JSON in UTF-8: Write a backslash in a text as \\\\."),
        (case_with() + "\n" + case_with(id="c"), "b.json: not JSON in UTF-8, line 2: Something"),
        ('{"id": 01}', "b.json: not JSON in UTF-8."),
        (
            case_with(title="요금").encode("cp949"),
            "b.json: is in CP949, not UTF-8. Convert it: iconv -f CP949 -t UTF-8 ",
        ),
        (case_with().encode("utf-16"), "b.json: is in UTF-16, not UTF-8. Convert it: iconv"),
        (b"\xff\xfe\xfa", "b.json: "),
        ("[]", "b.json: Write an object with id, transcript and facts."),
        (
            case_with(facts=None),
            "b.json: facts: Missing. Write a list of objects with fact and any.",
        ),
        (case_with(facts=[]), "b.json: facts: Give at least one, or outcome_kind 내용 없음"),
        (case_with(transcript="  "), "b.json: transcript: Has no text."),
        (case_with(transcript='{"a": 1}'), "b.json: transcript: Is JSON of no known recogniser."),
        (
            case_with(transcript=None, turns=[{"speaker": "고객"}]),
            "b.json: turns.0.text: Missing. Write what",
        ),
        (case_with(turns=[{"text": "네"}]), "b.json: transcript: Give transcript or turns"),
        (case_with(outcome_kind="성공"), "b.json: outcome_kind: Write 접수, 완료, 불가"),
        (case_with(call_date="어제"), "b.json: call_date: Write a date, as 2025-09-13."),
        (case_with(numbers=[{"said": "삼만 원"}]), "b.json: numbers.0.value: Missing. Write what"),
        (case_with(must_not=[" 네"]), "b.json: must_not.0: Is also an accepted form of a fact."),
        (
            case_with(facts=[{"fact": "긍정"}]),
            "b.json: facts.0.any: Missing. Write a list of at least one",
        ),
        (
            case_with(facts=[{"fact": "긍정", "any": []}]),
            "b.json: facts.0.any: Write a list of at least one accepted form.",
        ),
        (
            case_with(facts=[{"fact": "긍정", "any": ["네"], "field": "요약"}]),
            "b.json: facts.0.field: Write customer, agent, result or any, or leave it out.",
        ),
        (case_with(must_nott=["네"]), "must_nott: There is no such key; did you mean must_not?"),
        (case_with(author="박"), "b.json: author: There is no such key; leave it out."),
        (
            case_with(facts=[{"fact": "긍정", "any": ["네"], "wieght": 2}]),
            "b.json: facts.0.wieght: There is no such key; did you mean weight?",
        ),
        (
            case_with(numbers=[{"said": "네", "value": "네", "vale": "네"}]),
            "b.json: numbers.0.vale: There is no such key; did you mean value?",
        ),
        (
            case_with(facts=[{"fact": "긍정", "any": ["네"], "weight": 5}]),
            "b.json: facts.0.weight: Write 1 or 2.",
        ),
        (case_with(facts="네"), "b.json: facts: Write a list of objects with fact and any."),
        (case_with(facts=[{"fact": "긍정", "any": [" "]}]), "b.json: facts.0.any.0: Write a text."),
        (case_with(held_out="yes"), "b.json: held_out: Write true or false."),
        (case_with(outcome_kind="내용 없음"), "b.json: facts: Leave the list empty, or"),
        (case_with(transcript=7), "b.json: transcript: Write what was said as text, or"),
        (case_with(id="first"), "b.json: id: another file has the same"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path, text, complaint):
    write(tmp_path, "a.json", case_with(id="first"))
    write(tmp_path, "b.json", text)
    with pytest.raises(CaseInvalid) as refused:
        load_cases(tmp_path)
    assert complaint in refused.value.detail
    assert "\n" not in refused.value.detail


def test_a_key_that_stands_twice_is_named_but_not_one_of_a_recogniser(tmp_path):
    fact = '{"fact": "긍정", "any": ["네"]%s}'
    case = '{"id": "a", "transcript": %s, "names": ["하람"], "facts": [%s]%s}'
    twice = case % ('"고객: 네"', fact % ', "fact": "부정"', ', "names": []')
    write(tmp_path, "a.json", twice)
    with pytest.raises(CaseInvalid) as error:
        load_cases(tmp_path)
    assert error.value.detail.splitlines() == [
        "a.json: fact: Stands twice in one object. Leave one out.",
        "a.json: names: Stands twice in one object. Leave one out.",
    ]
    call = '{"turns": [{"speaker": "고객", "text": "네", "text": "네"}]}'
    write(tmp_path, "a.json", case % (call, fact % "", ""))
    assert len(load_cases(tmp_path)) == 1


def test_an_error_quotes_nothing_of_the_file(tmp_path):
    write(tmp_path, "a.json", case_with(transcript=[{"order": "비밀 이야기"}]))
    with pytest.raises(CaseInvalid) as refused:
        load_cases(tmp_path)
    assert "비밀" not in refused.value.detail


def test_a_file_that_an_editor_gave_a_byte_order_mark_is_read(tmp_path):
    write(tmp_path, "a.json", b"\xef\xbb\xbf" + case_with().encode())
    assert load_cases(tmp_path)[0].id == "a"


def test_a_folder_without_cases_is_said_to_be_one(tmp_path):
    with pytest.raises(CaseInvalid, match=r"no \.json files"):
        load_cases(tmp_path)


def test_cases_in_folders_of_the_folder_are_said_to_be_there(tmp_path):
    (tmp_path / "september").mkdir()
    write(tmp_path / "september", "a.json", case_with())
    with pytest.raises(CaseInvalid, match=r"Name the folders in it that do, such as .*/september$"):
        load_cases(tmp_path)


def test_a_suffix_in_capitals_is_one_and_what_macos_adds_is_no_case(tmp_path):
    write(tmp_path, "A.JSON", case_with())
    write(tmp_path, "._A.json", b"\0\5\x16\7")
    assert [case.id for case in load_cases(tmp_path)] == ["a"]


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="no folder"):
        load_cases(tmp_path / "none")
    write(tmp_path, "a.json", case_with())
    with pytest.raises(UsageError, match="Name the folder that holds it: "):
        load_cases(tmp_path / "a.json")


def test_all_mistakes_of_all_files_are_named_at_once(tmp_path):
    write(tmp_path, "a.json", case_with(facts=None, transcript=None))
    write(tmp_path, "b.json", "{")
    write(tmp_path, "c.json", case_with())
    with pytest.raises(CaseInvalid) as refused:
        load_cases(tmp_path)
    assert refused.value.detail.splitlines() == [
        "a.json: transcript: Has no text. Send what was said in the consultation.",
        "a.json: facts: Missing. Write a list of objects with fact and any.",
        "b.json: not JSON in UTF-8: It ends before everything is closed.",
    ]


def test_a_call_in_which_nothing_was_said_needs_no_facts(tmp_path):
    write(tmp_path, "a.json", case_with(facts=[], outcome_kind="내용 없음"))
    (case,) = load_cases(tmp_path)
    assert case.is_empty


TURNS = [{"speaker": "고객", "text": "카드 정지요"}, {"speaker": "상담사", "text": "네"}]


@pytest.mark.parametrize(
    "more",
    [
        {"transcript": "고객: 카드 정지요\n상담사: 네"},
        {"turns": TURNS},
        {"transcript": json.dumps({"segments": [turn | {"start": 1.5} for turn in TURNS]})},
        {"transcript": {"segments": [turn | {"start": 1.5} for turn in TURNS]}},
        {"transcript": TURNS},
    ],
    ids=["text", "turns", "recogniser", "object", "array"],
)
def test_every_form_of_a_transcript_is_read_as_a_clients_is(tmp_path, more):
    write(tmp_path, "a.json", case_with(**({"transcript": None} | more)))
    (case,) = load_cases(tmp_path)
    said = [(one.speaker, one.text) for one in read(case.transcript).said]
    assert said == [("customer", "카드 정지요"), ("agent", "네")]


def test_no_case_for_development_looks_wrong_beside_its_call():
    cases = chosen(load_cases(FOLDERS), "development")
    assert [(case.id, line) for case in cases for line in doubts(case)] == []


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"names": ["하람교육", "박지우"]}, "names.1: The call does not hold this name."),
        (
            {"numbers": [{"said": "팔월 이일", "value": "2025-08-02"}]},
            "numbers.0.said: The call does not hold these words.",
        ),
        (
            {"facts": [{"fact": "72,000원 출금", "any": ["72,000", "칠만 이천 원"]}]},
            "facts.0.any: Neither the call nor numbers hold these figures.",
        ),
        (
            {
                "must_not": ["칠만 이천", "2만 7천 원"],
                "facts": [{"fact": "출금", "any": ["27,000"]}],
            },
            "must_not.1: Every answer that states facts.0 holds this.",
        ),
        (
            {"transcript": "[음악]\n고객:"},
            "transcript: Nothing is said in this call. See: edgebox transcript FILE",
        ),
        (
            {"facts": [], "outcome_kind": "내용 없음"},
            "outcome_kind: Something is said in this call. See: edgebox transcript FILE",
        ),
    ],
)
def test_what_the_call_does_not_hold_is_a_warning(tmp_path, changes, warning):
    good = {
        "transcript": "상담사: 하람 교육입니다. 이만 칠천 원은 구월 이일에 빠졌습니다.",
        "names": ["하람교육"],
        "numbers": [{"said": "구월 이일", "value": "2025-09-02"}],
        "facts": [
            {"fact": "27,000원 출금", "any": ["72,000", "27,000"]},
            {"fact": "9월 2일 출금", "any": ["2025-09-02"]},
        ],
    }
    write(tmp_path, "a.json", case_with(**good))
    assert list(doubts(load_cases(tmp_path)[0])) == []
    write(tmp_path, "a.json", case_with(**good | changes))
    assert list(doubts(load_cases(tmp_path)[0])) == [warning]
