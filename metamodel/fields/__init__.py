"""The field types, one file each, and the list of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from metamodel.fields.base import FieldType
from metamodel.fields.boolean import Boolean
from metamodel.fields.children import Children
from metamodel.fields.choice import Choice
from metamodel.fields.date import Date
from metamodel.fields.datetime import DateTime
from metamodel.fields.decimal import Decimal
from metamodel.fields.formula import Formula
from metamodel.fields.integer import Integer
from metamodel.fields.link import Link
from metamodel.fields.long_text import LongText
from metamodel.fields.lookup import Lookup
from metamodel.fields.money import Money
from metamodel.fields.number_series import NumberSeries
from metamodel.fields.percent import Percent
from metamodel.fields.rollup import Rollup
from metamodel.fields.text import Text
from metamodel.fields.user import User

_TYPES: tuple[type[FieldType], ...] = (
    Text, LongText, Integer, Decimal, Money, Percent, Boolean, Date, DateTime, Choice, Link, User, Children,
    NumberSeries, Formula, Lookup, Rollup,
)  # fmt: skip


@cache
def field_types() -> Mapping[str, FieldType]:
    """Every field type by its name, in the order in which they are offered."""
    return MappingProxyType({type_.name: type_() for type_ in _TYPES})
