"""The page of Prometheus and the dashboards of Grafana: one source, and every query has data."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from pictures import grafana
from pictures.panels import FLEET, ROWS

from edgebox.costs import Usage, costs_of
from edgebox.settings.model import CostSettings
from support.polling import PATIENCE
from support.watching.metric_names import mistakes

MONITORING = Path(__file__).resolve().parents[2] / "monitoring"
GUIDES = {
    "ko": MONITORING.parent / "docs" / "ko" / "guide",
    "en": MONITORING.parent / "docs" / "guide",
}
DASHBOARDS = sorted((MONITORING / "grafana" / "dashboards").glob("*.json"))
RULES = [
    rule
    for path in (MONITORING / "rules").glob("*.yml")
    for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
RECORDINGS = {rule["record"] for rule in RULES if "record" in rule}
PANELS = [panel for row in (*ROWS, FLEET) for panel in row.panels]
QUERIES = [(panel.key, query.expr) for panel in PANELS for query in panel.queries]
HANGUL = re.compile("[가-힣]")


def ready(expr: str, window: str) -> str:
    return expr.replace("SEL", 'job="edgebox"').replace("RATE", window)


def test_what_is_committed_is_what_the_source_makes(tmp_path) -> None:
    subprocess.run([sys.executable, MONITORING / "pictures" / "build", tmp_path], check=True)
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(made) == 6
    for path in made:
        assert (tmp_path / path).read_bytes() == (MONITORING / path).read_bytes(), path


@pytest.mark.parametrize(("key", "expr"), QUERIES)
def test_queries_read_only_what_there_is(key, expr) -> None:
    assert mistakes(ready(expr, "5m"), RECORDINGS) == []


def test_keys_are_unique_and_both_languages_are_there() -> None:
    keys = [panel.key for panel in PANELS]
    assert len(set(keys)) == len(keys)
    for panel in PANELS:
        assert HANGUL.search(panel.note_ko)
        assert not HANGUL.search(
            panel.en + panel.note_en + "".join(one.en for one in panel.queries)
        )


@pytest.mark.parametrize("language", GUIDES)
def test_panels_lead_to_chapters(language) -> None:
    for panel in PANELS:
        name, _, wanted = getattr(panel, f"guide_{language}").partition("#")
        headings = re.findall(r"^#+ (.+)$", (GUIDES[language] / name).read_text(), re.MULTILINE)
        made = {re.sub(r"[^\w\- ]", "", one.strip().lower()).replace(" ", "-") for one in headings}
        assert wanted in made, panel.key


def test_energy_is_split_as_edgebox_cost_splits_it(tmp_path) -> None:
    """100 W, a tenth of the time for people, three tenths for the backlog: the rest is at rest."""
    labels = 'job="edgebox",instance="{box}"'
    busy = 'edgebox_engine_busy_seconds_total{{role="slm",phase="decode",class="{of}",{labels}}}'
    growth = {
        'edgebox_energy_joules_total{{device="cpu0",source="rapl",{labels}}}': 6000,
        busy.replace("{of}", "people"): 6,
        busy.replace("{of}", "backlog"): 18,
        'edgebox_quick_summaries_total{{status="success",{labels}}}': 1,
        'edgebox_live_drafts_total{{status="success",{labels}}}': 1,
        'edgebox_asks_total{{status="success",{labels}}}': 1,
        'edgebox_analyses_total{{result="done",code="",{labels}}}': 3,
    }
    wanted = {"joules_summary": 200, "joules_analysis": 600, "watts": 120}
    queries = {key: ready(expr, "5m") for key, expr in QUERIES if key in wanted}  # the last of each
    case = {
        "interval": "1m",
        "input_series": [
            {"series": name.format(labels=labels.format(box=box)), "values": f"0+{each}x30"}
            for name, each in growth.items()
            for box in "ab"
        ],
        "promql_expr_test": [
            {
                "expr": f"round({expr})",
                "eval_time": "30m",
                "exp_samples": [{"labels": "{}", "value": wanted[key]}],
            }
            for key, expr in queries.items()
        ],
    }
    suite = tmp_path / "energy.json"
    suite.write_text(json.dumps({"rule_files": [], "tests": [case]}))
    ended = subprocess.run(
        ["promtool", "test", "rules", suite], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    used = Usage(
        summaries=2, analyses=3, questions=1, on=60, busy={"people": 6, "backlog": 18},
        read=0, cached=0, written=0, joules={"rapl": 6000}, share=1,
    )  # fmt: skip
    costs = costs_of(used, CostSettings(kwh_price=3.6e6))
    assert (costs.per_people, costs.per_analysis) == pytest.approx((200, 600))


def test_every_query_has_data_on_prometheus(watched) -> None:
    """The examples of a box have all series, so an empty answer is a mistake of the query."""
    watched.settle()
    empty = [(key, expr) for key, expr in QUERIES if key != "alerts"]  # no alert fires
    until = time.monotonic() + PATIENCE  # for the rules that have not run yet
    while empty and time.monotonic() < until:
        empty = [
            (key, expr)
            for key, expr in empty
            if not watched.watchers.query(ready(expr, "10s").replace("[15m]", "[10s]"))
        ]
    assert empty == []


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_dashboards_keep_the_rules_of_grafanas_linter(path) -> None:
    board = json.loads(path.read_text(encoding="utf-8"))
    variables = {one["name"]: one for one in board["templating"]["list"]}
    assert variables["datasource"]["label"] == "Data Source"
    for name in ("job", "instance"):
        assert variables[name]["multi"]
        assert variables[name]["allValue"] == ".+"
        assert variables[name]["refresh"] == 2
    assert board["editable"] is False
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in (one for one in board["panels"] if one["type"] != "row"):
        assert panel["title"]
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["targets"]
        for target in panel["targets"]:
            assert "SEL" not in target["expr"]
            assert "RATE" not in target["expr"]
            if "ALERTS{" not in target["expr"]:
                assert 'job=~"$job",instance=~"$instance"' in target["expr"]


@pytest.mark.parametrize("name", ["edgebox", "fleet"])
def test_both_languages_show_the_same(name) -> None:
    shown = []
    for language in ("ko", "en"):
        path = MONITORING / "grafana" / "dashboards" / f"{name}-{language}.json"
        panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
        shown.append(
            [
                (
                    one["id"],
                    one["type"],
                    one["gridPos"],
                    [t["expr"] for t in one.get("targets", [])],
                )
                for one in panels
            ]
        )
    assert shown[0] == shown[1]


def test_the_provisioned_data_source_is_the_one_that_dashboards_ask_for() -> None:
    folder = MONITORING / "grafana" / "provisioning"
    source = yaml.safe_load((folder / "datasources" / "edgebox.yml").read_text())["datasources"][0]
    assert source["uid"] == grafana.UID
    assert source["type"] == grafana.DATASOURCE["type"]
    assert yaml.safe_load((folder / "dashboards" / "edgebox.yml").read_text())["providers"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_draws_everything_in_a_browser(watched, language) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = next((one for one in ("/usr/bin/chromium",) if Path(one).exists()), None)
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium fonts-nanum")
    faults: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1200, "height": 900})
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.goto(f"{watched.watchers.prometheus}/consoles/edgebox-{language}.html")
        tab.wait_for_selector("body[data-drawn]", timeout=15000)
        drawn = {
            one.get_attribute("id"): one.inner_text() for one in tab.query_selector_all("section")
        }
        curves = tab.eval_on_selector_all(
            "section svg", "all => all.map(one => one.querySelectorAll('path').length)"
        )
        words = tab.inner_text("main")
        scroll = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        browser.close()
    assert faults == []
    assert set(drawn) == {panel.key for panel in PANELS if panel.page}
    assert len(curves) == sum(panel.page and panel.kind in ("lines", "stack") for panel in PANELS)
    assert all(curves)
    nothing = "자료 없음" if language == "ko" else "no data"
    assert [key for key, text in drawn.items() if nothing in text] == []
    assert bool(HANGUL.search(words)) == (language == "ko")
    assert scroll <= 0
