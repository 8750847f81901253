"""The records that a solution brings: `data` installed and updated by key, `demo` marked so that it can go at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import sqlalchemy as sa

from core.access.actor import system_actor
from core.errors import KubikError
from core.records import Batch, batch
from core.records.importing import Options, Report, import_file
from core.records.marks import origins
from core.solutions.moving import chunks
from core.solutions.source import Source
from core.storage.workspace import Transaction, Workspace
from metamodel.errors import Problem
from metamodel.errors import unknown as unknown_name
from metamodel.messages import Message, message
from metamodel.model import Entity, Model


def install_data(workspace: Workspace, source: Source) -> None:
    """Create and update the solution's `data` records by the first unique field of each file; keep the files."""
    with workspace.read() as tx:
        model = tx.model
    for entity in in_order(model, source.data, "data"):
        key = _key(model.entities[entity], source.data[entity])
        options = Options(mode="upsert" if key else "create", key=key, language="en", origin="data")
        if key is None and _has_records(workspace, entity):
            continue
        _import(workspace, "data", model.entities[entity], source.data[entity], options)

    def keep(tx: Transaction) -> None:
        table = tx.tables.own.solution_data
        tx.connection.execute(table.delete().where(table.c.solution == source.name))
        rows = [{"solution": source.name, "entity": e, "text": text} for e, text in source.data.items()]
        if rows:
            tx.connection.execute(table.insert(), rows)

    workspace.write(keep)


def install_demo(workspace: Workspace, source: Source) -> None:
    """Create the solution's demonstration records; cut short, it goes on behind those that are there."""
    with workspace.read() as tx:
        model = tx.model
        there = origins(tx, "demo")
    for entity in in_order(model, source.demo, "demo"):
        done = len(there.get(model.entities[entity].uid, {}))
        options = Options(mode="create", language="en", origin="demo")
        _import(workspace, "demo", model.entities[entity], source.demo[entity], options, done)


def remove_demo(workspace: Workspace) -> tuple[int, list[tuple[Entity, int]]]:
    """Put the demonstration records into the bin: how many went, and those that stay, since others lead to them.

    None is marked any more afterwards: what stays belongs to those who use it.
    """

    def action(tx: Transaction) -> tuple[int, list[tuple[Entity, int]]]:
        brought = [
            e for uid in sorted(origins(tx, "demo")) if (e := tx.model.entity_by_uid.get(uid)) is not None
        ]
        before = {entity.uid: _live_demo(tx, entity) for entity in brought}
        left = sum(map(len, before.values()))
        while True:
            for entity in brought:
                for some in chunks(_live_demo(tx, entity)):
                    _remove(tx, entity, list(some))
            staying = [(entity, record) for entity in brought for record in _live_demo(tx, entity)]
            if len(staying) == left:
                break
            left = len(staying)
        table = tx.tables.own.origin
        tx.connection.execute(table.delete().where(table.c.kind == "demo"))
        return sum(map(len, before.values())) - left, staying

    return workspace.write(action)


def _live_demo(tx: Transaction, entity: Entity) -> list[int]:
    origin, place = tx.tables.own.origin, tx.tables[entity.uid].table
    brought = sa.select(origin.c.record).where(origin.c.entity == entity.uid, origin.c.kind == "demo")
    live = sa.select(place.c.id).where(place.c.deleted_at.is_(None), place.c.id.in_(brought))
    return list(tx.connection.execute(live.order_by(place.c.id)).scalars())


def _remove(tx: Transaction, entity: Entity, ids: list[int]) -> None:
    """Delete those of the records that nothing holds."""
    while ids:
        try:
            with tx.connection.begin_nested():
                batch(tx, system_actor(), entity.name, Batch(delete=ids))
            return
        except KubikError as refusal:
            held = {int(each.pointer.split("/")[2]) for each in refusal.errors if each.code == "KBK3008"}
            if not held:
                raise
            ids = [record for place, record in enumerate(ids) if place not in held]


def stored_data(tx: Transaction, solution: str) -> dict[str, str]:
    """The files of `data` that came with a solution, by entity."""
    table = tx.tables.own.solution_data
    rows = (
        sa.select(table.c.entity, table.c.text).where(table.c.solution == solution).order_by(table.c.entity)
    )
    return {row.entity: row.text for row in tx.connection.execute(rows)}


def in_order(model: Model, files: Mapping[str, str], folder: str) -> list[str]:
    """The entities so that what others link to, and what rows belong to, comes first. KBK1105 for an unknown one."""
    strange = [name for name in files if name not in model.entities]
    if strange:
        raise KubikError(
            "KBK1105",
            errors=[
                Problem(
                    file=f"{folder}/{name}.csv",
                    pointer="",
                    code="KBK1105",
                    message=unknown_name("there is no entity “{name}”", name, model.entities),
                )
                for name in strange
            ],
        )
    waiting = {name: _needs(model, model.entities[name], files) for name in sorted(files)}
    order: list[str] = []
    while waiting:
        free = [name for name, needed in waiting.items() if not needed & set(waiting)] or [
            next(iter(waiting))
        ]
        order += free
        for name in free:
            del waiting[name]
    return order


def _needs(model: Model, entity: Entity, files: Mapping[str, str]) -> set[str]:
    """The other files whose records the links of this one lead to."""
    fields = [entity.by_name.get(column.partition(".")[0]) for column in _header(files[entity.name])]
    needed = {
        model.entity_by_uid[uid].name
        for field in fields
        if field is not None
        for uid in (field.target, *field.targets)
        if uid
    }
    return (needed & set(files)) - {entity.name}


def _header(text: str) -> list[str]:
    return next(csv.reader(io.StringIO(text)), [])


def _key(entity: Entity, text: str) -> str | None:
    return next(
        (name for name in _header(text) if name in entity.by_name and entity.by_name[name].unique), None
    )


def _has_records(workspace: Workspace, entity: str) -> bool:
    with workspace.read() as tx:
        table = tx.tables[tx.model.entities[entity].uid].table
        return tx.connection.execute(sa.select(table.c.id).limit(1)).first() is not None


def _import(
    workspace: Workspace, folder: str, entity: Entity, text: str, options: Options, done: int = 0
) -> None:
    """Import a file behind its first ``done`` rows; any refused line refuses the solution (KBK1105).

    Rows that may link to others of the same file come one by one, so that they find them.
    """
    fields = [entity.by_name.get(name.partition(".")[0]) for name in _header(text)]
    alone = any(field is not None and field.target == entity.uid for field in fields)
    for number, part in enumerate(_single_rows(text)[done:] if alone else [text]):
        report = Report(position=0 if alone else done)
        report = import_file(workspace, system_actor(), entity.name, part, options, report=report)
        if report.errors:
            shift = done + number if alone else 0
            problems = [
                Problem(
                    file=f"{folder}/{entity.name}.csv", pointer=f"{error.line + shift}: {error.column}", code=error.code,
                    message=_words(error.message),
                )
                for error in report.errors[:50]
            ]  # fmt: skip
            raise KubikError(
                "KBK1105",
                message("{file}: some lines were refused", file=f"{folder}/{entity.name}.csv"),
                problems,
            )


def _single_rows(text: str) -> list[str]:
    """The file as files of one row each."""
    header, *rows = list(csv.reader(io.StringIO(text)))
    made = []
    for row in rows:
        buffer = io.StringIO()
        csv.writer(buffer).writerows([header, row])
        made.append(buffer.getvalue())
    return made


def _words(words: Message | str) -> Message:
    return words if isinstance(words, Message) else message("{text}", text=words)
