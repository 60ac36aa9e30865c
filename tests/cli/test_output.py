"""Tables, in a terminal of any width; what is shown while somebody waits."""

import io
from collections import Counter

import pytest
from rich.cells import cell_len
from rich.console import Console

from edgebox_cli.common import output, progress

COLUMNS = [("batch", output.WHOLE), ("client", output.FOLD), ("done", output.RIGHT), "what"]
ROWS = [
    ["BATCH-20261129-001", "centerlink", "12/20", "재발급은 사흘 걸립니다."],
    ["BATCH-20261129-002", "한빛카드-콜센터", "1/1", "정지"],
]


@pytest.fixture
def printed(monkeypatch, capsys):
    def show(width, rows=ROWS):
        monkeypatch.setenv("COLUMNS", str(width))
        output.console.cache_clear()
        output.table("Batches", COLUMNS, rows)
        return capsys.readouterr().out.splitlines()

    yield show
    output.console.cache_clear()


@pytest.mark.parametrize("width", [80, 200])
def test_a_row_is_a_line_with_hangul_as_two_columns(printed, width):
    lines = printed(width)
    _, _, heads, _, first, second, _ = lines
    for head, column in zip(("batch", "client", "what"), (0, 1, 3), strict=True):
        for line, row in zip((first, second), ROWS, strict=True):
            place = cell_len(heads[: heads.index(head)])
            assert cell_len(line[: line.index(row[column])]) == place
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("width", [60, 40, 30])
def test_in_a_narrow_terminal_nothing_is_cut_off(printed, width):
    lines = printed(width)
    assert max(map(cell_len, lines)) <= width
    text = "\n".join(line.rstrip() for line in lines)
    assert "…" not in text
    for row in ROWS:
        assert row[0] in text  # to be typed
        assert row[2] in text
    if width < 50:
        assert "batch   BATCH-20261129-001\nclient  centerlink\n" in text


def test_where_nothing_can_be_listed_one_line_says_so(printed):
    assert printed(80, []) == ["Batches: none."]


@pytest.mark.parametrize("width", range(30, 90, 7))
def test_no_syllable_of_a_broken_line_is_lost(printed, width):
    said = "재발급은 사흘 걸립니다. 주소가 그대로이신지 확인해 주시겠어요? 등기로 보내 드립니다."
    lines = printed(width, [["B-1", "c", "1", said]])
    lost = Counter("".join(said.split())) - Counter("".join(lines))
    assert not lost, lines


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_shows_which_item_was_the_last_and_leaves_nothing(monkeypatch, is_terminal):
    screen = Console(
        file=io.StringIO(), force_terminal=is_terminal, width=20, _environ={"TERM": "xterm"}
    )
    monkeypatch.setattr(progress, "err_console", lambda: screen)
    names = ["시계", "a name that is longer than the terminal"]
    assert list(progress.one_by_one(names, str)) == names
    written = screen.file.getvalue()
    if not is_terminal:
        assert written == ""
        return
    lines = written.split("\r\x1b[2K")
    assert lines[:2] == ["", "1: 시계 ..."]
    assert (len(lines[2]), lines[3:]) == (19, [""])


@pytest.mark.parametrize(
    ("number", "words", "shown"),
    [
        (0, ("client",), "0 clients"),
        (1, ("client",), "1 client"),
        (2, ("batch", "batches"), "2 batches"),
        (1, ("batch", "batches"), "1 batch"),
        (12_345, ("row",), "12,345 rows"),
    ],
)
def test_a_number_stands_with_its_noun(number, words, shown):
    assert output.counted(number, *words) == shown
