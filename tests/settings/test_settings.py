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


@pytest.mark.parametrize(
    ("wrong", "right", "named"),
    [
        ("[quick]\nmargin_seconds = 3", "[quick]\nmargin_seconds = 2.9", "margin_seconds"),
        ("[quick]\ndeadline_seconds = 0.2", "[quick]\ndeadline_seconds = 0.3", "margin_seconds"),
        (
            "[batch]\nremote_concurrency_min = 64\nremote_concurrency_max = 8",
            "[batch]\nremote_concurrency_min = 8\nremote_concurrency_max = 8",
            "remote_concurrency_min",
        ),
        ("[batch]\nremote_concurrency_min = 65", "[batch]\nremote_concurrency_min = 64", "_max"),
        (
            '[api]\nmetrics_listen = "127.0.0.1:8600"',
            '[api]\nhost = "10.0.0.5"\nallow_plain_http = true\nmetrics_listen = "127.0.0.1:8600"',
            "metrics_listen",
        ),
        (
            '[api]\nallow_plain_http = true\nhost = "0.0.0.0"\nmetrics_listen = ":8600"',
            '[api]\nallow_plain_http = true\nhost = "0.0.0.0"\nmetrics_listen = "[::1]:8600"',
            "metrics_listen",
        ),
        (
            '[api]\nport = 9000\nhost = "localhost"\nmetrics_listen = "localhost:9000"',
            '[api]\nport = 0\nmetrics_listen = "127.0.0.1:0"',
            "metrics_listen",
        ),
        ("[ask]\nfirst_seconds = 15", "[ask]\nfirst_seconds = 14", "first_seconds"),
        ("[ask]\ndeadline_seconds = 3\nfirst_seconds = 3", "[ask]\ndeadline_seconds = 3", "first"),
    ],
)
def test_two_settings_that_contradict_each_other_are_refused(file, wrong, right, named):
    file.write_text(right + "\n")
    load_settings(file)
    file.write_text(wrong + "\n")
    with pytest.raises(ConfigError, match=named):
        load_settings(file)
    [problem] = [one for one in problems(file, named=True) if not one.key.startswith("engines")]
    assert named in problem.detail


@pytest.mark.parametrize("never", [999_999_999_999, 1e300])
@pytest.mark.parametrize(
    ("table", "key"),
    [("batch", "max_wait_seconds"), ("batch", "lease_seconds"), ("callbacks", "timeout_seconds")],
)
def test_a_time_that_no_clock_can_wait_for_is_refused(file, table, key, never):
    file.write_text(f"[{table}]\n{key} = {never}\n")
    with pytest.raises(ConfigError, match=key):
        load_settings(file)


@pytest.mark.parametrize("name", ["state_dir", "models_dir", "runtime_dir"])
@pytest.mark.parametrize("value", ["~/edgebox", "edgebox", "./x", "../x", "~", ".", "C:\\x"])
def test_a_folder_that_depends_on_where_one_stands_is_refused(file, monkeypatch, name, value):
    file.write_text(f"{name} = '{value}'\n")
    with pytest.raises(ConfigError, match=f"{name}.*absolute"):
        load_settings(file)
    file.write_text("")
    monkeypatch.setenv(f"EDGEBOX_{name.upper()}", value)
    with pytest.raises(ConfigError, match=f"{name}.*absolute"):
        load_settings(file)


def test_a_relative_xdg_folder_is_ignored(file, monkeypatch):
    file.write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    assert load_settings(file).state_dir == Path.home() / ".local/state/edgebox"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://EdgeBox.Centre.local", "https://edgebox.centre.local"),
        ("HTTPS://edgebox.centre.local:443", "https://edgebox.centre.local"),
        ("http://edgebox.centre.local:80", "http://edgebox.centre.local"),
        ("https://edgebox.centre.local:08443", "https://edgebox.centre.local:8443"),
        ("http://edgebox.centre.local:443", "http://edgebox.centre.local:443"),
        ("https://상담.example", "https://xn--jk1bs5x.example"),
        ("https://[2001:DB8:0::1]:8600", "https://[2001:db8::1]:8600"),
        ("https://10.0.0.7", "https://10.0.0.7"),
        ("https://edgebox", "https://edgebox"),
        ("https://edge_box-1.local.", "https://edge_box-1.local."),
    ],
)
def test_origins_are_compared_as_browsers_write_them(file, written, meant):
    file.write_text(f'[console]\norigins = "{written}, https://other.local"\n', encoding="utf-8")
    assert load_settings(file).console.further_origins == (meant, "https://other.local")


@pytest.mark.parametrize(
    "origin",
    [
        "edgebox.centre.local",
        "https://edgebox.centre.local/",
        "https://edgebox.centre.local?x",
        "https://edgebox.centre.local#x",
        "https://anna@edgebox.centre.local",
        "https://*.centre.local",
        "https://edgebox.centre.local:",
        "https://edgebox.centre.local:0",
        "https://edgebox.centre.local:99999",
        "https://edgebox.centre.local:https",
        "https://",
        "https://:443",
        "https://[::1",
        "https://[x]",
        "https://999.0.0.1",
        "https://a..b",
        "ftp://edgebox.centre.local",
        "null",
        "*",
    ],
)
def test_what_no_browser_sends_is_no_origin(file, origin):
    file.write_text(f'[console]\norigins = "{origin}"\n')
    with pytest.raises(ConfigError, match="origins"):
        load_settings(file)


@pytest.mark.parametrize(
    "url",
    [
        *("http://", "https:///v1", "http://host:port/v1", "http://host:99999/v1", "http://[::1"),
        *("http://host:0/v1", "http://a host/v1", "http://host/v1?key=geheim", "http://host/v1#a"),
    ],
)
def test_a_url_without_a_host_or_a_port_that_there_can_be_is_refused(file, url):
    """It would end the API and the worker at their start, or every request with an odd error."""
    file.write_text(f'[engines.mlm]\nurl = "{url}"\n')
    with pytest.raises(ConfigError, match=r"engines\.mlm\.url") as refused:
        load_settings(file)
    assert "geheim" not in refused.value.detail


@pytest.mark.parametrize(
    "url", ["http://[::1]:8080/v1", "https://models.centre.local", "http://10.0.0.9:8000/openai/v1"]
)
def test_a_url_of_a_server_is_taken_as_it_is(file, url):
    file.write_text(f'[engines.mlm]\nurl = "{url}"\n')
    assert load_settings(file).engines.mlm.url == url


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("[engines.mlm]\ncontext_tokens = 1279\n", r"\[engines\.mlm\].*\[batch\]"),
        ("[engines.mlm]\ncontext_tokens = 1280\n", None),
        ("[engines.slm]\ncontext_tokens = 1024\n", None),
        (
            '[engines.mlm]\ncontext_tokens = 2047\nurl = "http://h/v1"\n',
            r"\[engines\.mlm\].*\[batch\]",
        ),
        ("[batch]\nmax_tokens = 4096\n[engines.mlm]\ncontext_tokens = 4096\n", r"\[batch\]"),
        ("[quick]\nmax_tokens = 512\n[engines.slm]\ncontext_tokens = 1279\n", r"\[quick\]"),
        (
            '[engines.slm]\ncontext_tokens = 512\nurl = "http://h/v1"\n',
            None,
        ),
        (
            '[engines.mlm]\ncontext_tokens = 512\nurl = "http://h/v1"\n',
            r"\[engines\.mlm\]",
        ),
    ],
)
def test_a_context_that_holds_no_call_beside_the_answer_is_refused(file, text, refused):
    """Every analysis that was accepted would fail for good, and every summary fall back."""
    file.write_text(text)
    if refused is None:
        load_settings(file)
        assert problems(file, named=True) == []
        return
    with pytest.raises(ConfigError, match=f"context_tokens under .*{refused}"):
        load_settings(file)
    [problem] = problems(file, named=True)
    assert problem.fix.startswith("edit [engines]")
