"""What the form of a pivot's statements goes by, besides what is asked: which entities are small, which indexes there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.followed import seen_whole
from core.query.indexed import linked_by, owned_by
from core.query.pivot.resolving import LINKS, Key
from core.query.pivot.slicing import Slice
from core.storage.indexes import indexes_of
from core.storage.prepared import Prepared
from core.storage.types import BIG

if TYPE_CHECKING:
    from core.query.execute import Reader
    from core.query.relations import Relations
    from core.storage.workspace import Transaction

FEW = 2_000
"""Records of an entity, or of the question, up to which groups are made by links first, to ask each linked record once."""

MEASURED = "pivot_sizes"


def few_of(tx: Transaction, reader: Reader, values: Mapping[str, Any], slice: Slice) -> frozenset[str]:
    """Those entities (uids) to which keys lead by one link and of which few records are met: those that have few, and all
    when the reader has few records to ask for them. Nothing is counted where every linked record is seen and told by itself."""
    grants = reader.compiler.relations.grants
    targets = {key: first_target(tx.model.entity_by_uid, key) for key in slice.keys}
    led = {
        uid for key, uid in targets.items()
        if uid is not None and (len(key.place.steps) > 1 or not seen_whole(grants, uid))
    }  # fmt: skip
    large = {uid for uid in led if not _is_small(tx, uid)}
    return frozenset(led if large and _asks_few(tx, reader, values) else led - large)


def _asks_few(tx: Transaction, reader: Reader, values: Mapping[str, Any]) -> bool:
    """Whether the reader has few records, where an index tells at once; elsewhere counting may take as long as the answer."""
    compiler = reader.compiler
    if reader.plan.narrowed or compiler.grant_count() != 1:
        return False
    if (owned_by(compiler, 0) or linked_by(compiler, 0)) is None:
        return False
    counted = reader.other("count", ()).columns(tx.connection, {**values, "limit": FEW + 1})
    return int(counted[0][0]) <= FEW


def first_target(entities: Mapping[str, object], key: Key) -> str | None:
    """The entity that the first link of a key leads to."""
    entity, uid = key.place.steps[0]
    found = entities[entity].by_uid[uid]  # type: ignore[attr-defined]  # entities of a model
    if len(key.place.steps) == 1 and key.kind not in LINKS:
        return None
    target: str | None = found.target
    return target


def _is_small(tx: Transaction, uid: str) -> bool:
    kept: dict[str, Prepared] = tx.model.derived.setdefault(MEASURED, {})
    if uid not in kept:
        some = sa.select(tx.tables[uid].table.c.id).limit(sa.literal_column(str(FEW + 1))).subquery()
        kept[uid] = Prepared(sa.select(sa.func.count(type_=BIG)).select_from(some), tx.workspace.database)
    return int(kept[uid].columns(tx.connection, {})[0][0]) <= FEW


def in_index(relations: Relations, entity: str, columns: Iterable[str], *, alone: bool) -> bool:
    """Whether rows come grouped by these columns from an index, in whichever order it has them, and none is looked up:
    it is the index of a report, or the columns are ``alone`` what is read."""
    wanted = set(columns)
    return any(
        set(held[: len(wanted)]) == wanted for held in _holding(relations, entity, wanted, alone=alone)
    )


def begins_index(relations: Relations, entity: str, columns: Iterable[str], *, alone: bool) -> bool:
    """Whether rows come from an index in the order of one of these columns, and none is looked up, as for `in_index`."""
    wanted = set(columns)
    return any(held[0] in wanted for held in _holding(relations, entity, wanted, alone=alone))


def _holding(relations: Relations, entity: str, wanted: set[str], *, alone: bool) -> Iterator[list[str]]:
    """The columns of the indexes that hold all of these, and what else is read."""
    for index in indexes_of(relations.tables, entity):
        held = [column.removeprefix("-") for column in index.columns]
        if (index.rows == "live" or (alone and index.rows == "all")) and wanted.issubset(held):
            yield held
