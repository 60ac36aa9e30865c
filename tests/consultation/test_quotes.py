"""What an analysis takes from the call in quotation marks; good records stay as they are."""

import datetime as dt
import json
from pathlib import Path

import pytest

from edgebox.consultation import quotes
from edgebox.consultation.fallback import READ_CHARACTERS
from edgebox.consultation.quotes import filled
from edgebox.consultation.told import told
from edgebox.lab.evaluation.cases import load_cases
from edgebox.reading.call import read
from edgebox.scoring.quality import Scorer
from edgebox.scoring.types import Analysis
from scoring.outcomes import load_whole

DATA = Path(__file__).resolve().parents[1] / "data"

CALL = """\
상담사: 안녕하세요 한빛카드 상담사 김나래입니다
고객: 지갑을 잃어버려서 카드 정지하고 다시 만들어 주세요
상담사: 네 성함이 어떻게 되세요
고객: 이도윤이요
상담사: 구월 십이일 오후 두 시에 만 이천 원 쓰신 게 마지막이네요
고객: 네 그건 제가 쓴 거예요
상담사: 재발급 수수료는 오천 원입니다
상담사: 네 카드는 정지했고 재발급 접수해 드렸습니다 구월 십칠일까지 도착합니다
고객: 네 감사합니다
상담사: 좋은 하루 되세요
"""
ASKED = "지갑을 잃어버린 고객이 카드 정지와 재발급을 요청했습니다."


def fill(customer=ASKED, agent="수수료를 안내했습니다.", result=ASKED, call=CALL, on=None):
    analysis = Analysis.model_validate(
        {
            "summary": {"customer": customer, "agent": agent, "result": result},
            "keywords": ["카드", "정지", "재발급"],
            "titles": {"keyword": "카드_정지_재발급", "descriptive": "카드 정지와 재발급"},
        }
    )
    read_call = read(call)
    scorer = Scorer(read_call, call_date=on)
    found, quality = filled(analysis, read_call, scorer, on)
    assert quality == scorer.score(found)
    assert quality.score >= scorer.score(analysis).score
    return found.summary


def test_a_result_that_repeats_the_request_gives_way_to_how_the_call_ended():
    result = fill().result
    assert result.startswith("“")
    assert "재발급 접수해 드렸습니다" in result
    assert result.endswith("”")


def test_a_line_that_only_greets_gives_way_to_the_request_and_to_what_was_told():
    greeting = "안녕하세요 한빛카드 상담사 김나래입니다."
    found = fill(customer=greeting, agent=greeting, result="카드를 정지하고 재발급을 접수했습니다.")
    assert found.customer == "“지갑을 잃어버려서 카드 정지하고 다시 만들어 주세요.”"
    assert "만 이천 원" in found.agent or "오천 원" in found.agent
    assert found.result == "카드를 정지하고 재발급을 접수했습니다."


ORDER = """\
A: 다온마켓 고객센터입니다. 무엇을 도와드릴까요?
B: 네 저기 운동화를 시켰는데 검정이 왔어요.
A: 주문번호 뒤 네 자리 알 수 있을까요?
B: 칠칠이일이요.
A: 네, 확인했습니다. 교환으로 해 드릴까요, 환불로 해 드릴까요?
B: 교환이요.
A: 네, 왕복 배송비는 저희가 부담합니다. 교환 접수했고 내일 기사님이 회수하러 가십니다.
B: 네 감사합니다.
"""


def test_what_the_agent_asked_is_neither_what_was_told_nor_how_the_call_ended():
    found = fill(
        customer="운동화 색이 다르게 왔습니다.",
        agent="주문번호 뒤 네 자리 알 수 있을까요?",
        result="주문번호를 확인했습니다. 교환으로 해 드릴까요, 환불로 해 드릴까요?",
        call=ORDER,
    )
    assert "?" not in found.agent + found.result
    assert found.result.startswith("주문번호를 확인했습니다. “교환 접수했고 내일 기사님이")
    assert found.agent == "“왕복 배송비는 저희가 부담합니다.”"


def test_a_question_that_nothing_can_replace_stays():
    call = "A: 다온마켓입니다. 무엇을 도와드릴까요?\nB: 어 잘못 걸었네요.\n"
    asked = "무엇을 도와드릴까요?"
    assert (
        fill(customer="잘못 걸었습니다.", agent=asked, result="통화 종료", call=call).agent == asked
    )


def test_what_the_customer_asked_stays_in_the_line_of_the_agent_who_answered_it():
    line = "배송비를 누가 내는지 확인해 드릴까요? 왕복 배송비는 판매자가 냅니다."
    assert fill(agent=line, call=ORDER).agent.startswith(line)


def test_a_title_that_greets_gives_way_to_what_the_customer_wanted():
    call = read(ORDER)
    analysis = Analysis.model_validate(
        {
            "summary": {"customer": "무엇을 도와드릴까요?", "agent": "안내", "result": "교환 접수"},
            "keywords": ["교환", "운동화"],
            "titles": {"keyword": "교환_운동화", "descriptive": "무엇을 도와드릴까요?"},
        }
    )
    found, quality = filled(analysis, call, Scorer(call))
    assert found.titles.descriptive == "운동화를 시켰는데 검정이 왔어요"
    assert quality == Scorer(call).score(found)


@pytest.mark.parametrize(
    "line",
    [
        "교환 불가입니다.",
        "환불 거절",
        "콜백 예정",
        "재발급 접수 완료입니다.",
        "보류",
        "AS 기사 방문",
        "이관됨",
    ],
)
def test_a_line_as_short_as_people_write_them_stays(line):
    found = fill(result=line)
    assert found.result == line or found.result.startswith(f"{line} “")


@pytest.mark.parametrize("line", ["카드 정지", "재발급", "카드", "정지하고 재발급", "지갑"])
def test_a_request_in_a_word_or_two_of_the_call_stays(line):
    assert fill(customer=line, result="카드를 정지했습니다.").customer == line


def test_the_agents_line_is_not_what_the_customer_said():
    said = "지갑을 잃어버려서 카드 정지하고 다시 만들어 주세요"
    assert said not in fill(agent=said, customer="카드를 잃어버렸습니다.").agent


def test_a_sentence_that_is_in_two_lines_is_taken_out_of_one():
    end = "카드를 정지하고 9월 17일까지 도착하도록 재발급을 접수했습니다."
    assert fill(result=f"{ASKED} {end}").result == end


def test_a_short_line_gets_the_figures_that_no_line_has():
    found = fill(result="카드를 정지했습니다.")
    assert found.agent.startswith("수수료를 안내했습니다. “")
    assert "구월 십이일 오후 두 시에 만 이천 원" in found.agent
    assert found.agent.count("“") <= 2


def test_of_two_sentences_with_as_many_figures_the_later_one_is_added():
    call = (
        "고객: 언제 와요\n상담사: 구월 삼일에 주문하셨네요\n상담사: 구월 팔일에 도착하세요\n"
        "상담사: 시월 이일까지 반품되세요\n"
    )
    result = "구입한 물건은 반품됩니다."
    found = fill(customer="도착일을 물었습니다.", agent="안내했습니다.", result=result, call=call)
    assert found.agent == "안내했습니다. “구월 팔일에 도착하세요.” “시월 이일까지 반품되세요.”"


def test_a_record_in_words_of_its_own_that_names_a_figure_stays():
    agent = "카드를 9월 17일까지 다시 보내기로 했습니다."
    assert fill(agent=agent, result="재발급을 접수했습니다.").agent == agent


def test_figures_that_a_line_has_in_another_spelling_are_not_added():
    found = fill(
        agent="9월 12일 14시 12,000원이 마지막이고 수수료는 5,000원이라고 했습니다.",
        result="정지와 재발급을 접수했고 9월 17일까지 도착합니다.",
    )
    assert "“" not in found.agent + found.result


def test_a_short_result_without_an_end_gets_it():
    found = fill(agent="재발급 수수료 5,000원을 안내했습니다.", result="통화를 종료했습니다.")
    assert found.result.startswith("통화를 종료했습니다. “")
    assert "접수해 드렸습니다" in found.result


@pytest.mark.parametrize(
    "line",
    ["카드를 停止하고 재발급을 접수했습니다.", "The card was stopped and a new one is coming."],
)
def test_a_line_in_another_language_gives_way_to_what_was_said(line):
    found = fill(agent="재발급 수수료 5,000원을 안내했습니다.", result=line)
    assert "재발급 접수해 드렸습니다" in found.result
    assert line not in found.result
    assert line not in fill(customer=line, result="카드를 정지했습니다.").customer


def test_a_time_that_something_takes_is_a_figure_too():
    call = (
        "고객: 카드 다시 만들어 주세요\n상담사: 네 접수했습니다\n"
        "상담사: 영업일로 삼 일에서 오 일 걸리세요\n"
    )
    found = fill(agent="안내했습니다.", result="재발급을 접수했습니다.", call=call)
    assert found.agent == "안내했습니다. “영업일로 삼 일에서 오 일 걸리세요.”"


@pytest.mark.parametrize(
    "told",
    [
        "수수료는 오천 원입니다 아 아니에요 죄송합니다 만 원입니다",
        "수수료는 오천 원입니다\n상담사: 아 잘못 말씀드렸어요 만 원입니다",
        "팔십오년생이시고 끝자리 오천 원 쓰신 거 맞으세요",
        "수수료가 오천 원이면 하시겠어요",
        "그러면 오천 원이…",
        "오천 원이요",
        "카드 수수료는 다 오천 원이시고 그러니까",
    ],
)
def test_nothing_is_quoted_that_was_taken_back_asked_or_broken_off(told):
    call = f"고객: 카드 다시 만들어 주세요\n상담사: {told}\n상담사: 네 접수했습니다\n"
    found = fill(customer="재발급을 원했습니다.", result="접수했습니다.", call=call)
    assert "오천 원" not in found.agent


def test_without_speakers_what_the_customer_says_is_not_the_agents():
    call = (
        "삼만 원이 두 번 나갔는데 확인해 주세요\n네 한 건은 내일 오후 두 시에 취소됩니다\n"
        "제가 어제 오만 원도 냈거든요 그것도 취소해 주세요\n"
    )
    found = fill(customer="두 번 나간 돈을 물었습니다.", result="취소됩니다.", call=call)
    assert "오만 원도 냈거든요" not in found.agent


def test_curses_and_long_sentences_are_not_quoted_as_they_are():
    call = (
        "고객: 씨발 카드가 또 안 돼요 어제도 오만 원 못 냈어요 정지 풀어 주세요\n"
        f"상담사: {'확인해 보니 ' * 40}구월 삼일에 정지되셨네요\n상담사: 네 풀어 드렸습니다\n"
    )
    found = fill(customer="여보세요", result="여보세요", agent="네.", call=call)
    lines = [found.customer, found.agent, found.result]
    assert "씨발" not in "".join(lines)
    assert all(len(line) <= 250 for line in lines)


OUTBOUND = """\
상담사: 안녕하세요 김영수 고객님 맞으시죠 대한카드 박서윤입니다
고객: 네 그런데요
상담사: 십일월 카드 대금 사십오만 이천 원이 연체되어 연락드렸습니다
고객: 아 깜빡했네요 금요일에 꼭 넣을게요
상담사: 네 감사합니다
"""


def test_of_a_customer_who_was_called_the_promise_is_the_end_and_the_reason_is_the_agents():
    found = fill(customer="네 그런데요", agent="연체 안내", result="네 감사합니다", call=OUTBOUND)
    assert found.customer == "네 그런데요"
    assert "연체되어 연락드렸습니다" in found.agent
    assert found.result == "“금요일에 꼭 넣을게요.”"


@pytest.mark.parametrize(
    ("wish", "answer", "quoted"),
    [
        (
            "그럼 보험 처리 안 할게요",
            "네 접수 취소로 처리해 드렸습니다",
            "“그럼 보험 처리 안 할게요.” “",
        ),
        (
            "이번 달만 늦출 수 없어요",
            "그건 어려우세요",
            "“이번 달만 늦출 수 없어요.” “그건 어려우세요.”",
        ),
    ],
)
def test_what_two_people_say_is_not_one_quotation(wish, answer, quoted):
    call = (
        "고객: 사고 접수요\n상담사: 자기부담금은 매달 이십오일에 십이만 원씩 출금되십니다\n"
        f"고객: {wish}\n상담사: {answer}\n고객: 알겠어요\n"
    )
    assert quoted in fill(result="네 감사합니다", call=call).result


def test_an_offer_that_was_accepted_is_quoted_apart_from_the_yes():
    call = (
        "고객: 인터넷이 느려요\n상담사: 십이월 이일 오전 열 시에서 열두 시 사이 괜찮으세요\n"
        "고객: 네 괜찮아요\n상담사: 그럼 그때로 접수하겠습니다\n"
    )
    result = fill(result="네 감사합니다", call=call).result
    assert result.endswith("괜찮으세요.” “괜찮아요.” “그럼 그때로 접수하겠습니다.”")


def test_what_the_customer_said_is_not_how_the_call_ended():
    call = (
        "고객: 소파 배송 날짜 바꾸고 싶어서요\n상담사: 십이월 오일 도착으로 되어 있으세요\n"
        "고객: 그날은 안 되고 십이일이요\n상담사: 십이월 십이일로 변경해 드렸습니다\n"
    )
    said = "그날은 안 되고 십이일이요"
    found = fill(customer="배송 날짜 변경 요청", agent="변경했습니다.", result=said, call=call)
    assert found.result == "“십이월 십이일로 변경해 드렸습니다.”"
    assert "오일" not in found.agent.replace("십이일", "")


UNLOCK = """\
고객: 오티피가 자꾸 틀렸다고 나와서 이체가 안 돼요
상담사: 가온은행 이서준입니다 비밀번호를 열 번 틀리셔서 이체하는 기능이 지금 다 잠겨 있으세요
고객: 은행에 꼭 가야 하나요
상담사: 지점에 오실 필요 없이 앱에서 영상통화로 신분증을 보고 풀어 드립니다
상담사: 평일 아홉 시부터 오후 여섯 시까지 상담원이 연결해 드립니다
고객: 네 그렇게 할게요
"""
COPIES = {
    "customer": "오티피가 자꾸 틀렸다고 나와서 이체가 안 돼요.",
    "agent": "비밀번호를 열 번 틀리셔서 이체하는 기능이 지금 다 잠겨 있으세요.",
    "result": "고객이 은행에 가지 않고 그렇게 하기로 했습니다.",
}


def test_a_copied_record_gets_what_was_told_without_a_figure():
    agent = fill(**COPIES, call=UNLOCK).agent
    assert agent.startswith(COPIES["agent"])
    assert agent.endswith("“지점에 오실 필요 없이 앱에서 영상통화로 신분증을 보고 풀어 드립니다.”")


def test_a_record_in_words_of_its_own_gets_no_words_of_the_call():
    own = {
        "customer": "OTP 오류로 이체를 못 하는 고객",
        "agent": "10회 오류로 잠긴 OTP를 푸는 방법을 설명함",
        "result": "평일 9시부터 18시 사이에 고객이 직접 풀기로 함",
    }
    assert fill(**own, call=UNLOCK).model_dump() == own


def test_of_a_long_call_a_copied_record_gets_a_few_sentences_in_their_order():
    things = ["냉장고", "세탁기", "건조기", "정수기", "식기세척기", "에어컨", "청소기"]
    told = [f"설치 기사님이 {one} 보증서와 설명서를 가져다 드립니다" for one in things]
    call = UNLOCK + "".join(f"상담사: {one}\n" for one in told)
    agent = fill(**COPIES, call=call).agent
    added = [one.strip("“”. ") for one in agent.removeprefix(COPIES["agent"]).split("”")[:-1]]
    said = [line.removeprefix("상담사: ") for line in call.splitlines()]
    assert 1 <= len(added) <= 3
    assert added == sorted(added, key=said.index)


def test_what_was_broken_off_is_no_end():
    call = "고객: 채널이 안 나와요\n상담사: 네 확인하고…\n상담사: 반딧불티비…\n"
    assert fill(result="네 감사합니다", call=call).result == "네 감사합니다"


def test_of_what_was_told_what_was_done_comes_before_what_could_be():
    call = (
        "고객: 한도 올려 주시고 주소도 바꿔 주세요\n"
        "상담사: 한도는 삼백만 원까지 올려 드릴 수 있습니다\n"
        "고객: 네 그렇게 해 주세요\n상담사: 네 한도는 삼백만 원으로 올려 드렸습니다\n"
        "고객: 네\n상담사: 주소는 월드컵로로 변경해 드렸습니다\n"
    )
    found = fill(
        customer="한도와 주소", agent="처리했습니다.", result="요청을 처리했습니다.", call=call
    )
    assert found.agent == "“한도는 삼백만 원으로 올려 드렸습니다.”"


def test_the_calls_day_tells_which_figures_are_the_same():
    call = "고객: 방문 언제 돼요\n상담사: 내일 오후 두 시로 접수했습니다\n"
    found = fill(
        customer="방문일을 물었습니다.",
        agent="9월 14일 14시로 접수했습니다.",
        result="9월 14일 14시에 방문합니다.",
        call=call,
        on=dt.date(2025, 9, 13),
    )
    assert "“" not in found.agent + found.result


def good_analyses():
    for one in json.loads((DATA / "analyses.json").read_text()):
        if "transcript" in one:
            yield one["id"], one["transcript"], Analysis.model_validate(one["analysis"]), None
    cases = {
        case.id: case for case in load_cases(DATA / "calls") + load_cases(DATA / "transcripts")
    }
    for path in sorted((DATA / "golden").glob("*.json"))[::3]:
        golden = json.loads(path.read_text())
        case = cases[json.loads((DATA / golden["call"]).read_text())["id"]]
        good = Analysis.model_validate(golden["analysis"])
        yield golden["id"], case.transcript, good, case.call_date
    for name in ("whole-tuned", "free-kept"):
        for place, one in enumerate(load_whole(name)):
            yield f"{name} {place}", one.call, one.good, None


def test_hardly_any_record_of_a_clerk_is_quoted_to():
    changed, seen = [], 0
    for line in (DATA / "outcomes" / "others-tuned.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        call, on = read(one["transcript"]), dt.date.fromisoformat(one["call_date"])
        analysis = Analysis.model_validate(one["good"])
        found, _ = filled(analysis, call, Scorer(call, call_date=on), on)
        seen += 1
        if found != analysis:
            changed.append(one["id"])
    assert len(changed) <= 0.03 * seen, changed


def test_records_as_people_write_them_stay_as_they_are():
    seen, changed = 0, []
    for name, transcript, analysis, on in good_analyses():
        call = read(transcript)
        found, _ = filled(analysis, call, Scorer(call, call_date=on), on)
        seen += 1
        if found != analysis:
            changed.append(name)
    assert seen > 90
    assert changed == []


def test_of_a_long_call_only_the_ends_are_looked_through(monkeypatch):
    seen = []

    def noting(utterances):
        seen.append(sum(len(one.text) for one in utterances))
        return told(utterances)

    monkeypatch.setattr(quotes, "told", noting)
    fill(call=CALL * 200)
    assert max(seen) <= READ_CHARACTERS
