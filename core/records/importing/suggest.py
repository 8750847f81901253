"""The recipe that a program would propose: from names, labels, contents, and what was confirmed in earlier imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.records.importing.hints import Hints
from core.records.importing.likeness import LIKELY, content_alike, named_alike, names_of, plain, score
from core.records.importing.recipe import Fill, Lead, Recipe, Target, read_recipe
from core.records.importing.recognise.kinds import ColumnFacts
from core.records.importing.resolving import naming_field
from metamodel.model import Entity, Field, Model

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

Why = Literal["earlier", "name", "content"]

EARLIER = 200
"""Imports, the latest, that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a column goes: the target, the field, and what tells so."""

    target: str
    field: str
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A recipe with what it rests on; ``left`` are columns that fit nothing, ``like`` the earlier import it repeats."""

    recipe: Recipe
    places: Mapping[str, Place] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    like: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seat:
    """A field that a column may fill: of the entity itself (``link`` None), or of one it leads to."""

    entity: Entity
    field: Field
    link: Field | None = None


def suggest(
    tx: Transaction, actor: Actor, facts: Sequence[ColumnFacts], hints: Hints, entity: str | None = None
) -> Suggestion | None:
    """The best recipe for these columns into the entity, or into the one they fit best; None when none may be imported."""
    grants = grants_of(tx.model, actor)
    earlier = list(_earlier(tx, actor))
    header = tuple(each.header for each in facts)
    for job, recipe, columns in earlier:
        if columns == header and (entity is None or recipe.main.entity == entity):
            return _again(recipe, hints, facts, job)
    allowed = [e for e in tx.model.entities.values() if importable(grants, e)]
    if entity is not None:
        allowed = [each for each in allowed if each.name == entity]
    memory = _memory(earlier)
    found = [_for(tx.model, grants, each, facts, hints, memory) for each in allowed]
    return max(found, key=lambda each: each[0], default=(0, None))[1]


def importable(grants: Grants, entity: Entity) -> bool:
    """Whether the actor may bring records of it from a file."""
    return grants.may(entity.uid, "import") and grants.may(entity.uid, "create")


def _again(recipe: Recipe, hints: Hints, facts: Sequence[ColumnFacts], job: int) -> Suggestion:
    places = {
        fill.column: Place(target=target.called, field=fill.field, why="earlier")
        for target in recipe.targets
        for fill in target.fields
    }
    left = tuple(each.header for each in facts if each.header not in places)
    return Suggestion(recipe=replace(recipe, source=hints, dry_run=False), places=places, left=left, like=job)


def _earlier(tx: Transaction, actor: Actor) -> Iterator[tuple[int, Recipe, tuple[str, ...]]]:
    """The recipes of the actor's own finished imports, the latest first, with the headers they were for."""
    table = tx.tables.own.job
    rows = tx.connection.execute(
        sa.select(table.c.id, table.c.parameters)
        .where(table.c.kind == "import", table.c.state == "done", table.c.by == actor.person)
        .order_by(table.c.id.desc())
        .limit(EARLIER)
    )
    for job, parameters in rows:
        if parameters.get("recipe") is None:
            continue
        try:
            recipe = read_recipe(parameters["recipe"])
        except KubikError:
            continue  # made by another version of Kubik: nothing is to be learned from it
        yield job, recipe, tuple(parameters.get("header", ()))


def _memory(earlier: Sequence[tuple[int, Recipe, tuple[str, ...]]]) -> dict[str, tuple[str, str]]:
    """Where columns of these names went before: entity and field, the latest word."""
    found: dict[str, tuple[str, str]] = {}
    for _, recipe, _ in reversed(earlier):
        for target in recipe.targets:
            found |= {plain(fill.column): (target.entity, fill.field) for fill in target.fields}
    return found


def _for(
    model: Model, grants: Grants, entity: Entity, facts: Sequence[ColumnFacts], hints: Hints,
    memory: Mapping[str, tuple[str, str]],
) -> tuple[int, Suggestion]:  # fmt: skip
    """The recipe into one entity and those it leads to, and how good it is."""
    seats = list(_seats(model, grants, entity))
    ranked = sorted(
        (
            (_worth(facts_, seat, entity, memory), -at, facts_, seat)
            for at, facts_ in enumerate(facts)
            for seat in seats
        ),
        key=lambda each: (-each[0], -each[1], each[3].link is not None),
    )
    taken: dict[str, _Seat] = {}
    used: set[tuple[str, str]] = set()
    total = 0
    for worth, _, each, seat in ranked:
        key = (seat.link.uid if seat.link else "", seat.field.uid)
        if worth < LIKELY or each.header in taken or key in used:
            continue
        taken[each.header], total = seat, total + min(worth, 150) - (20 if seat.link else 0)
        used.add(key)
    recipe, places = _recipe(grants, entity, facts, taken, memory)
    left = tuple(each.header for each in facts if each.header not in places)
    return total, Suggestion(recipe=replace(recipe, source=hints), places=places, left=left)


def _seats(model: Model, grants: Grants, entity: Entity) -> Iterator[_Seat]:
    for each in _fillable(grants, entity):
        yield _Seat(entity=entity, field=each)
        target = model.entity_by_uid.get(each.target or "") if not each.listed else None
        if (
            target is not None
            and target.uid != entity.uid
            and target.name != "user"
            and importable(grants, target)
        ):
            for inner in _fillable(grants, target):
                yield _Seat(entity=target, field=inner, link=each)


def _fillable(grants: Grants, entity: Entity) -> Iterator[Field]:
    writable = grants.writable(entity.uid, "create")
    for each in entity.fields:
        open_ = (
            each.uid in writable and each.writable and each.valued and not each.system and not each.read_only
        )
        if open_ and each.type.name not in UNFIT:
            yield each


UNFIT = ("secret", "number_series", "file", "files", "image", "json")
"""Types of fields that a column of a table does not fill."""


def _worth(facts: ColumnFacts, seat: _Seat, main: Entity, memory: Mapping[str, tuple[str, str]]) -> int:
    if memory.get(plain(facts.header)) == (seat.entity.name, seat.field.name):
        return 190 if seat.link is None else 185
    if seat.link is None:
        also = names_of(seat.entity) if seat.field == naming_field(main) else ()
        return score(facts, seat.field, also)
    owners = (*names_of(seat.entity), seat.link.label.ru or "", seat.link.label.en or "", seat.link.name)
    names = [f"{label} {owner}" for owner in owners for label in _labels(seat.field)]
    if seat.field == naming_field(seat.entity):
        names += owners
    by_name = named_alike(facts.header, names)
    bare = score(facts, seat.field) - 15  # the same name in the entity itself is nearer
    return max(by_name + content_alike(facts, seat.field) if by_name else 0, bare)


def _labels(found: Field) -> tuple[str, ...]:
    return tuple(text for text in (found.name, found.label.ru, found.label.en) if text)


def _recipe(
    grants: Grants, entity: Entity, facts: Sequence[ColumnFacts], taken: Mapping[str, _Seat],
    memory: Mapping[str, tuple[str, str]],
) -> tuple[Recipe, dict[str, Place]]:  # fmt: skip
    """Targets of what was matched: linked entities first, the entity itself last and leading to them."""
    linked: dict[str, list[tuple[ColumnFacts, _Seat]]] = {}
    for each in facts:
        seat = taken.get(each.header)
        if seat is not None:
            linked.setdefault(seat.link.uid if seat.link else "", []).append((each, seat))
    targets: list[Target] = []
    leads: list[Lead] = []
    own = _moved(linked.pop("", []), linked)
    fills = [_fill(grants, each, seat) for each, seat in own]
    for uid, some in linked.items():
        link = entity.by_uid[uid]
        if len(some) == 1 and some[0][1].field == naming_field(some[0][1].entity):
            each, seat = some[0]
            fills.append(Fill(column=each.header, field=link.name, missing="create"))
            continue
        made = tuple(_fill(grants, each, seat) for each, seat in some)
        linked_to = some[0][1].entity
        name = "" if all(t.called != linked_to.name for t in targets) else link.name
        keys = _keys(linked_to, {fill.field for fill in made})
        mode: Literal["create", "upsert"] = "create"
        if keys and grants.may(linked_to.uid, "update"):
            mode = "upsert"
        found_by = keys if mode != "create" else ()
        targets.append(Target(entity=linked_to.name, name=name, mode=mode, keys=found_by, fields=made))
        fills = [fill for fill in fills if fill.field != link.name]
        leads.append(Lead(field=link.name, target=targets[-1].called))
    fills, leads = _belonging(grants, entity, targets, fills, leads)
    targets.append(Target(entity=entity.name, fields=tuple(fills), links=tuple(leads)))
    places = {}
    for target in targets:
        for fill in target.fields:
            why: Why = "earlier" if plain(fill.column) in memory else "name"
            seat = taken[fill.column]
            if why == "name" and seat.link is None and named_alike(fill.column, _labels(seat.field)) == 0:
                why = "content"
            places[fill.column] = Place(target=target.called, field=fill.field, why=why)
    return Recipe(targets=tuple(targets)), places


def _belonging(
    grants: Grants, entity: Entity, targets: list[Target], fills: list[Fill], leads: list[Lead]
) -> tuple[list[Fill], list[Lead]]:
    """Records named in one column that belong to those of a target (a contact to its company) become a target, too."""
    model, kept, found = grants.model, [], list(leads)
    for fill in fills:
        link = entity.by_name[fill.field]
        linked = model.entity_by_uid.get(link.target or "") if not link.listed else None
        naming = naming_field(linked) if linked is not None and importable(grants, linked) else None
        made = {model.entities[t.entity].uid: t.called for t in targets}
        above = (
            next((f for f in linked.fields if f.target in made and f.writable), None)
            if linked is not None
            else None
        )
        if linked is None or naming is None or above is None or linked.name in (t.called for t in targets):
            kept.append(fill)
            continue
        mode: Literal["create", "upsert"] = "upsert" if grants.may(linked.uid, "update") else "create"
        targets.append(Target(
            entity=linked.name, mode=mode, keys=(naming.name, above.name) if mode == "upsert" else (),
            fields=(Fill(column=fill.column, field=naming.name),),
            links=(Lead(field=above.name, target=made[above.target or ""]),),
        ))  # fmt: skip
        found.append(Lead(field=link.name, target=linked.name))
    return kept, found


def _moved(
    own: list[tuple[ColumnFacts, _Seat]], linked: dict[str, list[tuple[ColumnFacts, _Seat]]]
) -> list[tuple[ColumnFacts, _Seat]]:
    """The columns of the entity itself; one that names a record of which others fill more names it there."""
    kept = []
    for each, seat in own:
        there = linked.get(seat.field.uid, [])
        naming = naming_field(there[0][1].entity) if there else None
        if naming is None or any(other.field == naming for _, other in there):
            kept.append((each, seat))
        else:
            there.insert(0, (each, _Seat(entity=there[0][1].entity, field=naming, link=seat.field)))
    return kept


def _fill(grants: Grants, facts: ColumnFacts, seat: _Seat) -> Fill:
    found = seat.field
    people = found.type.name in ("user", "users")
    made = found.type.name == "link" and seat.link is None and importable_to(grants, found)
    first = facts.several is not None and found.type.name in ("phone", "email")
    return Fill(
        column=facts.header, field=found.name, match="words" if people else "exact",
        missing="create" if made else "refuse",
        split=facts.several if first else None, part=1 if first else None,
    )  # fmt: skip


def importable_to(grants: Grants, link: Field) -> bool:
    """Whether a record that a column names may be made where it is missing: not where only some may be chosen."""
    target = grants.model.entity_by_uid.get(link.target or "")
    return (
        target is not None and link.narrowing is None and target.name != "user" and importable(grants, target)
        and naming_field(target) is not None
    )  # fmt: skip


def _keys(entity: Entity, filled: set[str]) -> tuple[str, ...]:
    """What tells records of the entity apart among the filled fields: a unique field, else what duplicates are told by,
    else what it is called."""
    unique = next((f.name for f in entity.fields if f.unique and f.name in filled), None)
    if unique is not None:
        return (unique,)
    for fields in entity.duplicates:
        names = tuple(entity.by_uid[uid].name for uid in fields)
        if set(names) <= filled:
            return names
    naming = naming_field(entity)
    return (naming.name,) if naming is not None and naming.name in filled else ()
