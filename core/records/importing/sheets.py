"""Lines that become new records of one entity, kept as columns from the file to the database; no draft is made of them.

It does what `writing` does with drafts, and leaves to it whatever is not as plain as that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from core.errors import KubikError
from core.records.api import write_columns
from core.records.columnar import FEWEST, MISSING, MadeAhead, Stored
from core.records.importing.columns import Column
from core.records.importing.drafts import Fault, Parser
from core.records.importing.finding import Finder, Wanted, several
from core.records.importing.planning import Plan, Planned
from core.records.importing.refused import faults_of
from core.records.importing.task import Import, LineOf
from core.records.importing.writing import Plain, Written, shaped, write_lines
from core.records.work import start
from metamodel.fields.link import LinkKey
from metamodel.messages import message

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


@dataclass(slots=True)
class Sheet:
    """Parsed lines: a list for each column of the plan, `MISSING` where nothing stands; good for one try. ``made`` is what
    was made of columns."""

    plan: Plan
    lines: Sequence[LineOf]
    columns: list[list[Any]]
    faults: list[Fault]
    made: MadeAhead = field(default_factory=MadeAhead)

    def without(self, rows: set[int]) -> None:
        """Take these lines out."""
        kept = [at for at in range(len(self.lines)) if at not in rows]
        self.lines = [self.lines[at] for at in kept]
        self.columns = [[values[at] for at in kept] for values in self.columns]
        self.made = MadeAhead()


def parse_sheet(task: Import, plan: Plan, parser: Parser, lines: Sequence[LineOf]) -> Sheet | None:
    """The lines parsed before their transaction begins; None when they are not as plain as this needs."""
    if len(lines) < FEWEST or not _is_plain(task, plan):
        return None
    refused = Written()
    good = shaped(task, lines, refused)
    if refused.faults:
        return None
    faults: list[Fault] = []
    cells = [line.cells for line in good]
    planned = plan.targets[0]
    columns = [parser.values(planned, each, cells, faults) for each in planned.columns]
    return Sheet(plan, good, columns, faults)


def _is_plain(task: Import, plan: Plan) -> bool:
    if len(plan.targets) != 1 or task.dry_run or task.options.origin is not None:
        return False
    planned = plan.targets[0]
    names = [each.field.name for each in planned.columns if each.field is not None]
    return (
        planned.target.mode == "create" and planned.each is None and not planned.leads and not planned.given
        and not planned.loose and not planned.refers_to_itself and len(set(names)) == len(planned.columns)
        and not any(c.stamp or (c.split and not c.field.listed) or c.part is not None for c in planned.columns if c.field) and "id" not in names
    )  # fmt: skip


def write_sheet(tx: Transaction, task: Import, plan: Plan, parser: Parser, sheet: Sheet) -> Written:
    """Write the lines that can be written, the others told with why."""
    written = Written()
    planned = plan.targets[0]
    faults = sheet.faults
    while sheet.lines:
        columns = resolve_sheet(tx, task, planned, sheet, faults) if len(sheet.lines) >= FEWEST else None
        if columns is None:
            break
        if not faults:
            refusal, saved = _try(tx, task, planned, columns, len(sheet.lines), sheet.made)
            if saved is not None:
                written.plain.append(Plain(planned, saved))
                return written
            faults = [] if refusal is None else faults_of(planned, range(len(sheet.lines)), refusal)
            if not faults:
                break
        written.faults += [(sheet.lines[fault.line], fault) for fault in faults]
        sheet.without({fault.line for fault in faults})
        faults = []
    if sheet.lines:
        written.add(write_lines(tx, task, plan, parser, sheet.lines), 0)
    return written


def _try(
    tx: Transaction,
    task: Import,
    planned: Planned,
    columns: dict[str, list[Any]],
    count: int,
    made: MadeAhead,
) -> tuple[KubikError | None, Stored | None]:
    """What was saved, or the refusal; neither when they have to be written otherwise."""
    nested = tx.connection.begin_nested()
    try:
        saved = write_columns(
            tx, task.actor, planned.entity.name, columns, count, context=task.context,
            incomplete=task.recipe is not None and task.recipe.incomplete, made=made,
        )  # fmt: skip
    except KubikError as refusal:
        nested.rollback()
        if refusal.status >= 500:
            raise
        return refusal, None
    nested.commit()
    return None, saved


def resolve_sheet(
    tx: Transaction, task: Import, planned: Planned, sheet: Sheet, faults: list[Fault]
) -> dict[str, list[Any]] | None:
    """The columns by name of the field, ids in place of names of records; None when some are to be made first."""
    task.finder = task.finder or Finder()
    found: dict[str, list[Any]] = {}
    for column, values in zip(planned.columns, sheet.columns, strict=True):
        of = column.field
        assert of is not None
        if of.target and not of.targets:
            met = {id(value): value for value in values}  # equal cells were parsed once
            names = {key for value in met.values() for key in _keys(value)}
            if names:
                led = _found(tx, task, task.finder, column, names)
                if led is None:
                    return None
                values = _led_all(values, met, led, faults)
        found[of.name] = values
    return found


def _led_all(values: list[Any], met: dict[int, Any], led: Led, faults: list[Fault]) -> list[Any]:
    """The values of a column with ids in them; faults of its names go to ``faults``."""
    placed: dict[int, Any] = {}
    refused: dict[int, list[Fault]] = {}
    for key, value in met.items():
        why: list[Fault] = []
        placed[key] = _led(value, led, why)
        if why:
            refused[key] = why
    if refused:
        for row, value in enumerate(values):
            faults += [replace(each, line=row) for each in refused.get(id(value), ())]
    return [placed[id(value)] for value in values]


def _keys(value: Any) -> tuple[LinkKey, ...]:
    if value.__class__ is LinkKey:
        return (value,) if value.field != "ext" else ()
    if value.__class__ is tuple:
        return tuple(each for each in value if each.__class__ is LinkKey and each.field != "ext")
    return ()


Led = dict[tuple[str | None, str], Any]
"""What names lead to: an id, None for what stays empty, or why it is refused (a `Fault` of no line)."""


def _found(tx: Transaction, task: Import, finder: Finder, column: Column, names: set[LinkKey]) -> Led | None:
    assert column.field is not None and column.field.target is not None
    entity = tx.model.entity_by_uid[column.field.target]
    work = start(tx, task.actor, task.context)
    asked: dict[Wanted, set[str]] = {}
    for key in names:
        asked.setdefault((entity.uid, key.field, column.match), set()).add(str(key.value))
    led: Led = {}
    for wanted, texts in asked.items():
        there = finder.named(work, wanted, texts)
        for text in texts:
            ids = there.get(text, [])
            if len(ids) == 1:
                led[wanted[1], text] = ids[0]
            elif ids:
                why = several(tx, task.actor, entity, text, ids)
                led[wanted[1], text] = Fault(0, column.header, "KBK3005", why)
            elif column.missing == "create":
                return None
            elif column.missing == "empty":
                led[wanted[1], text] = None
            else:
                why = message("there is no record “{value}”", value=text[:100])
                led[wanted[1], text] = Fault(0, column.header, "KBK3005", why)
    return led


def _led(value: Any, led: Led, why: list[Fault]) -> Any:
    if value.__class__ is LinkKey:
        found = led.get((value.field, str(value.value)), value)
        if found.__class__ is Fault:
            why.append(found)
        return MISSING if found is None or found.__class__ is Fault else found
    if value.__class__ is not tuple:
        return value
    ids: list[Any] = []
    for each in value:
        found = led.get((each.field, str(each.value)), each) if each.__class__ is LinkKey else each
        if found.__class__ is Fault:
            why.append(found)
        elif found is not None:
            ids.append(found)
    return tuple(dict.fromkeys(ids)) or None
