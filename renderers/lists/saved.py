"""Keeping of views: a new one of one's own, and what is done with it; forms that work without scripts, and lead back."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from litestar import Response, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.names import readable_entity
from core.records.views import (
    SHAPE,
    SavedView,
    Shade,
    State,
    arrange_views,
    delete_view,
    keep_preference,
    rename_view,
    save_state,
    save_view,
    saved_view,
    saved_views,
    share_view,
)
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, visit
from core.web.render import see_other
from metamodel.model import Entity, Format, View
from metamodel.text import number_of
from renderers.lists.address import EVERY
from renderers.lists.asking import asked_list, first_key
from renderers.lists.groups import group_text
from renderers.lists.listing import Listing
from renderers.lists.personal import MARK
from renderers.lists.told import told_texts

Pairs = list[tuple[str, str]]


@post("/e/{entity:str}/views", sync_to_thread=True, include_in_schema=False)
def keep_view(request: AnyRequest, entity: FromPath[str]) -> Response[object]:
    """Save what is in force as a new view of one's own."""
    who, pairs = visit(request), form_pairs(request)
    given = dict(pairs)

    def save(tx: Transaction) -> str:
        listed = _listed(who, tx, entity, given)
        kind = listed.view.kind if listed.view is not None else "list"
        return save_view(tx, who.actor, entity, given.get("label", ""), kind, state_of(listed))

    return see_other(f"/e/{entity}?view={MARK}{who.workspace.write(save)}")


@post("/e/{entity:str}/views/{uid:str}", sync_to_thread=True, include_in_schema=False)
def change_view(request: AnyRequest, entity: FromPath[str], uid: FromPath[str]) -> Response[object]:
    """Do something with a view: ``do`` is save, rename, share, shade, unshade, earlier, later, delete, or first, which any
    view may be."""
    who, pairs = visit(request), form_pairs(request)
    return see_other(who.workspace.write(lambda tx: _change(tx, who, entity, uid, pairs)))


def _change(tx: Transaction, who: Visit, entity: str, uid: str, pairs: Pairs) -> str:
    given, actor = dict(pairs), who.actor
    here = f"/e/{entity}?view={MARK}{uid}"
    match given.get("do"):
        case "first":
            return _first(tx, who, entity, given)
        case "save":
            save_state(tx, actor, entity, uid, state_of(_listed(who, tx, entity, given)))
        case "rename":
            rename_view(tx, actor, entity, uid, given.get("label", ""))
        case "share":
            share_view(tx, actor, entity, uid, [value for name, value in pairs if name == "role"])
        case "earlier" | "later" as way:
            _move(tx, who, entity, uid, -1 if way == "earlier" else 1)
        case "shade" | "unshade":
            _shade(tx, who, entity, uid, given)
        case "delete":
            delete_view(tx, actor, entity, uid)
            return f"/e/{entity}"
        case _:
            raise KubikError("KBK2006")
    return here


def _listed(who: Visit, tx: Transaction, entity: str, given: dict[str, str]) -> Listing:
    return asked_list(who, tx, entity, parse_qsl(given.get("state", ""), keep_blank_values=True))


def state_of(listed: Listing) -> State:
    """What a list says of itself now, as a view keeps it."""
    entity, view = listed.entity, listed.view
    by_uid = entity.by_uid
    kept = listed.saved
    totals = None
    if listed.address.totals is not None:
        totals = told_texts(listed.told)
    elif view is not None and view.told is not None:
        totals = tuple(f"{by_uid[each.field].name}:{each.by}" for each in view.told if each.field in by_uid)
    shape = {part: by_uid[uid].name for part in SHAPE if (uid := getattr(view, part, None)) in by_uid}
    return State(
        columns=tuple(column.name for column in listed.columns),
        filter=listed.filter,
        sort=listed.sort,
        group=tuple(group_text(entity, each) for each in listed.group),
        totals=totals,
        shades=kept.saved.state.shades if kept is not None and kept.saved.mine else _shades(view, listed),
        **shape,
    )


def _shades(view: View | None, listed: Listing) -> tuple[Shade, ...]:
    """The colours that the reader has of a view of a solution or of somebody else."""
    return tuple(_as_shade(each) for each in listed.formats) if view is not None else ()


def _as_shade(format: Format) -> Shade:
    if format.when is not None:
        return Shade(color=format.color, column=format.column, fill=format.fill, when=format.when.text)
    assert format.value is not None
    return Shade(
        color=format.color,
        column=format.column,
        value=format.value.text,
        start=str(format.start),
        end=str(format.end),
    )


def _first(tx: Transaction, who: Visit, entity: str, given: dict[str, str]) -> str:
    """The view that the list opens with for this person from now on; pressed again, the usual one."""
    found = readable_entity(tx.model, grants_of(tx.model, who.actor), entity)
    name = given.get("name") or EVERY
    listed = _listed(who, tx, entity, given)
    known = {EVERY, *(view.name for view in listed.views)}
    if name not in known:
        raise KubikError("KBK2006")
    keep_preference(tx, who.actor, first_key(found), None if listed.look.first == name else name)
    return f"/e/{entity}?view={name}"


def _move(tx: Transaction, who: Visit, entity: str, uid: str, by: int) -> None:
    found = readable_entity(tx.model, grants_of(tx.model, who.actor), entity)
    mine = [view.uid for view in saved_views(tx, who.actor, found) if view.mine]
    if uid not in mine:
        raise KubikError("KBK2006")
    at = mine.index(uid)
    to = max(0, min(len(mine) - 1, at + by))
    mine.insert(to, mine.pop(at))
    arrange_views(tx, who.actor, entity, mine)


def _shade(tx: Transaction, who: Visit, entity: str, uid: str, given: dict[str, str]) -> None:
    """Put a colour behind those of a view, or take one out of it."""
    found = readable_entity(tx.model, grants_of(tx.model, who.actor), entity)
    view: SavedView = saved_view(tx, who.actor, found, uid)
    shades = list(view.state.shades)
    if given.get("do") == "unshade":
        at = number_of(given.get("at", ""))
        if at is None or at >= len(shades):
            raise KubikError("KBK2006")
        del shades[at]
    else:
        shades.append(_given_shade(found, given))
    save_state(tx, who.actor, entity, uid, _with_shades(view.state, tuple(shades)))


def _with_shades(state: State, shades: tuple[Shade, ...]) -> State:
    return replace(state, shades=shades)


def _given_shade(entity: Entity, given: dict[str, str]) -> Shade:
    """The colour that a form says: a condition as text, or a scale over a column, of dates the days since."""
    column, color = given.get("column") or None, given.get("color", "")
    if given.get("when", "").strip():
        return Shade(color=color, column=column, when=given["when"].strip(), fill=given.get("fill") == "1")
    field = entity.by_name.get((column or "").partition(".")[0])
    kind = field.result.kind if field is not None and column == field.name else ""
    value = f"DATE_DIFF({column}, today(), 'day')" if kind in ("date", "datetime") else column
    return Shade(
        color=color,
        column=column,
        value=value,
        start=_number(given.get("from", "")),
        end=_number(given.get("to", "")),
    )


def _number(written: str) -> str:
    """A number as people write it."""
    return (
        "".join(written.split())
        .replace("\N{NO-BREAK SPACE}", "")
        .replace(",", ".")
        .replace("\N{MINUS SIGN}", "-")
    )
