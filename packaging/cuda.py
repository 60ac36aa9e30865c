"""Builds llama.cpp's part for NVIDIA GPUs, and prints the folder that has it.

Usage: cuda.py [--check] [ARCHITECTURE ...]

The library (libggml-cuda.so) joins the kernels for processors that packaging/llama-wheel builds,
and is loaded with them. Its folder is kept in the user's cache, by version, flags, architectures
and compilers, so that a second build compiles nothing; what was compiled before a build was broken
off is used again. An architecture is a compute capability without its point (80: A100). --check
only looks at what the build needs: nvcc, of the release of packaging/cuda.lock's libraries.

Run it with the Python of the build's environment: it has these libraries, cmake and ninja.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

HERE = Path(__file__).resolve().parent
USUAL = "/usr/local/cuda/bin/nvcc"
LIBRARY = "libggml-cuda.so"
NOTICES = "cccl.txt"
LISTED = "cuda-architectures"
"""For ``edgebox doctor``, which compares it with the cards."""

ARCHITECTURES = ("75", "80", "86", "89", "90", "100", "120")
"""GPUs of servers and workstations since 2018: Turing, Ampere (A100; A10 and A40), Ada (L4, L40),
Hopper, Blackwell (B200; RTX PRO). Code for 100 runs on 103 too; 87, 88, 110 and 121 are not in
machines with x86-64."""

FLAGS = (
    *("-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON"),
    *("-DGGML_NATIVE=OFF", "-DGGML_BACKEND_DL=ON", "-DGGML_CPU=OFF"),
    *("-DGGML_CUDA=ON", "-DGGML_CUDA_NCCL=OFF"),
    # Its allocator would need libcuda, so the library could not be loaded without a driver.
    "-DGGML_CUDA_NO_VMM=ON",
    *("-DLLAMA_BUILD_COMMON=OFF", "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_TOOLS=OFF"),
    *("-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_SERVER=OFF", "-DLLAMA_OPENSSL=OFF"),
)
COMPILER_BYTES = 3_000_000_000
"""Memory that one nvcc needs."""

COMPILED_IN = ("cub/cub.cuh", "thrust/version.h", "cuda/std/version")
"""Headers of CCCL whose code is in the library; each begins with its licence."""


@dataclass(frozen=True)
class Compiler:
    """NVIDIA's compiler.

    Attributes:
        home: the folder of its toolkit.
        release: such as ``13.0``.
        build: the compiler's own line for its version.
        architectures: that it knows.
    """

    path: Path
    home: Path
    release: str
    build: str
    architectures: tuple[str, ...]

    @classmethod
    def found(cls) -> Compiler:
        """Ask the nvcc on the PATH, or the one in its usual place. Exits if there is none."""
        path = shutil.which("nvcc") or shutil.which(USUAL)
        if path is None:
            fail(f"there is no nvcc on the PATH or in {USUAL}. Install the CUDA toolkit {locked()}")
        version = said(path, "--version")
        release = re.search(r"release (\d+\.\d+)", version)
        top = re.search(
            r"^#\$ _HERE_=(.*)$",
            said(path, "--dryrun", "-x", "cu", "-c", "/dev/null"),
            re.MULTILINE,
        )
        if release is None or top is None:
            fail(f"{path} does not answer as nvcc does")
        listed = re.findall(r"compute_(\d+)", said(path, "--list-gpu-arch"))
        build = version.strip().splitlines()[-1]
        return cls(Path(path), Path(top[1]).parent, release[1], build, tuple(listed))


def main() -> None:
    """Check, or build and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("architectures", nargs="*")
    options = parser.parse_args()
    compiler = Compiler.found()
    if compiler.release != locked():
        fail(
            f"{compiler.path} is of CUDA {compiler.release}, but the libraries in "
            f"packaging/cuda.lock are of {locked()}. Install that toolkit, or change "
            "packaging/cuda.txt and run packaging/lock"
        )
    wanted = chosen(options.architectures or ARCHITECTURES, compiler.architectures)
    if shutil.which(os.environ.get("CXX", "c++")) is None:
        fail("there is no C++ compiler. Debian: apt-get install gcc g++")
    if not options.check:
        sys.stdout.write(f"{build(compiler, wanted)}\n")


def locked() -> str:
    """Return the release of CUDA whose libraries the artifact carries."""
    found = re.search(
        r"^nvidia-cuda-runtime==(\d+\.\d+)", (HERE / "cuda.txt").read_text(), re.MULTILINE
    )
    if found is None:
        fail("packaging/cuda.txt names no nvidia-cuda-runtime: is this a whole clone?")
    return found[1]


def chosen(wanted: tuple[str, ...] | list[str], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the architectures in order, each once. Exits if the compiler does not know one."""
    if unknown := [each for each in wanted if each not in known]:
        fail(
            f"this nvcc does not know {', '.join(unknown)}. It knows: "
            + " ".join(sorted(known, key=int))
        )
    return tuple(sorted(set(wanted), key=int))


def cmake_architectures(architectures: tuple[str, ...]) -> str:
    """Return them as CMake spells them: machine code of each, and PTX for GPUs that come later.

    The PTX is of the newest below 120: llama.cpp compiles 12x as 12xa, which runs on nothing else.
    """
    portable = [each for each in architectures if int(each) < 120]
    newest = portable[-1] if portable else None
    return ";".join(each if each == newest else f"{each}-real" for each in architectures)


def llama_version() -> str:
    """Return the version of llama-cpp-python that packaging/llama.lock names."""
    return re.match(r"llama-cpp-python==(\S+)", (HERE / "llama.lock").read_text())[1]  # type: ignore[index]


def key(compiler: Compiler, architectures: tuple[str, ...]) -> str:
    """Return what the library is made of, as a short name."""
    variables = (
        "CC",
        "CXX",
        "CFLAGS",
        "CXXFLAGS",
        "CUDAFLAGS",
        "NVCC_PREPEND_FLAGS",
        "NVCC_APPEND_FLAGS",
    )
    parts = (
        *((HERE / name).read_text() for name in ("llama.lock", "cuda.lock")),
        *FLAGS,
        cmake_architectures(architectures),
        compiler.build,
        said(os.environ.get("CXX", "c++"), "--version"),
        said("ldd", "--version").splitlines()[0],
        *(f"{name}={os.environ.get(name, '')}" for name in variables),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def build(compiler: Compiler, architectures: tuple[str, ...]) -> Path:
    """Return the folder with the library, and compile it if the cache has none."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = f"{llama_version()}-{'.'.join(architectures)}-{key(compiler, architectures)}"
    shelf = cache / "edgebox" / "cuda" / name
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shelf / LIBRARY).exists():
            scratch = shelf / "building"  # not in /tmp, which is often a small memory disk
            made = compiled(compiler, architectures, scratch, shelf / "build.log")
            (shelf / NOTICES).write_text(notices(compiler.home), encoding="utf-8")
            (shelf / LISTED).write_text(" ".join(architectures) + "\n", encoding="ascii")
            made.rename(shelf / LIBRARY)
            shutil.rmtree(scratch)
    return shelf


def compiled(compiler: Compiler, architectures: tuple[str, ...], scratch: Path, log: Path) -> Path:
    """Compile the library, but not again what an earlier call in the same folder compiled."""
    jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL") or str(at_once())
    sys.stderr.write(
        f"Compiling {LIBRARY} for {' '.join(architectures)} ({jobs} at a time; each takes 20 to 30 "
        f"minutes on two cores): {log}\n"
    )
    toolkit = linked(compiler.home, carried(), scratch / "toolkit")
    with log.open("ab") as out:
        source = unpacked(scratch, out)
        configure = (
            *("cmake", "-S", str(source), "-B", str(scratch / "build"), "-G", "Ninja", *FLAGS),
            f"-DCMAKE_CUDA_ARCHITECTURES={cmake_architectures(architectures)}",
            *(f"-DCUDAToolkit_ROOT={toolkit}", f"-DCMAKE_CUDA_COMPILER={toolkit}/bin/nvcc"),
            # CMake remembers the one of the checkout that began, which may be gone.
            f"-DCMAKE_MAKE_PROGRAM={shutil.which('ninja')}",
        )
        run(configure, out)
        build = ("cmake", "--build", str(scratch / "build"), "--target", "ggml-cuda", "-j", jobs)
        run(build, out, steps=True)
    [library] = (scratch / "build").rglob(LIBRARY)
    return library


def at_once() -> int:
    """Return how many compilers this machine has cores and memory for."""
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    meminfo = Path("/proc/meminfo").read_text(encoding="ascii")
    if found := re.search(r"^MemAvailable: *(\d+) kB", meminfo, re.MULTILINE):
        free = int(found[1]) * 1024
    return max(1, min(len(os.sched_getaffinity(0)), free // COMPILER_BYTES))


def carried() -> Path:
    """Return the folder of NVIDIA's libraries in this environment: its ``lib`` is carried."""
    found = sorted(Path(sysconfig.get_path("purelib")).glob("nvidia/cu*/lib/libcublas.so.*"))
    if not found:
        fail(f"{sys.prefix} lacks the libraries of packaging/cuda.lock")
    return found[0].parents[1]


def linked(home: Path, libraries: Path, folder: Path) -> Path:
    """Make one toolkit: links to the compiler's parts and to the libraries that are carried.

    Headers are the compiler's where both have one; libraries are the carried ones.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for kind in ("include", "lib64"):
        (folder / kind).mkdir(parents=True)
    for entry in home.iterdir():
        if entry.name not in {"include", "lib", "lib64", "targets"}:
            (folder / entry.name).symlink_to(entry)
    target = folder / "targets" / "x86_64-linux"  # where nvcc and CMake look first
    target.mkdir(parents=True)
    (target / "include").symlink_to(folder / "include")
    (target / "lib").symlink_to(folder / "lib64")
    # A copy: GCC notes where a link leads, and an environment that is gone, or whose files are as
    # new, would have everything compiled again.
    shutil.copytree(libraries / "include", folder / "include", dirs_exist_ok=True)
    for header in (folder / "include").rglob("*"):
        os.utime(header, (0, 0))
    sources = (home / "include", home / "lib64", libraries / "lib")
    for kind, source in zip(("include", "lib64", "lib64"), sources, strict=True):
        for entry in source.iterdir():
            link = folder / kind / entry.name
            if link.is_dir() and not link.is_symlink():
                shutil.rmtree(link)
            link.unlink(missing_ok=True)
            link.symlink_to(entry)
    for library in list((folder / "lib64").glob("lib*.so.[0-9]*")):
        plain = library.with_name(library.name.partition(".so.")[0] + ".so")
        if library.resolve().is_relative_to(libraries) or not plain.exists():
            plain.unlink(missing_ok=True)  # the linker looks for this name
            plain.symlink_to(library.name)
    return folder


def unpacked(scratch: Path, log: IO[bytes]) -> Path:
    """Return llama.cpp's source, taken only with the hash of packaging/llama.lock."""
    source = scratch / f"llama_cpp_python-{llama_version()}"
    if not (source / "unpacked").exists():
        run(
            (
                *(sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes"),
                *("--no-binary", "llama-cpp-python", "--no-build-isolation"),
                *("--dest", str(scratch), "-r", str(HERE / "llama.lock")),
            ),
            log,
        )
        with tarfile.open(source.with_name(f"{source.name}.tar.gz")) as archive:
            archive.extractall(scratch, filter="data")
        (source / "unpacked").touch()
    return source / "vendor" / "llama.cpp"


def notices(home: Path) -> str:
    """Return version and licences of CCCL, whose templates are compiled into the library."""
    folder = next(
        at for at in (home / "include" / "cccl", home / "include") if (at / "cub").is_dir()
    )
    number = re.search(
        r"#define CCCL_VERSION (\d+)", (folder / "cuda/std/__cccl/version.h").read_text()
    )
    value = int(number[1]) if number else 0
    texts = [f"CCCL {value // 1_000_000}.{value // 1_000 % 1_000}.{value % 1_000}\n"]
    for name in COMPILED_IN:
        lines = []
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            if not line.lstrip().startswith(("/*", "*", "//")):
                break
            lines.append(line)
            if line.rstrip().endswith("*/"):
                break
        texts.append(f"{name}\n" + "\n".join(lines) + "\n")
    return "\n".join(texts)


def run(command: tuple[str, ...], log: IO[bytes], *, steps: bool = False) -> None:
    """Run a step with its output in the log; exits with the log's end if it fails.

    Args:
        steps: whether to show how many of ninja's own steps are done.
    """
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        progress = Progress() if steps else None
        for line in process.stdout:
            log.write(line)
            log.flush()
            if progress:
                progress.show(line)
    if process.returncode:
        path = Path(log.name)
        end = "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
        fail(f"{command[0]} failed:\n{end}\nThe whole log: {path}")


class Progress:
    """How far ninja is: one line that changes on a terminal, else a line for each tenth."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._tenth = 0

    def show(self, line: bytes) -> None:
        """Show a line of ninja's, if it tells a step: ``[3/156] Building CUDA object ...``."""
        step = re.match(rb"\[(\d+)/(\d+)\]", line)
        if step is None:
            return
        done, steps = int(step[1]), int(step[2])
        left = (time.monotonic() - self._began) / done * (steps - done)
        text = f"{done} of {steps} steps, some {left / 60:.0f} minutes left"
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[2K{text}" + "\n" * (done == steps))
        elif done * 10 // steps > self._tenth:
            self._tenth = done * 10 // steps
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def said(*command: str) -> str:
    """Return the output of a tool that must succeed."""
    ended = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if ended.returncode:
        fail(f"{' '.join(command)}: {ended.stdout.strip()}")
    return ended.stdout


def fail(message: str) -> NoReturn:
    """Exit with one message."""
    sys.exit(f"packaging/cuda.py: {message}")


if __name__ == "__main__":
    main()
