"""A trial of one way of running a model, in a process of its own.

libgomp reads its spin count once, and a model is rearranged while it is loaded: so a process can
try one way only.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from typing import TYPE_CHECKING, Final

from edgebox.consultation.prompts import summary_messages
from edgebox.engine.llama import LlamaModel
from edgebox.engine.trial import CONTEXT, TOGETHER, tried
from edgebox.errors import ModelError
from edgebox.models.tuned import Timings
from edgebox.system.program import command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edgebox.models.tuned import Way

TRIAL_SECONDS: Final = 1.0
LONGEST: Final = 300.0
"""Seconds for a trial: 4 billion parameters on one slow core read ten tokens in each."""


def in_a_process(path: Path, way: Way) -> Timings:
    """Make a trial in a process of its own.

    Raises:
        ModelError: it failed, or took more than LONGEST seconds.
    """
    words = ["tune-trial", str(path), "--repack" if way.repack else "--no-repack"]
    words += ["--threads", str(way.threads), "--seconds", str(TRIAL_SECONDS)]
    environment = os.environ | {"GOMP_SPINCOUNT": str(way.spin)}
    with busy_process() if way.busy else contextlib.nullcontext():
        try:
            done = subprocess.run(  # noqa: S603 - this program again
                command(*words),
                capture_output=True,
                text=True,
                timeout=LONGEST,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ModelError(
                f"Trying {path.name} took more than {LONGEST:.0f} s. It is too large for this "
                "machine, or the machine is busy: stop what else runs, and try again."
            ) from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        raise ModelError(f"{path.name} cannot be tried: {said[-1]}")
    return Timings.model_validate_json(done.stdout)


@contextlib.contextmanager
def busy_process() -> Iterator[None]:
    """Keep one core busy in the block."""
    words = command("tune-trial", "--busy", str(os.getpid()))
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - this program again
        try:
            yield
        finally:
            process.kill()


def trial_of(path: Path, *, repack: bool, threads: int, seconds: float) -> Timings:
    """Load a model and try it, in this process.

    Args:
        path: a file whose hash was checked.
        repack: whether llama.cpp rearranges its weights.
        threads: of every step.
        seconds: after which no other round begins.

    Raises:
        ModelError: the file cannot be loaded.
    """
    model = LlamaModel(
        path,
        context_tokens=CONTEXT,
        slots=TOGETHER,
        outputs=TOGETHER,
        threads=threads,
        gpu_layers=0,
        repack=repack,
    )
    try:
        text = "".join(message["content"] for message in summary_messages(""))
        return tried(model, model.tokenize(text), seconds=seconds)
    finally:
        model.close()
