"""The box's database as a command opens it."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from edgebox.store.db import Store
from edgebox_cli.common.configuration import settings
from edgebox_cli.common.failure import reported

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def opened_store() -> Iterator[Store]:
    """Open the store for the block; an error in it becomes one line and its exit code."""
    with reported(), closing(Store(settings().database)) as store:
        yield store
