"""The template and Filebeat's configuration fit the list of fields; the stub is strict."""

import copy
import json
from pathlib import Path

import pytest
import yaml

from edgebox.system import ecs
from support.log_lines import LISTED, TYPES
from support.outside.elasticsearch import DataStream, Elasticsearch, leaves

LOGS = Path(__file__).resolve().parents[2] / "monitoring" / "logs"
TEMPLATE = json.loads((LOGS / "index-template.json").read_text("utf-8"))
GOOD = {"@timestamp": "2026-11-22T03:00:00.250Z", "message": "안녕", "log.level": "info"}

FILEBEAT = {
    "": {"filebeat.inputs", "processors", "setup.template.enabled", "setup.ilm.enabled",
         "output.elasticsearch"},
    "journald": {"type", "id", "seek", "include_matches.match", "processors", "paths", "enabled",
                 "units", "syslog_identifiers", "since", "merge"},
    "decode_json_fields": {"fields", "process_array", "max_depth", "target", "overwrite_keys",
                           "expand_keys", "add_error_key", "document_id"},
    "drop_fields": {"fields", "ignore_missing", "when"},
    "elasticsearch": {"hosts", "index", "username", "password", "ssl.certificate_authorities",
                      "api_key", "pipeline", "protocol", "bulk_max_size", "compression_level"},
}  # fmt: skip
"""The keys that Filebeat's reference lists, of the places that we use."""


def test_the_template_has_every_field_with_its_type():
    assert DataStream(TEMPLATE).types == TYPES
    assert LISTED["version"] == ecs.VERSION == TEMPLATE["_meta"]["ecs_version"]


def test_the_template_outranks_elasticsearchs_own_and_removes_what_is_old():
    assert TEMPLATE["priority"] > 100
    assert TEMPLATE["index_patterns"] == ["logs-edgebox-default"]
    assert TEMPLATE["data_stream"] == {}
    assert TEMPLATE["template"]["lifecycle"]["data_retention"] == "90d"
    assert TEMPLATE["template"]["settings"]["index"]["lifecycle"]["prefer_ilm"] is False
    assert set(TEMPLATE["ignore_missing_component_templates"]) == set(TEMPLATE["composed_of"])


def test_filebeat_reads_our_units_and_its_keys_are_in_its_reference():
    found = yaml.safe_load((LOGS / "filebeat-edgebox.yml").read_text("utf-8"))
    assert found.keys() <= FILEBEAT[""]
    [journald] = found["filebeat.inputs"]
    assert journald.keys() <= FILEBEAT["journald"]
    for processor in journald["processors"]:
        ((name, options),) = processor.items()
        assert options.keys() <= FILEBEAT[name]
    assert found["output.elasticsearch"].keys() <= FILEBEAT["elasticsearch"]
    units = {match.partition("=")[2] for match in journald["include_matches.match"]}
    systemd = LOGS.parents[1] / "systemd"
    assert units == {path.name for path in systemd.glob("edgebox-*.service")}
    assert "NOT RUN" in (LOGS / "filebeat-edgebox.yml").read_text("utf-8")


def bulk(*lines: object) -> tuple[int, dict, Elasticsearch]:
    elastic = Elasticsearch(DataStream(copy.deepcopy(TEMPLATE)))
    body = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    return (*elastic.bulk(body.encode()), elastic)


CREATE = {"create": {"_index": "logs-edgebox-default"}}


def test_a_good_document_is_taken_as_it_is():
    status, answer, elastic = bulk(CREATE, GOOD)
    assert (status, answer["errors"]) == (200, False)
    assert list(elastic.stream.documents.values()) == [GOOD]
    assert dict(leaves({"a": {"b": 1}, "c.d": [2, 3]})) == {"a.b": 1, "c.d": 3}


@pytest.mark.parametrize(
    ("action", "document", "reason"),
    [
        ({"index": CREATE["create"]}, GOOD, "op_type of create"),
        ({"create": {"_index": "logs-other"}}, GOOD, "no such index"),
        (CREATE, {"message": "x"}, "[@timestamp] is missing"),
        (CREATE, GOOD | {"@timestamp": "22.11.2026"}, "type [date]"),
        (CREATE, GOOD | {"http.response.status_code": "odd"}, "type [long]"),
        (CREATE, GOOD | {"source.ip": "fe80::1%eth0x/"}, "type [ip]"),
        (CREATE, GOOD | {"message": {"text": "x"}}, "[message]"),
        (CREATE, GOOD | {"log": "x"}, "object expected for [log]"),
        (CREATE, GOOD | {"log.level.name": "x"}, "[log.level]"),
        (CREATE, '{"@timestamp": 1, "a": 1, "a": 2}', "Duplicate field"),
        (CREATE, "words", "Expecting value"),
    ],
)
def test_the_stub_refuses_what_elasticsearch_refuses(action, document, reason):
    status, answer, elastic = bulk(action, document, CREATE, GOOD)
    assert (status, answer["errors"]) == (200, True)
    first, second = (next(iter(item.values())) for item in answer["items"])
    assert reason in first["error"]["reason"]
    assert second["status"] == 201, "the others of a request are taken"
    assert len(elastic.stream.documents) == 1


@pytest.mark.parametrize(
    "action", ['{"create":{"_index":"logs-edgebox-default","_type":"events"}}', "{}", "words"]
)
def test_an_action_line_that_is_none_fails_the_whole_request(action):
    assert bulk(action, GOOD)[0] == 400


def test_the_same_id_is_taken_once():
    action = {"create": {"_index": "logs-edgebox-default", "_id": "1"}}
    _, answer, elastic = bulk(action, GOOD, action, GOOD)
    assert [item["create"]["status"] for item in answer["items"]] == [201, 409]
    assert len(elastic.stream.documents) == 1
