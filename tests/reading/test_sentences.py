import pytest

from edgebox.reading.sentences import last_whole, sentence_ends, split_clauses, split_sentences


def ends(text, *, growing=False):
    """The sentences of a text, by where they end."""
    found, start = [], 0
    for end in sentence_ends(text, growing=growing):
        found.append(text[start:end].strip())
        start = end
    return found


@pytest.mark.parametrize(
    "second",
    [
        "상담사는 연 4.5%라고 안내했습니다.",
        "상담사는 2025. 9. 20. 오후 5시로 변경했습니다.",
        "상담사는 25.09.20에 방문한다고 했습니다.",
        "상담사는 9. 13. 방문을 예약했습니다.",
        "상담사는 No. 3 창구를 안내했습니다.",
        "고객이 A.S. 접수를 요청했습니다.",
        "고객이 U.S.A. 로밍을 신청했습니다.",
        "상담사는 버전 3.2.1 설치를 안내했습니다.",
        "상담사는 www.example.com 접속을 안내했습니다.",
        "상담사는 kim.mj@example.com 주소로 보냈습니다.",
        "상담사는 v3.2 펌웨어를 안내했습니다.",
        "상담사는 U.S. 달러 환전을 안내했습니다.",
        "상담사는 Dr. Kim 예약을 잡았습니다.",
        '상담사는 "환불됩니다."라고 안내했습니다.',
        "상담사는 “환불됩니다.” 라고 안내했습니다.",
        "상담사는 음... 확인 뒤 안내했습니다.",
        "상담사는 연 3.9 %, 중도 상환 1.2 %를 안내했습니다.",
        "상담사는 가. 재직증명서 나. 소득증명서를 내라고 안내했습니다.",
        "상담사는 Rm. 1203 호실을 배정했습니다.",
        "상담사는 Bldg. 3 동으로 보낸다고 안내했습니다.",
        "상담사는 약관 Art. 12 조항과 pp. 12-15 쪽을 안내했습니다.",
        "상담사는 Lv. 5 등급 혜택을 안내했습니다.",
        "상담사는 Ph. D. 과정은 제외라고 안내했습니다.",
        "고객이 Hanbit Intl. 명의의 계약을 문의했습니다.",
        "고객이 No. 1004. 객실을 예약했습니다.",
        "고객이 Yahoo! 메일로 받겠다고 했습니다.",
        "고객이 “배송 중.” 상태가 사흘째라고 항의했습니다.",
        "고객이 ‘처리 완료!’ 문자를 받았다고 했습니다.",
        "고객이 「환불 규정.」 안내를 요청했습니다.",
        "고객이 ‘환불이 완료됐어요!’ 문자를 받았다고 했습니다.",
        '고객이 "언제 오나요?" 물었습니다.',
        "고객이 왜 안 되나요? 라고 물었습니다.",
        "고객이 그건 싫어요. 라고 했습니다.",
    ],
)
def test_no_point_inside_something_ends_a_sentence_at_any_moment_of_a_stream(second):
    text = f"고객이 금리를 문의했습니다. {second} 통화를 마쳤습니다."
    whole = ["고객이 금리를 문의했습니다.", second, "통화를 마쳤습니다."]
    assert ends(text) == whole
    for length in range(len(text) + 1):
        seen = ends(text[:length], growing=True)
        assert seen == whole[: len(seen)], text[:length]
        assert last_whole(text[:length]) in {
            "", whole[0], f"{whole[0]} {second}", text,
            last_whole(text[:length]) if "…" in last_whole(text[:length]) else "",
        }  # fmt: skip
    spans = [text[a:b] for a, b in split_sentences(text)]
    assert spans == whole


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("네 됩니다. 감사합니다!", ["네 됩니다.", "감사합니다!"]),
        ("네 됩니다.그럼 취소해 드릴게요.감사합니다.",
         ["네 됩니다.", "그럼 취소해 드릴게요.", "감사합니다."]),
        ("환불을 문의했습니다。처리했습니다。", ["환불을 문의했습니다。", "처리했습니다。"]),
        ("안 됩니다. 라고 했습니다. 끝났습니다.", ["안 됩니다. 라고 했습니다.", "끝났습니다."]),
        ("왜 안 되나요? 라며 물었습니다.", ["왜 안 되나요? 라며 물었습니다."]),
        ('고객이 "안 됩니다." 상담사는 "네." 끝났습니다.',
         ['고객이 "안 됩니다."', '상담사는 "네."', "끝났습니다."]),
        ("참 나. 그래도 해 주세요.", ["참 나.", "그래도 해 주세요."]),
        ("기종은 iPhone. 고객이 동의했습니다.", ["기종은 iPhone.", "고객이 동의했습니다."]),
        ("결과는 PASS. 다음 단계로 갑니다.", ["결과는 PASS.", "다음 단계로 갑니다."]),
        ("모델은 iPhone. 재고 없음.", ["모델은 iPhone.", "재고 없음."]),
        ("입금 확인 OK! 감사합니다.", ["입금 확인 OK!", "감사합니다."]),
        ("오 good! 그렇게 해 주세요.", ["오 good!", "그렇게 해 주세요."]),
        ("이게 다. 다른 건 없어요.", ["이게 다.", "다른 건 없어요."]),
        ("예약 번호는 1234. 감사합니다.", ["예약 번호는 1234.", "감사합니다."]),
        ("(접수 완료.) 다음 안내", ["(접수 완료.)", "다음 안내"]),
        ("되나요? 네 됩니다", ["되나요?", "네 됩니다"]),
        ("잃어버렸는데요 정지해 주세요 네 정지했습니다 더 필요 없어요?",
         ["잃어버렸는데요", "정지해 주세요", "네 정지했습니다", "더 필요 없어요?"]),
        ("1. 첫째입니다 2. 둘째입니다", ["1. 첫째입니다", "2. 둘째입니다"]),
        ("", []),
        ("   ", []),
    ],
)  # fmt: skip
def test_spoken_and_written_sentences(text, sentences):
    assert [text[a:b] for a, b in split_sentences(text)] == sentences


def test_a_text_that_may_grow_has_no_end_at_a_point_that_may_be_inside_something():
    for text in ("연 4.", "www.", "kim.", "v3.", "2025.", "2025. 9. 13.", "No.", '"됩니다."'):
        assert sentence_ends(text, growing=True) == []
        assert sentence_ends(text) == [len(text)]
    assert sentence_ends("문의했습니다.", growing=True) == [7]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("고객이 환불을 문의했습니다. 상담사는", "고객이 환불을 문의했습니다."),
        ("고객이 환불을 요청했고 상담사가", "고객이 환불을 요청했고…"),
        ("고객이 계약서 사본을", ""),
        ("고객이 신고 접수를", ""),
        ("김하나 고객이", ""),
        ("배송비 3, 4천 원을", ""),
        ("환불을 원하지만, 상담사는", "환불을 원하지만…"),
    ],
)
def test_what_the_deadline_cuts_is_whole(text, whole):
    assert last_whole(text) == whole


def test_clauses_are_the_statements_of_sentences():
    text = "배송 지연을 문의하고, 환불을 요청했습니다. 처리됐습니다."
    assert [text[a:b].strip() for a, b in split_clauses(text)] == [
        "배송 지연을 문의하고,", "환불을 요청했습니다.", "처리됐습니다.",
    ]  # fmt: skip
