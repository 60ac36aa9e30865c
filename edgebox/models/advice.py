"""Which models suit this machine: what fits, what is fastest, what to run instead."""

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
"""A model and the tokens of context it is to have."""

_CPU_ORDER = ("Q4_0", "IQ4_NL", "Q4_K_S", "Q4_K_M", "Q8_0", "Q5_K_M", "Q6_K", "BF16", "F16")
"""Fastest first on x86-64. Q4_0 before Q4_K_M was measured on two cores, 1.5 to 2 times; the rest
is ordered by how much a token reads and how costly that is to unpack."""
_LEAST_CONTEXT = 2048


@dataclass(frozen=True, slots=True)
class Here:
    """Where models would run on this machine.

    Attributes:
        room: bytes of memory in all: of the GPUs where there are some, else the processor's.
    """

    device: Device
    room: int


def machine() -> Here:
    """This one. What runs now is not counted: an engine may be running already."""
    if built_for_gpu() and (cards := gpus()):
        return Here("gpu", sum(card.total for card in cards))
    return Here("cpu", total_memory())


def fastest(entries: Iterable[ModelEntry], device: Device) -> set[str]:
    """Names of the fastest quantisation of each family that has several.

    On a GPU reading the weights is what takes time, so the smallest file is it.
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
    """Refuse models that cannot be in memory together.

    Args:
        wanted: of each role that our engine answers for.
        room: bytes.
        known: the catalogue, for saying what would fit.
        mapped: two roles with one file share its pages (not so on a GPU).

    Raises:
        ModelsTooLarge: names a pair or a context that would fit.
    """
    need = _need(wanted.values(), mapped=mapped)
    if need <= room:
        return
    names = " and ".join(entry.name for entry, _ in wanted.values())
    raise ModelsTooLarge(
        f"{names} need {_gb(need)} with their contexts, and {_gb(room)} are free here.",
        _instead(wanted, room, known) or "This machine is too small for any two models.",
    )


def _instead(wanted: Mapping[Role, Wanted], room: int, known: Iterable[ModelEntry]) -> str:
    """What would fit: a smaller context of the same models first, else other models."""
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
    best = max(fitting, key=lambda pair: (sum(not e.trial for e in pair), _weight(pair)))
    use = " && ".join(
        f"edgebox models use {role} {entry.name}"
        for role, entry in zip(roles, best, strict=True)
        if entry.name != wanted[role][0].name
    )
    return f"What fits: {use}"


def layers_within(entry: ModelEntry, context_tokens: int, budget: int) -> int:
    """Layers of a model that a GPU memory budget holds; -1 when it holds all of it.

    Weights and KV cells are spread evenly over the layers, llama.cpp's buffers come first.

    Args:
        entry: with its number of layers known (more than 0), else all or none.
        context_tokens: of its context.
        budget: bytes.
    """
    if memory_need(entry, context_tokens) <= budget:
        return -1
    if not entry.layers:
        return 0
    each = (memory_need(entry, context_tokens) - OVERHEAD_BYTES) / (entry.layers + 1)
    return max(0, min(entry.layers, int((budget - OVERHEAD_BYTES) / each)))


def _need(wanted: Iterable[Wanted], *, mapped: bool) -> int:
    models = list(wanted)
    need = sum(memory_need(*model) for model in models)
    files = {entry.name: entry.size_bytes for entry, _ in models}
    again = sum(entry.size_bytes for entry, _ in models) - sum(files.values())
    return need - again if mapped else need


def _weight(pair: tuple[ModelEntry, ...]) -> int:
    return sum(entry.size_bytes for entry in pair)


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
