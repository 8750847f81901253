"""An address of electronic mail."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.hosts import host_name, is_domain
from metamodel.fields.operators import OF_TEXT
from metamodel.fields.texts import clean_text
from metamodel.labels import Label
from metamodel.messages import Message, message

if TYPE_CHECKING:
    from metamodel.model import Field

LONGEST = 254
"""Characters of an address (RFC 5321)."""

_ATOM = re.compile(r"[^\s\x00-\x20\x7f-\xa0()<>@,;:\\\"\[\].]+")
_NAMED = re.compile(r"[^<>]*<([^<>]+)>")


class Email(FieldType):
    """One address, also of a domain in Cyrillic; the domain is kept in small letters."""

    name: ClassVar[str] = "email"
    label: ClassVar[Label] = Label(ru="Электронная почта", en="E-mail")
    widget: ClassVar[str] = "email"
    cell: ClassVar[str] = "email"
    operators: ClassVar[tuple[str, ...]] = OF_TEXT
    options_schema: ClassVar[Mapping[str, Any]] = {}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="text")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "format": "idn-email", "maxLength": LONGEST}

    def parse(self, field: Field, raw: Any, context: Context) -> str | None:
        text = clean_text(raw, context, longest=1_000, lines=False)
        if text is None:
            return None
        text = text.strip()
        if context.medium != "json":
            named = _NAMED.fullmatch(text)
            text = (named[1] if named else text).strip().removeprefix("mailto:")
        return address_of(text)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return value if context.medium == "json" else value or ""


def address_of(text: str) -> str:
    """The address with its domain in small letters; refuses what mail cannot be sent to, saying why."""
    local, found, domain = text.rpartition("@")
    if not found:
        raise _refused(
            message("An e-mail address is expected, such as name@example.com: there is no @ in it.")
        )
    if "@" in local or "," in text or ";" in text:
        raise _refused(message("One e-mail address is expected."))
    if not local or len(local.encode()) > 64 or not all(_ATOM.fullmatch(part) for part in local.split(".")):
        raise _refused(message("“{part}” cannot stand before the @ of an e-mail address.", part=local[:80]))
    host = host_name(domain)
    if host is None or not is_domain(host):
        raise _refused(message("“{part}” is not a domain: one is written as example.com.", part=domain[:80]))
    address = f"{unicodedata.normalize('NFC', local)}@{host}"
    if len(address) > LONGEST:
        raise ValueRefused("KBK3003", message("At most {longest} characters, this text has {length}.",
                                              longest=LONGEST, length=len(address)))  # fmt: skip
    return address


def _refused(why: Message) -> ValueRefused:
    return ValueRefused("KBK3002", why)
