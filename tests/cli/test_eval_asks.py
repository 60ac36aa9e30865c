"""``edgebox eval --asks`` against a small server that answers as the box does."""

import http.server
import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from edgebox.lab.evaluation.questions import load_questions
from edgebox.signing import Window, verify_bound_key
from edgebox_cli.main import app
from support.boxes.store import migrated

FILE = Path(__file__).parents[1] / "data" / "asks" / "questions.jsonl"
ASKED = {one.question.question: one for one in load_questions(FILE)}
NOT_FOUND = "상담 내용에서 찾지 못했습니다."


def answer(one):
    """Return an answer with the first form of each fact, and a wrong one to the third question."""
    question = one.question
    text = (
        "네, 14일 뒤입니다."
        if question.id == "Q03"
        else " ".join(
            f"{fact.any[0]}입니다. [{index}]" for index, fact in enumerate(question.facts, 1)
        )
    )
    cited = [{"source": "transcript", "utterance": fact.utterances[0]} for fact in question.facts]
    return {
        "ask_id": "ask_1",
        "status": "success" if question.answerable else "no_evidence",
        "answer": {"markdown": text or NOT_FOUND, "by": "large"},
        "citations": cited,
        "evidence": cited,
        "grounding": {"grounded": True, "flags": [], "unsupported": []},
        "timing": {"evidence": 0.04, "first": 0.7, "answer_first": 2.4, "total": 6.5},
        "cost": None,
    }


class FakeBox:
    """What the server answers and what it was asked.

    Attributes:
        reply: makes the answer to a question.
        status: of the HTTP answers.
    """

    def __init__(self, store):
        self.store = store
        self.bodies = []
        self.paths = set()
        self.reply = answer
        self.status = 200

    def respond(self, path, key, body):
        verify_bound_key(key, self.store.clients.get, Window(time.time(), 300, 30))
        self.paths.add(path)
        self.bodies.append(body)
        made = self.reply(ASKED[body["question"]])
        if isinstance(made, bytes):
            return self.status, made
        if self.status != 200:
            return self.status, json.dumps(made).encode()
        found = json.dumps({"citations": made.pop("evidence", [])})
        events = f"event: evidence\ndata: {found}\n\nevent: done\ndata: {json.dumps(made)}\n\n"
        return 200, events.encode()


@pytest.fixture
def box(bare, monkeypatch):
    state = bare / "state"
    state.mkdir()
    store = migrated(state / "edgebox.db")
    store.clients.create("centerlink")
    fake = FakeBox(store)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            status, data = fake.respond(self.path, self.headers["X-Bound-Key"], json.loads(sent))
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(state))
    monkeypatch.setenv("EDGEBOX_API__PORT", str(server.server_port))
    monkeypatch.setenv("COLUMNS", "80")
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()
    store.close()


def run(*words):
    return CliRunner().invoke(app, ["eval", *words])


def asks(*words):
    return run("--asks", str(FILE), *words)


def test_every_question_is_put_to_the_public_path_with_its_call(box):
    result = asks("--limit", "3")
    assert result.exit_code == 0, result.output
    assert box.paths == {"/api/v1/consultation/ask"}
    first = box.bodies[0]
    one = ASKED[first["question"]]
    assert one.id == "Q01"
    assert first["conversation_text"] == one.case.transcript
    assert (first["sources"], first["cache"]) == (["transcript"], False)
    assert "call_date" not in first
    assert len(box.bodies) == 3


def test_the_day_of_a_call_goes_with_its_question(box):
    assert asks("--hard", "misheard").exit_code == 0
    assert [body["call_date"] for body in box.bodies] == ["2025-06-17"]


def test_the_table_has_every_rate_with_its_interval_in_80_columns(box):
    result = asks("--details")
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "large 40 questions, 30 answerable" in lines
    assert "right 39 40 98% 87% to 100%" in lines
    assert "says so where nothing is said 10 10 100% 72% to 100%" in lines
    assert "numbers never said 1 40 2% 0% to 13%" in lines
    assert "first text 40 0.70 0.70 0.70" in lines
    assert "whole answer 40 6.50 6.50 6.50" in lines
    assert "Answers: 10 no_evidence, 30 success; 0 with parts that the box itself marks." in lines
    assert any(line.startswith("Recall among the first five") for line in lines)
    assert "missing: 물품 가액으로 보상 · 16만 8천 원" in lines
    assert max(cell_len(line.rstrip()) for line in result.stdout.splitlines()) <= 80


def test_json_holds_the_report_and_the_answers_when_asked(box):
    plain = json.loads(asks("--limit", "3", "--json").stdout)
    (made,) = plain["reports"]
    assert (plain["questions"], made["kind"], made["model"]) == (3, "ask", "large")
    assert (made["right"]["hits"], made["right"]["of"]) == (2, 3)
    assert made["right"]["low"] < 2 / 3 < made["right"]["high"]
    assert "answers" not in plain
    detailed = json.loads(asks("--limit", "3", "--json", "--details").stdout)
    answers = detailed["answers"]["ask"]
    assert [one["id"] for one in answers] == ["Q01", "Q02", "Q03"]
    assert (answers[0]["right"], answers[0]["recall"], answers[0]["total"]) == (True, 1.0, 6.5)
    assert answers[2]["faults"] == ["ungrounded_number"]


def test_a_run_is_saved_without_a_word_and_compared_by_the_gate(box, tmp_path):
    before, after = str(tmp_path / "before.json"), str(tmp_path / "after.json")
    assert asks("--save", before).exit_code == 0
    box.reply = lambda one: {**answer(one), "answer": {"markdown": NOT_FOUND, "by": "large"}}
    result = asks("--save", after, "--against", before, "--gate")
    assert result.exit_code == 1
    assert "Refused. questions: facts kept changed by -" in result.stderr
    assert "40 questions with facts show a difference of" in result.stdout
    saved = Path(before).read_text(encoding="utf-8")
    assert "보상" not in saved
    assert json.loads(saved)["passes"]["ask"]["model"] == "large"
    compared = run("--runs", before, after)
    assert compared.exit_code == 0
    assert "wrongly not found" in compared.stdout
    assert max(cell_len(line.rstrip()) for line in compared.stdout.splitlines()) <= 80


def test_a_run_that_is_stopped_goes_on_with_the_questions_that_are_left(box, tmp_path):
    save, part = str(tmp_path / "run.json"), tmp_path / "run.json.part"

    def stopped(one):
        if len(box.bodies) == 4:
            os.kill(os.getpid(), signal.SIGINT)
        return answer(one)

    box.reply = stopped
    result = asks("--limit", "6", "--save", save, "--json")
    assert result.exit_code == 1, result.output
    assert (json.loads(result.stdout)["complete"], part.read_bytes().count(b"\n")) == (False, 3)
    assert "Stopped. 3 of 6 answers are kept" in result.stderr
    assert "보상" not in part.read_text("utf-8")
    box.reply = answer
    before = len(box.bodies)
    result = asks("--limit", "6", "--save", save, "--resume", "--json")
    assert result.exit_code == 0, result.output
    assert len(box.bodies) == before + 3
    resumed = json.loads(result.stdout)["reports"]
    whole = json.loads(asks("--limit", "6", "--save", save, "--json").stdout)["reports"]
    for report in (*resumed, *whole):
        report.pop("total")
    assert resumed == whole
    assert not part.exists()


def test_other_questions_than_those_of_the_saved_run_are_refused_before_any_is_asked(box, tmp_path):
    before = str(tmp_path / "before.json")
    asks("--limit", "2", "--save", before)
    box.bodies.clear()
    result = asks("--limit", "3", "--against", before)
    assert result.exit_code == 1
    assert "not over the same" in result.stderr
    assert box.bodies == []


def test_one_answer_in_another_form_is_one_failure(box):
    box.reply = lambda one: answer(one) if one.id != "Q02" else {"answer": "예"}
    result = asks("--limit", "3", "--json")
    assert result.exit_code == 0
    assert result.stderr == "1 not answered: The box answered in another form than an answer has.\n"
    assert json.loads(result.stdout)["reports"][0]["statuses"] == {"success": 2, "failed": 1}


def test_a_box_that_refuses_every_question_is_one_line_in_its_own_words(box):
    box.status = 404
    box.reply = lambda one: {"title": "Not found", "detail": "There is nothing at this path."}
    result = asks("--limit", "2")
    assert (result.exit_code, result.stdout) == (1, "")
    expected = "edgebox: No question was answered. There is nothing at this path.\n"
    assert result.stderr == expected


def test_a_box_that_does_not_run_is_exit_3_after_one_question(box, free_port):
    result = asks()
    assert (result.exit_code, result.stdout) == (3, "")
    assert "edgebox up" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_check_asks_nothing(box, tmp_path):
    result = asks("--check")
    assert result.exit_code == 0
    assert result.stdout.startswith("40 questions about 16 calls; 30 answerable.\n")
    checked = json.loads(asks("--check", "--json").stdout)
    assert (checked["questions"], checked["answerable"]) == (40, 30)
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"id": "a"}\n{\n', encoding="utf-8")
    result = run("--asks", str(wrong), "--check")
    assert result.exit_code == 1
    places = [line.partition(" ")[2][:24] for line in result.stderr.splitlines()]
    assert places == [
        "wrong.jsonl:1: call: Mis",
        "wrong.jsonl:1: question:",
        "wrong.jsonl:2: not JSON ",
    ]
    assert box.bodies == []


@pytest.mark.parametrize(
    "words",
    [("folder",), ("--held-out",), ("--all",), ("--together", "2"), ("--gate",)],
)
def test_options_that_do_not_go_with_questions_are_wrong_usage(box, words):
    result = asks(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1


def test_a_tag_that_no_question_has_is_an_error_that_lists_them(box):
    result = asks("--hard", "nonsense")
    assert result.exit_code == 1
    assert "There are: code, corrected, " in result.stderr


def test_a_terminal_shows_how_far_it_is(box):
    def slow(one):
        time.sleep(0.15)
        return answer(one)

    box.reply = slow
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "edgebox_cli", "eval", "--asks", str(FILE), "--limit", "4"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "TERM": "xterm"}
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:  # how a terminal says that its other end is closed
            pass
    os.close(ours)
    assert process.returncode == 0
    assert b"questions" in shown
    assert b"/4" in shown
