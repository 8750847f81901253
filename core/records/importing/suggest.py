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
from core.records.importing.likeness import LIKELY, named_alike, plain
from core.records.importing.recipe import Recipe, read_recipe
from core.records.importing.recognise.kinds import ColumnFacts
from core.records.importing.resolving import naming_field
from core.records.importing.seats import (
    IN_LISTS,
    UNFIT,
    Seat,
    importable,
    labels_of,
    lacking,
    of_owner,
    seats_of,
    worth,
)
from core.records.importing.shaping import Seated, shaped
from metamodel.model import Entity, Model

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

Why = Literal["earlier", "name", "content"]

EARLIER = 200
"""Imports, the latest, that are looked at."""

UNMADE = 120
"""What an entity loses for each field that it needs and that no column fills."""


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


def suggest(
    tx: Transaction, actor: Actor, facts: Sequence[ColumnFacts], hints: Hints, entity: str | None = None, *,
    anew: bool = False,
) -> Suggestion | None:  # fmt: skip
    """The best recipe for these columns into the entity, or into the one they fit best; None when none may be imported.

    The recipe of an earlier import of the same columns comes first, unless it is to be found ``anew``.
    """
    grants = grants_of(tx.model, actor)
    earlier = list(_earlier(tx, actor))
    header = tuple(each.header for each in facts)
    for job, recipe, columns in () if anew else earlier:
        if columns == header and (entity is None or recipe.main.entity == entity):
            return _again(recipe, hints, facts, job)
    allowed = [e for e in tx.model.entities.values() if importable(grants, e)]
    if entity is not None:
        allowed = [each for each in allowed if each.name == entity]
    memory = _memory(earlier)
    found = [_for(tx.model, grants, each, facts, hints, memory) for each in allowed]
    return max(found, key=lambda each: each[0], default=(0, None))[1]


def like_last(tx: Transaction, actor: Actor, facts: Sequence[ColumnFacts], hints: Hints) -> Suggestion | None:
    """What the actor's latest import of a table with most of these columns confirmed, as far as the columns are there."""
    header = [each.header for each in facts]
    for job, recipe, columns in _earlier(tx, actor):
        if 2 * len(set(header) & set(columns)) > max(len(header), len(columns)):
            kept = tuple(
                replace(target, fields=tuple(fill for fill in target.fields if fill.column in header),
                        each=target.each if target.each in header else None)
                for target in recipe.targets
            )  # fmt: skip
            return _again(replace(recipe, targets=kept), hints, facts, job)
    return None


def _again(recipe: Recipe, hints: Hints, facts: Sequence[ColumnFacts], job: int) -> Suggestion:
    places = {
        fill.column: Place(target=target.called, field=fill.field, why="earlier")
        for target in recipe.targets
        for fill in target.fields
    }
    left = tuple(each.header for each in facts if each.header not in places)
    return Suggestion(
        recipe=replace(recipe, source=hints, dry_run=False, apart=()), places=places, left=left, like=job
    )


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
        if not recipe.dry_run:
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
    seats = list(seats_of(model, grants, entity))
    while True:
        alone = [each for each in facts if each.place not in (hints.joined or ())]
        taken, total = _seated(entity, alone, seats, memory)
        _nearest(entity, taken, seats, memory)
        recipe = replace(shaped(grants, entity, list(taken.values())), source=hints)
        places = _places(recipe, taken, memory)
        unmade = {each.seat.group for each in taken.values() if each.column not in places and each.seat.link}
        if not unmade:
            break
        seats = [
            seat for seat in seats if seat.group not in unmade
        ]  # the file has too little of these records
    main = recipe.main
    filled = {each.field for each in main.fields} | {each.field for each in main.links}
    total -= UNMADE * len(lacking(grants, entity, filled))
    left = tuple(each.header for each in facts if each.header not in places)
    return total, Suggestion(recipe=recipe, places=places, left=left)


def _told_apart(facts: Sequence[ColumnFacts]) -> list[tuple[ColumnFacts, int | None]]:
    """The columns, one that has two things in a cell by its own word ("ИНН/КПП") as two: with the part of the cell."""
    found: list[tuple[ColumnFacts, int | None]] = []
    for each in facts:
        names = each.header.split("/")
        if each.several == "/" and len(names) == 2 and all(name.strip() for name in names):
            for part, name in enumerate(names, 1):
                values = tuple(
                    bits[part - 1].strip()
                    for value in each.values
                    if len(bits := str(value).split("/")) >= part
                )
                found.append((replace(each, header=name.strip(), values=values), part))
        else:
            found.append((each, None))
    return found


def _seated(
    entity: Entity, given: Sequence[ColumnFacts], seats: Sequence[Seat], memory: Mapping[str, tuple[str, str]]
) -> tuple[dict[tuple[int, int | None], Seated], int]:
    """Each column in the best place left, in the order of the file; and what all that is worth."""
    facts, columns = _told_apart(given), {each.place: each.header for each in given}
    ranked = sorted(
        (
            (worth(each, seat, entity, memory), -at, part, each, seat)
            for at, (each, part) in enumerate(facts)
            for seat in seats
        ),
        key=lambda one: (-one[0], -one[1], one[4].link is not None, one[4].rows is not None),
    )
    taken: dict[tuple[int, int | None], Seated] = {}
    used: set[tuple[str, str, str]] = set()
    total = 0
    for value, _, part, each, seat in ranked:
        if value < LIKELY or (each.place, part) in taken or seat.key in used:
            continue
        taken[each.place, part] = Seated(facts=each, seat=seat, part=part, column=columns[each.place])
        total += min(value, 150) - (20 if seat.link else 0)
        if seat.rows is None:  # of rows in a list there may be as many as columns
            used.add(seat.key)
    return {key: taken[key] for key in sorted(taken, key=lambda key: (key[0], key[1] or 0))}, total


def _nearest(
    entity: Entity, taken: dict[tuple[int, int | None], Seated], seats: Sequence[Seat],
    memory: Mapping[str, tuple[str, str]],
) -> None:  # fmt: skip
    """Telephones and addresses that stand behind the name of a linked record are its own, unless they say whose."""
    last: str | None = None
    for key, each in taken.items():
        seat = each.seat
        if seat.link is None and seat.field.target is not None:
            last = seat.field.uid if any(other.group == seat.field.uid for other in seats) else last
        elif seat.rows is None and seat.field == naming_field(seat.entity):
            last = seat.group
        if seat.field.type.name not in IN_LISTS or not last or seat.group in ("", last):
            continue
        used = {other.seat.key for other in taken.values() if other.seat.rows is None}
        near = [other for other in seats if other.group == last and other.key not in used]
        best = max(near, key=lambda other: worth(each.facts, other, entity, memory), default=None)
        if best is None or worth(each.facts, best, entity, memory) < LIKELY or of_owner(each.facts, seat):
            continue
        taken[key] = replace(each, seat=best)


def _places(
    recipe: Recipe, taken: Mapping[tuple[int, int | None], Seated], memory: Mapping[str, tuple[str, str]]
) -> dict[str, Place]:
    seated = {each.column: each for each in taken.values()}
    places = {}
    for target in recipe.targets:
        for fill in target.fields:
            each = seated[fill.column]
            why: Why = "earlier" if plain(fill.column) in memory else "name"
            own = each.seat.link is None and each.seat.rows is None and each.part is None
            if why == "name" and own and named_alike(fill.column, labels_of(each.seat.field)) == 0:
                why = "content"
            places[fill.column] = Place(target=target.called, field=fill.field, why=why)
    return places


__all__ = ["UNFIT", "Place", "Suggestion", "importable", "like_last", "suggest"]
