import pytest

from edgebox.api.nonces import Nonces
from edgebox.errors import RateLimited


class Clocks:
    """The wall clock, whose oldest accepted timestamp counts, and one that never jumps."""

    def __init__(self) -> None:
        self.wall, self.really = 10_000, 0.0

    def monotonic(self) -> float:
        return self.really


@pytest.fixture
def clocks():
    return Clocks()


@pytest.fixture
def nonces(clocks):
    return Nonces(330, monotonic=clocks.monotonic, most=3)


def add(nonces, clocks, nonce, client="erp"):
    nonces.add(client, nonce, clocks.wall, clocks.wall - 300)


def test_a_nonce_is_used_once_by_each_client(nonces, clocks):
    assert not nonces.used("erp", "a")
    add(nonces, clocks, "a")
    assert nonces.used("erp", "a")
    assert not nonces.used("crm", "a")


def test_a_full_memory_refuses_and_forgets_nothing_early(nonces, clocks):
    for nonce in "abc":
        add(nonces, clocks, nonce)
        clocks.wall += 10
        clocks.really += 10
    with pytest.raises(RateLimited) as refusal:
        add(nonces, clocks, "d")
    assert refusal.value.retry_after == 300
    assert all(nonces.used("erp", nonce) for nonce in "abc")
    add(nonces, clocks, "d", client="crm")
    clocks.wall += 301
    clocks.really += 301
    add(nonces, clocks, "d")
    assert [nonces.used("erp", nonce) for nonce in "abcd"] == [False, True, True, True]


def test_a_wall_clock_that_jumps_forgets_nothing(nonces, clocks):
    add(nonces, clocks, "a")
    clocks.wall += 3600
    add(nonces, clocks, "b")
    assert nonces.used("erp", "a"), "the clock may be back before a's time is over"
    clocks.wall -= 3600
    clocks.really += 400
    add(nonces, clocks, "c")
    assert nonces.used("erp", "a"), "by the wall clock a's key is still good"
