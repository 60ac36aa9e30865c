"""The three processes as systemd sees them: real ones, and a real socket for what they say."""

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import httpx
import pytest

from edgebox.engine.core import EngineCore
from edgebox.engine.scheduler import Scheduler
from edgebox.engine.thread import DecodeThread
from edgebox.processes import worker
from edgebox.processes.engine_watchdog import watch
from edgebox.settings import Settings
from edgebox.system.notifier import Notifier
from edgebox.worker.liveness import Liveness
from support.engines import tiny_model
from support.engines.starter import SMALL
from support.outside.supervisor import Supervisor
from support.polling import PATIENCE

WATCHDOG = 4.0
"""Seconds; a sign of life is due each quarter of it, an engine that hangs half of it gives none."""

# The engine's own program, with one thing more: while the file is there, its decode thread hangs.
HANGING = """
import sys, time
from pathlib import Path
from edgebox.engine.llama import LlamaModel
real, flag = LlamaModel.decode, Path(sys.argv.pop(1))

def decode(self, chunks):
    while flag.exists():
        time.sleep(0.01)
    return real(self, chunks)

LlamaModel.decode = decode
from edgebox_cli.main import main
main()
"""


@pytest.fixture
def supervisor(tmp_path):
    with Supervisor(tmp_path / "notify") as supervisor:
        yield supervisor


@contextlib.contextmanager
def started(supervisor, folder, *words, **variables):
    """A process of ours under the supervisor."""
    config = folder / "edgebox.toml"
    config.touch()
    environment = {
        name: value
        for name, value in supervisor.environment(WATCHDOG).items()
        if not name.startswith("EDGEBOX_")
    } | {
        "EDGEBOX_CONFIG": str(config),
        "EDGEBOX_STATE_DIR": str(folder),
        "EDGEBOX_MODELS_DIR": str(folder / "models"),
        "EDGEBOX_API__PORT": "0",
        **variables,
    }
    process = subprocess.Popen(
        [sys.executable, *words], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def stopped(process, supervisor):
    """Ask it to stop; the message with which it says so."""
    heard = len(supervisor.received())
    process.send_signal(signal.SIGTERM)
    message = supervisor.seen[supervisor.wait_for("STOPPING", after=heard) - 1]
    assert process.wait(PATIENCE) == 0
    return message


def signs_of_life(supervisor, seconds):
    """How many come in the next so many seconds."""
    heard = len(supervisor.received())
    time.sleep(seconds)
    return sum("WATCHDOG" in message for message in supervisor.received()[heard:])


def test_the_api_is_ready_when_it_listens_and_alive_while_its_loop_turns(supervisor, tmp_path):
    with started(supervisor, tmp_path, "-m", "edgebox_cli", "api") as process:
        ready = supervisor.seen[supervisor.wait_for("READY") - 1]
        url = ready["STATUS"].removeprefix("Listening on ")
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
        at = supervisor.wait_for("WATCHDOG")
        supervisor.wait_for("WATCHDOG", after=at)
        assert any("the engine is not" in said.get("STATUS", "") for said in supervisor.seen)
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        assert signs_of_life(supervisor, WATCHDOG / 2) == 0
        process.send_signal(signal.SIGCONT)
        message = stopped(process, supervisor)
    assert int(message["EXTEND_TIMEOUT_USEC"]) >= 5_000_000  # the deadline, and what it may wait


def test_the_worker_is_ready_when_the_database_is_migrated_and_the_tick_runs(supervisor, tmp_path):
    with started(supervisor, tmp_path, "-m", "edgebox_cli", "worker") as process:
        supervisor.wait_for("READY")
        with contextlib.closing(sqlite3.connect(tmp_path / "edgebox.db")) as db:
            assert db.execute("PRAGMA user_version").fetchone()[0] > 0
        at = supervisor.wait_for("WATCHDOG")
        supervisor.wait_for("WATCHDOG", after=at)
        message = stopped(process, supervisor)
    assert int(message["EXTEND_TIMEOUT_USEC"]) >= 20_000_000  # a callback's timeout and the rest


def test_a_worker_whose_tick_hangs_gives_no_sign_of_life(supervisor, caplog):
    now = [0.0]
    liveness = Liveness({"the tick": 150.0, "the run": 120.0}, clock=lambda: now[0])
    notifier = Notifier(supervisor.address, 1.0, clock=lambda: now[0])

    def tell():
        heard = len(supervisor.received())
        worker.report(notifier, liveness)
        return supervisor.received()[heard:]

    assert tell() == [], "ready before the first tick"
    liveness.beat("the tick")
    assert [list(message) for message in tell()] == [["READY", "STATUS"], ["WATCHDOG"]]
    now[0] = 149
    assert tell() == [{"WATCHDOG": "1"}]
    now[0] = 151
    assert tell() == [{"STATUS": "Nothing was seen of the tick for 150 s"}]
    now[0] = 160
    assert tell() == []
    assert len(caplog.records) == 1, "said once"
    liveness.beat("the tick")
    assert {"WATCHDOG": "1"} in tell()


@pytest.fixture
def models(tmp_path):
    (tmp_path / "models").mkdir()
    tiny_model.install(tmp_path / "models")
    return {
        f"EDGEBOX_ENGINES__{role}__{key}": value
        for role in ("SLM", "MLM")
        for key, value in (("MODEL", tiny_model.NAME), ("CONTEXT_TOKENS", "16384"))
    }


def test_the_engine_is_ready_when_it_has_measured_and_dumb_when_its_thread_hangs(
    supervisor, tmp_path, models
):
    flag = tmp_path / "hang"
    words = ("-c", HANGING, str(flag), "engine")
    with started(supervisor, tmp_path, *words, **models) as process:
        at = supervisor.wait_for("READY")
        before = supervisor.seen[: at - 1]
        assert before[0] == {"STATUS": f"Loading {tiny_model.NAME}"}
        assert any("EXTEND_TIMEOUT_USEC" in message for message in before)
        assert not any("WATCHDOG" in message for message in before)
        assert f"slm {tiny_model.NAME} reads " in supervisor.seen[at - 1]["STATUS"]
        transport = httpx.HTTPTransport(uds=str(tmp_path / "engine.sock"))
        with httpx.Client(transport=transport, base_url="http://engine", timeout=60) as http:
            assert http.get("/health").json()["models"]["slm"]["decode_tps"] > 0
            assert signs_of_life(supervisor, WATCHDOG) >= 1, "an idle thread is alive"

            flag.touch()
            body = {
                "model": "slm",
                "messages": [{"role": "user", "content": "가"}],
                "max_tokens": 4,
            }
            asking = threading.Thread(
                target=http.post, args=("/v1/chat/completions",), kwargs={"json": body}
            )
            asking.start()
            while not any(
                "hangs" in message.get("STATUS", "") for message in supervisor.received()
            ):
                time.sleep(0.05)
            assert signs_of_life(supervisor, WATCHDOG) == 0
            flag.unlink()
            asking.join()
            supervisor.wait_for("WATCHDOG", after=len(supervisor.received()))
        stopped(process, supervisor)
    assert not (tmp_path / "engine.sock").exists()


def test_an_engine_whose_queue_is_short_gets_ready(supervisor, tmp_path, models):
    """It reads four shared prefixes then, which are its own: no request is refused for them."""
    models = {**models, "EDGEBOX_ENGINES__QUEUE_LIMIT": "1"}
    with started(supervisor, tmp_path, "-m", "edgebox_cli", "engine", **models) as process:
        supervisor.wait_for("READY")
        stopped(process, supervisor)


def test_an_engine_that_nothing_watches_ends(tmp_path):
    class Broken(Notifier):
        def ready(self, _status):
            raise OSError("the supervisor's socket")

    loader = SimpleNamespace(load=dict)
    thread = DecodeThread(EngineCore(Scheduler()), loader)
    server = SimpleNamespace(should_exit=False)
    watched = watch(
        Settings(state_dir=tmp_path), SimpleNamespace(roles={}), thread, server, Broken()
    )
    thread.start()
    with pytest.raises(OSError, match="socket"):
        asyncio.run(watched)
    thread.stop()
    assert server.should_exit


def test_a_load_that_is_stopped_ends(supervisor, tmp_path, models):
    """A model file as large as a real one would be read for minutes: SIGTERM does not wait."""
    flag = tmp_path / "hang"
    flag.touch()
    with started(supervisor, tmp_path, "-c", HANGING, str(flag), "engine", **models) as process:
        supervisor.wait_for("EXTEND_TIMEOUT_USEC")
        stopped(process, supervisor)
    assert not any("READY" in message for message in supervisor.seen)


def test_the_supervisor_is_told_why_a_process_cannot_start(supervisor, tmp_path):
    with started(supervisor, tmp_path, "-m", "edgebox_cli", "engine", **SMALL) as process:
        assert process.wait(60) == 1
    assert "is not in" in supervisor.received()[-1]["STATUS"]


def test_what_keeps_a_process_from_starting_is_an_error_in_the_journal(supervisor, tmp_path):
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    journal.bind(str(tmp_path / "journal"))
    journal.settimeout(60)
    code = (
        "import os, pathlib, edgebox.system.logs as logs\n"
        f"logs.JOURNAL = pathlib.Path({str(tmp_path / 'journal')!r})\n"
        "here = os.fstat(2)\n"
        "os.environ['JOURNAL_STREAM'] = f'{here.st_dev}:{here.st_ino}'\n"
        "from edgebox_cli.main import main\n"
        "main()"
    )
    with (
        contextlib.closing(journal),
        started(supervisor, tmp_path, "-c", code, "engine", **SMALL) as process,
    ):
        fields = dict(line.split("=", 1) for line in journal.recv(65536).decode().splitlines())
        assert process.wait(60) == 1
        assert process.stderr.read() == ""
    assert "is not in" in fields["MESSAGE"]
    assert fields["PRIORITY"] == "2"


def test_the_socket_may_be_in_a_folder_of_its_own(supervisor, tmp_path, models):
    run = tmp_path / "run"
    models = {**models, "EDGEBOX_RUNTIME_DIR": str(run)}
    with started(supervisor, tmp_path, "-m", "edgebox_cli", "engine", **models):
        supervisor.wait_for("READY")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(run / "engine.sock"))
        assert (run / "engine.sock").stat().st_mode & 0o777 == 0o600
        assert not (tmp_path / "engine.sock").exists()
        assert run.stat().st_uid == os.getuid()
