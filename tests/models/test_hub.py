import hashlib
import resource
import socket
import time
from pathlib import Path

import pytest

from edgebox.errors import DownloadFailed, ModelsFolderError
from edgebox.models.hub import ATTEMPTS, Hub
from edgebox.models.part_file import Part, folder_errors
from support.outside import catalogue
from support.outside.hub import HubServer

CONTENT = bytes(range(256)) * 1200
ENTRY = catalogue.entry(CONTENT)


@pytest.fixture
def server():
    with HubServer(CONTENT, catalogue.HUB_PATH).running() as running:
        yield running


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tiny.gguf.hub.part"


def fetch(server, path, entry=ENTRY, **options):
    waits = []
    with Part(path) as part:
        Hub(server.endpoint, sleep=waits.append, **options).fetch(catalogue.HUB, entry, part)
        return part.sha256(), waits


def interrupted(server, path, size):
    """Leave ``size`` bytes of an earlier run behind."""
    server.cuts = [size] + [0] * ATTEMPTS
    with pytest.raises(DownloadFailed, match="run the command again"):
        fetch(server, path)
    server.cuts = []
    server.asked.clear()
    assert path.stat().st_size == size


def test_a_file_arrives_with_its_hash(server, path):
    digest, waits = fetch(server, path)
    assert digest == ENTRY.sha256
    assert path.read_bytes() == CONTENT
    assert (server.asked, waits) == ([None], [])


def test_a_cut_is_gone_on_from_within_one_run(server, path):
    server.cuts = [1000, 50_000]
    digest, waits = fetch(server, path)
    assert digest == ENTRY.sha256
    assert server.asked == [None, "bytes=1000-", "bytes=51000-"]
    assert len(waits) == 2


def test_a_later_run_goes_on_from_what_is_there(server, path):
    interrupted(server, path, 70_000)
    digest, _ = fetch(server, path)
    assert digest == ENTRY.sha256
    assert server.asked == ["bytes=70000-"]


def test_a_server_without_ranges_starts_over(server, path):
    interrupted(server, path, 70_000)
    server.ranges = False
    digest, _ = fetch(server, path)
    assert digest == ENTRY.sha256
    assert path.stat().st_size == len(CONTENT)


def test_a_file_that_changed_meanwhile_is_not_mixed_with_the_old(server, path):
    interrupted(server, path, 70_000)
    server.etag, server.content = '"v2"', CONTENT[::-1]
    digest, _ = fetch(server, path)
    assert digest == hashlib.sha256(CONTENT[::-1]).hexdigest()


def test_a_weak_etag_is_not_used_for_ranges(server, path):
    server.etag = 'W/"v1"'
    interrupted(server, path, 70_000)
    digest, _ = fetch(server, path)  # with If-Range the server would have sent all of it
    assert (digest, server.asked) == (ENTRY.sha256, ["bytes=70000-"])


def test_a_part_that_is_whole_asks_for_nothing(server, path):
    fetch(server, path)
    server.asked.clear()
    assert fetch(server, path)[0] == ENTRY.sha256
    assert server.asked == []


def test_a_whole_part_of_unknown_size_is_settled_by_416(server, path):
    unknown = catalogue.entry(CONTENT, sha256=None, verified=False, bytes=300_000)
    fetch(server, path, unknown)
    assert fetch(server, path, unknown)[0] == ENTRY.sha256
    assert server.asked == [None, f"bytes={len(CONTENT)}-"]


def test_a_part_longer_than_the_file_starts_over(server, path):
    unknown = catalogue.entry(CONTENT, sha256=None, verified=False)
    fetch(server, path, unknown)
    server.content = CONTENT[:100_000]
    assert fetch(server, path, unknown)[0] == hashlib.sha256(CONTENT[:100_000]).hexdigest()


def test_an_answer_that_begins_elsewhere_is_not_appended(server, path):
    interrupted(server, path, 70_000)
    server.shift = -10
    digest, _ = fetch(server, path)
    assert digest == ENTRY.sha256
    assert server.asked == ["bytes=70000-", None]


def test_a_stream_of_unknown_length_is_taken_to_its_end(server, path):
    server.chunked = True
    unknown = catalogue.entry(CONTENT, sha256=None, verified=False)
    assert fetch(server, path, unknown)[0] == ENTRY.sha256


def test_a_busy_hub_is_asked_again(server, path):
    server.statuses = [503, 429]
    digest, waits = fetch(server, path)
    assert digest == ENTRY.sha256
    assert len(waits) == 2


@pytest.mark.parametrize(
    ("status", "words"), [(404, "no such file"), (401, "account"), (403, "403")]
)
def test_a_refusal_is_final(server, path, status, words):
    server.statuses = [status]
    with pytest.raises(DownloadFailed, match=words):
        fetch(server, path)
    assert len(server.asked) == 1
    assert not path.exists()


def test_a_hub_that_never_recovers_is_given_up(server, path):
    server.statuses = [503] * 20
    with pytest.raises(DownloadFailed, match="503"):
        fetch(server, path)
    assert len(server.asked) == ATTEMPTS


def test_the_bytes_come_from_where_the_hub_sends_us(server, path):
    server.linked_etag = f'"{ENTRY.sha256}"'
    assert fetch(server, path)[0] == ENTRY.sha256


def test_another_file_under_the_same_name_is_noticed_before_it_is_fetched(server, path):
    server.linked_etag = f'"{"a" * 64}"'
    with pytest.raises(DownloadFailed, match="another file now"):
        fetch(server, path)
    assert not path.exists()
    server.linked_etag, server.content = None, CONTENT + b"more"
    with pytest.raises(DownloadFailed, match="another file now"):
        fetch(server, path)


def test_an_unreachable_hub_is_tried_once(tmp_path):
    with socket.socket() as closed:  # bound and not listening: refused
        closed.bind(("127.0.0.1", 0))
        hub = Hub(f"http://127.0.0.1:{closed.getsockname()[1]}")
        with Part(tmp_path / "a.part") as part, pytest.raises(DownloadFailed, match="reached"):
            hub.fetch(catalogue.HUB, ENTRY, part)
    with HubServer(CONTENT, catalogue.HUB_PATH).running() as server:
        hub.endpoint = server.endpoint
        with Part(tmp_path / "b.part") as part, pytest.raises(DownloadFailed, match="reached"):
            hub.fetch(catalogue.HUB, ENTRY, part)
        assert server.asked == []


def test_a_hub_that_does_not_answer_costs_no_more_than_its_time(tmp_path):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        # Fill its queue: further connections then hang, as behind a firewall that drops.
        waiting = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            waiting.append(filler)
        started = time.monotonic()
        hub = Hub(f"http://127.0.0.1:{address[1]}", connect_seconds=0.15)
        with Part(tmp_path / "a.part") as part, pytest.raises(DownloadFailed, match="reached"):
            hub.fetch(catalogue.HUB, ENTRY, part)
        assert time.monotonic() - started < 2
        for filler in waiting:
            filler.close()


def test_the_hub_is_set_as_its_own_tools_are(server, tmp_path):
    assert Hub.from_environment({"HF_ENDPOINT": "http://mirror/"}).endpoint == "http://mirror"
    assert Hub.from_environment({}).endpoint == "https://huggingface.co"
    offline = Hub.from_environment({"HF_ENDPOINT": server.endpoint, "HF_HUB_OFFLINE": "1"})
    with Part(tmp_path / "a.part") as part, pytest.raises(DownloadFailed, match="HF_HUB_OFFLINE"):
        offline.fetch(catalogue.HUB, ENTRY, part)
    assert server.asked == []


def test_a_full_disk_is_told(tmp_path):
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(ModelsFolderError, match="disk is full"),
        folder_errors(tmp_path),
    ):
        full.write(b"words")


def test_a_disk_that_holds_no_file_so_large_is_told_and_what_arrived_is_kept(
    server, path, tmp_path
):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(ModelsFolderError, match="FAT32 ends at 4 GB"), folder_errors(tmp_path):
            fetch(server, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert fetch(server, path)[0] == ENTRY.sha256
