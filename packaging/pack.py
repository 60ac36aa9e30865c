"""Makes the artifact: one file with the installer, the program and the models in this order.

Usage: pack.py TREE OUTPUT [--sign KEY] [NAME=FILE ...]

TREE is a release as it is in /opt/edgebox/releases, with its VERSION, BACKEND and GLIBC; its
install.sh and the list of its files (MANIFEST) are made here. The file begins with install.sh (the
head), which contains the sizes and sums of everything that follows, and its own sum. With --sign,
gpg signs the head, and so everything.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import BinaryIO

from edgebox.models.catalog import Catalog

CHUNK = 1 << 20
SIGNATURES = 100
"""Until one has the length of the one before: more than a second of them, as the same second gives
the same signature."""
ROUNDS = 10
"""More than enough for the head's length to settle, which is itself a part of the head."""

PARTS = (
    "head",
    "settings",
    "checks",
    "steps",
    "services",
    "system",
    "install",
    "upgrade",
    "remove",
    "main",
)
"""Files of ``packaging/install``, joined to one script in this order."""

OF_THE_FILE = (
    *("HEAD_BYTES", "HEAD_SHA256", "PROGRAM_BYTES", "PROGRAM_SHA256", "PROGRAM_INSTALLED"),
    *("MANIFEST_SHA256", "SIGNATURE_BYTES", "ROLE_MODELS", "MODELS"),
)
"""Values that install.sh has at the head of the artifact, but not in an installed release."""


def main() -> None:
    """Write OUTPUT and OUTPUT.sha256, which sha256sum can check."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tree", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--sign", metavar="KEY", help="a secret key that gpg has")
    parser.add_argument("models", nargs="*", metavar="NAME=FILE")
    options = parser.parse_args()
    tree: Path = options.tree
    models = dict(found.split("=", 1) for found in options.models)
    named = ("VERSION", "BACKEND", "GLIBC")
    values = {name: (tree / name).read_text(encoding="ascii").strip() for name in named}
    program = io.BytesIO()
    folder = Path(__file__).with_name("install")
    texts = [(folder / f"{part}.sh").read_text(encoding="utf-8") for part in PARTS]
    script = "\n".join(texts)
    (tree / "install.sh").write_text(
        replaced(script, values | dict.fromkeys(OF_THE_FILE, "")), encoding="utf-8"
    )
    (tree / "install.sh").chmod(0o755)
    manifest = write_manifest(tree)
    archive(tree, program)
    values |= {
        "PROGRAM_BYTES": str(len(program.getvalue())),
        "PROGRAM_SHA256": hashlib.sha256(program.getvalue()).hexdigest(),
        "PROGRAM_INSTALLED": str(installed_size(tree)),
        "MANIFEST_SHA256": hashlib.sha256(manifest).hexdigest(),
        "MODELS": "\n".join(described(name, Path(file)) for name, file in models.items()),
        "ROLE_MODELS": " ".join(f"{role}={name}" for role, name in roles(list(models)).items()),
        "SIGNATURE_BYTES": "0",
    }
    head, signature = signed_head(script, values, options.sign)
    partial = options.output.with_name(options.output.name + ".partial")
    with partial.open("wb") as out:
        out.write(head)
        out.write(program.getvalue())
        for file in models.values():
            append(Path(file), out)
        out.write(signature)
    partial.chmod(0o755)
    partial.replace(options.output)
    with options.output.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    line = f"{digest}  {options.output.name}\n"
    options.output.with_name(options.output.name + ".sha256").write_text(line, encoding="ascii")


def write_manifest(tree: Path) -> bytes:
    """Write ``MANIFEST``, the SHA-256 of every file in the form that sha256sum checks."""
    lines = []
    for path in files(tree):
        if path.is_symlink():
            sys.exit(f"pack.py: {path} is a link: the list would not cover where it points")
        if path.name != "MANIFEST" or path.parent != tree:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest}  ./{path.relative_to(tree)}\n")
    text = "".join(lines).encode()
    (tree / "MANIFEST").write_bytes(text)
    return text


def files(tree: Path) -> list[Path]:
    """Return every file and link of the tree, in an order that does not depend on the disk."""
    return sorted(path for path in tree.rglob("*") if path.is_symlink() or not path.is_dir())


def archive(tree: Path, out: BinaryIO) -> None:
    """Write the tree as a gzipped tar, owned by root. The same tree gives the same bytes."""
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime = epoch
        member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        return member

    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=epoch) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted(tree.rglob("*")):
            tar.add(path, arcname=str(path.relative_to(tree)), recursive=False, filter=plain)


def installed_size(tree: Path) -> int:
    """Return the bytes that the tree needs on a disk with blocks of 4 KiB."""
    return sum(-(-path.stat().st_size // 4096) * 4096 for path in files(tree))


def described(name: str, file: Path) -> str:
    """Return a model's line in the head. Exits if the catalogue lists another file."""
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    entry = Catalog.load().get(name)
    if digest != entry.sha256:
        sys.exit(f"pack.py: {file} is not the {name} that the catalogue lists")
    return f"{name} {file.stat().st_size} {digest}"


def roles(names: list[str]) -> dict[str, str]:
    """Return the model of each role: the first that suits it and has no role yet, if possible."""
    catalog = Catalog.load()
    chosen: dict[str, str] = {}
    for role in ("slm", "mlm"):
        fitting = [name for name in names if role in catalog.get(name).roles]
        free = [name for name in fitting if name not in chosen.values()]
        if fitting:
            chosen[role] = (free or fitting)[0]
    return chosen


def signed_head(text: str, values: dict[str, str], key: str | None) -> tuple[bytes, bytes]:
    """Return the script with everything filled in, and its signature (empty without a key)."""
    if key is None:
        return filled(text, values), b""
    # Its length is in what it signs, and differs by a byte now and then.
    length = len(sign(filled(text, values), key))
    for _ in range(SIGNATURES):
        head = filled(text, values | {"SIGNATURE_BYTES": str(length)})
        signature = sign(head, key)
        if len(signature) == length:
            return head, signature
        length = len(signature)
    sys.exit("pack.py: gpg's signatures never had the length of the one before")


def replaced(text: str, values: dict[str, str]) -> str:
    """Fill values into the script."""
    for name, value in values.items():
        text = text.replace(f"'@{name}@'", f"'{value}'")
    return text


def filled(text: str, values: dict[str, str]) -> bytes:
    """Fill in the head's own length, which is part of the sum, and the sum, which is not."""
    text = replaced(text, values)
    length = 0
    for _ in range(ROUNDS):
        whole = text.replace("'@HEAD_BYTES@'", f"'{length}'").replace("'@HEAD_SHA256@'", "''")
        if (now := len(whole.encode()) + 64) == length:
            digest = hashlib.sha256(whole.encode()).hexdigest()
            return whole.replace("head_sha256=''", f"head_sha256='{digest}'", 1).encode()
        length = now
    sys.exit("pack.py: the head's length does not settle")


def sign(head: bytes, key: str) -> bytes:
    """Return gpg's detached signature over the head."""
    ended = subprocess.run(
        ["gpg", "--batch", "--local-user", key, "--detach-sign", "--output", "-"],
        input=head,
        capture_output=True,
        check=False,
    )
    if ended.returncode:
        sys.exit(f"pack.py: gpg could not sign: {ended.stderr.decode(errors='replace').strip()}")
    return ended.stdout


def append(file: Path, out: BinaryIO) -> None:
    """Append a file."""
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            out.write(chunk)


if __name__ == "__main__":
    main()
