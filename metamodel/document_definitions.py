"""Definitions of documents made for a record: their template files, numbering, where and for whom they are offered."""

# ruff: noqa: RUF009 (part() and its like make dataclasses.field)

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from metamodel.codec import EXPRESSION, NAMES, many, one, part, whole
from metamodel.owned_definition import OwnedDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDefinition:
    """A template file; ``sha256`` says which bytes, ``off`` that it no longer fits the configuration."""

    file: str = whole()
    sha256: str = part(default="")
    off: bool = part(default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentNumberDefinition:
    """The series a document takes its number from, always without gaps; ``by`` names a date field of the record."""

    format: str = whole()
    by: str | None = part()
    restart: Literal["never", "year", "month", "day"] = part(default="never")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDefinition(OwnedDefinition):
    """A document that is issued for records of an entity."""

    kind: ClassVar[str] = "document"
    icon: str | None = part()
    entity: str = whole()
    templates: tuple[TemplateDefinition, ...] = whole(many(TemplateDefinition))
    number: DocumentNumberDefinition | None = part(one(DocumentNumberDefinition))
    file_name: str | None = part()
    stages: tuple[str, ...] | None = part(NAMES)
    when: str | None = part(EXPRESSION)
    language: Literal["ru", "en"] | None = part()
    roles: tuple[str, ...] | None = part(NAMES)
    order: int | None = part()
    of_part: str | None = part(key="part")
