"""A model in memory, with what the engine keeps beside it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgebox.engine.drafts import Drafts
    from edgebox.engine.model import Model
    from edgebox.engine.pool import Pool
    from edgebox.engine.speed import Speed


@dataclass(slots=True)
class LoadedModel:
    """A role's model while it is in memory, with its slots and its measured speed.

    Attributes:
        drafts: what its steps are given to guess; None: nothing.
        last_step: number of the last step it ran.
        used: monotonic seconds when its last sequence ended.
    """

    model: Model
    pool: Pool
    speed: Speed
    drafts: Drafts | None = None
    last_step: int = 0
    used: float = field(default_factory=time.monotonic)

    @property
    def prefill_tps(self) -> float:
        """Measured prompt tokens a second."""
        return self.speed.prefill_tps

    @property
    def step_tokens(self) -> int:
        """The most tokens one decode takes."""
        return self.model.step_tokens

    @property
    def abortable(self) -> bool:
        """Whether a running step can be aborted."""
        return not self.model.on_gpu
