"""What the values of a column are: numbers and their decimal mark, dates and their order, phones, yes and no."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.records.importing.formats.source import Cell, CellError
from core.records.importing.recognise.values import (
    NO,
    SPLITTERS,
    YES,
    currency_in,
    date_parts,
    read_date,
    read_number,
    split_values,
)  # fmt: skip

KINDS = ("text", "integer", "decimal", "money", "percent", "date", "datetime", "time", "boolean", "phone", "email",
         "url", "empty")  # fmt: skip
ENOUGH = 0.8
"""The share of values that must be of a kind."""

_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;.]+")
_PHONE = re.compile(
    r"(?:тел\.?\s*)?\+?[\d(][\d\s()\-–.]{5,20}\d(?:\s*(?:доб|ext|x|вн)\.?\s*\d{1,6})?", re.IGNORECASE
)
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_SITE = re.compile(r"(?:[a-zа-я0-9][a-zа-я0-9-]*\.)+(?:[a-z]{2,}|рф|рус)(?:/\S*)?", re.IGNORECASE)
_RING = re.compile(r"\+?[78][ (-]*[3489]\d\d[ )-]*\d{3}[ -]?\d\d[ -]?\d\d")
"""A telephone of eleven digits, which may look like a number."""
_CODES = re.compile(r"(?:\d{10}|\d{12})\s*/\s*\d{9}")
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_DIGITS = re.compile(r"[^\d]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """What a sample says of a column; ``header`` is its name, ``titled`` whether the file gives it one.

    ``empty`` is the share of cells without a value, ``several`` the marks between several values in one cell,
    ``unclear`` says that the order of day and month cannot be told from the sample.
    """

    place: int
    header: str
    titled: bool
    kind: str
    samples: tuple[Cell, ...]
    values: tuple[Cell, ...] = ()
    decimal: str | None = None
    dates: str | None = None
    unclear: bool = False
    currency: str | None = None
    several: str | None = None
    empty: float = 0.0
    distinct: int = 0


_NUMBER = re.compile(r"\d(?:[\d\s.,'’\u00a0\u202f]*\d)?")


def decimal_of(texts: Sequence[str]) -> str | None:
    """The mark before fractions; None when the numbers do not tell."""
    votes: Counter[str] = Counter()
    for text in texts:
        number = _NUMBER.search(text)  # the point of "р." behind it is none of its marks
        digits = re.sub(r"[^\d.,]", "", number[0]) if number is not None else ""
        if not digits or not re.fullmatch(r"\D{0,5}[\d\s.,'’\u00a0\u202f]+\D{0,6}", text.strip()):
            continue
        comma, point = digits.count(","), digits.count(".")
        if comma and point:
            votes["," if digits.rfind(",") > digits.rfind(".") else "."] += 3
        elif comma + point == 1:
            mark = "," if comma else "."
            whole, _, rest = digits.partition(mark)
            unclear = len(rest) == 3 and 1 <= len(whole) <= 3 and whole != "0"
            votes[mark] += 0 if unclear else 1
        elif comma > 1 or point > 1:
            votes["." if comma else ","] += 1
    ((mark, count),) = votes.most_common(1) or [("", 0)]
    return mark if count else None


def dates_of(texts: Sequence[str]) -> tuple[str | None, bool]:
    """The order of day, month and year, and whether it is only the usual one because nothing tells."""
    found = [(text, parts) for text in texts if (parts := date_parts(text)) is not None]
    if not found:
        return None, False
    if all(re.match(r"\s*\d{4}", text) for text, _ in found):
        return "ymd", False
    fits = {
        order: sum(read_date(text, order) is not None for text, _ in found) for order in ("dmy", "mdy", "ymd")
    }
    best = max(fits, key=lambda order: fits[order])  # the first of equals: day, month, year
    told = any(re.search(r"[^\W\d_]{3}", text) for text, _ in found)  # months by their names
    return best, not told and fits["dmy"] == fits["mdy"]


def facts_of(
    place: int, header: str, titled: bool, cells: Sequence[Cell], decimal: str, several: bool = True
) -> ColumnFacts:
    """What the cells of a column say."""
    values = [cell for cell in cells if cell is not None and cell != "" and not isinstance(cell, CellError)]
    samples = tuple(dict.fromkeys(values))
    texts = [cell for cell in values if isinstance(cell, str)]
    mark = decimal_of(texts) or decimal
    order, unclear = dates_of(texts)
    kind = _typed_kind(values) if len(texts) < len(values) * (1 - ENOUGH) else _text_kind(texts, mark, order)
    split = splitter_of(texts) if several and kind in ("text", "phone", "email") else None
    if kind == "text" and split is not None:
        parts = [part for text in texts for part in split_values(text, split)]
        kind = _text_kind(parts, mark, None)
        kind = kind if kind in ("phone", "email") else "text"
    if split is not None and kind == "text":
        split = None
    if (
        kind == "text"
        and texts
        and sum(bool(_CODES.fullmatch(text.strip())) for text in texts) >= ENOUGH * len(texts)
    ):
        split = "/"  # two codes of a firm in one cell
    currencies = Counter(filter(None, map(currency_in, texts))) if kind == "money" else Counter()
    return ColumnFacts(
        place=place, header=header, titled=titled, kind=kind, samples=samples[:5], values=samples[:200],
        decimal=mark if kind in ("decimal", "money", "percent") else None,
        dates=order if kind in ("date", "datetime") else None,
        unclear=unclear and kind in ("date", "datetime"),
        currency=currencies.most_common(1)[0][0] if currencies else None, several=split,
        empty=1 - len(values) / len(cells) if cells else 1.0, distinct=len(samples),
    )  # fmt: skip


def splitter_of(texts: Sequence[str]) -> str | None:
    """The marks between several phones or addresses in one cell, each a character; None when no cell has several."""
    return "".join(mark for mark in SPLITTERS if any(_parted(text, mark) for text in texts)) or None


def _parted(text: str, mark: str) -> bool:
    parts = [part.strip() for part in text.split(mark)]
    return len(parts) > 1 and (all(map(_EMAIL.fullmatch, parts)) or all(map(_phone, parts)))


def _phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text.strip())) and 7 <= len(_DIGITS.sub("", text.split("доб")[0])) <= 15


def _typed_kind(values: Sequence[Cell]) -> str:
    kinds: Counter[str] = Counter()
    for value in values:
        if isinstance(value, bool):
            kinds["boolean"] += 1
        elif isinstance(value, int):
            kinds["integer"] += 1
        elif isinstance(value, Decimal):
            kinds["decimal"] += 1
        elif isinstance(value, dt.datetime):
            kinds["datetime"] += 1
        elif isinstance(value, dt.date):
            kinds["date"] += 1
        elif isinstance(value, dt.time | dt.timedelta):
            kinds["time"] += 1
        else:
            kinds["text"] += 1
    total = sum(kinds.values())
    if not total:
        return "empty"
    if kinds["integer"] == total and all(_RING.fullmatch(str(value)) for value in values):
        return "phone"
    for one, other in (("integer", "decimal"), ("date", "datetime")):
        if kinds[other] and kinds[one] + kinds[other] >= ENOUGH * total:
            return other
    kind, count = kinds.most_common(1)[0]
    return kind if count >= ENOUGH * total else "text"


def _text_kind(texts: Sequence[str], mark: str, order: str | None) -> str:
    if not texts:
        return "empty"
    need = ENOUGH * len(texts)

    def most(test: object) -> bool:
        return sum(bool(test(text.strip())) for text in texts) >= need  # type: ignore[operator]

    words = {text.strip().lower() for text in texts}
    if words <= YES | NO and words & (YES | NO) - {"x", "х", "v", "-", "—", "+"}:
        return "boolean"
    if most(_EMAIL.fullmatch):
        return "email"
    if order is not None and most(lambda text: read_date(text, order)):
        return "datetime" if most(lambda text: isinstance(read_date(text, order), dt.datetime)) else "date"
    if most(_TIME.fullmatch):
        return "time"
    if most(lambda text: read_number(text, mark) is not None):
        return _number_kind(texts, mark)
    if most(_phone):
        return "phone"
    return "url" if most(lambda text: _URL.fullmatch(text) or _SITE.fullmatch(text)) else "text"


def _number_kind(texts: Sequence[str], mark: str) -> str:
    """Which kind of number; what begins with a zero or has the length of a phone and its signs is none."""
    bare = [text.strip() for text in texts]
    if any(len(text) > 1 and text[0] == "0" and text.isdecimal() for text in bare):
        return "text"
    if sum(text.endswith("%") for text in bare) * 2 > len(bare):
        return "percent"
    if any(currency_in(text) for text in bare):
        return "money"
    if all(map(_RING.fullmatch, bare)):
        return "phone"
    return "decimal" if any(mark in text for text in bare) else "integer"
