"""How many spoilt analyses of the golden calls the score sees, by the way of spoiling.

    PYTHONPATH=tests python -m scoring.figures

Of held-out calls it is measured, and nothing may be fitted to it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from edgebox.reading.call import read
from edgebox.scoring.quality import Scorer
from edgebox.scoring.types import Analysis
from scoring.corruptions import EXAMPLE, exchanged, load_golden, spoilt

KINDS = ("negated", "name", "condition", "granted", "speaker")


def scorer_of(one: dict[str, Any]) -> Scorer:
    day = one["call_date"] and date.fromisoformat(one["call_date"])
    return Scorer(read(one["transcript"]), call_date=day, examples=[EXAMPLE])


def show(cases: list[dict[str, Any]]) -> None:
    flagged, seen, made = Counter(), Counter(), Counter()
    low = []
    for one in cases:
        scorer, good = scorer_of(one), Analysis.model_validate(one["analysis"])
        found = scorer.score(good)
        flagged.update(found.caps.keys())
        if found.score < 0.75:
            low.append((one["id"], found.score, found.flags))
        for kind in KINDS:
            bad = spoilt(one, kind)
            if bad is not None:
                made[kind] += 1
                seen[kind] += bool(scorer.score(bad).caps)
        for bad in exchanged(good):
            made["exchanged"] += 1
            seen["exchanged"] += "unbound_number" in scorer.score(bad).flags
    print(f"{len(cases)} good, flags {dict(flagged)}, low {low}")
    for kind in (*KINDS, "exchanged"):
        print(f"  {kind:10} {seen[kind]} of {made[kind]}")


if __name__ == "__main__":
    golden = load_golden()
    for held_out in (False, True):
        print(f"\nheld out: {held_out}")
        show([one for one in golden if one["held_out"] == held_out])
