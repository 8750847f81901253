"""The field types, one file each, and the list of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from metamodel.fields.base import FieldType
from metamodel.fields.boolean import Boolean
from metamodel.fields.children import Children
from metamodel.fields.choice import Choice
from metamodel.fields.choices import Choices
from metamodel.fields.color import Color
from metamodel.fields.date import Date
from metamodel.fields.datetime import DateTime
from metamodel.fields.decimal import Decimal
from metamodel.fields.department import Department
from metamodel.fields.duration import Duration
from metamodel.fields.email import Email
from metamodel.fields.file import File
from metamodel.fields.files import Files
from metamodel.fields.formula import Formula
from metamodel.fields.image import Image
from metamodel.fields.integer import Integer
from metamodel.fields.json import Json
from metamodel.fields.link import Link
from metamodel.fields.link_any import LinkToAny
from metamodel.fields.links import Links
from metamodel.fields.long_text import LongText
from metamodel.fields.lookup import Lookup
from metamodel.fields.money import Money
from metamodel.fields.number_series import NumberSeries
from metamodel.fields.percent import Percent
from metamodel.fields.phone import Phone
from metamodel.fields.plugged import plugged
from metamodel.fields.rating import Rating
from metamodel.fields.rich_text import RichText
from metamodel.fields.rollup import Rollup
from metamodel.fields.secret import Secret
from metamodel.fields.text import Text
from metamodel.fields.time import Time
from metamodel.fields.url import Url
from metamodel.fields.user import User
from metamodel.fields.users import Users

_TYPES: tuple[type[FieldType], ...] = (
    Text, LongText, RichText, Email, Phone, Url, Integer, Decimal, Money, Percent, Rating, Boolean, Date, DateTime, Time,
    Duration, Choice, Choices, Color, Json, Link, Links, LinkToAny, User, Users, Department, File, Files, Image, Secret, Children,
    NumberSeries, Formula, Lookup, Rollup,
)  # fmt: skip


@cache
def built_in_types() -> Mapping[str, FieldType]:
    """The field types of Kubik itself by name."""
    return MappingProxyType({type_.name: type_() for type_ in _TYPES})


@cache
def field_types() -> Mapping[str, FieldType]:
    """Every field type by its name, in the order in which they are offered: the built-in ones, then those of plugins."""
    return MappingProxyType({**built_in_types(), **{each.name: each for each in plugged().types}})
