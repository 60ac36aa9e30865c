"""The lines of the three real processes are ECS, and hold nothing of a call or a secret."""

import asyncio
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from edgebox.signing import bound_key
from edgebox.store.db import Store
from support.engines import tiny_model
from support.engines.fake import FakeEngine
from support.log_lines import faults
from support.outside.elasticsearch import DataStream, Elasticsearch
from support.outside.ports import free_port
from support.outside.syslog import Syslog, missing
from support.polling import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = json.loads((ROOT / "monitoring/logs/index-template.json").read_text("utf-8"))
QUICK = "/api/v1/consultation/quick-summary"
BATCH = "/api/v1/consultation/batch-analysis"
MARK = "비밀표식칠칠삼일"
TOKEN = "tok-zq7731zq"
TALK = f"고객: 제 이름은 {MARK}이고 번호는 {TOKEN}입니다.\n상담사: 네, 정지해 드렸습니다."


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="eb-") as name:  # a socket's path is 107 bytes
        yield Path(name)


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    (folder / "edgebox.toml").touch()
    return {
        "EDGEBOX_CONFIG": str(folder / "edgebox.toml"),
        "EDGEBOX_STATE_DIR": str(folder),
        "EDGEBOX_MODELS_DIR": str(folder / "models"),
        "EDGEBOX_LOG_LEVEL": "debug",
        "EDGEBOX_API__PORT": str(port),
        "EDGEBOX_BATCH__MIN_PENDING": "1",
        "EDGEBOX_BATCH__MAX_ATTEMPTS": "1",
        **more,
    }


def until(holds: Callable[[], object], seconds: float = 90) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.05)


def client(folder: Path, *receivers: str) -> str:
    store = Store(folder / "edgebox.db")
    store.migrate()
    secret = store.clients.create("center-1", allowed_callbacks=list(receivers))
    store.close()
    return secret


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def test_every_line_of_the_three_processes_is_ecs(folder: Path) -> None:
    """``edgebox up`` with a model that llama.cpp really runs."""
    (folder / "models").mkdir()
    tiny_model.install(folder / "models")
    port, secret = free_port(), client(folder)
    roles = {
        f"EDGEBOX_ENGINES__{role}__{key}": value
        for role in ("SLM", "MLM")
        for key, value in (("MODEL", tiny_model.NAME), ("CONTEXT_TOKENS", "16384"))
    }
    url = f"http://127.0.0.1:{port}"
    own = {name: value for name, value in os.environ.items() if not name.startswith("EDGEBOX_")}
    up = subprocess.Popen(
        [sys.executable, "-m", "edgebox_cli", "up"],
        env=own | environment(folder, port, **roles),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: ready(url), 120)
        body = {"consultation_id": "CL-1", "conversation_text": "고객: 안녕하세요."}
        key = {"X-Bound-Key": bound_key("center-1", secret, time.time())}
        httpx.post(url + QUICK, json=body, headers=key, timeout=30, trust_env=False)
        httpx.get(f"{url}/nothing", trust_env=False)
        httpx.post(url + QUICK, json=body, trust_env=False)
        until(lambda: "key refused" in (folder / "up.log").read_text("utf-8"))
    finally:
        up.terminate()
        shown, _ = up.communicate(timeout=60)
    lines = (folder / "up.log").read_text("utf-8").splitlines()
    assert [(fault, line) for line in lines for fault in faults(line)] == []
    found = [json.loads(line) for line in lines]
    writers = {line["service.name"] for line in found if "log.origin.function" in line}
    assert writers == {"edgebox-engine", "edgebox-api", "edgebox-worker"}
    actions = {line.get("event.action") for line in found}
    assert {"request", "key_refused"} <= actions
    [quick] = [
        line for line in found if line.get("edgebox.route") == QUICK and "edgebox.client_id" in line
    ]
    assert quick["event.duration"] > 1_000_000, "a model has run"
    assert f"POST {QUICK} 200 in" in shown, "a person reads words"
    assert '{"@timestamp"' not in shown


class Marked(BaseHTTPRequestHandler):
    """A receiver that refuses a callback, and says what it got."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(400, TOKEN)
        self.send_header("X-Mark", TOKEN)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def receiver() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Marked)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@contextmanager
def engine(folder: Path) -> Iterator[FakeEngine]:
    """A fake engine on the box's socket, in a thread of its own."""
    fake, started, stop = FakeEngine(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with fake.serve(folder / "engine.sock"):
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert started.wait(PATIENCE)
    yield fake
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


class Errors:
    """Sends a marked call down every way in which it can fail."""

    def __init__(self, url: str, secret: str, fake: FakeEngine, hook: int) -> None:
        self.url, self.secret, self.fake, self.hook = url, secret, fake, hook
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=20)
        self.metrics = ""

    def headers(self, **more: str) -> dict[str, str]:
        return {"X-Bound-Key": bound_key("center-1", self.secret, time.time()), **more}

    def quick(self, **more: object) -> httpx.Response:
        body = {"consultation_id": f"CL-{TOKEN}", "conversation_text": TALK, **more}
        return self.http.post(QUICK, json=body, headers=self.headers())

    def batch(self, hook: str | None = None) -> str:
        item = {"consultation_id": f"CL-{TOKEN}", "conversation_text": TALK}
        body = {"consultations": [item]} | ({"callback_url": hook} if hook else {})
        answer = self.http.post(BATCH, json=body, headers=self.headers())
        assert answer.status_code == 202, answer.text
        return str(answer.json()["batch_id"])

    def ended(self, batch: str) -> str:
        def done() -> bool:
            answer = self.http.get(f"/api/v1/batches/{batch}", headers=self.headers()).json()
            self.last = json.dumps(answer, ensure_ascii=False)
            return answer["state"] not in {"queued", "running"}

        until(done, 60)
        return self.last

    def of_requests(self) -> None:
        json_type = {"Content-Type": "application/json"}
        half = f'{{"consultation_id": "CL-1", "conversation_text": "{TALK}'.encode()
        post = self.http.post
        keys = (f"{TOKEN}:1:{TOKEN}", f"center-1:{int(time.time())}:{TOKEN}", self.secret)
        answers = [
            post(QUICK, content=half, headers=self.headers(**json_type)),
            self.quick(priority=f"{MARK}{TOKEN}"),
            self.quick(**{TOKEN: MARK}),
            self.quick(conversation_text=TALK * 20_000),
            post(QUICK, content=TALK.encode(), headers=self.headers(**{"Content-Type": TOKEN})),
            *(post(QUICK, json={}, headers={"X-Bound-Key": key}) for key in keys),
            self.http.get(f"/api/{TOKEN}?x={TOKEN}"),
            self.http.request(TOKEN.upper().replace("-", ""), "/healthz"),
        ]
        assert {400, 401, 404, 413, 415, 422} <= {answer.status_code for answer in answers}
        address = self.http.base_url.host, self.http.base_url.port
        with socket.create_connection(address) as raw:  # no HTTP at all
            raw.sendall(f"{TOKEN} {TOKEN}\r\n\r\n".encode())
            raw.recv(1000)

    def of_summaries(self) -> None:
        fake = self.fake
        assert self.quick().status_code == 200
        fake.answers["slm"] = (f"{MARK} ", TOKEN)
        fake.dies_after["slm"] = 1
        assert self.quick().status_code == 200
        fake.dies_after.clear()
        fake.refusing.add("slm")
        assert self.quick().status_code == 200
        fake.refusing.clear()
        fake.failures["slm"] = 1
        assert self.quick().status_code == 200
        fake.pauses["slm"] = 5
        assert self.quick().status_code == 200
        with pytest.raises(httpx.TimeoutException):  # the client hangs up
            self.http.post(
                QUICK,
                json={"consultation_id": "CL-9", "conversation_text": TALK},
                headers=self.headers(),
                timeout=0.3,
            )
        fake.pauses.clear()

    def of_analyses(self) -> None:
        fake, hook = self.fake, f"http://127.0.0.1:{self.hook}/{TOKEN}?token={TOKEN}"
        good = fake.answers["mlm"]
        fake.answers["mlm"] = (f"{MARK} {TOKEN}",)
        assert '"failed": 1' in self.ended(self.batch(hook))
        fake.dies_after["mlm"] = 0
        fake.answers["mlm"] = good
        assert '"failed": 1' in self.ended(self.batch(hook)), "the engine breaks off"
        fake.dies_after.clear()
        fake.refusing.add("mlm")
        assert '"failed": 1' in self.ended(self.batch(hook)), "the engine refuses"
        fake.refusing.clear()
        self.ended(self.batch(hook))
        far = {"callback_url": f"https://{TOKEN}.example/"}
        item = {"consultation_id": "CL-1", "conversation_text": TALK}
        answer = self.http.post(
            BATCH, json={"consultations": [item], **far}, headers=self.headers()
        )
        assert answer.status_code == 422

    def all(self) -> None:
        self.of_requests()
        self.of_summaries()
        self.of_analyses()
        time.sleep(5.5)  # the worker's next file of metrics
        self.metrics = self.http.get("/metrics", headers=self.headers()).text


def marks(secret: str) -> list[str]:
    return [MARK, TOKEN, TOKEN.upper().replace("-", ""), secret, secret[:16]]


def test_a_marked_call_and_a_secret_are_in_no_line_and_no_metric(folder: Path) -> None:
    port, own = free_port(), dict(os.environ)
    limits = {"EDGEBOX_API__BODY_LIMIT_BYTES": "500000", "EDGEBOX_QUICK__DEADLINE_SECONDS": "1.5"}
    with receiver() as hook, engine(folder) as fake:
        secret = client(folder, f"127.0.0.1:{hook}")
        processes = []
        for name in ("api", "worker"):
            with (folder / f"{name}.log").open("wb") as log:
                processes.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "edgebox_cli", name],
                        env=own | environment(folder, port, **limits),
                        stderr=log,
                        stdout=log,
                    )
                )
        try:
            until(lambda: ready(f"http://127.0.0.1:{port}"))
            errors = Errors(f"http://127.0.0.1:{port}", secret, fake, hook)
            errors.all()
            processes[1].send_signal(signal.SIGABRT)  # as a watchdog does: all stacks
            processes[0].terminate()
            for process in processes:
                process.wait(30)
        finally:
            for process in processes:
                process.kill()
                process.wait()
    said = "".join((folder / f"{name}.log").read_text("utf-8") for name in ("api", "worker"))
    assert "Fatal Python error: Aborted" in said
    lines = [line for line in said.splitlines() if line.startswith('{"@timestamp"')]
    assert [(fault, line) for line in lines for fault in faults(line)] == []
    actions = {json.loads(line).get("event.action") for line in lines}
    assert {"request", "key_refused", "connection_refused"} <= actions
    assert 'edgebox_analyses_total{code="analysis_failed",result="failed"}' in errors.metrics
    for mark in marks(secret):
        assert mark not in said
        assert mark not in errors.metrics


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_marked_call_and_a_secret_reach_no_journal_and_no_log_server(
    folder: Path, tmp_path: Path
) -> None:
    port, elastic = free_port(), Elasticsearch(DataStream(TEMPLATE))
    limits = {"EDGEBOX_API__BODY_LIMIT_BYTES": "500000", "EDGEBOX_QUICK__DEADLINE_SECONDS": "1.5"}
    variables = {
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        **environment(folder, port, **limits),
    }
    env = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    text = (ROOT / "monitoring/logs/rsyslog-edgebox.conf").read_text("utf-8")
    text = "\n".join(line for line in text.splitlines() if "# YOURS" not in line)
    with elastic.serve() as server, receiver() as hook, engine(folder) as fake:
        where = f'server="127.0.0.1" serverport="{server}" uid="edgebox-logs" pwd="secret"'
        name = 'name="edgebox-elasticsearch"'
        text = f'global(workDirectory="{tmp_path / "spool"}")\n' + text.replace(
            name, f"{name} {where}"
        )
        (tmp_path / "rsyslog.conf").write_text(text, "utf-8")
        secret = client(folder, f"127.0.0.1:{hook}")
        syslog = Syslog(tmp_path)
        try:
            syslog.start(tmp_path / "rsyslog.conf")
            pids = [
                syslog.in_unit(
                    f"edgebox-{each}.service",
                    f"env {env} {sys.executable} -m edgebox_cli {each}",
                    wait=False,
                )
                for each in ("api", "worker")
            ]
            until(lambda: ready(f"http://127.0.0.1:{port}"))
            errors = Errors(f"http://127.0.0.1:{port}", secret, fake, hook)
            errors.of_requests()
            errors.of_summaries()
            errors.of_analyses()
            syslog.do(f"kill {' '.join(pids)}", f"wait {' '.join(pids)}; true")
            until(lambda: b"stopping" in b"".join(elastic.bodies))
            time.sleep(0.3)
            journal = syslog.do("journalctl --no-pager -o export | cat -v; true")
        finally:
            syslog.close()
    sent = b"".join(elastic.bodies).decode()
    assert '"event.action":"key_refused"' in sent
    assert "EDGEBOX_ECS" in journal
    assert elastic.refused == []
    for mark in marks(secret):
        assert mark not in sent
        assert mark.encode().decode("latin-1") not in journal
        assert mark not in journal
