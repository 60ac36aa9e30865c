"""The prompts, in Korean, with the shared part first.

System text and examples never change, so the engine reads them once and keeps their KV cells. The
transcript follows, and the instruction comes last: a call that continues extends the same prefix.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgebox.engine_client import Messages

SUMMARY_SYSTEM = (
    "너는 한국어 콜센터의 상담 요약 도우미다. 상담 내용을 한두 문장으로 요약한다. "
    "고객이 왜 연락했는지와 어떻게 처리됐는지를 쓰고, 금액·날짜·기간은 상담에 나온 대로 적는다. "
    "상담에 없는 내용은 쓰지 않는다. 말투는 '~함', '~됨'이 아니라 '~했습니다'로 쓴다."
)
SUMMARY_ASK = "위 상담을 한두 문장으로 요약해 줘."

SUMMARY_EXAMPLES: tuple[tuple[str, str], ...] = (
    (
        (
            "고객: 어 저기 정수기에서 물이 계속 새는데요\n"
            "상담사: 네 불편 드려 죄송합니다 언제부터 그러셨어요\n"
            "고객: 그제부터요 바닥이 다 젖었어요\n"
            "상담사: 내일 오전 열 시에 기사님이 방문하시고 수리비는 무상입니다\n"
            "고객: 네 알겠습니다"
        ),
        (
            "고객이 그제부터 정수기에서 물이 샌다고 문의했고, 내일 오전 10시에 기사가 방문해 "
            "무상으로 수리하기로 했습니다."
        ),
    ),
    (
        (
            "상담사: 네 고객센터입니다\n"
            "고객: 회원권을 중간에 그만두면 얼마나 돌려받아요\n"
            "상담사: 석 달 남으셔서 위약금 빼고 십이만 원 환불됩니다\n"
            "고객: 그럼 해지해 주세요\n"
            "상담사: 네 해지 접수했고 사흘 안에 입금됩니다"
        ),
        (
            "고객이 회원권 중도 해지를 요청했고, 위약금을 뺀 12만 원이 사흘 안에 입금되도록 "
            "해지가 접수됐습니다."
        ),
    ),
)

ANALYSIS_SYSTEM = (
    "너는 한국어 콜센터 상담을 분석해 JSON으로 정리한다. 상담에 나온 사실만 쓴다. "
    "금액·날짜·이름·번호는 상담에 나온 그대로 옮기고 지어내지 않는다.\n"
    "summary.customer: 고객이 왜 연락했고 무엇을 원했는지 한 문장.\n"
    "summary.agent: 상담사가 확인하고 안내한 것 한 문장.\n"
    "summary.result: 상담이 어떻게 끝났는지, 남은 일은 무엇인지 한 문장.\n"
    "keywords: 핵심 낱말 3~6개.\n"
    "titles.keyword: 핵심 낱말 2~4개를 _로 이은 제목. titles.descriptive: 사람이 읽을 짧은 제목."
)
ANALYSIS_ASK = "위 상담을 분석해서 JSON으로만 답해 줘."

ANALYSIS_EXAMPLES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        SUMMARY_EXAMPLES[1][0],
        {
            "summary": {
                "customer": "회원권을 중도에 해지하면 환불이 얼마인지 묻고 해지를 요청했습니다.",
                "agent": "석 달이 남아 위약금을 빼고 12만 원이 환불된다고 안내했습니다.",
                "result": "해지가 접수됐고 12만 원이 사흘 안에 입금될 예정입니다.",
            },
            "keywords": ["회원권", "중도 해지", "위약금", "환불"],
            "titles": {
                "keyword": "회원권_중도해지_환불",
                "descriptive": "회원권 중도 해지와 12만 원 환불 접수",
            },
        },
    ),
)
"""One is enough to show the form, and reading it is most of the cost of a start on a CPU."""

MERGE_SYSTEM = (
    "너는 하나의 긴 상담을 나누어 분석한 결과들을 순서대로 받아 하나의 JSON으로 합친다. "
    "부분 결과에 있는 사실만 쓰고, 뒤 부분에서 바뀐 내용은 뒤를 따른다. "
    "summary.customer, summary.agent, summary.result는 상담 전체를 각각 한두 문장으로 정리한다. "
    "keywords는 3~6개, titles.keyword는 낱말 2~4개를 _로 이은 제목이다."
)
MERGE_ASK = "위 부분 결과들을 하나로 합쳐서 JSON으로만 답해 줘."


def _line(limit: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 2, "maxLength": limit}


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON schema
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


ANALYSIS_SCHEMA: dict[str, Any] = _object(
    summary=_object(customer=_line(200), agent=_line(200), result=_line(200)),
    keywords={"type": "array", "items": _line(20), "minItems": 3, "maxItems": 6},
    titles=_object(keyword=_line(40), descriptive=_line(60)),
)
"""The generation keeps to this schema. It is tighter than ``types.Analysis``: the lengths stop a
small model that has begun to repeat itself, and every answer that keeps to it is valid there."""


def summary_messages(transcript: str) -> Messages:
    """Return the chat for a quick summary."""
    return _chat(SUMMARY_SYSTEM, SUMMARY_EXAMPLES, transcript, SUMMARY_ASK)


def analysis_messages(transcript: str) -> Messages:
    """Return the chat for an analysis."""
    examples = tuple((text, _compact(answer)) for text, answer in ANALYSIS_EXAMPLES)
    return _chat(ANALYSIS_SYSTEM, examples, transcript, ANALYSIS_ASK)


def merge_messages(parts: list[str]) -> Messages:
    """Return the chat that joins the analyses (JSON texts, in order) of one long consultation."""
    listed = "\n".join(f"[부분 {index}] {part}" for index, part in enumerate(parts, 1))
    return _chat(MERGE_SYSTEM, (), listed, MERGE_ASK)


def example_texts() -> tuple[str, ...]:
    """Return the text of every example, to find examples that leaked into an answer."""
    analyses = (_compact(answer) for _, answer in ANALYSIS_EXAMPLES)
    pairs = (f"{text}\n{answer}" for text, answer in SUMMARY_EXAMPLES)
    return (*pairs, *analyses)


def _chat(
    system: str, examples: tuple[tuple[str, str], ...], transcript: str, ask: str
) -> Messages:
    messages = [{"role": "system", "content": system}]
    for text, answer in examples:
        messages.append({"role": "user", "content": f"{text}\n\n{ask}"})
        messages.append({"role": "assistant", "content": answer})
    messages.append({"role": "user", "content": f"{transcript}\n\n{ask}"})
    return messages


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
