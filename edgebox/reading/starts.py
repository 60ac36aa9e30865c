"""When an entry of a recogniser's JSON was said."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any, Final

_STARTS: Final = {
    "startms": 1, "startat": 1, "starttimems": 1, "beginoffsetmillis": 1, "fromms": 1,
    "offsetmilliseconds": 1, "startmillis": 1, "offsetinticks": 1e-4, "start": 1000,
    "starttime": 1000, "startsec": 1000, "begin": 1000, "begintime": 1000, "ts": 1000,
    "startoffset": 1000, "starttimeoffset": 1, "starttimestampusec": 1e-3,
    "absolutetime": 1, "timestamp": 1000, "timestamps": 1000, "offsets": 1,
    "offset": 1000, "resultendtime": 1000, "resultendoffset": 1000, "time": 1000,
    "시작": 1000, "시작시간": 1000, "시작시각": 1000, "시간": 1000,
}  # fmt: skip
"""Fields that say when it was, with the milliseconds of one."""
_WITH_UNIT: Final = re.compile(
    r"(?:speech)?(?:start|begin|offset|from)(?:time|offset|at)?(?:in)?(?P<unit>m(?:illi)?s\w*|s\w*)"
)
"""Fields whose names end in their unit: startTimeMillis, offset_in_seconds, beginMsec."""
_WRITTEN: Final = (
    "createdat", "createdtime", "createddate", "created", "createtime", "insertedat", "sentat",
    "senttime", "sendtime", "sentdate", "regdate", "regdt", "regdtm", "등록일시", "작성일시",
    "보낸시간",
)  # fmt: skip
"""Fields that say when a record of it was written: a chat's as it was said, others' any time."""
_SECONDS: Final = (1e8, 1e11)
"""Numbers that are seconds since 1970, from 1973 on; as milliseconds they would be before it."""
_CLOCK: Final = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,9})?)")
_PERIOD: Final = re.compile(r"PT(?:(\d{1,3})H)?(?:(\d{1,5})M)?(?:(\d{1,6}(?:\.\d{1,9})?)S)?")
_DATED: Final = re.compile(r"(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)[T ]")
_OF_SECONDS: Final = re.compile(r"(\d{1,12}(?:\.\d{1,9})?) ?(ms|msec|s|sec)")
_BEGINNINGS: Final = ("from", "start", "begin", "startTime", "start_time", "startOffset")
"""Names of the beginning of a stretch of time."""


def start_of(fields: dict[str, Any]) -> float | None:
    """Return when an object was said, in milliseconds, by its fields in small letters."""
    for name, scale in _STARTS.items():
        found = milliseconds(fields[name], scale) if name in fields else None
        if found is not None:
            return found
    for name, value in fields.items():
        if unit := _WITH_UNIT.fullmatch(name):
            return milliseconds(value, 1 if unit["unit"].startswith("m") else 1000)
    return None


def written_at(fields: dict[str, Any]) -> float | None:
    """Return when the record of an object was written, in milliseconds."""
    found = next((milliseconds(fields[name], 1) for name in _WRITTEN if name in fields), None)
    seconds = found is not None and _SECONDS[0] <= found < _SECONDS[1]
    return found * 1000 if found is not None and seconds else found


def milliseconds(value: Any, scale: float) -> float | None:  # noqa: ANN401 - JSON
    """Return a time as milliseconds.

    Args:
        value: a number, "1.2s", "1200ms", "PT1.2S", "00:01.2", a date with a clock, seconds and
            nanos, the beginning of a stretch.
        scale: milliseconds of one, where it is a number.
    """
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        seconds, nanos = (_number(value.get(name), 1) for name in ("seconds", "nanos"))
        if seconds is None and nanos is None:
            found = (_number(value.get(name), scale) for name in _BEGINNINGS)
            return next((one for one in found if one is not None), None)
        return (seconds or 0.0) * 1000 + (nanos or 0.0) / 1e6
    return _number(value, scale)


def _number(value: Any, scale: float) -> float | None:  # noqa: ANN401 - JSON
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and (match := _CLOCK.fullmatch(value) or _PERIOD.fullmatch(value)):
        parts = (part or "0" for part in match.groups())
        hours, minutes, seconds = (float(part.replace(",", ".")) for part in parts)
        return ((hours * 60 + minutes) * 60 + seconds) * 1000
    if isinstance(value, str) and (date := _DATED.match(value)):
        return _since_1970(f"{date[1]}-{date[2]}-{date[3]}T{value[date.end() :]}")
    if isinstance(value, str) and (told := _OF_SECONDS.fullmatch(value.strip())):
        return float(told[1]) * (1 if told[2].startswith("m") else 1000)
    try:
        start = float(value.removesuffix("s") if isinstance(value, str) else value) * scale
    except (ValueError, OverflowError):
        return None
    return start if math.isfinite(start) else None


def _since_1970(value: str) -> float | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000
