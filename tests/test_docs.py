"""The commands in the documents exist, and the links resolve."""

import functools
import re
import shlex

import pytest
import typer

from edgebox.lab.evaluation.cases import load_cases
from edgebox.lab.evaluation.doubts import doubts
from edgebox.lab.evaluation.questions import load_questions
from edgebox.models.catalog import Catalog, memory_need
from edgebox.scoring.quality import CAPS
from edgebox_cli.main import app
from support.documents import API, ENGLISH, KOREAN, LINK, ROOT, SPAN, anchors, blocks, prose
from support.watching.metric_names import families

READMES = (
    "README.md",
    "README.ko.md",
    "SECURITY.md",
    "SECURITY.ko.md",
    "packaging/README.md",
    "systemd/README.md",
)
DOCUMENTS = [*(ROOT / name for name in READMES), *sorted((ROOT / "docs").rglob("*.md"))]
# ``edgebox`` as a command: not part of a path, and not the user after -u, -g or -o.
COMMAND = re.compile(r"(?<![\w./:@-])(?<!-[ugo] )edgebox(?: (?:--)?[a-zA-Z][^|;&)#]*|$)")
Wrong = typer.BadParameter.__mro__[1]  # UsageError: Typer has one of its own, or click's
METRIC = re.compile(r"\b(edgebox|process)_[a-z_]+")
DOCUMENT = re.compile(r"(?:(?<![\w/])|current/)docs/[\w./-]+\.(?:md|svg|png)")
INSTALLER = re.compile(r"(?:\S+\.run|current/install\.sh)((?: --?[a-z][\w-]*(?: [^\s-]\S*)?)+)")


def of(documents):
    """Parametrize a test over documents, named by their paths."""
    return pytest.mark.parametrize("guide", documents, ids=lambda path: str(path.relative_to(ROOT)))


def commands(line):
    """The edgebox commands of a line of a shell, as words without ``edgebox``."""
    line = re.sub(r"\$\((?!edgebox)[^)]*\)", "OUTPUT", line.split(" #")[0])
    found = [match[0] for match in COMMAND.finditer(line)]
    return [shlex.split(one.replace("'", "").replace('"', ""))[1:] for one in found]


def typed(text):
    """Every command of the code blocks, in order."""
    lines = "\n".join(blocks(text, "sh")).replace("\\\n", " ").splitlines()
    return [words for line in lines for words in commands(line)]


def mentioned(text):
    """Every command in the text itself, from its backticks."""
    spans = SPAN.findall(prose(text))
    return [words for span in spans if span.startswith("edgebox ") for words in commands(span)]


program = functools.cache(typer.main.get_command)


def resolve(words, *, whole):
    """Have Typer read the command that these words name.

    Args:
        words: behind ``edgebox``.
        whole: its arguments have to be complete.

    Raises:
        Wrong: there is no such command, option or value.
    """
    here, rest = program(app), list(words)
    while hasattr(here, "commands"):
        if rest and rest[0] in ("--config", "-c"):
            rest = rest[2:]
        if (not rest and not whole) or rest[:1] in (["--version"], ["--help"]):
            return
        if here.invoke_without_command and (not rest or rest[0].startswith("-")):
            break  # a command of its own that has others below it
        name = rest.pop(0) if rest else ""
        if name not in here.commands:
            raise Wrong(f"{here.name} has no command {name}")
        here = here.commands[name]
    try:
        here.make_context(here.name, [word for word in rest if word != "--help"])
    except Wrong as error:
        if whole or type(error).__name__ != "MissingParameter":
            raise


@of(DOCUMENTS)
def test_every_command_exists_with_its_options(guide):
    text = guide.read_text(encoding="utf-8")
    for words in typed(text):
        resolve(words, whole=True)
    for words in mentioned(text):
        if words[0] != "COMMAND":
            resolve(words, whole=False)


@pytest.mark.parametrize(
    "line",
    [
        "edgebox statuss",
        "edgebox keys crate portal",
        "edgebox logs --sinse 2h",
        "edgebox logs --process enginge",
        "KEY=$(edgebox keys sign)",
        "sudo -u edgebox edgebox restore",
        "EDGEBOX_MODELS_DIR=/media/usb edgebox models use slm",
        "edgebox backup a.db b.db",
    ],
)
def test_a_wrong_command_is_found(line):
    (words,) = commands(line)
    with pytest.raises(Wrong):
        resolve(words, whole=True)


def test_the_guides_have_commands_to_look_at():
    assert sum(len(typed(guide.read_text(encoding="utf-8"))) for guide in ENGLISH) > 50
    assert commands("install -m 640 -g edgebox box.key /etc/edgebox/tls/key") == []
    assert commands("systemctl restart edgebox-api") == []


@of(DOCUMENTS)
def test_options_of_the_installer_exist(guide):
    text = guide.read_text(encoding="utf-8")
    known = (ROOT / "packaging" / "install" / "main.sh").read_text(encoding="utf-8")
    spans = [span for span in SPAN.findall(prose(text)) if span.startswith(("--", "sh "))]
    lines = [line for body in blocks(text, "sh") for line in body.splitlines()]
    for match in INSTALLER.finditer("\n".join([*lines, *spans])):
        for option in re.findall(r"--[a-z][a-z-]*", match[1]):
            assert re.search(rf"{option}\b(?!-)", known), option


@of([*DOCUMENTS, ROOT / "CHANGELOG.md", ROOT / "tests" / "data" / "README.md"])
def test_every_link_leads_somewhere(guide):
    for link in LINK.findall(prose(guide.read_text(encoding="utf-8"))):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (guide.parent / path).resolve() if path else guide
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_document_that_the_repository_names_exists():
    folders = ("benchmarks", "cli", "edgebox", "packaging", "systemd", "tests")
    peers = ROOT / "benchmarks" / "peers"  # what peers.sh fetched and built there is not ours
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files = [path for path in found if peers not in path.parents]
    text = [path for path in [ROOT / "install.sh", *files] if path.suffix not in (".pyc", ".json")]
    named = {
        (name.removeprefix("current/"), str(path.relative_to(ROOT)))
        for path in text
        for name in DOCUMENT.findall(path.read_text(encoding="utf-8", errors="ignore"))
    }
    assert ("docs/guide/operate.md", "systemd/edgebox-api.service") in named
    assert [(name, path) for name, path in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_module_that_the_architecture_names_exists():
    roots = [ROOT, ROOT / "edgebox", ROOT / "cli" / "edgebox_cli"]
    names = {path.name for root in (*roots[1:], ROOT / "tests") for path in root.rglob("*.py")}
    text = prose((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    named = set(re.findall(r"`([\w/]+(?:\.py|/))`", text))
    assert "engine/scheduler.py" in named

    def exists(name):
        return name in names if "/" not in name else any((root / name).exists() for root in roots)

    assert [name for name in sorted(named) if not exists(name)] == []


@pytest.mark.parametrize(
    "message",
    [
        "need ... with their contexts",
        "could not save this request",
        "not on this client's list",
        "the client is disabled",
        "redirects are not followed",
        "Others may read",
        "belong to another user",
        "Invalid bound key",
        "key refused",
        "keys refused",
        "timestamp is no whole number",
        "unknown client",
        "disabled client",
        "signature is Base64 instead of hexadecimal",
        "signature does not match the secret",
        "no key was sent",
        "the key is empty",
        "cannot be loaded",
    ],
)
def test_a_message_that_the_guides_quote_is_the_programs(message):
    for folder in ("docs/guide", "docs/ko/guide"):
        guide = (ROOT / folder / "troubleshoot.md").read_text(encoding="utf-8")
        assert f"`{message}`" in guide
    modules = [path for folder in ("cli", "edgebox") for path in (ROOT / folder).rglob("*.py")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in modules)
    assert message.rpartition("... ")[2] in source


def test_every_image_is_shown_in_a_document():
    shown = {
        (guide.parent / link).resolve()
        for guide in DOCUMENTS
        for link in LINK.findall(prose(guide.read_text(encoding="utf-8")))
    }
    assert set((ROOT / "docs" / "images").iterdir()) <= shown


@of([*ENGLISH, *KOREAN])
def test_every_metric_exists(guide):
    known = {name for family in families() for name in (family.name, *family.samples())}
    for match in METRIC.finditer(guide.read_text(encoding="utf-8")):
        assert match[0] in known, match[0]


@of([path for path in (*ENGLISH, *KOREAN) if path.name == "metrics.md"])
def test_every_metric_is_explained_with_its_labels(guide):
    text = guide.read_text(encoding="utf-8")
    missing = [family.name for family in families() if not re.search(rf"`{family.name}\b", text)]
    assert not missing
    for name, labels in re.findall(r"`(\w+)\{([\w,]+)\}`", text):
        (family,) = (one for one in families() if one.name == name)
        assert set(labels.split(",")) <= family.labels.keys(), name


@of([path for path in (*ENGLISH, *KOREAN) if path.name == "monitor.md"])
def test_the_sizing_table_is_the_catalogues(guide):
    text = guide.read_text(encoding="utf-8")
    for entry in Catalog.load().entries:
        row = next(line for line in text.splitlines() if line.startswith(f"| `{entry.name}` |"))
        assert [cell.strip() for cell in row.split("|")[3:-1]] == [
            f"{entry.size_bytes / 1e9:.2f}",
            f"{entry.kv_bytes_per_token / 1e3:.0f}",
            f"{memory_need(entry, 8192) / 1e9:.1f}",
            f"{memory_need(entry, 16384) / 1e9:.1f}",
        ]


FLAG = re.compile(r"^\| `(\w+)` \|[^|]+\|[^|]+\| (?:(0\.\d\d)|[^|]+) \|$", re.MULTILINE)


@of([*API, *(path for path in (*ENGLISH, *KOREAN) if path.name == "operate.md")])
def test_every_flag_of_the_score_is_explained_with_its_cap(guide):
    explained = dict(FLAG.findall(guide.read_text(encoding="utf-8")))
    uncapped = {"copied_sentences": ""}
    assert explained == {flag: f"{cap:.2f}" for flag, cap in CAPS.items()} | uncapped


@of([path for path in (*ENGLISH, *KOREAN) if path.name == "operate.md"])
def test_the_case_that_the_guide_shows_is_one(guide, tmp_path):
    (shown,) = blocks(guide.read_text(encoding="utf-8"), "json")
    (tmp_path / "case.json").write_text(shown, encoding="utf-8")
    (case,) = load_cases(tmp_path)
    assert list(doubts(case)) == []


@of([path for path in (*ENGLISH, *KOREAN) if path.name == "operate.md"])
def test_the_questions_that_the_guide_shows_are_about_the_call_that_it_shows(guide, tmp_path):
    text = guide.read_text(encoding="utf-8")
    (call,), (shown,) = blocks(text, "json"), blocks(text, "jsonl")
    (tmp_path / "refund-017.json").write_text(call, encoding="utf-8")
    (tmp_path / "asks.jsonl").write_text(shown, encoding="utf-8")
    assert len(load_questions(tmp_path / "asks.jsonl")) == 3


@pytest.mark.parametrize("folder", ["docs/guide", "docs/ko/guide"])
def test_the_configuration_of_haproxy_is_the_one_that_is_run(folder):
    run = (ROOT / "tests" / "remote" / "haproxy.cfg").read_text(encoding="utf-8")
    assert run in blocks((ROOT / folder / "scale.md").read_text(encoding="utf-8"), "")
