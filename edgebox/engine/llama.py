"""One model in llama.cpp. Its return codes become errors or answers here.

Threads: everything that computes or moves KV cells belongs to the decode
thread, because a second OpenMP master makes every step a third slower (28 to
43 ms a token, measured on two cores). Tokenising and rendering read constant
data, use no OpenMP, and may be called from any thread.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import llama_cpp.llama_cpp as api
import numpy as np
from jinja2 import TemplateError
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from edgebox.engine import backends
from edgebox.engine.markup import CONTROL, USER_DEFINED, Markup
from edgebox.engine.model import Decoded
from edgebox.errors import EngineFault, EngineRefused, ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgebox.engine.model import Chunk, Messages


class LlamaModel:
    """One loaded model with its context; see the protocol ``Model``.

    Args:
        path: a GGUF file whose hash was checked. Load nothing else: GGUF parsing has had
            memory-safety bugs.
        context_tokens: KV cells in total, shared by the sequences (unified cache).
        slots: how many sequence ids.
        outputs: the most rows of logits in one decode.
        threads: CPU threads.
        gpu_layers: layers offloaded to a GPU if there is one; -1 for all.
        repack: let llama.cpp copy the weights into an order made for this processor.
        step_tokens: the most tokens in one decode.
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
        step_tokens: int = 512,
        template_options: dict[str, Any] | None = None,
    ) -> None:
        self.on_gpu = backends.has_gpu() and gpu_layers != 0
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
        self.step_tokens = step_tokens
        self.slots = slots
        self.outputs = max(outputs, slots)  # llama.cpp aborts on fewer than slots
        self.rewinds = not (api.llama_model_is_recurrent(model) or api.llama_model_is_hybrid(model))
        self._options = template_options or {}
        self._abort: Any = None
        self._pieces: dict[int, bytes] = {}
        try:
            self._open(path.name, context_tokens, slots, threads)
        except BaseException:
            self.close()  # a failed reload is repeated: each try must give its weights back
            raise

    def _open(self, name: str, context_tokens: int, slots: int, threads: int) -> None:
        self.vocab: Any = api.llama_model_get_vocab(self._model)
        self.vocabulary: int = api.llama_vocab_n_tokens(self.vocab)
        self.trained_context: int = api.llama_model_n_ctx_train(self._model)
        self.weights_bytes: int = api.llama_model_size(self._model)
        self._context = self._new_context(context_tokens, slots, threads)
        self._memory: Any = api.llama_get_memory(self._context)
        self.context_tokens: int = api.llama_n_ctx(self._context)
        self.kv_bytes = self._kv_bytes()
        self._buffers = _StepBuffers(self.step_tokens)
        everything = range(self.vocabulary)
        self.end_tokens = [t for t in everything if api.llama_vocab_is_eog(self.vocab, t)]
        attributes = ((t, api.llama_vocab_get_attr(self.vocab, t)) for t in everything)
        special = ((t, kind) for t, kind in attributes if kind & (CONTROL | USER_DEFINED))
        self._markup = Markup((kind, self._token_text(t)) for t, kind in special)
        self._formatter = self._load_template(name)

    def _kv_bytes(self) -> int:
        """Return layers x KV heads x (key + value) x 2 bytes (fp16) x cells."""
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

    def _new_context(self, tokens: int, slots: int, threads: int) -> Any:  # noqa: ANN401 - an opaque pointer
        parameters = api.llama_context_default_params()
        parameters.n_ctx = min(tokens, self.trained_context)
        parameters.n_batch = parameters.n_ubatch = self.step_tokens
        parameters.n_seq_max = slots
        # Left at 0 it reserves step_tokens rows of logits: 300 MB at a 152k vocabulary.
        parameters.n_outputs_max = self.outputs
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
                eos_token=self._token_text(api.llama_vocab_eos(self.vocab)),
                bos_token=self._token_text(api.llama_vocab_bos(self.vocab)),
            )
            formatter(messages=[{"role": "user", "content": "."}], **self._options)
        except (TemplateError, ValueError, TypeError) as error:
            raise ModelError(f"The chat template of {name} does not work: {error}") from None
        return formatter

    def _token_text(self, token: int) -> str:
        return api.llama_vocab_get_text(self.vocab, token).decode("utf-8") if token >= 0 else ""

    def render(self, messages: Messages) -> str:
        """Return the prompt text of a chat, ready for the assistant's turn.

        A special token spelled out in a message stays ordinary text: a transcript cannot
        forge a turn of the chat.

        Raises:
            EngineRefused: the chat template refuses these messages.
        """
        try:
            safe = [m | {"content": self._markup.defused(m["content"])} for m in messages]
            return str(self._formatter(messages=safe, **self._options).prompt)
        except (TemplateError, ValueError, TypeError) as error:
            raise EngineRefused(f"The chat template refused the messages: {error}") from None

    def tokenize(self, text: str) -> list[int]:
        """Return the token ids of a rendered prompt; special tokens are recognised."""
        raw = text.encode("utf-8")
        room = len(raw) + 8
        out = (api.llama_token * room)()
        count = api.llama_tokenize(self.vocab, raw, len(raw), out, room, False, True)  # noqa: FBT003 - C signature
        if count < 0:
            raise EngineFault(f"Tokenising failed ({count}).")
        return list(out[:count])

    def piece(self, token: int) -> bytes:
        """Return the bytes that a token stands for; none for a control token."""
        known = self._pieces.get(token)
        if known is None:
            buffer = ctypes.create_string_buffer(256)
            size = api.llama_token_to_piece(self.vocab, token, buffer, 256, 0, False)  # noqa: FBT003 - C signature
            known = self._pieces[token] = buffer.raw[: max(size, 0)]
        return known

    def ends(self, token: int) -> bool:
        """Whether this token ends an answer."""
        return bool(api.llama_vocab_is_eog(self.vocab, token))

    # Decode -----------------------------------------------------------------

    def on_abort(self, wanted: Callable[[], bool]) -> None:
        """Call ``wanted`` during every decode, and abandon the decode if it returns True.

        Has no effect on a GPU.
        """

        def callback(_data: object) -> bool:
            backends.aborting = abort = wanted()
            return abort

        self._abort = api.ggml_abort_callback(callback)  # C holds only a pointer to it
        api.llama_set_abort_callback(self._context, self._abort, ctypes.c_void_p(0))

    def decode(self, chunks: Sequence[Chunk]) -> tuple[Decoded, list[int]]:
        """Run the model over the chunks, at most ``step_tokens`` in total.

        Returns:
            The outcome, and for each chunk with ``logits`` its rows to read.

        Raises:
            EngineFault: llama.cpp failed, and the sequences' cells are lost.
        """
        rows = self._buffers.fill(chunks)
        code: int = api.llama_decode(self._context, self._buffers.struct)
        if code in (0, 1):
            return Decoded(code), rows
        for chunk in chunks:
            self.truncate(chunk.slot, chunk.position)
        if code == Decoded.ABORTED.value:
            backends.aborting = False
            return Decoded.ABORTED, []
        raise EngineFault(f"llama_decode failed with {code}.")

    def logits(self, row: int) -> NDArray[np.float32]:
        """Return a writable view of float32 (vocabulary,), valid until the next decode."""
        pointer = api.llama_get_logits_ith(self._context, row)
        if not pointer:
            raise EngineFault(f"llama.cpp kept no logits for row {row}.")
        return np.ctypeslib.as_array(pointer, shape=(self.vocabulary,))

    # KV cells ---------------------------------------------------------------

    def copy_prefix(self, source: int, target: int, length: int) -> None:
        """Let ``target`` share the first ``length`` cells of ``source``. Moves no data."""
        api.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def truncate(self, slot: int, length: int = 0) -> None:
        """Free a sequence's cells at position ``length`` and after it."""
        api.llama_memory_seq_rm(self._memory, slot, length, -1)

    def close(self) -> None:
        """Free the context and the weights."""
        if self._context:
            api.llama_free(self._context)
        if self._model:
            api.llama_model_free(self._model)
        self._context = self._model = None


class _StepBuffers:
    """A llama_batch over arrays of ours, filled through numpy and reused for every step."""

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
        """Lay the chunks out. Returns the index of every row with logits."""
        rows: list[int] = []
        at = 0
        for chunk in chunks:
            end = at + len(chunk.tokens)
            self._token[at:end] = chunk.tokens
            self._position[at:end] = range(chunk.position, chunk.position + end - at)
            self._sequence[at:end] = chunk.slot
            self._logits[at:end] = 0
            if chunk.logits:
                self._logits[end - chunk.logits : end] = 1
                rows += range(end - chunk.logits, end)
            at = end
        self.struct.n_tokens = at
        return rows
