"""Which passwords are refused: short ones, the name, and what people and their attackers think of.

No list of leaked passwords is shipped. A password is read as the parts that such lists are made of:
repeated characters, sequences, walks over the keyboard, years, and common words, Korean ones also
as they come out of an English keyboard (사랑해 is ``tkfkdgo``). A part is worth two characters,
however long it is; a password that is worth less than nine is refused.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SHORTEST, LONGEST = 10, 200
"""Characters."""
ENOUGH = 9
"""What a password has to be worth."""
_PART = 2
"""What a predictable part is worth."""

_KEYS = ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./")
_SHIFTED = str.maketrans('!@#$%^&*()_+{}:"<>?|', "1234567890-=[];',./\\")
_LEET = str.maketrans("013457@$!", "oleastasi")

_ENGLISH = """
password passwd admin administrator root user guest login welcome hello secret letmein love
iloveyou angel dragon monkey master sunshine princess football baseball superman batman
summer winter spring autumn korea seoul busan company office work test temp change default
internet computer samsung hyundai bank card center centre callcenter call phone agent lead
manager support service customer happy family friend money lucky good god edgebox
"""
_KOREAN = """
비밀번호 패스워드 암호 관리자 사용자 사랑해 사랑 안녕하세요 안녕 대한민국 한국 서울 부산
상담 상담사 상담원 고객 고객님 센터 콜센터 회사 은행 카드 보험 감사합니다 행복 행복해
화이팅 파이팅 우리 우리집 엄마 아빠 가족 친구 천사 바보 하늘 바다 봄 여름 가을 겨울
오늘 내일 월급 퇴근 출근 점심 커피 치킨 최고 부자 행운
"""

_INITIALS = "r R s e E f a q Q t T d w W c z x v g"
_VOWELS = "k o i O j p u P h hk ho hl y n nj np nl b m ml l"
_FINALS = "r R rt s sw sg e f fr fa fq ft fx fv fg a q qt t T d w c z x v g"


def problem_of(password: str, *names: str) -> str | None:
    """Return why a password is refused, as a key of ``words/``; None if it is not.

    Args:
        password: as typed.
        names: what it must not contain: the account's name, the person's, the client's.
    """
    if len(password) < SHORTEST:
        return "password.short"
    if len(password) > LONGEST:
        return "password.long"
    if any(unicodedata.category(one) == "Cc" for one in password):
        return "password.control"
    plain = unicodedata.normalize("NFKC", password).casefold()
    for name in names:
        known = unicodedata.normalize("NFKC", name).casefold()
        if len(known) >= 2 and (known in plain or on_english_keys(known) in plain):
            return "password.name"
    return "password.easy" if worth(plain) < ENOUGH else None


def worth(password: str) -> int:
    """Return what a password is worth: its characters, a predictable part counting as two.

    Args:
        password: in small letters.
    """
    if repeated := re.fullmatch(r"(.{1,6}?)\1+", password):
        return worth(repeated[1]) + 1
    count, at = 0, 0
    while at < len(password):
        length = _predictable(password, at)
        count += _PART if length else 1
        at += length or 1
    return count


def on_english_keys(text: str) -> str:
    """Return what comes out of an English keyboard where somebody types Korean on two sets."""
    initials, vowels, finals = _INITIALS.split(), _VOWELS.split(), ["", *_FINALS.split()]
    typed = []
    for one in unicodedata.normalize("NFC", text):
        place = ord(one) - 0xAC00
        if 0 <= place < 11_172:
            initial, rest = divmod(place, 588)
            vowel, final = divmod(rest, 28)
            typed += [initials[initial], vowels[vowel], finals[final]]
        else:
            typed.append(one)
    return "".join(typed).casefold()


def _predictable(text: str, at: int) -> int:
    """Return the length of the longest predictable part that begins here; 0 for none."""
    lengths = [_year(text, at), _run(text, at, _same), _run(text, at, _next_to)]
    lengths += [_run(text, at, _one_more), _run(text, at, _one_less), _word(text, at)]
    return max(lengths)


def _year(text: str, at: int) -> int:
    found = re.compile(r"(19|20)\d\d((0[1-9]|1[0-2])([0-2]\d|3[01]))?").match(text, at)
    return len(found[0]) if found else 0


def _word(text: str, at: int) -> int:
    rest = text[at:]
    other = rest.translate(_LEET)
    found = [len(word) for word in _words() if rest.startswith(word) or other.startswith(word)]
    return max(found, default=0)


def _run(text: str, at: int, follows: Callable[[str, str], bool]) -> int:
    """Return how long each character ``follows`` the one before it; 0 below three."""
    end = at + 1
    while end < len(text) and follows(text[end - 1], text[end]):
        end += 1
    return end - at if end - at >= 3 else 0


def _same(before: str, after: str) -> bool:
    return before == after


def _one_more(before: str, after: str) -> bool:
    return before.isalnum() and after.isalnum() and ord(after) - ord(before) == 1


def _one_less(before: str, after: str) -> bool:
    return _one_more(after, before)


def _next_to(before: str, after: str) -> bool:
    """Whether two keys touch each other, in a row or across two."""
    one, other = _places().get(before.translate(_SHIFTED)), _places().get(after.translate(_SHIFTED))
    if one is None or other is None or one == other:
        return False
    rows, columns = other[0] - one[0], other[1] - one[1]
    return (rows == 0 and abs(columns) == 1) or (abs(rows) == 1 and columns in (0, -rows))


@cache
def _places() -> dict[str, tuple[int, int]]:
    return {key: (row, at) for row, keys in enumerate(_KEYS) for at, key in enumerate(keys)}


@cache
def _words() -> frozenset[str]:
    """All with three letters or more: shorter ones are in everything."""
    korean = _KOREAN.split()
    words = {*_ENGLISH.split(), *korean, *map(on_english_keys, korean)}
    return frozenset(word for word in words if len(word) >= 3 or not word.isascii())
