"""The screen over the real API, socket, store and worker; only the models are not real."""

import tempfile
import threading
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from edgebox.signing import bound_key
from edgebox.worker.jobs import Backlog
from edgebox.worker.liveness import Liveness
from edgebox.worker.mid_model import MidModel
from edgebox.worker.runner import Runner
from support.agent import clipboard
from support.boxes.console import PASSWORD, add_person
from support.boxes.live import CLIENT, live_box

NAME = "CL-77"
LINES = (
    "고객: 카드를 잃어버렸어요. 번호는 공일공 일이삼사 오육칠팔이에요.\n",
    "상담사: 바로 정지하고 재발급을 접수해 드렸습니다.\n",
    "고객: 재발급은 며칠 걸려요?\n",
    "상담사: 사흘 걸립니다.\n",
)


@pytest.fixture
def real(monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        console = {"enabled": "on"}
        with live_box(Path(folder, "s"), monkeypatch, console=console) as box:
            add_person(box.store, "agent", "kim01", client=CLIENT)
            yield box


class NoCallbacks:
    def wake_if_due(self) -> None:
        """Nothing is sent."""


class Speech:
    """Speech-to-text: sends a call as it is heard."""

    def __init__(self, box) -> None:
        self.url = f"{box.url}/api/v1/live/{NAME}"
        self.secret = box.store.clients.rotate(CLIENT)
        self.sent = 0

    def _headers(self) -> dict[str, str]:
        return {"X-Bound-Key": bound_key(CLIENT, self.secret, time.time())}

    def say(self, text: str, partial: str = "") -> None:
        body = {"operator": "kim01", "offset": self.sent, "text": text, "partial": partial}
        answer = httpx.put(self.url, json=body, headers=self._headers(), trust_env=False)
        assert answer.status_code == 200, answer.text
        self.sent = answer.json()["received"]

    def end(self) -> None:
        answer = httpx.post(f"{self.url}/end", json={}, headers=self._headers(), trust_env=False)
        assert answer.status_code == 202, answer.text


def analyse(box) -> None:
    """One look of the worker at the backlog, in a thread: the browser's has an event loop."""
    runner = Runner(box.store, MidModel(box.settings), box.settings.batch, callbacks=NoCallbacks())
    backlog = Backlog(box.store, box.settings.batch, runner, Liveness({}))
    thread = threading.Thread(target=backlog.run)
    thread.start()
    thread.join()


def test_a_call_from_its_first_word_to_its_accepted_record(page, real):
    page.goto(f"{real.url}/agent")
    page.locator("#name").fill("kim01")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".link.open").wait_for()

    speech = Speech(real)
    speech.say(LINES[0], partial="바로")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".partial")).to_contain_text("바로")
    page.locator(".mark").first.click()
    expect(page.locator(".status")).to_contain_text("복사했습니다")
    assert clipboard(page) == "010-1234-5678"
    for line in LINES[1:]:
        speech.say(line)
    expect(page.locator(".row")).to_have_count(4)

    page.keyboard.press("r")
    expect(page.locator(".notes .prose")).to_be_visible()
    shown = page.locator(".notes .prose").inner_text()

    real.engine.answers["mlm"] = ("카드를 잃어버려 정지하고 ", "재발급을 접수했습니다.")
    page.keyboard.press("F2")
    page.keyboard.insert_text("카드 분실은 어떻게 처리했지?")
    page.keyboard.press("Enter")
    expect(page.locator(".ask .prose")).to_contain_text("재발급을 접수했습니다.")
    expect(page.locator(".thumb.up")).to_be_visible()
    page.locator(".thumb.up").click()
    page.locator(".cite").first.click()
    expect(page.locator(".row.lit")).to_have_count(1)

    speech.end()
    expect(page.locator(".notes")).to_contain_text("기록을 쓰고 있습니다")
    real.engine.answers["mlm"] = type(real.engine)().answers["mlm"]
    analyse(real)
    expect(page.locator(".item")).to_have_count(3, timeout=15_000)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".status")).to_contain_text("받아들였습니다")
    assert clipboard(page).startswith("고객: ")
    expect(page.locator(".todo")).to_have_count(0)
    page.reload()
    expect(page.locator(".item")).to_have_count(3)
    expect(page.locator(".notes .label").last).to_have_text("받아들임")
    assert shown

    page.locator("#question").fill("쓰던 질문")
    real.store.operators.disable("kim01")  # ends the session
    page.locator("#login").wait_for()
    real.store.operators.enable("kim01")
    page.locator("#login-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#login")).to_have_count(0)
    page.locator(".link.open").wait_for()
    assert page.locator("#question").input_value() == "쓰던 질문"
