"""Deliveries from a real outbox to real receivers that answer well, badly or not at all."""

import asyncio
import json
import logging
import random
import socket
import ssl
import subprocess
import time

import httpx
import pytest

from edgebox.callbacks.delivery import Deliverer, DeliveryCounts
from edgebox.errors import StoreBusy
from edgebox.signing import Window, is_callback_key, verify_bound_key, verify_webhook
from edgebox.store.batches import NewConsultation
from support.boxes.store import NOW, Box
from support.outside.receiver import (
    DRIP,
    DRIP_BODY,
    HANG,
    RESET,
    Receiver,
    answer,
    receiving,
)
from support.polling import PATIENCE
from support.samples import RESULT


@pytest.fixture
def box(tmp_path):
    box = Box(tmp_path / "edgebox.db")
    yield box
    box.store.close()


def deliverer(box, **changes):
    options = {
        "own_ports": {8600},
        "timeout": 5.0,
        "clock": box.clock,
        "rng": random.Random(1),
    } | changes
    return Deliverer(box.store, **options)


def deliver(box, *answers, batches=1, path="/hook", **changes):
    """Send to a receiver that gives ``answers``; what it got, and the outbox after."""

    async def scenario():
        async with receiving(*answers) as receiver:
            box.allow(f"127.0.0.1:{receiver.port}")
            for _ in range(batches):
                box.finished_batch(f"http://127.0.0.1:{receiver.port}{path}")
            await deliverer(box, **changes).deliver_due()
            return receiver

    return asyncio.run(scenario()), box.store.outbox.list()


def test_a_finished_batch_arrives_as_the_contract_says(box):
    receiver, [row] = deliver(box, path="/hook?site=3")
    [request] = receiver.requests
    assert request.line == "POST /hook?site=3 HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["user-agent"].startswith("edgebox/")
    body = json.loads(request.body)
    assert body["batch_id"] == row.batch_id == "BATCH-20250913-001"
    [result] = body["results"]
    assert result == {
        "consultation_id": "CL-0",
        **RESULT,
        "status": "success",
        "metadata": {"call_date": "2025-09-13", "n": 0},
    }
    assert body["completed_at"] == "2025-09-13T08:00:00Z"
    assert "카드_분실_재발급".encode() in request.body
    assert (row.state, row.attempts, row.last_status) == ("delivered", 1, 200)


def test_the_receiver_can_check_who_sent_it(box):
    old = box.secret
    new = box.store.clients.rotate(box.client)
    receiver, _ = deliver(box)
    [request] = receiver.requests
    for secret in (old, new):
        assert verify_webhook(request.headers, request.body, [secret], NOW, 0)
    key = request.headers["x-bound-key"]
    assert verify_bound_key(key, box.store.clients.get, Window(NOW, 0, 0)) == box.client
    assert is_callback_key(key)


@pytest.mark.parametrize(
    ("give", "status", "error"),
    [
        (answer(500), 500, "HTTP 500"),
        (answer(404), 404, "HTTP 404"),
        (answer(302, "Location: http://127.0.0.1:1/stolen"), 302, "redirects are not followed"),
        (RESET, None, "the connection broke"),
        (b"", None, "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nX: a", None, "the connection broke"),
        (b"\x15\x03\x01\x00\x02\x02\x46", None, "the answer is no HTTP"),  # of a TLS port
        (b"220 mail.example ESMTP\r\n\r\n", None, "the answer is no HTTP"),
        (b"HTTP/1.1 200 OK\r\n\xff\xff\r\n\r\n", None, "the answer is no HTTP"),
    ],
)
def test_anything_but_2xx_is_tried_again_in_about_5_seconds(box, give, status, error):
    receiver, [row] = deliver(box, give)
    assert receiver.connections == 1
    assert (row.state, row.attempts, row.last_status) == ("pending", 1, status)
    assert error in row.last_error
    assert 4.5 <= row.next_attempt_at - NOW <= 5.5


LINE, WORD = "가" * 400, "가" * 40
LARGEST = RESULT | {  # the longest texts that an analysis may have, and its evidence
    "summary": {"customer": LINE, "agent": LINE, "result": LINE},
    "evidence": {
        part: [{"text": LINE, "utterances": list(range(20)), "support": 0.94}]
        for part in ("customer", "agent", "result")
    },
    "keywords": [WORD] * 8,
    "titles": {"keyword": WORD, "descriptive": "가" * 120},
}


def large_batch(box, url, consultations=200, metadata=5_000, result=RESULT):
    """A finished batch whose callback has at least consultations x metadata bytes."""
    items = [
        NewConsultation(f"CL-{n}", "고객: 네", {"memo": "x" * (metadata - len('{"memo":""}'))})
        for n in range(consultations)
    ]
    box.store.batches.submit(box.client, items, url, idempotency=None, local_date="20250913")
    for row in box.store.consultations.claim(consultations, 600, 3):
        box.store.consultations.finish(row.row_id, row.lease_token, result)


@pytest.mark.parametrize(
    ("early", "give", "error"),
    [
        (False, answer(413), "HTTP 413: the callback has 1."),
        (True, answer(413, "Connection: close"), "HTTP 413: the callback has 1."),
        (True, b"", "the connection broke ("),
    ],
    ids=["after the body", "before the body", "hangs up"],
)
def test_a_callback_larger_than_the_receiver_takes_is_named_and_kept(box, early, give, error):
    taken = []

    async def limited(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        if not early:
            await reader.readexactly(length)
        taken.append(length)
        writer.write(give)
        writer.close()

    async def scenario(limit):
        server = await asyncio.start_server(limited if limit else ample.serve, "127.0.0.1", port)
        await deliverer(box).deliver_due()
        server.close()
        return box.store.outbox.list()[0]

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ample = Receiver([answer(200)])
    box.allow(f"127.0.0.1:{port}")
    large_batch(box, f"http://127.0.0.1:{port}/hook")
    row = asyncio.run(scenario(limit=True))
    assert (row.state, row.attempts) == ("pending", 1)
    assert error in row.last_error
    assert "client_max_body_size" in row.last_error
    box.clock.advance(6)  # the limit was raised meanwhile
    row = asyncio.run(scenario(limit=False))
    assert (row.state, row.attempts) == ("delivered", 2)
    [request] = ample.requests
    assert len(request.body) == taken[0]
    assert len(json.loads(request.body)["results"]) == 200


def test_the_largest_callback_is_delivered_and_no_larger_than_documented(box):
    async def scenario():
        async with receiving() as receiver:
            box.allow(f"127.0.0.1:{receiver.port}")
            large_batch(box, f"http://127.0.0.1:{receiver.port}/hook", 500, 16 * 1024, LARGEST)
            await deliverer(box).deliver_due()
            return receiver.requests

    [request] = asyncio.run(scenario())
    assert 12_000_000 < len(request.body) < 14_000_000
    assert len(json.loads(request.body)["results"]) == 500


def test_a_small_callback_that_breaks_says_nothing_of_sizes(box):
    _, [row] = deliver(box, RESET)
    assert "client_max_body_size" not in row.last_error


def test_retry_after_is_waited_for(box):
    _, [row] = deliver(box, answer(429, "Retry-After: 600"))
    assert 600 <= row.next_attempt_at - NOW <= 660


def test_410_ends_it_at_once(box):
    _, [row] = deliver(box, answer(410))
    assert (row.state, row.attempts, row.last_status) == ("dead", 1, 410)


@pytest.mark.parametrize("give", [HANG, DRIP])
def test_one_attempt_takes_no_longer_than_its_timeout(box, give):
    began = time.monotonic()
    _, [row] = deliver(box, give, timeout=0.2)
    assert time.monotonic() - began < 2
    assert (row.state, row.last_error) == ("pending", "no answer within 0.2 s")


def test_an_endless_body_does_not_matter_once_the_status_is_there(box):
    began = time.monotonic()
    _, [row] = deliver(box, DRIP_BODY)
    assert time.monotonic() - began < 2
    assert row.state == "delivered"


def test_a_receiver_that_hangs_does_not_hold_up_another(box):
    async def scenario():
        async with receiving(HANG) as bad, receiving() as good:
            box.allow(f"127.0.0.1:{bad.port}", f"127.0.0.1:{good.port}")
            for _ in range(48):
                box.finished_batch(f"http://127.0.0.1:{bad.port}/")
            last = box.finished_batch(f"http://127.0.0.1:{good.port}/")
            task = asyncio.create_task(deliverer(box, timeout=60, concurrency=8).deliver_due())
            await good.arrived.wait()
            hanging = len(bad.requests)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return last, json.loads(good.requests[0].body)["batch_id"], hanging

    last, received, hanging = asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    assert received == last
    assert hanging <= 2


def test_two_calls_at_once_share_the_work_and_send_nothing_twice(box):
    async def scenario():
        async with receiving() as receiver:
            box.allow(f"127.0.0.1:{receiver.port}")
            for _ in range(10):
                box.finished_batch(f"http://127.0.0.1:{receiver.port}/")
            one = deliverer(box)
            await asyncio.gather(one.deliver_due(), one.deliver_due())
            return [request.headers["webhook-id"] for request in receiver.requests]

    ids = asyncio.run(scenario())
    assert len(ids) == len(set(ids)) == 10
    assert {row.state for row in box.store.outbox.list()} == {"delivered"}


def test_what_becomes_due_during_a_pass_is_sent_in_it(box):
    async def scenario():
        async with receiving(HANG) as slow, receiving() as quick:
            box.allow(f"127.0.0.1:{slow.port}", f"127.0.0.1:{quick.port}")
            box.finished_batch(f"http://127.0.0.1:{slow.port}/")
            task = asyncio.create_task(deliverer(box, timeout=60).deliver_due())
            await slow.arrived.wait()
            box.finished_batch(f"http://127.0.0.1:{quick.port}/")
            await quick.arrived.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asyncio.wait_for(scenario(), PATIENCE))


def test_ten_failures_over_75_hours_and_it_is_dead_but_can_be_resent(box):
    async def scenario():
        async with receiving(*[answer(500)] * 10, answer(200)) as receiver:
            box.allow(f"127.0.0.1:{receiver.port}")
            box.finished_batch(f"http://127.0.0.1:{receiver.port}/")
            one = deliverer(box)
            for _ in range(10):
                await one.deliver_due()
                box.clock.now = box.store.outbox.next_due() or box.clock.now
            [row] = box.store.outbox.list()
            assert (row.state, row.attempts) == ("dead", 10)
            assert 65 * 3600 < box.clock.now - NOW < 85 * 3600
            await one.deliver_due()
            assert len(receiver.requests) == 10
            box.store.outbox.resend(row.id)
            await one.deliver_due()
            return receiver.requests

    requests = asyncio.run(scenario())
    assert len({request.headers["webhook-id"] for request in requests}) == 1
    assert len({request.headers["webhook-timestamp"] for request in requests[:10]}) == 10
    assert [row.state for row in box.store.outbox.list()] == ["delivered"]
    assert requests[-1].body == requests[0].body


def to_name(box, resolve, host="center.test", port=None, **changes):
    """Deliver to a host name that ``resolve`` looks up; the receiver and the outbox row."""

    async def scenario():
        async with receiving() as receiver:
            real = port or receiver.port
            box.allow(f"{host}:{real}")
            box.finished_batch(f"http://{host}:{real}/hook")

            async def looked_up(name, number):
                assert (name, number) == (host, real)
                return resolve()

            await deliverer(box, resolve=looked_up, **changes).deliver_due()
            return receiver

    receiver = asyncio.run(scenario())
    [row] = box.store.outbox.list()
    return receiver, row


def test_a_name_is_resolved_once_and_that_very_address_is_called(box):
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    receiver, row = to_name(box, lambda: answers.pop(0))
    assert row.state == "delivered"
    assert len(answers) == 1
    [request] = receiver.requests
    assert request.headers["host"] == f"center.test:{receiver.port}"


def test_the_next_address_is_tried_when_one_takes_no_connection(box):
    receiver, row = to_name(box, lambda: ["127.9.9.9", "127.0.0.1"])
    assert row.state == "delivered"
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "addresses",
    [
        ["169.254.169.254"],
        ["127.0.0.1", "169.254.169.254"],
        ["::ffff:169.254.1.1"],
        ["fe80::1"],
        ["0.0.0.0"],
        ["::"],
    ],
)
def test_a_name_that_leads_to_a_forbidden_address_is_not_called(box, addresses):
    receiver, row = to_name(box, lambda: addresses)
    assert receiver.connections == 0
    assert row.state == "pending"
    assert "link-local" in row.last_error


def test_a_name_that_leads_to_the_boxs_own_port_is_not_called(box):
    _, row = to_name(box, lambda: ["127.0.0.1"], port=8600)
    assert "own ports" in row.last_error


def test_a_name_that_cannot_be_resolved_is_tried_again(box):
    def fail():
        raise OSError

    _, row = to_name(box, fail)
    assert (row.state, row.attempts) == ("pending", 1)
    assert "resolved" in row.last_error


def test_the_systems_resolver_is_used_when_none_is_given(box):
    async def scenario():
        async with receiving() as receiver:
            box.allow(f"localhost:{receiver.port}")
            box.finished_batch(f"http://localhost:{receiver.port}/")
            await deliverer(box).deliver_due()
            return receiver.requests

    assert len(asyncio.run(scenario())) == 1


def test_a_host_taken_off_the_list_gets_nothing_more(box):
    async def scenario():
        async with receiving() as receiver:
            box.allow(f"127.0.0.1:{receiver.port}")
            box.finished_batch(f"http://127.0.0.1:{receiver.port}/")
            box.allow("elsewhere.test")
            await deliverer(box).deliver_due()
            return receiver.connections

    assert asyncio.run(scenario()) == 0
    assert [row.state for row in box.store.outbox.list()] == ["dead"]


def test_nothing_is_signed_for_a_disabled_client_until_it_is_enabled(box):
    async def scenario():
        async with receiving() as receiver:
            box.allow(f"127.0.0.1:{receiver.port}")
            box.finished_batch(f"http://127.0.0.1:{receiver.port}/")
            box.store.clients.disable(box.client)
            one = deliverer(box)
            await one.deliver_due()
            assert receiver.connections == 0
            box.store.clients.enable(box.client)
            [row] = box.store.outbox.list()
            assert (row.state, row.attempts) == ("pending", 0)
            box.clock.now = box.store.outbox.next_due()
            assert 60 <= box.clock.now - NOW <= 600
            await one.deliver_due()
            return receiver.connections

    assert asyncio.run(scenario()) == 1


def test_a_callback_whose_batch_is_analysed_again_is_dropped(box):
    async def scenario():
        async with receiving() as receiver:
            box.allow(f"127.0.0.1:{receiver.port}")
            batch = box.submit("a", callback_url=f"http://127.0.0.1:{receiver.port}/")
            [row] = box.store.consultations.claim(1, 600, 3)
            box.store.consultations.fail(row.row_id, row.lease_token, "refused", "x")
            task = asyncio.create_task(deliverer(box).deliver_due())
            await asyncio.sleep(0)  # it has taken the delivery and not yet read the body
            assert box.store.batches.retry(batch) == 1
            return await task, receiver.connections

    counts, connections = asyncio.run(scenario())
    assert connections == 0
    assert counts == DeliveryCounts()
    assert box.store.outbox.list() == []


def test_a_stopping_deliverer_takes_nothing_new(box):
    async def scenario():
        async with receiving() as receiver:
            box.allow(f"127.0.0.1:{receiver.port}")
            box.finished_batch(f"http://127.0.0.1:{receiver.port}/")
            one = deliverer(box)
            one.stop()
            await one.deliver_due()
            return receiver.connections

    assert asyncio.run(scenario()) == 0
    assert box.store.outbox.list()[0].attempts == 0


def test_what_could_not_be_sent_is_never_dead_for_it(box):
    async def scenario():
        box.finished_batch("http://127.0.0.1:1/")
        box.store.clients.disable(box.client)
        one = deliverer(box, max_attempts=1)
        for _ in range(3):
            await one.deliver_due()
            box.clock.now = box.store.outbox.next_due()
        task = asyncio.create_task(one.deliver_due())
        await asyncio.sleep(0)  # it has taken the delivery and not yet begun to send it
        assert box.store.outbox.due(box.clock.now, 1) == []
        one.stop()
        await task

    asyncio.run(scenario())
    [row] = box.store.outbox.list()
    assert (row.state, row.attempts) == ("pending", 0)
    assert "worker stopped" in row.last_error
    assert row.next_attempt_at == box.clock.now


def test_a_database_that_is_busy_before_the_send_costs_no_attempt(box):
    class BusyClients:
        def get(self, _client_id):
            raise StoreBusy("The database is locked.")

    class BusyStore:
        outbox = box.store.outbox
        clients = BusyClients()

    box.finished_batch("http://127.0.0.1:1/")
    one = Deliverer(BusyStore(), own_ports={8600}, max_attempts=1, clock=box.clock)
    asyncio.run(one.deliver_due())
    [row] = box.store.outbox.list()
    assert (row.state, row.attempts, row.last_error) == ("pending", 0, "The database is locked.")
    assert row.next_attempt_at == NOW + 5


def test_logs_name_the_batch_and_nothing_of_its_content(box, caplog):
    caplog.set_level(logging.DEBUG, logger="edgebox")
    deliver(box, answer(500, "X-Leak: leaked"), path="/hook?token=url-secret")
    assert "BATCH-20250913-001" in caplog.text
    for private in ("카드", box.secret, "url-secret", "leaked", "v1,"):
        assert private not in caplog.text


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate for receiver.test, its own authority: (server context, certificate)."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"),
            *("-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-subj", "/CN=receiver.test", "-addext", "subjectAltName=DNS:receiver.test"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def over_tls(box, authority, host, *, trusted):
    context, certificate = authority

    async def scenario():
        async with receiving(tls=context) as receiver:
            box.allow(f"{host}:{receiver.port}")
            box.finished_batch(f"https://{host}:{receiver.port}/")

            async def resolve(name, port):
                return ["127.0.0.1"]

            options = {}
            if trusted:
                ours = ssl.create_default_context(cafile=certificate)
                options["transport"] = lambda: httpx.AsyncHTTPTransport(verify=ours)
            await deliverer(box, resolve=resolve, **options).deliver_due()
            return receiver.requests

    return asyncio.run(scenario()), box.store.outbox.list()[0]


def test_the_certificate_is_checked_for_the_name_and_not_the_address(box, authority):
    requests, row = over_tls(box, authority, "receiver.test", trusted=True)
    assert row.state == "delivered"
    assert requests[0].headers["host"].startswith("receiver.test:")


def test_a_certificate_for_another_name_gets_nothing(box, authority):
    requests, row = over_tls(box, authority, "other.test", trusted=True)
    assert requests == []
    assert "TLS" in row.last_error


def test_a_certificate_of_an_unknown_authority_gets_nothing(box, authority):
    requests, row = over_tls(box, authority, "receiver.test", trusted=False)
    assert requests == []
    assert "TLS: self-signed certificate" in row.last_error


def test_a_receiver_whose_certificate_an_in_house_authority_made_by_hand_gets_it(box, lan_receiver):
    requests, row = over_tls(box, (lan_receiver, None), "receiver.lan", trusted=False)
    assert (row.state, len(requests)) == ("delivered", 1)


def test_its_certificate_is_for_its_own_name_only(box, lan_receiver):
    requests, row = over_tls(box, (lan_receiver, None), "other.lan", trusted=False)
    assert requests == []
    assert "TLS: Hostname mismatch" in row.last_error
