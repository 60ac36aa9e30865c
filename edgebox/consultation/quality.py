"""How far an analysis can be trusted, computed from the transcript alone.

There is no reference summary to compare with, so this is no accuracy. It asks three things:

* **grounding**: is what the analysis says in the transcript, and from the right speaker's mouth?
* **coverage**: are the transcript's facts, its main words and its outcome in the analysis?
* **form**: would a person put it into the record as it is?

A flag caps the score where one fault spoils the whole, however good the rest is: a wrong amount
in an otherwise perfect record is what a reader will not notice.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from edgebox.consultation.fallback import extractive_summary
from edgebox.consultation.korean import Number, names_in, numbers_in, supports
from edgebox.consultation.leak import leaks_example
from edgebox.consultation.transcript import split_sentences, split_utterances
from edgebox.consultation.words import bigrams, content_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgebox.consultation.types import Analysis

WEIGHTS: Final = {"grounding": 0.50, "coverage": 0.35, "form": 0.15}
"""An invented fact does more harm than a missing one, a missing one more than bad style."""

CAPS: Final = {
    # Words of another consultation: nothing in it can be relied on.
    "leaked_example": 0.3,
    # The model fell into a loop: what it meant to say is lost.
    "repetition": 0.4,
    # Another language, or none, for a Korean consultation: cannot go into the record.
    "not_korean": 0.4,
    # One number that was never said. The rest may be right, so half.
    "ungrounded_number": 0.5,
    # What the customer said is told as the agent's, and the other way round.
    "speakers_swapped": 0.6,
    # JSON, labels or thinking left in the text: readable, but not as a record.
    "markup": 0.6,
}
"""Highest score that an analysis with the flag can have. The lowest cap counts."""

SOFT_FLAGS: Final = ("copied_sentences", "no_outcome")
"""Flags that lower a part and cap nothing."""

_COPIED_RUN: Final = 30
"""Characters without spaces taken over unchanged. Speech has no such run in a written summary;
names of products and companies are shorter."""

_FACTS_EXPECTED: Final = 4
"""An analysis is three lines: of many numbers in a transcript it need hold no more than these."""

_WORDS_EXPECTED: Final = 0.5
"""Of the main words, the share that good summaries held; a summary is no word list."""

_TAIL: Final = 0.4
"""The last part of a transcript, in characters, where the outcome stands."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The score and why.

    Attributes:
        score: 0 to 1, three digits: the weighted parts, capped.
        grounding: 0 to 1.
        coverage: 0 to 1.
        form: 0 to 1.
        flags: What was found wrong, in alphabetical order.
        caps: The cap of every flag that has one.
    """

    score: float
    grounding: float
    coverage: float
    form: float
    flags: tuple[str, ...]
    caps: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """The ``quality`` object of the callback; the score stands beside it."""
        return {
            "grounding": self.grounding,
            "coverage": self.coverage,
            "form": self.form,
            "flags": list(self.flags),
            "caps": dict(self.caps),
        }


def score(analysis: Analysis, transcript: str, *, examples: Sequence[str] = ()) -> Quality:
    """Scores an analysis against its transcript.

    Args:
        analysis: What the model gave.
        transcript: The transcript as received.
        examples: The prompt's examples, to find them leaked into the analysis.

    Returns:
        The same for the same arguments, always. Time is linear in the transcript.
    """
    source = _Source(unicodedata.normalize("NFKC", transcript))
    said = _Said(analysis)
    flags = set(_markup(said)) | set(_repetition(said)) | set(_language(said, source))
    if examples and leaks_example("\n".join(said.texts), transcript, examples):
        flags.add("leaked_example")
    if not all(supports(source.gives, number) for number in said.claims):
        flags.add("ungrounded_number")
    attribution = _attribution(said, source)
    if attribution is not None and attribution < 0.35:
        flags.add("speakers_swapped")
    outcome = _outcome(said, source)
    if outcome < 0.35:
        flags.add("no_outcome")
    if _copied(said, source):
        flags.add("copied_sentences")
    grounding = _grounding(said, source, attribution)
    coverage = _coverage(said, source, outcome)
    form = _form(said, source, flags)
    total = (
        WEIGHTS["grounding"] * grounding + WEIGHTS["coverage"] * coverage + WEIGHTS["form"] * form
    )
    caps = {flag: CAPS[flag] for flag in sorted(flags) if flag in CAPS}
    return Quality(
        score=round(min(total, *caps.values(), 1.0), 3),
        grounding=round(grounding, 3),
        coverage=round(coverage, 3),
        form=round(form, 3),
        flags=tuple(sorted(flags)),
        caps=caps,
    )


class _Text:
    """A text with its numbers, words and letters, each read once."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def numbers(self) -> list[Number]:
        return numbers_in(self.text)

    @cached_property
    def gives(self) -> frozenset[str]:
        return frozenset().union(*(number.gives for number in self.numbers))

    @cached_property
    def words(self) -> Counter[str]:
        """Content words outside numbers."""
        parts, pos = [], 0
        for number in self.numbers:
            parts.append(self.text[pos : number.start])
            pos = number.end
        return Counter(content_words(" ".join([*parts, self.text[pos:]])))

    @cached_property
    def squeezed(self) -> str:
        return "".join(self.text.split()).casefold()

    @cached_property
    def bigrams(self) -> set[str]:
        return bigrams(self.text.casefold())

    def holds(self, word: str) -> float:
        """How much of a word is here: all of it, or the share of its character pairs.

        Compounds are written together or apart at will (방문수리, 방문 수리), and endings differ.
        """
        if word in self.squeezed:
            return 1.0
        pairs = [word[i : i + 2] for i in range(len(word) - 1)]
        return sum(pair in self.bigrams for pair in pairs) / len(pairs)


class _Source(_Text):
    """The transcript: whole, by speaker, and its last part. Times of recording are left out."""

    def __init__(self, transcript: str) -> None:
        utterances = split_utterances(transcript)
        super().__init__("\n".join(utterance.text for utterance in utterances))
        by = {
            speaker: "\n".join(u.text for u in utterances if u.speaker == speaker)
            for speaker in ("customer", "agent")
        }
        self.attributed = bool(by["customer"] and by["agent"])
        self.customer, self.agent = _Text(by["customer"]), _Text(by["agent"])
        least = min(len(self.text), max(120, int(len(self.text) * _TAIL)))
        self.tail = _Text(self.text[len(self.text) - least :])
        self.key = _Text(extractive_summary(transcript, 400))


class _Said:
    """The analysis, field by field."""

    def __init__(self, analysis: Analysis) -> None:
        summary, titles = analysis.summary, analysis.titles
        self.customer, self.agent, self.result = (
            _Text(unicodedata.normalize("NFKC", text))
            for text in (summary.customer, summary.agent, summary.result)
        )
        self.fields = (self.customer, self.agent, self.result)
        self.keywords = [unicodedata.normalize("NFKC", word) for word in analysis.keywords]
        self.title = unicodedata.normalize("NFKC", titles.keyword)
        self.descriptive = _Text(unicodedata.normalize("NFKC", titles.descriptive))
        listed = (*self.keywords, self.title.replace("_", " "))
        self.texts = tuple(f.text for f in (*self.fields, self.descriptive)) + listed
        self.whole = _Text("\n".join(self.texts))
        self.prose = _Text("\n".join(field.text for field in self.fields))
        # One of a thing, and a small figure of a range (2~3일), say nothing by themselves.
        self.claims = [
            number
            for number in self.whole.numbers
            if number.value not in {"0", "1"}
            and not (number.kind == "plain" and len(number.value) < 2)
        ]


def _grounding(said: _Said, source: _Source, attribution: float | None) -> float:
    """Numbers, words and speakers. What there is nothing to judge by counts for nothing."""
    parts = [(0.45, _grounded_words(said, source))]
    if said.claims:
        borne = sum(supports(source.gives, number) for number in said.claims)
        parts.append((0.35, borne / len(said.claims)))
    if attribution is not None:
        parts.append((0.20, attribution))
    return sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)


def _grounded_words(said: _Said, source: _Source) -> float:
    """Half the average over all, half the worst sentence: one invented claim must show."""
    sentences = [_Text(field.text[a:b]) for field in said.fields for a, b in _clauses(field.text)]
    lists = [_Text(" ".join(said.keywords)), said.descriptive]
    rated = [
        (_mean(source.holds(word) for word in text.words), len(text.words))
        for text in (*sentences, *lists)
        if text.words
    ]
    rated += [(_mean(source.holds(name) for name in names), 1) for names in [_names(said)] if names]
    if not rated:
        return 0.0
    total = sum(count for _, count in rated)
    average = sum(value * count for value, count in rated) / total
    worst = min((value for value, count in rated if count >= 2), default=average)
    return 0.5 * average + 0.5 * worst


def _names(said: _Said) -> list[str]:
    return names_in(said.whole.text)


_CLAUSE_END: Final = re.compile(r"[,;]\s+|(?<=[고며])\s+")


def _clauses(text: str) -> list[tuple[int, int]]:
    """Sentences, cut again where one statement is joined to the next."""
    spans = []
    for start, end in split_sentences(text):
        at = start
        for match in _CLAUSE_END.finditer(text, start, end):
            spans.append((at, match.end()))
            at = match.end()
        spans.append((at, end))
    return spans


# What the two fields of a summary end with: the verbs of who asks and of who serves.
_ASKS: Final = re.compile(
    r"문의|요청|원[하했함]|희망|호소|불만|질문|물[었음]|묻|신고|항의|궁금|싶|바[랐라람]|부탁|요구"
    r"|제기|의뢰"
)
_SERVES: Final = re.compile(
    r"안내|확인해|접수[했함하해]|처리[했함하해]|설명|사과|답변|드[렸림]|제안|약속|조회|도왔|알려"
    r"|권[했유]|발급해|발송"
)


def _attribution(said: _Said, source: _Source) -> float | None:
    """Whether the customer's line is told from the customer's words, the agent's from the agent's.

    Only words and numbers that one of the two alone said can tell; then each counts. Two lines
    whose verbs are those of the wrong side count as six such words.

    Returns:
        0 (all swapped) to 1; None where nothing can tell.
    """
    right = wrong = 0.0
    if source.attributed:
        for field, own, other in (
            (said.customer, source.customer, source.agent),
            (said.agent, source.agent, source.customer),
        ):
            mine = sum(_only(word, own, other) for word in field.words)
            theirs = sum(_only(word, other, own) for word in field.words)
            for number in field.numbers:
                mine += supports(own.gives, number) and not supports(other.gives, number)
                theirs += supports(other.gives, number) and not supports(own.gives, number)
            right, wrong = right + mine, wrong + theirs
    verbs = [
        bool(_ASKS.search(said.customer.text[-14:]))
        - bool(_SERVES.search(said.customer.text[-14:])),
        bool(_SERVES.search(said.agent.text[-14:])) - bool(_ASKS.search(said.agent.text[-14:])),
    ]
    right += 3 * sum(max(0, verb) for verb in verbs)
    wrong += 3 * sum(max(0, -verb) for verb in verbs)
    if right + wrong == 0:
        return None
    # A customer's line often holds what the agent named first: a third against is ordinary.
    return min(1.0, (right + 0.5) / (right + wrong + 0.5) * 1.5)


def _only(word: str, one: _Text, other: _Text) -> bool:
    return word in one.squeezed and word not in other.squeezed


def _outcome(said: _Said, source: _Source) -> float:
    """Whether ``result`` tells how this call ended: its words stand in the last part."""
    numbers = [number for number in said.claims if number in said.result.numbers]
    words = list(said.result.words)
    if not words and not numbers:
        return 0.0
    held = [source.tail.holds(word) for word in words]
    held += [float(supports(source.tail.gives, number)) for number in numbers]
    grounded = _mean(held)
    substance = min(1.0, (len(words) + 2 * len(numbers)) / 4)
    customer = set(said.customer.words)
    # A result that only says again what the customer wanted is none.
    new = [word for word in words if word not in customer]
    fresh = 1.0 if numbers or not words else min(1.0, len(new) / len(words) * 2)
    ending = numbers_in(source.key.text)
    expected = [number for number in ending if number.kind != "plain"]
    recall = _mean(supports(said.prose.gives, number) for number in expected) if expected else 1.0
    return grounded * (0.5 * substance + 0.3 * fresh + 0.2 * recall)


def _coverage(said: _Said, source: _Source, outcome: float) -> float:
    """Facts, main words and outcome of the transcript that the analysis holds."""
    facts = {
        number.value: number
        for number in source.numbers
        if number.kind in {"amount", "date", "time", "percent", "code"}
        or (number.kind == "count" and not number.value.isdigit())
    }
    found = sum(supports(said.whole.gives, number) for number in facts.values())
    main = _main_words(source)
    held = _mean(said.whole.holds(word) > 0.6 for word in main)
    parts = [(0.40, outcome), (0.30, min(1.0, held / _WORDS_EXPECTED) if main else 1.0)]
    if facts:
        parts.append((0.30, min(1.0, found / min(len(facts), _FACTS_EXPECTED))))
    return sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)


def _main_words(source: _Source) -> list[str]:
    """The words of the request and of the outcome, and those said again and again."""
    often = [word for word, count in source.words.most_common(6) if count > 1]
    return list(dict.fromkeys([*often, *source.key.words]))[:16]


_ENDS: Final = re.compile(
    r"(?:[다요죠까]|[함됨음임]|예정|완료|접수|안내|요청|문의|필요|없음|있음)[.!?]?$"
)
_KEYWORD_TITLE: Final = re.compile(r"[^\s_]+(?:_[^\s_]+){1,4}")


def _form(said: _Said, source: _Source, flags: set[str]) -> float:
    """The share of the rules of a usable record that hold."""
    whole_lines = [field for field in said.fields if 8 <= len(field.text) <= 200]
    ends = [field for field in said.fields if _ENDS.search(field.text.strip())]
    unique = {"".join(word.split()).casefold() for word in said.keywords}
    grounded = [word for word in said.keywords if source.holds("".join(word.split())) >= 0.6]
    checks = [
        len(whole_lines) / 3,
        len(ends) / 3,
        float(_KEYWORD_TITLE.fullmatch(said.title) is not None),
        float(5 <= len(said.descriptive.text) <= 60),
        len(unique) / len(said.keywords) if 2 <= len(said.keywords) <= 8 else 0.0,
        len(grounded) / len(said.keywords),
        float(not flags & {"markup", "not_korean"}),
        float("copied_sentences" not in flags),
    ]
    return sum(checks) / len(checks)


_MARKUP: Final = re.compile(
    r"</?think|<\||```|^\s*[{\[]\s*\"|\"\s*:\s*[\"\[{]|^(?:고객|상담사|상담원|customer"
    r"|agent)\s*[:：]"
    r"|\\n|\\u[0-9a-f]{4}",
    re.IGNORECASE | re.MULTILINE,
)


def _markup(said: _Said) -> Iterable[str]:
    return ["markup"] if any(_MARKUP.search(text) for text in said.texts) else []


_LOOP: Final = re.compile(r"(.{2,40}?)\1{2,}")
_DIGITS_ONLY: Final = re.compile(r"[\d\W]+")


def _repetition(said: _Said) -> Iterable[str]:
    """A loop inside a line, a sentence said twice, or two lines that are the same."""
    squeezed = [field.squeezed.rstrip(".") for field in said.fields]
    if len(set(squeezed)) < len(squeezed):
        return ["repetition"]
    for field in (*said.fields, said.descriptive):
        loops = (match[1] for match in _LOOP.finditer(field.squeezed))
        if any(not _DIGITS_ONLY.fullmatch(unit) for unit in loops):
            return ["repetition"]
        sentences = ["".join(field.text[a:b].split()) for a, b in split_sentences(field.text)]
        long = [sentence.rstrip(".") for sentence in sentences if len(sentence) >= 8]
        if len(set(long)) < len(long):
            return ["repetition"]
    unique = {"".join(word.split()).casefold() for word in said.keywords}
    return ["repetition"] if len(unique) * 2 <= len(said.keywords) else []


_HANGUL: Final = re.compile(r"[가-힣]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_FOREIGN: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\u0400-\u04ff\u0e00-\u0e7f]")


def _language(said: _Said, source: _Source) -> Iterable[str]:
    """Small models fall into Chinese or English: wrong where the consultation is Korean."""
    if _hangul(source.text) < 0.5:
        return []
    foreign = set(_FOREIGN.findall(said.whole.text)) - set(_FOREIGN.findall(source.text))
    lines = [field.text for field in said.fields]
    return ["not_korean"] if foreign or any(_hangul(line) < 0.5 for line in lines) else []


def _hangul(text: str) -> float:
    letters = len(_LETTER.findall(text))
    return len(_HANGUL.findall(text)) / letters if letters else 0.0


def _copied(said: _Said, source: _Source) -> bool:
    """Whether a line holds a long run of the transcript unchanged."""
    step = 6
    span = _COPIED_RUN - step + 1
    return any(
        field.squeezed[at : at + span] in source.squeezed
        for field in said.fields
        for at in range(0, len(field.squeezed) - span + 1, step)
    )


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
