"""``edgebox reviews``: shares with their number and their interval, and an export without text."""

import json
import stat
from contextlib import closing

import pytest
from typer.testing import CliRunner

from edgebox.store.acts import Actor
from edgebox.store.db import Store
from edgebox_cli.main import app


def run(*words):
    return CliRunner().invoke(app, ["reviews", *words])


@pytest.fixture
def thumbs(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(tmp_path))
    store = Store(tmp_path / "edgebox.db")
    store.migrate()
    store.clients.create("centerlink")

    def put(up, down, what="ask", mark=""):
        for number in range(up + down):
            store.feedback.put(
                "centerlink",
                what,
                f"{what}_{mark}{number}",
                liked=number < up,
                reason="" if number < up else "wrong",
            )

    yield put
    store.close()


def test_a_share_has_its_number_and_its_interval(thumbs):
    thumbs(36, 4)
    shown = run("report").stdout
    assert "ask" in shown
    assert "90%" in shown
    assert "77% to 96%" in shown
    assert "wrong" in shown


def test_of_a_few_thumbs_no_share_is_shown(thumbs):
    thumbs(9, 1)
    shown = run("report").stdout
    assert "%" not in shown.replace("95 %", "")
    assert "Fewer than 30" in shown


def test_json_has_the_same(thumbs):
    thumbs(36, 4)
    found = json.loads(run("report", "--json").stdout)
    (one,) = found["satisfaction"]
    assert (one["liked"], one["of"], one["share"]) == (36, 40, 0.9)
    assert found["reasons"] == {"wrong": 4}


def test_the_latest_word_about_an_answer_counts(thumbs):
    thumbs(1, 0)
    thumbs(0, 1)
    (one,) = json.loads(run("report", "--json").stdout)["satisfaction"]
    assert (one["liked"], one["of"]) == (0, 1)


def test_the_export_is_for_its_owner_only(thumbs, tmp_path):
    thumbs(1, 1)
    file = tmp_path / "thumbs.jsonl"
    assert run("export", str(file)).exit_code == 0
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["liked"] for row in rows] == [True, False]
    assert set(rows[0]) == {"row", "at", "client_id", "what", "subject", "liked", "reason"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_is_readable_whatever_the_terminal_is(thumbs, tmp_path):
    thumbs(1, 0, mark="질문")
    file = tmp_path / "thumbs.jsonl"
    ascii_only = CliRunner(charset="ascii")
    assert ascii_only.invoke(app, ["reviews", "export", str(file)]).exit_code == 0
    assert '"ask_질문0"' in file.read_text(encoding="utf-8")
    shown = ascii_only.invoke(app, ["reviews", "export", "-"])
    assert json.loads(shown.stdout)["subject"] == "ask_질문0"


def test_without_thumbs_the_report_is_empty(thumbs):
    assert run("report").exit_code == 0


def accept(store, number, *, material):
    draft_id = store.reviews.draft(
        "centerlink",
        f"CL-{number}",
        content={"text": "카드를 잃어버렸다고 함"},
        operator="kim01",
        model="qwen3-1.7b",
        status="success",
    )
    store.reviews.accept(
        "centerlink",
        draft_id,
        content={"text": "카드 분실"},
        changed=0.5 if material else 0.1,
        material=material,
        copied=True,
        seconds=3.5,
        by=Actor("kim01", "10.0.0.7"),
    )


def test_what_was_accepted_is_reported_and_exported_without_a_text_or_a_person(thumbs, tmp_path):
    thumbs(1, 0)
    with closing(Store(tmp_path / "edgebox.db")) as store:
        for number in range(40):
            accept(store, number, material=number < 4)
    found = json.loads(run("report", "--json").stdout)
    (one,) = found["accepted"]
    assert (one["what"], one["immaterial"], one["of"], one["share"]) == ("summary", 36, 40, 0.9)
    shown = run("report").stdout
    assert "77% to 96%" in shown
    assert max(map(len, shown.splitlines())) <= 80
    file = tmp_path / "reviews.jsonl"
    result = run("export", str(file))
    assert "1 thumb and 40 acceptances" in result.stderr + result.stdout
    text = file.read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["row"] for row in rows] == ["thumb"] + ["accepted"] * 40
    assert (
        rows[1] | {"changed": 0.5, "material": True, "seconds": 3.5, "kind": "summary"} == rows[1]
    )
    for hidden in ("카드", "kim01"):
        assert hidden not in text
    with closing(Store(tmp_path / "edgebox.db")) as store:
        [act] = store.audit.list(action="review.export")
    assert act.detail == {"thumbs": 1, "accepted": 40}


@pytest.mark.parametrize(
    ("name", "words"),
    [("none/x.jsonl", "There is no folder"), ("", "is a folder. Name a file in it.")],
)
def test_an_export_that_cannot_be_written_is_one_line_and_no_act(thumbs, tmp_path, name, words):
    thumbs(1, 0)
    result = run("export", str(tmp_path / name))
    assert result.exit_code == 1
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    with closing(Store(tmp_path / "edgebox.db")) as store:
        assert store.audit.list(action="review.export") == []


def test_an_export_goes_to_standard_output_too(thumbs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    thumbs(1, 1)
    result = run("export", "-")
    assert [json.loads(line)["liked"] for line in result.stdout.splitlines()] == [True, False]
    assert not (tmp_path / "-").exists()
