"""What a program or library asks of the C library: symbols with their versions, changed in place.

An ELF file has one number for each dynamic symbol (``.gnu.version``), which names an entry of the
versions that it needs (``.gnu.version_r``). Both keep their size when they are changed here.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

MAGIC = b"\x7fELF\x02\x01"
"""64 bits, little-endian: everything on x86-64."""

DYNSYM, VERNEED, VERSYM = 11, 0x6FFFFFFE, 0x6FFFFFFF
UNVERSIONED = 1
WEAK_NEED = 2
WEAK_SYMBOL = 2
GLIBC = re.compile(r"GLIBC_(\d+)\.(\d+)")

Version = tuple[int, int]


@dataclass(frozen=True)
class Symbol:
    """A symbol that the file takes from another one.

    Attributes:
        index: in the table of symbols.
        version: the number of the version that it asks for.
        weak: the file works without it.
    """

    index: int
    name: str
    version: int
    weak: bool


@dataclass(frozen=True)
class Need:
    """A version that a library must have, or the dynamic linker refuses the file.

    Attributes:
        number: what symbols call it.
        version: such as ``GLIBC_2.34``.
        weak: the dynamic linker accepts a library without it.
        offset: of the entry in the file.
    """

    number: int
    version: str
    weak: bool
    offset: int

    @property
    def glibc(self) -> Version | None:
        """The version of glibc, or None for another library's."""
        found = GLIBC.match(self.version)
        return (int(found[1]), int(found[2])) if found else None


class Elf:
    """One file of 64-bit ELF, read into memory.

    Raises:
        ValueError: it is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._data = bytearray(path.read_bytes())
        if self._data[:6] != MAGIC:
            raise ValueError(f"{path} is no 64-bit ELF file")
        self._symbols = self._strings = self._needs = self._versions = b""
        self._versions_at = self._needs_at = 0
        for kind, offset, size, link in self._sections():
            content = bytes(self._data[offset : offset + size])
            if kind == DYNSYM:
                self._symbols = content
                self._strings = self._section(link)
            elif kind == VERNEED:
                self._needs_at, self._needs = offset, content
            elif kind == VERSYM:
                self._versions_at, self._versions = offset, content

    def _sections(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield type, offset, size and link of each section."""
        (start,) = struct.unpack_from("<Q", self._data, 0x28)
        size, count = struct.unpack_from("<HH", self._data, 0x3A)
        for at in range(start, start + size * count, size) if start else ():
            _, kind, _, _, offset, length, link = struct.unpack_from("<IIQQQQI", self._data, at)
            yield kind, offset, length, link

    def _section(self, number: int) -> bytes:
        _, offset, size, _ = list(self._sections())[number]
        return bytes(self._data[offset : offset + size])

    def _string(self, at: int) -> str:
        return self._strings[at : self._strings.index(b"\0", at)].decode()

    def symbols(self) -> list[Symbol]:
        """Return the symbols that the file takes from others, if it has versions at all."""
        found = []
        for index in range(len(self._versions) // 2):
            name, info, _, section = struct.unpack_from("<IBBH", self._symbols, index * 24)
            (version,) = struct.unpack_from("<H", self._data, self._versions_at + index * 2)
            if section == 0 and name:
                weak = info >> 4 == WEAK_SYMBOL
                found.append(Symbol(index, self._string(name), version & 0x7FFF, weak))
        return found

    def defined(self) -> set[str]:
        """Return the names of the symbols that the file gives to others."""
        names = set()
        for index in range(len(self._symbols) // 24):
            name, info, _, section = struct.unpack_from("<IBBH", self._symbols, index * 24)
            if section and name and info >> 4:  # 0: local
                names.add(self._string(name))
        return names

    def needs(self) -> list[Need]:
        """Return the versions that the file needs."""
        found = []
        at = self._needs_at
        while self._needs:
            _, count, _, first, following = struct.unpack_from("<HHIII", self._data, at)
            entry = at + first
            for _ in range(count):
                _, flags, number, name, further = struct.unpack_from("<IHHII", self._data, entry)
                weak = bool(flags & WEAK_NEED)
                found.append(Need(number & 0x7FFF, self._string(name), weak, entry))
                entry += further
            if not following:
                break
            at += following
        return found

    def newer(self, floor: Version) -> list[tuple[Symbol, Need]]:
        """Return the symbols that ask for a glibc newer than ``floor``."""
        needs = {need.number: need for need in self.needs() if (need.glibc or floor) > floor}
        return [(it, needs[it.version]) for it in self.symbols() if it.version in needs]

    def oldest(self) -> Version:
        """Return the oldest glibc with which the dynamic linker accepts the file."""
        return max(
            (need.glibc for need in self.needs() if need.glibc and not need.weak), default=(0, 0)
        )

    def forget(self, names: Collection[str]) -> None:
        """Ask for these symbols without a version."""
        for symbol in self.symbols():
            if symbol.name in names:
                struct.pack_into(
                    "<H", self._data, self._versions_at + symbol.index * 2, UNVERSIONED
                )

    def relax(self, floor: Version) -> None:
        """Accept a glibc without the versions after ``floor`` that no symbol must have."""
        required = {symbol.version for symbol in self.symbols() if not symbol.weak}
        for need in self.needs():
            if (need.glibc or floor) > floor and need.number not in required:
                struct.pack_into("<H", self._data, need.offset + 4, WEAK_NEED)

    def save(self) -> None:
        """Write the file."""
        self.path.write_bytes(self._data)
