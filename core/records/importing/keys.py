"""Which record a line of a file is about, and values that stand in the file more than once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from core.errors import KubikError
from core.records.api import records_by_key
from core.records.importing.columns import Column
from core.records.importing.reading import Line, Table
from core.records.importing.task import Import
from core.records.unique import unique_sets
from core.storage.workspace import Transaction
from metamodel.errors import Problem, ValueRefused
from metamodel.fields.base import Context
from metamodel.messages import Message, message
from metamodel.model import Entity, Field, Model
from metamodel.text import fold, number_of


def find_records(
    tx: Transaction,
    task: Import,
    columns: tuple[Column, ...],
    entity: Entity,
    key: Field,
    lines: Sequence[Line],
    problems: list[Problem],
) -> Iterator[int | None]:
    """The record each line is about, by the key; a line without one, or (update) without a record, is refused."""

    def refuse(number: int, code: str, why: Message) -> None:
        problems.append(Problem(pointer=f"/{number}/{key.name}", code=code, message=why))

    place = _place_of(task.table, columns, key)
    values: list[Any] = []
    for number, line in enumerate(lines):
        value = None
        try:
            value = _key_value(key, line.cells[place] if place < len(line.cells) else "", task.context)
        except ValueRefused as refusal:
            refuse(number, refusal.code, refusal.message)
        else:
            if value is None and task.options.mode == "update":
                refuse(number, "KBK3001", message("“{field}” must be filled in", field=key.label))
        values.append(value)
    known = [value for value in values if value is not None]
    found = records_by_key(tx, task.actor, entity, key, known, context=task.context)
    twice: set[int] = set()
    for number, value in enumerate(values):
        record = found.get(fold(value) if isinstance(value, str) else value)
        if record is None and value is not None and task.options.mode == "update":
            refuse(number, "KBK2006", message("there is no record “{value}”", value=str(value)[:100]))
        if record is not None and record in twice:
            refuse(number, "KBK3007", _twice(str(value)))
        twice.add(record or 0)
        yield record


def refuse_doubles(
    task: Import,
    columns: tuple[Column, ...],
    model: Model,
    entity: Entity,
    lines: Sequence[Line],
    problems: list[Problem],
) -> None:
    """In a dry run, which writes nothing: refuse unique values that an earlier line of the file would have taken."""
    for column in _unique_columns(task, columns, model, entity):
        assert column.field is not None
        seen = task.seen.get(column.field.uid, set())
        for number, line in enumerate(lines):
            value = _cell(column, line)
            if value and value in seen:
                why = _twice(value)
                problems.append(
                    Problem(pointer=f"/{number}/{column.field.name}", code="KBK3007", message=why)
                )


def remember_values(
    task: Import, columns: tuple[Column, ...], model: Model, entity: Entity, lines: Sequence[Line]
) -> None:
    """In a dry run: the unique values of lines that would be written."""
    for column in _unique_columns(task, columns, model, entity):
        assert column.field is not None
        task.seen.setdefault(column.field.uid, set()).update(_cell(column, line) for line in lines)


def _unique_columns(task: Import, columns: tuple[Column, ...], model: Model, entity: Entity) -> list[Column]:
    alone = {fields[0].uid for fields in unique_sets(model, entity) if len(fields) == 1}
    if task.options.mode != "create":
        return []
    return [column for column in columns if column.field is not None and column.field.uid in alone]


def _cell(column: Column, line: Line) -> str:
    return fold(line.cells[column.place]) if column.place < len(line.cells) else ""


def _key_value(key: Field, raw: str, context: Context) -> Any:
    if key.name != "id":
        return key.type.parse(key, raw, context)
    return number_of(raw.strip())


def _twice(value: str) -> Message:
    return message("“{value}” stands in the file more than once", value=value[:100])


def _place_of(table: Table, columns: tuple[Column, ...], key: Field) -> int:
    column = next((c for c in columns if c.field is key), None)
    if column is not None:
        return column.place
    wanted = {fold(key.name), fold(key.label.ru or ""), fold(key.label.en or "")}
    place = next((n for n, name in enumerate(table.header) if fold(name) in wanted), None)
    if place is None:
        raise KubikError("KBK5002", message("the file has no column for the key “{field}”", field=key.label))
    return place
