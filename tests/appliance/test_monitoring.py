"""Prometheus and Alertmanager on a booted Debian without network: installed, told, removed."""

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.boxes.container import CACHE, Container

ROOT = Path(__file__).resolve().parents[2]
PIDS = "systemctl show -p MainPID edgebox-prometheus edgebox-alertmanager"
SETTINGS = """\
name = "box-1"
[chat]
url = "http://127.0.0.1:9999/"
"""


class Handler(BaseHTTPRequestHandler):
    """A box with metrics, and a chat."""

    engine_up = 1
    told: list[str] = []  # noqa: RUF012 - one server

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"edgebox_engine_up {Handler.engine_up}\n".encode())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Handler.told.append(body["attachments"][0]["title"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def machine() -> Iterator[Container]:
    """Booted, with monitoring/ and the carried packages on its stick, and no network."""
    CACHE.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="monitoring-", dir=CACHE))
    media = work / "media"
    shutil.copytree(ROOT / "monitoring", media / "monitoring")
    packages = media / "monitoring" / "packages"
    if kept := os.environ.get("EDGEBOX_TEST_PACKAGES"):
        shutil.copytree(kept, packages)
    else:
        subprocess.run([ROOT / "packaging" / "monitoring-packages", packages], check=True)
    machine = Container(work / "root", media)
    machine.boot()
    try:
        yield machine
    finally:
        machine.close()
        shutil.rmtree(work, ignore_errors=True)


@pytest.fixture(scope="module")
def box(machine) -> Iterator[None]:
    machine.out("ip link set lo up 2>/dev/null || true")
    with machine.network():
        servers = [
            ThreadingHTTPServer(("127.0.0.1", port), Handler, bind_and_activate=True)
            for port in (8601, 9999)
        ]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield
    for server in servers:
        server.shutdown()
        server.server_close()


def until(words: str, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if any(words in title for title in Handler.told):
            return True
        time.sleep(0.5)
    return False


def test_it_is_installed_without_network_and_a_test_alert_arrives(machine, box) -> None:
    # As the box makes it: the user prometheus may not enter it.
    machine.out("install -d -m 0750 /etc/edgebox")
    machine.out(f"cat >/root/monitoring.toml <<'TOML'\n{SETTINGS}TOML")
    said = machine.out(
        "/media/usb/monitoring/install --settings /root/monitoring.toml", timeout=400
    )
    assert "a test alert was delivered" in said
    assert until("[경고] box-1: 시험 알림입니다", 10)
    for unit in ("edgebox-prometheus", "edgebox-alertmanager"):
        assert machine.out(f"systemctl is-active {unit}") == "active"
        shown = machine.out(f"systemctl show -p CPUWeight,MemoryMax {unit}")
        assert "CPUWeight=20" in shown
        assert f"MemoryMax={256 << 20}" in shown
    # Debian's own are not started: they would read nothing, on our ports.
    assert machine.run("systemctl is-active prometheus prometheus-alertmanager").code != 0
    assert (
        machine.out("stat -c '%a %U:%G' /etc/edgebox-monitoring/monitoring.toml")
        == "640 root:prometheus"
    )


def test_a_second_run_changes_nothing_that_works(machine, box) -> None:
    pids = machine.out(PIDS)
    said = machine.out("/media/usb/monitoring/install", timeout=200)
    assert "nothing has changed" in said
    assert "a test alert was delivered" in said
    assert machine.out(PIDS) == pids


def test_wrong_settings_change_nothing(machine, box) -> None:
    machine.out("sed -i 's/^name/nme/' /etc/edgebox-monitoring/monitoring.toml")
    ended = machine.run("/media/usb/monitoring/install")
    assert ended.code == 2
    assert "there is no setting nme" in ended.err
    assert machine.out("systemctl is-active edgebox-prometheus") == "active"
    machine.out("sed -i 's/^nme/name/' /etc/edgebox-monitoring/monitoring.toml")


def test_an_engine_that_is_down_is_told(machine, box) -> None:
    Handler.engine_up = 0
    assert until("[긴급] box-1: 엔진이 멈췄습니다", 300)
    Handler.engine_up = 1


def test_it_is_removed(machine, box) -> None:
    assert "kept" in machine.out("/usr/local/lib/edgebox-monitoring/install --remove")
    left = "ls -d /etc/systemd/system/edgebox-* /usr/local/lib/edgebox-monitoring"
    assert machine.run(left).out == ""
    assert machine.out("ls -A /etc/edgebox-monitoring") == "monitoring.toml"
    machine.out("/media/usb/monitoring/install --remove --purge")
    assert machine.run("ls -d /etc/edgebox-monitoring /var/lib/edgebox-monitoring").out == ""
