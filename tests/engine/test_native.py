"""What loads llama.cpp's library, and what must not."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    ["background", "core", "model", "pool", "sampling", "scheduler", "sequence", "speed", "thread"],
)
def test_the_engines_own_logic_loads_no_native_library(module):
    code = f"import sys, edgebox.engine.{module}; print('llama_cpp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("module", ["backends", "constraint", "llama"])
def test_the_spin_count_is_set_before_a_library_is_loaded(module):
    code = f"""
import builtins, os
real = builtins.__import__
def watched(name, *rest, **named):
    if name.partition(".")[0] == "llama_cpp":
        print(os.environ.get("GOMP_SPINCOUNT"))
    return real(name, *rest, **named)
builtins.__import__ = watched
import edgebox.engine.{module}
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == "2500"
