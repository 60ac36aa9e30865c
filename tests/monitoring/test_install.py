"""monitoring/install in a mount namespace; a stand-in for systemd really runs the units."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from watch.chat import Chat
from watch.processes import free_port

from support.polling import PATIENCE
from support.watching.exporter import Exporter

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ROOT / "monitoring" / "install"
KEPT = "/usr/local/lib/edgebox-monitoring/install"
ETC, DATA = "/etc/edgebox-monitoring", "/var/lib/edgebox-monitoring"
PLACES = f"{ETC} {DATA} /usr/local/lib/edgebox-monitoring /etc/systemd/system"
OVERLAID = ("/etc", "/var/lib", "/usr/local/lib", "/usr/sbin")
UNITS = ("edgebox-prometheus", "edgebox-alertmanager")

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("promtool") is None,
    reason="needs root, and Debian's packages",
)


class Machine:
    """A machine of its own, as far as files go; ``systemctl`` is the stand-in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = folder / "systemd"
        self._state.mkdir()
        commands = folder / "bin"
        commands.mkdir()
        shutil.copy(ROOT / "tests/support/watching/systemctl", commands)
        self._environment = {
            "PATH": f"{commands}:/usr/sbin:/usr/bin:/sbin:/bin",
            "SYSTEMCTL_STATE": str(self._state),
            "LANG": "C.UTF-8",
        }
        upper = folder / "upper"
        upper.mkdir()
        scene = "set -e\nmount -t tmpfs none /run\nmkdir -p /run/systemd/system\n"
        scene += f"mount -t tmpfs none {upper}\n"
        for place in OVERLAID:
            name = place.strip("/").replace("/", "-")
            scene += (
                f"mkdir {upper}/{name} {upper}/{name}-work\nmount -t overlay none {place} -o "
                f"lowerdir={place},upperdir={upper}/{name},workdir={upper}/{name}-work\n"
            )
        self._holder = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", f"{scene}echo there; exec sleep infinity"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if self._holder.stdout.readline() != "there\n":
            pytest.skip(f"no mount namespace: {self._holder.stderr.read()}")

    def run(self, command: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["nsenter", "-m", "-t", str(self._holder.pid), "sh", "-c", command],
            capture_output=True,
            text=True,
            check=False,
            env=self._environment,
            cwd="/",
            timeout=200,
        )

    def out(self, command: str) -> str:
        done = self.run(command)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{self.logs()}"
        return done.stdout

    def logs(self) -> str:
        return "\n".join(path.read_text()[-2000:] for path in self._state.glob("*.log"))

    def files(self) -> str:
        """Return every file with its owner, mode, number and time of change."""
        said = "-printf '%p %u:%g %m %i %C@\\n' 2>/dev/null | sort"
        return self.out(f"find {PLACES} -path {DATA} -prune -o ! -type d {said}")

    def pids(self) -> dict[str, str]:
        return {path.stem: path.read_text() for path in sorted(self._state.glob("*.pid"))}

    def close(self) -> None:
        for unit in self.pids():
            self.run(f"systemctl stop {unit}")
        self._holder.kill()
        self._holder.wait()
        self._holder.stdout.close()
        self._holder.stderr.close()


@pytest.fixture
def machine(tmp_path) -> Iterator[Machine]:
    there = Machine(tmp_path)
    yield there
    there.close()


@pytest.fixture(scope="module")
def exporter() -> Iterator[Exporter]:
    with Exporter() as there:
        yield there


@pytest.fixture(scope="module")
def chat() -> Iterator[Chat]:
    with Chat(shown=False) as there:
        yield there


@pytest.fixture
def settings(tmp_path, exporter, chat) -> Path:
    path = tmp_path / "wanted.toml"
    listen = "".join(
        f'{name} = "127.0.0.1:{free_port()}"\n' for name in ("prometheus", "alertmanager", "relay")
    )
    path.write_text(
        f'name = "상담 \\"1\\" 😀"\ntarget = "{exporter.target}"\n'
        "guide_url = 'https://guides.example.kr/\"{{ 안내 }}'\n"
        f'[chat]\nurl = "{chat.url}s3cret"\n[listen]\n{listen}'
    )
    return path


def test_a_system_without_what_it_needs_is_told_before_anything_is_installed(machine, tmp_path):
    before = machine.files()
    old = tmp_path / "old"
    old.mkdir()
    (old / "python3").write_text("#!/bin/sh\nexit 1\n")  # of Debian 11: it knows no tomllib
    (old / "python3").chmod(0o755)
    done = machine.run(f"PATH={old}:$PATH {INSTALL}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "Debian 12, Ubuntu 24.04 or newer is needed" in done.stderr
    for tool in ("id", "dirname", "readlink"):  # no dpkg
        (old / tool).symlink_to(shutil.which(tool))
    done = machine.run(f"PATH={old} {INSTALL}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f"rules in {ROOT}/monitoring/rules" in done.stderr
    assert machine.files() == before


def test_what_a_power_cut_left_keeps_no_package_from_starting_its_service(machine, tmp_path):
    settings = tmp_path / "none.toml"
    for theirs, left in (("# of monitoring/install", ""), ("# ours", "exit 101\n")):
        policy = f"#!/bin/sh\n{theirs}\nexit 101"
        machine.out(f"printf '{policy}\n' >/usr/sbin/policy-rc.d")
        assert machine.run(f"{INSTALL} --settings {settings}").returncode != 0
        assert machine.run("tail -n 1 /usr/sbin/policy-rc.d").stdout == left


def test_it_is_installed_told_and_removed_when_the_box_is_gone(machine, settings, chat) -> None:
    # A box has been here: others than root and its own user may not enter its folder.
    machine.out("mkdir -m 0750 /etc/edgebox && chown root:daemon /etc/edgebox")
    before = time.monotonic()
    said = machine.out(f"{INSTALL} --settings {settings}")
    assert "a test alert was delivered" in said
    told = chat.wait('상담 "1" 😀', "시험 알림입니다", seconds=5, since=before)
    assert told
    assert '안내: https://guides.example.kr/"{{ 안내 }}/monitor.md#' in told.text
    assert set(machine.pids()) == {f"{unit}.service" for unit in UNITS}
    assert machine.out("ls /etc/edgebox") == ""
    readable = machine.out(f"find {ETC} -type f -perm /o=rwx")
    assert readable == ""
    assert machine.out(f"stat -c '%a %U:%G' {ETC} {ETC}/monitoring.toml").split("\n")[:2] == [
        "750 root:prometheus",
        "640 root:prometheus",
    ]
    for pid in machine.pids().values():
        assert b"s3cret" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert "s3cret" not in machine.out("cat /etc/systemd/system/edgebox-*.service")

    machine.out("rm -rf /etc/edgebox")  # the box goes, and with it its monitoring/
    said = machine.out(f"{KEPT} --remove")
    assert machine.pids() == {}
    assert machine.out(f"ls -A {ETC}") == "monitoring.toml\n"
    assert machine.run("ls /usr/local/lib/edgebox-monitoring").returncode != 0
    assert machine.out("find /etc/systemd/system -name 'edgebox-*'") == ""
    assert machine.out(f"ls {DATA}/data") != ""
    assert f"kept {DATA}" in said
    machine.out(f"{INSTALL} --remove --purge")
    assert machine.run(f"ls -d {ETC} {DATA}").stdout == ""
    assert machine.run(f"{INSTALL} --remove").returncode == 0


def test_a_second_run_with_the_same_settings_changes_nothing(machine, settings) -> None:
    machine.out(f"{INSTALL} --settings {settings}")
    files, pids = machine.files(), machine.pids()
    for again in (f"{INSTALL} --settings {settings}", str(INSTALL), KEPT):
        said = machine.out(again)
        assert "nothing has changed" in said
        assert "a test alert was delivered" in said
        assert machine.files() == files
        assert machine.pids() == pids


def test_only_what_reads_a_change_is_restarted(machine, settings, chat) -> None:
    machine.out(f"{INSTALL} --settings {settings}")
    first = machine.pids()
    settings.write_text(settings.read_text().replace("[chat]", '[chat]\nchannel = "#경보"', 1))
    machine.out(f"{INSTALL} --settings {settings}")
    second = machine.pids()
    assert second["edgebox-prometheus.service"] == first["edgebox-prometheus.service"]
    assert second["edgebox-alertmanager.service"] != first["edgebox-alertmanager.service"]
    with_relay = settings.read_text() + f'[messenger]\nkind = "dooray"\nurl = "{chat.url}"\n'
    settings.write_text(with_relay)
    assert "a test alert was delivered" in machine.out(f"{INSTALL} --settings {settings}")
    assert "edgebox-relay.service" in machine.pids()
    settings.write_text(with_relay.partition("[messenger]")[0])
    machine.out(f"{INSTALL} --settings {settings}")
    assert "edgebox-relay.service" not in machine.pids()
    assert machine.out("find /etc/systemd/system -name 'edgebox-relay*'") == ""


WRONG = {
    "there is no setting nme": lambda text: text.replace("name =", "nme =", 1),
    "chat.url is not a URL": lambda text: text.replace("/s3cret", ":port/", 1),
    "token_file: the units do not see": lambda text: f'token_file = "/root/none"\n{text}',
    "prometheus cannot read /etc/shadow": lambda text: f'token_file = "/etc/shadow"\n{text}',
}


def test_wrong_settings_change_nothing(machine, settings, tmp_path) -> None:
    machine.out(f"{INSTALL} --settings {settings}")
    files, pids = machine.files(), machine.pids()
    other = tmp_path / "wrong.toml"
    for says, wrong in WRONG.items():
        other.write_text(wrong(settings.read_text()))
        ended = machine.run(f"{INSTALL} --settings {other}")
        assert ended.returncode != 0
        assert says in ended.stderr
        assert machine.files() == files
        assert machine.pids() == pids


def test_wrong_settings_leave_nothing_on_a_new_machine(machine, tmp_path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('language = "fr"\n')
    ended = machine.run(f"{INSTALL} --settings {wrong}")
    assert "language is one of" in ended.stderr
    assert machine.run(f"ls -d {PLACES.removesuffix('/etc/systemd/system')}").stdout == ""


def test_what_ran_runs_again_if_a_port_is_taken(machine, settings, exporter) -> None:
    machine.out(f"{INSTALL} --settings {settings}")
    before = machine.out(
        f"cat {ETC}/monitoring.toml {ETC}/config/*.yml /etc/systemd/system/edgebox*"
    )
    other = settings.with_name("taken.toml")
    text = settings.read_text()
    ours = json.loads(machine.out(f"cat {ETC}/config/prometheus.yml"))
    alertmanager = ours["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"][0]
    other.write_text(text.replace(alertmanager, exporter.target))
    ended = machine.run(f"{INSTALL} --settings {other}")
    assert ended.returncode != 0
    assert "edgebox-alertmanager does not stay up" in ended.stderr
    assert "what ran before runs again" in ended.stderr
    assert before == machine.out(
        f"cat {ETC}/monitoring.toml {ETC}/config/*.yml /etc/systemd/system/edgebox*"
    )
    assert machine.out(f"ls -A {ETC}") == "config\nmonitoring.toml\n"
    until = time.monotonic() + PATIENCE
    while machine.run(f"curl -fsS http://{alertmanager}/-/ready").returncode:
        assert time.monotonic() < until, machine.logs()
        time.sleep(0.2)
    assert "a test alert was delivered" in machine.out(str(INSTALL))


def test_a_chat_that_does_not_answer_is_no_delivery(machine, settings, chat) -> None:
    settings.write_text(settings.read_text().replace(chat.url, f"http://127.0.0.1:{free_port()}/"))
    ended = machine.run(f"{INSTALL} --settings {settings}")
    assert ended.returncode == 1
    assert "the test alert was not delivered (slack)" in ended.stderr
    assert len(machine.pids()) == 2
