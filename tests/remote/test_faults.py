"""A whole box in front of a real llama-server: what people see when that server fails.

`tests/run --remote`. It needs llama-server (benchmarks/peers.sh), HAProxy and the small starter
model.
"""

import asyncio
import signal
import time
from itertools import count

import pytest

from edgebox.engine_client import EngineClient
from edgebox.settings import RoleSettings, Settings
from edgebox_cli.doctor import remote
from support.boxes.remote import RemoteBox
from support.engines.starter import SLM
from support.outside.certificates import make_lan_pair, make_pair, make_signed_pair
from support.outside.llama_server import BINARY, HAPROXY, MODEL, Haproxy, LlamaServer

pytestmark = [
    pytest.mark.skipif(not BINARY.is_file(), reason="no llama-server: run benchmarks/peers.sh"),
    pytest.mark.skipif(HAPROXY is None, reason="no HAProxy: apt-get install haproxy"),
]

KEY = "sk-remote"
DEADLINE = 3.0
"""Of a quick summary; on a machine that computes with all it has, some tenths are added."""
SLACK = 1.0
MINUTES = 1800.0
CALL = (
    "상담사: 한빛카드 상담사 김은지입니다. 무엇을 도와드릴까요?\n"
    "고객: 카드를 잃어버린 것 같아요. {n}번 창구에서 마지막으로 썼고요.\n"
    "상담사: 바로 정지해 드렸습니다. 새 카드는 사흘 안에 댁으로 갑니다.\n"
    "고객: 네, 감사합니다.\n"
)
_numbers = count(1)


def call():
    return CALL.format(n=next(_numbers))


@pytest.fixture(scope="module")
def gguf(starter_models):
    return starter_models / f"{SLM}.gguf"


@pytest.fixture(scope="module")
def server(gguf, tmp_path_factory):
    log = tmp_path_factory.mktemp("server") / "log"
    with LlamaServer(gguf, log, key=KEY, slots=1) as running:
        yield running


@pytest.fixture
def up(server):
    """The server as it should be, whatever the last test did."""
    server.key = KEY
    server.kill()
    server.start()
    return server


@pytest.fixture(scope="module")
def box(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("box")
    key = folder / "server.key"
    key.write_text(KEY)
    key.chmod(0o600)
    far = {"url": server.url, "url_model": MODEL, "url_key_file": str(key)}
    with RemoteBox(folder, {"slm": far, "mlm": far}) as running:
        yield running


def until(box, condition, seconds=MINUTES):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(f"{box.states()} {box.log()}")


def all_done(box):
    states = box.states()
    return states["pending"] == states["running"] == 0


def falls_back(box):
    """Ask for a quick summary: the fallback, in time."""
    answer, seconds = box.quick(call())
    assert answer["status"] == "fallback", answer
    assert seconds < DEADLINE + SLACK
    return seconds


def test_a_box_whose_models_are_on_another_machine_works(box, up, tmp_path):
    box.batch([call() for _ in range(2)])
    until(box, lambda: all_done(box))
    assert box.states()["failed"] == 0
    doctor = box.command("doctor")
    assert doctor.count(f"another server, {up.url}") == 2
    assert f"{MODEL} at {up.url} sent" in box.command("status")
    key = tmp_path / "key"
    key.write_text(KEY)
    key.chmod(0o600)
    far = {"url": up.url, "url_model": MODEL, "url_key_file": str(key)}
    # A processor that others use may need longer than an agent waits.
    with RemoteBox(tmp_path, {"slm": far, "mlm": far}, deadline=60.0) as patient:
        until(patient, lambda: patient.quick(call())[0]["model_used"] == MODEL)


def test_it_dies_within_an_answer_and_comes_back(box, up):
    before = box.states()["done"]
    box.batch([call() for _ in range(2)])
    until(box, up.busy)
    up.kill()
    assert falls_back(box) < 1.0, "a refused connection needs no waiting"
    assert "does not answer. start that server" in box.command("doctor").replace("→ ", "")
    assert f"{MODEL} at {up.url} does not answer" in box.command("status")
    assert box.states()["failed"] == 0
    up.start()
    until(box, lambda: all_done(box))
    assert box.states()["done"] == before + 2
    assert box.states()["failed"] == 0


def test_it_hangs_and_goes_on(box, up):
    before = box.states()["done"]
    box.batch([call()])
    until(box, up.busy)
    up.send(signal.SIGSTOP)
    assert falls_back(box) > 1.0, "it was given the time that there was"
    assert "says nothing: it hangs" in box.command("doctor")
    assert "says nothing" in box.command("status")
    up.send(signal.SIGCONT)
    until(box, lambda: all_done(box))
    assert box.states()["done"] == before + 1
    assert box.states()["failed"] == 0


def test_it_refuses_the_key(box, up):
    up.kill()
    up.key = "another"
    up.start()
    before = box.states()["done"]
    box.batch([call()])
    assert falls_back(box) < 1.0
    time.sleep(3)
    assert box.states()["failed"] == 0
    doctor = box.command("doctor")
    assert "refuses the key (401)" in doctor
    assert f"write its key into {box.folder}/server.key" in doctor
    up.kill()
    up.key = KEY
    up.start()
    until(box, lambda: all_done(box))
    assert box.states()["done"] == before + 1


def test_it_is_still_loading(box, up):
    up.kill()
    # Reading the file takes too little time to be seen: the process is stopped on the way.
    up.start(wait=False)
    options = RoleSettings(url=up.url, url_model=MODEL, url_key_file=str(box.folder / "server.key"))
    seen = set()
    end = time.monotonic() + 60
    while "ok" not in seen and time.monotonic() < end:
        check = remote.server("mlm", options)
        seen.add(check.state if "503" not in check.detail else "503")
    assert seen >= {"503", "ok"}


def test_it_does_not_have_the_model(up, tmp_path):
    key = tmp_path / "key"
    key.write_text(KEY)
    key.chmod(0o600)
    far = RoleSettings(url=up.url, url_model="large", url_key_file=str(key))
    check = remote.server("mlm", far)
    assert f"has no model large. It has: {MODEL}" in check.detail


@pytest.mark.parametrize("form", ["json_schema", "json_object"])
def test_it_keeps_to_a_schema_in_either_form(up, tmp_path, form):
    key = tmp_path / "key"
    key.write_text(KEY)
    key.chmod(0o600)
    schema = {
        "type": "object",
        "properties": {"colour": {"type": "string", "pattern": "^(?:빨강|파랑)$"}},
        "required": ["colour"],
        "additionalProperties": False,
    }
    mlm = {"url": up.url, "url_model": MODEL, "url_key_file": str(key), "url_schema": form}

    async def ask():
        client = EngineClient(Settings(state_dir=tmp_path, engines={"mlm": mlm}))
        try:
            chat = [{"role": "user", "content": "Say hello."}]
            return await client.complete("mlm", chat, max_tokens=40, json_schema=schema)
        finally:
            await client.aclose()

    answer = asyncio.run(ask())
    assert answer.text.replace(" ", "").replace("\n", "") in (
        '{"colour":"빨강"}',
        '{"colour":"파랑"}',
    )
    assert answer.completion_tokens > 0


def pem_of(pair):
    pem = pair.cert.with_suffix(".pem")
    pem.write_text(pair.cert.read_text() + pair.key.read_text())
    return pem


def test_its_certificate_is_of_the_centres_authority_or_of_another_or_has_expired(
    up, tmp_path, monkeypatch
):
    key = tmp_path / "key"
    key.write_text(KEY)
    key.chmod(0o600)
    monkeypatch.setattr(remote, "SECONDS", 10.0)

    def found(pem):
        with Haproxy(tmp_path, [up.port], pem) as proxy:
            url = proxy.url.replace("127.0.0.1", "localhost")
            return remote.server(
                "mlm", RoleSettings(url=url, url_model=MODEL, url_key_file=str(key))
            )

    right, authority = make_lan_pair(tmp_path / "right", "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert found(pem_of(right)).state == "ok"
    other, _ = make_signed_pair(tmp_path / "other")
    wrong = found(pem_of(other))
    assert "TLS: self-signed certificate in certificate chain" in wrong.detail
    assert "update-ca-certificates" in wrong.fix
    expired = make_pair(tmp_path / "old", names="DNS:localhost", days=-1)
    monkeypatch.setenv("SSL_CERT_FILE", str(expired.cert))
    assert found(pem_of(expired)).fix == "give that server a new certificate"


@pytest.mark.parametrize("fault", ["dies", "hangs"])
def test_one_of_two_behind_haproxy_fails(gguf, tmp_path, fault):
    logs = (tmp_path / "a.log", tmp_path / "b.log")
    one, other = (LlamaServer(gguf, log, slots=2, threads=1) for log in logs)
    with one, other, Haproxy(tmp_path, [one.port, other.port]) as proxy:
        far = {"url": proxy.url, "url_model": MODEL}
        folder = tmp_path / "box"
        folder.mkdir()
        with RemoteBox(folder, {"slm": far, "mlm": far}) as box:
            box.batch([call() for _ in range(4)])
            until(box, lambda: one.busy() or other.busy())
            asked, stays = (one, other) if one.busy() else (other, one)
            if fault == "dies":
                asked.kill()
                until(box, stays.busy)
                asked.start()
            else:
                asked.send(signal.SIGSTOP)  # HAProxy gives it up, and the box asks again
            until(box, lambda: all_done(box))
            assert box.states() == {"pending": 0, "running": 0, "done": 4, "failed": 0}
