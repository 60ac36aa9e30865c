"""The page of Prometheus in a browser, answers made up here: boxes, zeros, long times."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="apt-get install chromium")
PAGES = Path(__file__).resolve().parents[2] / "monitoring" / "consoles"
ADDRESS = "http://prometheus.test/consoles/edgebox-en.html"


class Answers:
    """Stands for Prometheus: values by the beginning of a query, for each box."""

    def __init__(self, boxes: list[str], values: dict[str, float]) -> None:
        self.boxes = boxes
        self.values = values
        self.ranges: list[dict[str, str]] = []

    def value(self, query: str) -> float:
        return next((value for name, value in self.values.items() if query.startswith(name)), 0)

    def answer(self, route) -> None:
        parts = urlsplit(route.request.url)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/consoles/"):
            route.fulfill(path=PAGES / Path(parts.path).name)
        elif parts.path == "/api/v1/query":
            query = asked["query"]
            if query.startswith(("max(", "sum(", "histogram_quantile(")):
                found = [{"metric": {}, "value": [0, str(self.value(query))]}]
            else:
                found = [
                    {"metric": {"instance": box}, "value": [0, str(self.value(query) + number)]}
                    for number, box in enumerate(self.boxes)
                ]
            route.fulfill(body=json.dumps({"data": {"result": found}}))
        elif parts.path == "/api/v1/query_range":
            self.ranges.append(asked)
            points = [
                [float(asked[edge]), str(self.value(asked["query"]))] for edge in ("start", "end")
            ]
            found = [{"metric": {}, "values": points}]
            route.fulfill(body=json.dumps({"data": {"result": found}}))
        else:
            route.fulfill(body=json.dumps({"data": {"alerts": []}}))


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def drawn(browser, answers: Answers):
    tab = browser.new_page()
    tab.route("**/*", answers.answer)
    tab.goto(ADDRESS)
    tab.wait_for_selector("body[data-drawn]")
    return tab


def test_a_number_is_shown_of_each_box(browser) -> None:
    answers = Answers(["seoul", "busan"], {"edgebox_consultations_pending{": 40})
    shown = drawn(browser, answers).inner_text("#waiting")
    assert re.search(r"40\s+seoul", shown)
    assert re.search(r"41\s+busan", shown)


@pytest.mark.parametrize(
    ("deadline", "p95", "grade"),
    [(3, 2.1, "good"), (3, 3.4, "bad"), (15, 9, "good"), (15, 14, "warn")],
)
def test_a_time_is_graded_by_the_deadline_in_force(browser, deadline, p95, grade) -> None:
    answers = Answers(["box"], {"histogram_quantile(0.95": p95, "max(edgebox_quick_dead": deadline})
    assert drawn(browser, answers).query_selector(f"#p95_now .value.{grade}")


def test_a_wait_is_graded_by_the_setting_in_force(browser) -> None:
    night = {"edgebox_oldest_pending_seconds": 27_000, "edgebox_batch_max_wait_seconds": 28_800}
    tab = drawn(browser, Answers(["box"], night))
    assert tab.query_selector("#oldest .value.good")
    assert tab.inner_text("#oldest .value") == "7.5 h / 8"


def test_a_picture_of_nothing_but_zeros_has_an_axis_that_can_be_read(browser) -> None:
    words = drawn(browser, Answers(["box"], {})).eval_on_selector_all(
        "#arrivals svg text", "all => all.map(one => one.textContent)"
    )
    assert words[:3] == ["0", "0.5", "1"]


@pytest.mark.parametrize(
    ("name", "hours"), [("15 min", 0.25), ("1 h", 1), ("6 h", 6), ("24 h", 24)]
)
def test_no_picture_leaves_out_what_happened_between_two_points(browser, name, hours) -> None:
    answers = Answers(["box"], {})
    tab = drawn(browser, answers)
    before = tab.evaluate("Number(document.body.dataset.drawn)")
    with tab.expect_response(lambda answer: "query_range" in answer.url):
        tab.click(f"#spans button:text-is('{name}')")
    tab.wait_for_function(f"Number(document.body.dataset.drawn) > {before}")
    windows = [
        (int(found[1]) * 60, float(asked["step"]))
        for asked in answers.ranges
        if float(asked["end"]) - float(asked["start"]) == hours * 3600
        for found in re.finditer(r"\[(\d+)m\]", asked["query"])
    ]
    assert windows
    assert all(window >= step for window, step in windows)
