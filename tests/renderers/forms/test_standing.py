"""What stands in a form, is locked or required by conditions of any kind; warnings of duplicates; tabs and sections."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import factories
from tests.conftest import Databases, Dialect
from tests.renderers.surfing import changed, sign_in
from tests.sites import Site, install, running

PLACE = """
name: place
duplicates: [[phone], [name, town]]
fields:
  - {name: name, type: text, required: true}
  - {name: town, type: text}
  - {name: phone, type: phone}
  - {name: closed, type: boolean, default: "false"}
  - {name: price, type: money, read_only_if: "closed"}
  - {name: rent, type: money, read_only_if: "owner.login = 'mark'"}
  - {name: visits, type: children, of: visit, required_if: "area > 100"}
  - {name: owner, type: user, default: me}
  - {name: reason, type: text, visible_if: "owner = me", required_if: "owner.login = 'mark'"}
  - {name: area, type: decimal, scale: 2}
  - {name: permit, type: text, visible_if: "area > 10.5"}
layout:
  - tab: Main
    rows: [[name, town], [phone, closed], [price, owner], [rent], [visits]]
    sections:
      - {label: More, collapsed: true, visible_if: "owner = me", rows: [[reason]]}
  - tab: Measures
    columns: 2
    rows: [[area, permit]]
"""


VISIT = """
name: visit
fields:
  - {name: place, type: link, to: place, required: true}
  - {name: kind, type: text}
  - {name: what, type: text, required_if: "kind = 'call'", visible_if: "kind IS NOT NULL"}
  - {name: fee, type: money, read_only_if: "place.closed"}
"""


@pytest.fixture
def site(dialect: Dialect, fresh_database: Databases, tmp_path: Path) -> Iterator[Site]:
    """A site with one more entity."""
    url = fresh_database(dialect)
    tokens = install(
        url, tmp_path, factories.model({"entities/place.yaml": PLACE, "entities/visit.yaml": VISIT})
    )
    with running(url, tmp_path, tokens) as found:
        yield found


def hidden(page: str, field: str) -> bool:
    """Whether the place of a field is hidden in a page."""
    found = re.search(
        rf'<div class="[^"]*"[^>]*data-(?:visible-if|live-shown)[^>]*>(?=<div class="field" data-field="{field}")',
        page,
    )
    assert found is not None, field
    return found[0].endswith(" hidden>")


def test_conditions_of_any_kind_hold_in_the_form_and_are_asked_while_it_is_typed(site: Site) -> None:
    helen = site.get("/api/records/user?filter=login='helen'").json()["items"][0]["id"]
    place = site.post(
        "/api/records/place", {"name": "A", "closed": True, "price": 5, "owner": helen, "area": 10}
    ).json()["id"]
    admin = sign_in(site, "admin")
    address = f"/e/place/{place}/edit"
    page = admin.get(address).text
    locked = r'<div class="field held" data-field="/{}" data-lock="/{}" data-lock-if="{}">'
    assert re.search(locked.format("price", "price", r"\[[^\"]*closed[^\"]*\]"), page), (
        "locked by what stands in the form"
    )
    assert (
        not re.search(locked.format("rent", "rent", ""), page) and 'data-lock="/rent" data-lock-if=""' in page
    )
    assert hidden(page, "/reason") and hidden(page, "/permit")
    form = admin.form(address)
    assert 'data-live-shown="part-1-2" hidden' in page, "a section as well"
    asked = admin.post("/e/place/recalculate", changed(form, {"/closed": "true"})).json()
    assert {"/reason", "part-1-2"} <= set(asked["hidden"]) and asked["asked"] == []
    mark = site.get("/api/records/user?filter=login='mark'").json()["items"][0]["id"]
    told = {"/owner": str(mark), "/owner~was": "Mark", "/owner~text": "Mark", "/area": "10.6"}
    asked = admin.post("/e/place/recalculate", changed(form, told)).json()
    assert asked["asked"] == ["/reason"] and "/permit" not in asked["hidden"]
    refused = admin.post(address, changed(form, told))
    assert refused.status_code == 422
    assert not hidden(refused.text, "/reason"), "a fault is always found"
    assert re.search(r'data-tab="part-1">Main<span class="pill red" data-wrong-count>', refused.text)


def test_what_is_read_only_opens_in_the_save_that_takes_the_condition_away(site: Site) -> None:
    sent = {"name": "A", "closed": True, "price": 5, "visits": [{"kind": "call", "what": "x", "fee": 1}]}
    place = site.post("/api/records/place", sent).json()["id"]
    admin = sign_in(site, "admin")
    address = f"/e/place/{place}/edit"
    form = admin.form(address)
    asked = admin.post("/e/place/recalculate", changed(form, {"/closed": "true"})).json()
    assert set(asked["locked"]) == {"/price", "/visits/0/fee"} and "/visits/0/what" in asked["asked"]
    asked = admin.post("/e/place/recalculate", changed(form, {"/closed": "false"})).json()
    assert asked["locked"] == []
    told = {"/price": "6", "/visits/0/fee": "2"}
    refused = admin.post(address, changed(form, {**told, "/closed": "true"}))
    assert (
        refused.status_code == 422
        and refused.text.count("нельзя") + refused.text.count("cannot be changed now") >= 2
    )
    assert 'class="field" data-field="/price"' in refused.text, "a fault keeps the field open"
    assert admin.post(address, changed(form, {**told, "/closed": "false"})).status_code == 303
    kept = site.get(f"/api/records/place/{place}").json()
    assert float(kept["price"]) == 6
    page = admin.get(address).text
    block = re.search(r'data-rows="/visits"[^>]* data-conditions="([^"]*)" data-asks', page)
    assert block is not None
    conditions = json.loads(html.unescape(block[1]))
    assert conditions == {
        "what": {
            "visible": ["not", ["empty", "kind"]],
            "required": ["cmp", "=", "text", ["f", "kind"], ["c", "call"]],
        },
        "fee": {"locked": None},
    }


def test_a_record_that_is_there_already_is_shown_to_who_may_see_it(site: Site) -> None:
    there = site.post(
        "/api/records/place", {"name": "Склад", "town": "Орёл", "phone": "+7 912 345-67-89"}
    ).json()["id"]
    admin = sign_in(site, "admin")
    form = admin.form("/e/place/new")

    def warned(**typed: str) -> list[str]:
        sent = changed(form, {f"/{name}": text for name, text in typed.items()})
        found = admin.post("/e/place/recalculate", sent).json()["duplicates"]
        return [f"{each['field']} {link['href']}" for each in found for link in each["links"]]

    assert warned(name="склад") == [], "both fields of the set are asked"
    assert warned(name=" СКЛАД", town="орел") == [f"/town /e/place/{there}"]
    assert warned(name="Б", phone="8 (912) 3456789") == [f"/phone /e/place/{there}"]
    saved = admin.post("/e/place/new", changed(form, {"/name": "Склад", "/town": "Орёл"}))
    assert saved.status_code == 303, "it warns, and lets save"
    told = admin.get(saved.headers["location"]).text
    assert f'<a href="/e/place/{there}">Show the record</a>' in told, "and says so once more"
    again = admin.form(f"/e/place/{there}/edit")
    found = admin.post("/e/place/recalculate", again.pairs).json()["duplicates"]
    assert [link["href"] for each in found for link in each["links"]] == [saved.headers["location"]], (
        "not itself"
    )
    mark = sign_in(site, "mark")
    assert mark.post("/e/place/recalculate", form.pairs).status_code in (403, 404)
