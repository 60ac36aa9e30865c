"""The real API over TLS: who gets in, and that a new certificate drops nobody."""

import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from edgebox.errors import ConfigError
from edgebox.processes.api import serve
from edgebox.settings import Settings
from edgebox.signing import bound_key
from edgebox.store.db import Store
from edgebox.system.tls import Pair, client_context
from support.boxes.api import QUICK, TALK
from support.boxes.live import CLIENT, live_box
from support.outside.certificates import make_pair
from support.polling import PATIENCE

BODY = {"consultation_id": "CL-1", "conversation_text": TALK}


@pytest.fixture
def pair(tmp_path):
    return make_pair(tmp_path / "tls")


@pytest.fixture
def box(pair, monkeypatch):
    with (
        tempfile.TemporaryDirectory(prefix="eb-") as folder,
        live_box(Path(folder) / "state", monkeypatch, pair) as running,
    ):
        yield running


def client(box, pair):
    return httpx.Client(base_url=box.url, verify=client_context(str(pair.cert)), trust_env=False)


def signed(box, **more):
    [secret] = box.store.clients.get(CLIENT).secrets
    return {"X-Bound-Key": bound_key(CLIENT, secret, time.time()), **more}


def served(url):
    """The certificate that a new connection is shown."""
    host, port = url.removeprefix("https://").split(":")
    return ssl.get_server_certificate((host, int(port))).strip()


def replace(pair, other):
    other.key.replace(pair.key)
    other.cert.replace(pair.cert)


def test_the_api_answers_over_tls_and_not_without(box, pair):
    assert box.url.startswith("https://127.0.0.1:")
    with client(box, pair) as http:
        answer = http.post(QUICK, json=BODY, headers=signed(box))
        assert answer.json()["status"] == "success"
    with pytest.raises(httpx.HTTPError):
        httpx.get(box.url.replace("https", "http") + "/healthz", trust_env=False)
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        httpx.get(f"{box.url}/healthz", trust_env=False)


def test_new_files_are_taken_and_open_connections_go_on(box, pair, tmp_path):
    first = pair.cert.read_text().strip()
    other = make_pair(tmp_path / "tls", "other")
    second = other.cert.read_text().strip()
    box.engine.pause = 1.0
    stream = {"Accept": "text/event-stream"}
    with client(box, pair) as kept, client(box, pair) as http:
        assert kept.get("/healthz").status_code == 200
        with http.stream("POST", QUICK, json=BODY, headers=signed(box, **stream)) as answer:
            lines = answer.iter_lines()
            assert next(lines) == "event: delta"
            replace(pair, other)
            until = time.monotonic() + PATIENCE
            while served(box.url) == first and time.monotonic() < until:
                kept.get("/healthz")
                time.sleep(0.05)
            assert served(box.url) == second
            data = [line for line in lines if line.startswith("data: ")]
        assert json.loads(data[-1].removeprefix("data: "))["summary"]
        # On its old connection: a new one would not verify with what this client trusts.
        assert kept.get("/healthz").status_code == 200
    with client(box, pair) as new:
        assert new.get("/healthz").status_code == 200


@pytest.mark.anyio
async def test_it_does_not_start_with_files_that_cannot_be_used(tmp_path):
    pair, other = make_pair(tmp_path), make_pair(tmp_path, "other")
    expired = make_pair(tmp_path, "expired", days=-1)
    open_key = make_pair(tmp_path, "open")
    open_key.key.chmod(0o644)
    for bad, words in [
        (Pair(tmp_path / "no.crt", pair.key), "There is no"),
        (Pair(pair.cert, other.key), "does not belong"),
        (expired, "has expired"),
        (open_key, "chmod o="),
    ]:
        files = {"tls_cert": str(bad.cert), "tls_key": str(bad.key)}
        with pytest.raises(ConfigError, match=words):
            await serve(Settings(state_dir=tmp_path / "state", api={"port": 0, **files}))
    assert not (tmp_path / "state").exists()


@contextmanager
def process(state, cert, key, **environ):
    """``edgebox api`` as it runs in service; gives the process and its address."""
    Store(state / "edgebox.db").migrate()
    settings = {
        "EDGEBOX_STATE_DIR": str(state),
        "EDGEBOX_API__PORT": "0",
        "EDGEBOX_API__TLS_CERT": str(cert),
        "EDGEBOX_API__TLS_KEY": str(key),
    }
    running = subprocess.Popen(
        [sys.executable, "-m", "edgebox_cli", "api"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **settings, **environ},
    )
    try:
        yield running, said(running, "listening on ")["message"].split("listening on ")[1]
    finally:
        running.kill()
        running.wait()
        running.stderr.close()


def said(running, words):
    for line in running.stderr:
        if words in line:
            return json.loads(line)
    pytest.fail(f"it ended without saying {words!r}")


def test_sighup_reloads_and_a_bad_pair_leaves_the_old_one(tmp_path, pair):
    first = pair.cert.read_text().strip()
    other = make_pair(tmp_path / "tls", "other")
    second = other.cert.read_text().strip()
    good_key = pair.key.read_text()
    with process(tmp_path / "state", pair.cert, pair.key) as (running, url):
        assert served(url) == first
        pair.key.write_text(other.key.read_text())
        running.send_signal(signal.SIGHUP)
        line = said(running, "not reloaded, the previous certificate stays")
        assert (line["log.level"], line["log.logger"]) == ("error", "edgebox.tls")
        assert "does not belong" in line["message"]
        assert good_key.splitlines()[1] not in str(line)
        assert served(url) == first
        other.cert.replace(pair.cert)
        running.send_signal(signal.SIGHUP)
        said(running, "certificate reloaded, good until 20")
        assert served(url) == second
        running.send_signal(signal.SIGTERM)
        assert running.wait(15) == 0


def test_systemds_credentials_are_read_in_place_of_the_named_key(tmp_path, pair):
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "tls_cert").write_text(pair.cert.read_text())
    (credentials / "tls_key").write_text(pair.key.read_text())
    (credentials / "tls_key").chmod(0o400)
    pair.key.unlink()  # root's alone, as far as the service can tell
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}
    with process(tmp_path / "state", pair.cert, pair.key, **environ) as (_, url):
        answer = httpx.get(f"{url}/healthz", verify=client_context(str(pair.cert)), trust_env=False)
        assert answer.status_code == 200


def test_sighup_without_tls_ends_nothing(tmp_path):
    with process(tmp_path / "state", "", "") as (running, url):
        running.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
        assert running.poll() is None
