"""The doctor's checks of host, history, permissions and network, each on the real thing."""

import json
import os
import socket
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import pytest

from edgebox.api.refused_keys import NAME as REFUSED
from edgebox.api.refused_keys import RefusedKey
from edgebox.models.installed import Installed
from edgebox.settings import RoleSettings, Settings
from edgebox.store.acts import Actor
from edgebox.store.db import Store
from edgebox.store.operators import NewOperator
from edgebox.system.log_file import NAME, LogFile
from edgebox.system.tls import server_context
from edgebox_cli.common import distribution
from edgebox_cli.doctor import access as checks_access
from edgebox_cli.doctor import history as checks_history
from edgebox_cli.doctor import host as checks_host
from edgebox_cli.doctor import keys as checks_keys
from edgebox_cli.doctor import machine as checks_machine
from edgebox_cli.doctor import network as checks_network
from edgebox_cli.doctor import people as checks_people
from edgebox_cli.doctor import remote
from support.boxes.store import NOW, Clock, migrated
from support.engines import tiny_model
from support.outside.certificates import make_pair
from support.polling import PATIENCE

HERE = "127.0.0.1"


@pytest.fixture
def settings(tmp_path):
    return Settings(state_dir=tmp_path / "state", models_dir=tmp_path / "models")


def named(checks):
    return {check.name: check for check in checks}


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """Puts a program of the system in front of the real one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")

    def put(name, script):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    for name in ("systemctl", "timedatectl", "nvidia-smi"):
        put(name, "exit 1")
    return put


# the host


def test_a_machine_without_a_gpu_is_in_order(tool, tmp_path):
    assert checks_host.gpu(tmp_path).state == "ok"


def card(root):
    device = root / "sys/bus/pci/devices/0000:01:00.0"
    device.mkdir(parents=True)
    (device / "vendor").write_text("0x10de\n")
    (device / "class").write_text("0x030200\n")


def test_a_gpu_without_its_driver_is_reported(tool, tmp_path):
    card(tmp_path)
    check = checks_host.gpu(tmp_path)
    assert (check.state, "NVIDIA's driver, 580" in check.fix) == ("warn", True)
    version = tmp_path / "proc/driver/nvidia/version"
    version.parent.mkdir(parents=True)
    version.touch()
    assert (checks_host.gpu(tmp_path).state, checks_host.gpu(tmp_path).fix) == (
        "fail",
        "nvidia-smi",
    )


def test_the_devices_of_a_gpu_have_to_be_there_and_open(tool, tmp_path):
    card(tmp_path)
    tool("nvidia-smi", "echo 'NVIDIA H100, 81559, 81000'")
    (tmp_path / "dev").mkdir()
    check = checks_host.gpu(tmp_path)
    assert (check.state, check.fix) == ("fail", "nvidia-modprobe -u -c 0")
    for name in ("nvidiactl", "nvidia-uvm", "nvidia0"):
        (tmp_path / "dev" / name).touch()
    check = checks_host.gpu(tmp_path)
    assert check.state == "ok"
    assert "NVIDIA H100 (84.9 GB of 85.5 GB free)" in check.detail
    if os.geteuid() != 0:
        (tmp_path / "dev/nvidia0").chmod(0)
        assert checks_host.gpu(tmp_path).fix == f"chmod a+rw {tmp_path}/dev/nvidia0"


@pytest.mark.parametrize(
    "case",
    [
        ("75 80 90 120", "8.0\n9.0\n12.0", "ok", None),
        ("80", "8.9", "ok", None),  # machine code of 8.0
        ("80", "9.0", "warn", "gpu-jit"),  # PTX of 8.0
        ("75 120", "12.1", "warn", "gpu-jit"),  # not code of 12.0, but PTX of 7.5
        ("80 90", "7.5", "fail", "packaging/build --cuda 75"),
        ("75 90", "8.6", "fail", "packaging/build --cuda 86"),  # PTX is of the newest
        ("120", "8.0\n12.0", "fail", "packaging/build --cuda 80"),
        (None, "7.5", "ok", None),  # built for the machine's own
        ("80", "[N/A]", "ok", None),
    ],
)
def test_a_card_needs_code_of_its_kind(case, tool, tmp_path, monkeypatch):
    """nvidia-smi is a stand-in, and llama_cpp an empty folder with the artifact's list."""
    built, cards, state, fix = case
    package = tmp_path / "site" / "llama_cpp"
    (package / "lib").mkdir(parents=True)
    (package / "__init__.py").touch()
    if built:
        (package / "lib" / "cuda-architectures").write_text(f"{built}\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.delitem(sys.modules, "llama_cpp", raising=False)
    answer = f"case $1 in *compute_cap*) printf '{cards}\\n' ;; *) echo 'NVIDIA X, 100, 50' ;; esac"
    tool("nvidia-smi", answer)
    (tmp_path / "dev").mkdir()
    for name in ("nvidiactl", "nvidia-uvm", "nvidia0"):
        (tmp_path / "dev" / name).touch()
    check = checks_host.gpu(tmp_path)
    assert check.state == state
    assert (fix or "") in (check.fix or "")


@pytest.mark.parametrize(
    ("shown", "state", "fix"),
    [
        ("NTP=yes\nNTPSynchronized=yes", "ok", None),
        ("NTP=no\nNTPSynchronized=no", "warn", "timedatectl set-ntp true"),
        ("NTP=yes\nNTPSynchronized=no", "warn", "timesyncd.conf"),
    ],
)
def test_a_clock_that_nothing_sets_is_a_warning(tool, shown, state, fix):
    tool("timedatectl", f"echo '{shown}'")
    check = named(checks_host.clock(time.time()))["NTP"]
    assert check.state == state
    assert check.fix is None if fix is None else fix in check.fix


@pytest.mark.parametrize(
    ("file", "typed"),
    [
        ("etc/chrony.conf", "server ADDRESS iburst into /etc/chrony.conf, then: {restart} chronyd"),
        ("etc/chrony/chrony.conf", "into /etc/chrony/chrony.conf, then: {restart} chrony"),
        ("etc/none", "NTP=ADDRESS into /etc/systemd/timesyncd.conf, then: {restart} systemd-"),
    ],
)
def test_a_time_server_is_named_where_this_system_reads_it(tool, tmp_path, file, typed):
    tool("timedatectl", "echo 'NTP=yes\nNTPSynchronized=no'")
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).touch()
    [check] = checks_host.ntp(tmp_path)
    assert typed.format(restart="systemctl restart") in check.fix


def test_an_authority_is_trusted_where_this_system_looks(tmp_path):
    assert distribution.trust(tmp_path).endswith("&& update-ca-certificates")
    (tmp_path / "etc/pki/ca-trust/source/anchors").mkdir(parents=True)
    assert distribution.trust(tmp_path).endswith("/source/anchors/ && update-ca-trust")


def test_without_systemd_only_the_date_and_the_zone_are_judged(tool):
    assert set(named(checks_host.clock(time.time()))) == {"clock", "time zone"}


@pytest.mark.parametrize(
    ("value", "there", "state"),
    [
        ("Asia/Seoul", True, "ok"),
        (":Asia/Seoul", True, "ok"),
        ("Asia/Seoul", False, "warn"),
        (":Asia/Seoul", False, "warn"),
        ("Asia/Soul", True, "warn"),
        ("KST", False, "warn"),
        ("/zones/Seoul", False, "warn"),
        ("Asia", True, "warn"),
        ("KST-9", False, "ok"),
        ("<+09>-9", False, "ok"),
        ("UTC0", False, "ok"),
        ("UTC", False, "ok"),
        ("", False, "ok"),
    ],
)
def test_a_zone_that_cannot_be_loaded_is_reported(tmp_path, value, there, state):
    if there:
        zone = tmp_path / "usr/share/zoneinfo/Asia/Seoul"
        zone.parent.mkdir(parents=True)
        zone.write_bytes(b"TZif2")
    check = checks_host.time_zone({"TZ": value}, tmp_path)
    assert check.state == state
    if state == "warn":
        assert "batch ids" in check.detail
        assert "package tzdata" in check.fix


def test_a_link_to_a_zone_that_is_not_there_is_reported(tmp_path):
    assert checks_host.time_zone({}, tmp_path).state == "ok"  # UTC, and meant so
    local = tmp_path / "etc/localtime"
    local.parent.mkdir()
    local.symlink_to("/usr/share/zoneinfo/Asia/Seoul-of-this-test")
    check = checks_host.time_zone({}, tmp_path)
    assert (check.state, "Seoul-of-this-test" in check.detail) == ("warn", True)


def test_a_clock_that_was_moved_since_the_start_is_reported(tool):
    started = time.time() - 100
    monotonic = int((time.monotonic() - 100) * 1e6)

    def says(at):
        tool(
            "systemctl",
            f"echo ExecMainStartTimestamp=@{at:.0f}; "
            f"echo ExecMainStartTimestampMonotonic={monotonic}",
        )
        return named(checks_host.clock(time.time())).get("clock, since start")

    assert says(started) is None
    moved = says(started - 7200)
    assert moved.state == "warn"
    assert "+7" in moved.detail


def test_errors_of_the_last_day_are_counted_and_old_ones_are_not(tool, settings):
    now = 1_795_316_400.0
    assert checks_host.log(settings, now).state == "ok"
    log = LogFile(settings.state_dir / NAME)
    log.write("api     | 2026-11-20T03:00:00Z ERROR api long ago")
    assert checks_host.log(settings, now).detail == "no error in the last 24 hours"
    log.write("engine  | 2026-11-22T02:00:00Z ERROR engine.loop engine fault: 고객 decode")
    log.close()
    check = checks_host.log(settings, now)
    assert check.state == "warn"
    assert check.detail.startswith(
        "Errors in the last 24 hours: 1; the last one, of engine: engine"
    )
    assert "고객" not in check.detail
    assert check.fix == "edgebox logs --level error --since 24h"


# refused keys


@pytest.mark.parametrize(
    ("client", "ago", "state"),
    [
        ("center-1", 60, "warn"),
        ("center-1", 86_500, "ok"),  # more than a day ago
        ("off", 60, "ok"),  # disabled on purpose
        (None, 60, "ok"),  # any program on the network can send such keys
    ],
)
def test_refused_keys_of_enabled_clients_are_a_warning_with_the_reason(
    box, settings, client, ago, state
):
    box.store.clients.create("off")
    box.store.clients.disable("off")
    entry = RefusedKey(client, "timestamp is 301 s old", NOW - ago, 12, NOW - 90_000)
    (settings.state_dir / REFUSED).write_text(json.dumps([asdict(entry)]))
    check = checks_keys.refused(settings, NOW)
    assert check.state == state
    if ago < 86_400:
        shown = f"{client or 'no client'}: timestamp is 301 s old (12, the last at "
        assert shown in check.detail
    assert check.fix == ("edgebox keys list" if state == "warn" else None)


def test_without_refused_keys_or_a_database_the_check_is_ok(settings):
    assert checks_keys.refused(settings, NOW).detail == "none in the last 24 hours"


# the history


def history(settings, now=NOW + 10, *, worker=False):
    return named(checks_history.history(settings, now, worker=worker))


def test_a_quiet_box_has_nothing_to_tell(box, settings):
    found = history(settings)
    assert {check.state for check in found.values()} == {"ok"}
    assert "applied" in found["migrations"].detail


def test_a_database_before_its_migrations_is_reported(settings):
    settings.state_dir.mkdir()
    sqlite3.connect(settings.database).close()
    settings.database.touch()
    check = history(settings)["migrations"]
    assert (check.state, check.fix) == ("fail", "edgebox init")
    assert "0001" in check.detail
    store = Store(settings.database)
    store.migrate()
    store.close()
    assert history(settings)["migrations"].state == "ok"


def test_a_clock_behind_the_records_fails(box, settings):
    box.submit("고객: 안녕하세요")
    assert history(settings)["clock, by the records"].state == "ok"
    check = history(settings, NOW - 86_400)["clock, by the records"]
    assert check.state == "fail"
    assert "24.0 h from now" in check.detail
    assert check.fix.startswith("timedatectl")


def test_failed_analyses_and_late_callbacks_are_reported_with_their_batch(box, settings):
    batch = box.submit("고객: 하나", "고객: 둘")
    for row in box.store.consultations.claim(2, 600, 3):
        box.store.consultations.fail(row.row_id, row.lease_token, "refused", "too long")
    late = box.finished_batch("http://centerlink.example/hook")
    [delivery] = box.store.outbox.due(box.clock(), 1)
    box.store.outbox.retry_at(delivery, NOW + 60, "connection refused or unreachable")
    found = history(settings)
    assert found["failed analyses"].fix == f"edgebox batches retry {batch}"
    assert "2 refused" in found["failed analyses"].detail
    assert found["late callbacks"].fix == f"edgebox callbacks resend {late}"
    assert "1: connection refused" in found["late callbacks"].detail
    assert history(settings, NOW + 8 * 86_400)["failed analyses"].state == "ok"


def test_a_run_that_never_ended_is_reported_unless_it_is_in_progress(box, settings):
    box.store.runs.start("pending", NOW)
    assert history(settings, worker=True)["runs"].detail == "one is in progress"
    check = history(settings)["runs"]
    assert check.state == "warn"
    assert check.fix == "edgebox logs --process worker --since 2025-09-13T08:00:00Z"


def test_runs_that_end_before_they_begin_are_a_jumping_clock(box, settings):
    run = box.store.runs.start("pending", NOW + 60)
    box.store.runs.finish(run, {})
    assert history(settings, NOW + 120)["clock, by the records"].state == "warn"


# permissions


def access(settings, config):
    checks = [
        checks_access.configuration(settings, config),
        *checks_access.state_files(settings.state_dir, settings.models_dir),
        checks_access.models(settings.models_dir),
    ]
    return named(checks)


def test_modes_of_configuration_state_and_models(box, settings, tmp_path):
    config = tmp_path / "edgebox.toml"
    config.write_text("")
    config.chmod(0o640)
    settings.models_dir.mkdir()
    model = settings.models_dir / "m.gguf"
    model.touch(0o644)
    assert {check.state for check in access(settings, config).values()} == {"ok"}
    config.chmod(0o646)
    model.chmod(0o666)
    journal = settings.state_dir / "huey.db"
    journal.touch()
    journal.chmod(0o644)
    found = access(settings, config)
    assert found["permissions: config"].fix == f"chmod o-w {config}"
    assert found["permissions: models"].fix == f"chmod o-w {model}"
    assert found["permissions: state"].fix == f"chmod go= {journal}"
    config.chmod(0o644)
    settings.engines.mlm.url = "http://me:geheim@10.0.0.9/v1"
    check = access(settings, config)["permissions: config"]
    assert (check.state, check.fix) == ("fail", f"chmod o= {config}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_files_of_another_user_in_the_state_folder_fail(box, settings, tmp_path):
    os.chown(settings.database, 65534, 65534)
    check = access(settings, tmp_path / "none")["permissions: state"]
    assert check.state == "fail"
    assert check.fix == f"chown -R --reference={settings.state_dir} {settings.database}"
    os.chown(settings.database, 0, 0)
    (settings.state_dir / "lost+found").mkdir(mode=0o700)  # at the top of a disk of its own
    os.chown(settings.state_dir / "lost+found", 65534, 65534)
    assert access(settings, tmp_path / "none")["permissions: state"].state == "ok"


# the network


@contextmanager
def listening(context=None):
    """A receiver that takes connections and counts what it is sent."""
    sent = []
    with socket.create_server((HERE, 0)) as server, socket.socket() as last:

        def run():
            while True:
                connection, peer = server.accept()
                with connection, suppress(OSError):
                    if peer == last.getsockname():
                        return
                    connection.settimeout(5)
                    if context:
                        connection = context.wrap_socket(connection, server_side=True)
                    sent.append(connection.recv(100))

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield server.getsockname()[1], sent
        finally:
            last.connect(server.getsockname())  # behind all others, which are counted
            thread.join(PATIENCE)


def test_receivers_are_connected_to_and_sent_nothing(box, settings):
    with listening() as (port, sent):
        box.allow(f"{HERE}:{port}")
        [check] = checks_network.receivers(settings)
    assert check.state == "ok"
    assert f"{box.client}: {HERE}:{port} takes connections (TCP" in check.detail
    assert sent == [b""]


def test_receivers_that_cannot_be_reached_fail_with_a_way_out(box, settings):
    with socket.socket() as closed:
        closed.bind((HERE, 0))
        port = closed.getsockname()[1]
        box.allow(f"{HERE}:{port}", "no-such-host.invalid:9000", "169.254.1.1:80")
        refused, unknown, forbidden = checks_network.receivers(settings)
    assert "connection refused" in refused.detail
    assert f"nc -vz {HERE} {port}" in refused.fix
    assert "no address here" in unknown.detail
    assert "/etc/hosts" in unknown.fix
    assert "this replaces its whole list" in unknown.fix
    assert "link-local" in forbidden.detail
    assert {check.state for check in (refused, unknown, forbidden)} == {"fail"}


def test_a_receivers_certificate_has_to_be_trusted(box, settings, tmp_path):
    with listening(server_context(make_pair(tmp_path, names=f"IP:{HERE}"))) as (port, _):
        box.allow(f"{HERE}:{port}")
        assert [check.state for check in checks_network.receivers(settings)] == ["ok"]
        box.finished_batch(f"https://{HERE}:{port}/hook")  # from now on it is known to be HTTPS
        [check] = checks_network.receivers(settings)
    assert check.state == "fail"
    assert "TLS: self-signed certificate" in check.detail
    assert "update-ca-certificates" in check.fix


def test_a_certificate_made_by_hand_is_judged_as_deliveries_do(
    box, settings, lan_receiver, monkeypatch
):
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: resolve(HERE, *rest, **more)
    )
    with listening(lan_receiver) as (port, _):
        box.allow(f"receiver.lan:{port}", f"other.lan:{port}")
        box.finished_batch(f"https://receiver.lan:{port}/hook")
        box.finished_batch(f"https://other.lan:{port}/hook")
        known, other = checks_network.receivers(settings)
    assert (known.state, other.state) == ("ok", "fail")
    assert "Hostname mismatch" in other.detail


def test_a_role_on_a_server_with_an_untrusted_certificate_is_told_apart(tmp_path):
    with listening(server_context(make_pair(tmp_path, names=f"IP:{HERE}"))) as (port, _):
        check = remote.server("mlm", RoleSettings(url=f"https://{HERE}:{port}/v1"))
    assert check.state == "fail"
    assert "TLS: self-signed certificate" in check.detail
    assert "update-ca-certificates" in check.fix


def test_disabled_clients_receivers_are_not_asked(box, settings):
    box.allow("no-such-host.invalid")
    box.store.clients.disable(box.client)
    assert list(checks_network.receivers(settings)) == []


def test_the_metrics_listener_is_free_or_ours(settings):
    with listening() as (port, _):
        settings.api.metrics_listen = f"{HERE}:{port}"
        check = checks_network.metrics_listener(settings, running=False)
        assert check.state == "fail"
        assert "ss -ltnp" in check.fix
        check = checks_network.metrics_listener(settings, running=True)
        assert "does not answer" in check.detail
    check = checks_network.metrics_listener(settings, running=False)
    assert check.state == "ok"


# models


def test_hashes_read_every_byte(tmp_path, settings):
    settings.models_dir.mkdir()
    settings.engines.slm.model = settings.engines.mlm.model
    file = settings.models_dir / "Qwen3-4B-Instruct-2507-Q4_K_M.gguf"
    file.write_bytes(b"GGUF, and not what the catalogue lists")
    for check in checks_machine.hashes(settings):
        assert check.state == "fail"
        assert check.fix.startswith("edgebox models remove ")
        assert "edgebox models pull" in check.fix


def test_the_pages_for_people_need_tls_and_an_account(tmp_path):
    clock = Clock()

    def found(**api):
        settings = Settings(state_dir=tmp_path, console={"enabled": "on"}, api=api)
        return [asdict(check) for check in checks_people.screen(settings, clock())]

    assert list(checks_people.screen(Settings(state_dir=tmp_path), clock())) == []
    assert found() == []  # no database: another check says so
    store = migrated(tmp_path / "edgebox.db", clock)
    [check] = found(host="0.0.0.0", allow_plain_http=True)
    assert (check["state"], "without TLS" in check["detail"]) == ("warn", True)
    [check] = found()
    assert (check["state"], check["fix"]) == ("warn", "edgebox operators add NAME --role admin")
    store.operators.add(NewOperator("hong", "admin", None, "홍길동", "H"))
    [check] = found()
    assert (check["state"], check["detail"]) == ("ok", "1 account")
    for _ in range(5):
        store.operators.failed("hong", by=Actor())
    [check] = found()
    assert check["detail"] == "Locked after wrong passwords: hong."
    clock.advance(61)
    assert found()[0]["state"] == "ok"
    store.operators.disable("hong")
    assert "no account" in found()[0]["detail"]
    store.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for another user")
def test_a_models_folder_that_is_closed_to_the_service_is_said():
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # mode 0700
        settings = Settings(models_dir=folder)
        os.seteuid(65_534)
        try:
            found = list(checks_machine.models(settings))
        finally:
            os.seteuid(0)
    assert [one.state for one in found] == ["fail", "fail"]
    assert f"chmod o+rx {folder}" in found[0].detail
    assert found[0].fix == f"ls -ld {folder}"


def test_a_token_that_the_api_cannot_use_is_a_warning(tmp_path):
    file = tmp_path / "token"
    assert "cannot be read" in checks_network.metrics_token(str(file)).detail
    for text, state in (("short\n", "warn"), ("a-long-enough-token\n", "ok")):
        file.write_text(text)
        file.chmod(0o600)
        assert checks_network.metrics_token(str(file)).state == state


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for another user")
def test_a_model_that_the_services_cannot_read_is_said():
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name) / "models"
        folder.mkdir()
        folder.parent.chmod(0o755)
        tiny_model.install(folder)
        file = folder / f"{tiny_model.NAME}.gguf"
        installed = Installed(folder)
        assert checks_machine.model_file(installed, "slm", tiny_model.NAME).state == "ok"
        file.chmod(0o600)
        os.seteuid(65_534)
        try:
            check = checks_machine.model_file(installed, "slm", tiny_model.NAME)
        finally:
            os.seteuid(0)
    assert (check.state, check.fix) == ("fail", f"chmod o+r {file}")
