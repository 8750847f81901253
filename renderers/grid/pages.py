"""What the cells of a list ask for: what stands in them, the widget of a column, to be saved, to be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.names import readable_entity
from core.query.read import record
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import json_answer, render
from metamodel.messages import message
from metamodel.text import number_of
from renderers.forms.desk import Desk
from renderers.forms.filled import Filled
from renderers.forms.texts import Manner, put
from renderers.forms.widgets.control import control
from renderers.forms.widgets.link import needed
from renderers.grid.reading import MOST_ROWS, Sheet
from renderers.grid.saving import save, turn
from renderers.grid.sent import read_rows
from renderers.grid.view import Saved, Step
from renderers.pages.cells import cells_of


def sheet_of(who: Visit, tx: Transaction, entity: str) -> Sheet:
    """The cells of the entity for who asks; KBK2006 when they may read none of it."""
    found = readable_entity(tx.model, grants_of(tx.model, who.actor), entity)
    manner = Manner(language=who.language, zone=who.zone)
    return Sheet(tx=tx, actor=who.actor, entity=found, manner=manner)


def _numbers(written: str) -> list[int]:
    found = [number for text in written.split(",") if (number := number_of(text)) is not None]
    if len(found) > MOST_ROWS:
        raise KubikError("KBK2005")
    return found


@post("/e/{entity:str}/cells", sync_to_thread=True, status_code=200, include_in_schema=False)
def cells_of_rows(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The cells of the rows ``ids`` in the columns ``fields`` as they are typed; why some cannot be edited."""
    asked = dict(form_pairs(request))
    with reading(request) as (who, tx):
        return json_answer(sheet_of(who, tx, entity).cells(_numbers(asked.get("ids", "")), _names(asked)))


@get("/e/{entity:str}/cells/{name:str}", sync_to_thread=True, include_in_schema=False)
def widget_of_column(request: AnyRequest, entity: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """The widget of a column, empty; with ``id`` the one of that record's cell, with what stands in it."""
    with reading(request) as (who, tx):
        sheet = sheet_of(who, tx, entity)
        column = next(iter(sheet.columns([name])), None)
        if column is None:
            raise KubikError("KBK2006")
        if not column.how:
            raise KubikError("KBK4002", column.why)
        filled = Filled()
        if (id := number_of(request.query_params.get("id", ""))) is not None:
            names = ("id", column.field.name)
            item, _ = record(tx, who.actor, sheet.entity.name, id, names)
            if column.field.name not in item:
                raise KubikError("KBK4002")
            put(filled, column.field, item[column.field.name], sheet.manner)
        desk = Desk(
            model=tx.model, grants=grants_of(tx.model, who.actor), action="update", texts=who.texts, filled=filled,
            cells=cells_of(who.site.templates.environment, who.texts, who.zone, tx.model),
        )  # fmt: skip
        label = column.field.label.in_language(who.language) or column.field.name
        made = control(desk, sheet.entity, column.field, filled, f"/{name}", "cell-edit", label)
        made = replace(made, followed=None, follows="", again=None, more={**made.more, "creates": False})
        answer = render(who, "grid/_cell.html", w=made, needs=needed(tx.model, column.field))
        answer.headers["Cache-Control"] = "no-store"
        return answer


@post("/e/{entity:str}/cells/save", sync_to_thread=True, status_code=200, include_in_schema=False)
def save_cells(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """Save the cells in ``rows`` (JSON, a list of `RowSent`) in one transaction, those that can be saved."""
    who, asked = visit(request), dict(form_pairs(request))
    rows = read_rows(asked.get("rows", ""))

    def action(tx: Transaction) -> Saved:
        sheet = sheet_of(who, tx, entity)
        return _with_rows(sheet, save(sheet, rows), [row.id for row in rows], asked)

    return json_answer(who.workspace.write(action))


def _with_rows(sheet: Sheet, saved: Saved, ids: list[int], asked: Mapping[str, str]) -> Saved:
    """What became of a save, and these rows in the columns ``fields`` as they are now."""
    now = sheet.cells(ids, _names(asked)).rows
    return Saved(faults=saved.faults, steps=saved.steps, rows=now)


def _names(asked: Mapping[str, str]) -> list[str]:
    return [name for name in asked.get("fields", "").split(",") if name]


@post("/e/{entity:str}/cells/undo", sync_to_thread=True, status_code=200, include_in_schema=False)
def undo_cells(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """Take saves back: ``steps`` (JSON, a list of `Step`) as they were answered."""
    who, asked = visit(request), dict(form_pairs(request))
    try:
        steps = msgspec.json.decode(asked.get("steps", ""), type=list[Step])
    except msgspec.MsgspecError:
        raise KubikError("KBK2000", message("The form is not well-formed.")) from None
    if len(steps) > MOST_ROWS:
        raise KubikError("KBK2005")

    def action(tx: Transaction) -> Saved:
        sheet = sheet_of(who, tx, entity)
        return _with_rows(sheet, turn(sheet, steps), [step.id for step in steps], asked)

    return json_answer(who.workspace.write(action))
