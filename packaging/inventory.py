"""Lists what is in the tree: a licence text for everything bundled, and an SBOM (CycloneDX).

Usage: inventory.py TREE WORK VERSION [MODEL ...]

Run it with the Python of the build's environment: the program contains the packages that are
installed there and that PyInstaller took. WORK has PyInstaller's lists.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import uuid
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from edgebox.models.catalog import Catalog, ModelEntry

LICENCE_FILE = re.compile(r"(^|/)(licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)
CARRIED = "_internal/carried.txt"
CCCL = "_internal/cccl.txt"


def main(tree: Path, work: Path, version: str, models: list[str]) -> None:
    """Write ``licences/`` and ``sbom.cdx.json``."""
    licences = tree / "licences"
    licences.mkdir()
    shutil.copy(tree / "LICENSE", licences / "edgebox.txt")
    names, sources = taken(work)
    carried = tree / CARRIED
    if carried.exists():
        sources |= {Path(line) for line in carried.read_text(encoding="utf-8").splitlines()}
        carried.unlink()
    components = [python_itself(licences)]
    components += [package(found, licences) for found in bundled(names, sources)]
    if (tree / CCCL).exists():
        components.append(cccl(tree / CCCL, licences))
    components += [library(*found, licences) for found in sorted(system_packages(sources).items())]
    catalog = Catalog.load()
    components += [model(catalog.get(name)) for name in models]
    components += [debian(path) for path in sorted(tree.glob("monitoring/packages/*.deb"))]
    bill = document(version, sorted(components, key=lambda part: (part["type"], part["name"])))
    text = json.dumps(bill, ensure_ascii=False, indent=1) + "\n"
    (tree / "sbom.cdx.json").write_text(text, encoding="utf-8")


def taken(work: Path) -> tuple[set[str], set[Path]]:
    """Return the top-level modules that PyInstaller took, and the files that it copied."""
    modules: set[str] = set()
    sources: set[Path] = set()
    for path in work.rglob("*.toc"):
        listed = ast.literal_eval(path.read_text(encoding="utf-8"))
        for entry in _entries(listed):
            name, source, kind = entry
            if kind in {"PYMODULE", "PYMODULE-1", "PYMODULE-2", "EXTENSION"}:
                modules.add(re.split(r"[./]", name)[0])
            if kind in {"BINARY", "EXTENSION"} and source:
                modules.add(re.split(r"[./]", name)[0])
                sources.add(Path(source).resolve())
    return modules, sources


def _entries(listed: object) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    if isinstance(listed, (list, tuple)):
        if len(listed) == 3 and all(isinstance(item, str) for item in listed):
            return [(listed[0], listed[1], listed[2])]
        for item in listed:
            found += _entries(item)
    return found


def bundled(names: set[str], sources: set[Path]) -> list[metadata.Distribution]:
    """The installed packages of which a module or a library was taken, EdgeBox itself aside."""
    providers = metadata.packages_distributions()
    wanted = {provider for name in names for provider in providers.get(name, ())}
    wanted |= {"pyinstaller", "llama_cpp_python"}  # the start of the program; libraries laid by us
    chosen = {}
    wanted |= {
        found.metadata["Name"] for found in metadata.distributions() if _gave(found, sources)
    }
    for provider in wanted - {"edgebox"}:
        found = metadata.distribution(provider)
        chosen[found.metadata["Name"].lower().replace("_", "-")] = found
    return [chosen[name] for name in sorted(chosen)]


def _gave(found: metadata.Distribution, sources: set[Path]) -> bool:
    """Whether one of NVIDIA's packages has a file that was taken; modules say so by their names."""
    return found.metadata["Name"].startswith("nvidia-") and any(
        Path(str(found.locate_file(file))).resolve() in sources for file in found.files or ()
    )


def package(found: metadata.Distribution, licences: Path) -> dict[str, Any]:
    """One Python package; its licence files are copied."""
    name = found.metadata["Name"].lower().replace("_", "-")
    texts = [
        Path(str(found.locate_file(file))).read_text(encoding="utf-8", errors="replace")
        for file in found.files or ()
        if ".dist-info/" in str(file) and LICENCE_FILE.search(str(file))
    ]
    stated = found.metadata.get("License-Expression") or _classified(found)
    without = f"{name} {found.version} states its licence as {stated} and brings no text of it.\n"
    whole = "\n\n".join(texts) or without
    (licences / f"{name}.txt").write_text(whole, encoding="utf-8")
    return {
        "type": "library",
        "name": name,
        "version": found.version,
        "purl": f"pkg:pypi/{name}@{found.version}",
        "licenses": [_licence(stated)],
    }


def _classified(found: metadata.Distribution) -> str:
    """Return the licence of a package that does not state it as an expression."""
    listed = found.metadata.get_all("Classifier") or []
    named = [line.split(" :: ")[-1] for line in listed if line.startswith("License :: OSI")]
    text = (found.metadata.get("License") or "").strip()
    return " and ".join(named) or (text if 0 < len(text) <= 60 else "see the text in licences")


def _licence(stated: str) -> dict[str, Any]:
    simple = re.fullmatch(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*", stated)
    return {"expression": stated} if simple else {"license": {"name": stated}}


def python_itself(licences: Path) -> dict[str, Any]:
    """CPython with its standard library."""
    text = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    if not text.exists():
        text = Path(f"/usr/share/doc/python{sysconfig.get_python_version()}/copyright")
    shutil.copy(text, licences / "python.txt")
    version = platform.python_version()
    return {
        "type": "platform",
        "name": "cpython",
        "version": version,
        "purl": f"pkg:generic/cpython@{version}",
        "licenses": [{"expression": "PSF-2.0"}],
    }


def system_packages(sources: set[Path]) -> dict[tuple[str, str], set[str]]:
    """Return (package, version) → file names, for the libraries copied from this system."""
    prefixes = {sys.prefix, sys.base_prefix} - {
        "/usr"
    }  # a Python outside the system is listed by python_itself
    found: dict[tuple[str, str], set[str]] = {}
    for source in sorted(sources):
        if str(source).startswith(tuple(f"{prefix}/" for prefix in prefixes)):
            continue
        owner = _dpkg("-S", str(source)) or _dpkg("-S", str(source).removeprefix("/usr"))
        if not owner:
            sys.exit(
                f"inventory.py: no package of this system owns {source}, so its licence is unknown"
            )
        name = owner.rsplit(": ", 1)[0].split(",")[0].split(":")[0]
        version = _query("-W", "-f=${Version}", name)
        found.setdefault((name, version), set()).add(source.name)
    return found


def library(key: tuple[str, str], files: set[str], licences: Path) -> dict[str, Any]:
    """Describe a package of the build machine's system whose libraries were copied."""
    name, version = key
    text = Path(f"/usr/share/doc/{name}/copyright")
    shutil.copy(text, licences / f"{name}.txt")
    distribution = platform.freedesktop_os_release().get("ID", "debian")
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:deb/{distribution}/{name}@{version}?arch=amd64",
        "licenses": [{"license": {"name": f"see licences/{name}.txt"}}],
        "properties": [{"name": "edgebox:files", "value": " ".join(sorted(files))}],
    }


def cccl(notices: Path, licences: Path) -> dict[str, Any]:
    """Describe NVIDIA's templates that were compiled into llama.cpp's part for GPUs."""
    text = notices.read_text(encoding="utf-8")
    notices.unlink()
    (licences / "cccl.txt").write_text(text, encoding="utf-8")
    version = text.split()[1]
    return {
        "type": "library",
        "name": "cccl",
        "version": version,
        "purl": f"pkg:github/nvidia/cccl@v{version}",
        "licenses": [
            {"expression": "Apache-2.0 WITH LLVM-exception AND Apache-2.0 AND BSD-3-Clause"}
        ],
    }


def model(entry: ModelEntry) -> dict[str, Any]:
    """Describe a language model of the artifact."""
    part: dict[str, Any] = {
        "type": "machine-learning-model",
        "name": entry.name,
        "version": entry.quantization,
        "licenses": [_licence(entry.licence)],
    }
    if entry.sha256:
        part["hashes"] = [{"alg": "SHA-256", "content": entry.sha256}]
    return part


def debian(path: Path) -> dict[str, Any]:
    """Describe a Debian package that is carried as it is, with its licences in it."""
    asked = ("dpkg-deb", "--show", "--showformat", "${Package} ${Version} ${Architecture}", path)
    name, version, architecture = subprocess.check_output(asked, text=True).split()
    purl = f"pkg:deb/debian/{name}@{version}?arch={architecture}"
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}],
    }


def document(version: str, components: list[dict[str, Any]]) -> dict[str, Any]:
    """Make the CycloneDX 1.6 document. The same content has the same serial number and time."""
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    digest = hashlib.sha256(json.dumps(components, sort_keys=True).encode()).digest()
    for part in components:
        part["bom-ref"] = part.get("purl") or f"model:{part['name']}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": "edgebox",
                "name": "edgebox",
                "version": version,
                "licenses": [{"expression": "Apache-2.0"}],
            },
        },
        "components": components,
        "dependencies": [
            {"ref": "edgebox", "dependsOn": sorted(part["bom-ref"] for part in components)}
        ],
    }


def _dpkg(*arguments: str) -> str:
    ended = subprocess.run(["dpkg", *arguments], capture_output=True, text=True, check=False)
    return ended.stdout.strip() if ended.returncode == 0 else ""


def _query(*arguments: str) -> str:
    return subprocess.run(
        ["dpkg-query", *arguments], capture_output=True, text=True, check=True
    ).stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4:])
