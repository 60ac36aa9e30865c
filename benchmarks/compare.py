"""EdgeBox's engine beside other servers: the same files, the same prompts, one session.

    benchmarks/peers.sh                                  builds them, once
    .venv/bin/python benchmarks/compare.py --out FILE    starts all, measures, stops all

Every server keeps both models loaded and idles while another one is measured. Each gets
the machine's threads and the same context. The words after ``--`` are options of edgebox bench.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import httpx

from edgebox.lab.bench.machine import machine
from edgebox.processes.loading import physical_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PEERS = HERE / "peers"
CONTEXT = 16_384
PARALLEL = 4
"""What llama-server and the Python servers run at once; llama-server's own choice."""

WIDE = 16
"""What EdgeBox's larger model runs at once, and ``llama-server-wide``."""

START_SECONDS = 180.0
Pair: TypeAlias = "contextlib.AbstractContextManager[list[str]]"
"""The URLs of a running server, of the small and the mid-size model."""


def main() -> int:
    """Run the session and return the exit code of ``edgebox bench``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slm", default="qwen2.5-coder-0.5b-instruct-q4_k_m")
    parser.add_argument("--mlm", default="qwen2.5-coder-1.5b-instruct-q4_k_m")
    parser.add_argument("--models", type=Path, default=ROOT / "gguf", help="folder of the GGUFs")
    parser.add_argument("--servers", default="edgebox,llama-server", help=f"of {', '.join(STARTS)}")
    parser.add_argument("--before", type=Path, help="another checkout, for the server 'before'")
    parser.add_argument("--threads", type=int, default=physical_cores())
    parser.add_argument("--tune", action="store_true", help="EdgeBox as after edgebox tune")
    parser.add_argument("--out", type=Path, required=True, help="JSON of the session")
    parser.add_argument("rest", nargs="*", help="for edgebox bench, after --")
    options = parser.parse_args()

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        targets = []
        for name in options.servers.split(","):
            urls = stack.enter_context(STARTS[name](options, folder))
            targets += ["--target", f"{name}={SCHEMAS.get(name, '')}{','.join(urls)}"]
        command = [sys.executable, "-m", "edgebox_cli", "bench", *targets, *options.rest, "--json"]
        print("edgebox bench", " ".join(targets + options.rest), file=sys.stderr)
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.stdout:
        found = json.loads(done.stdout)
        found["machine"] = machine() | {"slm": options.slm, "mlm": options.mlm}
        found["command"] = sys.argv
        options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return done.returncode


# Starting them ----------------------------------------------------------------------------


@contextlib.contextmanager
def edgebox(
    options: argparse.Namespace, folder: Path, checkout: Path = ROOT
) -> Iterator[list[str]]:
    """Start EdgeBox's engine, both models in one process."""
    folder /= f"edgebox-{'here' if checkout == ROOT else 'before'}"
    folder.mkdir()
    models = folder / "models"  # what edgebox tune finds is kept beside them
    models.mkdir()
    for file in options.models.resolve().iterdir():
        if file.name != "tuned.json":
            (models / file.name).symlink_to(file)
    config = folder / "edgebox.toml"
    config.write_text(
        f'state_dir = "{folder}"\nmodels_dir = "{models}"\n'
        f"[engines]\nthreads = {options.threads}\n"
        f'[engines.slm]\nmodel = "{options.slm}"\ncontext_tokens = {CONTEXT}\n'
        f'[engines.mlm]\nmodel = "{options.mlm}"\ncontext_tokens = {CONTEXT}\n'
        f"parallel = {WIDE}\n"
    )
    program = [sys.executable, "-m", "edgebox_cli", "--config", str(config)]
    tree = {"PYTHONPATH": f"{checkout}:{checkout / 'cli'}"}
    if options.tune:
        subprocess.run([*program, "tune"], env=_clean(tree), stdout=sys.stderr, check=True)
    with server([*program, "engine"], folder / "edgebox.log", tree) as process:
        path = folder / "engine.sock"
        await_ready(process, lambda: answers("http://engine/health", path), "edgebox", folder)
        yield [f"unix:{path}"]


def before(options: argparse.Namespace, folder: Path) -> Pair:
    """Start EdgeBox's engine of another checkout, such as a worktree of the commit before."""
    if options.before is None:
        raise SystemExit("compare.py: the server 'before' needs --before DIR, another checkout")
    return edgebox(options, folder, options.before)


def llama_server(
    options: argparse.Namespace, folder: Path, parallel: int = PARALLEL, more: Sequence[str] = ()
) -> Pair:
    """Start llama.cpp's own server, one for each model."""
    command = [
        *(str(PEERS / "bin" / "llama-server"), "--host", "127.0.0.1", "--jinja"),
        *("--threads", str(options.threads), "--ctx-size", str(CONTEXT)),
        *("--parallel", str(parallel), "--kv-unified", "--n-gpu-layers", "999"),
        *more,
    ]
    return pair(command, "/health", options, folder)


def wide_llama_server(options: argparse.Namespace, folder: Path) -> Pair:
    """Start llama.cpp's own server with as many slots as EdgeBox has."""
    folder /= "wide"
    folder.mkdir()
    return llama_server(options, folder, WIDE)


def drafting_llama_server(options: argparse.Namespace, folder: Path) -> Pair:
    """Start llama.cpp's own server with its drafts from the prompt, as short ones as EdgeBox's."""
    folder /= "drafting"
    folder.mkdir()
    lookup = (
        *("--spec-type", "ngram-simple"),
        *("--spec-ngram-simple-size-n", "3", "--spec-ngram-simple-size-m", "8"),
    )
    return llama_server(options, folder, more=lookup)


def llama_cpp_server(options: argparse.Namespace, folder: Path) -> Pair:
    """Start ``python -m llama_cpp.server``, one for each model."""
    command = [
        *(str(PEERS / "venv" / "bin" / "python"), "-m", "llama_cpp.server"),
        *("--host", "127.0.0.1", "--n_gpu_layers", "-1"),
        *("--n_threads", str(options.threads), "--n_ctx", str(CONTEXT)),
        *("--interrupt_requests", "false"),  # else a second request ends the first one
    ]
    return pair(command, "/v1/models", options, folder)


@contextlib.contextmanager
def examples_server(options: argparse.Namespace, folder: Path) -> Iterator[list[str]]:
    """Start llama-cpp-python's examples/server, one for each model. It reads a file, no options."""
    source = next(PEERS.glob("llama_cpp_python-*/examples/server/server.py"))
    with contextlib.ExitStack() as stack:
        urls = []
        for name in (options.slm, options.mlm):
            port = free_port()
            config = folder / f"examples-{name}.json"
            model = {
                "path": str(options.models / f"{name}.gguf"),
                "alias": name,
                "n_gpu_layers": -1,
                "n_ctx": CONTEXT,
                "n_seq_max": PARALLEL,
                "threads": options.threads,
                "threads_batch": options.threads,
                "flash_attn": True,
                "store_logits": False,
            }
            config.write_text(json.dumps({"server": {"port": port}, "model": model}))
            command = [str(PEERS / "venv" / "bin" / "python"), str(source), "-C", str(config)]
            log = folder / f"examples-{name}.log"
            urls.append(stack.enter_context(http_server(command, port, "/v1/models", log)))
        yield urls


@contextlib.contextmanager
def pair(
    command: list[str], path: str, options: argparse.Namespace, folder: Path
) -> Iterator[list[str]]:
    """Start the same server twice, with one model each."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                http_server(
                    [
                        *(*command, "--port", str(port)),
                        *("--model", str(options.models / f"{name}.gguf")),
                    ],
                    port,
                    path,
                    folder / f"{Path(command[0]).name}-{name}.log",
                )
            )
            for name, port in ((options.slm, free_port()), (options.mlm, free_port()))
        ]


STARTS = {
    "edgebox": edgebox,
    "before": before,
    "llama-server": llama_server,
    "llama-server-wide": wide_llama_server,
    "llama-server-drafting": drafting_llama_server,
    "llama_cpp.server": llama_cpp_server,
    "examples/server": examples_server,
}
SCHEMAS = {"llama_cpp.server": "json_object+"}
"""How to ask a server for JSON, if it is not OpenAI's way."""


def free_port() -> int:
    """Return a port that no process listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def http_server(command: list[str], port: int, path: str, log: Path) -> Iterator[str]:
    """Start a server, and yield its URL once it answers ``path``."""
    url = f"http://127.0.0.1:{port}"
    with server(command, log) as process:
        await_ready(process, lambda: answers(url + path), command[0], log.parent)
        yield url


@contextlib.contextmanager
def server(
    command: list[str], log: Path, more: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process with its output in a file. It is stopped in the end whatever happens."""
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=_clean(more or {}))
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _clean(more: dict[str, str]) -> dict[str, str]:
    """Return the environment without settings of EdgeBox, and with more."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EDGEBOX_")}
    return kept | more


def answers(url: str, socket_path: Path | None = None) -> bool:
    """Whether a server answers a URL with 200."""
    transport = httpx.HTTPTransport(uds=str(socket_path) if socket_path else None)
    with httpx.Client(transport=transport, timeout=5.0, trust_env=False) as http:
        try:
            return http.get(url).status_code == 200
        except httpx.HTTPError:
            return False


def await_ready(
    process: subprocess.Popen[bytes], ready: Callable[[], bool], name: str, folder: Path
) -> None:
    """Wait for a server, or end the session with the last lines of its log."""
    until = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            logs = "\n".join(
                log.read_text(errors="replace")[-1500:] for log in folder.glob("*.log")
            )
            raise SystemExit(f"{name} did not start:\n{logs}")
        time.sleep(0.3)


if __name__ == "__main__":
    sys.exit(main())
