"""The engine's modules: what loads llama.cpp's library, and what imports what."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import edgebox.engine

FOLDER = Path(edgebox.engine.__file__).parent


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


def test_no_module_imports_one_that_imports_it_not_even_for_its_types():
    imports = {}
    for path in FOLDER.glob("*.py"):
        imports[path.stem] = {
            f"{node.module}.{name.name}".split(".")[2]
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("edgebox.engine")
            for name in node.names
        }
    assert {"loaded", "thread"} <= imports["role"]
    TopologicalSorter(imports).prepare()  # raises on a circle
