import logging

import pytest

from edgebox.system.log_file import LogFile, Record, parse, read
from edgebox.system.logs import OneLine

LINE = "2026-11-22T03:00:00Z"


@pytest.fixture
def file(tmp_path):
    log = LogFile(tmp_path / "state" / "up.log", clock=lambda: 1_795_316_400.0, longest=2000)
    yield log
    log.close()


def kept(file):
    found = []
    for record in read(file._path):
        if record is None:
            return found
        found.append(record)
    return None


def test_a_line_of_our_own_format_is_read_back_as_it_was_meant():
    record = logging.LogRecord("edgebox.tick", logging.WARNING, "f", 1, "실행 %d", (7,), None)
    record.created = 1_795_316_400.25
    expected = Record(1_795_316_400.0, "worker", "warning", "tick", "실행 7")
    line = OneLine().format(record)
    assert parse(line, "worker") == expected
    assert parse(f"\x1b[33mworker  |\x1b[0m {line}") == expected
    assert parse(str(expected)) == expected


@pytest.mark.parametrize("time", ["2025-13-45T99:00:00Z", "0106-09-13T10:00:00Z"])
def test_a_time_that_no_record_can_have_makes_it_other_output(time):
    line = f"{time} INFO edgebox.api x"
    assert parse(line, "api", at=5.0) == Record(5.0, "api", "info", "output", line)


def test_what_a_process_says_in_its_own_way_gets_the_time_it_was_heard(file):
    file.write("edgebox | EdgeBox is ready at http://127.0.0.1:8600")
    file.write("engine  | edgebox: The model x is not here")
    file.write("engine  | ggml: 상태")
    assert [str(record) for record in kept(file)] == [
        f"edgebox | {LINE} INFO output EdgeBox is ready at http://127.0.0.1:8600",
        f"engine  | {LINE} ERROR output edgebox: The model x is not here",
        f"engine  | {LINE} INFO output ggml: 상태",
    ]


def test_nobody_else_reads_it(file):
    file.write("api | x")
    assert file._path.stat().st_mode & 0o777 == 0o600
    assert file._path.parent.stat().st_mode & 0o777 == 0o700


def test_a_link_in_its_place_is_not_followed(file, tmp_path):
    file._path.parent.mkdir()
    file._path.symlink_to(tmp_path / "elsewhere")
    file.write("api | x")
    assert not (tmp_path / "elsewhere").exists()


def test_two_files_are_kept_and_read_in_order(file):
    for number in range(40):
        file.write(f"api     | {LINE} INFO api line {number}")
    files = sorted(path.name for path in file._path.parent.iterdir())
    assert files == ["up.log", "up.log.1"]
    assert all(path.stat().st_size <= 2000 for path in file._path.parent.iterdir())
    messages = [record.message for record in kept(file)]
    assert messages == [f"line {number}" for number in range(40 - len(messages), 40)]
    assert 12 <= len(messages) < 40


def test_a_reader_follows_a_file_that_is_begun_anew(file):
    file.write("api | first")
    reading = read(file._path)
    assert next(reading).message == "first"
    assert next(reading) is None
    seen = []
    for number in range(24):
        file.write(f"api | line {number}")
        while (record := next(reading)) is not None:
            seen.append(record.message)
    assert seen == [f"line {number}" for number in range(24)]
    assert (file._path.parent / "up.log.1").exists()


def test_half_a_line_waits_for_its_end(file):
    file.write("api | first")
    reading = read(file._path)
    next(reading)
    with file._path.open("a", encoding="utf-8") as raw:
        raw.write("api     | 2026-11-22T03:00:00Z INFO api 반")
        raw.flush()
        assert next(reading) is None
        raw.write("쪽\n")
    assert next(reading).message == "반쪽"


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "file").touch()
    LogFile(tmp_path / "file" / "up.log").write("api | x")
    assert (tmp_path / "file").read_bytes() == b""
