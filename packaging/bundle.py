"""Adds llama.cpp's libraries to the folder that PyInstaller made, each of them once.

Usage: bundle.py TREE LLAMA_WHEEL [CUDA_FOLDER]

The wheel of llama-cpp-python contains every library three times (a wheel cannot store links), and
the kernels outside its package. Here each file is written once, beside libllama, under the name
that is loaded. Libraries that a plain server lacks (libgomp, the CUDA run-time) are copied too;
those of the target (glibc, the GPU's driver) are not. In the end every native file is made to run
on the older glibc that glibc.py aims at, and a table says what each needed before.

CUDA_FOLDER is the one that cuda.py prints. NVIDIA's own libraries are carried as they came: their
licence (2.3) forbids any change.
"""

from __future__ import annotations

import filecmp
import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections import defaultdict
from pathlib import Path

from cuda import LIBRARY, LISTED, NOTICES
from glibc import lower

OF_THE_TARGET = re.compile(
    r"^(ld-linux-x86-64|libc|libm|libdl|librt|libpthread|libresolv|libutil|libcuda|libnvidia-\S+)"
    r"\.so(\.|$)"
)
"""Never carried: the C library, and the libraries that come with the GPU's driver."""

VERSIONED = re.compile(r"^llama_cpp/lib/(lib[\w-]+\.so)\.\d+$")
DUPLICATE_BYTES = 16 * 1024


def main(tree: Path, wheel: Path, cuda: Path | None = None) -> None:
    """Write the libraries and check the whole tree."""
    internal = tree / "_internal"
    folder = internal / "llama_cpp" / "lib"
    folder.mkdir(parents=True, exist_ok=True)
    libraries = unpack(wheel, folder)
    if cuda is not None:
        libraries.append(Path(shutil.copy(cuda / LIBRARY, folder)))
        shutil.copy(cuda / LISTED, folder)
        shutil.copy(cuda / NOTICES, internal)  # for inventory.py
    for library in libraries:
        # In this order: libraries that are stripped after patching do not load.
        run("strip", "--strip-unneeded", str(library))
        run("patchelf", "--set-rpath", "$ORIGIN:$ORIGIN/../..", str(library))
    nvidias = add_needed(libraries, folder, internal)
    for path in internal.rglob("*"):
        if path.is_symlink():  # a library that its package finds without the link
            path.unlink()
    for library in elf_files(tree):
        library.chmod(0o755)
        if library.parent in (internal, *internal.glob("python3*/lib-dynload")):  # Python's own
            run("strip", "--strip-unneeded", str(library))
    if again := duplicates(tree):
        sys.exit(f"bundle.py: the same file more than once: {again}")
    changed = lower(internal, elf_files(tree), nvidias)
    if cuda is not None:
        check_cuda(folder / LIBRARY, nvidias)
    for path, (before, now) in sorted(changed.items()):
        sys.stdout.write(f"{dotted(before):>6} {dotted(now):>6}  {path.relative_to(tree)}\n")
    oldest = max(now for _, now in changed.values())
    (tree / "GLIBC").write_text(f"{dotted(oldest)}\n", encoding="ascii")


def unpack(wheel: Path, folder: Path) -> list[Path]:
    """Extract each library of the wheel once, under the name that is loaded."""
    written = []
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            found = VERSIONED.match(name)
            kernel = re.match(r"^bin/(libggml-[\w-]+\.so)$", name)
            if not (found or kernel):
                continue
            target = Path(name).name
            if found and found[1] == "libllama.so":
                target = (
                    "libllama.so"  # ctypes opens it by this name; no library needs it by another
                )
            path = folder / target
            path.write_bytes(archive.read(name))
            written.append(path)
    names = {path.name for path in written}
    if "libllama.so" not in names or not any(name.startswith("libggml-cpu-") for name in names):
        sys.exit(f"bundle.py: {wheel.name} was not made by packaging/llama-wheel")
    return written


def add_needed(libraries: list[Path], folder: Path, internal: Path) -> list[Path]:
    """Copy the libraries that these need, unless the tree has them already.

    Returns:
        The copies of NVIDIA's, which may not be changed.
    """
    waiting = list(libraries)
    nvidias = []
    while waiting:
        library = waiting.pop()
        for name, system in needed(library).items():
            here = [folder / name, internal / name]
            if OF_THE_TARGET.match(name) or any(path.exists() for path in here):
                continue
            source = nvidia(name) or system
            if source is None:
                sys.exit(f"bundle.py: {library.name} needs {name}, which is not on this machine")
            copy = folder / name
            copy.write_bytes(source.read_bytes())
            if source == system:
                run("patchelf", "--set-rpath", "$ORIGIN:$ORIGIN/../..", str(copy))
            else:
                nvidias.append(copy)
            (internal / "carried.txt").open("a", encoding="utf-8").write(f"{source.resolve()}\n")
            waiting.append(copy)
    return nvidias


def check_cuda(library: Path, nvidias: list[Path]) -> None:
    """Exit unless the library loads, and NVIDIA's are as they came."""
    for copy in nvidias:
        if (source := nvidia(copy.name)) is None or not filecmp.cmp(copy, source, shallow=False):
            sys.exit(f"bundle.py: {copy.name} is not as NVIDIA made it")
    # ggml says nothing of a library that it cannot load.
    load = f"import ctypes, os; ctypes.CDLL({str(library)!r}, os.RTLD_NOW)"
    run(sys.executable, "-c", load)


def nvidia(name: str) -> Path | None:
    """Return a library of the packages that packaging/cuda.lock names, if they have it."""
    return next(Path(sysconfig.get_path("purelib")).glob(f"nvidia/*/lib/{name}"), None)


def needed(library: Path) -> dict[str, Path | None]:
    """Return the name of each library that ``library`` needs, and its path on this machine."""
    found: dict[str, Path | None] = {}
    for line in run("ldd", str(library)).splitlines():
        words = line.split()
        if "=>" in words:
            found[words[0]] = None if words[2] == "not" else Path(words[2])
    return found


def elf_files(tree: Path) -> list[Path]:
    """Return every program and library in the tree."""
    found = []
    for path in sorted(tree.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    found.append(path)
    return found


def duplicates(tree: Path) -> list[list[str]]:
    """Return groups of files with the same content, except small files."""
    groups: dict[str, list[str]] = defaultdict(list)
    for path in sorted(tree.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size >= DUPLICATE_BYTES:
            groups[hashlib.sha256(path.read_bytes()).hexdigest()].append(
                str(path.relative_to(tree))
            )
    return [group for group in groups.values() if len(group) > 1]


def dotted(version: tuple[int, int]) -> str:
    """Return a version as glibc writes it."""
    return f"{version[0]}.{version[1]}"


def run(*command: str) -> str:
    """Return the output of a tool that must succeed."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"bundle.py: {' '.join(command)}: {ended.stderr.strip()}")
    return ended.stdout


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
