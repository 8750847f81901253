"""Documents that the steps of actions issue, rendered outside of the action's transaction, too: a run that comes to one which
is not rendered yet is taken back and tells what it would say; what was rendered is kept by a run that would say the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.access.actor import Actor
from core.automation import Documents
from core.documents.issuing.issue import Files, Made, Moved, ahead, numbered, rendered
from core.documents.issuing.order import Order
from core.documents.issuing.preparing import Draft, formats_of, prepare
from core.documents.keeping.writing import keep
from core.documents.offering import find_type
from core.errors import KubikError
from core.query.issued import Issued
from core.records.erasing.holding import while_keeping
from core.records.gather import lock
from core.records.shapes import Row
from core.records.work import start
from core.storage.patience import NobodyWaits, Waiting
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.base import Context
from metamodel.messages import message

T = TypeVar("T")

Run = Callable[[Transaction, Documents], T]
"""The whole of an action, which hands what it is given on to its steps."""


class Unmade(Moved):
    """A run is taken back, since these documents of its are not rendered as they would be now."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        super().__init__()
        self.drafts = drafts


@dataclass(slots=True, kw_only=True)
class _Press:
    """Issues documents in one run; ``made`` gives their files, None for those that are not rendered as they are now."""

    made: Callable[[Draft], Files | None]
    missing: list[Draft] = field(default_factory=list)

    def issue(self, tx: Transaction, actor: Actor, document: str, record: int) -> Issued | None:
        """As `core.automation.Documents` says; refuses as `prepare` does."""
        type_ = find_type(tx, actor, document)
        formats = formats_of(tx.workspace, type_)
        order = Order(type=document, formats=("pdf",) if "pdf" in formats else formats[:1])
        work = start(tx, actor, Context())
        lock(work, [Row(entity=tx.model.entity_by_uid[type_.entity], action="update", id=record)])
        draft = numbered(work, prepare(tx, actor, order, record))
        files = self.made(draft)
        if files is None:
            self.missing.append(draft)
            return None
        return keep(tx, actor, draft, files, None)


def attempt(workspace: Workspace, run: Run[T]) -> T:
    """Run an action that may issue documents; `Unmade` when it does, for `finish`."""
    return _write(workspace, run, _nothing)


def finish(workspace: Workspace, run: Run[T], drafts: Sequence[Draft], waiting: Waiting | None = None) -> T:
    """Render the documents that a run came to, and run it with them.

    Refuses as the run does, and with what is wrong with a template; nothing is done then and no number taken.
    `NobodyWaits` when whoever waits for it leaves before it is done.
    """

    def make(draft: Draft) -> Files:
        return _rendered(workspace, draft, waiting)

    def look() -> Sequence[Draft]:
        try:
            _write(workspace, run, _nothing, trial=True)
        except Unmade as found:
            return found.drafts
        raise AssertionError("a trial is taken back")

    def kept(made: Made | None) -> T:
        if made is None:
            return _write(workspace, run, make)
        known = {mark(draft): files for draft, files in made}
        return _write(workspace, run, lambda draft: known.get(mark(draft)))

    return ahead(workspace, drafts, look, make, kept)


def _write(
    workspace: Workspace, run: Run[T], made: Callable[[Draft], Files | None], *, trial: bool = False
) -> T:
    def action(tx: Transaction) -> T:
        if made is not _nothing:
            while_keeping(tx)
        press = _Press(made=made)
        result = run(tx, press)
        if press.missing or trial:
            raise Unmade(press.missing)
        return result

    return workspace.write(action)


def _nothing(draft: Draft) -> None:
    """No document is rendered yet."""


def _rendered(workspace: Workspace, draft: Draft, waiting: Waiting | None) -> Files:
    """The files of a document, in words of the action when it cannot be made."""
    try:
        with nullcontext() if waiting is None else waiting.during(lambda: None):
            made = rendered(workspace, draft)
    except KubikError as error:
        words = message(
            "Nothing was done: “{document}” could not be made. {why}",
            document=draft.type.label, why=error.detail,
        )  # fmt: skip
        raise KubikError(error.code, words) from error
    if waiting is not None and waiting.left:
        raise NobodyWaits
    return made


def mark(draft: Draft) -> str:
    """What tells a rendering from others: all that goes into it. Of the ids of records only which are the same, since those
    of records that were made in a run which was taken back are others in the next."""
    said = [
        draft.number, draft.date.isoformat(), draft.label, draft.model, draft.language,
        {format: (each.sha256, each.format) for format, (each, _) in draft.templates.items()},
        {key: hashlib.sha256(content).hexdigest() for key, content in draft.data.files.items()},
        _without_ids(draft.data.values, {}),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _without_ids(value: Any, met: dict[tuple[str, int | None], int]) -> Any:
    """Values as they travel to be rendered, each record with its place among those that were met instead of its id."""
    match value:
        case ["record", {"entity": entity, "id": id, **rest}]:
            place = met.setdefault((entity, id), len(met))
            return ["record", entity, place, {key: _without_ids(each, met) for key, each in rest.items()}]
        case list() | tuple():
            return [_without_ids(each, met) for each in value]
        case Mapping():
            return {key: _without_ids(each, met) for key, each in value.items()}
    return value
