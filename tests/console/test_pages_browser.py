"""The lead's and the administrator's pages in a real Chromium: axe, narrow, without scripts."""

import tempfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from support.boxes.console import PASSWORD, add_person
from support.boxes.live import CLIENT, live_box
from support.boxes.records import accepted, records
from support.browser import chromium

PAGES = {
    "lead": (
        "/review",
        "/review?flag=any&names=hidden&from=x",
        "/review/{bad}",
        "/review/{failed}",
        "/review/quality",
        "/review/usage",
        "/review/export",
    ),
    "admin": (
        "/admin",
        "/admin/batches",
        "/admin/operators",
        "/admin/clients",
        "/admin/models",
        "/admin/settings",
        "/admin/audit",
        "/admin/audit/month",
        "/admin/audit/export",
    ),
}
LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def box():
    patch = pytest.MonkeyPatch()
    with (
        tempfile.TemporaryDirectory() as folder,
        live_box(Path(folder, "s"), patch, console={"enabled": "on"}) as made,
    ):
        made.rows = records(made.store, CLIENT, hook="https://centerlink.example/hook").rows
        accepted(made.store, made.rows["bad"], CLIENT, result="7일 안에 알리기로 함")
        for role in PAGES:
            add_person(made.store, role, client=CLIENT)
        yield made
    patch.undo()


def opened(browser, box, role, **options):
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(f"{box.url}/login")
    page.fill("#name", role)
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


@pytest.mark.parametrize("role", PAGES)
def test_every_page_is_clean_to_axe_in_light_and_dark_and_fits_a_narrow_window(browser, box, role):
    # Playwright's own scripts, axe among them, are let past the policy.
    page = opened(browser, box, role, bypass_csp=True, viewport={"width": 360, "height": 800})
    for path in PAGES[role]:
        page.goto(box.url + path.format(**box.rows))
        page.evaluate(Axe().axe_script)
        for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
            page.emulate_media(color_scheme=scheme)
            options = rules | {"resultTypes": ["violations"]}
            found = page.evaluate("it => axe.run(document, it)", options)["violations"]
            shown = [(one["id"], one["nodes"][0]["html"]) for one in found]
            assert not found, (path, scheme, shown)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


@pytest.mark.parametrize("role", PAGES)
def test_no_page_breaks_the_policy_or_needs_a_script(browser, box, role):
    with_scripts = opened(browser, box, role)
    with_scripts.context.add_init_script(LISTEN)
    errors = []
    with_scripts.on("pageerror", lambda error: errors.append(str(error)))
    without = opened(browser, box, role, java_script_enabled=False)
    for path in PAGES[role]:
        with_scripts.goto(box.url + path.format(**box.rows))
        assert with_scripts.evaluate("window.violations") == [], path
        without.goto(box.url + path.format(**box.rows))
        assert without.inner_text("h1") == with_scripts.inner_text("h1"), path
    assert not errors


def test_a_lead_goes_from_the_list_to_a_record_and_its_evidence_without_scripts(browser, box):
    page = opened(browser, box, "lead", java_script_enabled=False)
    page.select_option("#flag", "ungrounded_number")
    page.click("button.main")
    page.click("td.call a")
    assert page.url.endswith(f"/review/{box.rows['bad']}")
    link = page.locator(".record-side a.to").first
    target = link.get_attribute("href")
    link.click()
    assert page.url.endswith(target)
    page.locator(f"{target} a.to").first.click()
    assert "#customer-0" in page.url or "#agent-0" in page.url


def test_a_statement_and_its_utterance_light_up_together(browser, box):
    page = opened(browser, box, "lead")
    page.goto(f"{box.url}/review/{box.rows['good']}")
    link = page.locator(".record-side a.to").first
    target = link.get_attribute("href")
    link.hover()
    assert page.locator(f"{target}.lit").count() == 1
    link.click()
    assert page.evaluate("'#' + document.activeElement.id") == target


def test_the_state_comes_anew_by_itself(browser, box):
    page = opened(browser, box, "admin")
    page.clock.install()
    page.goto(f"{box.url}/admin")
    before = page.inner_text("#state > p")
    page.evaluate("document.querySelector('#state .lights').remove()")
    with page.expect_response("**/admin/state"):
        page.clock.run_for(5100)
    page.wait_for_selector("#state .lights")
    assert page.locator("#state > p").first.inner_text()[:4] == before[:4]
    assert page.locator("#stale").is_hidden()


def test_an_account_is_added_by_hand(browser, box):
    page = opened(browser, box, "admin")
    page.goto(f"{box.url}/admin/operators")
    page.fill("#name", "kim01")
    page.fill("#display", "김민지")
    page.click("text=만들기 >> nth=-1")
    assert len(page.inner_text(".once code")) == 14
    page.click("text=계정 목록으로")
    page.click("[aria-label='중지: kim01']")
    page.wait_for_selector(".done")
    assert box.store.operators.get("kim01").disabled


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("lead", "/review"),
        ("lead", "/review/quality"),
        ("lead", "/review/usage"),
        ("admin", "/admin/batches"),
        ("admin", "/admin/operators"),
        ("admin", "/admin/clients"),
        ("admin", "/admin/models"),
        ("admin", "/admin/settings"),
        ("admin", "/admin/audit"),
    ],
)
def test_a_narrow_window_shows_every_cell_of_a_table_without_scrolling_sideways(
    browser, box, role, path
):
    page = opened(browser, box, role, viewport={"width": 360, "height": 800})
    page.goto(box.url + path)
    cells = page.locator(".wide td:visible, .wide tbody th:visible")
    assert cells.count()
    for wide in page.locator(".wide").all():
        assert wide.evaluate("it => it.scrollWidth - it.clientWidth") <= 0
    unnamed = page.locator("table.list td:visible:not([data-head])")
    assert unnamed.count() == 0
    context = page.context
    wide = context.new_page()
    wide.set_viewport_size({"width": 1440, "height": 800})
    wide.goto(box.url + path)
    for table in wide.locator("table.list").all():
        heads = table.locator("thead th").all_inner_texts()
        for row in table.locator("tbody tr").all()[:3]:
            said = row.locator("td").evaluate_all("all => all.map(it => it.dataset.head)")
            assert said == heads[-len(said) :], "each line has the words of its column"
    context.close()
