"""The API where its unit hides the machine's own files of /proc (``ProcSubset=pid``)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
SERVED = ["console/test_admin.py", "api/test_metrics.py", "api/test_health.py"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root for a namespace of mounts")
def test_its_pages_and_metrics_are_served_without_them():
    mount = "mount -t proc -o subset=pid proc /proc && ! [ -e /proc/meminfo ]"
    again = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SERVED]
    ran = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh", *again],
        cwd=TESTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
