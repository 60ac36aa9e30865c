"""What is streamed is what stands there at the end, however it arrives in pieces."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from edgebox.ask.cited import Cited, Numbering, cut
from edgebox.ask.ground import Grounds, Place
from edgebox.reading.call import read

CALL = read(
    "상담사: 안녕하세요 한빛카드 김서연입니다\n"
    "고객: 재발급은 얼마나 걸려요\n"
    "상담사: 영업일로 사흘 걸리고 수수료는 오천 원입니다\n"
    "고객: 환불은 언제까지 돼요\n"
    "상담사: 칠 일 안에 신청하시면 되고 적립금은 환불이 안 됩니다\n"
)
ANSWER = (
    "**재발급**은 영업일로 3일 걸립니다.\n\n"
    "- 수수료는 5,000원입니다.\n"
    "- 환불은 7일 안에 신청해야 합니다. 적립금은 환불되지 않습니다.\n"
)


def grounds():
    return Grounds([Place(number, one) for number, one in enumerate(CALL.utterances)])


def written(pieces, *, held=True, whole=True):
    cited = Cited(grounds(), Numbering(), held=held)
    shown = "".join(cited.feed(piece) for piece in pieces)
    shown += cited.finish(whole=whole)
    return shown, cited


def test_each_sentence_has_the_utterances_that_bear_it_out_behind_it():
    shown, cited = written([ANSWER])
    assert shown == cited.markdown
    assert shown.splitlines() == [
        "**재발급**은 영업일로 3일 걸립니다. [1][2]",
        "",
        "- 수수료는 5,000원입니다. [1]",
        "- 환불은 7일 안에 신청해야 합니다. [3] 적립금은 환불되지 않습니다. [3]",
    ]
    verdict = cited.verdict()
    assert (verdict.flags, verdict.unsupported) == ((), ())
    assert verdict.cited == (2, 1, 4)


@given(st.lists(st.integers(0, len(ANSWER)), max_size=12), st.booleans())
def test_it_does_not_matter_how_it_arrives(cuts, held):
    marks = [0, *sorted(cuts), len(ANSWER)]
    pieces = [ANSWER[a:b] for a, b in itertools.pairwise(marks)]
    shown, cited = written(pieces, held=held)
    assert shown == cited.markdown == written([ANSWER])[0]


def test_a_number_that_was_never_said_is_marked_where_it_stands():
    shown, cited = written(["재발급은 영업일로 3일 걸립니다. 수수료는 6,000원입니다."])
    verdict = cited.verdict()
    assert "ungrounded_number" in verdict.flags
    (span,) = [one for one in verdict.unsupported if one.kind == "number"]
    assert shown[span.start : span.end] == "6,000원"


def test_where_the_model_is_not_held_such_a_sentence_and_what_follows_is_not_shown():
    text = ["재발급은 영업일로 3일 걸립니다. ", "수수료는 6,000원입니다. ", "환불은 7일입니다."]
    shown, cited = written(text, held=False)
    assert cited.stopped
    assert shown == "재발급은 영업일로 3일 걸립니다. [1][2]"


def test_the_opposite_of_what_was_said_is_flagged():
    _, cited = written(["적립금도 환불됩니다."])
    assert "polarity" in cited.verdict().flags


def test_a_name_that_the_call_does_not_hold_is_flagged():
    shown, cited = written(["상담사 김서현이 재발급은 3일 걸린다고 안내했습니다."])
    verdict = cited.verdict()
    assert "wrong_name" in verdict.flags
    assert shown[verdict.unsupported[0].start : verdict.unsupported[0].end] == "김서현"


def test_a_loop_is_flagged():
    _, cited = written(["재발급은 영업일로 3일 걸립니다. " * 3])
    assert "repetition" in cited.verdict().flags


def test_what_the_model_writes_like_a_citation_is_no_number():
    _, cited = written(["재발급은 영업일로 3일 걸립니다 [12]."])
    assert "ungrounded_number" not in cited.verdict().flags


def test_a_cut_answer_ends_at_a_whole_line_or_sentence():
    assert cut("재발급은 사흘 걸립니다.\n- 수수료는 오") == "재발급은 사흘 걸립니다."
    assert cut("재발급은 사흘 걸립니다. 수수료는 오") == "재발급은 사흘 걸립니다."
    assert cut("재발급은") == ""
    shown, cited = written(["재발급은 사흘 걸립니다. 수수료는 오"], whole=False)
    assert cited.markdown.startswith("재발급은 사흘 걸립니다. [1]")
    assert "수수료" not in cited.markdown
    assert "수수료" in shown, "it was a draft"
