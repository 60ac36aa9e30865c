import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgebox.errors import ModelUnreadable
from edgebox.models.header import read_header
from support.engines import gguf


@pytest.fixture
def written(tmp_path):
    def write(content: bytes):
        path = tmp_path / "model.gguf"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("version", [2, 3])
def test_a_header_tells_the_size_of_the_kv_cache(written, version):
    header = read_header(written(gguf.build(version=version)))
    assert header.architecture == "qwen2"
    assert header.layers == 2
    assert header.kv_bytes_per_token == 2 * 2 * (16 + 16) * 2  # layers, heads, K and V, fp16
    assert header.context_tokens == 512
    assert header.has_chat_template


def test_heads_counted_per_layer_and_explicit_widths_are_understood(written):
    said = gguf.metadata(
        qwen2__attention__head_count_kv=[2, 0],
        qwen2__attention__key_length=128,
        qwen2__attention__value_length=64,
        tokenizer__chat_template=None,
    )
    header = read_header(written(gguf.build(said)))
    assert header.kv_bytes_per_token == 2 * (128 + 64) * 2
    assert not header.has_chat_template


def test_a_negative_size_counts_as_none(written):
    said = gguf.metadata(
        qwen2__block_count=[-2], qwen2__attention__head_count_kv=[-8, 2], qwen2__context_length=True
    )
    header = read_header(written(gguf.build(said)))
    assert header.kv_bytes_per_token == 2 * (16 + 16) * 2


def test_the_whole_file_is_what_the_header_promises(written):
    content = gguf.build()
    assert read_header(written(content)).data_end == len(content)


def test_a_file_that_lacks_its_last_byte_was_cut_short(written):
    with pytest.raises(ModelUnreadable, match="cut short"):
        read_header(written(gguf.build()[:-1]))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "cut short"),
        (b"PK\x03\x04 something else", "not a GGUF file"),
        (b"<!DOCTYPE html><html>", "not a GGUF file"),
        (gguf.build(version=1), "version 1"),
        (gguf.build(gguf.metadata(general__type="adapter")), "add-on"),
        (gguf.build(gguf.metadata(split__count=3)), "one of 3 pieces"),
        (gguf.build(gguf.metadata(general__architecture=None)), "no language model"),
        (gguf.build(gguf.metadata(general__alignment=7)), "damaged"),
    ],
)
def test_what_is_no_model_is_refused_by_name(written, content, complaint):
    with pytest.raises(ModelUnreadable, match=complaint):
        read_header(written(content))


def test_lengths_beyond_the_file_are_damage_and_not_memory(written):
    content = bytearray(gguf.build())
    content[24:32] = (2**62).to_bytes(8, "little")  # the first key's length
    with pytest.raises(ModelUnreadable):
        read_header(written(bytes(content)))
    content = bytearray(gguf.build())
    content[16:24] = (2**40).to_bytes(8, "little")  # the number of entries
    with pytest.raises(ModelUnreadable, match="damaged"):
        read_header(written(bytes(content)))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_damage_is_either_harmless_or_refused(tmp_path_factory, data):
    content = bytearray(gguf.build())
    end = data.draw(st.integers(4, len(content)))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(4, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.gguf"
    path.write_bytes(bytes(content[:end]))
    with contextlib.suppress(ModelUnreadable):
        assert read_header(path).data_end <= end
