"""Times for users and other systems. Inside the program, a time is Unix seconds (float)."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, date, datetime

_DATE = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:(?P<second>[0-5]\d|60)(?:\.\d{1,20})?"
_OFFSET = r"(?:(?P<utc>[Zz]|-00:00)|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
_RFC3339 = re.compile(rf"(?P<date>{_DATE})(?:[Tt ]{_TIME}{_OFFSET})?", re.ASCII)

RETRY_AFTER_LIMIT = 86400.0


def rfc3339(seconds: float) -> str:
    """Format Unix seconds as RFC 3339 in UTC, in whole seconds: 2025-09-13T14:28:45Z."""
    return datetime.fromtimestamp(int(seconds), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_zone(seconds: float) -> datetime:
    """Return Unix seconds as the time of this machine's zone."""
    return datetime.fromtimestamp(seconds, tz=UTC).astimezone()


def local_date(text: str) -> date | None:
    """Return the date of an RFC 3339 date or time, where it was written.

    A time with an offset (+09:00) keeps the date that stands in it. A time in UTC (Z or -00:00,
    which RFC 3339 section 4.3 gives to an unknown offset) is taken to this machine's zone.

    Returns:
        None for any other text, and for a day that does not exist.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    try:
        day = date.fromisoformat(match["date"])
        if match["utc"] is None:
            return day
        at = match.start("second")
        leap = match["second"] == "60"  # datetime has no leap seconds
        moment = f"{text[:at]}59{text[at + 2 :]}" if leap else text
        return datetime.fromisoformat(moment.upper()).astimezone().date()
    except (ValueError, OverflowError):
        return None


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds to wait, at most a day, from a number or an HTTP date; None if neither.

    Source: RFC 9110, 10.2.3.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), RETRY_AFTER_LIMIT)
    try:
        when = email.utils.parsedate_to_datetime(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return min(max(when.timestamp() - now, 0.0), RETRY_AFTER_LIMIT)
    except (ValueError, OverflowError):
        return None
