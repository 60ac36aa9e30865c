"""OpenAI's chat-completion shapes, of requests and answers.

Three more request fields: ``priority`` (an integer, lower first) and ``structured_outputs`` (a
``regex`` or a ``grammar``) as in vLLM, and ``deadline`` (seconds from arrival), which is EdgeBox's
own. ``stop_reason`` in a choice is ``deadline`` where ``finish_reason`` can only be ``length``.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edgebox.engine.sampling import Sampler
from edgebox.engine.sequence import Finish


class _Lenient(BaseModel):
    """Ignores unknown fields: OpenAI clients send many that have no meaning here."""

    model_config = ConfigDict(extra="ignore")


class ContentPart(_Lenient):
    """A text part of a message."""

    type: Literal["text"]
    text: str


class Message(_Lenient):
    """One turn of a chat."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[ContentPart] | None = None

    def plain(self) -> dict[str, str]:
        """Return the turn in the form that chat templates take."""
        role = "system" if self.role == "developer" else self.role
        if isinstance(self.content, list):
            return {"role": role, "content": "".join(part.text for part in self.content)}
        return {"role": role, "content": self.content or ""}


class SchemaSpec(_Lenient):
    """The ``json_schema`` of a response format."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    name: str = "answer"
    schema_: Annotated[dict[str, Any], Field(alias="schema")]


class ResponseFormat(_Lenient):
    """Plain text, any JSON object, or JSON that follows a schema."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: SchemaSpec | None = None

    @model_validator(mode="after")
    def _complete(self) -> ResponseFormat:
        if self.type == "json_schema" and self.json_schema is None:
            message = "response_format json_schema needs a json_schema object"
            raise ValueError(message)
        return self

    def schema_to_enforce(self) -> dict[str, Any] | None:
        """Return the schema that the answer is held to, or None for free text."""
        if self.type == "json_object":
            return {"type": "object"}
        return self.json_schema.schema_ if self.json_schema else None


class StructuredOutputs(_Lenient):
    """What vLLM calls so: an answer that matches a regular expression or a grammar as a whole."""

    regex: str | None = None
    grammar: str | None = None  # in Lark's syntax, as llguidance reads it

    @model_validator(mode="after")
    def _one(self) -> StructuredOutputs:
        if (self.regex is None) == (self.grammar is None):
            message = "structured_outputs takes a regex or a grammar"
            raise ValueError(message)
        return self


class StreamOptions(_Lenient):
    """Options of a streamed answer."""

    include_usage: bool = False
    continuous_usage_stats: bool = False  # usage in every chunk, as in vLLM


class ChatRequest(_Lenient):
    """``POST /v1/chat/completions``."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1)]
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] = 1.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    top_k: Annotated[int, Field(ge=-1)] = 0  # 0 and vLLM's -1: no limit
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] = 0.0
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] = 0.0
    stop: str | list[str] | None = None
    seed: int | None = None
    n: Literal[1] = 1
    stream: bool = False
    stream_options: StreamOptions | None = None
    response_format: ResponseFormat | None = None
    structured_outputs: StructuredOutputs | None = None
    logprobs: bool = False
    top_logprobs: Annotated[int, Field(ge=0, le=20)] = 0
    priority: int = 0
    deadline: Annotated[float, Field(gt=0)] | None = None
    # As in vLLM: prompts share cells only with those of the same salt.
    cache_salt: str = ""
    # Ours: names what the prompt is about, for POST /forget.
    cache_tag: Annotated[str, Field(max_length=256)] = ""
    # Ours: whether to keep what was read of the prompt for a longer one that begins the same way.
    retain: bool = True

    @model_validator(mode="before")
    @classmethod
    def _null_is_default(cls, body: Any) -> Any:  # noqa: ANN401 - any JSON
        """Drop nulls: OpenAI's schema allows them nearly everywhere, for the default."""
        if isinstance(body, dict):
            return {key: value for key, value in body.items() if value is not None}
        return body

    @model_validator(mode="after")
    def _held_once(self) -> ChatRequest:
        form = self.response_format
        if self.structured_outputs and form and form.schema_to_enforce() is not None:
            message = "response_format and structured_outputs cannot both hold the answer"
            raise ValueError(message)
        return self

    @property
    def limit(self) -> int | None:
        """The most tokens to generate, under either name."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def stops(self) -> tuple[str, ...]:
        """Stop strings."""
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())

    def sampler(self) -> Sampler:
        """Return how to choose the tokens."""
        return Sampler(
            temperature=self.temperature,
            top_p=self.top_p,
            top_k=max(0, self.top_k),
            presence_penalty=self.presence_penalty,
            frequency_penalty=self.frequency_penalty,
            logprobs=self.top_logprobs if self.logprobs else -1,
            seed=self.seed,
        )


class TokenizeRequest(_Lenient):
    """``POST /tokenize`` of a chat, as in vLLM."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1)]
    cache_salt: str = ""


class ForgetRequest(_Lenient):
    """``POST /forget``: keep nothing of the prompts with this tag."""

    cache_tag: Annotated[str, Field(min_length=1, max_length=256)]


@dataclass(slots=True)
class Answer:
    """Builds the answer to one request, whole or in chunks."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(
        self,
        text: str,
        finish: Finish,
        usage: dict[str, Any],
        logprobs: list[dict[str, Any]] | None,
    ) -> dict[str, Any]:
        """Return the answer that is not streamed."""
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": text},
            "logprobs": {"content": logprobs} if logprobs is not None else None,
            **_reasons(finish),
        }
        return self._envelope("chat.completion") | {"choices": [choice], "usage": usage}

    def chunk(
        self,
        delta: dict[str, Any],
        finish: Finish | None = None,
        logprobs: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """Return one event of a streamed answer."""
        reasons = _reasons(finish) if finish else {"finish_reason": None}
        choice = {
            "index": 0,
            "delta": delta,
            "logprobs": {"content": logprobs} if logprobs is not None else None,
            **reasons,
        }
        return self._envelope("chat.completion.chunk") | {"choices": [choice]}

    def usage_chunk(self, usage: dict[str, Any]) -> dict[str, Any]:
        """Return the last event before [DONE] when the client asked for usage."""
        return self._envelope("chat.completion.chunk") | {"choices": [], "usage": usage}

    def _envelope(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def _reasons(finish: Finish) -> dict[str, Any]:
    deadline = finish is Finish.DEADLINE
    return {
        "finish_reason": "length" if deadline else finish.value,
        "stop_reason": "deadline" if deadline else None,
    }


def usage(prompt: int, cached: int, completion: int, seconds: float) -> dict[str, Any]:
    """Return token counts in OpenAI's shape, and the engine's seconds for them."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
        "engine_seconds": round(seconds, 4),
    }


def error_body(message: str, kind: str, code: str | None = None) -> dict[str, Any]:
    """Return an error in OpenAI's shape."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
