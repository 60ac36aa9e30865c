"""EdgeBox's engine beside the servers people would pick: same files, same prompts, one session.

    benchmarks/peers.sh                                  builds them, once
    .venv/bin/python benchmarks/compare.py --out FILE    starts all, runs, stops all

Every server keeps both models loaded and idles while another one is measured. Each gets
the machine's threads and the same context. Everything after ``--`` goes to edgebox bench.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PEERS = HERE / "peers"
CONTEXT = 8192
PARALLEL = 4
START_SECONDS = 180.0
ALL = ("edgebox", "llama-server", "llama_cpp.server")


def main() -> int:
    """Run the session.

    Returns:
        The exit code of ``edgebox bench``.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slm", default="qwen2.5-coder-0.5b-instruct-q4_k_m")
    parser.add_argument("--mlm", default="qwen2.5-coder-1.5b-instruct-q4_k_m")
    parser.add_argument("--models", type=Path, default=ROOT / "gguf", help="folder of the GGUFs")
    parser.add_argument("--servers", default="edgebox,llama-server", help=f"of {', '.join(ALL)}")
    parser.add_argument("--threads", type=int, default=physical_cores())
    parser.add_argument("--out", type=Path, required=True, help="JSON of the session")
    parser.add_argument("rest", nargs="*", help="for edgebox bench, after --")
    options = parser.parse_args()

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        targets = []
        for name in options.servers.split(","):
            urls = stack.enter_context(STARTS[name](options, folder))
            targets += ["--target", f"{name}={','.join(urls)}"]
        command = [sys.executable, "-m", "edgebox_cli", "bench", *targets, *options.rest, "--json"]
        print("edgebox bench", " ".join(targets + options.rest), file=sys.stderr)
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.stdout:
        found = json.loads(done.stdout)
        found["machine"] = machine() | {"slm": options.slm, "mlm": options.mlm}
        found["command"] = sys.argv
        options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return done.returncode


def physical_cores() -> int:
    """As EdgeBox counts them: hyper-threads once."""
    from edgebox.engine_load import physical_cores as count

    return count()


def machine() -> dict[str, str]:
    """What the figures belong to."""
    processor = next(
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    with contextlib.suppress(OSError):
        ask = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        processor += ", " + subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    return {
        "processor": processor.strip(),
        "cores": str(os.cpu_count()),
        "kernel": platform.release(),
        "date": time.strftime("%Y-%m-%d"),
    }


# Starting them ----------------------------------------------------------------------------


@contextlib.contextmanager
def edgebox(options: argparse.Namespace, folder: Path) -> Iterator[list[str]]:
    """Our engine, both models in one process."""
    config = folder / "edgebox.toml"
    config.write_text(
        f'state_dir = "{folder}"\nmodels_dir = "{options.models}"\n'
        f"[engines]\nthreads = {options.threads}\n"
        f'[engines.slm]\nmodel = "{options.slm}"\ncontext_tokens = {CONTEXT}\n'
        f'[engines.mlm]\nmodel = "{options.mlm}"\ncontext_tokens = {CONTEXT}\n'
        f"parallel = {PARALLEL}\n"
    )
    command = [sys.executable, "-m", "edgebox_cli", "--config", str(config), "engine"]
    with server(command, folder / "edgebox.log") as process:
        path = folder / "engine.sock"
        await_ready(process, lambda: unix_health(path), "edgebox", folder)
        time.sleep(15)  # it reads the shared prefixes after it is ready
        yield [f"unix:{path}"]


@contextlib.contextmanager
def llama_server(options: argparse.Namespace, folder: Path) -> Iterator[list[str]]:
    """llama.cpp's own server, one for each model."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                http_server(
                    [
                        *(str(PEERS / "bin" / "llama-server"), "--host", "127.0.0.1"),
                        *("--model", str(options.models / f"{name}.gguf"), "--jinja"),
                        *("--threads", str(options.threads), "--ctx-size", str(CONTEXT)),
                        *("--parallel", str(PARALLEL), "--kv-unified", "--n-gpu-layers", "999"),
                    ],
                    "/health",
                    folder / f"llama-server-{name}.log",
                )
            )
            for name in (options.slm, options.mlm)
        ]


@contextlib.contextmanager
def llama_cpp_server(options: argparse.Namespace, folder: Path) -> Iterator[list[str]]:
    """``python -m llama_cpp.server``, one for each model."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                http_server(
                    [
                        *(str(PEERS / "venv" / "bin" / "python"), "-m", "llama_cpp.server"),
                        *("--host", "127.0.0.1", "--n_gpu_layers", "-1"),
                        *("--model", str(options.models / f"{name}.gguf")),
                        *("--n_threads", str(options.threads), "--n_ctx", str(CONTEXT)),
                    ],
                    "/v1/models",
                    folder / f"llama_cpp-{name}.log",
                )
            )
            for name in (options.slm, options.mlm)
        ]


STARTS = {"edgebox": edgebox, "llama-server": llama_server, "llama_cpp.server": llama_cpp_server}


@contextlib.contextmanager
def http_server(command: list[str], path: str, log: Path) -> Iterator[str]:
    """A server on a free port, once it answers ``path``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        with contextlib.suppress(OSError, urllib.error.URLError):
            return bool(urllib.request.urlopen(url + path, timeout=5).status == 200)
        return False

    with server([*command, "--port", str(port)], log) as process:
        await_ready(process, answers, command[0], log.parent)
        yield url


@contextlib.contextmanager
def server(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with its output in a file; stopped at the end whatever happens."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("EDGEBOX_")}
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=clean)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_ready(
    process: subprocess.Popen[bytes], ready: Callable[[], bool], name: str, folder: Path
) -> None:
    """Wait, or end the session with the server's last words."""
    until = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            logs = "\n".join(
                log.read_text(errors="replace")[-1500:] for log in folder.glob("*.log")
            )
            raise SystemExit(f"{name} did not start:\n{logs}")
        time.sleep(0.3)


def unix_health(path: Path) -> bool:
    """Whether our engine says that it is ready."""
    with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
        line.connect(str(path))
        line.sendall(b"GET /health HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n")
        return line.recv(4096).startswith(b"HTTP/1.1 200")
    return False


if __name__ == "__main__":
    sys.exit(main())
