"""Texts from outside, made to be taken for HTML, through every field that a page shows."""

import json
import re
from html.parser import HTMLParser

import pytest

from console.routes import ROUTES
from edgebox.store.acts import Act, Actor
from edgebox.store.batches import NewConsultation
from support.boxes.console import add_person, logged_in
from support.boxes.records import GOOD, accepted, result_of

pytestmark = pytest.mark.anyio

CORPUS = (
    "<script>alert(1)</script></textarea></select></title><svg/onload=alert(1)>",
    "\"><img src=x onerror=alert(1)>' autofocus onfocus=alert(1) x='",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}<iframe srcdoc='<b>'><!--><a href=\"javascript:alert(1)\">&lt;i&gt;",
)
_KNOWN = """
    html head meta title link script body a header nav ul li div label span select option form
    button main h1 h2 h3 p input table thead tbody tr th td caption strong code em svg rect line
    section ol dl dt dd article del ins mark details summary progress br textarea pre
"""
TAGS = set(_KNOWN.split())


class Looker(HTMLParser):
    """Notes what a browser would make of a page."""

    def __init__(self):
        super().__init__()
        self.wrong, self.seen, self._in_script = [], [], False

    def handle_starttag(self, tag, attributes):
        if tag not in TAGS:
            self.wrong.append(tag)
        for name, value in attributes:
            text = (value or "").strip().lower()
            if name.startswith("on") or name in ("style", "srcdoc", "formaction"):
                self.wrong.append(f"{tag} {name}")
            if name in ("href", "src", "action") and not text.startswith(("/", "#", "?")):
                self.wrong.append(f"{tag} {name}={value}")
            self.seen.append(value or "")
        self._in_script = tag == "script"

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        if self._in_script and data.strip():
            self.wrong.append(f"script {data[:40]}")
        self.seen.append(data)

    def handle_comment(self, data):
        self.wrong.append(f"comment {data[:40]}")


def filled(store, nasty):
    """Put one text into every field of every table that a page shows."""
    result = json.loads(result_of("good"))
    for part in ("customer", "agent", "result"):
        result["summary"][part] = f"{nasty} {GOOD['summary'][part]}"
        result["evidence"][part][0]["text"] = nasty
    result["keywords"], result["model_used"] = [nasty], nasty
    result["titles"] = {"keyword": nasty, "descriptive": nasty}
    result["quality"]["flags"] = [nasty, "ungrounded_number"]
    result["quality"]["caps"] = {nasty: 0.5}
    items = [
        NewConsultation(nasty, f"고객: {nasty}\n상담사: {nasty}", {nasty: nasty, "n": {nasty: 1}}),
        NewConsultation(f"2 {nasty}", nasty, {}),
    ]
    hook = "https://centerlink.example/hook"
    batch = store.batches.submit(
        "center-1", items, hook, idempotency=None, local_date="20250908"
    ).batch_id
    good, bad = sorted(store.consultations.claim(9, 600, 3), key=lambda row: row.row_id)
    store.consultations.finish(good.row_id, good.lease_token, result)
    store.consultations.fail(bad.row_id, bad.lease_token, nasty, nasty)
    db = store._connections.current()
    db.execute("UPDATE consultations SET operator = ?", [nasty])
    accepted(store, good.row_id, agent=nasty)
    db.execute("UPDATE reviews SET operator = ?, dropped = ?", [nasty, json.dumps(["result"])])
    store.feedback.put("center-1", "record", nasty, liked=False, reason=nasty)
    [due] = store.outbox.due(9e9, 9)
    store.outbox.dead(due, nasty)
    add_person(store, "agent", "kim01", display=nasty[:64], extension=nasty[:64])
    by = Actor(nasty, nasty)
    store.audit.append([Act(1e9, by, "view.call", nasty, nasty, {nasty: nasty})])
    db.execute(
        "UPDATE clients SET allowed_callbacks = ?, allowed_from = ?", [json.dumps([nasty])] * 2
    )
    return {"row": [good.row_id, bad.row_id], "batch": batch}


@pytest.mark.parametrize("nasty", CORPUS)
async def test_no_text_becomes_a_part_of_a_page(box, nasty):
    made = filled(box.store, nasty)
    pages = [
        (role, path)
        for role, prefix in (("lead", "/review"), ("admin", "/admin"))
        for path in (row.path for row in ROUTES if row.method == "GET")
        if path.startswith(prefix)
    ]
    shown = 0
    for role in ("lead", "admin"):
        async with logged_in(box, role) as http:
            for _, path in (page for page in pages if page[0] == role):
                for row in made["row"] if "{row" in path else [0]:
                    address = re.sub("{row:whole}", str(row), path)
                    for query in ({}, {"id": nasty, "from": nasty, "who": nasty, "agent": nasty}):
                        answer = await http.get(address, params=query)
                        assert answer.status_code in (200, 422), address
                        looker = Looker()
                        looker.feed(answer.text)
                        looker.close()
                        assert not looker.wrong, (address, looker.wrong)
                        shown += any(nasty in seen for seen in looker.seen)
    assert shown > 12, "the texts are on the pages, as texts"
