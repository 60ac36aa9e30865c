"""How a line of a record ends, in one form for each meaning.

One record says 접수됨, another 접수됐다, 접수된 것으로 확인됐습니다 or 접수된 상태입니다.
What is read of a record's lines is read of one form: 접수됐습니다.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from edgebox.language.syllables import composed, letters_of

_N, _R, _LM, _M, _B, _SS = 4, 8, 10, 16, 17, 20
"""Final consonants by their place in Unicode's order: ㄴ, ㄹ, ㄻ, ㅁ, ㅂ, ㅆ."""

_PAST_VOWELS: Final = {0: 0, 1: 1, 4: 4, 5: 5, 6: 6, 8: 9, 11: 10, 13: 14, 18: 4, 20: 6}
"""Vowels of a stem and of its past, by the same order: 가 갔, 오 왔, 바꾸 바꿨, 옮기 옮겼."""

_BRIGHT: Final = frozenset({0, 8})
"""ㅏ and ㅗ, behind which the past is 았."""


def sentence_of(text: str) -> str:
    """Return a part of a record's line with its ending in the usual form of its meaning.

    What ends in a noun (접수됨, 등록 불가) ends as a sentence. What is told of a state, a plan or a
    settlement in other words (지 않은 상태다, 할 예정이다, 하는 것으로 정리됐다) ends as what was
    done (지 않았습니다) or agreed (하기로 했습니다). Any other line is returned unchanged.
    """
    return _sentence_of(text)


@lru_cache(maxsize=2048)
def _sentence_of(text: str) -> str:
    bare = text.rstrip(".,!~ ")
    said = _spelled_out(bare[-_LONGEST:])
    for rule, form in _RULES:
        said = rule.sub(form, said)
    return f"{bare[:-_LONGEST]}{said}{text[len(bare) :]}"


_LONGEST: Final = 200
"""Characters of an ending with its clause: what stands before is not looked through."""


def ends_in_a_noun(text: str) -> bool:
    """Return whether a line ends in a noun that stands for a sentence: 접수됨, 등록 불가."""
    end = text[-_LONGEST:]
    return _spelled_out(end) != end


_NAMED: Final = re.compile(
    r"(?:[포결명]|(?:사서|보관|우편|수거|택배|투입|수납))함|.*이삿?짐|짐|[가-힣]?알림|그림|울림"
    r"|.*책임|위임|[선후주전담해연사재퇴취]임|클레임|게임|타임|프레임|모임|말씀|도움|어려움|움직임"
    r"|[마절공예가증체삭호반]감|줄넘김|.*느낌|감"
)
"""Nouns that end like a verb."""

_VERB: Final = re.compile(
    r"[함됨옴김낌킴꿈냄짐림힘딤침춤줌둠룸뺌봄씀]|(?<=[나아어가려라와])감|(?<=[지채비치배세띄키태])움"
)
"""Last syllables of verbs as nouns, which hardly a noun has beside `_NAMED`."""

_IN_EUM: Final = re.compile(r"[녹발굉방잡졸죽젊웃믿얼걸울묶]음$")
"""Nouns in 음 behind a consonant."""

_WITHOUT_A_VERB: Final = re.compile(
    r"(?<![가-힣])(?:[가-힣]+ )?(?:불가|불가능|가능|곤란|필요|불필요)$"
)
"""What a record says without a verb of what can be."""


def _spelled_out(text: str) -> str:
    """Return a line that ends in a noun as one that ends in a sentence."""
    if _WITHOUT_A_VERB.search(text):
        return f"{text}합니다"
    if len(text) < 2 or not "가" <= text[-1] <= "힣" or _final(text[-1]) not in {_M, _LM}:
        return text
    if text[-1] == "음":
        return text if _IN_EUM.search(text) else f"{text[:-2]}{_of_closed(text[-2])}"
    if _NAMED.fullmatch(text.rsplit(" ", 1)[-1]):
        return text
    if text[-1] == "임":
        return f"{text[:-1]}입니다"
    of_verb = _VERB.search(text, len(text) - 1) or _final(text[-1]) == _LM
    return f"{text[:-1]}{_of_open(text)}" if of_verb else text


def _final(syllable: str) -> int:
    return letters_of(syllable)[2]


def _with_final(syllable: str, final: int) -> str:
    return chr(ord(syllable) - _final(syllable) + final)


def _past(stem: str) -> str:
    """Return a stem's last syllable with the ending of its past: 옮기 has 겼, 받 has 받았."""
    first, vowel, final = letters_of(stem[-1])
    if stem[-1] in "하못":
        return "했" if stem[-1] == "하" else "못했"
    if stem[-1] == "되":
        return "됐"
    if final:
        return f"{stem[-1]}{'았' if vowel in _BRIGHT else '었'}"
    if vowel not in _PAST_VOWELS or stem[-1] == "르":
        return f"{stem[-1]}었"
    return composed(first, _PAST_VOWELS[vowel], _SS)


def _of_closed(last: str) -> str:
    """Return the sentence of a stem with a final consonant: 없음, 했음, 받음."""
    final = "가" <= last <= "힣" and _final(last)
    if not final:
        return f"{last}음"
    there_is = final == _SS or last in "없않같많"
    return f"{last}습니다" if there_is else f"{_past(last)}습니다"


def _of_open(text: str) -> str:
    """Return the sentence of a stem without a final consonant, or with ㄹ: 함, 옮김, 만듦."""
    if text[-1] in "함됨" and (text.endswith("야 함") or _UNDER.search(text)):
        return "합니다" if text[-1] == "함" else "됩니다"
    return f"{_past(_with_final(text[-1], _R if _final(text[-1]) == _LM else 0))}습니다"


_UNDER: Final = re.compile(r"[가-힣](?:(?<![감대화측전방표정도지수])면|야|경우에?는?),? [^,]*$")
"""A condition, under which nothing was done yet."""

_SAID: Final = r"(?P<tail>습니다|다|고|으며|으나|지만)$"
_IS: Final = r"(?P<tail>입니다|이다|이고|이며|이나|이지만|이었습니다|였습니다|이라고|)$"

_TAILS: Final = {"이며": "으며", "이나": "으나", "이고": "고", "이지만": "지만", "고": "고"}


def _tail(match: re.Match[str]) -> str:
    """Return how a clause goes on behind a past: 습니다 where it ends."""
    tail = match["tail"]
    return _TAILS.get(tail, tail if tail in {"으며", "으나", "지만"} else "습니다")


def _agreed(match: re.Match[str]) -> str:
    """Return 하기로 했습니다 of 할 예정입니다, 하는 것으로 정리됐습니다, 하게 됐습니다."""
    stem = match["stem"]
    if stem.endswith("될"):  # nobody agrees to what becomes of itself
        tail = match["tail"].removeprefix("이")
        return f"{stem[:-1]}되{tail}" if tail in _GOES_ON else f"{stem[:-1]}됩니다"
    if stem.endswith("을"):
        stem = stem[:-1]
    elif _final(stem[-1]) == _R:
        stem = stem if _IN_R.search(stem) else f"{stem[:-1]}{_with_final(stem[-1], 0)}"
    elif match["plan"]:
        stem = f"{stem}하"  # 방문 예정
    return f"{stem}기로 했{_tail(match)}"


_GOES_ON: Final = frozenset({"며", "고", "나", "지만"})

_IN_R: Final = re.compile(r"[들늘열걸팔알풀돌밀날놀달불빌살]$")
"""Stems that end in ㄹ themselves: 만들 예정, 늘릴 예정 does not."""


def _was_so(match: re.Match[str]) -> str:
    """Return 접수됐습니다 of 접수된 상태입니다, 되지 않았습니다 of 되지 않은 것으로 확인됐다."""
    stem = match["stem"]
    if stem.endswith(("은", "는")):
        stem = stem[:-1]
    elif _final(stem[-1]) == _N:
        stem = f"{stem[:-1]}{_with_final(stem[-1], 0)}"
    return f"{stem[:-1]}{_past(stem)}{_tail(match)}"


def _told(match: re.Match[str]) -> str:
    """Return 안 된다고 안내했습니다 of 안 되는 것으로 안내됐습니다."""
    stem = match["stem"]
    if stem.endswith(("불가한", "가능한", "곤란한", "필요한")):
        said = f"{stem[:-1]}하다"
    elif stem.endswith(("없는", "있는")):
        said = f"{stem[:-1]}다"
    elif stem.endswith("운"):
        said = f"{stem[:-2]}{_with_final(stem[-2], _B)}다" if _final(stem[-2]) == 0 else f"{stem}다"
    elif stem.endswith("는"):
        rest = stem[:-1]
        closed = _final(rest[-1])
        said = f"{rest}는다" if closed else f"{rest[:-1]}{_with_final(rest[-1], _N)}다"
    else:
        return _was_so(match)
    return f"{said}고 안내했{_tail(match)}"


def _present(match: re.Match[str]) -> str:
    """Return 합니다 of 한다, 않습니다 of 않는다."""
    return f"{_with_final(match[1], _B)}니다"


_SETTLED: Final = "정리|확정|결정|합의|처리|마무리|협의|조정|조율|약속|변경|매듭"
_LEARNED: Final = "안내|확인|설명|답변|파악|조회|통보|고지|판단|판정|기록|등록|처리|정리"
_PLAN: Final = "예정|계획|생각|방침"
_ANSWER: Final = "답변?|안내|설명|말씀?|회신|통보|이야기|입장|의견"
_GAVE: Final = "받았|들었|했|하였|전했|줬|주었|드렸|전달했|남겼|확인했"
_TOLD_SO: Final = (
    "알려 ?[줬주]었?|알렸|전했|전달했|고지했|통보했|회신했|밝혔|답변?했|말했|답변받았|통보받았"
    "|전달받았|설명받았"
)
_WAS: Final = r"(?:[했됐]|하였|되었|받았|(?:지|어)졌|났)"
_THAT: Final = r"(?:것|걸)(?:으로|로)"

_Form = str | Callable[[re.Match[str]], str]

_RULES: Final[tuple[tuple[re.Pattern[str], _Form], ...]] = (
    (re.compile(r"(?<=[가-힣])[은는]다$"), "습니다"),
    (re.compile(r"(?<=[됐했었았였겠렸졌겼왔갔났랐뤘꿨줬뒀봤냈없있않])다$"), "습니다"),
    (re.compile(r"(?<=[가-힣])([한된난간온인진린킨준둔본낸])다$"), _present),
    (
        re.compile(rf"기로 ?(?:최종 )?(?:{_SETTLED}|정|동의|계획)(?:을 )?{_WAS}{_SAID}"),
        lambda match: f"기로 했{_tail(match)}",
    ),
    (
        re.compile(rf"(?P<stem>[가-힣])(?P<plan>)는 {_THAT} ?(?:{_SETTLED}){_WAS}{_SAID}"),
        _agreed,
    ),
    (re.compile(rf"(?P<stem>[가-힣]{{1,3}}(?<![한된인은는])) (?P<plan>{_PLAN}){_IS}"), _agreed),
    (re.compile(rf"(?P<stem>[가-힣]{{1,4}}[한된은]) (?:상태|채){_IS}"), _was_so),
    (re.compile(rf"(?P<stem>[가-힣]+[한된은는운]) {_THAT} ?(?:{_LEARNED}){_WAS}{_SAID}"), _told),
    (re.compile(rf"못하게 (?:됐|되었){_SAID}"), lambda match: f"못했{_tail(match)}"),
    (
        re.compile(rf"(?<=수 )(?P<is>[있없])게 (?:됐|되었){_SAID}"),
        lambda match: f"{match['is']}{_tail(match)}",
    ),
    (re.compile(rf"(?P<stem>[가-힣])(?P<plan>)게 (?:됐|되었){_SAID}"), _agreed),
    (
        re.compile(rf"(?<=[다라])는 (?:{_ANSWER})[을를]? ?(?:{_GAVE}){_SAID}"),
        lambda match: f"고 안내했{_tail(match)}",
    ),
    (
        re.compile(rf"(?<=[다라])고 ?(?:{_TOLD_SO}){_SAID}"),
        lambda match: f"고 안내했{_tail(match)}",
    ),
)
"""Other endings of one meaning, with what takes their place."""
