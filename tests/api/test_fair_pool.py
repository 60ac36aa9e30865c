import asyncio
from collections import Counter
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgebox.api.fair_pool import MOST_WAITING, PER_CLIENT, FairPool
from edgebox.errors import BoxBusy

pytestmark = pytest.mark.anyio


class ByHand(Executor):
    """An executor whose jobs end when the test says so."""

    def __init__(self) -> None:
        self.exhausted = False
        self.running: list[tuple] = []  # the future and the work of each job

    def submit(self, work, /, *args, **kwargs):
        if self.exhausted:
            raise RuntimeError("can't start new thread")
        future: Future = Future()
        future.set_running_or_notify_cancel()
        self.running.append((future, work))
        return future

    def end(self, place: int) -> None:
        future, work = self.running.pop(place)
        try:
            future.set_result(work())
        except ArithmeticError as error:
            future.set_exception(error)

    def shutdown(self, wait=True, *, cancel_futures=False) -> None:
        while self.running:
            self.end(0)


@dataclass
class Case:
    """A pool and the requests that have asked it for something, by the names of their jobs."""

    threads: int
    most_waiting: int = MOST_WAITING
    hand: ByHand = field(default_factory=ByHand)
    requests: dict[str, asyncio.Task] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pool = FairPool(self.hand, self.threads, most_waiting=self.most_waiting)

    async def ask(self, client: str, job: str) -> None:
        def work() -> str:
            return job

        work.client, work.job = client, job
        self.requests[job] = asyncio.create_task(self.pool.run(client, work))
        await settled()

    async def end(self, place: int = 0) -> None:
        self.hand.end(place)
        await settled()

    async def cancel(self, job: str) -> None:
        self.requests[job].cancel()
        await settled()

    def running(self) -> list[str]:
        return [work.job for _, work in self.hand.running]

    def refused(self) -> list[str]:
        return [
            job
            for job, task in self.requests.items()
            if task.done() and not task.cancelled() and isinstance(task.exception(), BoxBusy)
        ]


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_rest_of_one_client_waits_without_a_thread() -> None:
    case = Case(threads=4)
    for job in ("a1", "a2", "a3", "a4"):
        await case.ask("a", job)
    await case.ask("b", "b1")
    assert case.running() == ["a1", "a2", "b1"]
    assert case.pool.waiting == 2
    await case.end()
    assert case.running() == ["a2", "b1", "a3"]
    assert case.requests["a1"].result() == "a1"


async def test_clients_that_wait_take_turns() -> None:
    case = Case(threads=1)
    for job in ("a1", "a2", "a3", "a4"):
        await case.ask("a", job)
    for job in ("b1", "b2", "c1"):
        await case.ask(job[0], job)
    order = []
    while case.running():
        order += case.running()
        await case.end()
    assert order == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


async def test_a_cancelled_job_that_waits_never_begins() -> None:
    case = Case(threads=1)
    for job in ("a1", "a2", "b1"):
        await case.ask(job[0], job)
    await case.cancel("a2")
    assert case.pool.waiting == 1
    await case.end()
    assert case.running() == ["b1"]


async def test_a_cancelled_job_that_runs_keeps_its_thread_until_it_ends() -> None:
    case = Case(threads=2)
    for job in ("a1", "a2", "a3"):
        await case.ask("a", job)
    await case.cancel("a1")
    await case.cancel("a2")
    assert case.running() == ["a1", "a2"]
    assert case.pool.waiting == 1
    await case.end(1)
    assert case.running() == ["a1", "a3"]


async def test_a_job_that_is_cancelled_in_the_moment_of_its_turn_costs_nothing() -> None:
    case = Case(threads=1)
    for job in ("a1", "a2", "b1"):
        await case.ask(job[0], job)
    case.requests["a2"].cancel()
    await case.end()
    assert case.running() == ["b1"]
    await case.end()
    assert (case.running(), case.pool.waiting) == ([], 0)


async def test_an_error_goes_to_its_own_request_and_frees_the_place() -> None:
    hand = ByHand()
    pool = FairPool(hand, 1)
    task = asyncio.create_task(pool.run("a", lambda: 1 // 0))
    after = asyncio.create_task(pool.run("a", lambda: "after"))
    await settled()
    hand.end(0)
    with pytest.raises(ZeroDivisionError):
        await task
    hand.end(0)
    assert await after == "after"


async def test_a_thread_that_cannot_be_started_costs_no_place_and_no_other_request() -> None:
    case = Case(threads=1)
    for job in ("a1", "b1"):
        await case.ask(job[0], job)
    case.hand.exhausted = True
    await case.end()
    assert isinstance(case.requests["b1"].exception(), RuntimeError)
    case.hand.exhausted = False
    await case.ask("b", "b2")
    assert case.running() == ["b2"]
    assert case.requests["a1"].result() == "a1"


async def test_a_full_queue_refuses_and_says_when_to_come_again() -> None:
    case = Case(threads=1)
    for n in range(1 + MOST_WAITING):
        await case.ask("a", f"a{n}")
    assert case.refused() == []
    await case.ask("a", "late")
    assert case.refused() == ["late"]
    error = case.requests["late"].exception()
    assert (error.http_status, error.retry_after) == (503, 1)


async def test_a_client_that_fills_the_queue_does_not_keep_others_out_of_it() -> None:
    case = Case(threads=1)
    for n in range(1 + MOST_WAITING):
        await case.ask("a", f"a{n}")
    await case.ask("b", "b1")
    assert case.refused() == [f"a{MOST_WAITING}"]
    assert case.pool.waiting == MOST_WAITING
    await case.end()
    await case.end()
    assert case.running() == ["b1"]


async def test_a_free_thread_is_used_though_the_queue_is_full() -> None:
    case = Case(threads=3)
    for n in range(PER_CLIENT + MOST_WAITING):
        await case.ask("a", f"a{n}")
    await case.ask("b", "b1")
    assert case.refused() == []
    assert case.running() == ["a0", "a1", "b1"]


async def test_closing_ends_what_runs_and_drops_what_waits() -> None:
    case = Case(threads=1)
    for job in ("a1", "a2"):
        await case.ask("a", job)
    case.pool.close()
    await settled()
    assert case.requests["a1"].result() == "a1"
    assert case.requests["a2"].cancelled()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from("aaaabc")),
        st.tuples(st.just("end"), st.integers(0, 3)),
        st.tuples(st.just("cancel"), st.integers(0, 200)),
        st.tuples(st.just("cancel and end"), st.integers(0, 200)),
    ),
    max_size=200,
)


@given(threads=st.integers(1, 4), most_waiting=st.integers(1, 8), steps=STEPS)
@settings(deadline=None, max_examples=200)
def test_whatever_happens_no_place_is_lost_and_none_given_twice(
    threads, most_waiting, steps
) -> None:
    asyncio.run(_life(Case(threads, most_waiting), steps))


async def _life(case: Case, steps: list[tuple[str, str | int]]) -> None:
    jobs: dict[str, str] = {}
    for number, (step, what) in enumerate(steps):
        if step == "ask":
            job, refused = f"{what}{number}", case.refused()
            jobs[job] = what
            await case.ask(what, job)
            if case.refused() != refused:  # the newest of the longest queue, or of one as long
                queues = Counter(jobs[one] for one in _waiting(case, jobs))
                [out] = set(case.refused()) - set(refused)
                assert max(queues.values()) <= queues[jobs[out]] + 1
        elif step == "end" and case.hand.running:
            await case.end(what % len(case.hand.running))
        elif jobs and step.startswith("cancel"):
            case.requests[list(jobs)[what % len(jobs)]].cancel()
            if step == "cancel and end" and case.hand.running:
                case.hand.end(0)
            await settled()
        _check(case, jobs)
    while case.hand.running:
        await case.end()
        _check(case, jobs)
    assert case.pool.waiting == 0
    for job, task in case.requests.items():
        assert task.done()
        assert task.cancelled() or job in case.refused() or task.result() == job


def _waiting(case: Case, jobs: dict[str, str]) -> list[str]:
    running = case.running()
    return [job for job in jobs if not case.requests[job].done() and job not in running]


def _check(case: Case, jobs: dict[str, str]) -> None:
    running = case.running()
    in_threads = Counter(jobs[job] for job in running)
    waiting = _waiting(case, jobs)
    assert len(running) <= case.threads
    assert all(number <= PER_CLIENT for number in in_threads.values())
    assert case.pool.waiting == len(waiting) <= case.most_waiting
    if len(running) < case.threads:  # then only those wait that have their share
        assert all(in_threads[jobs[job]] == PER_CLIENT for job in waiting)
