"""The one file: whole or refused. What it does on a machine is tested in tests/appliance."""

import io
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from support.outside.signing_keys import signing_keys

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path):
    """A release with one library in it."""
    folder = tmp_path / "tree"
    (folder / "lib").mkdir(parents=True)
    (folder / "VERSION").write_text("1.2.3\n")
    (folder / "BACKEND").write_text("cpu\n")
    (folder / "GLIBC").write_text("2.34\n")
    (folder / "edgebox").write_text("#!/bin/sh\n")
    (folder / "edgebox").chmod(0o755)
    (folder / "lib" / "x.so").write_bytes(os.urandom(50_000))
    return folder


def pack(tree, *more):
    output = tree.parent / "edgebox.run"
    packing = [sys.executable, ROOT / "packaging" / "pack.py", tree, output, *more]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    ended = subprocess.run(packing, env=environment, capture_output=True, text=True, check=False)
    return output, ended


def verify(script, *more):
    return subprocess.run(
        ["sh", script, "--verify", *more], capture_output=True, text=True, check=False
    )


def test_a_whole_file_says_so(tree):
    output, packed = pack(tree)
    assert packed.returncode == 0, packed.stderr
    ended = verify(output)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "EdgeBox 1.2.3 is whole." in ended.stdout
    sums = output.with_name("edgebox.run.sha256")
    subprocess.run(["sha256sum", "-c", sums], cwd=tree.parent, check=True, capture_output=True)


def test_the_installer_of_a_release_can_be_typed_as_it_is_printed(tree):
    whole = pack(tree)[0].read_bytes()
    start, size = (
        int(re.search(rf"^{name}_bytes='(\d+)'".encode(), whole, re.MULTILINE)[1])
        for name in ("head", "program")
    )
    with tarfile.open(fileobj=io.BytesIO(whole[start : start + size])) as program:
        assert program.getmember("install.sh").mode == 0o755
        assert program.getmember("VERSION").mode == 0o644


def test_every_option_is_in_the_help():
    folder = ROOT / "packaging" / "install"
    words = (folder / "main.sh").read_text().split("main()")[1]
    options = re.findall(r"--[a-z][a-z-]+(?=[ )])", words)
    assert {"--with-database", "--downgrade", "--tls-key", "--wait"} <= set(options)
    for option in options:
        assert option in (folder / "head.sh").read_text(), option


def test_the_same_tree_makes_the_same_file(tree):
    first = pack(tree)[0].read_bytes()
    assert pack(tree)[0].read_bytes() == first


def test_every_byte_is_under_a_sum(tree):
    output, _ = pack(tree)
    whole = output.read_bytes()
    head = whole.index(b'\nmain "$@"\n')
    for at in (head // 2, head + 200, (head + len(whole)) // 2, len(whole) - 1):
        damaged = bytearray(whole)
        # In the script: another letter in a comment or a word, so that it is still a script.
        damaged[at] ^= 0x02 if at > head else 0x01
        output.write_bytes(damaged)
        ended = verify(output)
        assert ended.returncode != 0
        assert "is whole" not in ended.stdout


@pytest.mark.parametrize("cut", [1, 30_000])
def test_a_file_cut_short_is_refused(tree, cut):
    output, _ = pack(tree)
    output.write_bytes(output.read_bytes()[:-cut])
    assert "not whole" in verify(output).stderr


def test_a_release_knows_when_its_files_were_changed(tree):
    pack(tree)
    assert verify(tree / "install.sh").returncode == 0
    (tree / "lib" / "y.so").write_bytes(b"new")
    assert "files, but its MANIFEST lists" in verify(tree / "install.sh").stderr
    (tree / "lib" / "y.so").unlink()
    (tree / "lib" / "x.so").write_bytes(b"other")
    assert "lib/x.so" in verify(tree / "install.sh").stderr


def test_a_link_is_refused_because_no_list_could_cover_it(tree):
    (tree / "lib" / "z.so").symlink_to("/etc/passwd")
    _, packed = pack(tree)
    assert packed.returncode != 0
    assert "z.so" in packed.stderr


def test_a_model_that_is_not_the_catalogues_is_refused(tree, tmp_path):
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    _, packed = pack(tree, f"qwen2.5-coder-0.5b-instruct-q4_k_m={tmp_path / 'm.gguf'}")
    assert packed.returncode != 0
    assert "catalogue" in packed.stderr


@pytest.fixture
def keys(tmp_path):
    """Two signing keys, and the public half of each."""
    with signing_keys(tmp_path, "ours", "theirs") as public:
        yield public


def test_a_release_that_is_installed_looks_at_another_file_as_data(tree, tmp_path, keys):
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    output, _ = pack(tree, "--sign", "ours")
    seen = verify(tree / "install.sh", output, "--key", keys["ours"])
    assert "is whole" in seen.stdout, seen.stderr
    assert "signed" in seen.stdout
    assert "do not install" in verify(tree / "install.sh", output, "--key", keys["theirs"]).stderr
    evil = tmp_path / "evil.run"
    evil.write_bytes(output.read_bytes().replace(b"check_signature()", b"touch /tmp/evil_()"))
    assert "damaged (its beginning)" in verify(tree / "install.sh", evil).stderr
    evil.write_text("#!/bin/sh\nversion='1'\nhead_bytes='$(touch /tmp/evil)'\n")
    assert "is not an EdgeBox release" in verify(tree / "install.sh", evil).stderr


def test_a_signature_is_checked_against_the_key_that_is_given(tree, keys):
    output, packed = pack(tree, "--sign", "ours")
    assert packed.returncode == 0, packed.stderr
    assert "signed" in verify(output, "--key", keys["ours"]).stdout
    assert "do not install" in verify(output, "--key", keys["theirs"]).stderr
    unsigned, _ = pack(tree)
    assert "not signed" in verify(unsigned, "--key", keys["ours"]).stderr
