"""What stands beside a settlement and belongs to it: what it relies on, answers or leaves out."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from edgebox.language import acts
from edgebox.language.landmarks import neighbour_question, request
from edgebox.language.words import content_words
from edgebox.language.worth import tells, tells_done, topic_of
from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from edgebox.language.sentence import Sentence
    from edgebox.reading.call import Utterance

_SOON: Final = 4
"""Utterances behind a settlement in which the rest of a request is refused."""

_SHORT_NO: Final = 16
"""Characters of a refusal that says nothing without its question."""

_LONG_QUESTION: Final = 40
"""The most characters of a question told with its answer, and of what is refused besides."""


def relied_on(utterances: Sequence[Utterance], found: Sentence) -> str:
    """Return what was said right before a settlement that it relies on, or "".

    "네 그렇게 잡아 드릴게요" points to "네 시 반이요"; "네 쿠폰 넣어 드렸습니다" says not what
    "그럼 해지 안 할게요" does.
    """
    if not found.utterance or acts.KEPT.search(found.text):
        return ""
    before = utterances[found.utterance - 1]
    if before.speaker == utterances[found.utterance].speaker != "unknown":
        return ""
    if not acts.POINTS_BACK.search(found.text):
        said = [before.text[start:end] for start, end in split_sentences(before.text)]
        kept = [one for one in said if acts.WITHDRAWN.search(one)]
        return acts.without_fillers(kept[-1]) if kept else ""
    text = acts.without_fillers(before.text)
    if acts.is_question(text):
        return ""
    if found.utterance > 1 and not (acts.says_much(text) or tells(text)):
        offer = acts.without_fillers(utterances[found.utterance - 2].text)
        return f"{offer} {text}".strip()
    return text


def refused_before(utterances: Sequence[Utterance], found: Sentence) -> str:
    """Return the customer's last question before a refusal that does not say of what, or ""."""
    if not found.utterance or not acts.is_bare_refusal(found.text):
        return ""
    before, asked = utterances[found.utterance - 1], request(utterances)
    if before.speaker == utterances[found.utterance].speaker != "unknown":
        return ""
    said = [before.text[start:end] for start, end in split_sentences(before.text)]
    text = acts.without_fillers(said[-1]) if said else ""
    if asked is None or text == asked.text or len(text) > _LONG_QUESTION:
        return ""
    return text if acts.is_question(text) or acts.REQUEST.search(text) else ""


def asked_of(utterances: Sequence[Utterance], found: Sentence) -> str:
    """Return the short question right before an answer that does not say what it is about, or "".

    수수료는요 · 한 통에 육백 원입니다.
    """
    text = neighbour_question(utterances, found)
    asked = acts.ASKS_OF.match(text)
    return text if asked and asked[1].split()[-1] not in found.text else ""


def refused_besides(
    utterances: Sequence[Utterance], found: Sentence, asked: Sentence | None
) -> str:
    """Return the short sentence behind a settlement that refuses the rest of the request, or "".

    한도는 올려 드렸고요 · 연회비는 면제가 안 되십니다.
    """
    if asked is None or not tells_done(found.text):
        return ""
    besides = topic_of(asked) - set(content_words(found.text))
    for place in range(found.utterance, min(len(utterances), found.utterance + _SOON + 1)):
        one = utterances[place]
        if one.speaker == "customer":
            continue
        for start, end in split_sentences(one.text):
            said = acts.without_fillers(one.text[start:end])
            behind = place > found.utterance or start >= found.end
            if behind and len(said) <= _LONG_QUESTION and _refuses(said, besides):
                return said
    return ""


def _refuses(sentence: str, topic: Collection[str]) -> bool:
    """Return whether a sentence refuses one of some things."""
    if acts.is_question(sentence) or acts.is_condition(sentence):
        return False
    return bool(acts.REFUSED.search(sentence)) and any(
        word in topic for word in content_words(sentence)
    )


def refused_after(utterances: Sequence[Utterance], found: Sentence) -> list[str]:
    """Return the customer's last wish behind a sentence and the short no that it got, or []."""
    refused: list[str] = []
    for wish, answer in pairwise(utterances[found.utterance + 1 :]):
        if (wish.speaker, answer.speaker) != ("customer", "agent"):
            continue
        asked, said = acts.without_fillers(wish.text), acts.without_fillers(answer.text)
        asks = acts.is_question(asked) or acts.REQUEST.search(asked)
        if asks and len(said) <= _SHORT_NO and acts.REFUSED.search(said):
            refused = [asked, said]
    return refused
