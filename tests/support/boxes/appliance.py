"""The artifact as an administrator gets it, later builds, and the contact centre's system."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import PIPE

import httpx

from edgebox.signing import bound_key
from support.boxes.container import Container
from support.engines.starter import MLM, SLM

ROOT = Path(__file__).resolve().parents[3]
WORK = ROOT / ".cache" / "packaging"
URL = "http://127.0.0.1:8600"
CLIENT = "centerlink"

MIGRATION = """
@migrations(name="9999_later")
def _later(db: Database) -> None:
    db.executescript("ALTER TABLE batches ADD COLUMN later TEXT;")
"""

FOOTPRINT = (
    "find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /media "
    "-o -path /var/log -o -path /var/tmp -o -path /var/lib/systemd -o -path /var/cache \\) -prune "
    "-o -printf '%p %y %m %u:%g %l\\n' | sort"
)
"""Lists every file with type, mode, owner and link, except what systemd itself writes."""


class Artifacts:
    """The files that the tests carry to the machine, in one folder.

    Attributes:
        folder: mounted as ``/media/usb``.
        tree: the unpacked release of the first artifact.
        version: of the first artifact.
    """

    def __init__(self, folder: Path, built: Path | None) -> None:
        self.folder = folder
        if built is None:
            command = [ROOT / "packaging" / "build", "--cpu", "--output", folder]
            subprocess.run([*command, "--with-models", SLM, MLM], check=True)
            (built,) = folder.glob("*.run")
        self.tree = WORK / "tree-cpu"
        self.version = (self.tree / "VERSION").read_text().strip()
        (folder / "edgebox.run").hardlink_to(built)
        self.plain = self.pack("plain.run")

    def pack(
        self,
        name: str,
        change: Callable[[Path], None] | None = None,
        *,
        of: Path | None = None,
        sign: str = "",
    ) -> Path:
        """Make another artifact without models, from a release (the first) and ``change`` to it."""
        with tempfile.TemporaryDirectory(dir=WORK) as scratch:
            tree = Path(scratch) / "tree"
            shutil.copytree(of or self.tree, tree, symlinks=True)
            if change:
                change(tree)
            python = WORK / "venv-cpu" / "bin" / "python"
            command = [python, ROOT / "packaging" / "pack.py", tree, self.folder / name]
            subprocess.run(
                [*command, "--sign", sign] if sign else command,
                env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
                check=True,
            )
        return self.folder / name

    @contextmanager
    def with_another_schema(self) -> Iterator[Path]:
        """Build this checkout with one more migration; yields the unpacked release."""
        with tempfile.TemporaryDirectory(dir=WORK) as scratch:
            checkout = Path(scratch)
            listed = subprocess.run(
                ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
            )
            for name in listed.stdout.split("\0"):
                if name and (ROOT / name).is_file():
                    (checkout / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(ROOT / name, checkout / name)
            module = checkout / "edgebox" / "store" / "migrations.py"
            before, number, after = re.split(r"\nSCHEMA_VERSION = (\d+)\n", module.read_text())
            module.write_text(f"{before}\nSCHEMA_VERSION = {int(number) + 1}\n{MIGRATION}{after}")
            work = _built(checkout)
            yield work / "tree-cpu"

    def before(self, commit: str) -> Path:
        """Build the artifact of another commit, as release 0.0.9 without models."""
        with tempfile.TemporaryDirectory(dir=WORK) as scratch:
            checkout = Path(scratch)
            tar = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, stdout=PIPE)
            subprocess.run(["tar", "-x"], cwd=checkout, input=tar.stdout, check=True)
            work = _built(checkout)
            (work / "tree-cpu" / "VERSION").write_text("0.0.9\n")
            python, pack = work / "venv-cpu" / "bin" / "python", checkout / "packaging" / "pack.py"
            subprocess.run(
                [python, pack, work / "tree-cpu", self.folder / "before.run"],
                env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
                check=True,
            )
        return self.folder / "before.run"

    def damaged(self, name: str, of: str, at: int) -> None:
        """Copy an artifact with one bit flipped at byte ``at``, from the end if negative."""
        copy = self.folder / name
        shutil.copyfile(self.folder / of, copy)
        with copy.open("r+b") as file:
            file.seek(at, os.SEEK_SET if at >= 0 else os.SEEK_END)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 0x10]))


class Centre:
    """The contact centre's system: sends requests and takes callbacks in the machine's network."""

    def __init__(self, machine: Container, secret: str) -> None:
        self.machine = machine
        self.secret = secret
        self.callbacks: list[tuple[dict[str, str], bytes]] = []
        self._server: ThreadingHTTPServer | None = None
        self.listen()

    def listen(self) -> None:
        """Take callbacks; call it again after a reboot, when the network is a new one."""
        if self._server is not None:
            self._server.server_close()
        centre = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                centre.callbacks.append((dict(self.headers.items()), body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        with self.machine.network():
            self._server = ThreadingHTTPServer(("127.0.0.1", 9900), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def ask(self, method: str, path: str, body: dict | None = None) -> httpx.Response:
        key = bound_key(CLIENT, self.secret, time.time())
        with self.machine.network():
            return httpx.request(
                method, f"{URL}{path}", json=body, headers={"X-Bound-Key": key}, timeout=30
            )

    def summarize(self, text: str) -> dict:
        answer = self.ask(
            "POST",
            "/api/v1/consultation/quick-summary",
            {"consultation_id": "CL-1", "conversation_text": text},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def submit(self, *texts: str) -> str:
        answer = self.ask(
            "POST",
            "/api/v1/consultation/batch-analysis",
            {
                "consultations": [
                    {"consultation_id": f"CL-{n}", "conversation_text": text}
                    for n, text in enumerate(texts)
                ],
                "callback_url": "http://127.0.0.1:9900/done",
            },
        )
        assert answer.status_code == 202, answer.text
        return answer.json()["batch_id"]

    def await_callback(self, batch: str, *, seconds: float = 300) -> tuple[dict[str, str], bytes]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for headers, body in self.callbacks:
                if json.loads(body)["batch_id"] == batch:
                    return headers, body
            time.sleep(0.2)
        raise AssertionError(f"no callback for {batch}: {self.machine.run('edgebox status').said}")

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def is_ready(machine: Container) -> bool:
    """Whether ``/readyz`` answers 200."""
    try:
        with machine.network():
            return httpx.get(f"{URL}/readyz", timeout=5).status_code == 200
    except (httpx.HTTPError, OSError, RuntimeError):
        return False


def await_ready(machine: Container, *, seconds: float = 180) -> float:
    """Wait until ``/readyz`` answers 200; returns the seconds that took."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if is_ready(machine):
            return time.monotonic() - began
        time.sleep(0.2)
    raise AssertionError(f"not ready: {machine.run('journalctl -n 60 --no-pager').out}")


FIGURES: list[str] = []


def figure(name: str, value: object) -> None:
    """Show a figure at the end of the test run."""
    FIGURES.append(f"{name}: {value}")


def _built(checkout: Path) -> Path:
    """Build a checkout with the packages of this one; return the folder of the build."""
    work = checkout / ".cache" / "packaging"
    work.mkdir(parents=True)
    shutil.copytree(WORK / "venv-cpu", work / "venv-cpu", symlinks=True)
    subprocess.run([checkout / "packaging" / "build", "--cpu"], check=True)
    return work
