"""The pages of the login in a real Chromium, over the box's own certificate."""

import tempfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from support.boxes.console import PASSWORD, add_person
from support.boxes.live import CLIENT, live_box
from support.browser import chromium, until
from support.outside.certificates import make_pair

NEW = "노을 지는 강가에서"
LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@pytest.fixture
def box(monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        pair = make_pair(Path(folder, "tls"), names="IP:127.0.0.1,DNS:localhost")
        with live_box(Path(folder, "s"), monkeypatch, pair, console={"enabled": "on"}) as made:
            yield made


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def test_a_first_login_in_a_browser(box, browser):
    """Every page on the way is clean to axe, and breaks no rule of its own policy."""
    add_person(box.store, "agent", "kim01", client=CLIENT, must_change=True)
    # Playwright's own scripts, axe among them, are let past the policy.
    context = browser.new_context(ignore_https_errors=True, bypass_csp=True)
    page = context.new_page()

    def clean(name):
        for scheme, rules in (("light", None), ("dark", {"runOnly": ["color-contrast"]})):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page, options=rules).response["violations"]
            shown = [(one["id"], one["nodes"][0]["html"]) for one in found]
            assert not found, (name, scheme, shown)

    page.goto(f"{box.url}/")
    assert page.url == f"{box.url}/login"
    # The browser gives it the focus as it first draws the page, which may be after the load.
    page.wait_for_selector("#name:focus")
    page.keyboard.type("kim01")
    page.keyboard.press("Tab")
    page.keyboard.type("not this one")
    page.keyboard.press("Enter")
    page.wait_for_selector(".problem")
    assert page.input_value("#name") == "kim01"
    clean("login refused")
    page.wait_for_selector("#password:focus")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/password")
    for name, text in (("old", PASSWORD), ("new", "qwer1234!@#$"), ("again", "qwer1234!@#$")):
        page.fill(f"#{name}", text)
    page.keyboard.press("Enter")
    assert "너무 쉽습니다" in page.inner_text(".problem")
    clean("password refused")
    for name, text in (("old", PASSWORD), ("new", NEW), ("again", NEW)):
        page.fill(f"#{name}", text)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=나가기")
    (cookie,) = context.cookies()
    assert cookie["name"] == "__Host-edgebox"
    assert cookie["secure"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    for path in ("/prove", "/nothing"):
        page.goto(f"{box.url}{path}")
        clean(path)
    page.click("text=나가기")
    page.wait_for_selector(".done")
    clean("logged out")
    context.close()


def test_the_policy_breaks_nothing_and_the_brightness_is_kept(box, browser):
    add_person(box.store, "agent", "kim01", client=CLIENT)
    context = browser.new_context(color_scheme="light", ignore_https_errors=True)
    context.add_init_script(LISTEN)
    page = context.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))

    def background():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.goto(f"{box.url}/login")
    light = background()
    page.select_option("#theme", "dark")
    dark = background()
    assert light != dark
    page.fill("#name", "kim01")
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.wait_for_url(lambda url: "/login" not in url)
    assert page.evaluate("window.violations") == []
    page.goto(f"{box.url}/password")
    assert background() == dark
    assert page.evaluate("Object.entries(localStorage)") == [["edgebox.theme", "dark"]]
    assert page.evaluate("window.violations") == []
    assert troubles == []
    script = "document.body.append(document.createElement('style').appendChild(new Text('*{}')))"
    assert page.evaluate(f"{script}; document.body.setAttribute('style', 'color: red'); 1") == 1
    until(page, "window.violations.length > 0")  # the listener hears
    context.close()


def test_narrow_and_large_text_need_no_scrolling_sideways(box, browser):
    """360 px, as docked beside the CRM; and WCAG's 200 %."""
    context = browser.new_context(
        viewport={"width": 360, "height": 700}, ignore_https_errors=True, bypass_csp=True
    )
    page = context.new_page()
    page.goto(f"{box.url}/login")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
