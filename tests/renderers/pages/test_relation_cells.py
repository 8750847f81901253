"""Cells of several links, of people, of a record of any entity: some in lists, all of them on cards."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from core.i18n import texts
from core.query.query import Link, LinkAny
from metamodel.model import Field
from renderers.pages.cells import Cells
from tests.contracts.places import wide_model
from tests.renderers.pages.test_cells import cells as sample_cells

MODEL = wide_model()
EVIL = "<b>&\"'"


def cells() -> Cells:
    return Cells(sample_cells()._environment, texts("en"), ZoneInfo("UTC"), MODEL)


def field(entity: str, name: str) -> Field:
    return MODEL.entities[entity].by_name[name]


def links(count: int) -> list[Link]:
    return [Link(id=n, title=f"{EVIL}{n}") for n in range(1, count + 1)]


def test_a_list_shows_some_of_the_links_and_a_card_all() -> None:
    goods = field("deal", "goods")
    [listed] = cells().draw(goods, goods.result)([links(5)])
    whole = cells().whole(goods, goods.result, links(5))
    assert listed.count("<a ") == 3 and "+2" in listed and 'href="/e/product/1"' in listed
    assert whole.count("<a ") == 5 and "+" not in whole
    assert EVIL not in listed + whole
    assert cells().draw(goods, goods.result)([[]]) == cells().draw(goods, goods.result)([None])


def test_people_are_faces_in_a_list_and_named_on_a_card() -> None:
    watchers = field("deal", "watchers")
    [listed] = cells().draw(watchers, watchers.result)([links(6)])
    whole = cells().whole(watchers, watchers.result, links(6))
    assert listed.count('role="img"') == 4 and "+2" in listed
    assert whole.count('class="person"') == 6
    assert EVIL not in listed + whole


def test_a_record_of_any_entity_leads_to_its_card_and_says_what_it_is() -> None:
    about = field("remark", "about")
    seen = LinkAny(id=7, title=EVIL, entity="company")
    shown, gone, hidden = cells().draw(about, about.result)([
        seen, LinkAny(id=8, title="B", deleted=True, entity="deal"), LinkAny(id=None, hidden=True)
    ])  # fmt: skip
    assert 'href="/e/company/7"' in shown and "Company" in shown and EVIL not in shown
    assert "<a " not in gone and "•••" in hidden
