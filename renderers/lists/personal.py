"""Views that people saved, as the views of solutions are: opened under the reader's rights, without what these hide."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from core.access.grants import Grants
from core.errors import KubikError
from core.query.filters import parse_filter, parse_mark
from core.query.grouping import grouping_of
from core.records.views import SavedView, Shade, State
from metamodel.labels import Label
from metamodel.model import Entity, Format, Model, View, ViewTotal
from renderers.lists.columns import readable
from renderers.lists.groups import usable_groups

MARK = "~"
"""What the name of a saved view begins with: no name of a definition does."""
REMEMBERED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A saved view as it opens for a reader; ``lost`` are its parts that it opens without: gone, or not for them."""

    saved: SavedView
    view: View
    lost: frozenset[str]


def kept_view(model: Model, grants: Grants, entity: Entity, saved: SavedView) -> Kept:
    """The view for these rights; read once for a model."""
    known: dict[object, Kept] = model.derived.setdefault("kept_views", {})
    key = (grants.key, saved)
    found = known.get(key)
    if found is None:
        if len(known) >= REMEMBERED:
            known.clear()
        found = known[key] = _opened(model, grants, entity, saved)
    return found


def _opened(model: Model, grants: Grants, entity: Entity, saved: SavedView) -> Kept:
    state, lost = saved.state, set(saved.gone)
    filter = state.filter
    try:
        parse_filter(model, grants, entity, filter)
    except KubikError:
        filter = None
        lost.add("filter")
    columns = tuple(name for name in state.columns if readable(model, grants, entity, name) is not None)
    group = usable_groups(grants, entity, state.group)
    formats = tuple(
        made for shade in state.shades if (made := _format(model, grants, entity, shade)) is not None
    )
    by = entity.by_name.get(state.group_by or "")
    board = by if by is not None and grouping_of(grants, entity, by.uid, None) is not None else None
    for part, found, said in (
        ("columns", columns, state.columns), ("group", group, state.group), ("formats", formats, state.shades),
    ):  # fmt: skip
        if len(found) < len(said):
            lost.add(part)
    kind: Literal["list", "board"] = "board" if saved.kind == "board" and board is not None else "list"
    view = View(
        uid=MARK + saved.uid, name=MARK + saved.uid, solution="", label=Label(ru=saved.label, en=saved.label),
        entity=entity.uid, kind=kind, columns=columns or ("id",), filter_text=filter,
        sort=tuple(key for key in state.sort if readable(model, grants, entity, key.removeprefix("-")) is not None),
        group=group, told=_told(model, grants, entity, state), formats=formats,
        group_by=board.uid if kind == "board" and board is not None else None,
    )  # fmt: skip
    return Kept(saved=saved, view=view, lost=frozenset(lost))


def _told(model: Model, grants: Grants, entity: Entity, state: State) -> tuple[ViewTotal, ...] | None:
    if state.totals is None:
        return None
    found = []
    for text in state.totals:
        name, _, by = text.partition(":")
        if readable(model, grants, entity, name) is not None and name in entity.by_name:
            found.append(ViewTotal(field=entity.by_name[name].uid, by=by or "sum"))  # type: ignore[arg-type]
    return tuple(found)


def _format(model: Model, grants: Grants, entity: Entity, shade: Shade) -> Format | None:
    text = shade.when or shade.value
    if text is None or (shade.column is not None and readable(model, grants, entity, shade.column) is None):
        return None
    try:
        expression = parse_mark(model, grants, entity, text)
    except KubikError:
        return None
    if shade.when is not None:
        return Format(column=shade.column, color=shade.color, fill=shade.fill, when=expression)
    return Format(
        column=shade.column, color=shade.color, value=expression,
        start=Decimal(shade.start or 0), end=Decimal(shade.end or 0),
    )  # fmt: skip
