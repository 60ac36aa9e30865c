"""Finds examples of the prompt that leaked into an answer, as small models let them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.consultation.words import squeeze

if TYPE_CHECKING:
    from collections.abc import Iterable

RUN = 14
"""Characters without spaces. Shorter runs are ordinary business Korean: "접수됐습니다" is six."""


def leaks_example(text: str, transcript: str, examples: Iterable[str]) -> bool:
    """Whether the text repeats a run of an example that the transcript does not hold."""
    squeezed, source = squeeze(text), squeeze(transcript)
    runs = {squeezed[i : i + RUN] for i in range(len(squeezed) - RUN + 1)}
    known = [squeeze(example) for example in examples]
    return any(run not in source and any(run in example for example in known) for run in runs)
