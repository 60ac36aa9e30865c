"""Answers kept for the same question about the same call by the same client, and no other.

Exact only: encoders put opposite questions and numbers that differ in a digit next to each other.
It is in memory, so nothing of a call is left when the process ends.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from edgebox.ask import prompts

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.ask.question import Answer, Question

LARGEST: Final = 32 * 1024
"""Bytes of an answer that is kept."""

ROOM: Final = 32 * 1024 * 1024
"""Bytes of all that are kept."""

_SPACE: Final = re.compile(r"\s+")
_LAST_SIGNS: Final = "?!.~…？！。 "

Key = tuple[str, bytes]
"""The client, and a digest of all that the answer depends on."""


@dataclass(slots=True)
class _Kept:
    answer: Answer
    at: float
    size: int
    consultation_id: str


class AnswerCache:
    """The least recently used ones go first.

    Args:
        entries: the most; 0 keeps none.
        seconds: for which an answer is given again.
        clock: monotonic seconds.
    """

    def __init__(self, entries: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most = entries
        self._seconds = seconds
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._clients: dict[str, OrderedDict[bytes, _Kept]] = {}
        self._order: OrderedDict[Key, None] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._order)

    def key(self, question: Question, models: str) -> Key:
        """Return what an answer to this question depends on.

        Args:
            question: authorised.
            models: names what would answer it: another model is another answer.
        """
        parts = [
            question.consultation_id,
            hashlib.sha256(question.transcript.encode("utf-8", "replace")).hexdigest(),
            str(question.call_date),
            models,
            prompts.VERSION,
            sorted(question.sources),
            normalised(question.text),
            [list(pair) for pair in question.history],
            question.deadline,
        ]
        text = json.dumps(parts, ensure_ascii=False).encode("utf-8", "replace")
        return question.client_id, hmac.digest(self._secret, text, "sha256")

    def get(self, key: Key) -> Answer | None:
        """Return an answer with its age, or None."""
        client, digest = key
        kept = self._clients.get(client, OrderedDict()).get(digest)
        if kept is None:
            return None
        age = self._clock() - kept.at
        if age > self._seconds:
            self.drop(key)
            return None
        self._order.move_to_end(key)
        return replace(kept.answer, age=age)

    def put(self, key: Key, answer: Answer, consultation_id: str = "") -> None:
        """Keep an answer, if it is clean and not too large.

        Args:
            key: of its question.
            answer: as it ended.
            consultation_id: of the call that it is about, if it has an id.
        """
        size = len(answer.markdown.encode()) + sum(
            len(one.utterance.text.encode()) for one in answer.citations
        )
        if not self._most or not answer.clean or size > LARGEST:
            return
        self.drop(key)
        client, digest = key
        kept = _Kept(answer, self._clock(), size, consultation_id)
        self._clients.setdefault(client, OrderedDict())[digest] = kept
        self._order[key] = None
        self._bytes += size
        while len(self._order) > self._most or self._bytes > ROOM:
            self.drop(next(iter(self._order)))

    def drop(self, key: Key) -> None:
        """Forget an answer. Nothing happens if there is none."""
        client, digest = key
        kept = self._clients.get(client, OrderedDict()).pop(digest, None)
        if kept is not None:
            self._bytes -= kept.size
            del self._order[key]
            if not self._clients[client]:
                del self._clients[client]

    def forget(self, client_id: str, consultation_id: str) -> None:
        """Forget every answer about a client's call."""
        kept = self._clients.get(client_id, OrderedDict())
        about = [digest for digest, one in kept.items() if one.consultation_id == consultation_id]
        for digest in about:
            self.drop((client_id, digest))


def normalised(question: str) -> str:
    """Return a question without what cannot change its meaning: spacing, case, its last signs.

    No stems, no numbers: 가능한가 and 불가능한가, 7일 and 14일 stay two questions.
    """
    text = _SPACE.sub(" ", unicodedata.normalize("NFC", question)).strip()
    return text.rstrip(_LAST_SIGNS).casefold()
