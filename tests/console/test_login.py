"""Logging in and out, as a browser does it."""

import pytest

from support.boxes.console import PASSWORD, add_person, browser

pytestmark = pytest.mark.anyio


async def test_a_person_logs_in_and_out(box):
    add_person(box.store, "agent")
    async with browser(box) as http:
        asked = await http.get("/password")
        assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=%2Fpassword")
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
        http.cookies.set("__Host-edgebox", cookie.partition("=")[2].partition(";")[0], HOST_ONLY)
        assert (await http.get("/password")).status_code == 303


HOST_ONLY = "box.lan"
