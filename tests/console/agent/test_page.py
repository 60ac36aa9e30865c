"""The page as a whole: axe, weight, a long day, pasting."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from support.agent import ask, notice, opened
from support.calls import CALL_ID, TALK, call, done, record, summary


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


VIEWS = [
    (1440, ["asks"]),
    (900, ["asks"]),
    (360, ["asks", "notes", "talk", "help", "paste"]),
]
PRESS = {"asks": "3", "notes": "2", "talk": "1", "help": "Shift+Slash"}


def test_axe_finds_no_violation(page, box):
    ended = call(consultation_id="CL-2", ended=True)
    box.snapshot["calls"] = [ended, call(started_at=time.time(), partial="그러면")]
    box.snapshot["drafts"] = [summary(), record()]
    opened(page, box)
    ask_id = ask(page, box)
    doubt = {
        "grounded": False,
        "flags": [],
        "unsupported": [{"start": 0, "end": 3, "kind": "claim"}],
    }
    box.tell(
        {"type": "ask.done", "ask_id": ask_id, "done": done(ask_id, grounding=doubt)},
        notice("x", "알림입니다."),
    )
    page.locator(".thumb.down").click()
    page.evaluate(Axe().axe_script)
    page.keyboard.press("Escape")
    found = {}
    # Only colours differ in the dark.
    for scheme, rules in (("light", None), ("dark", ["color-contrast"])):
        page.emulate_media(color_scheme=scheme)
        for width, names in VIEWS:
            page.set_viewport_size({"width": width, "height": 760})
            for name in names:
                if name == "paste":
                    page.locator("[data-do=paste]").first.click()
                else:
                    page.keyboard.press(PRESS[name])
                answer = page.evaluate("(rules) => axe.run(rules ? { runOnly: rules } : {})", rules)
                for violation in answer["violations"]:
                    html = [node["html"] for node in violation["nodes"]][:3]
                    found[f"{name} {width} {scheme} {violation['id']}"] = html
                page.keyboard.press("Escape")
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
    box.tell({"type": "call.opened", "call": call(consultation_id="CL-last")})
    expect(page.locator(".calls b")).to_have_text("CL-last")
    box.tell({"type": "call.closed", "consultation_id": "CL-last"})
    expect(page.locator(".nothing")).to_be_visible()
    assert page.evaluate(count) <= before + 3
    size = page.context.new_cdp_session(page)
    size.send("HeapProfiler.collectGarbage")
    used = size.send("Runtime.getHeapUsage")["usedSize"]
    print(f"\nafter 500 calls: {used / 2**20:.1f} MiB of heap")


def test_the_page_is_light(browser, box):
    """Its weight is what crosses the network for somebody who never was there: bodies as sent.

    Scripts are sent packed and not minified, so that what runs is what can be read.
    """
    context = browser.new_context()
    page = context.new_page()
    answers = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108
    opened(page, box)
    whole = sum(len(answer.body()) for answer in answers)
    sent = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
    context.close()
    print(f"\nthe page in {len(answers)} files: {sent / 1000:.1f} KB, {whole / 1000:.1f} unpacked")
    assert sent < 60_000
    names = {answer.url.rpartition("/static/")[2].partition("/")[2] for answer in answers}
    assert "words/ko.js" in names
    assert not names & {"words/en.js", "pages.css", "beside.js", "refresh.js"}, "of other pages"
    assert len(answers) == len({answer.url for answer in answers}), "asked for twice"
