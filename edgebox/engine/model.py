"""What the engine needs of a language model. ``llama.py`` has the real one; this loads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

Messages = list[dict[str, str]]
"""A chat: each turn with its ``role`` and ``content``."""


class Decoded(Enum):
    """How a decode ended when it did not fail."""

    DONE = 0
    NO_SPACE = 1  # no KV cells; nothing changed
    ABORTED = 2  # abandoned on request; nothing of it remains


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive tokens of one sequence, to be decoded together.

    Attributes:
        slot: llama.cpp's sequence id.
        tokens: int32 tokens.
        position: the first one's position in the sequence.
        logits: of how many of the last tokens to keep the logits.
    """

    slot: int
    tokens: Sequence[int]
    position: int
    logits: int


class Model(Protocol):
    """A loaded model.

    Everything that computes or moves KV cells is called from the decode thread only.
    ``render`` and ``tokenize`` may be called from any thread.

    Attributes:
        slots: how many sequences can hold KV cells at a time.
        context_tokens: KV cells in total; the sequences share them.
        step_tokens: the most tokens one decode takes.
        outputs: the most tokens of one decode whose logits are kept.
        on_gpu: a running decode cannot be aborted.
        rewinds: the last cells of a sequence can be freed alone.
        weights_bytes, kv_bytes: memory for weights and KV cells.
        vocabulary: how many tokens there are.
        vocab: llama.cpp's vocabulary, an opaque pointer.
        end_tokens: the tokens that may end an answer.
    """

    slots: int
    context_tokens: int
    step_tokens: int
    outputs: int
    on_gpu: bool
    rewinds: bool
    weights_bytes: int
    kv_bytes: int
    vocabulary: int
    vocab: Any
    end_tokens: list[int]

    def decode(self, chunks: Sequence[Chunk]) -> tuple[Decoded, list[int]]: ...
    def logits(self, row: int) -> NDArray[np.float32]: ...
    def copy_prefix(self, source: int, target: int, length: int) -> None: ...
    def truncate(self, slot: int, length: int = 0) -> None: ...
    def on_abort(self, wanted: Callable[[], bool]) -> None: ...
    def render(self, messages: Messages) -> str: ...
    def tokenize(self, text: str) -> list[int]: ...
    def piece(self, token: int) -> bytes: ...
    def ends(self, token: int) -> bool: ...
    def close(self) -> None: ...
