"""One question through two servers behind an orchestrator, and through EdgeBox.

    benchmarks/peers.sh                                        builds llama-server, once
    .venv/bin/python benchmarks/orchestrator.py [--questions 12] [--out FILE]

The orchestrator is what one writes first: a pool of threads, two calls at the same time, the small
model's words shown at once and the large one's when they come. It runs over two llama-servers with
the same files as the box. Every question is asked of one and then of the other, while a summary is
requested of the same side again and again, as by agents on the telephone. The order alternates.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from agents import LINES_OF_A_SUMMARY, agent, summary
from compare import llama_server

from edgebox.consultation.prompts import summary_messages
from edgebox.contract.paths import Paths
from edgebox.lab.bench.calls import call
from edgebox.lab.bench.report import percentile
from edgebox.lab.evaluation.questions import load_questions
from edgebox.processes.loading import physical_cores
from edgebox_cli.demo.box import MLM, SLM, DemoBox

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "tests" / "data" / "asks" / "questions.jsonl"
DEADLINE = 15.0
SUMMARY_TOKENS, SPRINT_TOKENS, MARATHON_TOKENS = 120, 48, 320
PAUSE_SECONDS = 1.0

SPRINTER = "고객 상담을 돕습니다. 질문을 확인했다고 한 문장으로 짧게 답하십시오."
MARATHON = (
    "아래 상담 내용만 보고 질문에 답하십시오. 첫 줄에 결론을 쓰고, 근거를 목록으로 쓰십시오. "
    "상담 내용에 없으면 없다고 하십시오."
)


class Orchestrator:
    """Both models at once, behind a pool of threads.

    Args:
        slm: URL of the small model's server.
        mlm: URL of the large model's.
    """

    def __init__(self, slm: str, mlm: str) -> None:
        self._urls = {"slm": slm, "mlm": mlm}
        self._pool = ThreadPoolExecutor(max_workers=2)
        self._http = httpx.Client(trust_env=False, timeout=60.0)

    def ask(self, question: str, transcript: str) -> dict[str, float | str]:
        """Answer; return the seconds of the first words, of the answer's first and of its last."""
        began = time.monotonic()
        seen: dict[str, float | str] = {}

        def told(name: str) -> Callable[[str], None]:
            return lambda _: seen.setdefault(name, time.monotonic() - began)  # type: ignore[return-value]

        sprint = self._pool.submit(
            self._stream, "slm", SPRINTER, question, SPRINT_TOKENS, told("acknowledged")
        )
        whole = f"[상담 내용]\n{transcript}\n\n[질문]\n{question}"
        marathon = self._pool.submit(
            self._stream, "mlm", MARATHON, whole, MARATHON_TOKENS, told("answer_first")
        )
        sprint.result()
        seen["text"] = marathon.result()
        seen["total"] = time.monotonic() - began
        return seen

    def summarise(self, _name: str, transcript: str) -> float:
        """Summarise as EdgeBox's prompt does; return the seconds it took."""
        began = time.monotonic()
        system, *rest = summary_messages(transcript)
        self._chat("slm", [system, *rest], SUMMARY_TOKENS, lambda _: None)
        return time.monotonic() - began

    def _stream(
        self, role: str, system: str, user: str, most: int, first: Callable[[str], None]
    ) -> str:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        return self._chat(role, messages, most, first)

    def _chat(
        self, role: str, messages: list[dict[str, str]], most: int, first: Callable[[str], None]
    ) -> str:
        body = {"messages": messages, "max_tokens": most, "temperature": 0.0, "stream": True}
        said = []
        url = f"{self._urls[role]}/v1/chat/completions"
        with self._http.stream("POST", url, json=body) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: {"):
                    [choice] = json.loads(line[6:])["choices"] or [{"delta": {}}]
                    if text := choice["delta"].get("content"):
                        first(text)
                        said.append(text)
        return "".join(said)


def ask_box(box: DemoBox, question: str, transcript: str) -> dict[str, float | str]:
    """Ask EdgeBox; the same fields, and when the utterances were shown."""
    body = {"question": question, "conversation_text": transcript, "deadline": DEADLINE}
    began = time.monotonic()
    seen: dict[str, float | str] = {}
    names = {"evidence": "evidence", "ack": "acknowledged", "delta": "answer_first"}
    for kind, data in box.box.events(Paths.ASK, body | {"cache": False}):
        if kind in names:
            seen.setdefault(names[kind], time.monotonic() - began)
        elif kind == "done":
            said = data["answer"] or {}  # none where time ran out
            seen |= {"text": said.get("markdown", ""), "status": data["status"]}
    seen["total"] = time.monotonic() - began
    return seen


def main() -> None:
    """Measure, print a table, and write the samples if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=12)
    parser.add_argument("--models", type=Path, default=ROOT / "gguf", help="folder of the GGUFs")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    options.slm, options.mlm, options.threads = SLM, MLM, physical_cores()
    asked = load_questions(QUESTIONS)
    chosen = asked[:: max(1, len(asked) // options.questions)][: options.questions]
    samples: list[dict[str, Any]] = []
    further = f"[ask]\ndeadline_seconds = {DEADLINE}\n"
    with (
        tempfile.TemporaryDirectory(prefix="orchestrator-") as folder,
        llama_server(options, Path(folder)) as urls,
        DemoBox(options.models, further=further) as box,
    ):
        peer = Orchestrator(*urls)
        box.wait_until_ready(lambda: None)
        sides: dict[str, tuple[Callable[..., dict[str, float | str]], Callable[..., float]]] = {
            "edgebox": (
                partial(ask_box, box),
                lambda name, talk: summary(box, name, talk).seconds,
            ),
            "orchestrator": (peer.ask, peer.summarise),
        }
        for name, (_, summarise) in sides.items():
            print(f"warming up {name}", flush=True)
            summarise("S-0", call(900, LINES_OF_A_SUMMARY, 99))
        for turn, one in enumerate(chosen):
            for side in sides if turn % 2 == 0 else reversed(sides):
                ask, summarise = sides[side]
                salt = 2 * turn + (side == "edgebox")
                with agent(summarise, salt, PAUSE_SECONDS) as spent:
                    found = ask(one.question.question, one.case.transcript)
                samples.append({"side": side, "id": one.question.id, "summaries": spent} | found)
                print(_line(f"{one.question.id} {side}", [samples[-1]]), flush=True)
    print()
    for side in ("edgebox", "orchestrator"):
        print(_line(side, [sample for sample in samples if sample["side"] == side]))
    if options.out:
        text = json.dumps(samples, indent=1, ensure_ascii=False)
        options.out.write_text(text, encoding="utf-8")


def _line(name: str, found: list[dict[str, Any]]) -> str:
    shown = []
    for key in ("evidence", "acknowledged", "answer_first", "total"):
        values = [sample[key] for sample in found if key in sample]
        if values:
            shown.append(f"{key} {statistics.median(values):.2f} (most {max(values):.2f})")
    quick = [seconds for sample in found for seconds in sample["summaries"]]
    late = sum(seconds > 3.0 for seconds in quick)
    shown.append(f"summaries p95 {percentile(quick, 0.95):.2f} s, {late} of {len(quick)} over 3 s")
    return f"{name}: {'; '.join(shown)}"


if __name__ == "__main__":
    main()
