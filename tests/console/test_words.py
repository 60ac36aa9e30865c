"""Texts: both languages have the same, and pages ask for no others."""

import re
import string

import pytest

from edgebox.console.rendering import FOLDER
from edgebox.console.words import WORDS
from support.boxes.console import browser, console_box

ASKED = re.compile(r"""\bt\(\s*["']([^"']+)["']""")


def values(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_texts():
    ko, en = WORDS["ko"], WORDS["en"]
    assert ko.keys() == en.keys()
    for key in ko:
        assert values(ko[key]) == values(en[key]), key
        assert ko[key].strip(), key
        assert en[key].strip(), key


def test_templates_ask_for_texts_that_there_are():
    asked = {
        key
        for file in FOLDER.rglob("*.html")
        for key in ASKED.findall(file.read_text(encoding="utf-8"))
    }
    whole = {key for key in asked if not key.endswith(".")}
    assert len(whole) > 20
    assert whole <= WORDS["ko"].keys()


@pytest.mark.anyio
async def test_the_language_is_a_setting(tmp_path):
    async with console_box(tmp_path, console={"language": "en"}) as box, browser(box) as http:
        page = await http.get("/login")
    assert '<html lang="en">' in page.text
    assert "Password" in page.text
    assert not re.search("[가-힣]", page.text)
