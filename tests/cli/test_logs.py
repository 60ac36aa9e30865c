import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from edgebox.errors import UsageError
from edgebox.system.log_file import NAME, LogFile
from edgebox_cli.commands.logs import moment
from edgebox_cli.logs.sources import Journal, Wanted
from edgebox_cli.main import app
from support.polling import PATIENCE

NOW = 1_795_316_400.0  # 2026-11-22T03:00:00Z

LINES = """\
edgebox | Starting; the engine is loading the models.
api     | 2026-11-22T02:59:00Z INFO api listening on http://127.0.0.1:8600
worker  | 2026-11-22T02:59:30Z WARNING tick the backlog was not worked: 데이터베이스가 바쁨
engine  | 2026-11-22T02:59:40Z ERROR engine.loop engine fault: decode
engine  | edgebox: The model is not here"""


def run(*words):
    return CliRunner().invoke(app, ["logs", *words])


@pytest.fixture
def no_units(tmp_path, monkeypatch):
    """systemd runs nothing of ours, whatever this machine is."""
    return tool(tmp_path, monkeypatch, "systemctl", "echo LoadState=not-found")


def tool(tmp_path, monkeypatch, name, script):
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    if not os.environ["PATH"].startswith(str(folder)):
        monkeypatch.setenv("PATH", str(folder), prepend=":")
    return file


@pytest.fixture
def log(bare, no_units):
    """The file that ``edgebox up`` left behind."""
    file = LogFile(bare / "state" / "edgebox" / NAME, clock=lambda: NOW)
    for line in LINES.splitlines():
        file.write(line)
    yield file
    file.close()


def test_the_log_of_up_is_shown(log):
    result = run()
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("edgebox | 2026-11-22T03:00:00Z INFO output Starting;")
    assert lines[2].endswith("WARNING tick the backlog was not worked: 데이터베이스가 바쁨")
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--process", "engine"], ["engine fault", "The model is not here"]),
        (["--level", "warning"], ["backlog", "engine fault", "The model is not here"]),
        (["--level", "error", "-n", "1"], ["The model is not here"]),
        (["--since", "2026-11-22T02:59:35Z"], ["Starting", "engine fault", "not here"]),
        (["--process", "api", "--level", "error"], []),
        (["-n", "0"], []),
    ],
)
def test_only_what_was_asked_for(log, words, shown):
    result = run(*words)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == len(shown)
    for word in shown:
        assert word in result.stdout


def test_json_is_an_object_a_line(log):
    first, *_ = map(json.loads, run("--process", "worker", "--json").stdout.splitlines())
    assert first == {
        "at": "2026-11-22T02:59:30Z",
        "process": "worker",
        "level": "warning",
        "logger": "tick",
        "message": "the backlog was not worked: 데이터베이스가 바쁨",
    }


def test_escape_sequences_do_not_reach_the_terminal(log):
    log.write("engine  | \x1b]0;title\x07")
    assert "\x1b" not in run().stdout


def test_follow_shows_what_comes_and_ctrl_c_is_exit_0(log):
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    running = subprocess.Popen(
        [sys.executable, "-P", "-m", "edgebox_cli", "logs", "--follow", "-n", "1"],
        stdout=subprocess.PIPE,
        text=True,
        env=environ,
    )
    try:
        assert "The model is not here" in running.stdout.readline()
        log.write("api     | 2026-11-22T03:01:00Z INFO api 새 줄")
        assert running.stdout.readline() == "api     | 2026-11-22T03:01:00Z INFO api 새 줄\n"
        running.send_signal(signal.SIGINT)
        assert running.wait(PATIENCE) == 0
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


def test_where_there_is_no_log_it_says_so(bare, no_units):
    result = run()
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert "systemd has no edgebox units here" in line
    assert str(bare / "state" / "edgebox") in line


def test_a_time_that_is_none_is_wrong_usage(log):
    result = run("--since", "gestern")
    assert result.exit_code == 2
    assert "10m, 2h, 3d" in result.stderr


def test_ages_and_times():
    assert moment("90s", NOW) == NOW - 90
    assert moment(" 3d", NOW) == NOW - 3 * 86_400
    assert moment("2026-11-22T03:00:00Z", 0) == NOW
    assert moment("2026-11-22T12:00:00+09:00", 0) == NOW
    local = time.strftime("%Y-%m-%d %H:%M", time.localtime(NOW))
    assert moment(local, 0) == NOW
    with pytest.raises(UsageError):
        moment("10 Minuten", NOW)


ENTRIES = [
    {
        "__REALTIME_TIMESTAMP": "1795316400500000",
        "_SYSTEMD_UNIT": "edgebox-api.service",
        "EDGEBOX_LOGGER": "api",
        "PRIORITY": "6",
        "MESSAGE": "listening on http://127.0.0.1:8600",
    },
    {
        "__REALTIME_TIMESTAMP": "1795316401000000",
        "UNIT": "edgebox-engine.service",
        "_SYSTEMD_UNIT": "init.scope",
        "PRIORITY": "4",
        "MESSAGE": "Failed with result 'signal'.",
    },
    {
        "__REALTIME_TIMESTAMP": "1795316402000000",
        "_SYSTEMD_UNIT": "edgebox-engine.service",
        "PRIORITY": "6",
        "MESSAGE": "2026-11-22T03:00:02Z ERROR engine.loop 한글",
    },
    {
        "__REALTIME_TIMESTAMP": "1795316403000000",
        "_SYSTEMD_UNIT": "edgebox-engine.service",
        "PRIORITY": "6",
        "MESSAGE": [103, 103, 109, 108, 255],
    },
    {"MESSAGE": "no time"},
]


@pytest.fixture
def journal(bare, tmp_path, monkeypatch):
    """A journalctl with these entries, which notes what it was asked: it needs an init."""
    tool(tmp_path, monkeypatch, "systemctl", "echo LoadState=loaded; echo ActiveState=active")
    entries = tmp_path / "entries"
    lines = [f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in ENTRIES]
    entries.write_text("".join(lines), encoding="utf-8")
    asked = tmp_path / "asked"
    tool(tmp_path, monkeypatch, "journalctl", f'echo "$@" >> {asked}; cat {entries}')
    return asked


def test_on_a_box_with_units_the_journal_is_the_log(journal):
    result = run("--process", "engine", "--since", "10m", "--level", "warning")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "engine  | 2026-11-22T03:00:01Z WARNING systemd Failed with result 'signal'.",
        "engine  | 2026-11-22T03:00:02Z ERROR engine.loop 한글",
    ]
    asked = journal.read_text()
    assert "--unit=edgebox-engine.service" in asked
    assert "edgebox-api" not in asked
    assert "--priority=4" in asked
    assert re.search(r"--since=@\d{10} *$", asked.strip())


def test_what_is_no_utf8_and_what_has_no_time_are_survived(journal):
    records = list(Journal().records(10, since=0, wanted=Wanted()))
    assert [record.message for record in records][-1] == "ggml\ufffd"
    assert len(records) == 4
    assert "--lines=10" in journal.read_text()


def test_the_journal_is_read_as_it_is_written_whatever_the_terminals_encoding(journal):
    """systemd writes UTF-8, also where the shell has LANG=ko_KR.EUC-KR."""
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ended = subprocess.run(
        [sys.executable, "-m", "edgebox_cli", "logs", "--json"],
        env=os.environ | ascii_only,
        capture_output=True,
        check=True,
        timeout=PATIENCE,
    )
    messages = [json.loads(line)["message"] for line in ended.stdout.splitlines()]
    assert messages[2] == "한글"
