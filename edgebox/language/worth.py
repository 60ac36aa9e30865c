"""What a sentence is worth as the request of a call and as its settlement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from edgebox.language import acts
from edgebox.language.curses import CURSES
from edgebox.language.korean import numbers_in
from edgebox.language.words import content_words

if TYPE_CHECKING:
    from collections.abc import Collection

    from edgebox.language.sentence import Sentence

_LEAD: Final = 3.0
"""What a sentence loses as the request if it only prepares the next one."""

REACTION: Final = 3.0
"""What a sentence loses if it reacts to an answer: what it wants or grants may be taken back."""

STATED: Final = 0.8
"""What any statement is worth as the settlement: the last one may say it in words of its own."""

_CURSE: Final = 6.0
_CURSED: Final = 1.0
"""What a sentence loses as the request for a curse: less if it says something besides."""

_OWN_PROMISE: Final = 2.5
"""What a customer's promise is worth as the settlement: less than any that the agent makes."""

_PAPERS_LISTED: Final = """
    보내 메일 이메일 문자 팩스 내역 내역서 영수증 계산서 서류 사본 증명서 자료 링크
"""
_PAPERS: Final = frozenset(_PAPERS_LISTED.split())
"""Words of a request to send something."""

TELLING: Final = frozenset(["amount", "date", "time"])


def worth_as_request(sentence: str) -> float:
    """Return what a sentence is worth as what the customer wants, by its own words alone."""
    cues = {match.group() for match in acts.REQUEST.finditer(sentence)}
    worth = 2.0 * min(len(cues), 3) + 2 * bool(acts.WANT.search(sentence))
    worth += bool(numbers_in(sentence)) + min(len(sentence), 60) / 15
    worth -= REACTION * bool(acts.REACTS.search(sentence))
    worth -= 3 * bool(acts.VENTING.search(sentence)) + _LEAD * acts.leads_on(sentence)
    if not CURSES.search(sentence):
        return worth
    says = acts.says_much(CURSES.sub("", sentence))
    return worth - (_CURSED if says else _CURSE)


def worth_as_settlement(sentence: str, topic: Collection[str], *, taken_back: bool) -> float:
    """Return what a sentence is worth as the outcome; nothing for conditions and questions.

    Args:
        sentence: of an agent, or of an unknown speaker.
        topic: the words of the request.
        taken_back: whether it is the reply to a customer who takes the request back.
    """
    if acts.is_question(sentence):
        return 0.0
    if acts.is_condition(sentence):
        if not acts.is_direction(sentence):
            return 0.0
        return 6.0 if taken_back and acts.KEPT.search(sentence) else 0.5
    words = list(content_words(sentence))
    on_topic = any(word in topic for word in words)
    dated = tells(sentence)
    sent = acts.SENT.search(sentence) is not None and not _PAPERS.isdisjoint(topic)
    if sent or acts.SETTLED.search(sentence) or acts.KEPT.search(sentence):
        worth = 6.0 + on_topic - REACTION * bool(acts.NOTICED.search(sentence))
    elif acts.REFUSED.search(sentence):
        worth = 3.5 + 2.5 * on_topic
    elif words and acts.PROMISED.search(sentence):
        worth = 3.0 + on_topic
    else:
        worth = 2.0 if acts.NEEDED.search(sentence) else 1.5 if dated else STATED
        worth -= bool(acts.NOTICED.search(sentence)) / 2
    if worth <= 3.0 + on_topic and (acts.leads_on(sentence) or acts.PLEADS.search(sentence)):
        return STATED / 2
    worth += 1.5 * dated + (min(len(sentence), 40) / 20 if worth > STATED else 0)
    errand = acts.ERRAND.search(sentence) and not (dated or sent)
    aside = acts.ASIDE.search(sentence)
    advises = aside is not None and aside.end() == len(sentence)
    if advises and acts.REFUSED.search(sentence):  # 팩스는 안 되시고 방문하셔야 돼요
        aside = None
    worth -= 2 * bool(aside or errand)
    return worth - 6 * bool(CURSES.search(sentence))


def worth_of_promise(sentence: str) -> float:
    """Return what a customer's own promise is worth as the outcome, if it says when or how much."""
    if not acts.OWN_PROMISE.search(sentence):
        return 0.0
    day = any(one.value.endswith("d") for one in numbers_in(sentence))
    return _OWN_PROMISE * (day or tells(sentence))


def tells_done(sentence: str) -> bool:
    """Return whether a sentence says of the matter itself what was done."""
    if not (acts.SETTLED.search(sentence) or acts.KEPT.search(sentence)):
        return False
    if acts.is_question(sentence) or acts.is_condition(sentence) or acts.ERRAND.search(sentence):
        return False
    return not acts.ASIDE.search(sentence) and acts.says_much(sentence)


def tells(sentence: str) -> bool:
    """Return whether a sentence names a day, a time or an amount."""
    return acts.names_day(sentence) or any(n.kind in TELLING for n in numbers_in(sentence))


def topic_of(asked: Sentence | None) -> frozenset[str]:
    """Return the words of the request. A number in it is none: the call may settle on another."""
    if asked is None:
        return frozenset()
    text = asked.text
    for number in reversed(numbers_in(text)):
        text = f"{text[: number.start]} {text[number.end :]}"
    return frozenset(content_words(text))
