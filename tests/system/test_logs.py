import asyncio
import json
import logging
import os
import pty
import re
import socket
import subprocess
import sys

import pytest

from edgebox.system.logs import JournalHandler, OneLine, about, in_journal

SECRET = "고객: 제 주민번호는"


def line(name, message, *args, error=None):
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.INFO, "file.py", 1, message, args, info)
    record.created = 1_795_316_400.25
    return OneLine().format(record)


def test_a_line_has_time_level_logger_and_message():
    assert line("edgebox.tick", "run %d", 7) == "2026-11-22T03:00:00Z INFO tick run 7"


def test_a_message_of_several_lines_is_one_line():
    assert line("edgebox.api", "a\nb\x1b[31m") == "2026-11-22T03:00:00Z INFO api a\\nb\\x1b[31m"


def test_hangul_stays_readable():
    assert line("edgebox.api", "상담 끝").endswith(" api 상담 끝")


def test_an_exception_is_its_type_and_place_and_not_its_message():
    try:
        json.loads(SECRET)
    except ValueError as error:
        shown = line("edgebox.api", "failed", error=error)
    assert "JSONDecodeError" in shown
    assert SECRET not in shown
    assert "\n" not in shown


def test_only_the_first_line_of_other_peoples_messages_is_kept():
    shown = line("asyncio", f"Task exception was never retrieved\nfuture: ValueError('{SECRET}')")
    assert shown.endswith("asyncio Task exception was never retrieved")


def run(code):
    start = "import logging, threading; from edgebox.system.logs import configure; "
    start += "configure('info', 'api'); "
    return subprocess.run(
        [sys.executable, "-c", start + code], capture_output=True, text=True, check=False
    )


def test_an_uncaught_error_ends_the_process_with_one_line():
    ended = run(f"raise ValueError({SECRET!r})")
    assert ended.returncode == 1
    assert ended.stdout == ""
    [shown] = map(json.loads, ended.stderr.splitlines())
    assert shown["message"].startswith("this process ended: ValueError")
    assert (shown["log.level"], shown["log.logger"]) == ("critical", "edgebox.logs")
    assert SECRET not in ended.stderr


def test_an_error_in_a_thread_is_one_line_too():
    ended = run(f"t = threading.Thread(target=lambda: int({SECRET!r})); t.start(); t.join()")
    [shown] = ended.stderr.splitlines()
    assert "ValueError" in shown
    assert SECRET not in shown


def test_what_is_below_the_level_and_the_chatter_of_libraries_is_left_out():
    ended = run(
        "logging.getLogger('edgebox.x').debug('a'); logging.getLogger('edgebox.x').info('b'); "
        "logging.getLogger('httpx').info('c'); logging.getLogger('httpx').warning('d')"
    )
    shown = map(json.loads, ended.stderr.splitlines())
    assert [(line["log.level"], line["log.logger"], line["message"]) for line in shown] == [
        ("info", "edgebox.x", "b"),
        ("warning", "httpx", "d"),
    ]


CANCELLED_AS_IT_IS_ANSWERED = """
import asyncio, socket, anyio
async def main():
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    stream = await anyio.abc.UNIXSocketStream.from_socket(ours)
    reading = asyncio.create_task(stream.receive())
    await asyncio.sleep(0.01)
    theirs.send(b"x")
    loop.call_soon(reading.cancel)
    await asyncio.wait([reading])
    assert reading.cancelled()
    loop.call_soon(loop.create_future().set_result, 1, 2)
asyncio.run(main())
"""


def test_a_read_cancelled_as_its_socket_becomes_readable_is_no_error():
    ended = run(f"exec({CANCELLED_AS_IT_IS_ANSWERED!r})")
    assert ended.returncode == 0, ended.stderr
    [shown] = map(json.loads, ended.stderr.splitlines())  # other errors of callbacks are told
    assert (shown["log.level"], shown["log.logger"]) == ("error", "asyncio")
    assert shown["message"].startswith("Exception in callback")
    assert shown["error.type"] == "TypeError"


@pytest.fixture
def journal(tmp_path):
    """The journal's socket; ``read()`` gives the next record's fields."""
    with Journal(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.path = tmp_path / "journal"
        journal.bind(str(journal.path))
        journal.settimeout(5)
        yield journal


class Journal(socket.socket):
    def read(self):
        lines = self.recv(1_000_000).decode().splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def to_journal(journal):
    handler, logger = JournalHandler(journal.path, "worker"), logging.getLogger("edgebox.test")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield logger
    logger.removeHandler(handler)
    handler.close()


def test_the_journal_gets_the_message_its_priority_and_where_it_was_written(journal, to_journal):
    to_journal.warning("상담 %d건", 3)
    fields = journal.read()
    assert fields["MESSAGE"] == "상담 3건"
    assert fields["PRIORITY"] == "4"
    assert fields["SYSLOG_IDENTIFIER"] == "edgebox"
    assert fields["EDGEBOX_LOGGER"] == "test"
    assert fields["CODE_FILE"] == __file__
    assert fields["CODE_FUNC"].startswith("test_the_journal_gets")


@pytest.mark.parametrize(
    ("level", "priority"), [("debug", 7), ("info", 6), ("error", 3), ("critical", 2)]
)
def test_levels_are_syslogs_priorities(journal, to_journal, level, priority):
    getattr(to_journal, level)("x")
    assert journal.read()["PRIORITY"] == str(priority)


def test_records_carry_the_request_and_the_batch_that_they_are_about(journal, to_journal):
    async def of_a_batch():
        to_journal.info("inside")

    async def scenario():
        with about(request_id="r-1"):
            with about(batch_id="BATCH-1"):
                task = asyncio.create_task(of_a_batch())
            to_journal.info("request only")
        await task
        to_journal.info("neither")

    asyncio.run(scenario())
    seen = [journal.read() for _ in range(3)]
    about_what = [(f.get("EDGEBOX_REQUEST_ID"), f.get("EDGEBOX_BATCH_ID")) for f in seen]
    assert about_what == [("r-1", None), ("r-1", "BATCH-1"), (None, None)]


def test_nothing_in_a_record_can_add_a_field(journal, to_journal):
    with about(request_id="a\nPRIORITY=0"):
        to_journal.info("b\nMESSAGE=forged")
    fields = journal.read()
    assert fields["MESSAGE"] == "b\\nMESSAGE=forged"
    assert fields["PRIORITY"] == "6"


def test_an_exceptions_message_does_not_reach_the_journal(journal, to_journal):
    try:
        json.loads(SECRET)
    except ValueError:
        to_journal.exception("failed")
    assert "JSONDecodeError" in (fields := journal.read())["MESSAGE"]
    assert SECRET not in str(fields)


def test_a_record_too_large_for_a_datagram_is_a_line_on_standard_error(journal, to_journal, capsys):
    to_journal.error("x" * 400_000)
    head, _, rest = capsys.readouterr().err.partition("ERROR test ")
    assert head.startswith("<3>")
    assert len(rest.strip()) == 400_000


def test_a_journal_that_is_gone_leaves_lines_on_standard_error(journal, to_journal, capsys):
    journal.close()
    journal.path.unlink()
    to_journal.info("still here")
    assert capsys.readouterr().err.startswith("<6>")


def under_systemd(code, journal, tmp_path, matches):
    """Run code with standard error where JOURNAL_STREAM says the journal is, or elsewhere."""
    with (tmp_path / "stderr").open("w+") as stream:
        stat = os.fstat(stream.fileno())
        inode = stat.st_ino if matches else stat.st_ino + 1
        start = (
            "import logging; from pathlib import Path; from edgebox.system.logs import configure;"
            f"configure('info', 'api', Path({str(journal.path)!r}));"
        )
        subprocess.run(
            [sys.executable, "-c", start + code],
            env=os.environ | {"JOURNAL_STREAM": f"{stat.st_dev}:{inode}"},
            stderr=stream,
            check=False,
        )
        return (tmp_path / "stderr").read_text()


def test_a_process_whose_standard_error_is_the_journal_speaks_to_it(journal, tmp_path):
    shown = under_systemd("logging.getLogger('edgebox.x').info('hello')", journal, tmp_path, True)
    assert shown == ""
    assert journal.read()["MESSAGE"] == "hello"


def test_a_process_whose_standard_error_is_elsewhere_writes_lines(journal, tmp_path):
    shown = under_systemd("logging.getLogger('edgebox.x').info('hello')", journal, tmp_path, False)
    line = json.loads(shown)
    assert (line["log.level"], line["message"]) == ("info", "hello")


def test_a_person_at_a_terminal_reads_a_line_of_words():
    ours, theirs = pty.openpty()
    code = "import logging; from edgebox.system.logs import configure; configure('info', 'api'); "
    code += "logging.getLogger('edgebox.x').info('안녕 %d', 7)"
    ended = subprocess.run([sys.executable, "-c", code], stderr=theirs, check=False)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert ended.returncode == 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO x 안녕 7\r\n", shown)


def test_an_abort_leaves_the_places_of_all_threads_and_no_values(journal, tmp_path):
    code = f"import os, signal; text = {SECRET!r}; os.kill(os.getpid(), signal.SIGABRT)"
    shown = under_systemd(code, journal, tmp_path, True)
    assert "Fatal Python error: Aborted" in shown
    assert 'File "<string>", line 1' in shown
    assert SECRET not in shown


def test_without_systemd_standard_error_is_not_the_journal(monkeypatch):
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    assert not in_journal()
