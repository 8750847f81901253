"""Where a column may go, and a recipe with one such choice changed; what no screen shows of it stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.access.grants import Grants
from core.records.importing.recipe import Fill, Lead, Recipe, Target
from core.records.importing.seats import IN_LISTS, UNFIT, importable, lists_of
from core.records.importing.shaping import rows_called
from metamodel.model import Entity, Field, Model
from metamodel.spreadsheet import LINKED

MARK = ">"
"""Between the link and the field of what it leads to, in the value of a choice: `company>inn`, `contact.phones>phone`."""

_AGAIN = re.compile(r" \(\d+\)$")
"""What tells apart several targets of the same list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A field that a column may fill: ``value`` as in a form, under the heading ``group``; ``rows`` is the list in whose
    rows it stands, ``once``: what that has already may be found there."""

    value: str
    label: str
    group: str
    field: Field
    entity: Entity
    rows: Field | None = None
    once: bool = False


def choices(model: Model, grants: Grants, main: Entity, language: str) -> tuple[Choice, ...]:
    """The fields of the entity, then those of what its links lead to."""
    found = [
        Choice(
            value=each.name,
            label=_label(each, language),
            group=_name(main, language),
            field=each,
            entity=main,
        )
        for each in _fillable(grants, main)
    ]
    found += _in_rows(model, grants, main, None, language)
    for link in _links(model, grants, main):
        target = model.entity_by_uid[link.target or ""]
        found += [
            Choice(value=f"{link.name}{MARK}{each.name}", label=f"{_label(link, language)}{LINKED}{_label(each, language)}",
                   group=f"{_label(link, language)} ({_name(target, language)})"
                   if _label(link, language) != _name(target, language) else _name(target, language),
                   field=each, entity=target)
            for each in _fillable(grants, target)
        ]  # fmt: skip
        found += _in_rows(model, grants, target, link, language)
    return tuple(found)


def _in_rows(
    model: Model, grants: Grants, entity: Entity, link: Field | None, language: str
) -> Iterator[Choice]:
    """Telephones and addresses of which a record has a list."""
    of = f"{_label(link, language)}: " if link is not None else ""
    for rows, child in lists_of(model, grants, entity):
        for each in _fillable(grants, child):
            if each.type.name in IN_LISTS:
                value = f"{rows_called(link, rows)}{MARK}{each.name}"
                label = (
                    f"{_label(link, language)}{LINKED}{_label(rows, language)}"
                    if link
                    else _label(rows, language)
                )
                yield Choice(value=value, label=label, group=f"{of}{_label(rows, language)}", field=each,
                             entity=child, rows=rows, once=grants.may(child.uid, "update"))  # fmt: skip


def entities(model: Model, grants: Grants, language: str) -> tuple[tuple[str, str], ...]:
    """Name and label of each entity that the person may bring records of."""
    found = [each for each in model.entities.values() if importable(grants, each) and each.parent is None]
    own = [each for each in found if each.solution != "system"] or found
    named = ((each.name, each.label_many.in_language(language) or each.name) for each in own)
    return tuple(sorted(named, key=lambda pair: pair[1].casefold()))


def chosen(recipe: Recipe, column: str, part: int | None = None) -> tuple[str, Fill | None]:
    """The choice that a recipe makes for a column (for a part of its cell), and its fill; empty when it is left out."""
    main = recipe.main
    for target in recipe.targets:
        for fill in target.fields:
            if fill.column == column and (part in (None, fill.part) or (part == 1 and fill.part is None)):
                if target is main:
                    return fill.field, fill
                lead = next((each for each in main.links if each.target == target.called), None)
                called = lead.field if lead else _AGAIN.sub("", target.called)
                return f"{called}{MARK}{fill.field}", fill
    return "", None


def choose(
    recipe: Recipe, choices: Sequence[Choice], column: str, value: str, *, part: int | None = None,
    split: str | None = None,
) -> Recipe:  # fmt: skip
    """The recipe with the column (or a part of its cells) going elsewhere, or nowhere; a field has one column."""
    before, old = chosen(recipe, column, part)
    if before == value:
        return recipe
    targets = tuple(
        replace(target, fields=tuple(fill for fill in target.fields if fill is not old))
        for target in recipe.targets
    )
    recipe = replace(recipe, targets=targets)
    picked = next((each for each in choices if each.value == value), None)
    if picked is None:
        return _tidy(recipe)
    people = picked.field.type.name in ("user", "users")
    fill = Fill(column=column, field=picked.field.name, match="words" if people else "exact",
                split=split if part else None, part=part if split else None)  # fmt: skip
    if picked.rows is not None:
        fill = Fill(column=column, field=picked.field.name)
        return _tidy(_with_rows(recipe, picked, fill, split))
    recipe, called = _target(recipe, picked)
    targets = tuple(
        replace(target, fields=(*(f for f in target.fields if f.field != fill.field), fill))
        if target.called == called else target
        for target in recipe.targets
    )  # fmt: skip
    return _tidy(replace(recipe, targets=targets))


def _target(recipe: Recipe, picked: Choice) -> tuple[Recipe, str]:
    """The target that a choice is of, made when there is none yet."""
    main = recipe.main
    link, mark, _ = picked.value.partition(MARK)
    if not mark:
        return recipe, main.called
    lead = next((each for each in main.links if each.field == link), None)
    if lead is not None:
        return recipe, lead.target
    taken = {target.called for target in recipe.targets}
    name = "" if picked.entity.name not in taken else link
    made = Target(entity=picked.entity.name, name=name)
    leading = replace(main, links=(*main.links, Lead(field=link, target=made.called)),
                      fields=tuple(fill for fill in main.fields if fill.field != link))  # fmt: skip
    targets = [made]
    targets += [leading if target is main else target for target in recipe.targets]
    return replace(recipe, targets=tuple(targets)), made.called


def _with_rows(recipe: Recipe, picked: Choice, fill: Fill, split: str | None) -> Recipe:
    """The recipe with a row in a list for each part of the column's cells, when there is whose list it is."""
    assert picked.rows is not None
    main, called = recipe.main, picked.value.partition(MARK)[0]
    link = called.rpartition(".")[0]
    owner = next((lead.target for lead in main.links if lead.field == link), None) if link else main.called
    if owner is None:
        return recipe
    through = picked.entity.by_uid[picked.rows.through or ""]
    taken = {target.called for target in recipe.targets}
    name = next(n for n in (called, *(f"{called} ({k})" for k in range(2, 1000))) if n not in taken)
    made = Target(entity=picked.entity.name, name=name, fields=(fill,), links=(Lead(field=through.name, target=owner),),
                  mode="upsert" if picked.once else "create",
                  keys=(fill.field, through.name) if picked.once else (), each=fill.column if split else None, split=split)  # fmt: skip
    return replace(recipe, targets=(*recipe.targets, made), of=main.called)


def _tidy(recipe: Recipe) -> Recipe:
    """Without targets that nothing fills, and keys that no column fills."""
    main = recipe.main
    kept = tuple(
        target
        for target in recipe.targets
        if target is main or target.fields or target.links or target.defaults
    )
    names = {target.called for target in kept}
    targets = []
    for target in kept:
        if target is not main and target.links and all(lead.target not in names for lead in target.links):
            continue  # rows of a list whose record is not made any more
        filled = {fill.field for fill in target.fields} | {lead.field for lead in target.links} | {"id"}
        keys = tuple(key for key in target.keys if key in filled)
        mode = target.mode if keys else "create"
        links = tuple(lead for lead in target.links if lead.target in names)
        targets.append(replace(target, keys=keys, mode=mode, links=links))
    return replace(recipe, targets=tuple(targets))


def _links(model: Model, grants: Grants, main: Entity) -> Iterator[Field]:
    writable = grants.writable(main.uid, "create")
    for each in main.fields:
        target = model.entity_by_uid.get(each.target or "") if not each.listed else None
        if target is None or target.uid == main.uid or target.name == "user" or each.read_only:
            continue
        if each.uid in writable and importable(grants, target):
            yield each


def _fillable(grants: Grants, entity: Entity) -> Iterator[Field]:
    writable = {*grants.writable(entity.uid, "create"), *grants.writable(entity.uid, "update")}
    for each in entity.fields:
        plain = each.writable and each.valued and not each.system and not each.read_only
        if plain and each.uid in writable and each.type.name not in UNFIT:
            yield each


def _label(each: Field, language: str) -> str:
    return each.label.in_language(language) or each.name


def _name(entity: Entity, language: str) -> str:
    return entity.label.in_language(language) or entity.name
