"""Drafts as a screen gets them: a summary, or the record of a call that has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgebox.store.reviews import FIELDS

if TYPE_CHECKING:
    from edgebox.store.reviews import Draft


def shown(draft: Draft) -> dict[str, Any] | None:
    """Return a draft as a message has it; None once retention has removed its text.

    Args:
        draft: as it was kept.
    """
    content = draft.content
    if content is None:
        return None
    same = {
        "draft_id": draft.draft_id,
        "consultation_id": draft.consultation_id,
        "kind": draft.kind,
        "at": draft.at,
        "status": draft.status,
        "model": draft.model,
        "accepted": _accepted(draft),
    }
    if draft.kind == "summary":
        rest = {name: content.get(name) for name in ("input",)}
        lists = {name: content.get(name, []) for name in ("links", "unsupported")}
        return {**same, "text": content.get("text", ""), **lists, **rest}
    return {
        **same,
        "fields": {name: _field(content, name) for name in FIELDS} if "summary" in content else {},
        "keywords": content.get("keywords", []),
        "titles": content.get("titles"),
        "quality_score": draft.score,
        "flags": list(draft.flags),
        "error": content.get("error"),
    }


def _field(content: dict[str, Any], name: str) -> dict[str, Any]:
    text = content["summary"][name]
    links, unsupported, at = [], [], 0
    for statement in content.get("evidence", {}).get(name, ()):
        start = text.find(statement["text"], at)
        if start < 0:
            continue  # the evidence is of another text than the one that is kept
        at = start + len(statement["text"])
        span = {"start": start, "end": at}
        if statement["utterances"]:
            found = {"utterances": statement["utterances"], "support": statement["support"]}
            links.append(span | found)
        else:
            unsupported.append(span | {"kind": "claim"})
    return {"text": text, "links": links, "unsupported": unsupported}


def _accepted(draft: Draft) -> dict[str, Any] | None:
    accepted = draft.accepted
    if accepted is None:
        return None
    content = accepted.content or {}
    if draft.kind == "summary":
        return {"at": accepted.at, "text": content.get("text", "")}
    return {"at": accepted.at, "content": content}
