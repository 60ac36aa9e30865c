"""The cases: calls with the facts that a good summary keeps, and what it must not invent."""

from __future__ import annotations

import codecs
import json
from datetime import date  # noqa: TC003 - pydantic reads it at run time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from edgebox.contract.requests import Transcript, Turn  # noqa: TC001 - as above
from edgebox.errors import CaseInvalid, UsageError
from edgebox.lab.evaluation.mistakes import mistakes as mistakes_of
from edgebox.lab.evaluation.mistakes import twice
from edgebox.lab.evaluation.outcomes import Outcome  # noqa: TC001 - as above
from edgebox.system.encodings import conversion

if TYPE_CHECKING:
    from collections.abc import Sequence

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Part = Literal["all", "development", "held_out"]


_STRICT = ConfigDict(extra="forbid", frozen=True)


class Fact(BaseModel):
    """Something said in a call that a summary should keep.

    Attributes:
        fact: in words, for the reader.
        any: accepted forms. One of them is enough.
        field: where an analysis should have it, or "any". Checked, but not used for judging.
        weight: 2 for what even a short summary should keep, else 1.
    """

    model_config = _STRICT

    fact: _Text
    any: Annotated[list[_Text], Field(min_length=1)]
    field: Literal["customer", "agent", "result", "any"] = "any"
    weight: Literal[1, 2] = 1


class Said(BaseModel):
    """A number as it was said, and what it means: 오월 이십구일, 2026-05-29."""

    model_config = _STRICT

    said: _Text
    value: _Text


def _text_or_turns(value: object, info: ValidationInfo) -> object:
    """Return the transcript, or the turns as the API hands them on; JSON becomes a text."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if "turns" not in info.data:
        return value or "-"  # the turns are wrong, which has an error of its own
    turns = info.data["turns"]
    if turns is None:
        return value
    if value:
        raise PydanticCustomError("either", "Give transcript or turns, not both.")
    return json.dumps(
        {"turns": [turn.model_dump(exclude_none=True) for turn in turns]}, ensure_ascii=False
    )


class Case(BaseModel):
    """One call with what its summary should hold.

    Attributes:
        turns: instead of a transcript, as a client may send them.
        transcript: what was said: text, a recogniser's JSON (in a file also as it is, not in a
            string), or ``turns`` as JSON.
        facts: none where, and only where, ``outcome_kind`` is 내용 없음.
        must_not: strings whose presence would be an invention.
        outcome: how the call ended, in words, for the reader.
        outcome_kind: how the call ended. None: not judged.
        call_date: of the call: an answer may name the date that 내일 was.
        names: of people, companies and products, as they should be written.
        numbers: as they were said, with their values: an answer may give either.
        hard: why the call is hard, in tags.
        held_out: no prompt may be tuned on it.
        domain: the trade: ``bank``, ``telecom``.
        style: how the transcript marks speakers.
    """

    model_config = _STRICT

    id: _Text
    title: str = ""
    turns: Annotated[list[Turn], Field(min_length=1)] | None = None
    transcript: Annotated[Transcript, BeforeValidator(_text_or_turns)] = Field(
        default="", validate_default=True
    )
    facts: list[Fact]
    must_not: list[_Text] = []
    outcome: str = ""
    outcome_kind: Outcome | None = None
    call_date: date | None = None
    names: list[str] = []
    numbers: list[Said] = []
    hard: list[_Text] = []
    held_out: StrictBool = False
    domain: str = ""
    style: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said: the right answer is that there is no content."""
        return self.outcome_kind == "내용 없음"

    @model_validator(mode="after")
    def _consistent(self) -> Case:
        if not self.facts and not self.is_empty:
            raise PydanticCustomError(
                "facts", "facts: Give at least one, or outcome_kind 내용 없음 if nothing was said."
            )
        if self.facts and self.is_empty:
            raise PydanticCustomError(
                "facts",
                "facts: Leave the list empty, or change outcome_kind: 내용 없음 is for calls in "
                "which nothing was said.",
            )
        accepted = {"".join(form.split()) for fact in self.facts for form in fact.any}
        for index, form in enumerate(self.must_not):
            if "".join(form.split()) in accepted:
                raise PydanticCustomError(
                    "must_not", f"must_not.{index}: Is also an accepted form of a fact."
                )
        return self


_KEYS = {
    "": list(Case.model_fields),
    "facts.*": list(Fact.model_fields),
    "numbers.*": list(Said.model_fields),
}


def load_cases(folders: Path | Sequence[Path]) -> list[Case]:
    """Read the ``*.json`` files of one or more folders, not of folders in them, in order of name.

    Args:
        folders: one case a file, in the form that ``docs/guide/operate.md`` describes.

    Raises:
        UsageError: there is no such folder.
        CaseInvalid: a folder holds no case, or files are not cases. The message has a line for
            each mistake: the file and what to write. It quotes nothing of a file but its keys.
    """
    cases: dict[str, Case] = {}
    mistakes: list[str] = []
    for folder in [folders] if isinstance(folders, Path) else folders:
        if not folder.is_dir():
            more = f" Name the folder that holds it: {folder.parent}" if folder.is_file() else ""
            raise UsageError(f"There is no folder {folder}.{more}")
        for file in _files(folder):
            found = case_in(file)
            if isinstance(found, list):
                mistakes += [f"{file.name}: {line}" for line in found]
            elif found.id in cases:
                mistakes.append(f"{file.name}: id: another file has the same; each needs its own.")
            else:
                cases[found.id] = found
    if mistakes:
        raise CaseInvalid("\n".join(mistakes))
    return list(cases.values())


def _files(folder: Path) -> list[Path]:
    """Return the cases' files, in order of their names. Those that macOS adds are none: ._a.json.

    Raises:
        CaseInvalid: there are none, or the folder cannot be read.
    """
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise CaseInvalid(f"{folder} cannot be read: {error.strerror}.") from None
    files = [one for one in inside if one.suffix.lower() == ".json" and one.name[:2] != "._"]
    if not files:
        deeper = next(folder.glob("*/*.json"), None)
        more = f" Name the folders in it that do, such as {deeper.parent}" if deeper else ""
        raise CaseInvalid(f"{folder} holds no .json files to evaluate with.{more}")
    return files


def case_in(file: Path) -> Case | list[str]:
    """Return the case in a file, or a line for each of its mistakes."""
    try:
        data = file.read_bytes()
        if advice := conversion(data, str(file)):
            return [advice]
        data = data.removeprefix(codecs.BOM_UTF8)
        case = Case.model_validate_json(data)
    except OSError as error:
        return [f"cannot be read: {error.strerror}."]
    except ValidationError as error:
        return list(mistakes_of(error, _KEYS))
    return twice(data, _KEYS) or case


def chosen(
    cases: Sequence[Case], part: Part = "all", *, hard: str | None = None, limit: int | None = None
) -> list[Case]:
    """Return the cases of a part, in order.

    Args:
        cases: to choose from.
        part: those held out, those for development, or all.
        hard: only those with this tag.
        limit: only the first so many.

    Raises:
        CaseInvalid: no case is left, or no case has the tag; the message lists the tags.
    """
    tags = sorted({tag for case in cases for tag in case.hard})
    if hard is not None and hard not in tags:
        raise CaseInvalid(f"No call has the tag {hard}. There are: {', '.join(tags) or 'none'}.")
    kept = [
        case
        for case in cases
        if (part == "all" or case.held_out == (part == "held_out"))
        and (hard is None or hard in case.hard)
    ]
    if not kept:
        wanted = "is held out" if part == "held_out" else "is for development"
        value = str(part == "held_out").lower()
        tagged = "" if hard is None else f" with the tag {hard}"
        raise CaseInvalid(
            f"None of the calls{tagged} {wanted}. Leave out --{part.replace('_', '-')}, or write "
            f'"held_out": {value} in some of the files.'
        )
    return kept[:limit]
