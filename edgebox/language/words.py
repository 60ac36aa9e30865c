"""Content words of Korean text, comparable across endings, without a morphological analyser.

A wheel of models for one score is too much to carry to an air-gapped box, so a stem is the rest
of a word without its known particles and endings: 청소기가, 청소기를 → 청소기; 환불받고 → 환불받.
It need not be grammatical, only the same on both sides.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD: Final = re.compile(r"[가-힣]+|[A-Za-z]{2,}")

# The longest one is taken off first, and a stem keeps at least two syllables.
_ENDINGS: Final = """
    이라고 이라며 라고 라며 다고 다며 으로써 으로서 에서는 에서도 으로는 까지는 부터는 에게서 에서
    에게 으로 까지 부터 보다 처럼 마다 이나 밖에 한테 이랑 하고 이고 이며 에는 에도 이란 조차 과의
    와의 은 는 이 가 을 를 에 의 로 도 만 과 와 나 랑 요 님 고 며 서 했습니다 하였습니다 됐습니다
    되었습니다 합니다 됩니다 드렸습니다 하겠습니다 드리겠습니다 겠습니다 았습니다 었습니다
    였습니다 습니다 입니다 십니다 니다 했으며 하였으며 됐으며 되었으며 으며 해주세요 해주셨 해드렸
    해드리 하세요 되세요 하셨 하시 했고 하였고 됐고 되었고 하기로 되기로 하려고 하려 하면 되면
    하며 되며 해서 돼서 되어 하여 하고 되고 했다 됐다 한다 된다 하는 되는 했던 됐던 하던 했는데요
    했는데 하는데 되는데 는데요 은데요 인데요 는데 은데 인데 했어요 됐어요 해요 돼요 어요 아요
    에요 예요 이에요 네요 군요 나요 까요 지요 죠 거든요 더라고요 해야 돼야 하지 되지 하게 되게
    하도록 되도록 할게요 할까요 할지 될지 한지 된지 했음 됐음 함 됨 하기 되기 해 한 할 된 될 하 되
    으면 면서 이라 라서 어서 아서 다는 라는 이었 었 았 였 겠 시 하지만 지만 다가 려고 려면 도록
    은지 는지 을지 기로 으나 했으나 됐으나 이던 인데다 라며 다면 이면 자며
"""
_ENDING: Final = re.compile(
    f"(?<=..)(?:{'|'.join(sorted(set(_ENDINGS.split()), key=len, reverse=True))})$"
)

# Words of a summary of any call. They cannot be expected in the transcript, and say nothing there.
_REPORT_WORDS: Final = """
    고객 고객님 상담 상담사 상담원 문의 요청 안내 확인 설명 답변 처리 진행 완료 예정 종료 해결
    접수 전달 약속 제공 동의 수락 희망 원하 원함 원했 제안 사과 조치 가능 필요 관련 대한 대해 대하
    위해 위한 통해 따라 이후 이전 경우 때문 내용 사항 방법 여부 상태 문제 결과 추가 최종 이번 해당
    추후 다음 감사 만족 받았 받기 받고 받을 있다 있었 없었 없이 밝혔 말했 알렸 물었 묻고 알려 알리
    알려주 했으 되었 드리 드렸 것으로 것이 것을 하기로 그리고 그러나 또한 함께 모두 다시 바로 먼저
    직접 현재 오늘 내일 어제 모레 마무리 끝났 끝남 결정 선택 이해 인사 상황 질문 정보 궁금 부탁
    지시 도움 지원 정상 정상적 성공 성공적 된다 있고 없다 없고 없음 있음 있는 이며 이던 달라 달라고
    마치 마쳤 끝내 끝냈 만족하 통화를
    주기 준다 주었 주는 주겠 이미 하는 지나 들은 들어 알아 새로
    않기 않고 않다 않는다 않은 따른 요구 권했 안내했 설명했 요청했 문의했 했다 했다고 한다고 보이
    있어 없어 요청대 요구대 부탁대 희망대 바람대
"""
REPORT_WORDS: Final = frozenset(_REPORT_WORDS.split())

# Words of any call, which say nothing about this one.
_CALL_WORDS: Final = """
    했습 했고 했으 하며 한다 하여 되어 않아 않은 않고 않으 으로 이라 부터 까지 이상 이하 이내 안에
    정도 시에 안녕하세 안녕하 안녕 여보세 감사 수고 죄송 네네 그러 그러면 그럼 그런 그렇 그렇게 그게
    그거 그건 그래 그래서 그냥 그니까 그러니까 근데 그런데 그리고 이거 이건 이게 이렇게 이런 저기
    저희 제가 저는 저도 제일 지금 혹시 일단 잠시 잠시만 조금 정말 진짜 너무 많이 아직 이제 어떻게
    어떤 무엇 뭐가 언제 어디 얼마 얼마나 도와 말씀 괜찮 맞습 맞으 알겠 알겠습 있으 있습 있는 있어
    있을 없으 없습 없는 없어 기다려 주시 주세 주셔 드릴 드릴까 드리 드려 해서 해주 해드 하시 하신
    거예 거든 건데 그쪽 여기 거기 우리 이용 전화 연락 센터 고객센터 좋은 하루 보내 되세 부분 불편
    성함 본인 번호 아니 아뇨 아닙 가지 이용해 저한테 이따 방금 아까 것은 것도 하는지 되는지 하고
    않았 않습 않는 않으면 않게 싶다 님의 주며 않아 않으 주지 되지 하지 되자 하고 하며 하면 되고
    되며
"""
_LONGEST_KEPT: Final = 32
"""Characters of a word whose stem is kept: a call can be one word of 200,000."""

_CALL: Final = frozenset(_CALL_WORDS.split())


def content_words(text: str) -> Iterator[str]:
    """Yield the stems that carry meaning, in order, with repeats; at least two characters each."""
    for word in _WORD.findall(text):
        stem = _cached_stem(word) if len(word) <= _LONGEST_KEPT else _stem(word)
        if stem:
            yield stem


def _stem(word: str) -> str:
    """Return the stem of a word, or "" if it carries no meaning."""
    if not "가" <= word[0] <= "힣":
        return word.casefold()
    stem = word
    for _ in range(3):
        if stem in REPORT_WORDS or stem in _CALL:
            return ""
        shorter = _ENDING.sub("", stem)
        if shorter == stem:
            break
        stem = shorter
    return "" if len(stem) < 2 or stem in REPORT_WORDS or stem in _CALL else stem


_cached_stem = lru_cache(maxsize=50_000)(_stem)


def ends_closed(word: str) -> bool:
    """Return whether a word's last syllable, of Hangul, ends in a consonant: 을 follows it."""
    return (ord(word[-1]) - ord("가")) % 28 > 0


_AFTER_CONSONANT: Final = frozenset("은이을과")
_AFTER_VOWEL: Final = frozenset("는가를와")


def follows(word: str, particle: str) -> bool:
    """Return whether a particle may follow a word: 을 a consonant, 를 a vowel, 도 anything."""
    if particle in _AFTER_CONSONANT:
        return ends_closed(word)
    return particle not in _AFTER_VOWEL or not ends_closed(word)


def squeeze(text: str) -> str:
    """Return ``text`` without white space: Korean is spaced at will."""
    return "".join(text.split())


def bigrams(text: str) -> set[str]:
    """Return all pairs of neighbouring characters, without white space."""
    squeezed = squeeze(text)
    return {squeezed[i : i + 2] for i in range(len(squeezed) - 1)}
