"""Many calls, long names, paper: what has to fit does."""

import re
import time

import pytest
from playwright.sync_api import expect

from support.agent import long_call, opened
from support.calls import call, record, summary

SIZES = {"wide": (1280, 800), "narrow": (390, 844)}


@pytest.fixture(params=SIZES.values(), ids=SIZES)
def sized(page, request):
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})
    return page


def test_of_many_calls_the_one_that_is_shown_is_in_sight(sized, box):
    names = [f"CL-202509130{at:04}" for at in range(30)]
    box.snapshot["calls"] = [
        call(consultation_id=name, ended=at < 29, started_at=time.time())
        for at, name in enumerate(names)
    ]
    opened(sized, box)
    shown = sized.locator(".calls [aria-current]")
    expect(shown).to_contain_text(names[29])
    expect(shown).to_be_in_viewport(ratio=0.9)
    for _ in range(15):
        sized.keyboard.press("k")
    expect(shown).to_contain_text(names[14])
    expect(shown).to_be_in_viewport(ratio=0.9)


def test_long_names_are_cut_and_push_nothing_away(sized, box):
    box.snapshot["operator"] = {"name": "kim01", "display": "김" * 60, "role": "lead"}
    names = ["상담번호" * 32, "5" * 100 + "-1", "5" * 100 + "-2"]
    box.snapshot["calls"] = [call(consultation_id=name, started_at=time.time()) for name in names]
    opened(sized, box)
    for text in ("나가기", "붙여넣기"):
        expect(sized.get_by_role("button", name=text)).to_be_in_viewport(ratio=1)
    assert sized.evaluate("document.documentElement.scrollWidth <= innerWidth")
    first = sized.locator(".calls li button").nth(2)
    expect(first).to_contain_text("통화 중")
    expect(first).to_have_attribute("title", names[2])
    texts = sized.locator(".calls b").all_inner_texts()
    assert [text[-2:] for text in texts[1:]] == ["-1", "-2"]


def test_on_paper_a_call_is_whole_and_without_buttons(page, box):
    box.snapshot["calls"] = [call(utterances=long_call(300), ended=True)]
    box.snapshot["drafts"] = [summary(), record()]
    opened(page, box)
    page.locator(".item").first.wait_for()
    pages = re.findall(rb"/Count (\d+)", page.pdf(format="A4"))
    assert max(map(int, pages)) > 3
    page.emulate_media(media="print")
    expect(page.get_by_text("0번째 말입니다.", exact=False).first).to_be_visible()
    assert page.evaluate("document.getElementById('log').scrollHeight") == page.evaluate(
        "document.getElementById('log').clientHeight"
    )
    for shown in (".card .prose", ".calls b", "h1"):
        expect(page.locator(shown).first).to_be_visible()
    for gone in ("#question", ".card footer button", ".bar form", ".talk header button"):
        expect(page.locator(gone).first).to_be_hidden()


@pytest.mark.parametrize("chosen", ["system", "light", "dark"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_light_whatever_the_screen_is(page, box, chosen, scheme):
    """Browsers leave backgrounds out: light letters would be on white paper."""
    page.emulate_media(color_scheme=scheme)
    box.snapshot["calls"], box.snapshot["drafts"] = [call()], [summary()]
    opened(page, box)
    page.evaluate("(name) => { document.documentElement.dataset.theme = name; }", chosen)
    dark = chosen == "dark" or (chosen == "system" and scheme == "dark")
    colour = "getComputedStyle(document.body).color"
    assert page.evaluate(colour) == ("rgb(230, 234, 240)" if dark else "rgb(28, 36, 48)")
    page.emulate_media(color_scheme=scheme, media="print")
    assert page.evaluate(colour) == "rgb(28, 36, 48)"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
