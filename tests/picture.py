"""Makes the picture that the README begins with: a real box, real models, a real browser.

Usage: PYTHONPATH=.:cli:tests python tests/picture.py docs/images/agent-ko.png
"""

import os
import sys
import threading
from pathlib import Path

from playwright.sync_api import Browser

from edgebox.settings import default_models_dir
from edgebox_cli.demo.box import DemoBox
from edgebox_cli.demo.calls import PLAYED
from edgebox_cli.demo.screen import AGENT, Login, add_people, play
from support.browser import chromium

QUESTION = "재발급 수수료는 얼마라고 했지?"
SPEED = 1.5
LINES = 12
"""Of the call; the picture is of one that goes on."""


def _play(box: DemoBox) -> None:
    for sent, _, _ in play(box, "CL-2025091300417", PLAYED[0], speed=SPEED):
        if sent == LINES:
            return


def main(path: Path) -> None:
    """Log in, let a call be played, ask about it, and take the picture once all is answered."""
    with DemoBox(default_models_dir(), pages=True) as box:
        box.wait_until_ready(lambda: None)
        login = next(one for one in add_people(box.settings) if one.name == AGENT)
        with chromium() as browser:
            _take(box, login, browser, path)


def _take(box: DemoBox, login: Login, browser: Browser, path: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
    page.set_default_timeout(180_000)
    page.goto(f"{box.box.url}/")
    page.fill("#name", login.name)
    page.fill("#password", login.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/agent")
    playing = threading.Thread(target=_play, args=(box,))
    playing.start()
    while playing.is_alive():
        page.wait_for_timeout(500)
    page.wait_for_timeout(25_000)  # the draft catches up with the call
    page.keyboard.press("F2")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".thumb")
    page.wait_for_timeout(1000)
    page.screenshot(path=path)


if __name__ == "__main__":
    os.umask(0o022)
    main(Path(sys.argv[1]))
