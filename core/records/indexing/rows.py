"""Search rows of records that are written: one call for all rows of a work, in its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.records.indexing.asking import ask
from core.records.indexing.following import follow_titles, renamed
from core.records.indexing.texts import PartsOf, TextsOf, search_columns, search_rows, write_again
from core.records.shapes import Row
from core.storage.search.building import TAIL
from core.storage.search.places import Place
from core.storage.search.writing import forget_rows, insert_columns, insert_rows, replace_rows
from metamodel.model import Entity

if TYPE_CHECKING:
    from core.records.work import Work
    from core.storage.workspace import Transaction


def index_work(work: Work) -> None:
    """Bring the index to what the rows of the write have become."""
    tx, places = work.tx, work.tx.searched
    created: dict[str, list[Row]] = {}
    changed: dict[str, list[Row]] = {}
    for row in work.rows():
        if not row.touched:
            continue
        if row.action == "create":
            created.setdefault(row.entity.uid, []).append(row)
        elif row.action in ("update", "keep"):
            changed.setdefault(row.entity.uid, []).append(row)
    for uid, rows in created.items():
        place = places.get(uid)
        if place is not None:
            _add(tx, rows[0].entity, place, rows)
    for uid, rows in changed.items():
        place = places.get(uid)
        differing = {row.id: row.changed().keys() for row in rows}
        if place is not None:
            found = [(row.id, row.values) for row in rows if differing[row.id] & place.layout.own]
            replace_rows(tx, place, search_rows(tx, rows[0].entity, place, found))
        follow_titles(tx, rows[0].entity, renamed(tx, rows[0].entity, differing))


def index_new(
    tx: Transaction, entity: Entity, ids: Sequence[int], values: Mapping[str, Sequence[Any]], parts: PartsOf,
    texts: TextsOf,
) -> None:  # fmt: skip
    """Give new records their search rows: a list of stored values for each field (uid), and the parts of its texts;
    ``texts`` are those that were made ahead."""
    place = tx.searched.get(entity.uid)
    if place is not None and ids:
        insert_columns(tx, place, ids, search_columns(tx, entity, place, len(ids), values, parts, texts))
        _ask_if_behind(tx, place, max(ids))


def reindex(tx: Transaction, entity: Entity, ids: Iterable[int]) -> None:
    """Make the search rows of these records anew, and of those that are found by their titles: after a write of their
    columns past `core.records`."""
    some = sorted(set(ids))
    write_again(tx, entity, some)
    follow_titles(tx, entity, some)


def forget(tx: Transaction, entity: Entity, ids: Iterable[int]) -> None:
    """Remove the search rows of records that were removed for ever."""
    place = tx.searched.get(entity.uid)
    if place is not None:
        forget_rows(tx, place, ids)


def _add(tx: Transaction, entity: Entity, place: Place, rows: Sequence[Row]) -> None:
    _insert(tx, entity, place, [(row.id, row.values) for row in rows])


def _insert(
    tx: Transaction, entity: Entity, place: Place, records: Sequence[tuple[int, Mapping[str, Any]]]
) -> None:
    insert_rows(tx, place, search_rows(tx, entity, place, records))
    _ask_if_behind(tx, place, max(record for record, _ in records))


def _ask_if_behind(tx: Transaction, place: Place, last: int) -> None:
    if place.ready and (
        last - place.indexed > TAIL if tx.dialect == "sqlite" else last > TAIL and not place.indexed
    ):
        ask(tx)
