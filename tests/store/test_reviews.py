import sqlite3
from contextlib import closing

import pytest

from edgebox.errors import InvalidFields, NotFound
from edgebox.store.acts import Actor
from edgebox.store.listing import Filter
from edgebox.store.retention import Ages, Removals
from support.boxes.store import analysis, submit

DAY = 86_400
KIM = Actor("kim01", "10.0.0.7")
OF_SUMMARY = {"content": {"text": "카드를 잃어버렸다고 함", "links": []}, "operator": "kim01"}


def summary(store, client="centerlink", name="CL-1", **more):
    given = OF_SUMMARY | {"model": "qwen3-1.7b", "status": "success"} | more
    return store.reviews.draft(client, name, **given)


def finished(store, name="CL-1", client="centerlink", **more):
    submit(store, (name,), client=client, date="20250914")
    [row] = store.consultations.claim(1, 600, 3)
    store.consultations.finish(row.row_id, row.lease_token, analysis(**more))
    return f"record-{row.row_id}"


def accept(store, draft_id, content=None, client="centerlink", **more):
    given = {
        "content": content or {"text": "카드 분실"},
        "changed": 0.5,
        "material": True,
        "copied": True,
        "seconds": 4.25,
        "by": KIM,
    }
    return store.reviews.accept(client, draft_id, **given | more)


RECORD = {"customer": "분실 신고", "agent": "정지함", "result": "재발급 예정"}


def test_a_summary_is_kept_and_what_was_accepted_of_it(store, clock):
    draft_id = summary(store)
    [draft] = store.reviews.latest("centerlink", "CL-1")
    assert (draft.draft_id, draft.kind, draft.at, draft.accepted) == (
        draft_id,
        "summary",
        clock(),
        None,
    )
    assert draft.texts() == {"text": "카드를 잃어버렸다고 함"}
    assert store.reviews.record("centerlink", "CL-1") is None
    clock.advance(60)
    given = accept(store, draft_id)
    kept = store.reviews.get("centerlink", draft_id)
    assert given == kept == store.reviews.record("centerlink", "CL-1")
    assert kept.content == OF_SUMMARY["content"]
    assert (kept.accepted.at, kept.accepted.operator, kept.accepted.content) == (
        clock(),
        "kim01",
        {"text": "카드 분실"},
    )
    assert (kept.accepted.changed, kept.accepted.material, kept.accepted.seconds) == (
        0.5,
        True,
        4.25,
    )


def test_the_draft_of_a_record_is_the_result_until_somebody_accepts_it(store):
    draft_id = finished(store)
    [draft] = store.reviews.latest("centerlink", "CL-1")
    assert (draft.draft_id, draft.status, draft.score) == (draft_id, "success", 0.91)
    assert set(draft.texts()) == set(RECORD)
    with closing(sqlite3.connect(store.path)) as db:
        assert db.execute("SELECT COUNT(*) FROM drafts").fetchone() == (0,)
    accept(store, draft_id, RECORD)
    kept = store.reviews.get("centerlink", draft_id)
    assert kept.content == draft.content
    assert (kept.score, kept.flags, kept.model) == (draft.score, draft.flags, draft.model)
    assert kept.accepted.content == RECORD


def test_the_record_comes_before_a_summary_and_the_newest_of_each_kind_is_given(store, clock):
    first = summary(store)
    clock.advance(1)
    second, record = summary(store, status="partial"), finished(store)
    assert [d.draft_id for d in store.reviews.latest("centerlink", "CL-1")] == [second, record]
    accept(store, record, RECORD)
    clock.advance(9)
    accept(store, first)
    assert store.reviews.record("centerlink", "CL-1").draft_id == record
    assert {d.draft_id for d in store.reviews.drafts_of("centerlink", "CL-1")} == {
        first,
        second,
        record,
    }


def test_a_failed_analysis_and_a_call_without_content_are_drafts_with_nothing_in_them(store):
    submit(store, ("CL-2",))
    [row] = store.consultations.claim(1, 600, 3)
    store.consultations.fail(row.row_id, row.lease_token, "refused", "It is too long.")
    [draft] = store.reviews.latest("centerlink", "CL-2")
    assert (draft.status, draft.texts()) == ("failed", {})
    assert draft.content == {"error": {"code": "refused", "detail": "It is too long."}}
    accept(store, draft.draft_id, RECORD)
    submit(store, ("CL-3",))
    [row] = store.consultations.claim(1, 600, 3)
    store.consultations.finish(
        row.row_id, row.lease_token, {"status": "no_content", "processing_time": 0.1}
    )
    [draft] = store.reviews.latest("centerlink", "CL-3")
    assert (draft.status, draft.score, draft.texts()) == ("no_content", None, {})


def test_another_client_finds_nothing_and_accepts_nothing(store):
    store.clients.create("other")
    ids = [summary(store), finished(store)]
    for draft_id in [*ids, "record-", "record-x", "record-٣", "record-9" + "9" * 30, "nothing"]:
        assert store.reviews.get("other", draft_id) is None
        with pytest.raises(NotFound):
            accept(store, draft_id, client="other")
    assert store.reviews.latest("other", "CL-1") == []
    assert store.reviews.record("other", "CL-1") is None
    assert store.reviews.drafts_of("other", "CL-1") == []
    assert store.reviews.get("centerlink", ids[1]).accepted is None


def test_accepting_again_replaces_it_and_both_are_in_the_audit_without_a_text(store):
    draft_id = summary(store)
    accept(store, draft_id)
    accept(store, draft_id, {"text": "다시 씀"}, material=False, changed=0.1)
    assert store.reviews.get("centerlink", draft_id).accepted.content == {"text": "다시 씀"}
    rows = store.audit.list(action="reviews.accept")
    assert [row.detail["material"] for row in rows] == [False, True]
    for row in rows:
        assert (row.operator, row.address, row.subject) == ("kim01", "10.0.0.7", "CL-1")
        assert row.detail.keys() == {"draft", "kind", "material"}


@pytest.mark.parametrize(
    ("content", "dropped"),
    [
        ({"customer": "a"}, ()),
        ({}, ()),
        ({"text": "a"}, ()),
        (RECORD, ("agent",)),
        ({"customer": "a", "agent": "b"}, ("result", "more")),
        (RECORD | {"agent": "a" * 20_000}, ()),
        (RECORD | {"agent": "\ud800"}, ()),
    ],
)
def test_other_fields_and_endless_texts_are_refused(store, content, dropped):
    draft_id = finished(store)
    with pytest.raises(InvalidFields):
        accept(store, draft_id, content, dropped=dropped)
    assert store.reviews.get("centerlink", draft_id).accepted is None


def test_a_field_may_be_left_out(store):
    draft_id = finished(store)
    accept(store, draft_id, {"customer": "a", "result": "b"}, dropped=["agent"])
    assert store.reviews.get("centerlink", draft_id).accepted.dropped == ("agent",)


def test_texts_go_with_the_transcripts_and_figures_with_the_records(store, clock):
    ages = Ages(transcripts=30 * DAY, results=None, records=365 * DAY, keys=None)
    store.retention.remember(trusted_at=clock(), seen_at=clock(), steady_since=None)
    first, never = summary(store), summary(store, name="CL-2")
    clock.advance(10 * DAY)
    accept(store, first)
    clock.advance(20 * DAY - 1)
    assert store.retention.step(clock(), ages) == Removals()
    clock.advance(1)
    assert store.retention.step(clock(), ages) == Removals(draft_texts=2)
    assert store.retention.state().compaction_wanted_at == clock()
    kept = store.reviews.get("centerlink", first)
    assert (kept.content, kept.texts(), kept.accepted.content) == (None, {}, {"text": "카드 분실"})
    clock.advance(10 * DAY)
    assert store.retention.step(clock(), ages) == Removals(review_texts=1)
    assert store.retention.step(clock(), ages) == Removals()
    kept = store.reviews.get("centerlink", first).accepted
    assert (kept.content, kept.changed, kept.material) == (None, 0.5, True)
    assert b"\xec\xb9\xb4\xeb\x93\x9c \xeb\xb6\x84" not in store.path.read_bytes()
    clock.advance(325 * DAY)
    assert store.retention.step(clock(), ages) == Removals(drafts=1), "the one never accepted"
    assert store.reviews.get("centerlink", never) is None
    clock.advance(10 * DAY)
    assert store.retention.step(clock(), ages) == Removals(drafts=1)
    assert store.reviews.get("centerlink", first) is None


def test_texts_go_with_the_results_where_those_go_first(store, clock):
    """An accepted record is a copy of a result."""
    ages = Ages(transcripts=None, results=30 * DAY, records=None, keys=None)
    store.retention.remember(trusted_at=clock(), seen_at=clock(), steady_since=None)
    accept(store, finished(store), RECORD)
    clock.advance(30 * DAY)
    removed = store.retention.step(clock(), ages)
    assert (removed.draft_texts, removed.review_texts) == (1, 1)


def test_scores_of_results_from_before_are_taken_over(store):
    row_id = int(finished(store).removeprefix("record-"))
    finished(store, "CL-2", quality_score=0.5)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as db:
        db.executescript(
            "DROP TABLE scores; DROP TABLE reviews; DROP TABLE drafts; DROP INDEX audit_age;"
            "DROP TABLE spending; DROP TABLE spending_read;"
            "DROP INDEX consultations_wanted; DROP INDEX consultations_listed;"
            "ALTER TABLE consultations DROP COLUMN operator;"
            "ALTER TABLE consultations DROP COLUMN wanted;"
            "DELETE FROM _sqlite_migrations WHERE name >= '0010'; PRAGMA user_version = 9"
        )
    store.close()
    assert store.migrate()[0] == "0010_reviews"
    found = store.listing.page("centerlink", Filter()).rows
    assert [(row.row_id, row.score) for row in found] == [(row_id + 1, 0.5), (row_id, 0.91)]
