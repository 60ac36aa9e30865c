"""The quality score: how far an analysis can be trusted, computed from the call alone.

There is no reference summary to compare with, so the score is not an accuracy. It has three parts:

* **grounding**: is what the analysis says in the transcript, and did the right speaker say it?
* **coverage**: are the transcript's facts, its main words and its outcome in the analysis?
* **form**: would a person put it into the record as it is?

A flag caps the score if one fault spoils the whole, however good the rest is: a reader will not
notice a wrong amount in an otherwise perfect record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from edgebox.scoring.alignment import evidence_of, statements
from edgebox.scoring.binding import unbound
from edgebox.scoring.evidence import Said, Source
from edgebox.scoring.faults import (
    copied,
    invented,
    language,
    markup,
    misnamed,
    repetition,
    ungrounded,
    unsaid,
)
from edgebox.scoring.instructions import obeys
from edgebox.scoring.leak import leaks_example
from edgebox.scoring.measures import (
    attribution_of,
    coverage_of,
    form_of,
    grounding_of,
    names_figure,
    outcome_of,
)
from edgebox.scoring.outcome import (
    is_in_free_words,
    is_of_another_call,
    names_the_matter,
    tells_an_act,
    tells_of_an_ending,
    tells_what_was_done,
)
from edgebox.scoring.polarity import faults
from edgebox.scoring.retold import Retold
from edgebox.scoring.spoken import Spoken
from edgebox.scoring.stances import Stances
from edgebox.scoring.types import Evidence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from edgebox.language.number import Number
    from edgebox.reading.call import Call
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.types import Analysis, QualityParts

WEIGHTS: Final = {"grounding": 0.50, "coverage": 0.35, "form": 0.15}
"""An invented fact does more harm than a missing one, and a missing one more than bad style."""

CAPS: Final = {
    # It holds words of another consultation: none of it can be relied on.
    "leaked_example": 0.3,
    # The model fell into a loop: the rest of its answer is lost.
    "repetition": 0.4,
    # Another language, or none, for a Korean consultation: cannot go into the record.
    "not_korean": 0.4,
    # One number that was never said. The rest may be right, so half.
    "ungrounded_number": 0.5,
    # A true number that belongs to something else: as wrong as an invented one, but less sure.
    "unbound_number": 0.55,
    # The other way round: refused what was granted, or granted what was refused.
    "polarity": 0.55,
    # Told as settled, and only asked for, wished for, or promised under a condition.
    "conditional": 0.6,
    # A person that the call does not name, or a place or product that it names otherwise.
    "wrong_name": 0.55,
    # The call itself told the model what to write.
    "instruction_in_call": 0.5,
    # What the customer said is reported as the agent's, and the other way round.
    "speakers_swapped": 0.6,
    # A whole statement that has no support in the transcript.
    "invented_claim": 0.6,
    # The line that is read most does not say how this call ended.
    "no_outcome": 0.7,
    # JSON, labels or thinking left in the text: readable, but not as a record.
    "markup": 0.6,
}
"""The highest score that an analysis with the flag can have. The lowest cap counts. The weighted
parts are scaled by it, so that of two faulty analyses the better one still scores higher."""

FLAGS: Final = (*sorted({*CAPS, "copied_sentences"}),)
"""All that there are."""

_NO_OUTCOME: Final = 0.3
"""Results that say nothing ("통화를 종료했습니다") were at most this, the least good one above."""


@dataclass(frozen=True, slots=True)
class Quality:
    """A score and its reasons.

    Attributes:
        score: 0 to 1, three digits: the weighted parts, capped.
        grounding: 0 to 1.
        coverage: 0 to 1.
        form: 0 to 1.
        flags: The faults found, in alphabetical order.
        caps: The cap of every flag that has one.
        evidence: The statements of each line with the utterances that bear them out.
    """

    score: float
    grounding: float
    coverage: float
    form: float
    flags: tuple[str, ...]
    caps: dict[str, float]
    evidence: Evidence = field(default_factory=lambda: Evidence(customer=[], agent=[], result=[]))

    def as_dict(self) -> QualityParts:
        """Return the ``quality`` object of the callback. The score is a field beside it."""
        return {
            "grounding": self.grounding,
            "coverage": self.coverage,
            "form": self.form,
            "flags": list(self.flags),
            "caps": dict(self.caps),
        }


def score(
    analysis: Analysis,
    call: Call,
    *,
    call_date: dt.date | None = None,
    examples: Sequence[str] = (),
) -> Quality:
    """Score one analysis against its call: see `Scorer`."""
    return Scorer(call, call_date=call_date, examples=examples).score(analysis)


class Scorer:
    """Scores analyses of one call, which is looked through once.

    Args:
        call: as it was read.
        call_date: with it 내일 and 다음 주 화요일 are dates.
        examples: of the prompt, to find them leaked into an analysis.
    """

    def __init__(
        self, call: Call, *, call_date: dt.date | None = None, examples: Sequence[str] = ()
    ) -> None:
        self._call_date, self._examples = call_date, examples
        self._source = Source(call, call_date)
        self._spoken = Spoken(self._source, call)
        self._stances = Stances(self._spoken)
        self._retold = Retold(self._stances)

    def score(self, analysis: Analysis) -> Quality:
        """Score an analysis, in time that is linear in the call."""
        call_date, source, spoken = self._call_date, self._source, self._spoken
        said = Said(analysis, call_date)
        made = statements(analysis, spoken, call_date)
        attribution = attribution_of(said, source)
        outcome = outcome_of(said, source, spoken)
        flags = {*markup(said), *repetition(said), *language(said, source)}
        without = unsaid(said.whole, source)
        flags |= _unsupported(said, source, self._stances, made, call_date, without=without)
        flags |= {flag for _, flag in self._retold.faults(made)}
        # A character that no example holds keeps a run from crossing two fields.
        if self._examples and leaks_example("\0".join(said.texts), source.text, self._examples):
            flags.add("leaked_example")
        if attribution is not None and attribution < 0.35:
            flags.add("speakers_swapped")
        if outcome < _NO_OUTCOME and self._has_no_outcome(said, made, outcome):
            flags.add("no_outcome")
        if copied(said, source):
            flags.add("copied_sentences")
        return _quality(
            flags,
            grounding=grounding_of(said, source, spoken, made, attribution, without=without),
            coverage=coverage_of(said, source, outcome),
            form=form_of(said, source, spoken, flags),
            evidence=evidence_of(made, spoken),
        )

    def _has_no_outcome(self, said: Said, made: Sequence[Statement], outcome: float) -> bool:
        """Return whether a result with few words of the call's end does not say how it ended."""
        source, spoken = self._source, self._spoken
        if (
            names_figure(said.result, source)
            or tells_of_an_ending(made)
            or names_the_matter(made, outcome)
        ):
            return False
        if tells_what_was_done(made, self._stances, self._call_date):
            return False
        if not tells_an_act(said.result.text) or is_of_another_call(made, source, spoken):
            return True
        return not is_in_free_words(made, source)


def _quality(
    flags: Collection[str], *, grounding: float, coverage: float, form: float, evidence: Evidence
) -> Quality:
    """Put the parts and the flags together."""
    total = (
        WEIGHTS["grounding"] * grounding + WEIGHTS["coverage"] * coverage + WEIGHTS["form"] * form
    )
    caps = {flag: CAPS[flag] for flag in sorted(flags) if flag in CAPS}
    return Quality(
        score=round(total * min(caps.values(), default=1.0), 3),
        grounding=round(grounding, 3),
        coverage=round(coverage, 3),
        form=round(form, 3),
        flags=tuple(sorted(flags)),
        caps=caps,
        evidence=evidence,
    )


def _unsupported(
    said: Said,
    source: Source,
    stances: Stances,
    made: Sequence[Statement],
    call_date: dt.date | None,
    *,
    without: Collection[Number],
) -> set[str]:
    """Return the flags of what the call does not bear out."""
    flags = {flag for _, flag in faults(made, stances, call_date)}
    checks = {
        "ungrounded_number": ungrounded(said.whole, source, without),
        "unbound_number": unbound(made, stances.spoken),
        "invented_claim": invented(made, source, stances.spoken),
        "wrong_name": misnamed(said, source),
        "instruction_in_call": obeys(made, stances),
    }
    return flags | {flag for flag, found in checks.items() if found}
