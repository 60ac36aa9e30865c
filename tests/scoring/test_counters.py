"""A true figure with a counter or unit that it was not said with, and ratios."""

import pytest

from scoring.outcomes import flags_of

FLAG = "ungrounded_number"


def _flagged(said, written):
    call = f"고객: {said}\n상담사: 네 확인했습니다\n고객: 네\n"
    return FLAG in flags_of(call, written)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("저희 집이 삼십사 층이에요", "34번에 거주합니다."),
        ("저희 집이 34층이에요", "34호에 거주합니다."),
        ("예약은 열두 명이요", "12층 예약입니다."),
        ("직원이 스무 명이에요", "직원은 20세입니다."),
        ("주소는 백삼 동이에요", "103호입니다."),
        ("피티 삼십 회 끊었어요", "PT 30명입니다."),
        ("전교 십이 등 했어요", "12학년입니다."),
        ("도시락 스물다섯 개요", "도시락 25층입니다."),
        ("데이터 백 메가 남았어요", "데이터 100GB입니다."),
        ("인터넷 오백 메가요", "인터넷 500Gbps입니다."),
        ("고기 육백 그램이요", "고기 600kg입니다."),
        ("거리가 삼백 미터예요", "거리 300km입니다."),
        ("우유 구백 밀리리터예요", "900L입니다."),
        ("집이 삼십사 평이에요", "34제곱미터입니다."),
        ("전구 육십 와트요", "60V 전구입니다."),
        ("삼만 원 결제했어요", "3만 명입니다."),
        ("삼만 원 결제했어요", "3만 달러입니다."),
        ("백 달러 결제했어요", "100원입니다."),
        ("이십 킬로 쌀이요", "20개입니다."),
    ],
)
def test_a_true_figure_with_another_counter_is_flagged(said, written):
    assert _flagged(said, written)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("예약은 열두 명이요", "12인 예약입니다."),
        ("예약은 열두 명이요", "12분 예약했습니다."),
        ("십이 분 오세요", "12명이 방문합니다."),
        ("피티 삼십 회 끊었어요", "PT 30번입니다."),
        ("열두 차례 연락드렸어요", "12회 연락했습니다."),
        ("입장권 열다섯 장이요", "입장권 15매입니다."),
        ("생수 열두 병 시켰어요", "생수 12개입니다."),
        ("귤 열두 박스요", "귤 12상자입니다."),
        ("데이터 백 메가 남았어요", "데이터 100MB입니다."),
        ("인터넷 오백 메가요", "인터넷 500Mbps입니다."),
        ("쌀 이십 킬로요", "쌀 20kg입니다."),
        ("주행이 십만 킬로예요", "주행 10만 km입니다."),
        ("약은 이백오십 밀리예요", "약은 250mg입니다."),
        ("수도를 십오 톤 썼어요", "15㎥ 사용입니다."),
        ("면적이 팔십사 제곱미터요", "84㎡입니다."),
        ("제가 마흔 살이에요", "40대입니다."),
        ("백오십 불 결제요", "150달러입니다."),
        ("포인트 오천 점 있어요", "5,000포인트입니다."),
        ("포인트 오천 점 있어요", "5,000원입니다."),
    ],
)
def test_a_counter_that_stands_for_another_is_not_flagged(said, written):
    assert not _flagged(said, written)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("삼십사요 삼십사", "34층에 거주합니다."),
        ("대기표가 삼십사 번이에요", "대기표 34호입니다."),
        ("열두 대요", "12세대입니다."),
        ("매장이 삼 개 층이에요", "3층입니다."),
        ("저희 집이 삼십사 층이에요 네 삼십사요", "34번입니다."),
        ("안심 이백이요 그렇게 주세요", "200g입니다."),
        ("두 개 시켰는데 안 왔어요", "2인분입니다."),
    ],
)
def test_a_figure_whose_counter_is_not_known_is_not_flagged(said, written):
    assert not _flagged(said, written)


@pytest.mark.parametrize(
    ("said", "written", "flagged"),
    [
        ("과실은 칠 대 삼으로 나왔어요", "과실 비율은 8:2입니다.", True),
        ("과실은 칠 대 삼으로 나왔어요", "과실은 8대2로 나왔습니다.", True),
        ("과실은 칠 대 삼으로 나왔어요", "과실은 7:3입니다.", False),
        ("과실은 7:3이래요", "과실은 7대 3입니다.", False),
        ("과실은 7:3이래요", "과실은 6:4입니다.", True),
        ("삼 대 칠로 하자네요", "7:3을 제안합니다.", False),
        ("칠십 대 삼십이요", "7:3입니다.", False),
        ("과실은 구 대 일이래요", "과실은 90%입니다.", False),
        ("과실이 삼십 프로래요", "과실은 7:3입니다.", False),
        ("수익은 반반이에요", "수익은 5:5로 나눕니다.", False),
        ("수익은 반반이에요", "수익은 7:3으로 나눕니다.", True),
        ("칠삼으로 나누죠", "7:3으로 나눕니다.", False),
        ("희석은 일 대 십으로 하세요", "희석 비율은 1:10입니다.", False),
        ("희석은 일 대 십으로 하세요", "희석 비율은 1:20입니다.", True),
        ("한 시 십 분이요", "1:10입니다.", False),
        ("경쟁률이 십오 대 일이에요", "경쟁률은 5대 1입니다.", True),
        ("상담원 연결이요", "1:1 상담을 이용했습니다.", False),
        ("차 다섯 대 세 팀이요", "5대 3팀입니다.", False),
    ],
)
def test_a_ratio_is_one_figure(said, written, flagged):
    assert _flagged(said, written) is flagged


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("알약 서른 정이요", "30정입니다."),
        ("좌석이 서른두 석이에요", "32명입니다."),
        ("엘리베이터 십사 기 점검이요", "엘리베이터 14대입니다."),
        ("삼십 롤 화장지요", "30롤입니다."),
        ("스물네 개들이 캔이요", "24캔입니다."),
        ("파일이 이백 메가바이트예요", "200MB입니다."),
    ],
)
def test_a_figure_that_was_said_with_a_rare_counter_is_not_flagged(said, written):
    assert not _flagged(said, written)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("체온이 삼십팔도 칠 부고요", "체온은 38.7도입니다."),
        ("약은 오 일치예요", "5일치를 처방했습니다."),
        ("두 알씩 드세요", "2정씩 복용합니다."),
        ("스물네 시간 안에 갑니다", "하루 안에 방문합니다."),
        ("하루 안에 갑니다", "24시간 안에 방문합니다."),
        ("운송장 오공칠삼 이팔사일 구육이칠이에요", "운송장은 5073 2841 9627입니다."),
        ("작년 이월 말에 가입했어요", "2024년 2월 말에 가입했습니다."),
        ("한도가 제로 점 오 프로예요", "한도는 0.5%입니다."),
    ],
)
def test_a_true_figure_in_another_form_is_not_flagged(said, written):
    assert not _flagged(said, written)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("체온이 삼십팔도 칠 부고요", "체온은 37.8도입니다."),
        ("약은 오 일치예요", "15일치를 처방했습니다."),
        ("두 알씩 드세요", "12정씩 복용합니다."),
        ("스물네 시간 안에 갑니다", "이틀 안에 48시간 걸립니다."),
        ("운송장 오공칠삼 이팔사일 구육이칠이에요", "운송장은 5073 2841 9672입니다."),
    ],
)
def test_another_figure_in_such_a_form_is_flagged(said, written):
    assert _flagged(said, written)
