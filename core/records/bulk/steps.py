"""One step of a deed: some records in one transaction, each that cannot be changed left out with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.access.actor import Actor
from core.errors import KubikError
from core.i18n import texts
from core.query.query import Link, Query
from core.query.read import read
from core.records.actions import run_action
from core.records.api import batch, restore
from core.records.bulk.order import Order
from core.records.bulk.report import Left
from core.records.shapes import Batch
from core.records.statements import load
from core.storage.workspace import Transaction
from metamodel.model import Entity


@dataclass(slots=True, kw_only=True)
class Done:
    """What came of some records, by their ids."""

    changed: list[int] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def step(tx: Transaction, actor: Actor, order: Order, ids: Sequence[int]) -> Done:
    """Do it to these records."""
    done = Done()
    if order.deed == "restore":
        _each(tx, order, ids, lambda id: restore(tx, actor, order.entity, id), done)
    elif order.deed == "run":

        def run(id: int) -> object:
            return run_action(tx, actor, order.entity, id, order.action, order.values, context=order.context)

        _each(tx, order, ids, run, done)
    else:
        _together(tx, actor, order, ids, done)
    return done


def _each(
    tx: Transaction, order: Order, ids: Sequence[int], one: Callable[[int], object], done: Done
) -> None:
    """One after another: each is a write of its own."""
    for id in ids:
        refusal = _try(tx, lambda record=id: one(record))  # type: ignore[misc]
        if refusal is None:
            done.changed.append(id)
        else:
            done.left.append(Left(id=id, why=_why(order, refusal, "")))


def _together(tx: Transaction, actor: Actor, order: Order, ids: Sequence[int], done: Done) -> None:
    """All as one write; what is refused together is tried again without the records at fault, or by halves where no
    fault has a place."""
    kind = "delete" if order.deed == "delete" else "update"
    waiting = [list(ids)]
    while waiting:
        some = waiting.pop()
        if not some:
            continue
        items = some if kind == "delete" else _items(tx, actor, order, some)

        def write(records: list[int] = some, items: Sequence[Any] = items) -> None:
            asked = Batch(delete=items) if kind == "delete" else Batch(update=items)
            saved = batch(tx, actor, order.entity, asked, context=order.context)
            if kind == "delete":
                done.changed += records
                return
            for record, result in zip(records, saved.update, strict=True):
                (done.changed if result.changed else done.same).append(record)

        refusal = _try(tx, write)
        if refusal is None:
            continue
        faulty = _faulty(refusal, kind) or ({0} if len(some) == 1 else set())
        if faulty:
            done.left += [Left(id=some[n], why=_why(order, refusal, f"/{kind}/{n}")) for n in sorted(faulty)]
            waiting.append([record for n, record in enumerate(some) if n not in faulty])
        else:
            half = len(some) // 2
            waiting += [some[half:], some[:half]]


def _try(tx: Transaction, write: Callable[[], object]) -> KubikError | None:
    """Do it; the refusal, when nothing of it was written."""
    waiting = list(tx.after_commit)
    nested = tx.connection.begin_nested()
    try:
        write()
    except KubikError as refusal:
        nested.rollback()
        tx.after_commit[:] = waiting
        if refusal.status >= 500:
            raise
        return refusal
    nested.commit()
    return None


def _items(tx: Transaction, actor: Actor, order: Order, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The records as items of a batch."""
    entity = tx.model.entities[order.entity]
    if order.deed == "move":
        return [_moved(entity, order, id, stored) for id, stored in _stored(tx, entity, ids)]
    if not order.modes:
        return [{"id": id, **order.values} for id in ids]
    held = _held(tx, actor, order, ids)
    return [{"id": id, **order.values, **_joined(order, held.get(id, {}))} for id in ids]


def _stored(tx: Transaction, entity: Entity, ids: Sequence[int]) -> list[tuple[int, Mapping[str, Any]]]:
    found = load(tx, entity, ids)
    return [(id, found.get(id, {})) for id in ids]


def _moved(entity: Entity, order: Order, id: int, stored: Mapping[str, Any]) -> dict[str, Any]:
    """A move: what was given goes to those that have nothing there."""
    assert entity.stages is not None
    lacking = {
        name: text
        for name, text in order.values.items()
        if (named := entity.by_name.get(name)) is None or stored.get(named.uid) is None
    }
    return {"id": id, **lacking, entity.by_uid[entity.stages.field].name: order.to}


def _held(tx: Transaction, actor: Actor, order: Order, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    asked = Query(entity=order.entity, fields=("id", *order.modes), ids=tuple(ids), limit=max(len(ids), 1))
    return {item["id"]: item for item in read(tx, actor, asked).items}


def _joined(order: Order, item: Mapping[str, Any]) -> dict[str, str]:
    """Fields of several values with these put to them, or taken out."""
    found = {}
    for name, mode in order.modes.items():
        if mode not in ("add", "remove") or name not in item:
            continue
        chosen = [each for each in order.values.get(name, "").split("\n") if each]
        there = [_written(each) for each in item[name] or ()]
        kept = [each for each in there if each not in chosen]
        found[name] = "\n".join([*there, *(c for c in chosen if c not in there)] if mode == "add" else kept)
    return found


def _written(value: Any) -> str:
    return str(value.id) if isinstance(value, Link) else str(value)


def _faulty(refusal: KubikError, kind: str) -> set[int]:
    """The numbers of the items that the refusal points at."""
    found = set()
    for problem in refusal.errors:
        _, named, number, *_ = (*problem.pointer.split("/"), "", "")
        if named == kind and number.isdigit():
            found.add(int(number))
    return found


def _why(order: Order, refusal: KubikError, here: str) -> str:
    told = [
        p.message for p in refusal.errors if not here or p.pointer == here or p.pointer.startswith(here + "/")
    ]
    return texts(order.language).render(told[0] if told else refusal.detail)
