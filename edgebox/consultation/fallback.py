"""The summary if no model answers: two of the transcript's own sentences.

They are the customer's first real request and the agent's last commitment or outcome, with what
that relies on ("네 시 반이요 그렇게 잡아 드릴게요") and a short no that came after it. No sentence
is rephrased, so nothing can be invented. Greetings, backchannels and courtesies are skipped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language import acts, landmarks, neighbours
from edgebox.language.curses import without_curses
from edgebox.language.korean import numbers_in
from edgebox.reading.call import Utterance, read
from edgebox.reading.masking.masks import masked
from edgebox.reading.sentences import clause_starts, split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgebox.language.sentence import Sentence

_EDGE: Final = 8_000
"""Characters of each end. The request is in the opening, the outcome in the ending, and what is
between them only costs time (the whole answer has 50 ms)."""

READ_CHARACTERS: Final = 2 * _EDGE
"""The most characters of a transcript in which the sentences are looked for."""

_SHORTEST: Final = 20
"""Half a sentence of fewer characters says nothing: the request alone is the summary then."""

_SHORT: Final = 24
"""Characters of a sentence that is looked at for one before it that it continues."""

_SHORT_REFUSAL: Final = 40
"""The most characters of a wish that is refused after the settlement, with the refusal."""

_BARE: Final = 12
"""Characters of a wish that says nothing without what is wrong: 환불해 주세요."""

_JOINED: Final = 90
"""The most characters of a sentence with its neighbours."""

_GOING_ON: Final = 60
"""The most characters of a settlement with the figures with which it goes on."""

_GOES_ON: Final = re.compile(r"(?:데|거든|(?<!려)[고구]|서|니까|지만|며)요?$")
"""An ending with which a speaker goes on."""

_REASON: Final = re.compile(r"(?:[아어해여라려]서|거든|니까|더라고)요[.]?$")
"""Why somebody wants something: 책임자 바꿔 주세요 상담사가 함부로 말해서요."""

_CURSE_FIRST: Final = re.compile(r"^(?:(?:야|이|아|진짜|이런) ?)*○+[가-힣]?[,.! ]+")

_WHAT_NOW: Final = re.compile(r"(?:그럼 |이제 |저 )?(?:어떻게 ?(?:해|하)|어떡)")
"""A question that adds nothing to what happened."""

_IN_NUMBER: Final = re.compile(
    r"(?:[\d일이삼사오육륙칠팔구십백천몇수]|[십백천]여)\s?[만억]\s+\S"
    r"|(?:오전|오후|새벽|아침|낮|점심|저녁|밤)(?:에)?\s+\S"
    r"|(?<!\S)(?:약|총|만|월|연|각)\s+[\d일이삼사오육칠팔구십백천만]"
)
"""Where no number is read, or one begins before what is read: 몇만 원, 오후 세 시, 월 삼만 원."""

_FIGURES: Final = re.compile(r"[일시분월주원초반번](?:이|으로|까지|에)?요[.]?$")
"""How a piece ends that is figures alone: 오전 열 시요."""

_HANGUL: Final = re.compile(r"[가-힣]")


def extractive_summary(
    transcript: str, max_characters: int = 160, utterances: Sequence[Utterance] | None = None
) -> str:
    """Return one or two of the transcript's own sentences; empty only if it is blank.

    Args:
        transcript: as received, labelled or not, Korean or not, of any size.
        max_characters: of the answer, at least 1. A sentence that does not fit loses whole
            clauses, marked with ``…``: the first ones in Korean, whose verb comes last.
        utterances: of the whole transcript, if it was split before.
    """
    if not transcript.strip():
        return ""
    utterances = outer(read(transcript).said if utterances is None else utterances)
    asked = landmarks.request(utterances)
    settled = landmarks.settlement(utterances, asked)
    chosen = [
        whole_sentence(utterances, sentence, settled=sentence is settled, goes_on=True)
        for sentence in (asked, settled)
        if sentence
    ]
    refused = _refused(utterances, settled, asked) if settled else ""
    if refused and len(refused) <= _SHORT_REFUSAL:
        chosen[-1] = f"{chosen[-1].rstrip(' .')}. {refused}"
    if not chosen:
        said = [acts.without_fillers(utterance.text) for utterance in utterances]
        said = [one for one in said if one] or [one.text for one in utterances]
        chosen = [max(said, key=len) if said else _unread(transcript)]
    if asked and settled:  # one may have been joined with the other
        if settled.text in chosen[0]:
            del chosen[1]
        elif asked.text in chosen[1]:
            del chosen[0]
    chosen = [_without_curse_first(without_curses(sentence)) for sentence in chosen]
    chosen = [
        sentence if sentence[-1] in ".?!。？！…" else sentence + "."
        for sentence in dict.fromkeys(chosen)
    ]
    if len(chosen) == 1 or len(" ".join(chosen)) <= max_characters:
        return shortened(" ".join(chosen), max_characters)
    if max_characters < 2 * _SHORTEST:
        return shortened(chosen[0], max_characters)
    # Each gets half, and what the other one leaves of its half.
    half = (max_characters - 1) // 2
    first, last = chosen
    last = shortened(last, max(half, max_characters - 1 - len(first)))
    return f"{shortened(first, max_characters - 1 - len(last))} {last}"


def _refused(utterances: Sequence[Utterance], settled: Sentence, asked: Sentence | None) -> str:
    """Return what was refused besides the settlement, or ""."""
    after = " ".join(neighbours.refused_after(utterances, settled))
    return after or neighbours.refused_besides(utterances, settled, asked)


def _without_curse_first(sentence: str) -> str:
    """Return a sentence without a masked curse at its beginning, if something else is in it."""
    rest = _CURSE_FIRST.sub("", sentence)
    return rest if acts.is_substance(rest) else sentence


def _unread(transcript: str) -> str:
    """Return the opening of a transcript in which nothing was said, without numbers to mask."""
    text = " ".join(transcript[:READ_CHARACTERS].split()) or " ".join(transcript.split())
    return masked([("unknown", text[:READ_CHARACTERS])])[0]


def outer(utterances: Sequence[Utterance]) -> Sequence[Utterance]:
    """Return the utterances of the opening and of the ending."""
    if sum(len(one.text) for one in utterances) <= READ_CHARACTERS:
        return utterances
    head, tail = list(_within(utterances)), list(_within(utterances[::-1]))
    return [*head, *tail[::-1]]


def _within(utterances: Sequence[Utterance]) -> Iterator[Utterance]:
    """Yield the first utterances, as many as an edge holds."""
    size = 0
    for utterance in utterances:
        size += len(utterance.text)
        if size > _EDGE:
            return
        yield utterance


def whole_sentence(
    utterances: Sequence[Utterance], found: Sentence, *, settled: bool, goes_on: bool = False
) -> str:
    """Return a sentence with the one that it continues and the one that continues it.

    Speech is cut at every polite ending: "향수를 하나 샀는데요" says little without "이게 가짜
    같아서요". Only what stands beside it without punctuation is taken, so it stays one sentence.

    Args:
        utterances: of the call.
        found: the sentence.
        settled: whether it says how the call ended.
        goes_on: whether a sentence with the figures of an ending belongs to it.
    """
    text = found.text
    if settled:
        before = neighbours.relied_on(utterances, found)
        before = before or neighbours.refused_before(utterances, found)
        before = before or neighbours.asked_of(utterances, found)
    else:
        before = _reacts_to(utterances, found)
    if before:
        text = f"{before} {text}"
        return text if len(text) <= _JOINED else found.text
    after = _beside(utterances, found, 1) if _GOES_ON.search(text) else ""
    if not (settled or after or numbers_in(text)):
        after = _beside(utterances, found, 1)  # the wish itself may come with its figures
        reason = len(text) < _SHORT and _REASON.search(after)
        after = after if reason or (numbers_in(after) and acts.WANT.search(after)) else ""
    if settled and not after and not numbers_in(text):
        after = _figures_after(utterances, found, whole=goes_on)
    short_no = len(found.text) < _SHORT and acts.REFUSED.search(found.text)
    if after and (short_no or not (settled and _asks_for(after))):
        text = f"{text} {after}"
    before = _beside(utterances, found, -1) if len(found.text) < _SHORT else ""
    before = acts.without_fillers(before)
    own = utterances[found.utterance].speaker == "unknown" and acts.OWN_PROMISE.search(found.text)
    leads = _GOES_ON.search(before) or (len(found.text) < _BARE and not _asks_for(before))
    joins = own or not _asks_for(before) if settled else leads
    if before and joins and before != found.text:
        text = f"{before} {text}"
    return text if len(text) <= _JOINED else found.text


def _figures_after(utterances: Sequence[Utterance], found: Sentence, *, whole: bool) -> str:
    """Return the figures with which a settlement goes on.

    예약해 드릴게요 오전 열 시요 · 해지 접수했습니다 사십사만 원은 칠 일 안에 입금됩니다.
    """
    rest = utterances[found.utterance].text[found.end :]
    spans = split_sentences(rest)
    said = rest[spans[0][0] : spans[0][1]].strip() if spans and rest[:1].isspace() else ""
    if not numbers_in(said) or len(found.text) + len(said) > _GOING_ON:
        return ""
    if len(said) <= _SHORT and _FIGURES.search(said):
        return said
    settles = acts.SETTLED.search(found.text) or acts.PROMISED.search(found.text)
    tells = settles and not (_asks_for(said) or acts.is_condition(said))
    return said if whole and tells and acts.is_substance(said) else ""


def _reacts_to(utterances: Sequence[Utterance], found: Sentence) -> str:
    """Return what the agent said before a request that follows from it (그럼 안 오네요), or ""."""
    if not acts.REACTS.search(found.text) or not found.utterance or found.start > _SHORT:
        return ""
    before = utterances[found.utterance - 1]
    said = acts.without_fillers(before.text)
    tells = before.speaker == "agent" and acts.is_substance(said) and not acts.is_question(said)
    return said if tells else ""


def _asks_for(sentence: str) -> bool:
    asked = acts.is_question(sentence) or acts.is_condition(sentence)
    return asked or acts.WANT.search(sentence) is not None


def _beside(utterances: Sequence[Utterance], found: Sentence, step: int) -> str:
    """Return the sentence before (-1) or behind (1) one, or "" if it says little.

    Where turns are not marked, each sentence is an utterance.
    """
    own = utterances[found.utterance]
    rest = own.text[found.end :] if step > 0 else own.text[: found.start]
    if own.speaker == "unknown" and not acts.without_fillers(rest):
        place = found.utterance + step
        rest = utterances[place].text if 0 <= place < len(utterances) else ""
    elif not (rest[:1] if step > 0 else rest[-1:]).isspace():
        return ""
    spans = split_sentences(rest)
    if not spans:
        return ""
    start, end = spans[0 if step > 0 else -1]
    said = rest[start:end].strip()
    wish = step > 0 and acts.WANT.search(said) and not _WHAT_NOW.match(said)
    if not (acts.says_much(said) or wish) or not acts.is_substance(said) or acts.introduces(said):
        return ""
    other = own.speaker == "unknown" and acts.FILLERS.match(said)
    of_agent = acts.agent_asks(said) or acts.HONOURS.search(said)
    echo = acts.PROMISED.search(said)  # of the request
    return "" if other and of_agent and not echo else said


def shortened(sentence: str, limit: int) -> str:
    """Cut a sentence to ``limit`` characters between clauses, else words, else anywhere."""
    if len(sentence) <= limit:
        return sentence
    if limit < 4:
        return sentence[:limit]
    inner = _inside_numbers(sentence)
    cuts = [at for at in clause_starts(sentence) if at not in inner]
    spaces = [at.end() for at in re.finditer(r"\s+", sentence) if at.end() not in inner]
    if _HANGUL.search(sentence):
        for ends, least in ((cuts, limit // 3), (spaces, 1)):
            for at in ends:
                if least <= len(sentence) - at <= limit - 1:
                    return "…" + sentence[at:]
        hard = len(sentence) - limit + 1
        whole = next((at for at in range(hard, len(sentence)) if at not in inner), hard)
        return "…" + sentence[whole:]
    for ends, least in ((cuts, limit // 3), (spaces, 1)):
        for at in reversed(ends):
            kept = sentence[:at].rstrip(" ,;")
            if least <= len(kept) <= limit - 1:
                return kept + "…"
    whole = next((at for at in range(limit - 1, 0, -1) if at not in inner), limit - 1)
    return sentence[:whole] + "…"


def _inside_numbers(sentence: str) -> set[int]:
    """Return the offsets at which a cut would leave a part of a number, which is another one."""
    spans = [(one.start, one.end) for one in numbers_in(sentence)]
    spans += [match.span() for match in _IN_NUMBER.finditer(sentence)]
    return {at for start, end in spans for at in range(start + 1, end)}
