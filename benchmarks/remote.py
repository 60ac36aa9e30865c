"""Analyses a minute with one server and with two of them behind HAProxy, as a worker gets them.

    benchmarks/peers.sh && apt-get install haproxy       once
    .venv/bin/python benchmarks/remote.py --out FILE     starts all, measures, stops all

The worker's own run through a backlog is measured, with the number at once that it learns. Rounds
with one and with two servers take turns, each with a fresh backlog and nothing learned before.

On one machine both servers share its cores: each gets a core of its own, so the second server is
worth what a second machine of one core would be, less what the worker, HAProxy and the shared
memory take. Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tests"))  # the servers of tests/run --remote

from edgebox.engine_client import Concurrency  # noqa: E402
from edgebox.lab.bench.calls import call  # noqa: E402
from edgebox.lab.bench.machine import machine  # noqa: E402
from edgebox.settings import BatchSettings, Settings  # noqa: E402
from edgebox.store.batches import NewConsultation  # noqa: E402
from edgebox.store.db import Store  # noqa: E402
from edgebox.worker.mid_model import MidModel  # noqa: E402
from edgebox.worker.runner import Runner  # noqa: E402
from support.outside.llama_server import (  # noqa: E402
    BINARY,
    HAPROXY,
    MODEL,
    Haproxy,
    LlamaServer,
)


class NoCallbacks:
    """Nothing is sent."""

    def wake_if_due(self) -> None:
        """Do nothing."""


def main() -> int:
    """Measure, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="qwen2.5-coder-0.5b-instruct-q4_k_m")
    parser.add_argument("--models", type=Path, default=ROOT / "gguf", help="folder of the GGUFs")
    parser.add_argument("--calls", type=int, default=24, help="analyses of a round")
    parser.add_argument("--rounds", type=int, default=3, help="of each number of servers")
    parser.add_argument("--slots", type=int, default=4, help="of each server")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if not BINARY.is_file() or HAPROXY is None:
        print("remote.py: run benchmarks/peers.sh and apt-get install haproxy", file=sys.stderr)
        return 1
    rounds: list[dict[str, Any]] = []
    for number in range(options.rounds):
        for servers in (1, 2) if number % 2 == 0 else (2, 1):
            rounds.append(one_round(options, servers, number))
            print(json.dumps(rounds[-1]), flush=True)
    medians = {
        servers: statistics.median(
            one["analyses_a_minute"] for one in rounds if one["servers"] == servers
        )
        for servers in (1, 2)
    }
    figures = {
        "machine": machine(),
        "model": options.model,
        "threads_of_a_server": 1,
        "slots_of_a_server": options.slots,
        "calls_of_a_round": options.calls,
        "rounds": rounds,
        "median_analyses_a_minute": medians,
        "second_server": round(medians[2] / medians[1], 2),
    }
    options.out.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"1 server {medians[1]:.1f}, 2 servers {medians[2]:.1f}: {figures['second_server']} x")
    return 0


def one_round(options: argparse.Namespace, servers: int, number: int) -> dict[str, Any]:
    """Start so many servers, work through a fresh backlog, and return its figures."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="remote-")))
        gguf = options.models / f"{options.model}.gguf"
        running = []
        for core in range(servers):
            log, slots = folder / f"{core}.log", options.slots
            server = LlamaServer(gguf, log, slots=slots, threads=1, core=core)
            running.append(stack.enter_context(server))
        proxy = stack.enter_context(Haproxy(folder, [server.port for server in running]))
        store = stack.enter_context(closing(Store(folder / "edgebox.db")))
        store.migrate()
        store.clients.create("bench", allowed_callbacks=[])
        texts = [call(number * options.calls + n) for n in range(options.calls)]
        waiting = [NewConsultation(f"CL-{n}", text, {}) for n, text in enumerate(texts)]
        store.batches.submit("bench", waiting, None, idempotency=None, local_date="20260101")
        mlm = {"url": proxy.url, "url_model": MODEL}
        settings = Settings.model_validate({"state_dir": folder, "engines": {"mlm": mlm}})
        places = Concurrency(1, 64)
        runner = Runner(
            store,
            MidModel(settings, places),
            BatchSettings(),
            callbacks=NoCallbacks(),
            places=places,
        )
        began = time.monotonic()
        counts = asyncio.run(runner.run("size"))
        seconds = time.monotonic() - began
        return {
            "servers": servers,
            "seconds": round(seconds, 1),
            "done": counts.done,
            "failed": counts.failed,
            "analyses_a_minute": round(counts.done / seconds * 60, 2),
            "at_once_in_the_end": places.limit,
            "cuts": dict(places.cuts),
        }


if __name__ == "__main__":
    sys.exit(main())
