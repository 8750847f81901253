"""Calendars and trees in a real browser: records moved by mouse, keyboard and finger, found, created; the address keeps it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.test_boards import said, swipe

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e
CALENDAR = "/e/activity?view=activities_calendar"
TREE = "/e/department?view=departments_tree"
AT_ONCE = """
() => addEventListener("focusin", ({ target }) => target.dispatchEvent(
    new KeyboardEvent("keydown", { key: "ArrowDown", code: "ArrowDown", altKey: true, bubbles: true })), { once: true })
"""
"""Who presses the next key the moment the focus is there again."""
AT_MORNING = """
() => { const hours = document.querySelector(".calview.timed .cscroll"); return !hours || hours.scrollTop > 0; }
"""


def made(person: Person, entity: str, **values: object) -> str:
    """A record written by the API as this person; its number."""
    token = person.page.locator("meta[name=csrf-token]").get_attribute("content")
    answer = person.page.request.post(
        f"{person.url}/api/records/{entity}", data=values, headers={"X-CSRF-Token": str(token)}
    )
    assert answer.status == 201, answer.text()
    return str(answer.json()["id"])


def calendar(person: Person, state: str) -> None:
    """Open a calendar by hours and wait until what is in it stands at its hour."""
    person.goto(f"{CALENDAR}&{state}")
    person.page.wait_for_selector(".ctimes .centry[style*='top']")
    person.settle()


def hours(person: Person, address: str) -> None:
    """Open a calendar by hours or another page; the one by hours stands at the morning when its scripts are there."""
    person.goto(address)
    person.page.wait_for_function(AT_MORNING)
    person.settle()


def tree(person: Person) -> None:
    """Open the tree and wait until the keyboard can reach it."""
    person.goto(TREE)
    person.page.wait_for_selector("tr[data-id][tabindex='0']")
    person.settle()


def entry(person: Person, record: str) -> Locator:
    return person.page.locator(f".centry[data-entry='{record}']")


def falls_on(person: Person, record: str, day: dt.date) -> None:
    expect(person.page.locator(f".cday[data-on='{day}'] .centry[data-entry='{record}']")).to_have_count(1)


def middle(person: Person, place: Locator, *, bring: bool = True) -> tuple[float, float]:
    box = person.box(place, bring=bring)
    return box["x"] + min(60, box["width"] / 2), box["y"] + min(10, box["height"] / 2)


def drag(person: Person, start: tuple[float, float], end: tuple[float, float]) -> None:
    person.page.mouse.move(*start)
    person.page.mouse.down()
    person.page.mouse.move(start[0] + 12, start[1] + 6, steps=2)
    person.page.mouse.move(*end, steps=5)
    person.page.mouse.up()


def monday() -> dt.date:
    """The Monday of this week where the demonstration system is."""
    today = dt.datetime.now(ZoneInfo("Europe/Moscow")).date()
    return today - dt.timedelta(days=today.weekday())


def day_of(begin: dt.date, days: int) -> dt.date:
    return begin + dt.timedelta(days=days)


def test_a_record_of_a_calendar_goes_to_another_day_and_hour_and_back(login: Login) -> None:
    anna = login("anna")
    anna.goto("/")
    page, begin = anna.page, monday()
    call = made(
        anna,
        "activity",
        subject="Созвон о маркизах",
        kind="call",
        about={"entity": "deal", "id": 1},
        due_at=f"{begin}T08:00:00Z",
    )
    calendar(anna, f"scale=week&on={begin}")
    falls_on(anna, call, begin)
    time = str(entry(anna, call).locator("time").inner_text())

    x, y = middle(anna, entry(anna, call))
    target = anna.box(page.locator(f".cday[data-on='{day_of(begin, 2)}'] .ctimes"), bring=False)
    drag(anna, (x, y), (target["x"] + 40, y + 48))  # two days and an hour later
    falls_on(anna, call, day_of(begin, 2))
    later = f"{int(time[:2]) + 1:02}{time[2:]}"
    expect(entry(anna, call).locator("time")).to_have_text(later)
    page.locator(".toast .plain").first.click()
    falls_on(anna, call, begin)
    expect(entry(anna, call).locator("time")).to_have_text(time)

    entry(anna, call).locator("a").first.focus()
    page.evaluate(AT_ONCE)
    page.keyboard.press("Alt+ArrowRight")
    falls_on(anna, call, day_of(begin, 1))
    expect(entry(anna, call).locator("time")).to_have_text(f"{time[:2]}:15")
    for _ in range(3):  # faster than the calendar can be drawn
        page.keyboard.press("Alt+ArrowDown")
    expect(entry(anna, call).locator("time")).to_have_text(f"{int(time[:2]) + 1:02}:00")
    expect(entry(anna, call).locator("a").first).to_be_focused()
    expect(said(anna)).to_contain_text("Созвон о маркизах: теперь")

    page.locator(".segments a", has_text="Месяц").click()
    expect(page.locator(".calview.month")).to_have_count(1)
    falls_on(anna, call, day_of(begin, 1))
    cell = page.locator(f".cday[data-on='{day_of(begin, 4)}']")
    drag(anna, middle(anna, entry(anna, call)), middle(anna, cell.locator("h3"), bring=False))
    falls_on(anna, call, day_of(begin, 4))
    anna.goto(page.url.removeprefix(anna.url))  # the address is what was seen
    falls_on(anna, call, day_of(begin, 4))

    page.fill("#list-search", "маркизы")  # a form of the word
    expect(page.locator(".centry")).to_have_count(1)
    page.locator(".tabs a", has_text="Все").click()
    expect(page.locator("#rows tr[data-id]")).to_have_count(1)  # the same records as a list
    page.go_back()
    falls_on(anna, call, day_of(begin, 4))
    page.fill("#list-search", "такого дела нет")
    expect(page.locator(".cnote")).to_have_text("На эти дни ничего нет.")

    hours(anna, f"{CALENDAR}&scale=day&on={begin}")
    assert anna.barriers() == []
    hour = anna.box(page.locator(".ctimes"), bring=False)
    page.mouse.dblclick(hour["x"] + hour["width"] - 20, hour["y"] + 10 * 48 + 26)
    page.wait_for_url("**/e/activity/new?due_at=*T10:30")
    assert anna.violations() == []


def test_calendars_and_trees_are_free_of_barriers_in_the_dark_and_on_a_phone(login: Login) -> None:
    admin = login("admin", dark=True)
    for address in (CALENDAR, f"{CALENDAR}&scale=week", TREE):
        hours(admin, address)
        assert admin.barriers() == []
    assert admin.violations() == []

    igor = login("igor", width=390, height=844)
    igor.goto("/")
    call = made(
        igor,
        "activity",
        subject="Перенести пальцем",
        kind="call",
        about={"entity": "deal", "id": 1},
        due_at=f"{monday()}T09:00:00Z",
    )
    igor.goto(f"{CALENDAR}&on={monday()}")
    assert igor.barriers() == []
    expect(igor.page.locator(".cday.today")).to_be_in_viewport()  # the agenda begins at today
    expect(igor.page.locator(".tabs [aria-current]")).to_be_in_viewport()
    calendar(igor, f"scale=day&on={monday()}")
    x, y = middle(igor, entry(igor, call))
    time = entry(igor, call).locator("time").inner_text()
    swipe(igor, (x, y), (x, y + 48), rest=False)  # that was scrolling
    expect(entry(igor, call).locator("time")).to_have_text(time)
    x, y = middle(igor, entry(igor, call))
    swipe(igor, (x, y), (x, y + 48), rest=True)
    expect(entry(igor, call).locator("time")).to_have_text(f"{int(time[:2]) + 1:02}{time[2:]}")
    tree(igor)
    expect(igor.page.locator("tr[data-id] .tname").first).to_be_visible()
    igor.page.locator("[data-fold]").first.tap()
    expect(igor.page.locator("tr[data-id]")).to_have_count(1)


def test_a_record_of_a_tree_is_carried_under_another_and_found_with_what_is_above_it(login: Login) -> None:
    admin = login("admin")
    admin.goto("/")
    page = admin.page
    top = str(made(admin, "department", name="Логистика"))
    below = made(admin, "department", name="Склад и доставка", parent=int(top))
    tree(admin)
    row = lambda record: page.locator(f"tr[data-id='{record}']")  # noqa: E731
    expect(row(below)).to_have_attribute("aria-level", "2")  # few at the top: they are open

    sales = page.locator("tr[data-level='1']", has_text="Отдел продаж")
    name = row(below).locator("td.name")
    drag(admin, middle(admin, name), middle(admin, sales.locator("td.name"), bring=False))
    expect(page.locator(".toast")).to_contain_text("Перенесено")
    number = str(sales.get_attribute("data-id"))
    expect(page.locator(f"tr[data-id='{number}'] ~ tr[data-id='{below}'][data-level='2']")).to_have_count(1)
    expect(row(top)).not_to_have_attribute("aria-expanded", "true")
    page.locator(".toast .plain").first.click()
    expect(page.locator(f"tr[data-id='{top}'] + tr[data-id='{below}']")).to_have_count(1)

    row(below).focus()
    page.keyboard.press("Control+KeyX")
    expect(said(admin)).to_contain_text("Склад и доставка: взято")
    page.keyboard.press("KeyT")
    expect(row(below)).to_have_attribute("aria-level", "1")
    expect(row(below)).to_be_focused()
    page.keyboard.press("Control+KeyX")
    page.keyboard.press("Home")
    first = str(page.locator("tr[data-id]").first.get_attribute("data-id"))
    page.keyboard.press("Enter")
    expect(row(below)).to_have_attribute("aria-level", "2")
    expect(row(below)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(row(first)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(row(below)).to_have_count(0)
    page.reload()
    expect(row(first)).to_have_attribute("aria-expanded", "false")  # what was folded stays so
    page.fill("#list-search", "доставки")
    expect(page.locator("tr[data-id]")).to_have_count(2)  # found, and what is above it
    expect(row(first)).to_have_class("tl1 way")
    assert admin.barriers() == [] and admin.violations() == []
