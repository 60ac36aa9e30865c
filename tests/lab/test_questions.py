"""The questions about calls, and what is said of a file with mistakes."""

import json
from pathlib import Path

import pytest

from edgebox.errors import CaseInvalid, UsageError
from edgebox.lab.evaluation.questions import load_questions

DATA = Path(__file__).parents[1] / "data"
ASKS = DATA / "asks"
LINE = {
    "id": "a",
    "call": "call.json",
    "question": "언제 온대",
    "facts": [{"fact": "7일 뒤", "any": ["7일"], "utterances": [1]}],
}
CALL = {
    "id": "c",
    "transcript": "고객: 언제 와요?\n상담사: 칠 일 뒤에 갑니다.\n",
    "facts": [{"fact": "7일 뒤", "any": ["7일"]}],
}


@pytest.fixture
def written(tmp_path):
    (tmp_path / "call.json").write_text(json.dumps(CALL), encoding="utf-8")

    def write(*lines):
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        (tmp_path / "asks.jsonl").write_text("\n".join(texts) + "\n", encoding="utf-8")
        return tmp_path / "asks.jsonl"

    return write


@pytest.mark.parametrize(
    ("name", "answerable", "not_answerable", "held_out"),
    [("questions", 30, 10, False), ("held_out", 15, 5, True)],
)
def test_the_projects_own_questions_are_right(name, answerable, not_answerable, held_out):
    asked = load_questions(ASKS / f"{name}.jsonl")
    assert sum(one.question.answerable for one in asked) == answerable
    assert sum(not one.question.answerable for one in asked) == not_answerable
    assert {one.case.held_out for one in asked} == {held_out}
    assert all(one.question.why for one in asked if not one.question.answerable)


def test_no_call_is_in_both_sets():
    first, second = (load_questions(ASKS / f"{n}.jsonl") for n in ("questions", "held_out"))
    assert {one.case.id for one in first}.isdisjoint(one.case.id for one in second)


def test_a_question_has_its_call_and_its_places(written):
    (one,) = load_questions(written(LINE, ""))
    assert one.case.id == "c"
    assert one.question.utterances == {1}
    assert one.question.answerable


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"question": " "}, "question: Write the question as text, at most 2000 characters."),
        ({"answer": "7일"}, "answer: There is no such key; did you mean answerable?"),
        ({"facts": []}, "facts: Give at least one, or answerable false"),
        ({"answerable": False}, "answerable: Write true, or leave facts, polarity and opposite"),
        ({"polarity": "maybe"}, "polarity: Write yes or no, or leave it out."),
        ({"opposite": ["7 일"]}, "opposite.0: Is also an accepted form of a fact."),
        ({"call": "other.json"}, "call: other.json: cannot be read: No such file"),
        (
            {"facts": [{**LINE["facts"][0], "utterances": [0, 2]}]},
            "facts.0.utterances.1: The call has 2 utterances, from 0.",
        ),
        (
            {"facts": [{"fact": "7일", "any": ["7일"]}]},
            "facts.0.utterances: Missing. Write a list of at least one place in the call.",
        ),
        (
            {"facts": [{**LINE["facts"][0], "utterances": ["1"]}]},
            "facts.0.utterances.0: Write a place as edgebox transcript --json counts them",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(written, change, mistake):
    file = written(LINE, "", {**LINE, "id": "b", **change})
    with pytest.raises(CaseInvalid) as caught:
        load_questions(file)
    (line,) = caught.value.detail.splitlines()
    assert line.startswith(f"asks.jsonl:3: {mistake}")


def test_a_key_that_stands_twice_is_a_mistake(written):
    line = json.dumps(LINE)
    with pytest.raises(CaseInvalid, match=r"^asks.jsonl:1: hard: Stands twice in one object"):
        load_questions(written(f'{line[:-1]}, "hard": ["a"], "hard": []}}'))


def test_every_mistake_of_a_file_has_a_line(written):
    file = written(LINE, "{", LINE, [])
    with pytest.raises(CaseInvalid) as caught:
        load_questions(file)
    assert caught.value.detail.splitlines() == [
        "asks.jsonl:2: not JSON in UTF-8: It ends before everything is closed.",
        "asks.jsonl:3: id: asks.jsonl:1 has the same; each line needs its own.",
        "asks.jsonl:4: Write an object with id, call, question and facts on one line.",
    ]


@pytest.mark.parametrize("text", ['{\n"id": 1\n}', "\n[\n{}\n]"])
def test_json_over_several_lines_has_one_mistake(tmp_path, text):
    (tmp_path / "asks.jsonl").write_text(text)
    with pytest.raises(CaseInvalid) as caught:
        load_questions(tmp_path / "asks.jsonl")
    wanted = "Write an object with id, call, question and facts on one line."
    assert caught.value.detail == f"asks.jsonl: {wanted}"


def test_an_utterance_of_the_system_answers_nothing(written, tmp_path):
    turns = [
        {"speaker": "system", "text": "잠시만 기다려 주십시오."},
        {"speaker": "agent", "text": "칠 일 뒤에 갑니다."},
    ]
    case = {"id": "c", "turns": turns, "facts": CALL["facts"]}
    file = written({**LINE, "facts": [{**LINE["facts"][0], "utterances": [0]}]})
    (tmp_path / "call.json").write_text(json.dumps(case), encoding="utf-8")
    with pytest.raises(CaseInvalid, match=r"facts\.0\.utterances\.0: No person says this one\."):
        load_questions(file)


def test_a_file_that_is_not_there_is_wrong_usage_and_an_empty_one_an_error(written, tmp_path):
    with pytest.raises(UsageError, match="There is no file"):
        load_questions(tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match="It is a folder"):
        load_questions(tmp_path)
    with pytest.raises(CaseInvalid, match="holds no questions"):
        load_questions(written(""))
