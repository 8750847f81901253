"""What makes a view a calendar or a tree: the fields that say when, in which colour, and below which record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from metamodel.definitions import ViewDefinition
from metamodel.errors import unknown
from metamodel.messages import message
from metamodel.resolve.drafts import EntityDraft, FieldDraft
from metamodel.resolve.faults import Faults, Spot

WHEN = ("date", "datetime")
COLORED = ("choice", "link", "user", "department", "boolean")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The parts of a view that only a calendar has, by uids: when a record begins, when it ends, what colours it."""

    starts: str | None = None
    ends: str | None = None
    color_by: str | None = None


def calendar_of(written: ViewDefinition, entity: EntityDraft, spot: Spot, faults: Faults) -> Calendar:
    """The calendar of a view; nothing for another kind, for which these keys are faults."""
    if written.type != "calendar":
        _only(
            written, {"from": written.starts, "to": written.ends, "color_by": written.color_by}, spot, faults
        )
        return Calendar()
    if written.starts is None:
        faults.add(spot.under("kind"), "KBK1005", message("a calendar needs “from”, a date or a moment"))
        return Calendar()
    starts = _field(written.starts, entity, WHEN, spot.under("from"), faults)
    ends = None if written.ends is None else _field(written.ends, entity, WHEN, spot.under("to"), faults)
    if starts is not None and ends is not None and starts.type != ends.type:
        why = message("“from” and “to” are both dates or both moments")
        faults.add(spot.under("to"), "KBK1005", why)
    color = None
    if written.color_by is not None:
        color = _field(written.color_by, entity, COLORED, spot.under("color_by"), faults)
    uids = [None if field is None else field.uid for field in (starts, ends, color)]
    return Calendar(starts=uids[0], ends=uids[1], color_by=uids[2])


def tree_of(written: ViewDefinition, entity: EntityDraft, spot: Spot, faults: Faults) -> str | None:
    """The link (uid) that leads to the record above, of the entity itself."""
    if written.type != "tree":
        return None
    if entity.tree is None:
        why = message(
            "records of “{entity}” stand under no others: say “tree” of the entity", entity=entity.name
        )
        faults.add(spot.under("kind"), "KBK1005", why)
    return entity.tree


def _field(
    name: str, entity: EntityDraft, types: Collection[str], spot: Spot, faults: Faults
) -> FieldDraft | None:
    field = entity.by_name.get(name)
    if field is None:
        faults.add(spot, "KBK1002", unknown("there is no field “{name}”", name, entity.by_name))
        return None
    if field.type not in types or field.computed is not None:
        why = message(
            "“{field}” is of no type that is expected here: {types}", field=field.shown, types=list(types)
        )
        faults.add(spot, "KBK1005", why)
        return None
    return field


def _only(written: ViewDefinition, keys: dict[str, str | None], spot: Spot, faults: Faults) -> None:
    for key, value in keys.items():
        if value is not None:
            why = message("only a calendar has “{key}”", key=key)
            faults.add(spot.under(key), "KBK1005", why)
