"""Korean whose letters were lost on the way, because it was read in another encoding than its own.

Reading such a text as one without words would say that nobody spoke.
"""

from __future__ import annotations

import re
from typing import Final

_SHOWN: Final = 4_000
"""Characters that show it."""
_FEWEST: Final = 10
_HANGUL: Final = re.compile("[가-힣ㄱ-ㅣ\u1100-\u11ff]")
_WESTERN: Final = re.compile("[\x80-\xff\u0152-\u017e\u0192\u02c6\u02dc\u2013-\u2122\u20ac]")
"""What bytes beyond ASCII are in Latin-1 and Windows-1252."""
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_ASCII: Final = re.compile("[\x00-\x7f]+")
_DOCUMENT: Final = re.compile(r"\s*[\[{]\s*[\[{\"]")
_LEADS: Final = re.compile(f"[êëìí](?={_WESTERN.pattern})")
"""The first of a syllable's three bytes in UTF-8, as Latin-1; the others may have been left out."""
_LOST: Final = "\ufffd"
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"')
_LETTERS: Final = re.compile("[A-Za-z]")
_DIFFERENT: Final = 5
"""Signs that Korean has at least when it is read so."""
_MUCH: Final = 0.3
_NEARLY_ALL: Final = 0.7
_FEW: Final = 0.1
_CUT: Final = re.compile("[\ufffd?](?=[가-힣\u4e00-\u9fff])")
"""Where a syllable in UTF-8 was read as CP949: ?븞?뀞?븯?꽭?슂."""
_SPOKEN: Final = re.compile("[요네다이]")
"""What everybody says, and what UTF-8 that was read as CP949 never is: it has no such bytes."""
_OFTEN: Final = 0.12
_FEW_HAN: Final = 3
_MOSTLY: Final = 0.5
_KOREAN: Final = 0.2
"""Share of Hangul in a text that is Korean, though some of its bytes were lost."""
_TIMES: Final = 2


def is_garbled(text: str) -> bool:
    """Return whether a text was Korean before it was read in another encoding."""
    shown = text[:_SHOWN]
    is_document = _DOCUMENT.match(shown) is not None  # whose names and signs are all there
    said = _ASCII.sub("", shown) if is_document else "".join(shown.split())
    hangul, lost = len(_HANGUL.findall(said)), said.count(_LOST)
    if lost >= max(_FEWEST, _MUCH * len(said)) and hangul <= _FEW * len(said):
        return not (is_document and _has_letters(shown))
    if is_document:
        return False
    if hangul:
        cuts = len(_CUT.findall(shown))
        many = cuts >= max(_FEWEST, _OFTEN * len(said)) and len(_HAN.findall(said)) >= _FEW_HAN
        return many and len(_SPOKEN.findall(said)) < _FEW * cuts
    if said.strip("?") and said.count("?") >= max(_FEWEST, _NEARLY_ALL * len(said)):
        return True
    western = len(_WESTERN.findall(said))
    return western >= max(_FEWEST, _MOSTLY * len(said)) and _was_western(said)


def _has_letters(document: str) -> bool:
    """Return whether the texts of a document that lost letters have more of them: I�m calling."""
    texts = "".join(one[1] for one in _STRING.finditer(document) if _LOST in one[1])
    return len(_LETTERS.findall(texts)) > texts.count(_LOST)


def _was_western(said: str) -> bool:
    if len(set(said)) < _DIFFERENT:  # …, · and — are signs of silence
        return False
    if len(_LEADS.findall(said)) >= max(_FEWEST, _KOREAN * len(said)):
        return True
    for _ in range(_TIMES):
        for western in ("latin-1", "cp1252"):
            if any(map(_is_korean, (_again(said, western, one) for one in ("utf-8", "cp949")))):
                return True
        said = _again(said, "latin-1", "utf-8")
    return False


def _again(text: str, read_as: str, encoding: str) -> str:
    """Return a text that was read in one encoding as it is in another."""
    return text.encode(read_as, "ignore").decode(encoding, "replace")


def _is_korean(text: str) -> bool:
    return len(_HANGUL.findall(text)) >= max(_FEWEST, _KOREAN * len(text))
