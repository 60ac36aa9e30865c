"""What comes back from a model, whole or in pieces."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from edgebox.engine_client.faults import DIED, streamed_error
from edgebox.errors import EngineDied


@dataclass(frozen=True, slots=True)
class Completion:
    """A finished answer.

    Attributes:
        finish_reason: "stop", "length" or "deadline".
        cached_tokens: prompt tokens that the engine had read before.
        engine_seconds: of the steps that it was in, its share; 0 of other servers.
    """

    text: str
    finish_reason: str
    model: str
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    engine_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Delta:
    """A streamed piece of an answer, with the token counts and engine seconds so far."""

    text: str
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    engine_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A chat's length in tokens.

    Attributes:
        cached: tokens of it that the engine holds now.
        context: tokens that the model's context can hold, prompt and answer together.
    """

    count: int
    cached: int
    context: int


class Streamed:
    """Collects server-sent chunks into one completion.

    Attributes:
        done: the server said that this was all.
    """

    def __init__(self) -> None:
        self.done = False
        self._text = self._model = self._finish = ""
        self._usage: dict[str, Any] = {}

    def feed(self, line: str) -> str:
        """Read one line and return the text that it added."""
        if not line.startswith("data:"):
            return ""
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            self.done = True
            return ""
        chunk = json.loads(data)
        if "error" in chunk:
            raise streamed_error(chunk["error"])
        self._model = chunk.get("model") or self._model
        self._usage = chunk.get("usage") or self._usage
        added = ""
        for choice in chunk.get("choices", ()):
            added += (choice.get("delta") or {}).get("content") or ""
            self._finish = _finish_of(choice) or self._finish
        self._text += added
        return added

    def delta(self, text: str) -> Delta:
        """Return a piece with the counts so far, which are 0 if the server does not send them."""
        return Delta(text, *_counts(self._usage))

    def completion(self) -> Completion:
        """Return the whole answer.

        Raises:
            EngineDied: the stream ended before the answer did.
        """
        if not self._finish:
            raise EngineDied(DIED)
        return _counted(self._text, self._finish, self._model, self._usage)


def whole(body: dict[str, Any]) -> Completion:
    """Read the body of an answer that was not streamed.

    Raises:
        KeyError, IndexError, TypeError: it is no chat completion.
    """
    choice = body["choices"][0]
    text = choice["message"]["content"] or ""
    return _counted(text, _finish_of(choice), body["model"], body.get("usage") or {})


def _counted(text: str, finish: str, model: str, usage: dict[str, Any]) -> Completion:
    return Completion(text, finish, model, *_counts(usage))


def _counts(usage: dict[str, Any]) -> tuple[int, int, int, float]:
    """Return the prompt, cached and completion tokens, and the engine's seconds."""
    details = usage.get("prompt_tokens_details") or {}
    return (
        int(usage.get("prompt_tokens") or 0),
        int(details.get("cached_tokens") or 0),
        int(usage.get("completion_tokens") or 0),
        float(usage.get("engine_seconds") or 0.0),
    )


def _finish_of(choice: dict[str, Any]) -> str:
    if choice.get("stop_reason") == "deadline":
        return "deadline"
    return choice.get("finish_reason") or ""
