"""Makes pictures of the agent's screen, for people to look at.

Usage: PYTHONPATH=.:tests python tests/screens.py FOLDER [NAME...]
       PYTHONPATH=.:tests python tests/screens.py --scroll (prints what a frame costs)
"""

import sys
import time
from pathlib import Path

from support.agent import long_call
from support.browser import chromium
from support.calls import CALL_ID, CITATIONS, TALK, call, done, record, summary
from support.screen import FakeBox

SIZES = {"wide": (1440, 860), "middle": (900, 760), "narrow": (380, 720)}


class Pictures:
    """Brings a page into the state that a picture shows; each public method is one."""

    def __init__(self, page, box: FakeBox) -> None:
        self.page, self.box, self.now = page, box, time.time()

    def _start(self, *, ended: bool = False, **changes) -> None:
        self.box.fresh()
        other = call(consultation_id="CL-2025091301229", ended=True, started_at=self.now - 900)
        now = call(started_at=self.now - 192, ended=ended, **changes)
        self.box.snapshot["calls"] = [other, now]
        self.box.snapshot["drafts"] = [summary(at=self.now - 9)]
        self.page.goto(f"{self.box.address}/agent")
        self.page.wait_for_selector(".prose", state="attached")

    def _ask(self) -> str:
        self.page.keyboard.press("F2")
        self.page.keyboard.type("재발급은 얼마나 걸린다고 했지?")
        self.page.keyboard.press("Enter")
        ask_id = self.box.expect("ask")["ask_id"]
        told = "'재발급 기간'을 찾아보고 있습니다."
        self.box.tell(
            {"type": "ask.start", "ask_id": ask_id, "deadline": 15, "cached": False},
            {"type": "ask.evidence", "ask_id": ask_id, "citations": CITATIONS},
            {"type": "ask.ack", "ask_id": ask_id, "text": told, "by": "qwen3-1.7b-q8_0"},
        )
        self.page.wait_for_selector(".evidence")
        return ask_id

    def going_on(self) -> None:
        """A call goes on; the evidence of a sentence is lit."""
        self._start(partial="그러면 언제쯤 받을 수")
        self.page.locator(".sentence").first.dispatch_event("click")

    def asking(self) -> None:
        self._start()
        self._ask()

    def answered(self) -> None:
        self._start()
        ask_id = self._ask()
        self.box.tell({"type": "ask.done", "ask_id": ask_id, "done": done(ask_id)})
        self.page.wait_for_selector(".thumb")

    def after(self) -> None:
        """The call has ended, and the record is there."""
        self._start(ended=True)
        self.box.tell({"type": "record.done", "draft": record(at=self.now)})
        self.page.wait_for_selector(".item", state="attached")
        self.page.keyboard.press("2")

    def editing(self) -> None:
        self.after()
        self.page.keyboard.press("e")
        self.page.wait_for_selector("#edit-record-agent")
        self.box.tell({"type": "record.done", "draft": record("r2", at=self.now)})
        self.page.wait_for_selector(".remark")

    def busy(self) -> None:
        self._start()
        self.page.keyboard.press("2")
        self.page.keyboard.press("r")
        self.box.expect("summarise")
        notice = {"level": "warning", "code": "box-busy", "text": "busy", "retry_after": 12}
        self.box.tell({"type": "notice", "consultation_id": CALL_ID, "ask_id": None} | notice)
        self.page.wait_for_selector(".remark")

    def disconnected(self) -> None:
        self._start()
        self.page.context.set_offline(True)
        self.page.wait_for_selector(".banner.error")

    def found(self) -> None:
        self._start(utterances=TALK * 5)
        self.page.keyboard.press("/")
        self.page.keyboard.type("재발급")
        self.page.wait_for_selector("mark")

    def expired(self) -> None:
        self._start()
        self.box.session = False
        self.box.close(4401)
        self.page.wait_for_selector("#login")

    def helped(self) -> None:
        self._start()
        self.page.keyboard.press("Shift+Slash")
        self.page.wait_for_selector("#help")

    def pasting(self) -> None:
        self._start()
        self.page.locator("[data-do=paste]").first.click()
        self.page.wait_for_selector("#paste")

    def empty(self) -> None:
        self.box.fresh()
        self.page.goto(f"{self.box.address}/agent")
        self.page.wait_for_selector(".nothing")


SCROLL = """() => new Promise((done) => {
  const log = document.getElementById("log");
  let left = 100;
  const times = [];
  let last = performance.now();
  const step = (now) => {
    times.push(now - last);
    last = now;
    log.scrollTop -= 400;
    left -= 1;
    if (left) requestAnimationFrame(step);
    else done(times.slice(2).sort((one, other) => one - other));
  };
  requestAnimationFrame(step);
})"""


def scroll() -> None:
    """Print what a frame costs while a call of 3,000 utterances scrolls by 400 pixels each."""
    with FakeBox().serving() as box, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 860})
        box.snapshot["calls"] = [call(utterances=long_call(3000), started_at=time.time())]
        page.goto(f"{box.address}/agent")
        page.locator("#u-2999").wait_for()
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable")
        spent = [_seconds(devtools)]
        frames = page.evaluate(SCROLL)
        spent.append(_seconds(devtools))
    print(f"frames: median {frames[49]:.1f} ms, worst {frames[-1]:.1f} ms")
    print(f"main thread: {(spent[1] - spent[0]) * 10:.2f} ms a frame")


def _seconds(devtools) -> float:
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return sum(one["value"] for one in metrics if one["name"] == "TaskDuration")


def main(folder: Path, *names: str) -> None:
    """Make the pictures, light and dark, wide and narrow."""
    folder.mkdir(parents=True, exist_ok=True)
    every = [name for name in vars(Pictures) if not name.startswith("_")]
    with FakeBox().serving() as box, chromium() as browser:
        for scheme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                for name in names or every:
                    viewport = {"width": width, "height": height}
                    context = browser.new_context(viewport=viewport, color_scheme=scheme)
                    page = context.new_page()
                    page.set_default_timeout(5000)
                    getattr(Pictures(page, box), name)()
                    page.wait_for_timeout(100)
                    page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")
                    context.close()


if __name__ == "__main__":
    if sys.argv[1] == "--scroll":
        scroll()
    else:
        main(Path(sys.argv[1]), *sys.argv[2:])
