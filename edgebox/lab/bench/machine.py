"""The machine that figures belong to: its processor, its GPUs, the day."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

from edgebox.system.machine import gpus


def machine(cpuinfo: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """Return processor (with GPUs), its vector instructions, cores, kernel and date.

    Args:
        cpuinfo: the kernel's. Processors other than x86 have no name in it.
    """
    fields: dict[str, str] = {}
    for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    flags = fields.get("flags", "").split()
    vectors = next((name for name in ("avx512f", "avx2", "avx") if name in flags), "")
    cards = [card.name for card in gpus()]
    return {
        "processor": ", ".join([fields.get("model name") or platform.machine(), *cards]),
        "vectors": vectors.removesuffix("f").upper(),
        "cores": str(os.cpu_count()),
        "kernel": platform.release(),
        "date": time.strftime("%Y-%m-%d"),
    }
