"""The parts of a document in Markdown."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = sorted((ROOT / "docs" / "guide").glob("*.md"))
KOREAN = [ROOT / "docs" / "ko" / "guide" / path.name for path in ENGLISH]
API = (ROOT / "docs" / "api.md", ROOT / "docs" / "ko" / "api.md")

SPAN = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


def blocks(text, *languages):
    """The code blocks in these languages; without any, all of them."""
    return [
        body for language, body in FENCE.findall(text) if not languages or language in languages
    ]


def prose(text):
    return FENCE.sub("", text)


def unwrapped(text):
    """The text with each paragraph on one line: a code span may go on in the next line."""
    return re.sub(r"(?<=\S)\n *(?=[^\s|-])", " ", text)


def sections(text):
    """The level of every heading, with the prose below it."""
    parts = re.split(r"^(#+) .*$", prose(text), flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def rows(text):
    """The rows of its tables, in order."""
    return [line for line in prose(text).splitlines() if line.startswith("|")]


def spans_of(text):
    """The code spans, without their order and number, which differ between languages."""
    return set(SPAN.findall(unwrapped(text)))


def anchors(guide):
    titles = [title for _, title in HEADING.findall(prose(guide.read_text(encoding="utf-8")))]
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]
