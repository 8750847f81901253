"""The parts of the step of columns as they are drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from core.errors import KubikError
from core.records.importing.formats.source import Cell, Line
from core.records.importing.preview import RecordPreview, preview
from core.records.importing.recipe import Recipe, Target
from core.records.importing.recognise.kinds import ColumnFacts
from core.records.importing.recognise.rows import ADDED
from core.records.importing.recognise.texts import beginning
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from metamodel.model import Entity
from renderers.importing.choices import Choice, chosen
from renderers.importing.desk import Desk
from renderers.importing.view import CardRecord, ColumnLine, Guess, Option, Part, TargetChoice
from renderers.importing.words import DATES, DECIMALS, DELIMITERS, ENCODINGS
from renderers.pages.cells import cells_of

SHOWN_RAW = 5
LONGEST_RAW = 300
TRIED = 20
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


def guesses(who: Visit, desk: Desk) -> tuple[Guess, ...]:
    """The bar of how the file is read."""
    hints, render = desk.found.hints, who.texts.render

    def one(name: str, label: Any, options: Sequence[tuple[str, str]], value: str, hint: str) -> Guess:
        listed = list(options)
        if value not in {key for key, _ in listed}:
            listed.append((value, value))
        return Guess(name=name, label=render(label), guessed=hint in desk.found.guessed,
                     options=tuple(Option(value=key, label=text, on=key == value) for key, text in listed))  # fmt: skip

    found = []
    if hints.format in ("csv", "vcf") and hints.encoding:
        found.append(
            one(
                "encoding",
                message("Encoding"),
                [(k, render(v)) for k, v in ENCODINGS.items()],
                hints.encoding,
                "encoding",
            )
        )
    if hints.format == "csv":
        found.append(
            one(
                "delimiter",
                message("Delimiter"),
                [(k, render(v)) for k, v in DELIMITERS.items()],
                hints.delimiter or ",",
                "delimiter",
            )
        )
    if len(desk.found.sheets) > 1:
        names = [
            (s.name, render(message("{name} (hidden)", name=s.name)) if s.hidden else s.name)
            for s in desk.found.sheets
        ]
        found.append(one("sheet", message("Sheet"), names, (hints.sheets or ("",))[0], "sheets"))
    if hints.format in ("csv", "vcf") or any(c.decimal for c in desk.found.columns):
        found.append(
            one(
                "decimal",
                message("Fractions after a"),
                [(k, render(v)) for k, v in DECIMALS.items()],
                hints.decimal or ",",
                "decimal",
            )
        )
    if any(c.dates for c in desk.found.columns):
        found.append(
            one(
                "dates",
                message("Dates"),
                [(k, render(v)) for k, v in DATES.items()],
                hints.dates or "dmy",
                "dates",
            )
        )
    if hints.format not in ("vcf", "json"):
        rows = [("0", render(message("none")))] + [
            (str(n), render(message("line {number}", number=n))) for n in range(1, 11)
        ]
        found.append(one("header", message("Names of columns"), rows, str(hints.header or 0), "header"))
    if desk.found.totals:
        kept = [
            ("1", render(message("passed over: {count}", count=len(desk.found.totals)))),
            ("0", render(message("imported, too"))),
        ]
        found.append(one("totals", message("Rows of totals"), kept, "1" if hints.totals else "0", "totals"))
    return tuple(found)


def raw_lines(desk: Desk) -> tuple[tuple[int, str], ...]:
    """The file as it is, which proves the encoding; of a workbook its first lines."""
    if desk.found.hints.format == "csv":
        text, _ = beginning(desk.path, desk.found.hints.encoding or "utf-8")
        lines = text.splitlines()[:SHOWN_RAW]
        return tuple((n, line[:LONGEST_RAW]) for n, line in enumerate(lines, 1))
    lines_of: list[Line] = [
        *desk.found.titles,
        *([desk.found.head] if desk.found.head else []),
        *desk.found.sample,
    ]
    return tuple(
        (line.number, " | ".join(str(c) for c in line.cells if c is not None)[:LONGEST_RAW])
        for line in lines_of[:SHOWN_RAW]
    )


def row_card(who: Visit, tx: Transaction, desk: Desk, row: int) -> RowCard:
    """What the row becomes; the first rows are tried with it, for what they say of the columns."""
    sample = desk.found.sample
    row = min(max(row, 1), len(sample) or 1)
    if not sample:
        return RowCard(row=0, number=0, last=0, records=(), faults=(), problems={}, values={})
    faults: list[str] = []
    problems: dict[str, str] = {}
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
    for each in tried:
        for column, why in each.problems:
            problems.setdefault(column, who.texts.render(why))
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


def _card(who: Visit, tx: Transaction, each: RecordPreview) -> CardRecord:
    entity = tx.model.entities[each.entity]
    words, tone = BADGES[each.what]
    values = [
        (entity.by_name[name].label.in_language(who.language) or name, _cell(who, tx, entity, name, value))
        for name, value in each.values.items() if value not in (None, "", [])
    ]  # fmt: skip
    return CardRecord(
        kind=entity.label.in_language(who.language) or entity.name, title=each.title, badge=who.texts.render(words), tone=tone,
        href=f"/e/{entity.name}/{each.id}" if each.id else "", values=tuple(values),
    )  # fmt: skip


def _values(
    who: Visit, tx: Transaction, recipe: Recipe, records: Sequence[RecordPreview]
) -> dict[str, Markup]:
    found: dict[str, Markup] = {}
    by_target = {each.target: each for each in records}
    for target in recipe.targets:
        record = by_target.get(target.called)
        for fill in target.fields if record is not None else ():
            assert record is not None
            value = record.values.get(fill.field)
            if value not in (None, "", []):
                found.setdefault(
                    fill.column, _cell(who, tx, tx.model.entities[target.entity], fill.field, value)
                )
    return found


def _cell(who: Visit, tx: Transaction, entity: Entity, name: str, value: Any) -> Markup:
    cells = cells_of(who.site.templates.environment, who.texts, who.zone, tx.model)
    field = entity.by_name[name]
    return cells.one(field, field.result, value)


def columns_of(
    who: Visit, tx: Transaction, desk: Desk, known: Sequence[Choice], problems: Mapping[str, str],
    values: Mapping[str, Markup],
) -> tuple[ColumnLine, ...]:  # fmt: skip
    """A line for each column of the file."""
    return tuple(_column(who, desk, known, column, problems, values) for column in desk.found.columns)


def _column(
    who: Visit, desk: Desk, known: Sequence[Choice], column: ColumnFacts, problems: Mapping[str, str],
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
        and picked.field.target is not None
        and picked.field.type.name in ("link", "user", "links", "users")
    )
    missing = (
        tuple(
            Option(value=key, label=render(text), on=fill is not None and fill.missing == key)
            for key, text in MISSING
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
