"""The measuring of ``edgebox bench``: every workload on every target, round by round."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from edgebox.lab.bench.kept import KeptRuns
from edgebox.lab.bench.workload import Measurement, Name, Size, run, warm_up
from edgebox_cli.common.output import err_console, note
from edgebox_cli.common.progress import bars

if TYPE_CHECKING:
    from pathlib import Path

    from edgebox.lab.bench.target import BenchTarget

_TEXT = TextColumn("{task.description}", markup=False)


@dataclass(frozen=True, slots=True)
class Session:
    """What is measured.

    Attributes:
        targets: servers that answer.
        workloads: names.
        rounds: every target once in each; the order of targets alternates.
        size: of the workloads.
        into: the file that keeps each measurement as it is made; those in it are not made again.
        seconds: of this command: no measurement but the first begins that, by the longest one of
            its workload, would not end by then. None for as long as it takes.
    """

    targets: list[BenchTarget]
    workloads: list[Name]
    rounds: int
    size: Size
    into: Path | None = None
    seconds: float | None = None

    @property
    def whole(self) -> int:
        """How many measurements it has when it is over."""
        return len(self.targets) * len(self.workloads) * self.rounds

    async def measured(self) -> list[Measurement]:
        """Measure, and return everything that is measured.

        Raises:
            RunInvalid: the file cannot be gone on with.
        """
        ends = None if self.seconds is None else time.monotonic() + self.seconds
        with contextlib.ExitStack() as stack:
            kept: KeptRuns | None = None
            if self.into is not None:
                names = [target.name for target in self.targets]
                kept = KeptRuns(self.into, names, self.workloads, self.size)
                stack.enter_context(kept)
            size = kept.size if kept else self.size
            runs = [] if kept is None else [one for one in kept.runs if one.round < self.rounds]
            left = self._left(runs)
            shown = stack.enter_context(bars(_TEXT, BarColumn(bar_width=20), MofNCompleteColumn()))
            shown.add_task("", total=self.whole, completed=len(runs))
            for target in self.targets:
                if wanted := [name for _, name, one in left if one is target]:
                    _announce(shown, f"warming up {target.name}")
                    await warm_up(target, wanted, size)
            for at, (number, name, target) in enumerate(left):
                longest = max((one.wall for one in runs if one.workload == name), default=0.0)
                if at and ends is not None and time.monotonic() + longest > ends:
                    break
                _announce(shown, f"round {number + 1} of {self.rounds}: {name}, {target.name}")
                runs.append(await run(target, name, number, size))
                if kept is not None:
                    kept.add(runs[-1])
                shown.advance(shown.task_ids[0])
        return runs

    def _left(self, runs: list[Measurement]) -> list[tuple[int, Name, BenchTarget]]:
        """Return the measurements that are still to be made, in their order."""
        made = {(one.round, one.workload, one.target) for one in runs}
        return [
            (number, name, target)
            for number in range(self.rounds)
            for name in self.workloads
            for target in (self.targets if number % 2 == 0 else reversed(self.targets))
            if (number, name, target.name) not in made
        ]


def _announce(shown: Progress, what: str) -> None:
    """Describe what runs now: beside the bar on a terminal, as a line elsewhere."""
    shown.update(shown.task_ids[0], description=what)
    if not err_console().is_terminal:
        note(what)
