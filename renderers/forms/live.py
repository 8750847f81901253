"""A form while one types: computed and following values, conditions, options that no longer fit, asked of the server.

The values typed are tried as a write (`core.records.rehearse`), read as the person may see them, and taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from core.errors import KubikError
from core.records import Rehearsal, Retake, Tried, rehearse
from core.records.follow import follows
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, form_pairs, visit
from metamodel.expression.durations import Span
from metamodel.model import Entity, Field
from metamodel.text import number_of
from renderers.forms.body import section_conditions
from renderers.forms.desk import Desk
from renderers.forms.duplicates import warnings
from renderers.forms.filled import Filled, Holder, Lists, Sent, differing, every_holder, read_sent, row_at
from renderers.forms.form import editable_lists
from renderers.forms.lists import read_names
from renderers.forms.place import Place, place_of
from renderers.forms.texts import put


@post("/e/{entity:str}/recalculate", sync_to_thread=True, status_code=200, include_in_schema=False)
def recalculate(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """What the form would hold if it were saved now; nothing is."""
    who, sent = visit(request), read_sent(form_pairs(request))
    record = sent.asked.get("_record", "")
    identity = number_of(record)

    def answer(tx: Transaction) -> dict[str, Any]:
        return _answer(place_of(request, who, tx, entity, identity), sent)

    return Response(who.workspace.write(answer), media_type="application/json")


def _answer(place: Place, sent: Sent) -> dict[str, Any]:
    desk = place.desk(sent.filled)
    lists = editable_lists(desk, place.entity)
    values = _whole(differing(sent.filled, sent.was, lists), sent.filled, lists)
    refresh = sent.asked.get("_refresh", "")
    if refresh:
        _ask_again(values, refresh, sent.filled)
    found = _tried(place, desk, values, lists)
    answer = told(place, desk, sent.filled, found, refresh)
    return {**answer, "duplicates": warnings(place, sent.filled)}


def _tried(place: Place, desk: Desk, values: Mapping[str, Any], lists: Lists) -> Rehearsal:
    """The trial; empty when the person may not write it at all, which is said when it is saved."""
    who, tx = place.who, place.tx
    fields = tuple(_names(desk, place.entity))
    sections = section_conditions(desk, place.entity)
    try:
        return rehearse(
            tx, who.actor, place.entity.name, place.id, values, fields, context=place.manner.context, conditions=sections
        )  # fmt: skip
    except KubikError as error:
        if error.status >= 500:
            raise
        return Rehearsal(told=tuple(error.errors))


def _names(desk: Desk, entity: Entity) -> Iterator[str]:
    """The fields to be read: what is computed, what follows, child rows to any depth."""
    readable = desk.grants.readable(entity.uid)
    for each in entity.fields:
        if each.uid not in readable or each.system:
            continue
        if each.type.name == "children":
            if desk.grants.may(each.target or "", "read"):
                yield from read_names(desk.model, desk.grants, each)
        elif each.computed is not None or follows(each):
            yield each.name


def _whole(written: dict[str, Any], holder: Holder, lists: Lists) -> dict[str, Any]:
    """What is to be written, and besides every row that the form holds, so that each is told about."""
    for name, inner in lists.items():
        if name not in holder.rows:
            continue
        rows = holder.rows[name]
        stubs: list[dict[str, Any]] = [{} if row.id is None else {"id": row.id} for row in rows]
        written[name] = [_whole(dict(each), row, inner) for each, row in zip(written.get(name, stubs), rows, strict=True)]  # fmt: skip
    return written


def _ask_again(values: dict[str, Any], pointer: str, filled: Filled) -> None:
    """The field whose button was pressed follows again; ``pointer`` is the name it has in the page."""
    where, _, name = pointer.rpartition("/")
    for holder, at in every_holder(filled):
        if getattr(holder, "place", "") != where:
            continue
        target: Any = values
        steps = at.split("/")[1:]
        for list_name, index in zip(steps[::2], steps[1::2], strict=True):
            target = target[list_name][int(index)]
        target[name] = Retake()


def told(place: Place, desk: Desk, filled: Filled, found: Rehearsal, refresh: str) -> dict[str, Any]:
    """The answer for the browser, everything under the names that fields have in the page."""
    computed: dict[str, Any] = {}
    following: dict[str, Any] = {}
    hidden: list[str] = []
    asked: list[str] = []
    locked: list[str] = []
    unfit: list[str] = []
    wrong = {problem.pointer for problem in found.told}
    for pointer, tried in found.rows.items():
        holder = row_at(filled, pointer)
        where = getattr(holder, "place", "")
        if holder is None or tried.item is None:
            continue
        known = known_names(desk, tried.entity)
        hidden += [name for name in tried.hidden if "-" in name]  # sections
        hidden += [f"{where}/{name}" for name in tried.hidden if name in known]
        asked += [f"{where}/{name}" for name in tried.asked if name in known]
        locked += [f"{where}/{name}" for name in tried.locked if name in known]
        unfit += [f"{where}/{name}" for name in tried.unfit]
        for each in tried.entity.fields:
            here = f"{where}/{each.name}"
            if each.name not in tried.item:
                continue
            if each.computed is not None:
                computed[here] = _computed(desk, each, tried.item[each.name], in_row=bool(pointer))
            elif f"{pointer}/{each.name}" in wrong:
                continue  # what was typed there cannot be read: it stays as it is
            elif each.name in tried.following | tried.by_hand:
                following[here] = _following(place, each, tried, here == refresh)
    return {
        "computed": computed,
        "follows": following,
        "hidden": hidden,
        "asked": asked,
        "locked": locked,
        "unfit": unfit,
        "stands": bool(found.rows),
    }


def known_names(desk: Desk, entity: Entity) -> set[str]:
    """The fields of which the person may know that they exist: whoever reads them, or sets them in a new record."""
    uid = entity.uid
    known = desk.grants.readable(uid).keys() | desk.grants.writable(uid, "create").keys()
    return {entity.by_uid[each].name for each in known}


def _computed(desk: Desk, each: Field, value: Any, *, in_row: bool) -> dict[str, str]:
    html = (
        desk.cells.draw(each, each.result, "")([value])[0]
        if in_row
        else desk.cells.one(each, each.result, value)
    )
    return {"html": str(html), "plain": plain_number(value)}


def plain_number(value: Any) -> str:
    """A number as a script adds it up; nothing for what is none."""
    if isinstance(value, Span):
        return str(int(value.total_seconds()))
    return f"{value:f}" if isinstance(value, Decimal) else str(value) if type(value) is int else ""


def _following(place: Place, each: Field, tried: Tried, refreshed: bool) -> dict[str, Any]:
    holder = Filled()
    put(holder, each, (tried.item or {}).get(each.name), place.manner)
    return {
        "value": holder.values.get(each.name, ""),
        "title": holder.titles.get(each.name, ""),
        "by_hand": each.name in tried.by_hand,
        "take": refreshed,
    }
