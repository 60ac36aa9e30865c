"""The configuration file as ``edgebox init`` writes it: every key, its default, what it does.

Keys stand commented out, so a later version's better default is not held back by a
copy of the old one. Names and defaults are read from the settings; only the
explanations are here, and a test fails when one is missing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from edgebox.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HEAD = """\
# EdgeBox. A line that starts with "# name =" shows a default; remove the "# " to change it.
# Every key can also be set in the environment: EDGEBOX_API__PORT is port under [api].
# A key that does not exist is an error. After a change: edgebox doctor, then restart.
"""

_ROLE = {
    "model": "Name in the catalogue (edgebox models list).",
    "url": "Another OpenAI-compatible server for this role instead of our engine.",
    "url_model": "The model's name on that server; empty: this role's name.",
    "context_tokens": "Tokens of context that all running requests of this model share.",
    "parallel": "Requests that run at once.",
    "retained": "Ended requests whose context is kept for the next one that starts alike.",
    "gpu_layers": "Layers on the GPU; -1: all that fit, 0: none.",
    "gpu_memory_gib": "GPU memory for it; layers beyond stay with the processor; 0: no limit.",
    "unload_after_minutes": "Idle so long, its memory is given back until asked again; 0: never.",
    "repack": "Weights rearranged for the processor; auto: where that is the faster way.",
}

EXPLAINED: dict[str, str] = {
    "state_dir": "Database, wake-ups and the engine's socket. Only this user may read it.",
    "models_dir": "Where model files are kept.",
    "runtime_dir": "Where the engine's socket is; empty: in state_dir.",
    "log_level": "debug, info, warning or error. Transcripts are never logged.",
    "api": "The HTTP side.",
    "api.host": "Address to listen on; 0.0.0.0 for every interface of the LAN.",
    "api.port": "Port to listen on.",
    "api.body_limit_bytes": "A larger request is refused (413).",
    "api.transcript_limit_characters": "A longer transcript is refused (413).",
    "api.batch_limit_consultations": "More consultations in one batch are refused (413).",
    "api.rate_per_minute": "Requests a minute for each client; more are refused (429).",
    "api.key_tolerance_seconds": "How far a bound key's time may be from this box's clock.",
    "api.idempotency_hours": "How long an Idempotency-Key is remembered.",
    "api.metrics_listen": "HOST:PORT of a listener for /metrics without a key; empty: key only.",
    "api.tls_cert": "PEM file of the certificate and its chain, full path; empty: no TLS.",
    "api.tls_key": "PEM file of its key. New files are taken without a restart.",
    "quick": "The summary an agent waits for.",
    "quick.deadline_seconds": "It is answered within this time, always.",
    "quick.max_tokens": "The longest summary, in tokens.",
    "quick.margin_seconds": "Kept back from the deadline for everything but the model.",
    "quick.max_in_flight": "More at once are refused (503).",
    "batch": "The analysis of the backlog.",
    "batch.min_pending": "Runs at once when so many wait ...",
    "batch.max_wait_seconds": "... or when so long has passed since the last run.",
    "batch.concurrency": "Consultations analysed at once.",
    "batch.lease_seconds": "After so long without a sign of life a worker counts as dead.",
    "batch.max_attempts": "A consultation that stopped the engine so often is given up.",
    "batch.max_tokens": "The longest analysis, in tokens.",
    "batch.max_waiting": "So many consultations may wait; more are refused (503) ...",
    "batch.max_waiting_per_client": "... and so many of one client (429).",
    "callbacks": "Delivery of the results.",
    "callbacks.timeout_seconds": "How long a receiver may take to answer.",
    "callbacks.max_attempts": "Then a callback is dead: kept, shown, sent again by hand.",
    "callbacks.concurrency": "Deliveries at once.",
    "retention": "What is removed when. Days after a batch's delivery; 0: never.",
    "retention.transcript_days": "The transcripts.",
    "retention.result_days": "The analyses and metadata; until then a callback can be sent again.",
    "retention.record_days": "What is left of a batch (ids, counts, times), and notes of runs.",
    "engines": "The process that runs the models.",
    "engines.threads": "0: one per physical core.",
    "engines.queue_limit": "Requests that may wait for the engine; more are refused.",
    "engines.step_target_seconds": "How long an agent's request may wait for a step to end.",
    "engines.slm": "The small model: summaries while the customer is on the line.",
    "engines.mlm": "The larger model: the detailed analysis.",
    **{f"engines.{role}.{key}": text for role in ("slm", "mlm") for key, text in _ROLE.items()},
}


def render(chosen: Mapping[str, str]) -> str:
    """The file's text.

    Args:
        chosen: top-level keys that are set, not only shown, such as ``state_dir``.
    """
    # Not Settings(): that would copy this moment's EDGEBOX_* into a file as defaults.
    defaults = {
        name: field.get_default(call_default_factory=True)
        for name, field in Settings.model_fields.items()
    }
    return "\n".join([HEAD, *_table("", {**defaults, **chosen}, set(chosen))]).rstrip() + "\n"


def _table(path: str, values: Mapping[str, Any], chosen: set[str]) -> Iterator[str]:
    """The lines of one table: its own keys, then the tables in it."""
    tables: dict[str, BaseModel] = {}
    for name, value in values.items():
        key = f"{path}.{name}" if path else name
        if isinstance(value, BaseModel):
            tables[key] = value
            continue
        yield f"# {EXPLAINED.get(key, '')}"
        yield f"{'' if key in chosen else '# '}{name} = {_toml(value)}"
    for key, model in tables.items():
        yield ""
        yield f"# {EXPLAINED.get(key, '')}"
        yield f"[{key}]"
        yield from _table(
            key, {name: getattr(model, name) for name in type(model).model_fields}, set()
        )


def _toml(value: object) -> str:
    """A value as TOML: what JSON writes for numbers, booleans and texts is TOML too."""
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False)
