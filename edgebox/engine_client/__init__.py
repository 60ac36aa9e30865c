"""The client of the engine: over its Unix socket, or of an OpenAI-compatible server by URL.

Failures of connections, HTTP statuses and broken JSON become ``EngineError`` in ``faults.py`` and
nowhere else.
"""

from edgebox.engine_client.answers import Completion, Delta, TokenCount
from edgebox.engine_client.client import EngineClient
from edgebox.engine_client.concurrency import Concurrency
from edgebox.engine_client.health import EngineHealth, RoleHealth
from edgebox.engine_client.requests import (
    BACKGROUND_PRIORITY,
    WANTED_PRIORITY,
    Messages,
    Options,
)
from edgebox.engine_client.waits import Waits

__all__ = [
    "BACKGROUND_PRIORITY",
    "WANTED_PRIORITY",
    "Completion",
    "Concurrency",
    "Delta",
    "EngineClient",
    "EngineHealth",
    "Messages",
    "Options",
    "RoleHealth",
    "TokenCount",
    "Waits",
]
