import pytest

from edgebox.system.times import rfc3339


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
