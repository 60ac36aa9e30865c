"""Prometheus and Alertmanager of this machine, beside a box of metrics and a chat."""

import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.polling import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "monitoring"))

from watch import render  # noqa: E402
from watch.chat import Chat  # noqa: E402
from watch.processes import INSTALL, Watchers, free_port  # noqa: E402
from watch.settings import Monitoring  # noqa: E402

from support.watching.exporter import Exporter  # noqa: E402

MISSING = [name for name in ("prometheus", "promtool", "amtool") if not shutil.which(name)]


def pytest_collection_modifyitems(items) -> None:
    if MISSING:
        skip = pytest.mark.skip(reason=f"no {', '.join(MISSING)}: {INSTALL}")
        for item in items:
            if Path(item.fspath).parent == Path(__file__).parent:
                item.add_marker(skip)


@dataclass
class Watched:
    exporter: Exporter
    chat: Chat
    watchers: Watchers

    def settle(self) -> None:
        """Wait until Prometheus has two scrapes of the box and the slowest groups of rules ran."""
        self.exporter.changed.clear()
        until = time.monotonic() + PATIENCE
        slow = "edgebox:quick_missed:ratio_rate30d and on (instance) edgebox:cloud_cost:rate1d"
        while not self.watchers.query(slow):
            assert time.monotonic() < until
            time.sleep(0.2)


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> Iterator[Watched]:
    """All of it at the pace of the demonstration: seconds instead of minutes.

    It ends with its module: at that pace Prometheus takes a share of a core for as long as it runs.
    """
    with Exporter() as exporter, Chat(shown=False) as chat:
        wanted = Monitoring(name="box-1", target=exporter.target)
        wanted.chat.url = chat.url
        wanted.watchdog.url = f"http://127.0.0.1:{free_port()}/"  # nobody is there, at first
        for name in ("prometheus", "alertmanager", "relay"):
            setattr(wanted.listen, name, f"127.0.0.1:{free_port()}")
        with Watchers(wanted, tmp_path_factory.mktemp("watchers"), render.DEMO) as watchers:
            yield Watched(exporter, chat, watchers)
