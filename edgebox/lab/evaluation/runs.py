"""A run of an evaluation as a file: what was judged, without a word of any call."""

from __future__ import annotations

import hashlib
from datetime import datetime  # noqa: TC003 - pydantic reads it at run time
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ValidationError

from edgebox import __version__
from edgebox.errors import RunInvalid, UsageError
from edgebox.lab.evaluation.ask_judging import Acknowledged  # noqa: TC001 - as above
from edgebox.lab.evaluation.outcomes import Outcome  # noqa: TC001 - as above
from edgebox.lab.evaluation.totals import Pass  # noqa: TC001 - as above
from edgebox.system.files import write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from edgebox.lab.evaluation.ask_judging import AskJudgement
    from edgebox.lab.evaluation.cases import Case
    from edgebox.lab.evaluation.judging import Judgement
    from edgebox.lab.evaluation.questions import Asked
    from edgebox.lab.evaluation.totals import PassReport


class SavedAnswer(BaseModel):
    """One answer's judgement, as `Judgement` or, for a question, `AskJudgement` has it.

    Attributes:
        id: of the case or the question.
        case: a hash of the case, or of the question and its call. Runs are compared only where it
            is the same.
        kept: the share of the facts' weight that was found; None where the case has no facts.
        right: of a question, like all that follows.
        flagged: parts of the answer that the box itself marks as unsupported.
        acknowledged: what acknowledged it first.
    """

    id: str
    case: str
    status: str
    found: list[bool]
    kept: float | None
    faults: list[str]
    critical: list[str]
    outcome: Outcome | None
    outcome_expected: Outcome | None
    quality_score: float | None
    seconds: float
    right: bool | None = None
    cited: bool | None = None
    recall: float | None = None
    first: float | None = None
    not_found: bool | None = None
    flagged: int | None = None
    acknowledged: Acknowledged | None = None


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
            answers=sorted(map(saved_of, answers[one.kind]), key=lambda answer: answer.id),
        )
        for one in reports
    }
    return Run(edgebox=__version__, made_at=made_at, passes=passes)


def run_of_asks(answers: Sequence[AskJudgement], model: str, *, made_at: datetime) -> Run:
    """Return the run that these answers to questions are.

    Args:
        answers: one a question.
        model: that wrote them.
        made_at: with its time zone.
    """
    saved = sorted(map(saved_of_ask, answers), key=lambda answer: answer.id)
    only = SavedPass(model=model, together=1, answers=saved)
    return Run(edgebox=__version__, made_at=made_at, passes={"ask": only})


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


def saved_of(answer: Judgement) -> SavedAnswer:
    """Return what a run keeps of an answer."""
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


def saved_of_ask(answer: AskJudgement) -> SavedAnswer:
    """Return what a run keeps of an answer to a question."""
    return SavedAnswer(
        id=answer.asked.id,
        case=hash_of_asked(answer.asked),
        status=answer.status,
        found=list(answer.held),
        kept=round(answer.kept, 6),
        faults=list(answer.faults),
        critical=list(answer.critical),
        outcome=None,
        outcome_expected=None,
        quality_score=None,
        seconds=answer.total,
        right=answer.right,
        cited=answer.cited,
        recall=answer.recall,
        first=answer.first,
        not_found=answer.not_found,
        flagged=answer.flagged,
        acknowledged=answer.acknowledged,
    )


def hash_of(case: Case) -> str:
    """Return a hash of all that an answer is judged by."""
    return _hash(
        case.model_dump_json(exclude={"title", "outcome", "hard", "held_out", "domain", "style"})
    )


def hash_of_asked(asked: Asked) -> str:
    """Return a hash of all that the answer to a question is judged by."""
    question = asked.question.model_dump_json(exclude={"call", "hard", "why"})
    call = asked.case.model_dump_json(include={"transcript", "call_date", "numbers"})
    return _hash(f"{question}\n{call}")


def _hash(judged: str) -> str:
    return hashlib.sha256(judged.encode()).hexdigest()[:32]
