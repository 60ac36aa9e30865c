import json
import re
import tomllib

import typer
from pydantic import BaseModel
from typer.testing import CliRunner

from edgebox.settings import Settings, load_settings
from edgebox.settings.template import EXPLAINED, render
from edgebox.store.db import Store
from edgebox_cli.commands.init import init

app = typer.Typer()
app.command()(init)


def run(*words):
    return CliRunner().invoke(app, words)


def snapshot(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def clients(bare):
    store = Store(bare / "state" / "edgebox" / "edgebox.db")
    found = store.clients.list()
    store.close()
    return found


def test_init_makes_a_box_that_can_start(bare):
    result = run("--callback", "centerlink.example:9000")
    assert result.exit_code == 0
    config = bare / "config" / "edgebox" / "edgebox.toml"
    assert config.stat().st_mode & 0o777 == 0o600
    assert (bare / "state" / "edgebox").stat().st_mode & 0o777 == 0o700
    assert (bare / "state" / "edgebox" / "edgebox.db").stat().st_mode & 0o777 == 0o600
    written = tomllib.loads(config.read_text())
    assert written["api"] == {"metrics_listen": "127.0.0.1:8601"}, "it can be watched at once"
    [client] = clients(bare)
    assert client.client_id == "centerlink"
    assert client.allowed_callbacks == ("centerlink.example:9000",)
    assert result.stdout == client.secrets[0] + "\n"


def test_a_client_without_callbacks_comes_with_how_to_allow_them(bare):
    assert "edgebox keys callbacks centerlink HOST[:PORT]" in run().stderr
    assert "edgebox keys callbacks erp HOST[:PORT]" in run("--client", "erp").stderr
    assert "keys callbacks" not in run("--client", "crm", "--callback", "crm.example").stderr
    refused = run("--client", "old", "--callback", "169.254.1.1").stderr
    assert "Callbacks to 169.254.1.1 will always be refused" in refused


def test_a_second_run_changes_nothing_and_says_so(bare):
    run()
    before = snapshot(bare)
    result = run()
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "nothing was changed" in result.stderr
    assert snapshot(bare) == before


def test_the_secret_is_printed_once(bare):
    first = json.loads(run("--json").stdout)
    second = json.loads(run("--json").stdout)
    assert re.fullmatch("[0-9a-f]{64}", first["secret"])
    assert (first["config_written"], first["database_changed"]) == (True, True)
    assert (second["config_written"], second["database_changed"]) == (False, False)
    assert (second["client_id"], second["secret"]) == (None, None)


def test_a_renamed_first_client_is_not_joined_by_the_default_one(bare):
    run("--client", "erp")
    run()
    assert [client.client_id for client in clients(bare)] == ["erp"]


def test_a_client_asked_for_is_created_beside_others(bare):
    run()
    run("--client", "erp")
    assert [client.client_id for client in clients(bare)] == ["centerlink", "erp"]


def test_an_administrators_configuration_is_kept(bare):
    config = bare / "config" / "edgebox" / "edgebox.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[api]\nport = 9999\n")
    assert run().exit_code == 0
    assert config.read_text() == "[api]\nport = 9999\n"


def test_a_bad_callback_is_reported_before_anything_is_written(bare):
    result = run("--callback", "https://x/y")
    assert result.exit_code == 2
    assert snapshot(bare) == {}


def test_folders_are_written_into_a_new_configuration(bare):
    state, models = bare / "상태 dir", bare / "models"
    result = run("--state-dir", str(state), "--models-dir", str(models))
    assert result.exit_code == 0
    settings = load_settings(bare / "config" / "edgebox" / "edgebox.toml")
    assert (settings.state_dir, settings.models_dir) == (state, models)
    assert (state / "edgebox.db").exists()


def test_another_folder_than_the_configured_one_is_refused(bare):
    run()
    result = run("--state-dir", str(bare / "other"))
    assert result.exit_code == 2
    assert "state_dir" in result.stderr
    assert not (bare / "other").exists()


def test_a_folder_that_cannot_be_written_is_one_line(bare, monkeypatch):
    (bare / "file").write_text("")
    monkeypatch.setenv("EDGEBOX_CONFIG", str(bare / "file" / "edgebox.toml"))
    result = run()
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_the_file_as_written_means_the_defaults(bare):
    text = render({})
    assert Settings(**tomllib.loads(text)) == Settings()


def test_the_file_with_every_line_uncommented_means_the_defaults(bare):
    text = re.sub(r"(?m)^# (\w+ = )", r"\1", render({}))
    assert tomllib.loads(text)["engines"]["slm"]["model"], "the keys are really there"
    assert Settings(**tomllib.loads(text)) == Settings()


def test_the_environment_of_the_moment_does_not_become_a_default(bare, monkeypatch):
    monkeypatch.setenv("EDGEBOX_API__PORT", "1234")
    monkeypatch.setenv("EDGEBOX_LOG_LEVEL", "debug")
    assert "1234" not in render({})
    assert '# log_level = "info"' in render({})


def test_every_setting_is_explained_and_nothing_else(bare):
    def keys(values, path=""):
        for name, value in values:
            yield path + name
            if isinstance(value, BaseModel):
                yield from keys(value, f"{path}{name}.")

    assert set(EXPLAINED) == set(keys(Settings()))
