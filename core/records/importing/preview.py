"""What rows of a file would make, tried and taken back: the records of each row as plain data for cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from core.access.actor import Actor
from core.query.query import Query
from core.query.read import read, titles
from core.records.importing.drafts import Parser
from core.records.importing.importer import make_task
from core.records.importing.planning import Plan, prepare
from core.records.importing.recipe import Recipe
from core.records.importing.task import Import, LineOf, Options, RowsOf
from core.records.importing.writing import Wrote, write_lines
from core.storage.workspace import Transaction, Workspace, unnoted
from metamodel.messages import Message

if TYPE_CHECKING:
    from metamodel.model import Entity

MOST = 50
"""Rows of one preview: it holds the writer for a moment."""

What = Literal["created", "updated", "unchanged", "found"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPreview:
    """A record that a row makes, changes or finds. ``id`` is that of a record that is there already.

    ``values`` are what the file fills, by name of the field, as a page has them; ``earlier`` what stands there now,
    where it differs. ``lacking`` are names of required fields that it is taken without.
    """

    target: str
    entity: str
    what: What
    id: int | None
    title: str
    values: Mapping[str, Any]
    earlier: Mapping[str, Any] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPreview:
    """A row of the file: its records in the order of the recipe, or why it is refused (column, words)."""

    line: int
    cells: tuple[Any, ...]
    records: tuple[RecordPreview, ...] = ()
    problems: tuple[tuple[str, Message], ...] = ()


class _Tried(Exception):
    """Takes the previews out of a transaction that must not commit."""

    def __init__(self, rows: tuple[RowPreview, ...]) -> None:
        self.rows = rows
        super().__init__()


def preview(
    workspace: Workspace, actor: Actor, rows: RowsOf, recipe: Recipe, lines: Sequence[LineOf]
) -> tuple[RowPreview, ...]:
    """What these lines would make, one after another as in the import itself; refuses what refuses the whole file."""
    task = make_task(workspace, actor, rows, Options(), recipe=recipe)

    def action(tx: Transaction) -> None:
        plan, parser = prepare(tx, task), Parser(task.context, recipe.source)
        with unnoted(tx):
            raise _Tried(tuple(_row(tx, task, plan, parser, line) for line in lines[:MOST]))

    try:
        workspace.write(action)
    except _Tried as tried:
        return tried.rows
    return ()


def _row(tx: Transaction, task: Import, plan: Plan, parser: Parser, line: LineOf) -> RowPreview:
    before: dict[tuple[str, int], Mapping[str, Any]] = {}
    nested = tx.connection.begin_nested()
    written = write_lines(tx, task, plan, parser, [line])
    known = [(each.planned.entity, each.id) for each in written.wrote if each.updated]
    nested.rollback() if known else nested.commit()
    for entity, record in known:
        before[entity.uid, record] = _values(tx, task.actor, entity, record, None)
    if known:
        written = write_lines(tx, task, plan, parser, [line])
    if written.faults:
        problems = tuple((fault.column, fault.message) for _, fault in written.faults)
        return RowPreview(line=line.number, cells=tuple(line.cells), problems=problems)
    records = tuple(_record(tx, task, each, before) for each in written.wrote)
    return RowPreview(line=line.number, cells=tuple(line.cells), records=records)


def _record(
    tx: Transaction, task: Import, wrote: Wrote, before: Mapping[tuple[str, int], Mapping[str, Any]]
) -> RecordPreview:
    entity, draft = wrote.planned.entity, wrote.draft
    names = tuple(dict.fromkeys((*draft.values, *(draft.empty if wrote.updated else ()))))
    values = _values(tx, task.actor, entity, wrote.id, names)
    earlier = before.get((entity.uid, wrote.id), {})
    title = titles(tx, task.actor, entity, [wrote.id])[wrote.id].title or ""
    lacking = wrote.saved.lacking if wrote.saved is not None else ()
    what: What = "created" if wrote.created else "updated" if wrote.updated else "unchanged"
    return RecordPreview(
        target=wrote.planned.called, entity=entity.name, what=what if wrote.saved is not None else "found",
        id=None if wrote.created else wrote.id, title=title, values=values,
        earlier={name: earlier[name] for name in values if name in earlier and earlier[name] != values[name]},
        lacking=tuple(entity.by_uid[uid].name for uid in lacking),
    )  # fmt: skip


def _values(
    tx: Transaction, actor: Actor, entity: Entity, record: int, names: Sequence[str] | None
) -> Mapping[str, Any]:
    """Values as a page has them; all of its own fields without names."""
    own = (f.name for f in entity.fields if f.valued and not f.system) if names is None else names
    readable = tuple(name for name in own if name in entity.by_name and name != "id")
    page = read(tx, actor, Query(entity=entity.name, fields=("id", *readable), ids=(record,), limit=1))
    return {name: item[name] for item in page.items for name in readable if name in item}
