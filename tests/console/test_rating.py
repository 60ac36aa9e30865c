"""Thumbs on the socket: of what somebody asked themselves, or of a call that they may see."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edgebox.console import desk, questions
from edgebox.console.remembered import MOST, MOST_OPERATORS, Remembered, RememberedOfAll
from edgebox.store.db import Store
from support.boxes.console import PASSWORD, add_person
from support.boxes.screens import LIVE, Screen, of_page, screen
from support.boxes.served import Running, running
from support.polling import eventually

pytestmark = pytest.mark.anyio

TALK = "고객: 카드를 잃어버렸어요.\n상담사: 네, 오늘 오후 3시에 정지해 드렸습니다.\n"


@pytest.fixture
async def box(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Running]:
    async with running(tmp_path, console={"enabled": "on"}) as made:
        made.engine.answers["mlm"] = ("오늘 오후 3시에 ", "정지했습니다.")
        await made.until_ready()
        yield made


@pytest.fixture
def store(box: Running) -> Any:
    made = Store(box.settings.database)
    yield made
    made.close()


async def answered(box: Running, kim: Screen, ask_id: str = "q1", call: str = "CL-1") -> str:
    """Have a question of kim answered, and return the box's id of it."""
    said = {"offset": 0, "text": TALK, "operator": "kim"}
    await box.http.put(f"{LIVE}/{call}", json=said, headers=box.headers())
    await kim.send("ask", ask_id=ask_id, question="언제 정지했나요?", consultation_id=call)
    return (await kim.next("ask.done"))["done"]["ask_id"]


async def rated(one: Screen, what: str, subject: str) -> str | None:
    """Send a thumb, and return the code with which it was refused, or None."""
    await one.send("feedback", what=what, id=subject, rating="down")
    await one.send("open", consultation_id="none-of-this-id")
    first = await one.next("notice")
    if first["consultation_id"] == "none-of-this-id":
        return None
    await one.next("notice")
    return first["code"]


def rows(store: Store) -> list[tuple[str, str]]:
    return [(row["what"], row["subject"]) for row in store.feedback.rows()]


async def test_nobody_rates_what_another_operator_asked(box: Running, store: Store) -> None:
    async with screen(box, "kim") as kim, screen(box, "lee") as lee:
        known_as = await answered(box, kim)
        for subject in (known_as, "q1", "ask_made_up"):
            assert await rated(lee, "ask", subject) == "not-found"
        assert rows(store) == []
        assert await rated(kim, "ask", "q1") is None
        assert await rated(kim, "ask", known_as) is None
        assert rows(store) == [("ask", known_as)]


async def test_nobody_rates_the_drafts_of_another_operators_call(
    box: Running, store: Store
) -> None:
    async with screen(box, "kim") as kim, screen(box, "lee") as lee:
        await answered(box, kim)
        for what in ("summary", "record"):
            assert await rated(lee, what, "CL-1") == "not-found"
            assert await rated(kim, what, "CL-1") is None
        await kim.send("summarise", consultation_id="CL-1")
        await kim.next("summary.done")
        end = await box.http.post(f"{LIVE}/CL-1/end", json={}, headers=box.headers())
        assert end.status_code == 202
        await eventually(lambda: store.reviews.latest("center-1", "CL-1"))
        await box.http.delete(f"{LIVE}/CL-1", headers=box.headers())
        assert await rated(kim, "summary", "CL-1") is None, "it was the operator's"
        assert await rated(lee, "summary", "CL-1") == "not-found"
    assert sorted(rows(store)) == [("record", "CL-1"), ("summary", "CL-1")]


async def test_a_lead_rates_what_may_be_seen_and_nothing_that_is_not_there(
    box: Running, store: Store
) -> None:
    add_person(store, "lead")
    said = {"name": "lead", "password": PASSWORD}
    page = {"Sec-Fetch-Site": "same-origin"}
    assert (await box.http.post("/login", data=said, headers=page)).status_code == 303
    async with (
        screen(box, "kim") as kim,
        screen(box, headers=of_page(box, box.http)) as lead,
    ):
        known_as = await answered(box, kim)
        assert await rated(lead, "ask", known_as) is None
        assert await rated(lead, "summary", "CL-1") is None
        assert await rated(lead, "ask", "ask_made_up") == "not-found"
        assert await rated(lead, "record", "CL-9") == "not-found"
    assert sorted(rows(store)) == [("ask", known_as), ("summary", "CL-1")]


async def test_an_old_question_of_an_earlier_desk_can_still_be_rated(
    box: Running, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(questions, "KEPT", 1)
    async with screen(box, "kim") as kim:
        first = await answered(box, kim, "q1")
        await answered(box, kim, "q2")
    async with screen(box, "kim") as kim:
        assert kim.welcome["asks"] == []
        assert await rated(kim, "ask", "q1") is None
        assert rows(store) == [("ask", first)]
        await box.http.delete(f"{LIVE}/CL-1", headers=box.headers())
        assert await rated(kim, "ask", "q2") == "not-found"


def test_what_is_remembered_has_an_end() -> None:
    remembered = Remembered()
    for n in range(MOST + 1):
        remembered.add(f"q{n}", f"ask_{n}", "CL-1")
    assert remembered.known_as("q0") is None
    assert remembered.known_as("q1") == remembered.known_as("ask_1") == "ask_1"
    of_all = RememberedOfAll()
    first = of_all.of("center-1", "kim")
    for n in range(MOST_OPERATORS):
        of_all.of("center-1", f"lee{n}")
    assert of_all.of("center-1", "kim") is not first
