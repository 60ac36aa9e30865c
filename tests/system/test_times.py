import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgebox.system.times import local_date, parse_retry_after, rfc3339

NOW = 1_757_750_400.0  # Sat, 13 Sep 2025 08:00:00 GMT


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1757773725, "2025-09-13T14:28:45Z"),
        (1757773725.999, "2025-09-13T14:28:45Z"),
    ],
)
def test_times_are_rfc3339_in_utc(seconds, text, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Seoul")
    assert rfc3339(seconds) == text


@pytest.fixture
def seoul(monkeypatch):
    monkeypatch.setenv("TZ", "KST-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-09-13", date(2025, 9, 13)),
        ("2025-09-13T14:59:59Z", date(2025, 9, 13)),
        ("2025-09-13T15:00:00Z", date(2025, 9, 14)),
        ("2025-09-13T15:00:00.123456789Z", date(2025, 9, 14)),
        ("2025-09-13t10:00:00z", date(2025, 9, 13)),
        ("2025-09-13T15:00:00-00:00", date(2025, 9, 14)),
        ("2016-12-31T23:59:60Z", date(2017, 1, 1)),
    ],
)
def test_a_time_in_utc_is_on_the_day_of_this_machines_zone(seoul, text, expected):
    assert local_date(text) == expected


@pytest.mark.parametrize("zone", ["UTC0", "KST-9", "EST5"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-09-14T08:00:00+09:00", date(2025, 9, 14)),
        ("2025-09-13T23:30:00+09:00", date(2025, 9, 13)),
        ("2025-09-13 10:00:00-05:00", date(2025, 9, 13)),
        ("2025-09-13t23:30:00.5+00:00", date(2025, 9, 13)),
        ("2016-12-31T23:59:60+09:00", date(2016, 12, 31)),
        ("0001-01-01T00:00:00+23:00", date(1, 1, 1)),
        ("9999-12-31T23:59:59-23:00", date(9999, 12, 31)),
    ],
)
def test_a_time_with_an_offset_keeps_its_date_on_every_machine(monkeypatch, zone, text, expected):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert local_date(text) == expected
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "2025-9-13", "20250913", "2025-13-01", "2025-02-29", "2025-09-13T10:00:00",
        "2025-09-13T24:00:00Z", "2025-09-13T10:00Z", "2025-09-13T10:00:00+0900", "2025-W37-6",
        "9999-12-31T23:59:59Z", "2025-02-29T10:00:00+09:00", "٢٠٢٥-09-13", "2025-09-13 ",
    ],
)  # fmt: skip
def test_any_other_text_is_no_date(seoul, text):
    assert local_date(text) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 90 ", 90.0),
        ("999999999999999999999", 86400.0),
        ("Sat, 13 Sep 2025 08:01:30 GMT", 90.0),
        ("Saturday, 13-Sep-25 08:01:30 GMT", 90.0),
        ("Sat, 13 Sep 2025 07:00:00 GMT", 0.0),
        ("Sat, 13 Sep 2035 07:00:00 GMT", 86400.0),
        ("-5", None),
        ("1.5", None),
        ("120.5", None),
        ("+9999", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 86400.0),
        ("Wed, 99 Oct 2026 07:28:00 GMT", None),
        ("soon", None),
        ("٣", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_at_most_a_day(value, seconds):
    assert parse_retry_after(value, NOW) == seconds


@given(st.text(max_size=60))
def test_any_retry_after_is_read_or_ignored(value):
    seconds = parse_retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= 86400
