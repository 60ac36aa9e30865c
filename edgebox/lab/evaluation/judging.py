"""Judging one answer: which of the case's facts it holds, and which faults it has.

A model that copies the transcript states many facts: read the coverage beside ``copied``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from edgebox.lab.evaluation.facts import Answer, composed
from edgebox.lab.evaluation.outcomes import is_reversed, outcomes_in
from edgebox.language.names import names_in
from edgebox.language.words import squeeze
from edgebox.reading.call import read, render
from edgebox.scoring.evidence import Text
from edgebox.scoring.faults import copies, repeats, ungrounded
from edgebox.scoring.leak import leaks_example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.errors import EngineError
    from edgebox.lab.evaluation.cases import Case
    from edgebox.lab.evaluation.outcomes import Outcome
    from edgebox.scoring.types import Analysis

COPIED_RUN = 20
"""Characters without spaces taken over unchanged from what was said. A written summary of
speech has no such run: endings, particles and numbers change."""

CRITICAL: Final = frozenset(
    ["ungrounded_number", "wrong_name", "invented", "invented_claim", "outcome_reversed",
     "invented_call"]
)  # fmt: skip
"""The faults after which a reader of the record acts on something that was never said."""

_HANGUL: Final = re.compile(r"[가-힣]+")
_PERSON: Final = re.compile(r"[가-힣]{3}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A model's answer to one case, judged.

    Attributes:
        text: the answer, one field a line. Empty if there is none.
        status: "success", "partial" or "fallback" of a quick summary, "success" of an analysis,
            "no_content" if the call was read as one without content, "failed" if there is no
            answer.
        found: for each of the case's facts, whether it is in the answer.
        seconds: from the request to the answer.
        faults: "copied", "invented" (a ``must_not``), "invented_call" (an answer to a call without
            content), "invented_claim" (of the quality score), "leaked", "missed_content" (a call
            with content read as one without), "outcome_reversed", "repetition", "think",
            "ungrounded_number", "wrong_name".
        invented: the ``must_not`` strings in the answer.
        outcome: how the call ended according to the answer.
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
    outcome: Outcome | None = None
    score: float | None = None
    error: str = ""

    @property
    def missing(self) -> list[str]:
        """The facts that were not found, in words."""
        return [f.fact for f, held in zip(self.case.facts, self.found, strict=True) if not held]

    @property
    def kept(self) -> float | None:
        """The share of the case's facts that were found, by weight, or None without facts."""
        weights = [fact.weight for fact in self.case.facts]
        held = sum(w for w, found in zip(weights, self.found, strict=True) if found)
        return held / sum(weights) if weights else None

    @property
    def critical(self) -> tuple[str, ...]:
        """The critical faults."""
        return tuple(fault for fault in self.faults if fault in CRITICAL)

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
            "outcome": self.outcome,
            "outcome_expected": self.case.outcome_kind,
            "quality_score": self.score,
            "seconds": self.seconds,
            "error": self.error,
        }


def judge_summary(
    case: Case, text: str, *, status: str, seconds: float, model: str, examples: Sequence[str]
) -> Judgement:
    """Judge a quick summary. Its status may be "no_content"."""
    if status == "no_content":
        return judge_no_content(case, seconds=seconds, model=model, text=text)
    faults = [
        *(["think"] if "<think>" in text else []),
        *(["repetition"] if repeats(composed(text).lower(), shortest=1) else []),
    ]
    return _judged(
        case, [text], [text], faults, examples, status=status, seconds=seconds, model=model
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
    faults = [flag for flag in ("invented_claim", "repetition") if flag in flags]
    faults += ["think"] if any("<think>" in piece for piece in pieces) else []
    ending = [summary.result, summary.agent]
    return _judged(
        case,
        pieces,
        ending,
        faults,
        examples,
        status="success",
        seconds=seconds,
        model=model,
        score=score,
    )


def judge_no_content(case: Case, *, seconds: float, model: str, text: str = "") -> Judgement:
    """Judge the answer that nothing was said."""
    return Judgement(
        case,
        text,
        "no_content",
        (False,) * len(case.facts),
        seconds,
        model,
        faults=() if case.is_empty else ("missed_content",),
        outcome="내용 없음",
    )


def judge_failure(case: Case, error: EngineError, *, seconds: float, model: str) -> Judgement:
    """Judge a case without an answer: nothing is found and nothing is invented."""
    missed = (False,) * len(case.facts)
    return Judgement(case, "", "failed", missed, seconds, model, error=error.detail)


def _judged(
    case: Case,
    pieces: list[str],
    ending: list[str],
    faults: list[str],
    examples: Sequence[str],
    *,
    status: str,
    seconds: float,
    model: str,
    score: float | None = None,
) -> Judgement:
    """Judge an answer's pieces. The first text of ``ending`` that states an outcome is taken."""
    answer = Answer(pieces)
    said = render(read(case.transcript).said)
    plain = _plain(said)
    invented = tuple(form for form in case.must_not if answer.states(form, reworded=False))
    stated = next((found for text in ending if (found := outcomes_in(text))), [])
    expected = case.outcome_kind
    grounds = Text(f"{said}\n{written_numbers(case)}", case.call_date)
    faulty = {
        "invented": bool(invented),
        "invented_call": case.is_empty,
        "outcome_reversed": expected is not None and is_reversed(expected, stated),
        "ungrounded_number": any(
            ungrounded(Text(piece, case.call_date), grounds) for piece in pieces
        ),
        "wrong_name": bool(wrong_names(pieces, said, case.names)),
        "leaked": any(leaks_example(piece, case.transcript, examples) for piece in pieces),
        "copied": any(copies(_plain(piece), plain, run=COPIED_RUN, step=1) for piece in pieces),
    }
    return Judgement(
        case=case,
        text="\n".join(pieces),
        status=status,
        found=tuple(any(answer.states(form) for form in fact.any) for fact in case.facts),
        seconds=seconds,
        model=model,
        faults=tuple(sorted([*faults, *(fault for fault, there in faulty.items() if there)])),
        invented=invented,
        outcome=stated[0] if stated else None,
        score=score,
    )


def written_numbers(case: Case) -> str:
    """Return the numbers of a call as an answer may write them, and the day that 오늘 was."""
    values = [number.value for number in case.numbers]
    return "\n".join([*values, case.call_date.isoformat() if case.call_date else ""])


def wrong_names(pieces: Sequence[str], said: str, names: Sequence[str]) -> list[str]:
    """Return the names in an answer that are not the call's.

    A name is wrong if it stands where only a name can stand (김하늘 고객님) and the call does not
    hold it, or if it differs from one of the call's names in one syllable (김민제 for 김민재).

    Args:
        pieces: of the answer.
        said: in the call.
        names: of the call as they should be written. Those under three syllables are not compared.
    """
    known = squeeze(said) + "\0" + "\0".join(squeeze(name) for name in names)
    people = [name for piece in pieces for name in names_in(piece) if _PERSON.fullmatch(name)]
    wrong = [name for name in people if name not in known]
    long = [name for name in map(squeeze, names) if len(name) >= 3 and _HANGUL.fullmatch(name)]
    for piece in pieces:
        for word in _HANGUL.findall(piece):
            for name in long:
                head = word[: len(name)]
                apart = sum(a != b for a, b in zip(head, name, strict=False))
                if len(head) == len(name) and apart == 1 and head not in known:
                    wrong.append(head)
    return list(dict.fromkeys(wrong))


def _plain(text: str) -> str:
    return squeeze(composed(text).lower())
