"""One summary, one analysis and one result, for every test that only needs to have one."""

from __future__ import annotations

import json

SUMMARY = ("고객이 카드 분실을 신고했고, ", "상담사가 정지 후 재발급을 접수했습니다.")
"""A quick summary, in the pieces it is streamed in."""

ANALYSIS = json.dumps(
    {
        "summary": {
            "customer": "카드를 잃어버려 정지를 요청했습니다.",
            "agent": "카드를 정지하고 재발급을 안내했습니다.",
            "result": "재발급이 접수됐습니다.",
        },
        "keywords": ["카드", "분실", "재발급"],
        "titles": {"keyword": "카드_분실_재발급", "descriptive": "분실 카드 정지와 재발급"},
    },
    ensure_ascii=False,
)
"""An analysis, as the model writes it."""

RESULT = {
    **json.loads(ANALYSIS),
    "quality_score": 0.91,
    "quality": {"grounding": 1.0, "coverage": 0.8, "form": 1.0, "flags": []},
    "processing_time": 1.8,
}
"""What the worker stores of that analysis."""
