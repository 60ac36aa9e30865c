"""``edgebox eval``: the passes over known calls, and what they have answered so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.engine_client import EngineClient
from edgebox.lab.evaluation.asking import ROLE_OF, Evaluator
from edgebox.lab.evaluation.kept import KeptAnswer, Source
from edgebox.lab.evaluation.runs import hash_of, saved_of
from edgebox.lab.evaluation.totals import report
from edgebox_cli.evaluation.screen import NAMES, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.progress import TaskID

    from edgebox.lab.evaluation.cases import Case
    from edgebox.lab.evaluation.judging import Judgement
    from edgebox.lab.evaluation.kept import Kept
    from edgebox.lab.evaluation.totals import Pass, PassReport
    from edgebox.settings import Settings


class Calls:
    """Known calls, and the answers of each pass over them.

    Args:
        settings: of the box.
        cases: at least one.
        together: analyses in flight at a time.
        kept: where the answers are kept; those that are there are not asked for again.
    """

    def __init__(
        self, settings: Settings, cases: Sequence[Case], together: int, kept: Kept | None
    ) -> None:
        self.cases = cases
        self._settings, self._together, self._kept = settings, together, kept
        self._answers: dict[Pass, dict[str, Judgement]] = {}
        self.complete = False
        """Whether every pass has answered every case."""

    @property
    def answers(self) -> dict[Pass, list[Judgement]]:
        """The answers of each pass that has some, in the order of the cases."""
        return {
            kind: [given[case.id] for case in self.cases if case.id in given]
            for kind, given in self._answers.items()
            if given
        }

    def reports(self) -> list[PassReport]:
        """Add up the answers of each pass that has some."""
        return [
            report(kind, given, together=self._in_flight(kind))
            for kind, given in self.answers.items()
        ]

    async def ask(self, passes: Sequence[Pass]) -> None:
        """Run the passes one after the other.

        Raises:
            BoxNotRunning: no engine answers, or it stopped meanwhile.
            RunInvalid: the answers that were kept are those of another run.
        """
        client = EngineClient(self._settings)
        try:
            sources = {
                kind: Source(model=client.model_name(ROLE_OF[kind]), together=self._in_flight(kind))
                for kind in passes
            }
            if self._kept is not None:
                self._kept.check(passes)
            self._answers = {kind: self._kept_of(kind, sources[kind]) for kind in passes}
            evaluator = Evaluator(client, self._settings, self._together)
            with progress() as shown:
                for kind in passes:
                    given = self._answers[kind]
                    left = [case for case in self.cases if case.id not in given]
                    task = shown.add_task(NAMES[kind], total=len(self.cases), completed=len(given))

                    def each(answer: Judgement, kind: Pass = kind, task: TaskID = task) -> None:
                        self._take(kind, sources[kind], answer)
                        shown.advance(task)

                    await evaluator.run(kind, left, each=each)
        finally:
            await client.aclose()
        self.complete = True

    def _in_flight(self, kind: Pass) -> int:
        return self._together if kind == "analysis" else 1

    def _kept_of(self, kind: Pass, source: Source) -> dict[str, Judgement]:
        if self._kept is None:
            return {}
        cases = {case.id: case for case in self.cases}
        hashes = {name: hash_of(case) for name, case in cases.items()}
        found = self._kept.of(kind, source, hashes)
        return {name: line.of_case(cases[name]) for name, line in found.items()}

    def _take(self, kind: Pass, source: Source, answer: Judgement) -> None:
        self._answers[kind][answer.case.id] = answer
        if self._kept is not None:
            line = KeptAnswer(kind=kind, source=source, by=answer.model, answer=saved_of(answer))
            self._kept.add(line)
