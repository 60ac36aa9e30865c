"""The energy counters of Intel and AMD processors (RAPL), where this user may read them.

Since the PLATYPUS attack the kernel lets root alone read them, and virtual machines have none. An
administrator can allow it: ``chmod o+r`` on each ``energy_uj``.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

ROOT = Path("/sys/class/powercap")


class Packages:
    """The processor packages. Each counter starts again at its range, a few times an hour.

    Args:
        root: of the kernel's power capping framework.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root
        self._last: dict[str, int] = {}
        self._joules: dict[str, float] = {}

    def joules(self) -> dict[str, float]:
        """Return the joules since the first call, by package: cpu0, cpu1. Only of those read now.

        Ask at least once a minute: of two turns of a counter in between only one is seen.
        """
        found = {}
        for zone in sorted(self._root.glob("intel-rapl:[0-9]*")):
            with suppress(OSError, ValueError):
                if not (zone / "name").read_text(encoding="ascii").startswith("package"):
                    continue  # a part of a package, or the whole machine
                now = int((zone / "energy_uj").read_text(encoding="ascii"))
                top = int((zone / "max_energy_range_uj").read_text(encoding="ascii"))
                name = f"cpu{zone.name.rpartition(':')[2]}"
                used = now - self._last.get(name, now)
                self._last[name] = now
                self._joules[name] = self._joules.get(name, 0.0) + (used % (top + 1)) / 1e6
                found[name] = self._joules[name]
        return found
