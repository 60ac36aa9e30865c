"""Another server for a role, over real connections: what it is sent, and what its ends mean."""

import asyncio

import pytest

from edgebox.engine_client import BACKGROUND_PRIORITY, EngineClient, Waits
from edgebox.engine_client.key import read_key
from edgebox.engine_client.probe import probe_server
from edgebox.engine_client.remote import LONGEST_REST
from edgebox.errors import (
    ConfigError,
    EngineBusy,
    EngineDied,
    EngineError,
    EngineOverloaded,
    EngineUnavailable,
)
from edgebox.settings import RoleSettings, Settings
from support.outside.far_server import MODEL, far_server
from support.polling import PATIENCE

CHAT = [{"role": "user", "content": "안녕"}]
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def asked(tmp_path, far, *, waits=None, options=None, **mlm):
    """The answer, or the error, of one analysis's request."""
    mlm = {"url": far.url, "url_model": MODEL, **mlm}

    async def ask():
        client = EngineClient(Settings(state_dir=tmp_path, engines={"mlm": mlm}), waits=waits)
        try:
            return await client.complete(
                "mlm",
                CHAT,
                max_tokens=5,
                priority=BACKGROUND_PRIORITY,
                cache_salt="salt",
                json_schema=SCHEMA,
                **(options or {}),
            )
        except EngineError as error:
            return error
        finally:
            await client.aclose()

    return asyncio.run(asyncio.wait_for(ask(), PATIENCE))


def test_a_server_gets_nothing_that_it_may_not_know(tmp_path):
    with far_server() as far:
        assert asked(tmp_path, far, options={"grammar": "start: a", "deadline": 9.0}).prompt_tokens
    [body] = far.bodies
    assert set(body) == {
        *("model", "messages", "max_tokens", "temperature", "response_format"),
        *("stream", "stream_options"),
    }
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA


@pytest.mark.parametrize(("order", "sent"), [("lower_first", 100), ("higher_first", -100)])
def test_a_server_that_takes_priorities_gets_them_in_its_order(tmp_path, order, sent):
    with far_server() as far:
        asked(tmp_path, far, url_priority=order)
    assert far.bodies[0]["priority"] == sent


def test_a_server_that_takes_salts_gets_them(tmp_path):
    with far_server() as far:
        asked(tmp_path, far, url_cache_salt="on")
    assert far.bodies[0]["cache_salt"] == "salt"


def test_a_server_that_takes_the_older_form_of_a_schema_gets_it(tmp_path):
    with far_server() as far:
        asked(tmp_path, far, url_schema="json_object")
    assert far.bodies[0]["response_format"] == {"type": "json_object", "schema": SCHEMA}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, EngineUnavailable),
        (404, EngineUnavailable),
        (429, EngineBusy),
        (503, EngineOverloaded),
    ],
)
@pytest.mark.parametrize("in_stream", [False, True])
def test_a_refusal_means_the_same_as_a_status_and_as_an_event_of_a_stream(
    tmp_path, status, kind, in_stream
):
    with far_server(room=0, refusal=status, refuses_in_stream=in_stream) as far:
        assert type(asked(tmp_path, far)) is kind


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [(429, "7", 7.0), (503, "7", 7.0), (429, "", 0.0), (503, "soon", 0.0), (500, "7", 0.0)],
)
def test_how_long_a_full_server_wants_to_rest_is_kept(tmp_path, status, header, seconds):
    with far_server(room=0, refusal=status, retry_after=header) as far:
        assert asked(tmp_path, far).retry_after == seconds


@pytest.mark.parametrize(("header", "least"), [("7", 6), ("86400", LONGEST_REST - 1), ("", 0)])
def test_a_server_rests_for_as_long_as_it_asks_and_a_minute_at_most(tmp_path, header, least):
    async def rests(far):
        mlm = {"url": far.url, "url_model": MODEL}
        client = EngineClient(Settings(state_dir=tmp_path, engines={"mlm": mlm}))
        try:
            with pytest.raises(EngineBusy):
                await client.complete("mlm", CHAT, max_tokens=5)
            return client.rest("mlm"), client.rest("slm")
        finally:
            await client.aclose()

    with far_server(room=0, retry_after=header) as far:
        of_it, of_ours = asyncio.run(rests(far))
    assert least <= of_it <= min(float(header or 0), LONGEST_REST)
    assert of_ours == 0


def test_a_server_that_hangs_is_overloaded_and_one_that_dies_has_died(tmp_path):
    with far_server(conduct="hang") as far:
        brief = Waits(floor=0.3, character=0.0, token=0.0)
        assert type(asked(tmp_path, far, waits=brief)) is EngineOverloaded
        far.conduct = "die"
        assert type(asked(tmp_path, far)) is EngineDied


def test_an_answer_whose_head_never_ends_is_given_up(tmp_path):
    """A byte now and then, as from a proxy: no single read takes long."""
    with far_server(conduct="drip") as far:
        brief = Waits(floor=0.3, character=0.0, token=0.0)
        assert type(asked(tmp_path, far, waits=brief)) is EngineOverloaded


def test_a_server_whose_list_never_ends_is_not_ready(tmp_path):
    async def ready(far):
        mlm = {"url": far.url, "url_model": MODEL}
        client = EngineClient(Settings(state_dir=tmp_path, engines={"mlm": mlm}))
        try:
            return await client.ready("mlm")
        finally:
            await client.aclose()

    with far_server(conduct="drip_all") as far:
        assert asyncio.run(asyncio.wait_for(ready(far), PATIENCE)) is False


@pytest.mark.parametrize(("conduct", "finding"), [("drip_all", "silent"), ("drip", "slow")])
def test_a_probe_of_a_server_that_drips_ends(conduct, finding):
    with far_server(conduct=conduct) as far:
        options = RoleSettings(url=far.url, url_model=MODEL)
        probing = probe_server("mlm", options, write=True, seconds=0.5)
        found = asyncio.run(asyncio.wait_for(probing, PATIENCE))
    assert found.finding == finding


def test_a_server_that_is_not_there_is_not_overloaded(tmp_path):
    with far_server() as far:
        pass
    assert type(asked(tmp_path, far)) is EngineUnavailable


def test_the_key_comes_from_a_credential_where_its_file_cannot_be_read(tmp_path):
    """A unit's LoadCredential= passes a file that only root may read, or that the unit hides."""
    hidden, file = tmp_path / "hidden", tmp_path / "key"
    passed = tmp_path / "mlm_url_key"
    for path, key in ((file, "of the file"), (passed, "passed")):
        path.write_text(f"{key}\n")
        path.chmod(0o600)
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert read_key("mlm", str(hidden), environ) == "passed"
    assert read_key("mlm", str(file), environ) == "of the file", "it is newer than the copy"
    with pytest.raises(ConfigError, match="hidden cannot be read"):
        read_key("slm", str(hidden), environ)
    assert read_key("mlm", "", environ) == "", "a credential alone is not used"
