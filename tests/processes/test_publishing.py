"""What real processes publish, and what is left of it when they are killed or stopped."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from edgebox.api.app import create_metrics_app
from edgebox.settings import EngineSettings, RoleSettings
from support.boxes.api import api_box

pytestmark = pytest.mark.anyio

FAR = "http://127.0.0.1:9/v1"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@contextlib.contextmanager
def process(name, folder):
    """``edgebox engine`` or ``worker``; the models are elsewhere."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("EDGEBOX_")}
    environment = own | {
        "EDGEBOX_STATE_DIR": str(folder),
        "EDGEBOX_ENGINES__SLM__URL": FAR,
        "EDGEBOX_ENGINES__MLM__URL": FAR,
        "XDG_CONFIG_HOME": str(folder),
    }
    command = [sys.executable, "-m", "edgebox_cli", name]
    running = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


async def soon(condition):
    """Wait for a process, which takes seconds to start on a busy machine."""
    for _ in range(300):
        if await condition():
            return
        await asyncio.sleep(0.2)
    pytest.fail("waited a minute")


async def test_the_series_of_real_processes_come_and_go_with_them(tmp_path, anyio_backend):
    ahead = [0.0]
    elsewhere = RoleSettings(url=FAR, url_model="far")
    engines = EngineSettings(slm=elsewhere, mlm=elsewhere)
    async with api_box(
        tmp_path,
        transport=httpx.AsyncHTTPTransport(uds=str(tmp_path / "engine.sock")),
        clock=lambda: time.time() + ahead[0],
        engines=engines,
    ) as box:
        transport = httpx.ASGITransport(create_metrics_app(box.services))

        async def text():
            async with httpx.AsyncClient(transport=transport, base_url="http://box") as http:
                return (await http.get("/metrics")).text

        async def published():
            found = await text()
            return "edgebox_engine_steps_total 0.0" in found and "edgebox_batch_size 0.0" in found

        with process("engine", tmp_path) as engine, process("worker", tmp_path) as worker:
            await soon(published)
            both = await text()
            for name in ("api", "engine", "worker"):
                assert f'edgebox_process_resident_memory_bytes{{process="{name}"}}' in both
            assert "edgebox_worker_up 1.0" in both
            assert 'edgebox_client_tokens_total{client="center-1",work="batch"} 0.0' in both
            assert 'edgebox_client_tokens_total{client="center-1",work="quick"} 0.0' in both
            assert (tmp_path / "worker.prom").stat().st_mode & 0o777 == 0o600
            worker.send_signal(signal.SIGSTOP)
            ahead[0] = 31.0
            assert "edgebox_worker_up 0.0" in await text(), "it holds its lock, but hangs"
            ahead[0] = 0.0
            for one in (engine, worker):
                one.send_signal(signal.SIGKILL)
                one.wait()
        assert "edgebox_worker_up 0.0" in await text(), "the kernel drops its lock with it"
        ahead[0] = 31.0
        left = await text()
        for gone in ("edgebox_engine_", "edgebox_batch_size", 'process="worker"', "mlm_batch_size"):
            assert gone not in left
        ahead[0] = 0.0
        with process("worker", tmp_path) as worker:
            await soon(lambda: worker_is_up(text))
            worker.terminate()
            worker.wait()
        assert not (tmp_path / "worker.prom").exists(), "one that is stopped goes at once"


async def worker_is_up(text):
    return "edgebox_worker_up 1.0" in await text()
