"""What the score makes of records that somebody wrote who did not know it, in free words."""

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

    A spoilt record is noticed by a flag with a cap that no true record of its call has.
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
        for kind in NONE_NOTICED:
            rows = one[kind] if isinstance(one[kind], list) else [one[kind]]
            for row in filter(None, rows):
                spoilt = one["good"] | {
                    "summary": one["good"]["summary"] | {row["field"]: row["text"]}
                }
                made[kind] += 1
                caps = scorer.score(Analysis.model_validate(spoilt)).caps
                noticed[kind] += bool(set(caps) - own)
    return made, noticed, alarms, trues


@pytest.mark.parametrize(
    ("name", "seen", "false"),
    [
        (
            "others-tuned",
            {
                "negated": 90,
                "wrong_side": 18,
                "wrong_number": 43,
                "wrong_name": 56,
                "wrong_date": 53,
            },
            26,
        ),
        (
            "others-kept",
            {
                "negated": 84,
                "wrong_side": 21,
                "wrong_number": 26,
                "wrong_name": 51,
                "wrong_date": 40,
            },
            28,
        ),
    ],
)
def test_records_in_free_words(name, seen, false):
    made, noticed, alarms, trues = counted(name)
    print(f"\n{name}: seen {dict(noticed)} of {dict(made)}, {len(alarms)} of {trues} false")
    assert len(alarms) <= false
    assert {kind: noticed[kind] for kind in seen if noticed[kind] < seen[kind]} == {}
