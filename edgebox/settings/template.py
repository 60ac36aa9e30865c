"""The configuration file as ``edgebox init`` writes it: every key, its default, what it does.

Keys are commented out, so that the better default of a later version takes effect. Names and
defaults are read from the settings; only the explanations are here, and a test fails when one
is missing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from edgebox.settings.keys import top_level_defaults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HEAD = """\
# EdgeBox. A line that starts with "# name =" shows a default; remove the "# " to change it.
# Every key can also be set in the environment: EDGEBOX_API__PORT is port under [api].
# A key that does not exist is an error. After a change: edgebox doctor, then restart.
"""

_ROLE = {
    "model": "Name in the catalogue (edgebox models list).",
    "url": "Another OpenAI-compatible server that answers for this role instead of our engine.",
    "url_key_file": "A file with that server's API key, not readable by everybody; empty: none.",
    "url_model": "The model's name on that server; empty: the name in model.",
    "url_schema": "How it takes a schema: json_schema as OpenAI does, or json_object with it.",
    "url_priority": "Priorities that it takes: off, lower_first (vLLM) or higher_first (SGLang).",
    "url_figures": "on: an analysis's schema has the call's figures as patterns, some 3 MB.",
    "url_cache_salt": "on: it keeps apart what it has read for different clients (vLLM, SGLang).",
    "context_tokens": "Tokens of context that all running requests of this model share.",
    "parallel": "Requests that run at once.",
    "retained": "Ended requests whose context is kept for the next request that begins the same.",
    "gpu_layers": "Layers on the GPU; -1: all that fit, 0: none.",
    "gpu_memory_gib": "GPU memory for it; further layers run on the processor; 0: no limit.",
    "unload_after_minutes": "Minutes without a request after which it is unloaded; 0: never.",
    "speculative": "auto: guess from the call what follows, where that is faster; off: never.",
    "repack": "Weights rearranged for the processor; auto: where edgebox tune found it faster.",
}

EXPLAINED: dict[str, str] = {
    "state_dir": "Database, wake-ups and the engine's socket. Only this user may read it.",
    "models_dir": "Folder of the model files.",
    "runtime_dir": "Folder of the engine's socket; empty: state_dir.",
    "log_level": "debug, info, warning or error. Transcripts are never logged.",
    "api": "The HTTP side.",
    "api.host": "Address to listen on; 0.0.0.0 for every interface of the LAN.",
    "api.port": "Port to listen on.",
    "api.body_limit_bytes": "A larger request is refused (413).",
    "api.transcript_limit_characters": "A longer transcript is refused (413).",
    "api.batch_limit_consultations": "More consultations in one batch are refused (413).",
    "api.rate_per_minute": "Requests a minute for each client; more are refused (429).",
    "api.max_connections": "Connections at a time; more are reset before anything is read.",
    "api.max_connections_per_peer": "The same for one address. Raise it for a proxy's.",
    "api.key_tolerance_seconds": "How many seconds old a bound key may be ...",
    "api.key_future_seconds": "... and how many seconds ahead of this box's clock.",
    "api.idempotency_hours": "An Idempotency-Key is remembered for this long, and a week more.",
    "api.metrics_listen": "HOST:PORT of a listener for /metrics without a key; empty: key only.",
    "api.metrics_token_file": "File of a token for /metrics on the API's port; empty: none.",
    "api.tls_cert": "PEM file of the certificate and its chain, full path; empty: no TLS.",
    "api.tls_key": "PEM file of its key. New files are used without a restart.",
    "api.allow_plain_http": "true: serve other machines without TLS; calls can be read on the way.",
    "quick": "The summary an agent waits for.",
    "quick.deadline_seconds": "Every request is answered within this time.",
    "quick.max_tokens": "The longest summary, in tokens.",
    "quick.margin_seconds": "Reserved before the deadline for everything but the model.",
    "quick.max_in_flight": "More at once are refused (503).",
    "batch": "The analysis of the backlog.",
    "batch.min_pending": "The backlog runs at once when this many consultations wait ...",
    "batch.max_wait_seconds": "... or when this many seconds have passed since the last run.",
    "batch.concurrency": "Consultations analysed at once by our own engine.",
    "batch.remote_concurrency_min": "The fewest analysed at once by another server (url) ...",
    "batch.remote_concurrency_max": "... and the most; between, it is learned what it can take.",
    "batch.lease_seconds": "Seconds without a renewed lease after which a worker counts as dead.",
    "batch.max_attempts": "A consultation fails after this many attempts.",
    "batch.max_tokens": "The longest analysis, in tokens.",
    "batch.max_waiting": "Consultations that may wait in total; more are refused (503) ...",
    "batch.max_waiting_per_client": "... and those of one client (429).",
    "quality": "What summaries and analyses are held to.",
    "quality.ground_numbers": "on: a figure that was not said in the call cannot be written.",
    "quality.quotes": "on: what an analysis leaves out is added in the call's own words.",
    "callbacks": "Delivery of the results.",
    "callbacks.timeout_seconds": "Seconds that a receiver may take to answer.",
    "callbacks.max_attempts": "Then a callback is dead: it is kept, and sent again by hand only.",
    "callbacks.concurrency": "Deliveries at once.",
    "retention": "When data is removed: days after a batch's delivery; 0: never.",
    "retention.transcript_days": "The transcripts.",
    "retention.result_days": "The analyses and metadata; until then a callback can be sent again.",
    "retention.record_days": "The rest of a batch (ids, counts, times), thumbs, records of runs.",
    "retention.audit_days": "The audit: who did what, counted from the act.",
    "ask": "Questions about a call, answered by both models.",
    "ask.enabled": "off: there are no questions, and nothing of them is kept in the engine.",
    "ask.first_seconds": "Something is said within this time, by the small model or by us.",
    "ask.deadline_seconds": "The answer ends within this time; a request may ask for another.",
    "ask.max_tokens": "The longest answer, in tokens.",
    "ask.max_in_flight": "More questions at once are refused (503).",
    "ask.evidence_tokens": "The most tokens of a call that an answer may read.",
    "ask.general": "on: answers may come from what the model knows. They are marked.",
    "ask.cache_entries": "Answers kept for the same question; 0: none.",
    "ask.cache_minutes": "How long they are kept.",
    "live": "Calls in progress, as speech-to-text sends them.",
    "live.max_calls": "More at once are refused (503).",
    "live.idle_minutes": "A call that nothing is added to is forgotten after this time.",
    "live.draft_seconds": "A new draft of the summary at most this often during the call.",
    "console": "The pages for people: the agent's screen, records, administration.",
    "console.enabled": "on: they are served, over HTTPS or to this machine.",
    "console.language": "ko or en.",
    "console.idle_minutes": "A session ends after this time without work.",
    "console.session_hours": "A session ends after this time in any case.",
    "console.origins": "Further addresses of this box behind a proxy: https://NAME, with spaces.",
    "cost": "What the box costs (edgebox cost). 0: not known, nothing is computed from it.",
    "cost.won_per_hour": "An hour of it, hardware and power, in won; in answers to questions.",
    "cost.currency": "Of the prices below, but those in US dollars.",
    "cost.machine_price": "The machine's price, paid off in machine_months.",
    "cost.machine_months": "Months in which the machine is paid off.",
    "cost.upkeep_per_month": "Room, support, people: a month of it.",
    "cost.kwh_price": "A kilowatt hour.",
    "cost.pue": "Electricity of the room for each kWh of the machine, cooling included.",
    "cost.idle_watts": "Of the machine at rest, where no counter measures its energy.",
    "cost.busy_watts": "Of the machine while it computes.",
    "cost.cloud_read": "A cloud's price for a million tokens read, in US dollars.",
    "cost.cloud_cached": "The same, of tokens that are in its cache.",
    "cost.cloud_written": "The same, of tokens written.",
    "cost.cloud_token_factor": "Tokens that the cloud's model counts for one of ours.",
    "cost.per_dollar": "How much of the currency a US dollar costs.",
    "engines": "The process that runs the models.",
    "engines.threads": "0: as edgebox tune measured, else one per physical core.",
    "engines.spin": "How long threads spin for each other; 0: as edgebox tune measured.",
    "engines.queue_limit": "Requests that may wait for the engine; more are refused.",
    "engines.step_target_seconds": "Seconds that an agent's request may wait for a step to end.",
    "engines.slm": "The small model: summaries while the customer is on the line.",
    "engines.mlm": "The larger model: the detailed analysis.",
    **{f"engines.{role}.{key}": text for role in ("slm", "mlm") for key, text in _ROLE.items()},
}


def render(chosen: Mapping[str, str]) -> str:
    """Return the file's text.

    Args:
        chosen: keys that are set, not only shown, such as ``state_dir`` or ``api.port``.
    """
    return "\n".join([HEAD, *_table("", top_level_defaults(), chosen)]).rstrip() + "\n"


def _table(path: str, values: Mapping[str, Any], chosen: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of one table: its own keys, then the tables in it."""
    tables: dict[str, BaseModel] = {}
    for name, value in values.items():
        key = f"{path}.{name}" if path else name
        if isinstance(value, BaseModel):
            tables[key] = value
            continue
        value = chosen.get(key, value)  # noqa: PLW2901 - the one in force
        # What JSON writes for numbers, booleans and texts is TOML too.
        plain = value if isinstance(value, bool | int | float) else str(value)
        written = json.dumps(plain, ensure_ascii=False)
        yield f"# {EXPLAINED.get(key, '')}"
        yield f"{'' if key in chosen else '# '}{name} = {written}"
    for key, model in tables.items():
        yield ""
        yield f"# {EXPLAINED.get(key, '')}"
        yield f"[{key}]"
        yield from _table(
            key, {name: getattr(model, name) for name in type(model).model_fields}, chosen
        )
