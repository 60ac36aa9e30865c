"""What the relay sends to each messenger, over HTTP and as a process of its own."""

import contextlib
import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from watch.processes import free_port

from support.polling import PATIENCE

RELAY = Path(__file__).resolve().parents[2] / "monitoring" / "relay"
ALERT = {
    "status": "firing",
    "labels": {"alertname": "EngineDown", "severity": "critical", "instance": "box-1"},
    "annotations": {
        "summary": "엔진이 멈췄습니다",
        "summary_en": "The engine is down",
        "action": "systemctl status edgebox-engine",
        "action_en": "systemctl status edgebox-engine",
    },
}
TITLE = "[긴급] box-1 엔진이 멈췄습니다"
BOTH = f"{TITLE}\nsystemctl status edgebox-engine"
WANTED = {
    "jandi": {
        "body": TITLE,
        "connectColor": "#d92d20",
        "connectInfo": [{"title": TITLE, "description": "systemctl status edgebox-engine"}],
    },
    "dooray": {
        "botName": "EdgeBox",
        "text": TITLE,
        "attachments": [{"text": "systemctl status edgebox-engine", "color": "#d92d20"}],
    },
    "kakaowork": {"conversation_id": "77", "text": BOTH},
    "naverworks": {"content": {"type": "text", "text": BOTH}},
}


class Messenger(ThreadingHTTPServer):
    """Keeps what is posted to it; answers ``status``."""

    def __init__(self) -> None:
        self.got: list[tuple[dict, dict]] = []
        self.status = 200
        self.fails: set[int] = set()
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), json.loads(body)))
        self.send_response(
            self.server.status if len(self.server.got) not in self.server.fails else 503
        )
        self.end_headers()

    def log_message(self, *_) -> None:
        pass


@contextlib.contextmanager
def relay(tmp_path, kind: str, messenger: Messenger):
    """The relay as a process; yields a function that posts alerts and returns the status."""
    port = free_port()
    (tmp_path / "token").write_text("t0ken\n")
    (tmp_path / "monitoring.toml").write_text(
        f'[listen]\nrelay = "127.0.0.1:{port}"\n[messenger]\nkind = "{kind}"\n'
        f'url = "http://127.0.0.1:{messenger.server_address[1]}/hook/s3cret"\n'
        f'conversation = "77"\ntoken_file = "{tmp_path}/token"\n'
    )
    process = subprocess.Popen(
        [sys.executable, RELAY, tmp_path / "monitoring.toml"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def post(body: bytes) -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/", body)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return answer.status
            except urllib.error.HTTPError as error:
                return error.code
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.05)

    try:
        yield post, process
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()


@pytest.fixture
def messenger():
    with Messenger() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("kind", WANTED)
def test_each_messenger_gets_its_own_form(tmp_path, messenger, kind) -> None:
    with relay(tmp_path, kind, messenger) as (post, _):
        assert (
            post(json.dumps({"alerts": [ALERT, {**ALERT, "status": "resolved"}]}).encode()) == 200
        )
    (headers, body), (_, over) = messenger.got
    assert body == WANTED[kind]
    assert "[해제] box-1 엔진이 멈췄습니다" in json.dumps(over, ensure_ascii=False)
    assert "systemctl" not in json.dumps(over)
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    if kind == "jandi":
        assert headers["Accept"] == "application/vnd.tosslab.jandi-v2+json"
    if kind in ("kakaowork", "naverworks"):
        assert headers["Authorization"] == "Bearer t0ken"


def test_nobody_is_told_twice_what_was_sent_before_a_failure(tmp_path, messenger) -> None:
    other = {**ALERT, "labels": {**ALERT["labels"], "instance": "box-2"}}
    body = json.dumps({"alerts": [ALERT, other]}).encode()
    messenger.fails = {2}
    with relay(tmp_path, "jandi", messenger) as (post, _):
        assert post(body) == 502
        assert post(body) == 200  # Alertmanager tries again
        boxes = [body["body"].split()[1] for _, body in messenger.got]
        assert boxes == ["box-1", "box-2", "box-2"]
        assert post(body) == 200  # hours later it is told anew
    assert len(messenger.got) == 5


def test_a_refusal_is_passed_on_so_that_alertmanager_tries_again(tmp_path, messenger) -> None:
    messenger.status = 500
    with relay(tmp_path, "jandi", messenger) as (post, process):
        assert post(json.dumps({"alerts": [ALERT]}).encode()) == 502
        messenger.status = 200
        assert post(json.dumps({"alerts": [ALERT]}).encode()) == 200
        assert post(b"no JSON") == 400
        assert post(b'{"alerts": [{}]}') == 400
        process.terminate()
        process.wait(PATIENCE)
        assert "s3cret" not in process.stdout.read()


def test_at_a_hang_up_the_relay_reads_its_settings_again(tmp_path, messenger) -> None:
    settings = tmp_path / "monitoring.toml"
    with relay(tmp_path, "jandi", messenger) as (post, process):
        alert = json.dumps({"alerts": [ALERT]}).encode()
        assert post(alert) == 200

        def reload(text: str) -> None:
            settings.write_text(text)
            process.send_signal(signal.SIGHUP)

        def becomes(key: str) -> bool:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                assert post(alert) == 200
                if key in messenger.got[-1][1]:
                    return True
                time.sleep(0.05)
            return False

        right = settings.read_text()
        reload(right.replace("jandi", "dooray"))
        assert becomes("botName")
        reload(right.replace("jandi", "line"))
        assert "messenger.kind is one of" in process.stdout.readline()
        assert post(alert) == 200
        assert "botName" in messenger.got[-1][1]
