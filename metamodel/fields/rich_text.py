"""Text with headings, lists, links and tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.html import clean_html, has_content, html_of, is_too_deep, plain_text
from metamodel.fields.operators import OF_LONG_TEXT
from metamodel.fields.texts import clean_text
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field

LONGEST = 1_000_000
"""Characters of the HTML."""

_A_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")


_A_DOCUMENT = re.compile(r"^\s*<(?:p|h[1-4]|ul|ol|table|blockquote|pre|div)[\s>].*>\s*$", re.DOTALL)
"""What a text of a file must look like to be HTML: from a block to the end of one."""


class RichText(FieldType):
    """Clean HTML; compared, searched and written to files by its words. A plain text becomes paragraphs; a
    text of a file is plain unless all of it is blocks of HTML."""

    name: ClassVar[str] = "rich_text"
    label: ClassVar[Label] = Label(ru="Текст с оформлением", en="Rich text")
    widget: ClassVar[str] = "rich_text"
    cell: ClassVar[str] = "rich_text"
    operators: ClassVar[tuple[str, ...]] = OF_LONG_TEXT
    options_schema: ClassVar[Mapping[str, Any]] = {
        "max_length": {
            "type": "integer",
            "minimum": 1,
            "maximum": LONGEST,
            "description": "characters of its words",
        },
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="text", html=True)

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "contentMediaType": "text/html", "maxLength": LONGEST}

    def parse(self, field: Field, raw: Any, context: Context) -> str | None:
        text = clean_text(raw, context, longest=LONGEST, lines=True)
        if text is None:
            return None
        if context.medium != "json" and not (_A_DOCUMENT if context.medium == "csv" else _A_TAG).search(text):
            made = html_of(text)
        elif is_too_deep(text):
            raise ValueRefused("KBK3002", message("The text is nested too deeply."))
        else:
            made = clean_html(text)
        if not has_content(made):
            return None
        most = field.options.get("max_length")
        if most is not None and (length := len(plain_text(made))) > most:
            why = message(
                "At most {longest} characters, this text has {length}.", longest=most, length=length
            )
            raise ValueRefused("KBK3003", why)
        return made

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium in ("json", "form"):
            return value if context.medium == "json" else value or ""
        return "" if value is None else plain_text(value)
