"""How much may wait, and that no client can take the room of another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.errors import ClientQueueFull, QueueFull
from edgebox.store.room import Room
from support.boxes.store import analysis, consultations


@pytest.fixture
def clients(store):
    for client in ("a", "b", "c"):
        store.clients.create(client)
    store.clients.disable("centerlink")
    return store


def send(store, client, n, room):
    return store.batches.submit(
        client,
        consultations(*map(str, range(n))),
        None,
        idempotency=None,
        local_date="20250913",
        room=room,
    )


def fill(store, client, room, step=5):
    """Send until it is refused, and return the refusal and how many were taken."""
    taken = 0
    while True:
        try:
            send(store, client, step, room)
        except (QueueFull, ClientQueueFull) as refusal:
            return refusal, taken
        taken += step


def test_two_clients_cannot_fill_the_queue_for_a_third(clients):
    room = Room(100, 60)  # of which 10 are kept for each of the three
    refusal, taken = fill(clients, "a", room)
    assert isinstance(refusal, ClientQueueFull)
    assert taken == 60
    refusal, taken = fill(clients, "b", room)
    assert taken == 30
    assert isinstance(refusal, QueueFull)
    assert refusal.detail == (
        "90 consultations wait for their analysis. The box takes 100 and keeps 10 of these places "
        "for its other clients. Send this batch again later."
    )
    refusal, taken = fill(clients, "c", room)
    assert taken == 10
    assert "100 consultations wait" in refusal.detail


def test_a_batch_that_is_too_large_for_now_learns_how_large_it_may_be(clients):
    room = Room(100, 100)
    send(clients, "a", 50, room)
    with pytest.raises(QueueFull) as refused:
        send(clients, "a", 40, room)
    assert refused.value.detail.endswith(
        "keeps 20 of these places for its other clients. "
        "Send this batch again later, or at most 30 of its consultations now."
    )
    send(clients, "a", 30, room)


@pytest.mark.parametrize(
    ("waits", "sent", "room", "most"),
    [(5, 500, Room(100, 60), 55), (5, 100, Room(100, 100), 75), (50, 20, Room(100, 60), 10)],
)
def test_so_does_one_that_can_never_be_taken_while_others_wait(clients, waits, sent, room, most):
    send(clients, "a", waits, room)
    with pytest.raises((QueueFull, ClientQueueFull)) as refused:
        send(clients, "a", sent, room)
    assert refused.value.detail.endswith(f", or at most {most} of its consultations now.")
    send(clients, "a", most, room)


def test_a_reserve_that_its_client_uses_is_not_kept_twice(clients):
    room = Room(100, 100)
    send(clients, "b", 10, room)
    send(clients, "c", 10, room)
    assert fill(clients, "a", room)[1] == 80


def test_what_is_analysed_makes_room_again(clients):
    room = Room(100, 100)
    fill(clients, "a", room)
    for one in clients.consultations.claim(5, 60, 3):
        clients.consultations.finish(one.row_id, one.lease_token, analysis())
    assert fill(clients, "a", room)[1] == 5


def test_nothing_is_kept_for_a_disabled_client_and_the_only_one_loses_nothing(clients):
    clients.clients.disable("b")
    clients.clients.disable("c")
    assert fill(clients, "a", Room(100, 100))[1] == 100


def test_an_empty_backlog_takes_a_batch_of_any_size(clients):
    send(clients, "a", 30, Room(10, 5))
    with pytest.raises(QueueFull):
        send(clients, "b", 1, Room(10, 5))


@given(total=st.integers(1, 50_000), clients=st.integers(1, 10_000))
def test_half_of_the_room_is_free_for_all(total, clients):
    assert Room(total, total).reserve(clients) * clients <= total / 2
