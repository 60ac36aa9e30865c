"""Pack what a GPU machine without network needs to build, measure and answer: one archive.

.venv/bin/python benchmarks/gpu/pack.py --out kit.tar.xz [--python-version 3.12]
(pip install -e '.[geometry]')

It holds this checkout (tracked files), llama.cpp's source and its Python binding without what is
not compiled, a tokenizer without its model, and wheels. `kit.sh` in it says what to do there. The
machine needs Python, CMake, a C++ compiler and, for a GPU, CUDA's compiler with cuBLAS (PyTorch's
will do) and PyTorch for the first design. benchmarks/peers.sh has to have run here, for the source.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

import gguf

if not hasattr(gguf, "GGUFReader"):  # the folder of the models has the package's name
    raise SystemExit("pack.py: pip install -e '.[geometry]'")

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STARTER = ROOT / "gguf" / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
MOST_BYTES = 60_000_000
PREFIX = "edgebox-kit"

SOURCE = ("CMakeLists.txt", "LICENSE", "app", "cmake", "common", "ggml", "include", "licenses",
          "models/templates", "scripts/ui-assets.cmake", "src", "tools", "vendor")  # fmt: skip
"""Of llama.cpp."""
LEFT_OUT = ("tools/ui/", "/tests/", "/test/", ".png", ".gif", ".ico", ".mp3")
"""Parts of paths that are not compiled; of tools/ui only what CMake reads."""
KEPT = tuple(
    f"tools/ui/{name}" for name in ("CMakeLists.txt", "sources.cmake", "ui.cpp.in", "ui.h.in")
)

WANTED = ("diskcache", "jinja2", "gguf", "transformers", "psutil")
"""Of llama.cpp's binding, benchmarks/geometry.py and the first design; EdgeBox's own come first."""
ALONE = ("accelerate",)
"""Without what they need: PyTorch is the machine's."""
THEIRS = ("numpy-", "torch-")
"""Wheels that stay here: the machine has its own, which fit together."""
# pip takes a platform only as it is spelled: a newer glibc's does not include the older ones.
PLATFORMS = [
    *(f"manylinux_2_{minor}_x86_64" for minor in (39, 35, 34, 31, 28, 27, 24, 17, 12, 5)),
    *(f"manylinux{year}_x86_64" for year in (2014, 2010, 1)),
]


def main() -> int:
    """Write the archive, and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--python-version", default="3.12", help="of the machine")
    options = parser.parse_args()
    source = next((HERE.parent / "peers").glob("llama_cpp_python-*/vendor/llama.cpp"), None)
    if source is None:
        parser.error("no source of llama.cpp: run benchmarks/peers.sh first")
    with tempfile.TemporaryDirectory(prefix="kit-") as name:
        folder = Path(name)
        wheels(folder / "wheels", options.python_version)
        tokenizer(folder / "tokenizer.gguf")
        with tarfile.open(options.out, "w:xz", preset=3) as archive:
            for path in tracked():
                archive.add(ROOT / path, f"{PREFIX}/edgebox/{path}")
            archive.add(HERE / "kit.sh", f"{PREFIX}/kit.sh")
            add_source(archive, source)
            add_binding(archive, source.parents[1] / "llama_cpp")
            for made in (folder / "tokenizer.gguf", *sorted((folder / "wheels").iterdir())):
                archive.add(made, f"{PREFIX}/{made.relative_to(folder)}")
    size = options.out.stat().st_size
    print(f"{size:,} bytes  {options.out}")
    return 0 if size <= MOST_BYTES else 1


def tracked() -> list[str]:
    """Return the files of this checkout that git knows, but for pictures and test data."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - found on the PATH
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [
        path
        for path in listed
        if path and not path.startswith("docs/images/") and (ROOT / path).is_file()
    ]


def wheels(folder: Path, version: str) -> None:
    """Download the wheels for another Python, with all that they need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [name for name in project["dependencies"] if not name.startswith("llama-cpp-python")]
    for names in ((*needed, *WANTED), ("--no-deps", *ALONE)):
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet"),
                *("--only-binary=:all:", "--implementation", "cp", "--python-version", version),
                *(f"--platform={platform}" for platform in PLATFORMS),
                *("--dest", str(folder), *names),
            ],
            check=True,
        )
    for path in folder.iterdir():
        if path.name.startswith(THEIRS):
            path.unlink()


def tokenizer(path: Path) -> None:
    """Write the starter model's tokenizer into a GGUF file without tensors."""
    reader = gguf.GGUFReader(STARTER)
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_token_list(reader.fields["tokenizer.ggml.tokens"].contents())
    writer.add_token_types(reader.fields["tokenizer.ggml.token_type"].contents())
    writer.add_token_merges(reader.fields["tokenizer.ggml.merges"].contents())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()


def add_source(archive: tarfile.TarFile, source: Path) -> None:
    """Add what of llama.cpp is compiled."""
    for top in SOURCE:
        for path in sorted(
            [source / top] if (source / top).is_file() else (source / top).rglob("*")
        ):
            name = str(path.relative_to(source))
            wanted = name in KEPT or not any(part in name for part in LEFT_OUT)
            if path.is_file() and wanted:
                archive.add(path, f"{PREFIX}/llama.cpp/{name}")


def add_binding(archive: tarfile.TarFile, package: Path) -> None:
    """Add llama-cpp-python's modules, out of the way of those that are built there."""
    for path in sorted(package.rglob("*.py")):
        archive.add(path, f"{PREFIX}/binding/llama_cpp/{path.relative_to(package)}")


if __name__ == "__main__":
    sys.exit(main())
