"""A journal and rsyslog of Debian, in a namespace of their own: the machine's are not touched.

systemd-journald and rsyslogd are the real programs. A process is in a unit when it is in the cgroup
of that name, as under systemd, so the journal's ``_SYSTEMD_UNIT`` is the kernel's word.
"""

import fcntl
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from support.polling import PATIENCE

JOURNALD = Path("/lib/systemd/systemd-journald")
_CGROUPS = [Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup")]
UNITS = "system.slice"
# A process may have ended before the journal reads its lines, and then its cgroup cannot be asked.
# The service manager says the unit when it opens the stream, which the journal believes of root;
# systemd-cat does not say it.
_STREAM = """
import os, socket, sys
stream = socket.socket(socket.AF_UNIX)
stream.connect("/run/systemd/journal/stdout")
stream.sendall(f"{sys.argv[1]}\\n{sys.argv[1]}\\n6\\n1\\n0\\n0\\n0\\n".encode())
for descriptor in (1, 2):
    os.dup2(stream.fileno(), descriptor)
os.execvp("bash", ["bash", sys.argv[2]])
"""


def missing() -> str:
    """Return why there can be none here; empty where there can."""
    if os.geteuid() != 0:
        return "needs root for a namespace of mounts"
    programs = [name for name in ("unshare", "rsyslogd") if not shutil.which(name)]
    modules = [name for name in ("imjournal.so", "omelasticsearch.so") if not _module(name)]
    if programs or modules or not JOURNALD.exists():
        return f"apt-get install rsyslog rsyslog-elasticsearch systemd ({programs + modules})"
    return "" if _cgroups() else "needs cgroups that can be written"


def _module(name: str) -> bool:
    return any(Path("/usr/lib").glob(f"*/rsyslog/{name}"))


def _cgroups() -> list[Path]:
    return [at for at in _CGROUPS if (at / "cgroup.procs").exists() and os.access(at, os.W_OK)]


class Syslog:
    """A shell in a namespace with an empty /run, /var/log and /var/spool, and a journal.

    Args:
        folder: what is kept of them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.units: set[str] = set()
        self._alone = _lock(Path(tempfile.gettempdir()) / "edgebox-tests-cgroups.lock")
        for name in ("log", "spool"):
            (folder / name).mkdir()
        self._shell = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "bash"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            self.do(
                "mount -t tmpfs tmpfs /run && mkdir -p /run/log/journal /run/systemd/journal",
                f"mount --bind {folder / 'log'} /var/log",
                f"{JOURNALD} 2>/dev/null & journald=$!",
                "until [ -S /run/systemd/journal/stdout ]; do sleep 0.05; done",
            )
        except BaseException:
            self.close()
            raise

    def do(self, *lines: str) -> str:
        """Run lines of bash; returns what they print.

        Raises:
            AssertionError: the last one failed, or they did not end in time.
        """
        assert self._shell.stdin is not None
        self._shell.stdin.write("\n".join([*lines, "printf '\\nENDED %s\\n' $?\n"]).encode())
        self._shell.stdin.flush()
        said = b""
        ends = time.monotonic() + 2 * PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self._output, selectors.EVENT_READ)
            while not said.endswith(b"\n") or b"\nENDED " not in said:
                ready = selector.select(ends - time.monotonic())
                assert ready, f"no end of: {lines}; {said.decode()}\n{self._processes()}"
                part = os.read(self._output.fileno(), 65536)
                assert part, f"the shell ended: {said.decode()}"
                said += part
        output, _, status = said.decode().rpartition("\nENDED ")
        assert status == "0\n", f"{lines[-1]}: {output}"
        return output.strip()

    @property
    def _output(self) -> IO[bytes]:
        assert self._shell.stdout is not None
        return self._shell.stdout

    def _processes(self) -> str:
        """What the processes of the shell wait for."""
        columns = "pid,ppid,stat,wchan:30,etimes,args"
        of_session = ["ps", "--no-headers", "-s", str(self._shell.pid), "-o", columns]
        return subprocess.run(of_session, capture_output=True, text=True, check=False).stdout

    def in_unit(self, unit: str, command: str, *, wait: bool = True) -> str:
        """Run a command as a service of that name, its standard error the journal's.

        Returns:
            Its output; where it is not waited for, its process id.
        """
        self.units.add(unit)
        places = [at / UNITS / unit for at in _cgroups()]
        enter = "; ".join(f"mkdir -p {at}; echo $BASHPID > {at}/cgroup.procs" for at in places)
        stream = "export JOURNAL_STREAM=$(stat -L -c %d:%i /dev/fd/2)"  # as systemd does
        script = self.folder / f"{unit}.sh"
        script.write_text(f"{stream}\nexec {command}\n", "utf-8")
        opener = self.folder / "stream.py"
        opener.write_text(_STREAM, "utf-8")
        service = f"( {enter}; exec {sys.executable} {opener} {unit} {script} )"
        return self.do(service) if wait else self.do(f"{service} &", "echo $!")

    def start(self, configuration: Path) -> None:
        """Start rsyslogd."""
        pid = self.folder / "rsyslogd.pid"
        self.do(
            f"rsyslogd -n -f {configuration} -i {pid} 2>>{self.folder}/said & rsyslogd=$!",
            f"until [ -s {pid} ]; do sleep 0.05; done",
        )

    def stop(self, signal: str = "TERM") -> None:
        """End rsyslogd, and wait for its end."""
        self.do(f"kill -{signal} $rsyslogd", "wait $rsyslogd 2>/dev/null; true")
        (self.folder / "rsyslogd.pid").unlink(missing_ok=True)

    def close(self) -> None:
        """End every process that was started here, and remove the cgroups."""
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.communicate()
        for at in _cgroups():
            for unit in self.units:
                if (at / UNITS / unit).exists():
                    _remove(at / UNITS / unit)
            if (at / UNITS).exists() and not any((at / UNITS).glob("*/")):
                (at / UNITS).rmdir()
        self._alone.close()


def _lock(file: Path) -> IO[str]:
    """Wait to be alone: the journal knows a unit by its cgroup's path, which two would share.

    Raises:
        AssertionError: another one does not end.
    """
    opened = file.open("w")
    ends = time.monotonic() + 8 * PATIENCE
    while True:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            assert time.monotonic() < ends, f"another test keeps {file}"
            time.sleep(0.1)
        else:
            return opened


def _remove(cgroup: Path) -> None:
    """Remove a cgroup whose processes have been killed, as soon as they are gone."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            cgroup.rmdir()
        except OSError:
            assert time.monotonic() < ends, (cgroup / "cgroup.procs").read_text()
            time.sleep(0.05)
        else:
            return
