"""The service's user lays traps in its state folder, and root types EdgeBox's commands."""

import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

from edgebox.settings import ROLES
from edgebox.store.db import Store
from support.outside.certificates import make_pair
from support.outside.journals import naming
from support.outside.python import for_everybody

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user"),
    pytest.mark.skipif(
        os.geteuid() == 0 and for_everybody() is None, reason="other users have no such Python"
    ),
]

UID = 41_234
"""A number without a user: the service's, here."""
MAIN = """
import gc, importlib, json, os, signal, sys, tempfile
from edgebox_cli.main import COMMANDS, main
for entry in COMMANDS.values():  # imported once, for all
    importlib.import_module("edgebox_cli." + entry.place.partition(":")[0])
gc.freeze()  # else each child copies and collects all of it
for line in sys.stdin:
    folder, config, variables, commands = json.loads(line)
    ended = []
    for words in commands:
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            if (child := os.fork()) == 0:
                signal.alarm(30)
                os.chdir(folder)
                os.environ.clear()
                os.environ.update(variables)
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                sys.argv[:] = ["edgebox", "--config", config, *words.split()]
                main()
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            out.seek(0), err.seek(0)
            ended.append((code, out.read(), err.read()))
    print(json.dumps(ended), flush=True)
"""
"""Runs each command of a line in a process of its own that ends in 30 s."""

OPENING = (
    "keys list",
    "keys create second",
    "keys sign centerlink",
    "keys callbacks centerlink --none",
    "batches list",
    "callbacks list",
    "callbacks resend --dead",
    "status",
    "doctor",
    "logs",
    "init",
    "backup {out}/b.db",
    "support {out}/s.tar.gz",
    "reviews export {out}/r.jsonl",
    "restore {lab}/readable.db",
    "summarize {lab}/call.txt",
)
"""Every command that opens something in the state folder."""
PLACES = ("huey.db", "refused-keys.json", "worker.lock", "up.log", "up.log.1", "engine.sock")


class Ended(NamedTuple):
    code: int
    stdout: str
    stderr: str


class Lab:
    """A state folder of another user's, a folder like /etc of root's, and one for root's files."""

    def __init__(self, folder, terminal):
        self.folder, self.terminal = folder, terminal
        self.state, self.etc, self.out = (folder / name for name in ("state", "etc", "out"))
        for made in (self.state, self.etc):
            made.mkdir()
        self.out.mkdir(mode=0o700)
        store = Store(self.state / "edgebox.db")
        store.migrate()
        self.secret = store.clients.create("centerlink", allowed_callbacks=["center.test"])
        store.close()
        shutil.copy(store.path, folder / "readable.db")
        (folder / "readable.db").chmod(0o644)
        (folder / "call.txt").write_text("고객: 카드 주세요\n")
        self.victim = self.etc / "victim"
        self.victim.write_text("precious\n")
        self.victim.chmod(0o600)
        self.config = self.etc / "edgebox.toml"
        models = folder / "models"
        models.mkdir()
        remote = "".join(f'[engines.{role}]\nurl = "http://127.0.0.1:1"\n' for role in ROLES)
        folders = f'state_dir = "{self.state}"\nmodels_dir = "{models}"\n'
        self.config.write_text(f"{folders}[api]\nport = 1\n{remote}")
        self.config.chmod(0o600)  # root's alone: it is read before root is given up

    def give(self):
        for path in (self.state, *self.state.rglob("*")):
            os.chown(path, UID, UID, follow_symlinks=False)

    def run(self, *commands):
        """Run commands of root's, each in a process; return what each one printed."""
        known = {k: v for k, v in os.environ.items() if not k.startswith(("EDGEBOX_", "XDG_"))}
        variables = known | for_everybody()[1] | {"HOME": str(self.out)}
        words = [command.format(out=self.out, lab=self.folder) for command in commands]
        asked = (str(self.out), str(self.config), variables, words)
        self.terminal.stdin.write(json.dumps(asked) + "\n")
        self.terminal.stdin.flush()
        return [Ended(*one) for one in json.loads(self.terminal.stdout.readline())]

    def outside(self):
        """Everything that is root's and that no command was told to write."""
        return {str(path): described(path) for path in sorted(self.etc.rglob("*"))}


def described(path):
    found = path.lstat()
    content = path.read_bytes() if stat.S_ISREG(found.st_mode) else b""
    return found.st_mode, found.st_uid, found.st_mtime_ns, content


@pytest.fixture(scope="module")
def terminal():
    """The process that commands are forked from: importing them all takes seconds."""
    python, variables = for_everybody()
    with subprocess.Popen(
        [python, "-c", MAIN],
        env=os.environ | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def lab(terminal):
    with tempfile.TemporaryDirectory(prefix="edgebox-lab-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield Lab(folder, terminal)


def plant(path, kind, etc):
    path.unlink(missing_ok=True)
    if kind == "a link to root's file":
        path.symlink_to(etc / "victim")
    elif kind == "a link to no file":
        path.symlink_to(etc / f"made-{path.name}")
    elif kind == "a folder":
        path.mkdir()
    else:
        os.mkfifo(path)


def check_all(lab):
    """Run every command: it ends, says one line where it fails, and nothing of root's changed."""
    lab.give()
    before = lab.outside()
    for words, ended in zip(OPENING, lab.run(*OPENING), strict=True):
        assert ended.code in (0, 1, 3), (words, ended)
        assert "internal error" not in ended.stderr, (words, ended)
        assert "Traceback" not in ended.stderr, (words, ended)
        if ended.code and not ended.stdout:
            assert len(ended.stderr.splitlines()) == 1, (words, ended)
    assert lab.outside() == before
    assert not [str(path) for path in lab.state.rglob("*") if path.lstat().st_uid == 0]


def test_a_journal_that_names_a_file_of_roots_does_not_cost_it(lab):
    with sqlite3.connect(lab.state / "edgebox.db") as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.close()
    (lab.state / "edgebox.db-journal").write_bytes(naming(lab.victim, pages))
    check_all(lab)


KINDS = ("a link to root's file", "a link to no file", "a folder", "a pipe")


@pytest.mark.parametrize("kind", KINDS)
def test_a_trap_in_the_place_of_the_database(lab, kind):
    plant(lab.state / "edgebox.db", kind, lab.etc)
    check_all(lab)


@pytest.mark.parametrize("kind", KINDS)
def test_traps_in_the_places_of_the_other_files(lab, kind):
    for name in PLACES:
        plant(lab.state / name, kind, lab.etc)
    check_all(lab)


def test_a_link_to_a_database_of_roots_opens_it_to_nobody(lab):
    shutil.copy(lab.state / "edgebox.db", lab.victim)
    plant(lab.state / "edgebox.db", "a link to root's file", lab.etc)
    lab.give()
    [ended] = lab.run("keys list")
    assert (ended.code, ended.stdout) == (1, "")
    assert "may not use the database" in ended.stderr
    check_all(lab)


def test_roots_own_folder_gets_what_another_user_reads(lab):
    lab.give()
    wanted = (
        "keys list --json",
        "keys create second",
        "backup b.db --json",
        "backup {out}/b.db",
        "backup {out}/b.db --force",
        "support {out}/s.tar.gz",
        "reviews export {out}/r.jsonl",
        "reviews export {lab}/state/r.jsonl",
        "backup {lab}/state/own.db",
        "batches list --json",
        "restore {lab}/readable.db",
        "keys list --json",
    )
    listed, _, *backups, support, out, inside, own, batches, restored, after = lab.run(*wanted)
    assert [one["client_id"] for one in json.loads(listed.stdout)["clients"]] == ["centerlink"]
    assert [one.code for one in backups] == [0, 1, 0]
    assert "exists" in backups[1].stderr
    assert json.loads(backups[0].stdout)["rows"]["clients"] == 2
    assert {one.code for one in (support, out, inside, own, batches, restored)} == {0}
    assert json.loads(after.stdout)["clients"] == json.loads(listed.stdout)["clients"]
    assert sorted(path.name for path in lab.out.iterdir()) == ["b.db", "r.jsonl", "s.tar.gz"]
    assert {described(path)[:2] for path in lab.out.iterdir()} == {(stat.S_IFREG | 0o600, 0)}
    with tarfile.open(lab.out / "s.tar.gz") as bundle:
        config = json.load(bundle.extractfile("edgebox-support/config.json"))
        doctor = json.load(bundle.extractfile("edgebox-support/doctor.json"))
    assert config["config"] == str(lab.config)
    assert {"name": "database", "state": "ok"}.items() <= next(
        one.items() for one in doctor if one["name"] == "database"
    )
    left = {path.name: path.stat().st_uid for path in lab.state.iterdir()}
    assert set(left.values()) == {UID}
    assert not [name for name in left if name.startswith(".edgebox")]
    with sqlite3.connect(lab.out / "b.db") as db:
        assert db.execute("SELECT COUNT(*) FROM clients").fetchone() == (2,)
    db.close()


def test_what_root_names_is_read_and_written_by_root(lab):
    """The folder where root types is closed to the service's user."""
    lab.give()
    (lab.out / "body.json").write_text('{"a": 1}')
    signed, reviewed, audited, nowhere, acts = lab.run(
        "keys sign centerlink --v2 POST /api/v1/batches body.json",
        "reviews export reviews.jsonl",
        "audit export audit.jsonl",
        "reviews export {out}/none/reviews.jsonl",
        "audit list --json",
    )
    assert [one.code for one in (signed, reviewed, audited)] == [0, 0, 0], (signed, reviewed)
    for name in ("reviews.jsonl", "audit.jsonl"):
        assert described(lab.out / name)[:2] == (stat.S_IFREG | 0o600, 0)
    assert (nowhere.code, nowhere.stdout) == (1, "")
    assert f"There is no folder {lab.out}/none." in nowhere.stderr
    exports = [one for one in json.loads(acts.stdout)["audit"] if one["action"] == "review.export"]
    assert [one["detail"].get("failed", False) for one in exports] == [False]


SYSTEMCTL = """#!/bin/sh
case $1 in
  show) printf 'LoadState=loaded\\nActiveState=active\\n' ;;
  cat) printf '[Service]\\n{credentials}\\n' ;;
esac
"""


def test_root_is_told_of_files_that_the_services_cannot_read(lab, monkeypatch):
    lab.give()
    (lab.folder / "bin").mkdir()
    monkeypatch.setenv("PATH", str(lab.folder / "bin"), prepend=":")
    systemctl = lab.folder / "bin/systemctl"
    pair = make_pair(lab.folder)
    pair.key.chmod(0o600)
    key = lab.folder / "gpu-key"
    key.write_text("the-key-of-a-server\n")
    key.chmod(0o600)
    text = lab.config.read_text().replace(
        "[api]\n", f'[api]\ntls_cert = "{pair.cert}"\ntls_key = "{pair.key}"\n'
    )
    text = text.replace("[engines.slm]\n", f'[engines.slm]\nurl_key_file = "{key}"\n')
    lab.config.write_text(text)

    def found(credentials):
        systemctl.write_text(SYSTEMCTL.format(credentials=credentials))
        systemctl.chmod(0o755)
        [ended] = lab.run("config check --json")
        problems = json.loads(ended.stdout)["problems"]
        assert ended.code == bool(problems)
        return {one["key"]: one for one in problems}

    wrong = found("")
    assert wrong.keys() == {"api.tls_key", "engines.slm.url_key_file"}
    assert wrong["api.tls_key"]["fix"] == f"chown root:{UID} {pair.key}; chmod 640 {pair.key}"
    assert wrong["api.tls_key"]["line"] == text.splitlines().index(f'tls_key = "{pair.key}"') + 1
    [told] = lab.run("doctor --json")
    failed = [one for one in json.loads(told.stdout)["checks"] if one["state"] == "fail"]
    assert [one["fix"] for one in failed if str(pair.key) in one["detail"]] == [
        "edgebox config check"
    ]
    handed = f"LoadCredential=tls_key:{pair.key}\\nLoadCredential=slm_url_key:{key}"
    assert found(handed) == {}
    for path in (pair.key, key):
        os.chown(path, 0, UID)
        path.chmod(0o640)
    assert found("ProtectHome=yes") == {}


def test_a_box_of_roots_own_stays_roots(lab):
    [ended] = lab.run("keys create second")
    assert ended.code == 0
    assert (lab.state / "edgebox.db").stat().st_uid == 0


SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.path, self.headers["X-Bound-Key"], file=sys.stderr, flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"parts": {"store": "ok"}}')
    do_POST = do_GET
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


def test_what_root_is_told_to_type_is_no_trap(lab):
    """The names of files and the rows of the database are the service's."""
    escape = "\x1b]0;owned\x07"
    (lab.state / f"edgebox.db.before-restore-$(id);{escape}").touch(mode=0o600)
    (lab.state / f"open{escape}").touch(mode=0o644)
    (lab.state / "link").symlink_to("/etc/passwd")
    (lab.state / "backups").mkdir(mode=0o700)
    old = lab.state / "backups/before-$(id).db"
    old.touch(mode=0o600)
    os.utime(old, (0, 0))
    store = Store(lab.state / "edgebox.db")
    store.clients.disable("centerlink")
    store.close()
    with sqlite3.connect(lab.state / "edgebox.db") as db:
        db.execute("UPDATE clients SET client_id = ?", (f"`id`{escape}",))
    db.close()
    lab.give()
    told, shown, listed = lab.run("doctor --json", "doctor", "keys list")
    for ended in (told, shown, listed):
        assert "\x1b" not in ended.stdout + ended.stderr
        assert "\x07" not in ended.stdout + ended.stderr
    fixes = [one["fix"] for one in json.loads(told.stdout)["checks"] if one["fix"]]
    assert sum("$(id)" in fix for fix in fixes) == 2, fixes
    assert any("`id`" in fix for fix in fixes), fixes
    for fix in fixes:
        unquoted = "".join(re.split(r"'[^']*'", fix))
        assert "$(id)" not in unquoted
        assert "`id`" not in unquoted
    [chmod] = [fix for fix in fixes if fix.startswith("chmod go=")]
    assert "open" in chmod
    assert "link" not in chmod


def test_whoever_takes_the_port_gets_no_key(lab):
    lab.give()
    python, variables = for_everybody()
    with (
        (lab.out / "seen").open("w") as seen,
        subprocess.Popen(
            [python, "-c", SERVER],
            env=os.environ | variables,
            stdout=subprocess.PIPE,
            stderr=seen,
            text=True,
            user=UID + 1,
            group=UID + 1,
            extra_groups=[],
            cwd="/",
        ) as server,
    ):
        try:
            port = int(server.stdout.readline())
            text = lab.config.read_text().replace("port = 1\n", f"port = {port}\n")
            lab.config.write_text(text)
            status, summary = lab.run("status --json", "summarize {lab}/call.txt")
        finally:
            server.terminate()
    assert json.loads(status.stdout)["processes"]["api"]["state"] == "another program"
    assert f"User {UID + 1} listens" in summary.stderr
    assert (lab.out / "seen").read_text() == ""
