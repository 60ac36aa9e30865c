"""How the engine is asked to keep to a call's figures, and what becomes of answers that do not."""

import asyncio
import json
import logging

import httpx
import pytest
from llguidance import LLMatcher, LLTokenizer
from starlette.responses import JSONResponse

from edgebox.consultation import grounding
from edgebox.consultation.analysis import Analyst
from edgebox.consultation.answers import grammar, parsed, whole_line
from edgebox.consultation.engine_monitor import EngineMonitor
from edgebox.consultation.grounding import Figures
from edgebox.consultation.prompts import ANALYSIS_SCHEMA, MERGE_ASK
from edgebox.consultation.quick import QuickSummaries
from edgebox.consultation.quick_result import QuickResult
from edgebox.engine_client import EngineClient
from edgebox.errors import EngineFault
from edgebox.settings import Settings
from support.engines.fake import ANALYSIS, FakeEngine, role_health

CALL = (
    "고객: 사십팔만 칠천 원이 두 번 빠졌어요\n"
    "상담사: 네 구월 십삼일까지 환불됩니다\n고객: 감사합니다"
)
BYTES = LLTokenizer("byte")


def accepts(matcher, text):
    assert not matcher.is_error(), matcher.get_error()[:200]
    octets = list(text.encode())
    return matcher.try_consume_tokens(octets) == len(octets) and matcher.is_accepting()


def regex_accepts(pattern, text):
    return accepts(LLMatcher(BYTES, LLMatcher.grammar_from_regex(pattern), log_level=0), text)


def lark_accepts(lark, text):
    return accepts(LLMatcher(BYTES, LLMatcher.grammar_from_lark(lark), log_level=0), text)


def schema_accepts(schema, text):
    options = {"whitespace_flexible": False}
    made = LLMatcher.grammar_from_json_schema(json.dumps(schema), overrides=options)
    return accepts(LLMatcher(BYTES, made, log_level=0), text)


def asked(tmp_path, engine, scenario, *, remote=(), figures="on", **settings):
    """What a scenario returns that gets the settings and a client of the fake engine."""

    async def whole():
        if remote:
            engine.roles["m"] = role_health("m")
        far = {"url": "http://elsewhere/v1", "url_model": "m", "url_figures": figures}
        urls = dict.fromkeys(remote, far)
        made = Settings(state_dir=tmp_path, engines=urls, **settings)
        async with engine.serve(made.socket):
            client = EngineClient(made)
            for role in remote:
                transport = httpx.ASGITransport(engine.app())
                client._remote[role].http = httpx.AsyncClient(
                    transport=transport, base_url="http://elsewhere"
                )
            try:
                return await scenario(made, client)
            finally:
                await client.aclose()

    return asyncio.run(whole())


async def summary(made, client):
    monitor = EngineMonitor(client)
    if not client.is_remote("slm"):
        await monitor.poll()
    quick = QuickSummaries(client, monitor, made.quick)
    *pieces, last = [piece async for piece in quick.stream(quick.admit(CALL))]
    assert isinstance(last, QuickResult)
    return "".join(pieces), last


async def analysis(made, client):
    return (await Analyst(client, made).analyse(CALL)).analysis


def with_lines(**lines):
    answer = json.loads(ANALYSIS)
    answer["summary"] |= lines
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


# ---- our own engine ----


def test_a_summary_is_asked_for_under_the_calls_figures(tmp_path):
    engine = FakeEngine()
    asked(tmp_path, engine, summary)
    regex = engine.requests[0]["structured_outputs"]["regex"]
    assert regex_accepts(regex, "고객이 487,000원 환불을 9월 13일까지 요청했습니다.")
    assert not regex_accepts(regex, "고객이 129,000원 환불을 요청했습니다.")


@pytest.mark.parametrize("scenario", [summary, analysis])
def test_a_switch_leaves_the_model_free(tmp_path, scenario):
    engine = FakeEngine()
    asked(tmp_path, engine, scenario, quality={"ground_numbers": "off"})
    assert "structured_outputs" not in engine.requests[0]


def test_an_analysis_is_asked_for_under_a_grammar_of_the_schema_and_the_figures(tmp_path):
    engine = FakeEngine()
    asked(tmp_path, engine, analysis)
    (request,) = engine.requests
    lark = request["structured_outputs"]["grammar"]
    assert "response_format" not in request
    assert lark_accepts(lark, with_lines(result="487,000원이 9월 13일에 환불됩니다."))
    assert not lark_accepts(lark, with_lines(result="129,000원이 환불됩니다."))
    assert not lark_accepts(lark, with_lines(result="487,000원이 \\u0035일에 환불됩니다."))


def test_the_grammar_has_the_schemas_form():
    lark = grammar(ANALYSIS_SCHEMA, Figures("").expression)
    plain = json.loads(with_lines())
    compact = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    assert lark_accepts(lark, compact)
    assert schema_accepts(ANALYSIS_SCHEMA, compact)
    for key in ("summary", "keywords", "titles"):
        less = {name: value for name, value in plain.items() if name != key}
        assert not lark_accepts(lark, json.dumps(less, ensure_ascii=False, separators=(",", ":")))
    few = json.dumps(plain | {"keywords": ["하나"]}, ensure_ascii=False, separators=(",", ":"))
    assert not lark_accepts(lark, few)


def test_the_parts_and_the_merged_analysis_are_held_to_the_whole_call(tmp_path):
    engine = FakeEngine(roles={"mlm": role_health("mid", context_tokens=4096)})
    lines = [f"고객: {i % 9 + 1}번 말씀입니다 카드 정지와 재발급" for i in range(900)]
    lines[3] = "고객: 사십팔만 칠천 원이 빠졌어요"
    lines[-3] = "상담사: 구월 십삼일까지 환불됩니다"

    async def long(made, client):
        return (await Analyst(client, made).analyse("\n".join(lines))).parts

    assert asked(tmp_path, engine, long) > 1
    assert any(MERGE_ASK in r["messages"][-1]["content"] for r in engine.requests)
    grammars = {request["structured_outputs"]["grammar"] for request in engine.requests}
    assert len(grammars) == 1
    assert lark_accepts(grammars.pop(), with_lines(result="487,000원이 9월 13일에 환불됩니다."))


def refusing(engine, refused, status=400, code="EngineRefused"):
    """Make the fake engine answer with an error where ``refused`` says so of the body."""
    answer = engine._chat

    async def chat(request):
        body = await request.json()
        if refused(body):
            engine.requests.append(body)
            return JSONResponse({"error": {"message": "no", "code": code}}, status)
        return await answer(request)

    engine._chat = chat


@pytest.mark.parametrize("remote", [(), ("mlm",)])
def test_a_server_that_refuses_the_figures_is_asked_without_them(tmp_path, remote):
    engine = FakeEngine(answers={"mlm": (ANALYSIS,), "m": (ANALYSIS,)})
    refusing(engine, lambda body: "structured_outputs" in body or "pattern" in json.dumps(body))
    assert asked(tmp_path, engine, analysis, remote=remote).keywords
    assert [request["temperature"] for request in engine.requests] == [0.0, 0.0]


def test_a_fault_of_our_engine_is_not_taken_for_a_refusal_of_the_figures(tmp_path):
    engine = FakeEngine()
    refusing(engine, lambda _body: True, 500, "EngineFault")
    with pytest.raises(EngineFault):
        asked(tmp_path, engine, analysis)
    assert len(engine.requests) == 1


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("48만 7천 원 환불을 접수했습니다.", "success"),
        ("129,000원 환불을 접수했습니다.", "fallback"),
    ],
)
def test_a_summary_whose_expression_is_refused_is_checked_afterwards(tmp_path, written, status):
    engine = FakeEngine(answers={"slm": (written,)})
    refusing(engine, lambda body: "structured_outputs" in body)
    shown, result = asked(tmp_path, engine, summary)
    assert result.status == status
    assert "129" not in shown + result.summary


@pytest.fixture(params=["numbers_in", "forms", "expression"])
def _broken(monkeypatch, request):
    """A part of the figures fails on this call."""
    whole = getattr(grounding, request.param)

    def fail(found, *args, **options):
        if found and "접수" not in found:
            raise RecursionError(f"quoting {CALL}")
        return whole(found, *args, **options)

    monkeypatch.setattr(grounding, request.param, fail)


@pytest.mark.usefixtures("_broken")
def test_a_summary_goes_on_without_figures_that_cannot_be_read(tmp_path, caplog):
    engine = FakeEngine(answers={"slm": ("환불을 접수했습니다.",)})
    with caplog.at_level(logging.WARNING, "edgebox.consultation"):
        _, result = asked(tmp_path, engine, summary)
    assert "structured_outputs" not in engine.requests[0]
    assert "RecursionError at edgebox.consultation" in caplog.text
    assert "사십팔만" not in caplog.text
    assert (result.status, result.summary) == ("success", "환불을 접수했습니다.")


@pytest.mark.usefixtures("_broken")
def test_a_number_that_was_not_said_is_not_shown_either(tmp_path):
    engine = FakeEngine(answers={"slm": ("129,000원 환불을 접수했습니다.",)})
    shown, result = asked(tmp_path, engine, summary)
    assert (result.status, result.fallback_reason) == ("fallback", "number")
    assert "129" not in shown + result.summary


@pytest.mark.usefixtures("_broken")
def test_an_analysis_goes_on_without_figures_that_cannot_be_read(tmp_path):
    engine = FakeEngine()
    assert asked(tmp_path, engine, analysis).keywords
    assert [list(request) for request in engine.requests if "structured_outputs" in request] == []
    assert engine.requests[0]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize("figures", [600, 60_000])
@pytest.mark.parametrize("run", ["1", "일", "12-34-", "공일 "])
def test_a_loop_of_digits_is_no_form_and_stops_nothing(run, figures):
    said = Figures(f"사십팔만 칠천 원이 {run * (figures // len(run))} 빠졌어요")
    assert regex_accepts(said.expression, "487,000원이 빠졌습니다.")
    assert not regex_accepts(said.expression, "1" * 600)


# ---- another server ----


def test_another_server_gets_the_figures_as_a_pattern_of_the_schema(tmp_path):
    engine = FakeEngine(answers={"m": (ANALYSIS,)})
    asked(tmp_path, engine, analysis, remote=("mlm",))
    (request,) = engine.requests
    assert "structured_outputs" not in request
    schema = request["response_format"]["json_schema"]["schema"]
    for limited in (schema["properties"]["summary"]["properties"]["result"],):
        assert regex_accepts(limited["pattern"][1:-1], "487,000원이 환불됩니다.")
        assert not regex_accepts(limited["pattern"][1:-1], "129,000원이 환불됩니다.")
        assert limited["maxLength"] == 200


def test_another_server_gets_no_figures_unless_the_settings_say_that_it_takes_them(tmp_path):
    """llama-server takes any text for such a pattern, and writes it into its log."""
    engine = FakeEngine(answers={"m": (ANALYSIS,)})
    asked(tmp_path, engine, analysis, remote=("mlm",), figures="off")
    (request,) = engine.requests
    assert "pattern" not in json.dumps(request)
    assert len(json.dumps(request)) < 50_000


def test_another_server_is_sent_no_expression_for_a_summary(tmp_path):
    engine = FakeEngine(answers={"m": ("48만 7천 원 환불을 접수했습니다.",)})
    _, result = asked(tmp_path, engine, summary, remote=("slm",))
    assert not {"structured_outputs", "regex"} & set(engine.requests[0])
    assert (result.status, result.summary) == ("success", "48만 7천 원 환불을 접수했습니다.")


@pytest.mark.parametrize(
    "pieces",
    [
        ("129,000원 환불을 접수했습니다.",),
        ("환불을 접수했습니다. ", "9월 1", "5일에 입금", "됩니다."),
        ("고객이 12", "9,000원을 ", "요청했", "습니다"),
    ],
)
def test_a_number_that_was_never_said_is_not_shown_whoever_wrote_it(tmp_path, pieces):
    engine = FakeEngine(answers={"m": pieces})
    shown, result = asked(tmp_path, engine, summary, remote=("slm",))
    assert result.status == "fallback"
    assert not set("129") & set(shown + result.summary)


def test_another_servers_number_is_shown_if_the_switch_is_off(tmp_path):
    engine = FakeEngine(answers={"m": ("129,000원 환불을 접수했습니다.",)})
    off = {"ground_numbers": "off"}
    shown, result = asked(tmp_path, engine, summary, remote=("slm",), quality=off)
    assert shown == result.summary == "129,000원 환불을 접수했습니다."


# ---- texts that a limit cut off ----

LONG = "고객이 카드를 잃어버렸다고 신고하고 정지를 요청했으며, "
LONG += "재발급을 집으로 보내 달라고 " * 7
NOUNS = "8월 15일 주문한 무선 청소기의 배송 지연 보상 5,000원 적립금 지급과 왕복 배송비 면제, "
NOUNS += "할인 쿠폰 재발급 승인"
CLAUSE = "고객이 정지를 요청했으며 "


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("고객이 정지를 요청했습니다.", "고객이 정지를 요청했습니다."),
        ("카드 분실 신고 및 정지", "카드 분실 신고 및 정지"),
        (f"{LONG}말했습니다.", f"{LONG}말했습니다."),
        (f"카드를 정지했습니다. {LONG}48만", "카드를 정지했습니다."),
        (f"{LONG}집으", "고객이 카드를 잃어버렸다고 신고하고 정지를 요청했으며…"),
    ],
)
def test_a_line_that_stops_in_the_middle_is_cut_at_its_last_sentence_or_clause(line, kept):
    assert whole_line(line, dense=1.0) == kept


@pytest.mark.parametrize(
    "line",
    [
        NOUNS,
        f"{NOUNS}, 소비자원 신고 의사",
        "무상 교환과 왕복 배송비 면제를 제안했으며 고객이 이를 거절, 소비자원 신고 의사 표시",
        f"{LONG}말씀하셨고 상담사가 접수 후 문자 발송",
    ],
)
def test_a_line_that_reached_no_limit_is_kept_whatever_it_ends_with(line):
    assert whole_line(line) == line
    assert whole_line(line, dense=0.8) == line


@pytest.mark.parametrize("lines", [{"result": NOUNS}, {"result": NOUNS, "agent": NOUNS}])
def test_an_analysis_in_nouns_costs_one_generation(tmp_path, lines):
    engine = FakeEngine(answers={"mlm": (with_lines(**lines),)})
    found = asked(tmp_path, engine, analysis, quality={"quotes": "off"})
    assert found.summary.result == NOUNS
    assert len(engine.requests) == 1


def test_a_line_in_characters_is_cut_where_their_limit_is():
    cut = (CLAUSE * 20)[:200]
    assert whole_line(cut) == whole_line(cut, dense=0.5) == f"{(CLAUSE * 14).strip()}…"
    assert whole_line(cut[:199]) == cut[:199].strip()


def test_an_answer_of_few_tokens_reached_no_limit_in_them():
    line = f"{LONG}집으"
    answer = with_lines(result=line)
    assert parsed(answer, tokens=len(answer) // 3).summary.result == line
    for tokens in (len(answer), 0):
        assert parsed(answer, tokens=tokens).summary.result.endswith("정지를 요청했으며…")


@pytest.mark.parametrize(
    ("end", "kept"),
    [
        ("무선 청소", "무선…"),
        ("총 48만 7", "총…"),
        ("총 48", "총…"),
        ("2대 중 1대 할인 쿠", "할인…"),
    ],
)
def test_a_line_of_which_nothing_is_whole_twice_ends_at_its_last_word(tmp_path, end, kept):
    line = f"{'배송 지연 보상 적립금 지급과 할인 쿠폰 재발급 ' * 12}"[: 200 - len(end)] + end
    assert whole_line(line) == ""
    engine = FakeEngine(answers={"mlm": (with_lines(result=line),)})
    result = asked(tmp_path, engine, analysis, quality={"ground_numbers": "off"}).summary.result
    assert len(engine.requests) == 2
    assert result.endswith(kept)


def test_what_has_no_whole_clause_is_asked_for_again(tmp_path):
    engine = FakeEngine()
    answers = iter([with_lines(agent="정지" * 100), with_lines(agent="정지했습니다.")])

    async def pieces(_body):
        yield next(answers)

    engine._pieces = pieces
    assert asked(tmp_path, engine, analysis).summary.agent == "정지했습니다."


def test_a_title_or_keyword_loses_a_figure_that_was_cut_off():
    said = Figures(CALL)
    answer = json.loads(ANALYSIS)
    answer["keywords"] = ["환불 48만 7천 원", "환불 48만", "카드"]
    answer["titles"] = {"keyword": "카드_환불_48만", "descriptive": "카드 환불 9월 1"}
    found = parsed(json.dumps(answer), said)
    assert found.keywords == ["환불 48만 7천 원", "환불", "카드"]
    assert found.titles.keyword == "카드_환불"
    assert found.titles.descriptive.startswith("카드 환불 9월")


def test_a_title_that_is_too_long_is_cut_between_words():
    answer = json.loads(ANALYSIS)
    answer["titles"]["keyword"] = (
        "주택담보대출상담_금리인하요구권신청_중도상환수수료면제_소득증빙서류제출안내사항"
    )
    title = parsed(json.dumps(answer)).titles.keyword
    assert title == "주택담보대출상담_금리인하요구권신청_중도상환수수료면제"
    answer["titles"]["descriptive"] = "낱말" * 40
    assert parsed(json.dumps(answer)).titles.descriptive == "낱말" * 30


def test_curses_that_the_model_repeats_are_masked_in_every_part_of_an_analysis():
    answer = json.loads(with_lines(customer="고객이 진짜씨발이라며 환불을 요청했습니다."))
    answer["keywords"] = ["환불", "개새끼", "진상 병신"]
    answer["titles"] = {"keyword": "환불_씨발_요청", "descriptive": "존나 늦은 환불 요청"}
    found = parsed(json.dumps(answer))
    assert found.summary.customer == "고객이 진짜○○ 환불을 요청했습니다."
    assert found.keywords == ["환불", "진상 ○○"]
    assert (found.titles.keyword, found.titles.descriptive) == ("환불_○○_요청", "○○ 늦은 환불 요청")
    answer["keywords"] = ["씨발"]
    assert parsed(json.dumps(answer)).keywords == ["○○"]
