"""``monitoring.toml``: what is watched and who is told."""

from __future__ import annotations

import dataclasses
import re
import socket
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = ("ko", "en")
MESSENGERS = ("jandi", "naverworks", "kakaowork", "dooray")
NEEDED = {
    "jandi": ("url",),
    "dooray": ("url",),
    "kakaowork": ("url", "conversation", "token_file"),
    "naverworks": ("url", "token_file"),
}

_ADDRESS = re.compile(r"([a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}")
_URL = re.compile(
    r"https?://([^\s/@]+@)?([\w.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?([/?]\S*)?", re.ASCII
)


class Wrong(Exception):
    """A setting is wrong; the message says which and what may stand there."""


@dataclass
class Chat:
    """An incoming webhook of Slack, Mattermost or Rocket.Chat."""

    url: str = ""
    channel: str = ""
    proxy_url: str = ""


@dataclass
class Messenger:
    """A Korean messenger, reached through ``monitoring/relay``."""

    kind: str = ""
    url: str = ""
    conversation: str = ""
    token_file: str = ""


@dataclass
class Email:
    """A mail server of the centre; the password stands in a file of its own."""

    to: str = ""
    sender: str = ""
    server: str = ""
    user: str = ""
    password_file: str = ""
    require_tls: bool = True


@dataclass
class Webhook:
    """Alertmanager's own JSON, for a program of the centre."""

    url: str = ""


@dataclass
class Listen:
    """Where the three listen."""

    prometheus: str = "127.0.0.1:9090"
    alertmanager: str = "127.0.0.1:9093"
    relay: str = "127.0.0.1:9095"


@dataclass
class Monitoring:
    """All settings; each default is that of a box whose metrics are at 127.0.0.1:8601."""

    language: str = "ko"
    name: str = ""
    target: str = "127.0.0.1:8601"
    token_file: str = ""
    ca_file: str = ""
    objective: float = 0.995
    guide_url: str = ""
    chat: Chat = field(default_factory=Chat)
    messenger: Messenger = field(default_factory=Messenger)
    email: Email = field(default_factory=Email)
    webhook: Webhook = field(default_factory=Webhook)
    watchdog: Webhook = field(default_factory=Webhook)
    listen: Listen = field(default_factory=Listen)

    def instance(self) -> str:
        """Return the name of the box in messages: ``name``, or the host's."""
        return self.name or socket.gethostname()


def load(path: Path) -> Monitoring:
    """Read the settings of a file.

    Raises:
        Wrong: it cannot be read, or a key or value in it is wrong.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Wrong(f"{path}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise Wrong(f"{path}: {error}") from None
    wanted = Monitoring()
    _fill(wanted, found, "")
    check(wanted)
    return wanted


def check(wanted: Monitoring) -> None:
    """Raise Wrong if a value is wrong."""
    if wanted.language not in LANGUAGES:
        raise Wrong(f"language is one of {', '.join(LANGUAGES)}")
    if not 0.5 <= wanted.objective < 1:
        raise Wrong("objective is a share between 0.5 and 1, for example 0.995")
    _check_receivers(wanted)
    for name, path in read_files(wanted).items():
        if path and not path.startswith("/"):
            raise Wrong(f"{name} is the whole path of a file, from / on")
    addresses = {"target": wanted.target}
    addresses |= {f"listen.{name}": address for name, address in vars(wanted.listen).items()}
    for name, address in addresses.items():
        if not _ADDRESS.fullmatch(address):
            raise Wrong(f"{name} is an address with a port, for example 127.0.0.1:9090")


def _check_receivers(wanted: Monitoring) -> None:
    messenger, email = wanted.messenger, wanted.email
    if messenger.kind and messenger.kind not in MESSENGERS:
        raise Wrong(f"messenger.kind is one of {', '.join(MESSENGERS)}")
    for key in NEEDED.get(messenger.kind, ()):
        if not getattr(messenger, key):
            raise Wrong(f"messenger.kind {messenger.kind} needs messenger.{key}")
    if email.to and not (email.sender and email.server):
        raise Wrong("email needs sender and server (host:port) beside to")
    if email.user and not email.password_file:
        raise Wrong("email.user needs email.password_file")
    for name, url in (
        ("chat.url", wanted.chat.url),
        ("chat.proxy_url", wanted.chat.proxy_url),
        ("messenger.url", messenger.url),
        ("webhook.url", wanted.webhook.url),
        ("watchdog.url", wanted.watchdog.url),
    ):
        if url and not _URL.fullmatch(url):  # not shown: it is a secret
            raise Wrong(f"{name} is not a URL: http:// or https://, without spaces (%20)")


def read_files(wanted: Monitoring) -> dict[str, str]:
    """Return the files that the units read besides their own, by setting; "" if there is none."""
    return {
        "token_file": wanted.token_file,
        "ca_file": wanted.ca_file,
        "messenger.token_file": wanted.messenger.token_file,
        "email.password_file": wanted.email.password_file,
    }


def _fill(section: Any, values: dict[str, Any], where: str) -> None:  # noqa: ANN401 - any section
    known = {one.name: getattr(section, one.name) for one in dataclasses.fields(section)}
    for key, value in values.items():
        if key not in known:
            raise Wrong(f"there is no setting {where}{key}")
        before = known[key]
        if dataclasses.is_dataclass(before):
            if not isinstance(value, dict):
                raise Wrong(f"{where}{key} is a section")
            _fill(before, value, f"{where}{key}.")
        elif isinstance(before, float) and isinstance(value, int | float):
            setattr(section, key, float(value))
        elif isinstance(value, str) and not value.isprintable():
            raise Wrong(f"{where}{key} has a character that cannot be seen, or a line break")
        elif type(value) is type(before):
            setattr(section, key, value)
        else:
            raise Wrong(f"{where}{key} is a {type(before).__name__}")
