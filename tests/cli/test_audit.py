"""``edgebox audit``, and that each command that changes something is in it with its person."""

import json
import os
import pwd
import sqlite3
import stat
from contextlib import closing

import pytest
from typer.testing import CliRunner

from edgebox.models.catalog import Catalog
from edgebox.store.acts import Act, Actor
from edgebox.store.db import Store
from edgebox_cli.common import output
from edgebox_cli.main import app
from support.boxes.store import consultations
from support.engines import gguf
from support.samples import RESULT

SLM = "qwen3-1.7b-q8_0"


@pytest.fixture
def run(bare, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "kim")
    monkeypatch.setenv("EDGEBOX_CONFIG", str(bare / "edgebox.toml"))
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(bare / "state"))
    monkeypatch.setenv("EDGEBOX_MODELS_DIR", str(bare / "models"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    def call(*words):
        for console in (output.console, output.err_console):
            console.cache_clear()
        ended = CliRunner().invoke(app, list(words), env={"COLUMNS": "80", "TERM": "dumb"})
        for console in (output.console, output.err_console):
            console.cache_clear()
        return ended

    return call


@pytest.fixture
def store(run, bare):
    assert run("init").exit_code == 0
    made = Store(bare / "state" / "edgebox.db")
    yield made
    made.close()


def last(store):
    [row] = store.audit.list(limit=1)
    assert (row.operator, row.address) == ("kim", "shell")
    return row.action, row.client_id, row.subject


def test_init_writes_the_configuration_and_the_client(store):
    assert [row.action for row in store.audit.rows()] == ["config.write", "keys.create"]
    assert {row.operator for row in store.audit.rows()} == {"kim"}


@pytest.mark.parametrize(
    ("words", "action"),
    [
        (("create", "erp"), "keys.create"),
        (("rotate", "centerlink"), "keys.rotate"),
        (("disable", "centerlink"), "keys.disable"),
        (("enable", "centerlink"), "keys.enable"),
        (("callbacks", "centerlink", "erp.example:443"), "keys.callbacks"),
    ],
)
def test_every_command_on_keys_is_a_row(run, store, words, action):
    assert run("keys", *words).exit_code == 0
    assert last(store) == (action, words[1], None)


def test_a_command_that_only_shows_is_no_row(run, store):
    before = len(list(store.audit.rows()))
    for words in (("keys", "list"), ("keys", "callbacks", "centerlink"), ("audit", "list")):
        assert run(*words).exit_code == 0
    assert len(list(store.audit.rows())) == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--client", "centerlnik"), 1, "There is no client 'centerlnik'"),
        (("--action", "kyes"), 2, "There is no action 'kyes'. There are: audit, batches,"),
        (("--action", "keys.crate"), 2, "There are: keys.allow, keys.callbacks, keys.create,"),
        (("--action", "keys."), 2, "There are: keys.allow"),
        (("--action", "keys.rotate"), 0, ""),
        (("--action", "view"), 0, ""),
        (("--since", "1m", "--action", "restore"), 0, ""),
    ],
)
def test_a_filter_that_can_match_nothing_is_no_empty_audit(run, store, words, code, said):
    result = run("audit", "list", *words)
    assert (result.exit_code, said in result.stderr) == (code, True)
    assert ("none" in result.stdout) == (code == 0)


@pytest.mark.usefixtures("free_port")  # a box that runs on this machine is none of the test's
def test_retry_resend_and_restore_are_rows(run, store, bare):
    store.clients.set_callbacks("centerlink", ["erp.example"])
    batch = store.batches.submit(
        "centerlink",
        consultations("a", "b"),
        "https://erp.example/hook",
        idempotency=None,
        local_date="20250913",
    ).batch_id
    good, bad = store.consultations.claim(2, 600, 3)
    store.consultations.finish(good.row_id, good.lease_token, RESULT)
    store.consultations.fail(bad.row_id, bad.lease_token, "refused", "no")
    assert run("callbacks", "resend", batch).exit_code == 0
    assert last(store) == ("callbacks.resend", "centerlink", batch)
    assert run("batches", "retry", batch).exit_code == 0
    assert last(store) == ("batches.retry", "centerlink", batch)
    backup = str(bare / "b.db")
    assert run("backup", backup).exit_code == 0
    store.close()
    restored = run("restore", backup)
    assert restored.exit_code == 0, restored.output
    assert last(store) == ("restore", None, backup)


def test_trust_use_and_remove_of_a_model_are_rows(run, store, bare):
    file = bare / "Own-Q4_K_M.gguf"
    file.write_bytes(gguf.build(elements=400))
    assert run("models", "import", str(file)).exit_code == 1
    assert store.audit.list(action="models") == [], "refused: nobody vouched"
    assert run("models", "import", str(file), "--trust").exit_code == 0
    named, asked = store.audit.list(action="models.trust")
    assert (named.subject, asked.subject) == ("own-q4_k_m", str(file))
    assert len(named.detail["sha256"]) == 64
    assert run("models", "use", "slm", "own-q4_k_m").exit_code == 0
    assert last(store) == ("models.use", None, "own-q4_k_m")
    assert store.audit.list(limit=1)[0].detail["role"] == "slm"
    assert run("models", "remove", "own-q4_k_m", "--force").exit_code == 0
    assert last(store) == ("models.remove", None, "own-q4_k_m")


def test_an_act_on_files_that_fails_says_so(run, store, bare):
    assert run("models", "pull", Catalog.load().entries[0].name, "--trust").exit_code != 0
    failed, asked = store.audit.list(action="models.trust")
    assert (asked.detail, failed.detail) == ({}, {"failed": True})
    assert "(failed)" in run("audit", "list").stdout


def test_without_sudo_it_is_the_user_of_the_process(run, store, monkeypatch):
    monkeypatch.delenv("SUDO_USER")
    run("keys", "rotate", "centerlink")
    assert store.audit.list(limit=1)[0].operator == pwd.getpwuid(os.getuid()).pw_name
    monkeypatch.setenv("SUDO_USER", "a\nb")
    run("keys", "rotate", "centerlink")
    assert store.audit.list(limit=1)[0].operator == pwd.getpwuid(os.getuid()).pw_name


def test_a_full_table_fits_80_columns(run, store):
    peer = Actor(None, "2001:db8:1234:5678:9abc:def0:1234:5678")
    store.audit.append(
        [
            Act(1e9, peer, "results.read", "상담연동시스템-서울", "BATCH-20250913-001"),
            Act(1e9, peer, "batches.list", "c" * 64, None, {"count": 599, "until": 1e9}),
            Act(1e9, Actor("k" * 32, "shell"), "callbacks.resend", "erp", "BATCH-20250913-1001"),
        ]
    )
    ended = run("audit", "list")
    assert ended.exit_code == 0
    assert all(output.console().measure(line).maximum <= 80 for line in ended.stdout.splitlines())
    assert "x599" in ended.stdout
    assert "callbacks.resend" in ended.stdout


def test_list_filters_and_prints_json(run, store):
    run("keys", "create", "erp")
    ended = run("audit", "list", "--client", "erp", "--action", "keys", "--since", "1h", "--json")
    [row] = json.loads(ended.stdout)["audit"]
    assert (row["action"], row["operator"], row["client_id"]) == ("keys.create", "kim", "erp")
    assert row["at"].endswith("Z")
    for wrong in ("yesterday", f"{'9' * 400}d", f"{'9' * 5000}d"):
        assert run("audit", "list", "--since", wrong).exit_code == 2
    for listing in ("audit", "batches", "callbacks"):
        assert run(listing, "list", "--limit", "9" * 30).exit_code == 2


def test_export_is_every_row_for_its_owner_alone(run, store, bare):
    file = bare / "audit.jsonl"
    assert run("audit", "export", str(file)).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["action"] for row in rows] == ["config.write", "keys.create", "audit.export"]
    assert [row["previous"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]
    again = run("audit", "export", str(file))
    assert (again.exit_code, "exists" in again.stderr) == (1, True)
    shown = run("audit", "export", "-")
    assert json.loads(shown.stdout.splitlines()[-1])["subject"] == "-"


def test_an_exported_file_is_readable_whatever_the_terminal_is(store, bare):
    file = bare / "감사.jsonl"
    assert CliRunner(charset="ascii").invoke(app, ["audit", "export", str(file)]).exit_code == 0
    assert "감사.jsonl" in file.read_text(encoding="utf-8")


def test_verify_finds_what_was_changed_and_a_hash_that_was_noted(run, store):
    noted = json.loads(run("audit", "verify", "--json").stdout)
    assert noted["ok"]
    run("keys", "rotate", "centerlink")
    shown = run("audit", "verify", "--hash", noted["last_hash"])
    assert shown.exit_code == 0
    assert "3 rows, 1 to 3: as they were written." in shown.stdout
    assert run("audit", "verify", "--hash", f" {noted['last_hash'].upper()}").exit_code == 0
    assert run("audit", "verify", "--hash", "0" * 64).exit_code == 1
    cut = run("audit", "verify", "--hash", noted["last_hash"][:20])
    assert (cut.exit_code, cut.stdout) == (2, "")
    assert "Give all its 64 digits" in cut.stderr
    store.close()
    with closing(sqlite3.connect(store.path)) as raw, raw:
        raw.execute("DROP TRIGGER audit_stays_as_written")
        raw.execute("UPDATE audit SET operator = 'lee' WHERE id = 2")
    found = run("audit", "verify")
    assert found.exit_code == 1
    assert "Row 2 is not as it was written" in found.stdout
    checks = json.loads(run("doctor", "--json").stdout)["checks"]
    [check] = [check for check in checks if check["name"] == "audit"]
    assert (check["state"], check["fix"]) == ("fail", "edgebox audit verify")


def test_an_export_that_fails_leaves_no_file(run, store, bare):
    store.close()
    store.path.unlink()
    file = bare / "audit.jsonl"
    assert run("audit", "export", str(file)).exit_code == 1
    assert not file.exists()
    ended = run("audit", "export", str(bare / "nowhere" / "a.jsonl"))
    assert (ended.exit_code, "Cannot write" in ended.stderr) == (1, True)
