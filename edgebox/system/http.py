"""The uvicorn server of a process that has its own idea of when to stop."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Generator


class Server(uvicorn.Server):
    """Leaves signals to the composition root.

    uvicorn's own handlers raise the signal again when it has stopped, so nothing
    after ``serve()`` would run.
    """

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """None."""
        yield
