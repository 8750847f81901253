"""What every field of one form is made with: the model, the rights, the content, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.access.grants import Grants
from core.i18n import Texts
from core.records import Standing
from metamodel.model import Entity, Field, Model
from renderers.forms.filled import Filled
from renderers.forms.view import Candidate
from renderers.pages.cells import Cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """What is known of a form besides its content, by JSON Pointer."""

    wrong: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, str] = field(default_factory=dict)
    candidates: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every field of one form is made with. ``action`` is ``create`` or ``update``."""

    model: Model
    grants: Grants
    action: str
    cells: Cells
    texts: Texts
    filled: Filled
    shown: Mapping[str, object] = field(default_factory=dict)
    """The stored record, for what can only be read."""
    told: Remarks = field(default_factory=Remarks)
    standing: Standing = field(default_factory=Standing)
    """Of the stored record: what is locked now, what does not stand, what was changed by hand."""

    def label(self, named: Field) -> str:
        """The label of a field in the reader's language."""
        return named.label.in_language(self.texts.language) or named.name


def editable(desk: Desk, entity: Entity, each: Field) -> bool:
    """Whether the reader may set the field on some record."""
    return each.writable and not each.read_only and each.uid in desk.grants.writable(entity.uid, desk.action)


def html_id(pointer: str) -> str:
    """The id of the field at a pointer."""
    return "f" + pointer.replace("/", "-")


def may_make(desk: Desk, link: Field) -> bool:
    """Whether the person may create what the link leads to, in a form of its own."""
    target = desk.model.entity_by_uid.get(link.target or "")
    return (
        target is not None
        and target.parent is None
        and not target.off
        and desk.grants.may(target.uid, "create")
    )
