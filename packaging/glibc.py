"""Makes the artifact's native files run on a C library that is older than the build machine's.

Each file says which versions of which symbols it needs. Three kinds are newer than ``FLOOR``:

1. symbols that only moved into libc.so.6 or got a new version for another handling of errors
   (``SAME``): the file asks for them without a version, and any C library has one that fits;
2. symbols that the older library lacks: fallback.c has them, for systems without;
3. weak ones, which their callers can do without: they are asked for without a version too, because
   glibc 2.27 refuses a file over a weak symbol whose version is missing (2.31 does not).

Anything else stops the build, with the names of file and symbol. NVIDIA's files stay as they are:
their licence forbids changes. Without a version, the dynamic
linker takes a symbol's first version (GLIBC_2.2.5) or else its only current one: SAME has only
symbols of which both are right on every glibc since FLOOR.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from elf import Elf, Version

if TYPE_CHECKING:
    from collections.abc import Collection

FLOOR: Version = (2, 27)
FALLBACK = "libedgebox-glibc.so"
INTERPRETER = "libpython3.*.so.*"

MOVED = (
    *("dladdr", "dlclose", "dlerror", "dlopen", "dlsym", "dlvsym"),
    *("forkpty", "login_tty", "openpty", "shm_open", "shm_unlink"),
    *("sem_close", "sem_destroy", "sem_getvalue", "sem_init", "sem_open", "sem_post"),
    *("sem_timedwait", "sem_trywait", "sem_unlink", "sem_wait"),
    *("pthread_attr_getstacksize", "pthread_attr_setaffinity_np", "pthread_attr_setstacksize"),
    *("pthread_condattr_setclock", "pthread_create", "pthread_detach", "pthread_join"),
    *("pthread_getaffinity_np", "pthread_setaffinity_np", "pthread_getcpuclockid"),
    *("pthread_getspecific", "pthread_setspecific", "pthread_key_create", "__pthread_key_create"),
    *("pthread_key_delete", "pthread_kill", "pthread_mutex_trylock", "pthread_mutexattr_destroy"),
    *("pthread_mutexattr_init", "pthread_mutexattr_settype", "pthread_once"),
    *("pthread_rwlock_destroy", "pthread_rwlock_init", "pthread_rwlock_rdlock"),
    *("pthread_rwlock_unlock", "pthread_rwlock_wrlock", "pthread_sigmask"),
)
"""Of libpthread, libdl, librt and libutil until 2.32 or 2.34: the same, in another file."""

MATHEMATICS = ("exp", "exp2", "hypot", "log", "log2", "pow")
"""The older version returns the same, and sets errno the same unless it is told otherwise."""

SAME = frozenset(MOVED + MATHEMATICS)

LIBRARIES = ("libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libm.so.6")
"""Where the symbols of SAME are in an older system; a newer one has these files as well."""

RENAMED = {"sysconf": "edgebox_sysconf"}
"""Of the interpreter; fallback.c says why."""


def lower(
    internal: Path, files: list[Path], kept: Collection[Path] = ()
) -> dict[Path, tuple[Version, Version]]:
    """Build the fallback into ``internal`` and change the files.

    Args:
        internal: the folder of the program's libraries.
        files: every native file.
        kept: those of them that stay as they are.

    Returns:
        The oldest glibc that each file needed, and needs now.
    """
    fallback = build(internal / FALLBACK)
    provided = Elf(fallback).defined()
    before = {path: Elf(path).oldest() for path in [*files, fallback]}
    renamed = rename(internal)
    for path in before.keys() - set(kept):
        known = SAME | provided if path != fallback else SAME
        change(path, known, renamed if path.match(INTERPRETER) else frozenset())
    return {path: (needed, Elf(path).oldest()) for path, needed in before.items()}


def build(target: Path) -> Path:
    """Compile fallback.c; the libraries of SAME are loaded with it."""
    wanted = [f"-l:{name}" for name in LIBRARIES]
    run(
        *("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-s"),
        *(f"-Wl,-soname,{FALLBACK}", "-Wl,--no-as-needed"),
        *("-o", str(target), str(Path(__file__).with_name("fallback.c")), *wanted),
    )
    target.chmod(0o755)
    return target


def rename(internal: Path) -> frozenset[str]:
    """Let the interpreter call functions of fallback.c by their names there; returns these."""
    libraries = list(internal.glob(INTERPRETER))
    if len(libraries) != 1:
        sys.exit(f"glibc.py: {internal} has {len(libraries)} libraries of Python instead of one")
    with tempfile.NamedTemporaryFile("w", encoding="ascii") as names:
        names.write("".join(f"{old} {new}\n" for old, new in RENAMED.items()))
        names.flush()
        run("patchelf", "--rename-dynamic-symbols", names.name, str(libraries[0]))
    here = {symbol.name for symbol in Elf(libraries[0]).symbols()}
    if missing := set(RENAMED.values()) - here:
        sys.exit(f"glibc.py: {libraries[0].name} does not call {', '.join(missing)}")
    return frozenset(RENAMED.values())


def change(path: Path, known: frozenset[str] | set[str], renamed: frozenset[str]) -> None:
    """Change one file; exits if it needs a symbol of which no older form is known."""
    file = Elf(path)
    if abi := [need.version for need in file.needs() if need.version.startswith("GLIBC_ABI_")]:
        sys.exit(
            f"glibc.py: {path.name} needs {', '.join(abi)}, which no glibc {FLOOR[0]}.{FLOOR[1]} "
            "has. Link it without packed relocations (-Wl,-z,nopack-relative-relocs)"
        )
    newer = file.newer(FLOOR)
    unknown = [
        f"{it.name}@{need.version}" for it, need in newer if it.name not in known and not it.weak
    ]
    if unknown:
        sys.exit(
            f"glibc.py: {path.name} needs {', '.join(unknown)}, newer than glibc "
            f"{FLOOR[0]}.{FLOOR[1]}. If an older form is the same, add it to SAME in "
            "packaging/glibc.py; else write it into packaging/fallback.c"
        )
    names = {it.name for it, _ in newer} | renamed
    if names & (known | renamed) and path.name != FALLBACK:
        run("patchelf", "--add-needed", FALLBACK, str(path))
        file = Elf(path)
    file.forget(names)
    file.relax(FLOOR)
    file.save()
    path.chmod(0o755)


def run(*command: str) -> None:
    """Run a tool that must succeed."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"glibc.py: {' '.join(command)}: {ended.stderr.strip()}")
