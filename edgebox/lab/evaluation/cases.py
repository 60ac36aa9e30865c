"""The cases: transcripts with the facts that a good summary keeps, and what it must not invent."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from edgebox.errors import CaseInvalid

if TYPE_CHECKING:
    from pathlib import Path

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Fact(BaseModel):
    """Something said in a transcript that a summary should keep.

    Attributes:
        fact: in words, for the reader.
        any: accepted forms. One of them is enough.
        field: where an analysis should have it, or "any". Checked, but not used for judging.
        weight: 2 for what even a short summary should keep, else 1.
    """

    fact: _Text
    any: Annotated[list[_Text], Field(min_length=1)]
    field: Literal["customer", "agent", "result", "any"] = "any"
    weight: Annotated[int, Field(ge=1, le=10)] = 1


class Case(BaseModel):
    """One transcript with what its summary should hold. Other fields are ignored."""

    id: _Text
    title: str = ""
    transcript: _Text
    facts: Annotated[list[Fact], Field(min_length=1)]
    must_not: list[_Text] = []


def load_cases(folder: Path, limit: int | None = None) -> list[Case]:
    """Read the ``*.json`` files of a folder, in order of their names.

    Args:
        folder: one case a file, as ``tests/data/README.md`` describes it.
        limit: read only this many.

    Raises:
        CaseInvalid: there is no such folder, it holds no case, or a file is not a case. The
            message names the file and what is wrong, and quotes nothing of it.
    """
    if not folder.is_dir():
        raise CaseInvalid(f"There is no folder {folder}.")
    files = sorted(folder.glob("*.json"))[:limit]
    if not files:
        raise CaseInvalid(f"{folder} holds no .json files to evaluate with.")
    cases: dict[str, Case] = {}
    for file in files:
        case = _read(file)
        if case.id in cases:
            raise CaseInvalid(f"{file.name}: id: another file has the same; each needs its own.")
        cases[case.id] = case
    return list(cases.values())


def _read(file: Path) -> Case:
    try:
        return Case.model_validate_json(file.read_bytes().removeprefix(codecs.BOM_UTF8))
    except OSError as error:
        raise CaseInvalid(f"{file.name}: cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        what = "not JSON in UTF-8" if first["type"] == "json_invalid" else first["msg"]
        line = f"{place}: {what}" if place else what
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise CaseInvalid(f"{file.name}: {line}{more}.") from None
