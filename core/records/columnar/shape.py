"""Which writes may go column by column: new records whose every step can be asked of all rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.records.follow import followers
from core.records.shapes import Ready, Values
from core.records.work import Work
from core.system import guards
from metamodel.model import Entity

FEWEST = 20
"""Rows below which it does not pay."""

APART = frozenset({"secret", "file", "files", "image", "children"})
"""Types of fields that the general way has more to do about."""


def fits(work: Work, entity: Entity, items: Sequence[tuple[int | None, Values]]) -> bool:
    """Whether these rows may be written so; everything that is not sure goes the general way."""
    if len(items) < FEWEST or work.brought or not _plain(work, entity):
        return False
    named: set[str] = set()
    for record, values in items:
        if record is not None:
            return False
        named.update(values)
    stage = entity.by_uid[entity.stages.field].name if entity.stages is not None else None
    return _may_be_sent(work, entity, named) and all(
        value.__class__ is Ready or (name == stage and isinstance(value, str))
        for _, values in items
        for name, value in values.items()
    )


def fits_columns(work: Work, entity: Entity, names: Iterable[str], count: int) -> bool:
    """The same of so many new rows with values of these fields, parsed, stages as they are written."""
    return count >= FEWEST and not work.brought and _plain(work, entity) and _may_be_sent(work, entity, names)


def _may_be_sent(work: Work, entity: Entity, names: Iterable[str]) -> bool:
    known = work.plain(entity)
    for name in names:
        found = known.get(name)
        if found is None or found.type.name in APART or found.via is not None or found.targets:
            return False
    return True


def _plain(work: Work, entity: Entity) -> bool:
    """What the entity itself must be like."""
    kept: dict[str, bool] = work.model.derived.setdefault("columnar", {})
    if entity.uid not in kept:
        kept[entity.uid] = not (
            entity.parent is not None
            or entity.follows is not None
            or entity.tree is not None
            or entity.name in guards.GUARDED
            or any(f.target == entity.uid and not f.system for f in entity.fields)
            or _follow_each_other(work, entity)
        )
    return kept[entity.uid]


def _follow_each_other(work: Work, entity: Entity) -> bool:
    every = followers(work.model, entity)
    uids = {each.field.uid for each in every}
    return any(each.inputs & (uids - {each.field.uid}) for each in every)
