"""A box that was given a key takes only releases signed with it, and looks at them as data."""

import pytest

from support.outside.signing_keys import signing_keys

USB = "/media/usb"
INSTALLED = "/opt/edgebox/current/install.sh"


def newer(tree):
    (tree / "VERSION").write_text("9.1.0\n")


@pytest.fixture(scope="module", autouse=True)
def releases(artifacts):
    """The first and the next release, signed by their maker and by a stranger."""
    with signing_keys(artifacts.folder, "ours", "theirs"):
        artifacts.pack("signed.run", sign="ours")
        artifacts.pack("signed-newer.run", newer, sign="ours")
        artifacts.pack("foreign-newer.run", newer, sign="theirs")
        artifacts.pack("unsigned-newer.run", newer)


@pytest.fixture(scope="module")
def installed(machine, releases):
    ended = machine.run(f"sh {USB}/signed.run --key {USB}/ours.gpg", timeout=300)
    assert ended.code == 0, ended.said
    assert "only releases signed with it are accepted" in ended.out
    return machine.out("readlink /opt/edgebox/current")


@pytest.mark.parametrize(
    ("name", "said"),
    [("unsigned-newer.run", "not signed"), ("foreign-newer.run", "do not install")],
)
def test_what_is_not_signed_by_the_key_is_refused_and_nothing_changes(
    machine, installed, name, said
):
    key = machine.out("sha256sum /etc/edgebox/release-key.gpg")
    for command in (f"{INSTALLED} --verify {USB}/{name}", f"{USB}/{name} --upgrade"):
        ended = machine.run(f"sh {command}", timeout=300)
        assert ended.code == 1
        assert said in ended.err
    assert machine.out("readlink /opt/edgebox/current") == installed
    assert machine.out("ls /opt/edgebox/releases") == installed.removeprefix("releases/")
    assert machine.out("sha256sum /etc/edgebox/release-key.gpg") == key


def test_a_damaged_one_is_seen_by_the_release_that_is_installed(machine, artifacts, installed):
    artifacts.damaged("damaged-newer.run", "signed-newer.run", 5_000_000)
    ended = machine.run(f"sh {INSTALLED} --verify {USB}/damaged-newer.run")
    assert ended.code == 1
    assert "damaged (the program)" in ended.err


def test_the_next_one_of_the_same_maker_is_verified_and_taken(machine, installed):
    verified = machine.run(f"sh {INSTALLED} --verify {USB}/signed-newer.run")
    assert (verified.code, "signed" in verified.out) == (0, True)
    assert "EdgeBox 9.1.0 is whole." in verified.out
    ended = machine.run(f"sh {USB}/signed-newer.run --upgrade", timeout=300)
    assert ended.code == 0, ended.said
    assert machine.out("readlink /opt/edgebox/current") == "releases/9.1.0"
