"""The order of 95 fields in the browser: tabs, sections, conditions, child rows, names that are words; saved and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from core import records
from core.access.actor import system_actor
from core.settings import Settings
from core.solutions.start import initialize
from core.storage.workspace import Transaction
from tests.e2e.conftest import WORDS
from tests.shapes.conftest import PEERS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Instead of the demonstration system: the shapes of peers with a customer, a price list and goods."""
    home = tmp_path_factory.mktemp("peers") / "home"
    workspace = initialize(Settings(home=home), (str(PEERS),), login="admin", password=WORDS)

    def fill(tx: Transaction) -> None:
        def add(entity: str, **values: Any) -> int:
            return records.create(tx, system_actor(), entity, values).id

        group = add("class", name="Розница", key="a")
        add("customer", name="Ромашка", inn="7707083893", group=group)
        add("own_company", name="Наша фирма")
        add("price_list", name="Основной", currency="RUB")
        add("item", name="Сыр", price="120.50", weight="0.250")

    workspace.write(fill)
    workspace.close()
    return home


def choose(person: Person, field: str, text: str) -> None:
    person.page.fill(field, text)
    person.page.wait_for_selector(".options:not([hidden]) li[aria-selected='true']")
    person.page.keyboard.press("Enter")


def test_an_order_of_95_fields_is_filled_and_read(login: Login) -> None:
    person = login("admin")
    page = person.page
    person.goto("/e/order/new")
    expect(page.locator("[data-tab]")).to_have_count(5)
    page.fill("#f-title", "Осенний")
    choose(person, "#f-customer", "Ромашка")
    choose(person, "#f-company", "Наша")
    expect(page.locator("#f-po_date")).to_be_hidden()
    page.fill("#f-po_no", "17-А")
    expect(page.locator("#f-po_date")).to_be_visible()
    expect(page.locator("#f-delivery_date")).to_be_visible()
    page.check("#f-skip_delivery")
    expect(page.locator("#f-delivery_date")).to_be_hidden()
    page.locator("summary:has-text('Валюта и цены')").click()
    choose(person, "#f-price_list", "Основной")
    page.locator("tr.entry input.input").first.focus()
    page.keyboard.type("сыр")
    page.wait_for_selector(".options:not([hidden]) li[aria-selected='true']")
    page.keyboard.press("Tab")
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    page.locator("[data-tab]:has-text('Ещё')").click()
    page.locator("summary:has-text('Состояние')").wait_for()
    page.fill("#f-from", "01.02.2026")
    page.locator("#f-from").blur()
    expect(page.locator("label[for=f-to] .star")).to_be_visible()
    page.click("[data-save]")
    page.wait_for_selector(".summary")
    expect(page.locator("#f-to-wrong")).to_be_visible()
    page.fill("#f-to", "28.02.2026")
    person.save()
    expect(page.locator("[data-name=grand_total]")).to_contain_text("482")
    assert person.violations() == []
    person.goto("/e/order?sort=-type,from")
    expect(page.locator("#rows td.name")).to_have_count(1)


@pytest.mark.parametrize(("width", "dark"), [(1440, True), (390, False)], ids=["wide", "phone"])
def test_the_forms_of_75_and_95_fields_fit_the_screen(login: Login, width: int, dark: bool) -> None:
    person = login("admin", width=width, dark=dark)
    for path in ("/e/order/new", "/e/opportunity/new", "/e/key/new"):
        person.goto(path)
        assert person.barriers() == []
        assert person.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0
        assert person.violations() == []
