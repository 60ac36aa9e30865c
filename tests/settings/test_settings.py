import os
import shutil
import tempfile
from pathlib import Path

import pytest

from edgebox.errors import ConfigError
from edgebox.settings import Settings, default_config_path, load_settings, places
from edgebox.settings.check import problems


def test_setting_one_key_of_a_role_keeps_its_model(file, monkeypatch):
    file.write_text("[engines.slm]\nparallel = 8\n")
    monkeypatch.setenv("EDGEBOX_ENGINES__MLM__RETAINED", "3")
    engines = load_settings(file).engines
    default = Settings.model_fields["engines"].get_default()
    assert (engines.slm.parallel, engines.slm.model) == (8, default.slm.model)
    assert (engines.mlm.retained, engines.mlm.model) == (3, default.mlm.model)
    assert engines.slm.model != engines.mlm.model


@pytest.mark.parametrize(
    "name",
    [
        "EDGEBOX_PORT",
        "EDGEBOX_",
        "edgebox_api_port",
        "edgebox_config",
        "EDGEBOX_API__PROT",
        "EDGEBOX_API.PORT",
        "EDGEBOX_LOG_LEVEL__X",
        "EDGEBOX_API__PORT__X",
        "EDGEBOX_ENGINES__SLM__MODELL",
    ],
)
def test_a_variable_that_sets_nothing_is_named(file, monkeypatch, name):
    file.write_text("")
    monkeypatch.setenv(name, "geheim")
    with pytest.raises(ConfigError, match=rf"^{name}: ") as refused:
        load_settings(file)
    assert "geheim" not in refused.value.detail


@pytest.mark.parametrize("name", ["EDGEBOX_API", "edgebox_engines", "EDGEBOX_ENGINES__SLM"])
@pytest.mark.parametrize("value", ["geheim", "", "[]", "8600"])
def test_a_table_that_is_no_json_object_is_named_without_its_value(file, monkeypatch, name, value):
    file.write_text("")
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=rf"^{name}: ") as refused:
        load_settings(file)
    assert "geheim" not in refused.value.detail


def test_variables_count_in_any_case_and_as_whole_tables(file, monkeypatch):
    file.write_text("")
    monkeypatch.setenv("EDGEBOX_CONFIG", str(file))
    monkeypatch.setenv("edgebox_api__port", "9000")
    monkeypatch.setenv("EDGEBOX_QUICK", '{"max_tokens": 64}')
    monkeypatch.setenv("EDGEBOX_ENGINES__MLM__PARALLEL", "2")
    settings = load_settings()
    found = (settings.api.port, settings.quick.max_tokens, settings.engines.mlm.parallel)
    assert found == (9000, 64, 2)


@pytest.mark.parametrize(("own", "runs", "sent"), [(16, 4, 4), (2, 16, 2), (16, 16, 16)])
def test_our_engine_is_sent_no_more_analyses_than_it_runs_at_once(file, own, runs, sent):
    file.write_text(f"[batch]\nconcurrency = {own}\n[engines.mlm]\nparallel = {runs}\n")
    assert load_settings(file).analyses_at_once == sent


@pytest.fixture
def open_folder():
    """One that every user may look into: pytest's own are closed."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def as_ordinary_user(holds):
    """Whether something holds for a user who is not let in everywhere."""
    child = os.fork()
    if not child:
        good = False
        try:
            if os.geteuid() == 0:
                os.setresuid(65534, 65534, 65534)
            good = holds()
        finally:
            os._exit(0 if good else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_home_that_is_closed_holds_no_configuration(open_folder, monkeypatch):
    """As under runuser, which keeps root's $HOME."""
    system, home = open_folder / "edgebox.toml", open_folder / "home"
    system.write_text("")
    home.mkdir(mode=0o000)
    monkeypatch.setattr(places, "SYSTEM_CONFIG", system)
    monkeypatch.delenv("EDGEBOX_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    assert as_ordinary_user(lambda: default_config_path() == system)


def test_an_installed_box_is_found_by_who_may_not_read_its_configuration(open_folder, monkeypatch):
    system, home = open_folder / "edgebox" / "edgebox.toml", open_folder / "home"
    system.parent.mkdir(mode=0o700)
    system.write_text("")
    monkeypatch.setattr(places, "SYSTEM_CONFIG", system)
    monkeypatch.delenv("EDGEBOX_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    if os.geteuid() != 0:
        system.parent.chmod(0o000)

    def refused():
        with pytest.raises(ConfigError, match="sudo edgebox"):
            load_settings()
        [problem] = problems(system, named=False)
        assert problem.fix == "sudo edgebox config check"
        return default_config_path() == system

    assert as_ordinary_user(refused)
