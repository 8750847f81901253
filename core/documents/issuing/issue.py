"""Issuing a document: rendered outside of the writers' turn, then number, files, row and line of the history in one
short transaction, if what it was rendered from still holds; else again, and after a few times within the transaction.

Whoever issues documents of one series in this process waits here for whoever is before them; between processes the
transaction decides. A number that was not committed was never taken: the next one gets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

from core.documents.issuing.numbers import take
from core.documents.issuing.order import Beside, Order, Who
from core.documents.issuing.preparing import Draft, prepare, render
from core.documents.keeping.writing import KeptFile, keep, store
from core.documents.offering import find_type, refusals
from core.query.erased import last_act
from core.query.issued import Issued, document
from core.records.erasing.holding import while_keeping
from core.records.gather import lock
from core.records.shapes import Row
from core.records.statements import load
from core.records.work import Work, start
from core.storage.turns import Turns
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.base import Context

OPTIMISTIC = 3
"""How often a document is rendered before its turn; then it is rendered within."""


Files = Mapping[str, KeptFile]
"""The rendered files of a document by their formats."""

Made = Sequence[tuple[Draft, Files]]

T = TypeVar("T")


class Moved(Exception):
    """What a document was rendered from, or its number, is not what it was: it is to be made again."""


def issue(
    workspace: Workspace,
    who: Who,
    order: Order,
    record: int,
    beside: Beside | None = None,
    job: int | None = None,
) -> Issued:
    """Issue a document of a record and keep it; what `Beside.known` names is given back instead.

    Refuses as `preparing.prepare` does, and with what is wrong with its template; nothing is kept then and no number taken.
    """
    also = beside or Beside()
    with workspace.read() as tx:
        actor = who(tx)
        known = also.known(tx, actor)
        if known is not None:
            return document(tx, actor, known)
        draft = prepare(tx, actor, order, record)

    def look() -> Sequence[Draft]:
        with workspace.read() as tx:
            return [prepare(tx, who(tx), order, record)]

    def kept(made: Made | None) -> Issued:
        if made is None:
            return workspace.write(lambda tx: _inside(tx, who, order, record, also, job))
        ((draft, files),) = made
        return workspace.write(_keeping(who, draft, files, also, job))

    return ahead(workspace, [draft], look, partial(rendered, workspace), kept)


def ahead(
    workspace: Workspace,
    drafts: Sequence[Draft],
    look: Callable[[], Sequence[Draft]],
    make: Callable[[Draft], Files],
    kept: Callable[[Made | None], T],
) -> T:
    """What ``kept``, a transaction of its own, gives for documents that were rendered before it.

    It raises `Moved` when they are not what would be rendered now: then ``look`` tells what would be. After a few times it
    gets None, and renders within.
    """
    with _turns(workspace, drafts) as waited:
        for attempt in range(OPTIMISTIC):
            if waited or attempt:
                drafts = look()
            made = [(draft, make(draft)) for draft in drafts]
            try:
                return kept(made)
            except Moved:
                continue
        return kept(None)


@contextmanager
def _turns(workspace: Workspace, drafts: Sequence[Draft]) -> Iterator[bool]:
    """Wait for those who issue documents of the same series; whether somebody was before."""
    series = sorted({(draft.type.uid, draft.period) for draft in drafts if draft.type.number is not None})
    with ExitStack() as stack:
        waited = False
        for each in series:
            waited |= stack.enter_context(workspace.companion(Turns).of(each))
        yield waited


def rendered(workspace: Workspace, draft: Draft) -> Files:
    """The files of a document, durable in the store of files."""
    return store(workspace, draft, render(draft, workspace))


def numbered(work: Work, draft: Draft) -> Draft:
    """The document with its number, taken now."""
    if draft.type.number is None:
        return draft
    return replace(draft, count=take(work, draft.type.uid, draft.period))


def _keeping(
    who: Who, draft: Draft, files: Files, beside: Beside, job: int | None
) -> Callable[[Transaction], Issued]:
    """The transaction that keeps what was rendered before it; `Moved` when that is not what would be rendered now."""

    def action(tx: Transaction) -> Issued:
        while_keeping(tx)
        actor = who(tx)
        known = beside.known(tx, actor)
        if known is not None:
            return document(tx, actor, known)
        type_ = find_type(tx, actor, draft.type.name)
        entity = tx.model.entity_by_uid[type_.entity]
        work = start(tx, actor, Context())
        lock(work, [Row(entity=entity, action="update", id=draft.record)])
        refusal = refusals(tx, actor, type_, [draft.record]).get(draft.record)
        if refusal is not None:
            raise refusal
        version = load(tx, entity, [draft.record])[draft.record]["version"]
        if (tx.model.version, version, last_act(tx)) != (draft.model, draft.version, draft.act):
            raise Moved
        if type_.number is not None and take(work, type_.uid, draft.period) != draft.count:
            raise Moved
        issued = keep(tx, actor, draft, files, job)
        beside.kept(tx, actor, issued)
        return issued

    return action


def _inside(tx: Transaction, who: Who, order: Order, record: int, beside: Beside, job: int | None) -> Issued:
    """All of it in one transaction: the record and the series are held while it is rendered."""
    while_keeping(tx)
    actor = who(tx)
    known = beside.known(tx, actor)
    if known is not None:
        return document(tx, actor, known)
    work = start(tx, actor, Context())
    entity = tx.model.entity_by_uid[find_type(tx, actor, order.type).entity]
    lock(work, [Row(entity=entity, action="update", id=record)])
    draft = numbered(work, prepare(tx, actor, order, record))
    issued = keep(tx, actor, draft, rendered(tx.workspace, draft), job)
    beside.kept(tx, actor, issued)
    return issued
