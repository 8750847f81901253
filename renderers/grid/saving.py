"""Many cells saved in one transaction: what cannot be saved is left out, each cell with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import KubikError
from core.records import Batch, BatchSaved, batch
from core.records.revert import revert
from metamodel.errors import Problem
from metamodel.messages import Message, message
from renderers.forms.comparison import author
from renderers.forms.filled import Filled
from renderers.forms.stale import merge
from renderers.forms.widgets.base import widget_kind
from renderers.grid.reading import Sheet
from renderers.grid.sent import RowSent, ToSave, to_save
from renderers.grid.view import Clash, Fault, Saved, Step

STALE = "KBK3009"
ROUNDS = 50
"""How often a save is tried again without what was refused, before its rows are tried one by one."""


@dataclass(slots=True, kw_only=True)
class Saving:
    """A save on its way: the rows that are still to be written, what was refused, what was written."""

    sheet: Sheet
    rows: dict[int, ToSave]
    faults: list[Fault] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def stage(self) -> str:
        """The name of the field of the stage; empty when there is none."""
        entity = self.sheet.entity
        return entity.by_uid[entity.stages.field].name if entity.stages is not None else ""

    def run(self) -> None:
        """Write all that can be written."""
        for _ in range(ROUNDS):
            if not self.rows or self._try(list(self.rows.values())):
                return
        for row in list(self.rows.values()):
            while row.id in self.rows and not self._try([row]):
                continue

    def _try(self, rows: Sequence[ToSave]) -> bool:
        """Write these rows together; what is refused is taken out of what is still to be written."""
        tx = self.sheet.tx
        waiting = list(tx.after_commit)
        part = tx.connection.begin_nested()
        try:
            saved = self._write(rows)
        except KubikError as error:
            part.rollback()
            tx.after_commit[:] = waiting
            if error.status >= 500:
                raise
            self._take_out(rows, error)
            return False
        part.commit()
        for row, result in zip(rows, saved.update, strict=True):
            del self.rows[row.id]
            if result.changed:
                self.steps.append(
                    Step(id=row.id, before=row.version, after=result.version, names=list(row.texts))
                )
        return True

    def _write(self, rows: Sequence[ToSave]) -> BatchSaved:
        sheet = self.sheet
        updates = [{"id": row.id, "version": row.version, **row.texts} for row in rows]
        return batch(
            sheet.tx, sheet.actor, sheet.entity.name, Batch(update=updates), context=sheet.manner.context
        )

    def _take_out(self, rows: Sequence[ToSave], error: KubikError) -> None:
        if error.code == STALE and (row := self.rows.get(error.extra.get("record", 0))) is not None:
            self._merge(row, error.extra)
            return
        placed = [p for p in error.errors if self._at(rows, p) is not None]
        for problem in placed:
            at = self._at(rows, problem)
            assert at is not None
            self._refuse(at[0], at[1], problem)
        if not placed:
            told = error.errors[0].message if error.errors else error.detail
            for row in rows:
                self._leave(row, "", told)

    def _at(self, rows: Sequence[ToSave], problem: Problem) -> tuple[ToSave, str] | None:
        """The row and the name of the field that a fault points at."""
        _, kind, number, name, *_ = (*problem.pointer.split("/"), "", "", "", "")
        if kind != "update" or not number.isdigit() or int(number) >= len(rows):
            return None
        return rows[int(number)], name

    def _refuse(self, row: ToSave, name: str, problem: Problem) -> None:
        """A cell is left as it is; a fault that stands elsewhere in the record leaves the whole row."""
        if name in row.texts and len(row.texts) > 1:
            self._told(row.id, name, problem.message)
            del row.texts[name]
        elif name in row.texts:
            self._leave(row, name, problem.message)
        elif self.stage in row.texts:
            text = row.texts[self.stage]
            self._told(row.id, self.stage, problem.message, move=text)
            del row.texts[self.stage]
            if not row.texts:
                self.rows.pop(row.id, None)
        else:
            self._leave(row, "", problem.message)

    def _leave(self, row: ToSave, name: str, why: Message) -> None:
        self.rows.pop(row.id, None)
        for each in [name] if name else list(row.texts):
            self._told(row.id, each, why)

    def _told(self, id: int, name: str, why: Message, move: str = "") -> None:
        if all((fault.id, fault.name) != (id, name) for fault in self.faults):
            words = self.sheet.manner.words.render(why)
            self.faults.append(Fault(id=id, name=name, message=words, move=move))

    def _merge(self, row: ToSave, extra: Mapping[str, Any]) -> None:
        """Somebody saved first: what they left alone is saved on top of theirs, what both changed is asked."""
        columns = self.sheet.columns(list(row.texts))
        now = self.sheet.rows([row.id], columns).get(row.id)
        if now is None:
            self._leave(row, "", message("This record is not there any more."))
            return
        theirs = Filled(values={n: now.values.get(n, "") for n in row.texts}, titles=now.titles)
        was = Filled(values={n: row.was.get(n, theirs.values[n]) for n in row.texts})
        merged = merge(was, Filled(values=dict(row.texts)), theirs)
        name = author(extra, self.sheet.manner.words)
        for clash in merged.conflicts:
            field_name = clash.pointer[1:]
            shown = self._shown(field_name, clash.theirs)
            told = Clash(
                was=self._shown(field_name, clash.was), theirs=shown, version=now.version, title=name
            )
            words = message("{name} saved: {value}", name=name, value=shown or "—")
            text = self.sheet.manner.words.render(words)
            self.faults.append(Fault(id=row.id, name=field_name, message=text, clash=told))
            row.texts.pop(field_name, None)
        row.version = now.version
        row.was = {**row.was, **theirs.values}
        if not row.texts:
            self.rows.pop(row.id, None)

    def _shown(self, name: str, text: str) -> str:
        """A text of a cell in words."""
        field_ = self.sheet.entity.by_name[name]
        choice = field_.choice(text) if field_.choices else None
        if choice is not None:
            return choice.label.in_language(self.sheet.manner.language) or choice.name
        return text if widget_kind(field_.type.widget).name != "boolean" else self._yes(text)

    def _yes(self, text: str) -> str:
        return self.sheet.manner.words.gettext("yes" if text == "true" else "no")


def save(sheet: Sheet, sent: Sequence[RowSent]) -> Saved:
    """Save the cells; the answer says which were not saved, and by which steps the rest is taken back."""
    rows, faults = to_save(sheet, sent)
    saving = Saving(sheet=sheet, rows=rows, faults=faults)
    saving.run()
    return Saved(faults=saving.faults, steps=saving.steps)


def turn(sheet: Sheet, steps: Iterable[Step]) -> Saved:
    """Bring the cells of these rows back to what they were in the version ``before``, when nobody changed them since.

    The answer's steps lead forth again.
    """
    faults: list[Fault] = []
    made: list[Step] = []
    for step in steps:
        part = sheet.tx.connection.begin_nested()
        waiting = list(sheet.tx.after_commit)
        try:
            saved = _turn_one(sheet, step)
            part.commit()
            made.append(Step(id=step.id, before=step.after, after=saved, names=step.names))
        except KubikError as error:
            part.rollback()
            sheet.tx.after_commit[:] = waiting
            if error.status >= 500:
                raise
            told = error.errors[0].message if error.errors else error.detail
            faults.append(
                Fault(
                    id=step.id,
                    name=step.names[0] if step.names else "",
                    message=sheet.manner.words.render(told),
                )
            )
    return Saved(faults=faults, steps=made)


def _turn_one(sheet: Sheet, step: Step) -> int:
    """One record; a change of other fields by somebody else is no hindrance."""
    arguments = (sheet.tx, sheet.actor, sheet.entity.name, step.id, step.before, step.names)
    try:
        return revert(*arguments, if_version=step.after, context=sheet.manner.context).version
    except KubikError as error:
        touched = error.extra.get("changed", {}) if error.code == STALE else step.names
        if any(name in touched for name in step.names):
            raise
    return revert(*arguments, context=sheet.manner.context).version
