"""Documents that were issued as people see them: in the panel of a card, on a page of their own."""

from __future__ import annotations

from collections.abc import Sequence

from core.access.actor import Actor
from core.i18n import Texts
from core.query.issued import Issued, documents
from core.query.read import titles
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from renderers.documents.buttons import ICON, label_of
from renderers.documents.view import KeptFile, KeptLine
from renderers.pages.icons import icon_name
from renderers.pages.notices import Notice
from renderers.pages.sizes import size_words

FORMAT_LABELS = {"pdf": "PDF", "docx": "Word"}


def kept_lines(
    who: Visit, tx: Transaction, actor: Actor, documents: Sequence[Issued]
) -> tuple[KeptLine, ...]:
    """Documents that the person may open, as lines."""
    texts = who.texts
    authors = {each.author for each in documents if each.author is not None}
    people = titles(tx, actor, tx.model.entities["user"], authors) if authors else {}

    def line(found: Issued) -> KeptLine:
        known = tx.model.document_by_uid.get(found.type)
        by = people.get(found.author) if found.author is not None else None
        name = by.title if by is not None and by.id is not None else texts.gettext("Somebody")
        at = found.at.astimezone(who.zone)
        return KeptLine(
            id=found.id,
            label=label_of(known, texts) if known else texts.gettext("Document"),
            number=found.number or "",
            name=found.name,
            icon=icon_name(known.icon if known else None, ICON),
            day=texts.render(message("of {day}", day=texts.date(found.date))),
            told=texts.render(message("{person}, {day}, {time}", person=name, day=texts.date(at.date()), time=texts.time(at.time()))),
            files=tuple(_file(found, each, texts) for each in found.formats),
            erased=found.erased is not None,
            href=f"/documents/{found.id}",
        )  # fmt: skip

    return tuple(map(line, documents))


def issued_notice(who: Visit, tx: Transaction, id: int) -> Notice | None:
    """What tells somebody of the document that they have just issued: its number, and the way to its files."""
    found = documents(tx, who.actor, (id,)).get(id)
    if found is None:
        return None
    known = tx.model.document_by_uid.get(found.type)
    name = " ".join(filter(None, (label_of(known, who.texts) if known else "", found.number)))
    files = (_file(found, each, who.texts) for each in sorted(found.formats, reverse=True))
    return Notice(
        text=who.texts.render(message("Issued: {document}", document=name or found.name)),
        links=tuple((each.label, each.href) for each in files),
    )


def _file(found: Issued, format: str, texts: Texts) -> KeptFile:
    ending, made = "" if format == "pdf" else "?download", found.file(format)
    return KeptFile(
        label=FORMAT_LABELS.get(format, format.upper()),
        href=f"/files/issued/{found.id}/{format}{ending}",
        size=size_words(texts, made.size) if made else "",
    )
