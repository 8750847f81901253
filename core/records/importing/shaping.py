"""Columns that have their places shaped into the targets of a recipe: what is linked first, child rows behind their owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.access.grants import Grants
from core.records.importing.recipe import Fill, Lead, Recipe, Target
from core.records.importing.recognise.kinds import ColumnFacts
from core.records.importing.resolving import naming_field
from core.records.importing.seats import Seat, importable, lacking, linked, makeable, of_owner
from metamodel.model import Entity, Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """A column of the file (called ``column`` there) with the place it goes to; of its cells only a ``part``."""

    facts: ColumnFacts
    seat: Seat
    part: int | None = None
    column: str = ""


def shaped(grants: Grants, entity: Entity, seated: Sequence[Seated]) -> Recipe:
    """The recipe into the entity that the columns make."""
    return _Shaping(grants, entity, seated).recipe()


class _Shaping:
    def __init__(self, grants: Grants, entity: Entity, seated: Sequence[Seated]) -> None:
        self.grants, self.entity = grants, entity
        self.targets: list[Target] = []
        self.called: dict[str, str] = {}
        """What the targets are called, by the group they were made of."""
        self.rows = [each for each in seated if each.seat.rows is not None]
        self.own: list[Seated] = []
        self.groups: dict[str, list[Seated]] = {}
        for each in seated:
            if each.seat.rows is None and each.seat.group:
                self.groups.setdefault(each.seat.group, []).append(each)
        for each in self.rows:
            if each.seat.group:
                self.groups.setdefault(each.seat.group, [])
        for each in seated:
            if each.seat.rows is None and not each.seat.group:
                self._own(each)

    def _own(self, each: Seated) -> None:
        """A column of the entity itself; one that names what it leads to is that record's name."""
        link = each.seat.field
        target = linked(self.grants.model, link)
        naming = naming_field(target) if target is not None and importable(self.grants, target) else None
        there = self.groups.get(link.uid, [])
        if target is None or naming is None or any(other.seat.field == naming for other in there):
            self.own.append(each)
        else:
            seat = Seat(entity=target, field=naming, link=link)
            self.groups.setdefault(link.uid, []).insert(0, replace(each, seat=seat))

    def recipe(self) -> Recipe:
        fills = [_fill(self.grants, each) for each in self.own]
        leads: list[Lead] = []
        whole = self._whole()
        for uid in self._in_order():
            link, some = self.entity.by_uid[uid], self.groups[uid]
            made = self._target(link, some) if uid in whole else None
            if made is not None:
                self.targets.append(made)
                self.called[uid] = made.called
                leads.append(Lead(field=link.name, target=made.called))
                fills = [fill for fill in fills if fill.field != link.name]
            else:
                fills += [_linked(self.grants, link, each) for each in some if _names(each)]
        filled = {fill.field for fill in fills} | {lead.field for lead in leads}
        keys = _keys(self.entity, filled, main=True)
        mode = self._mode(self.entity, keys)
        main = Target(entity=self.entity.name, mode=mode, keys=keys if mode != "create" else (),
                      fields=tuple(fills), links=tuple(leads))  # fmt: skip
        self.called[""] = main.called
        self.targets.append(main)
        for each in self.rows:
            self._row_target(each)
        of = main.called if self.targets[-1] is not main else ""
        return Recipe(targets=tuple(self.targets), of=of)

    def _whole(self) -> set[str]:
        """The links whose records become targets: of more than a name, with rows of their own, or that belong together."""
        found = {uid for uid, some in self.groups.items() if len(some) > 1 or not all(map(_names, some))}
        found |= {each.seat.group for each in self.rows if each.seat.group}
        for uid in self.groups:
            for _, other in self._above(self._led(uid)):
                if other in self.groups:
                    found |= {uid, other}
        return found

    def _led(self, uid: str) -> Entity:
        return self.grants.model.entity_by_uid[self.entity.by_uid[uid].target or ""]

    def _above(self, entity: Entity) -> list[tuple[Field, str]]:
        """The links of an entity to what other groups make: (the link, the group)."""
        found = []
        for uid in self.groups:
            led = self._led(uid)
            if led.uid != entity.uid:
                found += [
                    (f, uid) for f in entity.fields if f.target == led.uid and f.writable and not f.listed
                ][:1]
        return found

    def _in_order(self) -> list[str]:
        """What others belong to comes before them."""
        return sorted(self.groups, key=lambda uid: len(self._above(self._led(uid))))

    def _target(self, link: Field, some: Sequence[Seated]) -> Target | None:
        entity = self._led(link.uid)
        fills = tuple(_fill(self.grants, each) for each in some)
        leads = tuple(
            Lead(field=field.name, target=self.called[uid])
            for field, uid in self._above(entity)
            if uid in self.called and field.name not in {fill.field for fill in fills}
        )
        filled = {fill.field for fill in fills} | {lead.field for lead in leads}
        keys = _keys(entity, filled)
        mode = self._mode(entity, keys)
        if lacking(self.grants, entity, filled):
            if (
                not keys
                or any(map(_names, some))
                or not all(of_owner(each.facts, each.seat) for each in some)
            ):
                return None  # it cannot be made of this file: it is found by its name, or left out
            mode = "find"
        name = "" if all(each.called != entity.name for each in self.targets) else link.name
        return Target(entity=entity.name, name=name, mode=mode, keys=keys if mode != "create" else (), fields=fills,
                      links=leads)  # fmt: skip

    def _row_target(self, each: Seated) -> None:
        """Child rows, one for each part of the cell; what the list has already is not written down once more."""
        owner, rows = self.called.get(each.seat.group), each.seat.rows
        assert rows is not None
        if owner is None:
            return
        through = each.seat.entity.by_uid[rows.through or ""]
        called = rows_called(each.seat.link, rows)
        taken = {target.called for target in self.targets}
        name = next(n for n in (called, *(f"{called} ({k})" for k in range(2, 100))) if n not in taken)
        mode = self._mode(each.seat.entity, (each.seat.field.name,))
        self.targets.append(Target(
            entity=each.seat.entity.name, name=name, links=(Lead(field=through.name, target=owner),),
            fields=(Fill(column=each.column, field=each.seat.field.name),), mode=mode,
            keys=(each.seat.field.name, through.name) if mode == "upsert" else (),
            each=each.column if each.facts.several else None, split=each.facts.several,
        ))  # fmt: skip

    def _mode(self, entity: Entity, keys: tuple[str, ...]) -> Literal["create", "upsert", "find"]:
        return "upsert" if keys and self.grants.may(entity.uid, "update") else "create"


def rows_called(link: Field | None, rows: Field) -> str:
    """What the target of child rows is called: by its list, and the link to the record that has it."""
    return rows.name if link is None else f"{link.name}.{rows.name}"


def _names(each: Seated) -> bool:
    """Whether the column is what the linked record is called."""
    return each.seat.field == naming_field(each.seat.entity)


def _linked(grants: Grants, link: Field, each: Seated) -> Fill:
    """The column as a link: found by the title, made where its name is all that a record needs; of a list of links each
    part of the cell."""
    made = makeable(grants, link)
    return Fill(column=each.column, field=link.name, match="exact" if made else "words",
                missing="create" if made else "refuse", split=_parted(each) if link.listed else None)  # fmt: skip


def _parted(each: Seated) -> str | None:
    """What stands between several names in a cell: where there is no semicolon, commas."""
    texts = [value for value in each.facts.values if isinstance(value, str)]
    return "," if any("," in text for text in texts) and not any(";" in text for text in texts) else None


def _fill(grants: Grants, each: Seated) -> Fill:
    found = each.seat.field
    if found.type.name in ("link", "links"):
        return _linked(grants, found, each)
    people = found.type.name in ("user", "users")
    several = each.facts.several
    split = several if each.part is not None or found.type.name in ("phone", "email") else None
    part = (each.part or 1) if split is not None else None
    if people and found.listed:
        split = _parted(each)
    return Fill(
        column=each.column, field=found.name, match="words" if people else "exact", split=split, part=part
    )


def _keys(entity: Entity, filled: set[str], *, main: bool = False) -> tuple[str, ...]:
    """What tells records of the entity apart among the filled fields: a unique field, else what duplicates are told by
    (of what goes through stages there may be another one of the same people), else, of what is linked, its name."""
    unique = next((f.name for f in entity.fields if f.unique and f.name in filled), None)
    if unique is not None:
        return (unique,)
    for fields in () if main and entity.stages is not None else entity.duplicates:
        names = tuple(entity.by_uid[uid].name for uid in fields)
        if set(names) <= filled:
            return names
    naming = naming_field(entity)
    return (naming.name,) if not main and naming is not None and naming.name in filled else ()


__all__ = ["Seated", "rows_called", "shaped"]
