"""A number of a telephone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.operators import OF_TEXT
from metamodel.fields.texts import clean_text
from metamodel.labels import Label
from metamodel.messages import Message, message

if TYPE_CHECKING:
    from metamodel.model import Field

_EXTENSION = re.compile(
    r"[\s,]*(?:доб(?:авочный)?|вн(?:утр(?:енний)?)?)[.:]?\s*(?:№\s*)?([0-9]{1,11})$", re.IGNORECASE
)

REGION = "RU"
"""Whose numbers are written without a country, when the definition does not say."""


class Phone(FieldType):
    """Kept as E.164 with ``;ext=`` (RFC 3966); typed in any usual spelling, shown as its country writes it."""

    name: ClassVar[str] = "phone"
    label: ClassVar[Label] = Label(ru="Телефон", en="Phone")
    widget: ClassVar[str] = "phone"
    cell: ClassVar[str] = "phone"
    operators: ClassVar[tuple[str, ...]] = OF_TEXT
    options_schema: ClassVar[Mapping[str, Any]] = {
        "region": {
            "enum": sorted(phonenumbers.SUPPORTED_REGIONS),
            "description": "the country whose numbers are written without its code",
        },
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="text")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "pattern": "^\\+[1-9][0-9]{4,16}(?:;ext=[0-9]{1,20})?$"}

    def parse(self, field: Field, raw: Any, context: Context) -> str | None:
        text = clean_text(raw, context, longest=100, lines=False)
        return None if text is None else e164(text.strip(), region_of(field))

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium == "json" or not value:
            return value if context.medium == "json" else ""
        return spelled(value, region_of(field), context.language)


def region_of(field: Field) -> str:
    """The region that a field's numbers are of when they do not say."""
    return str(field.options.get("region", REGION))


def e164(text: str, region: str) -> str:
    """``+74951234567`` or ``+74951234567;ext=5`` of any spelling; refuses what nobody can call, saying why."""
    try:
        number = phonenumbers.parse(_EXTENSION.sub(r" ext. \1", text.removeprefix("tel:")), region)
    except NumberParseException as error:
        raise _refused(
            message("A telephone number is expected, such as {example}.", example="+7 495 123-45-67")
        ) from error
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            raise _refused(message("The telephone number has too few digits."))
        case ValidationResult.TOO_LONG:
            raise _refused(message("The telephone number has too many digits."))
        case ValidationResult.INVALID_COUNTRY_CODE:
            raise _refused(
                message("There is no country with the telephone code +{code}.", code=number.country_code)
            )
        case ValidationResult.INVALID_LENGTH:
            raise _refused(message("A telephone number of this country has another number of digits."))
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


@lru_cache(maxsize=10_000)
def spelled(value: str, region: str, language: str) -> str:
    """A kept number as people write it: in its own country's manner, from abroad with its code.

    What would not be read back as the same number stays as it is kept.
    """
    try:
        number = phonenumbers.parse(value, None)
    except NumberParseException:
        return value
    extension, number.extension = number.extension, None
    home = phonenumbers.country_code_for_region(region) == number.country_code
    text = phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    )
    if extension:
        text += f" {'доб.' if language == 'ru' else 'ext.'} {extension}"
    try:
        return text if e164(text, region) == value else value
    except ValueRefused:
        return value


def _refused(why: Message) -> ValueRefused:
    return ValueRefused("KBK3002", why)
