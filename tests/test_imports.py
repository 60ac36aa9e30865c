"""Who may import whom: the layers of docs/architecture.md, held by this test."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# From the top down: a module imports from lower lines only, or from its own unit.
LAYERS = (
    ("edgebox_cli",),
    ("lab",),
    ("processes",),
    ("processes.loading",),
    ("console",),
    ("api",),
    ("worker",),
    ("callbacks",),
    ("store",),
    ("contract",),
    ("live",),
    ("ask",),
    ("consultation",),
    ("scoring",),
    ("language",),
    ("reading",),
    ("engine_client",),
    ("engine",),
    ("settings.check",),
    ("models", "schedule", "costs"),
    ("settings",),
    ("signing_v2",),
    ("diagnosis",),
    ("exposition", "counting"),
    ("signing", "system"),
    ("errors", ""),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}

ENGINE_IS_ANOTHER_PROCESS = "the engine is another process: only engine_client speaks to it"

# What the lines above would allow and should not.
FORBIDDEN = {
    ("api", "worker"): "the API hands rows over through the store",
    **{
        (unit, "engine"): ENGINE_IS_ANOTHER_PROCESS
        for unit in (
            "api",
            "worker",
            "callbacks",
            "store",
            "console",
            "live",
            "ask",
            "consultation",
            "scoring",
            "language",
        )
    },
    ("lab", "engine"): "a benchmark sees what every client sees",
    ("lab", "processes"): "the laboratory measures a box from outside",
    ("engine_client", "engine"): "the client knows the wire, not the engine's code",
    ("edgebox_cli", "engine"): "the command line asks the running engine",
}

SOLE_IMPORTERS = {
    "llama_cpp": ("edgebox/engine/backends.py", "edgebox/engine/llama.py"),
    "llguidance": ("edgebox/engine/constraint.py",),
    "sqlite_utils": ("edgebox/store/",),
    "huey": ("edgebox/worker/wakeups.py", "edgebox/worker/worker.py"),
    "tomlkit": ("edgebox/settings/edit.py",),
    "typer": ("cli/edgebox_cli/",),
    "rich": ("cli/edgebox_cli/",),
    "starlette": ("edgebox/api/", "edgebox/console/", "edgebox/engine/server.py"),
    "argon2": ("edgebox/console/passwords.py",),
    "pynvml": ("edgebox/system/nvml.py",),
}


@dataclass(frozen=True)
class Import:
    """One import statement's target."""

    file: str
    line: int
    target: str
    typing_only: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.target}"


def sources() -> list[Path]:
    return [*(ROOT / "edgebox").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]


def imports_of(path: Path) -> Iterator[Import]:
    file = str(path.relative_to(ROOT))
    yield from _walk(ast.parse(path.read_text(encoding="utf-8")), file, typing=False)


def _walk(node: ast.AST, file: str, *, typing: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for name in child.names:
                yield Import(file, child.lineno, name.name, typing)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{file}:{child.lineno}: relative import"
            for name in child.names:
                yield Import(file, child.lineno, f"{child.module}.{name.name}", typing)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for inner in child.body:
                yield from _walk(ast.Module([inner], []), file, typing=True)
        else:
            yield from _walk(child, file, typing=typing)


@cache
def every_import() -> list[Import]:
    return [found for path in sources() for found in imports_of(path)]


def unit(target: str) -> str | None:
    """The name in LAYERS that a dotted module belongs to: its longest known prefix.

    None for what is not ours.
    """
    head, _, rest = target.partition(".")
    if head == "edgebox_cli":
        return head
    if head != "edgebox":
        return None
    parts = rest.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in RANK:
            return name
    ours = (ROOT / "edgebox" / parts[0]).is_dir() or (ROOT / "edgebox" / f"{parts[0]}.py").is_file()
    return parts[0] if ours else ""  # ``from edgebox import __version__``


def unit_of(file: str) -> str:
    parts = Path(file).with_suffix("").parts
    if parts[0] == "cli":
        return "edgebox_cli"
    return unit(".".join(parts).removesuffix(".__init__")) or ""


def module_of(path: Path) -> str:
    folder = ROOT / "cli" if path.is_relative_to(ROOT / "cli") else ROOT
    return ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path) for path in sources()}


def test_modules_do_not_import_each_other_in_a_circle():
    """By no kind of import: of the module, in a function, or for types only."""
    graph: dict[str, set[str]] = {}
    for found in every_import():
        importer, imported = module_of(ROOT / found.file), found.target
        if imported not in MODULES:  # ``from module import name``
            imported = imported.rpartition(".")[0]
        if imported in MODULES and imported != importer:
            graph.setdefault(importer, set()).add(imported)
    assert len(graph) > 100
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_every_module_has_its_place_in_the_layers():
    assert {unit_of(str(path.relative_to(ROOT))) for path in sources()} <= set(RANK)


def test_imports_go_downward_only():
    wrong = []
    for found in every_import():
        importer, imported = unit_of(found.file), unit(found.target)
        if imported is None or imported == importer:
            continue
        if RANK[imported] <= RANK[importer]:
            wrong.append(f"{found}: {importer} is not above {imported}")
        elif reason := FORBIDDEN.get((importer, imported)):
            wrong.append(f"{found}: {reason}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", SOLE_IMPORTERS)
def test_a_foreign_package_is_imported_in_its_one_place(package):
    places = SOLE_IMPORTERS[package]
    importers = [
        found
        for found in every_import()
        if found.target.split(".")[0] == package and not found.typing_only  # a type is only a name
    ]
    assert importers, f"nothing imports {package}: is it still a dependency?"
    wrong = [str(found) for found in importers if not found.file.startswith(places)]
    assert not wrong, "\n".join(wrong)


def test_a_command_is_no_library():
    """The table in ``main.py`` names the commands; what two of them need is beside them."""
    wrong = [
        str(found) for found in every_import() if found.target.startswith("edgebox_cli.commands")
    ]
    assert not wrong, "\n".join(wrong)


def test_the_command_line_has_no_circle():
    modules = {
        str(path.relative_to(ROOT / "cli").with_suffix(""))
        .replace("/", ".")
        .removesuffix(".__init__")
        for path in (ROOT / "cli").rglob("*.py")
    }
    needs: dict[str, set[str]] = {module: set() for module in modules}
    for found in every_import():
        if found.file.startswith("cli/"):
            importer = found.file[len("cli/") : -len(".py")].replace("/", ".")
            parent = found.target.rpartition(".")[0]
            target = found.target if found.target in modules else parent
            if target in modules:
                needs[importer.removesuffix(".__init__")].add(target)
    while free := {module for module, targets in needs.items() if not targets & needs.keys()}:
        needs = {module: targets for module, targets in needs.items() if module not in free}
    assert not needs


def test_nothing_outside_the_standard_library_is_imported_undeclared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {
        line.split(">")[0].split("=")[0].split("<")[0].strip().lower().replace("-", "_")
        for line in project["dependencies"]
    }
    renamed = {"llama_cpp_python": "llama_cpp", "argon2_cffi": "argon2", "nvidia_ml_py": "pynvml"}
    provided = {renamed.get(name, name) for name in declared}
    # pydantic's other half, with the errors that validators raise, and the home of the
    # ``TypedDict`` that it asks for below Python 3.12.
    provided |= {"pydantic_core", "typing_extensions"}
    known = set(sys.stdlib_module_names) | provided | {"edgebox", "edgebox_cli"}
    wrong = [str(found) for found in every_import() if found.target.split(".")[0] not in known]
    assert not wrong, "\n".join(wrong)


def test_no_python_lies_beside_the_cli_package_or_among_the_models():
    assert not list((ROOT / "cli").glob("*.py"))
    assert not list((ROOT / "gguf").rglob("*.py"))  # the package index's ``gguf`` stays importable


def test_the_map_has_the_layers_in_their_order_and_who_imports_what():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("\n## Layers\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    units = [
        name.removeprefix("cli/").strip("/").removesuffix(".py").replace("/", ".")
        for row in rows
        for name in re.findall(r"`(.+?)`", row[0])
    ]
    assert [RANK[unit] for unit in units] == sorted(RANK[unit] for unit in units)
    assert set(RANK) - set(units) == {"processes.loading", ""}
    alone = " ".join(row[2] for row in rows if len(row) > 2)
    assert [package for package in SOLE_IMPORTERS if package not in alone] == []
