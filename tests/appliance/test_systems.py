"""The same file on older and newer systems: installed, used, upgraded, taken back, removed.

Debian 12 has the whole of tests/appliance; the others have this path. What is called a system's
first summary is by the model, not by the fallback.
"""

import re
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.boxes.appliance import FOOTPRINT, Centre, await_ready, figure, is_ready
from support.boxes.container import CACHE, SYSTEMS, Container

USB = "/media/usb"
TEXT = "15-travel-baggage-delay"
SHORT = "02-telecom-roaming-block"
"""A call that the model answers in time also beside other work."""
UNITS = "/etc/systemd/system/edgebox*.service /etc/systemd/system/edgebox.target"
ENGINE = "$(systemctl show -p MainPID --value edgebox-engine)"
KERNELS = f"grep -o 'libggml-cpu-[a-z0-9]*' /proc/{ENGINE}/maps | sort -u | sed 's/.*-//'"
COLUMNS = ("systemd", "glibc", "kernels", "install", "summary", "upgrade", "rollback", "remove")


@dataclass
class Journey:
    """A machine with one system, what the tests learnt of it, and its row of the table.

    Attributes:
        centre: with the secret that the installation printed.
        row: by column; what is not there was not reached.
    """

    system: str
    machine: Container
    centre: Centre
    row: dict[str, str] = field(default_factory=dict)

    def timed(self, column: str, script: str) -> str:
        began = time.monotonic()
        ended = self.machine.run(script, timeout=600)
        assert ended.code == 0, ended.said
        self.row[column] = f"{time.monotonic() - began:.0f} s"
        return ended.out

    def summarized(self, korean) -> float:
        """Seconds of a summary by the model; on a busy machine the first may be a fallback."""
        for _ in range(10):
            answer = self.centre.summarize(korean[SHORT]["transcript"])
            if answer["status"] in ("success", "partial"):
                return answer["processing_time"]
        raise AssertionError(answer)


@pytest.fixture(scope="module")
def earlier(artifacts, request):
    """The artifact of the commit before, as an older release."""
    return artifacts.before(request.config.getoption("--before"))


@pytest.fixture(scope="module", params=SYSTEMS)
def journey(request, artifacts, earlier):
    with tempfile.TemporaryDirectory(dir=CACHE / "appliance") as folder:
        box = Container(Path(folder), artifacts.folder, request.param)
        try:
            box.boot()
            centre = Centre(box, "")
            found = Journey(request.param, box, centre)
            yield found
            centre.close()
            figure(request.param, ", ".join(f"{it} {found.row.get(it, '-')}" for it in COLUMNS))
        finally:
            box.close()


def await_another(machine, before, seconds=120):
    ends = time.monotonic() + seconds
    while machine.out(f"echo {ENGINE}") in ("0", before):
        assert time.monotonic() < ends, machine.out("journalctl -b --no-pager -n 40")
        time.sleep(0.2)


def test_it_is_installed_and_the_doctor_is_content(journey):
    machine = journey.machine
    journey.row["systemd"] = machine.out("systemctl --version | sed -n '1s/systemd //p'")
    journey.row["glibc"] = machine.out("getconf GNU_LIBC_VERSION | sed 's/glibc //'")
    said = journey.timed("install", f"sh {USB}/edgebox.run --callback 127.0.0.1:9900")
    journey.centre.secret = re.search(r"^    (\S+)$", said, re.MULTILINE)[1]
    assert is_ready(machine)
    ended = machine.run("edgebox doctor", timeout=120)
    assert ended.code == 0, ended.said
    journey.row["kernels"] = machine.out(KERNELS)
    assert journey.row["kernels"] not in ("", "x64", "sse42")


def test_its_units_say_nothing_that_its_systemd_does_not_know(journey):
    verified = journey.machine.run(f"systemd-analyze verify {UNITS}")
    ours = [line for line in verified.said.splitlines() if "edgebox" in line]
    assert (verified.code, ours) == (0, [])
    unknown = journey.machine.out("journalctl -b --no-pager -t systemd | grep -i edgebox || true")
    assert "Unknown" not in unknown


def test_a_crash_of_the_engine_is_written_down(journey):
    """The stack for it has the size that the C library says, which older ones do not know."""
    machine = journey.machine
    before = machine.out(f"echo {ENGINE}")
    assert int(before) > 1  # 0 would be everything in this group, pytest too
    machine.out(f"kill -ABRT {before}")
    await_another(machine, before)
    await_ready(machine)
    said = machine.out("journalctl -b --no-pager -u edgebox-engine")
    assert "Fatal Python error: Aborted" in said
    assert "most recent call first" in said


def test_the_first_summary_comes_from_the_model(journey, korean):
    journey.row["summary"] = f"{journey.summarized(korean):.1f} s"


def test_the_commit_before_is_upgraded_with_its_data(journey, korean):
    machine = journey.machine
    machine.out("sh /opt/edgebox/current/install.sh --uninstall")
    machine.out("find /var/lib/edgebox -maxdepth 1 -type f -delete")  # an older one begins
    said = machine.out(f"sh {USB}/before.run --callback 127.0.0.1:9900", timeout=300)
    journey.centre.secret = re.search(r"^    (\S+)$", said, re.MULTILINE)[1]
    await_ready(machine)
    batch = journey.centre.submit(korean[TEXT]["transcript"])
    before = journey.centre.ask("GET", "/api/v1/batches").json()
    journey.timed("upgrade", f"sh {USB}/edgebox.run --upgrade")
    assert machine.out("readlink /opt/edgebox/current") != "releases/0.0.9"
    after = journey.centre.ask("GET", "/api/v1/batches").json()
    assert [it["batch_id"] for it in after["batches"]] == [batch]
    assert len(before["batches"]) == 1
    journey.summarized(korean)


def test_it_goes_back_to_the_commit_before(journey, korean):
    ended = journey.machine.run("/opt/edgebox/current/install.sh --rollback", timeout=600)
    if "cannot read the database" in ended.err:  # this commit changed the schema
        said = "/opt/edgebox/current/install.sh --rollback --with-database"
        journey.timed("rollback", said)
    else:
        assert ended.code == 0, ended.said
        journey.row["rollback"] = re.search(r"down for (\d+ s)", ended.out)[1] + " down"
    assert journey.machine.out("readlink /opt/edgebox/current") == "releases/0.0.9"
    await_ready(journey.machine)
    journey.summarized(korean)


def test_removed_nothing_is_left(journey):
    machine = journey.machine
    journey.timed("remove", "sh /opt/edgebox/current/install.sh --purge")
    assert [line for line in machine.out(FOOTPRINT).splitlines() if "edgebox" in line] == []
    assert "edgebox" not in machine.out("cat /etc/passwd /etc/group")
