"""A link to a department."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from metamodel.fields.link import LINK_OPTIONS, Link
from metamodel.fields.operators import OF_DEPARTMENT
from metamodel.labels import Label


class Department(Link):
    """A link to the system's entity ``department``."""

    name: ClassVar[str] = "department"
    label: ClassVar[Label] = Label(ru="Подразделение", en="Department")
    operators: ClassVar[tuple[str, ...]] = OF_DEPARTMENT
    options_schema: ClassVar[Mapping[str, Any]] = LINK_OPTIONS
