"""Records reach Elasticsearch through the journal and rsyslog of Debian, once each, and intact."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.log_lines import faults
from support.outside.elasticsearch import DataStream, Elasticsearch
from support.outside.ports import free_port
from support.outside.syslog import Syslog, missing
from support.polling import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "monitoring" / "logs"
pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

WRITER = """
import logging, subprocess, sys, time
from edgebox.system import ecs
from edgebox.system.logs import about, configure
configure("info", "api")
log = logging.getLogger("edgebox.api")
first, last = int(sys.argv[1]), int(sys.argv[2])
for n in range(first, last):
    with about(request_id=f"r-{n}", peer="10.0.0.9"):
        status = "odd" if n in {int(odd) for odd in sys.argv[3:]} else 200
        fields = {"http.response.status_code": status, "event.duration": n * 1_000_000}
        time.sleep(0.003)  # the kernel's own limit is ten records; under systemd it is 512
        log.info('요청 %d "끝" \\\\', n, extra=ecs.event("request", fields))
# Whose a datagram was is asked of the kernel when it is read: a process that has ended is nobody's.
subprocess.run(["journalctl", "--sync"], check=True)
"""


@pytest.fixture
def elastic() -> Elasticsearch:
    template = json.loads((LOGS / "index-template.json").read_text("utf-8"))
    return Elasticsearch(DataStream(template))


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def syslog(tmp_path: Path) -> Iterator[Syslog]:
    (tmp_path / "writer.py").write_text(WRITER, "utf-8")
    syslog = Syslog(tmp_path)
    yield syslog
    syslog.close()


@pytest.fixture
def configuration(tmp_path: Path, port: int) -> Path:
    """Ours as it is, with the lines that are the reader's, and what Debian's rsyslog.conf has."""
    text = (LOGS / "rsyslog-edgebox.conf").read_text("utf-8")
    text, changed = re.subn(r"^.*# YOURS$", "", text, flags=re.MULTILINE)
    assert changed == 3
    server = f'server="127.0.0.1" serverport="{port}" usehttps="off"'
    text = text.replace(
        'name="edgebox-elasticsearch"\n',
        f'name="edgebox-elasticsearch" {server} uid="edgebox-logs" pwd="secret"\n',
    ).replace('"5" action.resumeIntervalMax="5"', '"1" action.resumeIntervalMax="1"')
    file = tmp_path / "rsyslog.conf"
    file.write_text(f'global(workDirectory="{tmp_path / "spool"}")\n{text}', "utf-8")
    return file


def write(syslog: Syslog, first: int, last: int, *odd: int) -> None:
    words = " ".join(map(str, (first, last, *odd)))
    code = f"env PYTHONPATH={ROOT} {sys.executable} {syslog.folder}/writer.py {words}"
    syslog.in_unit("edgebox-api.service", code)


def until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.05)


def waiting(syslog: Syslog) -> int:
    """How many records are in the files of the queue."""
    files = syslog.folder.glob("spool/edgebox.0*")
    return sum(file.read_bytes().count(b"<Obj:1:msg:") for file in files)


def ids(elastic: Elasticsearch) -> list[str]:
    found = [doc.get("http.request.id") for doc in elastic.stream.documents.values()]
    return sorted(found, key=lambda name: int(name[2:]) if name else -1)


def test_an_outage_and_a_restart_lose_and_double_nothing(
    elastic: Elasticsearch, syslog: Syslog, configuration: Path, port: int
) -> None:
    syslog.start(configuration)
    with elastic.serve(port):
        write(syslog, 0, 20)
        until(lambda: len(elastic.stream.documents) == 20)
        syslog.stop()
        write(syslog, 20, 40)  # nobody reads the journal
        syslog.start(configuration)
        until(lambda: len(elastic.stream.documents) == 40)
    write(syslog, 40, 80)  # nobody listens
    until(lambda: waiting(syslog) >= 40)
    assert len(elastic.stream.documents) == 40
    with elastic.serve(port):
        until(lambda: len(elastic.stream.documents) == 80)
        time.sleep(0.3)
    assert ids(elastic) == [f"r-{n}" for n in range(80)]
    for document in elastic.stream.documents.values():
        number = int(document["http.request.id"][2:])
        assert document["message"] == f'요청 {number} "끝" \\'
        assert document["event.duration"] == number * 1_000_000
        assert document["host.name"]
        fields = {name: value for name, value in document.items() if name != "host.name"}
        assert faults(json.dumps(fields)) == []
    assert elastic.refused == []


def test_the_journal_sent_again_after_a_crash_fills_the_gap_and_doubles_nothing(
    elastic: Elasticsearch, syslog: Syslog, configuration: Path, port: int
) -> None:
    syslog.start(configuration)
    with elastic.serve(port):
        write(syslog, 0, 20)
        until(lambda: len(elastic.stream.documents) == 20)
    write(syslog, 20, 40)  # nobody listens
    syslog.stop("KILL")
    for file in syslog.folder.glob("spool/edgebox*"):  # as the configuration says
        file.unlink()
    syslog.start(configuration)
    with elastic.serve(port):
        until(lambda: len(elastic.stream.documents) == 40)
        until(lambda: len(elastic.refused) >= 20)
    assert ids(elastic) == [f"r-{n}" for n in range(40)]
    assert {error["status"] for error in elastic.refused} == {409}
    assert not (syslog.folder / "log" / "edgebox-refused.json").exists()


def test_a_record_that_is_refused_is_kept_apart_and_a_busy_server_is_asked_again(
    elastic: Elasticsearch, syslog: Syslog, configuration: Path, port: int
) -> None:
    syslog.start(configuration)
    elastic.busy = 3
    with elastic.serve(port):
        write(syslog, 0, 10, 4)
        until(lambda: len(elastic.stream.documents) == 9)
        refused = syslog.folder / "log" / "edgebox-refused.json"
        until(refused.exists)
        until(lambda: refused.read_text("utf-8").endswith("\n"))
    assert ids(elastic) == [f"r-{n}" for n in range(10) if n != 4]
    # rsyslog asks again one by one where a part of a request failed: 409 where it was taken before.
    statuses = [error["status"] for error in elastic.refused]
    assert statuses.count(429) == 3
    assert {400, 429} <= set(statuses) <= {400, 409, 429}
    kept = json.loads(refused.read_text("utf-8").splitlines()[0])
    assert kept["document"]["http.request.id"] == "r-4"
    assert "failed to parse field [http.response.status_code]" in json.dumps(kept["refused"])
    assert refused.stat().st_mode & 0o777 == 0o600


def test_other_lines_of_our_units_become_documents_and_those_of_others_stay(
    elastic: Elasticsearch, syslog: Syslog, configuration: Path, port: int
) -> None:
    syslog.start(configuration)
    forged = "import logging; from edgebox.system.logs import *; "
    forged += "configure('info', 'api'); logging.getLogger('edgebox.x').info('forged')"
    with elastic.serve(port):
        syslog.in_unit("evil.service", f'env PYTHONPATH={ROOT} {sys.executable} -c "{forged}"')
        syslog.in_unit("edgebox-engine.service", "printf '<3>스레드 \"0x7f\"\\n<6>끝\\n'")
        until(lambda: len(elastic.stream.documents) == 2)
        time.sleep(0.5)
    found = list(elastic.stream.documents.values())
    assert [(d["log.level"], d["message"], d["service.name"]) for d in found] == [
        ("error", '스레드 "0x7f"', "edgebox-engine"),
        ("info", "끝", "edgebox-engine"),
    ]
    assert list(found[0])[:4] == ["@timestamp", "log.level", "message", "ecs.version"]
    assert elastic.refused == []
