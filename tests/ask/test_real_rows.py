"""Rows of the tables of time-outs and fallbacks, on a whole box whose engine is stopped and killed.

`test_race.py` has every row with an engine that does as it is told. Here the real one is frozen
(SIGSTOP), let go, and killed while it works on a question. One row cannot be made so: an engine
frozen for long is given up for both models before the small one could stand in for the large.
"""

import contextlib
import json
import os
import re
import signal
import threading
import time
from dataclasses import dataclass, field

import httpx
import pytest

from edgebox.ask.acknowledge import BY_TEMPLATE, TEMPLATE
from edgebox.ask.ending import WITHOUT_MODEL
from edgebox.ask.question import EXTRACTIVE
from support.boxes.demo import demo_box, signed
from support.polling import PATIENCE

pytestmark = [pytest.mark.model, pytest.mark.long]

ASK = "/api/v1/consultation/ask"
DEADLINE = 12.0
LONGEST = 60.0
"""Where the large model has to answer: before its first word comes, the small one stands in after
three fifths of a deadline, and a machine that is busy may need longer for it."""
SLACK = 2.0
"""Seconds: whoever measures shares two cores with the box."""
QUESTION = "재발급 수수료는 얼마라고 했지?"
IN_DETAIL = (
    "카드를 잃어버린 고객에게 상담사가 정지와 재발급을 어떻게 안내했는지 차례대로 자세히 알려줘"
)
CALL = """상담사: 한빛카드 상담사 김민수입니다
고객: 지갑을 잃어버렸는데 카드 정지 좀 해 주세요
상담사: 네 지금 정지해 드렸습니다 재발급도 도와드릴까요
고객: 네 재발급 수수료는 얼마예요
상담사: 재발급 수수료는 오천 원이고 사흘 뒤에 집으로 배송됩니다
고객: 그럼 그렇게 해 주세요"""


@dataclass
class Seen:
    """A question's events, each with the seconds at which it came."""

    deadline: float = DEADLINE
    events: list[tuple[str, dict, float]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    began: threading.Event = field(default_factory=threading.Event)

    def of(self, kind: str) -> list[dict]:
        return [data for name, data, _ in self.events if name == kind]

    @property
    def end(self) -> dict:
        assert self.done.wait(2 * self.deadline + PATIENCE)
        return self.events[-1][1]

    def keeps_the_order(self) -> "Seen":
        """What holds whatever happens."""
        kinds = [name for name, _, _ in self.events] if self.end else []
        assert kinds[0] == "start"
        assert kinds.count("done") == 1
        assert kinds[-1] == "done"
        assert kinds.count("ack") <= 1
        assert "ack" not in kinds[kinds.index("delta") :] if "delta" in kinds else True
        assert self.events[-1][2] < self.deadline + SLACK
        return self


@pytest.fixture(scope="module")
def box(starter_models):
    with demo_box(starter_models, further="[ask]\nmax_in_flight = 2\n") as running:
        yield running


@pytest.fixture(autouse=True)
def ready(box):
    """Every test begins with a running engine, and lets it go on."""
    box.wait_until_ready(lambda: None)
    yield
    with contextlib.suppress(KeyError, ProcessLookupError):
        os.kill(box.pids()["engine"], signal.SIGCONT)


def ask(box, question: str = QUESTION, deadline: float = DEADLINE) -> Seen:
    """Ask, and read the events in another thread."""
    seen, began = Seen(deadline), time.monotonic()
    body = {"question": question, "conversation_text": CALL, "deadline": deadline, "cache": False}
    head = signed(box) | {"Accept": "text/event-stream"}

    def read() -> None:
        with httpx.stream(
            "POST", f"{box.box.url}{ASK}", json=body, headers=head, timeout=2 * deadline
        ) as answer:
            kind = ""
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    seen.events.append((kind, json.loads(value), time.monotonic() - began))
                    said = "".join(delta["text"] for delta in seen.of("delta"))
                    if re.search(r"[.다요]\s", said):  # a whole sentence
                        seen.began.set()
        seen.done.set()

    threading.Thread(target=read, daemon=True).start()
    return seen


def engine(box, number: int) -> None:
    os.kill(box.pids()["engine"], number)


def test_both_models_answer(box):
    seen = ask(box, deadline=LONGEST).keeps_the_order()
    assert seen.end["status"] in {"success", "partial"}
    assert seen.end["answer"]["by"] == box.settings.engines.mlm.model
    timing = seen.end["timing"]
    late = timing["first"] <= timing["evidence"]
    assert seen.of("evidence") or late, "what was found in the call before anything was said"
    assert seen.end["usage"]["mlm"]["engine_seconds"] > 0


def test_a_frozen_engine_is_acknowledged_by_us_and_answered_by_the_call(box):
    engine(box, signal.SIGSTOP)
    seen = ask(box).keeps_the_order()
    [(said, at)] = [(data, at) for name, data, at in seen.events if name == "ack"]
    assert (said["text"], said["by"]) == (TEMPLATE, BY_TEMPLATE)
    assert at < 2.0
    assert (seen.end["status"], seen.end["answer"]["by"]) == ("fallback", EXTRACTIVE)
    assert seen.end["answer"]["markdown"].startswith(WITHOUT_MODEL)
    assert "오천 원" in seen.end["answer"]["markdown"]


def test_an_engine_that_comes_back_in_time_still_answers(box):
    engine(box, signal.SIGSTOP)
    seen = ask(box, deadline=LONGEST)
    time.sleep(3)
    engine(box, signal.SIGCONT)
    seen.keeps_the_order()
    assert seen.of("ack")[0]["by"] == BY_TEMPLATE
    assert seen.end["status"] in {"success", "partial"}
    assert seen.end["answer"]["by"] == box.settings.engines.mlm.model


def test_an_answer_that_has_begun_ends_with_what_came(box):
    seen = ask(box, IN_DETAIL)
    assert seen.began.wait(PATIENCE)
    engine(box, signal.SIGSTOP)
    seen.keeps_the_order()
    assert seen.end["status"] == "partial"
    assert seen.end["answer"]["by"] == box.settings.engines.mlm.model


def test_without_a_model_and_without_a_word_of_it_in_the_call_it_says_so(box):
    engine(box, signal.SIGSTOP)
    seen = ask(box, "주차장은 어디에 있습니까").keeps_the_order()
    assert seen.end["status"] in {"failed", "fallback"}
    if seen.end["status"] == "failed":
        assert seen.end["error"]


def test_whoever_hangs_up_frees_the_engine(box):
    body = {"question": IN_DETAIL, "conversation_text": CALL, "cache": False}
    head = signed(box) | {"Accept": "text/event-stream"}
    with httpx.stream("POST", f"{box.box.url}{ASK}", json=body, headers=head, timeout=60) as answer:
        for line in answer.iter_lines():
            if line == "event: delta":
                assert box.health().raw["running"]
                break
    until = time.monotonic() + PATIENCE
    while (raw := box.health().raw)["running"] or raw["waiting"]:
        assert time.monotonic() < until, "the engine still works for somebody who left"
        time.sleep(0.1)


def test_more_than_the_limit_are_refused_and_told_when(box):
    engine(box, signal.SIGSTOP)
    open_ones = [ask(box, f"질문 {number}") for number in ("하나", "둘")]
    time.sleep(0.5)
    body = {"question": "셋째 질문", "conversation_text": CALL, "cache": False}
    refused = httpx.post(f"{box.box.url}{ASK}", json=body, headers=signed(box), timeout=10)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    for one in open_ones:
        one.keeps_the_order()


def test_a_stopped_api_ends_an_open_question_with_what_there_is(box):
    seen = ask(box, IN_DETAIL)
    assert seen.began.wait(PATIENCE)
    os.kill(box.pids()["api"], signal.SIGTERM)
    seen.keeps_the_order()
    assert seen.end["status"] in {"success", "partial", "no_evidence"}


@pytest.mark.parametrize("begun", [True, False])
def test_a_killed_engine_leaves_what_came_or_the_calls_own_words(box, begun):
    seen = ask(box, IN_DETAIL if begun else QUESTION)
    assert not begun or seen.began.wait(PATIENCE)
    engine(box, signal.SIGKILL)
    seen.keeps_the_order()
    assert seen.end["status"] == ("partial" if begun else "fallback")
    if not begun:
        assert seen.end["answer"]["by"] == EXTRACTIVE
        assert "오천 원" in seen.end["answer"]["markdown"]
