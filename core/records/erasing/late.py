"""What was copied from a record while that was being erased, into places that had been looked through: looked at once more
in the last transaction, as far as it was written since, so that nobody waits for long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.query.matching import among, id_list
from core.records.erasing.scrub import Scrubber
from core.records.erasing.sweeping import CHUNK, Copies, copies, drop_drafts, scrub_copies, scrub_linked
from core.records.erasing.targets import Targets
from core.storage.workspace import Transaction

EARLIER = timedelta(minutes=10)
"""How much older than the first look a row may seem that came behind it: it bears the moment its transaction began, by the
clock of its own machine."""


def scrub_late(
    tx: Transaction, targets: Targets, scrubber: Scrubber, since: datetime, by: int | None
) -> Iterator[tuple[str, int]]:
    """Take the values out of it; what an act calls the places, and how much it was."""
    yield "drafts", drop_drafts(tx, targets)
    for kept in copies(tx):
        yield kept.place, _scrub(tx, kept, scrubber, since)
    for uid, ids in targets.linking.items():
        for start in range(0, len(ids), CHUNK):
            late = _changed(tx, uid, ids[start : start + CHUNK], since)
            yield "linked", scrub_linked(tx, targets, uid, late, scrubber, by)


def _scrub(tx: Transaction, kept: Copies, scrubber: Scrubber, since: datetime) -> int:
    count, after = scrub_copies(tx, kept, scrubber, None, since)
    while after is not None:
        more, after = scrub_copies(tx, kept, scrubber, after, since)
        count += more
    return count


def _changed(tx: Transaction, uid: str, ids: Sequence[int], since: datetime) -> list[int]:
    """Those of the records that were written since."""
    table = tx.tables[uid].table
    late: sa.Select[Any] = sa.select(table.c.id).where(
        among(tx.dialect, table.c.id, "ids"), table.c.updated_at >= since
    )
    found = tx.connection.execute(late.order_by(table.c.id), {"ids": id_list(tx.dialect, ids)})
    return list(found.scalars())
