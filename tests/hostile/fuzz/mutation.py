"""Inputs by mutation alone, the same in every run: what the short form of the fuzz tests uses."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LONGEST = 8192


def bounded(check: Callable[[bytes], None], data: bytes) -> None:
    """Check an input, in a time that its size bounds: a few times what honest inputs take."""
    began = time.thread_time()
    check(data)
    spent, allowed = time.thread_time() - began, 1.0 + len(data) * 0.0005
    assert spent < allowed, f"{len(data)} bytes took {spent:.1f} s, over {allowed:.1f} s"


def mutations(seeds: Sequence[bytes], tokens: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """Yield the seeds, then mutations of them without end."""
    yield from seeds
    yield b""
    random = Random(seed)
    pool = list(seeds)
    while True:
        data = bytearray(random.choice(pool))
        for _ in range(random.choice((1, 1, 2, 3, 5, 8))):
            _mutate(data, pool, tokens, random)
        made = bytes(data[:LONGEST])
        if random.random() < 0.02:
            pool.append(made)
        yield made


def _mutate(
    data: bytearray, pool: Sequence[bytes], tokens: Sequence[bytes], random: Random
) -> None:
    at = random.randint(0, len(data))
    until = min(len(data), at + random.choice((1, 2, 4, 8, 64)))
    match random.randrange(7):
        case 0:
            data[at:at] = random.choice(tokens)
        case 1:
            data[at : at + len(token)] = (token := random.choice(tokens))
        case 2:
            del data[at:until]
        case 3:
            data[at:at] = data[at:until] * random.choice((1, 2, 50))
        case 4:
            other = random.choice(pool)
            data[at:] = other[random.randint(0, len(other)) :]
        case 5:
            data[at:until] = random.randbytes(until - at)
        case _:
            if at < len(data):
                data[at] ^= 1 << random.randrange(8)
