"""A transcript cut into utterances: who said what, with exact offsets.

There is no common format of speech-to-text exports. These are the forms that call centres send:

* labels at the start of a line: ``고객:``, ``상담사 :``, ``[고객]``, ``(상담원)``,
  ``상담사 김민지:``, ``Customer:``, a tab instead of the colon, a bullet or a number before it;
* times before or after the label: ``[00:12] 고객:``, ``00:12:03 고객:``, ``참석자 1 00:12``;
* labels inside a running line: ``고객: 안녕하세요 상담사: 네``;
* anonymous labels (``A:``, ``화자 2:``, ``Speaker 1:``): the speaker who talks like an agent is the
  agent; if neither does, both are unknown;
* no label at all: the text is cut at sentence ends (see `sentences`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from edgebox.consultation.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Speaker = Literal["customer", "agent", "unknown"]

MAX_UTTERANCE_CHARACTERS: Final = 600
"""An utterance's ``text`` is never longer: a monologue becomes several utterances.

Budgets drop and keep whole utterances, so each must be small beside a budget. 600 characters of
Korean are some 300 tokens and two minutes of speech.
"""

LABELS: Final[dict[Speaker, str]] = {"customer": "고객: ", "agent": "상담사: ", "unknown": ""}


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn, or one sentence if turns are not marked.

    Attributes:
        speaker: ``customer``, ``agent`` or ``unknown``.
        text: what was said, without label and times, with single spaces. Never empty, at most
            `MAX_UTTERANCE_CHARACTERS` characters.
        start: offset in characters of the original, where the label begins.
        end: offset of the first character after it. The next utterance starts here.
    """

    speaker: Speaker
    text: str
    start: int
    end: int


_CUSTOMER: Final = (
    "고객님|고객|손님|이용자|가입자|민원인|신청인|문의자|발신자|회원"
    "|customer|caller|client|user|cust"
)
_AGENT: Final = (
    "상담원|상담사|상담직원|상담자|상담|직원|안내원|안내|담당자|교환원|콜센터|수신자|매니저"
    "|컨설턴트|텔러|ars|agent|representative|rep|operator|advisor|csr|counsell?or|assistant"
)
_ANONYMOUS: Final = r"(?:화자|발화자|참석자|참가자|speaker|spk)[ _]?\d{1,2}|[a-d]"

_CLOCK: Final = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_DATE: Final = r"\d{4}[-./]\d{1,2}[-./]\d{1,2}[ T]+"
_TIME: Final = rf"[\[(<]?(?:{_DATE})?{_CLOCK}(?:[ ]*(?:-->|[-~–])[ ]*{_CLOCK})?[\])>]?"
# A name after a role has three syllables and a usual family name: "고객 김철수:" is a speaker,
# "고객 정보:" and "상담사 의견:" are headings of the form around the call.
_NAME: Final = (
    r"[ ]*[(\[]?[강권김나노문민박배백서손송신안양오유윤이임장전정조차최한허홍황]\S{2}[)\]]?"
)

_LABEL: Final = re.compile(
    rf"""
    (?:
        ^[ \t]*(?:[-*•·▶>]+[ \t]*|\d{{1,4}}[.)][ \t]+)?(?:{_TIME}[ \t]*)?
        (?:
            [\[(<【「]\s*(?P<b>{_CUSTOMER}|{_AGENT}|{_ANONYMOUS})[ ]*\d{{0,2}}\s*[\])>】」][ \t]*
                (?:{_TIME}[ \t]*)?[:：]?
          | (?P<l>{_CUSTOMER}|{_AGENT}|{_ANONYMOUS})
                (?:[ ]*\d{{1,2}}(?!\d*:\d))?(?:{_NAME})?(?:[ ]?님)?[ \t]*
                (?:[:：]|\t|{_TIME}(?:[ \t]*[:：]|(?=\s|$)))
        )
      | (?<=[\s.?!])(?:{_TIME}[ ]*)?
        (?:
            (?P<i>고객|상담사|상담원|customer|agent)[ ]?[:：]
          | \[(?P<j>고객|상담사|상담원)\][ ]?[:：]?
        )
    )
    [ \t]*
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_LINE_TIME: Final = re.compile(rf"^[ \t]*(?:\d{{1,5}}\s*\n)?{_TIME}(?=\s|$)", re.MULTILINE)

# What only an agent says.
_AGENT_TALK: Final = re.compile(
    r"무엇을 도와|도와 ?드[리릴]|고객님|상담[사원] ?\S{0,4}입니다|센터입니다|더 궁금하신"
    r"|(?:안내|확인|처리|접수)(?:해|도와)? ?드[리릴]|how (?:can|may) i help"
    r"|thank you for calling|is there anything else",
    re.IGNORECASE,
)


def split_utterances(text: str) -> list[Utterance]:
    """Cut a transcript, as received and of any size, into utterances.

    The spans tile the text: the first starts at 0, each starts where the previous one ends, and the
    last ends at ``len(text)``. So joining ``text[u.start:u.end]`` gives the text back, and any run
    of whole utterances can be kept or dropped.

    Returns:
        The utterances in order; none only if the text has no word in it.
    """
    pieces = list(_pieces(text))
    starts = [0, *(start for start, _, _ in pieces[1:])]
    ends = [*starts[1:], len(text)]
    return [
        Utterance(speaker, spoken, start, end)
        for (_, speaker, spoken), start, end in zip(pieces, starts, ends, strict=False)
    ]


def render(utterances: Iterable[Utterance]) -> str:
    """Return the form that prompts have: ``고객: …`` and ``상담사: …``, one utterance a line.

    The line of an unknown speaker has no label.
    """
    return "\n".join(LABELS[utterance.speaker] + utterance.text for utterance in utterances)


def _pieces(text: str) -> Iterator[tuple[int, Speaker, str]]:
    """Yield (start, speaker, spoken text) of every utterance that says something."""
    labels = list(_LABEL.finditer(text))
    first = labels[0].start() if labels else len(text)
    for start, spoken in _running(text, 0, first, sentences=True):
        yield start, "unknown", spoken
    if not labels:
        return
    names = [next(group for group in match.groups() if group).lower() for match in labels]
    ends = [*(match.start() for match in labels[1:]), len(text)]
    roles = _roles(text, names, [(m.end(), end) for m, end in zip(labels, ends, strict=True)])
    for match, name, end in zip(labels, names, ends, strict=True):
        label = match.start()
        for start, spoken in _running(text, match.end(), end, sentences=False):
            yield min(label, start), roles[name], spoken
            label = len(text)


def _running(text: str, start: int, end: int, *, sentences: bool) -> Iterator[tuple[int, str]]:
    """Yield (start, spoken text) of ``text[start:end]``: of all of it, or of each sentence."""
    body = text[start:end]
    whole = _clean(body)
    if not whole:
        return
    if not sentences and len(whole) <= MAX_UTTERANCE_CHARACTERS:
        yield start, whole
        return
    held_at, held = 0, ""
    for a, b in split_sentences(body):
        for at in range(a, b, MAX_UTTERANCE_CHARACTERS):
            spoken = _clean(body[at : min(b, at + MAX_UTTERANCE_CHARACTERS)])
            if held and (sentences or len(held) + 1 + len(spoken) > MAX_UTTERANCE_CHARACTERS):
                yield start + held_at, held
                held = ""
            if spoken:
                held_at, held = (held_at, f"{held} {spoken}") if held else (at, spoken)
    if held:
        yield start + held_at, held


def _clean(body: str) -> str:
    return " ".join(_LINE_TIME.sub(" ", body).split())


def _roles(
    text: str, names: Sequence[str], bodies: Sequence[tuple[int, int]]
) -> dict[str, Speaker]:
    """Return the speaker of each label; of an anonymous one, by how that speaker talks."""
    roles: dict[str, Speaker] = {}
    talk: Counter[str] = Counter()
    for name, (start, end) in zip(names, bodies, strict=True):
        if re.fullmatch(_CUSTOMER, name):
            roles[name] = "customer"
        elif re.fullmatch(_AGENT, name):
            roles[name] = "agent"
        else:
            roles[name] = "unknown"
            talk[name] += len(_AGENT_TALK.findall(text, start, end))
    ranked = talk.most_common(2)
    if len(ranked) == 2 and ranked[0][1] > ranked[1][1]:
        roles |= dict.fromkeys(talk, "customer")
        roles[ranked[0][0]] = "agent"
    return roles
