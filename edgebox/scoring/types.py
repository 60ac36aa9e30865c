"""What an analysis is: the shape that the model's schema, the score and the result share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict  # pydantic takes no other below Python 3.12

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Summary(_Part):
    """What the customer wanted, what the agent did, how it ended: one line each."""

    customer: Line
    agent: Line
    result: Line


class Titles(_Part):
    """A title made of keywords joined by ``_``, and one a person would write."""

    keyword: Word
    descriptive: Annotated[Line, StringConstraints(max_length=120)]


class Analysis(_Part):
    """One consultation's analysis, as the model must give it."""

    summary: Summary
    keywords: Annotated[list[Word], Field(min_length=1, max_length=8)]
    titles: Titles


class QualityParts(TypedDict):
    """The parts of ``quality_score``, 0 to 1, what was found wrong, and the caps that followed."""

    grounding: float
    coverage: float
    form: float
    flags: list[str]
    caps: dict[str, float]


class ClauseEvidence(TypedDict):
    """One statement of a summary and what bears it out.

    ``utterances`` are indices into the call as it was read (``edgebox transcript FILE --json``
    lists them), the best first, at most three; none if nothing in the call bears it out.
    """

    text: str
    utterances: list[int]
    support: Annotated[float, Field(description="0 to 1: the share that the utterances hold")]


class Evidence(TypedDict):
    """The statements of each line of a summary, in order, with their evidence."""

    customer: list[ClauseEvidence]
    agent: list[ClauseEvidence]
    result: list[ClauseEvidence]
