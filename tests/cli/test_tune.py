"""``edgebox tune`` with a real, tiny model: real processes, real llama.cpp."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edgebox.errors import ModelError
from edgebox.models.tuned import FILE, Way, read_tuned
from edgebox.processes import trials, tuning
from edgebox_cli.main import app
from support.engines import tiny_model
from support.outside.python import NOBODY, for_everybody
from support.polling import eventually


@pytest.fixture
def models(bare, monkeypatch):
    folder = bare / "models"
    folder.mkdir()
    tiny_model.install(folder)
    monkeypatch.setenv("EDGEBOX_MODELS_DIR", str(folder))
    monkeypatch.setenv("EDGEBOX_ENGINES__SLM__MODEL", tiny_model.NAME)
    monkeypatch.setenv("EDGEBOX_ENGINES__MLM__URL", "http://gpu.local:8000")
    monkeypatch.setenv("EDGEBOX_ENGINES__THREADS", "1")
    monkeypatch.setattr(trials, "TRIAL_SECONDS", 0.0)
    return folder


def run(*words):
    return CliRunner().invoke(app, ["tune", *words])


def test_it_tries_keeps_and_shows(models, monkeypatch):
    nothing = run("--show")
    assert nothing.exit_code == 2
    assert "Run: edgebox tune" in nothing.stderr
    result = run()
    assert result.exit_code == 0, result.stderr
    assert "next start" in result.stderr
    kept = read_tuned(models)
    assert kept.threads == 1
    assert len(kept.trials) == 2 + 2 * len(tuning.SPINS)
    lines = result.stdout.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert f"spin {kept.spin:,}" in lines[-1]
    again = run("--show")
    assert again.stdout == result.stdout
    assert again.stderr == ""
    assert json.loads(run("--show", "--json").stdout)["spin"] == kept.spin
    (models / FILE).write_text(
        kept.model_copy(update={"processor": "another/1"}).model_dump_json(), encoding="utf-8"
    )
    assert "another processor" in run("--show").stderr
    found = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)["checks"]
    [check] = [one for one in found if one["name"] == "tuning"]
    assert (check["state"], check["fix"].split(",")[0]) == ("warn", "edgebox tune")


def test_what_would_end_in_nothing_is_refused_before_the_trials(models, monkeypatch):
    monkeypatch.setattr(tuning, "available_memory", lambda: 100_000_000)
    result = run()
    assert result.exit_code == 1
    assert "Stop the engine" in result.stderr
    monkeypatch.setattr(tuning.os, "access", lambda *_: False)
    assert "Cannot write" in run().stderr


def test_a_model_that_cannot_be_loaded_says_so(bare):
    broken = bare / "broken.gguf"
    broken.write_bytes(b"GGUF")
    way = Way(role="slm", repack=False, threads=1, spin=2500)
    with pytest.raises(ModelError, match=r"broken\.gguf"):
        trials.in_a_process(broken, way)


def test_a_busy_process_ends_with_whoever_started_it(tmp_path):
    starter = (
        "import os, subprocess\n"
        "from edgebox.system.program import command\n"
        "words = command('tune-trial', '--busy', str(os.getpid()))\n"
        "print(subprocess.Popen(words, stdout=subprocess.DEVNULL).pid, flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", starter], capture_output=True, text=True, check=True
    )
    started = Path(f"/proc/{int(done.stdout)}")
    asyncio.run(eventually(lambda: not started.exists()))


def test_where_others_answer_there_is_nothing_to_tune(models, monkeypatch):
    monkeypatch.setenv("EDGEBOX_ENGINES__SLM__URL", "http://gpu.local:8000")
    result = run()
    assert result.exit_code == 2
    assert "nothing to tune" in result.stderr


TUNE = """
import os, sys
from edgebox.processes import trials, tuning
from edgebox_cli.main import main

def tried(path, way):
    print("tried by", os.geteuid(), file=sys.stderr)
    return trials.in_a_process(path, way)

trials.TRIAL_SECONDS, tuning.in_a_process = 0.0, tried
tuning.SPINS = tuning.SPINS[:1]  # who tries, and not what
main()
"""


@pytest.mark.skipif(
    os.geteuid() != 0 or for_everybody() is None, reason="root has to act as another user"
)
def test_on_an_installed_box_the_services_user_tries_and_root_keeps():
    python, variables = for_everybody()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        state, models, config = folder / "state", folder / "models", folder / "edgebox.toml"
        state.mkdir(mode=0o700)
        os.chown(state, NOBODY, NOBODY)
        models.mkdir(mode=0o755)
        tiny_model.install(models)
        config.write_text(
            f'state_dir = "{state}"\nmodels_dir = "{models}"\n[engines]\nthreads = 1\n'
            f'[engines.slm]\nmodel = "{tiny_model.NAME}"\n[engines.mlm]\nurl = "http://gpu:8000"\n'
        )
        known = {k: v for k, v in os.environ.items() if not k.startswith(("EDGEBOX_", "XDG_"))}
        ended = subprocess.run(
            [python, "-c", TUNE, "--config", str(config), "tune", "--json"],
            env=known | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        assert {line for line in ended.stderr.splitlines() if line.startswith("tried")} == {
            f"tried by {NOBODY}"
        }
        kept = models / FILE
        assert read_tuned(models).trials
        assert (kept.stat().st_uid, kept.stat().st_mode & 0o777) == (0, 0o644)
