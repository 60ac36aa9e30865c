"""What keeps one client's prompts apart from another's in the engine's cache."""

from __future__ import annotations

import hmac
import secrets


class Salts:
    """Salts that nobody outside this process can guess. They change with every start."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def of(self, client_id: str) -> str:
        """Return a client's ``cache_salt``: what the engine has read is shared within one only."""
        return hmac.digest(self._secret, client_id.encode(), "sha256").hex()
