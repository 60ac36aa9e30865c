"""What single sentences of a call do."""

import pytest

from edgebox.language.acts import is_condition, is_question, is_substance


@pytest.mark.parametrize(
    "sentence",
    [
        "일주일이나 기다렸는데 냉장고가 안 왔어요",
        "두 시간 기다렸습니다",
        "취소 바랍니다",
        "환불 처리 부탁드립니다 빨리 바랍니다",
        "서류를 금요일까지 보내 주시기 바랍니다",
        "연락처가 바뀌었는데 수정하려고요",
        "네 시까지 오시면 됩니다",
        "생년월일이 잘못 들어가 있어요",
        "녹음된 통화를 다시 듣고 싶어요",
        "카드 만료일이 지났어요",
        "여기 방씨네 순대국인데요 후기 지워 주세요",
    ],
)
def test_a_complaint_and_a_wish_are_substance(sentence):
    assert is_substance(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "안녕하세요 한빛쇼핑 상담사 김하늘입니다",
        "네 새론은행 서하늬입니다",
        "무엇을 도와드릴까요",
        "성함하고 생년월일 부탁드려요",
        "좋은 하루 되시길 바랍니다",
        "행복한 하루 보내세요",
        "즐거운 명절 되세요",
        "건강하시길 바랄게요",
        "오래 기다리셨습니다",
        "기다려 주셔서 감사합니다",
        "더 궁금하신 점 있으세요",
        "통화 내용은 녹음됩니다",
        "시청해 주셔서 감사합니다",
        "구독과 좋아요 알림 설정까지 부탁드립니다",
        "상담이 종료되었습니다",
        "네 네 알겠습니다",
        "불편을 드려 죄송합니다",
        "양해 부탁드립니다",
    ],
)
def test_courtesies_and_inventions_are_not(sentence):
    assert not is_substance(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "내일 취소하시면 오만 원이 발생됩니다",
        "해지하면 위약금이 나와요",
        "만약 못 찾으면 응시료를 돌려드려요",
        "승인이 나면은 전화드릴게요",
        "이물질인 경우에는 오만 원입니다",
        "고객님이라면 무료입니다",
        "화면을 누르시면 나와요",
        "if you cancel tomorrow there is a fee",
    ],
)
def test_what_holds_only_if_is_a_condition(sentence):
    assert is_condition(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "화면은 교체했습니다",
        "서면 답변을 보내 드립니다",
        "비대면 계좌로 변경했습니다",
        "라면 한 상자 환불했습니다",
        "취소됐고요 오 분 뒤에 다시 해 보시면 됩니다",
        "정리해 드리면 교체 접수했습니다",
        "그러면 내일 방문하겠습니다",
        "하면서 같이 바꿨습니다",
    ],
)
def test_a_noun_in_myeon_and_a_direction_behind_a_settlement_are_none(sentence):
    assert not is_condition(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "언제로 해 드릴까요",
        "환불되나요?",
        "맞으시죠",
        "어떻게 하시겠어요",
        "주소가 어떻게 되세요",
        "환불이 됩니까",
        "괜찮으세요",
        "언제 되는지요",
        "몇 개 하실래요",
    ],
)
def test_questions_are_known_without_a_question_mark(sentence):
    assert is_question(sentence)


@pytest.mark.parametrize(
    "sentence", ["환불은 안 되세요", "언제든 취소됩니다", "내일 가세요", "접수됐습니다"]
)
def test_statements_are_none(sentence):
    assert not is_question(sentence)
