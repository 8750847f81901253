"""What a cell at fault was probably meant to be: offered beside the fault, taken by one press."""

from __future__ import annotations

import calendar
import re
from difflib import get_close_matches

from core.access.grants import grants_of
from core.query.query import Query
from core.query.read import read, titles
from core.records.importing.recognise.values import date_parts
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.model import Entity, Field
from metamodel.text import fold

MOST_TITLES = 1000
"""Records among whose titles the nearest is looked for."""

_LIKE = 0.6
_LETTERS = str.maketrans("OoОоIlЗзБб", "0000113366")
_YEAR = 4


def near(who: Visit, tx: Transaction, entity: Entity, field: Field, value: str) -> str | None:
    """The nearest right value, empty where the cell may as well be left empty; None without an idea."""
    found = _nearest(who, tx, field, value.strip())
    if found and found != value:
        return found
    return None if field.required or not value else ""


def _nearest(who: Visit, tx: Transaction, field: Field, value: str) -> str | None:
    kind = field.type.name
    if field.choices:
        labels = [each.label.in_language(who.language) or each.name for each in field.choices]
        return _among(value, labels)
    if field.target and kind != "children":
        return _among(value, _titles(who, tx, field.target))
    if field.targets:
        shown = [uid for uid in field.targets if tx.model.entity_by_uid[uid].menu]
        return _among(value, [title for uid in shown for title in _titles(who, tx, uid)])
    if kind == "email":
        fixed = re.sub(r"\s", "", value).strip(".,;<>").replace(",", ".")
        return fixed if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", fixed) else None
    if kind in ("date", "datetime"):
        return _day(value)
    if kind in ("integer", "decimal", "money", "percent") or (kind == "text" and field.options.get("format")):
        fixed = re.sub(r"\s", "", value).translate(_LETTERS)
        return fixed if fixed != value and re.fullmatch(r"[\d.,-]+", fixed) else None
    return None


def _among(value: str, labels: list[str]) -> str | None:
    by_key = {fold(label): label for label in labels}
    close = get_close_matches(fold(value), by_key, n=1, cutoff=_LIKE)
    return by_key[close[0]] if close else None


def _titles(who: Visit, tx: Transaction, target: str) -> list[str]:
    """The titles of visible records, the first of them; none of an entity that the person may not read."""
    if not grants_of(tx.model, who.actor).may(target, "read"):
        return []
    entity = tx.model.entity_by_uid[target]
    page = read(tx, who.actor, Query(entity=entity.name, fields=("id",), limit=MOST_TITLES))
    known = titles(tx, who.actor, entity, [item["id"] for item in page.items])
    return [each.title for each in known.values() if each.title]


def _day(value: str) -> str | None:
    """The last day of a month that has fewer days."""
    parts = date_parts(value)
    if parts is None:
        return None
    day, month, year = parts
    if not 1 <= month <= 12 or len(str(year)) != _YEAR:
        return None
    last = calendar.monthrange(year, month)[1]
    return f"{last:02}.{month:02}.{year}" if last < day <= 31 else None
