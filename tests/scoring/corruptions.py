"""Ways in which an analysis goes wrong, done on purpose to a good one."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgebox.language.korean import numbers_in
from edgebox.language.names import names_of_call
from edgebox.reading.call import read
from edgebox.scoring.evidence import telling
from edgebox.scoring.types import Analysis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


def _lines(analysis: Analysis) -> dict[str, str]:
    return {field: getattr(analysis.summary, field) for field in ("customer", "agent", "result")}


def claims(analysis: Analysis) -> int:
    """How many numbers of the summary are specific enough to check."""
    lines = _lines(analysis).values()
    return sum(telling(number) for line in lines for number in numbers_in(line))


def exchanged(analysis: Analysis) -> Iterator[Analysis]:
    """Every pair of different numbers of one kind in the summary, each in the other's place."""
    lines = _lines(analysis)
    numbers = [
        (field, number)
        for field, line in lines.items()
        for number in numbers_in(line)
        if telling(number)
    ]
    for (field, one), (other_field, other) in combinations(numbers, 2):
        if one.kind != other.kind or one.value == other.value:
            continue
        first, second = (
            lines[field][one.start : one.end],
            lines[other_field][other.start : other.end],
        )
        changed = dict(lines)
        # The later one first, so that the offsets of the earlier one hold.
        changed[other_field] = _put(changed[other_field], other, first)
        changed[field] = _put(changed[field], one, second)
        if changed != lines:
            yield _with(analysis, **changed)


def _put(line: str, number: Any, text: str) -> str:
    return line[: number.start] + text + line[number.end :]


_NEGATIONS = (
    (r"지 않기로 (했|하)", r"기로 \1"),
    (r"([가-힣])기로 (했|하)", r"\1지 않기로 \2"),
    (r"됐(습니다|고|으며)", r"되지 않았\1"),
    (r"했(습니다|고|으며)", r"하지 않았\1"),
    (r"됩니다", "되지 않습니다"),
    (r"나옵니다", "나오지 않습니다"),
    (r"가능", "불가능"),
    (r"안 (된다|됩|되)", r"\1"),
    (r"없(다|고|으며|습니다)", r"있\1"),
)


def negated(analysis: Analysis) -> Analysis | None:
    """The outcome denied, or no longer denied, by its last verb; None where no rule fits."""
    result = analysis.summary.result
    for pattern, other in _NEGATIONS:
        found = list(re.finditer(pattern, result))
        if found:
            last = found[-1]
            return _with(
                analysis, result=result[: last.start()] + last.expand(other) + result[last.end() :]
            )
    return None


def named(analysis: Analysis, transcript: str) -> tuple[Analysis, Analysis] | None:
    """The analysis with a name of the call in it, and with that name wrong by a syllable."""
    names = sorted(name for name in names_of_call(read(transcript)) if len(name) == 3)
    if not names:
        return None
    wrong = names[0][:2] + ("별" if names[0][2] != "별" else "솔")
    customer = analysis.summary.customer
    return tuple(
        _with(analysis, customer=f"{name} 고객이 {customer}") for name in (names[0], wrong)
    )


TOLD: dict[str, dict[str, tuple[str, str]]] = {
    "condition as fact": {
        "shopping-refund": (
            "result",
            "189,000원을 전액 환불하기로 했고 회수는 모레로 접수했습니다.",
        ),
        "gas-visit": (
            "result",
            "20분 안에 기사가 방문하며 호스를 교체했고 15,000원이 청구됐습니다.",
        ),
        "internet-outage": (
            "result",
            "내일 오전 10시 기사 방문이 예약됐고 하루치 1,100원이 감면됐습니다.",
        ),
        "insurance-claim": (
            "result",
            "50만 4천 원 지급이 확정됐고 고객이 오늘 앱으로 서류를 올리기로 했습니다.",
        ),
        "parking-accident": (
            "result",
            "대물 접수가 완료됐고 고객이 보험금을 환입해 사고 기록이 삭제됐습니다.",
        ),
        "jeonse-loan": (
            "result",
            "급여이체를 바꿔 우대 금리가 적용됐고 22일 월요일 오후 3시에 상담하기로 했습니다.",
        ),
        "internet-cancel": (
            "result",
            "어머니 댁으로 명의를 변경하기로 했고 위약금은 없어졌습니다.",
        ),
        "cancer-insurance": (
            "result",
            "일반암으로 인정돼 1,600만 원을 추가로 지급하기로 했습니다.",
        ),
        "water-bill": (
            "result",
            "누수분 절반이 감면됐고 9월 19일 오전에 탐지 기사가 방문하기로 했습니다.",
        ),
        "vat-late": ("agent", "한 달 안에 신고해 50% 감면됐다고 안내했습니다."),
    },
    "request as granted": {
        "telecom-roaming": ("result", "로밍 요금 5만 5천 원을 전액 감면하기로 했습니다."),
        "vat-late": ("result", "부가세를 분할 납부하기로 했습니다."),
        "parking-accident": ("result", "차주에게 현금 80만 원을 지급하기로 했습니다."),
        "internet-cancel": ("result", "위약금 31만 2천 원이 전액 면제됐습니다."),
        "cancer-insurance": ("result", "암 진단비 2천만 원을 지급하기로 했습니다."),
        "unlabelled-cinema": ("result", "영화표 시간을 저녁 7시로 변경했습니다."),
        "shopping-refund": ("result", "공기청정기를 환불하기로 했습니다."),
        "double-charge": ("result", "중복 결제가 바로 취소됐습니다."),
        "bank-otp": ("result", "오티피 잠금이 해제됐습니다."),
    },
    "another's promise": {
        "insurance-claim": ("result", "상담사가 오늘 앱으로 서류를 올리기로 했습니다."),
        "business-registration": (
            "result",
            "상담사가 구청에서 영업 신고증을 받아 주기로 했습니다.",
        ),
        "vat-late": (
            "result",
            "상담사가 오늘 기한 후 신고를 하고 카드로 납부하기로 했습니다.",
        ),
        "jeonse-loan": ("result", "상담사가 집주인에게 근저당을 물어보기로 했습니다."),
        "move-in": (
            "result",
            "상담사가 오늘 저녁 임대차 신고와 전입신고를 하기로 했습니다.",
        ),
        "internet-cancel": ("result", "상담사가 어머니와 상의해 17일까지 연락하기로 했습니다."),
        "cancer-insurance": (
            "agent",
            "상담사가 수술기록지와 입퇴원확인서를 떼어 보내기로 했습니다.",
        ),
    },
}
"""What a model may make of the calls by misreading them: kind → call → (line, its text)."""


def told(kind: str, pair: dict[str, Any]) -> Analysis | None:
    """The pair's analysis with a line of `TOLD` in it."""
    line = TOLD[kind].get(pair["id"])
    return (
        None if line is None else _with(Analysis.model_validate(pair["analysis"]), **dict([line]))
    )


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


def load_golden() -> list[dict[str, Any]]:
    """Good analyses of the other calls, with spoilt ones and the right utterances."""
    found = []
    for path in sorted((DATA / "golden").glob("*.json")):
        one = json.loads(path.read_text("utf-8"))
        call = json.loads((DATA / one["call"]).read_text("utf-8"))
        found.append(one | {"transcript": call["transcript"], "call_date": call.get("call_date")})
    return found


def spoilt(one: dict[str, Any], kind: str) -> Analysis | None:
    """A golden analysis spoilt by hand in one way; None where that way does not apply."""
    change = one["spoilt"].get(kind)
    if not change:
        return None
    good = Analysis.model_validate(one["analysis"])
    if kind == "name":
        return _replaced(good, [change["old"], change["new"]])
    return _with(good, **{change["field"]: change["text"]})
