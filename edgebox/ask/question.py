"""A question, what happens to it, and its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Final, Literal

from edgebox.engine_client import Delta

if TYPE_CHECKING:
    from datetime import date

    from edgebox.ask.ground import Unsupported
    from edgebox.ask.prompts import Pair
    from edgebox.engine_client import Completion
    from edgebox.errors import EdgeBoxError
    from edgebox.reading.call import Utterance
    from edgebox.settings import Role

Status = Literal["success", "partial", "fallback", "no_evidence", "no_content", "failed"]
Asked = Literal["transcript", "general"]
Asker = tuple[str, str]
"""A client, and the operator whose screen asks; empty for the client's programs."""

EXTRACTIVE = "extractive"
NO_MODEL = "none"


class Turn(IntEnum):
    """When the engine takes an answer: its priority, patient. Lower is first."""

    FIRST = 30
    FURTHER = 32
    LOW = 40


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a call.

    Attributes:
        text: as it was asked.
        transcript: the call as received: text, or turns as JSON. Empty if nothing was said yet,
            and for questions that are not about a call.
        arrived: monotonic seconds.
        deadline: seconds from the arrival to the end of the answer.
        sources: what the answer may come from. General knowledge only where the call has nothing.
        history: earlier questions about the call with their answers.
        client_id: answers and what was read are shared only within a client.
        operator: whose screen asks; empty for the client's programs.
        consultation_id: the client's.
        call_date: the day of the call, if it is known.
        cache: whether an answer that is known may be given, and this one be kept.
        low: the question gives way to others'.
        turn: when the engine takes it, once it is admitted (`shares.py`).
    """

    text: str
    transcript: str
    arrived: float
    deadline: float
    sources: frozenset[Asked] = frozenset({"transcript"})
    history: tuple[Pair, ...] = ()
    client_id: str = ""
    operator: str = ""
    consultation_id: str = ""
    call_date: date | None = None
    cache: bool = True
    low: bool = False
    turn: Turn = Turn.FIRST

    @property
    def about_a_call(self) -> bool:
        """Whether it is answered from a call, even one in which nothing was said."""
        return "transcript" in self.sources

    @property
    def asker(self) -> Asker:
        """Whose places it takes."""
        return self.client_id, self.operator

    def is_about(self, client_id: str, consultation_id: str) -> bool:
        """Whether it is about this call."""
        return (self.client_id, self.consultation_id) == (client_id, consultation_id)


@dataclass(frozen=True, slots=True)
class Citation:
    """An utterance that an answer points at with ``[n]``.

    Attributes:
        place: its number in the call as it was read.
    """

    n: int
    place: int
    utterance: Utterance


_NOTHING: Final = Delta("")


@dataclass(slots=True)
class Usage:
    """What a model did for one question."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    engine_seconds: float = 0.0

    def add(self, piece: Delta | Completion, since: Delta | Completion | None = None) -> None:
        """Add the counts of a generation, or what they grew by since its piece before."""
        before = since or _NOTHING
        self.prompt_tokens += piece.prompt_tokens - before.prompt_tokens
        self.cached_tokens += piece.cached_tokens - before.cached_tokens
        self.completion_tokens += piece.completion_tokens - before.completion_tokens
        self.engine_seconds += piece.engine_seconds - before.engine_seconds


@dataclass(slots=True)
class Timing:
    """Seconds from the arrival; None of what did not happen.

    Attributes:
        evidence: until the utterances were found.
        first: until the acknowledgement or the first text, whichever came first.
        answer_first: until the first text of the answer.
        total: until the end.
    """

    evidence: float | None = None
    first: float | None = None
    answer_first: float | None = None
    total: float = 0.0

    def later(self, seconds: float) -> Timing:
        """Return it for an equal question that came so much later."""

        def of(moment: float | None) -> float | None:
            return None if moment is None else max(0.0, moment - seconds)

        first, begun = of(self.first), of(self.answer_first)
        return Timing(of(self.evidence), first, begun, max(0.0, self.total - seconds))


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The one sentence that says what is being looked for.

    Attributes:
        by: the small model, or ``template``.
    """

    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found in the call, before any model has read it."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """More of the answer's Markdown. It is a draft until the answer is done."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a question, whatever happened to it.

    Attributes:
        markdown: empty if it failed.
        by: the model, ``extractive`` for the call's own utterances, ``none``.
        citations: what ``[n]`` in the Markdown stands for, or what is nearest to the question.
        flags: what is wrong with the answer; none is a clean one.
        unsupported: spans of the Markdown that nothing in the call bears out.
        general: it comes from what the model knows: nothing bears it out.
        age: seconds since it was made, where it was kept from an earlier question.
    """

    status: Status
    markdown: str
    by: str
    acknowledged: Acknowledged | None
    citations: tuple[Citation, ...] = ()
    flags: tuple[str, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    timing: Timing = field(default_factory=Timing)
    usage: dict[Role, Usage] = field(default_factory=dict)
    general: bool = False
    retries: int = 0
    age: float | None = None
    error: EdgeBoxError | None = None

    @property
    def clean(self) -> bool:
        """Whether the same question may be answered with it again."""
        return self.status == "success" and not self.flags and not self.general


Event = Evidence | Acknowledged | Text | Answer
