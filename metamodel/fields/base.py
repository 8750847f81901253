"""What a field type is: ten members, and the context in which it parses and formats values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Field

Medium = Literal["json", "form", "csv", "text"]
"""Where a value comes from or goes to: the wire, a form's input, a file of a spreadsheet, a screen for reading."""

Storage = Literal[
    "text", "integer", "decimal", "boolean", "date", "datetime", "time", "duration", "choice", "choices", "json",
    "link", "link_any", "secret", "links", "none",
]  # fmt: skip
"""What a column holds; ``links`` has a table of its own and no column, ``none`` has neither (children, computed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """How a value is written: the medium, the reader's language, and the zone in which an instant is shown."""

    medium: Medium = "json"
    language: str = "en"
    zone: str = "UTC"
    today: date | None = None
    """The day that a date typed without its year is near; None is the present one in ``zone``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnType:
    """A column without a database: its storage, and the digits after the point of a decimal."""

    storage: Storage
    scale: int = 0
    html: bool = False
    """Whether a text is HTML, of which the words are compared and searched."""


SIBLING: Mapping[str, Any] = {"$ref": "#/$defs/sibling"}
"""JSON Schema of an option that names another field of the same entity: a rename follows it, a fault names it."""


class FieldType(ABC):
    """A kind of field. One instance a type, no state; ``field`` gives the options of the one in question.

    Values inside the engine: text str; integer int; decimal, money, percent Decimal at the field's scale; boolean
    bool; date date; datetime aware UTC; time a time without a zone, to the second; duration a `Span`
    (whole seconds); choice and stage the uid of the choice; choices a tuple of uids in the defined order; json a `JsonValue`;
    email, phone, url, color, rich_text and number_series str; rating int; link and user the id (int); empty is None
    for all.
    """

    name: ClassVar[str]
    label: ClassVar[Label]
    widget: ClassVar[str]
    """Name of the template that edits it: ``renderers/templates/widgets/<widget>.html``."""
    cell: ClassVar[str]
    """Name of the template that shows it: ``renderers/templates/cells/<cell>.html``."""
    operators: ClassVar[tuple[str, ...]]
    """Names from `metamodel.fields.operators` that a filter offers."""
    options_schema: ClassVar[Mapping[str, Any]]
    """JSON Schema ``properties`` of the options that are this type's own."""

    @abstractmethod
    def column_type(self, field: Field) -> ColumnType:
        """What its column holds."""

    @abstractmethod
    def json_schema(self, field: Field) -> dict[str, Any]:
        """JSON Schema 2020-12 of its value as it is read from the API; null is added by the caller."""

    @abstractmethod
    def parse(self, field: Field, raw: Any, context: Context) -> Any:
        """The value of what was written, None for empty; raises `ValueRefused`."""

    @abstractmethod
    def format(self, field: Field, value: Any, context: Context) -> Any:
        """The value as the medium writes it: a JSON value for ``json``, else a string; None and "" for empty."""


class JudgedTogether(FieldType):
    """A type whose values are also judged beside other fields of their record, which its options name (`SIBLING`)."""

    @abstractmethod
    def judge(self, field: Field, value: Any, others: Mapping[str, Any]) -> None:
        """Raise `ValueRefused` when ``value`` does not go with the values of ``others``, by name of the option; called
        after every write of one of them, never for an empty value."""


def siblings(kind: FieldType) -> tuple[str, ...]:
    """The options of a type that name another field of the same entity."""
    return tuple(key for key, schema in kind.options_schema.items() if schema.get("$ref") == SIBLING["$ref"])
