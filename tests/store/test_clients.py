import re

import pytest

from edgebox.errors import NotFound, StoreError, UsageError
from edgebox.store.db import Store


def test_a_new_client_has_one_random_secret(store, clock):
    secret = store.clients.create("erp", allowed_callbacks=["10.0.0.5:8443", "erp.example"])
    assert re.fullmatch(r"[0-9a-f]{64}", secret)
    client = store.clients.get("erp")
    assert client.secrets == (secret,)
    assert client.allowed_callbacks == ("10.0.0.5:8443", "erp.example")
    assert (client.disabled, client.created_at) == (False, clock.now)
    assert secret != store.clients.create("crm")


def test_an_unknown_client_is_none(store):
    assert store.clients.get("nobody") is None


@pytest.mark.parametrize("name", ["", "a:b", "-x", ".x", "가나", "a b", "a" * 65, "a\n", "a/b"])
def test_a_name_that_a_bound_key_or_a_shell_could_misread_is_refused(store, name):
    with pytest.raises(UsageError, match="letters, digits"):
        store.clients.create(name)


def test_a_second_client_of_the_name_is_refused_and_the_first_keeps_its_secret(store):
    before = store.clients.get("centerlink")
    with pytest.raises(StoreError, match="edgebox keys rotate centerlink"):
        store.clients.create("centerlink")
    assert store.clients.get("centerlink") == before


def test_rotation_keeps_the_newest_two_secrets(store):
    first = store.clients.get("centerlink").secrets[0]
    second = store.clients.rotate("centerlink")
    assert store.clients.get("centerlink").secrets == (second, first)
    third = store.clients.rotate("centerlink")
    assert store.clients.get("centerlink").secrets == (third, second)


def test_a_forgotten_secret_is_gone_from_the_file(store):
    first = store.clients.get("centerlink").secrets[0]
    assert first.encode() in store.path.read_bytes()
    store.clients.rotate("centerlink")
    store.clients.rotate("centerlink")
    store.close()
    assert first.encode() not in store.path.read_bytes()


def test_rotation_leaves_other_clients_alone(store):
    secret = store.clients.create("erp")
    for _ in range(3):
        store.clients.rotate("centerlink")
    assert store.clients.get("erp").secrets == (secret,)


def test_disable_and_enable(store):
    store.clients.disable("centerlink")
    assert store.clients.get("centerlink").disabled
    store.clients.enable("centerlink")
    assert not store.clients.get("centerlink").disabled


def test_the_callback_list_is_replaced(store):
    store.clients.set_callbacks("centerlink", ["new.example"])
    assert store.clients.get("centerlink").allowed_callbacks == ("new.example",)
    store.clients.set_callbacks("centerlink", [])
    assert store.clients.get("centerlink").allowed_callbacks == ()


def test_the_list_is_by_name(store):
    store.clients.create("zeta")
    store.clients.create("alpha")
    assert [c.client_id for c in store.clients.list()] == ["alpha", "centerlink", "zeta"]


def test_changing_a_client_that_is_not_there_says_so(store):
    for change in (
        store.clients.rotate,
        store.clients.disable,
        store.clients.enable,
        lambda name: store.clients.set_callbacks(name, []),
    ):
        with pytest.raises(NotFound, match="edgebox keys list"):
            change("nobody")


def test_every_change_moves_the_version_for_every_reader(store):
    reader = Store(store.path)
    seen = [reader.clients.data_version()]
    for change in (
        lambda: store.clients.create("erp"),
        lambda: store.clients.rotate("erp"),
        lambda: store.clients.disable("erp"),
        lambda: store.clients.enable("erp"),
        lambda: store.clients.set_callbacks("erp", ["x.example"]),
    ):
        change()
        seen.append(reader.clients.data_version())
        assert store.clients.data_version() == seen[-1]
    assert seen == sorted(set(seen))
    assert reader.clients.data_version() == seen[-1], "reading moves nothing"
    reader.close()


def test_a_secret_does_not_show_in_a_log(store):
    client = store.clients.get("centerlink")
    assert client.secrets[0] not in f"{client!r} {client}"
