"""What the doctor says of the monitoring that is installed beside the box."""

import json
import shutil
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlparse

import pytest

from edgebox_cli.doctor.monitoring import UNSENT, monitoring

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "monitoring"))

from watch import units
from watch.settings import Monitoring

pytestmark = pytest.mark.skipif(
    shutil.which("prometheus") is None or shutil.which("prometheus-alertmanager") is None,
    reason="needs Debian's prometheus and prometheus-alertmanager",
)


class Answers(ThreadingHTTPServer):
    """Prometheus' and Alertmanager's answers: values by expression."""

    values: dict[str, str]
    ready = 200


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = urlparse(self.path)
        self.send_response(self.server.ready if asked.path == "/-/ready" else 200)
        self.end_headers()
        value = self.server.values.get(parse_qs(asked.query).get("query", [""])[0])
        result = [] if value is None else [{"metric": {}, "value": [0, value]}]
        self.wfile.write(json.dumps({"data": {"result": result}}).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def answers() -> Iterator[Answers]:
    with Answers(("127.0.0.1", 0), Handler) as server:
        server.values = {'up{job="edgebox"}': "1"}
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def look(tmp_path, answers):
    wanted = Monitoring()
    wanted.listen.prometheus = f"127.0.0.1:{answers.server_address[1]}"
    wanted.listen.alertmanager = wanted.listen.prometheus
    for name, text in units.units(wanted).items():  # all that the box's user may read
        (tmp_path / name).write_text(text)
    return lambda: monitoring(tmp_path)


def test_nothing_is_said_where_nothing_is_installed(tmp_path) -> None:
    assert monitoring(tmp_path) is None


def test_a_box_that_is_read_is_well(look) -> None:
    assert look().state == "ok"


def test_what_does_not_work_is_named_with_its_unit(look, answers) -> None:
    answers.values[UNSENT] = "1"
    assert look().detail == "alerts are not delivered"
    answers.values = {'up{job="edgebox"}': "0"}
    assert look().detail == "Prometheus does not read this box"
    answers.ready = 503
    found = look()
    assert found.state == "warn"
    assert found.fix == "journalctl -u edgebox-alertmanager -n 50"


def test_silence_is_a_finding(look, answers) -> None:
    answers.shutdown()
    answers.server_close()
    assert look().state == "warn"
