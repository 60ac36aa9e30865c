"""What is asked of a model: messages and options."""

from __future__ import annotations

from typing import Any, Required, TypedDict

BACKGROUND_PRIORITY = 100
"""Of analyses. The engine treats priorities under 50 as interactive."""
WANTED_PRIORITY = 35
"""Of an analysis that somebody waits for: the engine's patient class, behind questions. Of nothing
else: the engine knows by it whose tokens and seconds these are."""

Messages = list[dict[str, str]]


class Options(TypedDict, total=False):
    """The options of a generation.

    Attributes:
        max_tokens: the most to generate.
        temperature: 0, the default, is greedy.
        priority: lower first; BACKGROUND_PRIORITY for the backlog.
        deadline: seconds from now after which the answer ends with what there is.
        json_schema: the answer keeps to this schema.
        regex: the answer matches it as a whole. Only our engine gets it: of other servers some do
            not know it, and the strict ones refuse the request.
        grammar: the answer keeps to it, in Lark's syntax. Only our engine gets it.
        stop: strings that end the answer.
        presence_penalty: as OpenAI defines it.
        frequency_penalty: as OpenAI defines it.
        seed: for temperatures over 0.
        cache_salt: prompts share what was read only with those of the same salt. Other servers get
            it where the settings say that they take it.
        cache_tag: names what the prompt is about, for ``EngineClient.forget``. Only our engine gets
            it.
        retain: whether to keep what was read of the prompt for a longer one that begins the same
            way. Only our engine gets it.
    """

    max_tokens: Required[int]
    temperature: float
    priority: int
    deadline: float | None
    json_schema: dict[str, Any]
    regex: str | None
    grammar: str
    stop: list[str]
    presence_penalty: float
    frequency_penalty: float
    seed: int
    cache_salt: str
    cache_tag: str
    retain: bool


def plain_body(messages: Messages, options: Options) -> dict[str, Any]:
    """Return the request with the options that are set, greedy unless they say otherwise."""
    body: dict[str, Any] = {"messages": messages, "temperature": 0.0}
    return body | {key: value for key, value in options.items() if value is not None}


def json_schema_format(schema: dict[str, Any]) -> dict[str, Any]:
    """Return OpenAI's ``response_format`` for a schema."""
    named = {"name": "answer", "schema": schema, "strict": True}
    return {"type": "json_schema", "json_schema": named}
