"""Which words of an analysis count as misheard names, and which are other words of the call."""

import pytest

from edgebox.language.misheard import misheard
from edgebox.language.vocabulary import Vocabulary


def found(text, call):
    return list(misheard(text, Vocabulary(call, "".join(call.split()).casefold())))


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("배송일을 화요일로 변경했습니다.", "배송이 늦어서요. 배송을 화요일로 바꿔 주세요."),
        ("환불액을 안내했습니다.", "환불이 언제 되나요. 환불을 빨리 해 주세요."),
        ("방문일을 잡았습니다.", "방문을 언제 하시나요. 방문이 늦네요."),
        ("환불금을 보냈습니다.", "환불건으로 전화했어요. 환불과 교환이 다 되나요."),
        ("문제점을 접수했습니다.", "그게 문제잖아요."),
    ],
)
def test_a_noun_with_a_particle_is_no_double_of_a_longer_noun(text, call):
    assert found(text, call) == []


def test_a_name_that_is_off_by_one_syllable_is_found():
    call = "한밭은행 둔산지점에서 대출 상담받고 싶은데요. 네 한밭은행 둔산지점 대리가 연락드립니다."
    assert found("한발은행 둔산지점에서 연락하기로 했습니다.", call) == ["한발은행"]


@pytest.mark.parametrize(
    ("text", "call", "wrong"),
    [
        pytest.param(
            "든든집꾼에 접수했습니다.",
            "네 든든짐꾼 고객센터입니다. 접수할게요.",
            "든든집꾼에",
            id="introduced",
        ),
        pytest.param(
            "과일마을에서 환불하기로 했습니다.",
            "네 과일마루 문지애예요. 환불해 드릴게요.",
            "과일마을에서",
            id="introduced, in a syllable unlike the other and an ordinary word",
        ),
        pytest.param(
            "새솜패스를 해지했습니다.",
            "제가 그 새봄패스 끊은 거 있는데요. 새봄패스 해지됐습니다.",
            "새솜패스를",
            id="the first consonant",
        ),
        pytest.param(
            "청솔빌라 202호를 확인했습니다.",
            "청송빌라 이백이 호예요. 네 보낼게요.",
            "청솔빌라",
            id="ends like a verb",
        ),
        pytest.param(
            "꽃마로공원 급식소를 문의했습니다.",
            "꽃마루 공원에 급식소 있잖아요.",
            "꽃마로공원",
            id="written apart",
        ),
        pytest.param(
            "팝콘포인드를 안내했습니다.",
            "모아 두신 팝콘포인트 사천 점이 있으세요.",
            "팝콘포인드를",
            id="the call's word is the ordinary one",
        ),
        pytest.param(
            "페블린 회색을 반품했습니다.",
            "페블런 회색이요. 한 번 신었어요.",
            "페블린",
            id="three syllables, said once",
        ),
        pytest.param(
            "은빛생 정수기를 교체합니다.",
            "은빛샘 정수기요. 네 은빛샘 새 제품 나가세요.",
            "은빛생",
            id="said twice",
        ),
        pytest.param(
            "별난피지 주문을 확인했습니다.",
            "별난피자에서 시켰어요.",
            "별난피지",
            id="in the word for its kind",
        ),
        pytest.param(
            "너울쿠의 점검을 예약했습니다.",
            "차종이 너울큐 이천이십일 년식 맞으시죠.",
            "너울쿠의",
            id="named by a word for its kind",
        ),
        pytest.param(
            "해맑음사랑학원에 등록했습니다.",
            "해맑음사름학원요. 네 해맑음사름학원 등록됐어요.",
            "해맑음사랑학원에",
            id="a place said twice, and a word of it another word",
        ),
    ],
)
def test_a_name_of_a_thing_that_is_wrong_by_a_syllable_is_found(text, call, wrong):
    assert found(text, call) == [wrong]


@pytest.mark.parametrize(
    ("text", "call"),
    [
        pytest.param("결제일을 변경했습니다.", "결재일 바꿔 주세요. 결재일이요.", id="결재"),
        pytest.param("판매처에 연락했습니다.", "판매자 연락이 안 돼요.", id="판매"),
        pytest.param("해약환급금을 안내했습니다.", "해지환급금 얼마예요.", id="해지"),
        pytest.param("보일러를 수리합니다.", "보일라 고장이요. 보일라 봐 주세요.", id="loan word"),
        pytest.param("고관절을 다쳤습니다.", "넘어져서 고간절을 다쳤어요.", id="misheard"),
        pytest.param("은하수오피스텔로 배송합니다.", "은하수오피스탤 칠공일호요.", id="misspelt"),
        pytest.param("11월분을 안내했습니다.", "십일월이요. 십이월까지요.", id="months"),
        pytest.param("십이월에 만납니다.", "십일월이요. 십일월 맞죠.", id="spelt months"),
        pytest.param("예약을 30분으로 미뤘습니다.", "아홉 시 반으로 해 주세요.", id="a number"),
        pytest.param("집으로 보냈습니다.", "안으로 넣어 주세요. 안으로요.", id="one syllable"),
        pytest.param("고객에게 돌려보냄.", "다시 돌려보내 드릴게요.", id="a verb as a noun"),
        pytest.param("회사명을 확인했습니다.", "네 회사는 어디예요. 아침회사입니다.", id="a topic"),
        pytest.param("가는데 시간이 걸립니다.", "가운데예요. 가방은 여기예요.", id="a verb"),
        pytest.param(
            "파이썬 기초로 바꿉니다.", "파이선기초로 바꿔요. 파이선기초요.", id="one sound"
        ),
        pytest.param("진단서는 필요 없습니다.", "진단비는요. 진단비 나와요.", id="a suffix"),
        pytest.param(
            "추간판탈출증으로 청구했습니다.",
            "추간판 탈추증이라고 하던데 진단서 있어야 돼요",
            id="a word of medicine",
        ),
        pytest.param(
            "제왕절개는 보상되지 않습니다.",
            "제왕절계는요. 네 제왕절계도 보상 안 되십니다.",
            id="another one, said twice",
        ),
    ],
)
def test_another_word_of_the_trade_is_no_wrong_name(text, call):
    assert found(text, call) == []


@pytest.mark.parametrize(
    ("text", "call", "wrong"),
    [
        ("뉴블로 요금제를 안내했습니다.", "뉴블루 요금제가 뭐예요.", ["뉴블로"]),
        ("코고넷 공유기를 교체합니다.", "코코넷 공유기가 꺼져요.", ["코고넷"]),
        ("낭해수산 굴을 환불했습니다.", "남해수산 굴이 상했어요.", ["낭해수산"]),
        ("웰리스핏 앱을 안내했습니다.", "웰니스핏 앱이 안 돼요.", ["웰리스핏"]),
        ("라온메이트를 해지했습니다.", "라온매이트요. 라온매이트 해지요.", ["라온메이트를"]),
        ("신청을 철회했습니다.", "신청은 철회할게요.", []),
        ("배송지 변경을 접수했습니다.", "배송비 변경이요.", []),
        ("넷플릭스 결제를 취소했습니다.", "넷플렉스 결제가 됐어요. 넷플렉스요.", []),
        ("갤럭시 수리를 접수했습니다.", "겔럭시 수리요. 겔럭시 액정이요.", []),
    ],
)
def test_a_name_before_its_kind_and_a_rare_name_are_told_from_what_everybody_knows(
    text, call, wrong
):
    assert found(text, call) == wrong


@pytest.mark.parametrize(
    ("text", "call", "wrong"),
    [
        ("연희점에서 주문함", "불꽃닭강정 연남점이요 닭강정 시켰는데", ["연희점에서"]),
        ("들빛은행 계좌로 환급함", "결제계좌인 들녘은행으로 들어갑니다", ["들빛은행"]),
        ("다정내과에서 동의서를 냄", "목포 다솜내과입니다 여기서", ["다정내과에서"]),
        ("매향실을 예약함", "열네 분이면 매화실 쓰시면 되는데", ["매향실을"]),
        ("벌판로 31에 사는 고객", "벌말로 31 반지하요", ["벌판로"]),
        ("구정리에 사는 고객", "산내면 구절리 112번지", ["구정리에"]),
    ],
)
def test_a_name_before_its_kind_is_wrong_whatever_it_sounds_like(text, call, wrong):
    assert found(text, call) == wrong


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("그대로 두기로 함", "제대로 봐 주세요"),
        ("집으로 보냄", "앞으로 보내요"),
        ("상담실로 안내함", "사무실로 오세요"),
        ("관할이 아니어서 거절함", "관할이 아니에요서 뭐"),
        ("빠져나갈 돈은 없음", "빠져나간 돈이 있어요"),
        ("찾아본 뒤 신청하기로 함", "찾아보고 할게요 찾아온 거요"),
        ("배달받은 음식이 없음", "배달같은 거요"),
        ("고객에게 돌려드림", "돈은 돌려드린 걸로 나와요"),
        ("갈아타기는 생각해 보기로 함", "갈아타게 되면 얼마죠 갈아타게 되면요"),
        ("들어올 경우 받기로 함", "오늘 들어오기로 한 게 안 와서요 들어오면 주세요"),
    ],
)
def test_a_verb_or_an_adverb_is_no_name(text, call):
    assert found(text, call) == []


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("뒷자리 예매를 취소함", "끝자리로 주세요 끝자리요"),
        ("냉동실이 얼지 않음", "냉장실은 돼요 냉장실이요"),
        ("반송비를 안내함", "배송비는요 배송비요"),
        ("신청하실 때 필요함", "신청하신 거요"),
        ("비용이 늦어질 수 있음", "늦어진 거예요"),
        ("정해진 날에 보냄", "정해져 있어요 정해져요"),
        ("확인서를 요청함", "상담사 박인서입니다"),
        ("어머니가 문의함", "네 티머니입니다"),
        ("추가비를 문의함", "상담사 문가비입니다"),
        ("점장님께 전달함", "팀장님께 말씀드릴게요 팀장님께요"),
        ("와이파이 접속을 문의함", "와이프 폰은 돼요 와이프요"),
        ("로열캐닌 사료로 바꿈", "로얄캐닌 사료요 로얄캐닌이요"),
        ("도어록 배터리를 교체함", "도어락 배터리요 도어락이요"),
        ("기내로 들고 감", "시내로 가요 시내로요"),
        ("늦게 돌려드리는지 물어봄", "돌려드려요 돌려드려요"),
        ("안내만 하고 마침", "안내문을 주세요 안내문이요"),
    ],
)
def test_a_noun_a_verb_or_another_spelling_is_no_name(text, call):
    assert found(text, call) == []


@pytest.mark.parametrize(
    ("text", "call", "wrong"),
    [
        ("나이트박스 배송을 취소함", "라이트박스 배송이요", "나이트박스"),
        ("셀로비 앱을 안내함", "앱이 셀로바 되나요", "셀로비"),
        ("별빛사냥꾼 아이템을 잃음", "달빛사냥꾼요 달빛사냥꾼 계정이요", "별빛사냥꾼"),
        ("매실마음 3단지로 이전함", "매실마을 삼단지요 매실마을요", "매실마음"),
        ("관할은 동장세무서임", "관할은 동작세무서고요", "동장세무서임"),
        ("소방한의원을 예약함", "소망한의원이죠 네 소망한의원입니다", "소방한의원을"),
    ],
)
def test_a_name_that_became_a_noun_is_still_wrong(text, call, wrong):
    assert found(text, call) == [wrong]


@pytest.mark.parametrize(
    ("text", "call", "wrong"),
    [
        ("강동점에서 삼", "강남점에서 샀어요 네 강남점이요", "강동점에서"),
        ("울산점에서 삼", "군산점에서 샀어요 네 군산점이요", "울산점에서"),
        ("제주점에서 삼", "파주점에서 샀어요 네 파주점이요", "제주점에서"),
        ("수영점을 확인함", "수성점이요 네 수성점요", "수영점을"),
        ("제주지점을 확인함", "여주지점이요 네 여주지점요", "제주지점을"),
        ("인천점에서 삼", "이천점에서 샀어요 네 이천점이요", "인천점에서"),
        ("관교점을 예약함", "판교점이요 네 판교점 예약이요", "관교점을"),
    ],
)
def test_a_branch_of_another_town_is_wrong(text, call, wrong):
    assert found(text, call) == [wrong]


def test_a_thing_spelt_as_it_sounds_is_the_same():
    assert found("찜질백을 환불함", "찜질팩 샀어요") == []


@pytest.mark.parametrize(
    ("text", "call", "wrong"),
    [
        ("상락빌라로 보냄", "상록빌라예요 네 상록빌라로 보낼게요", "상락빌라로"),
        ("영록교회로 출동함", "영락교회 앞이요 네 영락교회로 출동합니다", "영록교회로"),
        ("새지엄아파트를 점검함", "새지움아파트요 네 새지움아파트 점검요", "새지엄아파트를"),
        ("써울문고에서 반품함", "서울문고 책요 네 서울문고 반품요", "써울문고에서"),
        ("컨치킨에 환불함", "콘치킨 시켰어요 네 콘치킨 환불요", "컨치킨에"),
        ("숍마니아 주문을 취소함", "샵마니아에서 샀어요 네 샵마니아 주문요", "숍마니아"),
    ],
)
def test_a_syllable_that_loan_words_spell_in_two_ways_is_none_of_a_name(text, call, wrong):
    assert found(text, call) == [wrong]


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("록앤락을 보냄", "락앤락 주문요 네 락앤락 보내요"),
        ("커피숍을 예약함", "커피샵이요 네 커피샵 예약요"),
        ("콘텐츠를 환불함", "컨텐츠 결제요 네 컨텐츠 환불요"),
        ("벤처타워로 보냄", "벤쳐타워요 네 벤쳐타워로 보내요"),
        ("태블릿을 수리함", "태블렛이요 네 태블렛 수리요"),
        ("초콜릿을 보냄", "초콜렛이요 네 초콜렛 주문요"),
        ("선글라스를 교환함", "썬글라스요 네 썬글라스 교환요"),
    ],
)
def test_a_loan_word_spelt_in_two_ways_is_one(text, call):
    assert found(text, call) == []


@pytest.mark.parametrize(
    ("text", "call", "wrong"),
    [
        ("기다린꽃집에 주문함", "기다림꽃집이요 네 기다림꽃집 주문요", "기다린꽃집에"),
        ("이어드린통장을 만듦", "이어드림통장이요 네 이어드림통장 개설요", "이어드린통장을"),
        ("바뀐마트에 주문함", "바뀌마트요 네 바뀌마트 주문요", "바뀐마트에"),
        ("하늘별요양원에서 상담함", "하늘빛요양원이요 네 하늘빛요양원 상담요", "하늘별요양원에서"),
        ("하늘빗요양원에서 상담함", "하늘빛요양원이요 네 하늘빛요양원 상담요", "하늘빗요양원에서"),
        ("하늘순 렌탈을 해지함", "네 하늘숲 렌탈입니다", "하늘순"),
    ],
)
def test_a_verb_or_a_noun_within_a_name_leaves_it_one(text, call, wrong):
    assert found(text, call) == [wrong]


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("오래 기다림", "기다린 지 오래예요 기다린 거요"),
        ("알려드리는 대로 함", "알려드려요 네 알려드려요"),
        ("바뀌는 날을 안내함", "바뀐다는 거죠 바뀐다는 거요"),
        ("아니므로 취소함", "아니라서요 네 아니라서요"),
        ("정기권을 접수함", "네 정기현입니다"),
        ("정기분 요금을 냄", "네 정기현입니다"),
        ("담아주는 봉투를 안내함", "담아준 거요 담아준 봉투요"),
        ("담아준 봉투를 안내함", "담아주는 거요 담아주는 봉투요"),
        ("찾아준 기사에게 감사함", "찾아주신 기사님이요 찾아주셔서요"),
    ],
)
def test_a_verb_that_stands_alone_is_still_no_name(text, call):
    assert found(text, call) == []
