"""The worker process as it runs: from the backlog to the receiver, and its end."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from edgebox.engine_client import EngineClient
from edgebox.settings import EngineSettings, RoleSettings, Settings
from edgebox.signing import verify_webhook
from support.boxes.store import Box
from support.outside.receiver import HANG, receiving
from support.polling import PATIENCE

ANALYSIS = {
    "summary": {"customer": "카드 분실 신고", "agent": "카드 정지", "result": "재발급 접수"},
    "keywords": ["카드", "분실"],
    "titles": {"keyword": "카드_분실", "descriptive": "분실 카드 정지와 재발급"},
}
TRANSCRIPT = "고객: 카드를 잃어버렸어요. 정지해 주세요.\n상담원: 네, 정지하고 재발급 접수했습니다."


def completion():
    """What an OpenAI-compatible server answers, to whatever it is asked."""
    choice = {"message": {"content": json.dumps(ANALYSIS)}, "finish_reason": "stop"}
    listed = [{"id": Settings().engines.mlm.model}]
    whole = {"model": "far-model", "choices": [choice], "usage": {}, "data": listed}
    body = json.dumps(whole).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


@contextlib.contextmanager
def worker(folder, port, **more):
    environment = os.environ | {
        "EDGEBOX_STATE_DIR": str(folder),
        "EDGEBOX_ENGINES__MLM__URL": f"http://127.0.0.1:{port}",
        "EDGEBOX_BATCH__MIN_PENDING": "2",
        "EDGEBOX_BATCH__REMOTE_CONCURRENCY_MIN": "2",
        "XDG_CONFIG_HOME": str(folder),
    }
    environment.pop("EDGEBOX_CONFIG", None)
    code = (
        "import logging, sys; from edgebox.settings import load_settings;"
        "from edgebox.errors import EdgeBoxError;"
        "from edgebox.processes.worker import Timing, run_worker;"
        "logging.basicConfig(level=logging.DEBUG)\n"
        "try: sys.exit(run_worker(load_settings(), timing=Timing(grace=0.2)))\n"
        "except EdgeBoxError as error: sys.exit(error.detail)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def box(tmp_path):
    box = Box(tmp_path / "edgebox.db", clock=time.time)
    yield box
    box.store.close()


def test_from_the_backlog_to_the_receiver_and_a_clean_end(box, tmp_path):
    async def scenario():
        async with receiving(completion()) as engine, receiving() as center:
            box.allow(f"127.0.0.1:{center.port}")
            box.submit(TRANSCRIPT, TRANSCRIPT, callback_url=f"http://127.0.0.1:{center.port}/hook")
            with worker(tmp_path, engine.port) as process:
                await asyncio.wait_for(center.arrived.wait(), PATIENCE)
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGINT)
                _, errors = await asyncio.to_thread(process.communicate, timeout=PATIENCE)
                return process.returncode, errors, center.requests

    code, errors, [request] = asyncio.run(scenario())
    assert code == 0, errors
    assert verify_webhook(request.headers, request.body, [box.secret], time.time(), 60)
    body = json.loads(request.body)
    assert [result["status"] for result in body["results"]] == ["success", "success"]
    assert body["results"][0]["titles"] == ANALYSIS["titles"]
    assert 0 <= body["results"][0]["quality_score"] <= 1
    assert "잃어버" not in errors
    assert box.secret not in errors
    assert [row.state for row in box.store.outbox.list()] == ["delivered"]


def test_sigterm_during_an_analysis_gives_it_back_uncounted(box, tmp_path, monkeypatch):
    async def scenario():
        async with receiving(completion(), HANG) as engine:  # ready, then never an answer
            batch = box.submit(TRANSCRIPT, TRANSCRIPT)
            with worker(tmp_path, engine.port) as process:
                while len(engine.requests) < 3:  # noqa: ASYNC110 - another process is the event
                    await asyncio.sleep(0.02)
                process.send_signal(signal.SIGTERM)
                await asyncio.to_thread(process.wait, 25)
                return process.returncode, batch

    code, batch = asyncio.run(scenario())
    assert code == 0
    rows = box.store.batches.consultations(batch)
    assert [(row.state, row.attempts) for row in rows] == [("pending", 0)] * 2


def test_two_workers_do_not_share_a_state_folder(box, tmp_path):
    async def scenario():
        async with receiving(completion()) as engine:
            with worker(tmp_path, engine.port) as first:
                while not (tmp_path / "huey.db").exists():  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.02)
                with worker(tmp_path, engine.port) as second:
                    _, errors = await asyncio.to_thread(second.communicate, timeout=PATIENCE)
                return first.poll(), second.returncode, errors

    first, second, errors = asyncio.run(scenario())
    assert first is None
    assert second == 1
    assert "A worker already uses" in errors.splitlines()[-1]


@pytest.mark.parametrize(("url", "expected"), [("http://127.0.0.1:{port}/v1", True), ("", False)])
def test_readiness_is_asked_of_whoever_answers_for_the_mid_model(tmp_path, url, expected):
    async def scenario():
        async with receiving(completion()) as engine:
            settings = Settings(
                state_dir=tmp_path, engines={"mlm": {"url": url.format(port=engine.port)}}
            )
            client = EngineClient(settings)
            try:
                return await client.ready("mlm"), engine.requests
            finally:
                await client.aclose()

    ready, requests = asyncio.run(scenario())
    assert ready is expected
    assert [request.line for request in requests] == ["GET /v1/models HTTP/1.1"] * expected


def test_a_far_server_that_does_not_answer_is_not_ready(tmp_path):
    settings = Settings(
        state_dir=tmp_path, engines=EngineSettings(mlm=RoleSettings(url="http://127.0.0.1:1"))
    )

    async def scenario():
        client = EngineClient(settings)
        try:
            return await client.ready("mlm")
        finally:
            await client.aclose()

    assert asyncio.run(scenario()) is False
