"""The documents that are there in both languages say the same, as far as a program can tell."""

import re

import pytest

from support.documents import (
    API,
    ENGLISH,
    KOREAN,
    LINK,
    ROOT,
    SPAN,
    anchors,
    blocks,
    prose,
    rows,
    sections,
    spans_of,
    unwrapped,
)

PAIRS = [*zip(ENGLISH, KOREAN, strict=True), API]
TRANSLATED = {korean: english for english, korean in PAIRS}

both = pytest.mark.parametrize("pair", PAIRS, ids=[path.name for path, _ in PAIRS])


def texts(pair):
    return [path.read_text(encoding="utf-8") for path in pair]


def code(text, *languages):
    """The lines of the code blocks without comments, which are in the document's own language."""
    lines = [line for body in blocks(text, *languages) for line in body.splitlines()]
    return [re.sub(r"\s+# .*", "", line) for line in lines]


def indented(text):
    return [line for line in prose(text).splitlines() if line.startswith("    ")]


def numbers(text):
    """The numbers in digits outside code and links: "3 s" and "3초" have the same one."""
    plain = SPAN.sub("", LINK.sub("", unwrapped(text))).replace("16진수", "hexadecimal")
    return sorted(re.findall(r"\d+(?:[.,]\d+)*", plain))


def target(path, link):
    """Where a link leads, the same for both languages: the English document, and which heading."""
    if link.startswith(("http://", "https://")):
        return link
    link = re.sub(r"-(?:en|ko)\.png$", ".png", link)
    name, _, anchor = link.partition("#")
    found = (path.parent / name).resolve() if name else path
    heading = anchors(found).index(anchor) if anchor else None
    return TRANSLATED.get(found, found), heading


def targets(path, text):
    links = {target(path, link) for link in LINK.findall(text)}
    return links - {(TRANSLATED.get(path, path), None)}  # to the other language


def test_every_guide_is_in_both_languages():
    assert [path.name for path in ENGLISH] == [
        "install.md",
        "logs.md",
        "metrics.md",
        "monitor.md",
        "operate.md",
        "scale.md",
        "screen.md",
        "troubleshoot.md",
    ]
    assert sorted((ROOT / "docs" / "ko").rglob("*.md")) == sorted(TRANSLATED)


@both
def test_both_languages_have_the_same_commands_and_settings(pair):
    english, korean = texts(pair)
    languages = ("sh", "toml", "ini", "")
    assert code(english, *languages) == code(korean, *languages)
    assert indented(english) == indented(korean)
    first, second = sections(english), sections(korean)
    assert [level for level, _ in first] == [level for level, _ in second]
    for (_, one), (_, other) in zip(first, second, strict=True):
        assert spans_of(one) == spans_of(other)


@both
def test_both_languages_have_the_same_rows_in_their_tables(pair):
    english, korean = (rows(text) for text in texts(pair))
    assert len(english) == len(korean)
    for one, other in zip(english, korean, strict=True):
        assert spans_of(one) == spans_of(other)


@both
def test_both_languages_link_to_the_same_places(pair):
    english, korean = texts(pair)
    for (_, one), (_, other) in zip(sections(english), sections(korean), strict=True):
        assert targets(pair[0], one) == targets(pair[1], other)


def test_both_languages_of_the_interface_have_the_same_samples():
    """So ``tests/api/test_documented.py`` has run the Korean ones when it has run the English."""
    english, korean = texts(API)
    assert len(blocks(english, "sh", "json", "python", "javascript")) == len(blocks(english)) > 15
    assert code(english) == code(korean)


def test_both_languages_of_the_interface_have_the_same_limits():
    english, korean = texts(API)
    for (_, one), (_, other) in zip(sections(english), sections(korean), strict=True):
        assert numbers(one) == numbers(other)
    for one, other in zip(rows(english), rows(korean), strict=True):
        cells = [line.replace(r"\|", "").split("|") for line in (one, other)]
        assert [numbers(cell) for cell in cells[0]] == [numbers(cell) for cell in cells[1]]


@pytest.mark.parametrize(
    "path",
    [*TRANSLATED, ROOT / "README.ko.md", ROOT / "SECURITY.ko.md"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_korean_documents_link_to_korean_ones(path):
    lines = prose(path.read_text(encoding="utf-8")).splitlines()
    plain = "\n".join(line.partition("English: ")[0] for line in lines)
    leads = [(path.parent / link.partition("#")[0]).resolve() for link in LINK.findall(plain)]
    assert [lead for lead in leads if lead in TRANSLATED.values()] == []
