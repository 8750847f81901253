"""The records that the keys of an import find, before anything is written: the same, or not the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from core.query.read import titles
from core.records.importing.recipe import Apart, Recipe, Target
from core.records.importing.resolving import naming_field
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from metamodel.model import Entity
from renderers.importing.desk import Desk
from renderers.importing.drawn import shown
from renderers.importing.view import Match, Matches
from renderers.pages.titles import title_words

DOES = {
    "upsert": message("is updated"), "update": message("is updated"), "find": message("stays as it is"),
}  # fmt: skip


def matches_of(who: Visit, tx: Transaction, desk: Desk, result: Mapping[str, Any]) -> tuple[Matches, ...]:
    """For each target whose keys found something: the lines beside the records, and those said to be about others."""
    found = [
        (int(line), str(sheet), str(target), int(record))
        for line, sheet, target, record in result.get("matched", ())
    ]
    cells = cells_of_lines(
        desk, {(sheet, line) for line, sheet, *_ in found} | {(a.sheet, a.line) for a in desk.recipe.apart}
    )
    told = []
    for target in reversed(desk.recipe.targets):
        entity = tx.model.entities[target.entity]
        mine = [(line, sheet, record) for line, sheet, called, record in found if called == target.called]
        known = titles(tx, who.actor, entity, list({record for *_, record in mine}))
        lines = [
            _match(who, desk, target, (line, sheet), cells, entity, record, known[record].title)
            for line, sheet, record in mine
            if record in known
        ]
        lines += [
            _match(who, desk, target, (each.line, each.sheet), cells, entity, None, None)
            for each in desk.recipe.apart
            if each.target == target.called
        ]
        if lines:
            label = entity.label_many.in_language(who.language) or entity.name
            made = result.get("made", {}).get(target.called, (0, 0, 0))
            told.append(Matches(
                target=target.called, label=label, keys=_keys(who, target, entity), does=who.texts.render(DOES[target.mode]),
                asks=target.mode == "upsert", lines=tuple(lines), count=who.texts.number(sum(made[1:])),
            ))  # fmt: skip
    return tuple(told)


def with_apart(recipe: Recipe, sent: Sequence[tuple[str, str]]) -> Recipe:
    """The recipe with what was answered of the lines of one target that were shown."""
    target = next((value for name, value in sent if name == "apart-of"), "")
    shown_ = {value for name, value in sent if name == "shown"}
    kept = [
        each for each in recipe.apart if each.target != target or _name(each.line, each.sheet) not in shown_
    ]
    for name, value in sent:
        line, _, sheet = value.partition(":")
        if name == "apart" and line.isdecimal() and value in shown_:
            kept.append(Apart(line=int(line), target=target, sheet=sheet))
    return replace(recipe, apart=tuple(kept))


def cells_of_lines(desk: Desk, wanted: Set[tuple[str, int]]) -> dict[tuple[str, int], Sequence[Any]]:
    """The cells of lines, by sheet and number; the file is read until the last of them."""
    last = max((line for _, line in wanted), default=0)
    cells: dict[tuple[str, int], Sequence[Any]] = {}
    several = len(desk.found.hints.sheets or ()) > 1
    for line in desk.found.rows.lines() if wanted else ():
        key = (line.sheet if several else "", line.number)
        if key in wanted or (line.sheet, line.number) in wanted:
            cells[key] = cells[line.sheet, line.number] = line.cells
        if len(cells) >= 2 * len(wanted) or (not several and line.number >= last):
            break
    return cells


def title_place(tx: Transaction, desk: Desk) -> int:
    """The column by whose cells a person knows the lines: what the main record is called by, else the first."""
    main = desk.recipe.main
    naming = naming_field(tx.model.entities[main.entity])
    header = next((f.column for f in main.fields if naming is not None and f.field == naming.name), "")
    return next((column.place for column in desk.found.columns if column.header == header), 0)


def _match(
    who: Visit, desk: Desk, target: Target, place: tuple[int, str], cells: Mapping[tuple[str, int], Sequence[Any]],
    entity: Entity, record: int | None, title: str | None,
) -> Match:  # fmt: skip
    line, sheet = place
    row = cells.get((sheet, line), ())
    columns = {column.header: column.place for column in desk.found.columns}
    filled = [columns[fill.column] for fill in target.fields if fill.column in columns]
    words = (shown(who, row[at]) for at in dict.fromkeys(filled) if at < len(row))
    return Match(
        line=who.texts.number(line), name=_name(line, sheet), said=" · ".join(_short(words)), title=title_words(title, record, who.texts),
        href="" if record is None else f"/e/{entity.name}/{record}", apart=record is None,
    )  # fmt: skip


def _short(words: Iterable[str]) -> list[str]:
    return [word[:60] for word in words if word][:4]


def _name(line: int, sheet: str) -> str:
    return f"{line}:{sheet}"


def _keys(who: Visit, target: Target, entity: Entity) -> str:
    fields = (entity.by_name[name] for name in target.keys if name in entity.by_name)
    return " + ".join(each.label.in_language(who.language) or each.name for each in fields)
