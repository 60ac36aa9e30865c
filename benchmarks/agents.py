"""An agent who has one call after the other summarised, for benchmarks beside which agents work."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from edgebox.contract.paths import Paths
from edgebox.errors import EdgeBoxError
from edgebox.lab.bench.calls import call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgebox_cli.demo.box import DemoBox

LINES_OF_A_SUMMARY = 13
T = TypeVar("T")


@dataclass(frozen=True)
class Summary:
    """What a request for a summary took, in seconds, and its status; ``refused`` at once."""

    seconds: float
    status: str


def summary(box: DemoBox, name: str, talk: str) -> Summary:
    """Have a box summarise a call."""
    began = time.monotonic()
    asked = {"consultation_id": name, "conversation_text": talk}
    try:
        status = str(box.box.post(Paths.QUICK_SUMMARY, asked)["status"])
    except EdgeBoxError:  # there was no time for it
        status = "refused"
    return Summary(time.monotonic() - began, status)


def send_batch(box: DemoBox, seeds: range, lines: int, salt: int) -> str:
    """Send calls to be analysed; return their batch's id.

    Args:
        box: a running one.
        seeds: of the calls.
        lines: of a call.
        salt: of the calls, as `agent` has it.
    """
    items = [
        {"consultation_id": f"B-{salt}-{seed}", "conversation_text": call(seed, lines, salt)}
        for seed in seeds
    ]
    answer = box.box.post(Paths.BATCH_ANALYSIS, {"consultations": items})
    return str(answer["batch_id"])


@contextlib.contextmanager
def agent(summarise: Callable[[str, str], T], salt: int, pause: float) -> Iterator[list[T]]:
    """Have calls summarised one after the other until the block ends; yields what came of each.

    Args:
        summarise: takes an id and the text of a call.
        salt: of the calls: those of another one begin otherwise.
        pause: seconds after each answer.
    """
    came: list[T] = []
    done = threading.Event()

    def work() -> None:
        number = 0
        while not done.is_set():
            talk = call(1000 + number, LINES_OF_A_SUMMARY, salt)
            came.append(summarise(f"S-{salt}-{number}", talk))
            number += 1
            done.wait(pause)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield came
    finally:
        done.set()
        thread.join()
