"""Names of records in drafts brought to the records: found, to be made, left empty, or refused with the candidates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.access.grants import Grants
from core.errors import KubikError
from core.records.api import write_rows
from core.records.importing.columns import Column
from core.records.importing.drafts import Draft, Fault, link_columns
from core.records.importing.finding import MOST_NAMED, Finder, Wanted, several
from core.records.importing.planning import Plan
from core.records.importing.task import Import
from core.records.work import start
from metamodel.any_link import AnyLink
from metamodel.fields.link import LinkKey
from metamodel.messages import Message, message
from metamodel.model import Entity, Field

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


@dataclass(frozen=True, slots=True)
class Pending:
    """A record that is to be made since a text names it: where its id goes then."""

    draft: Draft
    column: Column
    wanted: Wanted
    text: str


def resolve(
    tx: Transaction, task: Import, plan: Plan, drafts: dict[str, list[Draft]], faults: list[Fault]
) -> list[Pending]:
    """Put ids where drafts name records; what is to be made first is given back."""
    task.finder = task.finder or Finder()
    work = start(tx, task.actor, task.context)
    asked = list(_names(plan, drafts, work.grants))
    texts: dict[Wanted, set[str]] = {}
    for _, _, wanted, text in asked:
        for each in wanted:
            texts.setdefault(each, set()).add(text)
    found = {wanted: task.finder.named(work, wanted, some) for wanted, some in texts.items()}
    pending: list[Pending] = []
    for draft, column, wanted, text in asked:
        ids = [(each[0], record) for each in wanted for record in found[each].get(text, ())]
        if len(ids) == 1:
            ((uid, record),) = ids
            _put(draft, column, text, AnyLink(uid, record) if _any(column) else record)
        elif ids:
            why = _several(tx, task, text, ids)
            faults.append(Fault(draft.lines[0], column.header, "KBK3005", why))
        elif column.missing == "create" and not _any(column):
            pending.append(Pending(draft, column, wanted[0], text))
        elif column.missing == "empty":
            _put(draft, column, text, None)
        else:
            why = message("there is no record “{value}”", value=text[:100])
            faults.append(Fault(draft.lines[0], column.header, "KBK3005", why))
    return pending


def _any(column: Column) -> bool:
    return column.field is not None and bool(column.field.targets)


def _several(tx: Transaction, task: Import, text: str, ids: Sequence[tuple[str, int]]) -> Message:
    """The refusal of a name that several records have, of whatever entities: it says how each is written."""
    uids = {uid for uid, _ in ids}
    if len(uids) == 1:
        return several(
            tx, task.actor, tx.model.entity_by_uid[uids.pop()], text, [record for _, record in ids]
        )
    written = [f"{tx.model.entity_by_uid[uid].name}:{record}" for uid, record in ids[:MOST_NAMED]]
    return message(
        "there are several records “{value}”: write which one is meant: {candidates}", value=text[:100],
        candidates="; ".join(written),
    )  # fmt: skip


def make_missing(tx: Transaction, task: Import, pending: Sequence[Pending]) -> tuple[list[Fault], int]:
    """Make the records that texts name, each once, and put them where they belong; faults, and how many were made."""
    groups: dict[Wanted, dict[str, list[Pending]]] = {}
    for each in pending:
        groups.setdefault(each.wanted, {}).setdefault(each.text, []).append(each)
    faults: list[Fault] = []
    made = 0
    for (uid, name, _), texts in groups.items():
        entity = tx.model.entity_by_uid[uid]
        naming = entity.by_name.get(name) if name is not None else naming_field(entity)
        if naming is None:
            why = message("{entity}: a record cannot be made of its name alone", entity=entity.label)
            faults += [
                Fault(p.draft.lines[0], p.column.header, "KBK3005", why) for s in texts.values() for p in s
            ]
            continue
        for text, uses in texts.items():
            try:
                saved = write_rows(
                    tx, task.actor, entity.name, [(None, {naming.name: text})], context=task.context
                )
            except KubikError as refusal:
                if refusal.status >= 500:
                    raise
                why = refusal.errors[0].message if refusal.errors else refusal.detail
                faults += [Fault(p.draft.lines[0], p.column.header, refusal.code, why) for p in uses]
                continue
            made += 1
            for each in uses:
                _put(each.draft, each.column, text, saved[0].id)
    return faults, made


def naming_field(entity: Entity) -> Field | None:
    """The text field of its own that an entity's title begins with: what a new record is called by."""
    parts = (entity.by_uid[part.field] for part in entity.title if part.field is not None)
    return next(
        (f for f in parts if f.writable and f.type.name in ("text", "long_text", "email", "phone")), None
    )


def _names(
    plan: Plan, drafts: dict[str, list[Draft]], grants: Grants
) -> Iterator[tuple[Draft, Column, tuple[Wanted, ...], str]]:
    """The drafts with the names of records in them; a link to any record may mean one of each entity."""
    for planned in plan.targets:
        for column in link_columns(planned):
            assert column.field is not None
            uids = tuple(uid for uid in column.field.targets if grants.may(uid, "read")) or (
                column.field.target or "",
            )
            for draft in drafts[planned.called]:
                value = _held(draft, column)
                for each in value if isinstance(value, tuple) else (value,):
                    if isinstance(each, LinkKey) and each.field != "ext":
                        wanted = tuple((uid, each.field, column.match) for uid in uids if uid)
                        yield draft, column, wanted, str(each.value)


def _held(draft: Draft, column: Column) -> Any:
    assert column.field is not None
    return draft.stamps.get(column.stamp) if column.stamp else draft.values.get(column.field.name)


def _put(draft: Draft, column: Column, text: str, record: int | AnyLink | None) -> None:
    """Put a record (or nothing) in the place of the name."""
    assert column.field is not None
    values = draft.stamps if column.stamp else draft.values
    name = column.stamp or column.field.name
    held = values[name]
    if isinstance(held, tuple):
        kept = [record if isinstance(e, LinkKey) and str(e.value) == text else e for e in held]
        values[name] = tuple(dict.fromkeys(each for each in kept if each is not None)) or None
    elif record is None:
        del values[name]
    else:
        values[name] = record


__all__ = ["Pending", "make_missing", "naming_field", "resolve"]
