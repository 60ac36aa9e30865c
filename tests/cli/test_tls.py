"""The box's own commands against a box that speaks HTTPS."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edgebox_cli.common.configuration import settings_as_root as settings
from edgebox_cli.doctor import network as checks_network
from edgebox_cli.main import app
from support.boxes.live import live_box
from support.engines.fake import SUMMARY
from support.outside.certificates import make_pair, make_signed_pair

TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지하고 재발급을 접수해 드렸습니다.\n"


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def pair(tmp_path):
    return make_signed_pair(tmp_path / "tls")[0]


@pytest.fixture
def secure(bare, pair, monkeypatch):
    with (
        tempfile.TemporaryDirectory(prefix="eb-") as folder,
        live_box(Path(folder) / "state", monkeypatch, pair) as box,
    ):
        yield box


@pytest.fixture
def talk(tmp_path):
    path = tmp_path / "call.txt"
    path.write_text(TALK, encoding="utf-8")
    return path


def test_summaries_and_analyses_come_over_tls(secure, talk):
    assert run("summarize", talk).stdout == "".join(SUMMARY) + "\n"
    worker = subprocess.Popen(
        [sys.executable, "-m", "edgebox_cli", "worker"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert any("worker ready" in line for line in worker.stderr)
        analysed = run("analyze", talk, "--json")
    finally:
        worker.terminate()
        worker.communicate(timeout=30)
    assert analysed.exit_code == 0, analysed.stderr
    assert json.loads(analysed.stdout)["state"] == "completed"


def test_status_and_doctor_look_over_tls(secure):
    state = json.loads(run("status", "--json").stdout)
    assert state["processes"]["api"]["state"] == "up"
    assert state["processes"]["api"]["url"] == secure.url
    assert state["quick"]["count"] == 0
    checks = {one["name"]: one for one in json.loads(run("doctor", "--json").stdout)["checks"]}
    assert checks["API"]["state"] == "ok"
    assert checks["API"]["detail"] == f"ready at {secure.url}"
    assert checks["TLS"]["state"] == "ok"
    assert "edgebox.centre.example" in checks["TLS"]["detail"]


def test_another_certificate_than_the_configured_one_is_not_trusted(
    secure, talk, tmp_path, monkeypatch
):
    other = make_pair(tmp_path / "other")  # the same names, another key
    monkeypatch.setenv("EDGEBOX_API__TLS_CERT", str(other.cert))
    monkeypatch.setenv("EDGEBOX_API__TLS_KEY", str(other.key))
    result = run("summarize", talk)
    assert (result.exit_code, result.stdout) == (1, "")
    [line] = result.stderr.splitlines()
    assert "does not show the certificate" in line
    state = json.loads(run("status", "--json").stdout)
    assert state["processes"]["api"]["state"] == "another certificate"
    checks = {one["name"]: one for one in json.loads(run("doctor", "--json").stdout)["checks"]}
    assert checks["API"]["state"] == "fail"
    assert "logs --process api" in checks["API"]["fix"]


def test_a_certificate_that_cannot_be_read_is_one_line(secure, talk, pair):
    pair.cert.unlink()
    result = run("summarize", talk)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"There is no {pair.cert}" in result.stderr
    checks = {one["name"]: one for one in json.loads(run("doctor", "--json").stdout)["checks"]}
    assert (checks["TLS"]["state"], checks["TLS"]["fix"]) == ("fail", "edgebox config check")


@pytest.mark.parametrize(
    ("days", "found"),
    [(90, ("ok", "good until")), (29, ("warn", "expires on")), (-1, ("fail", "expired on"))],
)
def test_the_doctor_looks_a_month_ahead(bare, tmp_path, monkeypatch, days, found):
    pair = make_pair(tmp_path, days=days)
    monkeypatch.setenv("EDGEBOX_API__TLS_CERT", str(pair.cert))
    monkeypatch.setenv("EDGEBOX_API__TLS_KEY", str(pair.key))
    check = checks_network.certificate(settings(), time.time())
    state, words = found
    assert (check.state, words in check.detail) == (state, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="another user's files can be made by root alone")
@pytest.mark.parametrize(
    ("mode", "word"), [(0o600, "then restart the API"), (0o640, "taken without a restart")]
)
def test_the_doctor_says_when_a_renewal_needs_a_restart(bare, tmp_path, monkeypatch, mode, word):
    pair = make_pair(tmp_path, days=1)
    monkeypatch.setenv("EDGEBOX_API__TLS_CERT", str(pair.cert))
    monkeypatch.setenv("EDGEBOX_API__TLS_KEY", str(pair.key))
    state = settings().database.parent
    state.mkdir(parents=True, exist_ok=True)
    os.chown(state, 65534, 65534)
    os.chown(pair.key, 0, 65534)
    pair.key.chmod(mode)
    assert word in checks_network.certificate(settings(), time.time()).fix


def test_a_network_without_tls_is_a_warning_and_this_machine_alone_is_not(bare, monkeypatch):
    assert checks_network.certificate(settings(), 0.0).state == "ok"
    monkeypatch.setenv("EDGEBOX_API__HOST", "0.0.0.0")
    monkeypatch.setenv("EDGEBOX_API__ALLOW_PLAIN_HTTP", "true")
    assert checks_network.certificate(settings(), 0.0).state == "warn"
    monkeypatch.delenv("EDGEBOX_API__ALLOW_PLAIN_HTTP")
    refused = checks_network.certificate(settings(), 0.0)
    assert (refused.state, "allow_plain_http = true" in refused.detail) == ("fail", True)
