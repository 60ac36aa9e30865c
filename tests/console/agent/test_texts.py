"""Text is text; it leads to its evidence, and it can be copied."""

import pytest
from playwright.sync_api import expect

from support.agent import ask, clipboard, notice, opened
from support.calls import CITATIONS, SUMMARY, call, done, record, summary

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


def test_nothing_that_is_told_becomes_more_than_text(page, box):
    said = [
        {"speaker": evil, "text": evil, "start_ms": None, "marks": all_of(evil)} for evil in CORPUS
    ]
    named = "".join(CORPUS)
    box.snapshot |= {
        "operator": dict.fromkeys(("name", "display", "role"), named),
        "release": named,
    }
    box.snapshot["calls"] = [call(utterances=said, partial=named, ended=True)]
    opened(page, box)
    for at, evil in enumerate(CORPUS):
        box.tell(*everything(evil, at))
        ask_id = ask(page, box, evil.translate({0: None, 0x202E: None}))
        box.tell(*answered(ask_id, evil))
        page.locator(".thumb").first.wait_for()
        page.locator(".sentence").first.click()
        page.keyboard.press("e")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.locator("[data-do=leaveEdit]").click()
    for at, evil in enumerate(CORPUS):
        assert page.locator(f"#u-{at} .said").text_content() == evil
    assert page.evaluate("window.hit ?? document.getElementById('hit')") is None
    assert page.locator("script, img, iframe, svg, base, style").count() == 2  # the page's own


def all_of(text: str) -> list[dict]:
    return [{"start": 0, "end": len(text), "kind": "claim", "copy": text, "utterances": [0]}]


def everything(evil: str, at: int) -> list[dict]:
    """Return drafts and notices that have a text in every field."""
    whole = {"text": evil, "links": all_of(evil), "unsupported": all_of(evil)}
    changes = {
        "fields": dict.fromkeys(("customer", "agent", "result"), whole),
        "keywords": [evil],
        "titles": {"keyword": evil, "descriptive": evil},
        "flags": [evil],
        "model": evil,
    }
    return [
        {"type": "summary.done", "draft": summary(f"s{at}", **whole, status=evil, model=evil)},
        {"type": "record.done", "draft": record(f"r{at}", **changes)},
        notice(evil, evil, level=evil),
        {"type": evil, "consultation_id": evil},
    ]


def answered(ask_id: str, evil: str) -> list[dict]:
    cited = [CITATIONS[0] | {"text": evil, "speaker": evil, "n": evil}]
    ending = done(ask_id, evil, citations=cited, status=evil, error={"code": evil, "detail": evil})
    ending["grounding"] = {"grounded": False, "flags": [evil], "unsupported": all_of(evil)}
    return [
        {"type": "ask.ack", "ask_id": ask_id, "text": evil, "by": evil},
        {"type": "ask.done", "ask_id": ask_id, "done": ending},
    ]


def test_numbers_dates_and_names_of_the_call_copy_whole(screen):
    screen.get_by_role("button", name="010-2345-6789").click()
    assert clipboard(screen) == "010-2345-6789"
    screen.locator("#log").focus()
    screen.keyboard.press("ArrowLeft")  # the last one
    screen.keyboard.press("Enter")
    assert clipboard(screen) == "서울시 마포구 월드컵로 12, 301호"


SELECT = """([from, start, to, end]) => {
  const text = (row) => document.querySelector(`${row} .said`).firstChild;
  const range = document.createRange();
  range.setStart(from.startsWith("#u") ? text(from) : document.querySelector(from), start);
  range.setEnd(text(to), end);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


def test_a_part_of_the_call_is_copied_as_lines_with_who_said_them(screen):
    """Without the words that only a screen reader reads."""
    expect(screen.locator("#u-4 .ear")).to_have_count(1)
    screen.evaluate(SELECT, ["#u-4", 9, "#u-7", 3])
    screen.keyboard.press("Control+c")
    assert clipboard(screen).splitlines() == [
        "상담사: 카드는 지금 바로 정지해 드렸습니다.",
        "고객: 어제 저녁에 38,500원 결제된 건 제가 쓴 게 아니에요.",
        "상담사: 네, 이의 신청으로 접수하겠습니다. 결과는 9월 20일까지 문자로 드립니다.",
        "고객: 재발급",
    ]


def test_a_part_of_an_utterance_is_copied_as_it_is(screen):
    screen.evaluate(SELECT, ["#u-7", 0, "#u-7", 3])
    screen.keyboard.press("Control+c")
    assert clipboard(screen) == "재발급"


@pytest.mark.parametrize("of", [".partial", ".log"])
def test_what_is_being_heard_is_copied_too(page, box, of):
    box.snapshot["calls"] = [call(partial="그러면 카드는")]
    screen = opened(page, box)
    screen.evaluate("of => getSelection().selectAllChildren(document.querySelector(of))", of)
    screen.keyboard.press("Control+c")
    lines = clipboard(screen).splitlines()
    assert lines[-1].startswith("그러면 카드는")
    assert len(lines) == 1 or lines[0].startswith("상담사: ")


def test_what_is_read_out_only_is_not_copied_with_the_page(screen):
    expect(screen.locator("#u-4 .ear")).to_have_count(1)
    screen.keyboard.press("Control+a")
    screen.keyboard.press("Control+c")
    copied = clipboard(screen)
    assert "38,500원" in copied
    assert "근거로 쓴 문장" not in copied


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
