"""A recipe fitted to the model and the rights in force: entities, fields, columns, keys, everything that may be refused
before a line is read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.records.importing.columns import STAMPS, Column, fit_columns, fit_fill
from core.records.importing.recipe import Recipe, Target
from core.records.importing.task import Import, key_of
from metamodel.errors import Problem, unknown
from metamodel.messages import Message, message
from metamodel.model import Entity, Field
from metamodel.text import fold

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A target with everything found: ``columns`` that are written, fields of ``keys``, of ``leads`` with the target
    each leads to. ``each`` is the place of the column whose parts make a record each. ``loose`` lets several lines be
    about one record: targets that others lead to, and rows in lists.
    """

    target: Target
    entity: Entity
    columns: tuple[Column, ...]
    keys: tuple[Field, ...] = ()
    leads: tuple[tuple[Field, str], ...] = ()
    given: dict[str, Any] = field(default_factory=dict)
    each: int | None = None
    loose: bool = False

    @property
    def called(self) -> str:
        return self.target.called

    @property
    def refers_to_itself(self) -> bool:
        """Whether lines may link to records that lines above them make."""
        return any(c.field is not None and c.field.target == self.entity.uid for c in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All targets, in the order in which they are written; ``main`` is the one that lines are counted by."""

    targets: tuple[Planned, ...]
    main: str
    passed_over: tuple[tuple[str, Message], ...]


def prepare(tx: Transaction, task: Import) -> Plan:
    """The plan under the model and rights in force; it is made again when the model changed."""
    if task.planned is not None and task.planned[0] is tx.model:
        return task.planned[1]
    plan = make_plan(tx, task)
    task.planned = tx.model, plan
    return plan


NEEDED = {"create": ("create",), "update": ("update",), "upsert": ("create", "update"), "find": ()}


def make_plan(tx: Transaction, task: Import) -> Plan:
    """The plan of an import. KBK2006 for an entity out of sight, KBK4002 without the right, KBK5002 for columns."""
    grants = grants_of(tx.model, task.actor)
    if task.recipe is None:
        return _plain(tx, task, grants)
    problems: list[Problem] = []
    planned = [
        _target(tx, task, grants, task.recipe, number, problems) for number in range(len(task.recipe.targets))
    ]
    if problems:
        raise KubikError(
            problems[0].code, problems[0].message if len(problems) == 1 else None, errors=problems
        )
    if task.recipe.stamps:
        _must_stamp(grants, planned)
    over = [
        (column.header, column.passed_over)
        for each in planned
        for column in each.columns
        if column.passed_over is not None
    ]
    kept = tuple(_without_passed(each) for each in planned)
    return Plan(targets=kept, main=task.recipe.main.called, passed_over=tuple(over))


def _without_passed(planned: Planned) -> Planned:
    return replace(planned, columns=tuple(c for c in planned.columns if c.field is not None))


def find_entity(tx: Transaction, grants: Grants, name: str, mode: str) -> Entity:
    """An entity into which the caller may import that way."""
    entity = tx.model.entities.get(name)
    if entity is None or not any(grants.may(entity.uid, each) for each in ("read", "create", "update")):
        raise KubikError("KBK2006", message("there is no entity “{name}”", name=name[:100]))
    needed = ("import", *NEEDED[mode]) if mode != "find" else ("read",)
    if not all(grants.may(entity.uid, action) for action in needed):
        raise KubikError("KBK4002", message("{entity}: you may not import records", entity=entity.label))
    return entity


def _plain(tx: Transaction, task: Import, grants: Grants) -> Plan:
    """The plan of a file of one entity, its columns fitted by name and label."""
    options = task.options
    entity = find_entity(tx, grants, task.entity, options.mode)
    key = key_of(grants, entity, options)
    brought = options.origin in ("demo", "data")
    columns = fit_columns(tx.model, grants, entity, task.table.header, options.mapping, brought=brought)
    if key is not None and key.name != "id" and not any(c.field is key for c in columns):
        raise KubikError("KBK5002", message("the file has no column for the key “{field}”", field=key.label))
    keys = () if key is None else (key,)
    target = Target(entity=entity.name, mode=options.mode, keys=tuple(k.name for k in keys))
    written = tuple(c for c in columns if c.field is not None)
    if key is not None and key.name == "id":
        written = (*written, _of_ids(key, task.table.header))
    over = tuple((c.header, c.passed_over) for c in columns if c.passed_over is not None)
    planned = Planned(target=target, entity=entity, columns=written, keys=keys)
    return Plan(targets=(planned,), main=planned.called, passed_over=over)


def _of_ids(key: Field, header: tuple[str, ...]) -> Column:
    """The column of the numbers of records."""
    wanted = {fold(key.name), fold(key.label.ru or ""), fold(key.label.en or "")}
    place = next((n for n, name in enumerate(header) if fold(name) in wanted), None)
    if place is None:
        raise KubikError("KBK5002", message("the file has no column for the key “{field}”", field=key.label))
    return Column(place=place, header=header[place], field=key)


def _target(
    tx: Transaction, task: Import, grants: Grants, recipe: Recipe, number: int, problems: list[Problem]
) -> Planned:
    target, place = recipe.targets[number], f"/targets/{number}"
    try:
        entity = find_entity(tx, grants, target.entity, target.mode)
    except KubikError as error:
        if error.code != "KBK2006":
            raise
        problems.append(Problem(pointer=f"{place}/entity", code="KBK2006", message=error.detail))
        entity = next(iter(tx.model.entities.values()))
        return Planned(target=target, entity=entity, columns=())

    def refuse(pointer: str, why: Message) -> None:
        problems.append(Problem(pointer=f"{place}{pointer}", code="KBK5002", message=why))

    columns: list[Column] = []
    header = task.table.header
    for at, fill in enumerate(target.fields):
        if fill.field == "id" and "id" in target.keys and fill.column in header:
            place_ = header.index(fill.column)
            columns.append(Column(place=place_, header=fill.column, field=entity.by_name["id"]))
            continue
        found = fit_fill(tx.model, grants, entity, header, fill, stamps=recipe.stamps)
        if isinstance(found, Column):
            columns.append(found)
        else:
            refuse(f"/fields/{at}", found)
    leads = []
    entities = {each.called: each.entity for each in recipe.targets[:number]}
    for at, lead in enumerate(target.links):
        link = entity.by_name.get(lead.field)
        if link is not None and not _fills(grants, entity, link):
            link = None  # of a field that is not for them nothing is said
        led = tx.model.entities.get(entities.get(lead.target, ""))
        if link is None or led is None or not (link.target == led.uid or led.uid in link.targets):
            refuse(f"/links/{at}/field", message("“{field}” leads to no such record", field=lead.field[:100]))
        else:
            leads.append((link, lead.target))
    keys = _keys(grants, entity, target, columns, leads, refuse)
    given = _given(grants, entity, target, refuse)
    each = header.index(target.each) if target.each in header and target.each is not None else None
    if target.each is not None and each is None:
        refuse("/each", message("the file has no column “{column}”", column=target.each[:100]))
    owned = any(lead.target == target.called for other in recipe.targets for lead in other.links)
    return Planned(
        target=target, entity=entity, columns=tuple(columns), keys=keys, leads=tuple(leads), given=given,
        each=each, loose=owned or bool(leads and entity.parent),
    )  # fmt: skip


def _fills(grants: Grants, entity: Entity, field: Field) -> bool:
    """Whether the actor may fill the field of some record."""
    return any(field.uid in grants.writable(entity.uid, action) for action in ("create", "update", "move"))


def _keys(
    grants: Grants, entity: Entity, target: Target, columns: list[Column], leads: Any, refuse: Any
) -> tuple[Field, ...]:
    """The fields that find records: readable, and filled by a column, a link or a given value."""
    found = []
    filled = {c.field.uid for c in columns if c.field is not None} | {link.uid for link, _ in leads}
    filled |= {entity.by_name[g.field].uid for g in target.defaults if g.field in entity.by_name}
    for at, name in enumerate(target.keys if target.mode != "create" else ()):
        key = entity.by_name.get(name)
        if key is None or key.uid not in grants.readable(entity.uid) or not key.stored:
            known = [f.name for f in entity.fields if f.uid in grants.readable(entity.uid) and f.stored]
            refuse(f"/keys/{at}", unknown("there is no field “{name}”", name, known))
        elif key.uid not in filled and key.name != "id":
            refuse(f"/keys/{at}", message("the file has no column for the key “{field}”", field=key.label))
        else:
            found.append(key)
    return tuple(found)


def _given(grants: Grants, entity: Entity, target: Target, refuse: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for at, each in enumerate(target.defaults):
        field_ = entity.by_name.get(each.field)
        if field_ is None or field_.uid not in grants.writable(entity.uid, "create"):
            refuse(f"/defaults/{at}/field", message("there is no field “{name}”", name=each.field[:100]))
        else:
            found[field_.name] = each.value
    return found


def _must_stamp(grants: Grants, planned: list[Planned]) -> None:
    """To say who made a record and when is for who may configure the entity."""
    for each in planned:
        stamped = any(column.stamp is not None for column in each.columns)
        if stamped and not grants.may(each.entity.uid, "configure"):
            why = message(
                "{entity}: who made and changed records, and when, is set only by who may configure it",
                entity=each.entity.label,
            )
            raise KubikError("KBK4002", why)


__all__ = ["STAMPS", "Plan", "Planned", "find_entity", "make_plan", "prepare"]
