"""Views that people saved, as the views of solutions are: opened under the reader's rights, without what these hide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.access.grants import Grants
from core.errors import KubikError
from core.query.filters import parse_filter, parse_mark
from core.query.grouping import grouping_of
from core.records.views import SHAPE, Kind, SavedView, Shade, State
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
    kind, shape = _shape(model, grants, entity, saved)
    for part, found, said in (
        ("columns", columns, state.columns), ("group", group, state.group), ("formats", formats, state.shades),
    ):  # fmt: skip
        if len(found) < len(said):
            lost.add(part)
    view = View(
        uid=MARK + saved.uid, name=MARK + saved.uid, solution="", label=Label(ru=saved.label, en=saved.label),
        entity=entity.uid, kind=kind, columns=columns or ("id",), filter_text=filter,
        sort=tuple(key for key in state.sort if readable(model, grants, entity, key.removeprefix("-")) is not None),
        group=group, told=_told(model, grants, entity, state), formats=formats,
        group_by=shape.get("group_by"), starts=shape.get("starts"), ends=shape.get("ends"),
        color_by=shape.get("color_by"), parent=shape.get("parent"),
    )  # fmt: skip
    return Kept(saved=saved, view=view, lost=frozenset(lost))


_NEEDED: Mapping[str, str] = {"board": "group_by", "calendar": "starts", "tree": "parent"}
"""Of each kind the field without which it is a list."""


def _shape(
    model: Model, grants: Grants, entity: Entity, saved: SavedView
) -> tuple[Kind, dict[str, str | None]]:
    """The kind that the view opens as, and the uids of the fields that make it so, as far as the reader has them."""
    needed = _NEEDED.get(saved.kind)
    if needed is None:
        return "list", {}
    found: dict[str, str | None] = {}
    for part in SHAPE:
        name = getattr(saved.state, part)
        if name and name in entity.by_name and readable(model, grants, entity, name) is not None:
            found[part] = entity.by_name[name].uid
    by = found.get("group_by")
    if not found.get(needed) or (by and grouping_of(grants, entity, by, None) is None):
        return "list", {}
    return saved.kind, found


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
