"""Logging in and out, as a browser does it."""

import asyncio
import json

import pytest

from edgebox.console import passwords
from edgebox.console.hashing import MOST_WAITING
from edgebox.console.logins import Logins
from edgebox.console.throttle import TRIES_A_MINUTE
from edgebox.errors import LoginLocked, RateLimited
from support.boxes.console import (
    HOST,
    PASSWORD,
    add_person,
    browser,
    console_box,
    log_in,
    logged_in,
)

pytestmark = pytest.mark.anyio

WRONG = "아이디나 비밀번호가 맞지 않습니다. 여러 번 틀리면 잠시 잠깁니다."
NEW = "노을 지는 강가에서"


def acts(box):
    return [(row.action, row.operator, row.address) for row in box.store.audit.rows()]


class Counted:
    """Real hashes, counted."""

    def __init__(self):
        self.count = 0

    def hashed(self, password):
        self.count += 1
        return passwords.hashed(password)

    def matches(self, password, kept):
        self.count += 1
        return passwords.matches(password, kept)

    is_outdated = staticmethod(passwords.is_outdated)


def counting(box, found):
    return Logins(
        box.store.operators,
        box.console.hashes,
        found,
        clock=box.services.clock,
        monotonic=box.services.monotonic,
    )


async def test_a_person_logs_in_and_out(box):
    add_person(box.store, "agent")
    async with browser(box) as http:
        asked = await http.get("/password?a=b")
        assert asked.headers["location"] == "/login?next=%2Fpassword%3Fa%3Db"
        assert (await http.get("/login")).status_code == 200
        answer = await http.post(
            "/login", data={"name": " Agent ", "password": PASSWORD, "next": "/password"}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/password")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-edgebox=")
        for part in ("HttpOnly", "Path=/", "SameSite=strict", "Secure"):
            assert part in cookie
        page = await http.get("/password")
        assert page.status_code == 200
        assert "김민지" in page.text
        out = await http.post("/logout")
        assert (out.status_code, out.headers["location"]) == (303, "/login?out=1")
        http.cookies.set("__Host-edgebox", cookie.partition("=")[2].partition(";")[0], HOST)
        assert (await http.get("/password")).status_code == 303
    assert [act for act in acts(box) if act[0].startswith("session")] == [
        ("session.login", "agent", "10.0.0.7"),
        ("session.logout", "agent", "10.0.0.7"),
    ]


async def test_the_token_is_nowhere_on_the_disk(box):
    async with logged_in(box, "agent") as http:
        token = http.cookies["__Host-edgebox"]
        await http.get("/password")
    for file in box.settings.state_dir.iterdir():
        if file.is_file():
            assert token.encode() not in file.read_bytes()


async def test_every_failure_reads_the_same(box):
    for name in ("agent", "gone"):
        add_person(box.store, "agent", name)
    box.store.operators.disable("gone")
    texts = []
    async with browser(box) as http:
        for name, password in (("agent", "no"), ("nobody", PASSWORD), ("gone", PASSWORD), ("", "")):
            answer = await log_in(http, name, password)
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers
            texts.append(answer.text.replace(f'value="{name}"', "").replace(" autofocus", ""))
    assert WRONG in texts[0]
    assert len(set(texts)) == 1


async def test_an_unknown_name_costs_as_many_hashes_as_a_known_one(box):
    add_person(box.store, "agent")
    add_person(box.store, "agent", "gone")
    box.store.operators.disable("gone")
    found = Counted()
    logins = counting(box, found)
    with pytest.raises(Exception, match="wrong"):
        await logins.check("first", "x", "")  # makes the hash that stands for nobody's
    costs = []
    for name in ("agent", "nobody", "gone"):
        before = found.count
        with pytest.raises(Exception, match="wrong"):
            await logins.check(name, "x", "10.0.0.1")
        costs.append(found.count - before)
    assert costs == [1, 1, 1]


@pytest.mark.parametrize("name", ["agent", "nobody"])
async def test_five_wrong_passwords_lock_a_name_whether_it_is_an_account_or_not(timed, clock, name):
    add_person(timed.store, "agent")
    async with browser(timed) as http:
        for _ in range(4):
            assert (await log_in(http, name, "no")).status_code == 403
        waits = (
            (60, "60초"),
            (120, "2분"),
            (240, "4분"),
            (480, "8분"),
            (900, "15분"),
            (900, "15분"),
        )
        for seconds, said in waits:
            answer = await log_in(http, name, "no")
            assert (answer.status_code, answer.headers["retry-after"]) == (429, str(seconds))
            assert f"{said} 뒤에" in answer.text
            refused = await log_in(http, name)
            assert refused.status_code == 429  # also with the right password
            clock.advance(seconds)
        answer = await log_in(http, name)
        assert answer.status_code == (303 if name == "agent" else 429)
    locked = [row for row in timed.store.audit.rows() if row.action == "session.locked"]
    assert len(locked) == (6 if name == "agent" else 0)


async def test_tries_at_the_same_time_do_not_overtake_the_count(box):
    add_person(box.store, "agent")
    async with browser(box) as http:
        tries = [log_in(http, "agent", f"no {n}") for n in range(12)]
        answers = await asyncio.gather(*tries)
    assert sum(answer.status_code == 403 for answer in answers) == 4
    assert box.store.operators.get("agent").failed == 5


async def test_logins_are_counted_by_result(timed):
    add_person(timed.store, "agent")
    async with browser(timed) as http:
        await log_in(http, "agent")
        for _ in range(6):
            await log_in(http, "agent", "no")
    found = timed.services.metrics.render().decode().splitlines()
    for result, count in (("success", 1), ("refused", 4), ("locked", 2), ("busy", 0)):
        assert f'edgebox_logins_total{{result="{result}"}} {count}.0' in found


async def test_a_right_password_forgets_the_wrong_ones(box):
    add_person(box.store, "agent")
    async with browser(box) as http:
        for _ in range(3):
            for _ in range(4):
                await log_in(http, "agent", "no")
            assert (await log_in(http, "agent")).status_code == 303


async def test_what_was_typed_as_a_name_is_in_no_row_and_no_line(box, caplog):
    caplog.set_level("DEBUG")
    async with browser(box) as http:
        await log_in(http, "My-Secret-Passw0rd", "other-secret")
    assert ("session.refused", None, "10.0.0.7") in acts(box)
    written = json.dumps([str(row) for row in box.store.audit.rows()]) + caplog.text
    assert "passw0rd" not in written.lower()
    assert "other-secret" not in written


async def test_an_address_that_tries_too_often_waits(tmp_path):
    now = [30.0]
    async with (
        console_box(tmp_path, monotonic=lambda: now[0]) as box,
        browser(box) as http,
        browser(box, peer="10.0.0.8") as other,
    ):
        add_person(box.store, "agent")
        for _ in range(TRIES_A_MINUTE):
            await log_in(http, "locked after five", "x")
        answer = await log_in(http, "agent")
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "30"
        assert (await log_in(other, "agent")).status_code == 303
        now[0] += 30
        assert (await log_in(http, "agent")).status_code == 303


async def test_a_centre_behind_a_proxy_logs_in_from_one_address(tmp_path, monkeypatch):
    monkeypatch.setattr("edgebox.console.throttle.TRIES_A_MINUTE", 3)
    async with console_box(tmp_path, monotonic=lambda: 30.0) as box:
        add_person(box.store, "agent")

        async def login(password: str = PASSWORD) -> int:
            async with browser(box, peer="127.0.0.1") as http:
                return (await log_in(http, "agent", password)).status_code

        assert [await login() for _ in range(6)] == [303] * 6
        assert [await login("wrong") for _ in range(3)] == [403] * 3
        assert await login() == 429, "a right one gives back its own try, not the wrong ones"


async def test_a_try_that_was_not_looked_at_does_not_count(tmp_path, monkeypatch):
    monkeypatch.setattr("edgebox.console.throttle.TRIES_A_MINUTE", 1)
    async with console_box(tmp_path, monotonic=lambda: 30.0) as box, browser(box) as http:
        add_person(box.store, "agent")
        box.console.hashes._accepted += MOST_WAITING + 1
        assert [(await log_in(http, "agent")).status_code for _ in range(3)] == [429] * 3
        box.console.hashes._accepted = 0
        assert (await log_in(http, "agent")).status_code == 303


async def test_a_browser_that_goes_before_the_answer_has_tried(tmp_path, monkeypatch):
    """Or else somebody who hangs up each time could try for ever."""
    monkeypatch.setattr("edgebox.console.throttle.TRIES_A_MINUTE", 1)
    async with console_box(tmp_path, monotonic=lambda: 30.0) as box:
        logins = box.console.logins
        gone = asyncio.create_task(logins.check("nobody", "wrong", "10.0.0.7"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        with pytest.raises(LoginLocked):
            await logins.check("nobody", "wrong", "10.0.0.7")


async def test_one_password_is_hashed_at_a_time_and_a_few_wait(box):
    """The event loop goes on meanwhile."""
    running, most, hold = 0, 0, asyncio.Event()
    loop = asyncio.get_running_loop()

    def work():
        nonlocal running, most
        running += 1
        most = max(most, running)
        asyncio.run_coroutine_threadsafe(hold.wait(), loop).result(10)
        running -= 1

    begun = [asyncio.create_task(box.console.hashes.run(work)) for _ in range(MOST_WAITING + 1)]
    await asyncio.sleep(0.05)
    with pytest.raises(RateLimited):
        await box.console.hashes.run(work)
    async with browser(box) as http:
        answer = await log_in(http, "agent")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    hold.set()
    await asyncio.gather(*begun)
    assert most == 1


async def test_an_old_hash_is_made_anew_at_the_login(box):
    add_person(box.store, "agent")
    cheap = passwords.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    box.store.operators.change_password("agent", cheap)
    async with browser(box) as http:
        assert (await log_in(http, "agent")).status_code == 303
    kept = box.store.operators.get("agent").password
    assert "m=19456,t=2,p=1" in kept
    assert passwords.matches(PASSWORD, kept)


async def test_the_first_login_leads_to_the_password_and_nowhere_else(box):
    add_person(box.store, "lead", must_change=True)
    async with browser(box) as http:
        answer = await log_in(http, "lead")
        assert answer.headers["location"] == "/password"
        assert (await http.get("/")).headers["location"] == "/password"
        fields = {"old": PASSWORD, "new": NEW, "again": NEW}
        for wrong in ({"again": "다른 것을 적었습니다"}, {"new": "lead" * 4, "again": "lead" * 4}):
            refused = await http.post("/password", data=fields | wrong)
            assert refused.status_code == 422
        assert (await http.post("/password", data=fields | {"old": "x"})).status_code == 403
        answer = await http.post("/password", data=fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert (await http.get("/")).headers["location"] != "/login"
    async with browser(box) as http:
        assert (await log_in(http, "lead")).status_code == 403
        assert (await log_in(http, "lead", NEW)).status_code == 303


async def test_what_is_typed_or_named_is_text_on_every_page(box):
    name = '"><script src=/x></script>'
    add_person(box.store, "agent", display="<img src=x onerror=alert(1)>{{ 7 * 7 }}")
    async with browser(box) as http:
        page = await http.post("/login", data={"name": name, "password": "x", "next": name})
        assert "<script src=/x>" not in page.text
        assert "&#34;&gt;&lt;script src=/x&gt;" in page.text
        await log_in(http, "agent")
        page = await http.get("/password")
        assert "&lt;img src=x onerror=alert(1)&gt;{{ 7 * 7 }}" in page.text


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/password", "/password"),
        ("/review?page=2", "/review?page=2"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ],
)
async def test_a_login_leads_to_a_page_of_this_box(box, wanted, led):
    add_person(box.store, "agent")
    async with browser(box) as http:
        page = await http.get("/login", params={"next": wanted})
        assert f'name="next" value="{led}"' in page.text
        answer = await http.post(
            "/login", data={"name": "agent", "password": PASSWORD, "next": wanted}
        )
        assert answer.headers["location"] == led
