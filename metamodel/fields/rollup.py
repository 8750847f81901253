"""A value gathered from child rows or from records that link here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from metamodel.fields.computed import Computed
from metamodel.labels import Label


class Rollup(Computed):
    """A value gathered from child rows or from records that link here."""

    name: ClassVar[str] = "rollup"
    label: ClassVar[Label] = Label(ru="Итог по строкам", en="Rollup")
    options_schema: ClassVar[Mapping[str, Any]] = {"formula": {"$ref": "#/$defs/expression"}}
