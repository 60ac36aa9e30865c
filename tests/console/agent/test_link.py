"""The connection goes, the session ends, and nothing is lost."""

import time

import pytest
from playwright.sync_api import expect

from support.agent import ask, clipboard, opened, text_of
from support.calls import CALL_ID, CITATIONS, SUMMARY, TALK, call, done, utterance


def running(ask_id):
    return {
        "ask_id": ask_id,
        "consultation_id": CALL_ID,
        "question": "재발급은 얼마나 걸리지?",
        "state": "running",
        "citations": CITATIONS,
        "ack": None,
        "text": "재발급은 사흘 ",
        "done": None,
    }


def test_the_network_goes_and_comes_in_the_middle_of_an_answer(screen, box):
    ask_id = ask(screen, box)
    box.tell({"type": "ask.delta", "ask_id": ask_id, "text": "재발급은 "})
    expect(screen.locator(".ask .prose")).to_have_text("재발급은")
    screen.context.set_offline(True)
    expect(screen.locator(".banner.error")).to_contain_text("연결이 끊겼습니다")
    screen.keyboard.type("그동안 쓴 글")
    box.snapshot["asks"] = [running(ask_id)]
    screen.context.set_offline(False)
    expect(screen.locator(".banner.error")).to_have_count(0)
    expect(screen.locator(".ask .prose")).to_have_text("재발급은 사흘")
    box.tell({"type": "ask.delta", "ask_id": ask_id, "text": "안에 보냅니다."})
    expect(screen.locator(".ask .prose")).to_have_text("재발급은 사흘 안에 보냅니다.")
    box.tell({"type": "ask.done", "ask_id": ask_id, "done": done(ask_id)})
    expect(screen.locator(".ask")).to_have_count(1)
    assert screen.locator("#question").input_value() == "그동안 쓴 글"


def test_what_is_accepted_while_disconnected_is_sent_afterwards(screen, box):
    screen.context.set_offline(True)
    screen.locator(".banner.error").wait_for()
    screen.keyboard.press("Control+Enter")
    expect(screen.locator(".notes")).to_contain_text("연결되면 저장합니다")
    assert clipboard(screen) == SUMMARY
    screen.context.set_offline(False)
    assert box.expect("accept")["draft_id"] == "d1"


def test_an_answer_that_was_stopped_while_disconnected_stays_stopped(screen, box):
    ask_id = ask(screen, box)
    screen.context.set_offline(True)
    screen.locator(".banner.error").wait_for()
    screen.get_by_role("button", name="멈추기").click()
    box.snapshot["asks"] = [running(ask_id)]
    screen.context.set_offline(False)
    assert box.expect("cancel")["ask_id"] == ask_id
    expect(screen.locator(".banner.error")).to_have_count(0)
    expect(screen.locator(".ask")).to_contain_text("멈췄습니다.")
    expect(screen.locator(".ask")).to_have_attribute("aria-busy", "false")


def test_what_could_not_be_sent_is_told_and_not_shown_as_done(screen, box):
    box.tell({"type": "call.opened", "call": call(consultation_id="P-1", source="paste")})
    screen.locator('[data-id="P-1"]').click()
    ask_id = ask(screen, box)
    box.tell({"type": "ask.done", "ask_id": ask_id, "done": done(ask_id)})
    screen.locator(".thumb.up").wait_for()
    screen.context.set_offline(True)
    screen.locator(".banner.error").wait_for()
    status = screen.get_by_role("status").first
    for name in ("도움됨", "상담 끝내기", "이 상담 닫기"):
        screen.locator('[data-do="copyAnswer"]').click()
        expect(status).to_contain_text("복사했습니다")
        screen.get_by_role("button", name=name).click()
        expect(status).to_have_text("연결이 끊겨 보내지 못했습니다.")
    expect(screen.locator(".thumb.up")).to_have_attribute("aria-pressed", "false")
    screen.context.set_offline(False)
    expect(screen.locator(".banner.error")).to_have_count(0)
    assert box.sent("feedback") == []


def test_whoever_connects_twice_has_one_socket(page, served):
    """One that is given up while it still opens would count as a screen of this person."""
    page.goto(f"{served.address}/empty")
    module = served.module("agent/socket.js")
    states = page.evaluate(
        """async (path) => {
          const all = [];
          window.WebSocket = class {
            static OPEN = 1;
            readyState = 0;
            constructor() { all.push(this); }
            close() { this.readyState = 3; }
          };
          const { connect } = await import(path);
          const link = connect("ws://x", { tell() {}, screen: "s", known: async () => true });
          link.retry();
          link.retry();
          return all.map((one) => one.readyState);
        }""",
        module,
    )
    assert states == [3, 3, 0]


def test_a_screen_that_is_closed_comes_back_by_itself(screen, box):
    screen.evaluate("Math.random = () => 0")
    for code in (1012, 1013):
        hellos = box.hellos
        box.close(code)
        screen.locator(".banner.error").wait_for()
        expect(screen.locator(".banner.error")).to_have_count(0)
        assert box.hellos == hellos + 1


def test_a_screen_too_many_says_so_and_waits(screen, box):
    box.close(4409)
    expect(screen.locator(".banner")).to_contain_text("열린 화면이 너무 많습니다")
    hellos = box.hellos
    screen.wait_for_timeout(100)
    assert box.hellos == hellos
    screen.get_by_role("button", name="지금 연결").click()
    expect(screen.locator(".banner")).to_have_count(0)


@pytest.mark.parametrize("code", [4403, 4409])
def test_a_screen_that_is_refused_shows_nothing_of_a_call(screen, box, code):
    parts = screen.locator("#u-0, .calls, .columns")
    expect(parts.first).to_be_visible()
    screen.keyboard.press("F2")
    screen.keyboard.type("쓰던 질문")
    box.close(code)
    screen.locator(".banner.error").wait_for()
    assert parts.count() >= 2
    for part in parts.all():
        expect(part).to_be_hidden()
    screen.get_by_role("button", name="지금 연결").click()
    for part in parts.all():
        expect(part).to_be_visible()
    assert "쓰던 질문" in screen.evaluate(
        "[...document.querySelectorAll('textarea, input')].map((one) => one.value)"
    )


def test_who_logged_in_again_in_another_tab_is_not_asked_twice(screen, box):
    box.session = False
    box.close(4401)
    screen.locator("#login").wait_for()
    screen.evaluate("dispatchEvent(new Event('focus'))")  # the tab is looked at: still no session
    expect(screen.locator("#login")).to_have_count(1)
    box.session = True
    screen.evaluate("dispatchEvent(new Event('focus'))")
    screen.locator(".link.open").wait_for()
    expect(screen.locator("#login")).to_have_count(0)
    screen.keyboard.press("e")
    box.close(4401)
    screen.locator("#login").wait_for()
    hellos = box.hellos
    screen.evaluate("dispatchEvent(new Event('focus'))")  # it may be somebody else's session
    screen.wait_for_timeout(300)
    assert (box.hellos, screen.locator("#login").count()) == (hellos, 1)


def test_without_a_session_nothing_of_a_call_can_be_read(screen, box):
    box.session = False
    box.close(4401)
    screen.locator("#login").wait_for()
    color = "getComputedStyle(document.getElementById('login'), '::backdrop').backgroundColor"
    behind = screen.evaluate(color)
    assert behind.startswith("rgb("), f"{behind} is transparent"


def test_eight_tabs_work_at_once(tab, box):
    box.snapshot["calls"] = [call(started_at=time.time())]
    tabs = [opened(tab(), box) for _ in range(8)]
    assert len(box.sockets) == 8
    box.tell(text_of(1010, utterance("agent", "여덟 곳에 모두")))
    for one in tabs:
        expect(one.locator(f"#u-{len(TALK)}")).to_contain_text("여덟 곳에 모두")


@pytest.mark.parametrize("how", ["closed", "refused"])
def test_a_session_that_ends_loses_nothing(screen, box, how):
    screen.keyboard.press("F2")
    screen.keyboard.type("쓰던 질문")
    screen.keyboard.press("Escape")
    screen.keyboard.press("e")
    screen.keyboard.type("쓰던 글 ")
    box.session = False
    screen.evaluate("Math.random = () => 0")
    box.close(4401 if how == "closed" else 1012)
    screen.locator("#login").wait_for()
    for _ in range(3):  # it has to stay
        screen.keyboard.press("Escape")
    expect(screen.locator("#login-password")).to_be_focused()
    assert screen.locator("#login-name").input_value() == "kim01"
    screen.locator("#login-password").fill("wrong")
    screen.keyboard.press("Enter")
    expect(screen.locator("#login [role=alert]")).to_have_text("아이디나 비밀번호가 맞지 않습니다.")
    screen.locator("#login-name").fill("lee02")
    screen.locator("#login-password").fill("right")
    screen.keyboard.press("Enter")
    expect(screen.locator("#login [role=alert]")).to_contain_text("다른 사람의 계정입니다")
    screen.locator("#login-name").fill("kim01")
    screen.keyboard.press("Enter")
    expect(screen.locator("#login")).to_have_count(0)
    screen.locator(".link.open").wait_for()
    assert "쓰던 글" in screen.locator("#edit-summary-text").input_value()
    assert screen.locator("#question").input_value() == "쓰던 질문"


def test_a_call_that_a_restart_lost_counts_no_time_and_goes_with_a_click(screen, box):
    screen.keyboard.press("F2")
    screen.keyboard.type("쓰던 질문")
    tab = screen.locator(".calls li")
    expect(tab).to_contain_text("통화 중")
    box.snapshot["calls"] = []
    screen.evaluate("Math.random = () => 0")
    box.close(1012)
    expect(tab).to_contain_text("남아 있지 않음")
    expect(tab).not_to_contain_text("통화 중")
    assert screen.locator("#question").input_value() == "쓰던 질문"
    screen.get_by_role("button", name="목록에서 지우기").click()
    expect(tab).to_have_count(0)
    expect(screen.locator(".banner")).to_have_count(0)
