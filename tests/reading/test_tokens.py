"""What a recogniser's model writes to itself, and people who speak once."""

import json

import pytest

from edgebox.reading.call import read, read_turns
from edgebox.reading.turn import Turn

SAID = [("customer", "카드를 잃어버렸어요"), ("agent", "네 정지해 드리겠습니다")]


@pytest.mark.parametrize(
    "received",
    [
        "<|0.00|> 고객: 카드를 잃어버렸어요<|2.40|>\n<|2.40|> 상담사: 네 정지해 드리겠습니다",
        "<|startoftranscript|>고객: 카드를 잃어버렸어요\n상담사: 네 정지해 드리겠습니다<|en|>",
        "[_BEG_] 고객: 카드를 잃어버렸어요[_TT_150]\n상담사: 네 정지해 드리겠습니다 [_EOT_]",
        "[SOT] 고객: 카드를 잃어버렸어요 [EOT]\n[SOT] 상담사: 네 정지해 드리겠습니다 [EOT]",
        "고객: 카드를 잃어버렸어요 [SPEAKER_TURN]\n상담사: 네 정지해 드리겠습니다</s>",
        "<｜0.00｜>고객: 카드를 잃어버렸어요\n< |2.00| > 상담사: 네 <pad> 정지해 드리겠습니다",
        "고객: <|ko|><|NEUTRAL|><|Speech|>카드를 잃어버렸어요\n상담사: 네 정지해 드리겠습니다",
        json.dumps(
            [
                {"speaker": "고객", "text": "<|ko|><|transcribe|>카드를 잃어버렸어요"},
                {"speaker": "상담사", "text": "[_BEG_]네 정지해 드리겠습니다[_TT_200]"},
            ]
        ),
        json.dumps(
            {
                "segments": [
                    {"start": 0, "speaker": "고객", "text": "<|0.00|> 카드를 잃어버렸어요<|2.00|>"},
                    {"start": 2, "speaker": "상담사", "text": " 네 정지해 드리겠습니다<|4.00|>"},
                ]
            }
        ),
    ],
)
def test_a_recognisers_tokens_are_not_said(received):
    assert [(one.speaker, one.text) for one in read(received).utterances] == SAID


def test_between_two_moments_a_new_utterance_begins():
    call = read("<|0.00|> 카드를 잃어버렸어요<|2.40|><|2.40|> 네 정지해 드리겠습니다<|5.00|>")
    assert [one.text for one in call.utterances] == [text for _, text in SAID]


def test_tokens_of_turns_are_not_said():
    call = read_turns([Turn("customer", "<|ko|>카드를 잃어버렸어요<|endoftext|>")])
    assert [one.text for one in call.utterances] == ["카드를 잃어버렸어요"]


@pytest.mark.parametrize(
    "job",
    [
        "주차관리원",
        "주차요원",
        "설치팀",
        "경비반장",
        "현장소장",
        "지점장",
        "시설과장",
        "요양보호사",
        "방사선사",
        "소방관",
        "안전관리자",
        "관리실",
        "상황실",
        "간호조무사",
        "공인중개사",
        "우체국집배원",
        "입주자대표대리",
        "엔지니어 박",
        "Manager Kim",
    ],
)
def test_whoever_speaks_once_by_a_job_has_a_turn(job):
    call = read(f"고객: 네\n상담사: 바꿔 드릴게요\n{job}: 네 이층에 있습니다\n고객: 네\n상담사: 네")
    assert [one.label for one in call.utterances][2] == job
    assert call.utterances[1].text == "바꿔 드릴게요"


@pytest.mark.parametrize(
    "word",
    [
        "제조회사",
        "신청인원",
        "할인쿠폰",
        "방문장소",
        "증빙문자",
        "카드할인",
        "통장사본",
        "발급기관",
        "만기일자",
        "대학병원",
        "사용자",
        *("수령자", "대상자", "신청대상자", "납부자", "수익자", "사업자", "도장날인"),
        *("보증인", "발송인", "수취인", "유치원", "요양원", "카드사", "택배사", "제휴사", "대사관"),
        *("정류장", "선착장", "사업장", "시험장", "검사장", "주민센터", "문화센터", "물리치료실"),
    ],
)
def test_a_word_that_ends_like_a_job_and_is_none_stays_in_the_line(word):
    call = read(
        f"고객: 네\n상담사: 불러 드릴게요\n{word}: 이렇게 하시면 돼요\n고객: 네\n상담사: 네"
    )
    assert call.utterances[1].text == f"불러 드릴게요 {word}: 이렇게 하시면 돼요"
