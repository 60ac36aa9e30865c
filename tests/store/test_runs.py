def test_a_run_is_noted_when_it_starts_and_when_it_ends(store, clock):
    run_id = store.runs.start("count", clock.now)
    run = store.runs.last()
    assert (run.run_id, run.trigger, run.started_at) == (run_id, "count", clock.now)
    assert (run.finished_at, run.counts) == (None, {})
    clock.advance(12)
    store.runs.finish(run_id, {"done": 19, "failed": 1})
    run = store.runs.last()
    assert (run.finished_at, run.counts) == (clock.now, {"done": 19, "failed": 1})


def test_no_run_yet(store):
    assert store.runs.last() is None
    assert store.runs.recent(5) == []


def test_recent_runs_are_newest_first(store, clock):
    ids = [store.runs.start("time", clock.now + n) for n in range(4)]
    assert [run.run_id for run in store.runs.recent(3)] == ids[:0:-1]
    assert store.runs.last().run_id == ids[-1]
