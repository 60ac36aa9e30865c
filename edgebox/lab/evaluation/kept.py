"""What a run has judged so far, in a file from which it goes on if it is broken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ValidationError

from edgebox import __version__
from edgebox.errors import RunInvalid, UsageError
from edgebox.lab.evaluation.ask_judging import AskJudgement
from edgebox.lab.evaluation.judging import Judgement
from edgebox.lab.evaluation.runs import SavedAnswer  # noqa: TC001 - pydantic reads it at run time
from edgebox.lab.evaluation.totals import Pass  # noqa: TC001 - as above
from edgebox.lab.kept_lines import KeptLines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from edgebox.lab.evaluation.cases import Case
    from edgebox.lab.evaluation.questions import Asked

_SUFFIX: Final = ".part"
_NO_TEXT: Final = "(judged before the run was broken off; its text was not kept)"


class Source(BaseModel, frozen=True):
    """What an answer depends on beside its case: answers of another source are no part of a run.

    Attributes:
        model: that the settings name for the pass.
        together: analyses that were in flight at a time.
        edgebox: the version whose prompts and rules made it.
    """

    model: str
    together: int = 1
    edgebox: str = __version__


class KeptAnswer(BaseModel):
    """A line of the file. ``by``: what wrote the answer, which may be no model."""

    kind: Pass
    source: Source
    by: str
    answer: SavedAnswer

    def of_case(self, case: Case) -> Judgement:
        """Return the judgement that it was kept of."""
        return Judgement(
            case=case,
            text=_NO_TEXT,
            status=self.answer.status,
            found=tuple(self.answer.found),
            seconds=self.answer.seconds,
            model=self.by,
            faults=tuple(self.answer.faults),
            outcome=self.answer.outcome,
            score=self.answer.quality_score,
        )

    def of_question(self, asked: Asked) -> AskJudgement:
        """Return the judgement of a question that it was kept of."""
        return AskJudgement(
            asked=asked,
            text=_NO_TEXT,
            status=self.answer.status,
            held=tuple(self.answer.found),
            cited=self.answer.cited,
            not_found=bool(self.answer.not_found),
            faults=tuple(self.answer.faults),
            recall=self.answer.recall,
            flagged=self.answer.flagged or 0,
            first=self.answer.first,
            total=self.answer.seconds,
            by=self.by,
            acknowledged=self.answer.acknowledged or "none",
        )


class Kept:
    """The answers of a run that goes on, beside the file that the whole run will be saved in.

    They are lines of JSON without a word of any call, each written when it is there, in a file that
    only its owner can read.

    Args:
        save: the file of the whole run.
        resume: go on with the answers that are there.

    Raises:
        UsageError: there are none to go on with, or some that would be lost.
        RunInvalid: they cannot be read, or written.
    """

    def __init__(self, save: Path, *, resume: bool) -> None:
        self.path = save.with_name(save.name + _SUFFIX)
        if resume and not self.path.exists():
            raise UsageError(f"There is no run to go on with: no {self.path}. Leave out --resume.")
        if not resume and self.path.exists():
            raise UsageError(
                f"{self.path} holds what a run had judged when it was broken off. Go on from there "
                "with --resume, or delete the file."
            )
        self._file = KeptLines(self.path)
        try:
            self._lines = [KeptAnswer.model_validate_json(line) for line in self._file.lines]
        except ValidationError:
            self._file.close()
            raise RunInvalid(f"{self.path} is not what a run has kept. Delete it.") from None
        self._file.mend()

    def close(self) -> None:
        """Close the file. It stays if it holds an answer."""
        self._file.close()
        if not self._lines:
            self.path.unlink(missing_ok=True)

    def __len__(self) -> int:
        """Return how many answers there are."""
        return len(self._lines)

    def check(self, passes: Sequence[Pass]) -> None:
        """Check that the answers are of these passes: what is not of the run would be lost.

        Raises:
            RunInvalid: there are answers of another one.
        """
        others = {line.kind for line in self._lines}.difference(passes)
        if others:
            raise self._other(f"it has answers of {', '.join(sorted(others))}")

    def of(self, kind: Pass, source: Source, hashes: Mapping[str, str]) -> dict[str, KeptAnswer]:
        """Return the answers of a pass by the id of their case.

        Args:
            kind: the pass.
            source: of the answers that will be added.
            hashes: of every case of the run, by its id.

        Raises:
            RunInvalid: there are answers of another source or case.
        """
        found = {line.answer.id: line for line in self._lines if line.kind == kind}
        for name, line in found.items():
            if line.source != source:
                raise self._other(_difference(line.source, source))
            if hashes.get(name) != line.answer.case:
                raise self._other(f"{name} is {'not as before' if name in hashes else 'left out'}")
        return found

    def add(self, line: KeptAnswer) -> None:
        """Write an answer. One that failed is asked for again, and is not written.

        Raises:
            OSError: it cannot be written.
        """
        if line.answer.status != "failed":
            self._file.add(line.model_dump_json().encode())
            self._lines.append(line)

    def forget(self) -> None:
        """Keep nothing: the run has been saved."""
        self._lines.clear()

    def _other(self, why: str) -> RunInvalid:
        return RunInvalid(
            f"{self.path} is of another run: {why}. Go on with the same calls, options and models, "
            "or delete the file and leave out --resume."
        )


def _difference(kept: Source, now: Source) -> str:
    before, after = kept.model_dump(), now.model_dump()
    name = next(name for name in before if before[name] != after[name])
    return f"{name} is {after[name]} and was {before[name]}"
