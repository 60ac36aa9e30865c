"""The agent's screen in a real browser, as an agent uses it."""

import json
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from support.calls import (
    CALL_ID,
    CITATIONS,
    SUMMARY,
    TALK,
    call,
    done,
    record,
    summary,
    utterance,
)

STATIC_LIMIT = 100_000


def opened(page, box):
    page.goto(f"{box.address}/agent")
    page.locator(".link.open").wait_for()
    return page


def clipboard(page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


def ask(screen, box, question: str = "재발급은 얼마나 걸리지?") -> str:
    """Type a question and return its id."""
    screen.keyboard.press("F2")
    screen.keyboard.type(question)
    screen.keyboard.press("Enter")
    sent = box.expect("ask")
    assert sent["question"] == question
    return sent["ask_id"]


def text_of(received: int, *utterances: dict, start: int = len(TALK), partial: str = "") -> dict:
    return {
        "type": "call.text",
        "consultation_id": CALL_ID,
        "received": received,
        "from": start,
        "utterances": list(utterances),
        "partial": partial,
    }


def notice(code: str, text: str, **more) -> dict:
    base = {"type": "notice", "level": "warning", "code": code, "text": text}
    return base | {"retry_after": None, "consultation_id": None, "ask_id": None} | more


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
        ["edgebox.agent", '{"keys":false,"large":false}'],
        ["edgebox.theme", "system"],
    ]


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


def test_a_rolling_draft_is_not_shown_half_written(screen, box):
    box.tell({"type": "summary.delta", "consultation_id": CALL_ID, "text": "반쯤"})
    expect(screen.locator(".notes")).to_contain_text("새로 쓰는 중")
    expect(screen.locator(".notes .prose")).to_contain_text("고객이 카드 분실로")
    box.tell({"type": "summary.done", "draft": summary("d2", "다 쓴 요약.", at=time.time())})
    expect(screen.locator(".notes .prose")).to_have_text("다 쓴 요약.")


def test_the_network_goes_and_comes_in_the_middle_of_an_answer(screen, box):
    ask_id = ask(screen, box)
    box.tell({"type": "ask.delta", "ask_id": ask_id, "text": "재발급은 "})
    expect(screen.locator(".ask .prose")).to_have_text("재발급은")
    screen.context.set_offline(True)
    expect(screen.locator(".banner.error")).to_contain_text("연결이 끊겼습니다")
    screen.keyboard.type("그동안 쓴 글")
    box.snapshot["asks"] = [
        {
            "ask_id": ask_id,
            "consultation_id": CALL_ID,
            "question": "재발급은 얼마나 걸리지?",
            "state": "running",
            "citations": CITATIONS,
            "ack": None,
            "text": "재발급은 사흘 ",
            "done": None,
        }
    ]
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


@pytest.mark.parametrize("code", [1012, 1013, 1009, 4408])
def test_a_screen_that_is_closed_comes_back_by_itself(screen, box, code):
    screen.evaluate("Math.random = () => 0")
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


def test_eight_tabs_work_at_once(window, box):
    box.snapshot["calls"] = [call(started_at=time.time())]
    tabs = [opened(window.new_page(), box) for _ in range(8)]
    assert len(box.sockets) == 8
    box.tell(text_of(1010, utterance("agent", "여덟 곳에 모두")))
    for tab in tabs:
        expect(tab.locator(f"#u-{len(TALK)}")).to_contain_text("여덟 곳에 모두")


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
    screen.keyboard.press("Escape")  # it has to stay
    assert screen.locator("#login-name").input_value() == "kim01"
    screen.locator("#login-password").fill("wrong")
    screen.keyboard.press("Enter")
    expect(screen.locator("#login [role=alert]")).to_have_text("이름이나 비밀번호가 맞지 않습니다.")
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


CORPUS = [
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    "<svg/onload=window.hit=1>",
    '"><b id=hit>x</b>',
    "'-window.hit-'",
    "javascript:window.hit=1",
    "[글](javascript:window.hit=1)",
    "![x](https://evil.example/a.png)",
    "<iframe srcdoc='<script>parent.hit=1</script>'>",
    "<style>*{display:none}</style>",
    "<base href='https://evil.example/'>",
    "{{7*7}}${window.hit=1}",
    "</textarea><script>window.hit=1</script>",
    "\u202e<b>\u0000</b>",
    "__proto__",
]


@pytest.mark.parametrize("evil", CORPUS)
def test_nothing_that_is_told_becomes_more_than_text(page, box, evil):
    whole = {"start": 0, "end": len(evil), "kind": "number", "copy": evil}
    spans = [{"start": 0, "end": len(evil), "kind": "claim"}]
    said = {"speaker": evil, "text": evil, "start_ms": None, "marks": [whole]}
    box.snapshot["operator"] = {"name": evil, "display": evil, "role": evil}
    box.snapshot["calls"] = [
        call(utterances=[said], partial=evil, consultation_id=CALL_ID, ended=True)
    ]
    linked = [{"start": 0, "end": len(evil), "utterances": [0], "support": 1}]
    box.snapshot["drafts"] = [
        summary(text=evil, unsupported=spans, links=linked, status=evil, model=evil),
        record(
            fields={
                field: {"text": evil, "links": linked, "unsupported": spans}
                for field in ("customer", "agent", "result")
            },
            keywords=[evil],
            titles={"keyword": evil, "descriptive": evil},
            flags=[evil],
        ),
    ]
    box.snapshot["release"] = evil
    opened(page, box)
    ask_id = ask(page, box, evil.replace("\u0000", "").replace("\u202e", ""))
    cited = [CITATIONS[0] | {"text": evil, "speaker": evil, "n": evil}]
    error = {"code": evil, "detail": evil}
    ending = done(ask_id, evil, citations=cited, status=evil, error=error)
    ending["grounding"] = {"grounded": False, "flags": [evil], "unsupported": spans}
    box.tell(
        {"type": "ask.ack", "ask_id": ask_id, "text": evil, "by": evil},
        {"type": "ask.done", "ask_id": ask_id, "done": ending},
        notice(evil, evil, level=evil),
        notice("other", evil),
        {"type": evil, "consultation_id": evil},
    )
    expect(page.locator(".thumb").first).to_be_visible()
    assert evil.replace("\u0000", "") in page.locator("#u-0").inner_text()
    page.locator(".sentence").first.click()
    page.keyboard.press("e")
    page.keyboard.press("2")
    assert page.evaluate("window.hit ?? document.getElementById('hit')") is None
    assert page.locator("script, img, iframe, svg, base, style").count() == 2  # the page's own


def test_numbers_dates_and_names_of_the_call_copy_whole(screen):
    screen.get_by_role("button", name="010-2345-6789").click()
    assert clipboard(screen) == "010-2345-6789"
    screen.locator("#log").focus()
    screen.keyboard.press("ArrowLeft")  # the last one
    screen.keyboard.press("Enter")
    assert clipboard(screen) == "서울시 마포구 월드컵로 12, 301호"


def test_copying_works_where_the_browser_has_no_clipboard_of_its_own(page, box):
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    box.snapshot["calls"], box.snapshot["drafts"] = [call()], [summary()]
    opened(page, box)
    page.keyboard.press("c")
    expect(page.locator(".status")).to_contain_text("복사했습니다")
    page.keyboard.press("F2")
    page.keyboard.press("Control+v")
    assert page.locator("#question").input_value() == SUMMARY


def test_evidence_is_shown_both_ways(screen):
    screen.locator(".sentence").nth(1).click()
    lit = screen.locator(".row.lit")
    expect(lit).to_have_count(2)
    assert lit.first.get_attribute("id") == "u-5"
    screen.locator("#u-4 button.who").click()
    expect(screen.locator(".sentence").nth(0)).to_have_class("sentence lit")
    expect(screen.locator(".sentence").nth(1)).to_have_class("sentence")
    screen.keyboard.press("Escape")
    expect(screen.locator(".lit")).to_have_count(0)


def test_what_nothing_bears_out_is_seen_without_a_click_and_not_copied(screen):
    doubt = screen.locator(".notes .doubt")
    expect(doubt).to_be_visible()
    assert doubt.inner_text().replace("\n", "") == "⚠\u00a014일근거 없음"
    expect(screen.locator(".notes .warn")).to_contain_text("확인되지 않은 곳이 1군데")
    screen.keyboard.press("c")
    expect(screen.locator(".status")).to_contain_text("복사했습니다")
    assert clipboard(screen) == SUMMARY


def long_call(n: int) -> list[dict]:
    return [
        utterance("customer", f"{at}번째 말입니다. 금액은 {at}원이고요.", f"{at}원")
        for at in range(n)
    ]


def test_the_call_sticks_to_the_end_only_if_it_was_there(page, box):
    box.snapshot["calls"] = [call(utterances=long_call(60))]
    opened(page, box)
    end = "(() => { const l = document.getElementById('log'); return l.scrollHeight - l.scrollTop - l.clientHeight })()"
    page.wait_for_function(f"{end} < 2")
    box.tell(text_of(1100, utterance("agent", "끝에 있다."), start=60))
    page.locator("#u-60").wait_for()
    page.wait_for_function(f"{end} < 2")
    page.locator("#log").hover()
    page.mouse.wheel(0, -600)
    page.wait_for_function(f"{end} > 400")
    page.wait_for_timeout(50)
    before = page.evaluate("document.getElementById('log').scrollTop")
    box.tell(text_of(1200, utterance("agent", "하나"), utterance("agent", "둘"), start=61))
    more = page.get_by_role("button", name="새 발화 2개")
    more.wait_for()
    assert page.evaluate("document.getElementById('log').scrollTop") == pytest.approx(before, abs=1)
    more.click()
    page.wait_for_function(f"{end} < 2")
    expect(more).to_have_count(0)


COUNT = """
window.touched = 0;
new MutationObserver((all) => { window.touched += all.length; }).observe(
  document.getElementById("agent"), { subtree: true, childList: true, characterData: true, attributes: true });
"""


def test_3000_utterances_cost_one_more_row_each(page, box):
    box.snapshot["calls"] = [call(utterances=long_call(3000), started_at=time.time())]
    opened(page, box)
    expect(page.locator("#u-2999")).to_be_visible()
    page.evaluate(COUNT)
    box.tell(text_of(2000, utterance("agent", "하나 더"), start=3000))
    page.locator("#u-3000").wait_for()
    assert page.evaluate("window.touched") < 20  # a row, and the clock of the call
    frames = page.evaluate(
        """() => new Promise((done) => {
          const log = document.getElementById("log");
          const times = [];
          let last = performance.now();
          const step = (now) => {
            times.push(now - last);
            last = now;
            log.scrollTop -= 400;
            if (times.length < 40) requestAnimationFrame(step);
            else done(times.slice(2).sort((a, b) => a - b));
          };
          requestAnimationFrame(step);
        })"""
    )
    print(f"\n3,000 utterances: median frame {frames[19]:.1f} ms, worst {frames[-1]:.1f} ms")


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


def test_only_the_last_block_of_a_streamed_answer_is_written_again(screen, box):
    ask_id = ask(screen, box)
    box.tell({"type": "ask.delta", "ask_id": ask_id, "text": "첫 문단입니다.\n\n둘째 "})
    expect(screen.locator(".ask .prose p")).to_have_count(2)
    screen.evaluate(
        "window.touched = 0; new MutationObserver((all) => { window.touched += all.length; })"
        ".observe(document.querySelector('.ask .prose p'), { subtree: true, childList: true, characterData: true })"
    )
    for part in ("문단이 ", "**이어", "집니다.** ", "\n- 목록"):
        box.tell({"type": "ask.delta", "ask_id": ask_id, "text": part})
    expect(screen.locator(".ask .prose li")).to_have_text("목록")
    assert screen.evaluate("window.touched") == 0
    expect(screen.locator(".ask .prose p").nth(1).locator("strong")).to_have_text("이어집니다.")


def test_an_answer_can_be_stopped_rated_copied_and_asked_again(screen, box):
    first = ask(screen, box)
    screen.keyboard.press("Escape")
    screen.keyboard.press("Escape")
    assert box.expect("cancel")["ask_id"] == first
    expect(screen.locator(".ask")).to_contain_text("멈췄습니다.")
    screen.get_by_role("button", name="다시").click()
    again = box.expect("ask")
    assert again["cache"] is False
    assert again["ask_id"] != first
    box.tell({"type": "ask.done", "ask_id": again["ask_id"], "done": done(again["ask_id"])})
    screen.locator(".thumb.down").click()
    screen.get_by_role("button", name="빠진 것이 있음").click()
    sent = box.expect("feedback"), box.expect("feedback")
    assert [one["reason"] for one in sent] == ["", "incomplete"]
    assert sent[1] == {
        "type": "feedback",
        "what": "ask",
        "id": again["ask_id"],
        "rating": "down",
        "reason": "incomplete",
        "comment": "",
    }
    screen.locator("[data-do=copyAnswer]").first.click()
    expect(screen.locator(".status")).to_contain_text("복사했습니다")
    assert "[1]" not in clipboard(screen)


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ({"status": "no_evidence"}, "찾지 못함"),
        ({"status": "partial"}, "시간이 되어"),
        (
            {
                "status": "fallback",
                "answer": {"markdown": "가", "by": "extractive", "source": "transcript"},
            },
            "원문 발췌",
        ),
        ({"status": "fallback"}, "작은 모델의 답"),
        (
            {
                "status": "failed",
                "answer": None,
                "error": {"code": "x", "detail": "엔진이 없습니다."},
            },
            "엔진이 없습니다.",
        ),
        ({"cached": True, "age_seconds": 130.0}, "2분 전 같은 질문의 답"),
        (
            {"answer": {"markdown": "가", "by": "m", "source": "general"}},
            "근거 없음 · 모델의 일반 지식",
        ),
        (
            {
                "grounding": {
                    "grounded": False,
                    "flags": ["ungrounded_number"],
                    "unsupported": [{"start": 12, "end": 16, "kind": "number"}],
                }
            },
            "근거 없음",
        ),
    ],
)
def test_every_end_of_a_question_has_words(screen, box, ending, words):
    ask_id = ask(screen, box)
    box.tell({"type": "ask.done", "ask_id": ask_id, "done": done(ask_id, **ending)})
    expect(screen.locator(".ask")).to_contain_text(words)


def test_every_state_of_a_summary_has_words(screen, box):
    notes = screen.locator(".notes")
    box.tell(notice("box-busy", "busy", retry_after=12, consultation_id=CALL_ID))
    expect(notes).to_contain_text("지금은 요약을 새로 만들 수 없습니다 · 12초 뒤")
    size = {"characters": 3200, "characters_used": 1800, "truncated": True}
    box.tell(
        {"type": "summary.done", "draft": summary("d2", "발췌.", status="fallback", input=size)}
    )
    expect(notes).to_contain_text("원문 발췌")
    expect(notes).to_contain_text("3,200자 가운데 1,800자")
    expect(notes).not_to_contain_text("만들 수 없습니다")
    box.tell({"type": "call.ended", "consultation_id": CALL_ID})
    failed = record(status="failed", error={"code": "refused", "detail": "읽을 수 없습니다."})
    box.tell({"type": "record.done", "draft": failed})
    expect(notes).to_contain_text("읽을 수 없습니다.")
    box.tell({"type": "record.done", "draft": record("r2", status="no_content", fields={})})
    expect(notes).to_contain_text("통화에 내용이 없어")


def test_a_refused_question_says_when_to_ask_again(screen, box):
    ask_id = ask(screen, box)
    box.tell(notice("box-busy", "지금은 바쁩니다.", retry_after=7, ask_id=ask_id))
    expect(screen.locator(".ask")).to_contain_text("지금은 바쁩니다. 7초 뒤에")


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_file_is_pasted_and_its_call_ended_and_closed(page, box, encoding):
    opened(page, box)
    page.get_by_role("button", name="붙여넣기").first.click()
    text = "고객: 카드를 잃어버렸어요.\n상담사: 정지했습니다."
    given = {"name": "call.txt", "mimeType": "text/plain", "buffer": text.encode(encoding)}
    page.locator("#file").set_input_files(given)
    expect(page.locator("#pasted")).to_have_value(text)
    page.get_by_role("button", name="시작").click()
    assert box.expect("paste") == {"type": "paste", "consultation_id": None, "text": text}
    box.tell({"type": "call.opened", "call": call(source="paste")})
    page.get_by_role("button", name="상담 끝내기").click()
    assert box.expect("end")["consultation_id"] == CALL_ID
    page.get_by_role("button", name="이 상담 닫기").click()
    assert box.expect("close")["consultation_id"] == CALL_ID
    box.tell({"type": "call.closed", "consultation_id": CALL_ID})
    expect(page.locator(".nothing")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 900, 360])
def test_axe_finds_no_violation(browser, box, scheme, width):
    context = browser.new_context(viewport={"width": width, "height": 760}, color_scheme=scheme)
    page = context.new_page()
    box.snapshot["calls"] = [
        call(started_at=time.time(), partial="그러면"),
        call(consultation_id="CL-2", ended=True),
    ]
    box.snapshot["calls"].reverse()
    box.snapshot["drafts"] = [summary(), record()]
    opened(page, box)
    ask_id = ask(page, box)
    ending = done(
        ask_id,
        grounding={
            "grounded": False,
            "flags": [],
            "unsupported": [{"start": 0, "end": 3, "kind": "claim"}],
        },
    )
    box.tell({"type": "ask.done", "ask_id": ask_id, "done": ending}, notice("x", "알림입니다."))
    page.locator(".thumb.down").click()
    found = {}
    for name in ("asks", "notes", "talk", "help", "paste"):
        if name in {"help", "paste"}:
            page.locator(f"[data-do={name}]").first.click()
        else:
            page.keyboard.press("Escape")
            page.keyboard.press({"asks": "3", "notes": "2", "talk": "1"}[name])
            page.keyboard.press("Escape")
        for violation in Axe().run(page).response["violations"]:
            found[f"{name} {violation['id']}"] = [node["html"] for node in violation["nodes"]][:3]
        page.keyboard.press("Escape")
    context.close()
    assert found == {}


def test_a_long_day_keeps_no_call(page, box):
    opened(page, box)
    count = "document.querySelectorAll('*').length"
    before = page.evaluate(count)
    for at in range(500):
        name = f"CL-{at}"
        box.tell(
            {"type": "call.opened", "call": call(consultation_id=name, utterances=TALK)},
            {"type": "summary.done", "draft": summary(f"d{at}") | {"consultation_id": name}},
            {"type": "call.ended", "consultation_id": name},
            {"type": "call.closed", "consultation_id": name},
        )
    expect(page.locator(".nothing")).to_be_visible()
    assert page.evaluate(count) <= before + 3
    size = page.context.new_cdp_session(page)
    size.send("HeapProfiler.collectGarbage")
    used = size.send("Runtime.getHeapUsage")["usedSize"]
    print(f"\nafter 500 calls: {used / 2**20:.1f} MiB of heap")


def test_the_page_is_light(page, box):
    sizes = []
    page.on("response", lambda answer: sizes.append((answer.url, len(answer.body()))))
    opened(page, box)
    total = sum(size for url, size in sizes)
    print(f"\nthe page in {len(sizes)} files: {total / 1000:.1f} KB")
    assert total < STATIC_LIMIT
