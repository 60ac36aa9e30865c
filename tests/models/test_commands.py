"""The commands as an administrator meets them, on a catalogue of their own."""

import hashlib
import json

import pytest
from typer.testing import CliRunner

from edgebox.models.catalog import Catalog
from edgebox.models.installed import Installed
from edgebox_cli.commands.models import app
from edgebox_cli.common import output
from support.engines import gguf

OWN = gguf.build(elements=400)
SLM = "qwen3-1.7b-q8_0"


@pytest.fixture
def box(tmp_path, monkeypatch):
    """A configuration and an empty models folder."""
    folder = tmp_path / "models"
    folder.mkdir()
    config = tmp_path / "edgebox.toml"
    config.write_text(f'# ours\nmodels_dir = "{folder}"\n')
    for name in ("SLM", "MLM"):
        monkeypatch.delenv(f"EDGEBOX_ENGINES__{name}__MODEL", raising=False)
    monkeypatch.setenv("EDGEBOX_CONFIG", str(config))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.fixture
def run():
    def call(*words):
        output.console.cache_clear()
        output.err_console.cache_clear()
        try:
            return CliRunner().invoke(app, list(words))
        finally:
            output.console.cache_clear()
            output.err_console.cache_clear()

    return call


@pytest.fixture
def own(box):
    file = box / "Own-Q4_K_M.gguf"
    file.write_bytes(OWN)
    return file


def test_the_list_fits_eighty_columns_and_says_what_is_needed(box, run):
    shown = run("list")
    assert shown.exit_code == 0
    assert max(map(len, shown.output.splitlines())) <= 80
    for entry in Catalog.load().entries:
        assert any(line.strip().startswith(entry.name) for line in shown.output.splitlines())
    assert "needed" in shown.output
    assert "its Korean is poor" in shown.output


def test_the_list_for_programs_is_the_whole_catalogue(box, run):
    listed = json.loads(run("list", "--json").stdout)["models"]
    assert [m["name"] for m in listed] == [e.name for e in Catalog.load().entries]
    [needed] = [m for m in listed if m["name"] == SLM]
    assert (needed["state"], needed["used_by"]) == ("missing", ["slm"])
    assert needed["memory_bytes"] > needed["bytes"]


def test_a_model_carried_here_is_imported_used_verified_and_removed(box, run, own):
    refused = run("import", str(own))
    assert refused.exit_code == 1
    assert hashlib.sha256(OWN).hexdigest() in refused.stderr
    assert len(refused.stderr.splitlines()) == 1

    taken = run("import", str(own), "--trust")
    assert taken.exit_code == 0
    assert "own-q4_k_m is ready (on your word" in taken.stdout

    assert run("use", "slm", "own-q4_k_m").exit_code == 0
    config = (box / "edgebox.toml").read_text()
    assert config.startswith("# ours\n")
    assert config.endswith('[engines.slm]\nmodel = "own-q4_k_m"\n')

    intact = run("verify", "--json")
    assert json.loads(intact.stdout)["models"] == [
        {
            "name": "own-q4_k_m",
            "ok": True,
            "sha256": hashlib.sha256(OWN).hexdigest(),
            "trust": "administrator",
        }
    ]

    used = run("remove", "own-q4_k_m")
    assert used.exit_code == 2
    assert "in use as slm" in used.stderr
    assert run("remove", "own-q4_k_m", "--force").exit_code == 0
    assert not (box / "models" / "own-q4_k_m.gguf").exists()


def test_a_damaged_file_fails_its_verification(box, run, own):
    run("import", str(own), "--trust")
    with (box / "models" / "own-q4_k_m.gguf").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x7f")
    failed = run("verify")
    assert failed.exit_code == 1
    assert "is not the expected file" in failed.stderr
    told = json.loads(run("verify", "own-q4_k_m", "--json").stdout)
    assert told["models"][0]["ok"] is False
    assert Installed(box / "models").state("own-q4_k_m") != "ready"


def test_a_role_is_not_given_to_a_model_that_cannot_play_it(box, run):
    before = (box / "edgebox.toml").read_text()
    wrong = run("use", "mlm", SLM)
    assert (wrong.exit_code, "is for slm, not for mlm" in wrong.stderr) == (2, True)
    unknown = run("use", "judge", SLM)
    assert (unknown.exit_code, "slm or mlm" in unknown.stderr) == (2, True)
    absent = run("use", "slm", SLM)
    assert (absent.exit_code, f"edgebox models pull {SLM}" in absent.stderr) == (1, True)
    misspelt = run("use", "slm", "qwen3-1.7b")
    assert (misspelt.exit_code, "Did you mean" in misspelt.stderr) == (1, True)
    assert (box / "edgebox.toml").read_text() == before


def test_a_variable_that_overrides_the_file_is_pointed_out(box, run, own, monkeypatch):
    run("import", str(own), "--trust")
    monkeypatch.setenv("EDGEBOX_ENGINES__SLM__MODEL", "something-else")
    assert "overrides the file" in run("use", "slm", "own-q4_k_m").stdout


def test_a_pull_that_cannot_work_is_one_line_that_says_what_to_do(box, run):
    failed = run("pull", SLM)
    assert failed.exit_code == 1
    last = failed.stderr.splitlines()[-1]
    assert last.startswith(f"edgebox: {SLM} could not be downloaded")
    assert "edgebox models import FILE" in last
    assert run("pull", "midm-2.0-mini-instruct-q4_k_m").exit_code == 1
    misspelt = run("pull", SLM, "nonsense-model")
    assert "There is no model 'nonsense-model'" in misspelt.stderr
    assert "could not be downloaded" not in misspelt.stderr


def test_pull_without_a_name_gets_what_the_configuration_needs(box, run, own):
    run("import", str(own), "--trust")
    with (box / "edgebox.toml").open("a") as config:
        config.write('[engines.slm]\nmodel = "own-q4_k_m"\n')
        config.write('[engines.mlm]\nurl = "http://127.0.0.1:1"\n')
    pulled = run("pull")
    assert pulled.exit_code == 0
    assert "own-q4_k_m is ready: it was here already." in pulled.stdout


def test_a_wrong_configuration_is_one_line(box, run):
    (box / "edgebox.toml").write_text("nonsense = 1\n")
    failed = run("list")
    assert (failed.exit_code, len(failed.stderr.splitlines())) == (1, 1)
    assert "nonsense" in failed.stderr
