"""How long a session lasts, and what ends it."""

import asyncio
import hashlib
import threading

import pytest
from starlette.requests import HTTPConnection

from edgebox.console.sessions import LOOK_SECONDS
from edgebox.errors import StoreBusy
from support.boxes.console import (
    HOST,
    PASSWORD,
    add_person,
    browser,
    console_box,
    hash_of,
    log_in,
    logged_in,
)
from support.polling import eventually

pytestmark = pytest.mark.anyio


async def goes_on(http):
    return (await http.get("/password")).status_code == 200


async def test_a_session_ends_without_work(timed, clock):
    async with logged_in(timed, "agent") as http:
        for _ in range(10):
            clock.advance(29 * 60)
            assert await goes_on(http)
        clock.advance(30 * 60)
        assert not await goes_on(http)


async def test_a_session_ends_after_a_shift_in_any_case(timed, clock):
    async with logged_in(timed, "agent") as http:
        for _ in range(12 * 60 // 20 - 1):
            clock.advance(20 * 60)
            assert await goes_on(http)
        clock.advance(20 * 60)
        assert not await goes_on(http)
        assert (await log_in(http, "agent")).status_code == 303
        assert await goes_on(http)
    rows = timed.store._connections.rows("SELECT count(*) AS n FROM web_sessions")
    assert rows[0]["n"] == 1  # the login removed the old one


async def test_the_last_use_is_written_once_a_minute(timed, clock):
    async with logged_in(timed, "agent") as http:
        used = set()
        for _ in range(12):
            clock.advance(10)
            await goes_on(http)
            used |= {
                row["used_at"]
                for row in timed.store._connections.rows("SELECT used_at FROM web_sessions")
            }
    assert len(used) == 3  # the login's, and one a minute


async def test_a_look_of_a_machine_is_no_work(timed, clock):
    async with logged_in(timed, "agent") as http:
        request = http.build_request("GET", "/password")
        scope = {
            "type": "websocket",
            "scheme": "wss",
            "path": "/",
            "headers": [(b"host", HOST.encode()), (b"cookie", request.headers["cookie"].encode())],
        }
        for _ in range(2):
            clock.advance(16 * 60)
            person = await timed.console.sessions.person(HTTPConnection(scope), touch=False)
        assert person is None


async def test_the_token_is_another_after_a_login_and_after_a_new_password(box):
    async with logged_in(box, "agent") as http, logged_in(box, "agent") as elsewhere:
        first = http.cookies["__Host-edgebox"]
        await log_in(http, "agent")
        second = http.cookies["__Host-edgebox"]
        new = "강가의 노을이 붉다"
        form = {"old": PASSWORD, "new": new, "again": new}
        assert (await http.post("/password", data=form)).status_code == 303
        third = http.cookies["__Host-edgebox"]
        assert len({first, second, third}) == 3
        assert await goes_on(http)
        assert not await goes_on(elsewhere)
        for token in (first, second):
            http.cookies.set("__Host-edgebox", token, HOST)
            elsewhere.cookies.clear()
            elsewhere.cookies.set("__Host-edgebox", token, HOST)
            assert not await goes_on(elsewhere)


@pytest.mark.parametrize("act", ["disable", "reset"])
async def test_an_act_of_another_process_ends_what_is_open_within_a_second(box, act):
    """As ``edgebox operators disable`` at a shell: this process is told by nobody."""
    ended = []
    async with logged_in(box, "agent") as http, logged_in(box, "lead") as other:
        for client in (http, other):
            digest = await session_of(box, client)
            box.console.sessions.on_end(digest, lambda who=client: ended.append(who))
        await asyncio.sleep(LOOK_SECONDS / 10)
        assert not ended
        more = (hash_of("another"),) if act == "reset" else ()
        getattr(box.store.operators, act)("agent", *more)
        await eventually(lambda: ended)
        assert ended == [http]
        assert not await goes_on(http)
        assert await goes_on(other)


async def test_people_of_a_disabled_client_are_out_and_stay_out(box):
    ended = []
    async with logged_in(box, "agent") as http, logged_in(box, "admin") as admin:
        digest = await session_of(box, http)
        box.console.sessions.on_end(digest, lambda: ended.append("agent"))
        client = box.store.operators.get("agent").client_id
        box.store.clients.disable(client)
        await eventually(lambda: ended)
        assert not await goes_on(http)
        assert (await log_in(http, "agent")).status_code == 403
        assert await goes_on(admin)
        box.store.clients.enable(client)
        assert (await log_in(http, "agent")).status_code == 303


async def test_logging_out_ends_what_is_open_at_once(box):
    ended = []
    async with logged_in(box, "agent") as http:
        digest = await session_of(box, http)
        take_back = box.console.sessions.on_end(digest, lambda: ended.append("taken back"))
        box.console.sessions.on_end(digest, lambda: ended.append("told"))
        take_back()
        await http.post("/logout")
    assert ended == ["told"]


async def test_a_session_that_ended_before_it_was_watched_is_found(box):
    ended = []
    async with logged_in(box, "agent") as http, logged_in(box, "lead") as other:
        box.console.sessions.on_end(await session_of(box, other), lambda: None)
        digest = await session_of(box, http)
        box.store.operators.disable("agent")
        await asyncio.sleep(LOOK_SECONDS * 1.2)  # the change has been seen
        box.console.sessions.on_end(digest, lambda: ended.append(1))
        await eventually(lambda: ended)


class BusyOnce:
    """The sessions of a store that is busy at the first look."""

    def __init__(self, store, monkeypatch):
        self.looks, self._live = 0, store.sessions.live
        monkeypatch.setattr(store.sessions, "live", self)

    def __call__(self, *args, **ages):
        self.looks += 1
        if self.looks == 1:
            raise StoreBusy("The store is busy.")
        return self._live(*args, **ages)


async def test_a_store_that_is_busy_once_keeps_nobody_s_screen_open(box, monkeypatch):
    ended = []
    async with logged_in(box, "agent") as http:
        box.console.sessions.on_end(await session_of(box, http), lambda: ended.append(1))
        await asyncio.sleep(LOOK_SECONDS / 10)
        busy = BusyOnce(box.store, monkeypatch)
        box.store.operators.disable("agent")
        await eventually(lambda: ended)
    assert busy.looks == 2


async def test_logging_out_ends_what_is_open_though_the_store_is_busy_then(box, monkeypatch):
    ended = []
    async with logged_in(box, "agent") as http:
        box.console.sessions.on_end(await session_of(box, http), lambda: ended.append(1))
        await asyncio.sleep(LOOK_SECONDS / 10)
        BusyOnce(box.store, monkeypatch)
        assert (await http.post("/logout")).status_code == 303
        await eventually(lambda: ended)


async def test_a_screen_that_is_opened_during_a_look_is_looked_at_too(box, monkeypatch):
    ended, looking, go_on = [], threading.Event(), threading.Event()
    async with logged_in(box, "agent") as http, logged_in(box, "lead") as other:
        digest, live = await session_of(box, http), box.store.sessions.live

        def slow(*args, **ages):
            found = live(*args, **ages)
            looking.set()
            go_on.wait(5)
            return found

        box.store.operators.disable("agent")
        monkeypatch.setattr(box.store.sessions, "live", slow)
        box.console.sessions.on_end(await session_of(box, other), lambda: None)
        await asyncio.to_thread(looking.wait, 5)
        box.console.sessions.on_end(digest, lambda: ended.append(1))
        go_on.set()
        await eventually(lambda: ended)


async def session_of(box, http):
    return hashlib.sha256(http.cookies["__Host-edgebox"].encode()).hexdigest()


@pytest.mark.parametrize(
    ("scheme", "host", "peer", "cookie"),
    [
        ("https", HOST, "10.0.0.7", "__Host-edgebox"),
        ("http", "127.0.0.1:8600", "127.0.0.1", "edgebox"),
        ("http", "localhost:8600", "::1", "edgebox"),
        ("http", "[::1]:8600", "::1", "edgebox"),
        ("http", "127.0.0.1:8600", "::ffff:127.0.0.1", "edgebox"),  # a socket for both kinds
        ("http", "box.proxy", "127.0.0.1", "__Host-edgebox"),  # a proxy here ends TLS
        ("http", "box.proxy:443", "127.0.0.1", "__Host-edgebox"),
        ("http", "Box.Proxy", "127.0.0.1", "__Host-edgebox"),
        ("http", "box.proxy:8443", "127.0.0.1", None),
        ("http", HOST, "10.0.0.7", None),
        ("http", HOST, "::ffff:10.0.0.7", None),
        ("http", "localhost", "10.0.0.7", None),
        ("http", "evil.example", "127.0.0.1", None),  # DNS that leads to the loopback
        ("http", "box.proxy", "10.0.0.7", None),
    ],
)
async def test_pages_open_over_tls_and_on_the_machine_itself(tmp_path, scheme, host, peer, cookie):
    async with console_box(tmp_path, console={"origins": "https://box.proxy"}) as box:
        add_person(box.store, "agent")
        async with browser(box, scheme, host, peer) as http:
            page, answer = await http.get("/login"), await log_in(http, "agent")
        if cookie is None:
            assert page.status_code == answer.status_code == 403
            assert "tls_cert" in page.text
            assert "set-cookie" not in answer.headers
            assert "<input" not in page.text
        else:
            assert page.status_code == 200
            name, _, rest = answer.headers["set-cookie"].partition("=")
            assert name == cookie
            assert ("Secure" in rest) is (cookie != "edgebox")
            assert "HttpOnly" in rest
