"""The first design: two models behind a pipe, started by benchmarks/first_design.py.

Hugging Face transformers on a CPU or a GPU, the weights of a GGUF, one model call after the other.
A line of standard input is {"kind": "quick" or "analysis", "text": the transcript}; a line of
standard output is the answer with its seconds. It runs in an environment of its own and imports
nothing of EdgeBox.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

QUICK_CHARACTERS = 500
"""Of a transcript, read for a quick summary."""
QUICK = ("다음 상담 내용을 한두 문장으로 요약하세요.\n\n{text}\n\n요약:", 96)
ANALYSIS = (
    ("다음 상담을 고객 문의, 상담사 응대, 처리 결과로 나누어 요약하세요.\n\n{text}\n\n요약:", 200),
    ("다음 상담 내용의 핵심 키워드 5개를 쉼표로 나열하세요.\n\n{text}\n\n키워드:", 40),
    ("키워드형 제목, 서술형 제목, 0에서 1 사이의 품질 점수를 쓰세요.\n\n{text}\n\n제목:", 60),
)
"""The three calls of an analysis: a prompt and the most tokens of its answer."""


class Model:
    """One model with its tokenizer.

    Args:
        path: a GGUF file; transformers turns its weights into ``dtype``.
        dtype: a type of torch, by name.
        device: "cpu" or "cuda".
    """

    def __init__(self, path: Path, dtype: str, device: str) -> None:
        file = {"gguf_file": path.name}
        self._tokenizer: Any = AutoTokenizer.from_pretrained(path.parent, **file)
        self._model: Any = AutoModelForCausalLM.from_pretrained(
            path.parent, dtype=getattr(torch, dtype), **file
        ).to(device)
        self._device = device

    def answer(self, prompt: str, most: int) -> tuple[str, int]:
        """Return the greedy answer to a prompt, and its number of tokens."""
        encoded = self._tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}],
            add_generation_prompt=True,
            enable_thinking=False,
            return_tensors="pt",
            return_dict=True,
        ).to(self._device)
        read = encoded["input_ids"].shape[1]
        with torch.inference_mode():
            out = self._model.generate(**encoded, max_new_tokens=most, do_sample=False)
        written = out[0][read:]
        return self._tokenizer.decode(written, skip_special_tokens=True).strip(), len(written)


def main(slm: str, mlm: str, threads: str, dtype: str, device: str) -> None:
    """Load both models, say so, and answer lines until the input ends."""
    torch.set_num_threads(int(threads))
    models = {
        "quick": Model(Path(slm), dtype, device),
        "analysis": Model(Path(mlm), dtype, device),
    }
    print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        kind, text = asked["kind"], asked["text"]
        calls = ANALYSIS if kind == "analysis" else (QUICK,)
        if kind == "quick":
            text = text[:QUICK_CHARACTERS]
        texts, tokens, seconds = [], [], []
        for prompt, most in calls:
            began = time.perf_counter()
            answer, written = models[kind].answer(prompt.format(text=text), most)
            seconds.append(time.perf_counter() - began)
            texts.append(answer)
            tokens.append(written)
        found = {"text": "\n".join(texts), "seconds": seconds, "tokens": tokens}
        print(json.dumps(found, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
