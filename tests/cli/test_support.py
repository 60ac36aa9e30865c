"""A real box with people's words and secrets wherever they could be, and nothing of it outside."""

import json
import os
import re
import tarfile

import pytest
from typer.testing import CliRunner

from edgebox.signing import bound_key
from edgebox.store.batches import NewConsultation
from edgebox.system.log_file import NAME, LogFile
from edgebox_cli.main import app
from support.boxes.live import CLIENT

TALK = "고객: 분홍코끼리카드 번호는 4929-1234-5678-9012 이고 VISA 골드예요.\n상담사: 홍길동 님"
SUMMARY = "보라고래요약 고객이 분실 신고함"
PASSWORD = "Geheimnis-in-der-Adresse"
API_KEY = "Geheimnis.in.einer.Datei"
PRESENT = {
    "README.txt",
    "config.json",
    "database.json",
    "doctor.json",
    "log.txt",
    "metrics.txt",
    "status.json",
    "units.json",
    "versions.json",
}


def run(*words):
    return CliRunner().invoke(app, ["support", *map(str, words)])


def opened(file):
    with tarfile.open(file) as bundle:
        return {
            member.name.removeprefix("edgebox-support/"): bundle.extractfile(member).read().decode()
            for member in bundle
        }


@pytest.fixture
def no_units(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "systemctl").write_text("#!/bin/sh\nexit 1\n")
    (folder / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


@pytest.fixture
def lived_in(live, no_units, monkeypatch, tmp_path_factory):
    """A box that has worked: a result, a failure, a dead callback, and a careless log."""
    monkeypatch.setenv("EDGEBOX_ENGINES__MLM__URL", f"http://me:{PASSWORD}@127.0.0.1:1/v1")
    key_file = tmp_path_factory.mktemp("keys") / "key"
    key_file.touch(0o600)
    key_file.write_text(f"{API_KEY}\n")
    monkeypatch.setenv("EDGEBOX_ENGINES__MLM__URL_KEY_FILE", str(key_file))
    store = live.store
    store.clients.set_callbacks(CLIENT, ["127.0.0.1:1"])
    store.batches.submit(
        CLIENT,
        [
            NewConsultation("PERSON-010-9999-8888", TALK, {"이름": "홍길동"}),
            NewConsultation("CL-2", TALK, {}),
        ],
        "http://127.0.0.1:1/hook",
        idempotency=None,
        local_date="20250913",
    )
    done, failed = store.consultations.claim(2, 600, 3)
    result = {"summary": {"customer": SUMMARY}, "processing_time": 1.0, "quality_score": 0.5}
    result["quality"] = {"flags": []}
    store.consultations.finish(done.row_id, done.lease_token, result)
    store.consultations.fail(failed.row_id, failed.lease_token, "refused", "too long")
    [secret] = store.clients.get(CLIENT).secrets
    log = LogFile(live.settings.state_dir / NAME)
    key = bound_key(CLIENT, secret, 1_795_316_400)
    for line in (
        "api     | 2026-11-22T03:00:00Z INFO api listening on http://127.0.0.1:8600",
        f"api     | 2026-11-22T03:00:00Z INFO api Bearer {API_KEY}",
        f"api     | 2026-11-22T03:00:01Z ERROR api refused: {TALK!r} {SUMMARY}",
        f"api     | 2026-11-22T03:00:02Z WARNING api key {key} secret {secret}",
        *(f"engine  | {line}" for line in TALK.splitlines()),
        "engine  | Customer: my number is 4929 1234 5678 9012",
        f"worker  | 2026-11-22T03:00:03Z INFO tick X{secret}X id PERSON-010-9999-8888",
    ):
        log.write(line)
    log.close()
    return live, secret, key


def test_nothing_of_people_and_no_secret_is_in_the_bundle(lived_in, tmp_path):
    _, secret, key = lived_in
    result = run(tmp_path / "help.tar.gz")
    assert result.exit_code == 0, result.output
    files = opened(tmp_path / "help.tar.gz")
    assert set(files) == PRESENT
    planted = [secret, secret[:16], secret[-16:], key, PASSWORD, API_KEY, "PERSON-010", "9999-8888"]
    planted += re.findall(r"[가-힣]{2,}", TALK + SUMMARY + "홍길동")
    planted += ["4929-1234", "4929 1234", "5678-9012", "5678 9012", "VISA", "Customer"]
    for name, text in files.items():
        for words in planted:
            assert words not in text, f"{words!r} in {name}"
            escaped = json.dumps(words)[1:-1]
            assert escaped not in text, f"{escaped} in {name}"
        assert not re.search("[가-힣]", text), name


def test_what_helps_is_in_the_bundle(lived_in, tmp_path):
    live, _, _ = lived_in
    run(tmp_path / "help.tar.gz")
    files = opened(tmp_path / "help.tar.gz")
    database = json.loads(files["database.json"])
    assert (database["rows"]["consultations"], database["rows"]["clients"]) == (2, 1)
    assert database["applied"]
    assert database["pending"] == []
    assert database["failed"][0]["kind"] == "refused"
    status = json.loads(files["status.json"])
    assert status["processes"]["api"]["state"] == "up"
    names = {check["name"] for check in json.loads(files["doctor.json"])}
    assert {"database", "migrations", "API", "receiver", "GPU", "clock"} <= names
    assert "edgebox_http_requests" in files["metrics.txt"]
    assert "listening on http://127.0.0.1:8600" in files["log.txt"]
    assert "3 lines left out" in files["log.txt"]
    shown = {one["key"]: one for one in json.loads(files["config.json"])["settings"]}
    assert shown["state_dir"]["value"] == str(live.settings.state_dir)
    assert "(hidden)" in shown["engines.mlm.url"]["value"]
    versions = json.loads(files["versions.json"])
    assert versions["packages"]["starlette"]
    assert "config.json" in files["README.txt"]


def test_the_file_is_its_owners_alone_and_replaces_nothing(live, no_units, tmp_path):
    file = tmp_path / "help.tar.gz"
    before = os.umask(0)
    try:
        result = run(file, "--json")
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    found = json.loads(result.stdout)
    assert (found["file"], found["bytes"]) == (str(file), file.stat().st_size)
    assert set(found["parts"]) == PRESENT
    again = run(file)
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert run(tmp_path / "no" / "x.tar.gz").exit_code == 1


def test_a_broken_box_still_gives_a_bundle(bare, no_units, tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEBOX_API__PROT", "1")
    assert run(tmp_path / "one.tar.gz").exit_code == 0
    assert "EDGEBOX_API__PROT" in opened(tmp_path / "one.tar.gz")["config.json"]
    monkeypatch.delenv("EDGEBOX_API__PROT")
    state = bare / "state" / "edgebox"
    state.mkdir(parents=True)
    (state / "edgebox.db").write_bytes(b"not a database" * 1000)
    assert run(tmp_path / "two.tar.gz").exit_code == 0
    files = opened(tmp_path / "two.tar.gz")
    assert "error" in json.loads(files["database.json"])
    assert set(files) == PRESENT
