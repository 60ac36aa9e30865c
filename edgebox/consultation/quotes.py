"""What an analysis says in the call's own words, where the model left a gap.

A small model says one thing in two lines, takes a greeting for the matter, leaves out the day and
the amount, or how it ended. A line that says nothing of its own gets the sentence of the call that
belongs there; to a short one the sentences with the agent's figures and with the outcome are added.
They stand in quotation marks as they were said, so nothing can be invented, and cost no tokens.
Where the model only copied what was said, it did not choose: the agent's sentences that say most of
what no line has are added too. A record in the model's own words that names a figure is left as it
is: whoever wrote it chose.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from edgebox.consultation.echoes import new
from edgebox.consultation.fallback import outer, shortened, whole_sentence
from edgebox.consultation.record_lines import Lines, only_checks, settles
from edgebox.consultation.told import BROKEN_OFF, FIGURES, LONGEST, told
from edgebox.language import acts, landmarks, neighbours
from edgebox.language.curses import without_curses
from edgebox.language.korean import numbers_in
from edgebox.language.number import provided, supports
from edgebox.language.words import content_words, squeeze
from edgebox.scoring.types import Summary

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from edgebox.language.number import Number
    from edgebox.language.sentence import Sentence
    from edgebox.reading.call import Call, Utterance
    from edgebox.scoring.quality import Quality, Scorer
    from edgebox.scoring.types import Analysis, Titles

_ROOM: Final = 50
"""Characters of a line to which something is added; no good record that was looked at needs it.
Where the model copied what was said, nobody wrote the line with care: it may be longer."""

_DURATION: Final = re.compile(r"[\d.]+(?:d|m|min)")
"""영업일 3~5일, 석 달: the value of a number of days, months or minutes."""

_COVERED: Final = 0.5
"""Share of the agent's figures from which on a record is as a person would write it."""

_COVERED_BY_COPIES: Final = 0.9
"""The same where the model copied what was said: it did not choose."""

_MOST_FOR_WORDS: Final = 2
"""Quotations added to a copied line for their words. A third one adds hardly a fact more."""

_ROOM_FOR_WORDS: Final = 2 * LONGEST
"""Characters of a copied line to which these are added."""

_FEWEST_WORDS: Final = 3
"""Words that no line has, in a sentence that is worth its room."""

_TITLE: Final = 60
"""Characters of a title that people read."""

_MOST: Final = 2
"""Quotations added to a line."""

_MOST_TO_COPIES: Final = 3
"""The same where the model copied what was said."""


def filled(
    analysis: Analysis, call: Call, scorer: Scorer, on: dt.date | None = None
) -> tuple[Analysis, Quality]:
    """Return an analysis whose gaps are filled with what was said, and its quality.

    It is the model's own where it has no gap, and where a quotation would lower its score.

    Args:
        analysis: the model's.
        call: as it was read.
        scorer: of the call.
        on: the day of the call, if it is known.
    """
    own = quality = scorer.score(analysis)
    said = _Said(outer(call.said), on)
    fills = (said.for_request, said.for_echoes, said.for_the_end, said.for_figures, said.for_words)
    for fill in fills:
        summary = fill(analysis.summary, quality)
        if summary != analysis.summary:
            changed = analysis.model_copy(update={"summary": summary})
            found = scorer.score(changed)
            # Words cost the form of a long line some of what the figures gained.
            least = own if fill == said.for_words else quality
            if found.score >= least.score and set(found.caps) <= set(quality.caps):
                analysis, quality = changed, found
    titles = said.for_title(analysis)
    if titles != analysis.titles:
        analysis = analysis.model_copy(update={"titles": titles})
        quality = scorer.score(analysis)
    return analysis, quality


class _Said:
    """A call, as a record quotes it. Each method fills the gaps of one kind in a summary."""

    def __init__(self, utterances: Sequence[Utterance], on: dt.date | None) -> None:
        self._utterances, self._on = utterances, on
        self._lines = Lines(utterances)

    @cached_property
    def _told(self) -> dict[str, list[Number]]:
        """What the agent stated, with its figures: read only for a record that has a gap."""
        return {one: self._figures(one) for one in told(self._utterances)}

    def for_request(self, summary: Summary, quality: Quality) -> Summary:
        """Put the customer's request where the line of the customer says nothing."""
        line = self._lines.read(summary.customer, quality)
        if not (self._lines.is_empty(line) or self._lines.is_of("agent", line)):
            return summary
        asked = landmarks.request(self._utterances)
        if asked is None or acts.OUTBOUND.search(asked.text):  # why the agent called
            return summary
        said = whole_sentence(self._utterances, asked, settled=False)
        return summary.model_copy(update={"customer": self._quotation(said, asked)})

    def for_echoes(self, summary: Summary, quality: Quality) -> Summary:
        """Take out what another line says, and fill the lines that say nothing then.

        A line in another language than the call's says nothing either, nor does what the agent
        asked.
        """
        customer = self._lines.read(summary.customer, quality)
        agent = self._lines.without_questions(self._lines.read(summary.agent, quality))
        result = self._lines.without_questions(self._lines.read(summary.result, quality))
        rest = new(result, customer, agent)
        says = not (self._lines.is_empty(rest) or self._lines.is_of("customer", rest))
        result = (rest if says else self._ending()) or summary.result
        if only_checks(result):
            result = f"{result} {self._ending()}".strip()
        rest = new(agent, customer, result)
        if self._lines.is_empty(rest) or self._lines.is_of("customer", rest):
            unsaid = [one for one in self._told if new(one, customer, result)]
            best = max(reversed(unsaid), key=self._tells, default="")
            rest = _quoted(best) if best else summary.agent
        return Summary(customer=customer or summary.customer, agent=rest, result=result)

    def for_the_end(self, summary: Summary, quality: Quality) -> Summary:
        """Add how the call ended to a short result, or a copied one, that does not say it."""
        says = "no_outcome" not in quality.flags and not _is_copied(quality)
        if says or len(summary.result) >= _room(quality):
            return summary
        end = self._ending()
        if not end or not new(end, summary.customer, summary.agent, summary.result):
            return summary
        return summary.model_copy(update={"result": f"{summary.result} {end}"})

    def for_figures(self, summary: Summary, quality: Quality) -> Summary:
        """Add the agent's sentences with the most figures that no line has to a short line.

        Where the lines were copied, or name no figure at all.
        """
        agent, copied = summary.agent, _is_copied(quality)
        if len(agent) >= _room(quality) or not (copied or self._has_no_figure(summary)):
            return summary
        covered = _COVERED_BY_COPIES if copied else _COVERED
        values = {number.value for numbers in self._told.values() for number in numbers}
        for _ in range(_MOST_TO_COPIES if copied else _MOST):
            lines = "\n".join([summary.customer, agent, summary.result])
            written = provided(numbers_in(lines, self._on))
            missing = {one: _missing(numbers, written) for one, numbers in self._told.items()}
            left = set().union(*missing.values())
            if len(left) <= (1 - covered) * len(values) or len(agent) >= LONGEST:
                break
            telling = [one for one in missing if missing[one]]
            best = max(reversed(telling), key=lambda one: (settles(one), len(missing[one])))
            agent = self._in_order(f"{agent} {_quoted(best)}")
        return summary.model_copy(update={"agent": agent})

    def for_words(self, summary: Summary, quality: Quality) -> Summary:
        """Add the agent's sentences that say most of what no line has to a copied record.

        What is settled, allowed or needed often has no figure: 앱에서 영상통화로 풀어 드립니다.
        """
        if not _is_copied(quality):
            return summary
        agent = summary.agent
        words = {one: set(content_words(one)) for one in self._told}
        for _ in range(_MOST_FOR_WORDS):
            lines = (summary.customer, agent, summary.result)
            written = set(content_words("\n".join(lines)))
            more = {one: len(words[one] - written) for one in words if new(one, *lines)}
            best = max(reversed(more), key=lambda one: more[one], default="")
            if not best or more[best] < _FEWEST_WORDS or len(agent) >= _ROOM_FOR_WORDS:
                break
            agent = self._in_order(f"{agent} {_quoted(best)}")
        return summary.model_copy(update={"agent": agent})

    def _in_order(self, line: str) -> str:
        """Return a line with its quotations after the model's words, in the order of the call."""
        quotations = [said for said in map(_quoted, self._told) if said in line]
        for said in quotations:
            line = line.replace(said, "", 1)
        return " ".join([*line.split(), *quotations])

    def _has_no_figure(self, summary: Summary) -> bool:
        lines = "\n".join([summary.customer, summary.agent, summary.result])
        return not any(one.kind in FIGURES for one in numbers_in(lines, self._on))

    def for_title(self, analysis: Analysis) -> Titles:
        """Put what the customer wanted where the title is a greeting."""
        titles = analysis.titles
        if not self._lines.is_empty(titles.descriptive):
            return titles
        wanted = shortened(analysis.summary.customer.replace("“", "").replace("”", ""), _TITLE)
        return titles.model_copy(update={"descriptive": wanted.rstrip(".")})

    def _tells(self, said: str) -> tuple[bool, bool, int]:
        decides = settles(said) or acts.REFUSED.search(said) is not None
        return bool(self._told[said]), decides, len(self._told[said])

    def _ending(self) -> str:
        """Return how the call was settled, in its words; empty if nothing in it says so."""
        asked = landmarks.request(self._utterances)
        settled = landmarks.settlement(self._utterances, asked)
        if settled is None or BROKEN_OFF.search(settled.text):
            return ""
        said = whole_sentence(self._utterances, settled, settled=True)
        refused = neighbours.refused_after(self._utterances, settled)
        # 시간 지정은 어려우세요, and not 그건 어려우세요
        if refused and acts.says_much(refused[-1]):
            refused = refused[-1:]
        return " ".join([self._quotation(said, settled), *map(_quoted, refused)])

    def _quotation(self, said: str, found: Sentence) -> str:
        """Return a sentence with its neighbours; what another utterance says stands for itself."""
        own = squeeze(self._utterances[found.utterance].text)
        before, _, after = said.partition(found.text)
        if squeeze(said) in own or not before:
            return _quoted(said)
        # 두 시 괜찮으세요 · 네 좋아요 · 그때로 접수합니다
        last = acts.without_fillers(self._utterances[found.utterance - 1].text)
        offer = before.strip().removesuffix(last)
        parts = [offer, before.strip()[len(offer) :], found.text + after]
        return " ".join(_quoted(one) for one in parts if one.strip())

    def _figures(self, text: str) -> list[Number]:
        found = numbers_in(text, self._on)
        return [
            one
            for one in found
            if not one.relative and (one.kind in FIGURES or _DURATION.fullmatch(one.value))
        ]


def _is_copied(quality: Quality) -> bool:
    return "copied_sentences" in quality.flags


def _room(quality: Quality) -> int:
    """Return the characters of a line to which something may be added."""
    return LONGEST if _is_copied(quality) else _ROOM


def _missing(numbers: Sequence[Number], written: Collection[str]) -> set[str]:
    return {one.value for one in numbers if not supports(written, one)}


def _quoted(said: str) -> str:
    """Return a sentence of the call in quotation marks, without curses and not too long."""
    said = shortened(without_curses(said).strip(), LONGEST).rstrip()
    return f"“{said}”" if said[-1] in ".?!…" else f"“{said}.”"
