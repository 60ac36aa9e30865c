"""What comes back from a model, whole or in pieces."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from edgebox.engine_client.faults import DIED, ENDLESS, NO_MODEL, streamed_error
from edgebox.engine_client.lines import LONGEST_LINE
from edgebox.errors import EngineDied, EngineFault, EngineUnavailable

MOST_COUNTED: Final = 1e9
"""Tokens or seconds; more is no count."""


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

    Args:
        model: its name, where the server does not say it.

    Attributes:
        done: the server said that this was all.
    """

    def __init__(self, model: str = "") -> None:
        self.done = False
        self._text = self._finish = self._half = ""
        self._begun: list[str] = []
        self._length = 0
        self._model = model
        self._heard = False
        self._usage: dict[str, Any] = {}

    @property
    def whole(self) -> bool:
        """Whether all of the text has come; what may follow are the counts."""
        return bool(self._finish)

    def feed(self, line: str) -> str:
        """Read one line and return the text that it added.

        Raises:
            EngineError: the server reported an error.
            ValueError: the event that ends here is no JSON.
        """
        name, _, value = line.partition(":")
        if name == "error":  # llama-server's, where a prompt does not fit
            raise streamed_error(_read(value))
        if name == "data":
            if value.strip() == "[DONE]":
                self.done = True
                return ""
            # Most events are one line; of several, all are read at their end.
            chunk = None if self._begun else _read(value)
            if chunk is None:
                self._length += len(value) + 1
                if self._length > LONGEST_LINE:
                    raise ValueError("an event that is too long")
                self._begun.append(value)
                return ""
        elif line or not "".join(self._begun).strip():
            return ""
        elif (chunk := _read("\n".join(self._begun))) is None:
            raise ValueError("an event that is no JSON")
        self._begun, self._length = [], 0
        return self._take(chunk)

    def _take(self, chunk: dict[str, Any]) -> str:
        self._heard = True
        if chunk.get("object") == "error":  # of earlier versions of vLLM
            raise streamed_error(chunk)
        if error := chunk.get("error"):
            raise streamed_error(error)
        self._model = chunk.get("model") or self._model
        self._usage = chunk.get("usage") or self._usage
        added = ""
        for choice in chunk.get("choices") or ():
            added += (choice.get("delta") or {}).get("content") or ""
            self._finish = _finish_of(choice) or self._finish
        added = self._half + added
        # Of a character that is two in UTF-16, some servers send the halves in two events.
        self._half = added[-1:] if "\ud800" <= added[-1:] <= "\udbff" else ""
        added = _characters(added.removesuffix(self._half))
        self._text += added
        return added

    def delta(self, text: str) -> Delta:
        """Return a piece with the counts so far, which are 0 if the server does not send them."""
        return Delta(text, *_counts(self._usage))

    def completion(self, *, of_events: bool = True) -> Completion:
        """Return the whole answer.

        Args:
            of_events: the server had said that events follow.

        Raises:
            EngineDied: the stream ended before the answer did.
            EngineFault: the server said that this was all, and it was not.
            EngineUnavailable: no model answered: it is a page for people, or nothing.
        """
        if self.whole:
            return _counted(self._text, self._finish, self._model, self._usage)
        if self.done:
            raise EngineFault(ENDLESS)
        if not (self._heard or of_events):
            raise EngineUnavailable(NO_MODEL)
        raise EngineDied(DIED)


def whole(body: dict[str, Any], model: str = "") -> Completion:
    """Read the body of an answer that was not streamed.

    Args:
        body: JSON.
        model: its name, where the server does not say it.

    Raises:
        EngineError: the server reported an error.
        KeyError, IndexError, TypeError: it is no chat completion.
    """
    if error := body.get("error"):
        raise streamed_error(error)
    choice = body["choices"][0]
    text = _characters(choice["message"]["content"] or "")
    return _counted(text, _finish_of(choice), body.get("model") or model, body.get("usage"))


def _characters(text: str) -> str:
    """Return a text with its surrogate pairs joined; half a pair, which is no text, is replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _read(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return what a text says as JSON, None where it is none, or not all of it."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _counted(text: str, finish: str, model: str, usage: object) -> Completion:
    return Completion(text, finish, model, *_counts(usage))


def _counts(usage: object) -> tuple[int, int, int, float]:
    """Return the prompt, cached and completion tokens, and the engine's seconds.

    What a server does not count, or not in numbers, is 0: an answer is not lost for it.
    """
    return (
        int(_count(usage, "prompt_tokens")),
        int(_count(_of(usage, "prompt_tokens_details"), "cached_tokens")),
        int(_count(usage, "completion_tokens")),
        _count(usage, "engine_seconds"),
    )


def _count(counts: object, name: str) -> float:
    value = _of(counts, name)
    return float(value) if isinstance(value, int | float) and 0 <= value < MOST_COUNTED else 0.0


def _of(fields: object, name: str) -> object:
    return fields.get(name) if isinstance(fields, dict) else None


def _finish_of(choice: dict[str, Any]) -> str:
    if choice.get("stop_reason") == "deadline":
        return "deadline"
    return choice.get("finish_reason") or ""
