"""The unmodified openai client against the engine with both real models."""

import asyncio
import json
import time
from typing import Annotated, Literal

import httpx
import openai
import pytest
from pydantic import BaseModel, ConfigDict, Field

from edgebox.consultation.prompts import summary_messages
from support.polling import eventually

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def client(engine):
    transport = httpx.HTTPTransport(uds=str(engine.settings.socket))
    with openai.OpenAI(
        base_url="http://engine/v1",
        api_key="none",
        max_retries=0,
        http_client=httpx.Client(transport=transport, timeout=180),
    ) as made:
        yield made


def capital(**rest):
    return {
        "model": "slm",
        "messages": [{"role": "user", "content": "What is the capital of France? One word."}],
        "max_tokens": 12,
        "temperature": 0,
    } | rest


def test_a_chat_completion_answers_the_question(client):
    answer = client.chat.completions.create(**capital())
    assert "Paris" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.prompt_tokens > 10
    assert answer.usage.completion_tokens >= 1


def test_streaming_gives_the_same_text_in_pieces(client):
    whole = client.chat.completions.create(**capital(max_tokens=40)).choices[0].message.content
    stream = client.chat.completions.create(
        **capital(max_tokens=40, stream=True, stream_options={"include_usage": True})
    )
    text, usage, finish = "", None, None
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    assert text == whole
    assert finish == "stop"
    assert usage.completion_tokens > 0


def test_what_was_read_of_a_call_is_forgotten_with_it(client, engine, korean):
    """Of a whole engine: its cells are counted, and the same prompt is read again."""
    transport = httpx.HTTPTransport(uds=str(engine.settings.socket))
    cases = [korean[name]["transcript"] for name in list(korean)[:2]]
    with httpx.Client(transport=transport, base_url="http://engine", timeout=180) as http:

        def cells():
            return http.get("/health").json()["models"]["slm"]["kv_cells_used"]

        def cached(at, salt="s"):
            body = {"model": "slm", "messages": summary_messages(cases[at]), "cache_salt": salt}
            return http.post("/tokenize", json=body).json()["cached"]

        for at, tag in enumerate(("call 0", "call 1")):
            client.chat.completions.create(
                model="slm",
                messages=summary_messages(cases[at]),
                max_tokens=1,
                temperature=0,
                extra_body={"cache_salt": "s", "cache_tag": tag},
            )
        kept, other, used = cached(0), cached(1), cells()
        assert min(kept, other) > cached(0, "another") + 50  # which shares the pinned beginning
        assert http.post("/forget", json={"cache_tag": "call 0"}).json() == {"forgotten": 1}
        assert cached(0) < kept - 50  # what is left of it is the other call's beginning too
        assert cached(1) == other
        # The engine's own probe has cells for a moment.
        asyncio.run(eventually(lambda: cells() <= used - kept))
        assert http.post("/forget", json={"cache_tag": "call 1"}).json() == {"forgotten": 1}
        assert cached(0) == cached(0, "another")
        assert http.post("/forget", json={"cache_tag": ""}).status_code == 400


class Topic(BaseModel):
    """A small schema: what an analysis holds to is in test_real_model.py and test_box.py."""

    model_config = ConfigDict(extra="forbid", strict=True)
    summary: Annotated[str, Field(max_length=20)]
    mood: Literal["calm", "angry"]
    urgent: bool


def test_a_json_schema_is_kept_even_at_a_wild_temperature(client):
    answer = client.chat.completions.create(
        model="slm",
        messages=[{"role": "user", "content": "카드를 잃어버렸어요. 상담을 분석해 줘."}],
        max_tokens=100,
        temperature=1.6,
        seed=7,
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "topic", "schema": Topic.model_json_schema(), "strict": True},
        },
    )
    assert answer.choices[0].finish_reason == "stop"
    Topic.model_validate_json(answer.choices[0].message.content)


def test_json_object_mode_gives_an_object(client):
    answer = client.chat.completions.create(
        **capital(
            messages=[{"role": "user", "content": 'Give me {"city": ...} for France as JSON.'}],
            max_tokens=60,
            response_format={"type": "json_object"},
        )
    )
    assert isinstance(json.loads(answer.choices[0].message.content), dict)


def test_logprobs_belong_to_the_tokens(client):
    answer = client.chat.completions.create(**capital(logprobs=True, top_logprobs=3))
    entries = answer.choices[0].logprobs.content
    assert "".join(e.token for e in entries) == answer.choices[0].message.content
    assert all(e.logprob <= 0 and len(e.top_logprobs) == 3 for e in entries)
    assert all(e.logprob == pytest.approx(e.top_logprobs[0].logprob) for e in entries)


def test_a_second_identical_request_reads_almost_nothing(client, korean):
    messages = summary_messages(korean["01-card-lost-card"]["transcript"])
    ask = {"model": "slm", "messages": messages, "max_tokens": 1, "temperature": 0}
    client.chat.completions.create(**ask)
    second = client.chat.completions.create(**ask)  # whose words: test_real_model.py, with ties
    assert second.usage.prompt_tokens_details.cached_tokens == second.usage.prompt_tokens - 1


def test_nulls_mean_the_default(client):
    nulls = dict.fromkeys(("n", "stream", "logprobs", "top_logprobs", "top_p", "stop", "seed"))
    answer = client.chat.completions.create(**capital(max_tokens=2, extra_body=nulls))
    assert answer.choices[0].finish_reason in ("stop", "length")


def test_both_models_are_listed_and_answer_by_name_and_by_role(client):
    names = {entry.id for entry in client.models.list()}
    assert len(names) == 2
    for name in names:
        assert client.chat.completions.create(**capital(model=name, max_tokens=1)).model == name


def test_a_deadline_ends_the_answer_with_what_it_has(client):
    answer = client.chat.completions.create(
        **capital(
            messages=[{"role": "user", "content": "Count from 1 to 500, separated by commas."}],
            max_tokens=800,
            extra_body={"deadline": 1.0},
        )
    )
    assert answer.choices[0].finish_reason == "length"
    assert answer.choices[0].stop_reason == "deadline"
    assert answer.choices[0].message.content.startswith("1")


def test_hanging_up_frees_the_engine(client, engine):
    stream = client.chat.completions.create(
        **capital(
            messages=[{"role": "user", "content": "Count from 1 to 500, separated by commas."}],
            max_tokens=2000,
            stream=True,
        )
    )
    next(iter(stream))
    stream.close()
    with engine.http() as http:
        for _ in range(50):
            if http.get("/health").json()["interactive"] == 0:
                return
            time.sleep(0.1)
    raise AssertionError("the engine still works for a client that hung up")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model": "gpt-4"}, "No model"),
        ({"messages": []}, "messages"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": 9}, "temperature"),
        ({"messages": [{"role": "user", "content": "가 " * 40_000}]}, "context"),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "x", "schema": {"type": "nonsense"}},
                }
            },
            "schema",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_a_reason(client, change, says):
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(**capital(**change))
    assert says in str(refused.value)


def test_the_socket_is_only_for_its_owner(engine):
    assert engine.settings.socket.stat().st_mode & 0o077 == 0
