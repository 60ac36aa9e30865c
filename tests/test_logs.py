import json
import logging
import subprocess
import sys

from edgebox.logs import OneLine

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
    start = "import logging, threading; from edgebox.logs import configure; configure('info'); "
    return subprocess.run(
        [sys.executable, "-c", start + code], capture_output=True, text=True, check=False
    )


def test_an_uncaught_error_ends_the_process_with_one_line():
    ended = run(f"raise ValueError({SECRET!r})")
    assert ended.returncode == 1
    assert ended.stdout == ""
    [shown] = ended.stderr.splitlines()
    assert "CRITICAL logs this process ended: ValueError" in shown
    assert SECRET not in shown


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
    assert [shown.split(" ", 1)[1] for shown in ended.stderr.splitlines()] == [
        "INFO x b",
        "WARNING httpx d",
    ]
