"""A whole box, `edgebox up`, whose roles other servers answer for."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx

from edgebox.settings import load_settings
from edgebox.signing import bound_key
from edgebox.store.db import Store
from support.outside.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from edgebox.settings import Settings

CLIENT = "centerlink"
START_SECONDS = 60.0


class RemoteBox:
    """The three processes, and a client of the box.

    Args:
        folder: its state folder.
        roles: by role, keys of ``[engines.ROLE]``.
        deadline: of a quick summary, in seconds.
    """

    def __init__(
        self, folder: Path, roles: dict[str, dict[str, Any]], *, deadline: float = 3.0
    ) -> None:
        self.folder, self.port = folder, free_port()
        self.config = folder / "edgebox.toml"
        tables = {
            "api": {"port": self.port},
            "batch": {"min_pending": 1, "max_wait_seconds": 5.0},
            "quick": {"deadline_seconds": deadline},
            **{f"engines.{role}": keys for role, keys in roles.items()},
        }
        lines = [f'state_dir = "{folder}"']
        for table, keys in tables.items():
            lines += [f"[{table}]"]
            lines += [
                f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}"
                for key, value in keys.items()
            ]
        self.config.write_text("\n".join(lines) + "\n")
        self.settings: Settings = load_settings(self.config)
        with closing(Store(self.settings.database)) as store:
            store.migrate()
            self.secret = store.clients.create(CLIENT, allowed_callbacks=[])

    def __enter__(self) -> Self:
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "edgebox_cli", "--config", str(self.config), "up"],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={k: v for k, v in os.environ.items() if not k.startswith("EDGEBOX_")},
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz").status_code == 200:
                    return self
            except httpx.HTTPError:
                pass
            assert self._process.poll() is None, self.log()
            time.sleep(0.1)
        raise AssertionError(f"the box did not start: {self.log()}")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(60)

    def log(self) -> str:
        return (self.folder / "log").read_text()[-3000:]

    def quick(self, text: str) -> tuple[dict[str, Any], float]:
        """A quick summary, and the seconds until it was there."""
        began = time.monotonic()
        body = {"consultation_id": "CL-1", "conversation_text": text}
        answer = self._post("quick-summary", body)
        return answer, time.monotonic() - began

    def batch(self, texts: list[str]) -> str:
        calls = [
            {"consultation_id": f"CL-{n}", "conversation_text": text}
            for n, text in enumerate(texts)
        ]
        return str(self._post("batch-analysis", {"consultations": calls})["batch_id"])

    def states(self) -> dict[str, int]:
        with closing(Store(self.settings.database)) as store:
            return dict(store.consultations.counts())

    def command(self, *words: str) -> str:
        """What a command of the box prints, on one line."""
        ended = subprocess.run(
            [sys.executable, "-m", "edgebox_cli", "--config", str(self.config), *words],
            capture_output=True,
            text=True,
            check=False,
            env={k: v for k, v in os.environ.items() if not k.startswith("EDGEBOX_")},
        )
        return " ".join((ended.stdout + ended.stderr).split())

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/api/v1/consultation/{path}",
            headers={"X-Bound-Key": bound_key(CLIENT, self.secret, time.time())},
            json=body,
            timeout=300,
            trust_env=False,
        )
        assert answer.status_code in (200, 202), answer.text
        found: dict[str, Any] = answer.json()
        return found
