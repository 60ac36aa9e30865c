"""Daily sums of what the box did and what it used: never a row about a call."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edgebox.store.connection import Connections


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """What is counted.

    Attributes:
        what: busy_seconds, on_seconds, tokens, joules, summaries, analyses, questions,
            client_requests or client_tokens.
        role: slm or mlm, or the device of joules; empty where it is none of them.
        kind: the phase of seconds, the kind of tokens, the source of joules, the job of a client's.
        class_: for whom: people, backlog or own (the engine's own warm-ups and probes).
        client: its id.
    """

    what: str
    role: str = ""
    kind: str = ""
    class_: str = ""
    client: str = ""

    @property
    def key(self) -> str:
        """The item as one word: no part has a space in it."""
        return " ".join((self.what, self.role, self.kind, self.class_, self.client))

    @property
    def is_word(self) -> bool:
        """Whether its ``key`` can be read again."""
        return self.key.count(" ") == 4

    @classmethod
    def of(cls, key: str) -> Item:
        """Return the item of a ``key``."""
        return cls(*key.split(" "))


class Spending:
    """The tables ``spending`` and ``spending_read``."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def read_of(self, source: str) -> tuple[float, dict[Item, float]] | None:
        """Return when a source had started, and its totals, when it was last added."""
        rows = self._connections.rows(
            "SELECT started, totals FROM spending_read WHERE source = :source", {"source": source}
        )
        if not rows:
            return None
        totals = json.loads(rows[0]["totals"])
        return rows[0]["started"], {Item.of(key): value for key, value in totals.items()}

    def add(
        self,
        day: str,
        grown: Mapping[Item, float],
        *,
        source: str,
        started: float,
        totals: Mapping[Item, float],
    ) -> None:
        """Add to a day's sums, and remember in the same transaction how far a source was read.

        Args:
            day: such as ``2026-11-27``.
            grown: by how much each item grew.
            source: whose totals they are.
            started: when it started, in Unix seconds.
            totals: since then.

        Raises:
            StoreBusy: nothing was added.
        """
        with self._connections.transaction() as db:
            for item, amount in grown.items():
                db.execute(
                    "INSERT INTO spending (day, what, role, kind, class, client, amount)"
                    " VALUES (:day, :what, :role, :kind, :class, :client, :amount)"
                    " ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
                    {
                        "day": day,
                        "what": item.what,
                        "role": item.role,
                        "kind": item.kind,
                        "class": item.class_,
                        "client": item.client,
                        "amount": amount,
                    },
                )
            db.execute(
                "INSERT INTO spending_read (source, started, totals)"
                " VALUES (:source, :started, :totals) ON CONFLICT DO UPDATE"
                " SET started = excluded.started, totals = excluded.totals",
                {
                    "source": source,
                    "started": started,
                    "totals": json.dumps({item.key: value for item, value in totals.items()}),
                },
            )

    def sums(self, first: str, last: str) -> dict[Item, float]:
        """Return the sums of the days from ``first`` to ``last``, both included."""
        rows = self._connections.rows(
            "SELECT what, role, kind, class, client, SUM(amount) AS amount FROM spending"
            " WHERE day BETWEEN :first AND :last GROUP BY what, role, kind, class, client",
            {"first": first, "last": last},
        )
        return {
            Item(row["what"], row["role"], row["kind"], row["class"], row["client"]): row["amount"]
            for row in rows
        }

    def days(self, first: str, last: str) -> list[str]:
        """Return the days of this span that have sums, the oldest first."""
        rows = self._connections.rows(
            "SELECT DISTINCT day FROM spending WHERE day BETWEEN :first AND :last ORDER BY day",
            {"first": first, "last": last},
        )
        return [row["day"] for row in rows]
