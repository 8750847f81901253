"""The screen of a document, made: its template with faults in it, tags to copy, what can be chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from core.documents.checking import Checked, check
from core.documents.reading.html import page_of
from core.documents.reading.sketch import Sketch, sketch_of
from core.documents.reading.tags import spans
from core.errors import KubikError
from core.query.query import Query
from core.query.read import read, titles
from core.storage.templates import template_bytes
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.labels import Label
from metamodel.model import Entity, Model
from renderers.documents.configuring.state import FORMATS, State, state_of
from renderers.documents.configuring.tags import tag_lines
from renderers.documents.configuring.trying import Pending, outcome
from renderers.documents.configuring.view import (
    Choice,
    DocumentPage,
    FaultView,
    FileView,
    SourceLine,
)

MOST_RECORDS = 30
MOST_LINES = 2_000


def page_of_state(
    who: Visit, tx: Transaction, state: State, refused: tuple[str, ...] = ()
) -> tuple[DocumentPage, Pending | None]:
    """The screen of a document, and what `finished` makes for it."""
    entity, spoken = tx.model.entities[state.entity], who.texts
    look, data = _looked(tx, state, entity)
    faults = tuple(_faults(who, look)) if look is not None else ()
    sketch: Sketch | None = None
    source: tuple[SourceLine, ...] = ()
    if data is not None and look is not None:
        sketch = sketch_of(data) if state.show == "docx" else None
        source = tuple(_source(data)) if state.show == "html" else ()
    records = _records(who, tx, state, entity)
    record = next((each.value for each in records if each.chosen), "")
    tags = [tag for tag in look.tags if tag.kind != "comment" and not tag.twin] if look is not None else []
    wrong = {fault.number for fault in look.faults} if look is not None else set()
    order, href, why = outcome(who, tx, state, entity, look, data, record)
    page = DocumentPage(
        title=_title(who, state), state=state,
        action=f"/templates/{state.name}" if state.name else f"/templates/new/{entity.name}",
        entity_label=spoken.render(entity.label), files=tuple(_files(state)), faults=faults, places=len(tags),
        good=sum(1 for tag in tags if tag.number not in wrong), refused=refused, sketch=sketch, source=source,
        faulty=_faulty(look), result=None, result_href=href, result_words=why, hidden=0,
        records=records, stages=tuple(_stages(who, entity, state)), roles=tuple(_roles(who, tx.model, state)),
        dates=tuple(_dates(who, entity, state)), tags=tuple(tag_lines(who, tx.model, entity)),
        changed=not state.name or state != _with_look(state_of(tx.model, state.name), state),
    )  # fmt: skip
    return page, order


def _with_look(was: State, now: State) -> State:
    return replace(was, show=now.show, record=now.record)


def _title(who: Visit, state: State) -> str:
    label = Label(ru=state.labels.get("ru") or None, en=state.labels.get("en") or None)
    return who.texts.render(label) or who.texts.gettext("New document")


def _looked(tx: Transaction, state: State, entity: Entity) -> tuple[Checked | None, bytes | None]:
    chosen = state.shown
    if chosen is None:
        return None, None
    try:
        data = template_bytes(tx, chosen.sha256)
        return check(tx.model, entity, state.show, data), data
    except KubikError as error:
        if error.status >= 500:
            raise
        return None, None


def _faults(who: Visit, look: Checked) -> Iterator[FaultView]:
    spoken = who.texts
    first = next((n for n, fault in enumerate(look.faults, 1) if fault.repair is not None), 0)
    for number, fault in enumerate(look.faults, 1):
        yield FaultView(
            number=number, title=spoken.render(fault.message), tag=fault.tag, place=spoken.render(fault.place.words()),
            near=fault.place.near if fault.place.near != fault.tag else "", hint=spoken.render(fault.hint),
            repair=spoken.render(fault.repair.words) if fault.repair is not None else "", first=number == first,
        )  # fmt: skip


def _faulty(look: Checked | None) -> dict[int, int]:
    found: dict[int, int] = {}
    for number, fault in enumerate(look.faults if look is not None else (), 1):
        found.setdefault(fault.number, number)
    return found


def _source(data: bytes) -> Iterator[SourceLine]:
    """A page line by line, its tags apart."""
    text = page_of(data)
    marks = [(span.start, span.end, number) for number, span in enumerate(spans(text, strays=False))]
    at = first = 0
    for number, line in enumerate(text.splitlines(keepends=True)[:MOST_LINES], 1):
        pieces: list[tuple[str, int | None]] = []
        place, ending = at, at + len(line)
        while first < len(marks) and marks[first][1] <= at:
            first += 1
        for start, end, tag in marks[first:]:
            if start >= ending:
                break
            pieces.append((text[place : max(start, at)], None))
            pieces.append((text[max(start, at) : min(end, ending)], tag))
            place = min(end, ending)
        pieces.append((text[place:ending].rstrip("\n"), None))
        at = ending
        yield SourceLine(number=number, pieces=tuple(piece for piece in pieces if piece[0]))


def _files(state: State) -> Iterator[FileView]:
    for format in FORMATS:
        chosen = state.files.get(format)
        if chosen is not None:
            yield FileView(
                format=format, file=chosen.file, sha256=chosen.sha256,
                href=f"/templates/file/{chosen.sha256}/{quote(chosen.file)}",
                current=format == state.show, fresh=chosen.fresh, off=chosen.off and not chosen.fresh,
            )  # fmt: skip


def _records(who: Visit, tx: Transaction, state: State, entity: Entity) -> tuple[Choice, ...]:
    """The newest records, to look at the document with."""
    try:
        page = read(tx, who.actor, Query(entity=entity.name, fields=(), sort=("-id",), limit=MOST_RECORDS))
    except KubikError:
        return ()
    ids = [int(item["id"]) for item in page.items]
    named = titles(tx, who.actor, entity, set(ids))
    chosen = int(state.record) if state.record.isdigit() and int(state.record) in ids else next(iter(ids), 0)
    return tuple(
        Choice(value=str(id), label=named[id].title or str(id), chosen=id == chosen)
        for id in ids
        if id in named
    )


def _stages(who: Visit, entity: Entity, state: State) -> Iterator[Choice]:
    for pipeline in entity.stages.pipelines if entity.stages is not None else ():
        for stage in pipeline.stages:
            yield Choice(
                value=stage.name, label=who.texts.render(stage.label), chosen=stage.name in state.stages
            )


def _roles(who: Visit, model: Model, state: State) -> Iterator[Choice]:
    for role in model.roles.values():
        if not role.everything:
            yield Choice(value=role.name, label=who.texts.render(role.label), chosen=role.name in state.roles)


def _dates(who: Visit, entity: Entity, state: State) -> Iterator[Choice]:
    for field in entity.fields:
        if field.type.name in ("date", "datetime") and not field.system:
            yield Choice(value=field.name, label=who.texts.render(field.label), chosen=field.name == state.by)
