"""What is read of the calls, and what is not."""

import pytest

from edgebox.live.calls import LiveCalls
from edgebox.live.growing import Growing
from edgebox.live.hub import Hub
from edgebox.live.readings import Readings
from edgebox.settings.model import LiveSettings
from support.boxes.store import Clock
from support.polling import eventually

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_paste_that_was_replaced_is_not_read(monkeypatch):
    """Or whoever pastes again and again keeps everybody's calls from being read."""
    read, told, add = [], [], Growing.add
    monkeypatch.setattr(
        Growing, "add", lambda self, text, **more: read.append(text) or add(self, text, **more)
    )
    clock, hub = Clock(), Hub()
    calls = LiveCalls(LiveSettings(), most_characters=9999, clock=clock, monotonic=clock)
    readings = Readings(calls, hub)
    hub.watch("center", "kim", told.append)
    for n in range(20):
        call = calls.paste("center", "p", operator="kim", text=f"고객: {n}번입니다.\n")
        readings.changed(call)
    await eventually(lambda: told)
    readings.close()
    assert read == ["고객: 19번입니다.\n"]
