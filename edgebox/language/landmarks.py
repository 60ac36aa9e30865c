"""Where a call says what was asked for and how it was settled: two of its sentences.

The request is looked for in the opening, from its first sentence on; the settlement in the ending,
from its last sentence back. Between an earlier offer and a later settlement, the later one counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from edgebox.language import acts
from edgebox.language.korean import numbers_in
from edgebox.language.number import names_another
from edgebox.language.sentence import EDGE, Sentence, sentences_of
from edgebox.language.worth import (
    REACTION,
    STATED,
    TELLING,
    tells_done,
    topic_of,
    worth_as_request,
    worth_as_settlement,
    worth_of_promise,
)
from edgebox.reading.roles import CUSTOMER_TALK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from edgebox.reading.call import Utterance

_FIRST: Final = 12
"""Sentences of the opening in which the request is looked for; later ones are about details."""

_LAST: Final = 24
"""Sentences of the ending in which the settlement is looked for."""

_STEP: Final = 0.3
"""What a sentence loses as the settlement with each later sentence."""

_LATE_CONDITION: Final = 4.0
"""What a later sentence loses as the request for a condition: 또 고장 나면 환불해 줘."""

_ASIDE: Final = 1.5
"""What an answer to a short question about one thing (수수료는요) loses as the settlement."""

_DECIDES: Final = 4.5
"""What a sentence is worth that refuses what was asked or says what was done. Where the ending has
none, the last one before it counts: what was refused early stands to the end."""

_WITHDRAWS: Final = 5.0
_THREATENS: Final = 1.0
"""What a customer who takes the request back is worth as the settlement; under a condition (안 되면
그만둘게요) less than what the agent says to it."""

_TAKEN_UP: Final = 2.5
"""What an agent's promise under a condition is worth where the customer takes it up."""

_SOON: Final = 4
"""Utterances behind a wish in which the customer takes it back."""

_CORRECTION: Final = 80
"""Characters behind the words of a correction in which the right figure is."""

_REPLY: Final = 16
"""Characters in which the first sentence of a reply begins."""

_SUPPOSED: Final = 40
"""Characters at the end of an utterance in which a question may suppose something."""

_GREETED: Final = 2
"""Utterances of the opening in which people introduce themselves."""

_CALLS: Final = 8
"""Utterances of the opening in which an agent says why the customer was called."""


def request(utterances: Sequence[Utterance]) -> Sentence | None:
    """Return the sentence that says best what the customer wants, or None.

    Where the agent called, that is why.
    """
    customer = any(one.speaker == "customer" for one in utterances)
    best, most, place = None, 0.0, 0
    for sentence in sentences_of(utterances):
        speaker = utterances[sentence.utterance].speaker
        calls = acts.OUTBOUND.search(sentence.text) and sentence.utterance < _CALLS
        if (customer and speaker != "customer") and not calls:
            continue
        if sentence.utterance < _GREETED and acts.introduces(sentence.text):
            continue
        if _answers_who(utterances, sentence):
            continue
        worth = worth_as_request(sentence.text) - place + 6 * bool(calls)
        if best is not None and _taken_back(utterances, sentence):
            worth -= REACTION
        worth -= REACTION * _takes_offer(utterances, sentence)
        worth -= _LATE_CONDITION * (place > 0 and acts.is_condition(sentence.text))
        vents = acts.VENTING.search(sentence.text) and not acts.WANT.search(sentence.text)
        if place == 0 and not vents and acts.says_much(sentence.text):
            worth += 3
        if speaker == "unknown" and acts.agent_asks(sentence.text):
            worth -= 5
        else:
            place += not vents
        if best is None or worth > most:
            best, most = sentence, worth
        if place == _FIRST:
            break
    return best


def settlement(utterances: Sequence[Utterance], asked: Sentence | None) -> Sentence | None:
    """Return the sentence that says best how the call ended, or None if none says it.

    Of two that say what was done the later one counts: it corrects the other.

    Args:
        utterances: of the call.
        asked: its `request`.
    """
    agent = any(one.speaker == "agent" for one in utterances)
    topic = topic_of(asked)
    best, most, done = None, 0.0, False
    decided = False
    corrected = list(corrections(utterances))
    for place, sentence in enumerate(sentences_of(utterances, backwards=True)):
        if place >= _LAST and decided:
            break
        speaker = utterances[sentence.utterance].speaker
        void = _is_void(sentence, asked, corrected) or (speaker == "unknown" and sentence == asked)
        if void or (done and tells_done(sentence.text)):
            continue
        if speaker == "customer" and agent:
            withdrawn = acts.WITHDRAWN.search(sentence.text) is not None
            threat = acts.is_condition(sentence.text)
            least = _THREATENS if threat else _WITHDRAWS
            worth = least * (withdrawn and not _goes_on(utterances, sentence))
            worth = worth or worth_of_promise(sentence.text)
        else:
            worth = _worth_of_agents(utterances, sentence, asked, topic)
            if speaker == "unknown":
                worth -= 4 * bool(CUSTOMER_TALK.search(acts.POLITE_NO.sub("", sentence.text)))
                worth -= REACTION * bool(acts.OWN_DOING.search(sentence.text))
        sure = worth >= _DECIDES
        decided = decided or sure
        if place < _LAST:
            worth -= _STEP * place
        elif not decided:
            continue
        if worth > most:
            best, most = sentence, worth
            done = done or (sure and tells_done(sentence.text))
    return best


def _taken_back(utterances: Sequence[Utterance], sentence: Sentence) -> bool:
    """Return whether the customer takes a wish back soon after it."""
    after = utterances[sentence.utterance + 1 : sentence.utterance + 1 + _SOON]
    return any(one.speaker == "customer" and acts.WITHDRAWN.search(one.text) for one in after)


def corrections(utterances: Sequence[Utterance]) -> Iterator[Sentence]:
    """Yield what comes behind the words with which an agent corrects something in the ending."""
    size = 0
    for place in reversed(range(len(utterances))):
        one = utterances[place]
        size += len(one.text)
        if size > EDGE:
            return
        found = None if one.speaker == "customer" else acts.CORRECTS.search(one.text)
        if found:
            end = found.end() + _CORRECTION
            yield Sentence(place, found.start(), end, one.text[found.end() : end])


def _is_void(sentence: Sentence, asked: Sentence | None, corrected: Sequence[Sentence]) -> bool:
    """Return whether a sentence is why the agent called, or was corrected soon after."""
    if sentence == asked and acts.OUTBOUND.search(sentence.text):
        return True
    return any(is_corrected(sentence, by) for by in corrected)


def is_corrected(sentence: Sentence, by: Sentence) -> bool:
    """Return whether a correction soon behind a sentence names another figure of its kind."""
    apart = by.utterance - sentence.utterance
    if not 0 <= apart <= _SOON or (apart == 0 and by.start < sentence.end):
        return False
    new = (one for one in numbers_in(by.text) if one.kind in TELLING)
    return names_another(new, numbers_in(sentence.text))


def _goes_on(utterances: Sequence[Utterance], sentence: Sentence) -> bool:
    """Return whether a customer who gave up goes on after all (그럼 신고하면 되는 거네요)."""
    after = utterances[sentence.utterance + 1 :]
    return any(one.speaker == "customer" and acts.PLANS.search(one.text) for one in after)


def _takes_offer(utterances: Sequence[Utterance], sentence: Sentence) -> bool:
    """Return whether a sentence says yes to what the agent offers to do ("네 풀어 주세요")."""
    before = utterances[max(0, sentence.utterance - 1)]
    said = utterances[sentence.utterance].text[: sentence.start]
    offered = before.speaker == "agent" and acts.OFFERS.search(before.text)
    return bool(offered and acts.says_yes(said))


def _accepts(utterances: Sequence[Utterance], sentence: Sentence) -> bool:
    """Return whether a sentence is the first reply to a customer who takes the request back."""
    before = utterances[max(0, sentence.utterance - 1)]
    first = sentence.start <= _REPLY
    return first and before.speaker == "customer" and bool(acts.WITHDRAWN.search(before.text))


def _worth_of_agents(
    utterances: Sequence[Utterance],
    sentence: Sentence,
    asked: Sentence | None,
    topic: Collection[str],
) -> float:
    """Return what a sentence of anybody but the customer is worth as the settlement."""
    if sentence.utterance < _GREETED and acts.OUTBOUND.search(sentence.text):
        return 0.0  # why the agent called
    worth = worth_as_settlement(sentence.text, topic, taken_back=_accepts(utterances, sentence))
    if worth > STATED and neighbour_question(utterances, sentence):
        kept = acts.KEPT.search(sentence.text)  # 보장은요 · 보장은 그대로 유지되세요
        done = acts.SETTLED.search(sentence.text)
        worth = max(STATED, worth - (REACTION if kept else 0 if done else _ASIDE))
    if worth > STATED and _is_supposed(utterances, sentence, asked):
        return STATED / 2
    if worth > STATED and _offers_in_vain(utterances, sentence):
        return worth - REACTION
    return worth or _TAKEN_UP * _is_taken_up(utterances, sentence)


def neighbour_question(utterances: Sequence[Utterance], found: Sentence) -> str:
    """Return the short question right before an answer (수수료는요), or ""."""
    if not found.utterance or found.start > _REPLY:
        return ""
    before = utterances[found.utterance - 1]
    if before.speaker == utterances[found.utterance].speaker != "unknown":
        return ""
    text = acts.without_fillers(before.text)
    return text if acts.ASKS_OF.match(text) else ""


def _is_supposed(
    utterances: Sequence[Utterance], sentence: Sentence, asked: Sentence | None
) -> bool:
    """Return whether a sentence answers what the other side only supposes, beside the request.

    결과 안 좋으면 어떻게 돼요 · 그대로 유지됩니다.
    """
    if not sentence.utterance or acts.SETTLED.search(sentence.text):
        return False
    before = utterances[sentence.utterance - 1]
    if before.speaker == utterances[sentence.utterance].speaker != "unknown":
        return False
    own = asked is not None and asked.utterance == sentence.utterance - 1
    return not own and acts.SUPPOSES.search(before.text[-_SUPPOSED:].rstrip()) is not None


def _offers_in_vain(utterances: Sequence[Utterance], sentence: Sentence) -> bool:
    """Return whether an utterance ends with an offer that the customer leaves or puts off."""
    answer = _answer(utterances, sentence)
    offers = acts.OFFERS.search(utterances[sentence.utterance].text) if answer else None
    return offers is not None and acts.WITHDRAWN.search(answer) is not None


def _is_taken_up(utterances: Sequence[Utterance], sentence: Sentence) -> bool:
    """Return whether the customer promises what an agent's promise depends on, behind or before it.

    소견서 보내 주시면 재심사 올려 드릴게요 · 네 보내겠습니다.
    """
    if not acts.is_condition(sentence.text) or not acts.PROMISED.search(sentence.text):
        return False
    before = utterances[max(0, sentence.utterance - 1)]
    said = [before.text] if before.speaker == "customer" else []
    return any(acts.TAKES_UP.search(one) for one in (_answer(utterances, sentence), *said))


def _answer(utterances: Sequence[Utterance], sentence: Sentence) -> str:
    """Return what the customer says in the next utterance, or ""."""
    after = sentence.utterance + 1
    if after < len(utterances) and utterances[after].speaker == "customer":
        return utterances[after].text
    return ""


def _answers_who(utterances: Sequence[Utterance], sentence: Sentence) -> bool:
    """Return whether a sentence only says who the customer is."""
    before = utterances[max(0, sentence.utterance - 1)]
    if before.speaker == "customer" or not acts.IDENTITY.search(before.text):
        return False
    return sentence.utterance > 0 and not acts.REQUEST.search(sentence.text)
