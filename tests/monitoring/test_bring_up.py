"""``monitoring/up`` beside a box, the units, ``monitoring/check-grafana`` against a stand-in."""

import json
import re
import ssl
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from watch import units
from watch.processes import Watchers, free_port
from watch.proof import unread
from watch.render import Pace
from watch.settings import Monitoring

from support.outside.certificates import make_pair
from support.polling import PATIENCE

MONITORING = Path(__file__).resolve().parents[2] / "monitoring"


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, timeout=60
    )


def test_up_shows_a_test_alert_and_ends(watched) -> None:
    done = run(MONITORING / "up", "--target", watched.exporter.target, "--once")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "시험 알림입니다. 알림이 도착합니다" in done.stdout
    assert re.search(r"It was delivered after \d+\.\d s", done.stdout)


def test_up_does_not_call_delivered_what_alertmanager_only_tried(watched, tmp_path) -> None:
    settings = tmp_path / "monitoring.toml"
    settings.write_text(
        f'target = "{watched.exporter.target}"\n[chat]\nurl = "http://127.0.0.1:9/s3cret"\n'
        f'[watchdog]\nurl = "{watched.chat.url}"\n'  # what arrives there is no proof of the chat
    )
    done = run(MONITORING / "up", "--settings", settings, "--once")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "It was not delivered (slack)" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_up_reads_the_apis_own_port_with_its_token(watched, tmp_path) -> None:
    class Port(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            right = self.headers["Authorization"] == "Bearer t0ken"
            self.send_response(200 if right else 401)
            self.end_headers()
            self.wfile.write(watched.exporter.text().encode() if right else b"")

        def log_message(self, *_) -> None:
            pass

    (tmp_path / "token").write_text("t0ken\n")
    settings = tmp_path / "monitoring.toml"
    with ThreadingHTTPServer(("127.0.0.1", 0), Port) as port:
        Thread(target=port.serve_forever, daemon=True).start()
        settings.write_text(
            f'target = "127.0.0.1:{port.server_address[1]}"\ntoken_file = "{tmp_path}/token"\n'
        )
        done = run(MONITORING / "up", "--settings", settings, "--once")
        port.shutdown()
    assert done.returncode == 0, done.stdout + done.stderr


def test_up_says_what_is_missing_where_no_box_runs() -> None:
    done = run(MONITORING / "up", "--target", "127.0.0.1:9", "--once")
    assert done.returncode == 2
    assert "(Connection refused)" in done.stderr
    assert "metrics_listen" in done.stderr


@pytest.mark.parametrize("target", ["box", "http://127.0.0.1:8601", "::1:8601", "127.0.0.1:x"])
def test_up_refuses_a_target_that_is_no_address(target) -> None:
    done = run(MONITORING / "up", "--target", target, "--once")
    assert (done.returncode, "an address with a port" in done.stderr) == (2, True)


class Port(BaseHTTPRequestHandler):
    """The API's own port, over TLS and with a token."""

    def do_GET(self) -> None:
        self.send_response(200 if self.headers["Authorization"] == "Bearer t0ken" else 401)
        self.end_headers()

    def log_message(self, *_) -> None:
        pass


class Closed(Port):
    """A port with TLS that is asked without: it hangs up."""

    def do_GET(self) -> None:
        self.close_connection = True


@pytest.mark.parametrize(
    ("host", "token", "ca", "said"),
    [
        ("127.0.0.1", "other", True, "it answers 401: not the right token"),
        ("127.0.0.1", "t0ken", True, "what answers there is no EdgeBox"),
        ("127.0.0.1", None, True, "token: No such file or directory"),
        ("127.0.0.1", "비밀", True, "no token in ASCII"),
        ("localhost", "t0ken", True, "Hostname mismatch"),
        ("127.0.0.1", "t0ken", False, "(Remote end closed connection without response)"),
    ],
)
def test_up_says_why_the_apis_own_port_is_not_read(tmp_path, host, token, ca, said) -> None:
    pair = make_pair(tmp_path, names="IP:127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.cert, pair.key)
    if token is not None:
        (tmp_path / "token").write_text(token)
    settings = tmp_path / "monitoring.toml"
    with ThreadingHTTPServer(("127.0.0.1", 0), Port) as port:
        if ca:
            port.socket = context.wrap_socket(port.socket, server_side=True)
        else:
            port.RequestHandlerClass = Closed
        Thread(target=port.serve_forever, daemon=True).start()
        settings.write_text(
            f'target = "{host}:{port.server_address[1]}"\ntoken_file = "{tmp_path}/token"\n'
            + (f'ca_file = "{pair.cert}"\n' if ca else "")
        )
        done = run(MONITORING / "up", "--settings", settings, "--once")
        port.shutdown()
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_install_has_from_prometheus_why_the_box_is_not_read(tmp_path) -> None:
    wanted = Monitoring(target="127.0.0.1:9")
    for name in ("prometheus", "alertmanager"):
        setattr(wanted.listen, name, f"127.0.0.1:{free_port()}")
    assert not unread(wanted), "nothing answers"
    with Watchers(wanted, tmp_path, Pace(scrape="1s")):
        until = time.monotonic() + PATIENCE
        while not (found := unread(wanted)) and time.monotonic() < until:
            time.sleep(0.1)
    assert "connection refused" in found


def test_units_leave_the_machine_to_the_engine() -> None:
    found = units.units(Monitoring())
    assert set(found) == {"edgebox-prometheus.service", "edgebox-alertmanager.service"}
    for text in found.values():
        assert "CPUWeight=20\nMemoryMax=256M\n" in text
        assert "User=prometheus\n" in text
        assert str(MONITORING) not in text
    wanted = Monitoring()
    wanted.messenger.kind = "jandi"
    assert "edgebox-relay.service" in units.units(wanted)


class Grafana(ThreadingHTTPServer):
    """As much of Grafana's HTTP API as check-grafana uses."""

    missing = ""
    empty = False


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.server.missing and self.path.startswith(self.server.missing):
            self.send_error(404)
            return
        body: dict = {"version": "12.0.0"}
        if self.path.startswith("/api/dashboards/uid/"):
            uid = self.path.rpartition("/")[2]
            name = f"{'fleet' if 'fleet' in uid else 'edgebox'}-{uid[-2:]}.json"
            board = json.loads((MONITORING / "grafana" / "dashboards" / name).read_text())
            assert board["uid"] == uid
            body = {"dashboard": board}
        self._answer(body)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"][0]
        assert "$" not in asked["expr"]
        values = [] if self.server.empty else [[0], [1]]
        self._answer({"results": {asked["refId"]: {"frames": [{"data": {"values": values}}]}}})

    def _answer(self, body: dict) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def grafana():
    with Grafana(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        server.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


def test_check_grafana_runs_every_query(grafana) -> None:
    done = run(MONITORING / "check-grafana", grafana.url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "edgebox-ko: " in done.stdout
    assert "0 queries failed, 0 without data" in done.stdout
    grafana.empty = True
    assert "no data (" in run(MONITORING / "check-grafana", grafana.url).stdout


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("/api/plugins/", "no Prometheus data source"),
        ("/api/datasources/", "edgebox-prometheus"),
        ("/api/dashboards/", "the dashboard edgebox-ko is not there"),
    ],
)
def test_check_grafana_says_what_is_missing(grafana, missing, says) -> None:
    grafana.missing = missing
    done = run(MONITORING / "check-grafana", grafana.url)
    assert done.returncode == 1
    assert says in done.stderr
