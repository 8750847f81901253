"""The parts of the step of columns as they are drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from core.access.grants import grants_of
from core.errors import KubikError
from core.records.importing.formats.source import Cell
from core.records.importing.preview import RecordPreview, preview
from core.records.importing.recipe import Recipe, Target
from core.records.importing.recognise.kinds import ColumnFacts
from core.records.importing.recognise.rows import ADDED
from core.records.importing.seats import makeable
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from metamodel.model import Entity
from renderers.importing.choices import Choice, chosen
from renderers.importing.desk import Desk
from renderers.importing.view import CardRecord, ColumnLine, Option, Part, TargetChoice
from renderers.pages.cells import cells_of

TRIED = 20
MOST_NAMED = 3
"""Lines that a fault of a column names."""
BADGES = {
    "created": (message("will be created"), "green"), "updated": (message("will be updated"), "blue"),
    "unchanged": (message("is there unchanged"), "grey"), "found": (message("is there already"), "grey"),
}  # fmt: skip
MODES = (
    ("upsert", message("Update the filled fields")), ("create", message("Create one more")),
    ("update", message("Update; do not create new ones")), ("find", message("Leave it as it is")),
)  # fmt: skip
MISSING = (("refuse", message("not found: refuse the line")), ("create", message("not found: create")),
           ("empty", message("not found: leave empty")))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCard:
    """What a row becomes: its records, or why it is refused; ``problems`` and ``values`` by column of the file."""

    row: int
    number: int
    last: int
    records: tuple[CardRecord, ...]
    faults: tuple[str, ...]
    problems: Mapping[str, str]
    values: Mapping[str, Markup]


def shown(who: Visit, cell: Cell) -> str:
    """A cell as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return who.texts.gettext("yes") if cell else who.texts.gettext("no")
    if isinstance(cell, Decimal):
        return who.texts.number(cell)
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, dt.datetime):
        return cell.strftime("%d.%m.%Y %H:%M")
    if isinstance(cell, dt.date):
        return cell.strftime("%d.%m.%Y")
    return " ".join(str(cell).split())


def row_card(who: Visit, tx: Transaction, desk: Desk, row: int) -> RowCard:
    """What the row becomes; the first rows are tried with it, for what they say of the columns."""
    sample = desk.found.sample
    row = min(max(row, 1), len(sample) or 1)
    if not sample:
        return RowCard(row=0, number=0, last=0, records=(), faults=(), problems={}, values={})
    faults: list[str] = []
    records: tuple[CardRecord, ...] = ()
    values: dict[str, Markup] = {}
    try:
        tried = preview(
            who.workspace, who.actor, desk.found.rows, desk.recipe, [sample[row - 1], *sample[:TRIED]]
        )
    except KubikError as refusal:
        faults = [who.texts.render(problem.message) for problem in refusal.errors or ()] or [
            who.texts.render(refusal.detail)
        ]
        tried = ()
    faulty: dict[str, dict[int, str]] = {}
    for each in tried:
        for column, why in each.problems:
            faulty.setdefault(column, {}).setdefault(each.line, who.texts.render(why))
    problems = {column: _problem(who, lines) for column, lines in faulty.items()}
    if tried:
        first = tried[0]
        faults += [
            f"{column}: {who.texts.render(why)}" if column else who.texts.render(why)
            for column, why in first.problems
        ]
        main = desk.recipe.main.called
        ordered = sorted(first.records, key=lambda each: each.target != main)
        records = tuple(_card(who, tx, each) for each in ordered)
        values = _values(who, tx, desk.recipe, first.records)
    return RowCard(row=row, number=sample[row - 1].number, last=len(sample), records=records, faults=tuple(faults),
                   problems=problems, values=values)  # fmt: skip


def _problem(who: Visit, lines: Mapping[int, str]) -> str:
    """What is wrong with a column in the first of its lines, and in which lines."""
    named = ", ".join(who.texts.number(line) for line in sorted(lines)[:MOST_NAMED])
    more = " …" if len(lines) > MOST_NAMED else ""
    said = message("line {line}: {why}") if len(lines) == 1 else message("lines {line}: {why}")
    return who.texts.render(replace(said, parameters={"line": named + more, "why": lines[min(lines)]}))


def _card(who: Visit, tx: Transaction, each: RecordPreview) -> CardRecord:
    entity = tx.model.entities[each.entity]
    words, tone = BADGES[each.what]
    values = {
        name: _cell(who, tx, entity, name, value) for name, value in each.values.items() if value not in (None, "", [])
    }  # fmt: skip
    title = next((cell for name, cell in values.items() if each.values[name] == each.title), each.title)
    if each.id and isinstance(title, Markup):
        title = title.striptags()  # it leads to the record: a telephone in it would be a link in a link
    return CardRecord(
        kind=entity.label.in_language(who.language) or entity.name, title=title, badge=who.texts.render(words), tone=tone,
        href=f"/e/{entity.name}/{each.id}" if each.id else "",
        values=tuple((entity.by_name[name].label.in_language(who.language) or name, cell) for name, cell in values.items()),
    )  # fmt: skip


def _values(
    who: Visit, tx: Transaction, recipe: Recipe, records: Sequence[RecordPreview]
) -> dict[str, Markup]:
    """What becomes of each column: of one that makes several records (telephones of a cell) all of them."""
    found: dict[str, list[Markup]] = {}
    for target in recipe.targets:
        for record in (each for each in records if each.target == target.called):
            for fill in target.fields:
                value = record.values.get(fill.field)
                if value not in (None, "", []):
                    cell = _cell(who, tx, tx.model.entities[target.entity], fill.field, value)
                    found.setdefault(fill.column, []).append(cell)
    return {column: Markup(", ").join(cells) for column, cells in found.items()}


def _cell(who: Visit, tx: Transaction, entity: Entity, name: str, value: Any) -> Markup:
    cells = cells_of(who.site.templates.environment, who.texts, who.zone, tx.model)
    field = entity.by_name[name]
    return cells.one(field, field.result, value)


def columns_of(
    who: Visit, tx: Transaction, desk: Desk, known: Sequence[Choice], problems: Mapping[str, str],
    values: Mapping[str, Markup],
) -> tuple[ColumnLine, ...]:  # fmt: skip
    """A line for each column of the file."""
    return tuple(_column(who, tx, desk, known, column, problems, values) for column in desk.found.columns)


def _column(
    who: Visit, tx: Transaction, desk: Desk, known: Sequence[Choice], column: ColumnFacts, problems: Mapping[str, str],
    values: Mapping[str, Markup],
) -> ColumnLine:  # fmt: skip
    render = who.texts.render
    name = render(ADDED[column.header]) if column.header in ADDED else column.header
    value, fill = chosen(desk.recipe, column.header, 1 if column.several else None)
    parts = [
        Part(name=f"to:{column.place}", value=value, label=render(message("{column}: field", column=name)))
    ]
    of_rows = next((each.rows for each in known if each.value == value), None)
    if column.several and of_rows is None:
        second, _ = chosen(desk.recipe, column.header, 2)
        parts.append(
            Part(
                name=f"to:{column.place}:2",
                value=second,
                label=render(message("{column}: field of the second value", column=name)),
            )
        )
    picked = next((each for each in known if each.value == value), None)
    why = problems.get(column.header)
    becomes: str | Markup
    if picked is None and not value:
        state, becomes = "none", render(message("stays in the file"))
        if column.kind != "empty" and column.empty < 1:
            near = desk.suggested.places.get(column.header) if desk.suggested else None
            if near is not None:
                state = "look"
    elif why is not None:
        state, becomes = "look", why
    else:
        state, becomes = "good", values.get(column.header) or render(message("as it is"))
    link = (
        picked is not None
        and (picked.field.target is not None or bool(picked.field.targets))
        and picked.field.type.name in ("link", "user", "links", "users", "link_any")
    )
    made = link and picked is not None and makeable(grants_of(tx.model, who.actor), picked.field)
    missing = (
        tuple(
            Option(value=key, label=render(text), on=fill is not None and fill.missing == key)
            for key, text in MISSING
            if key != "create" or made
        )
        if link
        else ()
    )
    place = desk.suggested.places.get(column.header) if desk.suggested else None
    told = place is not None and fill is not None and place.field == fill.field and desk.made.recipe is None
    samples = ", ".join(shown(who, cell)[:60] for cell in column.samples[:3])
    more = (
        render(message("in which order day and month stand cannot be told: look")) if column.unclear else ""
    )
    return ColumnLine(
        place=column.place, name=name, titled=column.titled or column.header in ADDED, samples=samples, parts=tuple(parts),
        state=state, becomes=becomes, more=more, missing=missing,
        suggested={"earlier": render(message("as last time")), "name": render(message("guessed")),
                   "content": render(message("guessed by its values"))}[place.why] if told and place else "",
    )  # fmt: skip


def targets_of(who: Visit, tx: Transaction, recipe: Recipe) -> tuple[TargetChoice, ...]:
    """What happens to records that are there already, entity by entity, the one it is all about first."""
    return tuple(
        _target(who, tx, recipe, target)
        for target in reversed(recipe.targets)
        if target.fields and tx.model.entities[target.entity].parent is None
    )


def _target(who: Visit, tx: Transaction, recipe: Recipe, target: Target) -> TargetChoice:
    entity = tx.model.entities[target.entity]
    keys = tuple(dict.fromkeys(fill.field for fill in target.fields))
    current = "+".join(target.keys)
    found = [Option(value=key, label=_field_label(who, entity, key), on=key == current) for key in keys]
    if len(target.keys) > 1:
        found.insert(
            0,
            Option(
                value=current,
                label=" + ".join(_field_label(who, entity, key) for key in target.keys),
                on=True,
            ),
        )
    modes = tuple(Option(value=key, label=who.texts.render(text), on=key == target.mode) for key, text in MODES
                  if key != "find" or target is not recipe.main)  # fmt: skip
    return TargetChoice(name=target.called, label=entity.label.in_language(who.language) or entity.name, modes=modes,
                        keys=tuple(found))  # fmt: skip


def _field_label(who: Visit, entity: Entity, name: str) -> str:
    field = entity.by_name.get(name)
    return (field.label.in_language(who.language) if field else None) or name
