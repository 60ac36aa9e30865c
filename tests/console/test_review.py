"""The lead's pages: the list, one consultation, figures, the export."""

import json
import re
import threading
import time
from datetime import date

import pytest

from edgebox.console.edited import Piece, compared
from edgebox.console.words import WORDS
from edgebox.lab.evaluation.cases import Case
from edgebox.scoring.corrected import case_of
from edgebox.worker.metrics import FAILURES
from support.boxes.console import add_person, browser, log_in, logged_in
from support.boxes.records import BAD, GOOD, accepted, records, transcript

pytestmark = pytest.mark.anyio

FIXED = GOOD["summary"]["result"]


def rows_of(page):
    return [int(row) for row in re.findall(r'href="/review/(\d+)"', page.text)]


async def test_the_list_filters_by_what_its_address_says(box):
    made = records(box.store)
    records(box.store, "center-2")
    accepted(box.store, made.rows["bad"], result=FIXED)
    async with logged_in(box, "lead") as http:
        everything = await http.get("/review")
        assert set(rows_of(everything)) == set(made.rows.values())
        for query, kinds in (
            ("state=failed", {"failed"}),
            ("state=pending", {"waiting"}),
            ("score=0.6", {"bad"}),
            ("flag=any", {"bad"}),
            ("flag=ungrounded_number", {"bad"}),
            ("edited=material", {"bad"}),
            ("edited=open&state=done", {"good", "nothing"}),
            ("id=CL-202509080000", {"good"}),
            ("from=2999-01-01", set()),
            ("to=2020-01-01", set()),
            ("agent=nobody", set()),
            ("from=&to=&agent=&score=", set(made.rows)),
        ):
            page = await http.get(f"/review?{query}")
            assert page.status_code == 200, query
            assert set(rows_of(page)) == {made.rows[kind] for kind in kinds}, query


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_the_first_and_the_last_day_there_is_can_be_asked_for(box, day):
    async with logged_in(box, "lead") as http:
        assert (await http.get(f"/review?from={day}&to={day}")).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["from=yesterday", "score=nan", "score=7", "state=gone", "before=1", "flag=<b>", "id=%00"],
)
async def test_an_address_that_cannot_be_read_says_which_part(box, query):
    async with logged_in(box, "lead") as http:
        page = await http.get(f"/review?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text


@pytest.mark.parametrize(
    "row", ["0", "999999999999999", "9999999999999999", "9999999999999999999", "9" * 5000, "-1"]
)
async def test_a_row_that_there_cannot_be_is_not_there(box, row, caplog):
    records(box.store)
    async with logged_in(box, "lead") as http:
        page = await http.get(f"/review/{row}", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "<title>" in page.text
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


@pytest.mark.parametrize("days", ["31", "9" * 5000, "-7", "7.0", "<b>"])
@pytest.mark.parametrize("path", ["/review/quality", "/review/usage"])
async def test_days_that_there_are_not_are_said(box, path, days):
    async with logged_in(box, "lead") as http:
        page = await http.get(path, params={"days": days})
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        assert (await http.get(f"{path}?days=7")).status_code == 200


async def test_pages_go_on_where_the_last_one_ended(box):
    for _ in range(24):
        records(box.store)
    seen, address = [], "/review?state=done"
    async with logged_in(box, "lead") as http:
        while address:
            page = await http.get(address)
            seen.append(rows_of(page))
            following = re.search(r'href="([^"]+)" rel="next"', page.text)
            address = following and following[1].replace("&amp;", "&")
    assert [len(rows) for rows in seen] == [50, 22]
    flat = [row for rows in seen for row in rows]
    assert flat == sorted(set(flat), reverse=True)


async def test_a_record_points_at_its_call_and_the_call_back(box):
    made = records(box.store)
    async with logged_in(box, "lead") as http:
        page = (await http.get(f"/review/{made.rows['good']}")).text
    ids = set(re.findall(r' id="([^"]+)"', page))
    links = re.findall(r'class="to" href="#([^"]+)"', page)
    assert len(links) > 4
    assert set(links) <= ids
    assert {one[0] for one in links} > {"u"}, "both ways"
    assert "AI 초안" in page
    assert "초록가전이라고 상암동에 있는 데" in page


async def test_a_failure_is_told_in_words_and_is_no_draft(box):
    made = records(box.store)
    async with logged_in(box, "lead") as http:
        page = (await http.get(f"/review/{made.rows['failed']}")).text
    assert "모델이 이 상담을 받지 못했습니다." in page
    assert "시스템 관리자가 배치 화면에서 다시 분석할 수 있습니다." in page
    assert "AI 초안" not in page


async def test_a_call_without_content_is_told_as_in_the_list_and_is_no_draft(box):
    made = records(box.store)
    async with logged_in(box, "lead") as http:
        page = (await http.get(f"/review/{made.rows['nothing']}")).text
    assert "<dd>내용 없음" in page
    assert "대화에 분석할 내용이 없어" in page
    assert "AI 초안" not in page


@pytest.mark.parametrize("code", FAILURES)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_failure_has_its_words(code, language):
    assert WORDS[language][f"failure.{code}"]


async def test_a_score_is_explained_and_what_was_not_said_is_marked(box):
    made = records(box.store)
    async with logged_in(box, "lead") as http:
        page = (await http.get(f"/review/{made.rows['bad']}")).text
        good = (await http.get(f"/review/{made.rows['good']}")).text
    assert "왜 0.32점인가" in page
    assert "최고 0.50점까지" in page
    assert re.findall(r'class="unheard">⚠ ([^<]+)<', page) == ["14일", "30,000원"]
    assert 'class="unheard"' not in good


async def test_what_was_accepted_is_shown_beside_the_draft(box):
    made = records(box.store)
    accepted(box.store, made.rows["bad"], result="14일 안에 환불하기로 함")
    async with logged_in(box, "lead") as http:
        page = (await http.get(f"/review/{made.rows['bad']}")).text
    assert "<del>" in page
    assert "30,000원" in page.partition("<del>")[2]
    assert "<ins>" in page
    assert "크게 고침" in page


def test_words_are_compared_and_make_both_texts():
    before, after = "14일 안에 환불하기로 함", "영업일 7일 안에 알리기로 함"
    pieces = compared(before, after)
    assert pieces[0] == Piece("out", "14일")
    assert "".join(piece.text for piece in pieces if piece.kind != "in") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "out") == after
    assert compared("같음", "같음") == [Piece("same", "같음")]
    assert compared("", "새로 씀") == [Piece("in", "새로 씀")]
    many = "가 " * 3000
    assert compared(many, "나 " * 3000) == [Piece("out", many), Piece("in", "나 " * 3000)]


def test_words_that_repeat_do_not_take_minutes():
    begun = time.perf_counter()
    compared("가 나 " * 250, "나 가 다 " * 170)
    assert time.perf_counter() - begun < 10


async def test_texts_are_not_compared_on_the_event_loop(box, monkeypatch):
    made = records(box.store)
    accepted(box.store, made.rows["bad"], result="14일 안에 환불하기로 함")
    threads = set()

    def where(before, after):
        threads.add(threading.current_thread())
        return []

    monkeypatch.setattr("edgebox.console.pages.review.compared", where)
    async with logged_in(box, "lead") as http:
        await http.get(f"/review/{made.rows['bad']}")
    assert threads
    assert threading.main_thread() not in threads


async def test_a_share_is_not_told_before_there_are_enough(box):
    made = records(box.store)
    accepted(box.store, made.rows["bad"], result=FIXED)
    async with logged_in(box, "lead") as http:
        page = (await http.get("/review/quality")).text
        assert "아직 알 수 없음" in page
        assert not re.search(r"\d+ %</strong>", page)
        for number in range(30):
            one = records(box.store)
            accepted(box.store, one.rows["good"])
            box.store.feedback.put("center-1", "record", f"CL-{number}", liked=True, reason="")
            box.store.feedback.put("center-2", "record", f"CL-{number}", liked=False, reason="")
        page = (await http.get("/review/quality")).text
    shares = re.findall(r"<strong>(\d+) %</strong></td>\s*<td[^>]*>(\d+)–(\d+) %", page)
    assert ("97", "84", "99") in shares, "30 of 31 without a material change"
    assert ("100", "89", "100") in shares, "thumbs of this client alone"


async def test_usage_counts_a_clients_own_days(box):
    made = records(box.store)
    records(box.store, "center-2")
    accepted(box.store, made.rows["good"])
    async with logged_in(box, "lead") as http:
        page = (await http.get("/review/usage")).text
    assert re.search(r"<h2>들어온 상담</h2><p class=\"big\">5</p>", page)
    assert re.search(r"<h2>확인한 기록</h2><p class=\"big\">1</p>", page)
    assert "14.2 초" in page


async def test_the_export_is_a_file_of_cases_and_asks_for_the_password(box):
    made = records(box.store)
    other = records(box.store, "center-2")
    accepted(box.store, made.rows["bad"], result=FIXED)
    accepted(box.store, other.rows["good"], "center-2")
    async with logged_in(box, "lead") as http:
        box.store._connections.current().execute("UPDATE web_sessions SET proved_at = 0")
        for method in ("GET", "POST"):
            answer = await http.request(
                method, "/review/export", data={} if method == "POST" else None
            )
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/prove?next=%2Freview%2Fexport")
        box.store._connections.current().execute("UPDATE web_sessions SET proved_at = 9e9")
        answer = await http.post("/review/export", data={"from": "", "to": ""})
    assert "attachment" in answer.headers["content-disposition"]
    [line] = answer.text.splitlines()
    case = Case.model_validate_json(line)
    assert case.transcript == transcript()
    assert case.title == "AI 초안을 상담사가 확인한 기록"
    assert case.outcome == FIXED
    assert {"14일", "30,000원"} <= set(case.must_not)
    assert any("7일" in form for fact in case.facts for form in fact.any)
    [row] = box.store.audit.list(action="review.export")
    assert (row.operator, row.client_id, row.detail["records"]) == ("lead", "center-1", 1)


async def test_a_download_of_a_time_holds_only_that_time(box):
    made = records(box.store)
    accepted(box.store, made.rows["good"])
    async with logged_in(box, "lead") as http:
        for form, lines in (
            ({"from": "2020-01-01", "to": "2020-01-02"}, 0),
            ({"from": "2020-01-01"}, 1),
            ({"from": "2999-01-01"}, 0),
        ):
            answer = await http.post("/review/export", data=form)
            assert len(answer.text.splitlines()) == lines, form
        assert (await http.post("/review/export", data={"from": "x"})).status_code == 422


def test_a_case_needs_something_that_can_be_checked():
    made = case_of("1", "고객: 안녕하세요", {}, {"customer": "문의함"}, title="t")
    assert made is None
    made = case_of(
        "2",
        transcript(),
        BAD["summary"],
        GOOD["summary"],
        title="t",
        on=date(2025, 9, 8),
    )
    assert Case.model_validate(made).call_date == date(2025, 9, 8)


async def test_views_exports_and_refusals_are_in_the_audit_without_a_text(box):
    made = records(box.store)
    add_person(box.store, "lead", "other", client="center-2")
    async with logged_in(box, "lead") as http:
        await http.get("/review?id=CL-202509080000")
        await http.get(f"/review/{made.rows['good']}")
        await http.get("/review/quality")
        await http.get("/review/usage")
    async with browser(box) as http:
        await log_in(http, "other")
        assert (await http.get(f"/review/{made.rows['good']}")).status_code == 404
    await box.services.reads.write(everything=True)
    rows = box.store.audit.list(action="view")
    assert {(row.action, row.operator, row.client_id, row.subject) for row in rows} == {
        ("view.consultations", "lead", "center-1", "CL-202509080000"),
        ("view.consultation", "lead", "center-1", "CL-202509080000"),
        ("view.quality", "lead", "center-1", None),
        ("view.usage", "lead", "center-1", None),
        ("view.refused", "other", "center-2", f"/review/{made.rows['good']}"),
    }
    assert all(row.address == "10.0.0.7" for row in rows)
    assert "초록가전" not in json.dumps([row.detail for row in rows], ensure_ascii=False)


async def test_what_retention_removed_is_said_and_the_figures_stay(box):
    made = records(box.store)
    accepted(box.store, made.rows["good"])
    db = box.store._connections.current()
    db.execute("UPDATE consultations SET transcript = '', result = IIF(result IS NULL, NULL, '{}')")
    db.execute("UPDATE batches SET transcripts_removed_at = 1, results_removed_at = 1")
    db.execute("UPDATE drafts SET content = NULL")
    db.execute("UPDATE reviews SET content = NULL")
    async with logged_in(box, "lead") as http:
        for kind in made.rows:
            page = await http.get(f"/review/{made.rows[kind]}")
            assert page.status_code == 200, kind
            assert "대화를 지웠습니다" in page.text
        page = await http.get(f"/review/{made.rows['good']}")
        assert "수치만 남아 있습니다" in page.text
        assert "그대로 받음" in page.text
        assert (await http.post("/review/export", data={})).text == ""
