"""Steps of the installer by themselves, on real files; systemd is in tests/appliance."""

import hashlib
import os
import shlex
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "packaging" / "install"
PARTS = ("head", "checks", "steps", "services", "install", "upgrade")

MADE = (
    *("release", "user", "folders", "files", "models", "config", "database", "current"),
    *("link", "enabled", "started"),
)

SYSTEMCTL = """
systemctl() {
  echo "$*" >>"$calls"
  case $1 in
    is-active)
      shift 2
      for unit; do if among "$unit" $running; then return 0; fi; done
      return 3
      ;;
    start)
      shift
      for unit; do if ! among "$unit" $broken; then running="$running $unit"; fi; done
      ;;
    is-enabled) return "$disabled" ;;
  esac
}
among() { # WORD LIST...
  wanted=$1
  shift
  for one; do if [ "$one" = "$wanted" ]; then return 0; fi; done
  return 1
}
timeout() { shift; "$@"; }
journalctl() { :; }
calls=$state/../calls running="" broken="" disabled=0 patience=0
"""
"""What the steps ask of systemd, written down, with the answers of units that start or do not."""

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="the models folder has to be root's")


@pytest.fixture
def box(tmp_path):
    for name in ("opt", "etc", "state", "state/models"):
        (tmp_path / name).mkdir()
    return tmp_path


def step(box, script, **variables):
    """Run one script of the installer's functions on the folders of ``box``."""
    values = {
        **{name: box / name for name in ("opt", "etc", "state", "units", "link")},
        "config": box / "etc/edgebox.toml",
        "models_dir": box / "state/models",
        "self": box / "new.run",
        "head_bytes": 0,
        "program_bytes": 0,
        **dict.fromkeys(("models", "new_models", "in_use", "action", "changed", "version"), ""),
        **{f"made_{name}": "" for name in MADE},
        **variables,
    }
    lines = [(FOLDER / f"{part}.sh").read_text(encoding="utf-8") for part in PARTS]
    lines += [f"{name}={shlex.quote(str(value))}" for name, value in values.items()]
    return subprocess.run(
        ["sh", "-c", "\n".join([*lines, SYSTEMCTL, script])],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def carried(box, **models):
    """The list of the models that lie behind the head of a file, which is made."""
    (box / "new.run").write_bytes(b"".join(models.values()))
    return "\n".join(
        f"{name} {len(data)} {hashlib.sha256(data).hexdigest()}" for name, data in models.items()
    )


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


OLD = {"a.gguf": b"old", "installed.json": b"{}"}


@pytest.fixture
def models(box):
    folder = box / "state/models"
    for name, data in OLD.items():
        (folder / name).write_bytes(data)
    return folder


@root_only
def test_models_that_were_replaced_come_back(box, models):
    listed = carried(box, a=b"newer", b=b"another")
    hashed = 'rm "$models_dir/installed.json"; echo x >"$models_dir/installed.json"'
    ended = step(box, f"put_models; {hashed}; drop_models", models=listed)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert contents(models) == OLD


@root_only
def test_models_of_a_run_that_was_cut_short_come_back_with_the_next(box, models):
    listed = carried(box, a=b"newer")
    assert step(box, "put_models", models=listed).returncode == 0
    assert contents(models)["a.gguf"] == b"newer"
    assert step(box, "put_models; drop_models", models=listed).returncode == 0
    assert contents(models) == OLD


@root_only
def test_models_that_were_replaced_go_once_all_is_done(box, models):
    ended = step(box, "put_models; keep_models", models=carried(box, a=b"newer"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert contents(models) == OLD | {"a.gguf": b"newer"}


@root_only
@pytest.mark.parametrize("kind", ["a link", "a link to nothing", "another's", "everybody's"])
def test_models_are_not_written_where_another_user_may_say(box, kind):
    models, elsewhere = box / "state/models", box / "elsewhere"
    if "link" in kind:
        models.rmdir()
        models.symlink_to(elsewhere)
    if kind == "a link":
        elsewhere.mkdir()
    elif kind == "another's":
        os.chown(models, 65534, 65534)
    elif kind == "everybody's":
        models.chmod(0o777)
    for script in ("check_models_dir", "put_models"):
        ended = step(box, script, models=carried(box, a=b"new"))
        assert ended.returncode == 1
        assert "not a folder that is root's alone" in ended.stderr
    assert not elsewhere.exists() or list(elsewhere.iterdir()) == []
    assert "link" in kind or list(models.iterdir()) == []


def test_undone_nothing_goes_but_what_was_made(box):
    state = box / "state"
    kept = ("edgebox.db.before-restore-20261122-090000", "edgebox.db.old", "edgebox.db2")
    gone = ("edgebox.db", "edgebox.db-wal", "edgebox.db-shm", "huey.db", "huey.db-journal")
    for name in kept:
        (state / name).touch()
    made = f"{state}/edgebox.db {state}/huey.db"
    for name in gone:
        (state / name).touch()
    ended = step(box, "undo", made_database=made)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert sorted(path.name for path in state.glob("*.db*")) == sorted(kept)


NOT_READY = "models_here() { :; }; ready() { return 1; }; await_ready() { return 1; }; "


@pytest.mark.parametrize(
    ("in_use", "running", "stopped"),
    [("", "", True), ("", "edgebox-api.service", False), ("0.1.0", "", False)],
)
def test_only_what_this_run_started_is_stopped(box, in_use, running, stopped):
    script = f'{NOT_READY} running="{running}"; trap undo EXIT; start'
    ended = step(box, script, in_use=in_use)
    assert ended.returncode == 1
    assert ("Nothing was kept" in ended.stderr) == (in_use == "")
    calls = (box / "calls").read_text().splitlines()
    assert any(call.startswith("stop ") for call in calls) == stopped


def test_the_api_is_started_last_and_only_behind_both_others(box):
    script = "await_ready() { :; }; start_switched"
    assert step(box, script).returncode == 0
    starts = [call for call in (box / "calls").read_text().splitlines() if "start" in call]
    assert starts == [
        "start edgebox-engine.service edgebox-worker.service",
        "start --no-block edgebox.target",
    ]
    for broken in ("edgebox-engine.service", "edgebox-worker.service"):
        (box / "calls").unlink()
        assert step(box, f"broken={broken}; {script}").returncode == 1
        assert "edgebox.target" not in (box / "calls").read_text()


@pytest.mark.parametrize(
    ("models", "disabled", "running", "meant"),
    [
        (0, 0, "", True),  # it crashes just now
        (0, 1, "edgebox-api.service", True),
        (0, 1, "", False),
        (1, 0, "edgebox-api.service", False),
    ],
)
def test_an_enabled_box_with_models_is_meant_to_run(box, models, disabled, running, meant):
    script = f'models_here() {{ return {models}; }}; disabled={disabled} running="{running}"; '
    assert (step(box, script + "meant_to_run").returncode == 0) == meant


def test_an_upgrade_needs_room_for_two_databases(box):
    found = os.statvfs(box)
    free = found.f_bavail * found.f_frsize
    with (box / "state/edgebox.db").open("wb") as file:
        file.truncate(free * 3 // 4)  # a hole: it takes no room
    (box / "opt/releases/1").mkdir(parents=True)
    assert step(box, "check_room", version="1").returncode == 0
    ended = step(box, "check_room", version="1", action="--upgrade")
    assert ended.returncode == 1
    assert "Not enough room in" in ended.stderr


def test_a_database_that_cannot_be_restored_is_said_and_nothing_starts(box):
    (box / "opt/releases/1").mkdir(parents=True)
    script = """
as_service() { echo "edgebox: There is no room." >&2; return 1; }
switch_to() { :; }
schema() { echo 2; }
version=2 schema_before=1 backup=/b/before.db newer="" before_that="" to_run=1
go_back
"""
    ended = step(box, script, in_use="1", action="--upgrade")
    assert "could not be restored" in ended.stderr
    assert "restore /b/before.db" in ended.stderr
    assert "start" not in (box / "calls").read_text()


@root_only
def test_the_service_may_read_the_key_and_nobody_else(box):
    for name in ("crt", "key"):
        (box / name).write_text(name)
    files = {"tls_cert": box / "crt", "tls_key": box / "key", "user": "nogroup"}
    ended = step(box, "put_tls", **files)
    assert (ended.returncode, ended.stderr) == (0, "")
    key = box / "etc/tls/key"
    assert (oct(key.stat().st_mode), key.owner(), key.group()) == ("0o100640", "root", "nogroup")
