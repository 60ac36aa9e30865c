"""Makes the picture that the README begins with: a real box, real models, a real browser.

Usage: PYTHONPATH=.:cli:tests python tests/picture.py docs/images/agent-ko.png

Needs the starter models. Their deadlines are longer than in service; where they were cut short all
the same, it says so and exits 1.
"""

import os
import sys
import threading
from pathlib import Path

from playwright.sync_api import Browser, Page

from edgebox.settings import default_models_dir
from edgebox_cli.demo.box import DemoBox
from edgebox_cli.demo.calls import PLAYED
from edgebox_cli.demo.screen import AGENT, PAGES, Login, add_people, play
from support.browser import chromium
from support.png import smaller

PATIENT = "[quick]\ndeadline_seconds = 30\n[ask]\ndeadline_seconds = 60\n"
"""A busy machine writes the same as an idle one, later."""
QUESTION = "재발급 수수료는 얼마라고 했지?"
SPEED = 3.0
LINES = 12
"""Of the call; the picture is of one that goes on."""
TRIES = 3
HURRIED = ("여기까지만 썼습니다", "원문 발췌", "일부만 읽음")
"""What the screen says where a deadline cut a model short."""


def main(path: Path) -> int:
    """Make the picture, and return the exit code."""
    with DemoBox(default_models_dir(), further=PAGES + PATIENT) as box:
        box.wait_until_ready(lambda: None)
        login = next(one for one in add_people(box.settings) if one.name == AGENT)
        with chromium() as browser:
            page = _logged_in(box, login, browser)
            _let_it_be_heard(box, page)
            _let_it_be_summarised(page)
            _ask(page)
            path.write_bytes(smaller(page.screenshot()))
            return 1 if _hurried(page) else 0


def _logged_in(box: DemoBox, login: Login, browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
    page.set_default_timeout(90_000)
    page.goto(f"{box.box.url}/")
    page.fill("#name", login.name)
    page.fill("#password", login.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/agent")
    return page


def _let_it_be_heard(box: DemoBox, page: Page) -> None:
    def send() -> None:
        for sent, _, _ in play(box, "CL-2025091300417", PLAYED[0], speed=SPEED):
            if sent == LINES:
                return

    playing = threading.Thread(target=send)
    playing.start()
    while playing.is_alive():
        page.wait_for_timeout(500)


def _let_it_be_summarised(page: Page) -> None:
    for _ in range(TRIES):
        page.keyboard.press("r")
        page.wait_for_timeout(20_000)
        if page.locator(".prose").count() and not _hurried(page):
            return


def _ask(page: Page) -> None:
    page.keyboard.press("F2")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".thumb")
    page.locator("#answers").focus()
    page.wait_for_timeout(1000)


def _hurried(page: Page) -> bool:
    found = [words for words in HURRIED if words in page.locator("body").inner_text()]
    if found:
        print(f"the machine was too busy: {', '.join(found)}")
    return bool(found)


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(Path(sys.argv[1])))
