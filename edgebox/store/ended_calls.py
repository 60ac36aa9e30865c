"""Calls in progress that became batches: their end may be sent again.

Each end leaves an idempotency key that no client can send: it has line ends in it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgebox.store.connection import Connections

_END = "\n"
_BEYOND = "\x0b"  # the sign after it


def end_key(consultation_id: str, text: str) -> tuple[str, str]:
    """Return the idempotency pair of a call's end.

    Args:
        consultation_id: the client's own id.
        text: the whole call as it was received.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{_prefix(consultation_id)}{len(text)}{_END}{digest}", digest


def _prefix(consultation_id: str) -> str:
    return f"{_END}ended{_END}{consultation_id}{_END}"


class EndedCalls:
    """What calls in progress became. Calls block."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def batch_of(
        self, client_id: str, consultation_id: str, received: int | None = None
    ) -> str | None:
        """Return the batch of a client's call that ended last under an id, or None.

        Args:
            client_id: whose call it was.
            consultation_id: the client's own id.
            received: characters that the call had; None: any.

        Raises:
            StoreError: as ``Store``.
        """
        prefix = _prefix(consultation_id)
        rows = self._connections.rows(
            "SELECT key, batch_id FROM idempotency WHERE client_id = :client_id"
            " AND key > :first AND key < :beyond ORDER BY created_at DESC",
            {
                "client_id": client_id,
                "first": prefix,
                "beyond": prefix.removesuffix(_END) + _BEYOND,
            },
        )
        for row in rows:
            length = row["key"].removeprefix(prefix).split(_END)[0]
            if received is None or length == str(received):
                return str(row["batch_id"])
        return None
