import asyncio
import contextlib
import dataclasses
import os
import signal
import subprocess
import tempfile
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from edgebox.errors import BoxNotRunning, UsageError
from edgebox.lab.bench.calls import call, utterances
from edgebox.lab.bench.process import Watch, families, port_listeners
from edgebox.lab.bench.target import BenchTarget
from edgebox.lab.bench.workload import Size, named, run
from support.engines.fake import FakeEngine

SMALL = Size(quick=3, analyses=3, concurrency=2, rate=600.0)


@asynccontextmanager
async def served():
    with tempfile.TemporaryDirectory(prefix="eb-") as folder:
        engine = FakeEngine()
        async with engine.serve(Path(folder) / "engine.sock"):
            yield engine, BenchTarget.engine(Path(folder) / "engine.sock")


def asked(workload, **script):
    async def go():
        async with served() as (engine, target):
            for name, value in script.items():
                setattr(engine, name, value)
            return engine, await run(target, workload, 0, SMALL)

    return asyncio.run(go())


def test_calls_are_the_same_everywhere_and_share_no_beginning():
    assert call(7) == call(7)
    first_lines = {utterances(seed, 1)[0] for seed in range(200)}
    assert len(first_lines) == 200
    assert len(utterances(3, 60)) == 60
    assert utterances(3, 20)[:5] == utterances(3, 5), "a call grows at its end"
    salted = utterances(3, 20, salt=1)
    assert salted[0] != utterances(3, 1)[0]
    assert salted[1:] == utterances(3, 20)[1:], "the same story"


def test_no_workload_of_a_session_repeats_another_ones_beginning():
    async def go():
        async with served() as (engine, target):
            engine.pause = 0.1
            for workload in ("quick", "analysis", "growing", "mixed"):
                await run(target, workload, 0, SMALL)
            return [r["messages"][-1]["content"] for r in engine.requests]

    begun = Counter(text.splitlines()[0] for text in asyncio.run(go()))
    assert set(begun.values()) <= {1, 8}, "only the growing call begins as before"
    assert list(begun.values()).count(8) == 1


@pytest.mark.parametrize(
    ("workload", "kinds"),
    [
        ("quick", {"quick": 3}),
        ("analysis", {"analysis": 3}),
        ("growing", {"cold": 8, "grown": 7}),
        ("ask", {"topic": 3, "answer": 3}),
    ],
)
def test_each_workload_asks_what_it_says(workload, kinds):
    engine, done = asked(workload)
    assert Counter(s.kind for s in done.samples) == kinds
    assert not any(s.error for s in done.samples)
    assert all(s.valid and s.first is not None and s.first <= s.seconds for s in done.samples)
    assert len(engine.requests) == sum(kinds.values())
    assert done.memory > 0
    assert done.cpu >= 0


def test_analyses_are_the_backlog_and_held_to_the_schema():
    engine, _ = asked("analysis")
    for request in engine.requests:
        assert request["priority"] >= 50
        assert request["response_format"]["type"] == "json_schema"


def test_in_the_mixed_workload_people_arrive_while_analyses_run():
    engine, done = asked("mixed", pause=0.2)
    kinds = Counter(s.kind for s in done.samples)
    assert kinds["analysis"] == 3
    assert kinds["quick"] >= 1
    assert 0 < done.analyses <= done.wall
    texts = [r["messages"][-1]["content"] for r in engine.requests if r["model"] == "slm"]
    assert len(set(texts)) == len(texts)


def test_in_the_mixed_ask_workload_questions_never_stop_beside_the_summaries_of_quick():
    quick, _ = asked("quick")
    engine, done = asked("mixed-ask", pause=0.02)
    kinds = Counter(s.kind for s in done.samples)
    assert kinds["quick"] == 3
    assert kinds["answer"] >= 1
    assert {r["priority"] for r in engine.requests} == {0, 15, 30}
    stories = [
        [
            r["messages"][-1]["content"].splitlines()[1:]
            for r in one.requests
            if r["model"] == "slm" and r["priority"] == 0
        ]
        for one in (quick, engine)
    ]
    assert stories[0] == stories[1], "the same stories, so that they can be compared"


def test_a_failure_and_a_wrong_form_are_told_apart():
    _, refused = asked("quick", broken=True)
    assert all(s.error for s in refused.samples)
    _, wrong = asked("analysis", answers={"slm": ("네.",), "mlm": ('{"summary": 1}',)})
    assert not any(s.valid or s.error for s in wrong.samples)


def test_a_socket_without_an_engine_says_what_to_start(tmp_path):
    with pytest.raises(BoxNotRunning, match="edgebox doctor"):
        BenchTarget.engine(tmp_path / "engine.sock")


@pytest.mark.parametrize(
    "text", ["", "name", "=http://x", "a=ftp://x", "a=http://x,y", "a=unix:/x,unix:/y"]
)
def test_a_target_of_the_wrong_form_is_refused(text):
    with pytest.raises(UsageError):
        BenchTarget.parse(text)


def test_two_servers_make_one_target():
    target = BenchTarget.parse("peer=http://10.0.0.1:1,http://10.0.0.1:2")
    assert (target.name, target.slm, target.mlm) == (
        "peer",
        "http://10.0.0.1:1",
        "http://10.0.0.1:2",
    )
    assert target.pids == ()


def test_the_boxs_own_variables_do_not_redirect_a_target(monkeypatch):
    monkeypatch.setenv("EDGEBOX_ENGINES__SLM__URL", "http://127.0.0.1:1")
    engine, done = asked("quick")
    assert not any(s.error for s in done.samples)
    assert len(engine.requests) == SMALL.quick


def test_an_unknown_workload_is_refused():
    with pytest.raises(UsageError, match="quick, analysis, growing, mixed"):
        named("slow")


def test_a_port_leads_to_its_process():
    async def go():
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        async with server:
            return port_listeners(server.sockets[0].getsockname()[1])

    assert asyncio.run(go()) == {os.getpid()}
    assert port_listeners(1) == set()


def test_a_servers_children_and_theirs_count_with_it():
    script = "sh -c 'sleep 60 & echo $$; wait'; true"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        found = families({parent.pid})
        grandchild = set(found) - {parent.pid, child}
        for pid in sorted(found, reverse=True):
            with contextlib.suppress(ProcessLookupError):  # it went with its child
                os.kill(pid, signal.SIGKILL)
    assert {parent.pid, child} < set(found)
    assert len(grandchild) == 1


def test_a_server_that_knows_only_json_objects_gets_the_schema_that_way():
    async def go():
        async with served() as (engine, target):
            older = dataclasses.replace(target, json_object=True)
            done = await run(older, "analysis", 0, SMALL)
            return engine, done

    engine, done = asyncio.run(go())
    assert not any(s.error for s in done.samples)
    assert {r["response_format"]["type"] for r in engine.requests} == {"json_object"}
    assert all("properties" in r["response_format"]["schema"] for r in engine.requests)


def test_the_older_way_is_named_before_the_address():
    target = BenchTarget.parse("peer=json_object+http://10.0.0.1:1,http://10.0.0.1:2")
    assert (target.slm, target.mlm) == ("http://10.0.0.1:1", "http://10.0.0.1:2")
    assert target.json_object


def test_the_watch_sees_work_and_memory():
    with Watch((os.getpid(),)) as watch:
        sum(i * i for i in range(2_000_000))
    assert watch.cpu > 0
    assert watch.peak > 2**20
