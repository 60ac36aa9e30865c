"""Tiny GGUF files, valid down to their last tensor, for tests of everything around a model."""

import struct

F32 = 0


def _string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(value: object) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _string(value)
    items = list(value)
    if items and isinstance(items[0], str):
        return struct.pack("<IIQ", 9, 8, len(items)) + b"".join(map(_string, items))
    return struct.pack("<IIQ", 9, 5, len(items)) + struct.pack(f"<{len(items)}i", *items)


def metadata(**extra: object) -> dict[str, object]:
    """Return a small chat model's metadata. ``extra`` keys replace or add ('__' is '.')."""
    described: dict[str, object] = {
        "general.architecture": "qwen2",
        "general.name": "Tiny",
        "qwen2.block_count": 2,
        "qwen2.embedding_length": 64,
        "qwen2.context_length": 512,
        "qwen2.attention.head_count": 4,
        "qwen2.attention.head_count_kv": 2,
        "tokenizer.ggml.tokens": ["a", "b", "가"],
        "tokenizer.chat_template": "{{ messages }}",
    }
    described.update({key.replace("__", "."): value for key, value in extra.items()})
    return {key: value for key, value in described.items() if value is not None}


def build(
    described: dict[str, object] | None = None,
    *,
    version: int = 3,
    elements: int = 256,
    salt: int = 0,
    kind: int = F32,
) -> bytes:
    """Return a GGUF file with one tensor of ``elements`` floats. ``salt`` makes files differ."""
    described = metadata() if described is None else described
    head = b"GGUF" + struct.pack("<IQQ", version, 1, len(described))
    for key, value in described.items():
        head += _string(key) + _value(value)
    head += _string("token_embd.weight") + struct.pack("<IQIQ", 1, elements, kind, 0)
    head += b"\0" * (-len(head) % 32)
    return head + struct.pack(f"<{elements}f", *([float(salt)] * elements))
