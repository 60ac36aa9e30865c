"""Which words of an analysis are names of people that the call does not have."""

import pytest

from edgebox.language.miscalled import wrong_names
from edgebox.language.names import names_of_call
from edgebox.language.words import squeeze
from edgebox.reading.call import read


def wrong(text, said):
    call = read(f"고객: {said}\n상담사: 네 확인해 보겠습니다\n")
    return set(wrong_names(text, squeeze(said), names_of_call(call)))


@pytest.mark.parametrize(
    ("text", "said", "name"),
    [
        pytest.param(
            "경옥순에게 배송합니다.", "받는 분이 경옥분 님으로 돼 있네요", "경옥순", id="a particle"
        ),
        pytest.param(
            "하은교의 결석을 알렸습니다.", "저 이 반 하은규 엄만데요", "하은교", id="a parent"
        ),
        pytest.param(
            "이지은의 접종을 예약했습니다.", "이지안 아기 예방접종요", "이지은", id="a child"
        ),
        pytest.param(
            "기은별 예약을 바꿨습니다.", "에이 구역 예약한 기은결인데요", "기은별", id="a booking"
        ),
        pytest.param("윤설아 표를 취소했습니다.", "윤슬아 팬미팅 표요", "윤설아", id="an artist"),
        pytest.param(
            "임태리의 반을 옮겼습니다.", "엄태리 학생 반 좀 옮겨요", "임태리", id="the family name"
        ),
    ],
)
def test_a_name_of_a_person_that_is_wrong_by_a_syllable_is_found(text, said, name):
    assert wrong(text, said) == {name}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("유명해 예매가 어렵다고 했습니다.", "유명한 콘서트라서요", id="an adjective"),
        pytest.param("신청해 등록했습니다.", "신청한 학생이 저예요", id="a participle"),
        pytest.param("경옥분 님께 배송합니다.", "받는 분이 경옥분 님으로 돼 있네요", id="true"),
    ],
)
def test_another_word_is_no_wrong_name(text, said):
    assert wrong(text, said) == set()


@pytest.mark.parametrize(
    ("text", "said", "name"),
    [
        ("강이튼 디자이너가 합니다.", "디자이너 강이든이 하고 십사만 원이죠", "강이튼"),
        ("설아윤 강사가 가르칩니다.", "강사는 설아인 님이고요", "설아윤"),
        ("안지혜가 방문합니다.", "배송 담당 안지혁이 온다던데요", "안지혜"),
        ("송순지 본인이 해야 합니다.", "송순자 씨로 돼 있어요", "송순지"),
        ("우나 씨가 휴가라고 했습니다.", "유나 씨랑 통화했는데요", "우나"),
        ("김나라의 예약을 바꿨습니다.", "김나리가 제 이름이에요", "김나라"),
        ("대표 함태진의 회사임", "대표님은 함태준이시고요", "함태진"),
        ("원장이 길민오라고 했습니다.", "원장은 길민호 님이세요", "길민오"),
    ],
)
def test_a_name_behind_a_role_or_before_a_particle_is_known(text, said, name):
    assert name in wrong(text, said)
    right = names_of_call(read(f"고객: {said}\n상담사: 네\n"))
    assert not wrong(said, said), right


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("학생증을 안내했습니다.", "학생 신분증이 없어요"),
        ("전세권 설정을 안내했습니다.", "세입자 전세금은요"),
        ("진단비를 안내했습니다.", "진단비는 씨 칠십칠 진단서요"),
        ("원장이 받았습니다.", "성함이요 원장은 길민호 님이세요"),
    ],
)
def test_a_noun_behind_a_role_is_no_name(text, said):
    assert wrong(text, said) == set()


@pytest.mark.parametrize(
    "answer", ["강사는 설아인 님이고요", "주인은 저고요", "신랑이 신청했어요", "이모가 할 거예요"]
)
def test_a_noun_with_its_particle_that_answers_who_is_no_name(answer):
    call = read(f"고객: 그분이 누구예요\n상담사: {answer}\n고객: 네\n")
    assert not {name for name in names_of_call(call) if answer.startswith(name)}


@pytest.mark.parametrize("answer", ["김다은이요", "이가은", "박진이입니다", "네 김나은입니다"])
def test_a_name_that_ends_like_a_particle_still_is(answer):
    call = read(f"상담사: 성함이 어떻게 되세요\n고객: {answer}\n상담사: 네\n")
    assert any(name in answer for name in names_of_call(call))


@pytest.mark.parametrize(
    ("text", "said", "name"),
    [
        pytest.param(
            "나범 고객이 문의함", "성함이요 나봄이요 나봄 고객님 네", "나범", id="two syllables"
        ),
        pytest.param(
            "리라 선생님으로 배정함",
            "리나 선생님이에요 리나 선생님으로요",
            "리라",
            id="without a family name",
        ),
        pytest.param(
            "아버지 함봉식 명의로 신청함", "저희 아버지 함봉수요", "함봉식", id="behind 아버지"
        ),
        pytest.param(
            "도아 어린이의 진료를 예약함",
            "성함이요 도하예요 도하 어린이 네",
            "도아",
            id="a child's",
        ),
        pytest.param("배옥삼 명의로 접수함", "어머니는 배옥심이고요", "배옥삼", id="before 명의"),
    ],
)
def test_short_names_and_names_of_relatives_are_known(text, said, name):
    assert wrong(text, said) == {name}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("여권과 다르게 적힌 이름을 고치려 함", "성함은요 네 여권은 제 이름이 달라요"),
        ("친구가 썼어도 본인 책임이라고 함", "그래도 책임은 고객님께 있습니다"),
        ("공유기를 새집으로 옮김", "공유기는 고객님 댁에 있죠"),
        ("제품이 파손됨", "유품이 님께 갔고 유품 액자요"),
        ("해외 고객이 문의함", "해당 고객님 그리고 해당 고객님"),
        ("신규 고객이라고 함", "신청 고객님 신청 고객님"),
        ("냄새가 심해져 고객이 항의함", "네 심각하네요"),
        ("콩심이 사료를 한번이라도 더 접수함", "이름은 콩심이예요 콩심이 사료요"),
        ("많은 학생과 다른 어린이가 신청함", "도하예요 도하 어린이 도하 학생"),
        ("원하던 선생님으로 배정함", "네 선생님이요"),
    ],
)
def test_nouns_with_particles_are_no_names(text, said):
    assert wrong(text, said) == set()


def test_a_wrong_name_in_a_title_is_found_and_a_compound_is_none():
    call = read("고객: 저 유하정이에요\n상담사: 유하정 님 네\n")
    known = names_of_call(call)
    said = squeeze("저 유하정이에요 유하정 님 네")
    assert set(wrong_names("유아정\n숙박 연기", said, known, listed=True)) == {"유아정"}
    assert set(wrong_names("배선물\n유하정\n고정비", said, known, listed=True)) == set()


def test_an_animals_name_is_known():
    said = "강아지 이름은 콩심이예요 콩심이 사료요"
    assert any("콩순이".startswith(one) for one in wrong("콩순이 사료를 접수함", said))
    assert wrong("콩심이 사료를 접수함", said) == set()


@pytest.mark.parametrize(
    ("text", "said", "name"),
    [
        ("도을숙 회원이 양도를 원함", "양도하려고요 도을순이요 네 회원님", "도을숙"),
        ("신주미 트레이너로 변경함", "구하람 쌤하고 신주희 쌤은 저녁이요", "신주미"),
        ("석주현 고객이 취소하려 함", "이름이 석 석주헌님 네", "석주현"),
        ("모은경 고객이 문의함", "내일 들어가기로 한 모은결인데 되나요", "모은경"),
    ],
)
def test_a_name_before_a_title_that_the_call_has_with_another_syllable_is_wrong(text, said, name):
    assert wrong(text, said) == {name}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("조리사님에게 전함", "조리하시는 분께 전할게요"),
        ("요청한 고객에게 알림", "요청하신 거요"),
        ("파도의 기억은 고객이 반납함", "파도의 기억을 반납할게요"),
        ("주문한 고객이 문의함", "주문하신 상품이요"),
    ],
)
def test_what_stands_before_a_title_and_is_no_name_is_not(text, said):
    assert wrong(text, said) == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("아직 신청 전이며 설계사가 방문함", "설계사 선우진 씨가 가요"),
        ("정중한 고객이 문의함", "정중히 말씀드려요"),
        ("장애인 고객이 할인을 문의함", "복지 카드가 있어요"),
        ("우편도 고객에게 보냄", "우편으로 주세요"),
        ("대여일 변경을 요청함", "한복 대여점 아니에요? 대여점이요"),
    ],
)
def test_words_of_a_record_before_a_title_are_no_names(text, said):
    assert wrong(text, said) == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("정해진 내용을 정하지 못함", "정해수 고객님 성함이 정해수 님이세요"),
        ("이상이 계속되고 열이 38도 이상일 때 내원함", "이상헌 님이세요"),
        ("예정자로 추가됨", "길정자 님 추가연 과장님이요"),
        ("실업이 인정될 수 없다고 안내함", "인정민 님이세요"),
        ("마지막 순서로 방문함", "마지훈 기사님이 오세요"),
        ("어머님 명의를 바꿈", "성함이요 어머니예요"),
        ("장기요양을 신청하고 진단서 양식을 받음", "요양 등급이요"),
        ("어려운 고객을 도움", "어려울 때요"),
    ],
)
def test_verbs_and_nouns_near_a_name_are_none(text, said):
    assert wrong(text, said) == set()


@pytest.mark.parametrize("said", ["상담센터예요", "정류장이요", "거예요", "원인데요", "목소리요"])
def test_what_a_recogniser_writes_for_an_answer_is_no_name(said):
    call = read(f"상담사: 성함이 어떻게 되세요\n고객: {said}\n상담사: 네\n")
    assert names_of_call(call) == frozenset()


@pytest.mark.parametrize(
    ("text", "said", "name"),
    [
        ("이상원 고객이 예약을 바꿈", "이상언 님이세요", "이상원"),
        ("이상인 고객이 예약을 바꿈", "이상원 님이세요", "이상인"),
        ("이용수 고객이 접수함", "이용주 님이세요", "이용수"),
        ("한도원 고객을 확인함", "한도연 님이세요", "한도원"),
        ("정지원 팀장이 환불함", "전지원 팀장님이요", "정지원"),
        ("유지원 매니저가 처리함", "유지연 매니저님이요", "유지원"),
        ("신정순 어르신을 예약함", "신정숙 어르신이요", "신정순"),
        ("안전순 환자를 예약함", "안정순 환자 예약이요", "안전순"),
        ("정상은 고객을 확인함", "정상윤 님이세요", "정상은"),
        ("이동원이 접수함", "이동윤 님이세요", "이동원"),
        ("고정원 앞으로 보냄", "고정언 님 앞으로요", "고정원"),
        ("고정인 앞으로 보냄", "고정언 님 앞으로요", "고정인"),
        ("박아준이 연락하기로 함", "박아진 님이세요", "박아준"),
        ("정지수 담당자가 환불함", "담당자 정지원입니다", "정지수"),
    ],
)
def test_a_name_that_begins_like_a_noun_is_still_a_persons(text, said, name):
    assert wrong(text, said) == {name}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("이용료 고객 부담을 안내함", "이용주 님이세요"),
        ("이용자가 접수함", "이용주 님이세요"),
        ("정기분을 납부함", "정기현 님이세요"),
        ("3일 이상일 경우를 안내함", "이상원 님이세요"),
        ("방송사 직원이 답함", "방송민 님이세요"),
    ],
)
def test_a_noun_with_an_ending_that_no_given_name_has_is_no_name(text, said):
    assert wrong(text, said) == set()


@pytest.mark.parametrize(
    "said",
    [
        "팀장님이 조용하시고요",
        "기사님은 조심하세요 라고만 했어요",
        "상담사님은 신중하시고 좋아요",
        "기사님이 도와주시고요",
        "기사님이 고쳐주세요 그래서 맡겼어요",
        "담당자님이 기다리세요",
        "팀장님이 지켜보시고요",
        "기사님이 서두르시고요",
        "기사님이 지나치시고요",
    ],
)
def test_a_verb_behind_a_role_is_no_name(said):
    assert names_of_call(read(f"상담사: 네\n고객: {said}\n상담사: 네\n")) == frozenset()


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("담당자님이 김하나세요", "김하나"),
        ("팀장님이 김민주시고요", "김민주"),
        ("기사님이 설아인이시고요", "설아인"),
        ("매니저님은 박다해세요", "박다해"),
    ],
)
def test_a_name_behind_a_polite_role_is_known(said, name):
    assert names_of_call(read(f"상담사: 네\n고객: {said}\n상담사: 네\n")) == {name}
