"""What a saved view says of its list, in names as people and definitions write them, and in uids as it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from core.access.grants import Grants
from core.errors import KubikError
from core.query.filters import parse_filter, parse_mark
from core.query.grouping import grouping_of
from core.query.names import no_such_field, readable_path
from core.query.plan import sort_keys
from core.records.views.lasting import lasting_path, lasting_text, named_path, named_text
from metamodel.expression.types import BOOLEAN
from metamodel.messages import message
from metamodel.model import Entity, Model

MOST_COLUMNS = 100
MOST_SHADES = 20
COLORS = ("grey", "blue", "green", "amber", "red", "violet", "teal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """A colour of a cell or a row, as in a definition: a rule (``when``) or a scale (``start`` to ``end``)."""

    color: str
    column: str | None = None
    fill: bool = False
    when: str | None = None
    value: str | None = None
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a view says: names and expressions as text. ``totals`` None tells the sums of all that can be added up."""

    columns: tuple[str, ...] = ()
    filter: str | None = None
    sort: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    totals: tuple[str, ...] | None = None
    shades: tuple[Shade, ...] = ()
    group_by: str | None = None
    """Of a board: the field whose values are its columns."""
    starts: str | None = None
    """Of a calendar: the field of the day or moment, of the end, and the one that colours."""
    ends: str | None = None
    color_by: str | None = None
    parent: str | None = None
    """Of a tree: the link to the record above."""

    @property
    def shape(self) -> tuple[str, ...]:
        """The fields that make a board, a calendar or a tree what it is."""
        return tuple(name for name in (getattr(self, part) for part in SHAPE) if name)


SHAPE = ("group_by", "starts", "ends", "color_by", "parent")
"""Parts of a state that are one field each."""


def check_state(model: Model, grants: Grants, entity: Entity, state: State) -> None:
    """Refuse what its owner may not use or what cannot be read, each part at its place."""
    if not 1 <= len(state.columns) <= MOST_COLUMNS:
        raise KubikError("KBK2000", message("A view has from 1 to {most} columns.", most=MOST_COLUMNS))
    for index, name in enumerate(state.columns):
        readable_path(model, grants, entity, name, f"/columns/{index}")
    sort_keys(model, grants, entity, state.sort)
    parse_filter(model, grants, entity, state.filter)
    for name in state.shape:
        readable_path(model, grants, entity, name, "/kind")
    stepped = [*state.group, *([state.group_by] if state.group_by else ())]
    for text in stepped:
        name, _, by = text.removeprefix("-").partition(":")
        field = entity.by_name.get(name)
        if field is None or grouping_of(grants, entity, field.uid, by or None) is None:
            raise no_such_field(name, (), "/group")
    for text in state.totals or ():
        readable_path(model, grants, entity, text.partition(":")[0], "/totals")
    if len(state.shades) > MOST_SHADES:
        raise KubikError("KBK2000", message("A view has at most {most} colours.", most=MOST_SHADES))
    for shade in state.shades:
        _check_shade(model, grants, entity, shade)


def _check_shade(model: Model, grants: Grants, entity: Entity, shade: Shade) -> None:
    if shade.color not in COLORS:
        raise KubikError("KBK2000", message("There is no such colour."))
    if shade.column is not None:
        readable_path(model, grants, entity, shade.column, "/formats")
    if shade.when is not None:
        parse_filter(model, grants, entity, shade.when)
        return
    if shade.value is None or shade.column is None:
        raise KubikError("KBK2000", message("A colour needs a condition, or a column with its limits."))
    parse_mark(model, grants, entity, shade.value)
    for limit in (shade.start, shade.end):
        try:
            known = Decimal(limit or "").is_finite()
        except InvalidOperation:
            known = False
        if not known:
            raise KubikError("KBK2000", message("The limits of a scale are numbers."))


def lasting(model: Model, entity: Entity, state: State) -> dict[str, Any]:
    """A checked state as it is kept."""

    def paths(names: Iterable[str]) -> list[str]:
        return [lasting_path(entity, model, name) for name in names]

    def text(written: str | None, *, condition: bool) -> str | None:
        return written and lasting_text(entity, model, written, BOOLEAN if condition else None)

    return {
        "columns": paths(state.columns),
        "filter": text(state.filter, condition=True),
        "sort": paths(state.sort),
        "group": paths(state.group),
        "totals": None if state.totals is None else paths(state.totals),
        **{
            part: name and lasting_path(entity, model, name)
            for part in SHAPE
            for name in (getattr(state, part),)
        },
        "shades": [
            {
                "color": shade.color, "fill": shade.fill, "start": shade.start, "end": shade.end,
                "column": shade.column and lasting_path(entity, model, shade.column),
                "when": text(shade.when, condition=True), "value": text(shade.value, condition=False),
            }
            for shade in state.shades
        ],
    }  # fmt: skip


def today(model: Model, entity: Entity, kept: dict[str, Any]) -> tuple[State, frozenset[str]]:
    """What is kept in the names of today, and the parts (``columns``, ``filter`` …) of which something is gone."""
    gone: set[str] = set()

    def paths(part: str) -> tuple[str, ...]:
        found = [named_path(entity, model, path) for path in kept.get(part) or ()]
        if None in found:
            gone.add(part)
        return tuple(name for name in found if name is not None)

    filter = kept.get("filter")
    named = filter and named_text(entity, model, filter, BOOLEAN)
    if filter and named is None:
        gone.add("filter")
    shades = [_shade(model, entity, each) for each in kept.get("shades") or ()]
    if None in shades:
        gone.add("formats")
    state = State(
        columns=paths("columns"), filter=named or None, sort=paths("sort"), group=paths("group"),
        totals=None if kept.get("totals") is None else paths("totals"),
        shades=tuple(shade for shade in shades if shade is not None),
        **{part: uid and named_path(entity, model, uid) for part in SHAPE for uid in (kept.get(part),)},
    )  # fmt: skip
    return state, frozenset(gone)


def _shade(model: Model, entity: Entity, kept: dict[str, Any]) -> Shade | None:
    column = kept["column"] and named_path(entity, model, kept["column"])
    when = kept["when"] and named_text(entity, model, kept["when"], BOOLEAN)
    value = kept["value"] and named_text(entity, model, kept["value"], None)
    if any(
        bool(kept[key]) and not now for key, now in (("column", column), ("when", when), ("value", value))
    ):
        return None
    return Shade(
        color=kept["color"], fill=kept["fill"], start=kept["start"], end=kept["end"], column=column or None,
        when=when or None, value=value or None,
    )  # fmt: skip
