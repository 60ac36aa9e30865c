import json

import pytest
from typer.testing import CliRunner

from edgebox_cli.common.closed_files import _is_hidden
from edgebox_cli.main import app


def run(*words):
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def config(bare, monkeypatch):
    file = bare / "edgebox.toml"
    monkeypatch.setenv("EDGEBOX_CONFIG", str(file))
    return file


def test_a_right_file_is_exit_0(config):
    config.write_text("[api]\nport = 9000\n")
    result = run("config", "check")
    assert (result.exit_code, result.stdout) == (0, f"{config}: in order.\n")


def test_every_wrong_key_has_its_line_and_what_to_type(config):
    config.write_text("[api]\nprot = 9000\nport = -1\n")
    result = run("config", "check")
    assert result.exit_code == 1
    text = " ".join(result.stdout.split())
    assert "line 2: api.prot: There is no such key. → write port under [api]" in text
    assert "line 3: api.port:" in text
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    assert "\x1b" not in result.stdout


def test_a_file_that_is_not_in_force_can_be_checked(config, tmp_path):
    config.write_text("")
    new = tmp_path / "새 설정.toml"
    new.write_text("[quick]\ndeadline = 3\n")
    result = run("config", "check", str(new), "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["ok"], found["config"]) == (False, str(new))
    [problem] = found["problems"]
    assert (problem["key"], problem["line"]) == ("quick.deadline", 2)
    assert run("config", "check").exit_code == 0


def test_a_named_file_that_is_missing_is_exit_1(config):
    assert run("config", "check").exit_code == 1
    assert json.loads(run("config", "check", "--json").stdout)["problems"][0]["line"] is None


def test_what_is_in_force_fits_80_columns_and_says_where_from(config, monkeypatch):
    config.write_text('[engines.mlm]\nurl = "http://me:geheim@10.0.0.9:8001"\n')
    monkeypatch.setenv("EDGEBOX_API__PORT", "9000")
    result = run("config", "show")
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()[1:]) <= 80
    assert "geheim" not in result.stdout
    for shown in ("api.port", "9000", "EDGEBOX_API__PORT", "line 2", "engines.mlm.url"):
        assert shown in result.stdout
    found = {
        one["key"]: one for one in json.loads(run("config", "show", "--json").stdout)["settings"]
    }
    assert found["api.port"] == {
        "key": "api.port",
        "value": 9000,
        "source": "EDGEBOX_API__PORT",
        "line": None,
    }
    assert found["engines.mlm.url"]["line"] == 2


def test_what_cannot_be_read_is_one_line(config):
    config.write_text("[api]\nprot = 1\n")
    result = run("config", "show")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("path", "units", "hidden"),
    [
        ("/home/lee/key", "ProtectHome=yes", True),
        ("/root/key", "ProtectHome=yes", True),
        ("/etc/edgebox/key", "ProtectHome=yes", False),
        ("/homes/key", "ProtectHome=yes", False),
        ("/home/lee/key", "ProtectHome=yes\nProtectHome=no", False),
        ("/home/lee/key", "ProtectHome=yes\nBindReadOnlyPaths=-/home/lee", False),
        ("/home/lee/key", "", False),
    ],
)
def test_what_the_units_hide_is_known(path, units, hidden):
    assert _is_hidden(path, f"[Service]\n{units}\n") is hidden
