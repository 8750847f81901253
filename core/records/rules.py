"""Rules of entities asked of rows as they are after the write: required, required_if, checks."""

from __future__ import annotations

from collections.abc import Sequence

from core.records.asking import ask
from core.records.moves import check_stage, conditions, is_empty
from core.records.permit import asked_after
from core.records.requirements import requires
from core.records.shapes import Row
from core.records.telling import judged
from core.records.values import escaped, refuse_empty
from core.records.work import Work
from metamodel.errors import ValueRefused
from metamodel.expression.tree import Expression, Path, walk
from metamodel.expression.uses import uses
from metamodel.fields.base import JudgedTogether, siblings
from metamodel.labels import Label
from metamodel.messages import Message, message
from metamodel.model import Constraint, Entity, Field


def rule_expressions(entity: Entity, rows: Sequence[Row]) -> list[Expression]:
    """What is asked of rows as they are after the write: checks, when fields are required, the checks of grants."""
    asked = [c.check for c in entity.constraints if c.check is not None]
    asked += [f.required_if for f in entity.fields if f.required_if is not None and may_be_empty(f)]
    claimed = (rule for row in rows for action, grants in (row.claims or {}).items()
               for grant in grants for rule in asked_after(row, action, grant))  # fmt: skip
    moved = (condition for row in rows for condition in conditions(row))
    return list({id(each): each for each in (*asked, *claimed, *moved)}.values())


def ask_rules(work: Work) -> None:
    """Ask what was not asked already; each row keeps its answers."""
    for rows in work.by_entity("create", "update", "keep", "restore").values():
        waiting = [row for row in rows if row.answers is None and is_asked(row)]
        expressions = rule_expressions(rows[0].entity, waiting)
        key = ("rules", *map(id, expressions))
        found = ask(work, rows[0].entity, key, expressions, [row.id for row in waiting])
        for row in waiting:
            row.answers = {id(e): a for e, a in zip(expressions, found.get(row.id, ()), strict=False)}


def is_asked(row: Row) -> bool:
    """Whether the write changes anything that rules could be about."""
    return row.action in ("create", "restore") or row.touched


def check_rules(work: Work) -> None:
    """Refuse rows that leave a required field empty or break a check of their entity."""
    swept = {id(row) for row in work.swept}
    for rows in work.by_entity("create", "update", "keep", "restore").values():
        entity = rows[0].entity
        checks = [(c, c.check) for c in entity.constraints if c.check is not None]
        conditional = [f for f in entity.fields if f.required_if is not None and may_be_empty(f)]
        for row in rows:
            if row.answers is None:
                continue
            for check, rule in checks:
                if row.answers[id(rule)] is False and judged(work, row, rule):
                    _refuse_check(work, row, check)
            if row.action in ("create", "update") and id(row) not in swept and not work.returning:
                _check_complete(work, row, conditional)
                _check_together(work, row, entity)
            elif row.action == "keep":
                _check_kept(work, row)


def _check_complete(work: Work, row: Row, conditional: Sequence[Field]) -> None:
    """Refuse a row that lacks what is required of it, or note what it lacks."""
    told = len(work.problems)
    for field in conditional:
        asked = field.required_if
        if asked is None or row.answers is None or not row.answers[id(asked)] or not judged(work, row, asked):
            continue
        if is_empty(work, row, field):
            refuse_empty(work, row, field)
    _check_required(work, row, row.entity)
    check_stage(work, row)
    if work.incomplete and len(work.problems) > told:
        names = [p.pointer.rpartition("/")[2] for p in work.problems[told:] if p.code == "KBK3001"]
        fields = [row.entity.by_name[name].uid for name in names if name in row.entity.by_name]
        row.lacking = tuple(dict.fromkeys(fields))
        work.problems[told:] = [p for p in work.problems[told:] if p.code != "KBK3001"]


def may_be_empty(field: Field) -> bool:
    """Whether a record can be without it: a value of its own, or child rows."""
    return field.valued or field.type.name == "children"


def _check_kept(work: Work, row: Row) -> None:
    """A record that asks for child rows does not lose the last one when rows are deleted on their own."""
    gone = {
        r.held_by.uid: r.held_by for r in row.written_below if r.action == "delete" and r.held_by is not None
    }
    for field in gone.values():
        asked = field.required_if
        wanted = asked is not None and row.answers and row.answers[id(asked)]
        if (wanted or requires(row.entity, row.before, field)) and is_empty(work, row, field):
            work.refuse(row.pointer, "KBK3001", message("“{field}” must be filled in", field=field.label))


def _check_required(work: Work, row: Row, entity: Entity) -> None:
    for field in entity.fields:
        asked = field.required and field.valued and not field.system and field.type.name != "number_series"
        if asked and row.values.get(field.uid) is None:
            refuse_empty(work, row, field)


def _check_together(work: Work, row: Row, entity: Entity) -> None:
    """Values that their type judges beside others of the row, when one of them was changed."""
    for field in entity.fields:
        kind, value = field.type, row.values.get(field.uid)
        if not isinstance(kind, JudgedTogether) or value is None:
            continue
        named = {key: entity.by_name[field.options[key]] for key in siblings(kind) if key in field.options}
        if not any(each.uid in row.sent for each in (field, *named.values())):
            continue
        try:
            kind.judge(field, value, {key: row.values.get(each.uid) for key, each in named.items()})
        except ValueRefused as refusal:
            work.refuse(f"{row.pointer}/{escaped(field.name)}", refusal.code, refusal.message)


def _refuse_check(work: Work, row: Row, check: Constraint) -> None:
    """A broken check is told at the first field it names that the actor may read and change, else at the record."""
    assert check.check is not None
    field = _field_of(work, row, check.check)
    pointer = row.pointer if field is None else f"{row.pointer}/{escaped(field.name)}"
    work.refuse(pointer, "KBK3006", _words(work, row.entity, check.check, check.message))


def _words(work: Work, entity: Entity, rule: Expression, written: Label | None) -> Message:
    """The words of who made the rule, else the rule itself, to who may read every field it names."""
    if written:
        return message("{rule}", rule=written)
    if all(uid in work.grants.readable(owner) for owner, uid in uses(rule, work.model)):
        return message("{entity}: a rule is not kept: {rule}", entity=entity.label, rule=rule.text)
    return message("{entity}: a rule is not kept", entity=entity.label)


def _field_of(work: Work, row: Row, check: Expression) -> Field | None:
    if row.action in ("keep", "restore"):
        return None
    named = [
        row.entity.by_uid[node.steps[0][1]]
        for node in walk(check.root)
        if isinstance(node, Path) and node.root == "row" and node.up == 0 and node.steps
        and node.steps[0][0] == row.entity.uid and node.steps[0][1] in row.entity.by_uid
    ]  # fmt: skip
    usable = [f for f in named if f.writable and f.uid in work.grants.readable(row.entity.uid)]
    sent = [f for f in usable if f.uid in row.sent]
    return next(iter(sent or usable), None)
