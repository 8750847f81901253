"""Records in a real browser: signing in, a deal with items, refusals, two people at once, the bin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Dialog, expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e


def choose(person: Person, selector: str, text: str) -> None:
    """Type into a link's field and take the first option with the keyboard."""
    field = person.page.locator(selector)
    field.click()
    field.press_sequentially(text, delay=20)
    person.page.wait_for_selector(".options:not([hidden]) li")
    if not text:
        field.press("ArrowDown")
    person.page.wait_for_selector(".options:not([hidden]) li[aria-selected='true']")
    field.press("Enter")


def new_deal(person: Person, name: str) -> None:
    """Save a deal of that name and stand on its card."""
    person.goto("/e/deal/new")
    person.page.fill("#f-name", name)
    person.save()


def test_a_wrong_password_is_refused_and_the_login_stays(login: Login) -> None:
    nobody = login(None)
    nobody.page.fill("#login", "marina")
    nobody.page.fill("#password", "not this one")
    nobody.page.click("form[action='/sign-in'] button.primary")
    expect(nobody.page.locator("#refused")).to_be_visible()
    expect(nobody.page.locator("#login")).to_have_value("marina")
    expect(nobody.page.locator("#password")).to_have_value("")


def test_signing_in_leads_to_the_page_asked_for_and_out_again(login: Login) -> None:
    person = login(None)
    person.goto("/e/company?q=Транзит")
    assert "/sign-in" in person.page.url
    person.page.fill("#login", "marina")
    person.page.fill("#password", "kubik-demo")
    person.page.click("form[action='/sign-in'] button.primary")
    person.page.wait_for_url("**/e/company?q=*")
    person.page.click(".me > summary")
    person.page.click(".me form[action='/sign-out'] button")
    person.page.wait_for_url("**/sign-in*")
    person.goto("/e/company")
    assert "/sign-in" in person.page.url


def test_a_deal_with_three_items_is_made_with_the_keyboard(login: Login) -> None:
    person = login("marina")
    person.goto("/e/deal")
    person.page.keyboard.press("n")
    person.page.wait_for_url("**/e/deal/new")
    person.page.fill("#f-name", "Три позиции")
    choose(person, "#f-company", "Транзит")
    choose(person, "#f-contact", "")
    for index, (product, quantity) in enumerate([("Стойка 3000", "10"), ("Балка", "20,5"), ("Монтаж", "1")]):
        row = person.page.locator("tr[data-row]").nth(index)
        field = row.locator("[data-combo] input.input")
        field.click()
        field.press_sequentially(product, delay=20)
        person.page.wait_for_selector(".options:not([hidden]) li[aria-selected='true']")
        field.press("Enter")
        row.locator("input[name$='/quantity']").fill(quantity)
    expect(person.page.locator("tr.waiting")).to_have_count(1)
    person.page.keyboard.press("Control+s")
    person.page.wait_for_selector(".rec")
    expect(person.page.locator(".toast")).to_be_visible()  # first: it stands for six seconds
    expect(person.page.locator("h1")).to_contain_text("Три позиции")
    expect(person.page.locator(".kids tbody tr")).to_have_count(3)
    expect(person.page.locator(".kids tbody tr").nth(1)).to_contain_text("20,5")
    expect(person.page.locator(".kids tfoot")).to_contain_text("₽")
    assert person.violations() == []


def test_child_rows_are_moved_and_removed(login: Login) -> None:
    person = login("admin")
    person.goto("/e/deal/5/edit")
    products = person.page.locator("tr[data-row]:not(.waiting) [data-combo] input.input")

    def stand(*names: str) -> None:
        expect(products).to_have_count(len(names))
        for at, name in enumerate(names):
            expect(products.nth(at)).to_have_value(name)

    expect(person.page.locator("tr.waiting")).to_have_count(1)
    before = [box.input_value() for box in products.all()]
    assert len(before) >= 2
    person.page.locator("tr[data-row] input.input").first.focus()
    person.page.keyboard.press("Alt+ArrowDown")
    stand(before[1], before[0], *before[2:])
    person.page.locator("tr[data-row]").nth(0).hover()
    person.page.locator("tr[data-row]").nth(0).locator("[data-remove]").click()
    stand(before[0], *before[2:])
    person.save()
    person.goto("/e/deal/5/edit")
    stand(before[0], *before[2:])


def test_sums_follow_what_is_typed_and_are_those_that_are_saved(login: Login) -> None:
    person = login("anna")
    person.goto("/e/deal/5/edit")
    row = person.page.locator(".rows tr[data-row]").first
    amount, total = row.locator("[data-computed]"), person.page.locator(".rows tfoot td[data-total]")
    expect(person.page.locator("tr.waiting")).to_have_count(1)
    before, sum_before = amount.inner_text(), total.inner_text()
    row.locator("input[name$='/quantity']").fill("7")
    expect(amount).not_to_have_text(before)
    expect(total).not_to_have_text(sum_before)
    expect(total).to_have_text(re.compile(r"\d"))
    shown = re.sub(r"\s", "", total.inner_text())
    person.save()
    expect(person.page.locator(".kids tfoot")).to_have_text(re.compile(r"\s?".join(map(re.escape, shown))))


def test_a_refused_form_keeps_everything_typed(login: Login) -> None:
    person = login("marina")
    person.goto("/e/deal/new")
    person.page.fill("#f-amount", "сто рублей")
    person.page.fill("#f-closes_on", "2027-01-31")
    row = person.page.locator("tr[data-row]").nth(0)
    row.locator("input[name$='/quantity']").fill("-5")
    person.page.click("[data-save]")
    summary = person.page.locator(".summary")
    expect(summary).to_be_focused()
    expect(person.page.locator("#f-name")).to_have_attribute("aria-invalid", "true")
    expect(person.page.locator("#f-amount")).to_have_value("сто рублей")
    expect(person.page.locator("#f-amount")).to_have_attribute("aria-invalid", "true")
    expect(person.page.locator("#f-closes_on")).to_have_value("31.01.2027")
    expect(person.page.locator("tr[data-row]").nth(0).locator("input[name$='/quantity']")).to_have_value("−5")
    expect(person.page.locator("tr.told")).to_be_visible()
    summary.locator("a").first.click()
    expect(person.page.locator("#f-name")).to_be_focused()
    assert "/e/deal/new" in person.page.url
    sent = person.hold("**/e/deal/new", first=True)
    with person.page.expect_request("**/e/deal/new"):
        person.page.keyboard.press("Control+s")
    person.page.fill("#f-name", "Исправлена, пока отвечали")
    person.page.keyboard.press("Control+s")
    with person.page.expect_request("**/e/deal/new"):
        sent.go_on()
    expect(person.page.locator("#f-name-wrong")).to_have_count(0)
    expect(person.page.locator("#f-name")).to_have_value("Исправлена, пока отвечали")
    assert person.violations() == []


def test_a_refused_form_keeps_everything_typed_without_scripts(login: Login) -> None:
    person = login("marina", scripts=False)
    person.goto("/e/deal/new")
    person.page.fill("#f-amount", "-5")
    person.page.fill("[name='/company~text']", "такой компании нет")
    person.page.click("[data-save]")
    expect(person.page.locator(".summary")).to_be_visible()
    expect(person.page.locator("#f-amount")).to_have_value("-5")
    expect(person.page.locator("[name='/company~text']")).to_have_value("такой компании нет")


def test_a_deal_is_made_without_scripts(login: Login) -> None:
    person = login("marina", scripts=False)
    person.goto("/e/deal/new")
    person.page.fill("#f-name", "Без сценариев")
    person.page.fill("[name='/company~text']", "транзит-юг")
    person.page.click("[data-add]")
    person.page.fill("[name='/items/0/product~text']", "Обучение персонала")
    person.page.fill("[name='/items/0/quantity']", "2")
    person.page.click("[data-save]")
    expect(person.page.locator("h1")).to_contain_text("Без сценариев")
    expect(person.page.locator(".values")).to_contain_text(["«Транзит-Юг»"])
    expect(person.page.locator(".kids tbody tr")).to_have_count(1)


def test_of_two_who_save_the_second_is_told_and_chooses(login: Login) -> None:
    marina, anna = login("marina"), login("anna")
    new_deal(marina, "Вдвоём")
    path = marina.page.url.removeprefix(marina.url)
    marina.goto(f"{path}/edit")
    anna.goto(f"{path}/edit")
    anna.page.fill("#f-closes_on", "2099-03-30")
    anna.page.fill("#f-notes", "50 % аванс")
    anna.save()
    marina.page.fill("#f-closes_on", "2099-03-27")
    marina.page.fill("#f-probability", "60")
    marina.page.click("[data-save]")
    told = marina.page.locator("dialog.stale")
    expect(told).to_be_visible()
    expect(told).to_contain_text("Лебедева Анна")
    expect(told).to_contain_text("27.03.2099")
    expect(told).to_contain_text("30.03.2099")
    expect(told).to_contain_text("50 % аванс")
    assert marina.barriers() == []
    expect(told.locator("input[type=radio]")).to_have_count(2)  # only what both changed is asked
    told.locator("input[value=theirs]").check()
    told.locator(".btn.primary").click()
    marina.page.wait_for_selector(".rec")
    card = marina.page.locator(".values").first
    expect(card).to_contain_text("30.03.2099")
    expect(card).to_contain_text("60")
    expect(marina.page.locator(".sheet")).to_contain_text("50 % аванс")
    marina.goto("/drafts")
    expect(marina.page.locator(".paper")).not_to_contain_text("Вдвоём")


def test_mine_can_be_saved_over_theirs(login: Login) -> None:
    marina, anna = login("marina"), login("anna")
    new_deal(marina, "Поверх")
    path = marina.page.url.removeprefix(marina.url)
    marina.goto(f"{path}/edit")
    anna.goto(f"{path}/edit")
    for person in (marina, anna):
        person.page.wait_for_selector(".rich-edit[role=textbox]")
    anna.page.fill("#f-notes", "её слово")
    anna.save()
    marina.page.fill("#f-notes", "моё слово")
    marina.page.click("[data-save]")
    marina.page.wait_for_selector("dialog.stale")
    marina.page.keyboard.press("Escape")
    expect(marina.page.locator("#f-notes")).to_have_value("<p>моё слово</p>")
    expect(marina.page.locator(".theirs")).to_contain_text("её слово")
    marina.save()
    expect(marina.page.locator(".sheet")).to_contain_text("моё слово")


def test_a_deleted_record_is_in_the_bin_and_comes_back(login: Login) -> None:
    person = login("marina")
    new_deal(person, "В корзину и обратно")
    person.page.click(".top details.menu:has(form) > summary")
    person.page.click(".top details.menu form button")
    person.page.wait_for_url("**/e/deal")
    expect(person.page.locator(".toast")).to_be_visible()
    person.goto("/e/deal?view=all")
    expect(person.page.locator("#rows")).not_to_contain_text("В корзину и обратно")
    person.goto("/e/deal?bin=1")
    expect(person.page.locator("#rows")).to_contain_text("В корзину и обратно")
    person.page.locator("#rows tr", has_text="В корзину и обратно").locator("button").click()
    person.page.wait_for_selector(".rec")
    expect(person.page.locator("h1")).to_contain_text("В корзину и обратно")
    person.goto("/e/deal?view=all")
    expect(person.page.locator("#rows")).to_contain_text("В корзину и обратно")


def test_what_is_saved_twice_in_a_hurry_is_saved_once_and_a_deletion_is_undone_from_its_notice(
    login: Login,
) -> None:
    person = login("marina")
    person.goto("/e/deal/new")
    sent = person.hold("**/e/deal/new")
    person.page.fill("#f-name", "Отменить удаление")
    with person.page.expect_request("**/e/deal/new"):
        person.page.click("[data-save]")
    person.page.keyboard.press("Control+s")
    person.page.keyboard.press("Control+s")
    sent.go_on()
    person.page.wait_for_selector(".rec")
    assert len(sent.kept) == 1
    person.settle()
    person.page.click(".top details.menu:has(form) > summary")
    person.page.click(".top details.menu form button")
    person.page.wait_for_url("**/e/deal")
    person.page.click(".toast form button")
    person.page.wait_for_selector(".rec")
    expect(person.page.locator("h1")).to_contain_text("Отменить удаление")


def test_a_stage_is_changed_what_is_missing_is_asked_and_it_is_taken_back(login: Login) -> None:
    person = login("marina")
    new_deal(person, "По стадиям")
    page = person.page
    page.click(".stages button[value=offer]")
    page.wait_for_selector(".stages li.now:has-text('Предложение')")
    person.settle()
    expect(page.locator(".toast")).to_contain_text("Стадия изменена")
    expect(page.locator(".rail .feed")).to_contain_text("Предложение")
    page.click(".stages button[value=contract]")
    page.wait_for_selector("dialog form[data-move-form]")
    person.barriers()
    expect(page.locator("dialog .move-way")).to_contain_text("осталось заполнить полей: 2 из 2")
    page.fill("dialog [id='f-amount']", "1500")
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog .summary")).to_contain_text("Компания")
    expect(page.locator("dialog [id='f-amount']")).to_have_value(re.compile(r"^1\s?500$"))
    page.keyboard.press("Escape")
    expect(page.locator(".stages li.now")).to_contain_text("Предложение")
    page.click(".stage-more form button")
    page.wait_for_selector(".stages li.now:has-text('Обращение')")


def test_rows_are_chosen_by_keyboard_and_moved_together(login: Login) -> None:
    person = login("marina")
    for name in ("Вместе раз", "Вместе два"):
        new_deal(person, name)
    page = person.page
    person.goto("/e/deal?view=all&q=Вместе")
    page.focus("#rows td.name a")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("[data-picked]")).to_have_text("Выбрано: 2")
    person.barriers()
    page.click("form[data-bulk] button[value=move]")
    page.click(".bulk-dialog button[value=contract]")
    page.wait_for_selector("[id='f-amount']")
    page.fill("[id='f-amount']", "10")
    page.click(".bulk-dialog [value=preview]")
    expect(page.locator(".bulk-count")).to_contain_text("Останутся как есть: 2")
    expect(page.locator(".bulk-reasons")).to_contain_text("Компания")
    expect(page.locator(".bulk-dialog [value=go]")).to_have_count(0)


def test_somebody_else_s_company_offers_no_edit(login: Login) -> None:
    person = login("marina")
    person.goto("/e/company")
    others = person.page.locator("#rows tbody tr", has_not_text="Ковалёва").first
    others.locator("td.name a").click()
    person.page.wait_for_selector(".rec")
    expect(person.page.locator("[data-key=e]")).to_have_count(0)


def test_what_is_typed_is_guarded_and_survives_the_end_of_the_session(login: Login) -> None:
    person = login("marina")
    person.goto("/e/deal/new")
    person.page.fill("#f-name", "Сеанс кончился")
    person.page.context.clear_cookies()
    person.page.click("[data-save]")
    expect(person.page.locator("dialog#sign-in")).to_be_visible()
    expect(person.page.locator("#f-name")).to_have_value("Сеанс кончился")
    person.page.click("[data-later]")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    person.page.on("dialog", stay)
    with person.page.expect_event("dialog"):
        person.page.locator(".nav a").first.click()
    assert asked == ["beforeunload"]
    assert re.search("/e/deal/new$", person.page.url)


def test_what_is_typed_while_a_refusal_is_on_its_way_stays(login: Login) -> None:
    person = login("marina")
    person.goto("/e/deal/new")
    page, held = person.page, person.hold("**/e/deal/new", first=True)
    page.fill("#f-amount", "сто рублей")
    with page.expect_request("**/e/deal/new"):
        page.keyboard.press("Control+s")
    page.fill("#f-name", "Написано, пока отвечали")
    held.go_on()
    summary = page.locator(".summary")
    expect(page.locator(".toast")).to_contain_text("не сохранено")  # first: it stands for seconds
    expect(summary).to_contain_text("Сумма")
    expect(page.locator("#f-name")).to_have_value("Написано, пока отвечали")
    expect(page.locator("#f-name")).to_be_focused()
    summary.locator("a[href='#f-amount']").click()
    expect(page.locator("#f-amount")).to_be_focused()
    page.keyboard.press("Control+s")
    expect(page.locator("#f-amount")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#f-name")).to_have_value("Написано, пока отвечали")
    expect(page.locator("#f-name")).not_to_have_attribute("aria-invalid", "true")
    page.fill("#f-amount", "100")
    person.save()
    expect(page.locator("h1")).to_contain_text("Написано, пока отвечали")


def test_what_is_typed_while_the_refusal_of_a_move_is_on_its_way_stays(login: Login) -> None:
    person = login("marina")
    new_deal(person, "Отказ в пути")
    page = person.page
    page.click(".stages button[value=contract]")
    dialog, amount = page.locator("dialog:has(form[data-move-form])"), page.locator("dialog [id='f-amount']")
    amount.fill("15")
    held = person.hold("**/move", first=True)
    with page.expect_request("**/move"):
        page.keyboard.press("Control+Enter")
    amount.fill("1500")
    held.go_on()
    expect(dialog.locator(".summary")).to_contain_text("Компания")
    expect(amount).to_have_value("1500")
    expect(amount).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(amount).to_have_value(re.compile(r"^1\s500$"))  # as the server draws it
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
