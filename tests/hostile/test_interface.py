"""schemathesis against a served API, with the OpenAPI description that it publishes itself.

Short in every run; `tests/run --hostile` sets HOSTILE_SECONDS for a long one.
"""

import asyncio
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from edgebox.api.openapi import openapi
from edgebox.contract.paths import Paths
from edgebox.store.db import Store
from support.boxes.served import Running, running

pytestmark = pytest.mark.anyio

KNOWN = "CL-known"
HERE = Path(__file__).parent / "interface"
SECONDS = os.environ.get("HOSTILE_SECONDS")
BOUNDS = ["--max-time", SECONDS] if SECONDS else ["--max-examples", "15", "--seed", "1"]
ROOM = {"max_waiting": 10**9, "max_waiting_per_client": 10**9}


class Answer(NamedTuple):
    path: str
    status: int


def answers(metrics: str) -> Counter[Answer]:
    """How often each route gave each status."""
    found = Counter()
    for line in metrics.splitlines():
        if line.startswith(("edgebox_http_requests_total{", "edgebox_probe_requests_total{")):
            labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
            found[Answer(labels["route"], int(labels["status"]))] += float(line.split()[-1])
    return +found  # without those that are there from the start with 0


async def something_known(box: Running) -> str:
    """Make what hooks.py calls KNOWN, and return the id of a question for KNOWN_ASK."""
    path, body = f"/api/v1/live/{KNOWN}", {"text": "고객: 카드를 잃어버렸어요."}
    assert (await box.http.put(path, json=body, headers=box.headers())).is_success
    store = Store(box.settings.database)
    draft_id = store.reviews.draft(
        "center-1", KNOWN, content={"text": "분실"}, operator=None, model="small", status="success"
    )
    store.reviews.accept(
        "center-1",
        draft_id,
        content={"text": "분실"},
        changed=0.0,
        material=False,
        copied=True,
        seconds=1.0,
    )
    store.close()
    asked = {"question": "카드는요?", "conversation_text": "고객: 카드를 잃어버렸어요."}
    answer = await box.http.post(Paths.ASK, json=asked, headers=box.headers())
    ask_id: str = answer.json()["ask_id"]
    return ask_id


async def test_the_description_and_the_behaviour_agree(tmp_path: Path) -> None:
    pytest.importorskip("schemathesis", reason="./install.sh --dev installs it")
    api = {"port": 0, "rate_per_minute": 10**9, "key_tolerance_seconds": 86400}
    async with running(tmp_path, api=api, batch=ROOM, ask={"general": "on"}) as box:
        await box.until_ready()
        ask_id = await something_known(box)
        schemathesis = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", HERE / "schemathesis.toml", "run", f"{box.url}/openapi.json"),
            *("--header", f"X-Bound-Key: {box.headers()['X-Bound-Key']}", *BOUNDS),
            cwd=tmp_path,
            env=os.environ
            | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "KNOWN_ASK": ask_id},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await schemathesis.communicate()
        answered = answers((await box.http.get("/metrics", headers=box.headers())).text)
    text = said.decode("utf-8", "replace")
    print(text[text.find("API Operations:") :])
    assert schemathesis.returncode == 0, text[-20_000:]
    assert not [key for key in answered if key.status >= 500 and key.status != 503]
    for path, item in openapi()["paths"].items():
        for operation in item.values():
            status = min(map(int, operation["responses"]))
            assert answered[Answer(path, status)] > 0, f"{path} never answered {status}"
