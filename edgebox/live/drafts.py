"""Drafts as screens get them: what a model wrote, with what bears it out and what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgebox.ask.ground import Grounds, Place
from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from edgebox.consultation.quick_result import QuickResult
    from edgebox.reading.call import Utterance

FIELDS = ("customer", "agent", "result")
"""The texts of a record."""


def grounds_of(utterances: Sequence[Utterance], on: dt.date | None) -> Grounds:
    """Return the evidence that a call is. Takes some 10 ms for 1,000 characters.

    Args:
        utterances: of the whole call, with their indices.
        on: the day of the call.
    """
    said = enumerate(utterances)
    return Grounds([Place(n, one) for n, one in said if one.speaker != "system"], on)


def held(text: str, grounds: Grounds) -> dict[str, list[dict[str, Any]]]:
    """Return the ``links`` of a text's sentences to utterances, and its ``unsupported`` spans."""
    links, unsupported = [], []
    for start, end in split_sentences(text):
        sentence = text[start:end].rstrip()
        if not sentence:
            continue
        utterances, support = grounds.align(sentence)
        if utterances:
            links.append(
                {
                    "start": start,
                    "end": start + len(sentence),
                    "utterances": utterances,
                    "support": round(support, 2),
                }
            )
        for span in grounds.check(sentence).unsupported:
            at = {"start": start + span.start, "end": start + span.end, "kind": span.kind}
            unsupported.append(at)
    return {"links": links, "unsupported": unsupported}


def summary_draft(
    draft_id: str,
    consultation_id: str,
    result: QuickResult,
    grounds: Grounds | None,
    at: float,
) -> dict[str, Any]:
    """Return a summary as screens get it.

    Args:
        draft_id: unique in the box.
        consultation_id: the client's own id.
        result: as it was written.
        grounds: the call. None where nothing was said: there is nothing to hold it against.
        at: Unix seconds.
    """
    spans = held(result.summary, grounds) if grounds else {"links": [], "unsupported": []}
    return {
        "draft_id": draft_id,
        "consultation_id": consultation_id,
        "kind": "summary",
        "at": at,
        "status": result.status,
        "model": result.model_used,
        "text": result.summary,
        **spans,
        "input": {
            "characters": result.characters,
            "characters_used": result.characters_used,
            "truncated": result.truncated,
        },
        "accepted": None,
    }


def record_draft(
    draft_id: str,
    consultation_id: str,
    *,
    status: str,
    model: str,
    content: dict[str, Any],
    score: float | None,
    flags: Sequence[str],
    at: float,
    grounds: Grounds | None,
) -> dict[str, Any]:
    """Return a record as screens get it.

    Args:
        draft_id: unique in the box.
        consultation_id: the client's own id.
        status: ``success``, ``failed`` or ``no_content``.
        model: who wrote it; empty if none did.
        content: as the store has it: ``summary``, ``keywords``, ``titles``, or ``error``.
        score: 0 to 1, if there is one.
        flags: what was found wrong with it.
        at: Unix seconds.
        grounds: the call; None if it is not here any more.
    """
    nothing: dict[str, Any] = {"links": [], "unsupported": []}
    summary = content.get("summary", {})
    fields = {
        name: {
            "text": summary.get(name, ""),
            **(held(summary[name], grounds) if grounds and name in summary else nothing),
        }
        for name in FIELDS
    }
    return {
        "draft_id": draft_id,
        "consultation_id": consultation_id,
        "kind": "record",
        "at": at,
        "status": status,
        "model": model,
        "fields": fields,
        "keywords": content.get("keywords", []),
        "titles": content.get("titles", {"keyword": "", "descriptive": ""}),
        "quality_score": score,
        "flags": list(flags),
        "error": content.get("error"),
        "accepted": None,
    }
