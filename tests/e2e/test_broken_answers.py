"""What stays possible in a browser when an answer breaks off, does not come, or is not waited for any more."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, Request, expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e

BREAK = """
(part) => {
    const real = window.fetch;
    delete document.documentElement.dataset.broken;
    window.fetch = (...asked) => {
        if (!String(asked[0]).includes(part)) return real(...asked);
        window.fetch = real;
        document.documentElement.dataset.broken = "";
        const body = new ReadableStream({ start: (it) => it.error(new TypeError("broken off")) });
        return Promise.resolve(new Response(body, { headers: { "Content-Type": "application/json" } }));
    };
}
"""
"""The next answer of an address with these words in it begins and ends amid its body."""

HOLD = """
(part) => {
    const real = window.fetch;
    window.fetch = (...asked) => {
        if (!String(asked[0]).includes(part)) return real(...asked);
        window.fetch = real;
        return new Promise((go) => (window.letGo = () => go(real(...asked))));
    };
}
"""
"""The next request of an address with these words in it is kept in the page until it is let go: what a page that is
left still sends is not on any route then."""

KEPT = "(words) => fetch('/drafts').then((answer) => answer.text()).then((text) => text.includes(words))"
"""Whether there is a draft with these words in its name."""


def posted(page: Page) -> list[str]:
    """The addresses that are sent something from now on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            found.append(request.url)

    page.on("request", note)
    return found


def test_a_save_whose_answer_breaks_off_can_be_sent_again(login: Login) -> None:
    person = login("marina")
    person.goto("/e/contact/new")
    page = person.page
    page.fill("#f-name", "Перебоев")
    person.settle()
    page.evaluate(BREAK, "/e/contact/new")
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_contain_text("попробуйте ещё раз")
    person.save()
    expect(page.locator("h1")).to_contain_text("Перебоев")
    assert all("htmx:error" in fault for fault in person.faults)
    person.faults.clear()


def test_cancel_comes_before_a_save_that_waits_for_a_draft(login: Login) -> None:
    person = login("marina")
    person.goto("/e/contact")
    page = person.page
    address = str(page.locator("#rows td.name a").first.get_attribute("href"))
    page.clock.install()
    person.goto(f"{address}/edit")
    before = page.locator("#f-name").input_value()
    sent = posted(page)
    person.hold("**/draft")
    with page.expect_request("**/draft"):
        page.fill("#f-name", "Передумали")
    page.clock.pause_at(dt.datetime.now() + dt.timedelta(hours=1))  # Save waits as long as Cancel takes
    page.click("[data-save]")
    page.click("[data-cancel]")
    page.wait_for_url(f"**{address}")
    expect(page.locator("h1")).to_contain_text(before)
    assert [each for each in sent if each.endswith("/edit")] == []


def test_a_save_goes_out_though_its_draft_does_not_arrive(login: Login) -> None:
    person = login("marina")
    page = person.page
    page.clock.install()
    person.goto("/e/contact/new")
    person.hold("**/draft")
    with page.expect_request("**/draft"):
        page.fill("#f-name", "Черновик не дошёл")
    sent = posted(page)
    page.keyboard.press("Control+s")
    page.keyboard.press("Control+s")
    with page.expect_request("**/e/contact/new"):
        page.clock.fast_forward(10_000)
    page.wait_for_selector(".rec")
    expect(page.locator("h1")).to_contain_text("Черновик не дошёл")
    assert len([each for each in sent if each.endswith("/e/contact/new")]) == 1


def test_save_leads_on_where_the_way_to_the_card_was_stopped(login: Login) -> None:
    person = login("marina")
    page, card = person.page, re.compile(r"/e/contact/\d+$")
    page.clock.install()
    person.goto("/e/contact/new")
    sent = posted(page)
    page.route(card, lambda route: route.fulfill(status=204))  # which leaves the page as it is
    person.routed()
    page.fill("#f-name", "Остановлен в пути")
    with page.expect_event("requestfailed", lambda request: card.search(request.url) is not None):
        page.keyboard.press("Control+s")
    page.unroute(card)
    page.clock.fast_forward(10_000)
    page.keyboard.press("Control+s")
    page.wait_for_selector(".rec")
    expect(page.locator("h1")).to_contain_text("Остановлен в пути")
    assert len([each for each in sent if each.endswith("/e/contact/new")]) == 1


def test_what_is_typed_on_behind_a_good_save_is_a_draft(login: Login) -> None:
    person = login("marina")
    page = person.page
    person.goto("/e/contact/new")
    page.fill("#f-name", "Дописано")
    person.save()
    card = page.url
    page.goto(f"{card}/edit")
    page.evaluate(HOLD, "/edit")
    page.fill("#f-name", "Дописано раз")
    page.keyboard.press("Control+s")
    page.wait_for_function("() => window.letGo")
    page.fill("#f-name", "Дописано два")
    page.keyboard.press("Control+s")
    page.evaluate("() => window.letGo()")
    page.wait_for_selector(".rec")
    expect(page.locator("h1")).to_contain_text("Дописано раз")
    page.wait_for_function(KEPT, arg="Дописано два")
    page.goto(f"{card}/edit")
    page.click(".drafts a")
    expect(page.locator("#f-name")).to_have_value("Дописано два")


def test_forms_that_were_refused_and_drawn_anew_are_heard_of_no_more(login: Login) -> None:
    person = login("marina")
    page = person.page
    person.goto("/e/contact/new")
    tools = page.context.new_cdp_session(page)
    asked = {"expression": "getEventListeners(window).pagehide.length", "includeCommandLineAPI": True}
    before = tools.send("Runtime.evaluate", asked)["result"]["value"]
    page.fill("#f-email", "не почта")
    for _ in range(2):
        old = page.locator("#form").element_handle()
        page.keyboard.press("Control+s")
        page.wait_for_function("(old) => !old.isConnected", arg=old)
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert tools.send("Runtime.evaluate", asked)["result"]["value"] == before


def test_a_stage_whose_answer_breaks_off_is_pressed_again(login: Login) -> None:
    person = login("marina")
    page = person.page
    person.goto("/e/deal/new")
    page.fill("#f-name", "Ответ этапа прервался")
    person.save()
    page.evaluate(BREAK, "/move")
    stage = page.locator(".stages button[value=contract]")
    stage.click()
    expect(page.locator(".toast").filter(has_text="Сервер не смог")).to_have_count(1)
    stage.click()
    expect(page.locator("dialog:has(form[data-move-form])")).to_be_visible()


def test_the_panel_of_columns_is_asked_for_again(login: Login) -> None:
    person = login("anna")
    page = person.page
    person.goto("/e/deal?view=all")
    panel = page.locator("#menu-columns > summary")
    address = str(page.locator("#menu-columns").get_attribute("data-load"))
    page.route(lambda url: url.endswith(address), lambda route: route.abort(), times=1)
    person.routed()
    with page.expect_event("requestfailed"):
        panel.click()
    panel.click()
    expect(page.locator("#menu-columns")).not_to_have_attribute("open", "")
    panel.click()
    expect(page.locator("#menu-columns .clist li").first).to_be_visible()
    assert all("net::" in fault for fault in person.faults)
    person.faults.clear()


def moved(person: Person, card: Locator) -> str:
    """Put a card into the first column of its menu; answers its record."""
    record = str(card.get_attribute("data-card"))
    card.locator(".bname").focus()
    person.page.keyboard.press("m")
    expect(person.page.locator(".bmenu button").first).to_be_focused()
    person.page.keyboard.press("Enter")
    return record


def test_a_board_goes_on_behind_an_answer_that_broke_off(login: Login) -> None:
    person = login("admin")
    page = person.page
    person.goto("/e/lead?view=leads_board")
    page.wait_for_selector(".bname[tabindex='0']")
    person.settle()
    cards = page.locator(".bcol[data-column=new] .bcard:not([data-fixed])")
    whole = page.locator("html")
    page.evaluate(BREAK, "/board/heads")
    moved(person, cards.first)
    expect(whole).to_have_attribute("data-broken", "")
    with page.expect_request("**/board/heads**"):
        moved(person, cards.first)
    person.settle()
    page.evaluate(BREAK, "/place")
    record = moved(person, cards.first)
    expect(whole).to_have_attribute("data-broken", "")
    expect(page.locator(".toast").filter(has_text="Нет связи")).to_have_count(1)
    expect(cards.locator(f"xpath=self::*[@data-card='{record}']")).to_have_count(1)


def test_enter_pressed_twice_does_not_carry_out_what_nobody_saw(login: Login) -> None:
    person = login("marina")
    page = person.page
    person.goto("/e/lead")
    page.get_by_role("button", name="Взять свободный лид").click()
    page.wait_for_url(re.compile(r"/e/lead/\d+$"))
    person.settle()
    sent, held = posted(page), person.hold("**/run/convert_lead", first=True)
    link = page.get_by_role("link", name="Перевести в сделку")
    with page.expect_request("**/run/convert_lead"):
        link.press("Enter")
    page.keyboard.press("Enter")
    held.go_on()
    dialog = page.get_by_role("dialog", name="Перевести в сделку")
    expect(dialog.locator("[name='/deal_name']")).to_be_focused()
    person.settle()
    assert [each for each in sent if each.endswith("/convert_lead")] == []
    page.keyboard.press("Escape")
    expect(link).to_be_focused()


def test_a_board_that_is_drawn_anew_asks_for_no_more_pages_of_the_old_one(login: Login) -> None:
    person = login("admin")
    page = person.page
    person.goto("/")
    token = {"X-CSRF-Token": str(page.locator("meta[name=csrf-token]").get_attribute("content"))}
    rows = [{"name": f"Страница {n:04}", "stage": "offer", "amount": n} for n in range(240)]
    sent = page.request.post(f"{person.url}/api/records/deal/batch", data={"create": rows}, headers=token)
    assert sent.status == 200
    person.goto("/e/deal?view=deals_board")
    column = page.locator(".bcol[data-column=offer]")
    expect(column.locator(".bcard").first).to_be_visible()
    person.settle()
    shown = column.locator(".chunk").count()
    address = str(column.locator(".chunk").last.get_attribute("data-next"))
    pages, held = re.compile(re.escape(address.split("?")[0])), person.hold(re.compile(re.escape(address)))
    with page.expect_request(pages):
        column.locator(".cards").evaluate("cards => cards.scrollTop = cards.scrollHeight")
    old = column.element_handle()
    page.fill("#list-search", "Страница 0001")
    expect(page.locator(".bcard")).to_have_count(1)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    held.go_on()
    page.wait_for_function(
        "([column, shown]) => column.querySelectorAll('.chunk').length > shown", arg=[old, shown]
    )
    person.settle()
    assert [each for each in asked if pages.search(each)] == []


def test_a_cell_whose_save_breaks_off_is_marked_and_saved_again(login: Login) -> None:
    person = login("anna")
    page = person.page
    person.goto("/e/deal?view=all&sort=name&group=&columns=name,amount")
    cell = page.locator("#rows tr[data-id] td[data-field='amount']").first
    page.evaluate(BREAK, "/cells/save")
    cell.click()
    page.keyboard.type("77")
    page.keyboard.press("Enter")
    expect(page.locator(".toast").filter(has_text="Нет связи")).to_have_count(1)
    expect(cell).to_have_class(re.compile("not-saved"))
    expect(cell).not_to_have_attribute("aria-busy", "true")
    cell.click()
    page.keyboard.type("78")
    page.keyboard.press("Enter")
    expect(cell).to_contain_text("78₽")
    expect(page.locator("#rows .not-saved")).to_have_count(0)
    page.locator("#rows td.name a").first.click()
    page.wait_for_selector(".rec")  # nothing is waited for any more, nobody is asked


def test_a_cell_whose_row_does_not_come_anew_waits_for_nothing(login: Login) -> None:
    person = login("anna")
    page = person.page
    person.goto("/e/deal?view=all&sort=name&group=&columns=name,amount")
    cell = page.locator("#rows tr[data-id] td[data-field='amount']").first
    page.evaluate(BREAK, "part=cells")
    cell.click()
    page.keyboard.type("81")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-broken", "")
    expect(cell).not_to_have_attribute("aria-busy", "true")
    expect(cell).to_contain_text("81")
    cell.click()
    page.keyboard.type("82")
    page.keyboard.press("Enter")
    expect(cell).to_contain_text("82₽")
