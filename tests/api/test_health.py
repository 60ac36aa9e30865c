import sqlite3

import httpx
import pytest

from edgebox.api.app import create_metrics_app
from edgebox.settings import EngineSettings, RoleSettings
from support.boxes.api import HOOK, TALK, ApiBox, api_box
from support.polling import eventually
from support.samples import RESULT

pytestmark = pytest.mark.anyio


async def test_alive_and_ready_need_no_key(box: ApiBox) -> None:
    alive = await box.http.get("/healthz")
    assert (alive.status_code, alive.json()["status"]) == (200, "ok")
    ready = await box.http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "parts": {"store": "ok", "engine": "ok"}}


async def test_without_an_engine_it_is_alive_and_not_ready(tmp_path, anyio_backend) -> None:
    nobody = httpx.AsyncHTTPTransport(uds=str(tmp_path / "nobody.sock"))
    async with api_box(tmp_path, transport=nobody) as box:
        assert (await box.http.get("/healthz")).status_code == 200
        answer = await box.http.get("/readyz")
        assert answer.status_code == 503
        body = answer.json()
        assert body["parts"] == {"store": "ok", "engine": "unavailable"}
        assert "engine" in body["detail"]
        assert "store" not in body["detail"]
        assert str(tmp_path) not in answer.text
        assert int(answer.headers["retry-after"]) >= 1


async def test_an_engine_that_loads_is_starting(box: ApiBox) -> None:
    box.engine.status = "starting"
    await eventually(lambda: not box.services.monitor.health.ready)
    answer = await box.http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["engine"] == "starting"


async def test_with_both_roles_elsewhere_there_is_no_engine_to_wait_for(
    tmp_path, anyio_backend
) -> None:
    nobody = httpx.AsyncHTTPTransport(uds=str(tmp_path / "nobody.sock"))
    elsewhere = RoleSettings(url="http://127.0.0.1:9/v1", url_model="m")
    engines = EngineSettings(slm=elsewhere, mlm=elsewhere)
    async with api_box(tmp_path, transport=nobody, engines=engines) as box:
        answer = await box.http.get("/readyz")
        assert answer.status_code == 200
        assert answer.json()["parts"]["engine"] == "remote"


async def test_a_locked_store_is_not_ready_and_soon_again_is(tmp_path, anyio_backend) -> None:
    now = [100.0]
    async with api_box(tmp_path, monotonic=lambda: now[0]) as box:
        assert (await box.http.get("/readyz")).status_code == 200
        other = sqlite3.connect(box.settings.database, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            now[0] += 2
            answer = await box.http.get("/readyz")
            assert answer.status_code == 503
            assert answer.json()["parts"]["store"] == "unavailable"
            assert (await box.http.get("/healthz")).status_code == 200
        finally:
            other.close()
        now[0] += 2
        assert (await box.http.get("/readyz")).status_code == 200


async def test_metrics_need_a_key_on_the_apis_own_port(box: ApiBox) -> None:
    assert (await box.http.get("/metrics")).status_code == 401
    answer = await box.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


async def test_metrics_need_none_on_their_own_listener_and_nothing_else_is_there(
    box: ApiBox,
) -> None:
    transport = httpx.ASGITransport(create_metrics_app(box.services))
    async with httpx.AsyncClient(transport=transport, base_url="http://metrics") as http:
        assert (await http.get("/metrics")).status_code == 200
        assert (await http.get("/api/v1/batches")).status_code == 404
        assert (await http.get("/healthz")).status_code == 404


async def test_metrics_tell_the_queue_the_outbox_and_the_engine(box: ApiBox) -> None:
    await box.batch(TALK, callback_url=HOOK)
    [claimed] = box.store.consultations.claim(1, 600, 3)
    box.store.consultations.finish(claimed.row_id, claimed.lease_token, RESULT)
    await box.batch(TALK, TALK)
    held = box.services.quick.admit(TALK)
    text = (await box.get("/metrics")).text
    held.release()
    for line in (
        "edgebox_consultations_pending 2.0",
        'edgebox_callbacks{state="pending"} 1.0',
        'edgebox_callbacks{state="dead"} 0.0',
        "edgebox_quick_in_flight 1.0",
        "edgebox_engine_up 1.0",
        "edgebox_store_up 1.0",
        "edgebox_consultations_running 0.0",
        'queue_length{queue="analysis"} 2.0',
        'queue_length{queue="callback"} 1.0',
        "edgebox_consultations_accepted_total 3.0",
    ):
        assert line in text.splitlines()


async def test_metrics_count_by_route_template_and_status(box: ApiBox) -> None:
    for number in range(3):
        await box.get(f"/api/v1/batches/BATCH-20250913-00{number}")
    await box.http.get("/no/such/path")
    await box.http.request("BREW", "/healthz")
    text = (await box.get("/metrics")).text
    counted = [line for line in text.splitlines() if "http_requests_total{" in line]
    assert (
        'edgebox_http_requests_total{method="GET",route="/api/v1/batches/{batch_id}",status="404"}'
        " 3.0"
    ) in counted
    assert (
        'edgebox_http_requests_total{method="GET",route="unmatched",status="404"} 1.0'
    ) in counted
    assert 'edgebox_probe_requests_total{route="/healthz",status="405"} 1.0' in text


async def test_monitors_may_ask_with_head(box: ApiBox) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await box.http.head(path)
        assert answer.status_code == (await box.http.get(path)).status_code
    assert (await box.http.head("/metrics")).status_code == 405
