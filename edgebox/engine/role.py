"""A role that this engine serves: its model is unloaded when idle, and loaded again on demand."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

from edgebox.engine.background import probe, warm_up
from edgebox.engine.constraint import Grammars
from edgebox.engine.pool import common_length, pinned_cells
from edgebox.errors import EdgeBoxError, EngineUnavailable, where

if TYPE_CHECKING:
    from array import array
    from collections.abc import AsyncIterator

    from edgebox.engine.loaded import LoadedModel
    from edgebox.engine.model import Model
    from edgebox.engine.sequence import Sequence
    from edgebox.engine.speed import Speed
    from edgebox.engine.thread import DecodeThread
    from edgebox.settings import Role

log = logging.getLogger("edgebox.engine")

RELOAD_PAUSE = 5.0
"""Seconds to wait after a failed reload before the next try."""


class Reloader(Protocol):
    """Loads a role's model again. Called on any thread."""

    def reload(self, role: Role, speed: Speed) -> LoadedModel: ...


class ServedRole:
    """One role: its model's name, and the model while it is in memory.

    Everything here belongs to the event loop, except ``grammars``.

    Args:
        role: slm or mlm.
        name: of its model.
        loaded: its model, loaded and measured.
        reloader: loads it again after it was unloaded.
        prefixes: the tokens that the prompts of each of the role's tasks begin with.
        sample: typical tokens for a probe.
        tokens_per_char: of the role's prompt.
        grammars: its compiler of constraints, if it was built already.

    Attributes:
        loaded: None while the model is unloaded.
    """

    def __init__(
        self,
        role: Role,
        name: str,
        loaded: LoadedModel,
        reloader: Reloader,
        *,
        prefixes: tuple[array[int], ...],
        sample: array[int],
        tokens_per_char: float,
        grammars: Grammars | None = None,
    ) -> None:
        self.role = role
        self.name = name
        self.loaded: LoadedModel | None = loaded
        self.speed = loaded.speed
        self._backend = "cuda" if loaded.model.on_gpu else "cpu"
        self._context_tokens = loaded.model.context_tokens
        self._pinned = pinned_cells(prefixes)
        self._reloader = reloader
        self._prefixes = prefixes
        self._sample = sample
        self._tokens_per_char = tokens_per_char
        self._grammars = grammars
        self._compiling = threading.Lock()
        self._users = 0  # requests between asking for the model and being handed to the thread
        self._gate = asyncio.Lock()  # held while the model comes or goes
        self._waking: asyncio.Task[LoadedModel] | None = None
        self._broken_until = 0.0  # monotonic seconds before which loading is not tried again

    @asynccontextmanager
    async def in_use(self, thread: DecodeThread) -> AsyncIterator[LoadedModel]:
        """Keep the model in memory for the block, and load it first if it is not there.

        Raises:
            EngineUnavailable: it could not be loaded again.
        """
        async with self._gate:
            loaded = self.loaded
            if loaded is None:
                if self._waking is None or self._waking.done():
                    self._waking = asyncio.create_task(self.wake(thread))
                # Shielded: the loading continues when the client that asked for it hangs up.
                loaded = await asyncio.shield(self._waking)
            self._users += 1
        try:
            yield loaded
        finally:
            self._users -= 1

    async def rest(self, thread: DecodeThread, seconds: float) -> bool:
        """Unload the model if it has been idle for ``seconds``.

        Returns:
            True if it was unloaded.
        """
        if self.loaded is None or time.monotonic() - self.loaded.used < seconds:
            return False
        async with self._gate:
            if self.loaded is None or self._users:
                return False
            if not await asyncio.wrap_future(thread.retire(self.role, seconds)):
                return False
            self.loaded = None
            self._grammars = None  # llguidance reads the vocabulary that went with the model
            return True

    async def wake(self, thread: DecodeThread) -> LoadedModel:
        """Load the model again, hand it to the decode thread and warm it up.

        Raises:
            EngineUnavailable: it could not be loaded.
        """
        failed = EngineUnavailable(f"{self.name} could not be loaded again. Try again shortly.")
        if time.monotonic() < self._broken_until:
            raise failed
        try:
            loaded = await asyncio.to_thread(self._reloader.reload, self.role, self.speed)
        except Exception as error:  # noqa: BLE001 - of native code and files, whatever it is
            self._broken_until = time.monotonic() + RELOAD_PAUSE
            why = error.detail if isinstance(error, EdgeBoxError) else where(error)
            log.error("%s cannot be loaded again: %s", self.role, why)  # noqa: TRY400 - ours
            raise failed from None
        await asyncio.wrap_future(thread.adopt(self.role, loaded))
        self.loaded = loaded
        for sequence in self.warm_up():
            thread.submit(sequence)
        return loaded

    def room(self, prompt: array[int]) -> int:
        """Return the tokens of context that a prompt and its answer may fill.

        The shared prefixes that it does not begin with keep their cells.
        """
        own = max((common_length(prompt, one, len(one)) for one in self._prefixes), default=0)
        return self._context_tokens - self._pinned + own

    @property
    def context_tokens(self) -> int:
        """The same for a prompt of any of the role's tasks."""
        return self._context_tokens - self._pinned + min(map(len, self._prefixes), default=0)

    def warm_up(self) -> list[Sequence]:
        """Return the sequences that read the shared prefixes."""
        return [warm_up(self.role, prefix) for prefix in self._prefixes]

    def probe(self) -> Sequence:
        """Return a sequence that measures the speed."""
        return probe(self.role, self._sample)

    def grammars(self, model: Model) -> Grammars:
        """Return what compiles constraints for the model. Takes seconds the first time.

        Args:
            model: this role's, as ``in_use`` yields it.
        """
        with self._compiling:
            if self._grammars is None:
                self._grammars = Grammars(model)
            return self._grammars

    def health(self, kv_cells_used: int) -> dict[str, Any]:
        """Return the role's part of ``GET /health``."""
        model = self.loaded.model if self.loaded else None
        drafts = self.loaded.drafts if self.loaded else None
        return {
            "model": self.name,
            "backend": self._backend,
            "context_tokens": self.context_tokens,
            "parallel": self.speed.parallel,
            "prefill_tps": round(self.speed.prefill_tps, 2),
            "decode_tps": round(self.speed.decode_tps, 2),
            "batch_decode_tps": round(self.speed.parallel_decode_tps, 2),
            "draft_gain": round(drafts.gain, 2) if drafts else 1.0,
            "tokens_per_char": round(self._tokens_per_char, 4),
            "loaded": model is not None,
            "weights_bytes": model.weights_bytes if model else 0,
            "kv_bytes": model.kv_bytes if model else 0,
            "kv_cells_used": kv_cells_used,
        }
