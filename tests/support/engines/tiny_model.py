"""A language model of 100,000 random weights that llama.cpp really loads and runs."""

import struct

import numpy as np

from edgebox.models.importing import import_file
from edgebox.models.installed import Installed
from support.engines.gguf import F32, _string, _value

NAME = "tiny-runs"
CONTEXT_TOKENS = 16384
_WIDTH, _HIDDEN, _HEADS, _KV_WIDTH = 64, 128, 4, 32
_TURN = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant\n"
)


def _byte_tokens() -> list[str]:
    """GPT-2's spelling of the 256 bytes, in the order of the bytes."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return [chr(b if b in shown else 256 + hidden.index(b)) for b in range(256)]


def _tensors(vocabulary: int) -> dict[str, tuple[int, ...]]:
    wide, narrow = (_WIDTH, _WIDTH), (_WIDTH, _KV_WIDTH)
    return {
        "token_embd.weight": (_WIDTH, vocabulary),
        "output_norm.weight": (_WIDTH,),
        "blk.0.attn_norm.weight": (_WIDTH,),
        "blk.0.attn_q.weight": wide,
        "blk.0.attn_q.bias": (_WIDTH,),
        "blk.0.attn_k.weight": narrow,
        "blk.0.attn_k.bias": (_KV_WIDTH,),
        "blk.0.attn_v.weight": narrow,
        "blk.0.attn_v.bias": (_KV_WIDTH,),
        "blk.0.attn_output.weight": wide,
        "blk.0.ffn_norm.weight": (_WIDTH,),
        "blk.0.ffn_gate.weight": (_WIDTH, _HIDDEN),
        "blk.0.ffn_up.weight": (_WIDTH, _HIDDEN),
        "blk.0.ffn_down.weight": (_HIDDEN, _WIDTH),
    }


def tiny_model() -> bytes:
    """The file: one layer of Qwen2, bytes as tokens."""
    tokens = [*_byte_tokens(), "<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    metadata = {
        "general.architecture": "qwen2",
        "general.name": "Tiny",
        "qwen2.block_count": 1,
        "qwen2.context_length": CONTEXT_TOKENS,
        "qwen2.embedding_length": _WIDTH,
        "qwen2.feed_forward_length": _HIDDEN,
        "qwen2.attention.head_count": _HEADS,
        "qwen2.attention.head_count_kv": _HEADS * _KV_WIDTH // _WIDTH,
        "qwen2.attention.layer_norm_rms_epsilon": 1e-6,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [1] * 256 + [3] * 3,
        "tokenizer.ggml.merges": ["Ġ t"],
        "tokenizer.ggml.eos_token_id": 258,
        "tokenizer.chat_template": _TURN,
    }
    tensors = _tensors(len(tokens))
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    for key, value in metadata.items():
        head += _string(key) + _value(value)
    random, body = np.random.default_rng(1), b""
    for name, shape in tensors.items():
        head += _string(name) + struct.pack(
            f"<I{len(shape)}QIQ", len(shape), *shape, F32, len(body)
        )
        body += random.normal(0, 0.1, shape).astype("<f4").tobytes()  # a multiple of 32 bytes
    return head + b"\0" * (-len(head) % 32) + body


def install(folder) -> None:
    """Put it into a models folder, as a trusted file."""
    file = folder.parent / f"{NAME}.gguf"
    file.write_bytes(tiny_model())
    import_file(Installed(folder), file, trust=True)
