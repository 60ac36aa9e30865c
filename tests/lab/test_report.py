import json

import pytest

from edgebox.lab.bench.report import percentile, report
from edgebox.lab.bench.workload import Measurement, Sample


def sample(kind, index, seconds, first=0.1, **more):
    return Sample(kind, index, 0.0, seconds, first, 100, 50, 20, **more)


def run(target, workload, number, samples, *, wall=10.0, analyses=0.0, **more):
    return Measurement(target, workload, number, samples, wall, analyses, **more)


def ratio(found, name, target):
    (one,) = [r for r in found.ratios if r.name == name and r.target == target]
    return one


@pytest.mark.parametrize(
    ("values", "share", "want"),
    [([3, 1, 2], 0.5, 2), (range(1, 101), 0.95, 95), (range(1, 101), 0.99, 99), ([7], 0.99, 7)],
)
def test_percentiles_are_values_that_occurred(values, share, want):
    assert percentile(values, share) == want


def test_there_is_no_percentile_of_nothing():
    assert percentile([], 0.5) is None


def test_a_row_counts_answers_failures_and_wrong_forms_apart():
    samples = [
        sample("analysis", 0, 4.0),
        sample("analysis", 1, 6.0, valid=False),
        sample("analysis", 2, 9.0, error="EngineBusy"),
    ]
    (row,) = report([run("a", "analysis", 0, samples, analyses=8.0, cpu=12.0, memory=7)]).rows
    assert (row.count, row.failed, row.invalid) == (2, 1, 1)
    assert (row.p50, row.p95) == (4.0, 6.0)
    assert row.per_minute == pytest.approx(60 * 2 / 8)
    assert row.tokens_per_second == pytest.approx(40 / 8)
    assert row.cpu == pytest.approx(4.0)
    assert row.memory == 7


def test_targets_are_compared_pair_by_pair():
    runs = []
    for number, (ours, theirs) in enumerate([(1.0, 2.0), (3.0, 3.0), (2.0, 8.0)]):
        runs.append(run("ours", "quick", number, [sample("quick", 0, ours)]))
        runs.append(run("theirs", "quick", number, [sample("quick", 0, theirs)]))
    one = ratio(report(runs), "quick: time for one (quick), ours / theirs", "ours")
    assert (one.median, one.low, one.high, one.pairs) == (0.5, 0.25, 1.0, 3)


def test_throughput_is_compared_round_by_round():
    ours = run("ours", "analysis", 0, [sample("analysis", i, 4) for i in range(6)], analyses=20.0)
    theirs = run("theirs", "analysis", 0, [sample("analysis", i, 4) for i in range(6)], analyses=30)
    one = ratio(report([ours, theirs]), "analysis: analyses a minute, ours / theirs", "ours")
    assert one.median == pytest.approx(1.5)


def test_a_grown_call_is_compared_with_a_cold_one_of_its_length():
    samples = [
        sample("cold", 0, 9.0, 9.0),
        sample("grown", 1, 1.0, 0.2),
        sample("cold", 1, 2.0, 1.0),
    ]
    found = report([run("a", "growing", 0, samples)])
    assert ratio(found, "growing: first character, grown / cold", "a").median == 0.2
    assert ratio(found, "growing: whole answer, grown / cold", "a").median == 0.5


def test_load_is_compared_with_the_idle_runs_of_the_same_round():
    quick = [sample("quick", 0, 2.0), sample("quick", 1, 2.0)]
    busy = [sample("quick", 0, 3.0), sample("quick", 1, 2.0), sample("analysis", 0, 40.0)]
    runs = [
        run("a", "quick", 0, quick),
        run("a", "analysis", 0, [sample("analysis", 0, 40.0)], analyses=40.0),
        run("a", "mixed", 0, busy, analyses=44.0),
        run("a", "mixed", 1, busy, analyses=99.0),  # no idle run of this round
    ]
    found = report(runs)
    assert ratio(found, "quick: beside analyses / idle, the same call", "a").median == 1.25
    assert ratio(found, "quick: p95 beside analyses / p95 idle", "a").median == 1.5
    lost = ratio(found, "analyses: time lost / time the quick ones took", "a")
    assert (lost.median, lost.pairs) == (pytest.approx(4 / 5), 1)


def test_questions_are_compared_with_the_idle_runs_as_well():
    quick = [sample("quick", 0, 2.0), sample("quick", 1, 2.0)]
    beside = [sample("quick", 0, 2.2), sample("quick", 1, 2.0), sample("answer", 0, 9.0)]
    found = report([run("a", "quick", 0, quick), run("a", "mixed-ask", 0, beside)])
    assert ratio(found, "quick: p95 beside questions / p95 idle", "a").median == 1.1
    assert [row.kind for row in found.rows if row.workload == "mixed-ask"] == ["quick", "answer"]


def test_a_target_whose_answers_all_fail_is_shown_and_compared_with_nobody():
    good = run("ours", "analysis", 0, [sample("analysis", 0, 4.0)], analyses=4.0)
    bad = run("theirs", "analysis", 0, [sample("analysis", 0, 1.0, error="x")], analyses=1.0)
    found = report([good, bad])
    assert [(row.target, row.p50, row.failed) for row in found.rows] == [
        ("ours", 4.0, 0),
        ("theirs", None, 1),
    ]
    assert not [r for r in found.ratios if "minute" in r.name]
    json.loads(json.dumps(found.as_dict(), allow_nan=False))
