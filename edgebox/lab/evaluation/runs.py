"""A run of an evaluation as a file: what was judged, without a word of any call."""

from __future__ import annotations

import hashlib
from datetime import datetime  # noqa: TC003 - pydantic reads it at run time
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ValidationError

from edgebox import __version__
from edgebox.errors import RunInvalid, UsageError
from edgebox.lab.evaluation.totals import Pass  # noqa: TC001 - as above
from edgebox.system.files import write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from edgebox.lab.evaluation.cases import Case
    from edgebox.lab.evaluation.judging import Judgement
    from edgebox.lab.evaluation.totals import PassReport


class SavedAnswer(BaseModel):
    """One answer's judgement, as `Judgement` has it.

    Attributes:
        id: of the case.
        case: a hash of the case. Runs are compared only where it is the same.
        kept: the share of the facts' weight that was found; None where the case has no facts.
    """

    id: str
    case: str
    status: str
    found: list[bool]
    kept: float | None
    faults: list[str]
    critical: list[str]
    outcome: str | None
    outcome_expected: str | None
    quality_score: float | None
    seconds: float


class SavedPass(BaseModel):
    """One pass: its model, and an answer for each case, in order of the ids."""

    model: str
    together: int
    answers: list[SavedAnswer]


class Run(BaseModel):
    """A run.

    Attributes:
        format: of the file.
        edgebox: the version that made it.
        made_at: when it ended, with the offset from UTC.
        passes: those that were evaluated.
    """

    format: Literal[1] = 1
    edgebox: str
    made_at: datetime
    passes: dict[Pass, SavedPass]


def run_of(
    answers: Mapping[Pass, Sequence[Judgement]],
    reports: Sequence[PassReport],
    *,
    made_at: datetime,
) -> Run:
    """Return the run that these answers and their reports are.

    Args:
        answers: of each pass.
        reports: of each pass.
        made_at: with its time zone.
    """
    passes = {
        one.kind: SavedPass(
            model=one.model,
            together=one.together,
            answers=sorted(map(_saved, answers[one.kind]), key=lambda answer: answer.id),
        )
        for one in reports
    }
    return Run(edgebox=__version__, made_at=made_at, passes=passes)


def save_run(run: Run, path: Path) -> None:
    """Write a run into a file that only its owner can read.

    Raises:
        RunInvalid: the file cannot be written.
    """
    try:
        write_text(path, run.model_dump_json(indent=1) + "\n", mode=0o600)
    except OSError as error:
        raise RunInvalid(f"{path} cannot be written: {error.strerror}.") from None


def load_run(path: Path) -> Run:
    """Read a run.

    Raises:
        UsageError: there is no such file.
        RunInvalid: it cannot be read, or holds no run.
    """
    try:
        return Run.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.") from None
    except OSError as error:
        raise RunInvalid(f"{path} cannot be read: {error.strerror}.") from None
    except ValidationError:
        raise RunInvalid(f"{path} is not a run. Make one with: edgebox eval --save FILE") from None


def _saved(answer: Judgement) -> SavedAnswer:
    return SavedAnswer(
        id=answer.case.id,
        case=hash_of(answer.case),
        status=answer.status,
        found=list(answer.found),
        kept=None if answer.kept is None else round(answer.kept, 6),
        faults=list(answer.faults),
        critical=list(answer.critical),
        outcome=answer.outcome,
        outcome_expected=answer.case.outcome_kind,
        quality_score=answer.score,
        seconds=answer.seconds,
    )


def hash_of(case: Case) -> str:
    """Return a hash of all that an answer is judged by."""
    judged = case.model_dump_json(
        exclude={"title", "outcome", "hard", "held_out", "domain", "style"}
    )
    return hashlib.sha256(judged.encode()).hexdigest()[:32]
