"""Makes the guide's pictures of the page that Prometheus serves: its worker stops in them.

Usage: PYTHONPATH=.:cli:tests:monitoring python tests/watched_picture.py docs/images [--dark]

Prometheus, Alertmanager and Chromium are real. The box has only metrics
(support/watching/exporter.py): the page is shown, not a machine.
"""

import argparse
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page
from watch import render
from watch.chat import Chat
from watch.processes import Watchers, free_port
from watch.settings import Monitoring

from support.browser import chromium
from support.png import smaller
from support.watching.exporter import Exporter

WIDTH = 1200
LANGUAGES = ("ko", "en")
USUAL = {
    "edgebox_quick_truncated_total": 0.0,
    **{
        f'edgebox_analyses_total{{result="done",code="{code}"}}': 0.0
        for code in ("refused", "analysis_failed", "poison")
    },
}
"""What a box has that reads every call, and whose analyses keep up."""

OF_THE_WHOLE = 0.75
"""The part of the time after which the worker stops."""


def main() -> int:
    """Make the pictures, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--dark", action="store_true", help="also the dark ones, to look at")
    options = parser.parse_args()
    with Exporter() as box, Chat(shown=True) as chat:
        wanted = Monitoring(name="edgebox-1", target=box.target)
        wanted.chat.url = chat.url
        for name in ("prometheus", "alertmanager", "relay"):
            setattr(wanted.listen, name, f"127.0.0.1:{free_port()}")
        with (
            tempfile.TemporaryDirectory() as folder,
            Watchers(wanted, Path(folder), render.DEMO) as watchers,
            chromium() as browser,
        ):
            box.changed |= USUAL
            time.sleep(options.minutes * 60 * OF_THE_WHOLE)
            box.changed |= {"edgebox_worker_up": 0, "edgebox_consultations_pending": 187}
            if chat.wait("WorkerDown", seconds=90) is None:
                return 1
            time.sleep(options.minutes * 60 * (1 - OF_THE_WHOLE))
            for language in LANGUAGES:
                for scheme in ("light", "dark") if options.dark else ("light",):
                    page = browser.new_page(
                        viewport={"width": WIDTH, "height": 800}, color_scheme=scheme
                    )
                    _show(page, f"{watchers.prometheus}/consoles/edgebox-{language}.html")
                    dark = "-dark" if scheme == "dark" else ""
                    path = options.folder / f"monitor-{language}{dark}.png"
                    path.write_bytes(smaller(page.screenshot(full_page=True)))
                    page.close()
    return 0


def _show(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#spans button").first.click()  # the last 15 minutes
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)


if __name__ == "__main__":
    raise SystemExit(main())
