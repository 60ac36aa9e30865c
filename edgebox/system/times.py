"""Times for users and other systems. Inside the program, a time is Unix seconds (float)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_DATE = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:(?P<second>[0-5]\d|60)(?:\.\d{1,20})?"
_RFC3339 = re.compile(rf"{_DATE}(?:[Tt ]{_TIME}(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d))?", re.ASCII)


def rfc3339(seconds: float) -> str:
    """Format Unix seconds as RFC 3339 in UTC, in whole seconds: 2025-09-13T14:28:45Z."""
    return datetime.fromtimestamp(int(seconds), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_date(text: str) -> date | None:
    """Return the date of an RFC 3339 date, or of a time in this machine's zone.

    Returns:
        None for any other text, and for a day that does not exist.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    leap = match["second"] == "60"  # datetime has no leap seconds
    try:
        if match["second"] is None:
            return date.fromisoformat(text)
        at = match.start("second")
        moment = f"{text[:at]}59{text[at + 2 :]}" if leap else text
        return datetime.fromisoformat(moment.upper()).astimezone().date()
    except (ValueError, OverflowError):
        return None
