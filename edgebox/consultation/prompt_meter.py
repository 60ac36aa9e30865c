"""How long a summary's prompt is in tokens, counted by the engine or estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.consultation.budget import ASK_TOKENS, PromptLength
from edgebox.consultation.prompts import summary_messages

if TYPE_CHECKING:
    from edgebox.engine_client import EngineClient, Messages, RoleHealth

MAX_COUNTED_CHARACTERS = 24_000
"""Longer texts are not tokenised before the answer: their length is estimated."""


class PromptMeter:
    """Measures prompts of the small model.

    Args:
        client: the engine.
    """

    def __init__(self, client: EngineClient) -> None:
        self._client = client
        self._empty: dict[str, int] = {}  # tokens of a prompt without a call, by model

    async def measure(
        self,
        messages: Messages,
        characters: int,
        role: RoleHealth,
        *,
        cache_salt: str,
        exact: bool = False,
    ) -> PromptLength:
        """Return the length of a prompt.

        Args:
            messages: the prompt.
            characters: of the rendered transcript in it.
            role: the model.
            cache_salt: of the client whose prompt it is.
            exact: have it counted however long it is.
        """
        if role.model not in self._empty:  # the same for as long as the model is
            self._empty = {role.model: await self.count("") or 0}
        empty = self._empty[role.model]
        if (exact or characters <= MAX_COUNTED_CHARACTERS) and (
            counted := await self._client.tokenize("slm", messages, cache_salt=cache_salt)
        ):
            per = max(0.05, (counted.count - empty) / max(1, characters))
            unread = counted.count - counted.cached
            return PromptLength(empty, counted.count, unread, per, exact=True)
        estimated = int(characters * role.tokens_per_char)
        return PromptLength(empty, empty + estimated, estimated + ASK_TOKENS, role.tokens_per_char)

    async def count(self, text: str) -> int | None:
        """Return the tokens of the prompt with a text; None if the engine does not say."""
        counted = await self._client.tokenize("slm", summary_messages(text))
        return counted.count if counted else None
