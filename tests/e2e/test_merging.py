"""Cards that are one, and exports, in a browser: chosen in the list, merged, taken apart; a file that is saved; on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login

pytestmark = pytest.mark.e2e


def test_two_rows_are_merged_and_taken_apart_again(login: Login) -> None:
    head = login("anna")
    page = head.page
    head.goto("/e/company")
    boxes, merge = page.locator("td.choose input"), page.locator("[data-pick-merge]")
    boxes.nth(0).check()
    expect(merge).to_be_hidden()
    boxes.nth(1).check()
    merge.click()
    head.settle()
    fields = page.locator("fieldset.merge-line")
    stays = fields.nth(0).locator("label").nth(1)
    stays.locator("input").check()
    title = stays.locator("strong").inner_text()
    fields.nth(1).locator("input").nth(1).focus()
    page.keyboard.press("ArrowLeft")
    assert head.barriers() == []
    page.emulate_media(color_scheme="dark")
    assert head.barriers(colours=True) == []
    page.get_by_role("button", name="Объединить").click()
    expect(page.locator(".outcome")).to_contain_text("2")
    expect(page.locator(".acts-row a.primary")).not_to_be_empty()
    assert head.barriers() == []
    page.get_by_role("button", name="Вернуть как было").click()
    expect(page.locator(".outcome")).to_contain_text("1")
    expect(page.locator(".acts-row a.primary")).to_contain_text(title)
    assert head.violations() == []


def test_a_list_is_saved_as_a_workbook_from_a_phone(login: Login, tmp_path: Path) -> None:
    head = login("anna", width=390, height=844)
    page = head.page
    head.goto("/e/deal/export?view=all&filter=amount > 1000000&sort=-amount")
    assert head.barriers() == []
    with page.expect_download() as saving:
        page.get_by_role("button", name="Выгрузить").click()
    saving.value.save_as(tmp_path / "deals.xlsx")
    rows = list(load_workbook(tmp_path / "deals.xlsx")["Сделки"].values)
    amount = rows[0].index("Сумма")
    amounts = [float(str(row[amount])) for row in rows[1:]]
    assert amounts == sorted(amounts, reverse=True) and min(amounts) > 1_000_000
    head.goto("/exports")
    expect(page.locator("#files")).to_be_visible()
    assert head.barriers() == []
    assert head.violations() == []
