"""Another server for a role, through a network that breaks in every way but an honest one.

The server is on another machine (`support.outside.network`). Whatever happens on the way: half of
an answer is never taken for the whole, no consultation pays for it with an attempt, every wait
ends, agents have their answer in time, and the backlog goes on once the link is back.
"""

import asyncio
import contextlib
import json
import os
import sqlite3
import ssl
import time

import httpx
import pytest

from edgebox.engine_client import EngineClient, Waits
from edgebox.errors import EngineDied, EngineError, EngineOverloaded, EngineUnavailable
from edgebox.settings import Settings
from support.boxes.api import QUICK
from support.boxes.killed import CrashBox
from support.outside.certificates import make_pair
from support.outside.far_server import MODEL, far_server
from support.outside.network import FAR, STORM, cut_at_every_packet, stormy
from support.polling import PATIENCE
from support.samples import ANALYSIS, SUMMARY

SECONDS = os.environ.get("HOSTILE_SECONDS")
long = pytest.mark.skipif(SECONDS is None, reason="tests/run --hostile")
TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지하고 재발급을 접수해 드렸습니다."
CHAT = [{"role": "user", "content": "안녕 " * 2000}]  # more than a packet
BRIEF = Waits(floor=0.4, character=0.0, token=0.0, silence=0.4)
AGENT = 3.0
"""Seconds that an agent waits at most; the rest is for a machine with other work."""
CALLS = 6


@contextlib.contextmanager
def server(link, **script):
    with link.far():
        made = far_server(host=FAR, **script)
        far = made.__enter__()
    try:
        yield far
    finally:
        made.__exit__(None, None, None)


# At every packet of an exchange ------------------------------------------------------


async def asked(tmp_path, far):
    """The answer, or the error, of one analysis's request."""
    mlm = {"url": far.url, "url_model": MODEL}
    client = EngineClient(Settings(state_dir=tmp_path, engines={"mlm": mlm}), waits=BRIEF)
    try:
        return await client.complete("mlm", CHAT, max_tokens=5)
    except EngineError as error:
        return error
    finally:
        await client.aclose()


def came_through(tmp_path, far):
    """Ask for an analysis; whether there was an answer, which then is whole."""
    found = asyncio.run(asyncio.wait_for(asked(tmp_path, far), PATIENCE))
    if isinstance(found, EngineError):
        assert isinstance(found, EngineOverloaded | EngineUnavailable)
        assert not isinstance(found, EngineDied), "that would count as an attempt"
        return False
    assert found.text == ANALYSIS
    return True


@pytest.mark.parametrize("way", ["out", "back"])
@pytest.mark.parametrize("scheme", ["http", pytest.param("https", marks=long)])
def test_a_link_that_ends_at_any_packet_of_an_answer(tmp_path, link, monkeypatch, scheme, way):
    tls = None
    if scheme == "https":
        tls = served_with(tmp_path, monkeypatch)
    with server(link, tls=tls, halfway=lambda: time.sleep(0.02)) as far:
        packets = cut_at_every_packet(link, way, lambda: came_through(tmp_path, far))
    print(f"{scheme} {way}: cut at each of {packets} packets")
    assert packets > 4


def served_with(tmp_path, monkeypatch):
    pair = make_pair(tmp_path, names=f"IP:{FAR}")
    monkeypatch.setenv("SSL_CERT_FILE", str(pair.cert))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pair.cert, pair.key)
    return tls


# A whole box -------------------------------------------------------------------------


class Box(CrashBox):
    """A box of which another server is asked for analyses, for summaries too, or both."""

    @classmethod
    def at(cls, folder, far, *roles):
        more = {}
        for role in roles:
            more[f"EDGEBOX_ENGINES__{role.upper()}__URL"] = far.url
            more[f"EDGEBOX_ENGINES__{role.upper()}__URL_MODEL"] = MODEL
        return cls(folder / "state", [], more)

    def states(self):
        """The state and the attempts of each consultation."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=10)) as db:
            return db.execute("SELECT state, attempts, crashes FROM consultations").fetchall()

    def all_done(self):
        states = self.states()
        assert not [one for one in states if one[0] == "failed"], states
        return {state for state, *_ in states} == {"done"}

    def quick(self):
        """The status of a quick summary, and its seconds."""
        body = {"consultation_id": "CL-Q", "conversation_text": f"{TALK} {time.time_ns()}"}
        began = time.monotonic()
        found = httpx.post(self.url + QUICK, json=body, headers=self.headers(), timeout=60)
        assert found.status_code == 200, found.text
        return found.json()["status"], time.monotonic() - began


@pytest.mark.parametrize(
    "weather",
    [
        STORM,
        pytest.param(stormy(loss=0.3, jitter=0.3), marks=long),
        # A connection has 2 s: a way of a second and back is too far.
        pytest.param(stormy(delay=0.4, jitter=0.4, loss=0.0), marks=long),
    ],
    ids=["storm", "hurricane", "far away"],
)
def test_a_storm_fails_no_analysis(folder, link, weather):
    with server(link) as far, Box.at(folder, far, "mlm") as box:
        box.until_up()
        link.weather = weather
        box.post(*[f"{TALK} {n}" for n in range(CALLS)])
        patience = PATIENCE if SECONDS is None else float(SECONDS)
        box.until(box.all_done, patience, "every analysis")
    assert link.lost or not weather.loss


def test_a_link_that_ends_in_the_middle_of_an_answer_and_returns(folder, link):
    """TCP itself sends the rest once the link is back: nothing is asked twice."""
    with server(link, halfway=lambda: link.is_cut or link.cut()) as far:
        with Box.at(folder, far, "mlm") as box:
            box.until_up()
            box.post(TALK)
            box.until(lambda: link.is_cut, PATIENCE, "half of the answer")
            assert box.states()[0][0] == "running"
            far.halfway = lambda: None
            time.sleep(3)
            link.heal()
            box.until(box.all_done, PATIENCE, "the analysis")
            assert box.states() == [("done", 1, 0)]
        assert len(far.bodies) == 1


def test_a_server_that_cannot_be_reached_costs_no_attempt(folder, link):
    with server(link) as far, Box.at(folder, far, "mlm") as box:
        box.until_up()
        link.cut()
        box.post(*[f"{TALK} {n}" for n in range(CALLS)])
        time.sleep(6)  # longer than a connection is waited for
        assert {state for state, *_ in box.states()} == {"pending"}
        link.heal()
        box.until(box.all_done, PATIENCE, "every analysis")
        assert box.states() == [("done", 1, 0)] * CALLS


def test_an_agent_has_an_answer_while_the_server_cannot_be_reached(folder, link):
    with (
        server(link, content="".join(SUMMARY)) as far,
        Box.at(folder, far, "slm") as box,
    ):
        box.until_up()
        box.until(lambda: box.quick()[0] == "success", PATIENCE, "a summary of the server")
        link.cut()  # its connections are open, and nobody says that they are gone
        seconds = []
        for _ in range(4):
            status, needed = box.quick()
            assert status in ("fallback", "partial")
            seconds.append(needed)
        print("seconds beside a silent link:", [round(one, 2) for one in seconds])
        assert max(seconds) < AGENT + PATIENCE / 5
        link.heal()
        box.until(lambda: box.quick()[0] == "success", PATIENCE, "a summary of the server")


@long
@pytest.mark.parametrize("connected", [True, False], ids=["in an answer", "before it"])
def test_a_link_that_stays_away_for_minutes_ends_the_wait_and_no_attempt(folder, link, connected):
    """Keep-alive notices it within a minute; the tick after its return goes on."""
    minutes = 4 * 60
    with (
        server(link, halfway=lambda: connected and (link.is_cut or link.cut())) as far,
        Box.at(folder, far, "mlm") as box,
    ):
        box.until_up()
        if not connected:
            link.cut()
        box.post(*[f"{TALK} {n}" for n in range(CALLS)])
        began = time.monotonic()
        if connected:
            box.until(lambda: link.is_cut, PATIENCE, "half of an answer")
            box.until(lambda: {state for state, *_ in box.states()} == {"pending"}, 150, "its end")
            print(f"noticed after {time.monotonic() - began:.0f} s")
        else:
            time.sleep(100)  # longer than a run waits for a server
        far.halfway = lambda: None
        link.heal()
        began = time.monotonic()
        box.until(box.all_done, minutes, "every analysis")
        print(f"all done {time.monotonic() - began:.0f} s after the link's return")
        assert {(state, attempts) for state, attempts, _ in box.states()} == {("done", 1)}


def test_what_the_server_was_asked_is_the_call(folder, link):
    """The control of this file: the far server is the one that answers."""
    with server(link) as far, Box.at(folder, far, "mlm") as box:
        box.until_up()
        box.post(TALK)
        box.until(box.all_done, PATIENCE, "the analysis")
        assert "카드를 잃어버렸어요" in json.dumps(far.bodies, ensure_ascii=False)
        assert link.carried["out"] > 4
