"""Says which models suit this machine: what fits, what is fastest, what to run instead."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Literal

from edgebox.errors import ModelsTooLarge
from edgebox.models.catalog import OVERHEAD_BYTES, memory_need
from edgebox.settings import ROLES, Role
from edgebox.system.machine import built_for_gpu, gpus, total_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from edgebox.models.catalog import ModelEntry

Device = Literal["cpu", "gpu"]
Wanted = tuple["ModelEntry", int]
"""A model and the tokens of its context."""

_CPU_ORDER = ("Q4_0", "IQ4_NL", "Q4_K_S", "Q4_K_M", "Q8_0", "Q5_K_M", "Q6_K", "BF16", "F16")
"""Fastest first on x86-64. Measured on two cores, Q4_0 is 1.5 to 2 times as fast as Q4_K_M. The
rest is ordered by the bytes that a token reads and the cost of unpacking them."""
_LEAST_CONTEXT = 2048


@dataclass(frozen=True, slots=True)
class Here:
    """Where models would run on this machine.

    Attributes:
        room: total bytes of memory, of the GPUs when there are any, else of the processor.
    """

    device: Device
    room: int


def this_machine() -> Here:
    """Return this machine with all its memory: an engine may be using some of it already."""
    if built_for_gpu() and (cards := gpus()):
        return Here("gpu", sum(card.total for card in cards))
    return Here("cpu", total_memory())


def fastest(entries: Iterable[ModelEntry], device: Device) -> set[str]:
    """Return the names of the fastest quantisation of each family that has several.

    On a GPU, reading the weights takes most of the time, so the smallest file is the fastest.
    """
    families: dict[str, list[ModelEntry]] = {}
    for entry in entries:
        families.setdefault(entry.family, []).append(entry)

    def cost(entry: ModelEntry) -> tuple[int, int]:
        known = entry.quantization in _CPU_ORDER and device == "cpu"
        rank = _CPU_ORDER.index(entry.quantization) if known else len(_CPU_ORDER)
        return rank, entry.size_bytes

    return {min(kin, key=cost).name for kin in families.values() if len(kin) > 1}


def require_fit(
    wanted: Mapping[Role, Wanted],
    room: int,
    known: Iterable[ModelEntry],
    *,
    mapped: bool = False,
) -> None:
    """Check that models can be in memory together.

    Args:
        wanted: the model of each role that our engine answers for.
        room: bytes.
        known: the catalogue, for proposing what would fit.
        mapped: two roles with the same file share its pages. On a GPU they do not.

    Raises:
        ModelsTooLarge: they cannot; the message names models or a context that would fit.
    """
    need = sum(memory_need(*model) for model in wanted.values())
    if mapped:
        files = {entry.name: entry.size_bytes for entry, _ in wanted.values()}
        need -= sum(entry.size_bytes for entry, _ in wanted.values()) - sum(files.values())
    if need <= room:
        return
    names = " and ".join(entry.name for entry, _ in wanted.values())
    raise ModelsTooLarge(
        f"{names} need {_gb(need)} with their contexts, and {_gb(room)} are free here.",
        _instead(wanted, room, known) or "This machine is too small for any two models.",
    )


def _instead(wanted: Mapping[Role, Wanted], room: int, known: Iterable[ModelEntry]) -> str:
    """Propose what would fit: a smaller context of the same models first, else other models."""
    contexts = [tokens for _, tokens in wanted.values()]
    smaller = _LEAST_CONTEXT
    while smaller * 2 < max(contexts):
        smaller *= 2
    while smaller >= _LEAST_CONTEXT:
        if sum(memory_need(e, min(smaller, t)) for e, t in wanted.values()) <= room:
            tables = ", ".join(f"[engines.{r}]" for r, (_, t) in wanted.items() if t > smaller)
            return f"They fit with context_tokens = {smaller} under {tables} in edgebox.toml."
        smaller //= 2
    roles: list[Role] = [role for role in ROLES if role in wanted]
    models = list(known)
    fitting = [
        pair
        for pair in product(*([e for e in models if role in e.roles] for role in roles))
        if sum(memory_need(e, wanted[r][1]) for r, e in zip(roles, pair, strict=True)) <= room
    ]
    if not fitting:
        return ""
    best = max(
        fitting, key=lambda pair: (sum(not e.trial for e in pair), sum(e.size_bytes for e in pair))
    )
    use = " && ".join(
        f"edgebox models use {role} {entry.name}"
        for role, entry in zip(roles, best, strict=True)
        if entry.name != wanted[role][0].name
    )
    return f"What fits: {use}"


def layers_within(entry: ModelEntry, context_tokens: int, budget: int) -> int:
    """Return how many layers of a model fit into a GPU memory budget; -1 for the whole model.

    Weights and KV cells are spread evenly over the layers, llama.cpp's buffers come first.
    A model whose number of layers is unknown (0) goes to the GPU as a whole or not at all.

    Args:
        entry: the model.
        context_tokens: tokens of its context.
        budget: bytes.
    """
    if memory_need(entry, context_tokens) <= budget:
        return -1
    if not entry.layers:
        return 0
    each = (memory_need(entry, context_tokens) - OVERHEAD_BYTES) / (entry.layers + 1)
    return max(0, min(entry.layers, int((budget - OVERHEAD_BYTES) / each)))


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
