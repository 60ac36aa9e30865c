"""One Chromium, one window and one box for all tests of the screen; a new tab for each."""

import time

import pytest

from support.agent import opened
from support.browser import chromium
from support.calls import call, summary
from support.screen import FakeBox

VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="package")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture(scope="package")
def served():
    with FakeBox().serving() as box:
        yield box


@pytest.fixture
def box(served):
    served.fresh()
    return served


@pytest.fixture(scope="package")
def window(browser):
    context = browser.new_context(
        viewport={"width": 1440, "height": 860},
        permissions=["clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
    )
    context.set_default_timeout(5000)
    context.add_init_script(VIOLATIONS)
    yield context
    context.close()


@pytest.fixture
def tab(window):
    """Opens tabs, in which nothing may break the policy or fail, and closes them."""
    errors = []
    note = lambda error: errors.append(str(error.error))  # noqa: E731
    window.on("weberror", note)
    yield window.new_page
    window.set_offline(False)
    broken = []
    for page in window.pages:
        broken += page.evaluate("window.violations ?? []")
        page.evaluate("localStorage.clear()")
        page.close(run_before_unload=False)
    window.remove_listener("weberror", note)
    assert (broken, errors) == ([], [])


@pytest.fixture
def page(tab):
    return tab()


@pytest.fixture
def screen(page, box):
    """The screen with a call that goes on and a draft of its summary."""
    box.snapshot["calls"] = [call(started_at=time.time() - 60)]
    box.snapshot["drafts"] = [summary(at=time.time() - 9)]
    return opened(page, box)
