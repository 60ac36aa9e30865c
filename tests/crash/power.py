"""Power loss: what a disk may hold when the power fails at any moment of a recorded life.

``recorder.c`` writes down every write, truncation, sync, creation and removal in a folder. A disk
that loses power has all that was synced, and of the rest any part, in any order, the last write of
it perhaps torn at a sector: what a drive's cache and the page cache may do. ``states`` makes such
disks; each must open, be whole, and hold everything that was acknowledged by then.

A file's name is on disk after its folder was synced, its content after the file was.
"""

from __future__ import annotations

import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

SECTOR = 512
_CREATE, _WRITE, _TRUNCATE, _SYNC, _UNLINK = b"cwtsu"
_FOLDER = "/"


@dataclass(frozen=True)
class Op:
    """An operation on a file. ``offset`` is the new length for a truncation."""

    kind: int
    name: str
    offset: int
    data: bytes


def build_recorder(folder: Path) -> Path:
    """Compile the recorder, and return the shared object's path."""
    made = folder / "recorder.so"
    source = Path(__file__).with_name("recorder.c")
    command = ["gcc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(made), str(source)]
    subprocess.run([*command, "-ldl", "-lpthread"], check=True)
    return made


def read_log(path: Path) -> list[Op]:
    """Return the recorded operations, in order."""
    raw, at, ops = path.read_bytes(), 0, []
    while at < len(raw):
        kind, length = raw[at], raw[at + 1]
        name = raw[at + 2 : at + 2 + length].decode()
        at += 2 + length
        offset, size = struct.unpack_from("=QQ", raw, at)
        at += 16
        data = raw[at : at + size] if kind == _WRITE else b""
        at += len(data)
        ops.append(Op(kind, name, offset, data))
    return ops


@dataclass
class Disk:
    """What is certainly on the disk, and what is not yet synced."""

    names: set[str] = field(default_factory=set)
    content: dict[str, bytearray] = field(default_factory=dict)
    unsynced: dict[str, list[Op]] = field(default_factory=dict)
    unnamed: list[Op] = field(default_factory=list)

    def do(self, op: Op) -> None:
        """Apply an operation."""
        if op.kind == _SYNC and op.name == _FOLDER:
            for change in self.unnamed:
                self._rename(self.names, change)
            self.unnamed = []
        elif op.kind == _SYNC:
            for change in self.unsynced.pop(op.name, ()):
                _apply(self.content.setdefault(op.name, bytearray()), change)
        elif op.kind in (_CREATE, _UNLINK):
            self.unnamed.append(op)
            if op.kind == _CREATE:  # a new file, also if one of its name existed before
                self.content[op.name] = bytearray()
                self.unsynced.pop(op.name, None)
        else:
            self.unsynced.setdefault(op.name, []).append(op)

    def after_power_loss(self, chance: random.Random) -> dict[str, bytes]:
        """Return one of the disks that may be found: contents by file name."""
        names = set(self.names)
        for change in self.unnamed[: chance.randint(0, len(self.unnamed))]:
            self._rename(names, change)
        found = {}
        for name in names:
            content = bytearray(self.content.get(name, b""))
            for change in _survivors(self.unsynced.get(name, []), chance):
                _apply(content, change)
            found[name] = bytes(content)
        return found

    @staticmethod
    def _rename(names: set[str], change: Op) -> None:
        if change.kind == _CREATE:
            names.add(change.name)
        else:
            names.discard(change.name)


def states(
    ops: list[Op], samples: int, chance: random.Random
) -> Iterator[tuple[int, dict[str, bytes]]]:
    """Yield (number of operations done, a disk) for power losses all over the recording.

    Args:
        ops: the recording.
        samples: how many disks.
        chance: chooses the moments, and the operations that survive.
    """
    moments = sorted(chance.choices(range(len(ops) + 1), k=samples))
    disk, done = Disk(), 0
    for moment in moments:
        for op in ops[done:moment]:
            disk.do(op)
        done = moment
        yield moment, disk.after_power_loss(chance)


def _survivors(pending: list[Op], chance: random.Random) -> list[Op]:
    """Return all, none, the first or any of the unsynced operations, the last perhaps torn."""
    how = chance.randrange(4)
    if how == 0:
        kept = list(pending)
    elif how == 1:
        kept = []
    elif how == 2:
        kept = pending[: chance.randint(0, len(pending))]
    else:
        kept = [op for op in pending if chance.random() < 0.5]
    if kept and kept[-1].kind == _WRITE and chance.random() < 0.5:
        last = kept[-1]
        sectors = chance.randint(0, len(last.data) // SECTOR)
        kept[-1] = Op(last.kind, last.name, last.offset, last.data[: sectors * SECTOR])
    return kept


def _apply(content: bytearray, op: Op) -> None:
    if op.kind == _TRUNCATE:
        if op.offset < len(content):
            del content[op.offset :]
        else:
            content.extend(bytes(op.offset - len(content)))
    elif op.data:
        end = op.offset + len(op.data)
        if len(content) < end:
            content.extend(bytes(end - len(content)))
        content[op.offset : end] = op.data
