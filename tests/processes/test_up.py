"""Real children: small shell and Python programs that do what ours could do."""

import http.server
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from edgebox.errors import ConfigError, EdgeBoxError
from edgebox.processes.child import Child
from edgebox.processes.up import Pauses, Up, children_of, require_free_port
from edgebox.settings import Settings
from edgebox.system.tls import server_context
from support.outside.certificates import make_pair
from support.polling import PATIENCE

QUICKLY = Pauses(first_pause=0.01, longest_pause=0.04, poll=0.01)
SERVE = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done"
DEAF = "trap '' TERM; echo up; while :; do sleep 0.02; done"


def shell(name, script, **more):
    return Child(name, ["sh", "-c", script], **{"stop_seconds": 5.0, **more})


class Log:
    """Keeps the lines and acts on some: the scenario is driven by what is seen."""

    def __init__(self, on=None):
        self.lines = []
        self.on = on or {}

    def __call__(self, line):
        self.lines.append(line)
        for pattern, act in self.on.items():
            if re.search(pattern, line):
                act()

    def index(self, pattern):
        return next(n for n, line in enumerate(self.lines) if re.search(pattern, line))

    def count(self, pattern):
        return sum(bool(re.search(pattern, line)) for line in self.lines)


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def run(children, log, *, url=None, pauses=QUICKLY, **more):
    return Up(children, url=url, write=log, pauses=pauses, **more).run()


@pytest.fixture
def box():
    """A /readyz that says 503 until told otherwise."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(self.server.status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *args):
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.status = 503
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_one_signal_stops_everything_in_order_and_exits_0():
    children = [shell(name, SERVE) for name in ("api", "worker", "engine")]
    log = Log()
    seen = set()

    def up(name):
        seen.add(name)
        if len(seen) == 3:
            interrupt()

    log.on = {f"^{name} .*up": lambda name=name: up(name) for name in ("api", "worker", "engine")}
    assert run(children, log) == 0
    assert log.index("^api .*bye") < log.index("^worker .*bye") < log.index("^engine .*bye")
    assert log.count("Stopping") == 1


def test_every_line_carries_its_childs_name_aligned():
    log = Log({"two": interrupt})
    run([shell("api", "echo one; echo two >&2; sleep 5")], log)
    assert log.lines[:2] == ["api     | one", "api     | two"]
    assert all(line[8] == "|" for line in log.lines)


def test_names_are_coloured_only_when_asked():
    log = Log({"one": interrupt})
    run([shell("engine", "echo one; sleep 5")], log, colour=True)
    assert log.lines[0] == "\x1b[36mengine  |\x1b[0m one"


def test_a_last_line_without_line_feed_and_broken_utf8_arrive():
    log = Log()
    run([shell("api", r"printf 'a\377b\nlast'; exit 2")], log)
    assert log.lines[:2] == ["api     | a\N{REPLACEMENT CHARACTER}b", "api     | last"]


def test_a_first_start_that_fails_stops_everything():
    log = Log()
    missing = shell("engine", "echo 'edgebox: the model is not here' >&2; exit 1")
    assert run([shell("api", SERVE), missing], log) == 1
    assert log.index("the model is not here") < log.index("engine could not start .exit code 1")
    assert log.count("again in") == 0


def dying_once_ready(tmp_path, name, death):
    """A child that lives until the box was ready, then dies, at each start; and what tells it."""
    flag = tmp_path / "ready"
    wait = f"while [ ! -e '{flag}' ]; do sleep 0.01; done"
    return shell(name, f"{wait}; {death}"), {"EdgeBox is ready": flag.touch}


def test_a_child_that_dies_later_is_started_again_more_slowly_each_time(box, tmp_path):
    box.status = 200
    worker, on = dying_once_ready(tmp_path, "worker", "exit 7")
    log = Log({**on, "again in 0.04": interrupt})
    assert run([worker], log, url=box.url) == 0
    pauses = [line.split("again in ")[1] for line in log.lines if "again in" in line]
    assert pauses == ["0.01 s.", "0.02 s.", "0.04 s."]
    assert log.count("worker died .exit code 7") == 3


def test_a_child_killed_by_a_signal_is_named_with_it(box, tmp_path):
    box.status = 200
    engine, on = dying_once_ready(tmp_path, "engine", "kill -ABRT $$")
    log = Log({**on, "again in": interrupt})
    run([engine], log, url=box.url)
    assert log.count("engine died .SIGABRT") == 1


def test_wrong_usage_is_never_tried_again(box, tmp_path):
    box.status = 200
    api, on = dying_once_ready(tmp_path, "api", "exit 2")
    log = Log(on)
    assert run([api], log, url=box.url) == 1
    assert log.count("api could not start .exit code 2") == 1


def test_readiness_is_told_once_when_the_box_says_so(box):
    log = Log({"up": lambda: setattr(box, "status", 200), "EdgeBox is ready": interrupt})
    assert run([shell("api", SERVE)], log, url=box.url) == 0
    assert log.index("api .*up") < log.index(f"EdgeBox is ready at {box.url} .Ctrl-C stops it")
    assert log.count("EdgeBox is ready") == 1


def test_readiness_is_seen_over_tls(box, tmp_path):
    pair = make_pair(tmp_path)
    box.socket = server_context(pair).wrap_socket(box.socket, server_side=True)
    box.status = 200
    url = box.url.replace("http:", "https:")
    log = Log({"EdgeBox is ready": interrupt})
    assert run([shell("api", SERVE)], log, url=url, tls_cert=str(pair.cert)) == 0
    assert log.count(f"EdgeBox is ready at {url}") == 1


def test_a_child_that_does_not_stop_is_killed_after_its_time():
    log = Log({"up": interrupt})
    assert run([shell("engine", DEAF, stop_seconds=0.1)], log) == 1
    assert log.count("engine did not stop in 0.1 s") == 1


def test_a_second_signal_kills_at_once():
    log = Log({"^engine .*up": interrupt, "Stopping": interrupt})
    began = time.monotonic()
    assert run([shell("api", DEAF, stop_seconds=60), shell("engine", DEAF, stop_seconds=60)], log)
    assert time.monotonic() - began < 30
    assert log.count("Killing") == 1


def test_a_command_that_cannot_be_run_stops_everything():
    log = Log()
    assert run([Child("engine", ["/nonexistent/edgebox"])], log) == 1
    assert log.count("cannot run /nonexistent/edgebox") == 1


def test_children_lead_their_own_group():
    log = Log({"leads": interrupt})
    tell = "import os, time; print('leads', os.getpgid(0) == os.getpid(), flush=True);time.sleep(5)"
    run([Child("engine", [sys.executable, "-c", tell])], log)
    assert log.lines[0].endswith("leads True")


PARENT = """
import sys
from edgebox.processes.child import Child
from edgebox.processes.up import Up
child = Child("api", ["sh", "-c", "echo $$; exec sleep 60"])
Up([child], url=None, write=lambda line: print(line, flush=True)).run()
"""


def test_children_end_when_the_parent_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    with parent:
        child = int(parent.stdout.readline().split("|")[1])
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + PATIENCE
        while alive(child) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert not alive(child)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_boxs_children_are_the_commands_of_the_command_line(tmp_path):
    children = children_of(Settings(state_dir=tmp_path))
    assert [child.name for child in children] == ["api", "worker", "engine"]
    for child in children:
        assert child.argv[-2:] == ["edgebox_cli", child.name]


def test_a_port_that_is_taken_is_told_before_anything_starts(box, tmp_path):
    port = box.server_port
    taken = Settings(state_dir=tmp_path, api={"port": port})
    with pytest.raises(EdgeBoxError, match=f"127.0.0.1:{port}"):
        require_free_port(taken)
    require_free_port(Settings(state_dir=tmp_path, api={"port": 0}))
    with pytest.raises(ConfigError, match="allow_plain_http = true"):
        require_free_port(Settings(state_dir=tmp_path, api={"port": 0, "host": "0.0.0.0"}))
