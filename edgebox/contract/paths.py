"""The API's paths."""

from __future__ import annotations

from typing import Final


class Paths:
    """The API's paths as routes; ``Paths.BATCH.format(batch_id=...)`` is one batch's."""

    QUICK_SUMMARY: Final = "/api/v1/consultation/quick-summary"
    BATCH_ANALYSIS: Final = "/api/v1/consultation/batch-analysis"
    ASK: Final = "/api/v1/consultation/ask"
    ASKED: Final = "/api/v1/asks/{ask_id}"
    FEEDBACK: Final = "/api/v1/feedback"
    SCREEN: Final = "/api/v1/live"
    LIVE: Final = "/api/v1/live/{consultation_id}"
    LIVE_END: Final = "/api/v1/live/{consultation_id}/end"
    RECORD: Final = "/api/v1/consultations/{consultation_id}/record"
    BATCHES: Final = "/api/v1/batches"
    BATCH: Final = "/api/v1/batches/{batch_id}"
    ALIVE: Final = "/healthz"
    READY: Final = "/readyz"
    METRICS: Final = "/metrics"
    OPENAPI: Final = "/openapi.json"
