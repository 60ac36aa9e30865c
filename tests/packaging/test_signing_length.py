"""A signature's length is part of what is signed, and gpg's differ by a byte now and then."""

import importlib.util
from pathlib import Path

import pytest

PACK = Path(__file__).resolve().parents[2] / "packaging" / "pack.py"
HEAD = """signature_bytes='@SIGNATURE_BYTES@'
head_bytes='@HEAD_BYTES@'
head_sha256='@HEAD_SHA256@'
"""


@pytest.fixture
def pack():
    specification = importlib.util.spec_from_file_location("pack_of_tests", PACK)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lengths", [[119, 119], [119, 118, 118], [118, 119, 118, 119, 119]])
def test_it_is_signed_again_until_the_head_names_the_length(pack, monkeypatch, lengths):
    left = [b"s" * length for length in lengths]
    monkeypatch.setattr(pack, "sign", lambda _head, _key: left.pop(0))
    head, signature = pack.signed_head(HEAD, {}, "ours")
    assert f"signature_bytes='{len(signature)}'".encode() in head
    assert not left
