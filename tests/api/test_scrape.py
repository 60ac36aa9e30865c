"""A whole scrape: every family of the golden file, nothing else, and nothing that is not true."""

import asyncio
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from edgebox.api.app import create_metrics_app
from edgebox.errors import InvalidBoundKey
from edgebox.settings import EngineSettings, RoleSettings
from edgebox.system.log_shipping import Places, Shipping, shipping
from support.boxes.api import HOOK, TALK, ApiBox, api_box
from support.boxes.watched import age, publish_all
from support.polling import eventually
from support.samples import RESULT
from support.watching.metric_names import Family, families

pytestmark = pytest.mark.anyio

GOLDEN = {family.name: family for family in families()}
UNITS = r"_(seconds|bytes|total|info|ratio|celsius|watts|joules_total)$"
CLOUD = ("cloud_read", "cloud_cached", "cloud_written")
MARK = "홍길동님의 카드 4312-8841"


async def scrape(box: ApiBox) -> str:
    """The answer of the metrics' own listener."""
    transport = httpx.ASGITransport(create_metrics_app(box.services))
    async with httpx.AsyncClient(transport=transport, base_url="http://metrics") as http:
        return (await http.get("/metrics")).text


def found_in(text: str) -> dict[str, Family]:
    """The families of an answer, named and labelled as the golden file does."""
    found = {}
    for family in text_string_to_metric_families(text):
        labels: dict[str, set[str] | None] = {}
        for sample in family.samples:
            for label, value in sample.labels.items():
                if label != "le":
                    labels.setdefault(label, set()).add(value)
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = Family(name, family.type, labels)
    return found


def values_of(text: str) -> dict[str, float]:
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def sent_logs(folder: Path) -> Places:
    """Return what rsyslog has of ours, with a queue of 30 bytes."""
    places = Places(folder / "30-edgebox.conf", folder / "spool", folder / "refused.json")
    places.configuration.touch()
    places.spool.mkdir()
    for name, size in (("edgebox.qi", 10), ("edgebox.00000001", 20), ("another.00000001", 40)):
        (places.spool / name).write_bytes(b"x" * size)
    return places


@pytest.fixture
async def whole(tmp_path: Path, anyio_backend: str):
    """A box with everything that there is to see, and its clients."""
    far = RoleSettings(url="http://127.0.0.1:9/v1", url_model="far")
    prices = dict.fromkeys(("kwh_price", "machine_price", "per_dollar", *CLOUD), 1.0)
    async with api_box(tmp_path, engines=EngineSettings(mlm=far), cost=prices) as box:
        box.secrets["center-3"] = box.store.clients.create("center-3")
        object.__setattr__(box.services, "certificate_until", lambda: 1.9e9)
        object.__setattr__(box.services, "logs", sent_logs(tmp_path))
        publish_all(tmp_path, tmp_path)
        for client in box.secrets:
            await box.quick(box.headers(client))
        await box.batch(TALK, callback_url=HOOK)
        box.store.runs.start("size", 1.0)
        yield box


async def test_the_golden_file_has_every_family_and_no_other(whole: ApiBox) -> None:
    found = found_in(await scrape(whole))
    unlisted = sorted(found.keys() - GOLDEN.keys())
    assert not unlisted, f"not in tests/api/metrics.golden: {unlisted}"
    missing = sorted(GOLDEN.keys() - found.keys())
    assert not missing, f"in tests/api/metrics.golden, but nowhere: {missing}"
    for name, listed in GOLDEN.items():
        assert found[name].kind == listed.kind, name
        assert found[name].labels.keys() == listed.labels.keys(), name
        for label, values in listed.labels.items():
            if values is None:
                continue
            seen = found[name].labels[label] or set()
            assert not seen - values, f"{name}{{{label}}} may be {sorted(seen - values)} too"


async def test_every_listed_value_is_there_from_the_start(tmp_path: Path, anyio_backend) -> None:
    """A series that is born at 1 has no increase."""
    async with api_box(tmp_path, models_dir=tmp_path) as box:
        publish_all(tmp_path, tmp_path)
        found = found_in(await scrape(box))
    late = {"edgebox_model_info", "edgebox_energy_joules_total", "edgebox_price"}
    for name in found.keys() - late:
        for label, values in GOLDEN[name].labels.items():
            if values is not None:
                assert found[name].labels[label] == values, f"{name}{{{label}}}"


async def test_prometheus_finds_nothing_wrong_with_it(whole: ApiBox) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is missing: apt-get install prometheus")
    text = await scrape(whole)
    checked = await asyncio.to_thread(
        lambda: subprocess.run(
            [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
        )
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


async def test_names_say_their_unit_and_every_family_has_its_help(whole: ApiBox) -> None:
    text = await scrape(whole)
    for family in text_string_to_metric_families(text):
        assert len(family.documentation) > 10, family.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", family.name)
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
        elif family.type == "histogram" and family.name.startswith("edgebox_"):
            assert re.search(UNITS, family.name) or family.name == "edgebox_analysis_quality"
    typed = re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)
    assert len(typed) == len(set(typed))


async def test_ten_thousand_made_up_values_change_nothing(whole: ApiBox) -> None:
    async def sends(number: int) -> None:
        await whole.http.request(f"M{number}", f"/no/{number}?q={number}")
        await whole.quick({"X-Bound-Key": f"c{number}:{number}:{'0' * 64}"}, priority=f"p{number}")
        await whole.http.get(f"/api/v1/batches/{number}", headers={"Authorization": f"a{number}"})

    async def names() -> set[str]:
        return set(values_of(await scrape(whole)))

    metrics = whole.services.metrics
    await sends(0)
    metrics.socket_closed(4999)
    before = await names()
    for start in range(0, 200, 50):
        await asyncio.gather(*(sends(number) for number in range(start, start + 50)))
    for number in range(5000):
        metrics.answered(f"X{number}", "unmatched", 404, 0.0)
        metrics.socket_closed(5000 + number)
    after = await names()
    assert after == before
    print(f"\na box with two roles, a GPU and three clients has {len(after)} series")
    assert len(after) < 900


async def test_nothing_of_a_call_is_in_it(whole: ApiBox) -> None:
    for broken in (False, True):
        whole.engine.broken = broken
        await whole.quick(conversation_text=MARK)
        await whole.quick(conversation_text=[MARK])
        await whole.quick({"X-Bound-Key": MARK.encode()}, conversation_text=MARK)
        await whole.quick(consultation_id=MARK * 99)
        await whole.batch(MARK, client="center-2", callback_url=f"https://{MARK}.example")
        await whole.http.post(f"/api/v1/{MARK}", content=MARK.encode(), headers={"X-Y": "1"})
        await whole.http.get("/metrics", headers={"Authorization": "Bearer 4312-8841"})
    # A measured time may hold any four digits: names and labels are searched, values compared.
    lines = [line.rpartition(" ") for line in (await scrape(whole)).splitlines()]
    samples = [(name, float(value)) for name, _, value in lines if not name.startswith("#")]
    said = "\n".join([" ".join(line) for line in lines if line[0].startswith("#")])
    said += "\n".join(name for name, _ in samples)
    for piece in ("홍길동", "카드", "4312", "8841"):
        assert piece not in said
        assert not piece.isdigit() or float(piece) not in {abs(value) for _, value in samples}


async def test_the_series_of_a_dead_process_go_away(whole: ApiBox, tmp_path: Path) -> None:
    """They used to keep their last value, or the gauges of a role theirs."""
    alive = await scrape(whole)
    assert "edgebox_engine_tokens_per_second{" in alive
    assert "edgebox_analyses_total{" in alive
    age(tmp_path / "engine.prom", 31)
    without = await scrape(whole)
    assert "edgebox_engine_tokens" not in without
    assert "edgebox_gpu" not in without
    assert 'queue_length{queue="engine"}' not in without
    assert "edgebox_analyses_total{" in without
    age(tmp_path / "worker.prom", 31)
    assert "edgebox_analys" not in await scrape(whole)
    assert 'edgebox_doctor_findings{level="warn"} 1.0' in await scrape(whole)


async def test_the_engine_is_not_down_where_there_is_none(tmp_path: Path, anyio_backend) -> None:
    """The documented alert fired for ever."""
    far = RoleSettings(url="http://127.0.0.1:9/v1", url_model="far")
    nobody = httpx.AsyncHTTPTransport(uds=str(tmp_path / "nobody.sock"))
    both = EngineSettings(slm=far, mlm=far)
    async with api_box(tmp_path, transport=nobody, engines=both) as box:
        text = await scrape(box)
        assert "edgebox_engine_up" not in text
        assert 'backend="remote"' in text


async def test_a_family_without_a_series_takes_nothing_else_away(
    whole: ApiBox, tmp_path: Path
) -> None:
    (tmp_path / "worker.prom").write_text("# TYPE edgebox_batch_size gauge\n")
    text = await scrape(whole)
    assert "edgebox_store_up 1.0" in text
    assert "mlm_batch_size" not in text


async def test_a_look_at_the_store_reads_no_consultation_that_has_ended(box: ApiBox) -> None:
    """It is done every few seconds, and there may be a year of them."""
    seen: list[str] = []
    lookup = box.services.store.consultations
    db = lookup._connections.current()
    db.conn.set_trace_callback(seen.append)
    for look in (lookup.pending_count, lookup.running_count, lookup.oldest_pending_at):
        look()
    db.conn.set_trace_callback(None)
    selects = [sql for sql in seen if sql.startswith("SELECT")]
    assert len(selects) == 3
    for sql in selects:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
        assert all("consultations_open" in step for step in plan if "SCAN" in step), (sql, plan)


async def test_an_engine_that_dies_is_down(box: ApiBox) -> None:
    assert "edgebox_engine_up 1.0" in await scrape(box)
    box.engine.status = "starting"
    await eventually(lambda: not box.services.monitor.health.ready)
    assert "edgebox_engine_up 0.0" in await scrape(box)


async def test_a_locked_store_has_no_queue_instead_of_an_old_one(
    tmp_path: Path, anyio_backend
) -> None:
    now = [100.0]
    async with api_box(tmp_path, monotonic=lambda: now[0]) as box:
        await box.batch(TALK)
        assert values_of(await scrape(box))["edgebox_consultations_pending"] == 1
        with closing(sqlite3.connect(box.settings.database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            now[0] += 2
            text = await scrape(box)
        assert "edgebox_store_up 0.0" in text
        for name in ("edgebox_consultations_pending ", "edgebox_callbacks", 'queue="analysis"'):
            assert name not in text
        assert "edgebox_disk_free_bytes{" in text


async def test_the_wait_of_a_callback_and_what_runs_are_told(box: ApiBox) -> None:
    await box.batch(TALK, TALK, callback_url=HOOK)
    await box.batch(TALK, callback_url=HOOK)
    for _ in range(2):
        [claimed] = box.store.consultations.claim(1, 600, 3)
        box.store.consultations.finish(claimed.row_id, claimed.lease_token, RESULT)
    [claimed] = box.store.consultations.claim(1, 600, 3)
    values = values_of(await scrape(box))
    assert values["edgebox_consultations_running"] == 1
    assert values["edgebox_consultations_pending"] == 0
    assert values['edgebox_callbacks{state="pending"}'] == 1
    assert 0 <= values["edgebox_oldest_callback_seconds"] < 5
    assert values["edgebox_database_bytes"] > 10_000


REFUSALS = {
    "": "missing",
    "center-1": "malformed",
    "unknown-1:{now}:" + "0" * 64: "unknown",
    "center-1:{now}:" + "0" * 64: "signature",
    "center-1:1000000000:" + "0" * 64: "clock",
    "v2:center-1:{now}:abcdefghijklmnop:" + "0" * 64: "signature",
    "v2:center-9:{now}:abcdefghijklmnop:" + "0" * 64: "unknown",
}


@pytest.mark.parametrize(("key", "reason"), REFUSALS.items())
async def test_a_refused_key_is_counted_by_what_is_wrong_and_the_answer_does_not_say_it(
    box: ApiBox, key: str, reason: str
) -> None:
    sent = key.format(now=int(box.services.clock()))
    answer = await box.quick({"X-Bound-Key": sent} if sent else {})
    assert answer.status_code == 401
    assert answer.json()["detail"] == InvalidBoundKey().detail
    counted = {k: v for k, v in values_of(await scrape(box)).items() if "auth_refused" in k and v}
    assert counted == {f'edgebox_auth_refused_total{{reason="{reason}"}}': 1}


async def test_the_key_of_a_disabled_client_has_its_reason(box: ApiBox) -> None:
    box.store.clients.disable("center-2")
    assert (await box.quick(box.headers("center-2"))).status_code == 401
    assert values_of(await scrape(box))['edgebox_auth_refused_total{reason="disabled"}'] == 1


async def test_a_monitor_reads_with_its_token(tmp_path: Path, anyio_backend) -> None:
    file = tmp_path / "token"
    file.write_text("a-long-enough-token-1\n")
    file.chmod(0o600)
    async with api_box(tmp_path, api={"metrics_token_file": str(file)}) as box:

        async def status(sent: str, path: str = "/metrics") -> int:
            headers = {"Authorization": sent}
            return (await box.http.get(path, headers=headers)).status_code

        assert await status("Bearer a-long-enough-token-1") == 200
        assert await status("Bearer a-long-enough-token-2") == 401
        assert await status("Basic a-long-enough-token-1") == 401
        assert await status("Bearer ") == 401
        assert await status("Bearer a-long-enough-token-1", "/api/v1/batches") == 401
        file.write_text("another-long-token-22\n")
        assert await status("Bearer another-long-token-22") == 200
        file.chmod(0o644)
        assert await status("Bearer another-long-token-22") == 401, "everybody may read it"
        file.chmod(0o600)
        file.write_text("short\n")
        assert await status("Bearer short") == 401


async def test_what_waits_for_a_log_server_and_what_it_refused_is_told(whole: ApiBox) -> None:
    found = values_of(await scrape(whole))
    assert found["edgebox_log_shipping_waiting_bytes"] == 30
    assert found["edgebox_log_shipping_refused_bytes"] == 0
    whole.services.logs.refused.write_bytes(b"x" * 7)
    assert shipping(whole.services.logs) == Shipping(30, 7)
    shutil.rmtree(whole.services.logs.spool)
    assert shipping(whole.services.logs) == Shipping(None, 7)
    whole.services.logs.configuration.unlink()
    assert shipping(whole.services.logs) is None
