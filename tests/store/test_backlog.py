"""Clients take turns: in what order consultations are claimed, and what a batch still waits for."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgebox.store import backlog
from edgebox.store.batches import NewConsultation
from edgebox.store.db import Store
from support.boxes.store import Clock, analysis, consultations, submit

LEASE = 60
MOST = 3
CLIENTS = ("a", "b", "c")
MEMORY = Path("/dev/shm")  # a real file system without a disk behind it


@contextmanager
def office(template):
    """A store with three clients, and its clock."""
    clock = Clock()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        store = Store(Path(shutil.copy(template, folder)), clock=clock)
        try:
            yield store, clock
        finally:
            store.close()


@pytest.fixture(scope="module")
def template(migrated, tmp_path_factory):
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("clients")))
    store = Store(path, clock=Clock())
    for client in CLIENTS:
        store.clients.create(client)
    store.close()
    return path


@pytest.fixture
def clients(template):
    with office(template) as (store, _):
        yield store


def names(client, n):
    return [f"{client}{i}" for i in range(n)]


def order(store, limit=1):
    """Claim everything, so many at a time, and return whose turns these were."""
    turns = ""
    while claimed := store.consultations.claim(limit, LEASE, MOST):
        turns += "".join(one.client_id for one in claimed)
    return turns


def test_a_quiet_client_comes_second_however_much_its_neighbour_sent(clients):
    for _ in range(20):
        submit(clients, names("a", 500), client="a")
    submit(clients, ["quiet"], client="b")
    turns = [clients.consultations.claim(1, LEASE, MOST)[0] for _ in range(4)]
    assert [one.client_id for one in turns] == ["a", "b", "a", "a"]
    assert [one.consultation_id for one in turns] == ["a0", "quiet", "a1", "a2"]


@pytest.mark.parametrize("limit", [1, 2, 99])
def test_clients_take_turns_while_they_have_work(clients, limit):
    submit(clients, names("a", 4), client="a")
    submit(clients, names("b", 2), client="b")
    submit(clients, names("c", 1), client="c")
    submit(clients, names("b", 1), client="b")
    assert order(clients, limit) == "abcababa"


def test_the_turns_outlive_a_restart(clients):
    submit(clients, names("a", 3), client="a")
    submit(clients, names("b", 1), client="b")
    clients.consultations.claim(1, LEASE, MOST)
    again = Store(clients.path, clock=Clock())
    assert order(again) == "baa"
    again.close()


def test_who_sent_nothing_for_long_has_one_turn_and_not_all_that_it_missed(clients):
    submit(clients, names("a", 6), client="a")
    assert [clients.consultations.claim(1, LEASE, MOST)[0].client_id for _ in range(3)] == ["a"] * 3
    submit(clients, names("b", 3), client="b")
    assert order(clients) == "bababa"


def test_what_is_released_is_the_first_of_its_client_again(clients):
    submit(clients, names("a", 2), client="a")
    submit(clients, names("b", 1), client="b")
    [first] = clients.consultations.claim(1, LEASE, MOST)
    clients.consultations.release(first.row_id, first.lease_token, refund_attempt=True)
    claimed = [clients.consultations.claim(1, LEASE, MOST)[0] for _ in range(3)]
    assert [one.consultation_id for one in claimed] == ["b0", "a0", "a1"]


def test_a_client_whose_oldest_is_poison_keeps_its_turn(clients):
    submit(clients, names("a", 2), client="a")
    clients.consultations.claim(1, 0, 1)  # its lease is over at once, and its one attempt used
    submit(clients, names("b", 1), client="b")
    assert [one.consultation_id for one in clients.consultations.claim(9, LEASE, 1)] == ["b0", "a1"]
    assert clients.consultations.counts()["failed"] == 1


def test_no_query_reads_what_has_ended(clients):
    """A year of batches has ended; the plan of each query shows by which index it reads."""
    with clients.consultations._connections.snapshot() as db:
        for sql in (backlog._HEAD, backlog._OPEN_OF_BATCHES):
            rows = db.execute(f"EXPLAIN QUERY PLAN {sql}", {"now": 0, "holding": "[]"}).fetchall()
            plan = [row[3] for row in rows]
            assert any("batches_with_transcripts (completed_at=?)" in step for step in plan)
            assert {step for step in plan if step.startswith("SCAN")} <= {
                "SCAN w",
                "SCAN heads",
                "SCAN json_each VIRTUAL TABLE INDEX 1:",
            }


# Against a model -------------------------------------------------------------------


class Model:
    """The order of claims, written down without SQL: rows are lists in the order submitted."""

    def __init__(self):
        self.rows = {client: [] for client in CLIENTS}  # [name, state, lease until, attempts]
        self.turns = dict.fromkeys(CLIENTS, 0)
        self.submitted = self.claims = 0

    def submit(self, client, n):
        made = []
        for _ in range(n):
            self.submitted += 1
            made.append(f"{self.submitted}")
            self.rows[client].append([made[-1], "pending", 0, 0])
        return made

    def claim(self, limit, now, holding):
        claimed = []
        while len(claimed) < limit:
            heads = []
            for client, rows in self.rows.items():
                free = [
                    row
                    for row in rows
                    if (row[1] == "pending" or (row[1] == "running" and row[2] <= now))
                    and row[0] not in [*claimed, *holding]
                ]
                if free:
                    heads.append((self.turns[client], int(free[0][0]), client, free[0]))
            if not heads:
                break
            _, _, client, row = min(heads)
            if row[3] >= MOST:
                row[1] = "failed"
                continue
            self.claims += 1
            self.turns[client] = self.claims
            row[1:] = ["running", now + LEASE, row[3] + 1]
            claimed.append(row[0])
        return claimed

    def set(self, name, state, refund=0):
        [row] = [row for rows in self.rows.values() for row in rows if row[0] == name]
        row[1:] = [state, 0, row[3] - refund]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), st.sampled_from(CLIENTS), st.integers(1, 4)),
        st.tuples(st.just("claim"), st.integers(1, 3)),
        st.tuples(st.sampled_from(["finish", "fail", "release", "refund"])),
        st.tuples(st.just("wait"), st.sampled_from([LEASE - 1, LEASE + 1])),
    ),
    max_size=40,
)


def test_every_claim_is_the_models(template):
    @settings(max_examples=150, deadline=None, database=None, print_blob=True)
    @given(steps=steps)
    def lives(steps):
        with office(template) as (store, clock):
            model, held, table = Model(), {}, store.consultations
            for what, *more in [*steps, ("claim", 99)]:
                if what == "submit":
                    submit(store, model.submit(*more), client=more[0])
                elif what == "claim":
                    rows = [one.row_id for one in held.values()]
                    claimed = table.claim(more[0], LEASE, MOST, holding=rows)
                    expected = model.claim(more[0], clock.now, list(held))
                    assert [one.consultation_id for one in claimed] == expected
                    held |= {one.consultation_id: one for one in claimed}
                elif what == "wait":
                    clock.advance(more[0])
                    if more[0] > LEASE:
                        held = {}  # the worker died
                elif held:
                    one = held.pop(next(iter(held)))
                    if what == "finish":
                        table.finish(one.row_id, one.lease_token, analysis())
                    elif what == "fail":
                        table.fail(one.row_id, one.lease_token, "invalid", "no JSON")
                    else:
                        table.release(one.row_id, one.lease_token, refund_attempt=what == "refund")
                    ends = {"finish": "done", "fail": "failed"}
                    model.set(one.consultation_id, ends.get(what, "pending"), what == "refund")

    lives()


batches = st.lists(st.tuples(st.sampled_from(CLIENTS), st.integers(1, 5)), min_size=1, max_size=8)


def test_what_is_ahead_of_a_batch_is_what_is_claimed_before_its_last(template):
    """Up to one turn of each other client: whose turn it is now is not part of the estimate."""

    @settings(max_examples=100, deadline=None, database=None, print_blob=True)
    @given(batches=batches, ended=st.integers(0, 6))
    def lives(batches, ended):
        with office(template) as (store, _):
            size = len(consultations("x")[0].transcript)
            for client, n in batches:
                submit(store, [str(i) for i in range(n)], client=client)
            for one in store.consultations.claim(ended, LEASE, MOST):
                store.consultations.finish(one.row_id, one.lease_token, analysis())
            views, _ = store.batches.page(limit=200)
            assert views == [store.batches.get(view.batch_id) for view in views]
            claims = [one.batch_id for one in store.consultations.claim(99, LEASE, MOST)]
            for view in views:
                if not view.remaining:
                    assert (view.ahead, view.ahead_characters) == (0, 0)
                    continue
                last = len(claims) - 1 - claims[::-1].index(view.batch_id)
                before = sum(batch != view.batch_id for batch in claims[:last])
                assert before <= view.ahead <= before + len(CLIENTS) - 1
                assert view.ahead_characters == view.ahead * size

    lives()


def test_a_page_shows_what_each_batch_shows_alone(clients):
    for n in range(12):
        submit(clients, names("x", 1 + n % 4), client=CLIENTS[n % 3])
    first, second, *_ = clients.consultations.claim(5, LEASE, MOST)
    clients.consultations.finish(first.row_id, first.lease_token, analysis())
    clients.consultations.fail(second.row_id, second.lease_token, "invalid", "no JSON")
    for client in (None, "a"):
        views, _ = clients.batches.page(client)
        assert views == [clients.batches.get(view.batch_id) for view in views]
    assert len({view.ahead for view in views}) > 1


def test_a_page_asks_the_database_as_often_for_many_batches_as_for_one(clients):
    asked = []
    clients.batches._connections.current().conn.set_trace_callback(asked.append)

    def queries():
        asked.clear()
        clients.batches.page(limit=200)
        return len(asked)

    submit(clients, ["x"], client="a")
    of_one = queries()
    for n in range(20):
        submit(clients, ["x"], client=CLIENTS[n % 3])
    assert queries() == of_one


def test_the_others_count_only_as_far_as_their_turns_come(clients):
    long = "나" * 1000
    for client, n, text in (("a", 100, long), ("b", 2, "가"), ("c", 1, "가")):
        made = consultations(*names(client, n))
        made = [type(one)(one.consultation_id, text, {}) for one in made]
        clients.batches.submit(client, made, None, idempotency=None, local_date="20250913")
    of_c, of_b, of_a = clients.batches.page()[0]
    assert (of_c.ahead, of_c.ahead_characters) == (2, 1001)
    assert (of_b.ahead, of_b.ahead_characters) == (3, 2001)
    assert (of_a.ahead, of_a.ahead_characters) == (3, 3)


def wanted(store, client, *names):
    """Hand in ended calls, whose records somebody waits for."""
    calls = [
        NewConsultation(name, f"고객: {name}", {}, operator="kim", wanted=True) for name in names
    ]
    store.batches.submit(client, calls, None, idempotency=None, local_date="20250913")


def claimed_names(store, **options):
    rows = []
    while claimed := store.consultations.claim(1, LEASE, MOST, **options):
        rows += claimed
    return [one.consultation_id for one in rows]


def test_what_somebody_waits_for_is_claimed_before_everything_else(clients):
    submit(clients, names("a", 3), client="a")
    submit(clients, names("b", 2), client="b")
    wanted(clients, "a", "live")
    assert clients.consultations.wanted_count() == 1
    [first] = clients.consultations.claim(1, LEASE, MOST)
    assert (first.consultation_id, first.wanted) == ("live", True)
    assert clients.consultations.wanted_count() == 0
    [second] = clients.consultations.claim(1, LEASE, MOST)
    assert not second.wanted


def test_who_ends_calls_without_a_pause_does_not_starve_the_others(clients):
    submit(clients, names("b", 2), client="b")
    submit(clients, ["later"], client="a")
    wanted(clients, "a", *(f"live{n}" for n in range(12)))
    claimed = claimed_names(clients)
    lives = [name for name in claimed if name.startswith("live")]
    assert lives == [f"live{n}" for n in range(12)]
    assert claimed.index("b0") == backlog.WANTED_IN_A_ROW
    assert claimed.index("b1") == 2 * backlog.WANTED_IN_A_ROW + 1
    assert claimed[-1] == "later", "a client waits for itself"


def test_clients_take_turns_among_what_is_waited_for(clients):
    for name in names("a", 4):
        wanted(clients, "a", name)
    wanted(clients, "b", "b0")
    wanted(clients, "c", "c0")
    submit(clients, ["later"], client="a")
    assert claimed_names(clients, wanted_only=True) == ["a0", "b0", "c0", "a1", "a2", "a3"]
    assert claimed_names(clients) == ["later"]


def test_what_somebody_waits_for_is_still_wanted_after_its_worker_ended(template):
    with office(template) as (store, clock):
        submit(store, names("b", 2), client="b")
        wanted(store, "a", "live")
        store.consultations.claim(1, LEASE, MOST)
        clock.advance(LEASE + 1)
        assert store.consultations.wanted_count() == 1
        assert claimed_names(store)[0] == "live"


def test_the_wanted_are_found_without_reading_the_backlog(clients):
    with clients.consultations._connections.snapshot() as db:
        sql = f"EXPLAIN QUERY PLAN {backlog._WANTED_HEAD}"
        plan = [row[3] for row in db.execute(sql, {"now": 0, "holding": "[]"}).fetchall()]
    assert any("consultations_wanted" in step for step in plan), plan
