"""Passwords, PINs, card verification codes and one-time codes, where they are told.

A secret is what is told as one (비밀번호는 1204요) or answers a question for it. A figure with a
counter, a unit, a product's or another number's name is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from edgebox.reading.masking.digits import DIGIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PASSWORD: Final = "[비밀번호]"  # noqa: S105 - what stands in its place
ONE_TIME: Final = "[인증번호]"

_KEYWORD: Final = re.compile(
    r"(?P<once>인증 ?(?:번호|코드)|오티피(?: ?번호)?|(?<![A-Za-z])OTP(?![A-Za-z])(?: ?번호)?)"
    r"|비밀 ?번호|비번|패스워드|핀 ?번호|씨브이[씨시브]|카드 ?뒷면"
    r"|(?<![A-Za-z])(?:CVC|CVV|PIN)2?(?![A-Za-z])",
    re.IGNORECASE,
)
_ANOTHER_LISTED: Final = """
    접수 주문 전화 연락처 핸드폰 휴대폰 계좌 카드(?!.?뒷면) 송장 예약 회원 사번 이메일 금액 요금
    문자 끝 성함 이름 본인 생년월일 생일(?!이|인|로) 이체 입금 출금 결제 잔액 코드 에러 오류
    아이폰 갤럭시 버전 주소 한도 승인 기종 모델
"""
_ANOTHER: Final = re.compile("|".join(_ANOTHER_LISTED.split()))
"""Between a keyword and what follows: it is of something else."""

_NAMED: Final = re.compile(
    r"(?:접수|주문|전화|연락처|핸드폰|휴대폰|계좌|송장"
    r"|예약|회원|사번|고객|승인|코드|에러|오류|아이폰"
    r"|갤럭시|노트|버전|금액|이체|입금|출금|결제|잔액"
    r"|모델|생년월일)(?: ?번호)?[는은이가를을도]?[ :]?$"
)
"""Right before figures: they are of something else."""

_ASKED: Final = re.compile(
    r"있을까|있나요|있으세|있으신|남겨|받으셨|왔[나을]|오셨|자리(?:이?요|는요)?[?. ]*$"
    r"|말씀(?!하지|하시면 안)|불러|알려 ?주|입력해|입력 부탁|눌러"
    r"|누르[시세]|대 ?주[시세]|어떻게 되|뭐(?:예|였|로|죠|에)"
    r"|무엇|부탁|적어|뭘로|어떤 (?:걸|거)|주시겠|확인해 ?주"
)
_ASKED_SHORT: Final = re.compile(r"(?:은|는)?(?:요|이요)?[?.!~ ]*$")
_ASKED_REACH: Final = 60
_ANSWER_TURNS: Final = 8
"""Turns after a question in which its answer may stand, hesitations and all."""

_NINE: Final = "[일이삼사오육칠팔구]"
_VALUE: Final = re.compile(
    r"(?P<figures>(?<![A-Za-z0-9.,])[0-9](?:[ -]?[0-9]){1,30}+(?![A-Za-z0-9]))"
    r"|(?P<mixed>(?<![A-Za-z0-9])(?=[A-Za-z!@#$%^&*]{0,12}[0-9])"
    r"[A-Za-z0-9!@#$%^&*_-]{4,20}(?:[!@#$%^&*]|(?![A-Za-z0-9])))"
    r"|(?P<latin>(?<![A-Za-z0-9])[A-Za-z]{4,20}+(?![0-9A-Za-z]))"
    rf"|(?P<numeral>(?<![가-힣]){_NINE}?천 ?(?:{_NINE}?백 ?)?(?:{_NINE}?십 ?)?{_NINE}?)"
    rf"|(?P<spoken>(?:(?<![가-힣])|(?<=[는은가이호])){DIGIT}(?:[ ,.…-]{{0,3}}{DIGIT}){{1,11}}+)"
)
_COUNTS: Final = re.compile(
    r",[0-9]{3}| ?(?:회|번(?!호)|자리|개|글자|분|일(?! ?(?:거"
    r"|텐데|걸))|시(?!죠)|시간|차례|원|년|월|만|천|백"
    r"|프로|퍼센트|%|대|동|호|층|명|건|세(?!요)|살|주(?!세)"
    r"|에러|오류|기가|메가|킬로|미터|포인트|점|장|차|박|평|쪽"
    r"|G(?![A-Za-z])|GB|MB|KB|kg|cm|에서)|:[0-9]"
)
"""After figures: they count something (비밀번호 5회 오류, 네 자리), or are an error's."""
_TELEPHONE: Final = re.compile(r"0\d{1,2}-?\d{3,4}-?\d{4}|1[568]\d\d-?\d{4}")
_TOLD: Final = re.compile(
    r" ?(?:이?요|이?에요|예요|이?었|였|입니다|이?고"
    r"|이?구|인데|인가|일 ?(?:거|텐데|걸)|이?라|이?거든|맞"
    r"|이?죠|(?:으로|로) ?(?:다시 |좀 )?(?:해|하|바꾸|바꿔"
    r"|변경|설정|부탁|했|되|써|쓰|눌|치|쳤|입력)|로요)"
)
_END: Final = re.compile(r" ?(?:$|[\n.,!?…~])")
_USED: Final = re.compile(r" ?(?:별|샵|우물|종|[*#]|을|를|치|쳤|누르|눌|입력|넣|쓰|썼|하면|했)")
_LINK: Final = re.compile(
    r"(?: ?(?:앞|뒤|맨|두|세|네|다섯|여섯|여덟|[2-8](?= ?자리)"
    r"|숫자|영문|자리|제|기존|새|원래|지금|현재|뒷면|거))"
    r"{0,6}+(?:은|는|이|가|를|을|도|요)?[ ,.:=…]{0,4}(?:(?:어|음|그|네|제가?|저)[ ,.…]{1,4}){0,4}"
)
_TWO: Final = re.compile("(?:두|2) ?자리")
_NO_SECRET: Final = frozenset(
    [
        "arts",
        "card",
        "visa",
        "master",
        "samsung",
        "apple",
        "galaxy",
        "iphone",
        "google",
        "naver",
        "kakao",
        "email",
        "wifi",
    ]
)


class Secret(NamedTuple):
    """The place of a secret in a turn."""

    turn: int
    start: int
    end: int
    mask: str


def passwords(turns: Sequence[tuple[str, str]]) -> Iterator[Secret]:
    """Yield the secrets in (speaker, text) pairs, in no order."""
    for index, (speaker, text) in enumerate(turns):
        asked: tuple[str, int] | None = None
        for keyword in _KEYWORD.finditer(text):
            mask = ONE_TIME if keyword["once"] else PASSWORD
            least = (
                2 if _TWO.match(text[keyword.end() : keyword.end() + 12].lstrip("는은 앞뒤")) else 3
            )
            told = _told(text, keyword.end(), least)
            if told:
                yield Secret(index, *told, mask)
            elif speaker != "customer" and _is_asked(text, keyword.end()):
                asked = (mask, least)
        if asked:
            yield from _answer(turns, index, *asked)


def _told(text: str, start: int, least: int) -> tuple[int, int] | None:
    """Return the place of a secret that is told after its keyword, or None."""
    link = _LINK.match(text, start)
    near = link and _VALUE.match(text, link.end())
    if near and _is_secret(text, near, least, near=True):
        return near.span()
    for value in _VALUE.finditer(text, start, start + _ASKED_REACH):
        if _ANOTHER.search(text, start, value.start()):
            return None
        if _is_secret(text, value, least, near=False) and _TOLD.match(text, value.end()):
            return None if value["latin"] else value.span()
    return None


def _is_asked(text: str, start: int) -> bool:
    """Whether a turn asks for what its keyword, which ends at a place, names."""
    if _ASKED_SHORT.match(text, start):
        return True
    asked = _ASKED.search(text, start, start + _ASKED_REACH)
    return asked is not None and not _ANOTHER.search(text, start, asked.start())


def _answer(
    turns: Sequence[tuple[str, str]], index: int, mask: str, least: int
) -> Iterator[Secret]:
    """Yield what the turns after a question answer."""
    asker = turns[index][0]
    for at in range(index + 1, min(index + 1 + _ANSWER_TURNS, len(turns))):
        speaker, text = turns[at]
        another = _ASKED.search(text) and _ANOTHER.search(text)
        if speaker == asker and (speaker != "unknown" or another):
            if another:
                return
            continue
        found = [
            value
            for value in _VALUE.finditer(text)
            if _is_secret(text, value, least, near=True)
            and not _NAMED.search(text, max(0, value.start() - 12), value.start())
        ]
        for value in found:
            yield Secret(at, *value.span(), mask)
        if found:
            return


def _is_secret(text: str, value: re.Match[str], least: int, *, near: bool) -> bool:
    """Whether a value after a keyword, right after it or not, may be a secret."""
    end = value.end()
    if _COUNTS.match(text, end) or _TELEPHONE.fullmatch(value[0]):
        return False
    told = _TOLD.match(text, end) is not None
    ends = told or _END.match(text, end) is not None
    if value["figures"]:
        count = sum(sign.isdigit() for sign in value[0])
        used = near and (count >= 4 or _USED.match(text, end) is not None)
        return least <= count <= 8 and (ends or used)
    if value["mixed"]:
        return near or told
    if value["latin"]:
        return near and told and value[0].lower() not in _NO_SECRET
    if value["numeral"]:
        return near and told and len(value[0]) > 2
    count = len(re.findall(DIGIT, value[0]))
    return least <= count <= 8 and (ends or (near and _USED.match(text, end) is not None))
