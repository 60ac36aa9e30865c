import hashlib
import json
import re
import time

import pytest
from typer.testing import CliRunner

from edgebox.api.refused_keys import NAME
from edgebox.errors import InvalidBoundKey
from edgebox.signing import Window, verify_bound_key
from edgebox.signing_v2 import Signed, parse_v2, verify_v2
from edgebox_cli.commands import keys
from edgebox_cli.common.clients import chosen_client
from support.boxes.store import migrated

BODY = '{"상담": 1}'.encode()
SECRET = re.compile(r"[0-9a-f]{64}\n")


@pytest.fixture
def store(database):
    store = migrated(database)
    yield store
    store.close()


def run(*words):
    return CliRunner().invoke(keys.app, words)


def test_create_prints_the_secret_alone_on_standard_output(store):
    result = run("create", "erp", "--callback", "ERP.example:8443", "--callback", "10.0.0.5")
    assert result.exit_code == 0
    assert SECRET.fullmatch(result.stdout)
    client = store.clients.get("erp")
    assert client.secrets == (result.stdout.strip(),)
    assert client.allowed_callbacks == ("erp.example:8443", "10.0.0.5")
    assert client.secrets[0] not in result.stderr


def test_create_and_rotate_in_json(store):
    first = json.loads(run("create", "erp", "--json").stdout)
    second = json.loads(run("rotate", "erp", "--json").stdout)
    assert first["client_id"] == second["client_id"] == "erp"
    assert store.clients.get("erp").secrets == (second["secret"], first["secret"])


def test_a_callback_that_is_a_url_is_refused_before_anything_is_written(store):
    result = run("create", "erp", "--callback", "https://erp.example/hook")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert store.clients.list() == []


def test_an_existing_client_is_one_line_and_keeps_its_secret(store):
    secret = store.clients.create("erp")
    result = run("create", "erp")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "edgebox keys rotate erp" in result.stderr
    assert store.clients.get("erp").secrets == (secret,)


def test_list_shows_no_secret(store):
    secret = store.clients.create("erp", allowed_callbacks=["[fe80::1]:9000", "erp.example"])
    store.clients.rotate("erp")
    store.clients.disable("erp")
    for result in (run("list"), run("list", "--json")):
        assert result.exit_code == 0
        assert secret not in result.stdout
        assert "[fe80::1]:9000" in result.stdout
    [one] = json.loads(run("list", "--json").stdout)["clients"]
    assert (one["client_id"], one["disabled"], one["secrets"]) == ("erp", True, 2)


def refused(store, *entries):
    """Write what the API keeps of refused keys: (client, reason, seconds ago, count)."""
    now = time.time()
    found = [
        {"client": client, "reason": reason, "at": now - ago, "count": count, "since": now - 90_000}
        for client, reason, ago, count in entries
    ]
    (store.path.parent / NAME).write_text(json.dumps(found))


def test_list_shows_the_last_refused_key_of_each_client_in_80_columns(store):
    store.clients.create("erp")
    assert "Refused keys" not in run("list").stdout
    refused(
        store,
        (None, "no key was sent", 300, 12_000),
        ("erp", "timestamp has 13 digits: milliseconds", 60, 7),
    )
    result = CliRunner().invoke(keys.app, ["list"], env={"COLUMNS": "80", "TERM": "dumb"})
    rows = [line.split() for line in result.stdout.partition("Refused keys")[2].splitlines()]
    shown = {row[0]: row[1:] for row in rows if row}
    assert shown["erp"][0] == "7"
    assert " ".join(shown["erp"][3:]) == "timestamp has 13 digits: milliseconds"
    assert shown["(none)"][0] == "12000"
    assert max(map(len, result.stdout.splitlines())) <= 80
    one, other = json.loads(run("list", "--json").stdout)["refused_keys"]
    assert (one["client_id"], one["count"], one["reason"]) == (
        "erp",
        7,
        "timestamp has 13 digits: milliseconds",
    )
    assert one["last"].endswith("Z")
    assert other["client_id"] is None


def test_callbacks_are_shown_replaced_and_cleared(store):
    store.clients.create("erp", allowed_callbacks=["old.example"])
    assert run("callbacks", "erp").stdout == "old.example\n"
    assert run("callbacks", "erp", "a.example:1", "b.example").stdout == "a.example:1\nb.example\n"
    assert store.clients.get("erp").allowed_callbacks == ("a.example:1", "b.example")
    assert run("callbacks", "erp", "x y").exit_code == 2
    assert store.clients.get("erp").allowed_callbacks == ("a.example:1", "b.example")
    cleared = json.loads(run("callbacks", "erp", "--none", "--json").stdout)
    assert cleared == {"client_id": "erp", "allowed_callbacks": []}
    assert store.clients.get("erp").allowed_callbacks == ()


def test_networks_are_shown_replaced_and_cleared(store):
    store.clients.create("erp")
    assert "anywhere" in run("list").stdout
    assert run("allow", "erp").stdout == ""
    allowed = run("allow", "erp", "10.1.0.0/16", "::ffff:192.0.2.7", "2001:DB8::/32", "10.1.0.0/16")
    assert allowed.stdout == "10.1.0.0/16\n192.0.2.7\n2001:db8::/32\n"
    assert "127.0.0.1 is not in the list" in allowed.stderr
    assert store.clients.get("erp").allowed_from == ("10.1.0.0/16", "192.0.2.7", "2001:db8::/32")
    assert "10.1.0.0/16" in run("list").stdout
    [one] = json.loads(run("list", "--json").stdout)["clients"]
    assert one["allowed_from"] == ["10.1.0.0/16", "192.0.2.7", "2001:db8::/32"]
    assert run("allow", "erp", "127.0.0.0/8").stderr == ""
    cleared = json.loads(run("allow", "erp", "--anywhere", "--json").stdout)
    assert cleared == {"client_id": "erp", "allowed_from": []}
    assert store.clients.get("erp").allowed_from == ()


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("10.1.2.3/16", "Did you mean 10.1.0.0/16?"),
        ("erp.example", "is not an address or a network"),
        ("10.1.0.0/33", "is not an address or a network"),
        ("", "is not an address or a network"),
    ],
)
def test_a_wrong_network_is_one_line_and_changes_nothing(store, network, words):
    store.clients.create("erp")
    store.clients.set_allowed_from("erp", ["10.0.0.1"])
    result = run("allow", "erp", "10.0.0.2", network)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert store.clients.get("erp").allowed_from == ("10.0.0.1",)


def test_commands_prefer_a_client_that_may_send_from_this_machine(store):
    store.clients.create("abroad")
    store.clients.create("here")
    assert chosen_client(store, None).client_id == "abroad"
    store.clients.set_allowed_from("abroad", ["10.1.0.0/16"])
    assert chosen_client(store, None).client_id == "here"
    store.clients.disable("here")
    assert chosen_client(store, None).client_id == "abroad"


def test_networks_of_an_unknown_client_are_not_there(store):
    assert run("allow", "nobody", "10.0.0.1").exit_code == 1


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("127.0.0.1:8600", "they must not point at this box's own ports"),
        ("[::1]:8600", "they must not point at this box's own ports"),
        ("localhost:8600", "they must not point at this box's own ports"),
        ("169.254.1.1", "they must not point at a link-local"),
        ("0.0.0.0:9000", "they must not point at a link-local"),
    ],
)
def test_a_receiver_that_is_always_refused_is_named(store, host, reason):
    store.clients.create("erp")
    result = run("callbacks", "erp", "crm.example", host)
    assert result.exit_code == 0
    assert result.stderr.startswith(f"Callbacks to {host} will always be refused: {reason}")
    assert len(result.stderr.splitlines()) == 1
    created = run("create", "crm", "--callback", host)
    assert f"Callbacks to {host} will always be refused" in created.stderr
    assert SECRET.fullmatch(created.stdout)


def test_a_receiver_beside_the_box_is_allowed_without_a_word(store):
    store.clients.create("erp")
    assert run("callbacks", "erp", "127.0.0.1:9000", "[fe::1]", "crm.example").stderr == ""


def test_the_help_of_callbacks_says_that_the_list_is_replaced(store):
    assert "whole list" in run("callbacks", "--help").stdout


def test_sign_prints_a_key_that_is_valid_now(store):
    store.clients.create("erp")
    key = run("sign", "erp").stdout.strip()
    now = int(key.split(":")[1])
    assert verify_bound_key(key, store.clients.get, Window(now, 300, 30)) == "erp"
    assert json.loads(run("sign", "erp", "--json").stdout)["bound_key"].startswith("erp:")


def test_a_client_is_held_to_v2_keys_and_let_go(store):
    store.clients.create("erp")
    assert "v2 keys only" in run("require", "erp", "v2").stderr
    assert store.clients.get("erp").key_version == 2
    assert "1 (v2)" in run("list").stdout
    assert json.loads(run("list", "--json").stdout)["clients"][0]["key_version"] == 2
    assert "--v2" in run("sign", "erp").stderr
    assert run("require", "erp", "v3").exit_code == 2
    assert run("require", "erp", "v1").exit_code == 0
    assert store.clients.get("erp").key_version == 1
    assert run("sign", "erp").stderr == ""


def test_sign_prints_a_key_for_one_request(store, tmp_path):
    store.clients.create("erp")
    body = tmp_path / "body.json"
    body.write_bytes(BODY)
    hashed = hashlib.sha256(BODY).hexdigest()
    post = Signed("POST", "/api/v1/x?y=1", hashed)
    for words, sent in (
        (("--v2", "post", "/api/v1/x?y=1", str(body)), post),
        (("--v2", "POST", "/api/v1/x?y=1", "-"), post),
        (("--v2", "GET", "/api/v1/batches"), Signed("GET", "/api/v1/batches")),
    ):
        result = CliRunner().invoke(keys.app, ["sign", "erp", *words], input=BODY)
        key = parse_v2(result.stdout.strip())
        now = int(key.timestamp)
        verify_v2(key, store.clients.get, Window(now, 300, 30), sent)
    nonces = {run("sign", "erp", "--v2", "GET", "/").stdout.split(":")[3] for _ in range(3)}
    assert len(nonces) == 3


@pytest.mark.parametrize(
    "words",
    [
        *("--v2", "--v2 GET", "--v2 GET batches", "GET /", "--v2 GET / no-such-file"),
        "--v2 PUT /api/v1/live/가",
    ],
)
def test_a_request_that_is_not_whole_is_wrong_usage(store, words):
    store.clients.create("erp")
    result = run("sign", "erp", *words.split())
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_key_signed_before_two_rotations_is_refused(store):
    store.clients.create("erp")
    key = run("sign", "erp").stdout.strip()
    now = int(key.split(":")[1])
    run("rotate", "erp")
    assert verify_bound_key(key, store.clients.get, Window(now, 300, 30)) == "erp"
    run("rotate", "erp")
    with pytest.raises(InvalidBoundKey):
        verify_bound_key(key, store.clients.get, Window(now, 300, 30))


def test_a_disabled_client_does_not_sign_until_enabled(store):
    store.clients.create("erp")
    assert run("disable", "erp").exit_code == 0
    result = run("sign", "erp")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "edgebox keys enable erp" in result.stderr
    assert run("enable", "erp").exit_code == 0
    assert run("sign", "erp").exit_code == 0


@pytest.mark.parametrize("command", ["rotate", "disable", "enable", "callbacks", "sign"])
def test_an_unknown_client_is_one_line(store, command):
    result = run(command, "nobody")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "edgebox keys list" in result.stderr


def test_a_box_that_was_never_initialised_says_what_to_type(store):
    store.path.unlink()
    result = run("list")
    assert result.exit_code == 1
    assert "edgebox init" in result.stderr
    assert not store.path.exists()


def test_every_command_and_option_has_help(store):
    for command in ["create", "list", "rotate", "disable", "enable", "callbacks", "sign"]:
        assert run(command, "--help").exit_code == 0
    assert all(command.callback.__doc__ for command in keys.app.registered_commands)
