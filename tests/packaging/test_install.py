"""Steps of the installer by themselves, on real files; systemd is in tests/appliance."""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest

from edgebox.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packaging" / "install"
SYSTEMD = ROOT / "systemd"
PARTS = (
    *("head", "settings", "checks", "steps", "services", "system", "install", "upgrade"),
    "remove",
)

MADE = (
    *("release", "user", "folders", "config", "database", "current", "link", "enabled"),
    "started",
)
WHERE = ("opt", "etc", "state", "units", "link", "sudo_link", "sudoers")
NOTHING = (
    *("models", "new_models", "in_use", "action", "changed", "version", "replaced_files"),
    *("given_state", "backup", "newer", "in_force", "api_began", "newest_before", "port_wanted"),
    *("tls_cert", "tls_key", "callbacks", "with_database", "undo_with", "key", "scratch"),
    *("downgrade", "took_flag", "had_group"),
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
    show) printf '%s\\n' "$environment" ;;
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
calls=$state/../calls running="" broken="" disabled=0 patience=0 environment=""
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
    return subprocess.run(
        ["sh", "-c", script_of(box, script, **variables)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def script_of(box, script, **variables):
    values = {
        **{name: box / name for name in WHERE},
        "config": box / "etc/edgebox.toml",
        "models_dir": box / "state/models",
        "self": box / "new.run",
        "head_bytes": 0,
        "program_bytes": 0,
        **dict.fromkeys(NOTHING, ""),
        **{f"made_{name}": "" for name in MADE},
        **variables,
    }
    lines = [(FOLDER / f"{part}.sh").read_text(encoding="utf-8") for part in PARTS]
    lines += [f"{name}={shlex.quote(str(value))}" for name, value in values.items()]
    return "\n".join([*lines, SYSTEMCTL, script])


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
    ended = step(box, f"put_models; {hashed}; put_back", models=listed)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert contents(models) == OLD


@root_only
def test_models_of_a_run_that_was_cut_short_come_back_with_the_next(box, models):
    listed = carried(box, a=b"newer")
    assert step(box, "put_models", models=listed).returncode == 0
    assert contents(models)["a.gguf"] == b"newer"
    assert step(box, "put_models; put_back", models=listed).returncode == 0
    assert contents(models) == OLD


@root_only
def test_models_that_were_replaced_go_once_all_is_done(box, models):
    ended = step(box, "put_models; let_go", models=carried(box, a=b"newer"))
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
        assert "not a folder that only root can write to" in ended.stderr
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


@pytest.mark.parametrize(("in_use", "gone"), [("", True), ("0.1.0", False)])
def test_undone_no_rule_is_left_in_selinuxs_policy(box, in_use, gone):
    ended = step(box, "drop_labels() { echo gone; }; undo", in_use=in_use)
    assert ("gone" in ended.stdout) is gone


NOT_READY = "models_here() { :; }; ready() { return 1; }; await_ready() { return 1; }; "


@pytest.mark.parametrize(
    ("in_use", "running", "stopped"),
    [("", "", True), ("", "edgebox-api.service", False), ("0.1.0", "", False)],
)
def test_only_what_this_run_started_is_stopped(box, in_use, running, stopped):
    script = f'{NOT_READY} running="{running}"; trap undo EXIT; start'
    ended = step(box, script, in_use=in_use)
    assert ended.returncode == 1
    assert ("This installation was undone" in ended.stderr) == (in_use == "")
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
        (1, 0, "edgebox-api.service", True),  # whatever its models are: it runs
        (1, 0, "", False),
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
version=2 schema_before=1 backup=/b/before.db before_that="" to_run=1
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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[engines.slm]\nmodel = "a"', "a"),
        ("[engines.slm]\nmodel = 'a' # ours", "a"),
        ('[ engines.slm ]\n  model=  "a"# ours', "a"),
        ('[engines.mlm]\nmodel = "b"', "default"),
        ('# model = "b"', "default"),
    ],
)
def test_a_setting_is_read_where_it_is_written_plainly(box, text, told):
    (box / "etc/edgebox.toml").write_text(f"{text}\n")
    assert step(box, "setting engines.slm model default").stdout == told


def test_a_setting_is_what_the_program_says_once_it_can_be_asked(box):
    (box / "etc/edgebox.toml").write_text('engines = {slm = {model = "x"}}\n')
    program = box / "edgebox"
    lines = [
        *('"key": "models_dir",', '"value": "/srv/models",', '"source": "file",', '"line": 1'),
        *('"key": "api.port",', '"value": 8601,', '"key": "engines.slm.model",', '"value": "a.b"'),
    ]
    quoted = "\n".join(f"      {line}" for line in lines)
    program.write_text(f"#!/bin/sh\nenv >{box}/env\ncat <<'E'\n{quoted}\nE\n")
    program.chmod(0o755)
    script = (
        f'environment="EDGEBOX_API__PORT=8601 OTHER=1"; read_settings {program}; '
        'echo "$models_dir $(setting api port 1) $(setting engines.slm model c) $(setting a b c)"'
    )
    ended = step(box, script)
    assert (ended.stdout, ended.stderr) == ("/srv/models 8601 a.b c\n", "")
    assert "EDGEBOX_API__PORT=8601" in (box / "env").read_text()
    assert "OTHER" not in (box / "env").read_text()


@pytest.mark.parametrize(
    "text",
    ['state_dir = "/srv/box"', 'models_dir = "/srv/AI models"', 'models_dir = "models"'],
)
def test_folders_that_the_installer_cannot_keep_are_refused(box, text):
    (box / "etc/edgebox.toml").write_text(f"{text}\n")
    script = 'models_dir=$(setting "" models_dir "$state/models"); check_settings'
    ended = step(box, script)
    assert ended.returncode == 1
    assert "edgebox.toml" in ended.stderr
    (box / "etc/edgebox.toml").write_text(f'state_dir = "{box}/state"\nmodels_dir = "/srv/m"\n')
    assert step(box, script).returncode == 0


def test_the_wanted_port_is_in_the_first_configuration(box):
    (box / "release").mkdir()
    text = '# state_dir = "x"\n[api]\n# port = 8600\n[batch]\n# port = 8600\n'
    (box / "release/edgebox.toml").write_text(text)
    variables = {"target": box / "release", "role_models": ""}
    assert step(box, "default_config", **variables).stdout == text
    wanted = step(box, "default_config", port_wanted="8700", **variables).stdout
    assert wanted == text.replace("[api]\n# port = 8600", "[api]\nport = 8700")


def test_pages_for_people_are_turned_on_where_there_is_tls(box):
    text = '[api]\n# tls_cert = ""\n# tls_key = ""\n[ask]\n# enabled = "on"\n'
    text += '[console]\n# enabled = "off"\n'
    (box / "release").mkdir()
    (box / "release/edgebox.toml").write_text(text)
    variables = {"target": box / "release", "role_models": ""}
    assert step(box, "default_config", **variables).stdout == text
    wanted = step(box, "default_config", tls_cert="/media/cert", **variables).stdout
    section = wanted.partition("[ask]")[2]
    assert section == '\n# enabled = "on"\n[console]\nenabled = "on"\n'


def test_a_release_that_accepted_something_is_not_left_for_one_that_cannot_read_it(box):
    script = """
as_service() { echo '"batch_id": "BATCH-2",'; }
restore() { echo restored >>"$calls"; }
switch_to() { echo switched >>"$calls"; }
schema() { echo 2; }
version=2 schema_before=1 backup=/b/before.db before_that="" to_run=1
go_back
"""
    (box / "opt/releases/1").mkdir(parents=True)
    accepted = {"in_use": "1", "action": "--upgrade", "api_began": "1", "newest_before": "BATCH-1"}
    ended = step(box, script, **accepted)
    assert "2 stays" in ended.stderr
    calls = (box / "calls").read_text()
    assert "restored" not in calls
    assert "start --no-block edgebox.target" in calls
    (box / "calls").unlink()
    step(box, f"await_ready() {{ return 1; }}; {script}", **accepted | {"newest_before": "BATCH-2"})
    assert "restored\nswitched" in (box / "calls").read_text()


@root_only
def test_a_mounted_disk_is_given_to_the_service_and_given_back(box):
    state = box / "state"
    (state / "lost+found").mkdir()
    script = "user=daemon; own_state >/dev/null"
    folders = "$state $models_dir $state/lost+found"
    ended = step(box, f"{script}; undo; stat -c '%u %a' $state")
    assert (ended.stdout, ended.stderr) == ("0 755\n", "")
    ended = step(box, f"{script}; stat -c '%U %a' {folders}")
    assert ended.stdout.splitlines() == ["daemon 700", "root 755", "root 755"]
    os.chown(state, 0, 0)
    (state / "edgebox.db").touch()
    ended = step(box, script)
    assert ended.returncode == 1
    assert "belongs to root and is not empty" in ended.stderr


def test_a_folder_that_is_a_link_or_a_disk_is_emptied(box):
    disk = box / "disk"
    (disk / "lost+found").mkdir(parents=True)
    (disk / "sub").mkdir()
    (disk / "sub" / "words").touch()
    (box / "data").symlink_to(disk)
    ended = step(box, f"empty {box}/data; empty {box}/nothing")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [path.name for path in disk.iterdir()] == ["lost+found"]
    assert not (box / "data").is_symlink()


def test_a_cpu_release_gets_no_gpu_units_from_a_gpu_installer(box):
    release = box / "release"
    (release / "systemd" / "gpu").mkdir(parents=True)
    (release / "systemd" / "edgebox-api.service").touch()
    (release / "systemd" / "gpu" / "edgebox-gpu.service").touch()
    for backend, units in (("cpu", 1), ("cuda", 2)):
        (release / "BACKEND").write_text(f"{backend}\n")
        listed = step(box, f"systemd=252; unit_files {release}", backend="cuda").stdout
        assert len(listed.splitlines()) == units


def test_an_upgrade_that_was_cut_short_is_no_other_versions_business(box):
    """Power went after 2's upgrade was written down; 1's own file is run then, and is not ready."""
    for version in ("1", "2"):
        (box / f"opt/releases/{version}").mkdir(parents=True)
        (box / f"opt/releases/{version}/MANIFEST").touch()
    (box / "opt/current").symlink_to("releases/1")
    (box / "opt/before").write_text("1 3 /b/before.db\n")
    (box / "opt/upgrading").write_text("2 BATCH-1\n")
    script = """
check_machine() { :; }; check_processor() { :; }; check_artifact() { :; }; check_signature() { :; }
check_release() { :; }; let_run() { :; }
go_on() { echo "it goes on with $newest_before"; }
do_upgrade
"""
    empty = hashlib.sha256(b"").hexdigest()
    first = step(box, script, version="1", manifest_sha256=empty, backend="cpu")
    assert "goes on" not in first.stdout
    assert "nothing was changed" in first.stdout
    (box / "opt/current").unlink()
    (box / "opt/current").symlink_to("releases/2")
    second = step(box, script, version="2", manifest_sha256=empty, backend="cpu")
    assert "it goes on with BATCH-1" in second.stdout


def test_a_way_back_that_accepted_something_stays_without_advice_to_lose_it(box):
    script = """
as_service() { echo '"batch_id": "BATCH-2",'; }
schema() { echo 1; }
version=1 schema_before=2 before_that="" to_run=1 newer=/d/edgebox.db.before-restore
go_back
"""
    for name in ("previous", "before"):
        (box / "opt" / name).touch()
    ended = step(
        box, script, in_use="2", action="--rollback", api_began="1", newest_before="BATCH-1"
    )
    assert "1 stays" in ended.stderr
    assert "/d/edgebox.db.before-restore" in ended.stderr
    assert "--with-database" not in ended.stderr
    assert not (box / "opt/before").exists()


def test_a_file_is_only_taken_for_new_once_the_old_one_is_safe(box):
    (box / "state/a").write_text("old")
    ended = step(box, 'ln() { return 1; }; mv() { return 1; }; set_aside "$state/a" || put_back')
    assert ended.stderr == ""
    assert (box / "state/a").read_text() == "old"


def test_half_a_release_that_a_power_cut_left_is_in_nobodys_way(box):
    for name in ("1", ".gone/lib"):
        (box / "opt/releases" / name).mkdir(parents=True)
    ended = step(box, 'drop_release "$opt/releases/1"')
    assert (ended.returncode, ended.stderr) == (0, "")
    assert list((box / "opt/releases").iterdir()) == []


@pytest.mark.parametrize(
    ("version", "in_use", "older"),
    [
        ("0.9.0", "0.10.0", True),
        ("0.10.0", "0.9.0", False),
        ("0.2.0", "0.2.0", False),
        ("0.2.0rc1", "0.2.0", True),
        ("0.2.0", "0.2.0rc1", False),
        ("0.2.0.dev3", "0.2.0a1", True),
        ("0.2.0.post1", "0.2.0", False),
    ],
)
def test_an_older_release_is_installed_only_if_it_is_said(box, version, in_use, older):
    (box / "opt/current").symlink_to(f"releases/{in_use}")
    script = """
check_machine() { :; }; check_processor() { :; }; check_artifact() { :; }; check_signature() { :; }
put_release() { :; }
let_run() { :; }
read_settings() { echo "it goes on"; exit 0; }
do_upgrade
"""
    ended = step(box, script, version=version, backend="cpu")
    assert ("it goes on" in ended.stdout) is (not older and version != in_use)
    assert (ended.returncode, ended.stderr.count("\n")) == ((1, 1) if older else (0, 0))
    assert not older or "--downgrade" in ended.stderr
    said = step(box, script, version=version, backend="cpu", downgrade="1")
    assert ("it goes on" in said.stdout) is (version != in_use)


def test_a_downgrade_is_a_word_for_upgrades_alone(box):
    main = (FOLDER / "main.sh").read_text(encoding="utf-8").removesuffix('main "$@"\n')
    for action in ("", "--rollback"):
        script = f"{main}\ncheck_head() {{ :; }}\nmain {action} --downgrade"
        ended = step(box, script, version="1")
        assert (ended.returncode, ended.stderr) == (1, "edgebox: --downgrade needs --upgrade.\n")


def test_the_port_of_the_metrics_is_refused_for_the_api_of_a_new_box(box):
    main = (FOLDER / "main.sh").read_text(encoding="utf-8").removesuffix('main "$@"\n')
    script = f"{main}\ncheck_head() {{ :; }}\ncheck_machine() {{ exit 7; }}\nmain --port 8601"
    ended = step(box, script, lock=box / "lock")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "Port 8601 is where the metrics are" in ended.stderr
    assert "127.0.0.1:8601" in (ROOT / "packaging/build").read_text(encoding="utf-8")
    (box / "etc/edgebox.toml").write_text("[api]\nport = 8601\n")
    assert step(box, script, lock=box / "lock").returncode == 7


@pytest.mark.parametrize("action", ["--rollback", "--uninstall", "--purge"])
def test_a_key_is_refused_where_it_would_do_nothing(box, action):
    main = (FOLDER / "main.sh").read_text(encoding="utf-8").removesuffix('main "$@"\n')
    script = f"{main}\ncheck_head() {{ :; }}\nmain {action} --key $etc"
    ended = step(box, script, version="1")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert f"not for {action}" in ended.stderr


def test_a_key_is_trusted_also_where_the_release_is_there_already(box):
    (box / "opt/current").symlink_to("releases/1")
    (box / "key").write_bytes(b"a key")
    script = """
check_machine() { :; }; check_processor() { :; }; check_artifact() { :; }; check_signature() { :; }
put_release() { :; }; let_run() { :; }
trusted=$etc/release-key.gpg
do_upgrade
"""
    ended = step(box, script, version="1", backend="cpu", key=box / "key")
    assert ended.returncode == 0, ended.stderr
    assert (box / "etc/release-key.gpg").read_bytes() == b"a key"
    assert "nothing was changed" in ended.stdout


def test_a_key_in_text_form_is_no_wrong_signature(box):
    (box / "key").write_text("-----BEGIN PGP PUBLIC KEY BLOCK-----\n")
    ended = step(box, "check_signature", key=box / "key", signature_bytes=9, models_bytes=0)
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "gpg --dearmor" in ended.stderr
    assert "do not install" not in ended.stderr


@root_only
def test_nobody_but_root_can_hold_the_installers_lock(box):
    main = (FOLDER / "main.sh").read_text(encoding="utf-8").removesuffix('main "$@"\n')
    lock = box / "lock"
    lock.touch(mode=0o644)  # of an older installer
    script = f"{main}\ncheck_head() {{ :; }}\ndo_install() {{ echo installs; }}\nmain"
    ended = step(box, script, version="1", lock=lock)
    assert (ended.returncode, ended.stdout) == (0, "installs\n"), ended.stderr
    assert lock.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("disabled", "enabled"), [("0", True), ("1", False)])
def test_a_switch_enables_no_box_that_was_disabled(box, disabled, enabled):
    units = box / "opt/releases/2/systemd"
    units.mkdir(parents=True)
    (box / "units").mkdir()
    (units / "edgebox.target").touch()
    script = f"disabled={disabled}; enable_units() {{ echo enabled; }}; switch_to 2; tell_services"
    ended = step(box, script, systemd="252", to_run="")
    assert ended.returncode == 0, ended.stderr
    assert ("enabled\n" in ended.stdout) is enabled
    assert (box / "opt/current").readlink() == Path("releases/2")
    how = "start" if enabled else "enable --now"
    assert f"systemctl {how} edgebox.target" in ended.stdout


@pytest.mark.parametrize(
    ("limit", "carried_there", "told"),
    [("0", True, True), (None, True, True), ("96365", True, False), ("0", False, False)],
)
def test_where_user_namespaces_are_switched_off_no_unit_asks_for_one(
    box, limit, carried_there, told
):
    release, file = box / "release", box / "max_user_namespaces"
    (release / "systemd").mkdir(parents=True)
    (release / "systemd/edgebox-api.service").touch()
    if carried_there:
        shutil.copytree(SYSTEMD / "no-user-namespaces", release / "systemd/no-user-namespaces")
    if limit is not None:
        file.write_text(f"{limit}\n")
    ended = step(box, f"systemd=239; unit_files {release}", namespaces=file)
    assert (ended.returncode, ended.stderr) == (0, "")
    listed = dict(line.split(" ") for line in ended.stdout.splitlines())
    assert ("edgebox-.service.d/no-user-namespaces.conf" in listed) is told
    for path in listed.values():
        text = Path(path).read_text()
        assert ("PrivateUsers=no" in text) is path.endswith("no-user-namespaces.conf")


@root_only
def test_the_place_of_the_command_is_looked_at_before_anything_is_written(box):
    assert step(box, "check_link", link=box / "none/bin/edgebox").returncode == 0
    (box / "edgebox").write_text("another")
    ended = step(box, "check_link", link=box / "edgebox")
    assert (ended.returncode, "is another program" in ended.stderr) == (1, True)
    folder = box / "read-only"
    folder.mkdir()
    script = f"mount -t tmpfs -o ro none {folder} || exit 9; check_link"
    with_own_mounts = script_of(box, script, link=folder / "bin/edgebox")
    ended = subprocess.run(
        ["unshare", "-m", "sh", "-c", with_own_mounts], capture_output=True, text=True, check=False
    )
    if ended.returncode == 9:
        pytest.skip("nothing can be mounted here")
    assert ended.returncode == 1
    assert f"mount -o remount,rw {folder}," in ended.stderr


UNKNOWN_KEY = """cat <<'TEXT'
{
  "problems": [
    {
      "key": "new.key",
      "line": 2,
      "detail": "There is no such key.",
      "fix": "remove it"
    }
  ]
}
TEXT
exit 1"""


@pytest.mark.parametrize(
    ("answer", "refused"),
    [(UNKNOWN_KEY, True), ("exit 1", False), ("exit 0", False)],
)
def test_a_release_that_does_not_know_the_configuration_is_not_gone_back_to(box, answer, refused):
    release = box / "opt/releases/1"
    release.mkdir(parents=True)
    (release / "edgebox").write_text(f'#!/bin/sh\necho "$*" >>"{box}/asked"\n{answer}\n')
    (release / "edgebox").chmod(0o755)
    (box / "opt/current").symlink_to("releases/2")
    (box / "opt/previous").symlink_to("releases/1")
    (box / "opt/before").write_text("1 0 \n")
    (box / "etc/edgebox.toml").write_text("[new]\nkey = 1\n")
    script = """
check_machine() { :; }; read_settings() { :; }; check_settings() { :; }
stop_services() { echo stopped; exit 0; }
do_rollback
"""
    ended = step(box, script)
    assert ("stopped" in ended.stdout) is not refused
    assert "config check --json" in (box / "asked").read_text()
    if refused:
        assert ended.returncode == 1
        assert "1 cannot use" in ended.stderr
        told = "new.key: There is no such key. To correct it: remove it. Nothing was changed."
        assert told in ended.stderr


def test_a_release_that_somebody_started_before_the_switch_does_not_go_on(box):
    script = """
switch_to() { systemctl start edgebox.target; echo switched >>"$calls"; }
to_run=1
await_ready() { :; }
run_switched
"""
    assert step(box, script, version="2").returncode == 0
    calls = (box / "calls").read_text().splitlines()
    after = calls[calls.index("switched") + 1 :]
    assert after[0].startswith("stop edgebox.target edgebox-engine.service")
    assert after[1] == "start edgebox-engine.service edgebox-worker.service"


def test_a_way_back_for_which_there_is_no_room_is_refused_before_anything_is_stopped(box):
    (box / "opt/releases/1").mkdir(parents=True)
    (box / "opt/current").symlink_to("releases/2")
    (box / "opt/previous").symlink_to("releases/1")
    backup = box / "state/before.db"
    (box / "opt/before").write_text(f"1 0 {backup}\n")
    script = """
check_machine() { :; }; read_settings() { :; }; check_settings() { :; }; check_older() { :; }
stop_services() { echo stopped; exit 0; }
do_rollback
"""
    backup.touch()
    assert "stopped" in step(box, script, with_database="1").stdout
    found = os.statvfs(box)
    with backup.open("wb") as file:
        file.truncate(found.f_bavail * found.f_frsize + 2**33)  # a hole: it takes no room
    ended = step(box, script, with_database="1")
    assert (ended.returncode, "stopped" in ended.stdout) == (1, False)
    assert f"Not enough room in {box / 'state'}" in ended.stderr
    assert "stopped" in step(box, script).stdout  # the schema is the same: nothing is restored


WRONG = """runtime_dir = "/run/edgebox"
[api]
host = 3
prot = 1
tls_cert = "/no/cert"
tls_key = "/no/key"
"""
WHAT = (
    "api.host: Input should be a valid string. "
    'To correct it: write host = "127.0.0.1" (the default) in {config}. '
    "api.prot: There is no such key. To correct it: write port under [api]. "
    "api.tls_cert: There is no /no/cert. Put the file there, or change [api] tls_cert and tls_key. "
    "To correct it: edit [api] in {config}."
)


@pytest.mark.parametrize("script", ["check_config $program", "check_older 1"])
def test_what_a_release_refuses_is_told_in_full(box, script):
    """It is not in use, so nobody could ask it: the one in use knows other keys."""
    program = box / "opt/releases/1/edgebox"
    program.parent.mkdir(parents=True)
    paths = f"PYTHONPATH={shlex.quote(f'{ROOT}:{ROOT}/cli')}"
    program.write_text(f'#!/bin/sh\n{paths} exec {sys.executable} -m edgebox_cli "$@"\n')
    program.chmod(0o755)
    config = box / "etc/edgebox.toml"
    config.write_text(WRONG)
    ended = step(box, script, program=program, version="1", in_use="2")
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    told = WHAT.format(config=config)
    assert ended.stderr.startswith(f"edgebox: EdgeBox 1 cannot use {config}. {told}")
    assert list(box.glob("tmp*")) == []


FULL = """
full=$opt/full
mount -t tmpfs -o size=64k none "$full" || exit 9
echo 'the old one' >"$full/old"
head -c 1000000 /dev/zero >"$full/zeros" 2>/dev/null || true
set +e # as after a failure, on the way back
"""
"""A disk that is full, with one file on it."""


def on_a_full_disk(box, script, **variables):
    (box / "opt/full").mkdir()
    ended = subprocess.run(
        ["unshare", "-m", "sh", "-c", script_of(box, f"{FULL}\n{script}", **variables)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    if ended.returncode == 9:
        pytest.skip("nothing can be mounted here")
    return ended


@root_only
def test_a_full_disk_leaves_the_units_of_before_on_the_way_back(box):
    units = box / "opt/releases/1/systemd"
    units.mkdir(parents=True)
    (units / "edgebox.target").write_text("#" * 20_000)
    script = """
units=$full
mv "$full/old" "$full/edgebox.target"
put_units "$opt/releases/1"
cat "$full/edgebox.target"
ls "$full"
"""
    ended = on_a_full_disk(box, script, systemd="252")
    assert "the old one" in ended.stdout, ended.stderr
    assert ended.stdout.split()[-2:] == ["edgebox.target", "zeros"]
    assert "unchanged" in ended.stdout  # of the step's own line: it was not replaced


@root_only
def test_a_full_disk_leaves_the_configuration_of_before_on_the_way_back(box):
    (box / "opt/releases/1").mkdir(parents=True)
    script = """
config=$full/old
knows_plain_http() { :; }; beyond_this_machine() { :; }; sets_plain_http() { return 1; }
with_plain_http() { cat "$config"; head -c 20000 /dev/zero; }
fit_config 1
cat "$config"
ls "$full"
"""
    ended = on_a_full_disk(box, script)
    assert "the old one" in ended.stdout, ended.stderr
    assert ended.stdout.split()[-2:] == ["old", "zeros"]


@pytest.fixture
def elsewhere():
    """A box that another user may enter: pytest's own folders are closed to them."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        box = Path(name)
        box.chmod(0o755)
        (box / "opt/releases").mkdir(parents=True)
        (box / "state/backups").mkdir(parents=True)
        for folder in ("state", "state/backups"):
            shutil.chown(box / folder, "daemon")
            (box / folder).chmod(0o700)
        yield box


@root_only
def test_old_backups_go_and_nothing_that_the_service_named_in_their_place(elsewhere):
    """The service's user makes a folder of a backup's name, whose listing names root's file."""
    backups, victims = elsewhere / "state/backups", elsewhere / "root"
    victims.mkdir(mode=0o700)
    for name in ("edgebox.toml", "kept"):
        (victims / name).touch()
    for age in range(5):
        backup = backups / f"before-{age}-20261122T09000{age}Z.db"
        backup.touch()
        shutil.chown(backup, "daemon")
        os.utime(backup, (1000 - age, 1000 - age))
    planted = backups / "before-z.db"
    planted.mkdir()
    (planted / "edgebox.toml").touch()
    (backups / "before-y.db").symlink_to(victims / "kept")
    (backups / "before-x\nedgebox.toml\n.db").touch()
    for path in (planted, planted / "edgebox.toml", backups / "before-x\nedgebox.toml\n.db"):
        shutil.chown(path, "daemon")
        os.utime(path, (1, 1))
    ended = step(elsewhere, f"user=daemon; cd {victims}; drop_old; ls")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.split() == ["edgebox.toml", "kept"]
    assert (planted / "edgebox.toml").exists()
    assert sorted(path.name for path in backups.iterdir()) == [
        *(f"before-{age}-20261122T09000{age}Z.db" for age in range(3)),
        "before-y.db",
        "before-z.db",
    ]


@root_only
def test_the_backup_of_the_way_back_stays_where_the_clock_was_ahead_before(elsewhere):
    backups = elsewhere / "state/backups"
    now = backups / "before-9-20261122T090000Z.db"
    for path in (*(backups / f"before-{age}-20301122T090000Z.db" for age in range(4)), now):
        path.touch()
        shutil.chown(path, "daemon")
    for age in range(4):
        ahead = 1_900_000_000 + age
        os.utime(backups / f"before-{age}-20301122T090000Z.db", (ahead, ahead))
    (elsewhere / "opt/before").write_text(f"1 3 {now}\n")
    ended = step(elsewhere, "user=daemon; drop_old")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [path.name[:8] for path in sorted(backups.iterdir())] == [
        "before-2",
        "before-3",
        "before-9",
    ]


FORMS = {
    "a table": '# mine\n[api] # the LAN\nhost = "0.0.0.0"\n\n[batch]\nmin_pending = 5\n',
    "Windows": '[api]\r\nhost = "0.0.0.0"\r\n',
    "a variable": "[batch]\nmin_pending = 5",
}


def release(box, version, *, knows=True):
    folder = box / f"opt/releases/{version}"
    folder.mkdir(parents=True)
    flag = "# allow_plain_http = false\n" if knows else ""
    (folder / "edgebox.toml").write_text(f'[api]\n# host = "127.0.0.1"\n{flag}')


@pytest.mark.parametrize("form", FORMS)
def test_an_upgrade_keeps_a_box_of_plain_http_alive_and_the_way_back_open(box, form):
    release(box, "1", knows=False)
    release(box, "2")
    config = box / "etc/edgebox.toml"
    config.write_bytes(FORMS[form].encode())
    config.chmod(0o640)
    in_force = "api.host 0.0.0.0\napi.tls_cert "
    up = step(box, "fit_config 2", version="2", in_use="1", in_force=in_force)
    assert (up.returncode, up.stdout) == (0, "")
    assert up.stderr.startswith("Warning: this box serves other machines plain HTTP")
    settings = tomllib.loads(config.read_text())
    assert settings["api"]["allow_plain_http"] is True
    assert Settings(**settings).api.plain_http_problem is None
    assert "# Written by the upgrade to 2" in config.read_text()
    assert config.stat().st_mode & 0o777 == 0o640
    written = config.read_bytes()
    assert step(box, "fit_config 2", version="2", in_force=in_force).stderr == ""
    assert config.read_bytes() == written
    now = f"{in_force}\napi.allow_plain_http true"
    assert step(box, "fit_config 1; fit_config 2", version="2", in_force=now).returncode == 0
    assert config.read_bytes() == written
    down = step(box, "fit_config 1", version="1", in_force=now)
    assert down.returncode == 0
    assert "allow_plain_http" not in config.read_text()
    assert "Written by" not in config.read_text()
    before = tomllib.loads(FORMS[form])
    assert {k: v for k, v in tomllib.loads(config.read_text()).items() if v} == before


@pytest.mark.parametrize(
    ("in_force", "text"),
    [
        ("api.host 127.0.0.1\napi.tls_cert ", "[api]\n"),
        ("api.host ::1", "[api]\n"),
        ("api.host 0.0.0.0\napi.tls_cert /etc/edgebox/tls/cert", "[api]\n"),
        ("api.host 0.0.0.0\napi.allow_plain_http true", "api = {allow_plain_http = true}\n"),
    ],
)
def test_other_boxes_keep_their_configuration_as_it_is(box, in_force, text):
    release(box, "2")
    (box / "etc/edgebox.toml").write_text(text)
    ended = step(box, "fit_config 2", version="2", in_force=in_force)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (box / "etc/edgebox.toml").read_text() == text


def test_the_check_before_the_upgrade_is_made_with_the_flag(box):
    """The program's part is played: it wants the flag, and finds what is wrong with other files."""
    config = box / "etc/edgebox.toml"
    script = """
ask() {
  shift 3
  if [ "$1" = --json ]; then shift; fi
  set -- "${1:-$config}"
  if grep -q '^[[]api.*[[]api' "$1"; then echo '"detail": "two tables",'; return 1; fi
  if grep -q allow_plain_http "$1"; then return 0; fi
  echo '"detail": "without TLS",'
  return 1
}
check_config program
"""
    values = {"version": "2", "in_force": "api.host 0.0.0.0"}
    config.write_text('[api]\nhost = "0.0.0.0"\n')
    assert step(box, script, in_use="1", **values).returncode == 0
    assert config.read_text() == '[api]\nhost = "0.0.0.0"\n'
    for refused in ({"in_use": ""}, {"in_use": "2"}, {"in_use": "1", "in_force": "api.host ::1"}):
        ended = step(box, script, **{**values, **refused})
        assert ended.returncode == 1
        assert "without TLS" in ended.stderr


@pytest.mark.parametrize(
    ("models", "data", "told"),
    [
        ("{box}/state/models", "{box}/state/", "Nothing of EdgeBox is left here."),
        ("{box}/none", "{box}/state", "Nothing of EdgeBox is left here."),
        ("{box}/etc", "{box}/state", "named it: {box}/etc. Nothing else"),
        ("{box}/etc", "/srv/box", "named it: /srv/box and {box}/etc. Nothing else"),
    ],
)
def test_what_a_removal_leaves_elsewhere_is_said(box, models, data, told):
    values = {"models_dir": models.format(box=box), "found": data.format(box=box), "kept": ""}
    ended = step(box, "tell_purged", **values)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert told.format(box=box) in ended.stdout
    assert ("models" in ended.stdout.splitlines()[0]) is ("/etc" not in models)
    kept = step(box, "tell_purged", **{**values, "kept": "The user edgebox is left."}).stdout
    assert "The user edgebox is left.\n" in kept
    assert "Nothing of" not in kept


ACCOUNTS = ("passwd", "group", "shadow", "gshadow", "login.defs", "nsswitch.conf", "pam.d")
"""What userdel and groupdel read and write."""

own_etc = pytest.mark.skipif(
    subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0,
    reason="only root has an /etc of its own",
)


def accounts(box, script):
    """Run a script of the installer's with a copy of the accounts of this machine as ``/etc``."""
    etc = box / "accounts"
    etc.mkdir()
    for name in ACCOUNTS:
        source = Path("/etc") / name
        if source.is_dir():
            shutil.copytree(source, etc / name)
        elif source.exists():
            shutil.copy2(source, etc / name)
    mount = f"mount --bind {shlex.quote(str(etc))} /etc"
    show = """
getent passwd edgebox | cut -d : -f 1 | sed 's/^/user /'
getent group edgebox | cut -d : -f 1 | sed 's/^/group /'
"""
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", script_of(box, f"{mount}\n{script}\n{show}")],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def removed_user(box, before):
    """Run ``drop_user`` on a user as the installer makes it, after something else."""
    made = "useradd --system --user-group edgebox"
    return accounts(box, f"{made}\n{before}\ndrop_user\nprintf '%s\\n' \"$kept\"")


@own_etc
@pytest.mark.parametrize("before", ["", "sed -i '/^edgebox:/d' /etc/passwd", "groupadd other"])
def test_the_user_goes_with_its_group(box, before):
    ended = removed_user(box, before)
    assert (ended.returncode, ended.stdout) == (0, "\n"), ended.stderr


@own_etc
def test_a_group_that_another_user_needs_is_left_and_said(box):
    before = "useradd --system --no-user-group --gid edgebox backup-agent"
    why = "it is the primary group of: backup-agent"
    ended = removed_user(box, before)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [
        f"The group edgebox is left ({why}). When it is not needed any more: groupdel edgebox",
        "group edgebox",
    ]


@own_etc
def test_a_user_that_cannot_go_is_left_and_said(box):
    ended = removed_user(box, "userdel() { echo 'userdel: cannot lock'; return 1; }")
    assert ended.returncode == 0, ended.stderr
    assert "The user edgebox is left (userdel: cannot lock)." in ended.stdout
    assert ended.stdout.splitlines()[1:] == ["user edgebox", "group edgebox"]


@own_etc
def test_an_account_that_people_log_in_with_is_not_the_installers_to_remove(box):
    before = "userdel edgebox; groupadd edgebox; useradd --uid 4321 --gid edgebox edgebox"
    ended = removed_user(box, before)
    assert ended.returncode == 0, ended.stderr
    assert "it is no system account" in ended.stdout
    assert ended.stdout.splitlines()[1:] == ["user edgebox", "group edgebox"]


@own_etc
def test_a_group_that_was_left_is_taken_and_left_again(box):
    group = "groupadd --system --gid 789 edgebox"
    ended = accounts(box, f"{group}\nput_user\nid -g edgebox")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[1:] == ["789", "user edgebox", "group edgebox"]


@own_etc
def test_a_group_that_was_there_outlives_an_installation_that_failed(box):
    ended = accounts(box, "groupadd --system --gid 789 edgebox; put_user; undo; getent group 789")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[1:] == ["edgebox:x:789:", "group edgebox"]


@own_etc
def test_a_user_without_its_group_is_said(box):
    ended = accounts(box, "useradd --system --no-user-group --gid 65534 edgebox; (put_user)")
    assert "no group of this name" in ended.stderr
    assert ended.stderr.count("\n") == 1
