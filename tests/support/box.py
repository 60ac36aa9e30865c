"""A box's store on disk with one client: batches that wait, batches that have ended."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edgebox.store.batches import NewConsultation
from edgebox.store.db import Store
from support.stores import Clock

NOW = 1_757_750_400.0
RESULT = {
    "summary": {"customer": "카드를 잃어버림", "agent": "정지 처리", "result": "재발급"},
    "keywords": ["카드", "분실"],
    "titles": {"keyword": "카드_분실_정지", "descriptive": "분실 카드 정지와 재발급"},
    "quality_score": 0.91,
    "quality": {"grounding": 1.0, "coverage": 0.8, "form": 1.0, "flags": []},
    "processing_time": 1.8,
}


@dataclass
class Box:
    """A store, its clock, and one client."""

    path: Path
    clock: Callable[[], float] = field(default_factory=lambda: Clock(NOW))
    client: str = "center-1"

    def __post_init__(self) -> None:
        self.store = Store(self.path, clock=self.clock)
        self.store.migrate()
        self.secret = self.store.clients.create(self.client, allowed_callbacks=[])

    def allow(self, *hosts: str) -> None:
        self.store.clients.set_callbacks(self.client, list(hosts))

    def submit(self, *transcripts: str, callback_url: str | None = None) -> str:
        consultations = [
            NewConsultation(f"CL-{n}", text, {"call_date": "2025-09-13", "n": n})
            for n, text in enumerate(transcripts)
        ]
        return self.store.batches.submit(
            self.client, consultations, callback_url, idempotency=None, local_date="20250913"
        ).batch_id

    def finished_batch(self, callback_url: str, consultations: int = 1) -> str:
        """A batch whose callback is due now."""
        batch_id = self.submit(
            *["고객: 카드를 잃어버렸어요"] * consultations, callback_url=callback_url
        )
        for row in self.store.consultations.claim(consultations, 600, 3):
            self.store.consultations.finish(row.row_id, row.lease_token, RESULT)
        return batch_id
