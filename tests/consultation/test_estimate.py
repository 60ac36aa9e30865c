from dataclasses import replace

import pytest

from edgebox.consultation.estimate import Workload, estimate_seconds
from edgebox.engine_client import RoleHealth

HEALTH = RoleHealth(
    role="mlm",
    model="mid",
    context_tokens=16384,
    prefill_tps=70.0,
    decode_tps=21.0,
    batch_decode_tps=42.0,
    tokens_per_char=0.5,
    parallel=4,
    weights_bytes=1,
    kv_bytes=1,
)
WORK = Workload(20, 20 * 2000)


def seconds(
    work: Workload = WORK,
    health: RoleHealth | None = HEALTH,
    *,
    concurrency: int = 4,
    until: float = 0,
) -> float:
    return estimate_seconds(work, health, concurrency=concurrency, seconds_until_run=until)


def test_reading_and_writing_add_up_with_some_caution() -> None:
    reading = (40_000 * 0.5 + 20 * 40) / 70
    writing = 20 * 300 / 42
    assert seconds() == pytest.approx(1.25 * (reading + writing))


def test_the_wait_for_the_run_comes_on_top() -> None:
    assert seconds(until=900) == pytest.approx(seconds() + 900)


def test_nothing_to_do_takes_no_time() -> None:
    assert seconds(Workload(0, 0), until=900) == 0


def test_more_work_takes_longer_and_a_faster_engine_less() -> None:
    assert seconds(Workload(21, 40_000)) > seconds() < seconds(Workload(20, 50_000))
    assert seconds(health=replace(HEALTH, prefill_tps=700.0)) < seconds()


def test_more_in_flight_writes_faster_up_to_what_the_engine_takes() -> None:
    alone, together, beyond = (seconds(concurrency=n) for n in (1, 4, 64))
    assert alone > together == beyond


def test_one_consultation_gets_no_speed_from_company() -> None:
    assert seconds(Workload(1, 2000), concurrency=4) == seconds(Workload(1, 2000), concurrency=1)


def test_unknown_speeds_are_taken_to_be_the_slowest() -> None:
    slow_but_measured = replace(HEALTH, prefill_tps=30.0, decode_tps=9.0, batch_decode_tps=9.0)
    assert seconds(health=None) > seconds(health=slow_but_measured) > seconds()
    assert seconds(health=replace(HEALTH, prefill_tps=0.0)) == seconds(health=None)
