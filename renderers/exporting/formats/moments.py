"""Moments as local time, quickly: the offset of a zone is the same for a quarter of an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.storage.types import from_microseconds
from metamodel.fields.base import Context
from metamodel.fields.moments import write_instant

SECOND = 1_000_000
QUARTER = 900
DAY = 86_400
_EPOCH = datetime(1970, 1, 1)


class LocalTimes:
    """Writes microseconds since 1970 as the local time of a zone; what that leaves open, with its offset (RFC 3339)."""

    def __init__(self, language: str, zone: str) -> None:
        self._context = Context(medium="csv", language=language, zone=zone)
        self._zone = ZoneInfo(zone)
        self._russian = language == "ru"
        self._offsets: dict[int, int | None] = {}
        self._days: dict[int, str] = {}

    def __call__(self, micros: int) -> str:
        """The text of a moment, to the minute when nothing is lost."""
        seconds, rest = divmod(micros, SECOND)
        quarter = seconds // QUARTER
        offset = self._offsets.get(quarter, -1)
        if offset == -1:
            offset = self._offsets[quarter] = self.offset(quarter)
        if rest or offset is None:
            return self._exact(micros, plain=offset is not None)
        day, clock = divmod(seconds + offset, DAY)
        text = self._days.get(day)
        if text is None:
            text = self._days[day] = self._day(day)
        minute, second = divmod(clock, 60)
        return f"{text} {minute // 60:02}:{minute % 60:02}" + (f":{second:02}" if second else "")

    def offset(self, quarter: int) -> int | None:
        """Seconds to be added in a quarter of an hour since 1970; None where the local time names two moments, or the
        day is beyond the calendar."""
        if len(self._offsets) > 500_000:
            self._offsets.clear()
        try:
            moment = datetime.fromtimestamp(quarter * QUARTER, UTC)
            local = moment.astimezone(self._zone)
            last = (moment + timedelta(seconds=QUARTER - 1)).astimezone(self._zone)
        except (OverflowError, ValueError, OSError):
            return None
        shift = local.utcoffset()
        if shift is None or shift != last.utcoffset() or shift.microseconds:
            return None
        twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return None if twice else round(shift.total_seconds())

    def _day(self, day: int) -> str:
        found = (_EPOCH + timedelta(days=day)).date()
        return f"{found:%d.%m.}{found.year:04}" if self._russian else found.isoformat()

    def _exact(self, micros: int, *, plain: bool) -> str:
        moment = from_microseconds(micros)
        if plain:
            return write_instant(moment, self._context)
        return moment.replace(tzinfo=None).isoformat() + "Z"
