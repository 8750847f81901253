"""Numbers of series for many new records at once: as they are taken, and as they will be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from metamodel.fields.number_series import number_texts, period_of
from metamodel.model import Field

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

Take = Callable[[str, int], int]
"""The last of so many numbers of a period."""


def numbers_for(tx: Transaction, series: Field, source: Sequence[Any], take: Take) -> list[str]:
    """The numbers of new records; ``source`` are the values that their days are of, today where there is none."""
    zone = tx.workspace.zone
    today = tx.now.astimezone(zone).date()
    days = [_day(value, zone, today) for value in source]
    met = {day: (period_of(series, day), number_texts(series, day)) for day in set(days)}
    counts = Counter(met[day][0] for day in days)
    following = {
        period: iter(range(last - count + 1, last + 1))
        for period, count in sorted(counts.items())
        for last in [take(period, count)]
    }
    written = {day: (following[period], text) for day, (period, text) in met.items()}
    return [text(next(count)) for count, text in map(written.__getitem__, days)]


def _day(value: Any, zone: Any, today: date) -> date:
    if value is None:
        return today
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    return value if isinstance(value, date) else today


class Foreseen:
    """Numbers that new records will get when all those before them are stored, if nobody else takes any meanwhile."""

    def __init__(self) -> None:
        self._coming: list[tuple[int, tuple[str, str], int]] = []
        """Where a part of the records begins, and how many numbers of a series and period it takes."""

    def numbers(
        self, tx: Transaction, series: Field, source: Sequence[Any], begin: int, stored: int
    ) -> list[str]:
        """The numbers of the records from ``begin`` on, of which the first ``stored`` are in the database by now."""
        self._coming = [each for each in self._coming if each[0] >= stored]

        def take(period: str, count: int) -> int:
            key = series.uid, period
            before = sum(coming for _, taken, coming in self._coming if taken == key)
            self._coming.append((begin, key, count))
            return _last(tx, *key) + before + count

        return numbers_for(tx, series, source, take)


def _last(tx: Transaction, series: str, period: str) -> int:
    table = tx.tables.own.number
    found = sa.select(table.c.last).where(table.c.series == series, table.c.period == period)
    return tx.connection.execute(found).scalar() or 0
