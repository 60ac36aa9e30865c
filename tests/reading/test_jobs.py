"""Who speaks once by a job: a turn of its own, with and without a name."""

import pytest

from edgebox.reading.call import read
from edgebox.reading.jobs import works

_LISTED = """
    트레이너 셰프 캐디 플래너 매니저 코치 컨설턴트 큐레이터 스태프 간호사 약사 기사 소장 반장
    바리스타 소믈리에 디자이너 헤어디자이너 도슨트 플로리스트 네일리스트 테라피스트 필라테스강사
    리셉셔니스트 캡틴 인스트럭터 수의사 훈련사 현장소장 작업반장 도배사 용접공 조율사 통역가
    베이비시터 펫시터 변호사 회계사 조합장 요양보호사 물리치료사 점장 스타일리스트
"""
JOBS = _LISTED.split()


@pytest.mark.parametrize("form", ["{}", "김민지 {}", "{} 김민지", "{}님"])
def test_a_job_that_speaks_once_has_a_turn_of_its_own(form):
    for label in map(form.format, JOBS):
        text = f"고객: 바꾸고 싶은데요\n{label}: 토요일은 자리가 없습니다\n고객: 그럼 일요일요"
        found = read(text).utterances
        assert len(found) == 3, label
        assert found[1].text == "토요일은 자리가 없습니다"
        assert found[1].speaker != "customer"
        both = read(f"{text}\n상담사: 네 일요일로 변경해 드렸습니다").utterances
        assert len(both) == 4, label


@pytest.mark.parametrize(
    "line",
    ["배송: 내일 도착합니다", "체크리스트: 신분증이 필요합니다", "위시리스트: 없어요",
     "트레이너: 박서준", "비용은 매니저: 확인"],
)  # fmt: skip
def test_what_is_no_job_or_says_nothing_is_no_label(line):
    text = f"고객: 예약을 바꾸고 싶은데요\n{line}\n고객: 네 감사합니다"
    assert not any(one.label == line.split(":")[0] for one in read(text).utterances)


def test_a_word_is_a_job_with_its_address():
    assert all(map(works, ["캐디님", "김민지 플래너", "셰프 김민지", "간호사", "트레이너2"]))
    assert not any(map(works, ["배송지", "주소", "체크리스트", "김민지", "플랜"]))
