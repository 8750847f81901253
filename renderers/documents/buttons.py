"""Buttons of documents: which of them somebody can have of a record now, and of what they choose in a list."""

from __future__ import annotations

from core.access.actor import Actor
from core.documents.offering import offered, types_of
from core.i18n import Texts
from core.storage.workspace import Transaction
from metamodel.documents import DocumentType
from metamodel.model import Entity, Model
from renderers.documents.view import DocumentButton
from renderers.pages.icons import icon_name

ICON = "file-text"
"""What stands for a document without an icon of its own."""


def on_card(
    tx: Transaction, actor: Actor, entity: Entity, id: int, texts: Texts
) -> tuple[DocumentButton, ...]:
    """The documents of a card: by right, stage and condition."""
    types = offered(tx, actor, entity, (id,))[id]
    return tuple(_button(each, f"/e/{entity.name}/{id}/documents/{each.name}", texts) for each in types)


def prints(model: Model, actor: Actor, entity: Entity) -> bool:
    """Whether somebody may have documents of records of the entity at all."""
    return bool(types_of(model, actor, entity))


def label_of(type_: DocumentType, texts: Texts) -> str:
    """What a document is called before people."""
    return type_.label.in_language(texts.language) or type_.name


def _button(type_: DocumentType, href: str, texts: Texts) -> DocumentButton:
    return DocumentButton(
        label=label_of(type_, texts),
        help=(type_.help.in_language(texts.language) or "") if type_.help else "",
        icon=icon_name(type_.icon, ICON),
        href=href,
    )
