"""The unit files: what systemd says of them, and that they fit this program."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from edgebox.settings import Settings
from edgebox.system.tls import ABSENT
from edgebox_cli.main import app

UNITS = Path(__file__).resolve().parents[2] / "systemd"
SERVICES = ("engine", "api", "worker")
ANALYZE = shutil.which("systemd-analyze")
STANDARD = Path("/usr/lib/systemd/system")

needs_systemd = pytest.mark.skipif(
    ANALYZE is None or not STANDARD.is_dir(), reason="systemd is not installed here"
)


class Unit(configparser.RawConfigParser):
    """Parse a unit file. Keys keep their case; of equal keys the last value counts."""

    optionxform = staticmethod(str)


def unit(name):
    parsed = Unit(strict=False)
    parsed.read_string((UNITS / name).read_text())
    return parsed


def services():
    return [(name, unit(f"edgebox-{name}.service")["Service"]) for name in SERVICES]


@pytest.fixture
def root(tmp_path):
    """A system with our units in it, a program where they expect it, and systemd's own units."""
    for program in ("opt/edgebox/current/edgebox", "usr/bin/nvidia-modprobe", "bin/sh"):
        (tmp_path / program).parent.mkdir(parents=True)
        (tmp_path / program).touch(mode=0o755)
    shutil.copytree(STANDARD, tmp_path / "usr/lib/systemd/system", symlinks=True)
    here = tmp_path / "etc/systemd/system"
    here.mkdir(parents=True)
    for file in UNITS.glob("edgebox*"):
        shutil.copy(file, here)
    return tmp_path


def version():
    said = subprocess.run([ANALYZE, "--version"], capture_output=True, text=True, check=True)
    return int(said.stdout.split()[1])


def add_of_version(root, number):
    """Add the drop-ins that the installer chooses for this systemd."""
    for folder in UNITS.glob("v*"):
        if int(folder.name.removeprefix("v")) <= number:
            add(root, folder.name)


def add(root, folder):
    shutil.copytree(UNITS / folder, root / "etc/systemd/system", dirs_exist_ok=True)


def analyze(root, *words):
    return subprocess.run(
        [ANALYZE, f"--root={root}", *words], capture_output=True, text=True, check=False, timeout=60
    )


def exposure(root, name):
    said = analyze(root, "security", "--offline=true", f"edgebox-{name}.service").stdout
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", said)[1])


@needs_systemd
@pytest.mark.parametrize("drop_ins", [(), ("gpu",), ("gpu", "gpu-jit"), ("no-user-namespaces",)])
def test_systemd_has_nothing_to_say_against_the_units(root, drop_ins):
    add_of_version(root, version())
    for folder in drop_ins:
        add(root, folder)
    names = [path.name for path in (root / "etc/systemd/system").glob("edgebox*.[st]*")]
    names = [name for name in names if not name.endswith(".d")]
    assert len(names) >= 4
    said = analyze(root, "verify", *names)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


SINCE = {
    **dict.fromkeys(("MemoryMin",), 240),
    **dict.fromkeys(("ProtectHostname", "RestrictSUIDSGID"), 242),
    **dict.fromkeys(("OOMPolicy", "TimeoutAbortSec"), 243),
    "ProtectKernelLogs": 244,
    "ProtectClock": 245,
    **dict.fromkeys(("LoadCredential", "SetCredential", "ProcSubset", "ProtectProc"), 247),
    **dict.fromkeys(("RestartSteps", "RestartMaxDelaySec"), 254),
}
"""The systemd that brought each option, from its NEWS. The units themselves keep to 239's."""


def test_an_option_is_only_where_systemd_knows_it():
    found = {}
    for file in UNITS.rglob("edgebox*"):
        for path in [file] if file.is_file() else file.glob("*.conf"):
            folder = path.relative_to(UNITS).parts[0]
            number = int(folder[1:]) if folder[1:].isdigit() else 239
            for line in path.read_text().splitlines():
                option = line.partition("=")[0]
                if option in SINCE:
                    found.setdefault(option, set()).add(number)
                    assert number >= SINCE[option], f"{path}: {line}"
    assert found.keys() == SINCE.keys()


@needs_systemd
def test_a_unit_with_a_wrong_key_would_be_told(root):
    add_of_version(root, version())
    file = root / "etc/systemd/system/edgebox-api.service"
    file.write_text(file.read_text().replace("MemoryMax=", "MemoryMaximum="))
    assert "MemoryMaximum" in analyze(root, "verify", "edgebox-api.service").stderr


@needs_systemd
def test_the_units_are_hardly_exposed(root):
    add_of_version(root, 247)
    scores = {name: exposure(root, name) for name in SERVICES}
    print(f"\nexposure: {scores}")
    assert scores["engine"] <= 1.5
    assert scores["api"] <= 1.4  # it may read the clock's state
    assert scores["worker"] <= 1.3


@needs_systemd
def test_the_api_may_ask_the_kernel_about_the_clock_and_not_set_it(root):
    add_of_version(root, 247)
    said = analyze(root, "security", "--offline=true", "edgebox-api.service").stdout
    assert "adjtimex is allowed" in said
    assert "✓ CapabilityBoundingSet=~CAP_SYS_TIME" in said
    drop_ins = [path.read_text() for path in UNITS.glob("v*/edgebox-api.service.d/*.conf")]
    assert drop_ins
    assert not any("\nProtectClock" in text for text in drop_ins)


@needs_systemd
def test_an_engine_with_a_gpu_is_hardly_more_exposed(root):
    add_of_version(root, 247)
    add(root, "gpu")
    assert exposure(root, "engine") <= 1.5
    add(root, "gpu-jit")
    assert exposure(root, "engine") <= 1.5


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_starts_a_command_that_there_is(name):
    program, *words = unit(f"edgebox-{name}.service")["Service"]["ExecStart"].split()
    assert program == "/opt/edgebox/current/edgebox"
    assert words == [name]
    assert words[0] in get_command(app).commands


def test_the_target_wants_every_service_and_none_needs_another():
    wanted = unit("edgebox.target")["Unit"]["Wants"].split()
    assert sorted(wanted) == sorted(f"edgebox-{name}.service" for name in SERVICES)
    for name in SERVICES:
        head = unit(f"edgebox-{name}.service")["Unit"]
        assert head["PartOf"] == "edgebox.target"
        assert not {"Requires", "BindsTo", "Requisite"} & set(head)
        assert "edgebox-" not in head.get("After", "")


def test_all_three_meet_at_the_same_socket_and_only_their_user_does():
    variables = {name: section["Environment"].split() for name, section in services()}
    assert variables["engine"] == variables["api"] == variables["worker"]
    settings = dict(variable.removeprefix("EDGEBOX_").split("=") for variable in variables["api"])
    folder = Settings(runtime_dir=settings["RUNTIME_DIR"]).socket.parent
    engine = unit("edgebox-engine.service")["Service"]
    assert folder == Path("/run") / engine["RuntimeDirectory"]
    assert engine["RuntimeDirectoryMode"] == "0700"
    assert {section["User"] for _, section in services()} == {"edgebox"}


def test_the_folder_of_socket_and_metrics_outlives_each_of_its_two_owners():
    """systemd would remove it with the first that stops, and the other's files with it."""
    for name in ("engine", "worker"):
        section = unit(f"edgebox-{name}.service")["Service"]
        assert section["RuntimeDirectory"] == "edgebox"
        assert section["RuntimeDirectoryMode"] == "0700"
        assert section["RuntimeDirectoryPreserve"] == "yes"


def test_the_certificate_is_handed_over_file_by_file_and_may_be_absent():
    # A whole folder is for systemd 250 and newer; the parser keeps the last of equal keys.
    lines = (UNITS / "v247/edgebox-api.service.d/v247.conf").read_text().splitlines()
    values = [line.split("=", 1) for line in lines if "Credential=" in line]
    names = {"tls_cert": "/etc/edgebox/tls/cert", "tls_key": "/etc/edgebox/tls/key"}
    assert [value for key, value in values if key == "LoadCredential"] == [
        f"{name}:{path}" for name, path in names.items()
    ]
    assert [value for key, value in values if key == "SetCredential"] == [
        f"{name}:{ABSENT.decode()}" for name in names
    ]


def test_who_runs_services_may_not_exchange_the_models_that_root_writes():
    for name, section in services():
        key = "BindReadOnlyPaths" if name == "engine" else "ReadOnlyPaths"
        assert (name, section[key]) == (name, "-/var/lib/edgebox/models")


def test_neither_dump_nor_swap_may_hold_a_transcript():
    for name, section in services():
        assert (name, section["LimitCORE"], section["MemorySwapMax"]) == (name, "0", "0")


def test_memory_is_taken_from_the_engine_first():
    adjust = {name: int(section["OOMScoreAdjust"]) for name, section in services()}
    assert adjust["engine"] > 0 > adjust["worker"] > adjust["api"]


def test_every_death_is_followed_by_a_start_without_end():
    for name, section in services():
        assert (name, section["Restart"]) == (name, "always")
        assert unit(f"edgebox-{name}.service")["Unit"]["StartLimitIntervalSec"] == "0"
        assert float(section["WatchdogSec"]) <= 30


def test_a_box_is_soon_back_however_often_it_was_restarted_in_all_its_days():
    """systemd 254 and newer counts every restart since the last start by hand."""
    longest = [
        float(line.partition("=")[2])
        for file in UNITS.rglob("*.conf")
        for line in file.read_text().splitlines()
        if line.startswith("RestartMaxDelaySec=")
    ]
    assert longest
    assert max(longest) <= 10


def test_the_drop_ins_change_units_that_there_are():
    for file in UNITS.glob("*/*.d/*.conf"):
        pattern = file.parent.name.removesuffix(".d").replace("-.service", "-*.service")
        assert list(UNITS.glob(pattern)), f"{file} is for no unit"


def test_only_the_api_sees_the_key_of_the_certificate():
    hidden = {name: section.get("InaccessiblePaths", "").split() for name, section in services()}
    assert hidden.pop("api") == []
    assert set(map(tuple, hidden.values())) == {("-/etc/edgebox/tls", "-/etc/ssl/private")}
