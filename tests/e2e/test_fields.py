"""Fields at real browsers: days typed as people type them or picked by keys, stars, choices, faults that keep the text."""

from __future__ import annotations

from datetime import datetime

from playwright.sync_api import expect

from tests.e2e.conftest import Login


def test_a_day_is_typed_as_people_type_it_or_picked_in_the_calendar_by_keys(login: Login) -> None:
    person = login("marina")
    person.goto("/e/deal/new")
    field = person.page.locator("#f-closes_on")
    person.page.clock.set_fixed_time(datetime(2026, 12, 30, 12))
    for typed in ("завтра", "+1", "31.12", "31 12 26", "31122026"):
        field.fill(typed)
        field.press("Tab")
        expect(field).to_have_value("31.12.2026")
    field.fill("21.11.2026")
    field.press("Alt+ArrowDown")
    calendar = person.page.locator(".calendar")
    expect(calendar.locator("h2")).to_have_text("ноябрь 2026")
    expect(calendar.locator("th").first).to_have_text("пн")
    expect(calendar.locator(":focus")).to_have_text("21")
    assert person.barriers() == []
    for key in ("ArrowRight", "ArrowDown", "PageDown", "Home", "End", "ArrowUp"):
        person.page.keyboard.press(key)
    expect(calendar.locator(":focus")).to_have_attribute("data-iso", "2026-12-27")
    person.page.keyboard.press("Enter")
    expect(field).to_be_focused()
    expect(field).to_have_value("27.12.2026")
    field.press("Alt+ArrowDown")
    expect(calendar.locator(":focus")).to_have_text("27")
    person.page.keyboard.press("Shift+PageUp")
    expect(calendar.locator("h2")).to_have_text("декабрь 2025")
    person.page.keyboard.press("Escape")
    expect(calendar).to_have_count(0)
    expect(field).to_be_focused()
    expect(field).to_have_value("27.12.2026")


def test_amounts_and_moments_are_tidied_and_what_is_not_understood_stays(login: Login) -> None:
    person = login("marina")
    person.goto("/e/lead/new")
    budget, moment = person.page.locator("#f-budget"), person.page.locator("#f-callback_at")
    budget.fill("1200,50 р.")
    budget.press("Tab")
    expect(budget).to_have_value("1\u00a0200,50")
    budget.fill("1.200")
    moment.fill("21.11.26 9.30")
    moment.fill("21.11.26 9:30")
    moment.press("Tab")
    expect(moment).to_have_value("21.11.2026 09:30")
    person.page.fill("#f-name", "Кран")
    person.page.fill("#f-email", "нет адреса")
    person.page.click("[data-save]")
    expect(person.page.locator("#f-email-wrong")).to_contain_text("@")
    expect(person.page.locator("#f-budget-wrong")).to_contain_text("по-разному")
    expect(budget).to_have_value("1.200")
    expect(person.page.locator("#f-email")).to_have_value("нет адреса")
