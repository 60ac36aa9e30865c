"""Measure the first design beside EdgeBox: seconds, and facts kept, on the same calls and weights.

The first design reads each model with Hugging Face transformers and asks it one thing after the
other: a quick summary of the first 500 characters, and three calls for an analysis. It runs in an
environment of its own:

python3 -m venv FOLDER && FOLDER/bin/pip install torch transformers accelerate gguf
.venv/bin/python benchmarks/first_design.py --python FOLDER/bin/python --out FILE.json

Both sides stay loaded, and one is idle while the other is asked. The order alternates. EdgeBox's
analyses run as its worker runs them, several at a time; a quick summary has its deadline.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import compare

from edgebox.consultation.prompts import example_texts
from edgebox.engine_client import EngineClient
from edgebox.lab.bench.machine import machine
from edgebox.lab.evaluation.asking import Evaluator
from edgebox.lab.evaluation.cases import load_cases
from edgebox.lab.evaluation.judging import Judgement, judge_summary
from edgebox.processes.loading import physical_cores
from edgebox.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.lab.evaluation.cases import Case
    from edgebox.lab.evaluation.totals import Pass

TRANSCRIPTS = compare.ROOT / "tests" / "data" / "transcripts"


@dataclass(frozen=True)
class Answered:
    """One answer of one side.

    Attributes:
        kind: "quick" or "analysis".
        side: "first design" or "edgebox".
        seconds: from the request to the answer; of EdgeBox's analyses with their waiting.
        kept: share of the call's facts that the answer holds, by weight.
        text: the answer, one field a line, to read it beside its figure.
        tokens: written, in each call of the first design.
    """

    kind: str
    side: str
    case: str
    seconds: float
    kept: float
    critical: tuple[str, ...]
    status: str
    text: str
    tokens: tuple[int, ...] = ()


@dataclass(frozen=True)
class Block:
    """The analyses of some calls on one side: wall seconds for all of them."""

    side: str
    calls: int
    seconds: float


class FirstDesign:
    """The running peer."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, kind: str, case: Case) -> Answered:
        """Ask about one call and judge the answer."""
        assert self._process.stdin is not None  # noqa: S101 - opened with pipes
        self._process.stdin.write(json.dumps({"kind": kind, "text": case.transcript}) + "\n")
        self._process.stdin.flush()
        found = self.line()
        seconds = sum(found["seconds"])
        judged = judge_summary(
            case,
            found["text"],
            status="success",
            seconds=seconds,
            model="first design",
            examples=example_texts(),
        )
        return _answered(kind, "first design", judged, tuple(found["tokens"]))

    def line(self) -> dict[str, Any]:
        """Return the next line; end the session if there is none."""
        assert self._process.stdout is not None  # noqa: S101 - opened with pipes
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("The first design ended: its own words are above.")
        found: dict[str, Any] = json.loads(line)
        return found


@contextlib.contextmanager
def first_design(options: argparse.Namespace) -> Iterator[FirstDesign]:
    """Start the peer and wait until it has loaded both models."""
    files = [str(options.models / f"{name}.gguf") for name in (options.slm, options.mlm)]
    script = str(compare.HERE / "first_design_model.py")
    command = [str(options.python), script, *files, str(options.threads)]
    command += [options.dtype, options.device]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            peer = FirstDesign(process)
            peer.line()
            yield peer
        finally:
            process.kill()


def _answered(kind: str, side: str, judged: Judgement, tokens: tuple[int, ...] = ()) -> Answered:
    return Answered(
        kind,
        side,
        judged.case.id,
        judged.seconds,
        judged.kept or 0.0,
        judged.critical,
        judged.status,
        judged.text,
        tokens,
    )


async def session(
    peer: FirstDesign, settings: Settings, options: argparse.Namespace
) -> tuple[list[Answered], list[Block]]:
    """Ask both sides about the same calls, in turn; keep every answer when it is there."""
    cases = load_cases(TRANSCRIPTS)
    client = EngineClient(settings)
    evaluator = Evaluator(client, settings, together=options.together)
    answers: list[Answered] = []
    blocks: list[Block] = []

    async def ours(kind: Pass, some: Sequence[Case]) -> None:
        began = time.perf_counter()
        judged = await evaluator.run(kind, some)
        if kind == "analysis":
            blocks.append(Block("edgebox", len(some), time.perf_counter() - began))
        answers.extend(_answered(kind, "edgebox", one) for one in judged)
        _say(answers[-len(some) :])
        keep(options, answers, blocks)

    async def theirs(kind: str, some: Sequence[Case]) -> None:
        began = time.perf_counter()
        for case in some:
            answers.append(await asyncio.to_thread(peer.ask, kind, case))
            _say(answers[-1:])
            keep(options, answers, blocks)
        if kind == "analysis":
            blocks.append(Block("first design", len(some), time.perf_counter() - began))

    try:
        warm = cases[-1:]
        await evaluator.run("quick", warm)
        await asyncio.to_thread(peer.ask, "quick", warm[0])
        for number, case in enumerate(cases[: options.quick]):
            for side in (ours, theirs) if number % 2 else (theirs, ours):
                await side("quick", [case])
        some = cases[: options.analyses]
        half = (len(some) + 1) // 2
        for number, part in enumerate(filter(None, (some[:half], some[half:]))):
            for side in (ours, theirs) if number % 2 else (theirs, ours):
                await side("analysis", part)
    finally:
        await client.aclose()
    return answers, blocks


def _say(answers: Sequence[Answered]) -> None:
    for one in answers:
        print(
            f"{one.kind:9} {one.side:13} {one.seconds:7.2f} s, facts kept {one.kept:4.0%}, "
            f"{one.status} {one.case}",
            file=sys.stderr,
        )


def keep(
    options: argparse.Namespace, answers: Sequence[Answered], blocks: Sequence[Block]
) -> dict[str, Any]:
    """Write what is known so far, also of a session that is broken off; return the figures."""
    models = {"slm": options.slm, "mlm": options.mlm, "dtype": options.dtype}
    figures = summary(answers, blocks)
    found = {
        "machine": machine() | models,
        "figures": figures,
        "answers": [asdict(one) for one in answers],
        "blocks": [asdict(one) for one in blocks],
    }
    options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return figures


def summary(answers: Sequence[Answered], blocks: Sequence[Block]) -> dict[str, Any]:
    """Return the figures of each side, and the ratios first design / EdgeBox."""
    found: dict[str, Any] = {}
    for kind in ("quick", "analysis"):
        for side in ("first design", "edgebox"):
            mine = [one for one in answers if (one.kind, one.side) == (kind, side)]
            if mine:
                found[f"{kind}, {side}"] = {
                    "calls": len(mine),
                    "median_seconds": statistics.median(one.seconds for one in mine),
                    "facts_kept": statistics.mean(one.kept for one in mine),
                    "critical_errors": sum(bool(one.critical) for one in mine),
                }
    times = {(one.side, one.case): one.seconds for one in answers if one.kind == "quick"}
    pairs = [
        seconds / times["edgebox", case]
        for (side, case), seconds in times.items()
        if side == "first design" and ("edgebox", case) in times
    ]
    if pairs:
        found["quick, time ratio"] = [min(pairs), statistics.median(pairs), max(pairs)]
    walls = {
        side: sum(one.seconds for one in blocks if one.side == side)
        for side in ("first design", "edgebox")
    }
    if all(walls.values()):
        found["analysis, wall seconds"] = walls
        found["analysis, time ratio"] = walls["first design"] / walls["edgebox"]
    return found


def main() -> int:
    """Run the session, print the figures and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", type=Path, required=True, help="with torch and transformers")
    parser.add_argument("--slm", default="qwen2.5-coder-0.5b-instruct-q4_k_m")
    parser.add_argument("--mlm", default="qwen2.5-coder-1.5b-instruct-q4_k_m")
    parser.add_argument("--models", type=Path, default=compare.ROOT / "gguf")
    parser.add_argument("--quick", type=int, default=5, help="summaries of each side")
    parser.add_argument("--analyses", type=int, default=4, help="analyses of each side")
    parser.add_argument("--together", type=int, default=compare.WIDE, help="of EdgeBox's analyses")
    parser.add_argument("--threads", type=int, default=physical_cores())
    parser.add_argument("--tune", action="store_true", help="EdgeBox as after edgebox tune")
    parser.add_argument("--dtype", default="float32", help="of the first design's weights")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="first-")))
        (socket,) = stack.enter_context(compare.edgebox(options, folder))
        peer = stack.enter_context(first_design(options))
        settings = Settings(state_dir=Path(socket.removeprefix("unix:")).parent)
        answers, blocks = asyncio.run(session(peer, settings, options))
    figures = keep(options, answers, blocks)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
