"""Ways in which an analysis goes wrong, done on purpose to a good one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgebox.consultation.types import Analysis

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parents[1] / "data"

EXAMPLE = (
    "고객: 어 저기 정수기에서 물이 계속 새는데요\n"
    "상담사: 내일 오전 열 시에 기사님이 방문하시고 수리비는 무상입니다\n"
    "그제부터 정수기에서 물이 새어 바닥이 젖었다며 수리를 문의했습니다.\n"
    "내일 오전 10시에 기사가 방문하며 수리비는 무상이라고 안내했습니다.\n"
    "내일 오전 10시 방문 무상 수리로 접수됐습니다."
)
"""What a prompt's example says; none of the consultations is about it."""

INVENTED = "추가로 평생 무료 멤버십 혜택과 사은품 쿠폰을 제공하기로 했습니다."
EMPTY_OUTCOMES = (
    "상담이 종료되었습니다.",
    "고객 문의에 대해 안내를 완료했습니다.",
    "고객이 이해하고 상담을 마무리했습니다.",
)


def _replaced(analysis: Analysis, old_and_new: list[str] | None) -> Analysis | None:
    """Every occurrence of one text by another, in all fields."""
    if old_and_new is None:
        return None
    old, new = old_and_new
    text = analysis.model_dump_json()
    assert old in text, f"{old!r} is in no field"
    return Analysis.model_validate_json(text.replace(old, new))


def _with(analysis: Analysis, **fields: str) -> Analysis:
    summary = analysis.summary.model_copy(update=fields)
    return analysis.model_copy(update={"summary": summary})


def _swapped(analysis: Analysis) -> Analysis:
    return _with(analysis, customer=analysis.summary.agent, agent=analysis.summary.customer)


def corruptions(pair: dict[str, Any], index: int) -> dict[str, Analysis]:
    """Every way that applies to this pair: its name → the spoilt analysis."""
    good = Analysis.model_validate(pair["analysis"])
    summary = good.summary
    leak = EXAMPLE.split("\n")
    made: dict[str, Callable[[], Analysis | None]] = {
        "amount swapped": lambda: _replaced(good, pair["amount"]),
        "date changed": lambda: _replaced(good, pair["date"]),
        "speakers swapped": lambda: _swapped(good),
        "outcome dropped": lambda: _with(good, result=EMPTY_OUTCOMES[index % 3]),
        "claim added": lambda: _with(good, agent=f"{summary.agent} {INVENTED}"),
        "example leaked": lambda: _with(good, **{("agent", "result")[index % 2]: leak[3]}),
        "repeated": lambda: _with(good, agent=f"{summary.agent} {summary.agent}"),
    }
    return {name: spoilt for name, make in made.items() if (spoilt := make()) is not None}


def auroc(good: list[float], bad: list[float]) -> float:
    """How often a good score is above a bad one; a tie counts half."""
    wins = sum((g > b) + 0.5 * (g == b) for g in good for b in bad)
    return wins / (len(good) * len(bad))


def load_pairs() -> list[dict[str, Any]]:
    """Good analyses with their transcripts: ``tests/data/analyses.json``."""
    pairs: list[dict[str, Any]] = json.loads((DATA / "analyses.json").read_text("utf-8"))
    for pair in pairs:
        if name := pair.get("transcript_file"):
            call = json.loads((DATA / "transcripts" / name).read_text("utf-8"))
            pair["transcript"] = call["transcript"]
    return pairs
