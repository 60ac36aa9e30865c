"""How a question ends: with a checked answer, with the call's own utterances, or with neither."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from edgebox.ask.prompts import NOT_FOUND
from edgebox.ask.question import (
    EXTRACTIVE,
    NO_MODEL,
    Acknowledged,
    Answer,
    Citation,
    Question,
    Timing,
    Usage,
)
from edgebox.consultation.content import NO_CONTENT_SUMMARY
from edgebox.errors import EngineUnavailable
from edgebox.language.curses import without_curses
from edgebox.reading.call import LABELS

if TYPE_CHECKING:
    from edgebox.ask.cited import Cited, Numbering
    from edgebox.ask.ground import Place
    from edgebox.ask.question import Status
    from edgebox.errors import EdgeBoxError
    from edgebox.settings import Role

WITHOUT_MODEL: Final = "모델이 응답하지 않아 상담 내용에서 찾은 부분만 보여 드립니다."


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known of a question when it ends.

    Attributes:
        places: the utterances of people, once the call was read.
        found: which of them the question is about, the best first.
        unheard: words of the question that the call does not hold in any form.
    """

    question: Question
    places: tuple[Place, ...]
    found: tuple[int, ...]
    unheard: frozenset[str]
    numbering: Numbering
    acknowledged: Acknowledged | None
    timing: Timing
    usage: dict[Role, Usage]
    retries: int

    def no_content(self) -> Answer:
        """Nothing was said in the call, and no model was asked."""
        return self._answer("no_content", NO_CONTENT_SUMMARY, NO_MODEL)

    def of_model(self, cited: Cited, model: str, *, whole: bool, fallback: bool) -> Answer:
        """What a model wrote, held against the call.

        An answer of which the call bears nothing out is none, and neither is one about something
        that the call never names: what is nearest in the call is shown instead.
        """
        cited.finish(whole=whole)
        if not cited.markdown.strip():
            return self.without_model(None)
        cited.mask()
        verdict = cited.verdict()
        status: Status = "fallback" if fallback else "success" if whole else "partial"
        if cited.general:
            flags = tuple(flag for flag in verdict.flags if flag == "repetition")
            return self._answer(status, cited.markdown, model, flags=flags, general=True)
        first = cited.markdown.split("\n")[0]
        if not verdict.cited or cited.gives_nothing or self._is_about_something_else(first):
            return self._answer("no_evidence", NOT_FOUND, model, citations=self._nearest())
        by_number = {place.number: place for place in self.places}
        return self._answer(
            status,
            cited.markdown,
            model,
            citations=tuple(self.numbering.cite(by_number[number]) for number in verdict.cited),
            flags=verdict.flags,
            unsupported=verdict.unsupported,
        )

    def _is_about_something_else(self, sentence: str) -> bool:
        """Whether an answer speaks of a thing of the question that the call does not name.

        A small model that is asked for the delivery charge gives any charge that it finds.
        """
        return any(re.search(rf"{re.escape(one)}[은는이가의]", sentence) for one in self.unheard)

    def without_model(self, error: EdgeBoxError | None) -> Answer:
        """The call's own utterances, or nothing but the reason."""
        if not self.found:
            reason = error or EngineUnavailable("No model answered in time. Ask again.")
            return self._answer("failed", "", NO_MODEL, error=reason)
        citations = self._nearest()
        lines = [
            f"- {LABELS.get(one.utterance.speaker, '')}{one.utterance.text} [{one.n}]"
            for one in sorted(citations, key=lambda one: one.place)
        ]
        text = without_curses("\n".join([WITHOUT_MODEL, "", *lines]))
        return self._answer("fallback", text, EXTRACTIVE, citations=citations, error=error)

    def _nearest(self) -> tuple[Citation, ...]:
        return tuple(self.numbering.cite(self.places[at]) for at in self.found)

    def _answer(self, status: Status, markdown: str, by: str, **rest: object) -> Answer:
        return Answer(
            status=status,
            markdown=markdown,
            by=by,
            acknowledged=self.acknowledged,
            timing=self.timing,
            usage=self.usage,
            retries=self.retries,
            **rest,  # type: ignore[arg-type]
        )
