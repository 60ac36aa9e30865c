"""One Chromium and one box for a module; a new window for each test."""

import time

import pytest

from support.browser import chromium
from support.calls import call, summary
from support.screen import FakeBox

VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def served():
    with FakeBox().serving() as box:
        yield box


@pytest.fixture
def box(served):
    served.fresh()
    return served


@pytest.fixture
def window(browser):
    """A browser's window of its own, in which nothing may break the policy or fail."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 860},
        permissions=["clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
    )
    context.set_default_timeout(5000)
    context.add_init_script(VIOLATIONS)
    errors = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    for page in context.pages:
        assert page.evaluate("window.violations ?? []") == []
    assert errors == []
    context.close()


@pytest.fixture
def page(window):
    return window.new_page()


@pytest.fixture
def screen(page, box):
    """The screen with a call that goes on and a draft of its summary."""
    box.snapshot["calls"] = [call(started_at=time.time() - 60)]
    box.snapshot["drafts"] = [summary(at=time.time() - 9)]
    return opened(page, box)


def opened(page, box):
    page.goto(f"{box.address}/agent")
    page.locator(".link.open").wait_for()
    return page
