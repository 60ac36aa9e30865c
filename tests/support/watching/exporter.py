"""A box that has only metrics: every series of the golden file, with values that move."""

from __future__ import annotations

import itertools
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from support.watching.metric_names import Family, families

STATES = {
    "edgebox_engine_up",
    "edgebox_worker_up",
    "edgebox_store_up",
    "edgebox_clock_synchronised",
}
VALUES = {
    "edgebox_quick_deadline_seconds": 3,
    "edgebox_quick_in_flight_limit": 4,
    "edgebox_consultations_pending": 120,
    "edgebox_consultations_pending_limit": 20000,
    "edgebox_oldest_pending_seconds": 95,
    "edgebox_batch_max_wait_seconds": 900,
    "edgebox_oldest_callback_seconds": 12,
    "edgebox_disk_free_bytes": 48e9,
    "edgebox_machine_memory_bytes": 33e9,
    "edgebox_engine_rss_bytes": 9.4e9,
    "edgebox_database_bytes": 276e6,
    "edgebox_doctor_findings": 0,
    "edgebox_gpu_throttled": 0,
}
QUIET = {"refused", "abandoned", "failed", "dead", "failure", "released", "fallback"}
OFTEN = {"success", "done", "delivered"}
RATES = {"joules_total": 40, "tokens_total": 40, "characters_total": 40, "busy_seconds_total": 0.05}
CHOICES = {
    "model": ["qwen3-1.7b"],
    "route": ["/api/v1/quick-summary"],
    "method": ["POST"],
    "status": ["200"],
    "client": ["centerlink", "portal", "other"],
    "role": ["slm", "mlm"],
    "gpu": ["0"],
    "name": ["NVIDIA L4"],
    "device": ["gpu0"],
    "version": ["0.1.0"],
    "llama_cpp": ["0.3.36"],
    "context_tokens": ["16384"],
    "parallel": ["4"],
}


class Exporter:
    """Serves /metrics on a free port. A context manager.

    ``changed`` holds values that take the place of the usual ones, by the series as it is written,
    or by its name alone.
    """

    def __init__(self) -> None:
        self.changed: dict[str, float] = {}
        self.gone = False
        self._began = time.time() - 600

    def __enter__(self) -> Self:
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = exporter.text().encode()
                self.send_response(503 if exporter.gone else 200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.target = f"127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def text(self) -> str:
        lines: list[str] = []
        for family in families():
            for labels in combinations(family):
                lines += self._series(family, labels)
        there = {line.rpartition(" ")[0] for line in lines} | {one.name for one in families()}
        lines += [f"{one} {value}" for one, value in self.changed.items() if one not in there]
        return "\n".join(lines) + "\n"

    def _series(self, family: Family, labels: dict[str, str]) -> list[str]:
        key = ",".join(f'{label}="{value}"' for label, value in labels.items())
        if family.kind == "histogram":
            return self._histogram(family, key, labels)
        series = f"{family.name}{{{key}}}" if key else family.name
        value = self._counter if family.kind == "counter" else self._gauge
        usual = value(family.name, set(labels.values()))
        return [f"{series} {self.changed.get(series, self.changed.get(family.name, usual))}"]

    def _histogram(self, family: Family, key: str, labels: dict[str, str]) -> list[str]:
        rate = 0.01 if QUIET & set(labels.values()) else 0.5
        count = int((time.time() - self._began) * rate)
        lines = []
        for share, edge in ((0.3, "0.5"), (0.8, "1.5"), (0.97, "2.5"), (1, "3.0"), (1, "+Inf")):
            both = ",".join(part for part in (key, f'le="{edge}"') if part)
            lines.append(f"{family.name}_bucket{{{both}}} {int(count * share)}")
        of = f"{{{key}}}" if key else ""
        return [*lines, f"{family.name}_sum{of} {count * 0.92}", f"{family.name}_count{of} {count}"]

    def _counter(self, name: str, values: set[str]) -> float:
        age = time.time() - self._began
        if QUIET & values or name.endswith("late_total"):
            return 0
        for ending, rate in RATES.items():
            if name.endswith(ending):
                return age * rate
        return age * (0.5 if OFTEN & values or not values else 0.002)

    def _gauge(self, name: str, values: set[str]) -> float:
        if name in STATES or name.endswith("_info"):
            return 1
        if name.endswith("not_after_timestamp_seconds"):
            return time.time() + 200 * 86400
        if name.endswith("start_time_seconds"):
            return self._began
        if "used" in values:
            return 9e9 if "gpu" in name else 3000
        if "total" in values:
            return 24e9 if "gpu" in name else 16384
        return time.time() - 7200 if name.endswith("timestamp_seconds") else VALUES.get(name, 2)


def combinations(family: Family) -> list[dict[str, str]]:
    choices = [
        sorted(values) if values is not None else CHOICES.get(label, ["1"])
        for label, values in family.labels.items()
    ]
    return [dict(zip(family.labels, values, strict=True)) for values in itertools.product(*choices)]
