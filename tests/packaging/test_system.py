"""What the installer does where a system guards more: on real files, with the system's tools as
scripts that write down what they were asked, because no such system can be booted here."""

import os
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "packaging" / "install"
PROGRAM = "#!/bin/sh\necho edgebox 1.2.3\n"


@pytest.fixture
def system(tmp_path):
    """Folders of an installation with one release in it, and an empty folder of tools."""
    target = tmp_path / "opt/releases/1.2.3"
    for folder in (
        target,
        tmp_path / "etc",
        tmp_path / "bin",
        tmp_path / "usr",
        tmp_path / "local",
    ):
        folder.mkdir(parents=True)
    (target / "edgebox").write_text(PROGRAM)
    (target / "edgebox").chmod(0o755)
    return tmp_path


def tool(system, name, says="", code=0):
    path = system / "bin" / name
    path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{system}/calls"\n{says}\nexit {code}\n')
    path.chmod(0o755)


def step(system, script, before=""):
    lines = [(FOLDER / f"{part}.sh").read_text() for part in ("head", "services", "system")]
    places = {
        **{name: system / name for name in ("opt", "etc", "state", "units")},
        "link": system / "local/edgebox",
        "sudo_link": system / "usr/edgebox",
        "sudoers": system / "sudoers",
        "target": system / "opt/releases/1.2.3",
        "changed": "",
        "made_link": "",
        "version": "1.2.3",
        "PATH": f"{system}/bin:/usr/bin:/bin",
    }
    lines += [f"{name}='{value}'" for name, value in places.items()]
    return subprocess.run(
        ["sh", "-c", "\n".join([*lines, before, script])],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def calls(system):
    file = system / "calls"
    return file.read_text().splitlines() if file.exists() else []


SUDOERS = {
    "RHEL": "Defaults    secure_path = /sbin:/bin:/usr/sbin:/usr/bin\n",
    "Debian": 'Defaults\tsecure_path="/usr/local/sbin:{local}:/usr/sbin:/usr/bin:/sbin:/bin"\n',
    "without": "root ALL=(ALL:ALL) ALL\n",
}


@pytest.mark.parametrize("name", SUDOERS)
def test_sudo_finds_the_command_also_where_it_looks_in_few_folders(system, name):
    (system / "sudoers").write_text(SUDOERS[name].format(local=system / "local"))
    ended = step(system, 'put_sudo_link; printf "changed=%s\\n" "$changed"')
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (system / "usr/edgebox").is_symlink() == (name == "RHEL")
    assert ("changed=1" in ended.stdout) == (name == "RHEL")
    again = step(system, 'put_sudo_link; printf "changed=%s\\n" "$changed"')
    assert again.stdout == "changed=\n"
    assert step(system, "drop_links").returncode == 0
    assert not (system / "usr/edgebox").is_symlink()


def test_another_program_of_that_name_stays(system):
    (system / "sudoers").write_text(SUDOERS["RHEL"])
    (system / "usr/edgebox").write_text("another")
    assert step(system, "put_sudo_link; drop_links").returncode == 0
    assert (system / "usr/edgebox").read_text() == "another"


@pytest.mark.parametrize("semanage", [True, False])
def test_selinux_may_start_the_program(system, semanage):
    for name in ("restorecon", "chcon", *(["semanage"] if semanage else [])):
        tool(system, name)
    ended = step(system, "put_labels", "has_selinux() { :; }")
    assert (ended.returncode, ended.stderr) == (0, "")
    asked = calls(system)
    assert f"restorecon -R {system}/opt" in asked
    assert f"restorecon -R {system}/etc" in asked
    program = f"{system}/opt/releases"
    if semanage:
        assert asked[0] == f"semanage fcontext -a -t bin_t {program}/[^/]+/edgebox"
        assert not any(call.startswith("chcon") for call in asked)
    else:
        assert asked[-1] == f"chcon -t bin_t {program}/1.2.3/edgebox"


def test_without_selinux_nothing_is_labelled(system):
    for name in ("restorecon", "chcon", "semanage"):
        tool(system, name)
    ended = step(system, "put_labels; put_unit_labels; drop_labels", "has_selinux() { return 1; }")
    assert (ended.returncode, ended.stdout, calls(system)) == (0, "", [])


def test_fapolicyd_is_told_of_the_release_and_of_its_end(system):
    tool(system, "systemctl")  # active
    tool(system, "fapolicyd-cli")
    ended = step(system, 'put_trust; drop_trust "$target"')
    assert (ended.returncode, ended.stderr) == (0, "")
    release = f"{system}/opt/releases/1.2.3/"
    assert [call for call in calls(system) if "fapolicyd-cli" in call] == [
        f"fapolicyd-cli --file add {release} --trust-file edgebox",
        "fapolicyd-cli --update",
        f"fapolicyd-cli --file delete {release}",
        "fapolicyd-cli --update",
    ]


def test_fapolicyd_that_knows_no_trust_files_is_told_too(system):
    tool(system, "systemctl")
    tool(system, "fapolicyd-cli", says='case "$*" in *trust-file* | *update*) exit 1 ;; esac')
    ended = step(system, "put_trust")
    assert "fapolicyd knows" in ended.stdout
    assert calls(system)[-2] == f"fapolicyd-cli --file add {system}/opt/releases/1.2.3/"
    tool(system, "fapolicyd-cli", code=1)
    ended = step(system, "put_trust; echo went on")
    assert (ended.returncode, ended.stdout) == (0, "went on\n")


def test_fapolicyd_gets_the_time_to_read_what_it_was_told(system):
    tool(system, "systemctl")
    tool(system, "fapolicyd-cli")
    tool(system, "sleep")
    program = system / "opt/releases/1.2.3/edgebox"
    denied = f'[ "$(grep -c ^sleep "{system}/calls")" -ge {{}} ] || exit 126'
    program.write_text(f"#!/bin/sh\n{denied.format(20)}\n")
    assert step(system, "check_program").returncode == 0
    assert calls(system).count("sleep 1") == 20
    program.write_text(f"#!/bin/sh\n{denied.format(1000)}\n")
    ended = step(system, "check_program; echo went on")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "journalctl -u fapolicyd" in ended.stderr
    assert calls(system).count("sleep 1") < 20 + 60


def test_fapolicyd_that_does_not_run_is_not_told(system):
    tool(system, "systemctl", code=3)
    tool(system, "fapolicyd-cli")
    assert step(system, 'put_trust; drop_trust "$target"').returncode == 0
    assert not any("fapolicyd-cli" in call for call in calls(system))


@pytest.mark.parametrize(
    ("backend", "answer", "told"),
    [
        ("cuda", "echo 0.3.36 1", "can be used\n"),
        ("cuda", "echo 0.3.36 0", "none can be used, so the models run on the processor"),
        ("cuda", "exit 3", "none can be used"),
        ("cpu", "echo 0.3.36 1", ""),
    ],
)
def test_a_release_for_gpus_says_whether_it_can_use_one(system, backend, answer, told):
    (system / "opt/releases/1.2.3/edgebox").write_text(f"#!/bin/sh\n{answer}\n")
    (system / "opt/releases/1.2.3/BACKEND").write_text(f"{backend}\n")
    ended = step(system, "tell_gpu")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert told in ended.stdout
    assert bool(ended.stdout) == bool(told)


def test_a_program_that_may_not_start_stops_the_installation_with_the_reason(system):
    tool(system, "systemctl", code=3)
    assert step(system, "check_program").returncode == 0
    program = system / "opt/releases/1.2.3/edgebox"
    program.write_text(
        "#!/bin/sh\necho 'the first line'\necho 'version GLIBC_9 not found'\nexit 1\n"
    )
    ended = step(system, "check_program; echo went on")
    assert ended.returncode == 1
    assert "cannot be started here: version GLIBC_9 not found" in ended.stderr
    assert "went on" not in ended.stdout


def test_a_disk_without_programs_is_named(system):
    tool(system, "systemctl", code=3)
    tool(system, "findmnt", says="echo rw,nosuid,noexec,relatime")
    program = system / "opt/releases/1.2.3/edgebox"
    program.chmod(0o644)
    ended = step(system, "check_program")
    assert ended.returncode == 1
    assert "mounted noexec" in ended.stderr
    assert os.access(program, os.R_OK)


@pytest.mark.parametrize(
    ("active", "ufw", "told"),
    [
        (0, "", "firewall-cmd --permanent --add-port=8700/tcp"),
        (3, "Status: active", "ufw allow 8700/tcp"),
        (3, "Status: inactive", ""),
    ],
)
def test_the_firewall_that_is_active_is_named_with_its_command(system, active, ufw, told):
    tool(system, "systemctl", code=active)
    tool(system, "ufw", says=f"echo '{ufw}'")
    ended = step(system, "tell_firewall 8700")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert told in ended.stdout
    assert bool(ended.stdout) == bool(told)
