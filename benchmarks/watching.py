"""What watching costs the engine: the same work with and without Prometheus beside it.

    .venv/bin/python benchmarks/watching.py [--rounds 4] [--out FILE]

A whole box on the starter models. In every round one batch of consultations is analysed twice while
summaries are requested one after the other: once with Prometheus (our rules, 15 s) and Alertmanager
running on the same machine, and once without. The order alternates, and each pass has another
beginning of the same calls, so that neither answers from what the other one left in the cache.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from agents import agent, send_batch, summary

from edgebox.contract.paths import Paths
from edgebox.lab.bench.report import percentile
from edgebox_cli.demo.box import DemoBox

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "monitoring"))

from watch.chat import Chat  # noqa: E402 - beside the box, no package
from watch.processes import Watchers, free_port  # noqa: E402
from watch.settings import Monitoring  # noqa: E402

LINES_OF_A_CALL = 16
PAUSE_SECONDS = 3.0
SETTLE_SECONDS = 5.0


def analyse(box: DemoBox, seeds: range, salt: int) -> float:
    """Send a batch and wait for its end; return the seconds between."""
    began = time.monotonic()
    batch = send_batch(box, seeds, LINES_OF_A_CALL, salt)
    while box.box.get(Paths.BATCH.format(batch_id=batch))["state"] != "completed":
        time.sleep(0.1)
    return time.monotonic() - began


def one_pass(box: DemoBox, seeds: range, salt: int) -> dict[str, Any]:
    """Analyse a batch, with summaries in between all the while."""
    with agent(partial(summary, box), salt, PAUSE_SECONDS) as came:
        seconds = analyse(box, seeds, salt)
    return {
        "seconds": seconds,
        "quick": [one.seconds for one in came],
        "statuses": [one.status for one in came],
    }


def main() -> None:
    """Measure, print a table, and write the samples if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--calls", type=int, default=4, help="of a batch")
    parser.add_argument("--models", type=Path, default=ROOT / "gguf", help="folder of the GGUFs")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    listen = f"127.0.0.1:{free_port()}"
    samples: list[dict[str, Any]] = []
    with (
        tempfile.TemporaryDirectory(prefix="watching-") as folder,
        Chat(shown=False) as chat,
        DemoBox(options.models, metrics_listen=listen) as box,
    ):
        box.wait_until_ready(lambda: None)
        analyse(box, range(900, 903), 99)
        for turn in range(options.rounds):
            seeds = range(100 * turn, 100 * turn + options.calls)
            for which in ("alone", "watched") if turn % 2 == 0 else ("watched", "alone"):
                with ExitStack() as stack:
                    if which == "watched":
                        stack.enter_context(_watchers(listen, chat.url, Path(folder), turn))
                        time.sleep(SETTLE_SECONDS)
                    watchers = resource.getrusage(resource.RUSAGE_CHILDREN)
                    found = one_pass(box, seeds, 2 * turn + (which == "watched"))
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                found["watchers_cpu"] = sum(after[:2]) - sum(watchers[:2])
                samples.append({"round": turn, "which": which} | found)
                print(_line(f"round {turn + 1}, {which}", [samples[-1]]), flush=True)
    print()
    for which in ("alone", "watched"):
        print(_line(which, [sample for sample in samples if sample["which"] == which]))
    by = {(sample["round"], sample["which"]): sample["seconds"] for sample in samples}
    ratios = [by[turn, "alone"] / by[turn, "watched"] for turn in range(options.rounds)]
    print(
        f"analyses a minute, watched / alone: median {statistics.median(ratios):.3f} "
        f"({min(ratios):.3f} to {max(ratios):.3f})"
    )
    if options.out:
        options.out.write_text(json.dumps(samples, indent=1), encoding="utf-8")


def _watchers(listen: str, chat: str, folder: Path, turn: int) -> Watchers:
    wanted = Monitoring(target=listen)
    wanted.chat.url = chat
    for name in ("prometheus", "alertmanager", "relay"):
        setattr(wanted.listen, name, f"127.0.0.1:{free_port()}")
    place = folder / str(turn)
    place.mkdir()
    return Watchers(wanted, place)


def _line(name: str, found: list[dict[str, Any]]) -> str:
    quick = [seconds for sample in found for seconds in sample["quick"]]
    statuses = [status for sample in found for status in sample["statuses"]]
    seconds = statistics.median(sample["seconds"] for sample in found)
    cpu = sum(sample["watchers_cpu"] for sample in found)
    return (
        f"{name}: batch {seconds:.1f} s; summaries p50 {percentile(quick, 0.5):.2f} s, "
        f"p95 {percentile(quick, 0.95):.2f} s of {len(quick)}, "
        f"{statuses.count('success')} success; watchers' CPU {cpu:.1f} s"
    )


if __name__ == "__main__":
    main()
