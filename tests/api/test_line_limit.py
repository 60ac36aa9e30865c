"""A flood of refusals gets twenty lines and a count, and hides no other line."""

import logging
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from edgebox.api.line_limit import LINES, MINUTE, MOST_PEERS, LineLimit
from edgebox.api.metrics import Metrics
from edgebox.api.refused_connections import RefusedConnections
from support.boxes.api import ApiBox
from support.boxes.served import running

pytestmark = pytest.mark.anyio


class HandClock:
    """Calls what was left for later when the test lets time pass."""

    def __init__(self) -> None:
        self.now = 0.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        self.due.append((self.now + seconds, act))

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        ready = [act for at, act in self.due if at <= self.now]
        self.due = [(at, act) for at, act in self.due if at > self.now]
        for act in ready:
            act()


def lines(caplog: pytest.LogCaptureFixture) -> list[dict]:
    return [r.ecs for r in caplog.records if hasattr(r, "ecs")]


def test_a_minute_has_twenty_lines_and_then_a_count(caplog: pytest.LogCaptureFixture) -> None:
    clock = HandClock()
    limit = LineLimit(clock.later)
    peers = ["10.0.0.1", "10.0.0.2", "10.0.0.2"] * 100
    assert sum(limit.admits("not_found", peer) for peer in peers) == LINES
    assert limit.admits("without_a_key", "10.0.0.9"), "another kind has its own lines"
    clock.pass_by(MINUTE - 1)
    assert not limit.admits("not_found", "10.0.0.1")
    assert lines(caplog) == []
    clock.pass_by(1)
    assert lines(caplog) == [
        {
            "event.action": "flood",
            "edgebox.kind": "not_found",
            "edgebox.lines_left_out": 301 - LINES,
            "edgebox.addresses": 2,
            "source.ip": "10.0.0.2",
        }
    ]
    assert limit.admits("not_found", "10.0.0.1"), "the next minute begins anew"


def test_a_quiet_minute_has_no_count(caplog: pytest.LogCaptureFixture) -> None:
    clock = HandClock()
    limit = LineLimit(clock.later)
    assert all(limit.admits("not_found", "10.0.0.1") for _ in range(LINES))
    clock.pass_by(MINUTE)
    assert lines(caplog) == []
    assert clock.due == []


def test_addresses_without_end_take_no_memory_without_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    limit = LineLimit(HandClock().later)
    for n in range(MOST_PEERS + 50):
        limit.admits("refused_connections", f"2001:db8::{n:x}")
    limit.close()
    assert lines(caplog)[0]["edgebox.addresses"] == MOST_PEERS


def test_refused_connections_have_their_address_and_an_exact_metric(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "edgebox.api")
    clock, metrics = HandClock(), Metrics()
    refused = RefusedConnections(metrics, LineLimit(clock.later))
    for n in range(500):
        refused.add("silent", "10.0.0.1")
        refused.add("slow_header", f"10.0.1.{n % 5}")
    clock.pass_by(MINUTE)
    told = lines(caplog)
    assert len(told) == LINES + 1, "silent ones are for debugging only"
    assert told[0] == {
        "event.action": "connection_refused",
        "event.reason": "slow_header",
        "source.ip": "10.0.1.0",
    }
    assert (told[-1]["edgebox.lines_left_out"], told[-1]["edgebox.addresses"]) == (480, 5)
    assert 'reason="slow_header"} 500.0' in metrics.render().decode()


async def test_a_request_line_has_the_peer_and_no_method_of_the_clients_making(
    box: ApiBox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "edgebox.api")
    await box.quick()
    await box.http.request("SECRETLETTERS", "/nowhere")
    good, odd = (line for line in lines(caplog) if line["event.action"] == "request")
    assert (good["source.ip"], good["http.request.method"]) == ("127.0.0.1", "POST")
    assert odd["http.request.method"] == "OTHER"
    assert "SECRETLETTERS" not in caplog.text


async def test_a_refused_key_has_the_peer(box: ApiBox, caplog: pytest.LogCaptureFixture) -> None:
    assert (await box.quick(headers={})).status_code == 401
    await box.services.refused.close()
    [told] = [r.message for r in caplog.records if r.message.startswith("key refused")]
    assert "from 127.0.0.1, request" in told


async def test_a_flood_on_the_wire_leaves_the_line_of_a_good_request(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "edgebox.api")
    async with running(tmp_path) as box:
        await box.until_ready()
        caplog.clear()
        for n in range(2000):
            assert (await box.http.get("/nothing/here")).status_code == 404
            if n == 1000:
                good = await box.http.get("/api/v1/batches", headers=box.headers())
                assert good.status_code == 200
        for _ in range(100):
            assert (await box.http.get("/api/v1/batches")).status_code == 401
        text = (await box.http.get("/metrics", headers=box.headers())).text
    told = lines(caplog)
    requests = [line for line in told if line["event.action"] == "request"]
    status = "http.response.status_code"
    assert len([line for line in requests if line[status] == 404]) == LINES
    assert len([line for line in requests if line[status] == 401]) == LINES
    good = [line["edgebox.client_id"] for line in requests if line[status] == 200]
    assert good == ["center-1"]
    floods = {line["edgebox.kind"]: line for line in told if line["event.action"] == "flood"}
    assert floods["not_found"]["edgebox.lines_left_out"] == 2000 - LINES
    assert floods["not_found"]["source.ip"] == "127.0.0.1"
    assert floods["without_a_key"]["edgebox.lines_left_out"] == 100 - LINES
    assert 'route="unmatched",status="404"} 2000.0' in text


async def test_what_is_no_http_is_logged_with_its_address(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path) as box:
        with socket.create_connection(box.address) as sock:
            sock.setblocking(False)
            sock.sendall(b"\x00\x01nonsense\r\n\r\n")
            await box.until_ready()
    told = [line for line in lines(caplog) if line["event.action"] == "connection_refused"]
    expected = {"event.reason": "not_http", "source.ip": "127.0.0.1"}
    assert told == [{"event.action": "connection_refused", **expected}]
