import csv
import io
import json
import re

import pytest
from typer.testing import CliRunner

from edgebox.console import passwords
from edgebox_cli.commands import operators
from support.boxes.store import migrated

ONE_TIME = re.compile(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}\n")
PEOPLE = """name,role,client,display,extension
lee02,lead,centerlink,이하늘,
park03,agent,centerlink,"박서준, 2팀",4013
root1,admin,,,
"""


@pytest.fixture
def store(database):
    store = migrated(database)
    store.clients.create("centerlink")
    yield store
    store.close()


def run(*words):
    return CliRunner().invoke(operators.app, words, env={"COLUMNS": "80", "TERM": "dumb"})


def test_add_prints_a_one_time_password_alone_on_standard_output(store):
    result = run("add", "kim01", "--role", "agent", "--client", "centerlink", "--display", "김민지")
    assert result.exit_code == 0
    assert ONE_TIME.fullmatch(result.stdout)
    found = store.operators.get("kim01")
    assert passwords.matches(result.stdout.strip(), found.password)
    assert found.must_change
    assert result.stdout.strip() not in result.stderr
    assert 'enabled = "on" under [console]' in result.stderr
    row = list(store.audit.rows())[-1]
    assert (row.action, row.address, row.subject) == ("operators.add", "shell", "kim01")
    assert result.stdout.strip() not in str(row)


def test_add_says_where_to_log_in(store, monkeypatch):
    monkeypatch.setenv("EDGEBOX_CONSOLE__ENABLED", "on")
    added = run("add", "root1", "--role", "admin", "--json")
    assert json.loads(added.stdout).keys() == {"name", "password"}
    assert "http://127.0.0.1:8600/" in added.stderr
    assert store.operators.get("root1").client_id is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["Kim", "--role", "admin"], 2),
        (["kim", "--role", "boss"], 2),
        (["kim", "--role", "agent"], 2),
        (["kim", "--role", "agent", "--client", "nowhere"], 1),
    ],
)
def test_what_cannot_be_an_account_is_one_line(store, words, code):
    result = run("add", *words)
    assert result.exit_code == code
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert store.operators.list() == []


def test_a_list_of_nobody_says_why(store):
    assert "Make the first" in run("list").stderr
    run("add", "hong", "--role", "admin")
    of_client = run("list", "--client", "centerlink").stderr
    assert "centerlink has none" in of_client
    assert "first" not in of_client
    wrong = run("list", "--client", "centerlnik")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "There is no client 'centerlnik'" in wrong.stderr


def test_the_life_of_an_account(store):
    run("add", "kim01", "--role", "agent", "--client", "centerlink", "--extension", "4012")
    assert run("disable", "kim01").exit_code == 0
    assert "disabled" in run("list").stdout
    assert run("enable", "kim01").exit_code == 0
    result = run("reset", "kim01")
    assert ONE_TIME.fullmatch(result.stdout)
    assert passwords.matches(result.stdout.strip(), store.operators.get("kim01").password)
    (one,) = json.loads(run("list", "--json").stdout)["operators"]
    assert (one["name"], one["disabled"], one["must_change"]) == ("kim01", False, True)
    assert "password" not in one
    assert run("disable", "nobody").exit_code == 1


def test_a_person_gets_another_role_and_keeps_the_password(store):
    run("add", "kim01", "--role", "agent", "--client", "centerlink", "--extension", "4012")
    before = store.operators.get("kim01")
    told = run("change", "kim01", "--role", "lead", "--extension", "")
    assert told.exit_code == 0, told.stderr
    assert "logged out" in told.stderr
    after = store.operators.get("kim01")
    assert (after.role, after.extension, after.client_id) == ("lead", "", "centerlink")
    assert (after.password, after.display) == (before.password, before.display)
    assert "logged out" not in run("change", "kim01", "--display", "김민지").stderr
    assert "nothing was changed" in run("change", "kim01", "--display", "김민지").stderr
    assert run("change", "kim01", "--role", "admin").exit_code == 0
    assert store.operators.get("kim01").client_id is None
    acts = [row for row in store.audit.rows() if row.action == "operators.change"]
    assert [row.detail["changed"] for row in acts] == [
        ["role", "extension"],
        ["display"],
        ["role", "client_id"],
    ]
    assert acts[0].detail["role"] == ["agent", "lead"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 2),
        (["--role", "boss"], 2),
        (["--client", "nowhere"], 1),
        (["--role", "admin", "--client", "centerlink"], 2),
        (["--display", "두 줄\n이름"], 2),
    ],
)
def test_a_change_that_leaves_no_account_changes_nothing(store, words, code):
    run("add", "kim01", "--role", "agent", "--client", "centerlink")
    before = store.operators.get("kim01")
    result = run("change", "kim01", *words)
    assert result.exit_code == code
    assert len(result.stderr.splitlines()) == 1
    assert store.operators.get("kim01") == before


def test_a_table_of_people_fits_80_columns(store):
    empty = run("list")
    assert "edgebox operators add" in empty.stderr
    long = "a-rather-long-name.of-a-person-01"
    run(
        "add",
        long,
        "--role",
        "lead",
        "--client",
        "centerlink",
        "--display",
        "가나다라마바사아자차" * 3,
    )
    shown = run("list").stdout
    widths = [sum(2 if "가" <= one <= "힣" else 1 for one in line) for line in shown.splitlines()]
    assert max(widths) <= 80
    assert "one-time" in shown


def test_import_adds_everybody_and_prints_the_passwords_as_csv(store, tmp_path):
    file = tmp_path / "people.csv"
    file.write_bytes(b"\xef\xbb\xbf" + PEOPLE.replace("\n", "\r\n").encode())  # as Excel writes it
    result = run("import", str(file))
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("\ufeff"), "Excel reads Hangul after it"
    rows = list(csv.DictReader(io.StringIO(result.stdout.removeprefix("\ufeff"))))
    assert [row["name"] for row in rows] == ["lee02", "park03", "root1"]
    assert rows[1]["display"] == "박서준, 2팀"
    for row in rows:
        kept = store.operators.get(row["name"]).password
        assert passwords.matches(row["password"], kept)
    assert store.operators.get("park03").extension == "4013"
    assert store.operators.get("root1").display == "root1"
    again = run("import", str(file))
    assert again.exit_code == 1
    assert again.stdout == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,client\nkim,centerlink\n", "first line"),
        ("name,role,client\nkim,agent,centerlink\nLee,agent,centerlink\n", "line 3"),
        ("name,role,client\nkim,agent,centerlink\nkim,lead,centerlink\n", "twice"),
        ("name,role\nkim,admin,more\n", "line 2"),
        ("name,role\n", "0 people"),
        ('name,role\n"kim,admin\n', "CSV"),
    ],
)
def test_import_adds_nobody_if_a_line_is_wrong(store, tmp_path, text, said):
    file = tmp_path / "people.csv"
    file.write_text(text)
    result = run("import", str(file))
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert store.operators.list() == []


def test_a_file_from_korean_windows_is_named_with_its_conversion(store, tmp_path):
    file = tmp_path / "people.csv"
    file.write_bytes(PEOPLE.encode("cp949"))
    result = run("import", str(file))
    assert result.exit_code == 2
    assert "iconv -f CP949" in result.stderr
    assert run("import", str(tmp_path / "none.csv")).exit_code == 1
