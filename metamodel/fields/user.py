"""A link to a person who uses the system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from metamodel.fields.link import LINK_OPTIONS, Link
from metamodel.fields.operators import OF_USER
from metamodel.labels import Label


class User(Link):
    """A link to the system's entity ``user``."""

    name: ClassVar[str] = "user"
    label: ClassVar[Label] = Label(ru="Пользователь", en="User")
    cell: ClassVar[str] = "person"
    operators: ClassVar[tuple[str, ...]] = OF_USER
    options_schema: ClassVar[Mapping[str, Any]] = LINK_OPTIONS
