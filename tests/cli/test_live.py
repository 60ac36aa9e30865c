"""``edgebox live play``: a sender that never loses its place."""

import re

import pytest
from typer.testing import CliRunner

from edgebox.errors import BoxBusy, BoxNotRunning, EdgeBoxError, RateLimited, Resync
from edgebox.live.calls import LiveCalls
from edgebox.settings.model import LiveSettings
from edgebox_cli.live.sender import Sender, spoken
from edgebox_cli.main import app
from support.boxes.store import Clock

TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지하고 재발급을 접수해 드렸습니다.\n"


class Office:
    """A box that is started again, or away, when the test says so."""

    def __init__(self) -> None:
        self.clock = Clock(0.0)
        self.away, self.waits, self.partials = 0, [], []
        self.refusals = []
        self.restart()

    def restart(self) -> None:
        self.calls = LiveCalls(
            LiveSettings(), most_characters=99_999, clock=self.clock, monotonic=self.clock
        )

    def put(self, path, body):
        if self.away:
            self.away -= 1
            raise BoxNotRunning("away")
        self.refuse()
        self.partials.append(body["partial"])
        call = self.calls.append(
            "center",
            path.rsplit("/", 1)[1],
            operator=body.get("operator"),
            offset=body["offset"],
            text=body["text"],
            partial=body["partial"],
        )
        return {"received": call.received, "watching": 2}

    def refuse(self):
        if self.refusals:
            raise self.refusals.pop()

    def post(self, path, body):
        self.refuse()
        call = self.calls.get("center", path.split("/")[-2])
        if call is None or call.received != body["received"]:
            raise Resync(call.received if call else 0)
        self.calls.end(call, "BATCH-1")
        return {"batch_id": "BATCH-1"}

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.clock.advance(seconds)

    def sender(self, **more) -> Sender:
        named = {"operator": "kim"}
        return Sender(self, "CL-1", named, sleep=self.sleep, clock=self.clock, **more)

    @property
    def text(self) -> str:
        return self.calls.get("center", "CL-1").text


def test_a_call_is_sent_line_by_line_with_its_partials():
    office = Office()
    sender = office.sender()
    sender.partial("고객: 카드를")
    sender.line("고객: 카드를 잃어버렸어요.")
    assert (office.text, office.partials) == ("고객: 카드를 잃어버렸어요.\n", ["고객: 카드를", ""])
    assert sender.watching == 2
    assert sender.end() == "BATCH-1"


def test_a_restart_in_the_middle_and_one_before_the_end_lose_nothing():
    office = Office()
    sender = office.sender()
    sender.line("고객: 하나")
    office.restart()
    sender.partial("고객: 두")
    sender.line("고객: 둘")
    assert office.text == "고객: 하나\n고객: 둘\n"
    office.restart()
    assert sender.end() == "BATCH-1"
    assert office.text == "고객: 하나\n고객: 둘\n"
    assert sender.resyncs == 2


def test_a_box_that_is_away_is_waited_for_but_not_for_ever():
    office = Office()
    said = []
    sender = office.sender(away=said.append)
    office.away = 3
    sender.line("고객: 하나")
    assert (office.text, len(said), office.waits) == ("고객: 하나\n", 1, [1.0] * 3)
    office.away = 1000
    with pytest.raises(BoxNotRunning):
        sender.line("고객: 둘")


BUSY = BoxBusy("Too many requests wait for the database.", retry_after=3)
RATE = RateLimited("This client sends more than 6000 requests a minute.", retry_after=2)


@pytest.mark.parametrize("refusal", [BUSY, RATE])
def test_a_box_that_is_busy_is_waited_for_as_long_as_it_says(refusal):
    office, said = Office(), []
    sender = office.sender(away=said.append)
    office.refusals = [refusal, refusal]
    sender.line("고객: 하나")
    office.refusals = [refusal]
    sender.partial("고객: 둘")  # does no harm, and is not waited for
    office.refusals = [refusal]
    assert sender.end() == "BATCH-1"
    assert office.waits == [refusal.retry_after] * 3
    assert said == [refusal.detail] * 2, "once for each time"


def test_a_box_that_is_busy_for_longer_than_a_minute_is_not_waited_for():
    office = Office()
    office.refusals = [BoxBusy("Full.", retry_after=3600)]
    with pytest.raises(BoxBusy):
        office.sender().line("고객: 하나")
    assert office.waits == []
    office.refusals = [BUSY] * 1000
    with pytest.raises(BoxBusy):
        office.sender().line("고객: 하나")
    assert sum(office.waits) < 61


def test_a_box_that_wants_another_offset_each_time_is_given_up(monkeypatch):
    office = Office()

    def never(path, body):
        raise Resync(0)

    monkeypatch.setattr(office, "put", never)
    with pytest.raises(EdgeBoxError, match="edgebox logs"):
        office.sender().line("고객: 하나")


def test_a_long_text_is_sent_in_pieces():
    office = Office()
    office.sender().line("가" * 40_000)
    assert len(office.text) == 40_001
    assert len(office.partials) == 3


def test_words_come_at_the_speed_of_speech():
    steps = list(spoken(["고객: 하나 둘 셋", "네"], 2.0))
    assert [(text, whole) for _, text, whole in steps] == [
        ("고객: 하나 둘", False),
        ("고객: 하나 둘 셋", True),
        ("네", True),
    ]
    assert steps[0][0] == pytest.approx((0.6 + 3 / 6) / 2)
    assert steps[1][0] == pytest.approx((1 / 6) / 2)


def play(*words):
    return CliRunner().invoke(app, ["live", "play", *words])


@pytest.fixture
def talk(tmp_path):
    path = tmp_path / "상담.txt"
    path.write_text(TALK, encoding="utf-8")
    return str(path)


def test_a_file_is_played_into_the_running_box(live, talk):
    result = play(talk, "--speed", "1000", "--operator", "kim", "--id", "CL-7")
    assert result.exit_code == 0, result.stderr
    assert re.fullmatch(r"CL-7: 2 lines in \d+ s; its batch is BATCH-\d{8}-001\n", result.stdout)
    [row] = live.store.consultations.claim(1, 60, 3)
    assert (row.consultation_id, row.transcript, row.wanted) == ("CL-7", TALK, True)


def test_a_busy_box_is_waited_for(live, talk, monkeypatch):
    """The real API refuses once, and says for how long."""
    refusals = [BoxBusy("Too many requests wait for the database.", retry_after=1)]

    def append(self, *words, **fields):
        if refusals:
            raise refusals.pop()
        return real(self, *words, **fields)

    real = LiveCalls.append
    monkeypatch.setattr(LiveCalls, "append", append)
    result = play(talk, "--speed", "1000", "--operator", "kim")
    assert result.exit_code == 0, result.stderr
    assert "its batch is BATCH-" in result.stdout


def test_a_box_that_does_not_run_is_one_line_at_once(bare, free_port, talk):
    assert CliRunner().invoke(app, ["init"]).exit_code == 0
    result = play(talk)
    assert result.exit_code == 3
    assert len(result.stderr.splitlines()) == 1
    assert "Start it with" in result.stderr


def test_any_sign_may_be_in_an_id(live, talk):
    result = play(talk, "--speed", "1000", "--id", "CL 7?#%25;가")
    assert result.exit_code == 0, result.stderr
    assert live.store.consultations.claim(1, 60, 3)[0].consultation_id == "CL 7?#%25;가"


@pytest.mark.parametrize("whose", [("--operator", "kim02"), ("--extension", "4012")])
def test_a_call_that_no_screen_showed_is_told_of(live, talk, whose):
    result = play(talk, "--speed", "1000", *whose)
    assert result.exit_code == 0, result.stderr
    assert f"{whose[1]} was not at the agent's screen" in result.stderr
    assert "edgebox operators list" in result.stderr
    assert "No screen" not in play(talk, "--speed", "1000").stderr


def test_a_screen_that_showed_a_part_of_a_call_has_shown_it():
    office = Office()
    sender = office.sender()
    assert not sender.seen
    sender.line("고객: 하나")
    assert sender.seen


def test_a_call_may_be_left_open_and_has_a_name_of_its_own(live, talk):
    result = play(talk, "--speed", "1000", "--no-end")
    assert re.fullmatch(r"상담-\d{6}: 2 lines in \d+ s; it was not ended\n", result.stdout)


@pytest.mark.parametrize(
    "words", [("--operator", "a", "--extension", "1"), ("--id", "a/b"), ("--speed", "0")]
)
def test_wrong_usage_needs_no_box(talk, words, bare):
    assert play(talk, *words).exit_code == 2


def test_a_box_that_is_not_running_is_exit_3(talk, bare, free_port):
    result = play(talk, "--speed", "1000")
    assert result.exit_code in {1, 3}
    assert "edgebox" in result.stderr
