"""Names in the engine's cache: they keep clients apart, and find a call again."""

from __future__ import annotations

import hmac
import secrets


class Salts:
    """Salts that nobody outside this process can guess. They change with every start."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def of(self, client_id: str) -> str:
        """Return a client's ``cache_salt``: what the engine has read is shared within one only."""
        return self._digest(client_id)

    def tag(self, client_id: str, consultation_id: str) -> str:
        """Return a call's ``cache_tag``, by which the engine forgets it; empty if it has no id."""
        return self._digest(f"{client_id}\0{consultation_id}") if consultation_id else ""

    def _digest(self, name: str) -> str:
        return hmac.digest(self._secret, name.encode("utf-8", "surrogatepass"), "sha256").hex()
