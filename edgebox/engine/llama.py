"""The only file that touches llama.cpp. Its return codes become errors or answers here.

Threads: everything that computes or moves KV cells belongs to the decode
thread, because a second OpenMP master makes every step a third slower (facts:
28 to 43 ms a token). Tokenising and rendering read constant data, use no
OpenMP, and may be called from any thread.
"""

from __future__ import annotations

import ctypes
import logging
import os
import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

# libgomp reads this when it is loaded. Threads that wait for each other spin; when one of them
# has lost its core, spinning keeps it from moving to the other. Measured on two cores: alone no
# difference, beside one busy process up to ten times the tokens of libgomp's default (300,000).
os.environ.setdefault("GOMP_SPINCOUNT", "2500")

import llama_cpp.llama_cpp as api
import numpy as np
from jinja2 import TemplateError
from llama_cpp import __version__
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from edgebox.errors import EngineFault, EngineRefused, ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

log = logging.getLogger("edgebox.engine")

VERSION: str = __version__
"""Of llama-cpp-python."""

_LEVELS = {2: logging.DEBUG, 3: logging.DEBUG, 4: logging.ERROR}
# Its INFO and most of its warnings speak to its developers.


_aborting = False
"""A step is being given up on purpose: what llama.cpp says of that is no error."""


@api.llama_log_callback  # type: ignore[untyped-decorator]
def _log_line(level: int, text: bytes, _data: object) -> None:
    if level in _LEVELS and not _aborting:
        log.log(_LEVELS[level], "llama.cpp: %s", text.decode("utf-8", "replace").strip())


def backends_folder(package: Path) -> Path | None:
    """Where a portable build keeps its backends; None for one made for this machine alone.

    Args:
        package: the folder of ``llama_cpp``. The artifact has them beside libllama,
            the wheel in a ``bin`` beside the package.
    """
    for folder in (package / "lib", package.parent / "bin"):
        if next(folder.glob("libggml-cpu-*.so"), None):
            return folder
    return None


@cache
def start() -> None:
    """Start llama.cpp; a portable build then takes the fastest kernels for this processor.

    Raises:
        EngineFault: a portable build in which nothing runs here.
    """
    api.llama_log_set(_log_line, ctypes.c_void_p(0))
    folder = backends_folder(Path(api.__file__).parent)
    if folder is not None:
        # Asked of libllama: the lookup goes on to the libggml that it uses. The wheel has copies
        # of libggml beside that one, and backends registered there are seen by nobody.
        api._lib.ggml_backend_load_all_from_path(str(folder).encode())  # noqa: SLF001 - its only handle
        if not api._lib.ggml_backend_reg_count():  # noqa: SLF001 - as above
            raise EngineFault(f"No library in {folder} runs on this processor. Install again.")
    api.llama_backend_init()


def has_gpu() -> bool:
    """Whether this llama.cpp was built for a GPU and finds one."""
    start()
    return bool(api.llama_supports_gpu_offload())


class Decoded(Enum):
    """How a decode ended when it did not fail."""

    DONE = 0
    NO_SPACE = 1  # no KV cells; nothing changed
    ABORTED = 2  # given up on request; nothing of it remains


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive tokens of one sequence, to be decoded together.

    Attributes:
        slot: the sequence id.
        tokens: int32 tokens.
        position: the first one's position in the sequence.
        logits: whether to keep the last one's logits.
    """

    slot: int
    tokens: Sequence[int]
    position: int
    logits: bool


class LlamaModel:
    """One loaded model with its context.

    Args:
        path: a GGUF file whose hash was checked (gguf parsing has had memory-safety
            bugs; nothing else may be loaded).
        context_tokens: KV cells in all, shared by the sequences (unified cache).
        slots: how many sequence ids.
        outputs: the most rows of logits in one decode.
        threads: CPU threads.
        gpu_layers: layers offloaded; -1 for all where there is a GPU.
        repack: let llama.cpp copy the weights into an order made for this processor.
        template_options: passed to the chat template, such as enable_thinking.

    Raises:
        ModelError: llama.cpp cannot load the file, or its chat template does not work.
    """

    def __init__(
        self,
        path: Path,
        *,
        context_tokens: int,
        slots: int,
        outputs: int,
        threads: int,
        gpu_layers: int = -1,
        repack: bool = True,
        batch_tokens: int = 512,
        template_options: dict[str, Any] | None = None,
    ) -> None:
        start()
        self.on_gpu = has_gpu() and gpu_layers != 0
        parameters = api.llama_model_default_params()
        parameters.n_gpu_layers = (0x7FFFFFFF if gpu_layers < 0 else gpu_layers) * self.on_gpu
        parameters.use_extra_bufts = repack
        model = api.llama_model_load_from_file(str(path).encode(), parameters)
        if not model:
            raise ModelError(
                f"llama.cpp cannot load {path.name}. Check it with: edgebox models verify"
            )
        self._model = model
        self._context: Any = None
        self.batch_tokens = batch_tokens
        self.slots = slots
        self._options = template_options or {}
        self._abort: Any = None
        self._pieces: dict[int, bytes] = {}
        try:
            self._open(path.name, context_tokens, slots, outputs, threads)
        except BaseException:
            self.close()  # a reload is tried again: it must not keep the weights each time
            raise

    def _open(self, name: str, context_tokens: int, slots: int, outputs: int, threads: int) -> None:
        self._vocab: Any = api.llama_model_get_vocab(self._model)
        self.vocabulary: int = api.llama_vocab_n_tokens(self._vocab)
        self.trained_context: int = api.llama_model_n_ctx_train(self._model)
        self.weights_bytes: int = api.llama_model_size(self._model)
        self._context = self._new_context(context_tokens, slots, outputs, threads)
        self._memory: Any = api.llama_get_memory(self._context)
        self.context_tokens: int = api.llama_n_ctx(self._context)
        self.kv_bytes = self._kv_bytes()
        self._batch = _Batch(self.batch_tokens)
        everything = range(self.vocabulary)
        self.end_tokens = [t for t in everything if api.llama_vocab_is_eog(self._vocab, t)]
        control = [t for t in everything if api.llama_vocab_is_control(self._vocab, t)]
        spelled = [text for t in control if len(text := self._token_text(t)) > 1]
        self._control = re.compile("|".join(map(re.escape, spelled)) or r"(?!)")
        self._formatter = self._load_template(name)

    def _kv_bytes(self) -> int:
        """Bytes of the KV cache: layers x KV heads x (key + value) x 2 bytes (fp16) x cells."""
        heads = api.llama_model_n_head(self._model)
        width = api.llama_model_n_embd(self._model) // heads
        arch = self._meta("general.architecture")
        key = int(self._meta(f"{arch}.attention.key_length") or width)
        value = int(self._meta(f"{arch}.attention.value_length") or width)
        layers = api.llama_model_n_layer(self._model)
        kv_heads = api.llama_model_n_head_kv(self._model)
        return int(layers * kv_heads * (key + value) * 2 * self.context_tokens)

    def _meta(self, key: str) -> str:
        buffer = ctypes.create_string_buffer(128)
        size = api.llama_model_meta_val_str(self._model, key.encode(), buffer, 128)
        return buffer.value.decode("utf-8") if size >= 0 else ""

    @property
    def vocab_pointer(self) -> Any:  # noqa: ANN401 - an opaque pointer, for llguidance
        """llama.cpp's vocabulary."""
        return self._vocab

    def _new_context(self, tokens: int, slots: int, outputs: int, threads: int) -> Any:  # noqa: ANN401 - an opaque pointer
        parameters = api.llama_context_default_params()
        parameters.n_ctx = min(tokens, self.trained_context)
        parameters.n_batch = parameters.n_ubatch = self.batch_tokens
        parameters.n_seq_max = slots
        # Left at 0 it reserves batch_tokens rows of logits: 300 MB at a 152k vocabulary.
        parameters.n_outputs_max = max(outputs, slots)  # llama.cpp aborts on fewer than slots
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.kv_unified = True
        parameters.flash_attn_type = api.LLAMA_FLASH_ATTN_TYPE_AUTO
        parameters.no_perf = True
        context = api.llama_init_from_model(self._model, parameters)
        if not context:
            raise ModelError(
                f"Not enough memory for a context of {tokens} tokens. "
                "Lower context_tokens in edgebox.toml."
            )
        return context

    # Text -------------------------------------------------------------------

    def _load_template(self, name: str) -> Jinja2ChatFormatter:
        template = api.llama_model_chat_template(self._model, None)
        if not template:
            raise ModelError(f"{name} has no chat template: it is not an instruct model.")
        try:
            formatter = Jinja2ChatFormatter(
                template=template.decode("utf-8"),
                eos_token=self._token_text(api.llama_vocab_eos(self._vocab)),
                bos_token=self._token_text(api.llama_vocab_bos(self._vocab)),
            )
            formatter(messages=[{"role": "user", "content": "."}], **self._options)
        except (TemplateError, ValueError, TypeError) as error:
            raise ModelError(f"The chat template of {name} does not work: {error}") from None
        return formatter

    def _token_text(self, token: int) -> str:
        return api.llama_vocab_get_text(self._vocab, token).decode("utf-8") if token >= 0 else ""

    def render(self, messages: list[dict[str, str]]) -> str:
        """The prompt text of a chat, ready for the assistant's turn.

        A control token spelled out in a message stays words: a transcript cannot
        forge a turn of the chat.

        Raises:
            EngineRefused: the template does not take these messages.
        """
        try:
            safe = [m | {"content": self._control.sub(_defused, m["content"])} for m in messages]
            return str(self._formatter(messages=safe, **self._options).prompt)
        except (TemplateError, ValueError, TypeError) as error:
            raise EngineRefused(f"The chat template refused the messages: {error}") from None

    def tokenize(self, text: str) -> list[int]:
        """Token ids of a rendered prompt; special tokens are recognised."""
        raw = text.encode("utf-8")
        room = len(raw) + 8
        out = (api.llama_token * room)()
        count = api.llama_tokenize(self._vocab, raw, len(raw), out, room, False, True)  # noqa: FBT003 - C signature
        if count < 0:
            raise EngineFault(f"Tokenising failed ({count}).")
        return list(out[:count])

    def piece(self, token: int) -> bytes:
        """The bytes that a token stands for; control tokens stand for none."""
        known = self._pieces.get(token)
        if known is None:
            buffer = ctypes.create_string_buffer(256)
            size = api.llama_token_to_piece(self._vocab, token, buffer, 256, 0, False)  # noqa: FBT003 - C signature
            known = self._pieces[token] = buffer.raw[: max(size, 0)]
        return known

    def ends(self, token: int) -> bool:
        """Whether this token ends an answer."""
        return bool(api.llama_vocab_is_eog(self._vocab, token))

    # Decode -----------------------------------------------------------------

    def on_abort(self, wanted: Callable[[], bool]) -> None:
        """Ask ``wanted`` during every decode whether to give it up (CPU only)."""

        def callback(_data: object) -> bool:
            global _aborting  # noqa: PLW0603 - llama.cpp has one log for all contexts
            _aborting = wanted()
            return _aborting

        self._abort = api.ggml_abort_callback(callback)  # kept: C holds only a pointer
        api.llama_set_abort_callback(self._context, self._abort, ctypes.c_void_p(0))

    def decode(self, chunks: Sequence[Chunk]) -> tuple[Decoded, list[int]]:
        """Run the model over the chunks, at most ``batch_tokens`` in all.

        Returns:
            How it went, and for each chunk with ``logits`` the row to read.

        Raises:
            EngineFault: llama.cpp failed; the sequences' cells are gone.
        """
        rows = self._batch.fill(chunks)
        code: int = api.llama_decode(self._context, self._batch.struct)
        if code in (0, 1):
            return Decoded(code), rows
        for chunk in chunks:
            self.truncate(chunk.slot, chunk.position)
        if code == Decoded.ABORTED.value:
            _calm()
            return Decoded.ABORTED, []
        raise EngineFault(f"llama_decode failed with {code}.")

    def logits(self, row: int) -> NDArray[np.float32]:
        """A writable view of float32 (vocabulary,), valid until the next decode."""
        pointer = api.llama_get_logits_ith(self._context, row)
        if not pointer:
            raise EngineFault(f"llama.cpp kept no logits for row {row}.")
        return np.ctypeslib.as_array(pointer, shape=(self.vocabulary,))

    # KV cells ---------------------------------------------------------------

    def copy_prefix(self, source: int, target: int, length: int) -> None:
        """Let ``target`` share the first ``length`` cells of ``source``; moves no data."""
        api.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def truncate(self, slot: int, length: int = 0) -> None:
        """Give up a sequence's cells from position ``length`` on."""
        api.llama_memory_seq_rm(self._memory, slot, length, -1)

    def close(self) -> None:
        """Free the context and the weights."""
        if self._context:
            api.llama_free(self._context)
        if self._model:
            api.llama_model_free(self._model)
        self._context = self._model = None


def _calm() -> None:
    global _aborting  # noqa: PLW0603 - see above
    _aborting = False


def _defused(spelled: re.Match[str]) -> str:
    """The same characters with a zero-width non-joiner after the first: no token any more."""
    return f"{spelled[0][0]}\u200c{spelled[0][1:]}"


class _Batch:
    """A reusable llama_batch over our own arrays, filled through numpy."""

    def __init__(self, size: int) -> None:
        self._token = np.zeros(size, dtype=np.int32)
        self._position = np.zeros(size, dtype=np.int32)
        self._sequence = np.zeros(size, dtype=np.int32)
        self._logits = np.zeros(size, dtype=np.int8)
        self._ones = np.ones(size, dtype=np.int32)
        base = self._sequence.ctypes.data
        self._pointers = (ctypes.POINTER(api.llama_seq_id) * size)(
            *(ctypes.cast(base + 4 * i, ctypes.POINTER(api.llama_seq_id)) for i in range(size))
        )

        def pointer(values: NDArray[Any], kind: Any) -> Any:  # noqa: ANN401 - ctypes
            return values.ctypes.data_as(ctypes.POINTER(kind))

        self.struct = api.llama_batch(
            n_tokens=0,
            token=pointer(self._token, api.llama_token),
            embd=None,
            pos=pointer(self._position, api.llama_pos),
            n_seq_id=pointer(self._ones, ctypes.c_int32),
            seq_id=self._pointers,
            logits=pointer(self._logits, ctypes.c_int8),
        )

    def fill(self, chunks: Sequence[Chunk]) -> list[int]:
        """Lay the chunks out; returns the batch index of every row with logits."""
        rows, at = [], 0
        for chunk in chunks:
            end = at + len(chunk.tokens)
            self._token[at:end] = chunk.tokens
            self._position[at:end] = range(chunk.position, chunk.position + end - at)
            self._sequence[at:end] = chunk.slot
            self._logits[at:end] = 0
            if chunk.logits:
                self._logits[end - 1] = 1
                rows.append(end - 1)
            at = end
        self.struct.n_tokens = at
        return rows
