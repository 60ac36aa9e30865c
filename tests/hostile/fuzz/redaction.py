"""Lines of a log on their way out of the box: no secret, no number, no customer's words."""

from __future__ import annotations

import re

from edgebox.signing import bound_key
from edgebox.system.log_file import parse
from edgebox_cli.common import redact

SECRET = "5e" * 32
SECRETS = ("s3cr3t-word", SECRET)
TOKENS = (
    *(SECRET.encode(), b"s3cr3t-word", b"(hidden)", b"BATCH-20250913-001", b"2025-09-13"),
    *(b"2025-09-13T10:00:00Z INFO edgebox.api ", b"9999-99-99T99:99:99Z INFO a b", b"api     | "),
    *("고객".encode(), b"010-1234-5678", b"4111 1111 1111 1111", b"\x1b[31m", b"\x1b", b"|", b"/"),
    *(b"aGVsbG8gd29ybGQgaGVsbG8gd29ybGQg", b"deadbeefdeadbeef", b":175775040:", "１２".encode()),
)
_LEFT = re.compile(r"(?=[a-f]*[0-9])[0-9a-f]{16,}|\d{9,}|[^\x20-\x7e]", re.ASCII)


def seeds() -> list[bytes]:
    key = bound_key("center-1", SECRET, 1_757_750_400)
    lines = (
        'api     | 2025-09-13T10:00:00Z INFO edgebox.api {"event": "request", "status": 200}',
        f"2025-09-13T10:00:00Z WARNING edgebox.api key {key} refused for s3cr3t-word",
        "worker  | 2025-09-13T10:00:00Z ERROR worker BATCH-20250913-001 고객 010-1234-5678",
        "edgebox: The engine is not running. Start it with: edgebox up",
        "Traceback (most recent call last): /opt/edgebox/lib/python3.11/site-packages/x.py",
        "\x1b[31mengine  | Segmentation fault\x1b[0m",
    )
    return [line.encode() for line in lines]


def check(data: bytes) -> None:
    line = data.decode("utf-8", "replace").replace("\n", " ")
    clean = redact.text(line, SECRETS)
    _clean(clean)
    assert redact.text(clean, SECRETS) == clean, "a second pass removes more"
    found = parse(line)
    assert found.level in {"debug", "info", "warning", "error", "critical"}
    if "\x1b" not in str(found):  # a colour inside a colour leaves one
        assert parse(str(found)) == found, "a line is read otherwise again"
    kept = redact.record(found, SECRETS)
    if kept is not None:
        _clean(kept.message)
        _clean(kept.logger)
        assert len(kept.message) <= redact.LONGEST_MESSAGE + len(redact.HIDDEN)


def _clean(text: str) -> None:
    assert not any(secret in text for secret in SECRETS)
    left = _LEFT.search(text)
    assert left is None, f"{left[0]!r} is left"
