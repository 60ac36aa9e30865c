"""What a line of a record is, beside the call: empty, copied from one side, or a question."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from edgebox.consultation.echoes import SHORTEST, bare
from edgebox.language import acts
from edgebox.language.words import squeeze
from edgebox.reading.roles import CUSTOMER_TALK
from edgebox.reading.sentences import split_sentences
from edgebox.scoring.faults import slips

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.reading.call import Utterance
    from edgebox.scoring.quality import Quality

_SEEN: Final = re.compile(r"[을를이가]? ?확인(?:했|하였|됐|되었|완료|함|됨)")

_SPOKEN_END: Final = re.compile(r"(?:[요다까죠네오세]|[A-Za-z])[\s.!?~…]*$")
"""How people end what they say; what is written in short ends with a noun."""


class Lines:
    """Tells of a line what it is, by what was said in the call.

    Args:
        utterances: of the call.
    """

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        self._utterances = utterances

    def is_empty(self, line: str) -> bool:
        """Return whether a line is a greeting or a courtesy of the call; a blank one is empty too.

        What a person writes may be as short ("교환 불가입니다"), but was not said so.
        """
        whole = self._by["customer"] + self._by["agent"] + self._by["unknown"]
        for a, b in split_sentences(line):
            said = acts.without_fillers(line[a:b])
            if not said:
                continue
            if not _SPOKEN_END.search(said):  # 이전 설치
                return False
            if bare(line[a:b]) not in whole or acts.REFUSED.search(said) or settles(said):
                return False
            if acts.is_substance(said) and not acts.introduces(said):
                return False
        return True

    def is_of(self, side: str, line: str) -> bool:
        """Return whether a line is what one side said, word for word."""
        said, other = bare(line), {"customer": "agent", "agent": "customer"}[side]
        if len(said) >= SHORTEST and side == "customer" and said in self._by["unknown"]:
            return acts.WANT.search(line) is not None or CUSTOMER_TALK.search(line) is not None
        return len(said) >= SHORTEST and said in self._by[side] and said not in self._by[other]

    def read(self, line: str, quality: Quality) -> str:
        """Return a line, empty if it slips into another language than the call's."""
        if "not_korean" not in quality.flags:
            return line
        return "" if slips(line, "\n".join(one.text for one in self._utterances)) else line

    def without_questions(self, line: str) -> str:
        """Return a line without what the agent asked, word for word: 교환으로 해 드릴까요?"""
        sentences = [line[a:b].strip() for a, b in split_sentences(line)]
        asked = [
            acts.is_question(one) and len(bare(one)) >= SHORTEST and self._is_of_agent(one)
            for one in sentences
        ]
        if not any(asked):
            return line
        both = zip(sentences, asked, strict=True)
        return " ".join(one for one, is_asked in both if not is_asked)

    def _is_of_agent(self, sentence: str) -> bool:
        said = bare(sentence)
        return said in self._by["agent"] or (
            said in self._by["unknown"] and acts.agent_asks(sentence)
        )

    @cached_property
    def _by(self) -> dict[str, str]:
        """What each side said, without white space."""
        by = dict.fromkeys(("customer", "agent", "unknown"), "")
        for one in self._utterances:
            if one.speaker in by:
                by[one.speaker] += squeeze(one.text).casefold()
        return by


def only_checks(line: str) -> bool:
    """Return whether a line says only that it was seen who called: 주문번호를 확인했습니다."""
    sentences = [line[a:b] for a, b in split_sentences(line)]
    found = [(one, acts.IDENTITY.search(one)) for one in sentences]
    return all(who and _SEEN.match(one, who.end()) for one, who in found)


def settles(said: str) -> bool:
    """Return whether a sentence tells that something was done or stays as it is."""
    return bool(acts.SETTLED.search(said) or acts.KEPT.search(said))
