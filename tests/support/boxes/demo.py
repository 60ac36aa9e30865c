"""The demo's box, on the starter models."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from edgebox.signing import bound_key
from edgebox_cli.demo.box import CLIENT, DemoBox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def demo_box(models: Path, *, further: str = "") -> Iterator[DemoBox]:
    """Start one; this process gets its EDGEBOX_* variables back, which a box removes.

    Args:
        models: the folder of the starter models.
        further: sections of its configuration, as TOML.
    """
    before = dict(os.environ)
    try:
        with DemoBox(models, further=further) as running:
            yield running
    finally:
        os.environ.update(before)


def signed(box: DemoBox) -> dict[str, str]:
    """Return the header of a request of the demo's client."""
    return {"X-Bound-Key": bound_key(CLIENT, box.receiver.secret, time.time())}
