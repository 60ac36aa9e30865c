"""The files that pages load, and what neither they nor the templates may hold."""

import hashlib
import re

import pytest

from edgebox.console import rendering, static_files
from edgebox.console.static_files import StaticFiles
from support.boxes.console import browser

FILES = sorted(
    file
    for folder in (rendering.FOLDER, static_files.FOLDER)
    for file in folder.rglob("*")
    if file.is_file()
)
FORBIDDEN = {
    "text as HTML": r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc"
    r"|createContextualFragment|parseFromString|setHTMLUnsafe",
    "text as code": r"\beval\s*\(|new\s+Function|setTimeout\s*\(\s*[\"'`]|javascript:",
    "an inline handler": r"<[^>]*\son[a-z]+\s*=\s*[\"'{\w]",
    "an inline style": r"<[^>]*\sstyle\s*=|<style|\.cssText|setAttribute\(\s*[\"']style",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "an address elsewhere": r"\bhttps?://(?!www\.w3\.org/(?:2000/svg|1999/xhtml))|[\"'(]//\w",
    "HTML that is not escaped": r"\|\s*safe\b|autoescape\s+false|Markup\(",
    "a frame or a plug-in": r"<(?:iframe|object|embed|base)\b",
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_page_or_script_holds_what_the_policy_forbids(file):
    assert file.suffix in {".html", *static_files.TYPES}, "a file that is never served"
    text = file.read_text(encoding="utf-8") if file.suffix != ".png" else ""
    found = [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text, re.IGNORECASE)]
    assert not found


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("text as HTML", "node.innerHTML = x"),
        ("text as code", "eval (x)"),
        ("an inline handler", '<a href="/" onclick="x()">'),
        ("an inline style", '<p style="color: red">'),
        ("an inline script", "<script>x()</script>"),
        ("an address elsewhere", '<img src="http://cdn.example/x.png">'),
        ("an address elsewhere", '<img src="//cdn.example/x.png">'),
        ("HTML that is not escaped", "{{ text | safe }}"),
    ],
)
def test_the_scan_finds(what, text):
    assert re.search(FORBIDDEN[what], text, re.IGNORECASE)


@pytest.mark.anyio
async def test_a_file_is_kept_for_ever_under_the_hash_of_its_release(box):
    static = box.console.static
    async with browser(box) as http:
        answer = await http.get(static.address("app.css"))
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.content == (static_files.FOLDER / "app.css").read_bytes()
        assert (await http.get("/static/000000000000/app.css")).status_code == 404
        for path in ("../words/ko.py", "..%2f..%2fapp.py", "nothing.css", ""):
            answer = await http.get(f"/static/{static.release}/{path}")
            assert answer.status_code == 404


def test_another_file_is_another_release(tmp_path):
    (tmp_path / "a.css").write_text("a")
    first = StaticFiles(tmp_path).release
    assert StaticFiles(tmp_path).release == first
    (tmp_path / "a.css").write_text("b")
    assert StaticFiles(tmp_path).release != first
    assert hashlib.sha256(b"").hexdigest()[:12] != first
    with pytest.raises(KeyError):
        StaticFiles(tmp_path).address("b.css")
