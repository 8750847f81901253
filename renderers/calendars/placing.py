"""Moving a record to another day or hour, or making it longer: the same write as in a form, sent by the calendar."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from core.errors import KubikError
from core.query import record
from core.records import update
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, visit
from core.web.render import json_answer
from metamodel.messages import message
from renderers.calendars.build import Calendar, calendar_of
from renderers.lists.asking import asked_list

FARTHEST = 366 * 24 * 60
"""Minutes that one move goes at most."""

_WHOLE = re.compile(r"-?[0-9]{1,9}")


@post("/e/{entity:str}/calendar/{record:int}", sync_to_thread=True, include_in_schema=False)
def place_in_calendar(request: AnyRequest, entity: FromPath[str], record: FromPath[int]) -> Response[Any]:
    """Move a record by ``days`` and ``minutes`` as the clock on the wall counts them; with ``end`` its end alone."""
    who, asked = visit(request), dict(form_pairs(request))
    days, minutes = (_whole(asked.get(name, "0")) for name in ("days", "minutes"))
    view, end = asked.get("view", ""), "end" in asked
    who.workspace.write(lambda tx: _place(who, tx, entity, record, view, days, minutes, end=end))
    return json_answer({})


def _place(
    who: Visit, tx: Transaction, entity: str, identity: int, view: str, days: int, minutes: int, *, end: bool
) -> None:
    listed = asked_list(who, tx, entity, [("view", view)])
    if listed.view is None or listed.view.kind != "calendar":
        raise KubikError("KBK2006")
    calendar = calendar_of(listed)
    fields = [f for f in (calendar.starts, calendar.ends) if f is not None]
    item, _ = record(tx, who.actor, entity, identity, tuple(f.name for f in fields))
    values = _moved(calendar, item, days, minutes, tx, end=end)
    update(tx, who.actor, entity, identity, values)


def _moved(
    calendar: Calendar, item: dict[str, Any], days: int, minutes: int, tx: Transaction, *, end: bool
) -> dict[str, str]:
    """The new values as the API takes them."""
    starts = item.get(calendar.starts.name)
    ends = item.get(calendar.ends.name) if calendar.ends is not None else None
    if starts is None or (end and calendar.ends is None):
        raise KubikError("KBK3011", message("it stands at no day"))
    made: dict[str, str] = {}
    if not end:
        made[calendar.starts.name] = _shift(starts, days, minutes, tx)
    if calendar.ends is not None and (end or ends is not None):
        made[calendar.ends.name] = _shift(ends if ends is not None else starts, days, minutes, tx)
    return made


def _shift(value: dt.date | dt.datetime, days: int, minutes: int, tx: Transaction) -> str:
    try:
        if not isinstance(value, dt.datetime):
            return (value + dt.timedelta(days=days)).isoformat()
        local = value.astimezone(tx.workspace.zone)
        moved = local.replace(tzinfo=None) + dt.timedelta(days=days, minutes=minutes)
        return moved.replace(tzinfo=tx.workspace.zone).isoformat()
    except OverflowError:
        raise KubikError("KBK2009", message("there is no such day")) from None


def _whole(text: str) -> int:
    """A whole number of days or minutes, at most `FARTHEST` in either direction."""
    number = int(text) if _WHOLE.fullmatch(text) else FARTHEST + 1
    if abs(number) > FARTHEST:
        raise KubikError("KBK2009", message("there is no such day"))
    return number
