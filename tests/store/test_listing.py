import itertools
import random

import pytest

from edgebox.errors import NotFound
from edgebox.store import listing
from edgebox.store.batches import NewConsultation
from edgebox.store.listing import EDITED, Filter
from support.boxes.store import analysis

FLAGS = ([], ["ungrounded_number"], ["no_outcome", "ungrounded_number"])
CHANGES = {"unchanged": (0.0, False), "changed": (0.05, False), "material": (0.05, True)}
RECORD = {"customer": "분실 신고", "agent": "정지함", "result": "재발급 예정"}


def end(store, row, rng):
    """End one consultation somehow, and return what a list should say of it."""
    way = rng.choice(["done", "done", "done", "nothing", "failed"])
    if way == "failed":
        store.consultations.fail(row.row_id, row.lease_token, "refused", "It is too long.")
        return {"state": "failed"}
    if way == "nothing":
        nothing = {"status": "no_content", "processing_time": 0.1}
        store.consultations.finish(row.row_id, row.lease_token, nothing)
        return {"state": "done"}
    score, flags = rng.randrange(101) / 100, rng.choice(FLAGS)
    quality = {"grounding": 1.0, "coverage": 1.0, "form": 1.0, "flags": flags, "caps": {}}
    store.consultations.finish(
        row.row_id, row.lease_token, analysis(quality_score=score, quality=quality)
    )
    return {"state": "done", "score": score, "flags": flags}


def review(store, client, known, rng):
    edited = rng.choice(["open", "open", *CHANGES])
    if edited != "open":
        changed, material = CHANGES[edited]
        store.reviews.accept(
            client,
            f"record-{known['row_id']}",
            content=RECORD,
            changed=changed,
            material=material,
            copied=False,
            seconds=3,
        )
    known["edited"] = edited


@pytest.fixture
def model(store, clock):
    """Two clients with batches of several sizes, and what each consultation is."""
    rng, model = random.Random(13), {}
    store.clients.create("other")
    with store._connections.transaction():
        for number in range(30):
            client = rng.choice(["centerlink", "other"])
            items = [
                NewConsultation(f"CL-{rng.randrange(40)}-{n}", "고객: 문의합니다.", {})
                for n in range(rng.randrange(1, 6))
            ]
            store.batches.submit(
                client, items, None, idempotency=None, local_date=f"202509{number:02d}"
            )
            clock.advance(rng.choice([0.0, 3600.0]))
        rows = store.consultations.claim(1000, 600, 3)
        for row in rows:
            known = {"row_id": row.row_id, "client": row.client_id, "id": row.consultation_id}
            if rng.random() < 0.9:
                known |= end(store, row, rng)
                review(store, row.client_id, known, rng)
            else:
                store.consultations.release(row.row_id, row.lease_token, refund_attempt=True)
                known |= {"state": "pending", "edited": "open"}
            model[row.row_id] = {"score": None, "flags": []} | known
            operator = model[row.row_id]["operator"] = rng.choice([None, "kim01", "lee02"])
            store._connections.current().execute(
                "UPDATE consultations SET operator = ? WHERE row_id = ?", [operator, row.row_id]
            )
    for row in store._connections.rows(
        "SELECT c.row_id, b.created_at FROM consultations c JOIN batches b USING (batch_id)"
    ):
        model[row["row_id"]]["at"] = row["created_at"]
    return model


def matches(known, client, wanted):
    edited = {
        "open": {"open"},
        "accepted": {*CHANGES},
        "unchanged": {"unchanged"},
        "changed": {"changed", "material"},
        "material": {"material"},
        None: {"open", *CHANGES},
    }[wanted.edited]
    return all(
        (
            known["client"] == client,
            wanted.consultation_id in (None, known["id"]),
            wanted.state in (None, known["state"]),
            wanted.operator in (None, known["operator"]),
            wanted.since is None or known["at"] >= wanted.since,
            wanted.until is None or known["at"] < wanted.until,
            wanted.score_below is None
            or (known["score"] is not None and known["score"] < wanted.score_below),
            wanted.flag is None
            or (wanted.flag in known["flags"] if wanted.flag else known["flags"]),
            known["edited"] in edited,
        )
    )


def walked(store, client, wanted, limit):
    rows, before = [], None
    for _ in range(1000):
        page = store.listing.page(client, wanted, limit=limit, before=before)
        assert len(page.rows) <= limit
        assert page.following is not None or page.complete
        rows += page.rows
        before = page.following
        if before is None:
            return rows
    raise AssertionError("no end")


@pytest.mark.parametrize("window", [1, 5, 5_000])
def test_pages_are_what_a_model_says_whatever_is_filtered(store, model, monkeypatch, window):
    monkeypatch.setattr(listing, "WINDOW", window)
    monkeypatch.setattr(listing, "_FIRST_LOOK", min(window, 3))
    rng = random.Random(window)
    times = sorted({known["at"] for known in model.values()})
    filters = [Filter()] + [
        Filter(
            consultation_id=rng.choice([None] * 9 + [known["id"] for known in model.values()][:3]),
            since=rng.choice([None, None, rng.choice(times)]),
            until=rng.choice([None, None, rng.choice(times)]),
            operator=rng.choice([None, None, None, "kim01", "nobody"]),
            state=rng.choice([None, None, "done", "failed", "pending", "running"]),
            score_below=rng.choice([None, None, 0.5]),
            flag=rng.choice([None, None, "", "no_outcome", "ungrounded_number", "other"]),
            edited=rng.choice([None, None, *EDITED]),
        )
        for _ in range(40)
    ]
    for wanted, client in itertools.product(filters, ["centerlink", "other"]):
        found = walked(store, client, wanted, rng.randrange(1, 9))
        expected = [
            row for row in sorted(model, reverse=True) if matches(model[row], client, wanted)
        ]
        assert [row.row_id for row in found] == expected, wanted
        for row in found:
            known = model[row.row_id]
            assert (row.consultation_id, row.state, row.score, list(row.flags)) == (
                known["id"],
                known["state"],
                known["score"],
                known["flags"],
            )


def test_one_whole_consultation_is_for_its_client_only(store, model):
    row_id, known = next((r, k) for r, k in model.items() if k["client"] == "centerlink")
    whole = store.listing.whole("centerlink", row_id)
    assert (whole.consultation_id, whole.state) == (known["id"], known["state"])
    assert whole.transcript == "고객: 문의합니다."
    for client, row in (("other", row_id), ("centerlink", 999_999), ("nobody", row_id)):
        with pytest.raises(NotFound):
            store.listing.whole(client, row)


def test_the_people_whose_calls_there_are(store, model):
    assert store.listing.operators_of("centerlink") == ["kim01", "lee02"]
    assert store.listing.operators_of("nobody") == []


def test_figures_count_what_the_model_holds(store, model):
    mine = [known for known in model.values() if known["client"] == "centerlink"]
    accepted = [k for k in mine if k["edited"] != "open" and k["state"] == "done"]
    [kind] = store.figures.by_kind("centerlink", 0)
    assert (kind.what, kind.accepted, kind.material, kind.unchanged) == (
        "record",
        len(accepted),
        sum(k["edited"] == "material" for k in accepted),
        sum(k["edited"] == "unchanged" for k in accepted),
    )
    scored = [k for k in accepted if k["score"] is not None]
    bands = store.figures.by_score("centerlink", 0)
    assert {one.what: one.accepted for one in bands} == {
        f"{band / 10:.1f}": count
        for band in range(10)
        if (count := sum(min(int(k["score"] * 10), 9) == band for k in scored))
    }
    flags = {one.what: one.accepted for one in store.figures.by_flag("centerlink", 0)}
    assert flags == {
        flag: count
        for flag in ("", "no_outcome", "ungrounded_number")
        if (count := sum(flag in k["flags"] if flag else not k["flags"] for k in scored))
    }
    days = store.figures.by_day("centerlink", 0)
    assert sum(day.consultations for day in days) == len(mine)
    assert sum(day.failed for day in days) == sum(k["state"] == "failed" for k in mine)
    assert sum(day.accepted for day in days) == sum(k["edited"] != "open" for k in mine)
