"""What a change does to the records that are there: counted, with examples, and what it breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from core.solutions.moving import converted, moved_values, with_choices
from core.solutions.plans import Break, Loss, Move, PlannedChange, Target
from core.solutions.secrecy import refuse_turning
from core.solutions.stage_effects import Counted, pipeline_changes, stage_changes
from core.solutions.uses import all_uses
from core.storage.any_links import leads_to
from core.storage.expressions import AllRows, compile_value
from core.storage.tables import EntityTable, Tables
from core.storage.workspace import Transaction
from metamodel.diff import Change, diff
from metamodel.errors import ValueRefused
from metamodel.expression import uses
from metamodel.fields.base import Context
from metamodel.messages import Message, message
from metamodel.model import Constraint, Field

EXAMPLES = 5
_LAID = ("layout", "rail", "timeline")
_RENAMED = ("entity", "field", "choice", "stage", "role")


def planned_changes(tx: Transaction, target: Target) -> tuple[PlannedChange, ...]:
    """Every change of the plan in the order of a review, counted on the records of this snapshot."""
    counter = _Counter(tx, target)
    written = _with_layout(tx.model.document) | _with_layout(target.model.document)
    changes = [
        change
        for change in diff(tx.model if tx.model.version else None, target.model)
        if change.aspect not in _LAID or change.uid in written
    ]
    refuse_turning(changes)
    broken = _by_cause(tx, changes, target.breaks)
    made: list[PlannedChange] = []
    for number, change in enumerate(changes):
        planned = counter.planned(change, tuple(broken.get(number, ())))
        made.extend(_with_rename(change, changes, each) for each in planned)
    return tuple(made)


def _with_rename(change: Change, changes: Sequence[Change], planned: PlannedChange) -> PlannedChange:
    """What goes away with values while its like comes beside it was perhaps given another name: that is said."""
    if change.effect != "removed" or planned.loss is None or change.kind not in _RENAMED:
        return planned
    owner, _, old = change.target.rpartition(".")
    likes = (
        c.target.rpartition(".")[2]
        for c in changes
        if (c.kind, c.effect, c.target.rpartition(".")[0]) == (change.kind, "added", owner)
        and (change.kind != "field" or c.after.type.name == change.before.type.name)
    )
    name = next(likes, None)
    if name is None:
        return planned
    words = message(
        "{effect}; if it is now called {name}, write “renamed_from: {old}” there and nothing is lost",
        effect=planned.effect,
        name=name,
        old=old,
    )
    return replace(planned, effect=words)


def _with_layout(document: Mapping[str, Any]) -> set[str]:
    """The entities whose layout somebody wrote: a generated one follows the fields, which is no change of its own."""
    names = {e["extends"] for e in document.get("extensions", ()) if any(key in e for key in _LAID)}
    return {
        e["uid"] for e in document.get("entities", ()) if any(key in e for key in _LAID) or e["name"] in names
    }


def _by_cause(tx: Transaction, changes: Sequence[Change], breaks: Sequence[Break]) -> dict[int, list[Break]]:
    """The breaks by the number of the change that brings them about: the one whose thing they used."""
    refers: dict[tuple[str, str], set[str]] = {}
    for use in all_uses(tx.model) if tx.model.version else ():
        refers.setdefault((use.kind, use.target), set()).update(use.refers)
    causes = [
        n
        for n, c in enumerate(changes)
        if c.effect in ("removed", "retyped") or c.aspect in ("target", "computed")
    ]
    found: dict[int, list[Break]] = {}
    for each in breaks:
        used = refers.get((each.kind, each.target), set())
        words = set(re.findall(r"[a-z0-9_]+", each.written))
        named = [n for n in causes if changes[n].target.rpartition(".")[2] in words]
        using = [n for n in causes if changes[n].uid in used]
        number = next((n for n in named if n in using), next(iter([*named, *using, *causes]), 0))
        found.setdefault(number, []).append(each)
    return found


class _Counter:
    def __init__(self, tx: Transaction, target: Target) -> None:
        self.tx = tx
        self.old, self.new = tx.model, target.model
        self.moves: Mapping[str, Move] = {move.field: move for move in target.moves}
        self.tables = Tables(target.model, tx.tables.schema, tx.dialect)
        self.told: set[str] = set()

    def planned(self, change: Change, breaks: tuple[Break, ...]) -> Iterator[PlannedChange]:
        rows, loss, words, forbids = self._counted(change)
        yield PlannedChange(
            kind=change.kind,
            target=change.target,
            effect=words,
            rows=rows,
            loss=loss,
            breaks=breaks,
            forbids=forbids,
        )
        if change.kind == "field" and change.effect == "added" and change.roles:
            for role in change.roles:
                words = message(
                    "the role {role} receives the new field {field}", role=role, field=change.target
                )
                yield PlannedChange(kind="role", target=role, effect=words)

    def _counted(self, change: Change) -> tuple[int | None, Loss | None, Message, Message | None]:
        words = change.message
        match change.kind, change.effect, change.aspect:
            case "entity", "removed", _:
                return *self._entity_goes(change), words, None
            case "field", "removed", _:
                return *self._field_goes(change), words, None
            case "field", "retyped", _ if change.before.stored and not change.after.stored:
                return *self._field_goes(change), words, None
            case "field", "retyped", _ if change.before.listed and not change.after.listed:
                return *self._field_goes(change), words, None
            case "field", "changed", "target" if change.before.listed:
                return *self._field_goes(change), words, None
            case "field", "changed", "targets":
                return *self._led_elsewhere(change), words, None
            case "role", "removed", _:
                return *self._role_goes(change), words, None
            case "field", "added", _ if change.after.required:
                return _lacking(self._live(change.entity), words)
            case "field", ("retyped" | "changed"), ("target" | None) if change.copies:
                return *self._moves_values(change), words, None
            case "field", "changed", "required" if change.after:
                return _lacking(self._empty(change), words)
            case "field", "changed", "unique" if change.after:
                return (*self._equal(change.entity, (change.uid,), words),)
            case "field", "changed", "options":
                return _unfitting(self._unfit(change), words)
            case (("choice" | "stage"), "removed", _):
                return *self._choice_goes(change), words, None
            case "stage", "changed", _:
                return stage_changes(self, change)
            case "pipeline", "changed", _ if change.after.moves is not None:
                return pipeline_changes(self, change)
            case "constraint", ("added" | "changed"), _:
                return self._rule(change, words)
        if change.uid in self.moves and change.kind == "field" and change.uid not in self.told:
            return *self._moves_values(change), words, None
        return None, None, words, None

    # --- what goes away

    def place(self, entity: str | None) -> EntityTable | None:
        return self.tx.tables[entity] if entity in self.old.entity_by_uid and entity else None

    def count(self, statement: sa.Select[Any]) -> int:
        return int(
            self.tx.connection.execute(
                sa.select(sa.func.count()).select_from(statement.subquery())
            ).scalar_one()
        )

    def _live(self, entity: str | None) -> int:
        place = self.place(entity)
        return (
            self.count(sa.select(place.table.c.id).where(place.table.c.deleted_at.is_(None))) if place else 0
        )

    def _entity_goes(self, change: Change) -> tuple[int, Loss | None]:
        place = self.tx.tables[change.uid]
        rows = self.count(sa.select(place.table.c.id))
        title = next((part.field for part in place.entity.title if part.field in place.columns), "id")
        return rows, self._loss(change, rows, self._examples(place, title or "id"))

    def _field_goes(self, change: Change) -> tuple[int | None, Loss | None]:
        place = self.place(change.entity)
        if place is not None and change.uid in place.lists:
            return self._list_goes(change, place.lists[change.uid])
        if place is None or change.uid not in place.columns:
            return None, None
        column = place.columns[change.uid].value
        rows = self.count(sa.select(column).where(column.is_not(None)))
        return rows, self._loss(change, rows, self._examples(place, change.uid))

    def _list_goes(self, change: Change, pairs: sa.Table) -> tuple[int, Loss | None]:
        """A list of links goes: the records that have one."""
        rows = self.count(sa.select(pairs.c.record).distinct())
        ids = sa.select(pairs.c.target).distinct().order_by(pairs.c.target).limit(EXAMPLES)
        examples = [str(each) for each in self.tx.connection.execute(ids).scalars()]
        return rows, self._loss(change, rows, examples)

    def _led_elsewhere(self, change: Change) -> tuple[int | None, Loss | None]:
        """An entity that a link to any record no longer leads to: the records that lead there."""
        place = self.place(change.entity)
        if place is None or change.uid not in place.columns:
            return None, None
        column = place.columns[change.uid].value
        led = sa.select(column).where(leads_to(column, change.before))
        rows = self.count(led)
        examples = [str(each.id) for each in self.tx.connection.execute(led.limit(EXAMPLES)).scalars()]
        return rows, self._loss(change, rows, examples)

    def _role_goes(self, change: Change) -> tuple[int | None, Loss | None]:
        """The people who have the role lose it."""
        if not {"role", "user_role"} <= set(self.old.entities):
            return None, None
        roles, links = self.old.entities["role"], self.old.entities["user_role"]
        role, link = self.tx.tables[roles.uid], self.tx.tables[links.uid]
        definition = role.columns[roles.by_name["definition"].uid].value
        of_role = sa.select(role.table.c.id).where(
            definition == change.uid, role.table.c.deleted_at.is_(None)
        )
        held = link.columns[links.by_name["role"].uid].value.in_(of_role)
        rows = self.count(sa.select(link.table.c.id).where(held, link.table.c.deleted_at.is_(None)))
        return rows, self._loss(change, rows, ())

    def _choice_goes(self, change: Change) -> tuple[int | None, Loss | None]:
        place = self.place(change.entity)
        if place is None or change.field not in place.columns or change.field is None:
            return None, None
        column = place.columns[change.field].value
        field = place.entity.by_uid[change.field]
        rows = self.count(sa.select(column).where(with_choices(place, field, (change.uid,))))
        move = self.moves.get(change.field)
        asked = move is not None and change.uid in move.asked
        return rows, None if asked else self._loss(change, rows, (change.target.rpartition(".")[2],))

    def _new_field(self, uid: str) -> Field | None:
        return next((e.by_uid[uid] for e in self.new.entities.values() if uid in e.by_uid), None)

    def _loss(self, change: Change, values: int, examples: Sequence[str]) -> Loss | None:
        if not values:
            return None
        return Loss(id=f"{change.kind}:{change.target}", values=values, examples=tuple(examples))

    def _examples(self, place: EntityTable, uid: str) -> list[str]:
        column = place.columns[uid].value
        statement = sa.select(column).where(column.is_not(None)).order_by(place.table.c.id).limit(EXAMPLES)
        field = place.entity.by_uid.get(uid)
        if field is not None and field.type.name == "secret":
            return []
        values = self.tx.connection.execute(statement).scalars()
        return [shown(field, value) for value in values]

    # --- values that change their column

    def _moves_values(self, change: Change) -> tuple[int, Loss | None]:
        self.told.add(change.uid)
        move = self.moves.get(change.uid)
        place = self.place(change.entity)
        if move is None or place is None:
            return 0, None
        old, new = (
            place.entity.by_uid[change.uid],
            self.new.entity_by_uid[place.entity.uid].by_uid[change.uid],
        )
        rows = lost = 0
        examples: list[str] = []
        for _, value in moved_values(self.tx, place, move):
            rows += 1
            if converted(old, new, move, value, str(self.tx.workspace.zone)).lost:
                lost += 1
                if len(examples) < EXAMPLES:
                    examples.append(shown(old, value))
        return rows, self._loss(change, lost, examples)

    # --- rules that are new

    def _empty(self, change: Change) -> int | None:
        place = self.place(change.entity)
        if place is None or change.uid not in place.columns:
            return None
        table, column = place.table, place.columns[change.uid].value
        return self.count(sa.select(table.c.id).where(table.c.deleted_at.is_(None), column.is_(None)))

    def _unfit(self, change: Change) -> int | None:
        """How many values the field would now refuse; they stay until they are written again."""
        place = self.place(change.entity)
        field = self._new_field(change.uid)
        if place is None or field is None or change.uid not in place.columns or not field.writable:
            return None
        column, old = place.columns[change.uid].value, place.entity.by_uid[change.uid]
        statement = sa.select(column).where(column.is_not(None), place.table.c.deleted_at.is_(None))
        if old.type.column_type(old).storage == "link":
            return None
        return sum(1 for value in self.tx.connection.execute(statement).scalars() if not _fits(field, value))

    def _equal(
        self, entity: str | None, fields: Sequence[str], words: Message
    ) -> tuple[int | None, Loss | None, Message, Message | None]:
        """How many records have values equal to others' in these fields: any forbids a unique rule."""
        place = self.place(entity)
        if place is None or any(uid not in place.columns for uid in fields):
            return None, None, words, None
        columns = [c.key if (c := place.columns[uid]).key is not None else c.value for uid in fields]
        same = (
            sa.select(sa.func.count().label("n"))
            .where(place.table.c.deleted_at.is_(None), *(c.is_not(None) for c in columns))
            .group_by(*columns)
            .having(sa.func.count() > 1)
        ).subquery()
        rows = int(
            self.tx.connection.execute(sa.select(sa.func.coalesce(sa.func.sum(same.c.n), 0))).scalar_one()
        )
        if not rows:
            return rows, None, words, None
        why = message(
            "{entity}: {count} records have equal values of {fields} ({examples})",
            entity=place.entity.name,
            count=rows,
            fields=", ".join(place.entity.by_uid[uid].name for uid in fields),
            examples="; ".join(self._repeated(place, fields, columns)),
        )
        return rows, None, words, why

    def _repeated(
        self, place: EntityTable, fields: Sequence[str], columns: Sequence[sa.ColumnElement[Any]]
    ) -> list[str]:
        """Some of the values that repeat, as one of their records has them."""
        first = sa.func.min(place.table.c.id)
        groups = (
            sa.select(first)
            .where(place.table.c.deleted_at.is_(None), *(c.is_not(None) for c in columns))
            .group_by(*columns)
            .having(sa.func.count() > 1)
            .order_by(first)
            .limit(EXAMPLES)
        )
        ids = list(self.tx.connection.execute(groups).scalars())
        statement = sa.select(*(place.columns[uid].value for uid in fields)).where(place.table.c.id.in_(ids))
        entity = place.entity
        return [
            ", ".join(shown(entity.by_uid[uid], value) for uid, value in zip(fields, row, strict=True))
            for row in self.tx.connection.execute(statement.order_by(place.table.c.id))
        ]

    def _rule(
        self, change: Change, words: Message
    ) -> tuple[int | None, Loss | None, Message, Message | None]:
        rule: Constraint = change.after
        if rule.unique:
            return self._equal(change.entity, rule.unique, words)
        if rule.check is None or not self._askable(rule):
            return None, None, words, None
        entity = self.new.entity_by_uid[change.entity or ""]
        rows = AllRows(tables=self.tables, dialect=self.tx.dialect, zone=self.tx.workspace.zone)
        row = rows.open(entity.uid)
        kept = compile_value(rule.check.root, rows.environment(row)).value
        statement = sa.select(row.alias.c.id).where(sa.not_(kept))
        if row.condition is not None:
            statement = statement.where(row.condition)
        local = self.tx.now.astimezone(self.tx.workspace.zone)
        values = {"me": None, "today": local.date(), "now": self.tx.now}
        counted = sa.select(sa.func.count()).select_from(statement.subquery())
        return _breaking(int(self.tx.connection.execute(counted, values).scalar_one()), words)

    def _askable(self, rule: Constraint) -> bool:
        """Whether all that the rule names is there already, in the columns it will be in."""
        assert rule.check is not None
        for entity, uid in uses(rule.check):
            before, after = self.old.entity_by_uid.get(entity), self.new.entity_by_uid[entity].by_uid[uid]
            was = before.by_uid.get(uid) if before else None
            if was is None or was.column != after.column or after.computed is not None:
                return False
        return True


def _lacking(rows: int | None, words: Message) -> Counted:
    told = message("{effect}; records without it stay and ask for it when they are saved", effect=words)
    return rows, None, told if rows else words, None


def _unfitting(rows: int | None, words: Message) -> Counted:
    told = message("{effect}; values that do not fit stay until they are written again", effect=words)
    return rows, None, told if rows else words, None


def _breaking(rows: int, words: Message) -> Counted:
    told = message(
        "{effect}; records that do not keep it stay and are refused when they are saved", effect=words
    )
    return rows, None, told if rows else words, None


def _fits(field: Field, value: Any) -> bool:
    try:
        field.type.parse(field, field.type.format(field, value, Context()), Context())
    except ValueRefused:
        return False
    return True


def shown(field: Field | None, value: Any) -> str:
    """A value as an example for people."""
    if field is None or field.system or field.type.column_type(field).storage == "link":
        return str(value)
    text = field.type.format(field, value, Context(medium="text"))
    return str(text)[:100]
