"""Which columns of a list can be edited by a person at all, and in words why others cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from core.access.grants import Grants
from core.query.names import FieldPath
from metamodel.messages import Message, message
from metamodel.model import Entity, Field, Model
from renderers.lists.columns import readable

How = Literal["", "value", "move"]
"""How a cell is changed: not at all, by its own value, by a move to another stage."""

ELSEWHERE = ("children", "rich_text", "json", "file", "image", "files", "secret")
"""Types whose widgets need more room than a cell: they are edited on the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditColumn:
    """A column of a list; ``why`` is the reason for which none of its cells can be edited."""

    path: FieldPath
    how: How = ""
    why: Message | None = None

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def field(self) -> Field:
        return self.path.field


def edit_columns(model: Model, grants: Grants, entity: Entity, names: Iterable[str]) -> Iterator[EditColumn]:
    """The columns of these names that the reader may see, those that are not there for them left out."""
    for name in names:
        path = readable(model, grants, entity, name)
        if path is not None:
            yield edit_column(grants, entity, path)


def edit_column(grants: Grants, entity: Entity, path: FieldPath) -> EditColumn:
    """Whether some cell of the column may be edited, by the model and the grants together."""
    field = path.field
    if len(path.fields) > 1:
        through = path.fields[0]
        why = message("“{field}” is changed on the card of “{link}”.", field=field.label, link=through.label)
        return EditColumn(path=path, why=why)
    if field.computed is not None:
        return EditColumn(path=path, why=message("“{field}” is computed.", field=field.label))
    if entity.stages is not None and field.uid == entity.stages.field:
        if grants.may(entity.uid, "move"):
            return EditColumn(path=path, how="move")
        return EditColumn(path=path, why=message("You may not move records to other stages."))
    if not field.writable or field.read_only:
        return EditColumn(path=path, why=message("“{field}” is kept by the system.", field=field.label))
    if field.uid not in grants.writable(entity.uid, "update"):
        return EditColumn(path=path, why=message("You may not change “{field}”.", field=field.label))
    if field.type.name in ELSEWHERE:
        return EditColumn(path=path, why=message("“{field}” is changed on the card.", field=field.label))
    return EditColumn(path=path, how="value")
