"""The demo's own parts: what it accepts as proof, and that it cleans up after itself."""

import json
import tempfile
import time

import httpx
import pytest

from edgebox.errors import BoxNotRunning
from edgebox.signing import bound_key, webhook_headers
from edgebox_cli.demo.box import CLIENT, MLM, SLM, DemoBox
from edgebox_cli.demo.calls import BATCH
from edgebox_cli.demo.receiver import Callback, Receiver
from edgebox_cli.demo.run import Run, missing

SECRET = "5" * 64
BODY = json.dumps({"batch_id": "BATCH-20250913-001", "results": []}).encode()


def signed(secret=SECRET, body=BODY):
    now = time.time()
    return {
        **webhook_headers("msg_1", now, body, [secret]),
        "X-Bound-Key": bound_key(CLIENT, secret, now),
    }


@pytest.fixture
def receiver():
    receiver = Receiver(CLIENT)
    receiver.secret = SECRET
    receiver.start()
    yield receiver
    receiver.stop()


def post(receiver, headers, body=BODY):
    return httpx.post(
        f"http://{receiver.host}/done", content=body, headers=headers, trust_env=False
    ).status_code


def test_a_callback_signed_for_this_client_is_accepted(receiver):
    assert post(receiver, signed()) == 204
    came = receiver.arrived.get_nowait()
    assert (came.webhook_signed, came.key_signed) == (True, True)
    assert came.url == f"http://{receiver.host}/done"
    assert came.payload["batch_id"] == "BATCH-20250913-001"


@pytest.mark.parametrize(
    ("headers", "webhook", "key"),
    [
        (dict, False, False),
        (lambda: signed(secret="6" * 64), False, False),
        (lambda: {**signed(), "X-Bound-Key": "x"}, True, False),
        (lambda: signed(body=b"{}"), False, True),
    ],
)
def test_any_other_callback_is_refused_and_counts_as_such(receiver, headers, webhook, key):
    assert post(receiver, headers()) == 401
    came = receiver.arrived.get_nowait()
    assert (came.webhook_signed, came.key_signed) == (webhook, key)


def proof(**changes):
    """A run that proves everything, but for ``changes``."""
    results = [{"consultation_id": name, "status": "success"} for name, _ in BATCH]
    run = Run(
        answer={"status": "success", "model_used": SLM, "summary": "예약을 바꿨습니다."},
        asked={"status": "fallback", "answer": {"markdown": "- 고객: …", "by": "extractive"}},
        callback=Callback("http://127.0.0.1:1/done", {"results": results}, True, True),
    )
    for name, value in changes.items():
        setattr(run, name, value)
    return run


def test_a_run_by_both_models_with_good_signatures_is_proof():
    assert missing(proof()) == []
    assert missing(proof(answer={"status": "partial", "model_used": SLM})) == []


def test_a_machine_that_is_too_slow_for_the_deadline_proves_the_model_without_it():
    fallback = {"status": "fallback", "model_used": "extractive"}
    assert missing(proof(answer=fallback, unhurried=("예약을 바꿨습니다.", 4.2))) == []
    assert missing(proof(answer={}, unhurried=("예약을 바꿨습니다.", 4.2)))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"answer": {"status": "fallback", "model_used": "extractive"}}, "too busy"),
        ({"answer": {"status": "success", "model_used": MLM}}, "not from"),
        ({"asked": {"status": "failed", "answer": None}}, "question"),
        ({"callback": None}, "no callback"),
        ({"callback": Callback("", {"results": []}, True, True)}, "not about"),
        ({"callback": Callback("", proof().callback.payload, False, True)}, "signature"),
        ({"callback": Callback("", proof().callback.payload, True, False)}, "signature"),
        (
            {
                "callback": Callback(
                    "",
                    {
                        "results": [
                            {"consultation_id": name, "status": "failed", "error": {"code": "x"}}
                            for name, _ in BATCH
                        ]
                    },
                    True,
                    True,
                )
            },
            "DEMO-2 failed (x)",
        ),
    ],
)
def test_whatever_is_lacking_is_named(changes, says):
    assert says in "; ".join(missing(proof(**changes)))


def test_a_box_that_cannot_start_is_reported_and_nothing_of_it_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with DemoBox(tmp_path / "no-models") as box:
        folder, process = box.settings.state_dir, box._process
        assert folder.stat().st_mode & 0o077 == 0
        with pytest.raises(BoxNotRunning):
            box.wait_until_ready(lambda: None)
        lines = box.last_lines()
    assert any("edgebox models pull" in line for line in lines)
    assert process.poll() is not None
    assert not folder.exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{box.receiver.host}/", trust_env=False)
