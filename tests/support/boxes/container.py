"""A container with real systemd and no network: an administrator's machine, Debian 12 or another.

Needs root, debootstrap and systemd-nspawn. The installed systems are kept in the user's cache, and
each container is a copy of one.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from support.polling import PATIENCE

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "edgebox"
SYSTEMS = {"Debian 11": "bullseye", "Debian 12": "bookworm", "Debian 13": "trixie"}
"""The suite of each system that debootstrap can install from the mirror that it takes by itself."""

PACKAGES = ("systemd", "systemd-sysv", "dbus")
"""Added to the smallest Debian; nothing that EdgeBox itself brings."""

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
REBOOT = 133
"""systemd-nspawn's exit code when the container rebooted (with --keep-unit)."""

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Ended:
    """The result of a command in the container."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def installed(system: str) -> Path:
    """Return the folder with an installed system; the first call makes it, in a minute."""
    suite = SYSTEMS[system]
    folder = CACHE / f"system-{suite}-{'-'.join(PACKAGES)}"
    if not (folder / "etc" / "os-release").exists():
        for tool in ("debootstrap", "systemd-nspawn"):
            if shutil.which(tool) is None:
                raise RuntimeError("missing: apt-get install debootstrap systemd-container")
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        options = ["--variant=minbase", f"--include={','.join(PACKAGES)}"]
        subprocess.run(
            ["debootstrap", *options, suite, str(partial)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        partial.rename(folder)
    return folder


class Container:
    """One booted machine.

    Args:
        folder: its file system; made from Debian's, removed by ``close``.
        media: the administrator's stick, mounted read-only at ``/media/usb``.
        system: one of ``SYSTEMS``.
    """

    def __init__(self, folder: Path, media: Path, system: str = "Debian 12") -> None:
        self.folder = folder
        self._media = media
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run(["cp", "-a", f"{installed(system)}/.", str(folder)], check=True)
        (folder / "etc" / "hostname").write_text("edgebox-test\n")
        (folder / "etc" / "machine-id").write_text("")
        (folder / "media" / "usb").mkdir(parents=True, exist_ok=True)

    def boot(self) -> None:
        """Start the container, and wait until systemd has started its units."""
        self._log = (self.folder.parent / f"{self.folder.name}.log").open("ab")
        self._process = subprocess.Popen(
            [
                "systemd-nspawn",
                "--quiet",
                "--register=no",
                "--keep-unit",
                "--private-network",
                f"--bind-ro={self._media}:/media/usb",
                "-D",
                str(self.folder),
                "-b",
            ],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        self._await_booted()

    def _await_booted(self) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with suppress(RuntimeError, IndexError):
                state = self.run("systemctl is-system-running").out.strip()
                if state in {"running", "degraded"}:
                    return
            time.sleep(0.3)
        raise RuntimeError(f"the container did not boot: {self._log.name}")

    @property
    def init(self) -> int:
        """Pid, on this machine, of the container's first process."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"the container ended: {self._log.name}")
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return int(children[0])

    def enter(self, *words: str) -> list[str]:
        """Return the command that runs ``words`` in the container."""
        inside = ["nsenter", "-t", str(self.init), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w"]
        return [*inside, "--", "env", "-i", f"PATH={PATH}", "LANG=C.UTF-8", *words]

    def run(self, script: str, *, timeout: float = 120) -> Ended:
        """Run a shell script as root in the container."""
        ended = subprocess.run(
            self.enter("sh", "-c", script),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def out(self, script: str, *, timeout: float = 120) -> str:
        """Run a script that must succeed, and return its output."""
        ended = self.run(script, timeout=timeout)
        assert ended.code == 0, f"{script}: {ended.said}"
        return ended.out.strip()

    @contextmanager
    def network(self) -> Iterator[None]:
        """In the block, sockets that this thread opens are in the container's network."""
        with (
            Path("/proc/thread-self/ns/net").open() as ours,
            Path(f"/proc/{self.init}/ns/net").open() as theirs,
        ):
            _set_network(theirs.fileno())
            try:
                yield
            finally:
                _set_network(ours.fileno())

    def reboot(self) -> None:
        """Run ``systemctl reboot`` and wait until the system is up again."""
        assert self._process is not None
        self.run("systemctl reboot")
        assert self._process.wait(120) == REBOOT
        self._log.close()
        self.boot()

    def cut_power(self) -> None:
        """Kill every process in the container; its file system stays."""
        if self._process is not None and self._process.poll() is None:
            with suppress(RuntimeError, IndexError, ProcessLookupError):
                os.kill(self.init, signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._log.close()

    def close(self) -> None:
        """Cut the power and remove the file system."""
        self.cut_power()
        Path(self._log.name).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def _set_network(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
