"""How long an answer is waited for."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

CONNECT = 2.0
"""Seconds for a connection."""

READY = 5.0
"""Seconds for a server to say whether it is ready."""

GRACE = 1.0
"""Seconds after the deadline, for the engine's own answer to arrive."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long an answer without a deadline is waited for, in seconds.

    Another server's speed is not known: its limit is what a slow processor with others before us
    in its queue would need. Our own engine is watched by its own watchdog.

    Attributes:
        floor: of another server, whatever the request.
        character: more for each character of the prompt.
        token: more for each token of the answer.
        own: of our own engine.
        silence: between two pieces of another server's answer.
    """

    floor: float = 300.0
    character: float = 0.1
    token: float = 3.0
    own: float = 7200.0
    silence: float = 120.0

    def of_remote(self, characters: int, tokens: int) -> float:
        """Return the seconds for a prompt of ``characters`` and an answer of ``tokens``."""
        return self.floor + characters * self.character + tokens * self.token


def timeout_of(deadline: float | None, limit: float) -> httpx.Timeout:
    """Return httpx's timeouts of a request that ends after ``limit`` seconds."""
    return httpx.Timeout(limit, connect=CONNECT if deadline is None else min(CONNECT, deadline))
