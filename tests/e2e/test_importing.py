"""An import in a browser: a workbook as people have them, of companies with contacts, telephones and deals; repaired in
place, brought in, taken back; the same on a phone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e

HEAD = (
    "№",
    "Организация",
    "ИНН",
    "Контактное лицо",
    "Телефон",
    "Эл. почта",
    "Сделка",
    "Сумма",
    "Менеджер",
    "Дата",
    "Стадия",
)


def messy(path: Path) -> Path:
    """Titles above, merged companies, two telephones in a cell, managers by surname, amounts as texts, a total below."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Клиенты")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy"})
    sheet.merge_range(0, 0, 0, 9, "Реестр клиентов и сделок", bold)
    sheet.write(1, 0, "по состоянию на 01.11.2026")
    sheet.write_row(3, 0, HEAD, bold)
    for pair in range(3):
        top = 4 + 2 * pair
        sheet.merge_range(top, 1, top + 1, 1, f"ООО «Причал {pair}»")
        sheet.merge_range(top, 2, top + 1, 2, 7714000001 + pair)
        for one in range(2):
            row, number = top + one, 2 * pair + one
            sheet.write(row, 0, number + 1)
            sheet.write_row(row, 3, (f"Громова Вера {number}", f"8 (916) 000-20-{number:02}; 8 916 000-40-{number:02}",
                                     f"g{number}@example.com" if number != 1 else "g1@example,com",
                                     f"Поставка {number}", f"{number + 1} 200 000,50 ₽"))  # fmt: skip
            sheet.write(row, 8, "Соколов" if one else "Ковалёва")
            sheet.write_datetime(row, 9, dt.datetime(2026, 3, number + 1), day)
            sheet.write(row, 10, "Предложение" if number != 4 else "Предложенние")
    sheet.write(10, 0, "Итого", bold)
    sheet.write_formula(10, 7, "=SUM(H5:H10)", bold, 21_000_003)
    book.close()
    return path


def send(person: Person, file: Path) -> None:
    person.goto("/imports")
    person.page.set_input_files("input[type=file]", file)
    person.page.wait_for_url("**/imports/open/**")
    person.settle()


def told(page: Page, good: int, wrong: int | None = None) -> None:
    """What the job has counted at its end."""
    counts = page.locator("#import:not([hx-trigger]) .import-counts dd")
    expect(counts.first).to_have_text(str(good), timeout=60_000)
    if wrong is not None:
        expect(counts.nth(3)).to_have_text(str(wrong))


def test_a_messy_workbook_is_corrected_brought_in_and_taken_back(login: Login, tmp_path: Path) -> None:
    head = login("anna")
    page = head.page
    send(head, messy(tmp_path / "реестр.xlsx"))
    for name in ("Организация", "ИНН", "Контактное лицо", "Телефон", "Сделка", "Сумма", "Менеджер"):
        line = page.locator(".import-columns tr", has=page.get_by_role("rowheader", name=name, exact=True))
        expect(line.locator("select").first).not_to_have_value("")
    expect(page.locator(".import-side")).to_contain_text("ООО «Причал 0»")
    expect(page.locator(".import-side")).to_contain_text("Ковалёва Марина Игоревна")
    assert head.barriers() == []
    page.emulate_media(color_scheme="dark")
    assert head.barriers(colours=True) == []
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("[name=incomplete]").press("Space")
    head.settle()
    expect(page.locator("[name=incomplete]")).to_be_focused()  # the form was drawn anew
    expect(page.locator("[name=incomplete]")).to_be_checked()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("[name=incomplete]").press("Space")
    head.settle()
    page.locator("[data-import-next]").press("Enter")
    page.wait_for_url("**/check*")
    told(page, 4, 2)
    assert head.barriers(colours=True) == []
    cells = page.locator(".import-errors input.bad")
    expect(cells).to_have_count(2)
    cells.last.fill("Предложение")
    cells.last.press("Enter")  # takes no offer of another line
    told(page, 5, 1)
    page.get_by_role("button", name="g1@example.com").click()
    told(page, 6, 0)
    page.locator(".act form button.primary").click()
    page.wait_for_url("**/imports/*")
    told(page, 6)
    assert head.barriers() == []
    head.goto("/e/contact?q=Громова Вера 3")
    expect(page.locator("#rows tbody")).to_contain_text("ООО «Причал 1»")
    head.goto("/imports")
    page.locator(".import-history a").first.click()
    page.locator("form.import-back button").first.click()
    back = page.locator("#import:not([hx-trigger])")
    expect(back).to_contain_text("в корзине: 0 · оставлено: 0", timeout=60_000)
    head.goto("/e/company?q=Причал")
    expect(page.locator("#rows tbody tr[data-id]")).to_have_count(0)
    assert head.violations() == []


def test_the_same_on_a_phone(login: Login, tmp_path: Path) -> None:
    head = login("anna", width=390, height=844)
    page = head.page
    send(head, messy(tmp_path / "реестр.xlsx"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert head.barriers() == []
    page.locator("[data-import-next]").click()
    page.wait_for_url("**/check*")
    told(page, 4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert head.barriers() == []
    assert head.violations() == []


def test_what_is_there_already_and_earlier_imports_are_told_on_a_phone(login: Login, tmp_path: Path) -> None:
    head = login("anna", width=390, height=844)
    page = head.page
    file = tmp_path / "телефоны.csv"
    file.write_text("Организация;Контактное лицо;Телефон\nООО «Пирс»;Громов Пётр;8 916 000-70-01\n", "utf-8")
    send(head, file)
    page.locator("[data-import-next]").click()
    page.wait_for_url("**/check*")
    told(page, 1)
    page.locator(".act form button.primary").click()
    page.wait_for_url("**/imports/*")
    told(page, 1)
    send(head, file)
    titles = page.locator(".import-side h2 a")
    expect(titles.filter(has_text="8 (916) 000-70-01")).to_have_count(1)
    assert head.barriers() == []  # a telephone in a link is no link of its own
    head.goto("/imports")
    expect(page.locator(".import-history .name a").first).to_have_text("телефоны.csv")
    wide = "() => [...document.querySelectorAll('.import-scroll, html')].some((box) => box.scrollWidth > box.clientWidth)"
    assert not page.evaluate(wide)
    assert head.barriers() == []


def test_a_check_is_begun_once(login: Login, tmp_path: Path) -> None:
    head = login("anna")
    page = head.page
    file = tmp_path / "дважды.csv"
    file.write_text("Организация;Контактное лицо\nООО «Маяк»;Громова Анна\n", "utf-8")
    send(head, file)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    held = head.hold("**/imports/open/*", first=True)
    page.locator("[data-import-next]").focus()
    with page.expect_request("**/imports/open/*"):
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    held.go_on()
    page.wait_for_url("**/check*")
    told(page, 1)
    assert len(sent) == 1
