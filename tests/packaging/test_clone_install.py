"""``install.sh --dev`` as root: Debian's services stay off while its packages are installed.

Only these parts of the script run, with a policy of the test's own, and nothing is installed.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "install.sh"
DURING = 'cat "$policy" >during; '


def part(text, first, end):
    return text[text.index(first) : text.index(end)]


@pytest.fixture
def install(tmp_path):
    text = SCRIPT.read_text()
    shown = part(text, "# --- Showing what happens", "now_ms() {")
    tools = part(text, "# --- 5. Programs", "# --- 6. ")

    def run(apt, *, extras="dev"):
        """Run them; ``apt`` is what happens while the packages are installed."""
        before = f"set -euo pipefail\nextras={extras} cache={tmp_path}\nid() {{ echo 0; }}\n"
        before += f"dpkg-query() {{ return 1; }}\ndebian_install() {{ {apt}\n}}\n"
        shown_here = shown.replace("/usr/sbin/policy-rc.d", str(tmp_path / "policy-rc.d"))
        script = before + shown_here + tools
        return subprocess.run(
            [shutil.which("bash"), "-c", script], cwd=tmp_path, capture_output=True, check=False
        ).returncode

    return run


def test_services_stay_off_while_packages_are_installed_and_no_longer(install, tmp_path):
    assert install(DURING) == 0
    assert (tmp_path / "during").read_text().endswith("exit 101\n")
    assert not (tmp_path / "policy-rc.d").exists()


@pytest.mark.parametrize("signal", ["TERM", "INT", "HUP"])
def test_a_signal_leaves_nothing(install, tmp_path, signal):
    assert install(f"{DURING} kill -{signal} $$; sleep 1") > 128
    assert (tmp_path / "during").exists()
    assert not (tmp_path / "policy-rc.d").exists()


@pytest.mark.parametrize("extras", ["dev", "base"])
def test_what_a_power_cut_left_is_removed_by_the_next_run(install, tmp_path, extras):
    assert install("kill -KILL $$") == -9
    assert (tmp_path / "policy-rc.d").exists()
    assert install(":", extras=extras) == 0
    assert not (tmp_path / "policy-rc.d").exists()


def test_a_policy_of_somebody_else_stays(install, tmp_path):
    theirs = "#!/bin/sh\nexit 101\n"  # as images of containers have it
    (tmp_path / "policy-rc.d").write_text(theirs)
    assert install(DURING) == 0
    assert (tmp_path / "during").read_text() == theirs
    assert (tmp_path / "policy-rc.d").read_text() == theirs
