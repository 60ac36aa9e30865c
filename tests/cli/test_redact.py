import pytest

from edgebox.signing import bound_key
from edgebox.system.log_file import Record
from edgebox_cli.common import redact

SECRET = "0f" * 32


def kept(message, logger="tick", secrets=()):
    found = redact.record(Record(0.0, "api", "info", logger, message), secrets)
    return found and found.message


@pytest.mark.parametrize(
    "message",
    [
        "run 7 (pending): {'done': 3}",
        "callback BATCH-20250913-001: dead, attempt 10 of 10: connection refused or unreachable",
        "BATCH-20250913-001 row 12: lease lost, result dropped",
        "listening on https://10.0.0.5:8600",
        "certificate reloaded, good until 2027-02-20",
        "the engine's health could not be read: RuntimeError at edgebox.engine_client:221",
        "slm qwen3-4b-instruct-2507-q4_k_m ready",
        '{"route": "/api/v1/consultation/quick-summary", "status": 200}',
        "cannot open /var/lib/edgebox/models/something/longer/than/that",
    ],
)
def test_our_own_records_stay(message):
    assert kept(message) == message


@pytest.mark.parametrize(
    ("message", "gone"),
    [
        ("고객: 카드를 잃어버렸어요", ["고객", "카드"]),
        ("failed: 고객 VISA card 를 잃음", ["고객", "VISA", "잃음"]),
        ("call 010-1234-5678 now", ["1234", "5678"]),
        ("resident 900101-1234567", ["900101"]),
        ("tel:01012345678", ["01012345678"]),
        (f"secret {SECRET}", [SECRET, SECRET[:20]]),
        (f"key {bound_key('centerlink', SECRET, 1_795_316_400)}", ["1795316400", "centerlink:"]),
        ("signature v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=", ["K5oZ", "pI4"]),
        ("short pw hunter2", ["hunter2"]),
        ("sig9f86d081884c7d65x", ["9f86d081884c7d65"]),
        ("/opt/9f86d081884c7d659a2f/lib/python/something", ["9f86d081884c7d65"]),
        ("BATCH-20250913-0101012345678", ["01012345678"]),
    ],
)
def test_what_could_be_a_secret_or_a_person_goes(message, gone):
    shown = kept(message, secrets=["hunter2"])
    assert redact.HIDDEN in shown
    for part in gone:
        assert part not in shown


def test_a_very_long_word_takes_no_quadratic_time():
    """A quadratic step would take minutes here; nothing is asserted of the machine's speed."""
    assert redact.text("~" * 1_000_000) == "~" * 1_000_000


def test_long_messages_are_cut():
    assert len(kept("word " * 200)) < 320


def test_what_a_process_prints_by_itself_is_dropped_but_for_how_it_ended():
    assert kept("Customer: I lost my card", logger="output") is None
    assert kept("ggml_backend_load: something", logger="output") is None
    assert kept("edgebox: The model x is not here", logger="output")
    assert kept("engine died (SIGILL). Starting it again in 1 s.", logger="output")
