"""``edgebox cost`` says what is known, how it is known, and claims no more."""

import json
import time
from datetime import datetime

import pytest
from typer.testing import CliRunner

from edgebox.store.db import Store
from edgebox.store.spending import Item
from edgebox_cli.main import app

PRICES = """
[cost]
machine_price = 10_000_000
kwh_price = 150
cloud_read = 0.15
cloud_cached = 0.075
cloud_written = 0.60
per_dollar = 1400
"""
WATTS = "idle_watts = 12\nbusy_watts = 30\n"

SUMS = {
    Item("on_seconds"): 2_000_000.0,
    Item("busy_seconds", "slm", "decode", "people"): 15_000.0,
    Item("busy_seconds", "mlm", "prefill", "backlog"): 260_000.0,
    Item("busy_seconds", "slm", "prefill", "own"): 700.0,
    Item("tokens", "slm", "read", "people"): 9e6,
    Item("tokens", "mlm", "cached", "backlog"): 13e6,
    Item("tokens", "mlm", "written", "backlog"): 4e6,
    Item("tokens", "mlm", "read", "own"): 5e9,
    Item("summaries"): 15_000.0,
    Item("analyses"): 22_000.0,
    Item("questions"): 400.0,
    Item("client_requests", kind="quick", client="center-1"): 15_000.0,
    Item("client_tokens", kind="quick", client="center-1"): 13e6,
    Item("client_tokens", kind="batch", client="center-2"): 26e6,
}


@pytest.fixture
def counted(bare):
    """A box whose October has sums; ``more`` adds to its settings and its sums."""
    state = bare / "state" / "edgebox"
    state.mkdir(parents=True, mode=0o700, exist_ok=True)
    store = Store(state / "edgebox.db")
    store.migrate()

    def more(text="", sums=SUMS, day="2025-10-01"):
        store.spending.add(day, sums, source="x", started=1.0, totals={})
        file = bare / "edgebox.toml"
        file.write_text(text, "utf-8")
        return file

    yield more
    store.close()


def run(file, *words):
    result = CliRunner().invoke(app, ["--config", str(file), "cost", *words])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_a_month_with_prices(counted):
    shown = run(counted(PRICES + WATTS), "--month", "2025-10")
    assert "15,000 quick ones" in shown
    assert "9,000,000, and 13,000,000 that were in the cache" in shown, "its own are in no price"
    assert "assumed from idle_watts and busy_watts: nothing here measures it" in shown
    assert "The cloud's list price for the same tokens is lower at this volume." in shown
    assert "Busy all the time, this machine would do about" in shown
    assert "Everything is above the design's target." in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert "center-2" in shown
    assert "66.7%" in shown


def test_measured_energy_says_what_measured_it(counted):
    file = counted(PRICES + WATTS, {**SUMS, Item("joules", kind="nvml"): 36e6})
    shown = run(file, "--month", "2025-10")
    assert "10 kWh" in shown
    assert "measured by the GPU's counter: the rest of the machine is not in it" in shown
    assert "assumed" not in shown


def test_a_saving_is_said_only_where_there_is_one(counted):
    busy = {item: amount * 100 for item, amount in SUMS.items() if item.what != "on_seconds"}
    sums = busy | {Item("on_seconds"): 31 * 86_400.0}
    shown = run(counted(PRICES + WATTS, sums), "--month", "2025-10")
    assert "Everything is below the cloud's list price" in shown
    assert "lower at this volume" not in shown


def test_without_prices_nothing_is_computed(counted):
    shown = run(counted(), "--month", "2025-10")
    assert shown.count("not known") >= 4
    assert "set the cloud_ prices and per_dollar" in shown
    assert "No comparison: what everything costs is not known." in shown
    assert "cloud's list price" not in shown


def test_json_has_the_same(counted):
    found = json.loads(run(counted(PRICES + WATTS), "--month", "2025-10", "--json"))
    assert found["month"] == "2025-10"
    assert found["share_of_month"] == 1
    assert found["usage"]["interactions"] == 37_400
    assert found["costs"]["energy"]["source"] == "assumed"
    assert found["costs"]["full"] > found["costs"]["cloud"] > found["costs"]["marginal"] > 0
    assert found["clients"][0] == {"client": "center-2", "requests": 0.0, "tokens": 26e6}
    bare = json.loads(run(counted(), "--month", "2025-10", "--json"))
    assert bare["costs"]["full"] is None


def test_this_month_is_the_default_and_counts_from_its_first_day_with_sums(counted):
    today = datetime.fromtimestamp(time.time()).astimezone().date()
    found = json.loads(run(counted(day=today.isoformat()), "--json"))
    assert found["from"] == today.isoformat()
    assert 0 <= found["share_of_month"] <= 1 / 28


def test_an_empty_month_and_a_wrong_one(counted):
    file = counted()
    assert "Nothing was counted in it." in run(file, "--month", "2025-09")
    for month in ("2025-13", "0001-01", "9999-12"):
        wrong = CliRunner().invoke(app, ["--config", str(file), "cost", "--month", month])
        assert wrong.exit_code == 2
        assert "Write it as 2026-11" in wrong.stderr
