"""The summary if no model answers: two of the transcript's own sentences.

They are the customer's first real request and the agent's last commitment or outcome. No sentence
is rephrased, so nothing can be invented. Greetings, backchannels and courtesies are skipped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.consultation.korean import numbers_in
from edgebox.reading.call import Utterance, read
from edgebox.reading.recognisers import turns_of
from edgebox.reading.sentences import clause_starts, split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EDGE: Final = 8_000
"""Characters read at each end. The request is in the opening, the outcome in the ending, and what
is between them only costs time (the whole answer has 50 ms)."""

READ_CHARACTERS: Final = 2 * _EDGE
"""The most characters of a transcript that are read."""

_SHORTEST: Final = 20
"""Half a sentence of fewer characters says nothing: the request alone is the summary then."""

_FILLERS: Final = re.compile(
    r"^(?:(?:네네|네에|네|넵|예|아니|아|어|음|흠|그|저|저기요|저기|그게|그니까|그러니까|여보세요"
    r"|안녕하세요|안녕하십니까|안녕하세여|반갑습니다|수고하십니다|수고하세요|고객님|감사합니다"
    r"|고맙습니다"
    r"|죄송한데요?|다름이? ?아니라|알겠습니다|잠시만요|잠시만 기다려 ?주세요|맞습니다|맞아요"
    r"|그렇군요|그러시군요"
    r"|hello|hi|hey|well|um+|uh+|okay|ok|yes|yeah|no|so|sure|thanks|thank you)"
    r"(?:[\s,.!?~…]+|$))+",
    re.IGNORECASE,
)
_COURTESY: Final = re.compile(
    r"도와 ?드릴까요|도와 ?드리겠습니다[.!]?$|무엇을 도와|궁금하신|궁금한 (?:점|사항)|더 필요하신"
    r"|문의 ?사항"
    r"|좋은 하루|행복한|바라겠습니다|바랍니다|쾌차|즐거운 하루|이용해 ?주셔서|전화 ?주셔서"
    r"|기다려 ?주셔서|기다렸|오랜 시간|상담[사원] \S+(?:입"
    r"|이었|였)습니다"
    r"|수고하(?:세요|십시오|셨)|들어가세요|만족도|본인 ?확인|성함|생년월일|연락처가|말씀해 ?주시겠"
    r"|how (?:can|may) i (?:help|assist)|anything else|(?:great|nice|good) (?:day|one)|goodbye"
    r"|\bbye|thank you for (?:calling|contacting|your)|you'?re welcome|your (?:full )?name",
    re.IGNORECASE,
)
_REQUEST: Final = re.compile(
    r"싶|문의|신청|요청|어떻게|어떡|안 ?돼|안 ?되|안 ?와|안 ?나오|취소|환불|반품|교환|변경|해지"
    r"|분실|잃어버|고장|오류"
    r"|신고|결제|배송|청구|해 ?주세요|해 ?주실|되나요|되는지|될까요|할까요|하려고|하려는데|인데요"
    r"|는데요|궁금|때문에"
    r"|왜|가능한|가능할|알고|보려고|받고|needs?\b|want|would like|'d like|help|problem|issue|cancel"
    r"|refund|return|change|lost|broken|charged|wrong|can i|can you|could you|how (?:do|much|long)"
    r"|when (?:will|can|is)|hasn't|haven't|didn't|not working",
    re.IGNORECASE,
)
_OUTCOME: Final = re.compile(
    r"드렸습니다|드렸어요|변경|바꿔|했습니다|됐습니다|되었습니다|드리겠습니다|하겠습니다|드릴게요"
    r"|드릴 예정"
    r"|예정입니다|됩니다|될 겁니다"
    r"|완료|접수|처리|발송|예약|등록|취소|환불|방문|문자|내일|오늘|까지|이내|가능합니다|어렵습니다"
    r"|불가"
    r"|\bwill\b|i'll|we'll|ha(?:s|ve) been|i'?ve|done|sent|processed|scheduled|confirmed|within"
    r"|refund|tomorrow|today",
    re.IGNORECASE,
)
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
    if utterances is None:
        whole = turns_of(transcript) is not None  # a recogniser's JSON cannot be cut
        utterances = read(transcript if whole else _edges(transcript)).said
    utterances = _outer(utterances)
    request = _best(_sentences(_of(utterances, "customer")), _REQUEST)
    outcome = _best(_sentences(_of(utterances, "agent"))[::-1], _OUTCOME)
    chosen = [sentence for sentence in (request, outcome) if sentence]
    if not chosen:
        said = [_FILLERS.sub("", utterance.text) or utterance.text for utterance in utterances]
        chosen = [max(said, key=len) if said else " ".join(transcript.split())]
    chosen = [
        sentence if sentence[-1] in ".?!。？！…" else sentence + "."
        for sentence in dict.fromkeys(chosen)
    ]
    if len(chosen) == 1 or len(" ".join(chosen)) <= max_characters:
        return _shorten(" ".join(chosen), max_characters)
    if max_characters < 2 * _SHORTEST:
        return _shorten(chosen[0], max_characters)
    # Each gets half, and what the other one leaves of its half.
    half = (max_characters - 1) // 2
    first, last = chosen
    last = _shorten(last, max(half, max_characters - 1 - len(first)))
    return f"{_shorten(first, max_characters - 1 - len(last))} {last}"


def _edges(transcript: str) -> str:
    """Return the opening and the ending, each of whole lines if there are lines."""
    if len(transcript) <= READ_CHARACTERS:
        return transcript
    head, tail = transcript[:_EDGE], transcript[-_EDGE:]
    head = head[: head.rfind("\n")] if "\n" in head.strip() else head
    tail = tail[tail.find("\n") + 1 :] if "\n" in tail.strip() else tail
    edges = f"{head}\n{tail}"
    return edges if edges.strip() else " ".join(transcript.split())[:READ_CHARACTERS]


def _outer(utterances: Sequence[Utterance]) -> Sequence[Utterance]:
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


def _of(utterances: Sequence[Utterance], speaker: str) -> list[Utterance]:
    """Return the speaker's utterances, or all of them if that speaker was not identified."""
    return [u for u in utterances if u.speaker == speaker] or list(utterances)


def _sentences(utterances: Sequence[Utterance]) -> list[str]:
    """Return the sentences that say something, without the fillers at their beginning."""
    sentences = (
        _FILLERS.sub("", utterance.text[start:end]).strip(" ,~")
        for utterance in utterances
        for start, end in split_sentences(utterance.text)
    )
    return [s for s in sentences if len(s) >= 6 and not _COURTESY.search(s)]


def _best(sentences: Sequence[str], cue: re.Pattern[str]) -> str:
    """Return the sentence that says most, of the first eight; later ones are about details.

    A sentence gains by up to three cues, a number and its length (up to 60 characters), and loses
    by its distance from the first.
    """
    ranked = [
        (
            2 * min(len({match.group() for match in cue.finditer(sentence)}), 3)
            + 2 * bool(numbers_in(sentence))
            + min(len(sentence), 60) / 15
            - place,
            sentence,
        )
        for place, sentence in enumerate(sentences[:8])
    ]
    return max(ranked, key=lambda one: one[0], default=(0.0, ""))[1]


def _shorten(sentence: str, limit: int) -> str:
    """Cut a sentence to ``limit`` characters between clauses, else words, else anywhere."""
    if len(sentence) <= limit:
        return sentence
    if limit < 4:
        return sentence[:limit]
    cuts = clause_starts(sentence)
    spaces = [match.end() for match in re.finditer(r"\s+", sentence)]
    if _HANGUL.search(sentence):
        for ends in (cuts, spaces):
            for at in ends:
                if len(sentence) - at <= limit - 1 and len(sentence) - at >= limit // 3:
                    return "…" + sentence[at:]
        return "…" + sentence[-(limit - 1) :]
    for ends in (cuts, spaces):
        for at in reversed(ends):
            kept = sentence[:at].rstrip(" ,;")
            if limit // 3 <= len(kept) <= limit - 1:
                return kept + "…"
    return sentence[: limit - 1] + "…"
