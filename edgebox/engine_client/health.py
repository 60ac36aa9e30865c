"""What the engine says of itself: its models, their measured speeds, its memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgebox.settings import ROLES, Role
from edgebox.system.machine import Gpu


@dataclass(frozen=True, slots=True)
class RoleHealth:
    """One role's model with its measured speeds (tokens a second) and sizes (bytes).

    Attributes:
        prefill_tps: of prompts.
        decode_tps: of one sequence alone, without drafts.
        batch_decode_tps: of ``parallel`` sequences in total, without drafts.
        draft_gain: how many times as many a sequence alone got lately, with drafts.
        loaded: False while an idle model's memory is given back.
    """

    role: Role
    model: str
    context_tokens: int
    prefill_tps: float
    decode_tps: float
    batch_decode_tps: float
    tokens_per_char: float
    parallel: int
    weights_bytes: int
    kv_bytes: int
    draft_gain: float = 1.0
    loaded: bool = True

    def decode_rate(self, together: int) -> float:
        """Return the tokens a second that ``together`` sequences get in total.

        The rate is taken to rise linearly from that of one sequence to ``batch_decode_tps`` for
        ``parallel`` of them. Half of what drafts gain counts: one call repeats less than another.
        """
        one = self.decode_tps * (1 + (self.draft_gain - 1) / 2)
        share = min(1.0, (together - 1) / max(1, self.parallel - 1))
        return one + share * max(0.0, self.batch_decode_tps - one)

    def writing_seconds(self, tokens: int, together: int) -> float:
        """Return the seconds until ``together`` answers of ``tokens`` each are written."""
        return together * tokens / self.decode_rate(together) if together > 0 else 0.0

    def answering_seconds(self, tokens: int, together: int) -> float:
        """Return the engine time that the last of ``together`` answers adds to the others."""
        others = self.writing_seconds(tokens, together - 1)
        return max(0.0, self.writing_seconds(tokens, together) - others)

    def readable_tokens(self, seconds: float) -> int:
        """Return the prompt tokens that can be read in this time."""
        return max(0, int(seconds * self.prefill_tps))


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """The engine's answer to ``GET /health``.

    Attributes:
        memory: bytes of the machine that new processes may use, and all it has. The systemd units
            let the engine alone read them.
        backlog: requests that wait or run and for which nobody waits: analyses.
    """

    ready: bool
    roles: dict[Role, RoleHealth]
    rss_bytes: int | None
    raw: dict[str, Any]
    gpus: tuple[Gpu, ...] = ()
    memory: tuple[int, int] | None = None
    backlog: int = 0


def read_health(body: dict[str, Any]) -> EngineHealth:
    """Read the body of ``GET /health``.

    Raises:
        KeyError, TypeError: it is not our engine's.
    """
    roles: dict[Role, RoleHealth] = {}
    for role in ROLES:
        if role in body["models"]:
            known = {
                key: value
                for key, value in body["models"][role].items()
                if key in RoleHealth.__slots__
            }
            roles[role] = RoleHealth(role=role, **known)
    cards = tuple(
        Gpu(card["name"], card["total_bytes"], card["total_bytes"] - card["used_bytes"])
        for card in body.get("gpus", ())
    )
    memory = body.get("memory")
    return EngineHealth(
        body["status"] == "ready",
        roles,
        body.get("rss_bytes"),
        body,
        cards,
        (memory["available_bytes"], memory["total_bytes"]) if memory else None,
        max(0, body.get("waiting", 0) + body.get("running", 0) - body.get("interactive", 0)),
    )
