"""Names in a text and in a call. Only certain forms are read: a wrong name is worse than none."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from edgebox.language.ordinary import is_affix, is_noun, is_ordinary
from edgebox.language.words import ends_closed

if TYPE_CHECKING:
    from edgebox.reading.call import Call

FAMILY: Final = (
    "강고공곽구권김나남노류문민박배백변서성손송신심안양엄오우원유윤이임"
    "장전정조주진차채천최추하한허현홍황"
)
_NAME: Final = re.compile(
    rf"(?<![가-힣])([{FAMILY}][가-힣]{{2}})(?<!님)"
    r"(?= ?(?:고객|회원|기사|선생|매니저|팀장|과장|대리|사장)?님)"
    rf"|(?:상담[사원]|성함은|이름은|본인은|저는) ([{FAMILY}][가-힣]{{2}})"
    r"(?=입니다|이에요|예요|이고|이라고|이요)"
)
# Three syllables that begin like a family name and are roles.
_ROLES: Final = """
    이용자 신청자 구매자 배우자 안내원 주문자 송금인 전문가 임차인 임대인 임직원 조합원 정회원
    장애인 한국인 정치인 변호인 이재민 유공자 유가족 고령자 노약자 한부모
    이사장 차주분 전담자 주인분 변호사 세무사 이웃분 공급자 신고자 공무원 신고인 양육자 채무자
"""
_NOT_NAMES: Final = frozenset(_ROLES.split())
_LATIN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z+]{1,30}(?![A-Za-z0-9])")


def names_in(text: str) -> list[str]:
    """Return the names of people and of products in Latin letters (casefolded), without repeats.

    Only certain forms are read: 홍길동 고객님, 김하늘님, 상담사 김하늘입니다, LTE, iPhone.
    """
    people = [a or b for a, b in _NAME.findall(text)]
    latin = [word.casefold() for word in _LATIN.findall(text)]
    return list(dict.fromkeys([name for name in people if name not in _NOT_NAMES] + latin))


TITLE: Final = (
    r"(?:고객|회원|어르신|환자|민원인|신청인|보호자|계약자|예약자|수취인|수령인|점주|사장"
    r"|상담[사원]|직원|매니저"
    r"|팀장|실장|과장|부장|대리|주임|기사|교수|선생|교사|강사|간호사|설계사|담당자|주무관|님|씨"
    r"|양|군|명의)"
)
_POLITE: Final = re.compile(
    r"(?<![가-힣])([가-힣]{2,4}) 님(?![가-힣]{2})|(?<![가-힣])([가-힣]{3,4}) ?(?:고객|회원|어르신"
    r"|환자)님"
    rf"|(?<![가-힣])([{FAMILY}][가-힣]{{2}})님"
)
_PRESENTED: Final = re.compile(
    r"(?:(상담[사원]|담당자?|매니저)|[가-힣]{2,8}) ([가-힣]{2,4})(?=입니다|이었습니다|이에요|예요"
    r"|이라고)"
)
_WITH_TITLE: Final = re.compile(
    r"(?<![가-힣])([가-힣]{3,4}) ?(?:어르신"
    r"|(?:교수|선생|기사|팀장|과장|차장|부장|실장|소장|대리|주임|주무관|점장|원장|사장|매니저|설계사"
    r"|간호사)(?:님|입니다|이에요|예요|한테|께|[이가은는을를 ]|$))"
    r"|(?<![가-힣])([가-힣]{3,4})(?<![한할된될는던의에])(?= ?님(?:으로|께|한테|에게|이시|이세|명의)"
    r"| (?:할머니|할아버지|아기|어린이|학생|승객|환자|디자이너|트레이너|코치|변호사|콘서트|팬미팅"
    r"|감독|작가|이름으로|명의로)| ?(?:엄마|엄만|아빠|아빤|쌤))"
)
_SELF: Final = re.compile(
    r"(?:이름[이은]|성함[이은]|(?:예약|주문|신청|구매|접수|가입|결제)한"
    r"|저는|제가|본인은|예금주는?|명의자는?) ([가-힣]{3,4}?)"
    r"(?=이고|이에요|예요|이요|인데|입니다|이라고|라고| ?님)"
    r"|(?<![가-힣])([가-힣]{3,4}?)[이가은는] (?:제|내|저희 \S{1,4}) ?(?:이름|성함|명의)"
)
_BEHIND_ROLE: Final = re.compile(
    r"(?<![가-힣])(?:강사|디자이너|트레이너|코치|기사|상담[사원]|담당자?|매니저|팀장|실장|과장|대리"
    r"|주임|소장|점장|원장|교수|변호사|간호사|의사|설계사|대표|신랑|신부|세입자|집주인|계약자|명의자"
    r"|보호자|수령인|예약자|환자|학생|아내|남편|어머니|아버지|아들|딸|동생|친구)님?[이가은는]? "
    r"([가-힣]{3,4}?)(?=이?고요?(?![가-힣])|이(?:시고|세요)"
    r"|(?<![하되르치])(?<!다리)(?<!타나)(?<!나가)(?<![아어여해와려겨켜쳐져줘][주보내두가오])(?:시고|세요)|인데|이?에요|예요|이?요(?![가-힣])|이?라고|입니다"
    r"|[이가은는을를의와과] |한테|에게|께|하고|이?랑 | ?[님씨])"
)
"""디자이너 강이든이 하고, 강사는 설아인 님이고요."""
_CALLED: Final = re.compile(
    r"(?<![가-힣])([가-힣]{2,3}) 씨(?=[은는가를도의랑로께네,.?!]| [가-힣]|하고|한테|에게"
    r"|이[고에라]|$)"
)

_SHORT: Final = re.compile(
    r"(?<![가-힣])([가-힣]{2})(?: ?(?:고객|회원|환자|선생|선수|코치|강사)님| (?:학생|어린이|아기)"
    r"|이?요[.,]? (?=\1 ?(?:고객|회원|환자)님))"
)
"""A name of two syllables, with or without a family name: 나봄 고객님, 리나 선생님."""

_NAMED_SO: Final = re.compile(
    r"(?:이름|별명|애칭)(?:[이은]|[이은]? ?(?:뭐|어떻게)[가-힣 ]{1,8}|이?요)[?.]?\s+"
    r"(?:(?:네|아|얘는)[,.]? )*([가-힣]{2,3}?)(?=이?에요|이?예요|이?요(?![가-힣])|이?라고)"
)
"""What a child or an animal is called: 이름은 콩심이예요."""

_ASKED_NAME: Final = re.compile(r"성함|이름|누구|본인 ?확인|어느 분|명의자|대표 회선")
_ANSWERED: Final = re.compile(
    r"^(?:네|예|아|어|음|저는|저|제가|본인)?[,. ]*(?:저는 |이름은 |성함은 )?"
    r"([가-힣]{2,4}?)(?=(?:이에요|예요|이요|이고요?|고요?|요|입니다|이라고|인데요)(?![가-힣])"
    r"|[.?!, ]|$)"
)
_NO_NAMES_LISTED: Final = """
    고객 선생 어머 아버 할머 할아버 사장 원장 교수 기사 손님 회원 부장 팀장 과장 점장 실장 담당
    담당자
    따님 아드 며느 사모 형님 누님 이모 고모 장모 시어머 시아버 간호사 의사 약사 변호사 집주인 배우자
    우리 저희 지금 그럼 그러면 우선 일단 다른 기존 신규 해당 법인 개인 전문 담당 상담 본인 남편 아내
    친구 가족 자녀 어린이 보호자 대표 이번 지난 다음 모든 여러 일반 우수 장기 이용 온라인 맞습 감사
    고맙 알겠 죄송 반갑 그렇 안녕 말씀 필요 가능 확인 여보세 해지 예약 주문 신청 문의 배송 결제 환불
    보험 카드 은행 통신 센터 콜센터 고객센터 이쪽 그쪽 저쪽 여기 거기 제가 저는 누구 전화 방문 설치
    수리 담임 새로운 같은 첫째 둘째 막내 여자 남자 여성 남성 공동 최초 최종 배달 택배 렌탈 교환 정비
    민원인 성함 근데 그래서 그런데 되는데 했는데 하시고요 이렇게 가운데 분이요 조회해
"""
SURNAMES: Final = frozenset(
    "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구나민진지엄채원천방공현함변염여추도소석"
    "선설마길연위표명기반라왕금옥육인맹제모탁국어은편용예경봉부가복태목형피감음빈동온호범팽승"
)
_LONG_SURNAMES: Final = ("선우", "남궁", "제갈", "황보", "독고", "사공", "서문", "동방")
NO_NAMES: Final = frozenset(_NO_NAMES_LISTED.split()) | _NOT_NAMES


_VERB_ENDS: Final = frozenset(["시면", "으면", "하면", "되면", "세요", "네요", "는데", "은데"])
"""불러 주시면 어르신이 …"""

_IN_SPEECH: Final = re.compile(
    "니다|니까|라서|인데|[예에]요|거[예에라]|뭐예|했|셨|전화해|^(?:아니|여기|나중|가지고|그리고|그거|틀째)"
)
"""What a recogniser writes where a name was asked for: 거예요, 원인데, 아니면."""

NEVER_LAST: Final = "사스된던져"
"""Last syllables of 조리사, 서비스, 정지된, 원하던 and 심해져, and of no given name."""

ADNOMINAL: Final = "한할던된될는"
"""Last syllables of a verb before a noun: 요청한 고객."""

_OPENING: Final = 2
"""Utterances in which a word before 입니다 is the agent's name, however short."""


def names_of_call(call: Call) -> frozenset[str]:
    """Return the names of people that a call's forms of address, introductions and labels hold."""
    found: set[str] = set()
    asked = False
    for place, one in enumerate(call.said):
        found.update(filter(None, (a or b or c for a, b, c in _POLITE.findall(one.text))))
        found.update(
            name
            for role, name in _PRESENTED.findall(one.text)
            if role or place < _OPENING or is_full(name)
        )
        titled = (a or b for a, b in _WITH_TITLE.findall(one.text))
        named = (*titled, *(a or b for a, b in _SELF.findall(one.text)))
        found.update(filter(is_full, named))
        found.update(filter(is_unlike_a_noun, _BEHIND_ROLE.findall(one.text)))
        found.update(
            name
            for name in _CALLED.findall(one.text)
            if not is_particle(name) and not any(is_ordinary(name, at) for at in range(len(name)))
        )
        if asked and (answer := _ANSWERED.search(one.text)) and is_full(answer[1]):
            noun = is_particle(answer[1]) and answer.string[answer.end() :].startswith(" ")
            found.update([] if noun else [answer[1]])
        asked = _ASKED_NAME.search(one.text) is not None
        found.update(filter(is_full, re.findall(r"[가-힣]{3,4}", one.label)))
    said = "\n".join(one.text for one in call.said)
    found |= _short_names(said) | set(_NAMED_SO.findall(said))
    return frozenset(
        name
        for name in found
        if name not in NO_NAMES
        and name[-1] not in "님팀과실지점"
        and name[-2:] not in _VERB_ENDS
        and not _IN_SPEECH.search(name)
        and not _is_longer_than_a_noun(name, said)
    )


def _is_longer_than_a_noun(name: str, said: str) -> bool:
    """Return whether a word is a noun with its particle or verb: 책임은, 공유기는, 방문하."""
    stem = name[:-1]
    if (_is_longer_noun(name) or _is_of_nouns(name)) and not re.search(
        f"{name} ?(?:님|씨|{TITLE})", said
    ):
        presented = is_full(name) and not is_noun(name)
        return not (presented and re.search(f"{_OF_STAFF} {name}입니다", said))  # 대여점, 문의자
    if len(stem) < 2 or not (is_particle(name) or name[-1] in "하되"):
        return False
    if len(stem) > 2 and not name.startswith(_LONG_SURNAMES):
        return True
    return stem in NO_NAMES or is_noun(stem) or said.count(stem) > said.count(name)


_OF_STAFF: Final = "(?:상담[사원]|담당자?|매니저|기사|팀장)"
"""담당자 정지원입니다."""


def _is_longer_noun(name: str) -> bool:
    """Return whether a word is a noun made longer: 대여점."""
    return len(name) > len("대여") and is_affix(name[-1]) and is_noun(name[:-1])


def _is_of_nouns(name: str) -> bool:
    """Return whether a word is an ordinary noun, or longer than a person's name and has one in it.

    어머니, 정류장, 상담센터.
    """
    if is_noun(name):
        return True
    of_a_person = len(name) < len("상담센터") or name.startswith(_LONG_SURNAMES)
    return not of_a_person and any(is_ordinary(name, at) for at in range(len(name)))


def _short_names(said: str) -> set[str]:
    """Return the names of two syllables by which somebody is called twice."""
    called = Counter(_SHORT.findall(said))
    return {
        name
        for name, times in called.items()
        if times + len(re.findall(rf"(?<![가-힣]){name}이?(?:요|에요|예요)(?![가-힣])", said)) > 1
        and not is_ordinary(name, 0)
    }


def is_full(name: str) -> bool:
    """Return whether a word is built like a family name with a given name."""
    if name in NO_NAMES:
        return False
    return (len(name) == 3 and name[0] in SURNAMES) or (
        3 <= len(name) <= 4 and name.startswith(_LONG_SURNAMES)
    )


def is_unlike_a_noun(name: str) -> bool:
    """Return whether a word is built like a full name and like no noun: 환자 신분증이, not that."""
    return is_full(name) and not any(is_ordinary(name, at) for at in range(len(name)))


_LONG_PARTICLES: Final = (
    "이며", "이고", "이라", "이나", "하고", "하며", "라며", "으로", "에서", "에게", "까지", "부터",
)  # fmt: skip


def is_particle(name: str) -> bool:
    """Return whether the last syllable may be the particle that its neighbour would have.

    은, 이 and 을 follow a consonant, 는, 가 and 를 a vowel: 변경은 may be a noun, 김다은 is a name.
    """
    if name.endswith(_LONG_PARTICLES):
        return True
    return name[-1] in ("은이을과에의" if ends_closed(name[:-1]) else "는가를로와에의")
