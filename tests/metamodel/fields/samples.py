"""Samples of every field type, kept once: values, how each medium writes them, what is refused. Contract tests reuse them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from metamodel.model import Entity, Field, Model
from tests import factories

ENTITY = """
name: sample
label: {ru: Образец, en: Sample}
title: "{text}"
fields:
  - {name: text, type: text}
  - {name: code, type: text, format: "[A-Z]{2}-[0-9]+", min_length: 4, max_length: 10, unique: true}
  - {name: long_text, type: long_text}
  - {name: integer, type: integer}
  - {name: decimal, type: decimal, scale: 7}
  - {name: money, type: money, currency: RUB}
  - {name: percent, type: percent}
  - {name: boolean, type: boolean}
  - {name: date, type: date}
  - {name: datetime, type: datetime}
  - name: choice
    type: choice
    choices:
      - {name: site, label: {ru: Сайт, en: Website}}
      - {name: call, label: {ru: Звонок, en: Phone call}}
      - {name: yo, label: {ru: Ёлка, en: Fir}}
      - {name: old, label: {ru: Прежнее, en: Former}, archived: true}
  - {name: link, type: link, to: sample}
  - {name: user, type: user}
  - {name: children, type: children, of: sample_row, through: sample}
  - {name: number_series, type: number_series, format: "С-{year}-{seq:05}", by: date, restart: year}
  - {name: formula, type: formula, formula: "percent * 2"}
  - {name: lookup, type: lookup, path: link.money}
  - {name: rollup, type: rollup, formula: "SUM(children.amount)"}
"""
ROW = """
name: sample_row
title: "{amount}"
fields:
  - {name: sample, type: link, to: sample, required: true}
  - {name: amount, type: money}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Of one type: ``values`` inside the engine; ``typed`` (language, text of a form, value); ``wire`` (JSON, value);
    ``refused`` (medium, what was written, code). A choice is written here by its name, not its uid."""

    values: tuple[Any, ...]
    wire: tuple[tuple[Any, Any], ...] = ()
    typed: tuple[tuple[str, str, Any], ...] = ()
    refused: tuple[tuple[str, Any, str], ...] = ()
    writable: bool = field(default=True)


_TEXTS = ("а", "Ёлка", "ёлка", "it's \"quoted\"", "<b>&amp;</b>", "'; DROP TABLE deal; --", "0", "=1+1", "ﬁ", "ß", "𝄞", " x ", "a\tb",
          "x" * 1000, "NULL", "%_\\", "e\u0301")  # fmt: skip
_D = Decimal

SAMPLES: Mapping[str, Samples] = {
    "text": Samples(
        values=_TEXTS,
        wire=(("", None), ("ab", "ab"), (None, None)),
        typed=(("ru", "  Ёлка ", "Ёлка"), ("en", "   ", None)),
        refused=(
            ("json", 5, "KBK3002"), ("json", True, "KBK3002"), ("json", ["a"], "KBK3002"), ("json", "a\0b", "KBK3003"),
            ("json", "a\nb", "KBK3003"), ("json", "\x1b[0m", "KBK3003"), ("json", "\ud800", "KBK3003"),
            ("json", "x" * 1001, "KBK3003"), ("form", "a\x85b", "KBK3003"), ("csv", "a\u2028b", "KBK3003"),
        ),
    ),
    "long_text": Samples(
        values=(*_TEXTS, "one\ntwo\n\n", "\ttab", "y" * 100_000),
        wire=(("a\r\nb\rc", "a\nb\nc"),),
        typed=(("ru", "раз\r\nдва ", "раз\nдва"),),
        refused=(("json", "a\0", "KBK3003"), ("json", 1, "KBK3002"), ("json", "y" * 100_001, "KBK3003"),
                 ("json", "\udfff", "KBK3003"), ("form", "\x07", "KBK3003")),
    ),
    "integer": Samples(
        values=(0, 1, -1, 42, 10**18 - 1, -(10**18) + 1),
        wire=(("17", 17), (_D("5"), 5), (5.0, 5), ("1e3", 1000), ("", None), ("-0", 0)),
        typed=(
            ("ru", "1 200", 1200), ("ru", "1\u00a0200\u202f300", 1_200_300), ("en", "1,200", 1200), ("en", "-5", -5),
            ("ru", "−5", -5), ("ru", "5,0", 5), ("en", "+7", 7), ("ru", " ", None),
        ),
        refused=(
            ("json", 10**18, "KBK3003"), ("json", 10**50, "KBK3003"), ("json", 1.5, "KBK3003"), ("json", True, "KBK3002"),
            ("json", float("nan"), "KBK3002"), ("json", float("inf"), "KBK3002"), ("json", "1 200", "KBK3002"),
            ("json", "abc", "KBK3002"), ("json", "1e99", "KBK3003"), ("json", {"a": 1}, "KBK3002"), ("form", "12 р", "KBK3002"),
            ("form", "1.2.3", "KBK3002"), ("form", "٣", "KBK3002"), ("form", "9" * 300, "KBK3002"), ("json", "0x10", "KBK3002"),
            ("json", "1_000", "KBK3002"), ("json", "Infinity", "KBK3002"),
        ),
    ),
    "decimal": Samples(
        values=(_D("0"), _D("0.0000001"), _D("-12345678901.1234567"), _D("99999999999.9999999"), _D("456.78")),
        wire=(("1.5", _D("1.5")), (0.1, _D("0.1")), (3, _D(3)), ("1.50000000000", _D("1.5")), (456.78, _D("456.78"))),
        typed=(
            ("ru", "1 200,50", _D("1200.5")), ("ru", "1200.5", _D("1200.5")), ("en", "1,200.50", _D("1200.5")),
            ("en", "1200.50", _D("1200.5")), ("ru", "1.200,5", _D("1200.5")), ("ru", "0,1", _D("0.1")), ("ru", ",5", _D("0.5")),
            ("en", "1,200,300", _D(1_200_300)), ("ru", "1'200", _D(1200)),
        ),
        refused=(
            ("json", "0.00000001", "KBK3003"), ("json", 10**11, "KBK3003"), ("json", "1,5", "KBK3002"), ("json", [], "KBK3002"),
            ("form", "1,2,3", "KBK3002"), ("form", "--1", "KBK3002"), ("json", "1" * 41, "KBK3002"), ("json", _D("0." + "1" + "0" * 30 + "1"), "KBK3003"), ("json", _D("1e999999999"), "KBK3003"),
            ("json", _D("1e-999999999"), "KBK3003"), ("json", _D("1" * 5000), "KBK3003"), ("json", _D("0." + "1" * 5000), "KBK3003"),
            ("json", _D("sNaN"), "KBK3002"), ("json", _D("-Infinity"), "KBK3002"),
        ),
    ),
    "money": Samples(
        values=(_D("0.00"), _D("1200.10"), _D("-0.01"), _D("9999999999999999.99")),
        wire=((1200.1, _D("1200.10")), ("7", _D(7))),
        typed=(("ru", "1 200,50 ₽", _D("1200.50")), ("ru", "15 руб.", _D(15)), ("en", "15 USD", _D(15)), ("en", "1,200.5", _D("1200.5"))),
        refused=(("json", "1.005", "KBK3003"), ("json", "15 руб.", "KBK3002"), ("json", 10**16, "KBK3003")),
    ),
    "percent": Samples(
        values=(_D("0.2"), _D("1"), _D("0.1234"), _D("-0.05"), _D("0"), _D("12")),
        wire=((0.2, _D("0.2")), ("0.2", _D("0.2"))),
        typed=(("ru", "20 %", _D("0.2")), ("ru", "20%", _D("0.2")), ("en", "20", _D("0.2")), ("ru", "12,5\u00a0%", _D("0.125")),
               ("en", "0.5%", _D("0.005"))),
        refused=(("json", "20%", "KBK3002"), ("json", 0.12345, "KBK3003"), ("form", "20 %%", "KBK3002")),
    ),
    "boolean": Samples(
        values=(True, False),
        typed=(("ru", "да", True), ("ru", "Нет", False), ("en", "YES", True), ("en", "on", True), ("ru", "0", False), ("en", "", None)),
        refused=(("json", 1, "KBK3002"), ("json", "true", "KBK3002"), ("form", "может быть", "KBK3002")),
    ),
    "date": Samples(
        values=(date(2026, 11, 21), date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29)),
        wire=(("2026-11-21", date(2026, 11, 21)), ("", None)),
        typed=(
            ("ru", "21.11.2026", date(2026, 11, 21)), ("ru", "21.11", date(2026, 11, 21)), ("ru", "1.2.26", date(2026, 2, 1)),
            ("ru", "21 ноября 2026 г.", date(2026, 11, 21)), ("ru", "9 мая", date(2026, 5, 9)), ("ru", "1/2/2026", date(2026, 2, 1)),
            ("en", "11/21/2026", date(2026, 11, 21)), ("en", "21/11/2026", date(2026, 11, 21)), ("en", "Nov 21, 2026", date(2026, 11, 21)),
            ("en", "21 November 2026", date(2026, 11, 21)), ("en", "2026-11-21", date(2026, 11, 21)), ("ru", "5.6.78", date(1978, 6, 5)),
        ),
        refused=(
            ("json", "21.11.2026", "KBK3002"), ("json", "2026-02-30", "KBK3002"), ("json", 20261121, "KBK3002"),
            ("json", "2026-11-21T00:00:00Z", "KBK3002"), ("form", "31.02.2026", "KBK3002"), ("form", "завтра", "KBK3002"),
            ("json", "0000-01-01", "KBK3002"), ("form", "21 брюмера 2026", "KBK3002"), ("json", "20261121", "KBK3002"),
        ),
    ),
    "datetime": Samples(
        values=(
            datetime(2026, 11, 21, 11, 30, tzinfo=UTC), datetime(2026, 11, 21, 11, 30, 15, 123456, tzinfo=UTC),
            datetime(1970, 1, 1, tzinfo=UTC), datetime(1900, 6, 1, 12, tzinfo=UTC), datetime(9999, 12, 31, 12, tzinfo=UTC),
        ),
        wire=(
            ("2026-11-21T11:30:00Z", datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
            ("2026-11-21T14:30:00+03:00", datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
            ("2026-11-21t11:30:00.5z", datetime(2026, 11, 21, 11, 30, 0, 500_000, tzinfo=UTC)),
        ),
        typed=(
            ("ru", "21.11.2026 14:30", datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
            ("ru", "2026-11-21T14:30", datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
            ("ru", "21.11.2026", datetime(2026, 11, 20, 21, 0, tzinfo=UTC)),
            ("ru", "21.11 9:05", datetime(2026, 11, 21, 6, 5, tzinfo=UTC)),
        ),
        refused=(
            ("json", "2026-11-21T11:30:00", "KBK3002"), ("json", "2026-11-21", "KBK3002"), ("json", "2026-11-21T25:00:00Z", "KBK3002"),
            ("json", 1_700_000_000, "KBK3002"), ("json", "0001-01-01T00:00:00+14:00", "KBK3002"), ("form", "14:30", "KBK3002"),
            ("json", "2026-11-21T11:30:60Z", "KBK3002"), ("json", "2026-11-21T11:30:00+99:00", "KBK3002"),
        ),
    ),
    "choice": Samples(
        values=("site", "call", "yo", "old"),
        wire=(("site", "site"), ("", None)),
        typed=(("ru", "call", "call"), ("ru", "Звонок", "call"), ("en", "phone call", "call"), ("ru", "елка", "yo")),
        refused=(("json", "Звонок", "KBK3002"), ("json", "nope", "KBK3002"), ("json", 1, "KBK3002"), ("form", "нет такого", "KBK3002")),
    ),
    "link": Samples(
        values=(1, 7, 2**53),
        wire=((7, 7), ({"id": 7}, 7), ({"id": None, "hidden": True}, None), ({"id": 7, "title": "Ромашка", "deleted": True}, 7)),
        typed=(("ru", "7", 7), ("ru", "", None)),
        refused=(
            ("json", "7", "KBK3002"), ("json", 0, "KBK3005"), ("json", -1, "KBK3005"), ("json", 10**30, "KBK3005"), ("json", True, "KBK3002"),
            ("json", 1.5, "KBK3002"), ("json", {"id": "7"}, "KBK3002"), ("json", {}, "KBK3002"), ("json", {"id": 1, "x": 2}, "KBK3002"),
            ("json", [7], "KBK3002"), ("form", "Ромашка", "KBK3002"), ("json", {"by": {"a": 1, "b": 2}}, "KBK3002"), ("form", "٧", "KBK3002"),
        ),
    ),
    "user": Samples(values=(1, 12), wire=(({"id": 3}, 3),), typed=(("en", "3", 3),), refused=(("json", "admin", "KBK3002"),)),
    "children": Samples(
        values=(), wire=(([{"amount": 1}], [{"amount": 1}]), ([], []), (None, None)),
        refused=(("json", {"amount": 1}, "KBK3002"), ("json", [1], "KBK3002"), ("json", "x", "KBK3002")),
    ),
    "number_series": Samples(values=("С-2026-00001",), refused=(("json", "С-2026-00001", "KBK3004"),), writable=False),
    "formula": Samples(values=(_D("0.4000"),), refused=(("json", 5, "KBK3004"),), writable=False),
    "lookup": Samples(values=(_D("1200.10"),), refused=(("json", 5, "KBK3004"),), writable=False),
    "rollup": Samples(values=(_D("0.00"),), refused=(("json", 5, "KBK3004"),), writable=False),
}  # fmt: skip


@cache
def model() -> Model:
    """A model whose entity ``sample`` has a field of every type, called as its type."""
    return factories.model({"entities/sample.yaml": ENTITY, "entities/sample_row.yaml": ROW})


def entity() -> Entity:
    """The entity ``sample``."""
    return model().entities["sample"]


def sample_field(name: str) -> Field:
    """Its field of that name, which is that of the type."""
    return entity().by_name[name]


def value_of(type_name: str, written: Any) -> Any:
    """The engine's value of a sample: the uid of a choice, anything else as it stands."""
    if type_name != "choice" or written is None:
        return written
    choice = sample_field("choice").choice(written)
    assert choice is not None
    return choice.uid
