"""What this machine has: memory, its use, and GPUs."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_MIB = 2**20
_STA_UNSYNC = 0x40
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Gpu:
    """An NVIDIA GPU; memory in bytes."""

    name: str
    total: int
    free: int


def gpus() -> tuple[Gpu, ...]:
    """Return the GPUs that the driver lists; none without a driver."""
    found = []
    for line in _asked("name,memory.total,memory.free"):
        name, *numbers = (part.strip() for part in line.rsplit(",", 2))
        with suppress(ValueError):  # "[N/A]": the driver does not know
            total, free = (int(number) * _MIB for number in numbers)
            found.append(Gpu(name, total, free))
    return tuple(found)


def capabilities() -> tuple[int, ...]:
    """Return the compute capability of each GPU (75: 7.5); none where the driver does not say."""
    plain = (line.strip().replace(".", "", 1) for line in _asked("compute_cap"))
    return tuple(int(text) for text in plain if text.isdigit())


def _asked(fields: str) -> list[str]:
    """Return the driver's line for each GPU."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    ask = [tool, f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    try:
        listed = subprocess.run(  # noqa: S603 - found on the PATH, constant arguments
            ask, capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return listed.stdout.splitlines() if listed.returncode == 0 else []


def built_for_gpu() -> bool:
    """Whether the installed llama.cpp has a CUDA backend. Does not load it."""
    return _in_llama("libggml-cuda*") is not None


def built_for() -> tuple[int, ...]:
    """Return the compute capabilities (75: 7.5) that the artifact's CUDA backend has code for.

    None where it was built for the GPUs of one machine: only packaging/bundle.py lists them.
    """
    found = _in_llama("cuda-architectures")
    return tuple(map(int, found.read_text(encoding="ascii").split())) if found else ()


def _in_llama(pattern: str) -> Path | None:
    """Return a file in the folder of llama_cpp."""
    found = find_spec("llama_cpp")
    folders = found.submodule_search_locations if found else None
    return next((path for f in folders or () for path in Path(f).glob(f"**/{pattern}")), None)


def clock_synchronised(timesync: Path = Path("/run/systemd/timesync")) -> bool | None:
    """Return whether the clock is synchronised, or None if nothing here can tell.

    The kernel knows, whatever program keeps the time; ``adjtimex`` with nothing to adjust only
    reads. Where a sandbox forbids it: systemd-timesyncd leaves a file when it has set the clock.

    Args:
        timesync: the folder of systemd-timesyncd.
    """
    timex = ctypes.create_string_buffer(256)  # struct timex has 208 bytes; its modes are 0
    if ctypes.CDLL(None).adjtimex(timex) >= 0:
        status: int = ctypes.c_int.from_buffer(timex, 40).value
        return not status & _STA_UNSYNC
    return (timesync / "synchronized").exists() if timesync.is_dir() else None


def total_memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * _PAGE


def rss_bytes(pid: int | str) -> int:
    """Return the resident memory of a process ("self": this one), or 0 when it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except OSError:
        return 0


def thread_work(thread: int | None) -> int:
    """Return a number that grows while a thread of this process computes or reads file pages.

    Args:
        thread: its native id.
    """
    try:
        stat = Path(f"/proc/self/task/{thread}/stat").read_text(encoding="ascii")
    except OSError:
        return 0
    fields = stat.rpartition(")")[2].split()
    return sum(int(fields[at]) for at in (9, 11, 12))  # major faults, ticks of user and system


def available_memory(meminfo: Path = Path("/proc/meminfo"), cgroup: Path | None = None) -> int:
    """Return the bytes that new processes may use: the kernel's estimate within the cgroup's limit.

    Args:
        meminfo: the kernel's.
        cgroup: folder with memory.max, .current and .stat (cgroup v2); this process's when None.
    """
    free = 0
    for line in meminfo.read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) * 1024
    if cgroup is None:
        cgroup = Path("/sys/fs/cgroup")
        with suppress(OSError):
            for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
                if line.startswith("0::"):
                    cgroup /= line.removeprefix("0::").strip().lstrip("/")
    with suppress(OSError, ValueError):  # no limit reads "max"
        limit = int((cgroup / "memory.max").read_text(encoding="ascii"))
        used = int((cgroup / "memory.current").read_text(encoding="ascii"))
        stat = (cgroup / "memory.stat").read_text(encoding="ascii").split()
        files = dict(zip(stat[::2], stat[1::2], strict=True))
        cached = sum(int(files.get(key, 0)) for key in ("active_file", "inactive_file"))
        free = min(free, max(0, limit - used + cached))  # the kernel can free file pages
    return free
