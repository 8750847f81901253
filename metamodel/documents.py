"""Documents of the model: what is issued for a record, from which templates, numbered how, for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metamodel.expression.tree import Expression
from metamodel.labels import Label

Format = Literal["docx", "html"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFile:
    """A template: the name of its file, the SHA-256 of its bytes (hexadecimal), and of which format it is."""

    file: str
    sha256: str
    format: Format


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentNumber:
    """The series of a document's numbers (as `number_series` has them); ``by`` is the uid of the record's date field
    whose year, month and day they bear, None the date of the document."""

    format: str
    restart: Literal["never", "year", "month", "day"] = "never"
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePart:
    """A piece of a file's name: literal text, the uid of a field, or the number or the date of the document."""

    text: str = ""
    field: str | None = None
    of_document: Literal["number", "date"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """A document that is issued for records of ``entity`` (uid).

    ``templates`` are those that may be used, at most one of each format; ``switched_off`` those that no longer fit the
    configuration. ``stages`` are uids, None is any; ``roles`` uids, None is everybody. ``file_name`` has no ending;
    empty means label and number. ``language`` None is that of who issues it.
    """

    uid: str
    name: str
    solution: str
    label: Label
    help: Label | None = None
    icon: str | None = None
    entity: str
    templates: tuple[TemplateFile, ...]
    switched_off: tuple[TemplateFile, ...] = ()
    number: DocumentNumber | None = None
    file_name: tuple[NamePart, ...] = ()
    stages: frozenset[str] | None = None
    when: Expression | None = None
    language: Literal["ru", "en"] | None = None
    roles: frozenset[str] | None = None
    order: int | None = None
    off: bool = False
    """Whether its part, or that of its entity, is switched off: no screen offers it."""

    def template(self, format: Format) -> TemplateFile | None:
        """The template of that format that may be used."""
        return next((each for each in self.templates if each.format == format), None)

    def place(self) -> tuple[bool, int, str]:
        """Its place among the documents of its entity."""
        return self.order is None, self.order or 0, self.name
