"""Keywords and titles have the form of a record, whatever the model made of them."""

from __future__ import annotations

import time

import pytest

from edgebox.consultation.headings import keyword_title, listed


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["카드", "결제", "문자", "문자", "결 제"], ["카드", "결제", "문자"]),
        (["OTP", "otp", "이체"], ["OTP", "이체"]),
        (["무엇을 도와드릴까요?", "고객센터"], ["고객센터"]),
        (["여보세요", "여행 취소"], ["여행 취소"]),
        (["문자가 와서요", "서류 보완.", " 실비 "], ["서류 보완", "실비"]),
        (["닫았습니다", "피씨예요", "헬스장"], ["헬스장"]),
        (["무향으로 바꿔 드릴게요 🐶", "스프레이"], ["스프레이"]),
        (["환불되나요", "환불됩니까", "환불"], ["환불"]),
        # Nouns that end as sentences do.
        (["전기 수요", "담요", "국민가요", "바다", "캐나다"], None),
        (["중요", "필요", "개요", "판다"], None),
        # Nothing else was left: what there is stays.
        (["무엇을 도와드릴까요?", "무엇을 도와드릴까요?"], ["무엇을 도와드릴까요?"]),
    ],
)
def test_keywords_stand_once_and_are_no_sentences(given, kept):
    assert listed(given) == (kept or given)


@pytest.mark.parametrize(
    ("title", "keywords", "made"),
    [
        ("카드_분실_재발급", ["카드"], "카드_분실_재발급"),
        ("운동화_검정_ 흰색", ["운동화"], "운동화_검정_흰색"),
        ("데이터 로밍_차단", ["로밍"], "데이터로밍_차단"),
        ("가스_가스_점검", ["가스"], "가스_점검"),
        ("오티피 전화", ["오티피"], "오티피_전화"),
        ("하나_둘_셋_넷_다섯", ["하나"], "하나_둘_셋_넷"),
        ("정형외과_예약 바꾸고 회사 일", ["예약", "정형외과", "외래"], "정형외과_예약_외래"),
        ("카드 먹었 돈 안 나왔어요", ["카드", "재발급", "돈"], "카드_재발급_돈"),
        ("결제문자", ["카드", "결제", "문자"], "카드_결제_문자"),
        ("재발급", ["카드", "정지"], "재발급_카드_정지"),
        ("무엇을 도와드릴까요?", ["환불", "배송"], "환불_배송"),
        ("3 5_환불", ["요금"], "3-5_환불"),
        ("3  5_환불", ["요금"], "3-5_환불"),
        # No longer than one that the model may write.
        (
            "환불?",
            [
                "가나다라마바사가나다라마바사",
                "아자차카타파하아자차카타파하",
                "중도상환수수료면제신청",
            ],
            "가나다라마바사가나다라마바사_아자차카타파하아자차카타파하",
        ),
        # No keyword can mend it.
        ("재발급", ["재발급"], "재발급"),
        ("무엇을 도와드릴까요?", ["안녕하세요"], "무엇을 도와드릴까요?"),
    ],
)
def test_a_title_of_keywords_is_two_to_four_words(title, keywords, made):
    assert keyword_title(title, keywords) == made


def test_headings_are_read_in_linear_time():
    word = f"가{' ' * 100_000}나"
    began = time.process_time()
    assert listed([word]) == [word]
    assert keyword_title(f"{word}_다", ["라"]) == "가나_다"
    assert time.process_time() - began < 1
