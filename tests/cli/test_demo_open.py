"""``edgebox demo --open``: a newcomer logs in and sees a call grow; Ctrl-C leaves nothing."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from edgebox_cli.demo import screen

ROOT = Path(__file__).parents[2]
LOGIN = re.compile(r"^ ?(agent|lead) +([a-z0-9-]{14}) ", re.MULTILINE)
BROWSER = '#!/bin/sh\necho "$1" >> "$0.opened"\n'


@contextmanager
def opened(folder, **variables):
    """Start the command with its temporary folder in ``folder``; kill what is left of it."""
    out = folder / "out"
    programs = folder / "bin"
    programs.mkdir()
    (programs / "xdg-open").write_text(BROWSER)
    (programs / "xdg-open").chmod(0o755)
    hidden = {"DISPLAY", "WAYLAND_DISPLAY"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden} | {
        "TMPDIR": str(folder),
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "cli", ROOT / "tests"))),
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{programs}:{os.environ['PATH']}",
        **variables,
    }
    with out.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "support.boxes.opened", "demo", "--open"],
            env=environment,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        yield process, out
    finally:
        process.kill()
        process.wait()
        for pid in of(folder):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def folder():
    """A short path: a socket is in it."""
    folder = Path(f"/tmp/eo-{os.getpid()}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder)


def of(folder):
    """The processes that were started with this temporary folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and f"TMPDIR={folder}\0" in f"{read(entry / 'environ')}\0":
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def read(path):
    return path.read_bytes().decode(errors="replace")


def wait_for(look, process, out, seconds=60):
    until = time.monotonic() + seconds
    while not (found := look()):
        assert process.poll() is None, out.read_text()
        assert time.monotonic() < until, out.read_text()
        time.sleep(0.1)
    return found


def browser(url):
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    return httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=20)


def log_in(http, name, password):
    answer = http.post("/login", data={"name": name, "password": password})
    return answer.status_code, answer.headers.get("location")


def test_a_newcomer_sees_a_call_grow_and_ctrl_c_leaves_nothing(folder):
    with opened(folder, DISPLAY=":99") as (process, out):
        wait_for(lambda: "Ctrl-C stops" in out.read_text(), process, out)
        printed = out.read_text()
        assert max(map(len, printed.splitlines())) <= 80
        passwords = dict(LOGIN.findall(printed))
        url = re.search(r"http://127\.0\.0\.1:\d+/", printed)[0]
        told = folder / "bin" / "xdg-open.opened"
        wait_for(told.exists, process, out)
        assert told.read_text() == f"{url}\n"
        with browser(url) as http:
            assert log_in(http, "agent", "not-the-password")[0] == 403
            assert log_in(http, "agent", passwords["agent"]) == (303, "/")
            screen_at = http.get("/", follow_redirects=True)
            assert screen_at.url.path == "/agent"  # no change of the password before it
            assert 'id="agent"' in screen_at.text
        with browser(url) as http:
            assert log_in(http, "lead", passwords["lead"])[0] == 303
            # It grew, ended, and its record was written by the worker; then the next one began.
            wait_for(lambda: "CALL-1" in http.get("/review").text, process, out)
            wait_for(lambda: "CALL-2 goes on" in out.read_text(), process, out)
        state = next(folder.glob("edgebox-demo-*"))
        assert state.stat().st_mode & 0o077 == 0
        assert len(of(folder)) >= 5  # this command, up, and its three
        assert passwords["agent"] not in "".join(
            read(Path(f"/proc/{pid}/cmdline")) for pid in of(folder)
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0, out.read_text()
        assert "Nothing is left running" in out.read_text()
        assert of(folder) == []
        assert not state.exists()
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, trust_env=False)


def test_without_a_display_no_browser_is_looked_for(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(screen.subprocess, "Popen", lambda *_, **__: pytest.fail("started"))
    screen.open_browser("http://127.0.0.1:1/")


@pytest.mark.parametrize("arguments", [["--open"], ["--open", "--cpu"]])
def test_install_opens_nothing_without_the_demo(arguments):
    done = subprocess.run(
        [ROOT / "install.sh", *arguments], check=False, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "--open goes with --demo" in done.stderr
