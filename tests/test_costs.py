"""The arithmetic of costs: units, what is left out without a price, and what is not claimed."""

from dataclasses import replace

import pytest

from edgebox.costs import Energy, Usage, costs_of, energy_of, known_prices
from edgebox.settings.model import CostSettings

# The worked example of docs/performance.md: analyses of 12 s at 30 W, 22,000 a month.
N = 22_000
EXAMPLE = Usage(
    summaries=0,
    analyses=N,
    questions=0,
    on=30 * 86_400,
    busy={"backlog": 12.0 * N},
    read=1050 * N,
    cached=450 * N,
    written=164 * N,
    joules={},
    share=1.0,
)
PRICES = CostSettings(
    machine_price=10e6,
    machine_months=36,
    kwh_price=150,
    idle_watts=30,
    busy_watts=30,
    cloud_read=0.15,
    cloud_cached=0.075,
    cloud_written=0.60,
    per_dollar=1400,
)


def test_the_worked_example():
    costs = costs_of(EXAMPLE, PRICES)
    assert costs.energy == Energy("assumed", 30 * 30 * 86_400, 360 * N)
    assert costs.marginal == costs.per_analysis == pytest.approx(360 / 3.6e6 * 150)
    assert costs.marginal == pytest.approx(0.015)
    assert costs.full == pytest.approx((10e6 / 36 + 21.6 * 150) / N)
    assert costs.full == pytest.approx(12.77, abs=0.01)
    assert costs.cloud == pytest.approx(0.4055, abs=0.0005)
    assert costs.target == pytest.approx(2.80)
    assert costs.per_people is None, "there were none"


def test_nine_times_the_calls_are_a_ninth_of_the_fixed_costs():
    more = replace(EXAMPLE, analyses=9 * N, busy={"backlog": 12.0 * 9 * N})
    few, many = costs_of(EXAMPLE, PRICES), costs_of(more, PRICES)
    assert few.full / many.full == pytest.approx(9, rel=0.01)
    assert few.marginal == many.marginal


def test_at_the_break_even_everything_costs_what_the_cloud_does():
    at = costs_of(EXAMPLE, PRICES).even_at
    factor = at / N
    there = replace(
        EXAMPLE,
        analyses=at,
        # The machine's rest is paid anyway: only work is added.
        busy={"backlog": 12.0 * N},
        read=EXAMPLE.read * factor,
        cached=EXAMPLE.cached * factor,
        written=EXAMPLE.written * factor,
    )
    costs = costs_of(there, PRICES)
    # Work at 12 s each would be more than a month has; what counts is that the sum is right.
    whole = costs.fixed + costs.idle + costs_of(EXAMPLE, PRICES).marginal * at
    assert whole / at == pytest.approx(costs.cloud)
    assert at == pytest.approx(715_000, rel=0.02)


@pytest.mark.parametrize(
    ("unset", "unknown"),
    [
        ({"kwh_price": 0}, {"marginal", "per_analysis", "idle", "full", "even_at"}),
        ({"machine_price": 0}, {"fixed", "full", "even_at"}),
        ({"idle_watts": 0, "busy_watts": 0},
         {"energy", "marginal", "per_analysis", "idle", "full", "even_at"}),
        ({"per_dollar": 0}, {"cloud", "target", "even_at"}),
        ({"cloud_read": 0}, {"cloud", "even_at"}),
    ],
)  # fmt: skip
def test_nothing_is_said_that_needs_a_price_that_is_not_set(unset, unknown):
    prices = CostSettings(**{**PRICES.model_dump(), **unset})
    whole, less = (vars_of(costs_of(EXAMPLE, each)) for each in (PRICES, prices))
    gone = {name for name, value in less.items() if value is None and whole[name] is not None}
    assert gone == unknown


def vars_of(costs):
    return {name: getattr(costs, name) for name in costs.__slots__}


def test_no_break_even_is_claimed_where_the_energy_alone_costs_more_than_the_cloud():
    prices = CostSettings(**{**PRICES.model_dump(), "kwh_price": 150_000})
    assert costs_of(EXAMPLE, prices).even_at is None


def test_what_is_measured_goes_before_what_is_assumed():
    def source(**joules):
        found = energy_of(replace(EXAMPLE, joules=joules), PRICES)
        return found.source, found.total

    assert source(nvml=5e6) == ("nvml", 5e6)
    assert source(rapl=2e6, nvml=5e6) == ("nvml+rapl", 7e6)
    assert source(rapl=2e6, nvml=0.0) == ("rapl", 2e6)
    assert source()[0] == "assumed"


def test_people_and_the_backlog_share_the_energy_by_seconds_and_the_engines_own_is_in_neither():
    usage = replace(
        EXAMPLE,
        summaries=100,
        questions=100,
        analyses=10,
        on=1000.0,
        busy={"people": 200.0, "backlog": 200.0, "own": 100.0},
        joules={"rapl": 36_000.0},
    )
    costs = costs_of(usage, PRICES)
    work = 36_000 * 500 / 1000 / 3.6e6 * 150
    assert costs.per_people == pytest.approx(work * 0.4 / 200)
    assert costs.per_analysis == pytest.approx(work * 0.4 / 10)
    assert costs.marginal == pytest.approx(work / 210)
    assert costs.idle == pytest.approx(work)


def test_pue_and_the_count_of_tokens_are_factors():
    twice = CostSettings(**{**PRICES.model_dump(), "pue": 2, "cloud_token_factor": 1.5})
    costs, more = costs_of(EXAMPLE, PRICES), costs_of(EXAMPLE, twice)
    assert more.marginal == pytest.approx(2 * costs.marginal)
    assert more.cloud == pytest.approx(1.5 * costs.cloud)


def test_an_empty_month_costs_nothing_for_an_interaction():
    empty = replace(EXAMPLE, analyses=0, busy={}, read=0, cached=0, written=0, on=0)
    costs = costs_of(empty, PRICES)
    assert (costs.marginal, costs.full, costs.cloud, costs.even_at) == (None, None, None, None)


def test_prices_that_are_published_are_those_that_are_set():
    assert known_prices(CostSettings()) == {}
    found = known_prices(PRICES)
    assert found["kwh"] == 150
    assert found["cloud_written"] == pytest.approx(840)
    assert found["month"] == pytest.approx(10e6 / 36)
    assert "cloud_read" not in known_prices(CostSettings(cloud_read=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"idle_watts": 5},
        {"busy_watts": 5},
        {"idle_watts": 9, "busy_watts": 5},
        {"currency": "won"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong):
    with pytest.raises(ValueError, match=r"watts|currency"):
        CostSettings(**wrong)
