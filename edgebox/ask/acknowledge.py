"""The first thing that is said: what is being looked for.

The small model names the topic and nothing else, held to letters and spaces; the sentence around it
is ours. So it cannot hold a figure, an answer or a promise, whatever the model would like to say.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from edgebox.ask.prompts import NOT_FOUND, TOPIC_SYSTEM
from edgebox.language.korean import numbers_in
from edgebox.language.words import bigrams, ends_closed, squeeze

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATE: Final = "질문을 확인했습니다. 답을 찾고 있습니다."
BY_TEMPLATE: Final = "template"

_SHARED: Final = 0.5
"""Of a topic's pairs of characters, what the question must hold."""

_RUN: Final = 8
"""Characters of the prompt, without spaces, that a topic may not repeat."""

_HANGUL: Final = re.compile(r"[가-힣]")
_SENTENCE: Final = re.compile(
    r"(?:니다|세요|어요|아요|해요|까요|나요|는지|겠다|했다|된다|한다|하기|됩니|드립)$"
)
_ANSWERS: Final = re.compile(r"(?:가능|불가|승인|거절|완료|보장|약속|무료|없음|있음)(?:합|함|됨)?$")
_PROMPT: Final = squeeze(TOPIC_SYSTEM + NOT_FOUND)


def sentence_of(answer: str, question: str) -> str | None:
    """Return our sentence about the topic that the small model named, or None if it is of no use.

    Args:
        answer: JSON as `TOPIC_SCHEMA` has it.
        question: as it was asked.
    """
    try:
        read: Mapping[str, str] = json.loads(answer)
        topic = " ".join(read["topic"].split())
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not _usable(topic, question):
        return None
    return f"'{topic}'{_object_particle(topic)} 찾아보고 있습니다."


def _usable(topic: str, question: str) -> bool:
    squeezed = squeeze(topic)
    if not 2 <= len(squeezed) <= 24 or not re.fullmatch(r"[가-힣A-Za-z ]+", topic):
        return False
    if numbers_in(topic) or _SENTENCE.search(topic):
        return False
    if not _HANGUL.search(topic):
        return squeezed.casefold() in squeeze(question).casefold()
    if _ANSWERS.search(squeezed) and squeezed not in squeeze(question):
        return False  # it answers: 환불 불가
    runs = (squeezed[at : at + _RUN] for at in range(len(squeezed) - _RUN + 1))
    if any(run in _PROMPT and run not in squeeze(question) for run in runs):
        return False
    pairs = bigrams(topic.casefold())
    return len(pairs & bigrams(question.casefold())) >= _SHARED * len(pairs)


def _object_particle(word: str) -> str:
    """Return 을 after a word that ends in a consonant, 를 after others."""
    last = word[-1]
    if "가" <= last <= "힣":
        return "을" if ends_closed(word) else "를"
    return "을" if last.casefold() in "lmnr" else "를"  # as the letter is read: 엘, 엠, 엔, 알
