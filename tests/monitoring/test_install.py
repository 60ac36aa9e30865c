"""monitoring/install on a machine that only looks as if systemd had started it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

INSTALL = Path(__file__).resolve().parents[2] / "monitoring" / "install"
SETTINGS = 'language = "ko"\nname = "box"\n'

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("promtool") is None,
    reason="needs root, and Debian's packages",
)


def test_wrong_settings_do_not_replace_those_that_were_right(tmp_path) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "monitoring.toml").write_text(SETTINGS)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('language = "fr"\n')
    scene = f"""
        mount -t tmpfs none /run && mkdir -p /run/systemd/system
        mount -t tmpfs none /opt && mkdir -p /etc/edgebox && mount --bind {etc} /etc/edgebox
        exec {INSTALL} --settings {wrong}
    """
    made = not Path("/etc/edgebox").exists()
    try:
        ended = subprocess.run(
            ["unshare", "-m", "sh", "-c", scene], capture_output=True, text=True, check=False
        )
    finally:
        if made:
            Path("/etc/edgebox").rmdir()
    assert ended.returncode != 0
    assert "language is one of" in ended.stderr, ended.stderr
    assert (etc / "monitoring.toml").read_text() == SETTINGS
    assert [path.name for path in etc.iterdir()] == ["monitoring.toml"]
