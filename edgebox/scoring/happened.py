"""What a customer says happened, which a record denies.

A denial of it (리모컨은 보내지 않았다고 함) is wrong where the customer says so with the same verb
(편의점 택배로 보냈어요), and nobody in the call denies that verb.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.syllables import PAST, begun_like
from edgebox.language.words import ends_closed
from edgebox.scoring.customers import by_customer
from edgebox.scoring.places import Places, share_of
from edgebox.scoring.stances import TWICE

if TYPE_CHECKING:
    from edgebox.scoring.predicates import Part
    from edgebox.scoring.stances import Stances

_REPORTS: Final = (
    r"(?: ?(?:함|했|하[고며]|말|밝|알"
    r"|주장|설명|안내|인정|전[했함]|호소|신고|문의)[가-힣]{0,6})?[., ]*$"
)

_DENIED: Final = re.compile(
    r"(?:(?P<noun>[가-힣]{1,8}?)(?:[이가을를은는도]|에|에서|으로)? )?"
    r"(?:(?P<verb>[가-힣]{1,4})지(?:는|도)? ?(?:않|못)"
    r"|(?P<noted>[가-힣]{1,4})[한은본온간] (?:적|바)[은는이도]? ?없)"
    rf"(?P<tense>[가-힣]{{0,4}}){_REPORTS}"
)
"""A part that denies a verb, with the word before it."""

_NO_EVENT: Final = re.compile(
    r"하|되|있|없|원하|바라|묻|물어보|받아들이|응하|알|모르|보이|맞"
    r"|[가-힣]*(?:요청|요구|문의|신청|선택|희망|동의|약속|접수|수락|항의|제기|질문)하"
)
"""Verbs of any sentence, and those of wishes."""

_NEAR: Final = 0.25
"""Share of a part's other words that must stand around what the customer says."""

_BETWEEN: Final = r"[이가을를은는도]? (?:[가-힣]{1,4} )?"
"""What stands between a noun and its verb in speech."""

_GOES_ON: Final = r"[가-힣]{0,2}(?:요|다|는데|거든|네)"
"""The end of a verb that tells what is so."""


def denied_event(part: Part, stances: Stances) -> bool:
    """Return whether a part of the customer's line denies what the customer says happened."""
    found = _DENIED.search(part.text)
    if found is None or TWICE.search(part.text):
        return False
    stem = found["verb"] or found["noted"]
    verb = None if _NO_EVENT.fullmatch(stem) else _expression(stem, found["noun"])
    spoken = stances.spoken
    if verb is None or _not_done(verb, stem).search(spoken.text):
        return False
    if re.search(rf"[가-힣]만 {verb}", spoken.text):
        return False  # 택배 상자만 버렸어요: and nothing else
    was = rf"(?:(?<=[{PAST}])|[{PAST}])"
    said = re.compile(f"{verb}{was if _is_past(found) else _GOES_ON}")
    others = [Places(item, spoken) for item in part.items if not item.word.startswith(stem)]
    return any(
        said.search(spoken.text_of(piece))
        and _affirms(piece, stances)
        and share_of(others, of.utterance) >= _NEAR
        for piece, of in enumerate(spoken.pieces)
    )


def _is_past(found: re.Match[str]) -> bool:
    """Return whether a part denies what was, and not what is."""
    return found["noted"] is not None or re.search(f"[{PAST}]", found["tense"]) is not None


def _expression(stem: str, noun: str | None) -> str | None:
    """Return what a verb looks like in speech: one of an open syllable only beside its noun."""
    is_open = not ends_closed(stem)
    verb = f"{stem[:-1]}{begun_like(stem[-1]) if is_open else stem[-1]}"
    if len(stem) > 1 or not is_open:
        return verb
    return f"{noun}{_BETWEEN}{verb}" if noun and len(noun) > 1 else None


def _not_done(verb: str, stem: str) -> re.Pattern[str]:
    """Return what denies a verb in speech."""
    return re.compile(
        rf"(?<![가-힣])(?:안|못) ?{verb}|{verb}[가-힣]{{0,2}} ?(?:적[이은]? ?)?(?:안|못|없)"
        rf"|{stem}지 ?[가-힣]? ?(?:않|못|말)"
    )


def _affirms(piece: int, stances: Stances) -> bool:
    """Return whether the customer tells something in a clause."""
    one = stances[piece]
    own = by_customer(stances.spoken.pieces[piece].utterance, stances.spoken)
    return own and not (one.denies or one.refuses or one.asks or one.wishes or one.depends)
