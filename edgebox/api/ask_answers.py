"""The end of a question as clients read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.api.problems import problem_of
from edgebox.contract import asks as contract

if TYPE_CHECKING:
    from edgebox.ask.question import Answer, Citation, Question

_HOUR = 3600


def answer(
    question: Question, ask_id: str, end: Answer, won_per_hour: float, request_id: str = ""
) -> contract.AskAnswer:
    """Return an end with its cost.

    Args:
        question: what was asked.
        ask_id: names it to its client.
        end: what came of it.
        won_per_hour: what an hour of the box costs; 0: no cost is given.
        request_id: of the request whose answer it is.
    """
    timing = end.timing
    seconds = sum(one.engine_seconds for one in end.usage.values())
    known = end.age is not None
    return contract.AskAnswer(
        ask_id=ask_id,
        consultation_id=question.consultation_id or None,
        status=end.status,
        acknowledgement=contract.Acknowledgement(text=end.acknowledged.text, by=end.acknowledged.by)
        if end.acknowledged
        else None,
        answer=contract.AnswerText(
            markdown=end.markdown, by=end.by, source="general" if end.general else "transcript"
        )
        if end.markdown
        else None,
        citations=[citation(one) for one in end.citations],
        grounding=contract.Grounding(
            grounded=bool(end.citations) and not end.flags and not end.general,
            flags=list(end.flags),
            unsupported=[
                contract.UnsupportedSpan(start=one.start, end=one.end, kind=one.kind)
                for one in end.unsupported
            ],
        ),
        cached=known,
        age_seconds=None if end.age is None else round(end.age, 1),
        timing=contract.AskTiming(
            evidence=_rounded(timing.evidence),
            first=_rounded(timing.first),
            answer_first=_rounded(timing.answer_first),
            total=round(timing.total, 3),
        ),
        usage={
            role: contract.ModelUsage(
                prompt_tokens=used.prompt_tokens,
                cached_tokens=used.cached_tokens,
                completion_tokens=used.completion_tokens,
                engine_seconds=round(used.engine_seconds, 3),
            )
            for role, used in end.usage.items()
        },
        cost=contract.Cost(amount=round(seconds * won_per_hour / _HOUR, 4))
        if won_per_hour
        else None,
        error=problem_of(end.error, request_id) if end.error else None,
    )


def citation(one: Citation) -> contract.Citation:
    """Return an utterance as clients read it."""
    said = one.utterance
    return contract.Citation(
        n=one.n,
        utterance=one.place,
        start=said.start,
        end=said.end,
        speaker=said.speaker,
        text=said.text,
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
