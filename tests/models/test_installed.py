import errno
import fcntl
import hashlib
import json
import os
import stat
import tempfile
from pathlib import Path

import pytest

from edgebox.errors import (
    HashMismatch,
    ModelMissing,
    ModelNotTrusted,
    ModelsFolderError,
    UnknownModel,
)
from edgebox.models import installed as module
from edgebox.models.catalog import Catalog
from edgebox.models.importing import import_file
from edgebox.models.installed import Installed
from edgebox.models.part_file import Part, need_space
from edgebox.models.records import Records
from edgebox.system import file_lock, folder_lock
from support.engines import gguf
from support.outside import catalogue

CONTENT = gguf.build()
NAME = "tiny-q8_0"


@pytest.fixture
def installed(tmp_path):
    return Installed(tmp_path, catalogue.catalog(CONTENT), clock=lambda: 1_700_000_000.0)


@pytest.fixture
def reads(monkeypatch):
    """Counts full hashes by what they read."""
    hashed = []
    real = module.sha256_of
    monkeypatch.setattr(
        module, "sha256_of", lambda path, *args: hashed.append(path.name) or real(path, *args)
    )
    return hashed


def test_a_model_that_is_not_here_says_how_to_get_it(installed):
    assert installed.state(NAME) == "missing"
    with pytest.raises(ModelMissing, match=f"edgebox models pull {NAME}"):
        installed.require(NAME)
    with pytest.raises(UnknownModel, match=NAME):
        installed.require("tiny-q8")


def test_a_file_put_here_by_hand_is_hashed_once(installed, tmp_path, reads):
    (tmp_path / f"{NAME}.gguf").write_bytes(CONTENT)
    assert installed.state(NAME) == "unchecked"
    path = installed.require(NAME)
    assert path.read_bytes() == CONTENT
    assert installed.state(NAME) == "ready"
    # A later process trusts the record while size and time match.
    assert Installed(tmp_path, installed.catalog).require(NAME) == path
    assert reads == [f"{NAME}.gguf"]


def test_the_record_is_readable_by_the_service_and_dated(installed, tmp_path):
    (tmp_path / f"{NAME}.gguf").write_bytes(CONTENT)
    installed.require(NAME)
    file = tmp_path / "installed.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    [record] = json.loads(file.read_text())["models"]
    assert record["checked_at"] == "2023-11-14T22:13:20+00:00"
    assert record["trust"] == "catalogue"


def test_a_changed_file_is_not_loaded_again(installed, tmp_path):
    file = tmp_path / f"{NAME}.gguf"
    file.write_bytes(CONTENT)
    installed.require(NAME)
    file.write_bytes(CONTENT[:-1] + b"\x01")
    os.utime(file, (1, 1))
    with pytest.raises(HashMismatch, match=f"edgebox models remove {NAME}"):
        installed.require(NAME)
    assert installed.state(NAME) == "unchecked"
    assert installed.records() == {}


def test_verify_reads_every_byte_even_when_time_and_size_match(installed, tmp_path):
    file = tmp_path / f"{NAME}.gguf"
    file.write_bytes(CONTENT)
    installed.require(NAME)
    before = file.stat()
    file.write_bytes(CONTENT[:-1] + b"\x01")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert installed.state(NAME) == "ready"
    with pytest.raises(HashMismatch):
        installed.verify(NAME)
    assert installed.state(NAME) != "ready"


def test_a_newer_catalogue_that_lists_another_hash_withdraws_the_trust(installed, tmp_path):
    (tmp_path / f"{NAME}.gguf").write_bytes(CONTENT)
    installed.require(NAME)
    newer = Installed(tmp_path, catalogue.catalog(CONTENT, sha256="0" * 64))
    assert newer.state(NAME) == "unchecked"
    with pytest.raises(HashMismatch):
        newer.require(NAME)


def test_a_file_without_a_known_hash_is_not_loaded_unless_vouched_for(tmp_path):
    (tmp_path / f"{NAME}.gguf").write_bytes(CONTENT)
    unknown = catalogue.catalog(CONTENT, sha256=None, verified=False)
    installed = Installed(tmp_path, unknown)
    digest = hashlib.sha256(CONTENT).hexdigest()
    with pytest.raises(ModelNotTrusted, match=digest):
        installed.require(NAME)
    installed.admit(unknown.get(NAME), digest, "administrator")
    assert installed.require(NAME)


def test_what_was_vouched_for_is_the_file_and_not_its_name(tmp_path):
    file = tmp_path / "own.gguf"
    file.write_bytes(CONTENT)
    entry = catalogue.entry(CONTENT, name="own", sources=())
    installed = Installed(tmp_path, Catalog(()))
    installed.admit(entry, hashlib.sha256(CONTENT).hexdigest(), "administrator")
    os.utime(file, (5, 5))  # touched: hashed again, still the same
    assert installed.require("own") == file
    file.write_bytes(gguf.build(salt=1))
    with pytest.raises(HashMismatch):
        installed.require("own")
    file.write_bytes(CONTENT)  # the right one is back
    assert installed.require("own") == file


def test_damaged_records_are_made_anew(installed, tmp_path):
    (tmp_path / f"{NAME}.gguf").write_bytes(CONTENT)
    for damage in ("", "[]", '{"models": [3, {"name": "../x"}]}', '{"models": {}}', "\x00"):
        (tmp_path / "installed.json").write_text(damage)
        assert installed.state(NAME) == "unchecked"
        assert installed.require(NAME)
        assert installed.state(NAME) == "ready"


def test_remove_leaves_nothing_of_the_model_behind(installed, tmp_path):
    (tmp_path / f"{NAME}.gguf").write_bytes(CONTENT)
    installed.require(NAME)
    (tmp_path / f"{NAME}.gguf.refused").write_bytes(b"12345")
    (tmp_path / f"{NAME}.gguf.hub.part").write_bytes(b"123")
    (tmp_path / f"{NAME}.gguf.hub.part.json").write_text("{}")
    assert installed.remove(NAME) == len(CONTENT) + 8
    assert [path.name for path in tmp_path.iterdir()] == ["installed.json"]
    with pytest.raises(ModelMissing, match="nothing to remove"):
        installed.remove(NAME)


def test_a_model_added_by_hand_is_unknown_once_removed(tmp_path):
    (tmp_path / "own.gguf").write_bytes(CONTENT)
    installed = Installed(tmp_path, Catalog(()))
    entry = catalogue.entry(CONTENT, name="own", sources=())
    installed.admit(entry, hashlib.sha256(CONTENT).hexdigest(), "administrator")
    assert [found.name for found in installed.entries()] == ["own"]
    installed.remove("own")
    with pytest.raises(UnknownModel):
        installed.get("own")


def test_two_writers_of_one_file_are_kept_apart(tmp_path):
    path = tmp_path / "x.part"
    with Part(path), pytest.raises(ModelsFolderError, match="Another command"):
        Part(path).__enter__()
    assert not path.exists()  # an empty part is not left lying about


def test_a_part_on_a_share_of_the_network_is_read_and_written(tmp_path, monkeypatch):
    """What flock holds, no other descriptor may read there; some shares have no locks at all."""
    path = tmp_path / "x.part"
    path.write_bytes(CONTENT)
    with Part(path), path.open("rb") as again:
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def without(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(file_lock, "hold", without)
    with Part(path) as part:
        part.keep(len(CONTENT))
        assert part.sha256() == hashlib.sha256(CONTENT).hexdigest()


def test_a_file_that_cannot_fit_is_refused_before_it_is_fetched(tmp_path):
    with pytest.raises(ModelsFolderError, match="models_dir"):
        need_space(tmp_path, 10**18)
    need_space(tmp_path, 0)


root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for another user")
NOBODY = 65_534


@pytest.fixture
def umask():
    """The umask of a hardened root."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@root_only
def test_a_folder_that_root_makes_is_open_to_the_service_whatever_roots_umask(umask, tmp_path):
    folder = tmp_path / "srv/models"
    Installed(folder, catalogue.catalog(CONTENT)).prepare()
    for made in (folder, folder.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o755
    folder.chmod(0o700)  # somebody's own choice
    Installed(folder, catalogue.catalog(CONTENT)).prepare()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@root_only
def test_a_folder_that_is_closed_to_this_user_says_so(umask):
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        found = Installed(folder, catalogue.catalog(CONTENT))
        os.seteuid(NOBODY)
        try:
            for look in (found.state, found.require):
                with pytest.raises(ModelsFolderError, match=f"chmod o\\+rx {folder}"):
                    look(NAME)
        finally:
            os.seteuid(0)


def test_whoever_locks_the_folder_holds_nobody_for_long(installed, tmp_path, monkeypatch):
    (tmp_path / f"{NAME}.gguf").write_bytes(CONTENT)
    monkeypatch.setattr(folder_lock, "PATIENCE_SECONDS", 0.1)
    descriptor = os.open(tmp_path, os.O_RDONLY)  # as every user may who may read the folder
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        entry = installed.get(NAME)
        with pytest.raises(ModelsFolderError, match="fuser -v"):
            installed.admit(entry, entry.sha256, "catalogue")
        assert installed.require(NAME)  # hashed, and not recorded
    finally:
        os.close(descriptor)
    installed.verify(NAME)
    assert installed.state(NAME) == "ready"


def test_what_is_vouched_for_while_it_is_being_forgotten_stays_vouched_for(tmp_path, monkeypatch):
    entry = catalogue.catalog(CONTENT).get(NAME)
    (tmp_path / entry.filename).write_bytes(CONTENT)
    here, there = (Installed(tmp_path, catalogue.catalog(CONTENT)) for _ in range(2))
    here.admit(entry, entry.sha256, "catalogue")
    held = folder_lock.held

    def after_the_other(folder, if_held):
        monkeypatch.setattr(folder_lock, "held", held)
        there.admit(entry, entry.sha256, "administrator")
        return held(folder, if_held)

    monkeypatch.setattr(folder_lock, "held", after_the_other)
    Records(tmp_path).forget(NAME, keep_trusted=True)
    assert here.records()[NAME].trust == "administrator"


@root_only
def test_a_file_that_root_put_there_by_hand_is_opened_to_the_service(umask, tmp_path):
    folder = tmp_path / "models"
    found = Installed(folder, catalogue.catalog(CONTENT))
    found.prepare()
    file = folder / f"{NAME}.gguf"
    for admitted in (found.verify, lambda _: import_file(found, file)):
        file.write_bytes(CONTENT)
        file.chmod(0o600)
        admitted(NAME)
        assert stat.S_IMODE(file.stat().st_mode) == 0o644


@root_only
def test_a_file_that_is_closed_to_this_user_says_so(tmp_path):
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        file = folder / f"{NAME}.gguf"
        file.write_bytes(CONTENT)
        found = Installed(folder, catalogue.catalog(CONTENT))
        found.verify(NAME)
        file.chmod(0o600)
        os.seteuid(NOBODY)
        try:
            with pytest.raises(ModelsFolderError, match=f"chmod o\\+r {file}"):
                found.require(NAME)
        finally:
            os.seteuid(0)
