"""Operators of filters about the present day, about people, trees and rows: the records that plain Python finds."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.query import Query, read
from metamodel.fields.known_operators import OPERATORS
from tests.core.query.world import Person, World, actor_in

MOSCOW = ZoneInfo("Europe/Moscow")
DAY = dt.timedelta(days=1)
EVERYTHING = Person(1, None)


def months_from(day: dt.date, count: int) -> dt.date:
    whole = day.year * 12 + day.month - 1 + count
    year, month = divmod(whole, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def week(day: dt.date) -> Any:
    return day - dt.timedelta(days=day.weekday())


def quarter(day: dt.date) -> Any:
    return day.year * 4 + (day.month - 1) // 3


def month(day: dt.date) -> Any:
    return day.year * 12 + day.month


def units(of: Callable[[dt.date], Any], step: Any) -> dict[str, Callable[[dt.date, dt.date], bool]]:
    return {
        "this": lambda v, t: of(v) == of(t),
        "last": lambda v, t: of(v) == of(t) - step,
        "next": lambda v, t: of(v) == of(t) + step,
    }


MEANT: dict[str, Callable[..., bool]] = {
    "today": lambda v, t: v == t, "yesterday": lambda v, t: v == t - DAY, "tomorrow": lambda v, t: v == t + DAY,
    "overdue": lambda v, t: v < t, "ahead": lambda v, t: v >= t,
    **{
        f"{when}_{unit}": meant
        for unit, of, step in (("week", week, 7 * DAY), ("month", month, 1), ("quarter", quarter, 1), ("year", lambda d: d.year, 1))
        for when, meant in units(of, step).items()
    },
}  # fmt: skip

SPANS: dict[str, Callable[..., bool]] = {
    "last": lambda v, t, m, d: months_from(t, -m) - d * DAY < v <= t,
    "next": lambda v, t, m, d: t <= v < months_from(t, m) + d * DAY,
    "older": lambda v, t, m, d: v < months_from(t, -m) - d * DAY,
    "sooner": lambda v, t, m, d: v < months_from(t, m) + d * DAY,
    "later": lambda v, t, m, d: v > months_from(t, m) + d * DAY,
}
LENGTHS = {"P1D": (0, 1), "P2W": (0, 14), "P1M": (1, 0)}

MOMENTS = [
    dt.datetime(2026, 6, 30, 9, tzinfo=dt.UTC) + dt.timedelta(days=n) for n in (-31, 0, 8)
] + [
    dt.datetime(2026, 2, 28, 20, 59, tzinfo=dt.UTC), dt.datetime(2026, 2, 28, 21, 0, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC),
]  # fmt: skip


def found(place: Any, entity: str, text: str, now: dt.datetime, person: Person = EVERYTHING) -> set[int]:
    workspace, _ = place
    with workspace.read() as tx:
        tx, actor = actor_in(replace(tx, now=now), person)
        page = read(tx, actor, Query(entity=entity, fields=("id",), filter=text, limit=1000))
        assert page.next is None
        return {item["id"] for item in page.items}


def days(world: World, entity: str, field: str) -> dict[int, dt.date | None]:
    made = {}
    for id, row in world.rows[entity].items():
        value = row[field]
        if row["deleted_at"] is None:
            made[id] = value.astimezone(MOSCOW).date() if isinstance(value, dt.datetime) else value
    return made


@pytest.mark.parametrize(("entity", "field"), [("deal", "closes_on"), ("activity", "held_at")])
def test_periods_and_spans_are_those_of_the_workspaces_calendar(place, entity, field):
    held = days(place[1], entity, field)
    assert None in held.values()
    met = set()
    for now in MOMENTS:
        today = now.astimezone(MOSCOW).date()
        asked: list[tuple[str, Callable[..., bool], tuple[int, ...]]] = [
            (OPERATORS[name].text(field), meant, ()) for name, meant in MEANT.items()
        ]
        asked += [
            (OPERATORS[name].text(field, length), meant, parts)
            for name, meant in SPANS.items()
            for length, parts in LENGTHS.items()
        ]
        for text, meant, parts in asked:
            expected = {id for id, value in held.items() if value is not None and meant(value, today, *parts)}
            assert found(place, entity, text, now) == expected, (text, today)
            met |= {text} if expected else set()
    assert len(met) > 12


def test_every_operator_about_the_present_day_is_tried():
    assert set(MEANT) == {name for name, each in OPERATORS.items() if each.group == "period"}
    assert set(SPANS) == {name for name, each in OPERATORS.items() if each.group == "span"}


def test_people_trees_and_rows(place):
    _, world = place
    now = MOMENTS[0]
    users, deals = world.rows["user"], world.rows["deal"]
    live = {id: row for id, row in deals.items() if row["deleted_at"] is None}
    people = {i: r["department"] for i, r in users.items() if r["deleted_at"] is None}
    for me in (1, 2, 4, 6):
        person = Person(me, None)
        own = users[me]["department"]
        mine = world.below(own)
        theirs = {
            id
            for id, row in live.items()
            if (u := world.get("user", row["owner"])) and u["department"] in mine
        }
        assert found(place, "deal", OPERATORS["my_colleagues"].text("owner"), now, person) == theirs
        assert found(place, "deal", OPERATORS["is_me"].text("owner"), now, person) == {
            i for i, r in live.items() if r["owner"] == me
        }
        assert found(place, "deal", OPERATORS["is_not_me"].text("owner"), now, person) == {
            i for i, r in live.items() if r["owner"] != me
        }
        assert found(place, "deal", OPERATORS["my_people"].text("owner"), now, person) == set(), (
            "nobody heads anything here"
        )
        same = {i for i, d in people.items() if own is not None and d == own}
        assert found(place, "user", OPERATORS["my_department"].text("department"), now, person) == same
        assert found(place, "user", OPERATORS["my_departments"].text("department"), now, person) == {
            i for i, d in people.items() if d in mine
        }
    for department in (1, 3):
        below = {i for i, d in people.items() if d in world.below(department)}
        assert found(place, "user", OPERATORS["under"].text("department", str(department)), now) == below
    rows = {
        id: [r for r in world.rows["deal_item"].values() if r["deal"] == id and r["deleted_at"] is None]
        for id in live
    }
    for name, operand, meant in (
        ("rows_where", "quantity > 1", lambda some: any(r["quantity"] > 1 for r in some)),
        ("no_rows_where", "quantity > 1", lambda some: not any(r["quantity"] > 1 for r in some)),
        ("rows_from", "2", lambda some: len(some) >= 2), ("rows_to", "1", lambda some: len(some) <= 1),
    ):  # fmt: skip
        text = OPERATORS[name].text("items", operand)
        assert found(place, "deal", text, now) == {id for id, some in rows.items() if meant(some)}, text
