"""What goes away with its values: entities, fields, choices, roles, targets of links."""

from __future__ import annotations

import sqlalchemy as sa

from core.solutions.effects.counter import EXAMPLES, Counter
from core.solutions.moving import with_choices
from core.solutions.plans import Loss
from core.storage.any_links import leads_to
from metamodel.diff import Change


def entity_goes(counter: Counter, change: Change) -> tuple[int, Loss | None]:
    """An entity goes with all its records, those of the bin too."""
    place = counter.tx.tables[change.uid]
    rows = counter.count(sa.select(place.table.c.id))
    title = next((part.field for part in place.entity.title if part.field in place.columns), "id")
    return rows, counter.loss(change, rows, counter.examples(place, title or "id"))


def field_goes(counter: Counter, change: Change) -> tuple[int | None, Loss | None]:
    """A field goes with its values."""
    place = counter.place(change.entity)
    if place is not None and change.uid in place.lists:
        return _list_goes(counter, change, place.lists[change.uid])
    if place is None or change.uid not in place.columns:
        return None, None
    column = place.columns[change.uid].value
    rows = counter.count(sa.select(column).where(column.is_not(None)))
    return rows, counter.loss(change, rows, counter.examples(place, change.uid))


def _list_goes(counter: Counter, change: Change, pairs: sa.Table) -> tuple[int, Loss | None]:
    """A list of links goes: the records that have one."""
    rows = counter.count(sa.select(pairs.c.record).distinct())
    ids = sa.select(pairs.c.target).distinct().order_by(pairs.c.target).limit(EXAMPLES)
    examples = [str(each) for each in counter.tx.connection.execute(ids).scalars()]
    return rows, counter.loss(change, rows, examples)


def led_elsewhere(counter: Counter, change: Change) -> tuple[int | None, Loss | None]:
    """An entity that a link to any record no longer leads to: the records that lead there."""
    place = counter.place(change.entity)
    if place is None or change.uid not in place.columns:
        return None, None
    column = place.columns[change.uid].value
    led = sa.select(column).where(leads_to(column, change.before))
    rows = counter.count(led)
    examples = [str(each.id) for each in counter.tx.connection.execute(led.limit(EXAMPLES)).scalars()]
    return rows, counter.loss(change, rows, examples)


def role_goes(counter: Counter, change: Change) -> tuple[int | None, Loss | None]:
    """The people who have the role lose it."""
    if not {"role", "user_role"} <= set(counter.old.entities):
        return None, None
    roles, links = counter.old.entities["role"], counter.old.entities["user_role"]
    role, link = counter.tx.tables[roles.uid], counter.tx.tables[links.uid]
    definition = role.columns[roles.by_name["definition"].uid].value
    of_role = sa.select(role.table.c.id).where(definition == change.uid, role.table.c.deleted_at.is_(None))
    held = link.columns[links.by_name["role"].uid].value.in_(of_role)
    rows = counter.count(sa.select(link.table.c.id).where(held, link.table.c.deleted_at.is_(None)))
    return rows, counter.loss(change, rows, ())


def choice_goes(counter: Counter, change: Change) -> tuple[int | None, Loss | None]:
    """A choice goes: the values that have it, unless they are mapped to another."""
    place = counter.place(change.entity)
    if place is None or change.field not in place.columns or change.field is None:
        return None, None
    column = place.columns[change.field].value
    field = place.entity.by_uid[change.field]
    rows = counter.count(sa.select(column).where(with_choices(place, field, (change.uid,))))
    move = counter.moves.get(change.field)
    asked = move is not None and change.uid in move.asked
    return rows, None if asked else counter.loss(change, rows, (change.target.rpartition(".")[2],))
