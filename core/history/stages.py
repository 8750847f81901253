"""The changes of stage that the journal has of records, one after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from metamodel.model import Entity

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

CHUNK = 500

TAKEN_BACK = "move back"
"""What the journal has as the action of a change that took a move back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange:
    """A change of stage (uids): when and by whom; ``since`` is when the record had come to the stage it left.

    ``diff`` is the whole change, in the values of the journal.
    """

    seq: int
    record: int
    at: datetime
    by: int | None
    source: str | None
    target: str | None
    since: datetime | None
    version: int | None
    action: str | None
    diff: Mapping[str, Any]


def stage_changes(tx: Transaction, entity: Entity, ids: Iterable[int]) -> dict[int, list[StageChange]]:
    """The changes of stage of each of these records, the oldest first; of all of them, whoever may read them."""
    stages = entity.stages
    found: dict[int, list[StageChange]] = {id: [] for id in ids}
    if stages is None:
        return found
    journal, wanted = tx.tables.own.journal, sorted(found)
    for start in range(0, len(wanted), CHUNK):
        select = (
            sa.select(journal)
            .where(journal.c.entity == entity.uid, journal.c.record.in_(wanted[start : start + CHUNK]))
            .order_by(journal.c.seq)
        )
        for row in tx.connection.execute(select):
            diff = row.diff or {}
            if stages.field not in diff or diff[stages.field][0] == diff[stages.field][1]:
                continue
            earlier = found[row.record]
            source, target = diff[stages.field]
            since = _moment(diff.get(stages.since, (None,))[0]) or (earlier[-1].at if earlier else None)
            earlier.append(
                StageChange(
                    seq=row.seq, record=row.record, at=row.at, by=row.by, source=source, target=target, since=since,
                    version=row.version, action=row.action, diff=diff,
                )
            )  # fmt: skip
    return found


def _moment(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written).astimezone(UTC)
