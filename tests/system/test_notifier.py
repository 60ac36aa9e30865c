"""The messages as the supervisor receives them, on a real datagram socket."""

import os
import subprocess
import sys

import pytest

from edgebox.system.notifier import VARIABLES, Notifier
from support.outside.supervisor import Supervisor


@pytest.fixture
def supervisor(tmp_path):
    with Supervisor(tmp_path / "notify") as supervisor:
        yield supervisor


def test_readiness_is_said_once_and_with_its_status(supervisor):
    notifier = Notifier(supervisor.address)
    notifier.ready("Listening")
    notifier.ready("Listening")
    assert supervisor.received() == [{"READY": "1", "STATUS": "Listening"}]


def test_a_status_is_one_line_and_sent_when_it_changes(supervisor):
    notifier = Notifier(supervisor.address)
    assert notifier.status("지금\nREADY=1")
    assert not notifier.status("지금\nREADY=1")
    assert notifier.status("other")
    assert supervisor.received() == [{"STATUS": "지금 READY=1"}, {"STATUS": "other"}]


def test_the_end_says_how_long_it_may_take(supervisor):
    Notifier(supervisor.address).stopping("Stopping", 12.5)
    assert supervisor.received() == [
        {"STOPPING": "1", "STATUS": "Stopping", "EXTEND_TIMEOUT_USEC": "12500000"}
    ]


def test_signs_of_life_are_sent_four_times_within_the_watchdogs_time(supervisor):
    now = [100.0]
    notifier = Notifier(supervisor.address, 20.0, clock=lambda: now[0])
    for _ in range(20):
        notifier.alive()
        now[0] += 1
    assert supervisor.received() == [{"WATCHDOG": "1"}] * 4


def test_without_a_watchdog_there_are_none(supervisor):
    Notifier(supervisor.address).alive()
    assert supervisor.received() == []


def test_an_abstract_socket_is_reached():
    with Supervisor(f"@edgebox-test-{os.getpid()}") as supervisor:
        Notifier(supervisor.address).ready("Listening")
        assert supervisor.received() == [{"READY": "1", "STATUS": "Listening"}]


@pytest.mark.parametrize("address", ["", "vsock:2:1", "/nowhere/notify", "@nobody-listens-here"])
def test_without_somebody_who_listens_nothing_happens(address):
    notifier = Notifier(address, 1.0)
    notifier.ready("Listening")
    notifier.alive()
    notifier.stopping("Stopping", 1)


def test_the_address_is_taken_out_of_the_environment(supervisor):
    environ = {"NOTIFY_SOCKET": supervisor.address, "WATCHDOG_USEC": "3000000", "HOME": "/"}
    notifier = Notifier.of_process(environ)
    assert environ == {"HOME": "/"}
    assert notifier.watchdog_seconds == 3.0
    notifier.ready("")
    assert supervisor.received() == [{"READY": "1", "STATUS": ""}]


@pytest.mark.parametrize(
    ("pid", "seconds"), [(str(os.getpid()), 3.0), ("1", 0.0)], ids=["ours", "1"]
)
def test_a_watchdog_for_another_process_is_not_ours(pid, seconds):
    environ = {"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": pid}
    assert Notifier.of_process(environ).watchdog_seconds == seconds


def test_the_children_of_edgebox_up_do_not_speak_in_its_name(supervisor):
    child = f"import os; print([name for name in {VARIABLES!r} if name in os.environ])"
    code = (
        "import sys\n"
        "from edgebox.processes.child import Child\n"
        "from edgebox.processes.up import Up\n"
        f"child = Child('api', [sys.executable, '-c', {child!r}])\n"
        "Up([child], url=None, write=lambda line: print(line, flush=True)).run()"
    )
    told = {"NOTIFY_SOCKET": supervisor.address, "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert "api     | []" in ended.stdout.splitlines()
    assert supervisor.received() == []
