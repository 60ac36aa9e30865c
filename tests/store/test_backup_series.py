import errno
import os
from pathlib import Path
from unittest.mock import Mock

import pytest

from edgebox.errors import BackupError
from edgebox.store.backup_series import next_backup


def nights(folder, count, keep):
    for _ in range(count):
        next_backup(folder, keep).touch()
    return sorted(path.name for path in folder.iterdir())


def test_so_many_are_kept_and_the_oldest_goes_first(tmp_path):
    assert nights(tmp_path, 2, keep=3) == ["edgebox-backup-000001.db", "edgebox-backup-000002.db"]
    assert nights(tmp_path, 5, keep=3) == [f"edgebox-backup-00000{n}.db" for n in (5, 6, 7)]
    assert nights(tmp_path, 1, keep=2) == ["edgebox-backup-000007.db", "edgebox-backup-000008.db"]


def test_the_clock_does_not_say_which_is_the_oldest(tmp_path):
    nights(tmp_path, 3, keep=3)
    os.utime(tmp_path / "edgebox-backup-000003.db", (0, 0))  # made after the clock was set back
    assert nights(tmp_path, 1, keep=3) == [f"edgebox-backup-00000{n}.db" for n in (2, 3, 4)]


def test_numbers_may_grow_longer(tmp_path):
    (tmp_path / "edgebox-backup-999999.db").touch()
    assert nights(tmp_path, 2, keep=2) == ["edgebox-backup-1000000.db", "edgebox-backup-1000001.db"]


def test_files_of_other_names_are_left_alone(tmp_path):
    others = {
        "2026-11-22.db",
        "edgebox-20261122.db",
        "edgebox-backup-1.db",
        "edgebox-backup-000001.db\n",
        "edgebox-backup-000001 .db",
        "a b.db",
    }
    for name in others:
        (tmp_path / name).touch()
    assert others < set(nights(tmp_path, 3, keep=2))


def test_a_night_that_fails_costs_no_further_backup(tmp_path):
    nights(tmp_path, 3, keep=3)
    for _ in range(5):
        assert next_backup(tmp_path, 3).name == "edgebox-backup-000004.db"
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_no_folder_says_so(tmp_path):
    with pytest.raises(BackupError, match="name an existing folder"):
        next_backup(tmp_path / "none", 3)


def test_a_folder_of_such_a_name_stays_and_counts(tmp_path):
    (tmp_path / "edgebox-backup-000004.db").mkdir()
    assert nights(tmp_path, 2, keep=2) == [f"edgebox-backup-00000{n}.db" for n in (4, 5, 6)]


def test_what_cannot_be_removed_says_so(tmp_path, monkeypatch):
    nights(tmp_path, 2, keep=3)
    denied = PermissionError(errno.EACCES, "Permission denied")
    monkeypatch.setattr(Path, "unlink", Mock(side_effect=denied))
    with pytest.raises(BackupError, match=r"edgebox-backup-000001\.db: Permission denied"):
        next_backup(tmp_path, 2)
    monkeypatch.setattr(Path, "is_dir", Mock(side_effect=denied))
    with pytest.raises(BackupError, match="Permission denied"):
        next_backup(tmp_path, 2)
