"""Load files of benchmarks/geometry.py as EdgeBox does, check them, and measure speed and memory.

.venv/bin/python benchmarks/measure_geometry.py --models FOLDER --out FILE.json

Each model is loaded in a process of its own, with EdgeBox's own class and its own measuring.
Checked against the catalogue: size, KV bytes of a token, and that the chat template renders without
thinking. Ends with 1 if a check fails.

--clock cpu is for a machine with other work on it: one thread, and its CPU time instead of the
wall's. It gives the speed of one core, but for what the other work takes of caches and memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgebox.consultation.admission import ANSWER_TOKENS, CAUTION
from edgebox.consultation.budget import ASK_TOKENS
from edgebox.consultation.prompts import summary_messages
from edgebox.engine.llama import LlamaModel
from edgebox.engine.model import Chunk
from edgebox.engine.pool import Pool
from edgebox.engine.speed import measure
from edgebox.lab.bench.calls import call
from edgebox.lab.bench.machine import machine
from edgebox.models.catalog import Catalog, memory_need
from edgebox.processes.loading import PINNED, physical_cores, repacks
from edgebox.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.models.catalog import ModelEntry

PREFIX = "geometry-"
CALL_TOKENS = 350
WRITTEN = 16
SITTINGS = 3
SHORT_PREFIX, SHORT_CALL, SHORT_WRITTEN = 64, 128, 6  # of --clock cpu
OTHER_BYTES = 8_000_000  # of a tokenizer: the files have the starter's and not their own
BUDGET = 2.8  # seconds of the default deadline that are left for the model


def main() -> int:
    """Measure every file of the folder; print a table and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, required=True, help="folder of geometry-*.gguf")
    parser.add_argument("--out", type=Path, required=True, help="JSON of the figures")
    parser.add_argument("--threads", type=int, default=physical_cores())
    parser.add_argument("--context", type=int, default=8192)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--one", help="measure this model here, and print JSON")
    options = parser.parse_args()
    if options.clock == "cpu":
        options.threads = 1  # several would spin while they wait for each other
    if options.one:
        print(json.dumps(measured(options)))
        return 0
    found, failed = [], 0
    for path in sorted(options.models.glob(f"{PREFIX}*.gguf")):
        name = path.stem.removeprefix(PREFIX)
        done = subprocess.run(
            [sys.executable, __file__, *sys.argv[1:], "--one", name],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        row = json.loads(done.stdout)
        found.append(row)
        failed += bool(row["wrong"])
        print(_line(row))
        for line in row["wrong"]:
            print(f"  WRONG: {line}")
    if not found:
        parser.error(f"no {PREFIX}*.gguf in {options.models}: benchmarks/geometry.py writes them")
    about = machine() | {"threads": str(options.threads), "clock": options.clock}
    options.out.write_text(json.dumps({"machine": about, "models": found}, indent=1) + "\n")
    return 1 if failed else 0


def _line(row: dict[str, Any]) -> str:
    gigabytes = [row[key] / 1e9 for key in ("file_bytes", "peak_bytes", "need_bytes")]
    return (
        f"{row['name']:32} {gigabytes[0]:.2f} GB, "
        f"resident {gigabytes[1]:.2f} of {gigabytes[2]:.2f}; "
        f"reads {row['reads']:.1f}, writes {row['writes']:.2f}, {row['parallel']} together "
        f"{row['writes_together']:.2f} tok/s; a call {row['call_seconds']:.1f} s, "
        f"in time {row['share_in_time']:.0%} of it"
    )


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of one model; speeds are medians of the sittings."""
    entry = Catalog.load().get(options.one)
    path = options.models / f"{PREFIX}{entry.name}.gguf"
    role = Settings().engines.role(entry.roles[0])
    slots = Pool.slots_needed(role.parallel, role.retained, PINNED)
    began = time.perf_counter()
    model = LlamaModel(
        path,
        context_tokens=options.context,
        slots=slots,
        outputs=slots,
        threads=options.threads,
        repack=repacks("auto", entry.quantization),
        template_options=dict(entry.template_options),
    )
    loading = time.perf_counter() - began
    prefix = model.tokenize(model.render(summary_messages("")))
    text = model.tokenize("\n".join(call(seed) for seed in range(4)))
    speeds = []
    if options.clock == "wall":
        for _ in range(SITTINGS):
            speeds.append(measure(model, (role.parallel,), prefix))
            model.truncate(0)
        calls = [
            _a_call(model, prefix, text, (CALL_TOKENS, WRITTEN), time.perf_counter)
            for _ in range(SITTINGS)
        ]
    else:
        short = prefix[:SHORT_PREFIX]
        calls = [
            _a_call(model, short, text, (SHORT_CALL, SHORT_WRITTEN), time.thread_time)
            for _ in range(SITTINGS)
        ]
    reading, writing = (statistics.median(speed) for speed in zip(*calls, strict=True))
    own = CAUTION * (BUDGET - ANSWER_TOKENS / writing) * reading - ASK_TOKENS
    row = {
        "name": entry.name,
        "file_bytes": path.stat().st_size,
        "catalogue_bytes": entry.size_bytes,
        "need_bytes": memory_need(entry, options.context),
        "peak_bytes": _peak(),
        "context": options.context,
        "kv_bytes_per_token": model.kv_bytes // model.context_tokens,
        "prefix_tokens": len(prefix),
        "load_seconds": loading,
        "reads": reading,
        "writes": writing,
        "writes_together": statistics.median([s.parallel_decode_tps for s in speeds] or [0.0]),
        "parallel": speeds[0].parallel if speeds else 0,
        "sittings": calls,
        "own_measuring": [[s.prefill_tps, s.decode_tps, s.parallel_decode_tps] for s in speeds],
        "call_seconds": (CALL_TOKENS + ASK_TOKENS) / reading + ANSWER_TOKENS / writing,
        "share_in_time": min(1.0, max(0.0, own / CALL_TOKENS)),
        "wrong": list(_wrong(model, entry, path)),
    }
    model.close()
    return row


def _a_call(
    model: LlamaModel,
    prefix: list[int],
    text: list[int],
    amounts: tuple[int, int],
    clock: Callable[[], float],
) -> tuple[float, float]:
    """Read so many tokens after a prefix and write so many; return tokens a second of each."""
    reads, writes = amounts
    model.truncate(0)
    at = 0
    for begin in range(0, len(prefix), model.step_tokens):
        part = prefix[begin : begin + model.step_tokens]
        model.decode([Chunk(0, part, at, logits=0)])
        at += len(part)
    began = clock()
    model.decode([Chunk(0, text[:reads], at, logits=1)])
    read = clock()
    for number in range(writes):
        token = text[reads + number : reads + number + 1]
        model.decode([Chunk(0, token, at + reads + number, logits=1)])
    ended = clock()
    model.truncate(0)
    return reads / (read - began), writes / (ended - read)


def _wrong(model: LlamaModel, entry: ModelEntry, path: Path) -> list[str]:
    """Return what is not as the catalogue has it."""
    wrong = []
    kv = model.kv_bytes // model.context_tokens
    if kv != entry.kv_bytes_per_token:
        wrong.append(f"{kv} KV bytes a token, not {entry.kv_bytes_per_token}")
    size = path.stat().st_size
    if entry.sha256 and abs(size - entry.size_bytes) > OTHER_BYTES:
        wrong.append(f"{size} bytes, not {entry.size_bytes}")
    prompt = model.render([{"role": "user", "content": "가"}])
    ends = "<|end_header_id|>\n\n"
    if entry.family.startswith("Qwen3"):
        thinks = entry.template_options.get("enable_thinking") is False
        ends = "<|im_start|>assistant\n" + "<think>\n\n</think>\n\n" * thinks
    if not prompt.endswith(ends):
        wrong.append(f"the prompt ends with {prompt[-60:]!r}, not {ends!r}")
    if len(model.tokenize("<|im_end|>" if "im_start" in ends else "<|eot_id|>")) != 1:
        wrong.append("the template's markers are no tokens")
    return wrong


def _peak() -> int:
    """Return the highest resident memory of this process so far, in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


if __name__ == "__main__":
    sys.exit(main())
