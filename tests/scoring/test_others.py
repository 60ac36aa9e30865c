"""What the score makes of records that were written without a look at it, in free words."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import pytest

from edgebox.reading.call import read
from edgebox.scoring.quality import Scorer
from edgebox.scoring.types import Analysis
from scoring.corruptions import DATA

NONE_NOTICED = Counter(
    {
        "negated": 0,
        "opposite": 0,
        "wrong_side": 0,
        "wrong_condition": 0,
        "wrong_number": 0,
        "wrong_name": 0,
        "wrong_date": 0,
    }
)


def counted(name: str) -> tuple[Counter[str], Counter[str], list[str], int]:
    """Spoilt records by kind, those noticed, the true ones that are flagged, and all true ones.

    A spoilt record is noticed by a flag with a cap that no true record of its call has. Where a
    call has further true lines, each in the place of the good one's is a true record too.
    """
    made, noticed = Counter(NONE_NOTICED), Counter(NONE_NOTICED)
    alarms: list[str] = []
    trues = 0
    for line in (DATA / "outcomes" / f"{name}.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        scorer = Scorer(read(one["transcript"]), call_date=dt.date.fromisoformat(one["call_date"]))
        own: set[str] = set()
        for key in ("good", "good2"):
            found = scorer.score(Analysis.model_validate(one[key])).caps
            trues += 1
            own |= set(found)
            if found:
                alarms.append(f"{one['id']} {key}: {', '.join(found)}")
        for row in one.get("true_more", []):
            found = scorer.score(Analysis.model_validate(_with(one["good"], row))).caps
            trues += 1
            if set(found) - own:
                alarms.append(f"{one['id']} {row['text'][:20]}: {', '.join(found)}")
        for kind in NONE_NOTICED:
            rows = one[kind] if isinstance(one[kind], list) else [one[kind]]
            for row in filter(None, rows):
                made[kind] += 1
                caps = scorer.score(Analysis.model_validate(_with(one["good"], row))).caps
                noticed[kind] += bool(set(caps) - own)
    return made, noticed, alarms, trues


def _with(good: dict, row: dict) -> dict:
    """Return a record with another line in the place of its own."""
    return good | {"summary": good["summary"] | {row["field"]: row["text"]}}


@pytest.mark.parametrize(
    ("name", "seen", "false"),
    [
        (
            "others-tuned",
            {
                "negated": 87,
                "wrong_side": 18,
                "wrong_number": 45,
                "wrong_name": 57,
                "wrong_date": 58,
            },
            10,
        ),
        (
            "others-kept",
            {
                "negated": 77,
                "wrong_side": 20,
                "wrong_number": 28,
                "wrong_name": 52,
                "wrong_date": 44,
            },
            23,
        ),
        (
            "authors-tuned",
            {
                "negated": 228,
                "opposite": 105,
                "wrong_side": 75,
                "wrong_condition": 60,
                "wrong_number": 100,
                "wrong_name": 115,
                "wrong_date": 104,
            },
            50,
        ),
        (
            "authors-kept",
            {
                "negated": 190,
                "opposite": 111,
                "wrong_side": 54,
                "wrong_condition": 53,
                "wrong_number": 89,
                "wrong_name": 99,
                "wrong_date": 88,
            },
            87,
        ),
        (
            "writers-tuned",
            {
                "negated": 221,
                "opposite": 103,
                "wrong_side": 52,
                "wrong_condition": 50,
                "wrong_number": 85,
                "wrong_name": 97,
                "wrong_date": 90,
            },
            67,
        ),
        (
            "writers-kept",
            {
                "negated": 169,
                "opposite": 70,
                "wrong_side": 40,
                "wrong_condition": 39,
                "wrong_number": 67,
                "wrong_name": 76,
                "wrong_date": 70,
            },
            82,
        ),
    ],
)
def test_records_in_free_words(name, seen, false):
    made, noticed, alarms, trues = counted(name)
    print(f"\n{name}: seen {dict(noticed)} of {dict(made)}, {len(alarms)} of {trues} false")
    assert len(alarms) <= false
    assert {kind: noticed[kind] for kind in seen if noticed[kind] < seen[kind]} == {}
