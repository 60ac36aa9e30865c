"""``edgebox demo --open``: a newcomer logs in and sees a call grow; Ctrl-C leaves nothing."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from edgebox_cli.demo import screen
from support.polling import PATIENCE

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


def received(url, cookies):
    """How many characters of a call the agent's screen is told of, until there are more."""
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    with connect(
        f"ws{url.removeprefix('http')}api/v1/live",
        subprotocols=["edgebox.v1"],
        origin=url.rstrip("/"),
        additional_headers={"Cookie": cookie},
        proxy=None,
    ) as socket:
        socket.send(json.dumps({"type": "hello", "screen": "one"}))
        counts = defaultdict(list)
        while True:
            told = json.loads(socket.recv(timeout=PATIENCE))
            if told["type"] == "call.text":
                of_this = counts[told["consultation_id"]]
                of_this.append(told["received"])
                if of_this[-1] > of_this[0]:
                    return of_this


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
            counts = received(url, http.cookies)
            assert counts == sorted(counts)
            assert counts[0] < counts[-1]
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


def test_without_a_display_it_says_how_to_reach_the_screen(monkeypatch, capsys):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(screen.subprocess, "Popen", lambda *_, **__: pytest.fail("started"))
    screen.open_browser("http://127.0.0.1:54321/")
    screen.show_logins("http://127.0.0.1:54321/", [screen.Login("agent", "a-b-c", "the call")])
    said = capsys.readouterr().out
    assert "ssh -L 54321:127.0.0.1:54321 HOST" in said
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize("arguments", [["--open"], ["--open", "--cpu"]])
def test_install_opens_nothing_without_the_demo(arguments):
    done = subprocess.run(
        [ROOT / "install.sh", *arguments], check=False, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "--open goes with --demo" in done.stderr
