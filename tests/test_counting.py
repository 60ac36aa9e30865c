"""The processes' own resources, where a sandbox hides the rest of /proc."""

import time

import pytest
from prometheus_client import CollectorRegistry, ProcessCollector

from edgebox.counting import OwnProcess, ProcessOf, counter


@pytest.fixture
def proc(tmp_path):
    """A /proc as ProcSubset=pid leaves it: processes, and no /proc/stat."""
    (tmp_path / "self").symlink_to("/proc/self")
    return str(tmp_path)


def test_a_process_in_a_sandbox_has_its_metrics(proc):
    assert list(ProcessCollector(registry=None, proc=proc).collect()) == []  # the library's fault
    found = {f.name: f.samples[0].value for f in OwnProcess(registry=None, proc=proc).collect()}
    assert time.time() - 3600 < found["process_start_time_seconds"] < time.time() + 1
    assert found["process_resident_memory_bytes"] > 1_000_000
    assert found["process_cpu_seconds"] > 0


def test_all_processes_share_three_names():
    samples = [sample for family in ProcessOf("worker").collect() for sample in family.samples]
    assert {sample.name for sample in samples} == {
        "edgebox_process_cpu_seconds_total",
        "edgebox_process_resident_memory_bytes",
        "edgebox_process_start_time_seconds",
    }
    assert all(sample.labels == {"process": "worker"} for sample in samples)


def test_a_counter_begins_with_every_combination():
    registry = CollectorRegistry()
    counter(registry, "x", "Help.", a=("1", "2"), b=("3", "4"))
    counter(registry, "y", "Help.")
    counter(registry, "z", "Help.", unknown=())
    values = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in registry.collect()
        for sample in family.samples
    }
    assert values == {
        **{("x_total", a, b): 0 for a in "12" for b in "34"},
        ("y_total",): 0,
    }
