"""Consultations of a contact centre in a store, as the console's pages show them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgebox.reading.call import read
from edgebox.scoring.edits import edit_of
from edgebox.scoring.quality import score
from edgebox.scoring.types import Analysis
from edgebox.store.acts import Actor
from edgebox.store.batches import NewConsultation

if TYPE_CHECKING:
    from edgebox.store.db import Store

CALLS = Path(__file__).resolve().parents[2] / "data" / "transcripts"
DAY = date(2025, 9, 8)

GOOD = {
    "summary": {
        "customer": "초록가전 결제 487,000원이 두 번 승인되어 취소를 요청함",
        "agent": "두 번 승인된 것을 확인하고 이의제기를 접수하며 청구를 보류함",
        "result": "영업일 7일 안에 결과를 알리기로 하고 한 건만 출금하기로 함",
    },
    "keywords": ["이중결제", "이의제기", "청구보류"],
    "titles": {
        "keyword": "이중결제_이의제기_청구보류",
        "descriptive": "가전매장 이중 결제 취소 요청",
    },
}
"""Of the call 07-card-double-charge."""
BAD = GOOD | {
    "summary": GOOD["summary"]
    | {"result": "14일 안에 환불하고 상품권 30,000원을 보내 주기로 약속함"}
}
"""With numbers that nobody said."""


@cache
def transcript() -> str:
    """What was said in the call that GOOD is about."""
    file = CALLS / "07-card-double-charge.json"
    return str(json.loads(file.read_text(encoding="utf-8"))["transcript"])


@cache
def result_of(name: str) -> str:
    """The result that a worker would store of GOOD or BAD, as JSON."""
    given = {"good": GOOD, "bad": BAD}[name]
    quality = score(Analysis.model_validate(given), read(transcript()), call_date=DAY)
    return json.dumps(
        {
            **given,
            "quality_score": quality.score,
            "quality": quality.as_dict(),
            "evidence": quality.evidence,
            "processing_time": 14.2,
            "model_used": "qwen3-4b-instruct-2507-q4_k_m",
        }
    )


@dataclass
class Made:
    """What ``records`` made: row ids by what they are, and the batches."""

    rows: dict[str, int] = field(default_factory=dict)
    batches: list[str] = field(default_factory=list)


def records(store: Store, client: str = "center-1", *, hook: str | None = None) -> Made:
    """Put consultations of every kind into a store: good, bad, failed, empty, waiting."""
    made = Made()
    kinds = ("good", "bad", "failed", "nothing", "waiting")
    items = [
        NewConsultation(f"CL-20250908{n:04d}", transcript(), {"상담사": "김민지", "대기": n}, DAY)
        for n in range(len(kinds))
    ]
    batch = store.batches.submit(
        client, items, hook, idempotency=None, local_date="20250908"
    ).batch_id
    made.batches.append(batch)
    claimed = sorted(store.consultations.claim(1000, 600, 3), key=lambda row: row.row_id)
    for row in claimed:
        if row.batch_id != batch:  # what an earlier call left waiting
            store.consultations.release(row.row_id, row.lease_token, refund_attempt=True)
    for kind, row in zip(kinds, (row for row in claimed if row.batch_id == batch), strict=True):
        made.rows[kind] = row.row_id
        if kind in ("good", "bad"):
            result: Any = json.loads(result_of(kind))
            store.consultations.finish(row.row_id, row.lease_token, result)
        elif kind == "failed":
            store.consultations.fail(
                row.row_id, row.lease_token, "refused", "It is longer than the model's context."
            )
        elif kind == "nothing":
            store.consultations.finish(
                row.row_id, row.lease_token, {"status": "no_content", "processing_time": 0.1}
            )
        else:
            store.consultations.release(row.row_id, row.lease_token, refund_attempt=True)
    return made


def accepted(store: Store, row_id: int, client: str = "center-1", **changed: str) -> None:
    """Accept a record as somebody would, with some fields changed."""
    draft = store.reviews.get(client, f"record-{row_id}")
    assert draft is not None
    content = draft.texts() | changed
    edit = edit_of(draft.texts(), content, DAY)
    store.reviews.accept(
        client,
        draft.draft_id,
        content=content,
        changed=edit.changed,
        material=edit.material,
        copied=True,
        seconds=12.5,
        by=Actor("agent", "10.0.0.7"),
    )
