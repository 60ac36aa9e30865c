import hashlib

import pytest

from edgebox.errors import ModelNotTrusted, ModelsFolderError, ModelUnreadable, UsageError
from edgebox.models.importing import import_file
from edgebox.models.installed import Installed
from support.engines import gguf
from support.outside import catalogue

CONTENT = gguf.build()
OTHER = gguf.build(salt=1)  # as long as the catalogue's file
LONGER = gguf.build(elements=512)
NAME = "tiny-q8_0"


@pytest.fixture
def installed(tmp_path):
    return Installed(tmp_path / "models", catalogue.catalog(CONTENT))


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def test_the_hash_decides_the_name(installed, stick):
    file = stick / "whatever it was called.bin"
    file.write_bytes(CONTENT)
    seen = []
    imported = import_file(installed, file, progress=lambda *told: seen.append(told))
    assert (imported.name, imported.vouched) == (NAME, False)
    assert installed.require(NAME).read_bytes() == CONTENT
    assert file.read_bytes() == CONTENT
    assert seen[-1] == ("copy", len(CONTENT), len(CONTENT))


@pytest.mark.parametrize("content", [OTHER, LONGER])
def test_an_unknown_file_is_refused_with_its_hash(installed, stick, content):
    file = stick / "other.gguf"
    file.write_bytes(content)
    with pytest.raises(ModelNotTrusted, match=hashlib.sha256(content).hexdigest()):
        import_file(installed, file)
    assert not installed.folder.exists() or list(installed.folder.iterdir()) == []


def test_the_administrator_may_vouch(installed, stick):
    file = stick / "My Own Model (Q5_K_M).gguf"
    file.write_bytes(LONGER)
    imported = import_file(installed, file, trust=True)
    assert (imported.name, imported.vouched) == ("my-own-model-q5_k_m", True)
    # It is known from now on, here, to every later process.
    later = Installed(installed.folder, installed.catalog)
    entry = later.get(imported.name)
    assert entry.roles == ("slm", "mlm")
    assert (entry.quantization, entry.layers) == ("Q5_K_M", 2)
    assert entry.kv_bytes_per_token == 256
    assert later.require(imported.name).read_bytes() == LONGER


def test_a_vouched_file_may_stand_in_for_an_unconfirmed_hash_only(tmp_path, stick):
    file = stick / f"{NAME}.gguf"
    file.write_bytes(OTHER)
    unconfirmed = Installed(tmp_path / "a", catalogue.catalog(CONTENT, verified=False))
    assert import_file(unconfirmed, file, trust=True).name == NAME
    assert unconfirmed.require(NAME).read_bytes() == OTHER
    confirmed = Installed(tmp_path / "b", catalogue.catalog(CONTENT))
    digest = hashlib.sha256(OTHER).hexdigest()
    assert import_file(confirmed, file, trust=True).name == f"{NAME}-{digest[:8]}"
    assert confirmed.state(NAME) == "missing"


def test_what_was_refused_by_a_pull_can_be_vouched_for_in_place(tmp_path):
    installed = Installed(tmp_path, catalogue.catalog(CONTENT, verified=False))
    refused = tmp_path / f"{NAME}.gguf.refused"
    refused.write_bytes(OTHER)
    import_file(installed, refused, trust=True)
    assert installed.require(NAME).read_bytes() == OTHER
    assert not refused.exists()


def test_a_file_in_the_models_folder_is_taken_as_it_lies(tmp_path):
    installed = Installed(tmp_path, catalogue.catalog(CONTENT))
    file = tmp_path / "Tiny Q8.gguf"
    file.write_bytes(CONTENT)
    inode = file.stat().st_ino
    import_file(installed, file)
    assert installed.require(NAME).stat().st_ino == inode
    assert not file.exists()


def test_a_model_can_be_imported_over_itself(installed, stick):
    file = stick / "tiny.gguf"
    file.write_bytes(CONTENT)
    import_file(installed, file)
    import_file(installed, file)
    import_file(installed, installed.path_of(NAME))
    assert installed.require(NAME).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "complaint"), [(CONTENT[:-9], "cut short"), (b"not a model at all", "not a GGUF")]
)
def test_a_broken_file_is_refused_even_with_trust(installed, stick, content, complaint):
    file = stick / "tiny.gguf"
    file.write_bytes(content)
    with pytest.raises(ModelUnreadable, match=complaint):
        import_file(installed, file, trust=True)
    assert not installed.folder.exists()


def test_a_model_without_a_chat_template_is_pointed_out(installed, stick):
    file = stick / "base.gguf"
    file.write_bytes(gguf.build(gguf.metadata(tokenizer__chat_template=None)))
    [warning] = import_file(installed, file, trust=True).warnings
    assert "chat template" in warning


def test_a_file_that_is_not_there_is_a_wrong_command(installed, stick):
    with pytest.raises(UsageError, match="no file"):
        import_file(installed, stick / "none.gguf")
    with pytest.raises(UsageError):
        import_file(installed, stick)


def test_a_name_from_a_file_stays_inside_the_folder(installed, stick):
    file = stick / "..%2f..한글.gguf"
    file.write_bytes(LONGER)
    imported = import_file(installed, file, trust=True)
    assert imported.path.parent == installed.folder
    assert imported.path.read_bytes() == LONGER


def test_a_path_that_cannot_be_looked_at_says_why(installed, stick):
    """As in a home that only its owner may enter."""
    with pytest.raises(ModelsFolderError, match=r"Cannot read .*: File name too long"):
        import_file(installed, stick / ("a" * 300))
