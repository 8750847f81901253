"""A value computed from the record's own fields and those along its links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from metamodel.fields.computed import Computed
from metamodel.labels import Label


class Formula(Computed):
    """A value computed from the record's own fields and those along its links."""

    name: ClassVar[str] = "formula"
    label: ClassVar[Label] = Label(ru="Формула", en="Formula")
    options_schema: ClassVar[Mapping[str, Any]] = {"formula": {"$ref": "#/$defs/expression"}}
