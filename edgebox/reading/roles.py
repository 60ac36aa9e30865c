"""Which side of the call a label means: by its word, else by how its speaker talks."""

from __future__ import annotations

import re
from typing import Final, Literal

Speaker = Literal["customer", "agent", "system", "unknown"]

_CUSTOMER: Final = """
    고객 고객님 고 손님 이용자 가입자 민원인 신청인 문의자 회원 회원님 소비자 신규고객 기존고객
    구매자 주문자 환자 보호자 점주 학부모 입주민 세입자 임차인 승객 예약자 계약자 피보험자 고객측
    rx customer caller client user cust consumer patient guest end_user enduser external inbound
    inbound_track human cus cst visitor requester shopper end-user
    顾客 客户 用户 お客様 お客さま 顧客 kháchhàng khách cliente kunde kundin клиент абонент
    pelanggan
    ลูกค้า хэрэглэгч mijoz
"""
_AGENT: Final = """
    상담원 상담사 상담직원 상담자 상담 상 직원 안내원 안내 담당자 담당 교환원 콜센터 고객센터
    매니저 컨설턴트 텔러 관리자 팀장 실장 과장 대리 주임 파트장 센터장 슈퍼바이저 기사 기사님
    주무관 설계사 간호사 코디네이터 본사 지점 창구 은행원 행원 접수원 담당직원 상담팀 수리기사
    설치기사 방문기사 배송기사 택배기사 현장기사 상담원님 상담사님 상담매니저 보험설계사 정비사
    엔지니어 tx agent representative rep operator advisor adviser csr counsellor counselor
    assistant staff support supervisor manager technician internal outbound 客服 オペレーター
    outbound_track
    역무원 집배원 관리인 관리소장 관리사무소 프런트 프론트 데스크 컨시어지 승무원 검침원 원무과
    약사 사서 접수처 손해사정사 세무사 법무사 중개사 복지사 사회복지사 강사 튜터 코치 코디 플래너
    딜러 조교 미용사
    employee 担当者 担当 相談員 コールセンター 客服人员 坐席 座席 nhânviên tổngđàiviên agente asesor
    conseiller berater
    mitarbeiter оператор сотрудник agen petugas เจ้าหน้าที่ ажилтан operatori admin agt agnt opr
    oper human_agent gpt chatgpt
"""
_SYSTEM: Final = """
    시스템 챗봇 봇 보이스봇 콜봇 ai상담사 ai상담원 ai AI음성봇 음성봇 ars ivr 자동응답 자동안내
    안내멘트 멘트 음성안내 대기음 통화연결음 연결음 녹음 system bot chatbot voicebot callbot
    notice 알림 자동메시지 automated_agent virtual_agent
"""
ROLES: Final[dict[str, Speaker]] = {
    **{word.lower(): "customer" for word in _CUSTOMER.split()},
    **{word.lower(): "agent" for word in _AGENT.split()},
    **{word.lower(): "system" for word in _SYSTEM.split()},
}
"""Label words in small letters, without numbers, names and spaces."""

EITHER: Final = re.compile(r"(?:employee|admin)(?![^\W\d_]).*")
"""Those who answer a customer, or call the support of where they work."""

_FAMILY: Final = (
    "강고공곽구권김나남노류문민박배백변서성손송신심안양엄오우원유윤이임"
    "장전정조주지진차채천최추하한허현홍황"
)
PERSON: Final = re.compile(rf"[{_FAMILY}][가-힣]{{2}}(?: ?(?:님|씨))?")
"""A Korean name of three syllables."""


_SURNAME: Final = re.compile(
    rf"[{_FAMILY}]|kim|lee|park|choi|jung|jeong|kang|cho|yoon|jang|lim|han|shin|kwon|hwang|song|hong"
)
"""엔지니어 박, Manager Kim: who is called by a job and a family's name."""

_MASKED: Final = re.compile(
    rf"[{_FAMILY}](?:[*○◯〇OoXx]{{1,2}}[가-힣]?|[가-힣][*○◯〇OoXx])(?: ?(?:님|씨))?"
)
"""김*래, 박○○."""


def is_person(label: str) -> bool:
    """Return whether a label is a Korean name, with or without a word in brackets behind it."""
    word = _ASIDE.sub("", label).strip()
    return (PERSON.fullmatch(word) or _MASKED.fullmatch(word)) is not None


_GIVEN: Final = re.compile(
    r"(?:[건경광규기나다대덕도동명미민병봉상서선성세소수순승시아연영예옥용유윤은인재정종주준지"
    r"진창채철춘태한해현혜호홍화효희](?:[걸곤엽규균근남민범빈섭숙순아연영옥욱웅윤혁현호환훈희]"
    r"|철(?!도))|[건동민선성승시연은재정준지진현]우"
    r"|[도명미민병성영용은인재정종준지진철현호희]수"
    r"|[미세수영예용우유은인재정종주지진하현혜호희]진|[미수유은인재진현혜]경"
    r"|[나다도미서성수아예유은지채태하혜]정|[경광도동민상서성승영예우유재태하현]준"
    r"|[규도동서성승시예은재정종주지창채태하혜희]원|[다가고나서소시예주지채하혜세]은"
    r"|[성영용은재진현호동윤광]식|[경명민선수연영예윤은현혜]지|[민연예윤은준진현]서"
    r"|[경명민미선연영은현희]주|[미영은지희혜경정윤진현]선|[미보아소유]라|[미세예유한]나"
    r"|[경명미순숙영옥정춘]자|[경명미선영옥은인정]화|[경금미애영]란|[경민영현정]태"
    r"|[상성재종진창태]용|[민연윤은정]하|[다예정혜]인|[민영은재진태현]성|[기동성영재준진]호"
    r"|[민병영우재종준지진현]석|[나다]래|하늘|길동|보람|[예은]슬)(?: ?(?:님|씨))?"
)
"""How given names are built, and hardly what 전화기, 이유는 and 지하철 have behind the first."""
_GIVEN_LISTED: Final = """
    영길 성진 광수 경수 현정 민정 아름 슬기 지혜 다혜 하윤 지유 소율 예린 아린 하린 하율 지안 서우
    지후 서진 유찬 윤우 민재 이준 시후 이안 동하 한결 지완 은찬 민찬 이현 예성 다온 상우 영미 말순
    점순 복순 끝순 남순 덕수 석진 석호 기태 동수 동석 동진 동건 상진 성재 용준 우성 원석 원준 윤석
    윤성 준기 준형 찬호 찬우 찬영 태우 태진 하영 한별 한솔 해인 해진 현미 형석 형준 형진 형우 혜교
    혜린 혜림 혜미 혜수 효진 효주 효정 효선 효린 희정 희경 가람 가영 가연 가현 강인 강준 강민 경미
    규리 근우 근영 나라 남희 다솜 달래 대성 도경 두나 라희 루나 리나 문희 민경 민기 민선 민식 병준
    보검 보경 보미 보영 보현 새롬 새봄 샛별 석훈 선경 선미 설아 설희 성미 성혜 세라 세미 소미 소정
    소진 솔미 수린 수인 숙희 슬아 승은 승주 신영 신혜 아람 아인 애리 여진 연정 예리 예림 예찬 우빈
    원영 원호 유림 유미 유성 유주 유하 윤경 윤미 윤정 윤주 윤진 은미 은별 은비 은솔 은채 은혜 인선
    인혜 재은 재인 정란 정미 정애 정혜 제니 주미 준하 지성 지예 지인 진솔 찬미 채린 초아 초희 태경
    태리 태은 태인 하람 하선 하온 하솔 하연 한비 한샘 해리 해수 해준 향미 향숙 현승 현애 형주 혜란
    혜련 혜리 혜승 혜주 호준 홍주 효성 효은 효원 흥민 희라 유리 하나 별이 도현
"""
_LISTED: Final = frozenset(_GIVEN_LISTED.split())
"""Frequent given names that are built otherwise, and that are no word with a family's before it."""
_RARE: Final = "국금기길도라류마명모방봉사석설소여연왕용육위음탁태편표피함형"
"""Families that begin many words: what stands behind them has to be a given name."""
_NOUN: Final = re.compile(r"[용주인]$")
"""How 여성용, 소유주 and 명의인 end, and behind a rare family hardly a name."""
_NAMED: Final = re.compile(rf"[{_FAMILY}{_RARE}](?P<given>[가-힣]{{2}})(?: ?(?:님|씨))?")
_COMPOUND: Final = re.compile(
    r"(?:(?:남궁|황보|제갈|선우|독고|사공)[가-힣]{1,2}|서문[가-힣]{2})(?: ?(?:님|씨))?"
)


def is_name(label: str) -> bool:
    """Return whether a Korean name is one also by its given name, a mask or its address."""
    word = _ASIDE.sub("", label).strip()
    if PERSON.fullmatch(word) and word[3:]:
        return True
    named = _NAMED.fullmatch(word)
    given = named["given"] if named else ""
    bare = word[:3]
    if named and (bare in NOT_NAMES or (bare[0] in _RARE and _NOUN.search(given))):
        return False
    if given in _LISTED or _GIVEN.fullmatch(given):
        return True
    return (_MASKED.fullmatch(word) or _COMPOUND.fullmatch(word)) is not None


_OTHERS_LISTED: Final = """
    남편 아내 부인 와이프 배우자 어머니 어머님 아버지 아버님 엄마 아빠 아들 딸 자녀 부모 가족 동료
    지인 친구 동생 누나 형 언니 오빠 할머니 할아버지 대리인 위임인 법정대리인 제3자 통역 통역사
    통역원 통역인 상급자 책임자 경비 경비원 의사 원장 교사 선생님 사장 점장 부장 차장 interpreter
    husband wife third_party 외국인 이웃 옆집 윗집 아랫집 집주인 임대인 건물주 손자 손녀 며느리
    사위
    시어머니 시아버지 장모 장인 장모님 장인어른 시어머님 시아버님 이모 고모 삼촌 외삼촌 조카 형수
    매형 처제 처남 할머님 할아버님 운전자 목격자 피해자 신고자 행인 직장동료 비서 unknown
    미상 불명 화자미상 식별불가 동시발화
"""
OTHERS: Final = frozenset(_OTHERS_LISTED.split())
"""Words for people of neither side for certain, who often speak once."""


MOBILE: Final = re.compile(
    r"(?:\+?82[ -]?\(?0?\)?|0)1[016789][ -]?(?:\d{3,4}|[*xX]{3,4})[ -]?"
    r"(?:\d{4}|[*xX]{4}|\d\d[*xX]{2})"
)
"""What a telephone system calls a caller whom it has no name of; people read it out as well."""
OFFICE: Final = re.compile(
    r"(?:\+82[ -]?\(?0?|\(?0)(?:2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|80|50[2-8])"
    r"\)?[ -]?[0-9]{3,4}[ -]?[0-9]{4}|(?:15|16|18)[0-9]{2}[ -]?[0-9]{4}"
)
"""The number of a company, by the same system."""
ANONYMOUS: Final = re.compile(
    r"(?:화자|발화자|참석자|참가자|참여자|발언자|채널|스피커|사용자|대화 ?상대|통화자|speaker|spk"
    r"|channel|ch|guest|user|participant|attendee|member|person|voice|unknown)"
    r"[ _#:-]{0,2}(?:[0-9]{1,3}|[A-Ha-h])"
    r"|제 ?[0-9]{1,2} ?(?:화자|발화자|참석자|참가자)|[Ⅰ-Ⅹ]"
    r"|s[0-9]{1,2}|[A-DXYa-dxy]|Q|q|[가나다라갑을병ㄱㄴㄷ]|[0-9]|[LlRr]|좌|우"
    r"|[여남][1-9]?|여자|남자|나|상대|상대방|왼쪽|오른쪽|left|right|발신자?|수신자?|송신|발신인|수신인",
    re.IGNORECASE,
)
"""A label that only tells speakers apart."""

_NUMBERED: Final = re.compile(r"\d차[ ]?|[ _#-]?\d{1,2}|(?<=[가-힣])[A-D]$", re.IGNORECASE)
_PARTS: Final = re.compile(r"[/_|·-]")
_DIGITS: Final = re.compile(r"\d+")
"""상담1팀 is a 상담팀."""
_ASIDE: Final = re.compile(r"[(\[][^()\[\]]{1,24}[)\]]")
_TITLED: Final = re.compile(
    rf"(?P<role>\S{{1,8}}?)[ ]?(?:[{_FAMILY}][가-힣]{{2}})(?:[ ]?(?:님|씨))?"
    rf"|(?:[{_FAMILY}][가-힣]{{2}})[ ](?P<after>\S{{2,8}})"
)

NOT_NAMES: Final = frozenset(
    [
        "안내문",
        "주소지",
        "이메일",
        "연락처",
        "전화번",
        "정보란",
        "문의처",
        "신청서",
        "이름은",
        "성함은",
        "구성원",
        *("소유주", "여성용", "남성용", "양수인", "양도인", "사진용", "정동진", "우선주"),
        "정지선",
    ]
)


def role_of(label: str) -> Speaker | None:
    """Return what a label's word means; None where it is no word of a role.

    고객1, 상담원A, 2차상담원, 상담사(여), 상담사 김민지, 김민지 상담사, 상담사/김민지 and 상담사
    팀장 are read as their role.
    """
    if ANONYMOUS.fullmatch(label):
        return None
    word = _ASIDE.sub("", label).strip().lower()
    squeezed = "".join(word.split())
    for form in (squeezed, _NUMBERED.sub("", squeezed), squeezed.removesuffix("님")):
        if form in ROLES:
            return ROLES[form]
    if _BOT.fullmatch(word):
        return "system"
    aside = _ASIDE.search(label)
    beside = _DIGITS.sub("", aside[0][1:-1]).strip().lower() if aside else ""
    if beside in ROLES:
        return ROLES[beside]
    return _role_beside(word)


_BOT: Final = re.compile(
    r"[가-힣a-z]{0,8}(?<!로)봇\d{0,2}|(?:챗|콜|보이스|음성|상담|안내|ai ?)봇 ?[가-힣a-z]{1,8}|🤖"
)
"""A machine that speaks, also by its name: 예약봇, 챗봇 푸르미."""


PARTICLES: Final = frozenset("는은을를")
"""How no name ends: 고객 주소는."""


def _role_beside(word: str) -> Speaker | None:
    """Return the role of a label of two words: a role with a name, or two words of one side."""
    titled = None if word[-1:] in PARTICLES else _TITLED.fullmatch(word)
    if titled and word.rsplit(maxsplit=1)[-1] not in NOT_NAMES:
        return ROLES.get(_NUMBERED.sub("", (titled["role"] or titled["after"]).rstrip("/_|·-")))
    parts = _PARTS.split(word) if _PARTS.search(word) else word.split()
    if len(parts) != 2:
        return None
    first, second = (part.strip() for part in parts)
    side, other = ROLES.get(first), ROLES.get(second)
    if side is None:
        return other if is_name(first) else None
    named = is_person(second) or is_name(second) or _SURNAME.fullmatch(second)
    return side if named or other == side else None


_LABEL: Final = re.compile(r"\s*([^<>:：]{1,24})[:：]")


def labelled(text: str, start: int = 0, end: int | None = None) -> bool:
    """Return whether a stretch of a text begins with the word of a role and a colon: 고객: 네."""
    label = _LABEL.match(text, start, len(text) if end is None else end)
    return label is not None and role_of(label[1].strip().lower()) is not None


AGENT_TALK: Final = re.compile(
    r"무엇을 도와|도와 ?드|고객님|어르신|(?:어머|아버|사장|회원|선생)님|[가-힣]{2,3} 님"
    r"|상담[사원] ?\S{0,4}입니다|센터입니다"
    r"|더 궁금하신|말씀(?:해 ?주|하세요|하십시오)|불러 ?주시|성함|본인 ?확인|주시겠어요|(?:하|되"
    r"|이|맞으|있으|으)(?:세요|시죠|시네요|셨|시는|시면)"
    r"|(?<!부탁)(?<!부탁 )(?:(?<!문의)(?<!문의 )(?<!전화)(?<!전화 )(?<!연락)(?<!연락 )드(?:려요|렸)"
    r"|드(?:릴게요|릴까요|리겠|리고))|조회(?:돼|됩|해|됐)|확인(?:됐|됩|돼"
    r"|해 ?보)|접수(?:됐|돼|해)"
    r"|기다려 ?주|how (?:can|may) i help|thank you for calling|is there anything else|may i have",
    re.IGNORECASE,
)
"""What mostly the person who works there says: offers, honorifics, questions of the form."""

CUSTOMER_TALK: Final = re.compile(
    r"(?:하|받|보|알|바꾸|물어보)고 ?싶|(?:해|하여|좀|보내|바꿔|지워|취소해) ?주세요|되나요"
    r"|될까요|되죠|돼요\?|안 ?(?:돼|되(?!셔서|십니다)|와|나오|왔)"
    r"|잃어버|궁금해서|때문에 전화|(?:전화|연락) ?드렸(?:어요|는데)|문의 ?드려요"
    r"|문의(?:하려|드리려|드립니다|좀)|취소하려|해지하려|언제 (?:오"
    r"|되|받)|왜 이렇게|얼마(?:예요|죠|나|\?)"
    r"|(?<![가-힣])(?:제가|저는|저희|내가|나는|우리)(?![가-힣])|는데요|거든요|해서요|려고요"
    r"|거기 \S{1,12}(?:죠|인가요)"
    r"|i want|i need|i'd like|my (?:card|order|account)",
    re.IGNORECASE,
)
"""What mostly the person who calls says."""
