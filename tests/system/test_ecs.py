"""A log record as a line of ECS, and how a person reads it again."""

import json
import logging

import pytest

from edgebox.system import ecs
from edgebox.system.log_file import LogFile, parse, read, readable
from edgebox.system.logs import EcsLine, about
from support.log_lines import faults


def record(message, *args, level=logging.INFO, error=None, extra=None):
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("edgebox.api", level, "/x/file.py", 7, message, args, info, "act")
    made.created = 1_795_316_400.25
    made.__dict__.update(extra or {})
    return made


def line(*args, **more):
    return EcsLine("api").format(record(*args, **more))


def test_a_line_begins_as_ecs_logging_demands():
    shown = line("상담 %d건", 3)
    assert shown.startswith(
        '{"@timestamp":"2026-11-22T03:00:00.250Z","log.level":"info","message":"상담 3건",'
        '"ecs.version":"9.4.0","service.name":"edgebox-api",'
    )
    assert faults(shown) == []


def test_what_an_event_brings_are_fields():
    extra = ecs.event("request", {"event.duration": 41_000_000, "edgebox.client_id": None})
    found = json.loads(line("x", extra=extra))
    assert (found["event.action"], found["event.duration"]) == ("request", 41_000_000)
    assert "edgebox.client_id" not in found


def test_what_a_record_is_about_are_fields():
    with about(request_id="r-1", peer="10.0.0.9"), about(batch_id="BATCH-1"):
        shown = line("x")
    found = json.loads(shown)
    assert found["http.request.id"] == "r-1"
    assert found["source.ip"] == "10.0.0.9"
    assert found["edgebox.batch_id"] == "BATCH-1"
    assert faults(shown) == []


@pytest.mark.parametrize(
    ("peer", "address"),
    [("fe80::1%eth0", "fe80::1"), ("", None), (None, None), ("a socket", None)],
)
def test_only_an_address_is_one(peer, address):
    assert ecs.source(peer) == address


def test_an_exception_has_its_type_and_neither_message_nor_trace():
    try:
        int("고객: 제 주민번호는")
    except ValueError as error:
        shown = line("failed", error=error)
    assert json.loads(shown)["error.type"] == "ValueError"
    assert "주민번호" not in shown
    assert not {"error.message", "error.stack_trace"} & json.loads(shown).keys()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"http.response.status": 200}, "http.response.status is no field of ours"),
        ({"event.duration": 0.5}, "event.duration is no long"),
        ({"source.ip": "somewhere"}, "source.ip is no ip"),
        ({"error.message": "x"}, "error.message is no field of ours"),
        ({"@timestamp": "yesterday"}, "@timestamp is no date"),
        ({"log.logger": 7}, "log.logger is no keyword"),
    ],
)
def test_a_planted_fault_in_a_field_is_found(change, fault):
    assert faults(json.dumps(json.loads(line("x")) | change)) == [fault]


def test_another_order_is_a_fault():
    fields = json.loads(line("x"))
    turned = {"message": fields.pop("message"), **fields}
    assert faults(json.dumps(turned)) == ["it does not begin with the fields of ecs-logging"]


def test_people_read_words_and_the_file_keeps_the_fields(tmp_path):
    extra = ecs.event("request", {"http.response.status_code": 200})
    shown = line("POST /x 200", extra=extra)
    coloured = f"\x1b[32mapi     |\x1b[0m {shown}"
    assert (
        readable(coloured) == "\x1b[32mapi     |\x1b[0m 2026-11-22T03:00:00Z INFO api POST /x 200"
    )
    assert readable("api     | {not ours}") == "api     | {not ours}"
    log = LogFile(tmp_path / "up.log", clock=lambda: 1_795_316_400.0)
    for each in (coloured, "edgebox | EdgeBox is ready", "engine  | ggml: 상태"):
        log.write(each)
    log.close()
    kept = (tmp_path / "up.log").read_text("utf-8").splitlines()
    assert kept[0] == shown, "as the process wrote it"
    assert [fault for each in kept for fault in faults(each)] == []
    assert [json.loads(each)["service.name"] for each in kept] == [
        "edgebox-api", "edgebox-edgebox", "edgebox-engine",
    ]  # fmt: skip
    following = read(tmp_path / "up.log")
    assert [str(next(following)) for _ in kept] == [
        "api     | 2026-11-22T03:00:00Z INFO api POST /x 200",
        "edgebox | 2026-11-22T03:00:00Z INFO output EdgeBox is ready",
        "engine  | 2026-11-22T03:00:00Z INFO output ggml: 상태",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[1]",
        "{" * 5000,
        '{"@timestamp": 7, "log.level": "info", "message": "x"}',
        '{"@timestamp": "2026-11-22T03:00:00Z", "log.level": "fine", "message": "x"}',
        '{"@timestamp": "2026-11-22T03:00:00Z", "log.level": "info", "message": null}',
        '{"@timestamp": "2026-11-22", "log.level": "info", "message": "", "log.logger": ""}',
    ],
)
def test_json_that_is_no_record_is_other_output(text):
    assert parse(text, "api", at=5.0).logger == "output"
    assert parse(text, "api", at=5.0).message == text


def test_a_line_feed_inside_a_message_is_none_for_a_reader():
    fields = json.loads(line("x")) | {"message": "a\nb\x1b[31m"}
    assert parse(json.dumps(fields)).message == "a\\nb\\x1b[31m"
