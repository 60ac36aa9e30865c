"""What the small model has written of one summary, and what of it may be answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgebox.consultation.excerpts import GAP
from edgebox.consultation.prompts import summary_messages
from edgebox.consultation.summary_faults import fault, is_unfinished
from edgebox.consultation.summary_text import summary_in
from edgebox.language.curses import without_curses
from edgebox.language.korean import numbers_in
from edgebox.language.words import content_words
from edgebox.reading.sentences import last_whole, sentence_ends
from edgebox.scoring.leak import leaks_example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.consultation.budget import Shortened
    from edgebox.consultation.call_reader import ReadCall
    from edgebox.consultation.grounding import Figures
    from edgebox.consultation.quick_result import FallbackReason, Status
    from edgebox.engine_client import Completion, Delta, Messages

MAX_SENTENCES = 2


@dataclass(slots=True)
class Draft:
    """What one answer has become so far.

    Attributes:
        text: the model's words.
        last: the newest piece, with the token counts so far.
        finish_reason: "stop" once the model, or who asked it, was done.
        characters_used: characters of the received text that the model reads.
        messages: the prompt.
        seen: the transcript as it is in the prompt.
        call: the call, once it is read.
        figures: its numbers, if the answer may say no others.
        regex: what the engine holds the answer to.
        first_text: seconds from the arrival to the model's first text.
        without_model: why there is no text, where there is none.
    """

    text: str = ""
    last: Delta | Completion | None = None
    finish_reason: str = ""
    characters_used: int = 0
    messages: Messages = field(default_factory=list)
    seen: str = ""
    call: ReadCall | None = None
    figures: Figures | None = None
    regex: str | None = None
    first_text: float | None = None
    without_model: FallbackReason = "no_time"

    def shorten(self, kept: Shortened, call: ReadCall) -> None:
        """Have the model read what is kept of a call."""
        self.messages, self.seen = summary_messages(kept.text), kept.text
        self.characters_used = call.stands_for(kept.characters_used)

    def has_enough(self) -> bool:
        """Return whether as many sentences have ended as are shown, what is around them aside."""
        text = summary_in(self.text, self.seen)
        return len(sentence_ends(text, growing=True)) >= MAX_SENTENCES

    def bears_out(self, text: str) -> bool:
        """Whether every number of the text was said, as far as the engine did not see to it."""
        return bool(self.regex) or self.figures is None or self.figures.bear_out(text)

    def concluded(
        self, transcript: str, examples: Sequence[str]
    ) -> tuple[str, Status, FallbackReason]:
        """Return what may be answered of the text.

        Args:
            transcript: the whole call, as it was received.
            examples: of the prompt, which may not come back.

        Returns:
            (one paragraph, "" if nothing is left of it; ``success`` or ``partial``; why nothing is
            left, if so).
        """
        text = summary_in(self.text.replace(GAP, " "), self.seen)
        status: Status = "success"
        ends = sentence_ends(text, growing=self.finish_reason != "stop")
        if len(ends) >= MAX_SENTENCES:
            text = text[: ends[MAX_SENTENCES - 1]]
        elif self.finish_reason != "stop" or is_unfinished(text):
            text, status = last_whole(text), "partial"
        gap = GAP.strip("()")
        says = any(content_words(text)) or bool(numbers_in(text))
        copied = gap in text and gap not in transcript
        # Time ran out within the first sentence, or a whole answer says nothing.
        lacks = "no_text" if self.finish_reason == "stop" else self.without_model
        if says and (copied or leaks_example(text, self.seen, examples)):
            text, lacks = "", "leak"  # the prompt's own words
        elif text and (found := fault(text, self.seen)):
            text, lacks = "", found
        text = without_curses(text) if says else ""
        if not self.bears_out(text):
            text, lacks = "", "number"  # one that was never said
        if status == "success" and 2 * self.characters_used < len(transcript):
            status = "partial"
        return text, status, lacks
