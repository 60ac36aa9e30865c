"""Accounts of people and their sessions, on a real file."""

import sqlite3
from contextlib import closing

import pytest

from edgebox.errors import NotFound, StoreError, UsageError
from edgebox.store.acts import Actor
from edgebox.store.operators import NewOperator, lock_seconds
from support.boxes.store import Clock, migrated

ROOT = Actor("root", "shell")
PEER = Actor("kim01", "10.0.0.7")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    store = migrated(tmp_path / "edgebox.db", clock)
    store.clients.create("centerlink")
    store.clients.create("other")
    yield store
    store.close()


def agent(name="kim01", **more):
    fields = {"role": "agent", "client_id": "centerlink", "display": "김민지", "password": "H"}
    return NewOperator(name, **(fields | more))


def acts(store):
    return [(row.action, row.operator, row.subject, row.client_id) for row in store.audit.rows()]


def test_an_account_is_added_with_a_one_time_password(store, clock):
    store.operators.add(agent(extension=" 4012 "), by=ROOT)
    found = store.operators.get("kim01")
    assert (found.role, found.client_id, found.display) == ("agent", "centerlink", "김민지")
    assert (found.extension, found.must_change, found.disabled) == ("4012", True, False)
    assert found.created_at == clock.now
    assert "H" not in repr(found).replace("Operator(", "")
    assert acts(store)[-1] == ("operators.add", "root", "kim01", "centerlink")
    assert store.operators.get("nobody") is None


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": "Kim"}, UsageError),
        ({"name": ""}, UsageError),
        ({"name": "김"}, UsageError),
        ({"name": "a" * 65}, UsageError),
        ({"role": "boss"}, UsageError),
        ({"client_id": None}, UsageError),
        ({"role": "admin"}, UsageError),
        ({"client_id": "nowhere"}, NotFound),
        ({"display": ""}, UsageError),
        ({"display": "a\nb"}, UsageError),
        ({"display": "a\x1b[31m"}, UsageError),
        ({"extension": "1" * 65}, UsageError),
        ({"name": "taken"}, StoreError),
    ],
)
def test_what_cannot_be_an_account_is_refused_and_leaves_nothing(store, fields, error):
    store.operators.add(agent("taken"))
    before = acts(store)
    with pytest.raises(error):
        store.operators.add(agent(**fields))
    with pytest.raises(error):
        store.operators.add_all([agent("first"), agent(**fields)])
    assert acts(store) == before
    assert [one.name for one in store.operators.list()] == ["taken"]


def test_accounts_are_listed_by_client(store):
    new = [agent("b"), agent("a", client_id="other"), agent("root1", role="admin", client_id=None)]
    store.operators.add_all(new, by=ROOT)
    assert [one.name for one in store.operators.list()] == ["a", "b", "root1"]
    assert [one.name for one in store.operators.list("other")] == ["a"]
    assert [act[0] for act in acts(store)[-3:]] == ["operators.import"] * 3


def test_an_extension_means_the_one_account_that_has_it_and_never_a_name(store):
    store.operators.add(agent("kim01", extension="4012"))
    store.operators.add(agent("4012", extension="3005"))
    store.operators.add(agent("lee02", extension="4013"))
    store.operators.add(agent("park03", extension="4013"))
    store.operators.add(agent("choi04", extension="4014", client_id="other"))
    store.operators.add(agent("4019"))

    def at(extension, client="centerlink"):
        found = store.operators.at_extension(client, extension)
        return found and found.name

    assert at("4012") == "kim01"  # and not the account that is named so
    assert at("3005") == "4012"
    assert at("kim01") is None
    assert at("4019") is None  # the name of somebody without a telephone
    assert at("4013") is None  # two telephones
    store.operators.disable("park03")
    assert at("4013") == "lee02"
    store.operators.disable("kim01")
    assert at("4012") is None
    assert at("4014") is None
    assert at("4014", "other") == "choi04"
    assert at("") is None


def test_every_change_is_in_the_audit_and_a_lost_right_ends_the_sessions(store):
    store.operators.add(agent(), by=ROOT)
    version = store.operators.data_version()
    for act, words in (
        ("disable", ()),
        ("enable", ()),
        ("reset", ("H2",)),
        ("change_password", ("H3",)),
    ):
        found = store.operators.get("kim01")
        began = store.sessions.start("t" * 64, found, by=PEER)
        assert began is not found.disabled
        getattr(store.operators, act)("kim01", *words, by=ROOT)
        assert (store.sessions.find("t" * 64) is None) is (act != "enable" or found.disabled)
        assert store.operators.data_version() > version
        version = store.operators.data_version()
        with pytest.raises(NotFound):
            getattr(store.operators, act)("nobody", *words, by=ROOT)
    found = store.operators.get("kim01")
    assert (found.password, found.must_change) == ("H3", False)
    assert [act[0] for act in acts(store) if act[0].startswith("operators")] == [
        "operators.add",
        "operators.disable",
        "operators.enable",
        "operators.reset",
        "operators.password",
    ]


def test_another_role_or_client_ends_the_sessions_and_another_name_does_not(store):
    store.operators.add(agent())
    found = store.operators.get("kim01")
    store.sessions.start("t" * 64, found, by=PEER)
    version = store.operators.data_version()
    assert store.operators.change("kim01", display="김 민지", by=ROOT) == ("display",)
    assert store.sessions.find("t" * 64).operator.display == "김 민지"
    assert store.operators.data_version() > version
    assert store.operators.change("kim01", role="lead", by=ROOT) == ("role",)
    assert store.sessions.find("t" * 64) is None
    with pytest.raises(NotFound):
        store.operators.change("nobody", role="lead", by=ROOT)


def test_wrong_passwords_lock_and_a_right_one_forgets_them(store, clock):
    store.operators.add(agent())
    by = Actor(None, "10.0.0.9")
    locks = [store.operators.failed("kim01", by=by) - clock.now for _ in range(10)]
    assert [max(0, lock) for lock in locks] == [0, 0, 0, 0, 60, 120, 240, 480, 900, 900]
    assert lock_seconds(10**9) == 900
    store.operators.succeeded("kim01")
    found = store.operators.get("kim01")
    assert (found.failed, found.locked_until) == (0, 0)
    assert store.operators.failed("nobody", by=by) == 0
    rows = [row for row in store.audit.rows() if row.action.startswith("session.")]
    assert [row.action for row in rows].count("session.locked") == 6
    assert rows[-1].subject is None


def test_enabling_unlocks(store):
    store.operators.add(agent())
    for _ in range(5):
        store.operators.failed("kim01", by=PEER)
    store.operators.enable("kim01")
    assert store.operators.get("kim01").locked_until == 0


def test_a_session_is_of_an_account_as_it_was_when_the_password_was_right(store, clock):
    store.operators.add(agent())
    found = store.operators.get("kim01")
    store.operators.reset("kim01", "H2")
    assert not store.sessions.start("a" * 64, found, by=PEER)
    found = store.operators.get("kim01")
    store.operators.disable("kim01")
    assert not store.sessions.start("a" * 64, found, by=PEER)
    store.operators.enable("kim01")
    assert store.sessions.start("a" * 64, found, by=PEER)
    session = store.sessions.find("a" * 64)
    assert (session.operator.name, session.address) == ("kim01", "10.0.0.7")
    assert session.created_at == session.used_at == session.proved_at == clock.now


def test_sessions_are_used_proved_ended_and_swept(store, clock):
    store.operators.add(agent())
    found = store.operators.get("kim01")
    for name in "abc":
        store.sessions.start(name * 64, found, by=PEER)
    clock.advance(100)
    store.sessions.touch("a" * 64)
    store.sessions.prove("b" * 64, by=PEER)
    assert store.sessions.find("a" * 64).used_at == clock.now
    assert store.sessions.find("b" * 64).proved_at == clock.now
    tokens = {"a" * 64, "b" * 64, "c" * 64, "d" * 64}
    ages = {"used_after": clock.now - 50, "created_after": clock.now - 1000}
    assert store.sessions.live(tokens, **ages) == {"a" * 64, "b" * 64}
    assert store.sessions.sweep(**ages) == 1
    assert store.sessions.find("c" * 64) is None
    store.sessions.end("a" * 64, by=PEER)
    store.sessions.end("a" * 64, by=PEER)
    assert store.sessions.find("a" * 64) is None
    assert [act[0] for act in acts(store)].count("session.logout") == 1
    ages["created_after"] = clock.now
    assert store.sessions.live(tokens, **ages) == frozenset()


def test_the_tables_hold_what_the_roles_mean(store):
    """Also against a program that does not ask first."""
    with closing(sqlite3.connect(store.path)) as db:
        for role, client in (("boss", "centerlink"), ("agent", None)):
            with pytest.raises(sqlite3.IntegrityError):
                db.execute(
                    "INSERT INTO operators (name, client_id, role, password, display, created_at)"
                    " VALUES ('x', ?, ?, 'H', 'x', 0)",
                    [client, role],
                )
