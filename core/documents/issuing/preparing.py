"""A document before it is rendered: who may have it, what it says, which number would come, from which templates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from core.access.actor import Actor
from core.documents.checking import checked
from core.documents.gathering import Data, gather
from core.documents.issuing.naming import Parts, name_of, read_parts
from core.documents.issuing.numbers import blank_number, day_of, next_in, number_of, period_of
from core.documents.issuing.order import Order, wrong
from core.documents.needs import Needs
from core.documents.offering import find_type, refusals
from core.documents.rendering import DocFacts, Renderers
from core.documents.rendering.pool import Format
from core.errors import KubikError
from core.query.erased import last_act
from core.query.issued import Source
from core.query.read import titles
from core.records.statements import load
from core.storage.templates import template_bytes
from core.storage.workspace import Transaction, Workspace
from metamodel.documents import DocumentType, TemplateFile
from metamodel.labels import LANGUAGES
from metamodel.messages import Message, message

WAY = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document that can be rendered without a transaction.

    ``count`` is the count of its number, 0 for one without numbers; ``model``, ``version`` (of the record) and ``act`` (the last
    erasure) are what it was read under: it may be kept only while they are the same.
    """

    type: DocumentType
    record: int
    version: int
    model: int
    act: int
    data: Data
    parts: Parts
    title: str
    templates: Mapping[str, tuple[TemplateFile, bytes]] = field(repr=False)
    """By the format that is asked for: the template it is made from, with its bytes."""
    others: Mapping[str, TemplateFile]
    """By every format that it can be had in: the template."""
    date: dt.date
    numbered_on: dt.date
    period: str
    count: int
    language: str

    @property
    def number(self) -> str | None:
        """Its number, when it is issued now."""
        return number_of(self.type.number, self.numbered_on, self.count) if self.type.number else None

    @property
    def label(self) -> str:
        """What it is called in its own text."""
        return self.type.label.in_language(self.language) or self.type.name

    @property
    def name(self) -> str:
        """The name of its files."""
        return self.named(self.number)

    def named(self, number: str | None) -> str:
        """The name of its files with that number."""
        return name_of(self.type, self.parts, number, self.date, self.language, self.title)

    @property
    def made_of(self) -> tuple[Source, ...]:
        """Every cell it was made from."""
        return (*self.data.made_of, *self.parts.made_of)


def prepare(tx: Transaction, actor: Actor, order: Order, record: int) -> Draft:
    """What is asked for of one record.

    Refuses: KBK2006 (no such document or record for the actor), KBK4002, KBK3017 (not in this state), KBK2009 (a format
    that is not to be had, more records than can be read).
    """
    way, tx.way = tx.way, WAY
    try:
        type_ = find_type(tx, actor, order.type)
        refusal = refusals(tx, actor, type_, [record]).get(record)
        if refusal is not None:
            raise refusal
        return _draft(tx, actor, type_, order, record)
    finally:
        tx.way = way


def _draft(tx: Transaction, actor: Actor, type_: DocumentType, order: Order, record: int) -> Draft:
    language = language_of(type_, order, actor)
    chosen = templates_for(tx.workspace, type_, order.formats)
    read = {format: (each, template_bytes(tx, each.sha256)) for format, each in chosen.items()}
    needs, others = Needs({}), dict(chosen)
    for each, content in read.values():
        needs = needs.joined(needs_of(tx, type_, each, content))
    for format in formats_of(tx.workspace, type_):
        found = templates_for(tx.workspace, type_, (format,))[format]
        other = checked(tx.model, type_, found, lambda sha256=found.sha256: template_bytes(tx, sha256))  # type: ignore[misc]
        if not other.faults:
            others[format], needs = found, needs.joined(other.needs)
    data = gather(tx, actor, type_, needs, (record,), language).get(record)
    if data is None:
        raise KubikError("KBK2006")
    entity = tx.model.entity_by_uid[type_.entity]
    asked = order.date or tx.now.astimezone(tx.workspace.zone).date()
    stored = load(tx, entity, [record])[record]
    day = day_of(tx, type_, asked, stored)
    in_period = period_of(type_.number, day) if type_.number else ""
    count = next_in(tx, type_.uid, in_period) if type_.number else 0
    return Draft(
        type=type_, record=record, version=int(stored["version"]), model=tx.model.version, act=last_act(tx), data=data,
        parts=read_parts(tx, actor, type_, record, language), title=titles(tx, actor, entity, (record,))[record].title,
        templates=read, others=others, date=asked, numbered_on=day, period=in_period, count=count, language=language,
    )  # fmt: skip


def language_of(type_: DocumentType, order: Order, actor: Actor) -> str:
    """The language of a document: its own, else the one asked for, else that of who issues it."""
    asked = type_.language or order.language or actor.language
    return asked if asked in LANGUAGES else "en"


def formats_of(workspace: Workspace, type_: DocumentType) -> tuple[str, ...]:
    """The formats that a document can be had in here."""
    return tuple(workspace.companion(Renderers).formats_of(type_.templates))


def make_ready(workspace: Workspace, type_: DocumentType, language: str) -> None:
    """Load what makes such documents while somebody still reads the form; what fails here is told when one is made."""
    for template in type_.templates:
        with suppress(KubikError):
            workspace.companion(Renderers).warm(template.format, type_.language or language)


def templates_for(
    workspace: Workspace, type_: DocumentType, formats: tuple[str, ...]
) -> dict[str, TemplateFile]:
    """The template from which each format is made; KBK2009 for one that is not to be had here."""
    there = formats_of(workspace, type_)
    found = {}
    for each in formats:
        own = type_.template("docx") if each == "docx" else type_.template("html") or type_.template("docx")
        if each not in there or own is None:
            raise wrong("/format", _why_not(type_, each, there))
        found[each] = own
    return found


def _why_not(type_: DocumentType, format: str, there: tuple[str, ...]) -> Message:
    if format == "pdf":
        return message(
            "“{document}” is not to be had as PDF: it has no HTML template, and there is no LibreOffice on the server to"
            " make one from Word. It is made in: {known}.",
            document=type_.label, known=list(there),
        )  # fmt: skip
    return message(
        "“{document}” has no Word template; it is made in: {known}.", document=type_.label, known=list(there)
    )


def needs_of(tx: Transaction, type_: DocumentType, template: TemplateFile, content: bytes) -> Needs:
    """What a template reads; KBK5009 for one that no longer fits."""
    found = checked(tx.model, type_, template, lambda: content)
    if found.faults:
        raise KubikError("KBK5009", found.faults[0].message)
    return found.needs


def render(draft: Draft, workspace: Workspace, *, preview: bool = False) -> dict[str, bytes]:
    """The files of a document by their formats; no transaction is open meanwhile, unless the caller wants it so."""
    number = draft.number
    if preview and draft.type.number is not None:
        number = blank_number(draft.type.number, draft.numbered_on)
    facts = DocFacts(
        number=number, date=draft.date, name=draft.label, version=draft.model, preview=preview
    )  # fmt: skip
    renderers = workspace.companion(Renderers)
    return {
        format: renderers.render(
            draft.data,
            content,
            cast(Format, format),
            facts,
            draft.language,
            source=template.format,
            name=template.file,
        )
        for format, (template, content) in draft.templates.items()
    }
