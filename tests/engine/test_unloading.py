"""An idle model gives its memory back, and is there again when it is asked."""

import json
import time

import pytest

from support.engines.starter import QUICK, SMALL, starter_engine

pytestmark = pytest.mark.model

QUESTION = {
    "model": "mlm",
    "temperature": 0,
    "max_tokens": 3,
    "logprobs": True,
    "top_logprobs": 2,
    "messages": [{"role": "user", "content": "대한민국의 수도는 어디인가요? 한 낱말로 답하세요."}],
}


def test_an_idle_model_is_unloaded_and_loaded_again(tmp_path_factory, starter_models):
    folder = tmp_path_factory.mktemp("e")
    seldom = {"EDGEBOX_ENGINES__MLM__UNLOAD_AFTER_MINUTES": "0.02"}
    with (
        starter_engine(folder, starter_models, **SMALL, **QUICK, **seldom) as engine,
        engine.http() as http,
    ):

        def role(name):
            return http.get("/health").json()["models"][name]

        def until_unloaded():
            limit = time.monotonic() + 60
            while role("mlm")["loaded"]:
                assert time.monotonic() < limit, "it is never unloaded"
                time.sleep(0.1)

        def ask():
            answer = http.post("/v1/chat/completions", json=QUESTION, timeout=120)
            choice = answer.json()["choices"][0]
            assert choice["logprobs"]["content"][0]["top_logprobs"][1]["bytes"]
            return choice["message"]["content"].strip()

        def capital():
            schema = {
                "type": "object",
                "properties": {"city": {"type": "string", "maxLength": 9}},
                "required": ["city"],
                "additionalProperties": False,
            }
            form = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
            more = {"response_format": form, "max_tokens": 40}
            answer = http.post("/v1/chat/completions", json=QUESTION | more, timeout=120)
            return json.loads(answer.json()["choices"][0]["message"]["content"])

        assert ask()
        assert set(capital()) == {"city"}
        until_unloaded()
        assert role("mlm")["weights_bytes"] == 0
        assert role("slm")["loaded"], "only the role that is set rests"
        assert ask(), "loaded again by being asked"
        assert set(capital()) == {"city"}, "the compiler of the model that is gone is not asked"
        until_unloaded()
        counted = {"model": "mlm", "messages": QUESTION["messages"]}
        assert http.post("/tokenize", json=counted, timeout=60).json()["count"] > 10
