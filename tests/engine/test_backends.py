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
