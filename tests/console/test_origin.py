"""Which requests another site's page can send: Go's cases for CrossOriginProtection, and more."""

import pytest
from starlette.datastructures import Headers

from edgebox.console.origin import is_same_origin, may_change
from support.boxes.console import add_person, browser, log_in, logged_in

FURTHER = ("https://trusted.example",)


@pytest.mark.parametrize(
    ("method", "headers", "allowed"),
    [
        # As in Go's test of Sec-Fetch-Site.
        ("POST", {"sec-fetch-site": "same-origin"}, True),
        ("POST", {"sec-fetch-site": "none"}, True),
        ("POST", {"sec-fetch-site": "cross-site"}, False),
        ("POST", {"sec-fetch-site": "same-site"}, False),
        ("POST", {}, True),
        ("POST", {"origin": "https://example.com"}, True),
        ("POST", {"origin": "https://attacker.example"}, False),
        ("POST", {"origin": "null"}, False),
        ("GET", {"sec-fetch-site": "cross-site"}, True),
        ("HEAD", {"sec-fetch-site": "cross-site"}, True),
        ("OPTIONS", {"sec-fetch-site": "cross-site"}, True),
        ("PUT", {"sec-fetch-site": "cross-site"}, False),
        # As in Go's test of trusted origins.
        ("POST", {"origin": "https://trusted.example"}, True),
        ("POST", {"origin": "https://trusted.example", "sec-fetch-site": "cross-site"}, True),
        ("POST", {"origin": "https://trusted.example.attacker.example"}, False),
        ("POST", {"origin": "http://trusted.example"}, False),
        # What looks like one of these and is none.
        ("POST", {"sec-fetch-site": "SAME-ORIGIN"}, False),
        ("POST", {"sec-fetch-site": "", "origin": ""}, False),
        ("POST", {"origin": "https://example.com:8443"}, False),
        ("POST", {"origin": "example.com"}, False),
        ("POST", {"sec-fetch-site": "cross-site", "origin": "https://example.com"}, False),
        ("DELETE", {"origin": "https://attacker.example"}, False),
    ],
)
def test_another_sites_page_changes_nothing(method, headers, allowed):
    sent = Headers({"host": "example.com"} | headers)
    assert may_change(method, sent, FURTHER) is allowed


def test_a_request_that_says_nothing_is_not_from_our_pages():
    """A socket is opened by pages only: there, nothing is not enough."""
    assert not is_same_origin(Headers({"host": "example.com"}), FURTHER)
    assert is_same_origin(Headers({"host": "a:1", "origin": "https://a:1"}), ())


@pytest.mark.anyio
async def test_a_form_of_another_site_is_refused_before_its_password_is_looked_at(box):
    add_person(box.store, "agent")
    async with browser(box) as http:
        http.headers["Sec-Fetch-Site"] = "cross-site"
        answer = await log_in(http, "agent")
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    async with logged_in(box, "agent") as http:
        answer = await http.post("/logout", headers={"Sec-Fetch-Site": "same-site"})
        assert answer.status_code == 403
        assert (await http.get("/password")).status_code == 200
