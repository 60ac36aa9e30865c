"""One generation per consultation; parts and a merge where it does not fit; retries; refusals."""

import asyncio
import datetime as dt
import json

import httpx
import llguidance
import pytest

from edgebox.consultation.analysis import AnalysisInvalid, Analyst, NothingToAnalyse
from edgebox.consultation.prompts import (
    ANALYSIS_ASK,
    ANALYSIS_EXAMPLES,
    ANALYSIS_SCHEMA,
    MERGE_ASK,
    example_texts,
)
from edgebox.engine_client import EngineClient
from edgebox.errors import EngineUnavailable
from edgebox.scoring.types import Analysis
from edgebox.settings import Settings
from support.engines.fake import ANALYSIS, FakeEngine, role_health

CALL = "고객: 카드를 잃어버렸어요 정지해 주세요\n상담사: 네 정지했고 재발급을 접수했습니다"
LONG = "\n".join(
    f"{'고객' if i % 2 else '상담사'}: {i}번 말씀입니다 카드 정지와 재발급" for i in range(900)
)


def analyse(tmp_path, engine, transcript, call_date=None, **settings):
    async def whole():
        made = Settings(state_dir=tmp_path, **settings)
        async with engine.serve(made.socket):
            client = EngineClient(made)
            try:
                return await Analyst(client, made).analyse(transcript, call_date)
            finally:
                await client.aclose()

    return asyncio.run(whole())


def test_one_generation_under_the_schema_at_the_backlogs_priority(tmp_path):
    engine = FakeEngine()
    outcome = analyse(tmp_path, engine, CALL)
    assert outcome.analysis == Analysis.model_validate_json(ANALYSIS)
    assert outcome.parts == 1
    assert 0 <= outcome.quality.score <= 1
    (request,) = engine.requests
    assert request["priority"] >= 50
    assert "grammar" in request["structured_outputs"]


def test_the_prompt_shows_the_dates_that_the_calls_day_tells(tmp_path):
    engine = FakeEngine()
    call = "고객: 내일 방문해 주세요 카드 정지도요\n상담사: 네 내일 두 시로 접수했습니다"
    analyse(tmp_path, engine, call, call_date=dt.date(2025, 9, 11))
    (request,) = engine.requests
    assert "고객: 내일(9월 12일) 방문해 주세요" in request["messages"][-1]["content"]


def test_without_the_calls_figures_the_schema_holds_the_answer(tmp_path):
    engine = FakeEngine()
    analyse(tmp_path, engine, CALL, quality={"ground_numbers": "off"})
    (request,) = engine.requests
    assert request["response_format"]["json_schema"]["schema"] == ANALYSIS_SCHEMA
    assert "structured_outputs" not in request


def test_an_ordinary_consultation_costs_one_token_count_and_one_generation(tmp_path):
    engine = FakeEngine()
    analyse(tmp_path, engine, CALL)
    assert (engine.tokenized, len(engine.requests), engine.looked_at) == (1, 1, 0)


def test_a_transcript_of_another_server_is_measured_in_characters(tmp_path):
    """Its tokenizer is not known, and no other request than a generation is sent."""
    engine = FakeEngine(answers={"m": (ANALYSIS,)}, roles={"m": role_health("m")})
    asked = []

    async def scenario():
        options = {"url": "http://elsewhere/v1", "url_model": "m", "context_tokens": 4096}
        settings = Settings(state_dir=tmp_path, engines={"mlm": options})
        client = EngineClient(settings)
        transport = httpx.ASGITransport(engine.app())
        client._remote["mlm"].http = httpx.AsyncClient(
            transport=transport, base_url="http://elsewhere"
        )
        try:
            for text in (CALL, LONG):
                outcome = await Analyst(client, settings).analyse(text)
                asked.append((outcome.parts, len(engine.requests)))
        finally:
            await client.aclose()

    asyncio.run(scenario())
    (short, once), (parts, _) = asked
    assert short == once == 1
    assert parts > 1
    longest = max(sum(len(m["content"]) for m in r["messages"]) for r in engine.requests)
    assert longest + 512 <= 4096
    assert (engine.tokenized, engine.looked_at) == (0, 0)


def test_a_long_transcript_goes_through_whole_in_parts_and_is_merged(tmp_path):
    engine = FakeEngine(roles={"mlm": role_health("mid", context_tokens=4096)})
    outcome = analyse(tmp_path, engine, LONG)
    asked = [request["messages"][-1]["content"] for request in engine.requests]
    pieces = [text.removesuffix(ANALYSIS_ASK).strip() for text in asked if ANALYSIS_ASK in text]
    merges = [text for text in asked if MERGE_ASK in text]
    assert outcome.parts == len(pieces) > 2
    assert merges
    seen = dict.fromkeys(line for piece in pieces for line in piece.split("\n"))
    assert list(seen) == LONG.split("\n"), "something was left out"


def test_parts_that_do_not_fit_one_merge_are_merged_in_rounds(tmp_path):
    engine = FakeEngine(roles={"mlm": role_health("mid", context_tokens=1500)})
    outcome = analyse(tmp_path, engine, LONG, batch={"max_tokens": 300})
    merges = [r for r in engine.requests if MERGE_ASK in r["messages"][-1]["content"]]
    assert outcome.parts > 4
    assert len(merges) > 1


def test_an_invalid_answer_is_asked_for_once_more_and_warmer(tmp_path):
    engine = FakeEngine()
    answers = iter(['{"summary": {"cust', ANALYSIS])

    async def pieces(_body):
        yield next(answers)

    engine._pieces = pieces
    outcome = analyse(tmp_path, engine, CALL)
    assert outcome.analysis.keywords
    assert [request["temperature"] > 0 for request in engine.requests] == [False, True]


def test_the_engine_keeps_no_prompt_of_an_analysis(tmp_path):
    engine = FakeEngine()
    analyse(tmp_path, engine, CALL)
    assert [request["retain"] for request in engine.requests] == [False]


def test_twice_invalid_is_an_error_without_the_text(tmp_path):
    engine = FakeEngine(answers={"mlm": ("비밀스러운 말",)})
    with pytest.raises(AnalysisInvalid) as failed:
        analyse(tmp_path, engine, CALL)
    assert "비밀" not in failed.value.detail


def test_a_broken_engine_is_unavailable(tmp_path):
    with pytest.raises(EngineUnavailable):
        analyse(tmp_path, FakeEngine(broken=True), CALL)


def test_the_examples_are_valid_under_both_schemas_and_known_to_the_leak_check():
    for _, answer in ANALYSIS_EXAMPLES:
        Analysis.model_validate(answer)
    grammar = llguidance.LLMatcher.grammar_from_json_schema(json.dumps(ANALYSIS_SCHEMA))
    assert not llguidance.LLMatcher.validate_grammar(grammar)
    joined = "".join(example_texts())
    for text, answer in ANALYSIS_EXAMPLES:
        assert text in joined
        assert answer["summary"]["result"] in joined


def test_a_call_in_which_nothing_was_said_asks_no_model(tmp_path):
    engine = FakeEngine()
    outcome = analyse(tmp_path, engine, "고객:\n상담사:\n[음악]\n")
    assert isinstance(outcome, NothingToAnalyse)
    assert engine.requests == []
    assert engine.tokenized == 0
