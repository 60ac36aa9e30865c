"""A call from its beginning to its record, with the keyboard."""

import json
import re
import time

import pytest
from playwright.sync_api import expect

from support.agent import ask, clipboard, notice, opened, text_of
from support.calls import CALL_ID, SUMMARY, TALK, call, done, record, summary


def test_a_whole_call_by_keyboard_only(page, box):
    box.snapshot["calls"] = []
    opened(page, box)
    box.tell({"type": "call.opened", "call": call(started_at=time.time(), utterances=TALK[:5])})
    expect(page.locator(".row")).to_have_count(5)
    box.tell(text_of(1100, *TALK[5:], start=5))
    expect(page.locator(".row")).to_have_count(len(TALK))

    page.keyboard.press("r")
    assert box.expect("summarise")["consultation_id"] == CALL_ID
    box.tell({"type": "summary.delta", "consultation_id": CALL_ID, "text": "고객이 카드"})
    expect(page.locator(".notes .prose")).to_have_text("고객이 카드")
    box.tell({"type": "summary.done", "draft": summary(at=time.time())})
    expect(page.locator(".notes .doubt")).to_contain_text("14일")

    ask_id = ask(page, box)
    assert box.sent("prepare") == []  # it came before the question
    box.tell({"type": "ask.done", "ask_id": ask_id, "done": done(ask_id)})
    expect(page.locator(".ask .prose strong")).to_have_text("사흘 안에")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("1")
    expect(page.locator("#u-8")).to_have_class("row agent lit")

    box.tell({"type": "call.ended", "consultation_id": CALL_ID})
    expect(page.locator(".notes")).to_contain_text("기록을 쓰고 있습니다")
    box.tell({"type": "record.done", "draft": record(at=time.time())})
    expect(page.locator(".item")).to_have_count(3)
    expect(page.locator(".todo")).to_have_text("정리 필요 1건")
    page.keyboard.press("e")
    page.keyboard.press("Tab")  # from the customer's text to the next box
    page.keyboard.press("Space")  # the agent's line is left out
    page.keyboard.press("Control+Enter")
    sent = box.expect("accept")
    assert sent["dropped"] == ["agent"]
    assert set(sent["content"]) == {"customer", "result"}
    assert sent["copied"] is True
    assert clipboard(page).splitlines()[0].startswith("고객: 카드를 분실해")
    assert len(clipboard(page).splitlines()) == 2
    box.tell({"type": "accepted", "consultation_id": CALL_ID, "draft_id": "r1", "at": time.time()})
    expect(page.locator(".todo")).to_have_count(0)


def test_enter_that_ends_a_composition_sends_nothing_and_the_next_one_sends_once(screen, box):
    screen.keyboard.press("F2")
    devtools = screen.context.new_cdp_session(screen)
    for text in ("ㅎ", "하", "한"):
        end = {"selectionStart": 1, "selectionEnd": 1}
        devtools.send("Input.imeSetComposition", {"text": text} | end)
    enter = {"key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    devtools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown"} | enter)
    devtools.send("Input.insertText", {"text": "한"})
    assert screen.locator("#question").input_value() == "한"
    screen.keyboard.press("Enter")
    assert box.expect("ask")["question"] == "한"
    screen.keyboard.press("Enter")
    screen.wait_for_timeout(50)
    assert box.sent("ask") == []
    assert screen.locator("#question").input_value() == ""


@pytest.mark.parametrize("key", ["ㅊ", "c", "C"])
def test_shortcuts_work_in_hangul_mode(screen, box, key):
    devtools = screen.context.new_cdp_session(screen)
    press = {"key": key, "code": "KeyC", "windowsVirtualKeyCode": 67}
    devtools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown"} | press)
    expect(screen.locator(".status")).to_contain_text("복사했습니다")
    assert clipboard(screen) == SUMMARY


def test_single_keys_can_be_turned_off_and_do_nothing_in_a_text(screen, box):
    screen.keyboard.press("F2")
    screen.keyboard.type("cer/?1")
    assert screen.locator("#question").input_value() == "cer/?1"
    screen.keyboard.press("Escape")
    screen.keyboard.press("Shift+Slash")
    screen.locator("[data-pref=keys]").uncheck()
    screen.keyboard.press("Escape")
    expect(screen.locator("dialog")).to_have_count(0)
    screen.keyboard.press("e")
    screen.keyboard.press("r")
    screen.wait_for_timeout(50)
    assert box.sent("summarise") == []
    expect(screen.locator("#edit-summary-text")).to_have_count(0)
    kept = screen.evaluate("JSON.stringify(Object.entries(localStorage).sort())")
    assert json.loads(kept) == [
        ["edgebox.agent", '{"keys":false,"large":false,"own":{}}'],
        ["edgebox.theme", "system"],
    ]


def test_keys_are_the_persons_choice_and_stay(screen, box):
    screen.keyboard.press("Shift+Slash")
    change = screen.get_by_role("button", name="질문 쓰기: 바꾸기")
    change.focus()
    screen.keyboard.press("Enter")
    said = screen.locator("dialog [role=status]")
    expect(said).to_have_text("쓸 키를 누르십시오. Esc를 누르면 그대로 둡니다.")
    screen.keyboard.press("c")
    expect(said).to_contain_text("C: 이미 ‘요약이나 기록 복사’에 쓰고 있습니다.")
    screen.keyboard.press("Control+c")
    expect(said).to_contain_text("Ctrl+C: 브라우저나 이 화면이 쓰는 키입니다.")
    screen.keyboard.press("Escape")
    expect(said).to_have_count(0)
    expect(screen.locator("dialog tr").first.locator("kbd")).to_have_text("F2")
    change.click()
    screen.keyboard.press("F9")
    expect(screen.locator("dialog tr").first.locator("kbd")).to_have_text("F9")
    expect(change).to_be_focused()
    screen.keyboard.press("Escape")
    expect(screen.locator("dialog")).to_have_count(0)
    expect(screen.locator(".asks > header kbd")).to_have_text("F9")
    screen.reload()
    screen.locator(".link.open").wait_for()
    expect(screen.locator("#question")).to_be_enabled()
    screen.keyboard.press("F2")
    expect(screen.locator("#question")).not_to_be_focused()
    screen.keyboard.press("F9")
    expect(screen.locator("#question")).to_be_focused()
    screen.keyboard.press("Escape")
    screen.keyboard.press("Shift+Slash")
    screen.get_by_role("button", name="처음 단축키로 되돌리기").click()
    expect(screen.locator("dialog tr").first.locator("kbd")).to_have_text("F2")


def test_keys_that_are_off_stand_beside_no_button(screen, box):
    single = screen.locator(".notes kbd").filter(has_text=re.compile("^[A-Z]$"))
    expect(single).to_have_text(["R", "C", "E"])
    screen.keyboard.press("Shift+Slash")
    screen.locator("[data-pref=keys]").uncheck()
    screen.keyboard.press("Escape")
    expect(single).to_have_count(0)
    expect(screen.locator(".asks > header kbd")).to_have_text("F2")
    expect(screen.locator(".notes kbd").filter(has_text="Ctrl+Enter")).to_have_count(1)


def test_a_new_draft_leaves_the_text_that_is_being_edited(screen, box):
    screen.keyboard.press("e")
    screen.keyboard.press("Control+Home")
    screen.keyboard.type("확인: ")
    newer = summary("d2", "다시 쓴 요약입니다.", at=time.time())
    box.tell({"type": "summary.delta", "consultation_id": CALL_ID, "text": "다시"})
    box.tell({"type": "summary.done", "draft": newer})
    field = screen.locator("#edit-summary-text")
    expect(screen.locator(".remark")).to_contain_text("새 초안이 있습니다")
    screen.keyboard.type("끝 ")
    assert field.input_value() == f"확인: 끝 {SUMMARY}"
    screen.keyboard.press("Control+Enter")
    sent = box.expect("accept")
    assert (sent["draft_id"], sent["content"]["text"]) == ("d1", f"확인: 끝 {SUMMARY}")
    screen.get_by_role("button", name="새 초안 보기").click()
    expect(screen.locator(".notes .prose")).to_have_text("다시 쓴 요약입니다.")


def test_ctrl_enter_accepts_what_is_being_written_and_else_what_its_button_says(screen, box):
    screen.keyboard.press("e")
    screen.keyboard.insert_text("요약 글")
    box.tell({"type": "call.ended", "consultation_id": CALL_ID})
    box.tell({"type": "record.done", "draft": record(at=time.time())})
    record_keys = screen.locator(".notes .card").nth(1).locator("kbd")
    expect(record_keys.filter(has_text="Ctrl+Enter")).to_have_count(1)
    screen.keyboard.press("Escape")
    screen.keyboard.press("Control+Enter")
    assert box.expect("accept")["draft_id"] == "r1"
    screen.locator("#edit-summary-text").focus()
    screen.keyboard.press("Control+Enter")
    assert box.expect("accept")["draft_id"] == "d1"


def test_a_text_that_is_being_edited_outlives_a_restart_of_the_box(screen, box):
    """The box's new draft of the call that was sent again takes its place under the text."""
    screen.keyboard.press("e")
    screen.keyboard.press("Control+Home")
    screen.keyboard.type("확인: ")
    told = call(started_at=time.time(), received=1200)
    box.snapshot |= {"calls": [told], "drafts": []}
    box.restart()
    box.tell({"type": "summary.done", "draft": summary("d9", "다시 쓴 요약.", at=time.time())})
    assert box.expect("edit")["draft_id"] == "d1"
    assert box.expect("edit")["draft_id"] == "d9"
    assert screen.locator("#edit-summary-text").input_value() == f"확인: {SUMMARY}"
    screen.keyboard.press("Control+Enter")
    sent = box.expect("accept")
    assert (sent["draft_id"], sent["content"]["text"]) == ("d9", f"확인: {SUMMARY}")


def test_a_record_that_waits_to_be_accepted_outlives_a_restart_of_the_box(screen, box):
    box.snapshot["run"] = "one"
    box.restart()
    box.tell({"type": "call.ended", "consultation_id": CALL_ID})
    box.tell({"type": "record.done", "draft": record(at=time.time())})
    expect(screen.locator(".item")).to_have_count(3)
    box.snapshot |= {"calls": [], "drafts": [], "run": "two"}
    box.close(1012)
    expect(screen.locator(".banner")).to_contain_text("기록은 받아들일 수 있습니다")
    expect(screen.locator(".todo")).to_have_text("정리 필요 1건")
    screen.keyboard.press("Control+Enter")
    assert box.expect("accept")["draft_id"] == "r1"
    accepted = {"type": "accepted", "consultation_id": CALL_ID, "draft_id": "r1"}
    box.tell(accepted | {"at": time.time()})
    expect(screen.locator(".todo")).to_have_count(0)


def test_a_record_of_a_call_that_was_deleted_meanwhile_is_not_kept(screen, box):
    box.snapshot["run"] = "one"
    box.restart()
    box.tell({"type": "call.ended", "consultation_id": CALL_ID})
    box.tell({"type": "record.done", "draft": record(at=time.time())})
    expect(screen.locator(".item")).to_have_count(3)
    box.snapshot |= {"calls": [], "drafts": []}
    box.close(1013)
    expect(screen.locator(".row")).to_have_count(0)


def test_a_draft_that_the_box_has_no_more_says_what_to_do(screen, box):
    screen.keyboard.press("e")
    screen.keyboard.press("Control+Enter")
    assert box.expect("accept")["draft_id"] == "d1"
    box.tell(notice("not-found", "There is no such draft.", consultation_id=CALL_ID))
    expect(screen.locator(".banner")).to_contain_text("새 초안이 오면 다시 받아들이십시오")
    expect(screen.locator("#edit-summary-text")).to_have_count(1)


def test_a_rolling_draft_is_not_shown_half_written(screen, box):
    box.tell({"type": "summary.delta", "consultation_id": CALL_ID, "text": "반쯤"})
    expect(screen.locator(".notes")).to_contain_text("새로 쓰는 중")
    expect(screen.locator(".notes .prose")).to_contain_text("고객이 카드 분실로")
    box.tell({"type": "summary.done", "draft": summary("d2", "다 쓴 요약.", at=time.time())})
    expect(screen.locator(".notes .prose")).to_have_text("다 쓴 요약.")
