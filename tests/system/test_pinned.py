"""The folder that root holds while another user renames what is above it."""

import os

import pytest

from edgebox.system.pinned import pinned

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")

UID = 41_234
"""A number without a user."""


@pytest.fixture
def theirs(tmp_path):
    """A folder of another user, with one of root's in it."""
    folder = tmp_path / "theirs"
    (folder / "backups").mkdir(parents=True)
    (tmp_path / "roots").mkdir()
    os.chown(folder, UID, UID)
    return folder


def test_a_folder_that_was_exchanged_meanwhile_is_still_the_one_written_into(theirs, tmp_path):
    with pinned(theirs / "backups") as held:
        theirs.rename(tmp_path / "moved")
        theirs.mkdir()
        (theirs / "backups").symlink_to(tmp_path / "roots")
        (held / "a.db").write_text("a")
    assert (tmp_path / "moved" / "backups" / "a.db").exists()
    assert list((tmp_path / "roots").iterdir()) == []


@pytest.mark.parametrize("named", ["backups", "backups/inner"])
def test_a_link_that_another_user_can_turn_is_not_followed(theirs, tmp_path, named):
    (tmp_path / "roots" / "inner").mkdir()
    (theirs / "backups").rename(tmp_path / "moved")
    link = theirs / "backups"
    link.symlink_to(tmp_path / "roots")  # root's own, in their folder
    with pytest.raises(OSError, match="another user can turn"), pinned(theirs / named):
        pass
    os.chown(link, UID, UID, follow_symlinks=False)
    with pytest.raises(OSError, match="another user can turn"), pinned(theirs / named):
        pass


def test_links_that_root_alone_can_turn_are_followed(tmp_path):
    (tmp_path / "roots").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "roots")
    (tmp_path / "near").symlink_to("./roots")
    for name in ("link", "near", "near/../link"):
        with pinned(tmp_path / name) as held:
            (held / "a").touch()
        (tmp_path / "roots" / "a").unlink()


def test_what_is_no_folder_is_not_held(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "round").symlink_to("round")
    for name in ("file", "missing", "file/inner", "round"):
        with pytest.raises(OSError, match=r"link|folder|directory"), pinned(tmp_path / name):
            pass
