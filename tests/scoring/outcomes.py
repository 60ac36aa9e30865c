"""Calls of a few lines with true and false outcomes: ``tests/data/outcomes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from edgebox.reading.call import read
from edgebox.scoring.quality import score
from edgebox.scoring.types import Analysis, Summary, Titles
from scoring.corruptions import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator


class Outcome(NamedTuple):
    """A sentence about a call, and whether the call bears it out."""

    call: str
    result: str
    true: bool


def load_outcomes(name: str) -> Iterator[Outcome]:
    """The sentences of a file: calls, each with its true (+) and false (-) ones."""
    for block in (DATA / "outcomes" / f"{name}.txt").read_text("utf-8").split("== ")[1:]:
        lines = block.splitlines()[1:]
        call = "".join(f"{line}\n" for line in lines if line[:2] not in {"+ ", "- "})
        for line in lines:
            if line[:2] in {"+ ", "- "}:
                yield Outcome(call, line[2:], line[0] == "+")


def flags_of(call: str, result: str) -> tuple[str, ...]:
    """What the score flags in an analysis that says no more than one result."""
    analysis = Analysis(
        summary=Summary(customer="문의했습니다.", agent="안내했습니다.", result=result),
        keywords=["문의", "안내"],
        titles=Titles(keyword="문의_안내", descriptive="문의 안내"),
    )
    return score(analysis, read(call)).flags
