import os
import tomllib

import pytest

from edgebox.errors import ConfigError
from edgebox.settings import Settings, load_settings
from edgebox.settings.check import in_force, problems, without_password
from edgebox.settings.edit import set_string
from edgebox.settings.keys import defaults, key_lines
from edgebox.settings.template import render
from support.outside.certificates import make_pair


def found(file, text=None):
    if text is not None:
        file.write_text(text)
    return {problem.key: problem for problem in problems(file, named=True)}


def test_the_file_that_init_writes_is_in_order(file):
    assert found(file, render({})) == {}


@pytest.mark.parametrize("key", sorted(defaults()))
def test_every_key_refuses_a_value_of_another_kind_and_names_its_line(file, key):
    table, _, name = key.rpartition(".")
    header = f"# 설정\n[{table}]\n" if table else "\n\n"
    other = '"no truth value"' if isinstance(defaults()[key], bool) else "true"
    wrong = found(file, f"{header}{name} = {other}\n")
    assert wrong[key].line == 3
    assert wrong[key].fix.startswith(f"write {name} = ")
    with pytest.raises(ConfigError, match=key):
        load_settings(file)


@pytest.mark.parametrize("key", sorted(defaults()))
def test_every_key_is_corrected_when_it_is_misspelt(file, key):
    table, _, name = key.rpartition(".")
    slip = f"{name[:-1]}{name[-1]}s" if not name.endswith("s") else name[:-1]
    wrong = found(file, (f"[{table}]\n" if table else "") + f"{slip} = 1\n")
    [problem] = wrong.values()
    assert problem.detail == "There is no such key."
    assert problem.fix.startswith(f"write {name} ")


def test_what_is_nowhere_near_a_key_has_to_go(file):
    assert found(file, "[api]\nxyzzy = 1\n")["api.xyzzy"].fix == f"remove it from {file}"


def test_a_key_in_the_wrong_table_is_sent_to_its_own(file):
    assert found(file, "port = 8600\n")["port"].fix == "write port under [api]"
    assert found(file, "[engins.mlm]\nmodel = 'x'\n")["engins"].fix == "write [engines]"
    assert found(file)["engins"].line == 1


def test_all_of_several_slips_are_named_in_the_order_of_the_file(file):
    file.write_text(
        "[api]\nport = 70000\nprot = 1\n[quick]\ndeadline_seconds = nan\n"
        '[engines.slm]\nmodel = "q"\n'
    )
    assert [(one.line, one.key) for one in problems(file, named=True)] == [
        (2, "api.port"),
        (3, "api.prot"),
        (5, "quick.deadline_seconds"),
        (7, "engines.slm.model"),
    ]


def test_no_value_is_repeated(file, monkeypatch):
    monkeypatch.setenv("EDGEBOX_QUICK", "geheim")
    monkeypatch.setenv("EDGEBOX_BATCH__CONCURRENCY", "geheim")
    monkeypatch.setenv("EDGEBOX_API_PORT", "geheim")
    text = 'log_level = "geheim"\n[engines.mlm]\nurl = "ftp://geheim"\nparallel = "geheim"\n'
    wrong = found(file, text)
    assert "geheim" not in str(wrong)
    assert wrong["EDGEBOX_BATCH__CONCURRENCY"].fix == "unset EDGEBOX_BATCH__CONCURRENCY"
    assert set(wrong) == {
        "EDGEBOX_QUICK",
        "EDGEBOX_BATCH__CONCURRENCY",
        "EDGEBOX_API_PORT",
        "log_level",
        "engines.mlm.url",
        "engines.mlm.parallel",
    }
    assert os.environ["EDGEBOX_QUICK"] == "geheim"


def test_what_is_not_toml_has_its_line(file):
    [problem] = found(file, "[api]\nport = \n").values()
    assert problem.line == 2
    assert problem.fix == f"edit {file}"


def test_a_file_that_is_not_there_is_a_problem_only_when_it_was_named(file):
    [problem] = problems(file, named=True)
    assert problem.fix == f"edgebox --config {file} init"
    assert problems(file, named=False) == []


def test_tls_files_have_to_be_there_and_to_fit(file, tmp_path):
    pair, other = make_pair(tmp_path), make_pair(tmp_path, "other")
    text = '[api]\ntls_cert = "{}"\ntls_key = "{}"\n'
    assert found(file, text.format(pair.cert, pair.key)) == {}
    assert "does not belong" in found(file, text.format(pair.cert, other.key))["api.tls_key"].detail
    missing = found(file, text.format(tmp_path / "no", pair.key))["api.tls_cert"]
    assert missing.line == 2
    assert "together" in found(file, '[api]\ntls_cert = "/x"\n')["api"].detail
    assert "absolute" in found(file, '[api]\ntls_cert = "x"\n')["api.tls_cert"].detail


@pytest.mark.parametrize("value", ["9100", "box:", "box:http", "box:70000"])
def test_the_metrics_listener_is_host_and_port(file, value):
    assert (
        "HOST:PORT"
        in found(file, f'[api]\nmetrics_listen = "{value}"\n')["api.metrics_listen"].detail
    )


def test_each_value_says_where_it_is_from(file, monkeypatch):
    file.write_text('log_level = "debug"\n[api]\nport = 9000\n')
    monkeypatch.setenv("edgebox_quick__max_tokens", "50")
    monkeypatch.setenv("EDGEBOX_BATCH", '{"concurrency": 2}')
    monkeypatch.setenv("EDGEBOX_API__PORT", "9001")
    shown = {value.key: value for value in in_force(load_settings(file), file)}
    assert list(shown) == list(defaults())
    assert (shown["log_level"].value, shown["log_level"].source, shown["log_level"].line) == (
        "debug",
        "file",
        1,
    )
    assert (shown["api.port"].value, shown["api.port"].source) == (9001, "EDGEBOX_API__PORT")
    assert shown["quick.max_tokens"].source == "edgebox_quick__max_tokens"
    assert (shown["batch.concurrency"].value, shown["batch.concurrency"].source) == (
        2,
        "EDGEBOX_BATCH",
    )
    assert shown["batch.lease_seconds"].source == "default"


def test_passwords_in_urls_are_hidden(file):
    file.write_text('[engines.mlm]\nurl = "http://me:geheim@10.0.0.9:8001/v1"\n')
    shown = {value.key: value for value in in_force(load_settings(file), file)}
    assert shown["engines.mlm.url"].value == "http://(hidden)@10.0.0.9:8001/v1"
    assert without_password("http://h/v1?token=auch") == "http://h/v1?(hidden)"
    for secret in ("p@ss", "p/ss", "p?ss", "p#ss", "p@@ss@"):
        url = f"https://u:{secret}@host:8001/v1"
        assert without_password(url) == "https://(hidden)@host:8001/v1"
    assert without_password("/etc/edgebox/tls.pem") == "/etc/edgebox/tls.pem"


def test_lines_of_keys_in_every_way_of_writing_them():
    text = '# x = 1\na.b = 1\n[t]\n"q" = 2\n  [ t.u ] # c\n\tv = 3\n[[list]]\nw = 4\n'
    lines = key_lines(text)
    assert tomllib.loads(text)
    assert {key: lines[key] for key in ("a.b", "t", "t.q", "t.u", "t.u.v")} == {
        "a.b": 2,
        "t": 3,
        "t.q": 4,
        "t.u": 5,
        "t.u.v": 6,
    }


def test_the_settings_are_what_is_checked(file):
    assert set(defaults()) == {value.key for value in in_force(Settings(), file)}


@pytest.mark.parametrize(
    ("keys", "allowed"),
    [
        ('host = "127.0.0.1"', True),
        ('host = "127.8.8.8"', True),
        ('host = "::1"', True),
        ('host = "localhost"', True),
        ('host = "0.0.0.0"', False),
        ('host = "::"', False),
        ('host = ""', False),
        ('host = "::1:2"', False),
        ('host = "127.example"', False),
        ('host = "10.0.0.5"\nallow_plain_http = true', True),
        ('host = "10.0.0.5"\nallow_plain_http = false', False),
    ],
)
def test_plain_http_for_other_machines_has_to_be_asked_for(file, keys, allowed):
    file.write_text(f"[api]\n{keys}\n")
    found = [one for one in problems(file, named=True) if one.key == "api.host"]
    assert (found == []) is allowed
    for one in found:
        assert one.line == 2
        assert f"allow_plain_http = true, under [api] in {file}" in one.fix
    assert load_settings(file).api.host in keys, "other commands go on"


def test_only_what_is_true_or_false_may_be_true_or_false(file):
    file.write_text("[api]\nallow_plain_http = true\nport = true\n")
    [wrong] = [one for one in problems(file, named=True) if one.key.startswith("api")]
    assert (wrong.key, wrong.detail) == ("api.port", "cannot be true or false.")


def test_a_byte_order_mark_is_no_part_of_the_file(file):
    file.write_bytes("\ufeff# 설정\nlog_level = 'error'\n[api]\nport = 9\n".encode())
    assert found(file) == {}
    assert load_settings(file).log_level == "error"
    lines = {one.key: one.line for one in in_force(load_settings(file), file)}
    assert (lines["log_level"], lines["api.port"]) == (2, 4)
    set_string(file, "engines.slm.model", "qwen3-1.7b-q8_0")
    assert load_settings(file).api.port == 9


def test_the_key_of_a_server_in_use_has_to_be_there(file, tmp_path):
    secret = tmp_path / "secret"
    key = "engines.mlm.url_key_file"
    text = f'[engines.mlm]\nurl_key_file = "{secret}"\nurl = "http://gpu:8000/v1"\n'
    wrong = found(file, text)[key]
    assert (wrong.line, str(secret) in wrong.detail) == (2, True)
    secret.write_text("a-long-enough-secret\n")
    secret.chmod(0o644)
    assert "Every user may read" in found(file)[key].detail
    secret.chmod(0o600)
    assert found(file) == {}
    unused = f'[engines.mlm]\nurl_key_file = "{tmp_path}/none"\n'
    assert found(file, unused) == {}


@pytest.mark.parametrize(
    ("key", "rest"),
    [
        ("api.metrics_token_file", ""),
        ("engines.slm.url_key_file", 'url = "http://gpu:8000/v1"'),
    ],
)
@pytest.mark.parametrize(
    "content", [None, "", " \r\n", "one\ntwo of them, each long enough\n", "비밀"]
)
def test_a_file_that_holds_no_secret_is_named_before_the_start(file, tmp_path, key, rest, content):
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_text(content)
        secret.chmod(0o600)
    table, _, name = key.rpartition(".")
    text = f'[{table}]\n{name} = "{secret}"\n{rest}\n'
    wrong = found(file, text)[key]
    assert (wrong.line, str(secret) in wrong.detail) == (2, True)
    secret.write_text("a-long-enough-secret\n")
    secret.chmod(0o600)
    assert found(file) == {}


def test_a_token_that_could_be_guessed_is_named(file, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("fifteen-letters")
    secret.chmod(0o600)
    wrong = found(file, f'[api]\nmetrics_token_file = "{secret}"\n')["api.metrics_token_file"]
    assert "fewer than 16 characters" in wrong.detail


@pytest.mark.parametrize("encoding", ["cp949", "utf-16"])
def test_a_file_in_another_encoding_says_how_to_convert_it(file, encoding):
    file.write_bytes("# 설정\nlog_level = 'error'\n".encode(encoding))
    [problem] = found(file).values()
    assert f"iconv -f {encoding.upper()} -t UTF-8 {file}" in problem.detail
    with pytest.raises(ConfigError, match="iconv"):
        load_settings(file)
    with pytest.raises(ConfigError, match="iconv"):
        set_string(file, "engines.slm.model", "other")


@pytest.mark.parametrize("key", ["state_dir", "runtime_dir"])
def test_a_folder_too_long_for_the_engines_socket_is_named_before_the_start(file, key):
    longest = "/srv/" + "고객상담센터" * 5  # 95 bytes, with the socket's name 107
    assert found(file, f'log_level = "info"\n{key} = "{longest}"\n') == {}
    wrong = found(file, f'log_level = "info"\n{key} = "{longest}x"\n')
    [problem] = wrong.values()
    assert (problem.key, problem.line) == (key, 2)
    assert "has 108 bytes" in problem.detail
    assert f"{longest}x/engine.sock" in problem.detail
    assert "runtime_dir" in problem.fix
    assert "runtime_dir" not in problem.detail


def test_a_short_runtime_folder_serves_a_long_state_folder(file):
    assert found(file, f'state_dir = "/srv/{"x" * 120}"\nruntime_dir = "/run/edgebox"\n') == {}


def test_what_to_do_is_said_once(file, tmp_path):
    [wrong] = found(file, '[api]\nhost = "0.0.0.0"\n').values()
    assert "tls_cert" in wrong.fix
    assert "tls_cert" not in wrong.detail
    secret = tmp_path / "secret"
    secret.write_text("s" * 40)
    secret.chmod(0o644)
    remote = f'[engines.slm]\nurl = "http://10.0.0.9/v1"\nurl_key_file = "{secret}"\n'
    wrong = found(file, remote)["engines.slm.url_key_file"]
    assert wrong.detail == f"Every user may read the secret in {secret}."
    assert wrong.fix == f"chmod o= {secret}"
    pair = make_pair(tmp_path)
    pair.key.chmod(0o644)
    wrong = found(file, f'[api]\ntls_cert = "{pair.cert}"\ntls_key = "{pair.key}"\n')
    assert [one.fix for one in wrong.values()] == [f"chmod o= {pair.key}"]
    assert all("chmod" not in one.detail for one in wrong.values())
