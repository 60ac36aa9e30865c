"""Calls in progress: their text as it grows, in memory only.

The sender has the text, so nothing is promised before the end of a call: a restart forgets all of
them, and an append then asks for everything again. Event loop only; nothing here awaits.
"""

from __future__ import annotations

import secrets
import sys
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from edgebox.errors import BodyTooLarge, BoxBusy, CallEnded, Resync
from edgebox.live.held import HeldDrafts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from edgebox.live.growing import Heard
    from edgebox.settings.model import LiveSettings

Source = Literal["stt", "paste"]

MAX_BYTES: Final = 64 * 1024 * 1024
"""Bytes of all calls, as `LiveCall.cost` counts them."""

CALL_BYTES: Final = 4_096
"""Bytes of a call beside its text, utterances and drafts."""

DRAFT_BYTES: Final = 6_144
KEPT_DRAFTS: Final = 8
"""Drafts of one call, beside those that are being edited: a screen may be late to say so."""

UNREAD_LINE_BYTES: Final = 600
"""Bytes that a line or sentence which was not read yet is taken to need as an utterance."""

BUSY_SECONDS: Final = 10
"""Retry-After where there is no room for a call."""


@dataclass(slots=True, eq=False, repr=False, weakref_slot=True)
class LiveCall:
    """One call. No repr: it would quote the call wherever an object is shown.

    Attributes:
        client_id: whose it is.
        consultation_id: the client's own id.
        operator: whose screen shows it; empty if it names nobody.
        source: speech-to-text, or pasted by the operator and shown to nobody else.
        text: as received, without the partial.
        partial: what speech-to-text guesses comes next; stored nowhere.
        started_at: Unix seconds.
        touched_at: monotonic seconds of the last append.
        utterances: what was read of the text so far (`readings.py`); it may lag behind.
        ended: nothing is added any more.
        over: and its end is written, so that it is here for the screens only.
        batch_id: of the batch that it became at its end, if it was to be analysed.
        read: characters of the text that ``utterances`` stand for.
        said: how many of the utterances are those of people.
        summaries: the latest drafts of the summary, as screens get them; the last is the newest.
        record: the record after the call, likewise.
        held: drafts of the summary that are being edited.
    """

    client_id: str
    consultation_id: str
    operator: str
    source: Source
    text: str = ""
    partial: str = ""
    started_at: float = 0.0
    touched_at: float = 0.0
    utterances: list[Heard] = field(default_factory=list)
    ended: bool = False
    over: bool = False
    batch_id: str | None = None
    read: int = 0
    said: int = 0
    summaries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_DRAFTS))
    record: dict[str, Any] | None = None
    held: HeldDrafts = field(default_factory=HeldDrafts)
    utterance_bytes: int = 0
    unread_bytes: int = 0

    @property
    def received(self) -> int:
        """Characters (code points) received."""
        return len(self.text)

    @property
    def cost(self) -> int:
        """Bytes of memory that the call takes."""
        texts = sys.getsizeof(self.text) + sys.getsizeof(self.partial)
        drafts = len(self.summaries) + len(self.held) + (self.record is not None)
        return CALL_BYTES + texts + self.utterance_bytes + self.unread_bytes + DRAFT_BYTES * drafts

    def drafts(self) -> list[dict[str, Any]]:
        """Return the newest summary and the record, those there are."""
        return [*list(self.summaries)[-1:], *([self.record] if self.record else [])]

    def draft(self, draft_id: str) -> dict[str, Any] | None:
        """Return a draft of the summary, or the record, as screens have it; None if it is gone."""
        record = [self.record] if self.record else []
        every = (*self.summaries, *self.held.all(), *record)
        return next((one for one in every if one["draft_id"] == draft_id), None)

    def shown(self) -> dict[str, Any]:
        """Return the call as a screen gets it; ``received`` is what its utterances stand for."""
        return {
            "consultation_id": self.consultation_id,
            "source": self.source,
            "started_at": self.started_at,
            "ended": self.ended,
            "received": self.read,
            "utterances": [one.shown() for one in self.utterances],
            "partial": self.partial,
        }


class LiveCalls:
    """All calls in progress, by client and consultation.

    A client may use what no other one needs, but a part of the places and of the bytes is kept for
    each other client: a tenth, or half of all divided by the number of clients, less what it has.

    Args:
        settings: how many, and for how long.
        most_characters: of one call.
        clock: Unix seconds.
        monotonic: seconds that never jump.
        clients: the ids of all clients.
        most_bytes: of all calls together.
        displaced: called with each call that is over and gave its place to a new one.
    """

    def __init__(
        self,
        settings: LiveSettings,
        *,
        most_characters: int,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        clients: Callable[[], Collection[str]] = tuple,
        most_bytes: int = MAX_BYTES,
        displaced: Callable[[LiveCall], None] = lambda _: None,
    ) -> None:
        self._displaced = displaced
        self._settings = settings
        self._most_characters = most_characters
        self._clients = clients
        self._most_bytes = most_bytes
        self._clock = clock
        self._monotonic = monotonic
        self._calls: dict[tuple[str, str], LiveCall] = {}
        self._held: dict[tuple[str, str], int] = {}  # the cost of each, as last counted
        self._places_of: Counter[str] = Counter()
        self._bytes_of: Counter[str] = Counter()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[LiveCall]:
        return iter(list(self._calls.values()))

    def append(
        self,
        client_id: str,
        consultation_id: str,
        *,
        operator: str | None,
        offset: int,
        text: str,
        partial: str = "",
    ) -> LiveCall:
        """Add to a call, or begin it with offset 0.

        What was received already may be sent again, alone or with more behind it.

        Args:
            client_id: whose call it is.
            consultation_id: the client's own id.
            operator: whose screen shows it. None: as before, nobody's at first.
            offset: characters of the call before ``text``.
            text: may be empty.
            partial: replaces the partial before.

        Raises:
            Resync: the text does not continue what was received. It says from where to send.
            CallEnded: the call has ended, and the text would add to it.
            BodyTooLarge: the call would have too many characters.
            BoxBusy: too many calls, or too much text in all of them.
        """
        call = self._calls.get((client_id, consultation_id))
        if call is None:
            if offset:
                raise Resync(0)
            named = operator or ""
            return self._begin(LiveCall(client_id, consultation_id, named, "stt", text, partial))
        if call.source == "paste":
            raise CallEnded("There is another call of this id: somebody pasted it.")
        new = _news(call.text, offset, text)
        if call.ended:
            if new:
                raise CallEnded("This call has ended. Nothing can be added to it.")
            return call
        self._check_length(call.received + len(new))
        added = call.cost + _cost_of(new) + sys.getsizeof(partial) - sys.getsizeof(call.partial)
        self._check_room(client_id, added - self._held[client_id, consultation_id])
        call.text += new
        call.unread_bytes += unread_bytes(new)
        call.partial = partial
        call.touched_at = self._monotonic()
        if operator is not None:
            call.operator = operator
        self.recount(call)
        return call

    def paste(
        self, client_id: str, consultation_id: str | None, *, operator: str, text: str
    ) -> LiveCall:
        """Return a call of pasted text, which only its operator sees.

        Args:
            client_id: the operator's.
            consultation_id: None: a new id. That of an earlier paste of the operator: replaced.
            operator: who pasted it.
            text: the whole call.

        Raises:
            CallEnded: the id is that of another call.
            BodyTooLarge: it has too many characters.
            BoxBusy: too many calls, or too much text in all of them.
        """
        consultation_id = consultation_id or f"paste-{secrets.token_hex(8)}"
        before = self._calls.get((client_id, consultation_id))
        if before is not None:
            mine = before.source == "paste" and before.operator == operator and not before.ended
            if not mine:
                raise CallEnded("There is another call of this id. Leave the id out.")
            self._check_length(len(text))
            self._check_room(client_id, _cost_of(text) + CALL_BYTES - before.cost)
            self.forget(before)
        return self._begin(LiveCall(client_id, consultation_id, operator, "paste", text))

    def get(self, client_id: str, consultation_id: str) -> LiveCall | None:
        """Return a client's call, ended or not, or None."""
        return self._calls.get((client_id, consultation_id))

    def holds(self, call: LiveCall) -> bool:
        """Return whether a call is still one of these."""
        return self._calls.get((call.client_id, call.consultation_id)) is call

    def places_of(self, client_id: str) -> int:
        """Return how many calls a client has."""
        return self._places_of[client_id]

    def of(self, client_id: str, operator: str) -> list[LiveCall]:
        """Return the calls of an operator, oldest first."""
        mine = [
            call
            for call in self._calls.values()
            if (call.client_id, call.operator) == (client_id, operator)
        ]
        return sorted(mine, key=lambda call: call.started_at)

    def end(self, call: LiveCall, batch_id: str | None = None) -> None:
        """End a call. It stays for the screens until it is forgotten, or its place is needed.

        Args:
            call: one of these.
            batch_id: what it became on disk.
        """
        call.ended = call.over = True
        call.partial = ""
        call.batch_id = batch_id or call.batch_id
        call.touched_at = self._monotonic()
        self.recount(call)

    def forget(self, call: LiveCall) -> bool:
        """Keep nothing of a call; return whether it was here."""
        key = call.client_id, call.consultation_id
        if not self.holds(call):
            return False
        del self._calls[key]
        self._places_of[call.client_id] -= 1
        self._add_bytes(call.client_id, -self._held.pop(key))
        return True

    def sweep(self, now: float) -> list[LiveCall]:
        """Forget the calls that nothing was added to for too long, and return them.

        Args:
            now: monotonic seconds.
        """
        oldest = now - 60 * self._settings.idle_minutes
        idle = [call for call in self._calls.values() if call.touched_at <= oldest]
        for call in idle:
            self.forget(call)
        return idle

    def hold(self, call: LiveCall, operator: str, draft_id: str) -> None:
        """Keep a draft of the summary that an operator edits; one that is gone stays gone."""
        draft = call.draft(draft_id)
        if draft is not None and draft is not call.record:
            call.held.hold(operator, draft)
            self.recount(call)

    def recount(self, call: LiveCall) -> None:
        """Count a call's memory again, after its text or its utterances changed."""
        key = call.client_id, call.consultation_id
        if self.holds(call):
            cost = call.cost
            self._add_bytes(call.client_id, cost - self._held[key])
            self._held[key] = cost

    def _begin(self, call: LiveCall) -> LiveCall:
        self._check_length(call.received)
        while self._is_full(call.client_id) and self._displace(call.client_id):
            pass
        if self._is_full(call.client_id):
            raise BoxBusy(
                f"{len(self._calls)} calls are in progress, as many as this box takes of this "
                "client beside its others. Try again.",
                retry_after=BUSY_SECONDS,
            )
        call.unread_bytes = unread_bytes(call.text)
        self._check_room(call.client_id, call.cost)
        call.started_at, call.touched_at = self._clock(), self._monotonic()
        key = call.client_id, call.consultation_id
        self._calls[key] = call
        self._held[key] = 0
        self._places_of[call.client_id] += 1
        self.recount(call)
        return call

    def _is_full(self, client_id: str) -> bool:
        most = self._settings.max_calls
        return len(self._calls) + self._kept(client_id, most, self._places_of) >= most

    def _displace(self, client_id: str) -> bool:
        """Forget the client's call that has been over for longest; return whether there was one."""
        over = [call for call in self._calls.values() if call.over and call.client_id == client_id]
        if not over:
            return False
        oldest = min(over, key=lambda call: call.touched_at)
        self.forget(oldest)
        self._displaced(oldest)
        return True

    def _check_length(self, characters: int) -> None:
        if characters > self._most_characters:
            text = f"A call may have at most {self._most_characters} characters. End this one."
            raise BodyTooLarge(text, errors=[("/text", text)])

    def _check_room(self, client_id: str, more: int) -> None:
        most = self._most_bytes
        if more <= 0 or self.bytes + more <= most // 2:
            return  # whatever is kept for others, it is not more than half
        if self.bytes + more + self._kept(client_id, most, self._bytes_of) > most:
            raise BoxBusy(
                "The calls in progress hold as much text as this box takes. Try again.",
                retry_after=BUSY_SECONDS,
            )

    def _kept(self, client_id: str, most: int, used: Counter[str]) -> int:
        """Return how much of ``most`` is kept for other clients than this one."""
        others = set(self._clients()) - {client_id}
        each = most // max(10, 2 * (len(others) + 1))
        return sum(max(0, each - used[other]) for other in others)

    def _add_bytes(self, client_id: str, more: int) -> None:
        self.bytes += more
        self._bytes_of[client_id] += more


def _news(received: str, offset: int, text: str) -> str:
    """Return what is new in an append.

    Raises:
        Resync: it does not continue what was received.
    """
    known = received[offset : offset + len(text)]
    if offset > len(received) or not text.startswith(known):
        raise Resync(len(received))
    return text[len(known) :]


def unread_bytes(text: str) -> int:
    """Return the bytes to count for a text until it is read: for each line and sentence in it."""
    ends = sum(text.count(sign) for sign in "\n.?!")
    return UNREAD_LINE_BYTES * (ends + 1) if text else 0


def _cost_of(text: str) -> int:
    return sys.getsizeof(text) + unread_bytes(text)
