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

from edgebox.costs import Usage, costs_of, known_prices
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


PRICES = CostSettings(
    kwh_price=150, pue=1.5, machine_price=3_600_000, machine_months=36, upkeep_per_month=20_000,
    per_dollar=1400, cloud_read=0.4, cloud_written=1.6, cloud_token_factor=1.25,
)  # fmt: skip
DAY = 86_400


@pytest.mark.parametrize("cached", [0.0, 0.1], ids=["at the full price", "at a price of its own"])
def test_money_is_that_of_edgebox_cost(tmp_path, cached) -> None:
    """A day, without a price of cached tokens and with one."""
    prices = PRICES.model_copy(update={"cloud_cached": cached})
    tokens = {"read": 800_000, "cached": 300_000, "written": 90_000}
    each_day = {
        'edgebox_energy_joules_total{device="gpu0",source="nvml"': 4_000_000,
        'edgebox_engine_busy_seconds_total{role="slm",phase="decode",class="people"': DAY / 8,
        'edgebox_engine_busy_seconds_total{role="mlm",phase="decode",class="backlog"': DAY / 4,
        'edgebox_quick_summaries_total{status="success"': 500,
        'edgebox_quick_summaries_total{status="refused"': 900,
        'edgebox_live_drafts_total{status="success"': 50,
        'edgebox_asks_total{status="success"': 150,
        'edgebox_analyses_total{result="done",code=""': 300,
        'edgebox_engine_tokens_total{role="slm",kind="read",class="own"': 70_000,
    } | {
        f'edgebox_engine_tokens_total{{role="slm",kind="{kind}",class="people"': number
        for kind, number in tokens.items()
    }
    where = ',job="edgebox",instance="a"}'
    series = [
        {"series": name + where, "values": f"0+{number / 720}x750"}
        for name, number in each_day.items()
    ] + [
        {"series": f'edgebox_price{{item="{item}"{where}', "values": f"{price}+0x750"}
        for item, price in known_prices(prices).items()
    ]
    used = Usage(
        summaries=550, analyses=300, questions=150, on=DAY,
        busy={"people": DAY / 8, "backlog": DAY / 4}, joules={"nvml": 4_000_000},
        share=1 / 30, **tokens,
    )  # fmt: skip
    costs = costs_of(used, prices)
    wanted = [costs.marginal, costs.full, costs.cloud, costs.target]
    assert None not in wanted
    [panel] = [panel for panel in PANELS if panel.key == "money_each"]
    tests = [
        {
            "expr": f"abs({ready(query.expr, '5m')} / {value} - 1) < bool 1e-3",
            "eval_time": "24h",
            "exp_samples": [{"labels": "{}", "value": 1}],
        }
        for query, value in zip(panel.queries, wanted, strict=True)
    ]
    suite = tmp_path / "money.json"
    rules = str(MONITORING / "rules" / "recordings.yml")
    case = {"interval": "2m", "input_series": series, "promql_expr_test": tests}
    every = {"rule_files": [rules], "evaluation_interval": "2m", "tests": [case]}
    suite.write_text(json.dumps(every))
    ended = subprocess.run(
        ["promtool", "test", "rules", suite], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_picture_says_why_it_may_be_empty() -> None:
    for language in GUIDES:
        for path in DASHBOARDS:
            if path.stem.endswith(language):
                for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
                    if panel["type"] != "row":
                        said = panel["fieldConfig"]["defaults"]["noValue"]
                        assert bool(HANGUL.search(said)) == (language == "ko"), panel["title"]


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
    watched.settle()
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
        ratios = tab.eval_on_selector_all(
            "section svg", "all => all.map(one => one.clientWidth / one.clientHeight)"
        )
        scroll = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        browser.close()
    assert faults == []
    assert set(drawn) == {panel.key for panel in PANELS if panel.page}
    assert len(curves) == sum(panel.page and panel.kind in ("lines", "stack") for panel in PANELS)
    assert all(curves)
    assert max(ratios) < 4, "its words are stretched"
    nothing = "자료 없음" if language == "ko" else "no data"
    assert [key for key, text in drawn.items() if nothing in text] == []
    assert bool(HANGUL.search(words)) == (language == "ko")
    assert scroll <= 0
