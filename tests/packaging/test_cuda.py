"""The build for NVIDIA GPUs, as far as it goes without compiling for an hour.

nvcc is the real one where there is one. A stand-in for it, or for nvidia-smi, says so.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
sys.path.insert(0, str(PACKAGING))

import bundle  # noqa: E402 - a script's module, found beside it
import cuda  # noqa: E402
import inventory  # noqa: E402

needs_nvcc = pytest.mark.skipif(
    shutil.which("nvcc") is None and not Path(cuda.USUAL).exists(), reason="there is no nvcc"
)
needs_compiler = pytest.mark.skipif(shutil.which("c++") is None, reason="there is no compiler")

COMPILER = cuda.Compiler(Path("nvcc"), Path("/cuda"), "13.0", "Build 1", ("75", "80", "120"))


def stand_in(folder, name, text):
    """Put a stand-in for a program of NVIDIA's on a PATH of its own."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_without_nvcc_the_build_stops_and_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(cuda, "USUAL", str(tmp_path / "nvcc"))
    with pytest.raises(SystemExit) as ended:
        cuda.Compiler.found()
    assert "there is no nvcc" in str(ended.value)
    assert f"CUDA toolkit {cuda.locked()}" in str(ended.value)


def test_a_compiler_of_another_release_is_refused_before_anything_is_made(tmp_path):
    stand_in(
        tmp_path / "bin",
        "nvcc",
        """case $1 in
  --version) echo 'Cuda compilation tools, release 12.4, V12.4.131' ;;
  --dryrun) echo '#$ _HERE_=/cuda/bin' ;;
  *) printf 'compute_80\\ncompute_90\\n' ;;
esac""",
    )
    ended = subprocess.run(
        [PACKAGING / "build", "--cuda", "80", "--output", tmp_path / "dist"],
        env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "is of CUDA 12.4" in ended.stderr
    assert f"are of {cuda.locked()}" in ended.stderr
    assert ended.stdout == ""


@needs_nvcc
def test_the_compiler_here_knows_every_architecture_of_the_default():
    compiler = cuda.Compiler.found()
    assert cuda.chosen(cuda.ARCHITECTURES, compiler.architectures) == cuda.ARCHITECTURES
    assert (compiler.home / "bin" / "nvcc").exists()
    assert (compiler.home / "include" / "cuda_runtime.h").exists()


@needs_nvcc
def test_an_architecture_that_the_compiler_here_does_not_know_is_refused_by_its_number():
    known = cuda.Compiler.found().architectures
    with pytest.raises(SystemExit) as ended:
        cuda.chosen(["80", "35"], known)
    assert "does not know 35. It knows: 75 80" in str(ended.value)


def test_architectures_are_ordered_and_each_is_once():
    assert cuda.chosen(["120", "80", "80"], COMPILER.architectures) == ("80", "120")


@pytest.mark.parametrize(
    ("architectures", "spelled"),
    [
        (("80",), "80"),
        (("75", "90"), "75-real;90"),
        # llama.cpp makes 120a of 120, whose PTX runs on nothing that comes later.
        (("80", "100", "120"), "80-real;100;120-real"),
        (("120",), "120-real"),
    ],
)
def test_later_gpus_get_ptx_of_the_newest_that_has_any(architectures, spelled):
    assert cuda.cmake_architectures(architectures) == spelled


@needs_compiler
def test_the_cache_is_keyed_by_all_that_the_library_is_made_of(monkeypatch):
    keys = [cuda.key(COMPILER, ("80",))]
    assert cuda.key(COMPILER, ("80",)) == keys[0]
    keys.append(cuda.key(COMPILER, ("80", "90")))
    newer = cuda.Compiler(COMPILER.path, COMPILER.home, "13.0", "Build 2", ())
    keys.append(cuda.key(newer, ("80",)))
    monkeypatch.setenv("CXXFLAGS", "-O3")
    keys.append(cuda.key(COMPILER, ("80",)))
    monkeypatch.delenv("CXXFLAGS")
    monkeypatch.setattr(cuda, "FLAGS", (*cuda.FLAGS, "-DGGML_CUDA_FORCE_MMQ=ON"))
    keys.append(cuda.key(COMPILER, ("80",)))
    assert len(set(keys)) == len(keys)


@needs_nvcc
@needs_compiler
def test_what_is_in_the_cache_is_not_compiled_again(tmp_path):
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    compiler = cuda.Compiler.found()
    name = f"{cuda.llama_version()}-80.90-{cuda.key(compiler, ('80', '90'))}"
    shelf = tmp_path / "edgebox" / "cuda" / name
    shelf.mkdir(parents=True)
    (shelf / cuda.LIBRARY).write_bytes(b"compiled before")
    ended = subprocess.run(
        [sys.executable, PACKAGING / "cuda.py", "90", "80"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert Path(ended.stdout.strip()) == shelf
    assert (shelf / cuda.LIBRARY).read_bytes() == b"compiled before"


def test_the_steps_of_hours_are_told_in_tenths(tmp_path, capfd):
    steps = stand_in(tmp_path, "cmake", 'for n in $(seq 40); do echo "[$n/40] Building"; done')
    with (tmp_path / "log").open("ab") as log:
        cuda.run((str(steps),), log, steps=True)
    told = capfd.readouterr().err.splitlines()
    assert [line.split(" steps")[0] for line in told] == [f"{n} of 40" for n in range(4, 41, 4)]
    assert all(re.search(r"some \d+ minutes left$", line) for line in told)
    assert (tmp_path / "log").read_text().count("Building") == 40


def test_a_step_that_fails_ends_the_build_with_the_end_of_its_log(tmp_path):
    step = stand_in(tmp_path, "cmake", "echo '[1/2] Building'; echo no memory; exit 1")
    with (tmp_path / "log").open("ab") as log, pytest.raises(SystemExit, match="no memory"):
        cuda.run((str(step),), log, steps=True)


def test_one_toolkit_has_the_compilers_headers_and_the_carried_libraries(tmp_path):
    home, carried = tmp_path / "home", tmp_path / "nvidia" / "cu13"
    for path in (
        home / "targets" / "x86_64-linux" / "include" / "cuda.h",
        *(home / "bin" / "nvcc", home / "include" / "cuda.h", home / "lib64" / "libcudart.so.13"),
        *(home / "lib64" / "libcudart.so", carried / "include" / "cublas_v2.h"),
        *(carried / "include" / "cuda.h", carried / "lib" / "libcudart.so.13"),
        *(carried / "lib" / "libcublas.so.13", carried / "include" / "crt" / "host.h"),
        *(home / "include" / "crt" / "host.h", carried / "include" / "deep" / "one.h"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(path))
    for _ in range(2):  # a build that goes on after it was broken off makes it again
        folder = cuda.linked(home, carried, tmp_path / "toolkit")
    assert (folder / "bin" / "nvcc").read_text() == str(home / "bin" / "nvcc")
    assert (folder / "include" / "cuda.h").read_text() == str(home / "include" / "cuda.h")
    assert (folder / "include" / "cublas_v2.h").exists()
    # CMake and nvcc look into targets first, where a compiler from NVIDIA's packages has no cuBLAS.
    assert (folder / "targets" / "x86_64-linux" / "include" / "cublas_v2.h").exists()
    assert (folder / "targets" / "x86_64-linux" / "lib" / "libcublas.so").exists()
    assert (folder / "include" / "crt" / "host.h").read_text().startswith(str(home))
    # What was compiled before with the same headers, in an environment that is gone, is not stale:
    # the compiler notes where a header is in the end, and make looks at its time.
    for name in ("cublas_v2.h", "deep/one.h"):
        assert (folder / "include" / name).resolve().is_relative_to(folder), name
        assert (folder / "include" / name).stat().st_mtime == 0
    for name in ("libcudart.so", "libcudart.so.13", "libcublas.so", "libcublas.so.13"):
        assert (folder / "lib64" / name).resolve().is_relative_to(carried), name


@needs_compiler
def test_nvidias_libraries_are_carried_as_they_came(tmp_path, monkeypatch):
    """Two small libraries stand in for cuBLAS and cuBLASLt, a third for what needs them."""
    packages = tmp_path / "site" / "nvidia" / "cu13" / "lib"
    folder = tmp_path / "internal" / "llama_cpp" / "lib"
    for each in (packages, folder):
        each.mkdir(parents=True)

    def library(path, *needs):
        source = tmp_path / "empty.c"
        source.write_text(f"int {re.sub('[^a-z]', '', path.name)}(void) {{ return 1; }}\n")
        command = ["gcc", "-shared", "-fPIC", f"-Wl,-soname,{path.name}", "-Wl,--no-as-needed"]
        subprocess.run([*command, "-o", path, source, *needs], check=True)
        return path

    lt = library(packages / "libcublasLt.so.13")
    blas = library(packages / "libcublas.so.13", lt)
    ours = library(folder / cuda.LIBRARY, blas)
    monkeypatch.setattr(bundle.sysconfig, "get_path", lambda _: str(tmp_path / "site"))
    copies = bundle.add_needed([ours], folder, tmp_path / "internal")
    assert {copy.name for copy in copies} == {blas.name, lt.name}
    for copy in copies:
        assert copy.read_bytes() == (packages / copy.name).read_bytes()
    carried = (tmp_path / "internal" / "carried.txt").read_text().split()
    assert {str(blas), str(lt)} == set(carried)


@needs_nvcc
def test_the_list_of_parts_has_the_licences_of_what_was_compiled_in(tmp_path):
    notices = tmp_path / cuda.NOTICES
    notices.write_text(cuda.notices(cuda.Compiler.found().home))
    (tmp_path / "licences").mkdir()
    part = inventory.cccl(notices, tmp_path / "licences")
    assert re.fullmatch(r"\d+\.\d+\.\d+", part["version"])
    assert not part["version"].startswith("0.")
    text = (tmp_path / "licences" / "cccl.txt").read_text()
    assert "Redistributions in binary form must reproduce" in text  # CUB
    assert "Apache License, Version 2.0" in text  # Thrust
    assert "LLVM" in text  # libcu++
    assert "#include" not in text
    assert not notices.exists()


def decided(tmp_path, asked, *, smi="", nvcc=""):
    """What install.sh decides on, with stand-ins for NVIDIA's programs on the PATH."""
    script = (ROOT / "install.sh").read_text()
    part = script[script.index("# --- 2. CPU or GPU") : script.index("# --- 3. ")]
    part = part.replace("/usr/local/cuda/bin/nvcc", str(tmp_path / "no-nvcc"))
    for name, text in (("nvidia-smi", smi), ("nvcc", nvcc)):
        if text:
            stand_in(tmp_path / "bin", name, text)
    hidden = tmp_path / "tools"
    hidden.mkdir()
    for tool in (
        "sed",
        "grep",
        "sort",
        "paste",
        "tr",
        "head",
        "tail",
        "cut",
        "uname",
        "sha256sum",
        "sh",
    ):
        (hidden / tool).symlink_to(shutil.which(tool))
    before = f"set -euo pipefail\nbackend={asked} version=1 cache={tmp_path}\n"
    before += 'say() { echo "$*"; }\ndie() { echo "$*" >&2; exit 1; }\n'
    return subprocess.run(
        [shutil.which("bash"), "-c", f'{before}{part}\necho "$backend|$flags|$key"'],
        env={"PATH": f"{tmp_path / 'bin'}:{hidden}"},
        capture_output=True,
        text=True,
        check=False,
    )


SMI = """case "$*" in
  -L) echo 'GPU 0: NVIDIA L4 (UUID: GPU-1)'; echo 'GPU 1: NVIDIA A100 (UUID: GPU-2)' ;;
  *compute_cap*) printf '8.9\\n8.0\\n8.9\\n' ;;
  *) echo '| NVIDIA-SMI 580.65   Driver Version: 580.65   CUDA Version: 13.0 |' ;;
esac"""
NVCC = "echo 'Cuda compilation tools, release 13.0, V13.0.88'"


def test_a_clone_with_a_gpu_and_nvcc_is_built_for_the_gpus_here(tmp_path):
    ended = decided(tmp_path, "auto", smi=SMI, nvcc=NVCC)
    said, plan = ended.stdout.strip().splitlines()
    assert said.startswith("llama.cpp for the GPU (CUDA): NVIDIA L4 and nvcc are here"), (
        ended.stderr
    )
    assert plan.startswith("cuda|")
    assert "-DGGML_CUDA=ON" in plan
    assert "'-DCMAKE_CUDA_ARCHITECTURES=80;89'" in plan
    assert f"'-DCMAKE_CUDA_COMPILER={tmp_path / 'bin' / 'nvcc'}'" in plan


def test_a_clone_without_a_gpu_is_built_for_the_processor(tmp_path):
    ended = decided(tmp_path, "auto", nvcc=NVCC)
    assert "for the processor: no NVIDIA GPU is listed" in ended.stdout
    assert "cpu|" in ended.stdout
    assert "CUDA" not in ended.stdout


def test_a_clone_without_nvcc_says_what_the_gpu_needs(tmp_path):
    ended = decided(tmp_path, "auto", smi=SMI)
    assert "NVIDIA L4 is here, but nvcc is not" in ended.stdout
    (tmp_path / "again").mkdir()
    asked = decided(tmp_path / "again", "cuda", smi=SMI)
    assert asked.returncode == 1
    assert "there is no nvcc" in asked.stderr


def test_a_driver_that_is_older_than_the_compiler_is_no_reason_to_compile_for_an_hour(tmp_path):
    old = SMI.replace("CUDA Version: 13.0", "CUDA Version: 12.4")
    ended = decided(tmp_path, "auto", smi=old, nvcc=NVCC)
    assert "for the processor: NVIDIA L4 is here, but the driver runs CUDA 12" in ended.stdout
    (tmp_path / "again").mkdir()
    asked = decided(tmp_path / "again", "cuda", smi=old, nvcc=NVCC)
    assert asked.returncode == 1
    assert "Install a newer driver" in asked.stderr
