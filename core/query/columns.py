"""The columns of a statement: what is selected for each field shown, and how raw values become an answer's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.query.held import is_file
from core.query.names import FieldPath
from core.query.plan import Selection
from core.query.query import A_SECRET, NO_SECRET, FileLink, Link
from core.query.relations import VisibleRow, choices_of
from core.query.title import is_single, title_of
from core.storage.expressions import compile_value
from metamodel.expression.tree import Expression
from metamodel.fields.file import file_url
from metamodel.model import Field

HIDDEN_LINK = Link(id=None, hidden=True)
Raw = Sequence[Sequence[Any]]
"""Raw values, a sequence for each selected column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How one column is read from what was selected: indexes into it.

    ``value`` is the value, of a link its id. ``hidden`` is the flag of cells that are masked. Of a link, ``title`` is
    the title of its record, null when that may not be seen, and ``deleted`` whether it is in the bin.
    """

    name: str
    value: int
    hidden: int | None = None
    choices: Mapping[str, str] | None = None
    several: bool = False
    whole: bool = False
    title: int | None = None
    deleted: int | None = None
    file: tuple[int, int, int] | None = None
    """Of a file, where its name, size and type are."""
    secret: bool = False
    listed: Field | None = None
    """The field whose list is read beside the page; ``value`` is then the id of its owner."""
    led: tuple[str, ...] = ()
    """Of a link to any record, whose title is read beside the page, the entities that it leads to."""
    leads: str | None = None
    """Of a link whose title is read beside the rows, the entity (uid) that it leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the items of a page are made; ``masked`` maps the names of children that some rows hide to their flags."""

    columns: tuple[Shown, ...]
    masked: Mapping[str, int]
    id_at: int
    marks: tuple[int, ...] = ()
    """Where the answers to expressions are that are read beside each row."""

    def items(self, raw: Raw) -> list[dict[str, Any]]:
        """Selected values as items; done a column at a time, which is what makes a page cheap."""
        if not raw:
            return []
        names = [shown.name for shown in self.columns]
        columns = [_values(shown, raw) for shown in self.columns]
        items = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
        self._hide(items, raw)
        if self.marks:
            for item, marks in zip(items, zip(*(raw[at] for at in self.marks), strict=True), strict=True):
                item["_marks"] = marks
        return items

    def _hide(self, items: list[dict[str, Any]], raw: Raw) -> None:
        flags = [(shown.name, raw[shown.hidden]) for shown in self.columns if shown.hidden is not None]
        flags += [(name, raw[at]) for name, at in self.masked.items()]
        for name, hidden in flags:
            for item, gone in zip(items, hidden, strict=True):
                if gone:
                    item.pop(name, None)
                    item.setdefault("_hidden", []).append(name)


def _values(shown: Shown, raw: Raw) -> Sequence[Any]:
    values = raw[shown.value]
    if shown.file is not None:
        parts = zip(values, *(raw[at] for at in shown.file), strict=True)
        return [None if file is None else _file(file, *rest) for file, *rest in parts]
    if shown.secret:
        return [A_SECRET if there else NO_SECRET for there in values]
    if shown.title is not None and shown.deleted is not None:
        return [
            None if link is None else HIDDEN_LINK if title is None else Link(link, title, bool(gone))
            for link, title, gone in zip(values, raw[shown.title], raw[shown.deleted], strict=True)
        ]
    if shown.choices is not None:
        names = shown.choices
        if shown.several:
            return [None if value is None else tuple(names.get(v, v) for v in value) for value in values]
        return [None if value is None else names.get(value, value) for value in values]
    if shown.whole:
        return [int(value) if isinstance(value, Decimal) else value for value in values]
    return values


def _file(file: int, name: str | None, size: Any, kind: str | None) -> FileLink | Link:
    if name is None or kind is None:
        return HIDDEN_LINK
    return FileLink(file, name, int(size), kind, file_url(file, name))


@dataclass(slots=True, kw_only=True, eq=False)
class Columns:
    """Collects what a statement selects for a row, and the joins that links need, each once."""

    row: VisibleRow
    language: str
    source: Any
    beside: bool = False
    """Whether titles of links are read beside the rows, each once, rather than joined to every row."""
    seen: bool = False
    """Whether the rows are limited to those in sight: then so is the record that each child row belongs to."""
    selected: list[sa.ColumnElement[Any]] = field(default_factory=list)
    _joined: dict[tuple[str, ...], VisibleRow] = field(default_factory=dict)
    _flags: dict[int, int] = field(default_factory=dict)

    def layout(self, selection: Selection, marks: Sequence[Expression] = ()) -> Layout:
        """Selects everything the selection shows; what is hidden on some rows comes with a flag."""
        identity = self._add(self.row.alias.c.id)
        columns = tuple(self._shown(path, identity) for path in selection.columns)
        if all(shown.name != "id" for shown in columns):
            columns = (Shown(name="id", value=identity), *columns)
        masked = {
            children.name: self._flag(self.row.hidden(children.field.uid))
            for children in selection.children
            if self.row.sometimes(children.field.uid)
        }
        environment = self.row.relations.environment(self.row, self.row.relations.visible)
        told = tuple(self._add(compile_value(each.root, environment).value) for each in marks)
        return Layout(columns=columns, masked=masked, id_at=identity, marks=told)

    def _shown(self, path: FieldPath, identity: int) -> Shown:
        if path.name == "id":
            return Shown(name="id", value=identity)
        row, hiding = self._walk(path)
        last = path.field
        value = row.alias.c.id if last.listed else row.cell(last.uid).value
        if row is not self.row:  # a record in the bin has a title, but lends no values
            value = sa.case((row.alias.c.deleted_at.is_(None), value))
        if row.sometimes(last.uid):
            hiding.append(_masked_on(row, last.uid, is_first=row is self.row))
        hidden = self._flag(hiding[0] if len(hiding) == 1 else sa.or_(*hiding)) if hiding else None
        if last.result.kind == "secret":
            there = sa.case((value.is_not(None), 1), else_=0)
            return Shown(name=path.name, value=self._add(there), hidden=hidden, secret=True)
        if last.listed:
            return Shown(name=path.name, value=self._add(value), hidden=hidden, listed=last)
        if last.result.kind == "link_any":
            return Shown(name=path.name, value=self._add(value), hidden=hidden, led=self._entities(last))
        if last.result.kind == "link" and last.result.entity is not None:
            return self._linked(path, value, last.result.entity, hidden)
        choices = None
        if last.result.kind in ("choice", "choices"):
            choices = {c.uid: c.name for c in choices_of(self.row.relations.model, last)}
        whole = last.result.kind == "number" and last.result.scale == 0
        return Shown(name=path.name, value=self._add(value), hidden=hidden, choices=choices, whole=whole,
                     several=last.result.kind == "choices")  # fmt: skip

    def _entities(self, field: Field) -> tuple[str, ...]:
        """The entities (uids) a link to any record may lead to; of a computed one every entity."""
        return field.targets or tuple(self.row.relations.model.entity_by_uid)

    def _linked(
        self, path: FieldPath, value: sa.ColumnElement[Any], target: str, hidden: int | None
    ) -> Shown:
        if self.beside:
            return Shown(name=path.name, value=self._add(value), hidden=hidden, leads=target)
        row = self._join(tuple(f.uid for f in path.fields), value, target)
        if is_file(row.entity):
            name, size, kind = (
                self._add(row.cell(row.entity.by_name[part].uid).value) for part in ("name", "size", "type")
            )
            return Shown(name=path.name, value=self._add(value), hidden=hidden, file=(name, size, kind))
        return Shown(
            name=path.name, value=self._add(value), hidden=hidden,
            title=self._add(self._joined_title(row)), deleted=self._add(row.alias.c.deleted_at.is_not(None)),
        )  # fmt: skip

    def _joined_title(self, row: VisibleRow) -> sa.ColumnElement[Any]:
        """The title of a joined record, null when it is absent: a title that is pieced together never is."""
        title = title_of(row, self.language).value
        return title if is_single(row.entity) else sa.case((row.alias.c.id.is_not(None), title))

    def _walk(self, path: FieldPath) -> tuple[VisibleRow, list[sa.ColumnElement[bool]]]:
        """The row that the last field of a path stands in, and what on the way hides it from the reader."""
        row, hiding = self.row, []
        for depth, (link, entity) in enumerate(
            zip(path.fields[:-1], path.entities[1:], strict=True), start=1
        ):
            if row.sometimes(link.uid):
                hiding.append(_masked_on(row, link.uid, is_first=row is self.row))
            value = row.cell(link.uid).value
            if row is not self.row:
                value = sa.case((row.alias.c.deleted_at.is_(None), value))
            row = self._join(tuple(f.uid for f in path.fields[:depth]), value, entity.uid)
            if row.condition is not None:
                hiding.append(sa.and_(value.is_not(None), row.alias.c.id.is_(None)))
        return row, hiding

    def _join(self, steps: tuple[str, ...], link: sa.ColumnElement[Any], target: str) -> VisibleRow:
        """The record a link leads to, in the bin or not, joined once; it is absent when it may not be seen."""
        row = self._joined.get(steps)
        if row is None:
            decided = self.seen and steps == (self.row.entity.parent,)
            row = self.row.relations.visible.open(target, "any", reached=True, unfiltered=decided)
            self._joined[steps] = row
            on = row.alias.c.id == link
            self.source = self.source.outerjoin(
                row.alias, on if row.condition is None else on & row.condition
            )
        return row

    def _add(self, expression: sa.ColumnElement[Any]) -> int:
        self.selected.append(expression.label(f"c{len(self.selected)}"))
        return len(self.selected) - 1

    def _flag(self, condition: sa.ColumnElement[bool]) -> int:
        at = self._flags.get(id(condition))
        if at is None:
            at = self._flags[id(condition)] = self._add(sa.case((condition, 1), else_=0))
        return at


def _masked_on(row: VisibleRow, field_uid: str, *, is_first: bool) -> sa.ColumnElement[bool]:
    hidden = row.hidden(field_uid)
    return (
        hidden if is_first else sa.and_(row.alias.c.deleted_at.is_(None), row.alias.c.id.is_not(None), hidden)
    )
