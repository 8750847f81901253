"""The two tables of who saw personal data: written in bulk, forgotten after some years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from core.storage.own import OwnTables
from core.storage.sightings import Sighting

KEPT = timedelta(days=3 * 366)
"""How long a view can be asked about: as long as a claim can be made."""

PORTION = 10_000
"""Sightings that one statement forgets."""

_ROWS = 5000

_Alike = tuple[datetime, int | None, int | None, int | None, str, str, tuple[str, ...]]
"""Moment, by, on behalf of, token, way, entity, fields."""


def write_sightings(
    connection: sa.Connection,
    own: OwnTables,
    dialect: Literal["sqlite", "postgresql"],
    seen: Sequence[Sighting],
) -> None:
    """Write them; those alike but for their records, in the same second, become one."""
    together: dict[_Alike, dict[int, None]] = {}
    for each in seen:
        key = (each.at, each.by, each.behalf, each.token, each.way, each.entity, each.fields)
        together.setdefault(key, {}).update(dict.fromkeys(each.records))
    pairs: list[dict[str, int]] = []
    for (at, by, behalf, token, way, entity, fields), records in together.items():
        values: dict[str, object] = {
            "at": at,
            "by": by,
            "behalf": behalf,
            "token": token,
            "way": way,
            "entity": entity,
        }
        values |= {"fields": list(fields), "count": len(records)}
        inserted = connection.execute(own.sighting.insert().values(values).returning(own.sighting.c.id))
        sighting = int(inserted.scalar_one())
        pairs += [{"record": record, "sighting": sighting} for record in records]
    for start in range(0, len(pairs), _ROWS):
        connection.execute(own.sighted.insert(), pairs[start : start + _ROWS])


def forget_sightings(connection: sa.Connection, own: OwnTables, now: datetime) -> int:
    """Remove a portion of what was seen too long ago; how many sightings."""
    old = list(
        connection.execute(
            sa.select(own.sighting.c.id)
            .where(own.sighting.c.at < now - KEPT)
            .order_by(own.sighting.c.id)
            .limit(PORTION)
        ).scalars()
    )
    if old:
        connection.execute(own.sighted.delete().where(own.sighted.c.sighting <= old[-1]))
        connection.execute(own.sighting.delete().where(own.sighting.c.id <= old[-1]))
    return len(old)
