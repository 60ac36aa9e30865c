"""The call, as it grows."""

import time

import pytest
from playwright.sync_api import expect

from support.agent import long_call, opened, text_of
from support.browser import until
from support.calls import call, utterance


def test_the_call_sticks_to_the_end_only_if_it_was_there(page, box):
    box.snapshot["calls"] = [call(utterances=long_call(60))]
    opened(page, box)
    log = "document.getElementById('log')"
    end = f"{log}.scrollHeight - {log}.scrollTop - {log}.clientHeight"
    until(page, f"{end} < 2")
    box.tell(text_of(1100, utterance("agent", "끝에 있다."), start=60))
    page.locator("#u-60").wait_for()
    until(page, f"{end} < 2")
    page.locator("#log").hover()
    page.mouse.wheel(0, -600)
    until(page, f"{end} > 400")
    page.wait_for_timeout(50)
    before = page.evaluate("document.getElementById('log').scrollTop")
    box.tell(text_of(1200, utterance("agent", "하나"), utterance("agent", "둘"), start=61))
    more = page.get_by_role("button", name="새 발화 2개")
    more.wait_for()
    assert page.evaluate("document.getElementById('log').scrollTop") == pytest.approx(before, abs=1)
    more.click()
    until(page, f"{end} < 2")
    expect(more).to_have_count(0)


COUNT = """
window.touched = 0;
new MutationObserver((seen) => { window.touched += seen.length; }).observe(
  document.getElementById("agent"),
  { subtree: true, childList: true, characterData: true, attributes: true },
);
"""


def test_3000_utterances_cost_one_more_row_each(page, box):
    box.snapshot["calls"] = [call(utterances=long_call(3000), started_at=time.time())]
    opened(page, box)
    expect(page.locator("#u-2999")).to_be_visible()
    page.evaluate(COUNT)
    box.tell(text_of(2000, utterance("agent", "하나 더"), start=3000))
    page.locator("#u-3000").wait_for()
    assert page.evaluate("window.touched") < 20  # a row, and the clock of the call


def test_what_is_said_while_the_call_is_searched_is_found_too(screen, box):
    screen.keyboard.press("/")
    screen.keyboard.type("카드")
    screen.keyboard.press("Enter")
    expect(screen.locator("#u-1")).to_have_class("row customer hit")
    box.tell(text_of(1100, utterance("customer", "카드는 언제 와요?")))
    expect(screen.locator(".find output")).to_have_text("2 / 4")
    expect(screen.locator("mark")).to_have_count(4)
    # The box reads the end of a call again with each line: the first lines are other ones now.
    box.tell(
        text_of(1200, utterance("agent", "네."), utterance("agent", "카드 맞습니다."), start=1)
    )
    expect(screen.locator(".find output")).to_have_text("2 / 2")
    expect(screen.locator("#u-2")).to_have_class("row agent hit")


def test_finding_in_the_call(screen, box):
    screen.keyboard.press("/")
    screen.keyboard.type("카드")
    expect(screen.locator(".find output")).to_have_text("1 / 3")
    expect(screen.locator("mark")).to_have_count(3)
    screen.keyboard.press("Enter")
    expect(screen.locator("#u-1")).to_have_class("row customer hit")
    screen.keyboard.press("Shift+Enter")
    screen.keyboard.press("Shift+Enter")
    expect(screen.locator(".find output")).to_have_text("3 / 3")
    screen.keyboard.press("Escape")
    expect(screen.locator("mark")).to_have_count(0)
