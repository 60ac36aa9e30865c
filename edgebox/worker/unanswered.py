"""Consultations that get no answer while others do.

An engine that is away is no consultation's fault, so it costs no attempt. But there are calls that
alone get none, each time: a proxy waits a minute and they need two, or a filter takes what was said
for an attack. Such a call would be claimed first again and again, so that with one place all others
waited behind it for ever, and its batch would never end.

1. Those that were not answered while others were, and one that alone was not, are set aside until
   another one is done, or until nothing else waits. Of several with none done, all but the last.
2. When that has happened to it ``MOST`` times, each time with others done since the time before, it
   is hopeless.

This is of one worker's life: a restart begins anew.
"""

from __future__ import annotations

from typing import Final

MOST: Final = 10
"""As many as crashes of the worker: with patience, for none of them may be its fault."""


class Unanswered:
    """Remembers them, by their row ids.

    Attributes:
        aside: those that are not claimed now.
    """

    def __init__(self) -> None:
        self.aside: set[int] = set()
        self._lost: dict[int, bool] = {}  # since the engine was last ready; True: without a death
        self._times: dict[int, tuple[int, int]] = {}  # how often, and what was done until then
        self._done = self._seen = 0

    def lost(self, row_id: int, *, died: bool = False) -> None:
        """Note one that was not answered.

        Args:
            row_id: the consultation.
            died: the engine died in it, which counts as an attempt.
        """
        self._lost[row_id] = not died

    def done(self, row_id: int) -> None:
        """Note one that was answered."""
        self._done += 1
        self._lost.pop(row_id, None)
        self.aside.clear()
        self.forget(row_id)

    def ready(self) -> list[int]:
        """Note that the engine is ready again.

        Returns:
            Those that are set aside for what happened before.
        """
        lost, self._lost = self._lost, {}
        others, self._seen = self._done != self._seen, self._done
        if not all(lost.values()):
            return []
        rows = sorted(lost)
        if len(rows) > 1 and not others:
            # The engine may have been away, which is none's fault: one tells that.
            rows = rows[:-1]
        else:
            for row_id in rows:
                times, done = self._times.get(row_id, (0, -1))
                if done != self._done:
                    self._times[row_id] = (times + 1, self._done)
        self.aside.update(rows)
        return rows

    def is_hopeless(self, row_id: int) -> bool:
        """Return whether trying it again is of no use."""
        return self._times.get(row_id, (0, 0))[0] >= MOST

    def forget(self, row_id: int) -> None:
        """Remember nothing of one that has ended."""
        self._times.pop(row_id, None)
