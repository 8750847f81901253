"""Numbers of series: taken last, one row of `kubik_number` for each series and period, consecutive once committed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core.records.shapes import Row
from core.records.statements import one, update
from core.records.work import Work
from core.storage.types import BIG, TEXT
from metamodel.fields.number_series import number_text, period_of
from metamodel.model import Entity, Field


def series_of(entity: Entity) -> tuple[Field, ...]:
    """The numbered fields of an entity."""
    return tuple(f for f in entity.fields if f.type.name == "number_series")


def take_numbers(work: Work) -> None:
    """Give every new row its numbers, in the order of series and period."""
    waiting: dict[tuple[str, str], list[tuple[Row, Field, date]]] = {}
    for rows in work.by_entity("create").values():
        for field in series_of(rows[0].entity):
            for row in rows:
                day = _day(work, row, field)
                waiting.setdefault((field.uid, period_of(field, day)), []).append((row, field, day))
    for (series, period), takers in sorted(waiting.items(), key=lambda item: item[0]):
        last = advance(work, series, period, len(takers))
        for number, (row, field, day) in enumerate(takers, start=last - len(takers) + 1):
            row.values[field.uid] = number_text(field, day, number)


def store_numbers(work: Work) -> None:
    """Put the numbers into rows that were stored before they had them."""
    for rows in work.by_entity("create").values():
        uids = [field.uid for field in series_of(rows[0].entity)]
        if uids:
            update(
                work.tx, rows[0].entity, [(row.id, {uid: row.values[uid] for uid in uids}) for row in rows]
            )


def _day(work: Work, row: Row, field: Field) -> date:
    """The day whose period counts: of the field named by ``by``, else today."""
    named = row.entity.by_name.get(str(field.options.get("by") or ""))
    value = row.values.get(named.uid) if named else None
    zone = work.tx.workspace.zone
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    return value if isinstance(value, date) else work.tx.now.astimezone(zone).date()


def advance(work: Work, series: str, period: str, count: int) -> int:
    """The last of ``count`` numbers taken now; the row stays locked until the transaction ends."""

    def make() -> Any:
        table = work.tx.tables.own.number
        dialect: Any = sqlite if work.tx.dialect == "sqlite" else postgresql
        statement = dialect.insert(table).values(
            series=sa.bindparam("series", type_=TEXT),
            period=sa.bindparam("period", type_=TEXT),
            last=sa.bindparam("count", type_=BIG),
        )
        return statement.on_conflict_do_update(
            index_elements=[table.c.series, table.c.period],
            set_={"last": table.c.last + statement.excluded.last},
        ).returning(table.c.last)

    ((last,),) = one(work.tx, ("number",), make, {"series": series, "period": period, "count": count})
    return int(last)
