"""Judging one answer: which of the case's facts it holds, and which faults it has.

Facts are matched as plain substrings, so a model that copies the transcript finds many of them:
read the coverage beside ``copied``.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgebox.consultation.evidence import Text
from edgebox.consultation.faults import copies, repeats, ungrounded
from edgebox.consultation.leak import leaks_example
from edgebox.consultation.words import squeeze
from edgebox.reading.call import read, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.consultation.types import Analysis
    from edgebox.errors import EngineError
    from edgebox.lab.evaluation.cases import Case

COPIED_RUN = 20
"""Characters without spaces taken over unchanged from what was said. A written summary of
speech has no such run: endings, particles and numbers change."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A model's answer to one case, judged.

    Attributes:
        text: the answer, one field a line. Empty if there is none.
        status: "success", "partial" or "fallback" of a quick summary, "success" of an analysis,
            "failed" if there is no answer.
        found: for each of the case's facts, whether it is in the answer.
        seconds: from the request to the answer.
        faults: "leaked", "invented", "ungrounded_number", "repetition", "copied", "think".
        invented: the ``must_not`` strings in the answer.
        score: the quality score of an analysis.
        error: why there is no answer.
    """

    case: Case
    text: str
    status: str
    found: tuple[bool, ...]
    seconds: float
    model: str
    faults: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()
    score: float | None = None
    error: str = ""

    @property
    def missing(self) -> list[str]:
        """The facts that were not found, in words."""
        return [f.fact for f, held in zip(self.case.facts, self.found, strict=True) if not held]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON, without the transcript."""
        return {
            "id": self.case.id,
            "title": self.case.title,
            "status": self.status,
            "text": self.text,
            "missing": self.missing,
            "faults": list(self.faults),
            "invented": list(self.invented),
            "quality_score": self.score,
            "seconds": self.seconds,
            "error": self.error,
        }


def mentions(pieces: Sequence[str], form: str) -> bool:
    """Whether one of the pieces holds the form. White space and case do not matter."""
    wanted = _plain(form)
    return any(wanted in _plain(piece) for piece in pieces)


def judge_summary(
    case: Case, text: str, *, status: str, seconds: float, model: str, examples: Sequence[str]
) -> Judgement:
    """Judge a quick summary."""
    faults = [
        *(["think"] if "<think>" in text else []),
        *(["ungrounded_number"] if ungrounded(Text(text), Text(case.transcript)) else []),
        *(["repetition"] if repeats(_composed(text), shortest=1) else []),
    ]
    return _judged(
        case, [text], faults, examples, status=status, seconds=seconds, model=model, score=None
    )


def judge_analysis(
    case: Case,
    analysis: Analysis,
    *,
    flags: Sequence[str],
    score: float,
    seconds: float,
    model: str,
    examples: Sequence[str],
) -> Judgement:
    """Judge an analysis. ``flags`` and ``score`` are those of its ``Quality``."""
    summary, titles = analysis.summary, analysis.titles
    pieces = [summary.customer, summary.agent, summary.result]
    pieces += [", ".join(analysis.keywords), titles.keyword, titles.descriptive]
    faults = [flag for flag in ("ungrounded_number", "repetition") if flag in flags]
    faults += ["think"] if any("<think>" in piece for piece in pieces) else []
    return _judged(
        case, pieces, faults, examples, status="success", seconds=seconds, model=model, score=score
    )


def judge_failure(case: Case, error: EngineError, *, seconds: float, model: str) -> Judgement:
    """Judge a case without an answer: nothing is found and nothing is invented."""
    missed = (False,) * len(case.facts)
    return Judgement(case, "", "failed", missed, seconds, model, error=error.detail)


def _judged(
    case: Case,
    pieces: list[str],
    faults: list[str],
    examples: Sequence[str],
    *,
    status: str,
    seconds: float,
    model: str,
    score: float | None,
) -> Judgement:
    invented = tuple(form for form in case.must_not if mentions(pieces, form))
    faults += ["invented"] if invented else []
    if any(leaks_example(piece, case.transcript, examples) for piece in pieces):
        faults.append("leaked")
    source = _plain(render(read(case.transcript).said))
    if any(copies(_plain(piece), source, run=COPIED_RUN, step=1) for piece in pieces):
        faults.append("copied")
    return Judgement(
        case=case,
        text="\n".join(pieces),
        status=status,
        found=tuple(any(mentions(pieces, form) for form in fact.any) for fact in case.facts),
        seconds=seconds,
        model=model,
        faults=tuple(sorted(faults)),
        invented=invented,
        score=score,
    )


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()


def _plain(text: str) -> str:
    return squeeze(_composed(text))
