"""What is stored of an analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgebox.consultation.analysis import AnalysisOutcome

if TYPE_CHECKING:
    from edgebox.consultation.analysis import NothingToAnalyse
    from edgebox.contract.results import Analysed, NothingSaid


def result_of(outcome: AnalysisOutcome | NothingToAnalyse) -> Analysed | NothingSaid:
    """Return the outcome as it is stored, in the order in which its fields are sent."""
    if not isinstance(outcome, AnalysisOutcome):
        return {"status": "no_content", "processing_time": outcome.processing_time}
    summary, titles = outcome.analysis.summary, outcome.analysis.titles
    return {
        "summary": {
            "customer": summary.customer,
            "agent": summary.agent,
            "result": summary.result,
        },
        "keywords": outcome.analysis.keywords,
        "titles": {"keyword": titles.keyword, "descriptive": titles.descriptive},
        "quality_score": outcome.quality.score,
        "quality": outcome.quality.as_dict(),
        "evidence": outcome.quality.evidence,
        "processing_time": outcome.processing_time,
        "model_used": outcome.model,
    }
