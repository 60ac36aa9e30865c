"""What cannot work is refused with one line, and nothing of it is left on the machine."""

import contextlib
import socket

import pytest

from support.boxes.appliance import FOOTPRINT

USB = "/media/usb"


@pytest.fixture(scope="module", autouse=True)
def damaged(artifacts):
    """One bit turned in each part of the file, and one file cut short."""
    whole = (artifacts.folder / "plain.run").stat().st_size
    artifacts.damaged("head.run", "plain.run", 3000)
    artifacts.damaged("program.run", "plain.run", whole // 2)
    artifacts.damaged("model.run", "edgebox.run", -1_000_000)
    with (artifacts.folder / "short.run").open("wb") as file:
        file.write((artifacts.folder / "plain.run").read_bytes()[:-1000])


@pytest.fixture
def untouched(machine):
    """The test leaves the machine as it was, to the last file, owner and mode."""
    before = machine.out(FOOTPRINT)
    users = machine.out("cat /etc/passwd /etc/group")
    yield
    assert machine.out(FOOTPRINT) == before
    assert machine.out("cat /etc/passwd /etc/group") == users
    assert machine.out("systemctl list-unit-files 'edgebox*' --no-legend; true") == ""


def refused(ended, *words):
    """Failed, with one line on standard error that has these words; returns the line."""
    assert ended.code == 1, ended.said
    lines = ended.err.strip().splitlines()
    assert len(lines) == 1, ended.said
    for word in words:
        assert word in lines[0], lines[0]
    return lines[0]


def test_the_machine_has_no_python_no_compiler_and_no_network(machine):
    for tool in ("python3", "gcc", "cc", "curl", "wget", "xz", "zstd"):
        assert machine.run(f"command -v {tool}").code != 0, tool
    devices = machine.out("cat /proc/net/dev").splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] == ["lo"]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("head.run", "damaged"),
        ("program.run", "damaged (the program)"),
        ("model.run", "damaged (the model qwen2.5-coder-1.5b"),
        ("short.run", "not whole"),
    ],
)
def test_a_corrupted_artifact(machine, untouched, name, word):
    refused(machine.run(f"sh {USB}/{name}"), word, "Copy it again")


def test_a_user_who_is_not_root(machine, untouched):
    refused(machine.run(f"setpriv --reuid=65534 sh {USB}/plain.run"), "as root", "sudo")


def test_another_architecture(machine, untouched):
    refused(machine.run(f"setarch i686 sh {USB}/plain.run"), "x86_64", "i686")


def test_a_processor_that_is_too_old(machine, untouched):
    flags = "sed 's/ sse4_2//; s/ popcnt//' /proc/cpuinfo >/tmp/cpuinfo"
    mount = "mount --bind /tmp/cpuinfo /proc/cpuinfo"
    ended = machine.run(f"{flags}; unshare -m sh -c '{mount} && sh {USB}/plain.run'")
    refused(ended, "too old", "popcnt", "x86-64-v2")


def test_a_machine_without_systemd(machine, untouched):
    mount = "mount -t tmpfs none /run/systemd"
    refused(machine.run(f"unshare -m sh -c '{mount} && sh {USB}/plain.run'"), "systemd")


def test_a_full_disk(machine, untouched):
    mount = "mount -t tmpfs -o size=50M none /opt"
    ended = machine.run(f"unshare -m sh -c '{mount} && sh {USB}/plain.run && ls -A /opt'")
    refused(ended, "Not enough room in /opt", "MB are free", "MB are needed")


def test_no_room_for_the_models(machine, untouched):
    mount = "mount -t tmpfs -o size=500M none /var/lib"
    ended = machine.run(f"unshare -m sh -c '{mount} && sh {USB}/edgebox.run'")
    refused(ended, "Not enough room in /var/lib", "MB are needed", "of it for the models")


def test_a_disk_that_fills_up_on_the_way(machine, untouched):
    """What takes the room away after it was looked at (here: the inodes) undoes everything."""
    mount = "mount -t tmpfs -o size=2G,nr_inodes=60 none /opt"
    ended = machine.run(
        f"unshare -m sh -c '{mount}; sh {USB}/plain.run; code=$?; ls -A /opt; exit $code'"
    )
    refused(ended, "could not be unpacked into /opt/edgebox", "df -i")
    assert ended.out.splitlines()[-1].split()[0] == "verified"  # ls saw nothing in /opt


@contextlib.contextmanager
def listening(machine, address, port):
    """Listen in the machine's network; where that is not possible, say what is there."""
    with machine.network():
        try:
            server = socket.create_server((address, port))
        except OSError as error:
            error.add_note(machine.out("cat /proc/net/tcp /proc/net/tcp6"))
            raise
        with server:
            yield


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_busy_port(machine, untouched, address):
    with listening(machine, address, 8600):
        refused(machine.run(f"sh {USB}/plain.run"), "Port 8600", "in use")


def test_an_option_that_there_is_not(machine, untouched):
    ended = machine.run(f"sh {USB}/plain.run --reinstall")
    assert ended.code == 2
    assert "--reinstall" in ended.err


@pytest.mark.parametrize("option", ["--upgrade", "--rollback", "--uninstall"])
def test_what_needs_an_installation_says_so(machine, untouched, option):
    refused(machine.run(f"sh {USB}/plain.run {option}"))
