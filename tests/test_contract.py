"""What leaves the box, byte for byte: a callback is signed over its bytes.

The expected bytes were taken before ``edgebox/contract/`` existed."""

import json
import sqlite3
from pathlib import Path

import pytest
from pydantic import ConfigDict, TypeAdapter

from edgebox.api.openapi import openapi
from edgebox.callbacks.delivery import Deliverer
from edgebox.consultation.analysis import AnalysisOutcome
from edgebox.contract.results import Result
from edgebox.scoring.quality import Quality
from edgebox.scoring.types import Analysis
from edgebox.store.batches import NewConsultation
from edgebox.store.db import Store
from edgebox.worker.results import result_of
from support.boxes.api import BATCH, HOOK, QUICK, TALK, ApiBox, api_box
from support.boxes.store import NOW
from support.outside.receiver import receiving

pytestmark = pytest.mark.anyio

METADATA = {
    "call_date": "2025-09-13",
    "duration": 180,
    "비율": 1e-07,
    "큰 수": 2**70,
    "하나": 1.0,
    "none": None,
    "nested": [{"ok": True}, "이모지 😀", '\x00\x7f\u2028"\\/<>'],
}
OUTCOME = AnalysisOutcome(
    analysis=Analysis.model_validate(
        {
            "summary": {
                "customer": "카드를 잃어버렸다고 함",
                "agent": '"정지" 처리함',
                "result": "재발급 접수",
            },
            "keywords": ["카드 분실", "재발급"],
            "titles": {"keyword": "카드_분실", "descriptive": "분실 카드 정지와 재발급"},
        }
    ),
    quality=Quality(
        0.5,
        1.0,
        0.812,
        1.0,
        ("ungrounded_number",),
        {"ungrounded_number": 0.5},
        {
            "customer": [{"text": "카드를 잃어버렸다고 함", "utterances": [0], "support": 0.94}],
            "agent": [],
            "result": [{"text": "재발급 접수", "utterances": [], "support": 0.0}],
        },
    ),
    processing_time=1.8,
    model="qwen3-4b",
    parts=1,
    prompt_tokens=1200,
    cached_tokens=900,
    completion_tokens=210,
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def ended_batch(box: ApiBox, callback_url: str | None = None) -> str:
    """A batch with one analysis, and two failures with and without a time."""
    names = ("CL-1", "CL-2", "상담 3")
    batch_id = box.store.batches.submit(
        "center-1",
        [
            NewConsultation(name, "고객: 카드를 잃어버렸어요", METADATA if n == 0 else {})
            for n, name in enumerate(names)
        ],
        callback_url,
        idempotency=None,
        local_date="20250913",
    ).batch_id
    done, slow, never = box.store.consultations.claim(3, 600, 3)
    box.store.consultations.finish(done.row_id, done.lease_token, result_of(OUTCOME))
    box.store.consultations.fail(
        slow.row_id, slow.lease_token, "refused", "Too long.", processing_time=0.25
    )
    box.store.consultations.fail(never.row_id, never.lease_token, "poison", "It never finished.")
    return batch_id


def wire(name: str) -> bytes:
    return (Path(__file__).parent / "data" / "wire" / f"{name}.json").read_bytes()


def store_with(path: Path) -> Store:
    return Store(path / "edgebox.db", clock=lambda: NOW)


async def test_a_callback_is_the_same_bytes(tmp_path: Path, anyio_backend: str) -> None:
    async with (
        api_box(tmp_path, clock=lambda: NOW, store=store_with(tmp_path)) as box,
        receiving() as receiver,
    ):
        box.store.clients.set_callbacks("center-1", [f"127.0.0.1:{receiver.port}"])
        ended_batch(box, f"http://127.0.0.1:{receiver.port}/")
        await Deliverer(box.store, own_ports={8600}, clock=lambda: NOW).deliver_due()
        [request] = receiver.requests
    assert request.body == wire("callback")


async def test_answers_are_the_same_bytes(tmp_path: Path, anyio_backend: str) -> None:
    store = store_with(tmp_path)
    async with api_box(tmp_path, clock=lambda: NOW, monotonic=lambda: 100.0, store=store) as box:
        batch_id = ended_batch(box, HOOK)
        headers = {"X-Bound-Key": box.key(at=NOW), "X-Request-Id": "r-1"}
        item = {"consultation_id": "상담 1", "conversation_text": TALK}
        http = box.http
        answers = {
            "quick": await http.post(QUICK, json=item, headers=headers),
            "accepted": await http.post(BATCH, json={"consultations": [item]}, headers=headers),
            "batch": await http.get(f"/api/v1/batches/{batch_id}", headers=headers),
            "page": await http.get("/api/v1/batches", headers=headers),
            "invalid": await http.post(QUICK, json=item | {"priority": "x"}, headers=headers),
            "unauthorised": await http.get("/api/v1/batches", headers={"X-Request-Id": "r-1"}),
        }
    for name, answer in answers.items():
        assert answer.content == wire(name), name


async def test_a_result_has_the_fields_that_are_documented(tmp_path: Path) -> None:
    strict = TypeAdapter(Result, config=ConfigDict(extra="forbid"))
    async with api_box(tmp_path) as box:
        rows = box.store.batches.consultations(ended_batch(box))
        results = [row.entry() for row in rows]
        assert [strict.validate_python(result) for result in results] == results
    documented = openapi()["components"]["schemas"]
    kinds = documented["BatchStatus"]["properties"]["results"]["items"]["discriminator"]
    assert set(kinds["mapping"]) == {"success", "no_content", "failed"}
    for result in results:
        name = kinds["mapping"][result["status"]].rpartition("/")[2]
        assert set(result) <= set(documented[name]["properties"])
        assert set(documented[name]["required"]) <= set(result)
    success = documented["Success"]
    assert "evidence" in success["properties"]
    assert "evidence" not in success["required"]  # older results do not have it


async def test_a_row_of_another_release_is_sent_as_it_was_stored(tmp_path: Path) -> None:
    async with api_box(tmp_path) as box:
        batch_id = ended_batch(box)
        stored = {"keywords": ["카드"], "of_later": [1], "summary": {"customer": "분실"}}
        with sqlite3.connect(box.settings.database) as db:
            db.execute(
                "UPDATE consultations SET result = ? WHERE state = 'done'",
                [json.dumps(stored, ensure_ascii=False)],
            )
        answer = (await box.get(f"/api/v1/batches/{batch_id}")).json()
        sent = box.store.outbox.body(batch_id)["results"]
    expected = {"consultation_id": "CL-1", **stored, "status": "success", "metadata": METADATA}
    assert answer["results"][0] == sent[0] == expected
    assert list(sent[0]) == list(expected)
