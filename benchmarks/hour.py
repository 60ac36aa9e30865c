"""Memory of a box that works for an hour with everything at once.

    .venv/bin/python benchmarks/hour.py [--minutes 60] [--out FILE]

A whole box on the starter models. All the while, a batch of twenty consultations waits or is
analysed, an agent has one call after the other summarised, another asks one question after the
other, and screens show calls in progress that are played at the speed of speech. The resident
memory of engine, API and worker is read every 30 seconds; what is compared is after five minutes,
when everything has run once, and at the end.
"""

from __future__ import annotations

import argparse
import itertools
import json
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, Self

from agents import agent, send_batch, summary
from open_screens import Screens
from orchestrator import QUESTIONS, ask_box

from edgebox.contract.paths import Paths
from edgebox.errors import EdgeBoxError
from edgebox.lab.bench.report import percentile
from edgebox.lab.evaluation.questions import load_questions
from edgebox.system.machine import rss_bytes
from edgebox_cli.demo.box import DemoBox
from edgebox_cli.demo.screen import PAGES

ROOT = Path(__file__).resolve().parents[1]
SAMPLE_SECONDS = 30.0
WARM_MINUTES = 5.0
CALLS_OF_A_BATCH = 20
LINES_OF_A_CALL = 16
ENGINE = {"context_tokens": 20_480, "parallel": 16}
SUMMARY_PAUSE_SECONDS = 10.0
QUESTION_PAUSE_SECONDS = 120.0
MIB = 2**20


class Work:
    """Batches and questions, one after the other, until the block ends. A context manager.

    Attributes:
        done: how many, by what came of them.
    """

    def __init__(self, box: DemoBox) -> None:
        self._box = box
        self._end = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._analyse, self._ask)]
        self.done: Counter[str] = Counter()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def check(self) -> None:
        """Raise if one of the two has ended: the box would not be measured at work."""
        if not all(thread.is_alive() for thread in self._threads):
            raise EdgeBoxError("Batches or questions ended before the time was over.")

    def _analyse(self) -> None:
        for turn in itertools.count():
            seeds = range(CALLS_OF_A_BATCH * turn, CALLS_OF_A_BATCH * (turn + 1))
            batch_id = send_batch(self._box, seeds, LINES_OF_A_CALL, turn)
            while True:
                found = self._box.box.get(Paths.BATCH.format(batch_id=batch_id))
                if found["state"] in {"completed", "failed"} or self._end.wait(1.0):
                    break
            self.done["analyses"] += sum(one["status"] == "success" for one in found["results"])
            if self._end.is_set():
                return

    def _ask(self) -> None:
        for one in itertools.cycle(load_questions(QUESTIONS)):
            try:
                found = ask_box(self._box, one.question.question, one.case.transcript)
                self.done[f"questions: {found.get('status', 'none')}"] += 1
            except EdgeBoxError:  # there was no time for it
                self.done["questions: refused"] += 1
            if self._end.wait(QUESTION_PAUSE_SECONDS):
                return


def sample(box: DemoBox, began: float) -> dict[str, float]:
    """Return minutes since the beginning and MiB of every process."""
    resident = {name: rss_bytes(pid) / MIB for name, pid in box.pids().items()}
    return {"minutes": (time.monotonic() - began) / 60} | resident


def main() -> None:
    """Work, print a line every 30 seconds, and write the samples if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--screens", type=int, default=2)
    parser.add_argument("--models", type=Path, default=ROOT / "gguf", help="folder of the GGUFs")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    samples: list[dict[str, float]] = []
    with DemoBox(options.models, engine=ENGINE, further=PAGES) as box:
        box.wait_until_ready(lambda: None)
        began = time.monotonic()
        with (
            Screens(box, options.screens, 0) as screens,
            Work(box) as work,
            agent(partial(summary, box), 1, SUMMARY_PAUSE_SECONDS) as summaries,
        ):
            while time.monotonic() - began < options.minutes * 60:
                time.sleep(SAMPLE_SECONDS)
                box.check()
                work.check()
                samples.append(sample(box, began))
                print(_line(samples[-1]), dict(work.done), len(summaries), flush=True)
        engine = box.health().raw
    print()
    warm = next(one for one in samples if one["minutes"] >= min(WARM_MINUTES, options.minutes / 2))
    last = samples[-1]
    for name in (name for name in last if name != "minutes"):
        print(
            f"{name}: {warm[name]:.0f} MiB after {warm['minutes']:.0f} minutes, "
            f"{last[name]:.0f} after {last['minutes']:.0f}, {last[name] / warm[name] - 1:+.2%}"
        )
    statuses = Counter(one.status for one in summaries)
    print(
        f"summaries: {dict(statuses)}, "
        f"p95 {percentile([one.seconds for one in summaries], 0.95):.2f} s"
    )
    print("work:", dict(work.done), "messages to the screens:", screens.messages)
    if screens.failures:
        print("sockets closed:", screens.failures)
    if options.out:
        found: dict[str, Any] = {"samples": samples, "work": work.done, "engine": engine}
        options.out.write_text(json.dumps(found, indent=1), encoding="utf-8")


def _line(found: dict[str, float]) -> str:
    resident = (f"{name} {value:.1f}" for name, value in found.items() if name != "minutes")
    return f"{found['minutes']:5.1f} min: {', '.join(resident)} MiB;"


if __name__ == "__main__":
    main()
