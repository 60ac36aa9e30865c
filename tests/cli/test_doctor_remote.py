"""What the doctor and the status say of another server that answers for a role."""

import json

import pytest
from typer.testing import CliRunner

from edgebox.settings import RoleSettings
from edgebox.system.tls import server_context
from edgebox_cli.doctor import remote
from edgebox_cli.main import app
from support.outside.certificates import make_pair
from support.outside.far_server import MODEL, far_server

CASES = {
    "answers": ({}, "ok", "another server", None),
    "wrong key": ({"key": "k"}, "fail", "refuses the key (401)", "set url_key_file"),
    "wrong key, free list": (
        {"key": "k", "lists_freely": True},
        "fail",
        "refuses the key (401)",
        "set url_key_file",
    ),
    "wrong model": (
        {"models": ("a", "b")},
        "fail",
        f"has no model {MODEL}. It has: a, b",
        "set url_model under [engines.mlm]",
    ),
    "loading": ({"listing": 503}, "warn", "answers 503", "wait"),
    "overloaded": ({"status": 503}, "warn", "answers 503", "wait"),
    "full": ({"status": 429}, "warn", "answers 429", "what else uses that server"),
    "another program": ({"listing": 404}, "fail", "no OpenAI-compatible interface", "set url"),
    "hangs": ({"conduct": "hang_all"}, "fail", "says nothing: it hangs", "restart that server"),
    "writes nothing": ({"conduct": "hang"}, "warn", "wrote nothing within", "look at its queue"),
    "broken": ({"status": 500}, "warn", "answers 500", "curl -i"),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(remote, "SECONDS", 0.5)


def options(far, **more):
    return RoleSettings(url=far.url, url_model=MODEL, **more)


@pytest.mark.parametrize("case", CASES)
def test_each_state_of_the_server_has_its_words_and_its_remedy(case):
    script, state, detail, fix = CASES[case]
    with far_server(**script) as far:
        check = remote.server("mlm", options(far))
    assert (check.state, check.name) == (state, "model mlm")
    assert detail in check.detail
    assert check.fix is None if fix is None else fix in check.fix


def test_the_right_key_is_accepted_and_a_wrong_one_names_its_file(tmp_path):
    key = tmp_path / "key"
    key.write_text("k\n")
    key.chmod(0o600)
    with far_server(key="k") as far:
        assert remote.server("slm", options(far, url_key_file=str(key))).state == "ok"
        key.write_text("other\n")
        check = remote.server("slm", options(far, url_key_file=str(key)))
        assert check.fix == f"write its key into {key}, then restart the box"
        key.unlink()
        check = remote.server("slm", options(far, url_key_file=str(key)))
        assert "was not asked" in check.detail
        assert check.fix == "edit url_key_file under [engines.slm]"


def test_a_server_that_is_not_there(tmp_path):
    with far_server() as far:
        pass
    check = remote.server("mlm", options(far))
    assert (check.state, check.fix) == ("fail", "start that server, or unset the url")


def test_an_expired_certificate_is_that_servers_to_renew(tmp_path, monkeypatch):
    pair = make_pair(tmp_path, names="IP:127.0.0.1", days=-1)
    fresh = make_pair(tmp_path / "fresh", names="IP:127.0.0.1")
    context = server_context(fresh)
    context.load_cert_chain(pair.cert, pair.key)
    monkeypatch.setenv("SSL_CERT_FILE", str(pair.cert))
    with far_server(tls=context) as far:
        check = remote.server("mlm", options(far))
    assert "certificate has expired" in check.detail
    assert check.fix == "give that server a new certificate"


def test_the_status_names_the_server_that_does_not_answer(live, monkeypatch):
    with far_server(models=("another",)) as far:
        monkeypatch.setenv("EDGEBOX_ENGINES__MLM__URL", far.url)
        monkeypatch.setenv("EDGEBOX_ENGINES__MLM__URL_MODEL", MODEL)
        shown = CliRunner().invoke(app, ["status"]).stdout
        assert f"{MODEL} at {far.url}" in shown
        assert "does not have this model" in " ".join(shown.split())
        far.models = (MODEL,)
        state = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    assert [one["server"] for one in state["models"] if "server" in one] == ["answers"]
