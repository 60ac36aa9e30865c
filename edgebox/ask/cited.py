"""An answer while it is written: Markdown, with ``[n]`` behind each sentence that is borne out.

The model writes no citations. Small ones cite badly, and the box knows better: it looks for the
utterances of each sentence as soon as the sentence has ended, so that what is streamed is what
stands there at the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from edgebox.ask.ground import loops, plain, sentences_of
from edgebox.ask.question import Citation
from edgebox.language.curses import without_curses
from edgebox.reading.sentences import last_whole, sentence_ends

if TYPE_CHECKING:
    from edgebox.ask.ground import Grounds, Place, Unsupported

_REFERENCE: Final = re.compile(r" ?\[\d{1,3}\]")
"""What a model writes like a citation. It would point at nothing."""


@dataclass(slots=True)
class Numbering:
    """Which ``[n]`` stands for which utterance of the call, in the order of first use."""

    numbers: dict[int, int] = field(default_factory=dict)

    def of(self, place: int) -> int:
        """Return the number of an utterance, a new one if it has none."""
        return self.numbers.setdefault(place, len(self.numbers) + 1)

    def cite(self, place: Place) -> Citation:
        """Return an utterance with its number."""
        return Citation(self.of(place.number), place.number, place.utterance)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finished answer, held against its evidence.

    Attributes:
        flags: of the whole answer.
        unsupported: spans of its Markdown.
        cited: numbers of utterances, in the order of their ``[n]``.
    """

    flags: tuple[str, ...]
    unsupported: tuple[Unsupported, ...]
    cited: tuple[int, ...]


class Cited:
    """The text so far.

    Args:
        grounds: the evidence; None if the answer has none, and is not looked for in any.
        numbering: of the citations; the evidence that was shown first has the first numbers.
        held: the model is held to the figures of the call. If it is not, a sentence is shown once
            its numbers were checked.
    """

    def __init__(self, grounds: Grounds | None, numbering: Numbering, *, held: bool) -> None:
        self._grounds = grounds
        self._numbering = numbering
        self._held = held or grounds is None
        self.written = ""  # by the model
        self.markdown = ""  # shown, with citations
        self.stopped = False  # at a number that was never said: what follows is not shown
        self._shown = 0  # characters of written that are shown
        self._ended = 0  # behind the last sentence of written that was cited
        self._cited: list[int] = []

    @property
    def general(self) -> bool:
        """Whether it is not held against a call."""
        return self._grounds is None

    def feed(self, piece: str) -> str:
        """Take a piece of the model's text, and return what to show next."""
        if self.stopped:
            return ""
        self.written += piece
        return self._show(growing=True)

    def finish(self, *, whole: bool) -> str:
        """Return what is left to show. ``whole`` is False where the text was cut in the middle."""
        if not whole:
            kept = cut(self.written[self._ended :])
            self.written = self.written[: self._ended] + kept
            if self._shown > len(self.written):  # it was shown and is taken back
                self._take_back()
        self.written = self.written.rstrip()
        return self._show(growing=False)

    def _take_back(self) -> None:
        extra = self._shown - len(self.written)
        self.markdown = self.markdown[: len(self.markdown) - extra]
        self._shown = len(self.written)

    def _show(self, *, growing: bool) -> str:
        before = len(self.markdown)
        for end in _ends(self.written, self._ended, growing=growing):
            sentence = self.written[self._ended : end]
            if not self._held and not self._figures_are_right(sentence):
                self.written = self.written[: self._ended]
                self.stopped = True
                break
            self.markdown += self.written[self._shown : end]
            self._shown = max(self._shown, end)
            self._ended = end
            self._cite(sentence)
        if self._held and (end := len(self.written.rstrip())) > self._shown:
            self.markdown += self.written[self._shown : end]
            self._shown = end
        return self.markdown[before:]

    def _figures_are_right(self, sentence: str) -> bool:
        return self._grounds is None or self._grounds.figures.bear_out(sentence)

    def _cite(self, sentence: str) -> None:
        bare = plain(sentence)
        if self._grounds is None or self._grounds.lacks(bare):
            return
        places = self._grounds.cite(bare)
        self._cited += [place for place in places if place not in self._cited]
        numbers = [self._numbering.of(place) for place in places]
        marks = "".join(f"[{number}]" for number in sorted(numbers))
        if marks:
            self.markdown += f" {marks}"

    @property
    def gives_nothing(self) -> bool:
        """Whether its first line says that the call has no answer."""
        first = plain(self.written).strip().split("\n")[0]
        return self._grounds is not None and self._grounds.gives_nothing(first)

    def mask(self) -> None:
        """Mask the curses of the call that the model repeats."""
        self.markdown = without_curses(self.markdown)

    def verdict(self) -> Verdict:
        """Hold the finished answer against its evidence."""
        flags: set[str] = set()
        spans: list[Unsupported] = []
        bare = _REFERENCE.sub(lambda match: " " * len(match[0]), plain(self.markdown))
        if self._grounds is not None:
            for start, end in sentences_of(bare):
                text = bare[start:end].rstrip()
                if not text or self._grounds.lacks(text):
                    continue
                checked = self._grounds.check(text)
                flags |= checked.flags
                spans += [
                    type(span)(span.start + start, span.end + start, span.kind)
                    for span in checked.unsupported
                ]
            if not self._cited:
                flags.add("no_citation")
        if loops(bare):
            flags.add("repetition")
        numbers = self._numbering.numbers
        cited = sorted(self._cited, key=lambda place: numbers[place])
        return Verdict(tuple(sorted(flags)), tuple(spans), tuple(cited))


def cut(text: str) -> str:
    """Return a text up to its last whole line, else its last whole sentence or clause, else ""."""
    lines = text.splitlines(keepends=True)
    done = [line for line in lines if line.endswith("\n")]
    rest = last_whole(lines[-1]) if lines and not lines[-1].endswith("\n") else ""
    return ("".join(done) + rest).rstrip()


def _ends(text: str, begin: int, *, growing: bool) -> list[int]:
    """Return the ends of the sentences and lines behind ``begin``."""
    ends = []
    at = begin
    for line in text[begin:].splitlines(keepends=True):
        content = line.rstrip("\n")
        closed = line.endswith("\n") or not growing
        found = sentence_ends(content, growing=not closed)
        if closed and content.strip() and (not found or content[found[-1] :].strip()):
            found.append(len(content.rstrip()))
        ends += [at + end for end in found]
        at += len(line)
    return ends
