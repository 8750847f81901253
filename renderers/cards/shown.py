"""A record that is to be drawn: what was read of it, and what its reader may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.access.actor import Actor
from core.access.grants import Grants
from core.i18n import Texts
from core.query.names import readable_fields
from core.records import Standing, standing
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.expression.tree import Expression
from metamodel.model import Entity, Field, Model
from renderers.forms.layout import Part, parts
from renderers.forms.lists import read_names
from renderers.pages.cells import Cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A record to be drawn. ``allowed`` are the actions that may be done with this very record."""

    who: Visit
    tx: Transaction
    grants: Grants
    entity: Entity
    item: Mapping[str, Any]
    title: str
    cells: Cells
    allowed: frozenset[str]
    parts: tuple[Part, ...]
    standing: Standing = field(default_factory=Standing)
    refused: str = ""

    @property
    def model(self) -> Model:
        return self.tx.model

    @property
    def actor(self) -> Actor:
        return self.who.actor

    @property
    def texts(self) -> Texts:
        return self.who.texts

    @property
    def id(self) -> int:
        identity: int = self.item["id"]
        return identity

    @property
    def here(self) -> str:
        """The address of the card."""
        return f"/e/{self.entity.name}/{self.id}"

    @property
    def deleted(self) -> bool:
        return self.item.get("deleted_at") is not None

    def label(self, named: Field) -> str:
        return named.label.in_language(self.texts.language) or named.name

    def stands(self, named: Field) -> bool:
        """Whether the field is to be seen: it is there for this reader, and its `visible_if` holds."""
        return named.name in self.item and named.name not in self.standing.hidden

    def changes(self, named: Field) -> bool:
        """Whether the reader may change the field here."""
        return (
            "update" in self.allowed
            and not self.deleted
            and named.writable
            and not named.read_only
            and named.name not in self.standing.locked
            and named.uid in self.grants.writable(self.entity.uid, "update")
        )


def card_fields(model: Model, entity: Entity, grants: Grants) -> tuple[str, ...]:
    """The names a card asks for: all that may be read, child rows to any depth too."""
    return tuple(
        name
        for f in readable_fields(grants, entity)
        if not (f.system and f.name == "position") and not f.off
        for name in (read_names(model, grants, f) if f.type.name == "children" else (f.name,))
    )


def seen_parts(entity: Entity, grants: Grants, language: str) -> tuple[Part, ...]:
    """The tabs of the card with the fields that the reader may see somewhere."""
    visible = {uid for uid in grants.readable(entity.uid) if not entity.by_uid[uid].off}
    return parts(entity, visible, language)


def standing_of(
    tx: Transaction, actor: Actor, entity: Entity, identity: int, laid: tuple[Part, ...]
) -> Standing:
    """What is locked and hidden of the record now; sections by the ids that `section_id` gives them."""
    conditions: dict[str, Expression] = {
        section_id(number, index): group.visible_if
        for number, part in enumerate(laid)
        for index, group in enumerate(part.groups)
        if group.visible_if is not None
    }
    return standing(tx, actor, entity, (identity,), conditions)[identity]


def section_id(tab: int, section: int) -> str:
    """The id of a section on the page."""
    return f"part-{tab + 1}-{section + 1}"
