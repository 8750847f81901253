"""Moments as local time, quickly: the offset of a zone is the same for a day, or at least for a quarter of an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.storage.types import from_microseconds

SECOND = 1_000_000
QUARTER = 900
DAY = 86_400
_EPOCH = datetime(1970, 1, 1)


class LocalTimes:
    """Writes microseconds since 1970 as the local time of a zone; what that leaves open, with its offset (RFC 3339)."""

    def __init__(self, language: str, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._russian = language == "ru"
        self._steady: dict[int, int | None] = {}
        self._offsets: dict[int, int | None] = {}
        self._days: dict[int, str] = {}
        self._clocks = [f" {minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60)]

    def __call__(self, micros: int) -> str:
        """The text of a moment, to the minute when nothing is lost."""
        seconds, rest = divmod(micros, SECOND)
        offset = self.offset(seconds)
        if rest or offset is None:
            return from_microseconds(micros).replace(tzinfo=None).isoformat() + "Z"
        day, clock = divmod(seconds + offset, DAY)
        text = self._days.get(day)
        if text is None:
            text = self._days[day] = self._day(day)
        minute, second = divmod(clock, 60)
        return text + self._clocks[minute] + (f":{second:02}" if second else "")

    def offset(self, seconds: int) -> int | None:
        """Seconds to be added to a moment in seconds since 1970; None where the local time names two moments, or the
        day is beyond the calendar."""
        day = seconds // DAY
        if day not in self._steady:
            self._steady[day] = self._all_day(day)
        steady = self._steady[day]
        if steady is not None:
            return steady
        quarter = seconds // QUARTER
        if quarter not in self._offsets:
            self._offsets[quarter] = self._quarter(quarter)
        return self._offsets[quarter]

    def _all_day(self, day: int) -> int | None:
        """The offset of a day round which no clock is changed."""
        found = {self._at(day * DAY + hours * 3600) for hours in (-26, 0, 12, 24, 50)}
        return found.pop() if len(found) == 1 else None

    def _at(self, seconds: int) -> int | None:
        try:
            shift = datetime.fromtimestamp(seconds, UTC).astimezone(self._zone).utcoffset()
        except (OverflowError, ValueError, OSError):
            return None
        whole = shift is not None and not shift.microseconds
        return round(shift.total_seconds()) if shift is not None and whole else None

    def _quarter(self, quarter: int) -> int | None:
        start = quarter * QUARTER
        first, last = self._at(start), self._at(start + QUARTER - 1)
        if first is None or first != last:
            return None
        local = datetime.fromtimestamp(start, UTC).astimezone(self._zone)
        twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return None if twice else first

    def _day(self, day: int) -> str:
        found = (_EPOCH + timedelta(days=day)).date()
        return f"{found:%d.%m.}{found.year:04}" if self._russian else found.isoformat()
