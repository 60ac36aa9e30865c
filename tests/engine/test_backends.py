import logging
import os
import subprocess
import sys
from ctypes.util import find_library
from importlib.util import find_spec
from pathlib import Path

import pytest

from edgebox.engine import backends
from edgebox.engine.backends import backends_folder


def kernels(folder):
    folder.mkdir(parents=True)
    (folder / "libggml-cpu-haswell.so").touch()
    return folder


def test_a_build_for_this_machine_has_its_kernels_linked(tmp_path):
    (tmp_path / "llama_cpp" / "lib").mkdir(parents=True)
    (tmp_path / "llama_cpp" / "lib" / "libggml-cpu.so").touch()
    assert backends_folder(tmp_path / "llama_cpp") is None


def test_the_wheel_of_a_portable_build_has_them_beside_the_package(tmp_path):
    assert backends_folder(tmp_path / "llama_cpp") is None
    assert kernels(tmp_path / "bin") == backends_folder(tmp_path / "llama_cpp")


def test_the_artifact_has_them_beside_libllama(tmp_path):
    folder = kernels(tmp_path / "llama_cpp" / "lib")
    assert backends_folder(tmp_path / "llama_cpp") == folder


def test_a_build_for_gpus_says_in_one_line_that_it_finds_none(tmp_path):
    """llama.cpp itself; a file of the name stands in for its library for GPUs."""
    if backends.has_gpu():
        pytest.skip("there is a GPU here")
    package = Path(find_spec("llama_cpp").origin).parent
    copy = tmp_path / "llama_cpp"
    (copy / "lib").mkdir(parents=True)
    for entry in (*package.iterdir(), *(package / "lib").iterdir()):
        if entry != package / "lib":
            (copy / entry.relative_to(package)).symlink_to(entry)
    (copy / "lib" / "libggml-cuda.so").touch()
    code = (
        "import logging\n"
        "logging.basicConfig(format='%(levelname)s %(message)s')\n"
        "from edgebox.engine.backends import has_gpu\n"
        "print(has_gpu())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, "False\n"), ended.stderr
    [line] = ended.stderr.splitlines()
    assert line.startswith("WARNING No NVIDIA GPU can be used (")
    assert ("(there is no NVIDIA driver)" in line) == (find_library("cuda") is None)
    assert line.endswith("): the models run on the processor.")


def test_why_cuda_does_not_start_is_no_error_of_its_own(caplog, monkeypatch):
    monkeypatch.setattr(backends, "_cuda", [])
    with caplog.at_level(logging.DEBUG):
        failed = b"ggml_cuda_init: failed to initialize CUDA: no CUDA-capable device is detected\n"
        backends._log_line(4, failed, None)
        assert (caplog.records, backends._cuda) == ([], ["no CUDA-capable device is detected"])
        backends._log_line(4, b"something else failed\n", None)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
