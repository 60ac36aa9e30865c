"""What the Korean messengers expect.

Written from their references, not run against the services: JANDI (support.jandi.com, incoming
webhook), Dooray! (docs.toast.com, incoming hook), KakaoWork (docs.kakaoi.ai, messages.send) and
NAVER WORKS (developers.worksmobile.com, bot, channel message).
"""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from watch.settings import Messenger

SECONDS = 10.0
AGAIN = 60.0  # seconds: the interval of a group of alerts, in which it is tried again
LONGEST = 2000  # characters; the messengers take between 2,000 and 10,000
COLORS = {"critical": "#d92d20", "warning": "#f79009", "info": "#2e90fa", "resolved": "#12b76a"}
WORDS = {
    "ko": {"critical": "긴급", "warning": "경고", "info": "알림", "resolved": "해제"},
    "en": {"critical": "critical", "warning": "warning", "info": "note", "resolved": "resolved"},
}


class Message(NamedTuple):
    """One alert as people read it; ``level`` is a key of :data:`COLORS`."""

    level: str
    title: str
    text: str


class Request(NamedTuple):
    """What is sent to a messenger."""

    headers: dict[str, str]
    body: dict[str, Any]


def messages(payload: dict[str, Any], language: str) -> list[Message]:
    """Return the messages of what Alertmanager's webhook says, one for each alert."""
    found = []
    suffix = "" if language == "ko" else "_en"
    for alert in payload["alerts"]:
        labels, notes = alert["labels"], alert["annotations"]
        level = "resolved" if alert["status"] == "resolved" else labels.get("severity", "warning")
        level = level if level in COLORS else "warning"
        summary = notes.get(f"summary{suffix}") or labels["alertname"]
        title = " ".join(
            part
            for part in (f"[{WORDS[language][level]}]", labels.get("instance"), summary)
            if part
        )
        todo = notes.get(f"action{suffix}", "") if level != "resolved" else ""
        found.append(Message(level, title[:LONGEST], todo[:LONGEST]))
    return found


def _jandi(message: Message, _: Messenger, __: str) -> Request:
    body = {"body": message.title, "connectColor": COLORS[message.level]}
    lines = [{"title": message.title, "description": message.text}] if message.text else []
    return Request(
        {"Accept": "application/vnd.tosslab.jandi-v2+json"}, {**body, "connectInfo": lines}
    )


def _dooray(message: Message, _: Messenger, __: str) -> Request:
    body: dict[str, Any] = {"botName": "EdgeBox", "text": message.title}
    if message.text:
        body["attachments"] = [{"text": message.text, "color": COLORS[message.level]}]
    return Request({}, body)


def _kakaowork(message: Message, to: Messenger, token: str) -> Request:
    text = "\n".join(part for part in (message.title, message.text) if part)
    return Request(
        {"Authorization": f"Bearer {token}"},
        {"conversation_id": to.conversation, "text": text},
    )


def _naverworks(message: Message, _: Messenger, token: str) -> Request:
    text = "\n".join(part for part in (message.title, message.text) if part)
    return Request(
        {"Authorization": f"Bearer {token}"}, {"content": {"type": "text", "text": text}}
    )


FORMATS: dict[str, Callable[[Message, Messenger, str], Request]] = {
    "jandi": _jandi,
    "dooray": _dooray,
    "kakaowork": _kakaowork,
    "naverworks": _naverworks,
}


def send(message: Message, to: Messenger) -> None:
    """Send one message. The token is read each time, because the centre may renew it.

    Raises:
        OSError: the messenger cannot be reached or refuses it.
    """
    token = Path(to.token_file).read_text(encoding="utf-8").strip() if to.token_file else ""
    headers, body = FORMATS[to.kind](message, to, token)
    request = urllib.request.Request(  # noqa: S310 - the administrator's own address
        to.url,
        json.dumps(body, ensure_ascii=False).encode(),
        {"Content-Type": "application/json; charset=utf-8", **headers},
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
        answer.read()


def send_all(
    found: list[Message], to: Messenger, sent: dict[Message, float], pause: float = 0.2
) -> None:
    """Send messages one after another, ``pause`` seconds apart: messengers limit the rate.

    Args:
        found: the messages of one webhook.
        to: the messenger.
        sent: those of webhooks that failed in the middle, with their time.monotonic(): Alertmanager
            sends such a webhook again for a minute, and nobody is to be told twice.

    Raises:
        OSError: one was not taken; those before it are in ``sent``.
    """
    left = [message for message in found if time.monotonic() - sent.get(message, -AGAIN) >= AGAIN]
    for index, message in enumerate(left):
        if index:
            time.sleep(pause)
        send(message, to)
        sent[message] = time.monotonic()
    for message in found:
        sent.pop(message, None)
