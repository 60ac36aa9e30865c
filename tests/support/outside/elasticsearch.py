"""Elasticsearch's ``_bulk`` and its data streams, as far as log shippers meet them, and strict.

It refuses what Elasticsearch 8 and 9 refuse: another operation than ``create`` on a data stream, a
type in the action line, a document without ``@timestamp`` or with a date that does not parse, a
value that its field's type cannot hold, an object where a value is known and the reverse, a key
that comes twice. A refused document is an error inside of an answer 200.
"""

import base64
import ipaddress
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_ACTION_KEYS = {"_id", "_index", "dynamic_templates", "pipeline", "require_alias", "routing"}
_DATE = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d([.,]\d{1,9})?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?)?)?"
)
_NUMBERS = {"long": 2**63, "integer": 2**31, "short": 2**15, "byte": 2**7}


class Refused(Exception):
    """A document that is not indexed, with Elasticsearch's type and status."""

    def __init__(self, kind: str, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.kind, self.status = kind, status


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"Duplicate field '{name}'")
        found[name] = value
    return found


def leaves(document: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted name and the value of each field; an object ends as its own fields."""
    for name, value in document.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from leaves(each, f"{before}{name}.")
            else:
                yield f"{before}{name}", each


@dataclass
class DataStream:
    """One data stream of a template.

    Args:
        template: the body of ``PUT _index_template``.
    """

    template: dict[str, Any]
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    dynamic: bool = True

    def __post_init__(self) -> None:
        mappings = self.template["template"]["mappings"]
        self.dynamic = mappings.get("dynamic", True) is True
        self._add(mappings["properties"])

    def _add(self, properties: dict[str, Any], before: str = "") -> None:
        for name, mapping in properties.items():
            if "properties" in mapping:
                self._add(mapping["properties"], f"{before}{name}.")
            else:
                self.types[f"{before}{name}"] = mapping["type"]

    def create(self, name: str, document: dict[str, Any]) -> None:
        """Index a document.

        Raises:
            Refused: it cannot be.
        """
        if name in self.documents:
            raise Refused("version_conflict_engine_exception", "document already exists", 409)
        fields = list(leaves(document))
        if "@timestamp" not in dict(fields):
            reason = "data stream timestamp field [@timestamp] is missing"
            raise Refused("document_parsing_exception", reason)
        new: dict[str, str] = {}
        for path, value in fields:
            self._fit(path, value, new)
        self.types |= new
        self.documents[name] = document

    def _fit(self, path: str, value: Any, new: dict[str, str]) -> None:
        parts = path.split(".")
        if not all(parts):
            raise Refused("document_parsing_exception", f"field name [{path}] has an empty part")
        for depth in range(1, len(parts)):
            if (above := ".".join(parts[:depth])) in self.types:
                reason = f"object mapping for [{above}] tried to parse an object, found a value"
                raise Refused("document_parsing_exception", reason)
        known = self.types | new
        if any(other.startswith(f"{path}.") for other in known):
            raise Refused("document_parsing_exception", f"object expected for [{path}]")
        kind = known.get(path)
        if value is None:
            return
        if kind is None:
            if self.dynamic:
                new[path] = "keyword" if isinstance(value, str) else "long"
            return
        if not _holds(kind, value):
            reason = f"failed to parse field [{path}] of type [{kind}]: {value!r:.40}"
            raise Refused("document_parsing_exception", reason)


def _holds(kind: str, value: Any) -> bool:
    if kind == "date":
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole or (isinstance(value, str) and _DATE.fullmatch(value) is not None)
    if kind in _NUMBERS:
        try:
            return not isinstance(value, bool) and abs(float(value)) < _NUMBERS[kind]
        except (TypeError, ValueError):
            return False
    if kind == "ip":
        try:
            return bool(ipaddress.ip_address(value))
        except ValueError:
            return False
    return not isinstance(value, dict)


@dataclass
class Elasticsearch:
    """A server with one data stream.

    Attributes:
        stream: the data stream, and ``name``, its name.
        user: "USER:PASSWORD" that a request has to have.
        bodies: each ``_bulk`` body, as received.
        busy: how many documents are answered with 429 first.
        refused: the errors of documents.
    """

    stream: DataStream
    name: str = "logs-edgebox-default"
    user: str = "edgebox-logs:secret"
    bodies: list[bytes] = field(default_factory=list)
    busy: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)

    def bulk(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Answer ``POST /_bulk``: the status and the body."""
        self.bodies.append(body)
        if not body.endswith(b"\n"):
            return _bad("The bulk request must be terminated by a newline [\\n]")
        lines = body.decode("utf-8").split("\n")[:-1]
        items: list[dict[str, Any]] = []
        rest = iter(lines)
        for number, line in enumerate(rest):
            try:
                action = json.loads(line, object_pairs_hook=_unique)
                ((operation, about),) = action.items()
            except ValueError:
                return _bad(f"Malformed action/metadata line [{number + 1}]")
            if unknown := about.keys() - _ACTION_KEYS:
                return _bad(f"Action/metadata line contains an unknown parameter {unknown}")
            if operation == "delete":
                return _bad("delete of a data stream")
            items.append({operation: self._one(operation, about, next(rest, ""))})
        errors = any("error" in result for item in items for result in item.values())
        return 200, {"took": 1, "errors": errors, "items": items}

    def _one(self, operation: str, about: dict[str, Any], line: str) -> dict[str, Any]:
        name = about.get("_id") or f"auto-{len(self.stream.documents)}-{len(self.refused)}"
        answer = {"_index": f".ds-{self.name}-000001", "_id": name}
        try:
            self._create(operation, about.get("_index"), name, line)
        except Refused as error:
            said = {"type": error.kind, "reason": str(error)}
            self.refused.append({"status": error.status, **said})
            return {**answer, "status": error.status, "error": said}
        return {**answer, "status": 201, "result": "created", "_version": 1}

    def _create(self, operation: str, index: str | None, name: str, line: str) -> None:
        if index != self.name:
            raise Refused("index_not_found_exception", "no such index", 404)
        if operation != "create":
            reason = "only write ops with an op_type of create are allowed in data streams"
            raise Refused("illegal_argument_exception", reason)
        if self.busy:
            self.busy -= 1
            raise Refused("es_rejected_execution_exception", "queue is full", 429)
        try:
            document = json.loads(line, object_pairs_hook=_unique)
        except ValueError as error:
            raise Refused("document_parsing_exception", str(error)) from None
        if not isinstance(document, dict):
            raise Refused("document_parsing_exception", "not an object")
        self.stream.create(name, document)

    @contextmanager
    def serve(self, port: int = 0) -> Iterator[int]:
        """Listen on 127.0.0.1 for the length of the block; yields the port."""
        server = _Server(self, port)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            server.server_close()
            for connection in server.connections:  # they would be answered for ever
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            thread.join()


def _bad(reason: str) -> tuple[int, dict[str, Any]]:
    return 400, {"error": {"type": "illegal_argument_exception", "reason": reason}, "status": 400}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, elastic: Elasticsearch, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.elastic = elastic
        self.connections: list[socket.socket] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.append(self.connection)

    def do_HEAD(self) -> None:
        self._answer(200 if self._known() else 401, {})

    def do_GET(self) -> None:
        self.do_HEAD()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        kind = self.headers.get("content-type", "").partition(";")[0]
        if not self._known():
            self._answer(401, {"error": "security_exception"})
        elif self.path.partition("?")[0] != "/_bulk":
            self._answer(405, {"error": "Incorrect HTTP method"})
        elif kind not in {"application/json", "application/x-ndjson"}:
            self._answer(406, {"error": f"Content-Type header [{kind}] is not supported"})
        else:
            self._answer(*self.server.elastic.bulk(body))

    def _known(self) -> bool:
        basic = base64.b64encode(self.server.elastic.user.encode()).decode()
        return self.headers.get("authorization") == f"Basic {basic}"

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass
