"""Callbacks through a network that loses, delays, reorders, doubles, or carries nothing at all.

The receiver is on another machine (`support.outside.network`). Whatever happens on the way: what
counts as delivered was received, whatever is sent again has the same id and the same bytes, every
attempt ends within its seconds, and all arrives once the link is back.
"""

import asyncio
import json
import os
import random
import ssl
from collections import defaultdict

import pytest

from edgebox.callbacks.delivery import Deliverer
from support.boxes.killed import CrashBox
from support.boxes.store import Box
from support.outside.certificates import make_pair
from support.outside.network import FAR, STORM, cut_at_every_packet, stormy
from support.outside.receiver import Receiver, answer, on_a_thread
from support.polling import PATIENCE

SECONDS = os.environ.get("HOSTILE_SECONDS")
long = pytest.mark.skipif(SECONDS is None, reason="tests/run --hostile")
TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지했습니다."
OTHERS = 3


class Centre(Receiver):
    """Takes everything, and may cut the link between a request and its answer."""

    def __init__(self, link):
        super().__init__([answer(200)])
        self.link = link
        self.cuts = 0

    def give(self, _request, _turn):
        if self.cuts:
            self.cuts -= 1
            self.link.cut()
        return answer(200)

    def bodies(self):
        """The bodies that were received, by webhook-id."""
        found = defaultdict(list)
        for request in list(self.requests):
            found[request.headers["webhook-id"]].append(request.body)
        return found

    def batches(self):
        return {json.loads(request.body)["batch_id"] for request in list(self.requests)}


def check(centre, rows):
    """Return the states of this centre's callbacks, after comparing them with what arrived."""
    rows = [row for row in rows if f":{centre.port}/" in row.url]
    received = centre.bodies()
    for bodies in received.values():
        assert len(set(bodies)) == 1, "one id, one body"
    ids = defaultdict(set)
    for name, (body, *_) in received.items():
        ids[json.loads(body)["batch_id"]].add(name)
    assert all(len(found) == 1 for found in ids.values()), "one batch, one id"
    for row in rows:
        if row.state == "delivered":
            assert row.webhook_id in received, f"{row.batch_id} was never received"
    return [row.state for row in rows]


# At every packet of an exchange ------------------------------------------------------


def attempt(box, seconds):
    """Send what is due, with so many seconds for each attempt."""
    deliverer = Deliverer(
        box.store, own_ports=[], timeout=seconds, clock=box.clock, rng=random.Random(1)
    )
    asyncio.run(asyncio.wait_for(deliverer.deliver_due(), PATIENCE))


def came_through(box, centre, url):
    """Send a callback once; whether it was delivered, and nothing is known of it that is not so."""
    box.finished_batch(url, consultations=20)  # more than a packet
    attempt(box, 0.4)
    [row] = [row for row in box.store.outbox.list() if row.state == "pending"] or [None]
    check(centre, box.store.outbox.list())
    if row is not None:
        assert row.attempts == 1
        assert row.last_error
    return row is None


def delivered_afterwards(box, centre):
    """Send again what did not come through."""
    box.clock.advance(10)  # past the pause before the second attempt
    attempt(box, PATIENCE)
    assert set(check(centre, box.store.outbox.list())) == {"delivered"}


@pytest.mark.parametrize("way", ["out", "back"])
@pytest.mark.parametrize("scheme", ["http", pytest.param("https", marks=long)])
def test_a_link_that_ends_at_any_packet_of_a_callback(tmp_path, link, monkeypatch, scheme, way):
    tls = None
    if scheme == "https":
        pair = make_pair(tmp_path, names=f"IP:{FAR}")
        monkeypatch.setenv("SSL_CERT_FILE", str(pair.cert))
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(pair.cert, pair.key)
    box = Box(tmp_path / "edgebox.db")
    with on_a_thread(Centre(link), link.listen(), tls) as centre:
        box.allow(f"{FAR}:{centre.port}")
        url = f"{scheme}://{FAR}:{centre.port}/hook"
        packets = cut_at_every_packet(
            link,
            way,
            lambda: came_through(box, centre, url),
            lambda: delivered_afterwards(box, centre),
        )
    box.store.close()
    print(f"{scheme} {way}: cut at each of {packets} packets")
    assert packets > 4


# A whole box -------------------------------------------------------------------------


def box_of(folder, centre, seconds):
    limits = {"EDGEBOX_CALLBACKS__TIMEOUT_SECONDS": str(seconds)}
    return CrashBox(folder / "state", [f"{FAR}:{centre.port}"], limits)


@pytest.mark.parametrize(
    "weather",
    [
        STORM,
        pytest.param(stormy(loss=0.3, jitter=0.3), marks=long),
        pytest.param(stormy(delay=1.5, jitter=0.5, loss=0.0), marks=long),
    ],
    ids=["storm", "hurricane", "far away"],
)
def test_a_storm_loses_no_callback(folder, link, weather):
    with (
        on_a_thread(Centre(link), link.listen()) as centre,
        box_of(folder, centre, seconds=60) as box,
    ):
        box.until_up()
        link.weather = weather
        url = f"http://{FAR}:{centre.port}/"
        taken = [box.post(TALK, TALK, hook=url).json()["batch_id"] for _ in range(8)]
        patience = PATIENCE if SECONDS is None else float(SECONDS)
        box.until(lambda: centre.batches() >= set(taken), patience, "every callback")
        box.until(
            lambda: set(check(centre, box.outbox())) == {"delivered"}, patience, "every answer"
        )
        assert link.lost or not weather.loss


def test_a_link_that_ends_before_the_answer_and_returns(folder, link):
    """The callback arrives twice under one id, and another receiver's arrive meanwhile."""
    with (
        on_a_thread(Centre(link), link.listen()) as centre,
        on_a_thread(Centre(link), link.listen_near()) as near,
    ):
        box = box_of(folder, centre, seconds=2)
        box.allow(f"{FAR}:{centre.port}", f"127.0.0.1:{near.port}")
        with box:
            box.until_up()
            centre.cuts = 1
            url = f"http://{FAR}:{centre.port}/"
            taken = box.post(TALK, hook=url).json()["batch_id"]
            box.until(lambda: link.is_cut, PATIENCE, "the callback")
            box.until(
                lambda: [row.last_error for row in box.outbox()] == ["no answer within 2 s"],
                PATIENCE,
                "the end of the attempt",
            )
            assert check(centre, box.outbox()) == ["pending"], "received, but nobody knows"
            others = {
                box.post(TALK, hook=f"http://127.0.0.1:{near.port}/").json()["batch_id"]
                for _ in range(OTHERS)
            }
            box.until(lambda: near.batches() == others, PATIENCE, "the other receiver's callbacks")
            link.heal()
            box.until(lambda: len(centre.requests) == 2, PATIENCE, "the second attempt")
            box.until(
                lambda: set(check(centre, box.outbox())) == {"delivered"}, PATIENCE, "its answer"
            )
            assert centre.batches() == {taken}
            assert list(centre.bodies().values()) == [[centre.requests[0].body] * 2]


def test_a_receiver_that_cannot_be_reached_costs_attempts_and_nothing_else(folder, link):
    with (
        on_a_thread(Centre(link), link.listen()) as centre,
        box_of(folder, centre, seconds=2) as box,
    ):
        box.until_up()
        link.cut()
        url = f"http://{FAR}:{centre.port}/"
        taken = {box.post(TALK, hook=url).json()["batch_id"] for _ in range(OTHERS)}
        box.until(
            lambda: (
                [row.attempts for row in box.outbox()] == [1] * OTHERS
                and all(row.last_error for row in box.outbox())
            ),
            PATIENCE,
            "an attempt each",
        )
        assert all(box.batch(one)["state"] == "completed" for one in taken), "the backlog goes on"
        link.heal()
        box.until(lambda: centre.batches() == taken, PATIENCE, "every callback")
        box.until(
            lambda: set(check(centre, box.outbox())) == {"delivered"}, PATIENCE, "every answer"
        )
