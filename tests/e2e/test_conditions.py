"""Conditions at a real browser: fields that lock and open, cells of rows that stand, are required, locked, follow again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core import records
from core.access.actor import system_actor
from core.settings import Settings
from core.solutions.start import initialize
from core.storage.workspace import Transaction
from tests.e2e.conftest import WORDS
from tests.papers import picture

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import FilePayload, Locator

    from tests.e2e.conftest import Login

pytestmark = pytest.mark.e2e

FILES = {
    "solution.yaml": "{name: rents, label: {ru: Аренда, en: Rents}}",
    "entities/rent.yaml": """
name: rent
label: {ru: Договор, en: Rent}
title: "{name}"
fields:
  - {name: name, type: text, required: true}
  - {name: closed, type: boolean, default: "false"}
  - {name: price, type: money, read_only_if: "closed"}
  - {name: kind, type: choice, read_only_if: "closed", choices: [{name: day}, {name: month}]}
  - {name: note, type: text, read_only_if: "LENGTH(name) > 10"}
  - {name: photo, type: image}
  - {name: lines, type: children, of: rent_line, required_if: "closed", read_only_if: "LENGTH(name) = 3"}
""",
    "entities/rent_line.yaml": """
name: rent_line
fields:
  - {name: rent, type: link, to: rent, required: true}
  - {name: what, type: text}
  - {name: reason, type: text, required_if: "what = 'gift'", visible_if: "what <> 'plain'"}
  - {name: seal, type: text, read_only_if: "what = 'sealed'"}
  - {name: fee, type: money, read_only_if: "rent.closed"}
  - {name: cost, type: money, copy: "fee"}
""",
    "actions/take_photo.yaml": """
name: take_photo
label: {ru: Сфотографировать, en: Take a photo}
entity: rent
where: [card]
inputs:
  - {name: photo, type: image, required: true, label: {ru: Снимок, en: Photo}}
steps:
  - {do: set, values: {photo: input.photo}}
""",
}


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rents in place of the demonstration."""
    base = tmp_path_factory.mktemp("rents")
    for name, text in FILES.items():
        path = base / "rents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    workspace = initialize(
        Settings(home=base / "home"), (str(base / "rents"),), login="admin", password=WORDS
    )

    def fill(tx: Transaction) -> None:
        lines = [{"what": "sealed", "seal": "A", "fee": 5}, {"what": "gift", "reason": "b", "cost": 7}]
        values = {"name": "Склад", "closed": True, "price": 10, "lines": lines}
        records.create(tx, system_actor(), "rent", values)

    workspace.write(fill)
    workspace.close()
    return base / "home"


def test_what_is_read_only_under_a_condition_locks_and_opens_while_one_types(login: Login) -> None:
    person = login("admin")
    page = person.page
    person.goto("/e/rent/1/edit")
    price, sign = page.locator("#f-price"), page.locator("[data-field='/price'] [data-lock-sign]")
    expect(price).to_have_js_property("readOnly", True)
    expect(sign).to_be_visible()
    expect(page.locator("[data-field='/price'] [data-lock-words]")).to_be_visible()
    assert person.barriers() == []
    page.locator("#f-kind").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#f-kind")).to_have_value("")
    page.uncheck("#f-closed")
    expect(price).to_have_js_property("readOnly", False)
    expect(sign).to_be_hidden()
    page.check("#f-closed")
    expect(price).to_have_js_property("readOnly", True)
    page.uncheck("#f-closed")
    price.fill("12")
    page.select_option("#f-kind", "month")
    page.fill("#f-name", "Склад на окраине")
    expect(page.locator("#f-note")).to_have_js_property("readOnly", True)
    page.fill("#f-name", "Дом")
    expect(page.locator("#f-note")).to_have_js_property("readOnly", False)
    expect(page.locator("[data-rows] > [data-lock-words]")).to_be_visible()
    page.locator("[data-remove]").first.click(force=True)
    page.locator("td[data-cell=what] input").first.focus()
    page.keyboard.press("Control+d")
    page.keyboard.press("Delete")
    expect(page.locator("tr.entry:not(.waiting)")).to_have_count(2)
    assert person.barriers() == []
    page.fill("#f-name", "Склад")
    expect(page.locator("[data-rows] > [data-lock-words]")).to_be_hidden()
    page.check("#f-closed")
    expect(price).to_have_js_property("readOnly", False)
    page.uncheck("#f-closed")
    person.save()
    expect(page.locator("[data-name=price]")).to_contain_text("12")
    assert person.violations() == []


def cell(page: Locator, name: str) -> Locator:
    return page.locator(f":scope > td[data-cell='{name}']")


def test_cells_of_rows_stand_are_required_and_lock_by_their_row_and_follow_again(login: Login) -> None:
    person = login("admin")
    page, keys = person.page, person.page.keyboard
    person.goto("/e/rent/1/edit")
    page.uncheck("#f-closed")
    sealed, gift = page.locator("tr.entry").nth(0), page.locator("tr.entry").nth(1)
    expect(cell(sealed, "seal").locator("input")).to_have_js_property("readOnly", True)
    expect(cell(gift, "seal").locator("input")).to_have_js_property("readOnly", False)
    expect(cell(gift, "reason").locator("input")).to_have_attribute("aria-required", "true")
    expect(cell(sealed, "reason").locator("input")).not_to_have_attribute("aria-required", "true")
    cell(gift, "what").locator("input").fill("plain")
    expect(cell(gift, "reason").locator("input")).to_be_hidden()
    cell(gift, "what").locator("input").fill("gift")
    expect(cell(gift, "reason").locator("input")).to_be_visible()
    page.check("#f-closed")
    expect(cell(gift, "fee").locator("input")).to_have_js_property("readOnly", True)
    assert person.barriers() == []
    page.uncheck("#f-closed")
    expect(cell(gift, "fee").locator("input")).to_have_js_property("readOnly", False)
    cost = cell(sealed, "cost").locator("input.input")
    cost.fill("9")
    expect(cell(sealed, "cost").locator("[data-refresh]")).to_have_count(1)
    cost.focus()
    keys.press("F9")
    expect(cost).to_have_value("5")
    expect(cell(sealed, "cost").locator("[data-refresh]")).to_have_count(0)
    person.save()
    phone = login("admin", width=390)
    phone.goto("/e/rent/1/edit")
    phone.page.locator("tr.entry .sum button").first.click()
    sheet = phone.page.locator("dialog.sheet")
    expect(sheet.locator("[data-cell=seal] input")).to_have_js_property("readOnly", True)
    assert phone.barriers() == []


def test_an_action_asks_for_a_picture(login: Login) -> None:
    person = login("admin")
    page = person.page
    photo: FilePayload = {"name": "Вид.png", "mimeType": "image/png", "buffer": picture(kind="PNG")}
    person.goto("/e/rent/1")
    page.click("a[href$='/run/take_photo']")
    page.wait_for_selector("dialog.action[open]")
    page.locator("dialog.action .file-input").first.set_input_files([photo])
    expect(page.locator("dialog.action .file-item a")).to_have_text("Вид.png")
    page.click("dialog.action [data-save]")
    expect(page.locator("[data-name=photo] img").first).to_be_visible()
    another: FilePayload = {**photo, "name": "Новый.png"}
    plain = login("admin", scripts=False)
    plain.goto("/e/rent/1/run/take_photo")
    plain.page.locator(".file-input").first.set_input_files([another])
    plain.page.click(".dlg-foot button[data-save]")
    expect(plain.page.locator("[data-name=photo] img[alt='Новый.png']")).to_be_visible()
