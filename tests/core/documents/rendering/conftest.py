"""One rendering process for all tests, and templates made in one line."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from docx import Document

from core.documents.gathering import Data
from core.documents.rendering import DocFacts, Renderers
from core.i18n.formats import format_number
from metamodel.fields.html import plain_text

FACTS = DocFacts(number="С-2026-0007", date=date(2026, 11, 21), name="Счёт", version=3)


@pytest.fixture(scope="session")
def renderers() -> Iterator[Renderers]:
    made = Renderers()
    yield made
    made.close()


def wire(value: Any) -> Any:
    """Python values as they travel: a dict is a record, a Decimal money in roubles, a date a date."""
    match value:
        case dict():
            values = {name: wire(each) for name, each in value.items() if name != "title_"}
            return ["record", {"entity": "thing", "id": 1, "title": value.get("title_"), "values": values}]
        case ("html", html):
            return ["html", html, plain_text(html)]
        case tuple():
            return list(value)
        case int() if not isinstance(value, bool):
            return ["number", str(value), str(value)]
        case list():
            return ["list", [wire(each) for each in value]]
        case Decimal():
            return ["money", str(value), format_number("ru", value, 2), "RUB"]
        case date():
            return ["date", value.isoformat(), f"{value:%d.%m.%Y}"]
    return value


def data(values: Mapping[str, Any], **more: Any) -> Data:
    """The data of a record with these values."""
    my = wire({"name": "Анна", "title_": "Анна"})
    sent = {"record": wire(dict(values)), "my": my, "called": ["deal", "сделка"]}
    return Data(id=1, version=1, values=sent, **more)


def word(*paragraphs: str, change: Callable[[Any], None] = lambda document: None) -> bytes:
    """A Word template of these paragraphs."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    change(document)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def texts(made: bytes) -> list[str]:
    """The paragraphs of a document, those of tables behind them."""
    document = Document(io.BytesIO(made))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells
