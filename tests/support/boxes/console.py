"""The console over a real store: people, and a browser's requests without a browser."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

from edgebox.console import passwords
from edgebox.store.operators import NewOperator
from support.boxes.api import ApiBox, api_box

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from edgebox.store.db import Store
    from edgebox.store.operators import Role

HOST = "box.lan"
PASSWORD = "horse-battery-staple"
DISPLAY = {"agent": "김민지", "lead": "박서준", "admin": "이하늘"}


@cache
def hash_of(password: str) -> str:
    return passwords.hashed(password)


def add_person(
    store: Store,
    role: Role,
    name: str | None = None,
    *,
    client: str | None = "center-1",
    must_change: bool = False,
    **more: Any,
) -> str:
    """Add an account whose password is PASSWORD; return its name, which is the role by default."""
    name = name or role
    kept = hash_of(PASSWORD)
    client = None if role == "admin" else client
    shown = more.pop("display", DISPLAY[role])
    store.operators.add(NewOperator(name, role, client, shown, kept, **more))
    if not must_change:
        store.operators.change_password(name, kept)
    return name


def browser(
    box: ApiBox, scheme: str = "https", host: str = HOST, peer: str = "10.0.0.7"
) -> httpx.AsyncClient:
    """A client with a cookie jar that names itself as a page of the box does."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(box.app, client=(peer, 50_000)),
        base_url=f"{scheme}://{host}",
        headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
        trust_env=False,
    )


async def log_in(http: httpx.AsyncClient, name: str, password: str = PASSWORD) -> httpx.Response:
    return await http.post("/login", data={"name": name, "password": password})


@asynccontextmanager
async def logged_in(
    box: ApiBox, role: Role, name: str | None = None, *, client: str = "center-1"
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with a session of this role; the account is made where there is none."""
    if box.store.operators.get(name or role) is None:
        add_person(box.store, role, name, client=client)
    async with browser(box) as http:
        answer = await log_in(http, name or role)
        assert answer.status_code == 303, answer.text
        yield http


@asynccontextmanager
async def console_box(state: Path, **sections: Any) -> AsyncIterator[ApiBox]:
    """A box with two clients whose pages are turned on; arguments as ``api_box``."""
    console = {"enabled": "on"} | sections.pop("console", {})
    async with api_box(state, console=console, **sections) as box:
        yield box
