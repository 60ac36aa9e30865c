"""The questions: what an agent asks about a call, and what a right answer holds."""

from __future__ import annotations

import codecs
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from edgebox.errors import CaseInvalid, UsageError
from edgebox.lab.evaluation.cases import Case, case_in
from edgebox.lab.evaluation.mistakes import mistakes as mistakes_of
from edgebox.lab.evaluation.mistakes import twice
from edgebox.reading.call import read
from edgebox.system.encodings import conversion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edgebox.reading.call import Utterance

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_STRICT = ConfigDict(extra="forbid", frozen=True)

MAX_QUESTION: Final = 2000
"""Characters that the API accepts."""


class Wanted(BaseModel):
    """A fact that a right answer states.

    Attributes:
        fact: in words, for the reader.
        any: accepted forms. One of them is enough.
        utterances: places in the call, from 0, that each bear the fact out. One is enough.
    """

    model_config = _STRICT

    fact: _Text
    any: Annotated[list[_Text], Field(min_length=1)]
    utterances: Annotated[list[Annotated[StrictInt, Field(ge=0)]], Field(min_length=1)]


class Question(BaseModel):
    """A question about a call.

    Attributes:
        call: the file of the case that has the call, seen from the file of the questions.
        question: as an agent types it.
        answerable: whether the call answers it.
        facts: what a right answer states; none where it is not answerable.
        polarity: whether a right answer agrees with the question as it was asked: "yes" where
            it may begin with 네. None: it is no question of yes or no.
        opposite: forms that a wrong answer states: the reverse of what was said.
        hard: why the question is hard, in tags.
        why: why it is not answerable, in words, for the reader.
    """

    model_config = _STRICT

    id: _Text
    call: _Text
    question: Annotated[_Text, StringConstraints(max_length=MAX_QUESTION)]
    answerable: StrictBool = True
    facts: list[Wanted] = []
    polarity: Literal["yes", "no"] | None = None
    opposite: list[_Text] = []
    hard: list[_Text] = []
    why: str = ""

    @property
    def utterances(self) -> frozenset[int]:
        """The places of the call that answer the question."""
        return frozenset(place for fact in self.facts for place in fact.utterances)

    @model_validator(mode="after")
    def _consistent(self) -> Question:
        if self.answerable and not self.facts:
            raise PydanticCustomError(
                "facts",
                "facts: Give at least one, or answerable false if the call does not answer.",
            )
        if not self.answerable and (self.facts or self.polarity or self.opposite):
            raise PydanticCustomError(
                "answerable",
                "answerable: Write true, or leave facts, polarity and opposite out.",
            )
        accepted = {"".join(form.split()) for fact in self.facts for form in fact.any}
        for index, form in enumerate(self.opposite):
            if "".join(form.split()) in accepted:
                raise PydanticCustomError(
                    "opposite", f"opposite.{index}: Is also an accepted form of a fact."
                )
        return self


class Asked(BaseModel):
    """A question with its call.

    Attributes:
        case: the call, with its day and what may be written of its numbers.
    """

    model_config = ConfigDict(frozen=True)

    question: Question
    case: Case

    @property
    def id(self) -> str:
        """The question's."""
        return self.question.id


_KEYS: Final = {
    "": list(Question.model_fields),
    "facts.*": list(Wanted.model_fields),
}
_TEXT: Final = "Write a text."
_WANTED: Final = {
    "": "Write an object with id, call, question and facts on one line.",
    "id": "Write a text, another one on each line.",
    "call": "Write the file of the call's case, as seen from this file.",
    "question": f"Write the question as text, at most {MAX_QUESTION} characters.",
    "answerable": "Write true or false.",
    "facts": "Write a list of objects with fact, any and utterances.",
    "facts.*": "Write an object with fact, any and utterances.",
    "facts.*.fact": "Write the fact as text.",
    "facts.*.any": "Write a list of at least one accepted form.",
    "facts.*.any.*": _TEXT,
    "facts.*.utterances": "Write a list of at least one place in the call.",
    "facts.*.utterances.*": "Write a place as edgebox transcript --json counts them, from 0.",
    "polarity": "Write yes or no, or leave it out.",
    "opposite": "Write a list of texts.",
    "opposite.*": _TEXT,
    "hard": "Write a list of texts.",
    "hard.*": _TEXT,
    "why": _TEXT,
}


def load_questions(file: Path) -> list[Asked]:
    """Read a file of questions, one JSON object a line, and the calls that they are about.

    Args:
        file: in the form that ``docs/guide/operate.md`` describes. Empty lines are skipped.

    Raises:
        UsageError: there is no such file.
        CaseInvalid: it holds no question, or questions or their calls are wrong. The message has
            a line for each mistake: the file, the line and what to write. It quotes nothing of a
            file but its keys and the names of the calls' files.
    """
    if not file.is_file():
        more = f" It is a folder: name one of its files: {file}/*.jsonl" if file.is_dir() else ""
        raise UsageError(f"There is no file {file}.{more}")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CaseInvalid(f"{file.name}: cannot be read: {error.strerror}.") from None
    if advice := conversion(data, str(file)):
        raise CaseInvalid(f"{file.name}: {advice}")
    lines = data.removeprefix(codecs.BOM_UTF8).splitlines()
    if next(filter(None, map(bytes.strip, lines)), b"") in {b"{", b"["}:  # JSON, but indented
        raise CaseInvalid(f"{file.name}: {_WANTED['']}")
    loader = _Loader(file.parent)
    for number, line in enumerate(lines, 1):
        if line.strip():
            loader.add(line, f"{file.name}:{number}")
    if loader.mistakes:
        raise CaseInvalid("\n".join(loader.mistakes))
    if not loader.asked:
        raise CaseInvalid(f"{file} holds no questions to evaluate with.")
    return loader.asked


class _Loader:
    """Reads the lines of one file; each call is read once.

    Args:
        folder: the calls' names are seen from there.
    """

    def __init__(self, folder: Path) -> None:
        self.asked: list[Asked] = []
        self.mistakes: list[str] = []
        self._folder = folder
        self._lines: dict[str, str] = {}
        self._cases: dict[str, Case | list[str]] = {}
        self._utterances: dict[str, Sequence[Utterance]] = {}

    def add(self, line: bytes, place: str) -> None:
        """Read one line; ``place`` names it in messages."""
        try:
            question = Question.model_validate_json(line)
        except ValidationError as error:
            self.mistakes += [f"{place}: {one}" for one in mistakes_of(error, _KEYS, _WANTED)]
            return
        self.mistakes += [f"{place}: {one}" for one in twice(line, _KEYS)]
        if question.id in self._lines:
            other = self._lines[question.id]
            self.mistakes.append(f"{place}: id: {other} has the same; each line needs its own.")
            return
        self._lines[question.id] = place
        case = self._case(question.call)
        if isinstance(case, list):
            self.mistakes += [f"{place}: call: {question.call}: {one}" for one in case]
            return
        self.mistakes += [f"{place}: {one}" for one in self._misplaced(question, case)]
        self.asked.append(Asked(question=question, case=case))

    def _case(self, name: str) -> Case | list[str]:
        if name not in self._cases:
            self._cases[name] = case_in(self._folder / name)
        return self._cases[name]

    def _misplaced(self, question: Question, case: Case) -> list[str]:
        """Return a line for each place that is not an utterance of a person."""
        if question.call not in self._utterances:
            self._utterances[question.call] = read(case.transcript).utterances
        said = self._utterances[question.call]
        lines = []
        for at, fact in enumerate(question.facts):
            for index, place in enumerate(fact.utterances):
                where = f"facts.{at}.utterances.{index}"
                if place >= len(said):
                    lines.append(f"{where}: The call has {len(said)} utterances, from 0.")
                elif said[place].speaker == "system":
                    lines.append(f"{where}: No person says this one.")
        return lines


def tags_of(asked: Sequence[Asked]) -> list[tuple[str, int]]:
    """Return why questions are hard, and how many of them, the most frequent first."""
    return Counter(tag for one in asked for tag in one.question.hard).most_common()
