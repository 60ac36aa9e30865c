import pytest

from edgebox.api.key_clock import JUMP_SECONDS, STEADY_SECONDS, KeyClock
from edgebox.api.key_faults import faults_of
from edgebox.signing import bound_key

START = 1_757_750_400.0
DAY = 86_400.0


class Clocks:
    def __init__(self) -> None:
        self.wall, self.really = START, 50.0
        self.keys = KeyClock(300, 30, clock=lambda: self.wall, monotonic=lambda: self.really)

    def go(self, seconds: float) -> None:
        self.wall += seconds
        self.really += seconds

    def takes(self, timestamp: float) -> bool:
        return self.keys.window().holds(int(timestamp))


@pytest.fixture
def clocks():
    return Clocks()


def test_a_steady_clock_has_the_usual_window(clocks):
    for _ in range(3):
        assert clocks.takes(clocks.wall - 300)
        assert not clocks.takes(clocks.wall - 301)
        assert clocks.takes(clocks.wall + 30)
        clocks.go(STEADY_SECONDS)


def test_a_clock_that_is_set_back_revives_no_key(clocks):
    captured = clocks.wall
    clocks.go(DAY)
    assert clocks.takes(clocks.wall)
    clocks.wall = captured
    assert not clocks.takes(captured)
    clocks.go(STEADY_SECONDS - 1)
    clocks.wall = captured
    assert not clocks.takes(captured)


def test_steps_just_below_a_jump_revive_none_either(clocks):
    captured = clocks.wall
    clocks.go(STEADY_SECONDS)
    assert clocks.takes(clocks.wall)
    clocks.go(1000)
    while clocks.wall > captured:
        clocks.wall -= JUMP_SECONDS
        clocks.takes(clocks.wall)
    assert not clocks.takes(captured)


def test_a_correction_soon_after_the_start_is_none(clocks):
    """A hardware clock in local time, put right by the time server."""
    clocks.takes(clocks.wall)
    clocks.go(600)
    clocks.wall -= 9 * 3600
    assert clocks.takes(clocks.wall)


def test_a_small_correction_changes_nothing(clocks):
    clocks.go(DAY)
    clocks.takes(clocks.wall)
    clocks.wall -= 290
    assert clocks.takes(clocks.wall - 5)


def test_a_clock_that_was_put_right_is_believed_after_an_hour(clocks):
    clocks.go(DAY)
    clocks.takes(clocks.wall)
    clocks.wall -= 9 * 3600
    assert not clocks.takes(clocks.wall)
    clocks.go(STEADY_SECONDS)
    assert clocks.takes(clocks.wall)
    assert clocks.takes(clocks.wall - 300)


def test_a_clock_that_is_set_forward_is_as_usual(clocks):
    clocks.go(DAY)
    clocks.takes(clocks.wall)
    clocks.wall += 9 * 3600
    assert clocks.takes(clocks.wall - 300)


def test_the_administrator_reads_of_the_clock_that_was_set_back(clocks):
    clocks.go(DAY)
    clocks.takes(clocks.wall)
    clocks.wall -= 9 * 3600
    _, reason = faults_of(
        bound_key("erp", "5f" * 32, clocks.wall), lambda _: None, clocks.keys.window()
    )
    assert "the box's clock was set back by 32400 s" in reason
    assert "systemctl restart edgebox-api" in reason
