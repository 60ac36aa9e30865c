import fcntl
import os
import struct

import pytest

from edgebox.system import file_lock

CONTENT = 2**48  # bytes: no file of ours is larger


def lock(kind, start=0, length=0):
    return struct.pack("hhqqi4x", kind, os.SEEK_SET, start, length, 0)


def blocking(descriptor, length=0):
    """Return the kind of the lock that keeps another from writing the first bytes, or F_UNLCK."""
    asked = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, lock(fcntl.F_WRLCK, length=length))
    return struct.unpack("hhqqi4x", asked)[0]


@pytest.fixture
def opened(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"words")
    found = [os.open(file, flags) for flags in (os.O_RDWR, os.O_RDWR, os.O_RDONLY)]
    yield found
    for descriptor in found:
        os.close(descriptor)


def test_one_holds_it_and_whoever_may_read_the_file_sees_it(opened):
    mine, other, reader = opened
    assert not file_lock.is_held(reader)
    file_lock.hold(mine)
    assert file_lock.is_held(reader)
    with pytest.raises(BlockingIOError):
        file_lock.hold(other)


def test_the_content_is_locked_for_nobody(opened):
    """A share of the network lets nothing else read or write what is locked."""
    mine, other, _ = opened
    file_lock.hold(mine)
    assert blocking(other, CONTENT) == fcntl.F_UNLCK
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_it_lasts_until_the_last_copy_of_the_descriptor_is_closed(tmp_path, opened):
    *_, reader = opened
    mine = os.open(tmp_path / "file", os.O_RDWR)
    copy = os.dup(mine)
    file_lock.hold(mine)
    os.close(mine)
    assert file_lock.is_held(reader)
    os.close(copy)
    assert not file_lock.is_held(reader)


def test_it_and_the_lock_of_a_whole_file_exclude_each_other(opened):
    """As releases before this one held it: an upgrade finds their worker."""
    mine, other, reader = opened
    fcntl.fcntl(other, fcntl.F_OFD_SETLK, lock(fcntl.F_WRLCK))
    assert file_lock.is_held(reader)
    with pytest.raises(BlockingIOError):
        file_lock.hold(mine)
    fcntl.fcntl(other, fcntl.F_OFD_SETLK, lock(fcntl.F_UNLCK))
    file_lock.hold(mine)
    assert blocking(other) == fcntl.F_WRLCK
