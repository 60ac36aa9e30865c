"""Troubles that are made on purpose, and what the chat says of each, with the times."""

from __future__ import annotations

import os
import signal
import threading
import time
import urllib.request
from typing import TYPE_CHECKING, NamedTuple, Protocol

from watch.settings import Wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from watch.chat import Chat, Told
    from watch.processes import Watchers

TOLD_SECONDS = 90.0
OVER_SECONDS = 300.0  # loading two models on two cores is part of it
ENGINE_ALONE, BOTH = 1.5, 2.0  # seconds; together more than the deadline of 3
TRIES = 10
WRONG_KEYS = 30  # the alert begins above 20


class Box(Protocol):
    """What the demonstration does to a box."""

    def pids(self) -> dict[str, int]:
        """Return the process ids of engine, api and worker."""

    def summarise(self) -> None:
        """Ask for a quick summary and wait for its end."""

    def use_a_wrong_key(self) -> None:
        """Send a request with a key that is not one."""


class Trouble(NamedTuple):
    """What happens; ``alert`` is the alert that has to say so.

    ``undo`` ends it, once it was told; without it the box gets out of it by itself.
    """

    alert: str
    ko: str
    en: str
    make: Callable[[Box, str], None]
    undo: Callable[[Box], None] | None = None


class Seen(NamedTuple):
    """A trouble and its two messages; seconds since it was made."""

    trouble: Trouble
    told: Told
    told_after: float
    over: Told
    over_after: float


def kill_the_engine(box: Box, _target: str) -> None:
    os.kill(box.pids()["engine"], signal.SIGKILL)


def stand_still(box: Box, target: str) -> None:
    """Stop the engine while it writes a summary, and over the deadline the API too.

    The API alone would answer in time with the transcript's own sentences.

    Raises:
        Wrong: no summary is being written.
    """
    engine, api = box.pids()["engine"], box.pids()["api"]
    for _ in range(TRIES):
        asking = threading.Thread(target=box.summarise)
        asking.start()
        while asking.is_alive():
            if in_flight(target):
                _stop(engine, api)
                asking.join()
                return
        time.sleep(1)
    raise Wrong("the box answers summaries too quickly to be stopped while it writes one")


def _stop(engine: int, api: int) -> None:
    os.kill(engine, signal.SIGSTOP)
    try:
        time.sleep(ENGINE_ALONE)
        os.kill(api, signal.SIGSTOP)
        time.sleep(BOTH)
    finally:
        os.kill(api, signal.SIGCONT)
        os.kill(engine, signal.SIGCONT)


def in_flight(target: str) -> bool:
    """Whether a summary is being written now."""
    with urllib.request.urlopen(f"http://{target}/metrics", timeout=5) as answer:
        return b"\nedgebox_quick_in_flight 1.0" in answer.read()


def stop_the_api(box: Box, _target: str) -> None:
    """Stop it where it stands: one that ends is started again before anybody is told."""
    os.kill(box.pids()["api"], signal.SIGSTOP)


def let_the_api_go_on(box: Box) -> None:
    os.kill(box.pids()["api"], signal.SIGCONT)


def use_wrong_keys(box: Box, _target: str) -> None:
    for _ in range(WRONG_KEYS):
        box.use_a_wrong_key()


TROUBLES = (
    Trouble("EngineDown", "엔진을 강제로 끝냅니다", "The engine is killed", kill_the_engine),
    Trouble(
        "QuickLate",
        "요약을 쓰는 중에 장비가 3.5초 멈춥니다",
        "The machine stands still for 3.5 s while a summary is written",
        stand_still,
    ),
    Trouble(
        "WrongKeys",
        f"틀린 키로 {WRONG_KEYS}번 요청합니다",
        f"{WRONG_KEYS} requests come with a wrong key",
        use_wrong_keys,
    ),
    Trouble("ApiDown", "API를 멈춥니다", "The API is stopped", stop_the_api, let_the_api_go_on),
)


def demonstrate(
    box: Box, watchers: Watchers, chat: Chat, language: str, say: Callable[[str], None]
) -> list[Seen]:
    """Make each trouble and wait for its message and its resolution.

    Raises:
        Wrong: a message does not come.
    """
    _wait_for_first_scrapes(watchers)
    found = []
    resolved = "[해제]" if language == "ko" else "[resolved]"
    for trouble in TROUBLES:
        say(trouble.ko if language == "ko" else trouble.en)
        began = time.monotonic()
        trouble.make(box, watchers.wanted.target)
        try:
            told = chat.wait(trouble.alert, seconds=TOLD_SECONDS, since=began)
        finally:
            if trouble.undo:
                trouble.undo(box)
        if told is None:
            raise Wrong(f"no message about {trouble.alert} came within {TOLD_SECONDS:.0f} s")
        over = chat.wait(resolved, trouble.alert, seconds=OVER_SECONDS, since=told.at)
        if over is None:
            raise Wrong(f"{trouble.alert} was not resolved within {OVER_SECONDS:.0f} s")
        found.append(Seen(trouble, told, told.at - began, over, over.at - began))
    return found


def _wait_for_first_scrapes(watchers: Watchers) -> None:
    """Wait until there are samples on which an increase can be seen."""
    until = time.monotonic() + TOLD_SECONDS
    while not watchers.query(
        "changes(edgebox_quick_late_total[11s]) == 0 and edgebox_engine_up == 1"
    ):
        if time.monotonic() > until:
            raise Wrong("Prometheus reads no metrics of the box")
        time.sleep(0.2)
    time.sleep(11)  # "offset 10s" has samples too


def table(seen: list[Seen], language: str) -> str:
    """Return the times as a table of text."""
    head = ("경보", "알림", "해제") if language == "ko" else ("alert", "told", "resolved")
    lines = [
        f"  {head[0]:<14}{head[1]:>8}{head[2]:>8}"
        if language != "ko"
        else f"  {head[0]:<12}{head[1]:>6}{head[2]:>6}"
    ]
    lines += [
        f"  {one.trouble.alert:<14}{one.told_after:>6.1f} s{one.over_after:>6.1f} s" for one in seen
    ]
    return "\n".join(lines)
