"""A moment in a request: the version or the time as of which a record is asked for, and the answer."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.access.actor import Actor
from core.errors import KubikError
from core.query.past import PastRecord, past
from core.storage.workspace import Transaction
from core.web.exchange import Answer, answer_json
from core.web.parameters import Parameter, refuse
from metamodel.errors import Problem
from metamodel.messages import message

AS_OF = Parameter(
    name="as_of", about="As it was: a version (`v3`), a moment (RFC 3339), or the end of a day (`2026-11-21`)"
)
_VERSION = re.compile(r"v([1-9][0-9]{0,17})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_past(
    transaction: Transaction,
    actor: Actor,
    entity: str,
    identifier: int,
    as_of: str,
    wanted: tuple[str, ...] | None,
) -> Answer:
    """The record as it was; child rows only when they are named."""
    version, moment = point(as_of, transaction.workspace.zone)
    found = past(transaction, actor, entity, identifier, version=version, moment=moment)
    return answer_json(past_item(found, wanted))


def past_item(found: PastRecord, wanted: tuple[str, ...] | None) -> dict[str, Any]:
    """A record of the past as it is answered."""
    item, stand = found.record.item, found.stand
    lists = {each.name for each in found.record.entity.fields if each.type.name == "children"}
    known = [name for name in item if name not in ("_hidden",)]
    for name in wanted or ():
        if name not in known:
            why = message("“{field}” is not kept in history, or you may not read it", field=name[:100])
            raise KubikError("KBK2003", why, errors=[Problem(pointer="/fields", code="KBK2003", message=why)])
    chosen = [name for name in known if (name in wanted if wanted is not None else name not in lists)]
    answer = {"id": found.record.id, **{name: item[name] for name in chosen}}
    if "_hidden" in item:
        answer["_hidden"] = item["_hidden"]
    if found.unknown:
        answer["_unknown"] = list(found.unknown)
    answer["as_of"] = {
        "version": stand.version, "at": stand.at, "deleted": found.record.deleted, "present": stand.present,
    }  # fmt: skip
    return answer


def point(text: str, zone: ZoneInfo) -> tuple[int | None, datetime | None]:
    """The version or the moment that ``as_of`` says; KBK2009 for anything else."""
    if (found := _VERSION.fullmatch(text)) is not None:
        return int(found[1]), None
    try:
        if _DAY.fullmatch(text):
            return None, _midnight(date.fromisoformat(text) + timedelta(days=1), zone) - timedelta(seconds=1)
        return None, _moment(text, zone)
    except (ValueError, OverflowError):
        raise refuse("as_of", message("A version (v3), a moment or a day is expected.")) from None


def _moment(text: str, zone: ZoneInfo) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def day_or_moment(text: str | None, zone: ZoneInfo, name: str, *, after: bool = False) -> datetime | None:
    """The beginning of a day (``after``: of the day after it) or a moment; KBK2009 for anything else."""
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return _midnight(date.fromisoformat(text) + timedelta(days=after), zone)
        return _moment(text, zone)
    except (ValueError, OverflowError):
        raise refuse(name, message("A day or a moment is expected.")) from None
