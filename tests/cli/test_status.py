import json
import math
import os

import pytest
from prometheus_client import generate_latest
from typer.testing import CliRunner

from edgebox.api.metrics import Metrics
from edgebox.api.views import views
from edgebox.exposition import Families, published_at
from edgebox.system import worker_lock
from edgebox_cli.common.observe import Quantile, quantile, quick_figures
from edgebox_cli.main import app
from edgebox_cli.status.screen import model_rows
from support.boxes.store import submit

TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지하고 재발급을 접수해 드렸습니다.\n"


def run(*words):
    return CliRunner().invoke(app, ["status", *words])


def test_a_running_box_on_one_screen(live, tmp_path):
    talk = tmp_path / "talk.txt"
    talk.write_text(TALK, encoding="utf-8")
    CliRunner().invoke(app, ["summarize", str(talk)])
    submit(live.store, ["CL-1", "CL-2"])
    result = run()
    lines = result.stdout.splitlines()
    assert len(lines) <= 24
    assert max(len(line) for line in lines) <= 80
    for shown in ("api", live.url, "123 MB resident", "small", "reads 2000, writes 200 tokens/s"):
        assert shown in result.stdout
    assert "2 waiting, 0 running" in result.stdout
    assert "1 success since the API started" in result.stdout
    assert "p50 ≤ " in result.stdout


@pytest.mark.parametrize(("gain", "shown"), [(1.62, ", x 1.6 by drafts"), (1.02, "8 at once")])
def test_what_drafts_gain_is_shown_where_they_gain_something(gain, shown):
    model = {"role": "slm", "model": "small", "loaded": True, "weights_bytes": 1, "kv_bytes": 1}
    model |= {"context_tokens": 4096, "prefill_tps": 180.0, "decode_tps": 24.0}
    model |= {"batch_decode_tps": 92.0, "parallel": 8, "draft_gain": gain}
    _, (_, speed) = model_rows(model)[1:]
    assert speed.endswith(shown)


def test_a_worker_that_is_down_is_exit_3(live):
    result = run("--json")
    state = json.loads(result.stdout)
    assert result.exit_code == 3
    states = {name: process["state"] for name, process in state["processes"].items()}
    assert states == {"api": "up", "engine": "up", "worker": "down"}
    assert state["processes"]["engine"]["rss_bytes"] == 123_456_789
    assert [model["model"] for model in state["models"]] == ["small", "mid"]
    assert state["quick"] == {"count": 0, "statuses": {}, "p50": None, "p95": None}


def test_a_worker_that_hangs_as_a_whole_keeps_its_lock_and_is_not_up(live):
    metrics = published_at("worker", live.settings.state_dir, live.settings.socket.parent)
    states = {}
    with worker_lock.hold(live.settings.state_dir, RuntimeError()):
        states["before its metrics"] = run("--json")
        metrics.touch()
        states["at work"] = run("--json")
        os.utime(metrics, (0, 0))
        states["hangs"] = run("--json")
        assert "stalled" in run().stdout
        checks = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)["checks"]
    found = {name: json.loads(one.stdout)["processes"]["worker"] for name, one in states.items()}
    assert {name: one["state"] for name, one in found.items()} == {
        "before its metrics": "starting",
        "at work": "up",
        "hangs": "stalled",
    }
    assert states["hangs"].exit_code == 3
    [worker] = [one for one in checks if one["name"] == "worker"]
    assert worker["state"] == "fail"
    assert "30 s" in worker["detail"]


def test_a_gpus_memory_is_shown(live):
    live.engine.gpus = [
        {"name": "NVIDIA L4", "total_bytes": 24_000_000_000, "used_bytes": 6_100_000_000}
    ]
    assert "NVIDIA L4: 6.1 GB of 24.0 GB used" in run().stdout
    (card,) = json.loads(run("--json").stdout)["processes"]["engine"]["gpus"]
    assert card == {"name": "NVIDIA L4", "total_bytes": 24e9, "free_bytes": 17.9e9}


def test_an_engine_that_still_loads_is_not_down(live):
    live.engine.status = "starting"
    assert json.loads(run("--json").stdout)["processes"]["engine"]["state"] == "starting"


def test_with_everything_down_the_database_still_speaks(live, free_port, tmp_path):
    submit(live.store, ["CL-1"])
    live.settings.socket.unlink()
    result = run()
    assert result.exit_code == 3
    assert result.stdout.count("down") == 3
    assert "1 waiting" in result.stdout
    assert "when the worker runs" in result.stdout


def test_a_machine_without_a_box_says_how_to_make_one(bare, free_port):
    result = run()
    assert result.exit_code == 3
    assert "edgebox init" in result.stdout
    assert result.stderr == ""


def test_another_program_on_the_port_is_not_taken_for_the_api(live, foreign_server):
    result = run("--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["processes"]["api"]["state"] == "another program"


def test_the_password_of_another_server_is_not_shown(live, monkeypatch):
    monkeypatch.setenv("EDGEBOX_ENGINES__MLM__URL", "http://me:geheim@127.0.0.1:1/v1")
    shown = run().stdout + run("--json").stdout
    assert "geheim" not in shown
    assert "http://(hidden)@127.0.0.1:1/v1" in shown


def test_a_broken_configuration_is_one_line(bare, monkeypatch):
    monkeypatch.setenv("EDGEBOX_API__PORT", "many")
    result = run()
    assert (result.exit_code, result.stdout) == (1, "")
    [line] = result.stderr.splitlines()
    assert "api.port" in line


EDGES = (1.0, 2.0, math.inf)


@pytest.mark.parametrize(
    ("upto", "q", "expected"),
    [
        ((0, 0, 0), 0.5, None),
        ((), 0.5, None),
        ((100, 100, 100), 0.5, Quantile(0.5, exact=True)),
        ((50, 100, 100), 0.75, Quantile(1.5, exact=True)),
        ((0, 100, 100), 1.0, Quantile(2.0, exact=True)),
        ((5, 5, 5), 0.5, Quantile(1.0, exact=False)),
        ((0, 0, 100), 0.5, Quantile(math.inf, exact=False)),
    ],
)
def test_quantiles_are_as_exact_as_the_buckets_allow(upto, q, expected):
    assert quantile(list(zip(EDGES, upto, strict=False)), q) == expected


def test_figures_are_read_from_what_the_api_exposes():
    metrics = Metrics("1")
    for _ in range(20):
        metrics.quick_seconds.labels("success").observe(0.8)
    metrics.quick_summaries.labels("success").inc(19)
    metrics.quick_summaries.labels("fallback").inc()
    families = list(metrics.registry.collect())
    figures = quick_figures(generate_latest(Families([*families, *views(families)])).decode())
    assert figures.count == 20
    assert figures.statuses == {"success": 19, "fallback": 1}
    assert 0.75 < figures.p50.seconds <= 1.0
    assert figures.api_rss_bytes > 1_000_000
