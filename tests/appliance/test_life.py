"""The life of a box, in order: installed, used, killed, rebooted, upgraded, removed.

Every test continues where the previous one left the machine.
"""

import json
import re
import resource
import time

import pytest

from edgebox.signing import verify_webhook
from support.boxes.appliance import FOOTPRINT, Centre, await_ready, figure, is_ready

USB = "/media/usb"
SERVICES = ("edgebox-engine", "edgebox-api", "edgebox-worker")
EXPOSURE = {"edgebox-engine": 1.5, "edgebox-api": 1.4, "edgebox-worker": 1.3}
TEXT = "15-travel-baggage-delay"
SHORT = "02-telecom-roaming-block"
"""A call that the model answers in time also beside other work."""
OURS = "find /opt/edgebox /etc/edgebox /var/lib/edgebox /usr/local/bin /etc/systemd/system"
NO_CHANGE = (
    f"{OURS} -path '*.db*' -prune -o -printf '%p %y %m %u:%g %s %T@ %l\\n' | "
    "grep -v '^/var/lib/edgebox d ' | sort"
)
"""Every file with its time: a second installation may not even rewrite one."""

# The word to look for is in a file, so that the search itself does not show it.
JOURNAL_AND_PROCESSES = (
    "journalctl --no-pager -o verbose | grep -aFc -f /root/word; "
    "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | "
    "grep -aFc -f /root/word; true"
)
FILES = "grep -raFl -f /root/word /opt /etc /var /run /tmp --exclude-dir=journal 2>/dev/null; true"
DATA = "find /etc/edgebox /var/lib/edgebox -name '*.gguf' -o -name 'edgebox.*' | sort"
UNITS = "/etc/systemd/system/edgebox*.service /etc/systemd/system/edgebox.target"


@pytest.fixture(scope="module")
def centre(machine):
    """The centre's system, after the installation has printed its secret."""
    box = Centre(machine, "")
    yield box
    box.close()


def active(machine):
    return [machine.run(f"systemctl is-active {name}").out.strip() for name in SERVICES]


def summarized(centre, korean):
    """A summary by the model: on a machine with other work the first may be a fallback."""
    for _ in range(10):
        answer = centre.summarize(korean[SHORT]["transcript"])
        if answer["status"] in ("success", "partial"):
            return answer
    raise AssertionError(answer)


def pid(machine, service):
    return int(machine.out(f"systemctl show -P MainPID {service}"))


def await_new_pid(machine, service, before, seconds=120):
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if machine.run(f"systemctl is-active {service}").out.strip() == "active":
            now = pid(machine, service)
            if now not in (0, before):
                return time.monotonic() - began
        time.sleep(0.1)
    raise AssertionError(machine.run(f"journalctl -u {service} -n 40 --no-pager").out)


def test_one_file_makes_a_running_box(machine, artifacts, centre):
    began = time.monotonic()
    ended = machine.run(f"sh {USB}/edgebox.run --callback 127.0.0.1:9900", timeout=600)
    assert ended.code == 0, ended.said
    figure("installation with two models and first start", f"{time.monotonic() - began:.1f} s")
    centre.secret = re.search(r"^    (\S+)$", ended.out, re.MULTILINE)[1]
    assert ended.err == ""
    assert active(machine) == ["active"] * 3
    assert is_ready(machine)
    figure("artifact", f"{(artifacts.folder / 'edgebox.run').stat().st_size / 1e6:.0f} MB")
    figure("artifact without models", f"{artifacts.plain.stat().st_size / 1e6:.0f} MB")
    figure("installed program", machine.out("du -sm /opt/edgebox | cut -f 1") + " MiB")


def test_the_doctor_finds_nothing_wrong_with_a_fresh_installation(machine, centre):
    ended = machine.run("edgebox doctor", timeout=120)
    assert ended.code == 0, ended.said


def test_the_command_starts_within_half_a_second(machine, artifacts):
    assert machine.out("edgebox --version") == f"edgebox {artifacts.version}"
    times, processor = [], []
    for _ in range(10):
        began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        machine.out("edgebox --version")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(time.monotonic() - began)
        processor.append(after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime)
    figure("edgebox --version", f"{min(times):.2f} s, {min(processor):.2f} s of a processor")
    assert min(processor) <= 0.5  # the other is the machine's load too


def test_no_library_is_there_twice(machine):
    sums = "find /opt/edgebox/current/ -name '*.so*' -exec sha256sum {} + | cut -d ' ' -f 1"
    assert machine.out(f"{sums} | sort | uniq -d") == ""


def test_every_file_is_in_the_manifest_and_has_a_licence_beside_it(machine):
    assert machine.run("sh /opt/edgebox/current/install.sh --verify").code == 0
    bill = json.loads(machine.out("cat /opt/edgebox/current/sbom.cdx.json"))
    names = {part["name"] for part in bill["components"]}
    assert {"cpython", "llama-cpp-python", "llguidance", "numpy", "starlette"} <= names
    texts = machine.out("ls /opt/edgebox/current/licences").split()
    for part in bill["components"]:
        name = {"cpython": "python"}.get(part["name"], part["name"])
        assert f"{name}.txt" in texts or part["type"] == "machine-learning-model"


def test_a_quick_summary_comes_from_the_model(centre, korean):
    answer = summarized(centre, korean)
    assert answer["model_used"].startswith("qwen2.5-coder-0.5b")
    figure("quick summary", f"{answer['processing_time']:.2f} s, {answer['status']}")


def test_a_batch_comes_back_by_its_callback(machine, centre, korean):
    # The default waits for twenty or a quarter of an hour: an administrator's change.
    machine.out("sed -i 's/^# min_pending = .*/min_pending = 1/' /etc/edgebox/edgebox.toml")
    machine.out("systemctl restart edgebox-api edgebox-worker")
    await_ready(machine)
    batch = centre.submit(korean[TEXT]["transcript"])
    headers, body = centre.await_callback(batch)
    assert verify_webhook(headers, body, [centre.secret], time.time(), 300)
    (result,) = json.loads(body)["results"]
    assert result["status"] == "success"
    assert result["summary"]["customer"]


def test_secrets_and_transcripts_are_in_the_database_alone(machine, centre, korean):
    for word in (centre.secret, korean[TEXT]["transcript"].splitlines()[1][10:40]):
        (machine.folder / "root" / "word").write_text(f"{word}\n")
        assert machine.out(JOURNAL_AND_PROCESSES) == "0\n0"
        assert machine.out(FILES).splitlines() == ["/var/lib/edgebox/edgebox.db"]
    (machine.folder / "root" / "word").unlink()
    files = "/var/lib/edgebox /var/lib/edgebox/edgebox.db /etc/edgebox/edgebox.toml"
    assert machine.out(f"stat -c '%a %U %n' {files}").splitlines() == [
        "700 edgebox /var/lib/edgebox",
        "600 edgebox /var/lib/edgebox/edgebox.db",
        "640 root /etc/edgebox/edgebox.toml",
    ]
    reading = "cat /etc/edgebox/edgebox.toml /var/lib/edgebox/*"
    assert machine.run(f"setpriv --reuid=65534 --clear-groups sh -c '{reading}'").out == ""


def test_the_units_are_hardened_and_without_warnings(machine):
    verified = machine.run(f"systemd-analyze verify {UNITS}")
    assert (verified.code, verified.said) == (0, "")
    for service, most in EXPOSURE.items():
        said = machine.out(f"systemd-analyze security --no-pager {service}.service")
        level = float(re.search(r"exposure level for \S+: ([0-9.]+)", said)[1])
        figure(f"exposure of {service}", level)
        assert level <= most


def test_a_second_installation_changes_nothing(machine):
    before, users = machine.out(NO_CHANGE), machine.out("cat /etc/passwd /etc/group")
    pids = [pid(machine, service) for service in SERVICES]
    ended = machine.run(f"sh {USB}/edgebox.run", timeout=300)
    assert ended.code == 0, ended.said
    assert "nothing was changed" in ended.out
    assert (machine.out(NO_CHANGE), machine.out("cat /etc/passwd /etc/group")) == (before, users)
    assert [pid(machine, service) for service in SERVICES] == pids


@pytest.mark.parametrize("service", SERVICES)
def test_a_killed_process_is_back_within_seconds(machine, service):
    before = pid(machine, service)
    machine.out(f"kill -9 {before}")
    figure(f"{service} back after kill -9", f"{await_new_pid(machine, service, before):.1f} s")
    await_ready(machine)


def test_an_engine_that_hangs_is_ended_by_the_watchdog(machine, centre, korean):
    before = pid(machine, "edgebox-engine")
    machine.out(f"kill -STOP {before}")
    answer = centre.summarize(korean[TEXT]["transcript"])  # the promise holds meanwhile
    assert answer["status"] == "fallback"
    # The watchdog of a -cuda file waits for two minutes.
    back = await_new_pid(machine, "edgebox-engine", before, seconds=240)
    figure("engine back after SIGSTOP", f"{back:.1f} s")
    assert "watchdog" in machine.out("journalctl -u edgebox-engine --no-pager").lower()
    await_ready(machine)


def test_a_reboot_brings_everything_back_and_the_work_goes_on(machine, centre, korean):
    batch = centre.submit(korean[TEXT]["transcript"])
    began = time.monotonic()
    machine.reboot()
    centre.listen()
    await_ready(machine)
    figure("reboot until ready", f"{time.monotonic() - began:.1f} s")
    assert active(machine) == ["active"] * 3
    _, body = centre.await_callback(batch)
    assert json.loads(body)["results"][0]["status"] == "success"


def newer(tree):
    (tree / "VERSION").write_text("9.1.0\n")


def broken(tree):
    """Whole, and yet it cannot run: its engine lacks a library."""
    (tree / "VERSION").write_text("9.2.0\n")
    (tree / "_internal" / "llama_cpp" / "lib" / "libggml-base.so.0").unlink()


def in_use(machine):
    return machine.out("readlink /opt/edgebox/current")


def test_another_version_is_no_accident(machine, artifacts):
    artifacts.pack("newer.run", newer)
    ended = machine.run(f"sh {USB}/newer.run")
    assert ended.code == 1
    assert "--upgrade" in ended.err
    assert in_use(machine) == f"releases/{artifacts.version}"


def test_an_upgrade_backs_up_and_switches(machine, artifacts, centre, korean):
    ended = machine.run(f"sh {USB}/newer.run --upgrade", timeout=600)
    assert ended.code == 0, ended.said
    figure("upgrade", re.search(r"down for (\d+ s)", ended.out)[1] + " without service")
    assert in_use(machine) == "releases/9.1.0"
    assert is_ready(machine)
    (backup,) = machine.out("ls /var/lib/edgebox/backups").split()
    assert machine.out(f"stat -c '%a %U' /var/lib/edgebox/backups/{backup}") == "600 edgebox"
    summarized(centre, korean)


def test_a_second_upgrade_changes_nothing(machine):
    before = machine.out(NO_CHANGE)
    ended = machine.run(f"sh {USB}/newer.run --upgrade")
    assert ended.code == 0
    assert "nothing was changed" in ended.out
    assert machine.out(NO_CHANGE) == before


def test_a_broken_release_goes_back_by_itself(machine, artifacts, centre, korean):
    artifacts.pack("broken.run", broken)
    ended = machine.run(f"sh {USB}/broken.run --upgrade --wait 120", timeout=600)
    assert ended.code == 1
    assert "9.2.0 did not get ready" in ended.err
    assert "9.1.0 runs again" in ended.err
    assert in_use(machine) == "releases/9.1.0"
    assert "9.2.0" not in machine.out("ls /opt/edgebox/releases")
    assert is_ready(machine)
    summarized(centre, korean)


def test_rollback_goes_to_the_release_before(machine, artifacts, centre, korean):
    ended = machine.run("/opt/edgebox/current/install.sh --rollback", timeout=600)
    assert ended.code == 0, ended.said
    assert in_use(machine) == f"releases/{artifacts.version}"
    assert machine.out("ls /opt/edgebox/releases") == artifacts.version
    assert is_ready(machine)
    summarized(centre, korean)


def test_uninstalled_the_data_stays_and_is_taken_up_again(machine, artifacts, centre, korean):
    batches = centre.ask("GET", "/api/v1/batches").json()
    kept = machine.out(DATA)
    ended = machine.run("sh /opt/edgebox/current/install.sh --uninstall")
    assert ended.code == 0, ended.said
    assert machine.run("ls -d /opt/edgebox /usr/local/bin/edgebox").out == ""
    assert machine.out("find /etc/systemd -name 'edgebox*'") == ""
    assert machine.out("cat /proc/[0-9]*/comm | grep -x edgebox; true") == ""
    assert machine.out(DATA) == kept
    ended = machine.run(f"sh {USB}/plain.run", timeout=600)
    assert ended.code == 0, ended.said
    assert "secret" not in ended.out
    assert centre.ask("GET", "/api/v1/batches").json() == batches


def test_purged_nothing_is_left(machine):
    ended = machine.run("sh /opt/edgebox/current/install.sh --purge")
    assert ended.code == 0, ended.said
    assert [line for line in machine.out(FOOTPRINT).splitlines() if "edgebox" in line] == []
    assert machine.run("id edgebox").code == 1
    assert "edgebox" not in machine.out("cat /etc/passwd /etc/group; systemctl list-units --all")
