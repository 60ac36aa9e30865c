"""Times for users and other systems. Inside the program, a time is Unix seconds (float)."""

from __future__ import annotations

from datetime import UTC, datetime


def rfc3339(seconds: float) -> str:
    """Format Unix seconds as RFC 3339 in UTC, in whole seconds: 2025-09-13T14:28:45Z."""
    return datetime.fromtimestamp(int(seconds), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
