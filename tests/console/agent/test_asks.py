"""Questions, and every state in words."""

from playwright.sync_api import expect

from support.agent import ask, clipboard, notice
from support.calls import CALL_ID, done, record, summary


def test_only_the_last_block_of_a_streamed_answer_is_written_again(screen, box):
    ask_id = ask(screen, box)
    box.tell({"type": "ask.delta", "ask_id": ask_id, "text": "첫 문단입니다.\n\n둘째 "})
    expect(screen.locator(".ask .prose p")).to_have_count(2)
    screen.evaluate(
        """() => {
          window.touched = 0;
          const first = document.querySelector(".ask .prose p");
          const all = { subtree: true, childList: true, characterData: true };
          new MutationObserver((seen) => { window.touched += seen.length; }).observe(first, all);
        }"""
    )
    for part in ("문단이 ", "**이어", "집니다.** ", "\n- 목록"):
        box.tell({"type": "ask.delta", "ask_id": ask_id, "text": part})
    expect(screen.locator(".ask .prose li")).to_have_text("목록")
    assert screen.evaluate("window.touched") == 0
    expect(screen.locator(".ask .prose p").nth(1).locator("strong")).to_have_text("이어집니다.")


def test_what_is_asked_on_another_screen_is_shown_here_too(screen, box):
    screen.keyboard.press("F2")
    screen.keyboard.type("여기서 쓰던 질문")
    start = {"type": "ask.start", "ask_id": "q7", "deadline": 15, "cached": False}
    box.tell(start | {"consultation_id": CALL_ID, "question": "재발급은 며칠?"})
    box.tell({"type": "ask.delta", "ask_id": "q7", "text": "사흘"})
    expect(screen.locator(".ask h3")).to_have_text("재발급은 며칠?")
    expect(screen.locator(".ask .prose")).to_have_text("사흘")
    assert screen.locator("#question").input_value() == "여기서 쓰던 질문"
    box.tell({"type": "ask.done", "ask_id": "q7", "done": done("q7")})
    expect(screen.locator(".ask .prose strong")).to_have_text("사흘 안에")
    box.tell(start | {"ask_id": "q8", "consultation_id": "CL-not-here", "question": "얼마?"})
    expect(screen.locator(".ask")).to_have_count(1)


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


ENDINGS = [
    ({"status": "no_evidence"}, "찾지 못함"),
    ({"status": "partial"}, "시간이 되어"),
    ({"status": "fallback", "answer": {"by": "extractive"}}, "원문 발췌"),
    ({"status": "fallback"}, "작은 모델의 답"),
    ({"status": "failed", "answer": None, "error": {"detail": "엔진이 없습니다."}}, "엔진이 없"),
    ({"cached": True, "age_seconds": 130.0}, "2분 전 같은 질문의 답"),
    ({"answer": {"source": "general"}}, "근거 없음 · 모델의 일반 지식"),
    ({"grounding": {"unsupported": [{"start": 12, "end": 16, "kind": "number"}]}}, "근거 없음"),
]


def test_every_end_of_a_question_has_words(screen, box):
    for ending, words in ENDINGS:
        ask_id = ask(screen, box)
        if ending.get("answer"):
            ending["answer"] = {"markdown": "가", "by": "m", "source": "transcript"} | ending[
                "answer"
            ]
        box.tell({"type": "ask.done", "ask_id": ask_id, "done": done(ask_id, **ending)})
        expect(screen.locator(".ask").first).to_contain_text(words)


def test_every_state_of_a_summary_has_words(screen, box):
    notes = screen.locator(".notes")
    box.tell(notice("box-busy", "busy", retry_after=12, consultation_id=CALL_ID))
    expect(notes).to_contain_text("지금은 요약을 새로 만들 수 없습니다 · 12초 뒤")
    size = {"characters": 3200, "characters_used": 1800, "truncated": True}
    excerpt = summary("d2", "발췌.", status="fallback", model="extractive", input=size)
    box.tell({"type": "summary.done", "draft": excerpt})
    expect(notes).to_contain_text("원문 발췌")
    expect(notes).to_contain_text("3,200자 가운데 1,800자")
    expect(notes).not_to_contain_text("만들 수 없습니다")
    box.tell({"type": "call.ended", "consultation_id": CALL_ID})
    flags = ["polarity", "repetition", "markup", "toString"]
    box.tell({"type": "record.done", "draft": record("r0", flags=flags)})
    expect(notes).to_contain_text("된 일과 안 된 일이 바뀌었을 수 있습니다.")
    expect(notes.get_by_text("글이 이상합니다")).to_have_count(1)
    failed = record(status="failed", error={"code": "new", "detail": "읽을 수 없습니다."})
    box.tell({"type": "record.done", "draft": failed})
    expect(notes).to_contain_text("읽을 수 없습니다.")
    box.tell({"type": "record.done", "draft": record("r2", status="no_content", fields={})})
    expect(notes).to_contain_text("통화에 내용이 없어")


def test_only_what_a_model_wrote_is_called_an_ai_draft(screen, box):
    """The call's own sentences are an excerpt; that nothing was found is neither."""
    labels = screen.locator(".notes .label, .line .label")
    expect(labels.first).to_have_text("AI 초안")
    excerpt = summary("d2", "카드를 잃어버렸어요.", status="fallback", model="extractive")
    box.tell({"type": "summary.done", "draft": excerpt})
    expect(labels).to_have_text(["원문 발췌"] * 2)
    for by, status, label in (
        ("extractive", "fallback", ["원문 발췌"]),
        ("qwen3-1.7b-q8_0", "fallback", ["AI 초안"]),
        ("qwen3-1.7b-q8_0", "no_evidence", []),
    ):
        ask_id = ask(screen, box)
        answer = {"markdown": "가", "by": by, "source": "transcript"}
        ending = done(ask_id, status=status, answer=answer)
        box.tell({"type": "ask.done", "ask_id": ask_id, "done": ending})
        first = screen.locator(".ask").first
        expect(first.locator(".thumb").first).to_be_visible()
        expect(first.locator(".label")).to_have_text(label)


def test_a_refused_question_says_when_to_ask_again(screen, box):
    ask_id = ask(screen, box)
    box.tell(notice("box-busy", "지금은 바쁩니다.", retry_after=7, ask_id=ask_id))
    expect(screen.locator(".ask")).to_contain_text("지금은 바쁩니다. 7초 뒤에")


APART = """() => [...document.querySelectorAll(".prose .cite")].filter((cite) => {
  const word = cite.previousSibling ?? cite.parentNode.previousSibling;
  const range = document.createRange();
  const text = word.nodeType === Node.TEXT_NODE ? word : word.lastChild;
  const end = text.data.trimEnd().length;
  range.setStart(text, end - 1);
  range.setEnd(text, end);
  return range.getBoundingClientRect().bottom <= cite.getBoundingClientRect().top;
}).map((cite) => cite.textContent)"""


def test_a_citation_stays_on_the_line_of_its_last_word(screen, box):
    ask_id = ask(screen, box)
    text = "재발급은 **사흘 안에** 등기로 보낸다고 안내했습니다. [1] 결과는 문자로 알립니다. [2]"
    box.tell({"type": "ask.done", "ask_id": ask_id, "done": done(ask_id, text)})
    expect(screen.locator(".ask .prose .cite")).to_have_count(2)
    for width in range(1100, 1500, 13):
        screen.set_viewport_size({"width": width, "height": 860})
        assert screen.evaluate(APART) == [], width


def test_of_a_call_whose_record_failed_the_summary_is_what_can_be_accepted(screen, box):
    """Otherwise it would wait for its agent for ever, and keep the next one from the front."""
    box.tell({"type": "call.ended", "consultation_id": CALL_ID})
    error = {"code": "analysis_failed", "detail": "The model gave no valid analysis in 3 attempts."}
    box.tell({"type": "record.done", "draft": record(status="failed", error=error)})
    notes = screen.locator(".notes")
    expect(notes).to_contain_text("요약을 받아들이거나, 직접 적으십시오")
    expect(notes).to_contain_text("쓸 수 있는 결과가 나오지 않았습니다")
    expect(notes).not_to_contain_text("attempts")
    expect(screen.locator(".todo")).to_have_text("정리 필요 1건")
    screen.keyboard.press("Control+Enter")
    assert box.expect("accept")["draft_id"] == "d1"
    box.tell({"type": "accepted", "consultation_id": CALL_ID, "draft_id": "d1", "at": 5})
    expect(screen.locator(".todo")).to_have_count(0)
