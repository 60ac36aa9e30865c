"""Faults that can be seen without understanding a text: loops, copies, markup, languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.families import wrong_families
from edgebox.language.frames import misframed
from edgebox.language.lost import lost_or_added
from edgebox.language.marked import mismarked
from edgebox.language.miscalled import wrong_names
from edgebox.language.misheard import misheard
from edgebox.language.names import names_in, names_of_call
from edgebox.language.things import things
from edgebox.language.weeks import another_week
from edgebox.language.words import squeeze
from edgebox.reading.sentences import split_sentences
from edgebox.scoring.computed import computed
from edgebox.scoring.month_parts import another_part
from edgebox.scoring.rounded import is_rounded
from edgebox.scoring.weekdays import another_weekday, is_beside_a_day, names_another_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from edgebox.language.number import Number
    from edgebox.scoring.alignment import Statement
    from edgebox.scoring.evidence import Said, Source, Text
    from edgebox.scoring.spoken import Spoken

COPIED_RUN: Final = 30
"""Characters without spaces taken over unchanged. Speech has no such run in a written summary;
names of products and companies are shorter."""

_MARKUP: Final = re.compile(
    r"</?think|<\||```|^\s*[{\[]\s*\"|\"\s*:\s*[\"\[{]|^(?:고객|상담사|상담원|customer"
    r"|agent)\s*[:：]"
    r"|\\n|\\u[0-9a-f]{4}",
    re.IGNORECASE | re.MULTILINE,
)


def markup(said: Said) -> Iterable[str]:
    """Flag JSON, speaker labels, chat marks or thinking left in a text."""
    return ["markup"] if any(_MARKUP.search(text) for text in said.texts) else []


_LOOP: Final = re.compile(r"(.{2,40}?)\1{2,}")
_DIGITS_ONLY: Final = re.compile(r"[\d\W]+")


def repeats(text: str, *, shortest: int = 8) -> bool:
    """Whether a text loops, or says a sentence of ``shortest`` characters or more twice."""
    loops = (match[1] for match in _LOOP.finditer(squeeze(text).casefold()))
    if any(not _DIGITS_ONLY.fullmatch(unit) for unit in loops):
        return True
    sentences = [squeeze(text[a:b]) for a, b in split_sentences(text)]
    long = [sentence.rstrip(".") for sentence in sentences if len(sentence) >= shortest]
    return len(set(long)) < len(long)


def repetition(said: Said) -> Iterable[str]:
    """Flag a loop in a line, a sentence said twice, and two lines that are the same."""
    squeezed = [field.squeezed.rstrip(".") for field in said.fields]
    keywords = {squeeze(word).casefold() for word in said.keywords}
    found = (
        len(set(squeezed)) < len(squeezed)
        or any(repeats(field.text) for field in (*said.fields, said.descriptive))
        or len(keywords) * 2 <= len(said.keywords)
    )
    return ["repetition"] if found else []


def ungrounded(text: Text, source: Text, without: Collection[Number] | None = None) -> bool:
    """Whether a text states a number, or a part of a month, that its source does not support.

    Args:
        text: of an analysis.
        source: what was said.
        without: the numbers that `unsaid` found, if they are known.
    """
    without = unsaid(text, source) if without is None else without
    if another_weekday(text, source, source.on) or another_part(text, source):
        return True
    return another_week(text.text, source.text, _days_said(text, source)) or not all(
        _day_was_said(one, text, source) if one.relative else one not in without
        for one in text.claims
    )


def _days_said(text: Text, source: Text) -> dict[int, bool]:
    """Return whether the source has each day of a text, by where the day ends."""
    days = ((one.end, set(filter(_DAY.fullmatch, one.requires))) for one in text.numbers)
    return {end: not source.provides.isdisjoint(day) for end, day in days if day}


def unsaid(text: Text, source: Text) -> set[Number]:
    """Return the numbers that a text states and its source neither has nor lets follow."""
    wanted = {
        one
        for one in text.claims
        if not source.bears_out(one, text.text)
        and not is_beside_a_day(one, source)
        and not is_rounded(one, text.text, source)
    }
    return wanted - computed(text, sorted(wanted, key=lambda one: one.start), source)


def _day_was_said(one: Number, text: Text, source: Text) -> bool:
    """Whether the day of 다음 달 25일 was said, whatever its month, and the month of 내년 5월.

    Of other words those that name one day are looked up: 모레, 금요일.
    """
    part = _FIGURES_OF.search(text.text, one.start, one.end)
    if part is None:
        return not names_another_day(one, text, source)
    said = f"{int(part[1])}{'d' if part[2] == '일' else 'mo'}"
    return said in source.provides or source.bears_out(one, text.text)


_DAY: Final = re.compile(r"(?:[0-9]{4}-)?[0-9]{1,2}-[0-9]{1,2}")
_FIGURES_OF: Final = re.compile(r"(?<![0-9])([0-9]{1,2}) ?([일월])$")

INVENTED: Final = 0.25
"""Share of the things that a statement names, of which the call must hold as much."""

_THINGS: Final = 4
"""Things that a statement names at least, to be judged by them. What was said in other words names
fewer that the call lacks, and what was invented is made of them."""


def invented(made: Iterable[Statement], source: Source, spoken: Spoken) -> bool:
    """Whether a whole statement names things of which the call says nothing.

    Its verbs are left out: a true statement may have others than the call (물러 달라 for 취소).
    """
    for statement in made:
        named = list(things(statement.text))
        if len(named) < _THINGS or any(item.number and item.where for item in statement.items):
            continue
        if any(name in source.squeezed for name in names_in(statement.text)):
            continue
        held = [max(source.holds(word), *spoken.where(word).values(), 0.0) for word in named]
        if sum(held) / len(held) < INVENTED:
            return True
    return False


def misnamed(said: Said, source: Source) -> bool:
    """Whether an analysis names a person or a thing otherwise than the call."""
    known = names_of_call(source.call)
    squeezed = squeeze(source.text)
    # Keywords are nouns without a title or a particle: 배선물 is no person.
    texts = (*(field.text for field in said.fields), said.descriptive.text)
    prose, listed = "\n".join(texts), "\n".join((*said.keywords, said.title.replace("_", "\n")))
    found = (
        *(wrong_names(text, squeezed, known) for text in texts),
        wrong_families(prose, source.text),
        wrong_names(listed, squeezed, known, listed=True),
        mismarked(f"{prose}\n{listed}", source.text, squeezed),
        misheard(prose, source.vocabulary),
        misheard(listed, source.vocabulary, listed=True),
        misframed(prose, source.vocabulary),
        lost_or_added(f"{prose}\n{listed}", source.vocabulary),
    )
    return any(True for names in found for _ in names)


_HANGUL: Final = re.compile(r"[가-힣]")
_LETTER: Final = re.compile(r"[^\W\d_]")
FOREIGN: Final = re.compile(
    r"(?![前故])[\u3040-\u30fa\u30fc-\u30ff\u4e00-\u9fff\u0400-\u04ff\u0e00-\u0e7f]"
)
"""Letters of Chinese, Japanese, Russian and Thai, but for ・, 前 and 故: Korean texts have them."""

_ENGLISH: Final = re.compile(
    r"\b(?:the|is|are|was|were|and|of|to|for|with|that|this|has|have|will|been|an|on|from)\b",
    re.IGNORECASE,
)
_KOREAN_ENDING: Final = re.compile(r"(?:[다요죠음함됨임]|[가-힣]{2,})[.!?\"'”)\s]*$")
"""A verb's ending or a noun in Hangul: product names in Latin letters may come before it."""

_ENGLISH_WORDS: Final = 2
"""English words of grammar in a line that make it English, whatever its verb."""

_CAPITAL: Final = r"(?:[A-Z]|[a-z](?=[A-Z]))(?:(?![가-힣])[\w'’+./-])*:?"
_FOREIGN_NAME: Final = re.compile(
    rf"(?<![\w'’+./-]){_CAPITAL}(?:(?: (?:and|of|the|for|in|on|to|with)){{0,2}}"
    rf" (?:{_CAPITAL}|[0-9][A-Za-z0-9+-]*|&))+(?![A-Za-z0-9])"
)
"""A name of two words or more, each with a capital but for those of grammar: Game of Thrones."""
_HEADLINE: Final = re.compile(
    r"\b(?:customers?|clients?|callers?|agents?|users?|refund(?:s|ed)?|inquir(?:y|ies|ed)"
    r"|quer(?:y|ies)|request(?:s|ed)?|call(?:s|ed)?|confirm(?:s|ed)?|complet(?:ed|e|ion)"
    r"|cancel(?:led|ed|s|lation)?|complaints?|issues?|resolved?|ordered|asked|payments?|billing"
    r"|delivery|shipping|delay(?:ed)?|failed|provided?|information|details?|summary|result|outcome"
    r"|none|not|no|yes|ok|okay|unknown|applicable|n/a"
    r"|he|she|they|wants?|needs?|will|would|was|were|is|are|has|have|been|did|does)\b",
    re.IGNORECASE,
)
"""What a record in English is worded with, in capitals as well: Customer Refund Request."""


def language(said: Said, source: Source) -> Iterable[str]:
    """Flag an analysis of a Korean consultation in another language: small models slip into one."""
    if _hangul(source.text) < 0.5:
        return []
    found = other_letters(said.whole.text, source.text)
    found = found or any(is_foreign(one.text, source.text) for one in said.fields)
    return ["not_korean"] if found else []


def slips(line: str, source: str) -> bool:
    """Whether a line slips into another language than its Korean source."""
    return other_letters(line, source) or is_foreign(line, source)


def other_letters(text: str, source: str) -> bool:
    """Whether a text has letters of Chinese, Japanese, Russian or Thai that its source has not."""
    return not set(FOREIGN.findall(text)) <= set(FOREIGN.findall(source))


def is_foreign(line: str, source: str = "") -> bool:
    """Whether a line is in another language: by its verb and its grammar, not by its letters.

    The names of products and works in it are no language: Microsoft Office Home and Business. In a
    line without Hangul they are those that its source says.
    """
    if _hangul(line) >= 0.5:
        return False
    korean = _HANGUL.search(line) is not None
    said = "" if korean else squeeze(source).casefold()

    def but_for_a_name(match: re.Match[str]) -> str:
        named = korean or squeeze(match[0]).casefold() in said
        return " " if named and not _HEADLINE.search(match[0]) else match[0]

    rest = _FOREIGN_NAME.sub(but_for_a_name, line)
    if len(_ENGLISH.findall(rest)) >= _ENGLISH_WORDS:
        return True
    return _LETTER.search(rest) is not None and not _KOREAN_ENDING.search(line)


def _hangul(text: str) -> float:
    letters = len(_LETTER.findall(text))
    return len(_HANGUL.findall(text)) / letters if letters else 0.0


def copied(said: Said, source: Source) -> bool:
    """Whether a line holds a long run of the transcript unchanged, that is no foreign name."""
    korean = _hangul(source.text) >= 0.5
    for one in said.fields:
        line, call = one.squeezed, source.squeezed
        names = set(_FOREIGN_NAME.findall(one.text)) if korean else set()
        for name in sorted(map(squeeze, names), key=lambda name: (-len(name), name)):
            line, call = (text.replace(name.casefold(), "\0") for text in (line, call))
        if copies(line, call):
            return True
    return False


def copies(text: str, source: str, *, run: int = COPIED_RUN, step: int = 6) -> bool:
    """Whether a text holds a run of its source unchanged; both are without white space.

    Args:
        text: of the answer.
        source: of the transcript.
        run: characters. Every run of this length is found.
        step: only every so many positions are looked at, so some runs that are up to
            ``step - 1`` characters shorter are found too.
    """
    span = run - step + 1
    return any(text[at : at + span] in source for at in range(0, len(text) - span + 1, step))
