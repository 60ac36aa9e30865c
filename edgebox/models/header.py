"""Reads and checks the header of a GGUF file, in plain Python.

Loading a broken file in llama.cpp is a memory-safety risk, so this checks first: the magic and
version, every length against the file's size, and whether the file holds all tensors that the
header lists (a copy may have been cut short).
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from edgebox.errors import ModelUnreadable

if TYPE_CHECKING:
    from pathlib import Path

Value = bool | int | float | str | list[int] | None

_SCALARS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i",
    6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
_STRING, _ARRAY = 8, 9
# ggml type: (elements a block, bytes a block)
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    9: (32, 36), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18),
    21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8),
    28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
_KEPT_ARRAY = 4096  # longer arrays (the vocabulary) are skipped, not kept
_MOST_ENTRIES = 100_000
_LONGEST_KEY = 65_535


@dataclass(frozen=True)
class Header:
    """What a GGUF file says about itself.

    ``kv_bytes_per_token``: fp16 keys and values over all layers, 0 when the
    header does not say. ``data_end``: the least number of bytes the file must have.
    """

    version: int
    architecture: str
    name: str
    layers: int
    kv_bytes_per_token: int
    context_tokens: int
    has_chat_template: bool
    tensors: int
    data_end: int


def read_header(path: Path) -> Header:
    """Read and check the header of ``path``.

    Raises:
        ModelUnreadable: not a GGUF language model, or cut short.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        reader = _Reader(file, size, path.name)
        if reader.take(4) != b"GGUF":
            raise ModelUnreadable(f"{path.name} is not a GGUF file: it does not begin with GGUF.")
        version = reader.number("<I")
        if version not in (2, 3):
            raise ModelUnreadable(
                f"{path.name} is GGUF version {version} (or big-endian); EdgeBox reads 2 and 3."
            )
        tensors, entries = reader.number("<Q"), reader.number("<Q")
        if tensors > _MOST_ENTRIES or entries > _MOST_ENTRIES:
            raise reader.damaged()
        values: dict[str, Value] = {}
        for _ in range(entries):
            key = reader.string()
            values[key] = reader.value(reader.number("<I"))
        ends = [reader.tensor_end() for _ in range(tensors)]
        position = reader.position
    alignment = values.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1):
        raise reader.damaged()
    data_start = (position + alignment - 1) // alignment * alignment
    data_end = data_start + max(ends) if ends else position
    if size < data_end:
        raise ModelUnreadable(
            f"{path.name} was cut short: {size:,} bytes of at least {data_end:,}. Copy it again."
        )
    return _describe(values, version=version, tensors=tensors, data_end=data_end, name=path.name)


def _describe(
    values: dict[str, Value], *, version: int, tensors: int, data_end: int, name: str
) -> Header:
    architecture = values.get("general.architecture")
    if not isinstance(architecture, str) or tensors == 0:
        raise ModelUnreadable(f"{name} holds no language model (a vocabulary or a bare header).")
    if values.get("general.type", "model") != "model":
        raise ModelUnreadable(f"{name} is an add-on ({values['general.type']}), not a whole model.")
    splits = values.get("split.count", 0)
    if isinstance(splits, int) and splits > 1:
        raise ModelUnreadable(f"{name} is one of {splits} pieces; EdgeBox needs a single file.")

    def number(key: str) -> int:
        return number_of(values.get(f"{architecture}.{key}", 0))

    layers = number("block_count")
    heads = number("attention.head_count")
    per_layer = values.get(f"{architecture}.attention.head_count_kv", heads)
    each = [number_of(one) for one in per_layer] if isinstance(per_layer, list) else []
    kv_heads = sum(each) if each else number_of(per_layer) * layers
    width = number("embedding_length") // heads if heads else 0
    keys = number("attention.key_length") or width
    vectors = number("attention.value_length") or width
    title = values.get("general.name", "")
    return Header(
        version=version,
        architecture=architecture,
        name=title if isinstance(title, str) else "",
        layers=layers,
        kv_bytes_per_token=kv_heads * (keys + vectors) * 2,
        context_tokens=number("context_length"),
        has_chat_template=isinstance(values.get("tokenizer.chat_template"), str),
        tensors=tensors,
        data_end=data_end,
    )


def number_of(value: Value) -> int:
    """Return ``value`` when it is a whole number and not negative, else 0."""
    return value if isinstance(value, int) and value > 0 else 0


class _Reader:
    """Reads the header piece by piece. A piece beyond the end of the file is damage."""

    def __init__(self, file: BinaryIO, size: int, name: str) -> None:
        self._file = file
        self._size = size
        self._name = name
        self.position = 0

    def damaged(self) -> ModelUnreadable:
        return ModelUnreadable(
            f"{self._name} is damaged or cut short: its header ends in the middle. Copy it again."
        )

    def take(self, count: int) -> bytes:
        self._claim(count)
        piece = self._file.read(count)
        if len(piece) != count:
            raise self.damaged()
        return piece

    def skip(self, count: int) -> None:
        self._claim(count)
        self._file.seek(count, 1)

    def _claim(self, count: int) -> None:
        if count < 0 or count > self._size - self.position:
            raise self.damaged()
        self.position += count

    def number(self, form: str) -> int:
        return int(struct.unpack(form, self.take(struct.calcsize(form)))[0])

    def string(self) -> str:
        length = self.number("<Q")
        if length > _LONGEST_KEY:
            raise self.damaged()
        return self.take(length).decode("utf-8", "replace")

    def value(self, kind: int, depth: int = 0) -> Value:
        """Read one metadata value. Long arrays are skipped as None, long strings as ''."""
        if form := _SCALARS.get(kind):
            scalar: bool | int | float = struct.unpack(form, self.take(struct.calcsize(form)))[0]
            return scalar
        if kind == _STRING:
            length = self.number("<Q")
            if length > _LONGEST_KEY:  # a very long chat template
                self.skip(length)
                return ""
            return self.take(length).decode("utf-8", "replace")
        if kind == _ARRAY and depth < 3:
            return self._array(depth)
        raise self.damaged()

    def _array(self, depth: int) -> list[int] | None:
        kind, count = self.number("<I"), self.number("<Q")
        if form := _SCALARS.get(kind):
            width = struct.calcsize(form)
            if count > _KEPT_ARRAY or form in ("<f", "<d"):
                self.skip(count * width)
                return None
            return list(struct.unpack(f"<{count}{form[1]}", self.take(count * width)))
        if count > self._size:
            raise self.damaged()
        for _ in range(count):
            if kind == _STRING:
                self.skip(self.number("<Q"))
            else:
                self.value(kind, depth + 1)
        return None

    def tensor_end(self) -> int:
        """Read a tensor of the list. Returns where it ends, from the start of the data."""
        self.string()
        dimensions = self.number("<I")
        if not 1 <= dimensions <= 4:
            raise self.damaged()
        elements = 1
        for _ in range(dimensions):
            elements *= self.number("<Q")
        kind, offset = self.number("<I"), self.number("<Q")
        block, width = _BLOCKS.get(kind, (1, 0))  # unknown quantisation: check its start only
        return offset + elements // block * width
