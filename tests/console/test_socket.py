"""The socket of a screen over a served box, as people and programs use it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers
from websockets.exceptions import InvalidStatus

from edgebox.console import outbox, sessions
from edgebox.console import socket as live
from edgebox.console.viewer import is_ours
from edgebox.store.db import Store
from support.boxes.console import add_person, log_in
from support.boxes.screens import LIVE, of_page, opened, screen
from support.boxes.served import Running, running
from support.polling import PATIENCE, eventually

pytestmark = pytest.mark.anyio

LINE = "고객: 카드를 잃어버렸어요.\n"
REPLY = "상담사: 네, 바로 정지해 드렸습니다.\n"


@pytest.fixture
async def box(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Running]:
    async with running(tmp_path, console={"enabled": "on"}) as made:
        await made.until_ready()
        yield made


@pytest.fixture
def store(box: Running) -> AsyncIterator[Store]:
    kept = Store(box.settings.database)
    yield kept
    kept.close()


@asynccontextmanager
async def person(
    box: Running, store: Store, role: str, name: str = "", **account: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with a session."""
    name = add_person(store, role, name or None, **account)
    async with httpx.AsyncClient(base_url=box.url, trust_env=False) as http:
        answer = await log_in(http, name)
        assert answer.status_code == 303, answer.text
        yield http


async def say(box: Running, call: str, offset: int, text: str, **more: Any) -> dict[str, Any]:
    """What speech-to-text sends."""
    said = {"offset": offset, "text": text, **more}
    answer = await box.http.put(f"{LIVE}/{call}", json=said, headers=box.headers())
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def sockets(box: Running) -> float:
    """How many are open."""
    text = (await box.http.get("/metrics", headers=box.headers())).text
    [line] = [line for line in text.splitlines() if line.startswith("edgebox_sockets ")]
    return float(line.split()[1])


async def refused(box: Running, headers: dict[str, str]) -> int:
    with pytest.raises(InvalidStatus) as error:
        async with opened(box, headers=headers):
            pass
    response = error.value.response
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code


# Who may open it


async def test_a_page_opens_it_with_its_session_and_its_origin(box: Running, store: Store) -> None:
    async with person(box, store, "agent") as http:
        async with screen(box, headers=of_page(box, http)) as one:
            operator = one.welcome["operator"]
            assert operator == {"name": "agent", "display": "김민지", "role": "agent"}
        for origin in (None, "null", "https://evil.example", "http://127.0.0.1:1", ""):
            assert await refused(box, of_page(box, http, Origin=origin)) == 403, origin
        assert await refused(box, of_page(box, http, Cookie=None)) == 401
        assert await refused(box, of_page(box, http, Cookie="edgebox=guessed")) == 401
        cross = of_page(box, http) | {"Sec-Fetch-Site": "cross-site"}
        assert await refused(box, cross) == 403
        assert await refused(box, of_page(box, http) | box.headers()) == 403, "a key and a page"
    async with person(box, store, "admin") as http:
        assert await refused(box, of_page(box, http)) == 403
    async with person(box, store, "agent", "new", must_change=True) as http:
        assert await refused(box, of_page(box, http)) == 403


@pytest.mark.parametrize(
    ("origin", "secure", "expected"),
    [
        ("https://box.lan", True, True),
        ("http://box.lan", True, False),
        ("http://box.lan", False, True),
        ("https://box.lan:8443", True, False),
        ("https://proxy.lan", False, True),
        ("https://box.lan.evil.example", True, False),
        ("https://evil.example", True, False),
        ("box.lan", False, False),
        ("null", False, False),
    ],
)
def test_which_origin_is_ours(origin: str, secure: bool, expected: bool) -> None:
    headers = Headers({"host": "box.lan", "origin": origin})
    assert is_ours(headers, ["https://proxy.lan"], secure=secure) is expected


async def test_without_the_pages_only_a_program_opens_it(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        await box.until_ready()
        assert await refused(box, {"Origin": box.url, "Cookie": "edgebox=x"}) == 403
        async with screen(box) as one:
            assert one.welcome["operator"]["role"] == "program"


async def test_an_account_that_is_disabled_loses_its_socket(box: Running, store: Store) -> None:
    async with (
        person(box, store, "agent") as http,
        screen(box, headers=of_page(box, http)) as one,
        screen(box, "other") as other,
    ):
        store.operators.disable("agent")
        assert await asyncio.wait_for(one.code(), PATIENCE) == 4401
        await other.send("cancel", ask_id="none")
        assert other.socket.close_code is None


async def test_who_logs_out_loses_the_socket_too(box: Running, store: Store) -> None:
    async with (
        person(box, store, "agent") as http,
        screen(box, headers=of_page(box, http)) as one,
    ):
        assert (await http.post("/logout", headers={"Origin": box.url})).status_code == 303
        assert await asyncio.wait_for(one.code(), PATIENCE) == 4401


async def test_an_idle_screen_is_no_work_and_a_call_is(
    box: Running, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(sessions, "TOUCH_SECONDS", -1.0)
    touched: list[str] = []
    touch = sessions.Sessions.touch
    monkeypatch.setattr(
        sessions.Sessions, "touch", lambda self, one: touched.append(one) or touch(self, one)
    )
    async with person(box, store, "agent") as http:
        touched.clear()
        async with screen(box, headers=of_page(box, http)) as one:
            await asyncio.sleep(0.4)
            assert touched == []
            await one.send("cancel", ask_id="none")
            await eventually(lambda: len(touched) == 1)
            await say(box, "CL-1", 0, LINE, operator="agent")
            await eventually(lambda: len(touched) > 3)


async def test_a_client_that_is_disabled_loses_its_sockets(
    box: Running, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.2)
    async with screen(box) as idle, screen(box) as busy:
        store.clients.disable("center-1")
        assert await idle.code() == 4401
        assert await busy.code() == 4401


async def test_three_screens_of_an_operator_are_open(box: Running) -> None:
    async with screen(box, "kim"), screen(box, "kim"):
        async with screen(box, "kim"), opened(box) as fourth:
            await fourth.send("hello", operator="kim")
            assert await fourth.code() == 4409
        async with screen(box, "kim"), screen(box, "lee"):
            pass


# Calls


async def test_a_line_reaches_its_operator_and_nobody_else(box: Running) -> None:
    async with screen(box, "kim") as kim, screen(box, "lee") as lee, screen(box) as program:
        answer = await say(box, "CL-1", 0, LINE, operator="kim", partial="그러면")
        assert answer == {"received": len(LINE), "watching": 1}
        call = (await kim.next("call.opened"))["call"]
        assert call["consultation_id"] == "CL-1"
        text = await kim.next("call.text")
        assert text["utterances"][0]["text"] == "카드를 잃어버렸어요."
        assert text["partial"] == "그러면"
        for one in (lee, program):
            await one.send("open", consultation_id="nothing")
            assert (await one.next("call.opened", "call.text", "notice"))["type"] == "notice"
    async with screen(box, "kim") as again:
        [call] = again.welcome["calls"]
        assert (call["received"], call["partial"]) == (len(LINE), "그러면")
        assert call["utterances"][0]["speaker"] == "customer"


async def test_an_agent_opens_calls_of_nobody_and_a_lead_all(box: Running, store: Store) -> None:
    await say(box, "CL-free", 0, LINE)
    await say(box, "CL-lee", 0, LINE, operator="lee")
    async with (
        person(box, store, "agent") as http,
        person(box, store, "lead") as lead_http,
        screen(box, headers=of_page(box, http)) as agent,
        screen(box, headers=of_page(box, lead_http)) as lead,
    ):
        await agent.send("open", consultation_id="CL-lee")
        notice = await agent.next("notice")
        assert (notice["code"], notice["consultation_id"]) == ("not-found", "CL-lee")
        await agent.send("open", consultation_id="CL-free")
        await lead.send("open", consultation_id="CL-lee")
        assert (await agent.next("call.opened"))["call"]["consultation_id"] == "CL-free"
        assert (await lead.next("call.opened"))["call"]["consultation_id"] == "CL-lee"
        await say(box, "CL-free", len(LINE), REPLY)
        await say(box, "CL-lee", len(LINE), REPLY)
        for one, call in ((agent, "CL-free"), (lead, "CL-lee")):
            text = await one.next("call.text")
            while text["received"] < len(LINE + REPLY):
                text = await one.next("call.text")
            assert text["consultation_id"] == call

        def noted() -> bool:
            rows = list(store.audit.rows())
            seen = {(row.operator, row.subject) for row in rows if row.action == "view.call"}
            return {("agent", "CL-free"), ("lead", "CL-lee")} <= seen

        await eventually(noted)


async def test_who_followed_a_call_of_nobody_loses_it_when_it_becomes_somebodys(
    box: Running, store: Store
) -> None:
    await say(box, "CL-free", 0, LINE)
    async with (
        person(box, store, "agent") as http,
        person(box, store, "lead") as lead_http,
        screen(box, headers=of_page(box, http)) as agent,
        screen(box, headers=of_page(box, lead_http)) as lead,
    ):
        for one in (agent, lead):
            await one.send("open", consultation_id="CL-free")
            await one.next("call.opened")
        await say(box, "CL-free", len(LINE), REPLY, operator="lee")
        assert (await agent.next("call.closed"))["consultation_id"] == "CL-free"
        text = await lead.next("call.text")
        while text["received"] < len(LINE + REPLY):
            text = await lead.next("call.text", "call.closed")
        answer = await say(box, "CL-free", len(LINE + REPLY), LINE)
        assert answer["watching"] == 1


async def test_a_pasted_call_is_private(box: Running, store: Store) -> None:
    async with (
        screen(box, "kim") as kim,
        screen(box, "kim") as second,
        person(box, store, "lead") as http,
        screen(box, headers=of_page(box, http)) as lead,
    ):
        await kim.send("paste", consultation_id=None, text=LINE + REPLY)
        call = (await kim.next("call.opened"))["call"]
        assert call["source"] == "paste"
        assert (await second.next("call.opened"))["call"] == call
        assert len((await kim.next("call.text"))["utterances"]) == 2
        await lead.send("open", consultation_id=call["consultation_id"])
        assert (await lead.next("notice", "call.opened"))["code"] == "not-found"
        await lead.send("close", consultation_id=call["consultation_id"])
        assert (await lead.next("notice", "call.closed"))["code"] == "not-found"
        await kim.send("close", consultation_id=call["consultation_id"])
        assert (await second.next("call.closed"))["consultation_id"] == call["consultation_id"]


async def test_a_person_pastes_nothing_under_the_id_of_a_call(box: Running, store: Store) -> None:
    """The centre could then not send that call, and would read their text as its record."""
    async with (
        person(box, store, "agent") as http,
        screen(box, headers=of_page(box, http)) as agent,
    ):
        await agent.send("paste", consultation_id="CL-1", text=LINE)
        assert (await agent.next("notice", "call.opened"))["code"] == "not-found"
        await say(box, "CL-1", 0, LINE)
        await agent.send("paste", consultation_id=None, text=LINE)
        name = (await agent.next("call.opened"))["call"]["consultation_id"]
        await agent.send("paste", consultation_id=name, text=LINE + REPLY)
        assert (await agent.next("notice", "call.opened"))["type"] == "call.opened"


async def test_a_snapshot_is_no_larger_than_a_screen_can_hold(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgebox.console.screen.MOST_WELCOMED", 2 * len(LINE))
    for number in range(4):
        await say(box, f"CL-{number}", 0, LINE, operator="kim")
    await say(box, "CL-long", 0, LINE * 5, operator="lee")
    async with screen(box, "kim") as kim, screen(box, "lee") as lee:
        shown = [call["consultation_id"] for call in kim.welcome["calls"]]
        assert shown == ["CL-2", "CL-3"]
        assert [call["consultation_id"] for call in lee.welcome["calls"]] == ["CL-long"]
        await kim.send("open", consultation_id="CL-0")
        assert (await kim.next("call.opened"))["call"]["consultation_id"] == "CL-0"


async def test_large_messages_count_as_several(box: Running) -> None:
    """JSON of a megabyte twenty times a second would leave the event loop no time."""
    async with screen(box, "kim") as kim:
        for _ in range(4):
            await kim.send("cancel", ask_id="q1", filler="x" * 900_000)
        assert await kim.code() == 4429


def test_what_was_shown_counts_for_the_next_message() -> None:
    now = [0.0]
    rate = live._Rate(lambda: now[0])
    assert rate.admits(1)
    rate.spend(live.MESSAGES_AT_ONCE + live.MESSAGES_A_SECOND - 1)
    assert not rate.admits(1)
    now[0] += 1.2
    assert rate.admits(1)
    assert not all(rate.admits(1) for _ in range(live.MESSAGES_A_SECOND))
    now[0] += 3600
    assert all(rate.admits(1) for _ in range(live.MESSAGES_AT_ONCE))
    assert not rate.admits(1)


async def test_a_person_who_pastes_and_types_fast_stays(box: Running) -> None:
    """Five long calls in a row, each asked about and looked at again."""
    long = (LINE * 200_000)[:190_000]
    async with screen(box, "kim") as kim:
        for n in range(5):
            await kim.send("paste", consultation_id=None, text=long)
            await kim.send("prepare", consultation_id=f"CL-{n}")
            await kim.send("cancel", ask_id=f"q{n}")
            await kim.send("open", consultation_id=f"CL-{n}")
        for _ in range(5):
            assert (await kim.next("call.opened", "notice"))["type"] in ("call.opened", "notice")
        await kim.send("open", consultation_id="CL-last")
        while (await kim.next("notice"))["consultation_id"] != "CL-last":
            pass


async def test_a_slow_reader_ends_and_slows_nobody(
    box: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_MESSAGES", 20)
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await asyncio.get_running_loop().run_in_executor(None, plain.connect, box.address)
    async with screen(box, "kim") as quick, screen(box, "kim", sock=plain, max_queue=1) as slow:
        slow.socket.transport.pause_reading()
        for n in range(400):
            if n % 20 == 0 and await sockets(box) == 1:
                break
            await say(box, f"CL-{n}", 0, "", operator="kim", partial="말" * 2000)
            call = (await quick.next("call.opened"))["call"]
            assert call["consultation_id"] == f"CL-{n}", "the quick one has it at once"
        slow.socket.transport.resume_reading()
        assert await slow.code() == 1013
