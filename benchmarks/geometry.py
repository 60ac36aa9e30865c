"""Write GGUF files of exactly the shapes of production models, with random weights.

.venv/bin/python benchmarks/geometry.py --out FOLDER [NAME ...]      (pip install '.[geometry]')

Speed and memory of a model depend on its shapes and quantisation, not on what it learned: these
files have the size and the speed of the real ones, and write nonsense. Each tensor repeats one
random block of rows, quantised by llama.cpp. The tokenizer is the starter model's, cut or padded to
the model's vocabulary, so tokens per character are the starter's. The chat templates are those of
llama.cpp's source, which benchmarks/peers.sh fetches (Qwen3's own; Llama 3's where the model has a
template of that kind).

A folder of such files can be used by EdgeBox: edgebox models import FILE --trust.
"""

from __future__ import annotations

import argparse
import ctypes
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import llama_cpp
import numpy as np

import gguf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

if not hasattr(gguf, "GGUFReader"):  # the folder of the models has the package's name
    raise SystemExit("geometry.py: pip install -e '.[geometry]'")

HERE = Path(__file__).resolve().parent
STARTER = HERE.parent / "gguf" / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
TEMPLATES = "llama_cpp_python-*/vendor/llama.cpp/models/templates"
QWEN, LLAMA = "Qwen-Qwen3-0.6B.jinja", "meta-llama-Llama-3.1-8B-Instruct.jinja"
_ROWS = 256  # of the random block that a tensor repeats
_SCALE = 0.02  # standard deviation of the weights
_HEAD = 128  # width of a head, in all of these models

Type = gguf.GGMLQuantizationType
_FALLBACK = {Type.Q4_K: Type.Q5_0, Type.Q6_K: Type.Q8_0}
"""What llama.cpp takes for rows that are no multiple of 256 weights long."""


@dataclass(frozen=True)
class Shape:
    """A model's dimensions, as its published configuration has them.

    Attributes:
        quantization: "Q8_0" or "Q4_K_M".
        untied: whether the file has an output matrix beside the embeddings.
    """

    architecture: str
    quantization: str
    layers: int
    width: int
    hidden: int
    heads: int
    kv_heads: int
    vocabulary: int
    context: int
    theta: float
    template: str
    epsilon: float = 1e-6
    untied: bool = False

    def tensors(self) -> Iterator[tuple[str, tuple[int, ...], Type]]:
        """Yield (name, shape with rows first, type), with llama.cpp's mixture of types."""
        plain, better = (
            (Type.Q8_0, Type.Q8_0) if self.quantization == "Q8_0" else (Type.Q4_K, Type.Q6_K)
        )
        yield (
            "token_embd.weight",
            (self.vocabulary, self.width),
            plain if self.untied else better,
        )
        if self.untied:
            yield "output.weight", (self.vocabulary, self.width), better
        yield "output_norm.weight", (self.width,), Type.F32
        for layer in range(self.layers):
            more = better if _needs_more_bits(layer, self.layers) else plain
            queries, keys = self.heads * _HEAD, self.kv_heads * _HEAD
            for name, shape, kind in (
                ("attn_norm", (self.width,), Type.F32),
                ("attn_q", (queries, self.width), plain),
                ("attn_k", (keys, self.width), plain),
                ("attn_v", (keys, self.width), more),
                ("attn_output", (self.width, queries), plain),
                *(
                    (("attn_q_norm", (_HEAD,), Type.F32), ("attn_k_norm", (_HEAD,), Type.F32))
                    if self.architecture == "qwen3"
                    else ()
                ),
                ("ffn_norm", (self.width,), Type.F32),
                ("ffn_gate", (self.hidden, self.width), plain),
                ("ffn_up", (self.hidden, self.width), plain),
                ("ffn_down", (self.width, self.hidden), more),
            ):
                fits = shape[-1] % gguf.GGML_QUANT_SIZES[kind][0] == 0
                yield f"blk.{layer}.{name}.weight", shape, kind if fits else _FALLBACK[kind]


def _needs_more_bits(layer: int, layers: int) -> bool:
    """Whether Q4_K_M keeps this layer's values and ffn_down in Q6_K (llama-quant.cpp)."""
    edge = layers // 8
    return layer < edge or layer >= 7 * layers // 8 or (layer - edge) % 3 == 2


SHAPES = {
    "qwen3-1.7b-q8_0": Shape("qwen3", "Q8_0", 28, 2048, 6144, 16, 8, 151_936, 40_960, 1e6, QWEN),
    # The file of the catalogue has an output matrix of its own, though the model's is tied: with
    # one, the tensors' bytes agree with its size.
    "qwen3-1.7b-q4_k_m": Shape(
        "qwen3", "Q4_K_M", 28, 2048, 6144, 16, 8, 151_936, 40_960, 1e6, QWEN, untied=True
    ),
    # The same of this one.
    "kanana-1.5-2.1b-instruct-q4_k_m": Shape(
        "llama", "Q4_K_M", 32, 1792, 8064, 24, 8, 128_256, 32_768, 8e6, LLAMA, 1e-5, untied=True
    ),
    # Neither its size nor its hash is published in a catalogue that we know: unconfirmed.
    "midm-2.0-mini-instruct-q4_k_m": Shape(
        "llama", "Q4_K_M", 48, 1792, 4608, 32, 8, 131_384, 32_768, 8e6, LLAMA, 1e-5
    ),
    "qwen3-4b-instruct-2507-q4_k_m": Shape(
        "qwen3", "Q4_K_M", 36, 2560, 9728, 32, 8, 151_936, 262_144, 5e6, QWEN
    ),
}


def write(path: Path, name: str, tokenizer: Path, templates: Path) -> None:
    """Write a model's file.

    Args:
        path: of the file; it gets its name when it is complete.
        name: of a shape.
        tokenizer: a GGUF file with a BPE tokenizer of at least as many tokens.
        templates: folder of llama.cpp's chat templates.
    """
    shape = SHAPES[name]
    unfinished = path.with_suffix(".unfinished")
    writer = gguf.GGUFWriter(unfinished, shape.architecture)
    writer.add_name(f"{name}, random weights")
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(_HEAD)
    writer.add_value_length(_HEAD)
    writer.add_rope_dimension_count(_HEAD)
    writer.add_rope_freq_base(shape.theta)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_chat_template((templates / shape.template).read_text(encoding="utf-8"))
    _add_tokenizer(writer, tokenizer, shape)
    listed = list(shape.tensors())
    for tensor, dimensions, kind in listed:
        block, size = gguf.GGML_QUANT_SIZES[kind]
        count = int(np.prod(dimensions))
        writer.add_tensor_info(tensor, dimensions, np.dtype("f4"), count // block * size, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _, dimensions, kind in listed:
        writer.write_tensor_data(_values(dimensions, kind))
    writer.close()
    unfinished.replace(path)


def _values(dimensions: tuple[int, ...], kind: Type) -> NDArray[np.uint8]:
    """Return a tensor's bytes: ones for a norm, else the random block as often as it takes."""
    if kind is Type.F32:
        return np.ones(dimensions, "f4").view(np.uint8)
    rows, columns = dimensions
    block = _block(columns, kind)
    return np.resize(block, (rows, block.shape[1]))


@cache
def _block(columns: int, kind: Type) -> NDArray[np.uint8]:
    """Return some random rows, quantised: uint8 (_ROWS, bytes of a row)."""
    weights = np.random.default_rng(columns).normal(0, _SCALE, (_ROWS, columns)).astype("f4")
    block, size = gguf.GGML_QUANT_SIZES[kind]
    out = np.empty((_ROWS, columns // block * size), np.uint8)
    done = _ggml().ggml_quantize_chunk(
        int(kind), weights.ctypes.data, out.ctypes.data, 0, _ROWS, columns, None
    )
    if done != out.nbytes:
        raise SystemExit(f"llama.cpp wrote {done} bytes for {kind.name}, not {out.nbytes}.")
    return out


@cache
def _ggml() -> ctypes.CDLL:
    library = ctypes.CDLL(str(Path(llama_cpp.__file__).parent / "lib" / "libggml-base.so"))
    library.ggml_quantize_chunk.restype = ctypes.c_size_t
    library.ggml_quantize_chunk.argtypes = [
        ctypes.c_int,
        *[ctypes.c_void_p] * 2,
        *[ctypes.c_int64] * 3,
        ctypes.c_void_p,
    ]
    return library


def _add_tokenizer(writer: gguf.GGUFWriter, source: Path, shape: Shape) -> None:
    """Add the source's tokenizer, with the model's number of tokens and its template's markers."""
    reader = gguf.GGUFReader(source)

    def listed(key: str) -> list[str]:
        return reader.fields[f"tokenizer.ggml.{key}"].contents()

    tokens, types = listed("tokens"), list(listed("token_type"))
    merges = listed("merges")
    if shape.vocabulary < len(tokens):
        tokens, types = tokens[: shape.vocabulary], types[: shape.vocabulary]
    tokens += [f"[PAD{at}]" for at in range(len(tokens), shape.vocabulary)]
    types += [int(gguf.TokenType.UNUSED)] * (shape.vocabulary - len(types))
    if shape.architecture == "qwen3":
        markers = {151_667: "<think>", 151_668: "</think>"}
        end, begin, kind = tokens.index("<|im_end|>"), None, gguf.TokenType.USER_DEFINED
    else:
        names = ("begin_of_text", "eot_id", "start_header_id", "end_header_id")
        first = shape.vocabulary - len(names)
        markers = {first + at: f"<|{word}|>" for at, word in enumerate(names)}
        end, begin, kind = first + 1, first, gguf.TokenType.CONTROL
    for at, word in markers.items():
        tokens[at], types[at] = word, int(kind)
    known = set(tokens)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([pair for pair in merges if pair.replace(" ", "") in known])
    writer.add_eos_token_id(end)
    if begin is not None:
        writer.add_bos_token_id(begin)
    writer.add_add_bos_token(value=False)


def main() -> int:
    """Write the files that are not there yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(SHAPES), metavar="NAME")
    parser.add_argument("--out", type=Path, required=True, help="folder of the files")
    parser.add_argument("--tokenizer", type=Path, default=STARTER, help="the starter model's GGUF")
    parser.add_argument("--templates", type=Path, help="llama.cpp's models/templates")
    options = parser.parse_args()
    if wrong := [name for name in options.names if name not in SHAPES]:
        parser.error(f"no shape {wrong[0]}; there are: {', '.join(SHAPES)}")
    templates = options.templates or next((HERE / "peers").glob(TEMPLATES), None)
    if templates is None:
        parser.error("no chat templates: run benchmarks/peers.sh, or name --templates")
    if not options.tokenizer.is_file():
        parser.error(f"no {options.tokenizer}: edgebox models pull {options.tokenizer.stem}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names:
        path = options.out / f"geometry-{name}.gguf"
        if not path.is_file():
            write(path, name, options.tokenizer, templates)
        print(f"{path.stat().st_size:,} bytes  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
