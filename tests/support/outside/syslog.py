"""A journal and rsyslog of Debian, in a namespace of their own: the machine's are not touched.

systemd-journald and rsyslogd are the real programs. A process is in a unit when it is in the cgroup
of that name, as under systemd, so the journal's ``_SYSTEMD_UNIT`` is the kernel's word.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

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
        # The journal knows a unit by its cgroup's path, so two of these would share them.
        self._alone = (Path(tempfile.gettempdir()) / "edgebox-tests-cgroups.lock").open("w")
        fcntl.flock(self._alone, fcntl.LOCK_EX)
        for name in ("log", "spool"):
            (folder / name).mkdir()
        self._shell = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "bash"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.do(
            "mount -t tmpfs tmpfs /run && mkdir -p /run/log/journal /run/systemd/journal",
            f"mount --bind {folder / 'log'} /var/log",
            f"{JOURNALD} 2>/dev/null & journald=$!",
            "until [ -S /run/systemd/journal/stdout ]; do sleep 0.05; done",
        )

    def do(self, *lines: str) -> str:
        """Run lines of bash; returns what they print.

        Raises:
            AssertionError: the last one failed.
        """
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write("\n".join([*lines, "echo; echo ENDED $?"]) + "\n")
        self._shell.stdin.flush()
        said = []
        for line in self._shell.stdout:
            if line.startswith("ENDED "):
                assert line == "ENDED 0\n", f"{lines[-1]}: {''.join(said)}"
                return "".join(said).strip()
            said.append(line)
        raise AssertionError(f"the shell ended: {''.join(said)}")

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
        """End both programs and remove the cgroups."""
        try:
            self.do("kill -KILL $rsyslogd $journald 2>/dev/null", "wait 2>/dev/null; true")
        finally:
            self._shell.kill()
            self._shell.communicate()
            for at in _cgroups():
                for unit in self.units:
                    if (at / UNITS / unit).exists():
                        (at / UNITS / unit).rmdir()
                if (at / UNITS).exists() and not any((at / UNITS).glob("*/")):
                    (at / UNITS).rmdir()
            self._alone.close()
