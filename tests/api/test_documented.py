"""The samples of the documents, as somebody copies them: from the top, against a new box."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from support.boxes.live import CLIENT, live_box
from support.polling import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
CALL = "고객: 카드를 잃어버렸어요.\n상담사: 정지했고 재발급은 사흘 걸립니다.\n"
WRITES_STATUS = """curl() { command curl -w '\\n%{http_code}\\n' "$@"; }\n"""
EDGEBOX = f'edgebox() {{ {sys.executable} -m edgebox_cli "$@"; }}\n'

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")


def samples(language: str, document: str = "docs/api.md") -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def box(monkeypatch):
    """A box with the client of the samples; its secret is where they look for it."""
    with tempfile.TemporaryDirectory(prefix="eb-") as folder:
        monkeypatch.chdir(folder)
        with live_box(Path(folder) / "state", monkeypatch) as made:
            made.store.clients.set_callbacks(CLIENT, ["centerlink.example"])
            made.engine.answers["mlm"] = ("재발급은 3일 걸린다고 안내했습니다.",)
            secret = Path("secret")
            secret.write_text(made.store.clients.get(CLIENT).secrets[0] + "\n", encoding="ascii")
            secret.chmod(0o600)
            yield made


def shell(box, script: str, names: str = samples("sh")[0]) -> list[str]:
    """Run a script after the sample that has the names for it; return the lines it writes."""
    program = (names + script).replace("http://127.0.0.1:8600", box.url)
    ran = subprocess.run(
        ["/bin/sh", "-euc", WRITES_STATUS + EDGEBOX + program],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip().splitlines()


def statuses(lines: list[str]) -> list[str]:
    return [line for line in lines if re.fullmatch(r"[1-5]\d\d", line)]


@needs_curl
def test_each_call_of_curl_is_accepted_and_answers_what_is_shown(box):
    scripts = [one for one in samples("sh") if "curl " in one]
    assert len(scripts) >= 4, "summary, question, call in progress, batch"
    for script in scripts:
        lines = shell(box, script)
        assert statuses(lines), script
        assert set(statuses(lines)) <= {"200", "202"}, (script, lines)


@needs_curl
@pytest.mark.parametrize("document", ["README.md", "README.ko.md"])
def test_the_summary_of_the_readme_is_one(box, document):
    [script] = [one for one in samples("sh", document) if "curl " in one]
    assert statuses(shell(box, script)) == ["200"]


@needs_curl
@pytest.mark.parametrize("document", ["docs/guide/install.md", "docs/ko/guide/install.md"])
def test_the_first_requests_of_the_guide_are_accepted(box, document):
    blocks = [one for one in samples("sh", document) if "$BOX/api/" in one]
    lines = shell(box, "".join(blocks[:2]), "")
    assert statuses(lines) == ["200", "202"]
    [batch_id] = set(re.findall(r"BATCH-\d+-\d+", "".join(lines)))
    looked = re.sub(r"BATCH-\d+-\d+", batch_id, blocks[2])
    assert statuses(shell(box, looked, f"BOX={box.url}\n")) == ["200"]


@needs_curl
def test_the_appends_to_a_call_in_progress_follow_each_other(box):
    """A box that does not know the call takes the first; the next one goes on from its answer."""
    [script] = [one for one in samples("sh") if "/api/v1/live/" in one]
    [block] = [one for one in samples("json") if '"received"' in one]
    shown = [json.loads(line) for line in block.splitlines()]
    got = [json.loads(line) for line in shell(box, script) if line.startswith("{")]
    assert got == [one | {"watching": 0} for one in shown]
    offsets = [int(offset) for offset in re.findall(r'"offset": (\d+)', script)]
    assert offsets == [0, *(one["received"] for one in got[:-1])]


def python(box, names: str, *indices: int) -> subprocess.Popen[str]:
    """Begin a program of ``names`` and the samples in Python that are at these indices."""
    values = {"BOX": box.url, "CLIENT": CLIENT, "SECRET": Path("secret").read_text().strip()}
    head = "\n".join(f"{name} = {value!r}" for name, value in (values | {"CALL": CALL}).items())
    program = "\n".join([head, *(samples("python")[index] for index in indices), names])
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
    )


def index_of(words: str) -> int:
    [index] = [at for at, one in enumerate(samples("python")) if words in one]
    return index


def test_the_client_in_python_gets_its_answer(box):
    program = python(box, "", index_of("def bound_key("), index_of("def ask("))
    output, errors = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0, errors
    lines = output.splitlines()
    assert lines[0].startswith("start")
    assert lines[-1].startswith("done {")
    assert "재발급은 3일 걸린다고 안내했습니다." in lines[-1]


@needs_curl
def test_the_screen_in_python_shows_a_call_as_it_grows(box):
    follow = 'asyncio.run(follow(BOX.replace("http", "ws", 1), bound_key(CLIENT, SECRET), "kim01"))'
    program = python(box, follow, index_of("def bound_key("), index_of("async def follow("))
    [script] = [one for one in samples("sh") if "/api/v1/live/" in one]
    try:
        until = time.monotonic() + PATIENCE
        while '"watching":1' not in "".join(shell(box, script)):
            assert time.monotonic() < until, "no screen watches the call"
            assert program.poll() is None, program.stderr.read()
        shown = program.stdout.readline()
    finally:
        program.kill()
        program.communicate()
    assert shown.startswith("CL-2025091301234 [{")
