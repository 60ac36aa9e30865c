"""Starts llama.cpp: its log, and the library of kernels that is fastest on this processor."""

from __future__ import annotations

import ctypes
import logging
from functools import cache
from pathlib import Path

import llama_cpp.llama_cpp as api
from llama_cpp import __version__

from edgebox.errors import EngineFault
from edgebox.system.machine import built_for_gpu

log = logging.getLogger("edgebox.engine")

VERSION: str = __version__
"""The version of llama-cpp-python."""

aborting = False
"""A step is being abandoned on purpose, so what llama.cpp logs about it is no error.

``llama.py`` sets it: llama.cpp has one log for all contexts.
"""

_NO_CUDA = "ggml_cuda_init: failed to initialize CUDA: "
_cuda: list[str] = []
"""Why CUDA did not start, in its words."""

_LEVELS = {2: logging.DEBUG, 3: logging.DEBUG, 4: logging.ERROR}
# llama.cpp's INFO and most of its warnings are meant for its developers.


@api.llama_log_callback  # type: ignore[untyped-decorator]
def _log_line(level: int, text: bytes, _data: object) -> None:
    if level not in _LEVELS or aborting:
        return
    line = text.decode("utf-8", "replace").strip()
    if line.startswith(_NO_CUDA):  # no error: start() says what follows from it
        _cuda.append(line.removeprefix(_NO_CUDA))
    else:
        log.log(_LEVELS[level], "llama.cpp: %s", line)


def backends_folder(package: Path) -> Path | None:
    """Return the folder with a portable build's backends, or None for a build for one machine.

    Args:
        package: the folder of ``llama_cpp``. The artifact has the backends beside libllama,
            the wheel in a ``bin`` beside the package.
    """
    for folder in (package / "lib", package.parent / "bin"):
        if next(folder.glob("libggml-cpu-*.so"), None):
            return folder
    return None


@cache
def start() -> None:
    """Start llama.cpp once; a portable build takes the fastest kernels for this processor.

    Raises:
        EngineFault: no library of a portable build runs on this processor.
    """
    api.llama_log_set(_log_line, ctypes.c_void_p(0))
    folder = backends_folder(Path(api.__file__).parent)
    if folder is not None:
        # Looked up through libllama, which finds them in the libggml that it links. The wheel has
        # other copies of libggml, each with a registry of its own that libllama never reads.
        api._lib.ggml_backend_load_all_from_path(str(folder).encode())  # noqa: SLF001 - its only handle
        if not api._lib.ggml_backend_reg_count():  # noqa: SLF001 - its only handle
            raise EngineFault(f"No library in {folder} runs on this processor. Install again.")
    api.llama_backend_init()
    if built_for_gpu() and not api.llama_supports_gpu_offload():
        log.warning("No NVIDIA GPU can be used (%s): the models run on the processor.", _why())


def _why() -> str:
    """Return why CUDA did not start. Of a missing driver it says that the driver is too old."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return "there is no NVIDIA driver"
    return _cuda[0] if _cuda else "llama.cpp's library for GPUs was not loaded"


def has_gpu() -> bool:
    """Start llama.cpp, and return whether it was built for a GPU and finds one."""
    start()
    return bool(api.llama_supports_gpu_offload())
