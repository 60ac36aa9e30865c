"""What monitoring.toml becomes, as Prometheus' and Alertmanager's own tools read it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from watch import promise, render
from watch.settings import Monitoring, Wrong, load

MONITORING = Path(__file__).resolve().parents[2] / "monitoring"
ALL = """\
language = "en"
name = "상담 \\"1\\" \\\\ {{ 😀 }}"
objective = 0.99
token_file = "TOKEN"
ca_file = "TOKEN"
guide_url = 'https://guides.example.kr/"{{ 안내 }}'
[chat]
url = "https://chat.example.kr/hooks/1"
channel = "#alerts"
proxy_url = "http://proxy.example.kr:3128"
[messenger]
kind = "jandi"
url = "https://wh.jandi.com/connect-api/webhook/1/2"
[email]
to = "ops@example.kr"
sender = "edgebox@example.kr"
server = "mail.example.kr:587"
user = "edgebox"
password_file = "TOKEN"
[webhook]
url = "https://hooks.example.kr/alerts"
[watchdog]
url = "https://hooks.example.kr/alive"
"""


def run(*command) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def everything(tmp_path) -> Path:
    token = tmp_path / "token"
    token.write_text("secret")
    path = tmp_path / "monitoring.toml"
    path.write_text(ALL.replace("TOKEN", str(token)))
    return path


@pytest.mark.parametrize("pace", [render.Pace(), render.DEMO], ids=["usual", "demo"])
def test_the_tools_accept_everything(everything, tmp_path, pace) -> None:
    render.write(load(everything), tmp_path, pace)
    run("promtool", "check", "config", tmp_path / "prometheus.yml")
    run("amtool", "check-config", tmp_path / "alertmanager.yml")
    box = json.loads((tmp_path / "prometheus.yml").read_text())["scrape_configs"][0]
    assert box["scheme"] == "https"
    assert "://" not in json.dumps(box)
    assert (tmp_path / "alertmanager.yml").stat().st_mode & 0o007 == 0


def test_the_tools_accept_the_settings_that_come_along(tmp_path) -> None:
    render.write(load(MONITORING / "monitoring.toml"), tmp_path)
    run("promtool", "check", "config", tmp_path / "prometheus.yml")
    run("amtool", "check-config", tmp_path / "alertmanager.yml")


def test_no_route_is_in_vain_and_no_interval_too_short(everything, tmp_path) -> None:
    """What Alertmanager's own tool does not look at."""
    amlint = shutil.which("amlint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if amlint is None:
        pytest.skip("there is no amlint; it is in the extra dev: ./install.sh --dev")
    for pace in (render.Pace(), render.DEMO):
        render.write(load(everything), tmp_path, pace)
        run(amlint, "check", "--strict", tmp_path / "alertmanager.yml")


def test_the_settings_that_come_along_are_the_defaults_and_name_all() -> None:
    assert load(MONITORING / "monitoring.toml") == Monitoring()
    text = (MONITORING / "monitoring.toml").read_text(encoding="utf-8")
    filled = re.sub(r"^# ?(?=[\[a-z_]+\]$|[a-z_]+ = )", "", text, flags=re.MULTILINE)
    named = set(re.findall(r"^([a-z_]+) = ", filled, re.MULTILINE))
    flat = [vars(Monitoring())]
    flat += [vars(value) for value in flat[0].values() if hasattr(value, "__dict__")]
    pairs = [pair for section in flat for pair in section.items()]
    wanted = {key for key, value in pairs if not hasattr(value, "__dict__")}
    assert named == wanted


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (("alertname=EngineDown", "severity=critical"), "people"),
        (("alertname=NothingArrives", "severity=warning", "hours=working"), "people"),
        (("alertname=InputShortened", "severity=info"), "people"),
        (("alertname=Watchdog", "severity=none"), "watchdog"),
    ],
)
def test_routes(tmp_path, labels, receiver) -> None:
    render.write(Monitoring(), tmp_path)
    file = f"--config.file={tmp_path}/alertmanager.yml"
    assert run("amtool", "config", "routes", "test", file, *labels).strip() == receiver


def test_only_what_can_wait_waits_for_working_hours() -> None:
    config = render.alertmanager(Monitoring(), render.Pace(), Path("/etc/x"))
    waiting = [
        route["matchers"]
        for route in config["route"]["routes"]
        if route.get("active_time_intervals") == ["working hours"]
    ]
    assert waiting == [['hours="working"'], ['severity="info"']]
    assert config["time_intervals"][0]["time_intervals"][0]["location"] == "Asia/Seoul"


def test_inhibition_names_alerts_that_exist() -> None:
    text = "".join(path.read_text() for path in (MONITORING / "rules").glob("*.yml"))
    known = set(re.findall(r"alert: (\w+)", text))
    rules = render.alertmanager(Monitoring(), render.Pace(), Path("/etc/x"))["inhibit_rules"]
    config = json.dumps(rules)
    named = set(
        re.findall(
            r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)*\b",
            " ".join(re.findall(r'alertname[=!~]+\\"([^"\\]+)', config)),
        )
    )
    assert named
    assert named <= known


def test_the_committed_promise_is_that_of_the_default_objective() -> None:
    committed = (MONITORING / "rules" / "promise.yml").read_text(encoding="utf-8")
    assert committed == promise.rules(Monitoring().objective)
    assert "> 0.072\n" in committed  # 14.4 times half a percent
    assert "> 0.144\n" in promise.rules(0.99)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("languag = 'ko'", "there is no setting languag"),
        ("[chat]\nurll = 'x'", "there is no setting chat.urll"),
        ("language = 'fr'", "language is one of ko, en"),
        ("objective = 99.5", "objective is a share"),
        ("[messenger]\nkind = 'line'", "messenger.kind is one of"),
        ("[email]\nto = 'a@example.kr'", "email needs sender and server"),
        ("target = 8601", "target is a str"),
        ("target", "monitoring.toml: "),
        ("target = 'a b:1'", "target is an address with a port"),
        ("[listen]\nprometheus = '127.0.0.1:9090 --web.enable-lifecycle'", "listen.prometheus is"),
        ("name = '상담\u200b1'", "name has a character that cannot be seen"),
        ("[chat]\nurl = 'hooks.example.kr/1'", "chat.url is not a URL"),
        ("[webhook]\nurl = 'http://hooks.example.kr/a b'", "webhook.url is not a URL"),
        ("token_file = 'token'", "token_file is the whole path"),
        ("[messenger]\nkind = 'jandi'", "jandi needs messenger.url"),
        ("[messenger]\nkind = 'naverworks'\nurl = 'https://x.kr'", "needs messenger.token_file"),
        (
            "[email]\nto = 'a@x.kr'\nsender = 'b@x.kr'\nserver = 'x.kr:25'\nuser = 'b'",
            "email.user needs email.password_file",
        ),
    ],
)
def test_wrong_settings_are_named(tmp_path, text, says) -> None:
    path = tmp_path / "monitoring.toml"
    path.write_text(text)
    with pytest.raises(Wrong, match=says):
        load(path)
