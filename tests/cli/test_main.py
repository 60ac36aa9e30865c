import io
import json
import os
import re
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from edgebox_cli import main as entry
from edgebox_cli.main import COMMANDS, app
from support.engines.starter import SMALL

HEAVY = "llama_cpp starlette uvicorn huey sqlite_utils httpx pydantic numpy rich edgebox.settings"
CONTRACT = "up engine api worker init models keys summarize analyze batches callbacks status doctor"


def commands(command, path=()):
    """Every command and group with its words."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


EVERY = list(commands(typer.main.get_command(app)))


def run(*words, **more):
    return subprocess.run(
        [sys.executable, "-P", "-m", "edgebox_cli", *words],
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_what_runs_no_command_imports_nothing_heavy(words):
    code = (
        f"import sys; sys.argv = ['edgebox', *{words!r}]\n"
        "from edgebox_cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', [m for m in {HEAVY!r}.split() if m in sys.modules])\n"
        "print('COMMANDS', [m for m in sys.modules if m.startswith('edgebox_cli.commands')])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-2:] == ["HEAVY []", "COMMANDS []"]


@pytest.mark.parametrize("name", ["engine", "llama_check"])
def test_llama_is_not_loaded_before_a_crash_of_it_would_be_logged(name):
    code = f"import sys, edgebox_cli.commands.{name}; print('llama_cpp' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "False\n"


def test_how_a_call_is_read_is_not_imported_where_none_is():
    """A third of such a command's time: its expressions are compiled at each start."""
    names = "init backup status doctor support demo models keys operators batches callbacks"
    code = "import sys\n" + "".join(f"import edgebox_cli.commands.{one}\n" for one in names.split())
    code += "print([m for m in sys.modules if m.startswith('edgebox.reading')])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_line_of_the_table_is_its_commands_own(name):
    command = typer.main.get_command(app).commands[name]
    assert command.name == name
    assert COMMANDS[name].help == command.help.splitlines()[0]
    assert COMMANDS[name].hidden == command.hidden


def test_sqlite_is_not_imported_before_the_worker_says_where_its_temporary_files_go():
    code = (
        "import sys, edgebox_cli.commands.worker\n"
        "print([m for m in ('sqlite3', '_sqlite3') if m in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"


def test_every_command_of_the_contract_is_listed():
    shown = CliRunner().invoke(app, ["--help"]).stdout
    for name in CONTRACT.split():
        assert re.search(rf"^  {name} +\w", shown, re.MULTILINE), name


@pytest.mark.parametrize(("path", "command"), EVERY, ids=[" ".join(path) for path, _ in EVERY])
def test_every_command_and_option_has_help(path, command):
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, typer.core.TyperOption):
            assert parameter.help, parameter.name
    result = CliRunner().invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


@pytest.mark.parametrize(("path", "command"), EVERY, ids=[" ".join(path) for path, _ in EVERY])
def test_arguments_have_names_in_capitals_and_their_dots_once(path, command):
    arguments = [one for one in command.params if isinstance(one, typer.core.TyperArgument)]
    if command.hidden:
        return
    for argument in arguments:
        assert re.fullmatch(r"[A-Z_|]+(\.[a-z.]+)?( .*)?|HOST\[:PORT\]", argument.metavar or "")
        assert argument.help, argument.name


@pytest.mark.parametrize(
    "words",
    [
        ["callbacks", "list", "--state", "foo"],
        ["logs", "--level", "foo"],
        ["live", "play", "x", "--speed", "0"],
    ],
)
def test_a_wrong_value_is_named_in_a_plain_sentence(words):
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert words[-2] in result.stderr
    assert "Value error" not in result.stderr


def test_version():
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert re.fullmatch(r"edgebox \d+\.\d+\.\d+\S*\n", result.stdout)


@pytest.mark.parametrize("words", [["nonsense"], ["status", "--nonsense"], ["summarize"]])
def test_wrong_usage_is_exit_2_without_a_traceback(words):
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert "Usage: " in result.stderr


def test_a_process_that_cannot_start_is_one_line_and_exit_1(bare):
    env = {**os.environ, "EDGEBOX_STATE_DIR": str(bare / "s"), "EDGEBOX_MODELS_DIR": str(bare)}
    env |= SMALL
    ended = run("engine", env=env)
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith("edgebox: The model ")
    assert "edgebox models pull" in line


def test_up_ends_with_the_childs_own_words_when_a_model_is_missing(bare):
    env = {**os.environ, "EDGEBOX_STATE_DIR": str(bare / "s"), "EDGEBOX_MODELS_DIR": str(bare)}
    env |= SMALL
    env["EDGEBOX_API__PORT"] = "0"
    ended = run("up", env=env)
    assert ended.returncode == 1
    assert ended.stderr == ""
    assert re.search(r"^engine  \| edgebox: The model .*models pull", ended.stdout, re.MULTILINE)
    assert "engine could not start" in ended.stdout
    assert "\x1b" not in ended.stdout


def test_up_does_not_start_beside_another_program_on_its_port(bare, foreign_server):
    ended = run("up")
    assert (ended.returncode, ended.stdout) == (1, "")
    [line] = ended.stderr.splitlines()
    assert str(foreign_server) in line


def test_a_variable_that_cannot_be_read_is_one_line_and_exit_1(bare):
    ended = run("status", env={**os.environ, "EDGEBOX_API": "geheim"})
    assert (ended.returncode, ended.stdout) == (1, "")
    [line] = ended.stderr.splitlines()
    assert line.startswith("edgebox: EDGEBOX_API: ")
    assert "geheim" not in line


@pytest.mark.parametrize("level", ["info", "debug"])
def test_an_unexpected_error_is_one_line_that_quotes_nothing(bare, monkeypatch, capsys, level):
    def broken():
        raise KeyError("고객: 제 번호는")

    monkeypatch.setenv("EDGEBOX_LOG_LEVEL", level)
    monkeypatch.setattr(entry, "app", broken)
    with pytest.raises(SystemExit) as left:
        entry.main()
    shown = capsys.readouterr()
    assert (left.value.code, shown.out) == (1, "")
    *way, line = shown.err.splitlines()
    assert re.match(r"edgebox: internal error: KeyError at edgebox_cli\.main:\d+ \(", line)
    assert "Traceback" not in shown.err
    assert "번호" not in line
    assert bool(way) == (level == "debug")


CALL = "고객: 똠 카드요 😀\n상담사: 네 확인했습니다\n"


def on_terminal(encoding, *words):
    """Run a command whose standard output has an encoding; return its exit code and its bytes."""
    terminal = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["edgebox", *words])
        patch.setattr(sys, "stdout", terminal)
        with pytest.raises(SystemExit) as left:
            entry.main()
    terminal.flush()
    return left.value.code, terminal.buffer.getvalue()


@pytest.mark.parametrize("encoding", ["iso-8859-1", "euc-kr", "ascii"])
def test_a_terminal_that_is_not_utf_8_gets_replaced_characters_and_exit_0(
    tmp_path, capsys, encoding
):
    (tmp_path / "call.txt").write_text(CALL, encoding="utf-8")
    code, written = on_terminal(encoding, "transcript", str(tmp_path / "call.txt"))
    assert (code, capsys.readouterr().err) == (0, "")
    assert written.decode(encoding)


def test_the_encoding_of_a_terminal_comes_from_its_process(tmp_path):
    call = tmp_path / "call.txt"
    call.write_text(CALL, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "edgebox_cli", "transcript", str(call)],
        env={**os.environ, "PYTHONIOENCODING": "euc-kr"},
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert "확인했습니다" in ended.stdout.decode("euc-kr")


@pytest.mark.parametrize("words", [["--version"], ["transcript", "-", "--json"]])
def test_a_full_disk_behind_standard_output_is_named(words):
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        ended = subprocess.run(
            [sys.executable, "-P", "-m", "edgebox_cli", *words],
            input="고객: 카드를 잃어버렸어요\n",
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith("edgebox: Not everything was written: No space left on device.")


@pytest.mark.parametrize("encoding", ["iso-8859-1", "euc-kr", "ascii", "utf-8"])
def test_json_is_whole_and_utf_8_whatever_the_terminal_is(tmp_path, encoding):
    (tmp_path / "call.txt").write_text(CALL, encoding="utf-8")
    code, written = on_terminal(encoding, "transcript", str(tmp_path / "call.txt"), "--json")
    assert code == 0
    text = written.decode("utf-8")
    assert json.loads(text)["utterances"][0]["text"] == "똠 카드요 😀"
    assert ("고객" in text) is (encoding == "utf-8")


def test_a_folder_too_long_for_the_engines_socket_is_named(bare):
    env = {**os.environ, "EDGEBOX_STATE_DIR": str(bare / ("고객상담센터" * 6) / "state")}
    ended = run("engine", env=env)
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert "a socket's may have 107" in line
    assert "runtime_dir" in line
