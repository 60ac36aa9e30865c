"""Calls of a few lines with true and false outcomes: ``tests/data/outcomes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from edgebox.language.words import content_words
from edgebox.reading.call import read
from edgebox.scoring.quality import score
from edgebox.scoring.types import Analysis, Summary, Titles
from scoring.corruptions import DATA

if TYPE_CHECKING:
    import datetime as dt
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


class Whole(NamedTuple):
    """A call of a few lines with a whole good analysis and results that spoil it.

    Attributes:
        call: as it is received.
        good: a true analysis.
        others: the same with other results that are true too.
        spoilt: analyses by what is wrong with them: ``-`` the outcome denied, ``?`` a condition
            told as a fact, ``!`` a refused or withdrawn request told as granted, ``>`` a promise of
            the other side, ``~`` a name wrong by a syllable.
    """

    call: str
    good: Analysis
    others: list[Analysis]
    spoilt: list[tuple[str, Analysis]]


def load_whole(name: str) -> Iterator[Whole]:
    """Calls with their analyses: lines with C, A and + hold the customer's, agent's and result."""
    for block in (DATA / "outcomes" / f"{name}.txt").read_text("utf-8").split("== ")[1:]:
        lines = block.splitlines()[1:]
        call = "".join(f"{line}\n" for line in lines if line[1:2] != " ")
        said = [(line[0], line[2:]) for line in lines if line[1:2] == " "]
        customer, agent = (next(text for k, text in said if k == kind) for kind in "CA")
        good, *others = (_whole(customer, agent, text) for kind, text in said if kind == "+")
        spoilt = []
        for kind, text in said:
            if kind in "-?!>":
                spoilt.append((kind, _whole(customer, agent, text)))
            elif kind == "~":
                old, new = text.split()
                lines = (good.summary.customer, good.summary.agent, good.summary.result)
                spoilt.append((kind, _whole(*(line.replace(old, new) for line in lines))))
        yield Whole(call, good, others, spoilt)


def _whole(customer: str, agent: str, result: str) -> Analysis:
    words = [*dict.fromkeys(content_words(f"{customer} {result}")), "문의", "안내"][:4]
    return Analysis(
        summary=Summary(customer=customer, agent=agent, result=result),
        keywords=words,
        titles=Titles(keyword="_".join(words[:3])[:40], descriptive=" ".join(words[:3])),
    )


def flags_of(
    call: str,
    result: str,
    call_date: dt.date | None = None,
    *,
    customer: str = "문의했습니다.",
    agent: str = "안내했습니다.",
) -> tuple[str, ...]:
    """What the score flags in an analysis that says no more than one result, or another line."""
    analysis = Analysis(
        summary=Summary(customer=customer, agent=agent, result=result),
        keywords=["문의", "안내"],
        titles=Titles(keyword="문의_안내", descriptive="문의 안내"),
    )
    return score(analysis, read(call), call_date=call_date).flags


def flags_of_customer(call: str, customer: str) -> tuple[str, ...]:
    """What the score flags in an analysis that says no more than the customer's line."""
    return flags_of(call, "안내했습니다.", customer=customer)
