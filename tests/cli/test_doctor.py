import json
import sqlite3
import time

import pytest
from typer.testing import CliRunner

from edgebox import diagnosis
from edgebox.settings import Settings
from edgebox.system.machine import built_for_gpu
from edgebox_cli.doctor import host as checks_host
from edgebox_cli.doctor import machine as checks_machine
from edgebox_cli.doctor import processes as checks_processes
from edgebox_cli.doctor import state as checks_state
from edgebox_cli.doctor.check import Check
from edgebox_cli.main import app
from support.outside.far_server import MODEL, far_server


def run(*words):
    return CliRunner().invoke(app, ["doctor", *words])


def found(result):
    return {check["name"]: check for check in json.loads(result.stdout)["checks"]}


def test_a_new_machine_gets_the_first_command(bare, free_port):
    result = run("--json")
    assert result.exit_code == 1
    checks = found(result)
    assert checks["state folder"]["fix"] == "edgebox init"
    assert checks["database"]["fix"] == "edgebox init"
    assert checks["model slm"]["fix"].startswith("edgebox models pull ")
    assert checks["engine"]["fix"] == "edgebox up"
    assert checks["llama.cpp"]["state"] == "ok"


def test_a_folder_too_long_for_the_engines_socket_is_named(bare, free_port, monkeypatch):
    monkeypatch.setenv("EDGEBOX_RUNTIME_DIR", "/run/" + "x" * 100)
    result = run("--json")
    configuration = [c for c in json.loads(result.stdout)["checks"] if c["name"] == "configuration"]
    [wrong] = [check for check in configuration if check["state"] == "fail"]
    assert "a socket's may have 107" in wrong["detail"]
    assert wrong["fix"] == "edgebox config check"


def test_a_running_box_passes_in_what_runs(live):
    result = run("--json")
    checks = found(result)
    good = ("clock", "state folder", "database", "SQLite", "clients", "engine", "API", "callbacks")
    assert {checks[name]["state"] for name in good} == {"ok"}
    assert checks["worker"]["state"] == "fail"


@pytest.mark.parametrize(
    ("states", "plain", "strict"),
    [(("ok", "warn"), 0, 1), (("ok",), 0, 0), (("warn", "fail"), 1, 1)],
)
def test_a_timer_can_have_warnings_end_it_with_1(monkeypatch, states, plain, strict):
    found = [Check(state, state, "") for state in states]
    monkeypatch.setattr("edgebox_cli.commands.doctor.every_check", lambda *, hashes: iter(found))
    assert run().exit_code == plain
    assert run("--strict").exit_code == strict


def test_it_fits_80_columns_and_ends_with_what_to_do(bare, free_port):
    result = run()
    lines = result.stdout.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert "\x1b" not in result.stdout
    assert lines[-1].endswith("begin with the first.")


def test_a_configuration_that_cannot_be_read_is_the_last_check(bare, monkeypatch):
    config = bare / "edgebox.toml"
    config.write_text("[api]\nprot = 1\n")
    monkeypatch.setenv("EDGEBOX_CONFIG", str(config))
    result = run("--json")
    assert result.exit_code == 1
    checks = found(result)
    assert set(checks) - {"NTP"} == {"clock", "time zone", "configuration"}
    assert "api.prot" in checks["configuration"]["detail"]
    assert str(config) in checks["configuration"]["fix"]


def test_a_clock_that_was_never_set_fails():
    assert next(checks_host.clock(0.0)).state == "fail"
    assert next(checks_host.clock(1_795_316_400.0)).state == "ok"


def test_a_state_folder_that_others_may_read_fails(tmp_path):
    tmp_path.chmod(0o750)
    check = checks_state.state_folder(tmp_path)
    assert (check.state, check.fix) == ("fail", f"chmod 700 {tmp_path}")
    tmp_path.chmod(0o700)
    check = checks_state.state_folder(tmp_path)
    assert check.state == "ok"


@pytest.fixture
def settings(tmp_path):
    return Settings(state_dir=tmp_path)


def database(settings):
    return {check.name: check for check in checks_state.database(settings)}


def test_a_damaged_database_fails(box, settings):
    box.submit(*["고객: 안녕하세요"] * 200)
    box.store.close()
    with settings.database.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 40_000)
    check = database(settings)["database"]
    assert check.state == "fail"
    assert "damaged" in check.detail


def test_a_database_of_a_newer_edgebox_fails(box, settings):
    box.store.close()
    with sqlite3.connect(settings.database) as db:
        db.execute("PRAGMA user_version = 999")
    db.close()
    [check] = checks_state.database(settings)
    assert (check.name, check.state) == ("database", "fail")
    assert "newer" in check.detail


def test_a_database_that_others_may_read_fails(box, settings):
    settings.database.chmod(0o644)
    assert database(settings)["database"].fix == f"chmod 600 {settings.database}"


def test_clients_have_to_be_there_and_enabled(box, settings):
    assert database(settings)["clients"].state == "ok"
    box.store.clients.disable(box.client)
    assert database(settings)["clients"].fix == f"edgebox keys enable {box.client}"


def test_callbacks_that_were_given_up_are_a_warning(box, settings):
    box.finished_batch("http://centerlink.example/hook")
    [delivery] = box.store.outbox.due(box.clock(), 1)
    box.store.outbox.dead(delivery, "HTTP 413: the callback has 1.3 MB", status=413)
    check = database(settings)["callbacks"]
    assert check.state == "warn"
    assert "HTTP 413: the callback has 1.3 MB" in check.detail
    assert "edgebox callbacks resend" in check.fix


def test_consultations_that_wait_far_too_long_are_a_warning(box, settings):
    box.submit("고객: 안녕하세요")  # at the store's clock, long ago
    assert database(settings)["queue"].state == "warn"


def test_models_that_do_not_fit_the_memory_fail(settings):
    settings.engines.mlm.context_tokens = 1_000_000_000
    check = checks_machine.memory(settings, None)
    assert check.state == "fail"
    assert "context_tokens" in check.fix


def test_an_unknown_model_fails(settings):
    settings.engines.slm.model = "no-such-model"
    slm, _ = checks_machine.models(settings)
    assert slm.state == "fail"
    assert slm.fix == "edgebox models use slm NAME"


def test_a_role_on_another_server_is_asked_there(settings, foreign_server):
    settings.engines.mlm.url = f"http://127.0.0.1:{foreign_server}/v1"
    with far_server() as far:
        settings.engines.slm.url, settings.engines.slm.url_model = far.url, MODEL
        slm, mlm = checks_machine.models(settings)
    assert (slm.state, mlm.state) == ("ok", "fail")
    assert "has no OpenAI-compatible interface" in mlm.detail, "another program answers there"
    [slm, _] = checks_machine.models(settings)
    assert "does not answer" in slm.detail


@pytest.fixture
def a_driver(tmp_path, monkeypatch):
    """A stand-in for the driver's tool, which lists a card."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H100, 81559, 81000'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


@pytest.mark.usefixtures("a_driver")
def test_a_gpu_that_llama_cpp_cannot_use_is_a_warning():
    check = checks_machine.native()
    if built_for_gpu():
        pytest.skip("llama.cpp was built with CUDA here")
    assert (check.state, check.fix) == ("warn", "./install.sh --cuda")
    assert "without CUDA" in check.detail


@pytest.mark.usefixtures("a_driver")
def test_a_driver_that_cuda_does_not_start_with_is_named_as_the_cause(monkeypatch):
    monkeypatch.setattr(checks_machine, "built_for_gpu", lambda: True)
    check = checks_machine.native()
    assert (check.state, "driver" in (check.fix or "")) in [("warn", True), ("ok", False)]
    assert "without CUDA" not in check.detail


def test_a_build_for_gpus_without_a_gpu_is_in_order(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # no nvidia-smi
    monkeypatch.setattr(checks_machine, "built_for_gpu", lambda: True)
    check = checks_machine.native()
    assert check.state == "ok"
    assert "built for a GPU, and there is none" in check.detail or "with GPU" in check.detail


def test_the_port_is_distinguished_from_a_box_that_is_down(settings, free_port, foreign_server):
    settings.api.port = free_port
    taken = checks_processes.api(settings)  # bound and not answering
    assert taken.state == "fail"
    settings.api.port = foreign_server
    assert "Another program" in checks_processes.api(settings).detail


def test_what_it_found_is_left_for_the_metrics(live, monkeypatch):
    found = [Check(state, state, "") for state in ("ok", "warn", "warn", "fail")]
    monkeypatch.setattr("edgebox_cli.commands.doctor.every_check", lambda *, hashes: iter(found))
    run()
    text = (live.settings.state_dir / "doctor.prom").read_text()
    assert 'edgebox_doctor_findings{level="warn"} 2.0' in text
    assert 'edgebox_doctor_findings{level="fail"} 1.0' in text
    assert "edgebox_doctor_last_run_timestamp_seconds" in text
    left = diagnosis.last(live.settings.state_dir)
    assert [one.state for one in left.findings] == ["fail", "warn", "warn"]
    assert (left.checked, left.failed) == (4, True)
    assert abs(time.time() - left.at) < 60
