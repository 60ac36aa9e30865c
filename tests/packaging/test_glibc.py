"""The artifact's native files on an older C library: what they ask for, and what stands in for it.

That they run there is seen by tests/appliance/test_systems.py on booted systems.
"""

import ctypes
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
sys.path.insert(0, str(PACKAGING))

import glibc  # noqa: E402 - a script's module, found beside it
from elf import Elf  # noqa: E402

needs_compiler = pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no compiler")

SOURCE = """
#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <sys/stat.h>
static void *one(void *in) { *(double *)in = pow(2, *(double *)in); return 0; }
double power(double x) {
  pthread_t t;
  pthread_create(&t, 0, one, &x);
  pthread_join(t, 0);
  return x;
}
long size(const char *path) { struct stat s; return stat(path, &s) ? -1 : s.st_size; }
"""
WEAK = """
extern int gettid(void) __attribute__((weak));
extern int getpid(void);
int known(void) { return gettid != 0 && getpid() > 0; }
"""


def compiled(folder, source, name="ours.so", *options):
    path = folder / name
    (folder / "ours.c").write_text(source)
    command = ["gcc", "-O1", "-shared", "-fPIC", "-fno-builtin", "-o", path, folder / "ours.c"]
    subprocess.run([*command, *options], check=True)
    return path


def required(path):
    """The versions that objdump says the file cannot do without."""
    said = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=True)
    found = re.findall(r"0x[0-9a-f]+ 0x(\d\d) \d+ GLIBC_(\d+)\.(\d+)", said.stdout)
    return {(int(major), int(minor)) for flags, major, minor in found if flags == "00"}


@pytest.fixture(scope="module")
def fallback(tmp_path_factory):
    return glibc.build(tmp_path_factory.mktemp("fallback") / glibc.FALLBACK)


@needs_compiler
def test_a_file_reads_as_objdump_reads_it(tmp_path):
    path = compiled(tmp_path, SOURCE, "ours.so", "-lm")
    file = Elf(path)
    assert file.oldest() == max(required(path))
    newer = {symbol.name for symbol, _ in file.newer((2, 27))}
    if file.oldest() > (2, 33):  # what this system's headers ask for
        assert newer >= {"pow", "stat", "pthread_create"}
    assert file.defined() >= {"power", "size"}


@needs_compiler
def test_lowered_it_needs_less_and_does_the_same(tmp_path):
    path = compiled(tmp_path, SOURCE, "ours.so", "-lm")
    before = path.stat().st_size
    file = Elf(path)
    file.forget({symbol.name for symbol, _ in file.newer(glibc.FLOOR)})
    file.relax(glibc.FLOOR)
    file.save()
    assert max(required(path)) <= glibc.FLOOR
    assert Elf(path).oldest() <= glibc.FLOOR
    assert path.stat().st_size == before
    library = ctypes.CDLL(str(path))
    library.power.restype = ctypes.c_double
    library.size.restype = ctypes.c_long
    assert library.power(ctypes.c_double(10.0)) == 1024.0
    assert library.size(os.fsencode(__file__)) == Path(__file__).stat().st_size
    assert library.size(b"/nonexistent") == -1


@needs_compiler
def test_what_a_symbol_must_have_is_not_relaxed(tmp_path):
    path = compiled(tmp_path, SOURCE, "ours.so", "-lm")
    file = Elf(path)
    file.forget({"pow", "pthread_create", "pthread_join"})
    file.relax((2, 17))
    file.save()
    left = {need.version for _, need in Elf(path).newer((2, 17)) if not need.weak}
    assert left == {need.version for it, need in file.newer((2, 17)) if it.name == "stat"}


@needs_compiler
def test_a_weak_symbol_is_left_as_it_is(tmp_path):
    path = compiled(tmp_path, WEAK)
    file = Elf(path)
    [symbol] = [symbol for symbol in file.symbols() if symbol.name == "gettid"]
    assert symbol.weak
    file.relax(glibc.FLOOR)
    file.save()
    assert Elf(path).oldest() <= glibc.FLOOR
    assert ctypes.CDLL(str(path)).known() == 1


@needs_compiler
def test_an_unknown_symbol_stops_the_build_by_its_name(tmp_path):
    path = compiled(tmp_path, SOURCE, "ours.so", "-lm")
    if Elf(path).oldest() <= (2, 33):
        pytest.skip("this system's headers ask for nothing newer")
    with pytest.raises(SystemExit) as ended:
        glibc.change(path, glibc.SAME, frozenset())  # without the fallback's own names
    assert "ours.so needs stat@GLIBC_2.33" in str(ended.value)
    assert "pow" not in str(ended.value)


@needs_compiler
def test_the_fallback_answers_as_the_system_does(fallback, tmp_path):
    ours = ctypes.CDLL(str(fallback), use_errno=True)
    system = ctypes.CDLL(None, use_errno=True)
    out, right = ctypes.create_string_buffer(144), ctypes.create_string_buffer(144)
    for name in ("stat", "lstat", "stat64", "lstat64"):
        assert getattr(ours, name)(b"/etc/passwd", out) == 0
        assert system.lstat(b"/etc/passwd", right) == 0
        assert out.raw == right.raw
        assert getattr(ours, name)(b"/nonexistent", out) == -1
        assert ctypes.get_errno() == 2
    with Path("/etc/passwd").open() as file:
        assert ours.fstat(file.fileno(), out) == 0
        assert out.raw == right.raw
        assert ours.fcntl64(file.fileno(), 1) == system.fcntl(file.fileno(), 1)
    assert ours.mknod(os.fsencode(tmp_path / "fifo"), 0o10600, ctypes.c_ulong(0)) == 0
    assert (tmp_path / "fifo").is_fifo()
    assert ours.close_range(5, 4, 0) == -1
    assert ctypes.get_errno() == 22
    cpu = ctypes.c_uint(1 << 31)
    assert ours.getcpu(ctypes.byref(cpu), None) == 0
    assert cpu.value < os.cpu_count()
    assert len({ours.arc4random() for _ in range(8)}) > 1


@needs_compiler
def test_a_wait_against_the_monotonic_clock_ends_in_time_and_not_before(fallback):
    ours = ctypes.CDLL(str(fallback), use_errno=True)
    semaphore = ctypes.create_string_buffer(32)
    assert ctypes.CDLL(None).sem_init(semaphore, 0, 1) == 0

    def wait(seconds):
        until = time.monotonic() + seconds
        moment = (ctypes.c_long * 2)(int(until), int(until % 1 * 1e9))
        return ours.sem_clockwait(semaphore, time.CLOCK_MONOTONIC, moment), until

    assert wait(60)[0] == 0
    ended, until = wait(0.7)
    assert ended == -1
    assert ctypes.get_errno() == 110  # ETIMEDOUT
    assert time.monotonic() >= until
    assert wait(-1)[0] == -1


@needs_compiler
def test_the_frames_of_a_function_are_found_where_the_system_finds_them(fallback):
    ours, system = ctypes.CDLL(str(fallback)), ctypes.CDLL(None)
    if not hasattr(system, "_dl_find_object"):
        pytest.skip("this system's C library is older")
    address = ctypes.cast(system.printf, ctypes.c_void_p)
    found, right = (ctypes.c_ulong * 12)(), (ctypes.c_ulong * 12)()
    assert ours._dl_find_object(address, found) == system._dl_find_object(address, right) == 0
    assert found[4] == right[4]
    assert found[1] <= address.value < found[2]
    assert ours._dl_find_object(None, found) == -1


@needs_compiler
def test_the_stack_of_a_crash_has_a_size(fallback):
    ours = ctypes.CDLL(str(fallback))
    ours.edgebox_sysconf.restype = ctypes.c_long
    assert ours.edgebox_sysconf(os.sysconf_names["SC_PAGE_SIZE"]) == os.sysconf("SC_PAGE_SIZE")
    assert 8192 <= ours.edgebox_sysconf(250) <= 1 << 20
    assert ours.edgebox_sysconf(-5) == -1
