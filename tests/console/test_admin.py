"""The administrator's pages: the state, batches, accounts, clients, the audit."""

import asyncio
import json
import os
import re

import pytest

from edgebox import diagnosis
from edgebox.exposition import published_at
from edgebox.store.acts import Act, Actor
from edgebox.store.audit import AuditFilter
from edgebox.system import worker_lock
from support.boxes.console import PASSWORD, add_person, browser, log_in, logged_in
from support.boxes.records import records
from support.polling import eventually

pytestmark = pytest.mark.anyio

HOOK = "https://user:geheim@centerlink.example/hook?token=geheim"


def publishes(box, seconds_ago=0.0):
    """The worker wrote its metrics so long ago."""
    path = published_at("worker", box.settings.state_dir, box.settings.socket.parent)
    path.touch()
    at = box.services.clock() - seconds_ago
    os.utime(path, (at, at))


def lights(page):
    return re.findall(r'class="light (\w+)"', page.text)


async def test_the_state_shows_what_runs_and_what_to_type(box):
    async with logged_in(box, "admin") as http:
        page = await http.get("/admin")
        assert lights(page) == ["good", "good", "bad"]
        assert "6.4 GB" in page.text
        assert "<code>edgebox doctor</code>" in page.text
        with worker_lock.hold(box.settings.state_dir, RuntimeError()):
            publishes(box)
            page = await http.get("/admin/state")
            assert lights(page) == ["good", "good", "good"]
            publishes(box, seconds_ago=31)
            hangs = await http.get("/admin/state")
            assert lights(hangs) == ["good", "good", "bad"]
            assert "멈춰 있음" in hangs.text
        assert "<html" not in page.text
        box.services.monitor._health = None
        page = await http.get("/admin")
        assert lights(page)[1] == "bad"
        assert "엔진이 떠 있을 때 보입니다." in page.text
        dead = records(box.store, hook="https://centerlink.example/hook")
        for row in box.store.consultations.claim(9, 600, 3):
            box.store.consultations.fail(row.row_id, row.lease_token, "refused", "No.")
        [due] = box.store.outbox.due(9e9, 9)
        box.store.outbox.dead(due, "HTTP 500")
        page = await http.get("/admin")
        assert "edgebox callbacks resend --dead" in page.text
        assert dead.batches[0] not in page.text


async def test_the_state_tells_what_the_doctor_found_last(box):
    now, folder = box.services.clock(), box.settings.state_dir
    async with logged_in(box, "admin") as http:
        with worker_lock.hold(folder, RuntimeError()):
            publishes(box)
            page = await http.get("/admin")
            assert "아직 점검한 적이 없습니다." in page.text
            assert "지금 손볼 것이 없습니다." in page.text
            found = [
                diagnosis.Finding("backup", "warn", "No <b>backup</b>.", "edgebox backup"),
                diagnosis.Finding("disk", "fail", "It is full."),
            ]
            diagnosis.leave(folder, at=now - 60, checked=24, findings=found)
            page = await http.get("/admin/state")
            assert "24가지를 점검했습니다" in page.text
            assert page.text.index("디스크: It is full.") < page.text.index("backup: No &lt;b&gt;")
            assert "<code>edgebox backup</code>" in page.text
            assert "지금 손볼 것이 없습니다." not in page.text
            assert "일주일이 넘었습니다" not in page.text
            diagnosis.leave(folder, at=now - 8 * 86_400, checked=24, findings=())
            page = await http.get("/admin/state")
            assert "모두 정상이었습니다." in page.text
            assert "일주일이 넘었습니다" in page.text
            for broken in (
                "{",
                "[]",
                '{"at": 1, "checked": 1, "findings": [1]}',
                '{"at": null}',
                '{"at": 1e99, "checked": 1, "findings": []}',
            ):
                (folder / diagnosis.FILE).write_text(broken)
                assert "아직 점검한 적이 없습니다." in (await http.get("/admin/state")).text


async def test_the_state_counts_the_questions_that_are_being_answered(box):
    box.engine.pauses["mlm"] = 5.0
    body = {"question": "언제 정지했지?", "conversation_text": "고객: 카드를 잃어버렸어요."}
    async with logged_in(box, "admin") as http:

        def count(page):
            return re.search(r"지금 답하는 질문</h2><p class=\"big\">(\d+)", page.text)[1]

        assert count(await http.get("/admin")) == "0"
        path = "/api/v1/consultation/ask"
        asking = asyncio.create_task(box.http.post(path, json=body, headers=box.headers()))
        await eventually(lambda: box.services.asks.in_flight)
        assert count(await http.get("/admin/state")) == "1"
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


async def test_the_screen_that_looks_by_itself_keeps_no_session_open(box):
    async with logged_in(box, "admin") as http:
        db = box.store._connections.current()
        db.execute("UPDATE web_sessions SET used_at = used_at - 600")
        [(before,)] = db.execute("SELECT used_at FROM web_sessions").fetchall()
        await http.get("/admin/state")
        assert db.execute("SELECT used_at FROM web_sessions").fetchall() == [(before,)]
        await http.get("/admin")
        [(after,)] = db.execute("SELECT used_at FROM web_sessions").fetchall()
    assert after > before + 500


async def test_a_page_for_others_is_refused_and_the_refusal_is_in_the_audit(box):
    async with logged_in(box, "lead") as http:
        assert (await http.get("/admin/audit")).status_code == 403
        assert (await http.post("/admin/clients/center-1/disable")).status_code == 403
    await box.services.reads.write(everything=True)
    rows = box.store.audit.list(action="view.refused")
    assert {(row.operator, row.client_id, row.subject) for row in rows} == {
        ("lead", "center-1", "/admin/audit"),
        ("lead", "center-1", "/admin/clients/center-1/disable"),
    }


@pytest.mark.parametrize(
    "query",
    ["state=bogus", "failures=yes", "before=x", "before=99999999999999999999", "client=%00"],
)
async def test_batches_that_cannot_be_looked_for_are_said_and_not_shown(box, query):
    [batch] = records(box.store, hook=HOOK).batches
    async with logged_in(box, "admin") as http:
        page = await http.get(f"/admin/batches?{query}")
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        assert batch not in page.text
        assert batch in (await http.get("/admin/batches?state=&client=&done=bogus")).text


async def test_batches_are_sent_and_analysed_again(box):
    made = records(box.store, hook=HOOK)
    [batch] = made.batches
    async with logged_in(box, "admin") as http:
        page = await http.get("/admin/batches?failures=on")
        assert batch in page.text
        assert "centerlink.example" in page.text
        assert "geheim" not in page.text
        assert "초록가전" not in page.text, "no word of a call"
        answer = await http.post(f"/admin/batches/{batch}/resend", data={"here": "/admin/batches"})
        assert answer.headers["location"] == "/admin/batches?done=gone", "it has not ended"
        answer = await http.post(
            f"/admin/batches/{batch}/retry", data={"here": "/admin/batches?failures=on"}
        )
        assert answer.headers["location"] == "/admin/batches?failures=on&done=retried"
        assert len(box.woken) == 1
        assert box.store.batches.get(batch).failed == 0
        for row in box.store.consultations.claim(9, 600, 3):
            box.store.consultations.fail(row.row_id, row.lease_token, "refused", "No.")
        [due] = box.store.outbox.due(9e9, 9)
        box.store.outbox.dead(due, "410: the receiver wants no more of it")
        assert "받는 쪽이 더 받지 않겠다고 합니다" in (await http.get("/admin/batches")).text
        assert not box.delivering
        answer = await http.post(f"/admin/batches/{batch}/resend", data={"here": "//evil.example"})
        assert answer.headers["location"] == "/admin/batches?done=resent"
        assert len(box.delivering) == 1, "the worker does not wait for its minute"
        [sent] = box.store.outbox.list()
        assert (sent.state, sent.attempts) == ("pending", 0)
        assert "지금 콜백을 다시 보냅니다" in (await http.get(answer.headers["location"])).text
        box.store._connections.current().execute("UPDATE batches SET results_removed_at = 1")
        for act in ("resend", "retry"):
            answer = await http.post(f"/admin/batches/{batch}/{act}", data={})
            assert answer.headers["location"] == "/admin/batches?done=removed"
    acts = [(row.action, row.operator) for row in box.store.audit.list(client="center-1")]
    assert ("callbacks.resend", "admin") in acts
    assert ("batches.retry", "admin") in acts


async def test_an_account_is_added_and_its_password_shown_once(box):
    form = {"name": "Kim01", "role": "agent", "client": "center-1", "display": "김민지"}
    async with logged_in(box, "admin") as http:
        answer = await http.post("/admin/operators", data=form)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        [password] = re.findall(r'class="once"><code>([^<]+)</code>', answer.text)
        assert password not in (await http.get("/admin/operators")).text
        again = await http.post("/admin/operators", data=form)
        assert again.status_code == 422
        assert "이미 있습니다" in again.text
        for wrong in (
            {"name": "a b"},
            {"role": "king"},
            {"client": "nobody"},
            {"client": ""},
            {"display": "x" * 65},
        ):
            answer = await http.post("/admin/operators", data=form | {"name": "lee"} | wrong)
            assert answer.status_code == 422, wrong
    async with browser(box) as http:
        answer = await log_in(http, "kim01", password)
        assert answer.headers["location"] == "/password"


async def test_an_account_is_ended_and_its_screens_with_it(box):
    add_person(box.store, "agent", "kim01")
    async with logged_in(box, "admin") as http, browser(box) as kim:
        await log_in(kim, "kim01")
        assert (await kim.get("/password")).status_code == 200
        answer = await http.post("/admin/operators/kim01/disable")
        assert answer.headers["location"] == "/admin/operators?done=disabled"
        assert (await kim.get("/password")).status_code == 303
        await http.post("/admin/operators/kim01/enable")
        answer = await http.post("/admin/operators/kim01/reset")
        [password] = re.findall(r'class="once"><code>([^<]+)</code>', answer.text)
        assert (await log_in(kim, "kim01", PASSWORD)).status_code == 403
        assert (await log_in(kim, "kim01", password)).status_code == 303
        assert (await http.post("/admin/operators/admin/disable")).status_code == 409
        assert (await http.post("/admin/operators/admin/reset")).status_code == 409
        assert (await http.post("/admin/operators/nobody/disable")).status_code == 404


async def test_changes_of_accounts_and_clients_ask_for_the_password_again(box):
    add_person(box.store, "agent", "kim01")
    paths = [
        "/admin/operators",
        "/admin/operators/kim01/disable",
        "/admin/operators/kim01/enable",
        "/admin/operators/kim01/reset",
        "/admin/clients/center-1/disable",
        "/admin/clients/center-1/enable",
        "/admin/audit/export",
    ]
    async with logged_in(box, "admin") as http:
        box.store._connections.current().execute("UPDATE web_sessions SET proved_at = 0")
        for path in paths:
            answer = await http.post(path, data={"name": "new", "role": "admin"})
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/prove"), path
    assert box.store.operators.get("new") is None
    assert not box.store.operators.get("kim01").disabled
    assert not box.store.clients.get("center-1").disabled


async def test_a_client_is_disabled_and_its_secret_is_on_no_page(box):
    async with logged_in(box, "admin") as http:
        page = await http.get("/admin/clients")
        for secret in box.secrets.values():
            assert secret not in page.text
        await http.post("/admin/clients/center-2/disable")
        assert box.store.clients.get("center-2").disabled
        await http.post("/admin/clients/center-2/enable")
        assert not box.store.clients.get("center-2").disabled
        assert (await http.post("/admin/clients/nobody/enable")).status_code == 404


async def test_settings_say_where_they_come_from_and_hide_passwords(box, monkeypatch, tmp_path):
    file = tmp_path / "edgebox.toml"
    file.write_text(
        '[console]\nenabled = "on"\n[engines.mlm]\nurl = "https://u:geheim@host/v1"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("EDGEBOX_CONFIG", str(file))
    monkeypatch.setenv("EDGEBOX_API__PORT", "8601")
    box.settings.engines.mlm.url = "https://u:geheim@host/v1"
    async with logged_in(box, "admin") as http:
        page = (await http.get("/admin/settings")).text
        models = (await http.get("/admin/models")).text
    assert "파일 2번째 줄" in page
    assert "EDGEBOX_API__PORT" in page
    assert "기본값" in page
    assert "geheim" not in page + models
    assert "edgebox models pull" in models


async def test_the_audit_is_filtered_and_paged(box):
    acts = [
        Act(1_700_000_000.0 + n, Actor(f"kim{n % 2}", "10.0.0.7"), "view.call", "center-1", f"s{n}")
        for n in range(120)
    ]
    box.store.audit.append(acts)
    async with logged_in(box, "admin") as http:
        seen, address = [], "/admin/audit?who=kim1&action=view"
        while address:
            page = await http.get(address)
            seen += re.findall(r"<td[^>]*>s(\d+)</td>", page.text)
            following = re.search(r'href="([^"]+)" rel="next"', page.text)
            address = following and following[1].replace("&amp;", "&")
        assert [int(one) for one in seen] == list(range(119, 0, -2))
        page = await http.get("/admin/audit?from=2023-11-14&to=2023-11-15&client=center-1")
        assert "s119" in page.text
        page = await http.get("/admin/audit?to=2020-01-01")
        assert "기록이 없습니다" in page.text
        assert (await http.get("/admin/audit?action=nothing")).status_code == 422


async def test_the_sheet_of_a_month_counts_it_and_checks_the_chain(box):
    by = Actor("kim01", "10.0.0.7")
    box.store.audit.append(
        [Act(1_700_000_000.0, by, "view.consultation", "center-1", f"CL-{n}") for n in range(3)]
    )
    async with logged_in(box, "admin") as http:
        page = (await http.get("/admin/audit/month?month=2023-11")).text
        assert re.search(r"상담 내용 열람</th><td class=\"number\">3<", page)
        assert "쓰인 그대로입니다" in page
        assert "서명" in page
        other = (await http.get("/admin/audit/month?month=2023-10")).text
        assert re.search(r"상담 내용 열람</th><td class=\"number\">0<", other)
        for month in ("13", "0001-01", "9999-12"):
            assert (await http.get(f"/admin/audit/month?month={month}")).status_code == 422
        db = box.store._connections.current()
        db.execute("DROP TRIGGER audit_stays_as_written")
        db.execute("UPDATE audit SET subject = 'CL-9' WHERE subject = 'CL-1'")
        assert "쓰인 그대로가 아닙니다" in (await http.get("/admin/audit/month")).text


async def test_the_audit_is_exported_and_the_export_is_in_it(box):
    box.store.audit.append([Act(1_700_000_000.0, Actor("kim01"), "view.call", "center-1", "CL-1")])
    async with logged_in(box, "admin") as http:
        form = {"from": "2023-11-01", "to": "2023-11-30"}
        answer = await http.post("/admin/audit/export", data=form)
        [row] = [json.loads(line) for line in answer.text.splitlines()]
        assert (row["operator"], row["subject"]) == ("kim01", "CL-1")
        every = (await http.post("/admin/audit/export", data={})).text.splitlines()
    assert len(every) == len(list(box.store.audit.rows()))
    assert [row.operator for row in box.store.audit.list(action="audit.export")] == ["admin"] * 2


def test_pages_of_the_audit_are_what_a_model_says(tmp_path, monkeypatch):
    from edgebox.store import audit  # noqa: PLC0415
    from support.boxes.store import Box  # noqa: PLC0415

    monkeypatch.setattr(audit, "WINDOW", 7)
    store = Box(tmp_path / "edgebox.db").store
    acts = [
        Act(1000.0 + n % 13, Actor(f"p{n % 3}"), ("view.call", "keys.create")[n % 2], f"c{n % 4}")
        for n in range(60)
    ]
    store.audit.append(acts)
    rows = list(store.audit.rows())
    for wanted in (
        AuditFilter(),
        AuditFilter(operator="p1"),
        AuditFilter(action="view", client="c2"),
        AuditFilter(since=1004, until=1009),
        AuditFilter(since=2000),
    ):
        found, before = [], None
        for _ in range(100):
            page, before = store.audit.page(wanted, limit=4, before=before)
            assert len(page) <= 4
            found += [row.id for row in page]
            if before is None:
                break
        expected = [
            row.id
            for row in reversed(rows)
            if wanted.operator in (None, row.operator)
            and wanted.client in (None, row.client_id)
            and (wanted.action is None or row.action.startswith(wanted.action))
            and wanted.since <= row.at < wanted.until
        ]
        assert found == expected, wanted
    store.close()
