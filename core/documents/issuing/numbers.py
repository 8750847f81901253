"""Numbers of documents: consecutive among those that were committed, a series of its own for each type of document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core.records.numbers import advance
from core.records.work import Work
from core.storage.workspace import Transaction
from metamodel.documents import DocumentNumber, DocumentType
from metamodel.fields.number_series import numbered, period


def day_of(tx: Transaction, type_: DocumentType, asked: date, stored: dict[str, Any] | Any) -> date:
    """The day whose period counts: of the record's field that the series names, where it has one; else the document's."""
    value = stored.get(type_.number.by) if type_.number is not None and type_.number.by else None
    if isinstance(value, datetime):
        return value.astimezone(tx.workspace.zone).date()
    return value if isinstance(value, date) else asked


def period_of(number: DocumentNumber, day: date) -> str:
    """The period whose own count the series keeps on that day."""
    return period(number.restart, day)


def next_in(tx: Transaction, series: str, in_period: str) -> int:
    """The count that would come now; nothing is taken."""
    table = tx.tables.own.number
    last = tx.connection.execute(
        sa.select(table.c.last).where(table.c.series == series, table.c.period == in_period)
    ).scalar()
    return int(last or 0) + 1


def take(work: Work, series: str, in_period: str) -> int:
    """The next count, taken; others of the series wait until the transaction ends."""
    return advance(work, series, in_period, 1)


def number_of(number: DocumentNumber, day: date, count: int) -> str:
    """The number as it stands on the document."""
    return numbered(number.format, day, count)


def blank_number(number: DocumentNumber, day: date) -> str:
    """What stands in its place on a preview, which takes none: the same with the count left blank."""
    one, two = numbered(number.format, day, 1), numbered(number.format, day, 2)
    at = next(i for i, (a, b) in enumerate(zip(one, two, strict=True)) if a != b)
    start = at
    while start and one[start - 1] == "0":
        start -= 1
    return one[:start] + "_" * max(3, at + 1 - start) + one[at + 1 :]
