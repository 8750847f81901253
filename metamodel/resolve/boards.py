"""What makes a view a board: the field whose values are its columns, totals, columns folded and hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metamodel.definitions import ViewDefinition
from metamodel.errors import unknown
from metamodel.messages import message
from metamodel.resolve.drafts import EntityDraft, FieldDraft
from metamodel.resolve.faults import Faults, Spot

GROUPING = ("choice", "boolean", "link", "user", "department")
"""Types of fields whose values can be the columns of a board: one value of a record at a time, few of them."""

_FOLDED = ("won", "lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The parts of a view that only a board has, all by uids."""

    group_by: str | None = None
    totals: tuple[str, ...] = ()
    folded: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


def board_of(written: ViewDefinition, entity: EntityDraft, spot: Spot, faults: Faults) -> Board:
    """The board of a view; nothing for a list, for which these keys are faults."""
    if written.type != "board":
        for key in ("group_by", "folded", "hidden"):
            if getattr(written, key):
                faults.add(spot.under(key), "KBK1005", message("only a board has “{key}”", key=key))
        return Board()
    field = _grouping(written, entity, spot, faults)
    if field is None:
        return Board()
    folded = (
        _closing(entity, field)
        if written.folded is None
        else _choices(field, written.folded, spot.under("folded"), faults)
    )
    return Board(
        group_by=field.uid,
        totals=tuple(_totals(written, entity, spot, faults)),
        folded=folded,
        hidden=_choices(field, written.hidden, spot.under("hidden"), faults),
    )


def _grouping(written: ViewDefinition, entity: EntityDraft, spot: Spot, faults: Faults) -> FieldDraft | None:
    """The field whose values are the columns: the stage where nothing is said."""
    if written.group_by is None:
        if entity.stages is None:
            why = message("records of “{entity}” have no stages: say “group_by”", entity=entity.name)
            faults.add(spot.under("kind"), "KBK1005", why)
            return None
        return entity.by_uid[entity.stages.field]
    place = spot.under("group_by")
    field = entity.by_name.get(written.group_by)
    if field is None:
        faults.add(place, "KBK1002", unknown("there is no field “{name}”", written.group_by, entity.by_name))
        return None
    if field.type not in GROUPING or field.system or field.computed is not None:
        why = message(
            "a board cannot be grouped by “{field}”: a stage, a choice, a link, a person or yes or no is expected",
            field=field.shown,
        )
        faults.add(place, "KBK1005", why)
        return None
    return field


def _totals(written: ViewDefinition, entity: EntityDraft, spot: Spot, faults: Faults) -> list[str]:
    found = []
    for index, name in enumerate(written.totals or ()):
        place, field = spot.under("totals", index), entity.by_name.get(name)
        if field is None:
            faults.add(place, "KBK1002", unknown("there is no field “{name}”", name, entity.by_name))
        elif field.result is None:
            continue  # its own fault is told
        elif field.result.kind != "number" or field.result.percent or field.system or field.type == "rating":
            faults.add(place, "KBK1005", message("“{field}” cannot be added up", field=field.shown))
        else:
            found.append(field.uid)
    return found


def _closing(entity: EntityDraft, field: FieldDraft) -> frozenset[str]:
    """The stages where work has ended, when the board is one of stages."""
    if entity.stages is None or entity.stages.field != field.uid:
        return frozenset()
    return frozenset(s.uid for p in entity.stages.pipelines for s in p.stages if s.kind in _FOLDED)


def _choices(field: FieldDraft, names: Sequence[str], spot: Spot, faults: Faults) -> frozenset[str]:
    """The uids of named choices."""
    if names and field.type != "choice":
        why = message(
            "columns can be named where the board is grouped by a choice, not by “{field}”", field=field.shown
        )
        faults.add(spot, "KBK1005", why)
        return frozenset()
    known = {choice.name for choice in field.choices}
    for index, name in enumerate(names):
        if name not in known:
            faults.add(spot.under(index), "KBK1002", unknown("there is no choice “{name}”", name, known))
    return frozenset(choice.uid for choice in field.choices if choice.name in names)
