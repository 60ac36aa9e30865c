"""The files of the other processes: young, whole, and only what each may say."""

import os
import time

import pytest
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from edgebox import exposition
from edgebox.exposition import Families, Published, Publisher, leave, merged
from support.polling import PATIENCE

GOOD = (
    "# HELP edgebox_engine_steps_total Steps.\n# TYPE edgebox_engine_steps_total counter\n"
    "edgebox_engine_steps_total 7.0\n"
)


def names(published):
    return [family.name for family in published.families()]


@pytest.fixture
def files(tmp_path):
    return {name: tmp_path / f"{name}.prom" for name in exposition.KINDS}


def test_what_one_process_writes_another_reads(tmp_path, files):
    registry = CollectorRegistry()
    Gauge("edgebox_engine_heartbeat_age_seconds", "Help.", registry=registry).set(2)
    Publisher(tmp_path, "engine", registry).write()
    [family] = Published(files, time.time).families()
    assert (family.name, family.samples[0].value) == ("edgebox_engine_heartbeat_age_seconds", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["engine.prom"]


@pytest.mark.parametrize(
    ("seconds", "there"), [(0, True), (29, True), (31, False), (-29, True), (-31, False)]
)
def test_the_file_of_a_dead_process_is_left_out(files, seconds, there):
    """Also when the clock was set back since, and the file is of the future."""
    files["engine"].write_text(GOOD)
    published = Published(files, lambda: files["engine"].stat().st_mtime + seconds)
    assert bool(names(published)) is there


def test_what_a_command_left_stays(files, tmp_path):
    leave(tmp_path, "doctor", [GaugeMetricFamily("edgebox_doctor_findings", "Help.", 3)])
    published = Published(files, lambda: time.time() + 40 * 86400)
    assert names(published) == ["edgebox_doctor_findings"]


def test_a_command_that_may_not_write_there_goes_on(tmp_path):
    leave(tmp_path / "nowhere", "doctor", [GaugeMetricFamily("edgebox_doctor_findings", "H.", 3)])


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe",
        b"edgebox_engine_steps_total seven\n",
        b'edgebox_engine_steps_total{role="slm 1\n',
        b"#" * 1_000_001,
        GOOD.encode() + b"half a li",
        b"\x00" * 100,
    ],
)
def test_a_broken_file_costs_its_own_series_only(files, text):
    files["engine"].write_bytes(text)
    files["worker"].write_text(GOOD.replace("engine_steps", "callback_attempts"))
    assert names(Published(files, time.time)) == ["edgebox_callback_attempts"]


def test_a_process_speaks_for_itself_only(files):
    """The engine reads files from outside: what it writes is not believed about the others."""
    files["engine"].write_text(
        GOOD
        + GOOD.replace("engine_steps", "quick_late")
        + GOOD.replace("engine_steps", "store_up")
        + "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1\n"
        + '# TYPE edgebox_engine_x gauge\nedgebox_engine_x{"ein label"="1"} 1\n'
        + "# TYPE edgebox_engine_y summary\nedgebox_engine_y_sum 1\n"
    )
    assert names(Published(files, time.time)) == ["edgebox_engine_steps"]


def test_no_file_makes_more_series_than_a_process_has(files):
    samples = "".join(f'edgebox_engine_rows{{n="{n}"}} 1\n' for n in range(5000))
    files["engine"].write_text(f"{GOOD}# TYPE edgebox_engine_rows gauge\n{samples}")
    assert names(Published(files, time.time)) == ["edgebox_engine_steps"]


def test_a_trap_in_the_place_of_a_file_holds_nothing_up(files):
    os.mkfifo(files["engine"])
    files["worker"].mkdir()
    assert names(Published(files, time.time)) == []


def test_a_file_is_read_again_when_it_changed(files):
    published = Published(files, time.time)
    files["engine"].write_text(GOOD)
    assert published.families()[0].samples[0].value == 7
    fresh = files["engine"].with_suffix(".new")
    fresh.write_text(GOOD.replace("7.0", "8.0"))
    fresh.replace(files["engine"])
    assert published.families()[0].samples[0].value == 8


def test_families_of_one_name_become_one():
    first = CounterMetricFamily("x", "Help.", labels=("job",))
    first.add_metric(("quick",), 1)
    second = CounterMetricFamily("x", "Other help.", labels=("job",))
    second.add_metric(("quick",), 9)
    second.add_metric(("batch",), 2)
    text = generate_latest(Families(merged([first], [second, GaugeMetricFamily("x", "H.", 3)])))
    assert text.decode().splitlines() == [
        "# HELP x_total Help.",
        "# TYPE x_total counter",
        'x_total{job="quick"} 1.0',
        'x_total{job="batch"} 2.0',
    ]
    assert len(first.samples) == 1, "the sources are not changed"


def test_a_publisher_writes_until_it_is_stopped_and_leaves_what_it_was_at_the_end(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(exposition, "PERIOD", 0.01)
    (tmp_path / "worker.prom.1.2").write_text("half written by a killed process")
    registry = CollectorRegistry()
    gauge = Gauge("edgebox_batch_size", "Help.", registry=registry)
    published = Publisher(tmp_path, "worker", registry)
    published.start()
    gauge.set(20)
    path = tmp_path / "worker.prom"
    ends = time.monotonic() + PATIENCE
    while not (path.exists() and "edgebox_batch_size 20.0" in path.read_text()):
        assert time.monotonic() < ends
        time.sleep(0.005)
    published.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["worker.last"]


def test_a_collector_that_fails_is_told_once_and_the_process_goes_on(tmp_path, caplog):
    class Broken:
        def collect(self):
            raise RuntimeError("홍길동")

    published = Publisher(tmp_path, "worker", Broken())
    published.write()
    published.write()
    assert caplog.text.count("are not written") == 1
    assert "홍길동" not in caplog.text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_a_command_of_root_leaves_can_be_read_by_the_owner_of_the_folder(tmp_path):
    os.chown(tmp_path, 12_345, 12_346)
    exposition.leave(tmp_path, "doctor", [])
    found = (tmp_path / "doctor.prom").stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (12_345, 12_346, 0o600)


def test_a_link_that_somebody_put_there_is_replaced_and_not_followed(tmp_path):
    other = tmp_path / "other"
    other.write_text("kept")
    (tmp_path / f"doctor.prom.{os.getpid()}").hardlink_to(other)
    (tmp_path / "doctor.prom").symlink_to(other)
    exposition.leave(tmp_path, "doctor", [])
    assert other.read_text() == "kept"
    assert not (tmp_path / "doctor.prom").is_symlink()
