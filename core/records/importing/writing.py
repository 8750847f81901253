"""A chunk of lines written: each target in its turn, lines that are refused taken out, all in one savepoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import KubikError
from core.records.api import write_rows
from core.records.columnar import Stored
from core.records.importing.doubles import refuse_doubles, remember
from core.records.importing.drafts import Draft, Fault, Parser, parsed_all, ready
from core.records.importing.keyed import find_records
from core.records.importing.planning import Plan, Planned
from core.records.importing.refused import Refused, faults_of
from core.records.importing.resolving import Pending, make_missing, resolve
from core.records.importing.task import Import, LineOf
from core.records.shapes import Ready, Saved
from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from metamodel.fields.link_any import AnyLink
from metamodel.messages import message

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

JSON = Context()


@dataclass(frozen=True, slots=True)
class Wrote:
    """A record that was written or found for a draft; ``saved`` None when it was only found."""

    planned: Planned
    draft: Draft
    id: int
    saved: Saved | None

    @property
    def created(self) -> bool:
        return self.saved is not None and self.saved.created

    @property
    def updated(self) -> bool:
        return self.saved is not None and self.saved.changed and not self.saved.created


@dataclass(frozen=True, slots=True)
class Plain:
    """New records, each of one line, that were written as columns."""

    planned: Planned
    stored: Stored


@dataclass(slots=True, kw_only=True)
class Written:
    """What a chunk came to: the lines that were taken, and those refused with why."""

    lines: list[LineOf] = field(default_factory=list)
    wrote: list[Wrote] = field(default_factory=list)
    faults: list[tuple[LineOf, Fault]] = field(default_factory=list)
    made: int = 0
    """Records that were made since links named them."""
    plain: list[Plain] = field(default_factory=list)
    """Besides ``lines`` and ``wrote``."""

    def add(self, other: Written, line: int) -> None:
        """Take over what a part of the chunk came to; ``line`` is where its lines begin."""
        shift = len(self.lines)
        for each in other.wrote:
            each.draft.lines = [at + shift for at in each.draft.lines]
        self.lines += other.lines
        self.wrote += other.wrote
        self.faults += other.faults
        self.made += other.made


@dataclass(slots=True)
class Ahead:
    """A chunk parsed before its transaction begins, so that nobody waits for it; good for one try."""

    plan: Plan
    lines: Sequence[LineOf]
    drafts: dict[str, list[Draft]]
    faults: list[Fault]


def parse_ahead(task: Import, plan: Plan, parser: Parser, lines: Sequence[LineOf]) -> Ahead | None:
    """The chunk parsed; None when its lines have to be written one by one, or some have too many values."""
    refused = Written()
    good = shaped(task, lines, refused)
    if refused.faults or any(planned.refers_to_itself for planned in plan.targets):
        return None
    faults: list[Fault] = []
    return Ahead(plan, good, parsed_all(plan, parser, good, faults), faults)


def write_lines(
    tx: Transaction,
    task: Import,
    plan: Plan,
    parser: Parser,
    lines: Sequence[LineOf],
    ahead: Ahead | None = None,
) -> Written:
    """Write what can be written: faults found together are taken out together, then the rest is tried again.

    Lines that link to records of the same entity go one by one, so that they find those of the lines above.
    """
    written = Written()
    if len(lines) > 1 and any(planned.refers_to_itself for planned in plan.targets):
        for line in lines:
            written.add(write_lines(tx, task, plan, parser, [line]), 0)
        return written
    good: Sequence[LineOf] = shaped(task, lines, written) if ahead is None else ahead.lines
    while good:
        if ahead is not None and ahead.plan is plan:
            good, drafts, faults, ahead = ahead.lines, ahead.drafts, ahead.faults, None
        else:
            faults = []
            drafts = parsed_all(plan, parser, good, faults)
        pending = resolve(tx, task, plan, drafts, faults)
        if not faults:
            nested = tx.connection.begin_nested()
            try:
                wrote, made = _write_targets(tx, task, plan, drafts, pending, good)
            except Refused as refusal:
                nested.rollback()
                if task.finder is not None and pending:
                    task.finder.forget()
                faults = list(refusal.faults)
                if not faults and len(good) > 1:  # a fault without a place: look for it by halves
                    for half in (good[: len(good) // 2], good[len(good) // 2 :]):
                        written.add(write_lines(tx, task, plan, parser, half), 0)
                    return written
                if not faults and refusal.why is not None:
                    faults = [Fault(0, "", refusal.why.code, refusal.why.detail)]
            else:
                nested.commit()
                written.add(Written(lines=list(good), wrote=wrote, made=made), 0)
                return written
        written.faults += [(good[fault.line], fault) for fault in faults]
        faulty = {fault.line for fault in faults}
        good = [line for at, line in enumerate(good) if at not in faulty]
    return written


def shaped(task: Import, lines: Sequence[LineOf], written: Written) -> list[LineOf]:
    """The lines that have no more values than the header has columns."""
    width, good = len(task.table.header), []
    for line in lines:
        more = line.cells[width:]
        if more and any(cell is not None and str(cell).strip() for cell in more):
            why = message(
                "the line has {count} values, the header {width}", count=len(line.cells), width=width
            )
            written.faults.append((line, Fault(0, "", "KBK5001", why)))
        else:
            good.append(line)
    return good


def _write_targets(
    tx: Transaction,
    task: Import,
    plan: Plan,
    drafts: dict[str, list[Draft]],
    pending: Sequence[Pending],
    lines: Sequence[LineOf],
) -> tuple[list[Wrote], int]:
    faults, made = make_missing(tx, task, pending) if pending else ([], 0)
    if faults:
        raise Refused(faults)
    ids: dict[str, dict[int, list[int]]] = {}
    wrote: list[Wrote] = []
    for planned in plan.targets:
        alone = len(plan.targets) == 1
        todo = [draft for draft in drafts[planned.called] if draft.filled or alone]
        for draft in todo:
            _lead(tx, planned, draft, ids)
        todo = find_records(tx, task, planned, todo, lines)
        done = _write_target(tx, task, planned, todo)
        found = ids.setdefault(planned.called, {})
        for each in done:
            for line in each.draft.lines:
                found.setdefault(line, []).append(each.id)
        wrote += done
    return wrote, made


def _lead(tx: Transaction, planned: Planned, draft: Draft, ids: dict[str, dict[int, list[int]]]) -> None:
    """Fill the links to records of the same line, and what is the same in every line."""
    for link, called in planned.leads:
        led = ids.get(called, {}).get(draft.lines[0])
        if led:
            uid = next(t.uid for t in tx.model.entities.values() if t.uid in (link.target, *link.targets))
            draft.values[link.name] = AnyLink(uid, led[0]) if link.targets else led[0]
    for name, value in planned.given.items():
        if name not in draft.values:
            each = planned.entity.by_name[name]
            try:
                draft.values[name] = each.type.parse(each, value, JSON)
            except ValueRefused as refusal:
                raise Refused([Fault(draft.lines[0], name, refusal.code, refusal.message)]) from refusal


def _write_target(tx: Transaction, task: Import, planned: Planned, drafts: list[Draft]) -> list[Wrote]:
    if planned.target.mode == "find":
        return [Wrote(planned, draft, draft.record or 0, None) for draft in drafts]
    if not drafts:
        return []
    if task.dry_run:
        refuse_doubles(task, planned, drafts)
    items = []
    for draft in drafts:
        values = ready({n: v for n, v in draft.values.items() if n != "id"}, planned.entity)
        if draft.record is not None and not planned.loose:
            values |= {name: Ready(None) for name in draft.empty if name != "id"}
        items.append((draft.record, values))
    stamps = [draft.stamps for draft in drafts] if any(draft.stamps for draft in drafts) else []
    try:
        saved = write_rows(
            tx, task.actor, planned.entity.name, items, context=task.context,
            brought=task.options.origin is not None, stamps=stamps,
            incomplete=task.recipe is not None and task.recipe.incomplete,
        )  # fmt: skip
    except KubikError as refusal:
        if refusal.status >= 500:
            raise
        raise Refused(_placed(planned, drafts, refusal), refusal) from refusal
    if task.dry_run:
        remember(task, planned, drafts)
    return [Wrote(planned, draft, each.id, each) for draft, each in zip(drafts, saved, strict=True)]


def _placed(planned: Planned, drafts: list[Draft], refusal: KubikError) -> list[Fault]:
    """The faults of a write by line and column."""
    return faults_of(planned, [draft.lines[0] for draft in drafts], refusal)
