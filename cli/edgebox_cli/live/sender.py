"""A sender of one call, as a speech-to-text system has to be one: it never loses its place.

It has the whole text. Each append names its offset; where the box wants another one, after a gap or
because it was started again, the sender goes on from there.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote

from edgebox.contract.paths import Paths
from edgebox.errors import EdgeBoxError, Resync
from edgebox_cli.common.patience import AWAY, Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SYLLABLES_A_SECOND: Final = 6.0
"""Of Korean speech, without its pauses."""
TURN_SECONDS: Final = 0.6
"""Between two people's turns."""
WORDS_AT_ONCE: Final = 2
"""What a recogniser adds to its guess before it sends it again."""
MOST_RESYNCS: Final = 5
"""For one line. Another one that sends the same call would never let it end."""
MOST_CHARACTERS: Final = 15_000
"""Of one append: 64 KiB hold so many, whatever they are."""


class Wire(Protocol):
    """The box, as a sender uses it."""

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]: ...

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]: ...


class Sender:
    """Sends one call.

    Args:
        box: the running one.
        consultation_id: of the call.
        named: ``operator`` or ``extension``, if the call is somebody's.
        away: called with what happened, once for each time that the box is away or busy.
        sleep: seconds to wait.
        clock: monotonic seconds.

    Attributes:
        text: all that was said so far.
        watching: screens that show the call.
        seen: whether any screen has shown it.
        resyncs: how often the box wanted another offset.
    """

    def __init__(
        self,
        box: Wire,
        consultation_id: str,
        named: dict[str, str],
        *,
        away: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._box = box
        self._id = quote(consultation_id, safe="")
        self._named = named
        self._away = away
        self._sleep = sleep
        self._clock = clock
        self._sent = 0
        self.text = ""
        self.watching = 0
        self.seen = False
        self.resyncs = 0

    def partial(self, guess: str) -> None:
        """Show what is being recognised. One that does not get through does no harm."""
        try:
            self._put("", guess)
        except (Resync, *AWAY):
            return  # the line sees to it

    def line(self, text: str) -> None:
        """Add a line to the call, and send what the box does not have.

        Raises:
            EdgeBoxError: the box refuses it, or was away or busy for too long.
        """
        self.text += f"{text}\n"
        self._persist(self._catch_up)

    def end(self, *, analyse: bool = True) -> str | None:
        """End the call, and return its batch; raise what ``line`` raises."""

        def end() -> str | None:
            self._catch_up()
            body = {"analyse": analyse, "received": len(self.text)}
            path = Paths.LIVE_END.format(consultation_id=self._id)
            batch_id: str | None = self._box.post(path, body)["batch_id"]
            return batch_id

        return self._persist(end)

    def _catch_up(self) -> None:
        while self._sent < len(self.text):
            self._put(self.text[self._sent : self._sent + MOST_CHARACTERS], "")

    def _put(self, text: str, partial: str) -> None:
        body = {"offset": self._sent, "text": text, "partial": partial, **self._named}
        answer = self._box.put(Paths.LIVE.format(consultation_id=self._id), body)
        self._sent, self.watching = int(answer["received"]), int(answer["watching"])
        self.seen = self.seen or self.watching > 0

    def _persist(self, send: Callable[[], str | None]) -> str | None:
        patience, before = Patience(self._away, self._sleep, self._clock), self.resyncs
        while True:
            try:
                return send()
            except Resync as wanted:
                self.resyncs += 1
                self._sent = min(wanted.expected, len(self.text))
                if self.resyncs - before > MOST_RESYNCS:
                    text = "The box does not take this call in order. See: edgebox logs"
                    raise EdgeBoxError(text) from None
            except AWAY as error:
                patience.wait(error)


def spoken(lines: Sequence[str], speed: float) -> Iterator[tuple[float, str, bool]]:
    """Yield (seconds to wait before it, text, whether it is the whole line) as it is said.

    Args:
        lines: with their labels.
        speed: 1 is that of people.
    """
    for line in lines:
        label, found, words = line.partition(": ")
        said = (words if found else line).split()
        begin = f"{label}: " if found else ""
        wait = TURN_SECONDS
        for at in range(0, len(said), WORDS_AT_ONCE):
            wait += len("".join(said[at : at + WORDS_AT_ONCE])) / SYLLABLES_A_SECOND
            whole = at + WORDS_AT_ONCE >= len(said)
            yield (
                wait / speed,
                line if whole else begin + " ".join(said[: at + WORDS_AT_ONCE]),
                whole,
            )
            wait = 0.0
