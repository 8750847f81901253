"""A field of a linked record, shown here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from metamodel.fields.computed import Computed
from metamodel.labels import Label


class Lookup(Computed):
    """A field of a linked record, at the end of a path of links."""

    name: ClassVar[str] = "lookup"
    label: ClassVar[Label] = Label(ru="Поле связанной записи", en="Lookup")
    options_schema: ClassVar[Mapping[str, Any]] = {
        "path": {"$ref": "#/$defs/path", "description": "links, then a field: company.city"},
    }
