"""What a definition of a solution begins with: its name and names of before, what it is called, whose it is."""

# ruff: noqa: RUF009 (part() and its like make dataclasses.field)

from __future__ import annotations

from dataclasses import dataclass

from metamodel.codec import LABEL, ONE_OR_MORE, part, place, whole
from metamodel.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedDefinition:
    """The keys that roles, views, reports, documents and actions have first, in the order of the published schema."""

    place: str = place()
    name: str = whole()
    uid: str = part(default="")
    renamed_from: tuple[str, ...] = part(ONE_OR_MORE, default=())
    solution: str = part(default="")
    label: Label | None = part(LABEL)
    help: Label | None = part(LABEL)
