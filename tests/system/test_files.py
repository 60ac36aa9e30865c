import os
import stat
from pathlib import Path

import pytest

from edgebox.system import files as atomic


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_has_the_mode_asked_for_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        atomic.write_text(tmp_path / "a", "가\r\n", mode=0o640)
    finally:
        os.umask(before)
    assert (tmp_path / "a").read_bytes() == "가\r\n".encode()
    assert mode(tmp_path / "a") == 0o640


def test_an_existing_file_keeps_its_mode(tmp_path):
    file = tmp_path / "a"
    file.write_text("old")
    file.chmod(0o600)
    atomic.write_text(file, "new", mode=0o644)
    assert (file.read_text(), mode(file)) == ("new", 0o600)


def test_a_link_is_followed_and_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_text("old")
    (tmp_path / "a").symlink_to(tmp_path / "real" / "a")
    atomic.write_text(tmp_path / "a", "new")
    assert (tmp_path / "a").is_symlink()
    assert (tmp_path / "real" / "a").read_text() == "new"


def test_a_text_that_fails_its_check_leaves_everything_as_it_was(tmp_path):
    file = tmp_path / "a"
    file.write_text("old")
    seen = []

    def check(fresh):
        seen.append(fresh.read_text())
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the check's own error comes through
        atomic.write_text(file, "new", check=check)
    assert seen == ["new"]
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_cannot_be_synced_is_no_error():
    descriptor = os.open("/proc", os.O_RDONLY)
    with pytest.raises(OSError, match="Invalid argument"):
        os.fsync(descriptor)
    os.close(descriptor)
    atomic.sync_folder(Path("/proc"))
