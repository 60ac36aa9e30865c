"""The order of the tests, and the fixtures that several parts share."""

import asyncio
import json
import os
import ssl
from functools import partial
from pathlib import Path

import httpx
import pytest
from hypothesis import settings
from jinja2 import BytecodeCache

from edgebox.console import rendering
from edgebox.system.tls import server_context
from support.engines.starter import MLM, QUICK, SLM, starter_engine
from support.outside.certificates import make_lan_pair

ROOT = Path(__file__).resolve().parents[1]

# A slow example on a busy machine is no fault, and one that fails can be played again. What decides
# about a commit tries the same examples every time; `tests/run --hostile` looks for new ones.
settings.register_profile("edgebox", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("search", deadline=None, print_blob=True, max_examples=1000)
settings.load_profile("edgebox")


FIRST = ("crash", "hostile", "processes", "logs", "monitoring", "systemd", "packaging", "console")
"""Folders of tests that start processes and wait for them: none of these is the last to run."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what takes longest first, and the tests that need a language model last."""

    def place(item: pytest.Item) -> tuple[bool, bool]:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        return item.get_closest_marker("model") is not None, folder not in FIRST

    items.sort(key=place)


@pytest.fixture(autouse=True, scope="session")
def errors_of_callbacks():
    """Name the callback in an error of an event loop, and drop the error that anyio causes.

    anyio raises a callback's error in the fixture or test that its event loop runs next. One of
    these errors is its own: see ``edgebox.system.logs``, which keeps it out of the logs too.
    """
    handle = asyncio.BaseEventLoop.call_exception_handler

    def call(loop, context):
        error, source = context.get("exception"), context.get("handle")
        late = isinstance(error, asyncio.InvalidStateError)
        if late and "callback Future.set_result(" in context["message"]:
            return
        if error:
            error.add_note(f"{context['message']} ({source})")
        handle(loop, context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.BaseEventLoop, "call_exception_handler", call)
        yield


class InMemory(BytecodeCache):
    """What Jinja compiled, under a key that it makes of the template's name and text."""

    def __init__(self):
        self.kept = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket):
        self.kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(autouse=True, scope="session")
def pages_compiled_once():
    """The console's templates are compiled once, and not for every box."""
    made = partial(rendering.Environment, bytecode_cache=InMemory())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "Environment", made)
        yield


@pytest.fixture(autouse=True, scope="session")
def authorities_read_once():
    """The clients of tests share one TLS context for the system's authorities.

    Reading these takes 30 ms of a core, and tests that wait for a server ask it in a loop. With
    other authorities, or another way to make contexts, each client has its own as ever.
    """
    module = httpx._transports.default
    create, ours = module.create_ssl_context, ssl.create_default_context
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR")
    usual = [os.environ.get(name) for name in names]
    kept = {}

    def shared(verify=True, cert=None, trust_env=True):
        now = [os.environ.get(name) for name in names]
        if verify is not True or cert or now != usual or ssl.create_default_context is not ours:
            return create(verify=verify, cert=cert, trust_env=trust_env)
        if trust_env not in kept:
            kept[trust_env] = create(trust_env=trust_env)
        return kept[trust_env]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "create_ssl_context", shared)
        yield


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The path of a test's settings file; EDGEBOX_* variables of this shell are removed."""
    for name in list(os.environ):
        if name.upper().startswith("EDGEBOX_"):
            monkeypatch.delenv(name)
    return tmp_path / "edgebox.toml"


@pytest.fixture
def strict_tls(monkeypatch):
    """TLS contexts begin as Python 3.13 makes them, whichever Python runs the tests."""
    make = ssl.create_default_context

    def strict(*args, **options):
        context = make(*args, **options)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)


@pytest.fixture
def lan_receiver(strict_tls, tmp_path, monkeypatch):
    """The server context of ``receiver.lan``, whose in-house authority the system trusts."""
    pair, authority = make_lan_pair(tmp_path / "tls", "receiver.lan")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    return server_context(pair)


@pytest.fixture(scope="session")
def korean():
    """The transcripts of tests/data (its README.md describes them) by file name, in order."""
    folder = ROOT / "tests" / "data" / "transcripts"
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


@pytest.fixture(scope="session")
def starter_models():
    """The folder with both starter models."""
    folder = ROOT / "gguf"
    missing = [name for name in (SLM, MLM) if not (folder / f"{name}.gguf").is_file()]
    if missing:
        pytest.fail(f"These tests run real models: edgebox models pull {' '.join(missing)}")
    return folder


@pytest.fixture(scope="module")
def engine(starter_models, tmp_path_factory):
    """The real engine with both starter models, on its Unix socket.

    It ends with its module: an idle engine measures its speed once a minute.
    """
    with starter_engine(tmp_path_factory.mktemp("engine"), starter_models, **QUICK) as running:
        yield running
