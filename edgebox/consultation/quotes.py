"""What an analysis says in the call's own words, where the model left a gap.

A small model says one thing in two lines, takes a greeting for the matter, leaves out the day and
the amount, or how it ended. A line that says nothing of its own gets the sentence of the call that
belongs there; to a short one the sentences with the agent's figures and with the outcome are added.
They stand in quotation marks as they were said, so nothing can be invented, and cost no tokens.
A record in the model's own words that names a figure is left as it is: whoever wrote it chose.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from edgebox.consultation.echoes import SHORTEST, bare, new
from edgebox.consultation.fallback import outer, shortened, whole_sentence
from edgebox.consultation.told import BROKEN_OFF, FIGURES, LONGEST, told
from edgebox.language import acts, landmarks
from edgebox.language.curses import without_curses
from edgebox.language.korean import numbers_in
from edgebox.language.number import provided, supports
from edgebox.language.words import squeeze
from edgebox.reading.roles import CUSTOMER_TALK
from edgebox.reading.sentences import split_sentences
from edgebox.scoring.faults import slips
from edgebox.scoring.types import Summary

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from edgebox.language.landmarks import Sentence
    from edgebox.language.number import Number
    from edgebox.reading.call import Call, Utterance
    from edgebox.scoring.quality import Quality, Scorer
    from edgebox.scoring.types import Analysis, Titles

_SEEN: Final = re.compile(r"[을를이가]? ?확인(?:했|하였|됐|되었|완료|함|됨)")

_ROOM: Final = 50
"""Characters of a line to which something is added; no good record that was looked at needs it.
Where the model copied what was said, nobody wrote the line with care: it may be longer."""

_SPOKEN_END: Final = re.compile(r"(?:[요다까죠네오세]|[A-Za-z])[\s.!?~…]*$")
"""How people end what they say; what is written in short ends with a noun."""

_DURATION: Final = re.compile(r"[\d.]+(?:d|m|min)")
"""영업일 3~5일, 석 달: the value of a number of days, months or minutes."""

_COVERED: Final = 0.5
"""Share of the agent's figures from which on a record is as a person would write it."""

_COVERED_BY_COPIES: Final = 0.9
"""The same where the model copied what was said: it did not choose."""

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
    quality = scorer.score(analysis)
    said = _Said(outer(call.said), on)
    for fill in (said.for_request, said.for_echoes, said.for_the_end, said.for_figures):
        summary = fill(analysis.summary, quality)
        if summary != analysis.summary:
            changed = analysis.model_copy(update={"summary": summary})
            found = scorer.score(changed)
            if found.score >= quality.score:
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

    @cached_property
    def _told(self) -> dict[str, list[Number]]:
        """What the agent stated, with its figures: read only for a record that has a gap."""
        return {one: self._figures(one) for one in told(self._utterances)}

    def for_request(self, summary: Summary, quality: Quality) -> Summary:
        """Put the customer's request where the line of the customer says nothing."""
        line = self._read(summary.customer, quality)
        if not (self._is_empty(line) or self._is_of("agent", line)):
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
        customer = self._read(summary.customer, quality)
        agent = self._without_questions(self._read(summary.agent, quality))
        result = self._without_questions(self._read(summary.result, quality))
        rest = new(result, customer, agent)
        says = not (self._is_empty(rest) or self._is_of("customer", rest))
        result = (rest if says else self._ending()) or summary.result
        if _only_checks(result):
            result = f"{result} {self._ending()}".strip()
        rest = new(agent, customer, result)
        if self._is_empty(rest) or self._is_of("customer", rest):
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
            best = max(reversed(telling), key=lambda one: (_settles(one), len(missing[one])))
            agent = f"{agent} {_quoted(best)}"
        return summary.model_copy(update={"agent": agent})

    def _has_no_figure(self, summary: Summary) -> bool:
        lines = "\n".join([summary.customer, summary.agent, summary.result])
        return not any(one.kind in FIGURES for one in numbers_in(lines, self._on))

    def for_title(self, analysis: Analysis) -> Titles:
        """Put what the customer wanted where the title is a greeting."""
        titles = analysis.titles
        if not self._is_empty(titles.descriptive):
            return titles
        wanted = shortened(analysis.summary.customer.replace("“", "").replace("”", ""), _TITLE)
        return titles.model_copy(update={"descriptive": wanted.rstrip(".")})

    def _tells(self, said: str) -> tuple[bool, bool, int]:
        decides = _settles(said) or acts.REFUSED.search(said) is not None
        return bool(self._told[said]), decides, len(self._told[said])

    def _ending(self) -> str:
        """Return how the call was settled, in its words; empty if nothing in it says so."""
        settled = landmarks.settlement(self._utterances)
        if settled is None or BROKEN_OFF.search(settled.text):
            return ""
        said = whole_sentence(self._utterances, settled, settled=True)
        refused = landmarks.refused_after(self._utterances, settled)
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

    def _is_empty(self, line: str) -> bool:
        """Return whether a line is a greeting or a courtesy of the call; a blank one is empty too.

        What a person writes may be as short ("교환 불가입니다"), but was not said so.
        """
        whole = self._by["customer"] + self._by["agent"] + self._by["unknown"]
        for a, b in split_sentences(line):
            said = acts.without_fillers(line[a:b])
            if not said:
                continue
            if not _SPOKEN_END.search(said):  # 이전 설치
                return False
            if bare(line[a:b]) not in whole or acts.REFUSED.search(said) or _settles(said):
                return False
            if acts.is_substance(said) and not acts.introduces(said):
                return False
        return True

    def _is_of(self, side: str, line: str) -> bool:
        """Return whether a line is what one side said, word for word."""
        said, other = bare(line), {"customer": "agent", "agent": "customer"}[side]
        if len(said) >= SHORTEST and side == "customer" and said in self._by["unknown"]:
            return acts.WANT.search(line) is not None or CUSTOMER_TALK.search(line) is not None
        return len(said) >= SHORTEST and said in self._by[side] and said not in self._by[other]

    def _read(self, line: str, quality: Quality) -> str:
        """Return a line, empty if it slips into another language than the call's."""
        if "not_korean" not in quality.flags:
            return line
        return "" if slips(line, "\n".join(one.text for one in self._utterances)) else line

    def _without_questions(self, line: str) -> str:
        """Return a line without what the agent asked, word for word: 교환으로 해 드릴까요?"""
        sentences = [line[a:b].strip() for a, b in split_sentences(line)]
        asked = [
            acts.is_question(one) and len(bare(one)) >= SHORTEST and self._is_of_agent(one)
            for one in sentences
        ]
        if not any(asked):
            return line
        both = zip(sentences, asked, strict=True)
        return " ".join(one for one, is_asked in both if not is_asked)

    def _is_of_agent(self, sentence: str) -> bool:
        said = bare(sentence)
        return said in self._by["agent"] or (
            said in self._by["unknown"] and acts.agent_asks(sentence)
        )

    @cached_property
    def _by(self) -> dict[str, str]:
        """What each side said, without white space."""
        by = dict.fromkeys(("customer", "agent", "unknown"), "")
        for one in self._utterances:
            if one.speaker in by:
                by[one.speaker] += squeeze(one.text).casefold()
        return by

    def _figures(self, text: str) -> list[Number]:
        found = numbers_in(text, self._on)
        return [
            one
            for one in found
            if not one.relative and (one.kind in FIGURES or _DURATION.fullmatch(one.value))
        ]


def _only_checks(line: str) -> bool:
    """Return whether a line says only that it was seen who called: 주문번호를 확인했습니다."""
    sentences = [line[a:b] for a, b in split_sentences(line)]
    found = [(one, acts.IDENTITY.search(one)) for one in sentences]
    return all(who and _SEEN.match(one, who.end()) for one, who in found)


def _is_copied(quality: Quality) -> bool:
    return "copied_sentences" in quality.flags


def _room(quality: Quality) -> int:
    """Return the characters of a line to which something may be added."""
    return LONGEST if _is_copied(quality) else _ROOM


def _settles(said: str) -> bool:
    return bool(acts.SETTLED.search(said) or acts.KEPT.search(said))


def _missing(numbers: Sequence[Number], written: Collection[str]) -> set[str]:
    return {one.value for one in numbers if not supports(written, one)}


def _quoted(said: str) -> str:
    """Return a sentence of the call in quotation marks, without curses and not too long."""
    said = shortened(without_curses(said).strip(), LONGEST).rstrip()
    return f"“{said}”" if said[-1] in ".?!…" else f"“{said}.”"
