"""Makes pictures of the agent's screen, for people to look at.

Usage: python tests/screens.py FOLDER (with the repository and tests/ on PYTHONPATH)
"""

import sys
import time
from pathlib import Path

from support.browser import chromium
from support.calls import ANSWER, CALL_ID, CITATIONS, TALK, call, done, record, summary
from support.screen import FakeBox

SIZES = {"wide": (1440, 860), "middle": (900, 760), "narrow": (380, 720)}


def states(page, box) -> dict:
    """Return what to do for each picture, by name."""
    now = time.time()

    def start(*, ended: bool = False, **changes) -> None:
        box.fresh()
        other = call(consultation_id="CL-2025091301229", ended=True, started_at=now - 900)
        box.snapshot["calls"] = [other, call(started_at=now - 192, ended=ended, **changes)]
        box.snapshot["drafts"] = [summary(at=now - 9)]
        page.goto(f"{box.address}/agent")
        page.wait_for_selector(".link.open")
        page.wait_for_selector(".prose")

    def ask(markdown: str = ANSWER, end: bool = True, **changes) -> None:
        page.keyboard.press("F2")
        page.keyboard.type("재발급은 얼마나 걸린다고 했지?")
        page.keyboard.press("Enter")
        ask_id = box.expect("ask")["ask_id"]
        box.tell(
            {"type": "ask.start", "ask_id": ask_id, "deadline": 15, "cached": False},
            {"type": "ask.evidence", "ask_id": ask_id, "citations": CITATIONS},
            {
                "type": "ask.ack",
                "ask_id": ask_id,
                "text": "'재발급 기간'을 찾아보고 있습니다.",
                "by": "qwen",
            },
        )
        if end:
            box.tell(
                {"type": "ask.done", "ask_id": ask_id, "done": done(ask_id, markdown, **changes)}
            )
            page.wait_for_selector(".thumb")

    def going_on() -> None:
        start(partial="그러면 언제쯤 받을 수")
        page.locator(".sentence").first.click()

    def answered() -> None:
        start()
        ask()

    def asking() -> None:
        start()
        ask(end=False)
        page.wait_for_selector(".ask .quiet")

    def after() -> None:
        start(ended=True)
        box.tell({"type": "record.done", "draft": record(at=now)})
        page.wait_for_selector(".item")
        page.keyboard.press("2")

    def editing() -> None:
        after()
        page.locator("#log").focus()
        page.keyboard.press("e")
        page.wait_for_selector("#edit-record-agent")
        box.tell({"type": "record.done", "draft": record("r2", at=now)})
        page.wait_for_selector(".remark")

    def busy() -> None:
        start()
        page.keyboard.press("2")
        page.keyboard.press("r")
        box.expect("summarise")
        box.tell(
            {
                "type": "notice",
                "level": "warning",
                "code": "box-busy",
                "text": "The box is busy.",
                "retry_after": 12,
                "consultation_id": CALL_ID,
                "ask_id": None,
            }
        )
        page.wait_for_selector(".remark")

    def disconnected() -> None:
        start()
        page.context.set_offline(True)
        page.wait_for_selector(".banner.error")

    def many() -> None:
        start(utterances=TALK * 5)
        page.keyboard.press("/")
        page.keyboard.type("재발급")
        page.wait_for_selector("mark")

    def expired() -> None:
        start()
        box.session = False
        box.close(4401)
        page.wait_for_selector("#login")

    def helped() -> None:
        start()
        page.keyboard.press("Shift+Slash")
        page.wait_for_selector("#help")

    def pasting() -> None:
        start()
        page.locator("[data-do=paste]").first.click()
        page.wait_for_selector("#paste")

    def empty() -> None:
        box.fresh()
        page.goto(f"{box.address}/agent")
        page.wait_for_selector(".nothing")

    return {
        name: make
        for name, make in locals().items()
        if callable(make) and name not in {"start", "ask"}
    }


def main(folder: Path) -> None:
    """Make every picture, light and dark, wide and narrow."""
    folder.mkdir(parents=True, exist_ok=True)
    with FakeBox().serving() as box, chromium() as browser:
        for scheme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                for name in (
                    "going_on",
                    "asking",
                    "answered",
                    "after",
                    "editing",
                    "busy",
                    "disconnected",
                    "many",
                    "expired",
                    "helped",
                    "pasting",
                    "empty",
                ):
                    context = browser.new_context(
                        viewport={"width": width, "height": height}, color_scheme=scheme
                    )
                    page = context.new_page()
                    states(page, box)[name]()
                    page.wait_for_timeout(120)
                    page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")
                    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
