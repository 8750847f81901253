"""How a document comes out for a record while its template is still being made: nothing is numbered, nothing kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from core.documents.checking import Checked, check
from core.documents.checking.repairing import repaired
from core.documents.gathering import Data, gather
from core.documents.reading import rewritten
from core.documents.reading.sketch import sketch_of
from core.documents.rendering import DocFacts, Renderers
from core.errors import KubikError
from core.storage.workspace import Transaction, Workspace
from core.web.context import Visit
from metamodel.documents import Format
from metamodel.model import Entity, Model
from renderers.documents.configuring.state import State
from renderers.documents.configuring.view import DocumentPage

MOST_MENDED = 20
"""Mistakes that are mended to look at a template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A document to be made outside of the transaction: what was read, from which template, for which record."""

    data: Data
    template: bytes
    format: Format
    day: date
    language: str

    def made(self, workspace: Workspace) -> bytes:
        """The document, with no number taken and nothing kept."""
        facts = DocFacts(number="…", date=self.day, preview=True)
        target: Literal["docx", "pdf"] = "docx" if self.format == "docx" else "pdf"
        renderers = workspace.companion(Renderers)
        return renderers.render(
            self.data, self.template, target, facts, self.language, self.format, "template"
        )


def pending(
    who: Visit,
    tx: Transaction,
    entity: Entity,
    record: int,
    format: Format,
    look: Checked,
    data: bytes,
    language: str,
) -> Pending:
    """What a document of a record is made from, with what the person may see of it. KBK2006."""
    spoken = language or who.language
    found = gather(tx, who.actor, entity, look.needs, [record], spoken).get(record)
    if found is None:
        raise KubikError("KBK2006")
    day = tx.now.astimezone(tx.workspace.zone).date()
    return Pending(data=found, template=data, format=format, day=day, language=spoken)


def finished(who: Visit, page: DocumentPage, order: Pending | None) -> DocumentPage:
    """The page with how the document comes out; outside of a transaction."""
    if order is None:
        return page
    try:
        return replace(page, result=sketch_of(order.made(who.workspace)), hidden=order.data.hidden)
    except KubikError as error:
        if error.status >= 500 and error.code != "KBK5011":
            raise
        return replace(
            page, result_words=who.texts.render(error.errors[0].message if error.errors else error.detail)
        )


def outcome(
    who: Visit,
    tx: Transaction,
    state: State,
    entity: Entity,
    look: Checked | None,
    data: bytes | None,
    record: str,
) -> tuple[Pending | None, str, str]:
    """What the document of a record is made from, an address to load it from, and why there is none."""
    spoken = who.texts
    if look is None or data is None or state.shown is None:
        return (
            None,
            "",
            spoken.gettext("Upload a template, or begin with the one that is made from the fields."),
        )
    if not record:
        return None, "", spoken.gettext("There is no record yet to try the template with.")
    mark = f"‹{spoken.gettext('not filled in')}›"
    mended = _without_faults(tx.model, entity, state.show, look, data, mark)
    if mended is None:
        return None, "", spoken.gettext("Mend the mistakes: then you see here how the document comes out.")
    href = "" if look.faults else f"/templates/look/{entity.name}/{record}/{state.shown.sha256}"
    if state.show == "html":
        return None, href, spoken.gettext("A page becomes a PDF: open it to look at it.")
    return pending(who, tx, entity, int(record), state.show, *mended, state.language), href, ""


def _without_faults(
    model: Model, entity: Entity, format: Format, look: Checked, data: bytes, mark: str
) -> tuple[Checked, bytes] | None:
    """The template to look at: its blocks as they were likely meant, a mark in the place of each value at fault; None when
    it cannot be made so."""
    for _ in range(MOST_MENDED):
        values = {tag.number for tag in look.tags if tag.kind == "value"}
        fault = next((f for f in look.faults if f.number not in values or f.kind == "place"), None)
        if fault is None or fault.repair is None:
            break
        data = repaired(format, data, fault.repair)
        look = check(model, entity, format, data)
    if look.faults:
        values = {tag.number for tag in look.tags if tag.kind == "value"}
        if any(fault.number not in values for fault in look.faults):
            return None
        data = rewritten(format, data, {fault.number: mark for fault in look.faults})
        look = check(model, entity, format, data)
    return None if look.faults else (look, data)
