"""``monitoring.toml``: what is watched and who is told."""

from __future__ import annotations

import dataclasses
import socket
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = ("ko", "en")
MESSENGERS = ("jandi", "naverworks", "kakaowork", "dooray")


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
    if wanted.language not in LANGUAGES:
        raise Wrong(f"language is one of {', '.join(LANGUAGES)}")
    if not 0.5 <= wanted.objective < 1:
        raise Wrong("objective is a share between 0.5 and 1, for example 0.995")
    if wanted.messenger.kind and wanted.messenger.kind not in MESSENGERS:
        raise Wrong(f"messenger.kind is one of {', '.join(MESSENGERS)}")
    if wanted.email.to and not (wanted.email.sender and wanted.email.server):
        raise Wrong("email needs sender and server (host:port) beside to")
    return wanted


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
        elif type(value) is type(before):
            setattr(section, key, value)
        else:
            raise Wrong(f"{where}{key} is a {type(before).__name__}")
