"""The real engine with both starter models, in its own process."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from edgebox.settings import EngineSettings, RoleSettings, Settings
from support.polling import PATIENCE

SLM = "qwen2.5-coder-0.5b-instruct-q4_k_m"
MLM = "qwen2.5-coder-1.5b-instruct-q4_k_m"
SMALL = {"EDGEBOX_ENGINES__SLM__MODEL": SLM, "EDGEBOX_ENGINES__MLM__MODEL": SLM}
"""Settings whose models fit on any machine, also on one that other tests keep busy."""
QUICK = {
    "EDGEBOX_ASK__ENABLED": "off",
    "EDGEBOX_ENGINES__SLM__PARALLEL": "3",
    "EDGEBOX_ENGINES__MLM__PARALLEL": "3",
}
"""Settings whose engine reads one prefix a role when it starts, and measures few sequences."""
CONTEXT_TOKENS = 8192
START_SECONDS = 180.0


@dataclass(frozen=True)
class StarterEngine:
    """A running engine and its settings."""

    settings: Settings

    def http(self) -> httpx.Client:
        """A client on its socket."""
        transport = httpx.HTTPTransport(uds=str(self.settings.socket))
        return httpx.Client(transport=transport, base_url="http://engine", timeout=10)

    def ready(self) -> bool:
        with contextlib.suppress(httpx.TransportError), self.http() as http:
            return http.get("/health").json()["status"] == "ready"
        return False


@contextlib.contextmanager
def starter_engine(folder: Path, models_dir: Path, **variables: str) -> Iterator[StarterEngine]:
    """Start it, wait until it is ready, and stop it afterwards.

    Args:
        folder: its state folder, empty.
        models_dir: where the starter models are.
        variables: more of the configuration, EDGEBOX_*.
    """
    roles = {"context_tokens": CONTEXT_TOKENS}
    settings = Settings(
        state_dir=folder,
        models_dir=models_dir,
        engines=EngineSettings(
            slm=RoleSettings(model=SLM, **roles), mlm=RoleSettings(model=MLM, **roles)
        ),
    )
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("EDGEBOX_")
    }
    for role, name in (("SLM", SLM), ("MLM", MLM)):
        environment[f"EDGEBOX_ENGINES__{role}__MODEL"] = name
        environment[f"EDGEBOX_ENGINES__{role}__CONTEXT_TOKENS"] = str(CONTEXT_TOKENS)
    environment["EDGEBOX_STATE_DIR"] = str(folder)
    environment["EDGEBOX_MODELS_DIR"] = str(models_dir)
    environment |= variables
    config = folder / "edgebox.toml"
    config.touch()
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "edgebox_cli", "--config", str(config), "engine"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    engine = StarterEngine(settings)
    try:
        until = time.monotonic() + START_SECONDS
        while not engine.ready():
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the engine did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield engine
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
