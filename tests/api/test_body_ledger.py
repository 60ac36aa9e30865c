import json
from contextlib import ExitStack

import pytest

from edgebox.api.body_ledger import KEYLESS_BYTES, MIB, SMALL_BYTES, TOTAL_BYTES, Ledger
from edgebox.errors import BodyTooLarge, BoxBusy
from support.boxes.api import BATCH, QUICK, TALK, ApiBox

LARGEST = 16 * MIB


def hold(ledger: Ledger, stack: ExitStack, client: str | None, peer: str, size: int) -> None:
    stack.enter_context(ledger.place(client, peer)).grow(size)


def until_refused(
    ledger: Ledger, stack: ExitStack, client: str | None, peer: str, size: int
) -> int:
    """Return how many bodies were taken."""
    for count in range(10_000):
        try:
            hold(ledger, stack, client, peer, size)
        except BoxBusy:
            return count
    raise AssertionError


def test_strangers_never_keep_a_client_out() -> None:
    ledger = Ledger(LARGEST)
    with ExitStack() as stack:
        for peer in range(100):
            until_refused(ledger, stack, None, f"10.0.0.{peer}", SMALL_BYTES)
        assert ledger.held <= TOTAL_BYTES // 4
        hold(ledger, stack, "center-1", "10.0.0.1", LARGEST)
    assert ledger.held == 0


def test_one_address_without_a_key_has_four_bodies_of_the_largest_size() -> None:
    ledger = Ledger(LARGEST)
    with ExitStack() as stack:
        assert until_refused(ledger, stack, None, "10.0.0.1", KEYLESS_BYTES) == 4
        hold(ledger, stack, None, "10.0.0.2", KEYLESS_BYTES)


def test_a_client_that_fills_its_share_leaves_the_others_theirs() -> None:
    ledger = Ledger(LARGEST)
    with ExitStack() as stack:
        assert until_refused(ledger, stack, "center-1", "a", LARGEST) == 2
        hold(ledger, stack, "center-1", "a", SMALL_BYTES)
        hold(ledger, stack, "center-2", "a", LARGEST)


def test_large_bodies_of_all_clients_leave_room_for_small_ones() -> None:
    ledger = Ledger(LARGEST)
    with ExitStack() as stack:
        for client in range(20):
            until_refused(ledger, stack, f"center-{client}", "a", LARGEST)
        hold(ledger, stack, "center-99", "a", SMALL_BYTES)
        for client in range(100):
            until_refused(ledger, stack, f"other-{client}", "a", SMALL_BYTES)
        assert ledger.held <= TOTAL_BYTES


@pytest.mark.parametrize("limit", [MIB, 100 * MIB])
def test_a_client_can_send_one_largest_body_whatever_the_limit(limit: int) -> None:
    with Ledger(limit).place("center-1", "a") as place:
        place.grow(limit)


def test_a_large_body_without_a_key_in_the_header_is_refused() -> None:
    ledger = Ledger(LARGEST)
    with ledger.place(None, "a") as place:
        place.grow(KEYLESS_BYTES)
        with pytest.raises(BodyTooLarge, match="X-Bound-Key"):
            place.grow(KEYLESS_BYTES + 1)
    assert ledger.held == 0


@pytest.mark.anyio
@pytest.mark.parametrize("path", [QUICK, BATCH])
async def test_over_http_the_key_goes_into_the_header_of_a_large_body(
    box: ApiBox, path: str
) -> None:
    key = box.headers()["X-Bound-Key"]
    body = json.dumps({"bound_key": key, "pad": "x" * KEYLESS_BYTES})
    headers = {"Content-Type": "application/json"}
    refused = await box.http.post(path, content=body, headers=headers)
    assert refused.status_code == 413
    assert "X-Bound-Key" in refused.json()["detail"]
    headers["X-Bound-Key"] = key
    assert (await box.http.post(path, content=body, headers=headers)).status_code == 422
    assert box.services.bodies.ledger.held == 0


@pytest.mark.anyio
async def test_small_bodies_are_counted_too(box: ApiBox) -> None:
    ledger = box.services.bodies.ledger
    ledger.held = ledger.total
    refused = await box.batch(TALK)
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert ledger.held == ledger.total
    ledger.held = 0
    assert (await box.batch(TALK)).status_code == 202
    assert ledger.held == 0
