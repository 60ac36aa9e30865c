"""The header of a GGUF file: any bytes are a model whose file is whole, or refused."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from edgebox.errors import ModelUnreadable
from edgebox.models.header import Header, read_header
from support.engines import gguf

TOKENS = (
    *(b"GGUF", b"qwen2.", b"general.architecture", b"general.alignment", b"split.count"),
    *(b"qwen2.block_count", b"qwen2.attention.head_count_kv", b"qwen2.context_length"),
    *(bytes([kind, 0, 0, 0]) for kind in range(13)),
    *(b"\xff" * 4, b"\xff" * 8, b"\0" * 8, b"\1" + b"\0" * 7, b"\0\0\0\x80"),
)

_folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)


def seeds() -> list[bytes]:
    return [
        gguf.build(elements=8),
        gguf.build(elements=8, version=2),
        gguf.build(elements=256, kind=12),
        gguf.build({}, elements=8),
        gguf.build(gguf.metadata(general__alignment=64), elements=8),
        gguf.build(gguf.metadata(qwen2__attention__head_count_kv=[1, 2]), elements=8),
        gguf.build(gguf.metadata(general__type="adapter", split__count=2), elements=8),
        b"GGUF",
    ]


def check(data: bytes) -> None:
    header = _read(data)
    if header is None:
        return
    assert header.data_end <= len(data)
    assert header.tensors > 0
    assert header.version in {2, 3}
    numbers = (header.layers, header.context_tokens, header.kv_bytes_per_token)
    assert min(numbers) >= 0, f"a size is negative: {header}"
    assert _read(data[: header.data_end]) == header
    assert _read(data[: header.data_end - 1]) is None, "a file that was cut short is whole"


def _read(data: bytes) -> Header | None:
    path = _folder / "model.gguf"
    path.write_bytes(data)
    with suppress(ModelUnreadable):
        return read_header(path)
    return None
