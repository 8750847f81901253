"""Values of the journal, whatever type their field has now: as a page has them, or as the engine has them."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.query.query import A_SECRET, NO_SECRET, Earlier
from core.query.relations import choices_of
from metamodel.errors import ValueRefused
from metamodel.expression.durations import read_span
from metamodel.fields.link_any import read_any
from metamodel.json_text import JsonValue, read_json
from metamodel.model import Field

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


def read_neutral(tx: Transaction, field: Field, value: Any, *, keep_uids: bool = False) -> Any:
    """A value of the journal as a page has it, links as ids; with ``keep_uids`` as the engine has it.

    It may have been written when the field had another type. What the present one cannot hold is `Earlier` on a page (of
    several links where one is kept now, all of them), and nothing for the engine (of several, the first).
    """
    if field.result.kind == "secret" and not keep_uids:
        return NO_SECRET if value is None else A_SECRET
    if value is None:
        return None
    try:
        made = _read(tx, field, value, keep_uids)
    except (ValueError, TypeError, ArithmeticError, ValueRefused):
        told = isinstance(value, str) and not _ANY.fullmatch(value)
        return None if keep_uids else Earlier(value if told else "")
    if field.listed or field.result.kind not in ("link", "choice") or not isinstance(made, tuple):
        return made
    if keep_uids:
        return made[0]
    return made if field.result.kind == "link" else Earlier(", ".join(made))


_ANY = re.compile("[a-z0-9]+:[0-9]+")
"""A link to any record, of which only who may see that record is told."""


def _read(tx: Transaction, field: Field, value: Any, keep_uids: bool) -> Any:
    kind = field.result.kind
    if kind not in _OTHER and not isinstance(value, str):
        raise ValueError
    match kind:
        case "link":
            led = _several(value)
            if not all(isinstance(each, int) for each in led):
                raise ValueError
            return led if field.listed or len(led) > 1 else led[0]
        case "link_any":
            return read_any(value)
        case "number":
            return _number(field, value)
        case "date":
            return dt.date.fromisoformat(value)
        case "datetime":
            moment = dt.datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError
            return moment
        case "time":
            return dt.time.fromisoformat(value)
        case "duration":
            return read_span(value)
        case "json":
            read_json(value)
            return JsonValue.of_text(value)
        case "choices" | "choice":
            uids = _several(value)
            names = {} if keep_uids else {c.uid: c.name for c in choices_of(tx.model, field)}
            found = tuple(names.get(uid, uid) for uid in uids)
            return found if kind == "choices" or len(found) > 1 else found[0]
        case "boolean" if not isinstance(value, bool):
            raise ValueError
    return value


_OTHER = ("link", "number", "choices", "choice", "boolean")
"""Kinds whose values are not text in the journal."""


def _several(value: Any) -> tuple[Any, ...]:
    """The values of a list, which is a tuple where it does not come from the journal's JSON; else the one there is."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _number(field: Field, value: Any) -> Decimal | int:
    exact = Decimal(value)
    if isinstance(value, bool) or not exact.is_finite():
        raise ValueError
    if field.result.scale:
        return exact
    if exact != int(exact):
        raise ValueError
    return int(exact)
