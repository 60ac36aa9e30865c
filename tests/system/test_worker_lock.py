import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edgebox.errors import EdgeBoxError
from edgebox.system.worker_lock import hold, is_held

HOLDER = (
    "import pathlib, sys, time\n"
    "from edgebox.system.worker_lock import hold\n"
    "with hold(pathlib.Path(sys.argv[1]), SystemExit(3)):\n"
    "    print('held', flush=True)\n"
    "    time.sleep(60)\n"
)

ASKER = (
    "import pathlib, sys\n"
    "from edgebox.system.worker_lock import is_held\n"
    "print('asking', flush=True)\n"
    "while True:\n"
    "    is_held(pathlib.Path(sys.argv[1]))\n"
)


def test_a_folder_without_a_worker_is_free(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    assert not is_held(tmp_path / "nothing")
    with hold(tmp_path, EdgeBoxError("held")):
        assert is_held(tmp_path)
    assert not is_held(tmp_path)


def test_one_holds_it_and_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert is_held(tmp_path)
    with pytest.raises(EdgeBoxError, match="another"), hold(tmp_path, EdgeBoxError("another")):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert not is_held(tmp_path)
    with hold(tmp_path, EdgeBoxError("another")):
        pass


def test_asking_never_keeps_a_worker_from_starting(tmp_path: Path) -> None:
    with hold(tmp_path, EdgeBoxError("held")):
        pass  # so that there is a file to ask for
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert asker.stdout is not None
        assert asker.stdout.readline() == "asking\n"
        for _ in range(5000):
            with hold(tmp_path, EdgeBoxError("a question took the lock")):
                pass
    finally:
        asker.kill()
        asker.wait()
