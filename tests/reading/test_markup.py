"""Calls in subtitles and markup: SAMI, TTML, HTML, XML, ASS."""

import pytest

from edgebox.reading.call import read
from edgebox.reading.markup import is_markup

CALL = [
    ("agent", "네 한빛카드입니다 무엇을 도와드릴까요"),
    ("customer", "카드를 잃어버려서 정지하려고요"),
    ("agent", "끝자리 3395 맞으시죠"),
    ("customer", "네 맞아요"),
]
LABELS = {"agent": "상담사", "customer": "고객"}

SAMI = """<SAMI>
<HEAD>
<TITLE>통화</TITLE>
<STYLE TYPE="text/css">
<!--
P { margin-left:8pt; font-family:굴림, Arial; color:white; }
.KRCC { Name:한국어; lang:ko-KR; SAMIType:CC; }
-->
</STYLE>
</HEAD>
<BODY>
{}</BODY>
</SAMI>
"""
TTML = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xml:lang="ko">
<head><metadata><ttm:title>통화</ttm:title></metadata><styling><style xml:id="s1"/></styling></head>
<body><div>
{}</div></body></tt>
"""
SCRIPT = """[Script Info]
Title: 통화
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,16

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:00.10,Default,,0,0,0,,확인 전
{}"""


def said(text):
    return [(one.speaker, one.text) for one in read(text).utterances]


def each(form):
    """The call in a form of one line a turn: where, who and what."""
    return "".join(
        form.format(at=at, who=LABELS[side], text=text) for at, (side, text) in enumerate(CALL)
    )


@pytest.mark.parametrize(
    "text",
    [
        SAMI.replace("{}", each("<SYNC Start={at}000><P Class=KRCC>{who}: {text}\n"
                                "<SYNC Start={at}900><P Class=KRCC>&nbsp;\n")),
        TTML.replace("{}", each('<p begin="00:00:0{at}.000" ttm:agent="{who}">{text}</p>\n')),
        TTML.replace("{}", each('<p begin="00:00:0{at}.000">{who}: {text}</p>\n')),
        '<?xml version="1.0"?>\n<call id="1"><ani>01012345678</ani>'
        + each('<utterance speaker="{who}" start="{at}.0">{text}</utterance>\n') + "</call>",
        "<call>" + each("<turn>\n  <speaker>{who}</speaker>\n  <start>{at}.5</start>\n"
                        "  <text><![CDATA[{text}]]></text>\n</turn>\n") + "</call>\n",
        "<call>" + each("<turn speaker='{who}'><text>{text}</text></turn>") + "</call>",
        "<table><tr><th>화자</th><th>내용</th></tr>"
        + each("<tr><td>{who}</td><td>{text}</td></tr>") + "</table>",
        "<!DOCTYPE html>\n<html><body><table>\n"
        + each("<tr>\n  <td>00:0{at}</td>\n  <td><b>{who}</b></td>\n  <td>\n{text}\n</td>\n</tr>\n")
        + "</table></body></html>\n",
        "<html><head><style>p {{ color: red }}</style><script>var a = 1;</script></head><body>"
        + each("<p><b>{who}:</b> {text}</p>") + "<!-- 끝 --></body></html>",
        "<div>" + each('<div role="row"><span>{who}</span><span>{text}</span></div>') + "</div>",
        SCRIPT.format(each("Dialogue: 0,0:00:0{at}.00,0:00:09.00,Default,{who},0,0,0,,{text}\n")),
        SCRIPT.format(each("Dialogue: 0,0:00:0{at}.00,0:00:09.00,Default,,0,0,0,,"
                           "{{\\an8}}{who}: {text}\n")).replace("\n", "\r\n"),
        "\ufeff[Script Info]\n[Events]\nFormat: Start, Actor, Text\n"
        + each("Dialogue: 0:00:0{at}.00,{who},{text}\n"),
    ],
    ids=["sami", "agents", "labels", "attributes", "elements", "outer attribute", "table",
         "table of lines", "html", "spans", "script", "labels in a script", "actors"],
)  # fmt: skip
def test_a_call_in_markup_is_what_was_said_and_by_whom(text):
    assert said(text) == CALL
    for one in read(text).utterances:
        assert one.text.split()[-1] in text[one.start : one.end]


def test_subtitles_without_speakers_have_none():
    text = SAMI.replace("{}", each("<SYNC Start={at}000><P Class=KRCC>{text}<br>\n"))
    turns = said(text)
    assert {side for side, _ in turns} == {"unknown"}
    assert " ".join(words for _, words in turns) == " ".join(words for _, words in CALL)


def test_numbers_that_elements_say_stay():
    text = "<call>" + "<turn speaker='고객'><text>3395</text></turn>" * 2 + "</call>"
    assert said(text) == [("customer", "3395")] * 2


def test_a_comma_of_the_last_field_of_a_script_is_said():
    text = SCRIPT.format("Dialogue: 0,0:00:01.00,0:00:02.00,Default,고객,0,0,0,,네, 3, 4번\\N요\n")
    assert said(text) == [("customer", "네, 3, 4번 요")]


@pytest.mark.parametrize(
    "text",
    [
        "<고객> 카드요 <상담사> 네",
        "고객: <b>카드</b>요\n상담사: 네",
        "<p>고객: 카드요\n<p>상담사: 네",
        "<v 고객>카드요</v>\n<v 상담사>네</v>",
        "고객: 화면에 <head>라고 나와요\n상담사: 네 </head>도요",
    ],
)
def test_speech_with_a_few_tags_is_no_document(text):
    assert not is_markup(text)
    assert read(text).utterances


@pytest.mark.parametrize(
    "text",
    ["<html>" + "<" * 50_000, "<html>" + "<style>" * 7_000 + "네", "<html>" + "<!--" * 12_000,
     "<html>" + "<a " * 16_000, "<html><tr>" + "\n" * 50_000, "[Script Info]\n" + "{" * 50_000],
)  # fmt: skip
def test_markup_that_never_ends_is_read(text):
    read(text)


TWO = [("agent", "안녕하세요 카드입니다"), ("customer", "카드를 잃어버렸어요")]


@pytest.mark.parametrize(
    "text",
    [
        "<agent>{}</agent>\n<customer>{}</customer>",
        "<call><agent>{}</agent><customer>{}</customer></call>",
        """<call><turn><text>{}</text><speaker>상담사</speaker></turn>
        <turn><text>{}</text><speaker>고객</speaker></turn></call>""",
        """<call><script><line speaker="상담사">{}</line>
        <line speaker="고객">{}</line></script></call>""",
        '<call><u who="상담사"><title>{}</title></u><u who="고객"><title>{}</title></u></call>',
        '<call><turn speaker="상담사" text="{}"/><turn speaker="고객" text="{}"/></call>',
        "<call>\n상담사: {}\n고객: <head>{}</head>\n</call>",
    ],
)
def test_nothing_said_in_markup_is_lost_or_goes_to_the_other_side(text):
    assert said(text.format(*(one for _, one in TWO))) == TWO


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<div><p>고객: 뒤는 <b>4521</b> 이에요</p></div>", ("customer", "뒤는 4521 이에요")),
        ('<call><line speaker="고객">4521</line></call>', ("customer", "4521")),
        ("<call><utterance>300</utterance></call>", ("unknown", "300")),
    ],
)
def test_a_number_in_markup_is_said(text, expected):
    assert said(text) == [expected]
