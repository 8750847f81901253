"""Grants asked of rows: before the write by their `rows` and `stages`, after it by their `check`. Default deny."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.access.grants import READING, narrows
from core.records.asking import ask
from core.records.moves import is_moved, left
from core.records.shapes import Row
from core.records.values import escaped, no_field
from core.records.work import Work, below, depth
from metamodel.expression.tree import Expression
from metamodel.messages import message
from metamodel.model import Entity, Field, Grant

Holds = Callable[[Row, Grant, str], bool]
"""Whether a grant stands on a row for an action."""

ASKED_BEFORE = ("read", "show", "update", "move", "delete", "share", "import")
"""Actions whose grants are asked of what is stored before a write."""


def given(work: Work, entity: Entity, *actions: str) -> tuple[Grant, ...]:
    """The actor's grants of any of the actions; a child entity without own grants is covered whole by its parent's."""
    if work.grants.everything:
        return (Grant(entity=entity.uid, actions=frozenset(actions)),)
    found = tuple(g for g in work.grants.own.get(entity.uid, ()) if g.actions & set(actions))
    if not found and narrows(entity):
        left = frozenset(action for action in actions if work.grants.leaves(entity.uid, action))
        return (Grant(entity=entity.uid, actions=left),) if left else ()
    return found


def permit_before(work: Work) -> None:
    """Refuse rows that the actor does not see (KBK2006) or may not write (KBK4002), and fields that are not theirs."""
    swept = {id(each) for row in work.swept for each in below(row)}
    for kept in sorted(work.kept.values(), key=lambda row: -depth(work.model, row.entity)):
        if all(id(row) in swept for row in kept.written_below):
            swept.add(id(kept))  # only what a deletion takes along stands below it
    asked: list[tuple[list[Row], Holds | None]] = []
    for rows in _by_entity(row for row in work.rows() if id(row) not in swept).values():
        stored = [row for row in rows if row.before]
        asked.append((rows, None if work.grants.everything else before_write(work, rows[0].entity, stored)))
    unseen = _unseen(work, asked)
    for rows, holds in asked:
        for row in rows:
            if id(row) in unseen:
                _refuse_unseen(work, row)
            elif holds is None:
                continue
            elif row.action == "create":
                _permit_create(work, row)
            elif row.action != "keep" or not all(id(each) in unseen for each in row.written_below):
                _permit_change(work, row, holds)


def _unseen(work: Work, asked: Iterable[tuple[list[Row], Holds | None]]) -> set[int]:
    """The rows, by identity, that are not there for the actor, or stand below one that is not."""
    found: set[int] = set()
    for rows, holds in asked:
        for row in rows:
            if row.id and not row.before:
                found.add(id(row))
            elif (
                holds is None
                or row.action == "create"
                or not (row.parent is None or row.parent.action == "keep")
            ):
                continue
            elif not any(holds(row, g, "read") for g in given(work, row.entity, "read")):
                found.add(id(row))
            elif row.action == "keep":
                readable = readable_here(work, row, holds)
                hidden = (f for f in _fields_set(row) if readable is not None and f not in readable)
                found |= {id(row) for _ in hidden}
            if row.action == "keep" and id(row) in found:
                found |= {id(each) for each in row.written_below}
    return found


def permit_after(work: Work) -> None:
    """Refuse rows that no grant's `check` lets stand as they are now, or not with these fields set."""
    if work.grants.everything:
        return
    for row in work.rows():
        if row.claims is not None and row.answers is not None:
            answers = row.answers
            passing = {
                action: [g for g in grants if all(answers[id(rule)] for rule in asked_after(row, action, g))]
                for action, grants in row.claims.items()
            }
            _judge_after(work, row, passing)


def asked_after(row: Row, action: str, grant: Grant) -> list[Expression]:
    """What a grant asks of a row as it is after the write: its `check`; and of a new row beyond the first stage the
    `rows` of moving, since there was no row before.
    """
    rules = (grant.check, grant.rows if action == "move" and row.action == "create" else None)
    return [rule for rule in rules if rule is not None]


def readable_here(work: Work, row: Row, holds: Holds) -> frozenset[str] | None:
    """The fields whose cells the actor may read of this row; None is all."""
    fields: set[str] = {f.uid for f in row.entity.fields if f.system or f.uid == row.entity.follows}
    showing = (g for g in work.grants.own.get(row.entity.uid, ()) if "show" in g.actions)
    for grant in (*given(work, row.entity, "read"), *showing):
        if holds(row, grant, "read"):
            if grant.fields is None:
                return None
            fields |= grant.fields
    return frozenset(fields)


def _permit_create(work: Work, row: Row) -> None:
    """A new row needs a grant of creating; which of them stand is asked when the row is there."""
    entity = row.entity
    grants = given(work, entity, "create")
    if entity.parent is not None and row.parent is None:
        return  # its parent was not named: said by validation, as of any required field
    if not grants:
        work.refuse(
            row.pointer, "KBK4002", message("{entity}: you may not create records", entity=entity.label)
        )
        return
    row.claims = {"create": grants}
    for uid in _fields_set(row):
        if not any(g.fields is None or uid in g.fields for g in grants) and not _is_stage(entity, uid):
            _refuse_field(work, row, uid)
    if is_moved(row):
        movers = tuple(g for g in given(work, entity, "move") if g.stages is None or left(row) in g.stages)
        if not movers:
            _refuse_field(work, row, entity.stages.field if entity.stages else "")
        row.claims["move"] = movers
    if _of_file(work):
        row.claims["import"] = given(work, entity, "import")


def _of_file(work: Work) -> bool:
    """Whether the write is a line of a file: it takes the right to import beside that to write."""
    return work.context.medium == "csv"


def _permit_change(work: Work, row: Row, holds: Holds) -> None:
    if row.action in ("delete", "restore"):
        _permit_bin(work, row, holds)
        return
    entity = row.entity
    if not any(holds(row, g, "read") for g in given(work, entity, "read")):
        _refuse_unseen(work, row)
        return
    readable = readable_here(work, row, holds)
    fields = _fields_set(row)
    unknown = [uid for uid in fields if readable is not None and uid not in readable]
    for uid in unknown:
        name = entity.by_uid[uid].name
        work.refuse(f"{row.pointer}/{escaped(name)}", "KBK2003", no_field(work, entity, name))
    updaters = tuple(g for g in given(work, entity, "update") if holds(row, g, "update"))
    moved = is_moved(row)
    movers = tuple(g for g in given(work, entity, "move") if holds(row, g, "move")) if moved else ()
    importers = tuple(g for g in given(work, entity, "import") if holds(row, g, "import"))
    if moved and not movers:
        _refuse_field(work, row, entity.stages.field if entity.stages else "")
    elif (not updaters and not movers) or (_of_file(work) and not importers):
        work.refuse(
            row.pointer, "KBK4002", message("{entity}: you may not change this record", entity=entity.label)
        )
    else:
        row.claims = {"update": updaters, "move": movers} if moved else {"update": updaters}
        if _of_file(work):
            row.claims["import"] = importers
        for uid in fields:
            covered = any(g.fields is None or uid in g.fields for g in (*updaters, *movers))
            if not covered and not _is_stage(entity, uid) and uid not in unknown:
                _refuse_field(work, row, uid)


def _permit_bin(work: Work, row: Row, holds: Holds) -> None:
    """To the bin and back: a record by its grant of deleting, child rows of it with it, a row left out of a list
    only when the actor sees it and may delete it (else it stays).
    """
    if row.parent is not None and row.parent.action in ("delete", "restore"):
        return
    seen = any(holds(row, g, "read") for g in given(work, row.entity, "read"))
    allowed = any(holds(row, g, "delete") for g in given(work, row.entity, "delete"))
    if row.in_list and not (seen and allowed):
        assert row.parent is not None and row.held_by is not None
        row.parent.lists[row.held_by.uid].remove(row)
    elif not seen:
        _refuse_unseen(work, row)
    elif not allowed:
        work.refuse(
            row.pointer,
            "KBK4002",
            message("{entity}: you may not delete this record", entity=row.entity.label),
        )


def _refuse_unseen(work: Work, row: Row) -> None:
    """A record out of the actor's sight does not exist for them; nor does a child row of one, or what it is to get."""
    if row.action == "keep":
        return
    if row.action == "create":
        link = row.entity.by_uid[row.entity.parent or ""]
        work.refuse(f"{row.pointer}/{escaped(link.name)}", "KBK3005", message(
            "there is no record {id}", id=row.sent.get(link.uid)))  # fmt: skip
        return
    if row.parent is not None and row.parent.action != "keep":
        work.refuse(f"{row.pointer}/id", "KBK3005", message("there is no row {id} here", id=row.id))
        return
    work.refuse(row.pointer, "KBK2006", message("there is no record {id}", id=row.id))


def _judge_after(work: Work, row: Row, passing: dict[str, list[Grant]]) -> None:
    entity = row.entity
    creating = row.action == "create"
    stands = passing["create"] if creating else passing["update"] or passing.get("move")
    if not stands or any(not passing[action] for action in ("move", "import") if action in passing):
        work.refuse(row.pointer, "KBK4002", message(
            "{entity}: with these values the record would be outside what you may write", entity=entity.label
        ))  # fmt: skip
        return
    every = passing["create"] if creating else [*passing["update"], *passing.get("move", ())]
    for uid in _fields_set(row):
        if not _is_stage(entity, uid) and not any(g.fields is None or uid in g.fields for g in every):
            _refuse_field(work, row, uid)


def before_write(work: Work, entity: Entity, rows: list[Row]) -> Holds:
    """Whether a grant stands on a row as it is stored now."""
    grants = given(work, entity, *ASKED_BEFORE)
    rules = _unique(g.rows for g in grants)
    answers = ask(work, entity, ("rows", *map(id, rules)), rules, [row.id for row in rows])
    stage = entity.stages.field if entity.stages else None

    def holds(row: Row, grant: Grant, action: str) -> bool:
        if grant.rows is not None and not answers[row.id][rules.index(grant.rows)]:
            return False
        reads = action in READING
        return grant.stages is None or reads or stage is None or row.before.get(stage) in grant.stages

    return holds


def _fields_set(row: Row) -> list[str]:
    """The fields that the caller writes here, lists of child rows among them."""
    if row.action == "keep":
        return list(dict.fromkeys(each.held_by.uid for each in row.written_below if each.held_by))
    return [*row.sent, *row.retaken, *row.lists, *row.pairs]


def _is_stage(entity: Entity, uid: str) -> bool:
    return entity.stages is not None and entity.stages.field == uid


def _refuse_field(work: Work, row: Row, uid: str) -> None:
    found: Field = row.entity.by_uid[uid]
    pointer = row.pointer if row.action == "keep" else f"{row.pointer}/{escaped(found.name)}"
    work.refuse(pointer, "KBK4002", message("you may not change “{field}”", field=found.label))


def _unique(expressions: Iterable[Expression | None]) -> list[Expression]:
    found: list[Expression] = []
    for each in expressions:
        if each is not None and each not in found:
            found.append(each)
    return found


def _by_entity(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.entity.uid, []).append(row)
    return found
