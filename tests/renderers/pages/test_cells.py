"""Values as HTML, and the small parts that screens share."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.i18n import texts
from core.query import Link
from renderers.pages.cells import HIDDEN, Cells, quoted
from renderers.pages.icons import icon_name
from renderers.pages.notices import read_notice
from renderers.pages.people import initials, person
from renderers.pages.tones import TONES, tone_of
from tests import factories

TEMPLATES = Path(__file__).parents[3] / "renderers" / "templates"
NBSP = "\u00a0"


def cells(language: str = "ru") -> Cells:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset"] = lambda name: f"/assets/{name}"
    return Cells(environment, texts(language), ZoneInfo("Europe/Moscow"), factories.model())


def plain(made: Cells, entity: str, name: str, values: list[object]) -> list[str]:
    field = factories.model().entities[entity].by_name[name]
    return [re.sub(r"<[^>]*>", "", html) for html in made.draw(field, field.result)(values)]


def test_amounts_of_a_column_have_the_same_digits() -> None:
    made = cells()
    assert plain(made, "deal", "amount", [Decimal("1234567.00"), None, Decimal("-5.00")]) == [
        f"1{NBSP}234{NBSP}567₽", "—", "−5₽",
    ]  # fmt: skip
    assert plain(made, "deal", "amount", [Decimal("1200.50"), Decimal("3.00")]) == [
        f"1{NBSP}200,50₽",
        "3,00₽",
    ]
    assert plain(cells("en"), "deal", "amount", [Decimal("1200.50")]) == ["₽1,200.50"]
    assert plain(cells("en"), "deal", "amount", [Decimal("-5")]) == ["−₽5"]


def test_a_formula_s_amount_is_rounded_half_up_where_it_is_shown() -> None:
    assert plain(cells(), "deal", "amount", [Decimal("0.125"), Decimal("2.674999")]) == ["0,13₽", "2,67₽"]


def test_shares_are_percents() -> None:
    assert plain(cells(), "deal", "probability", [Decimal("0.2000"), Decimal("1")]) == ["20%", "100%"]
    assert plain(cells(), "deal", "probability", [Decimal("0.1250"), Decimal("0.5")]) == ["12,5%", "50,0%"]


def test_days_and_instants_are_on_the_reader_s_clock() -> None:
    assert plain(cells(), "deal", "closes_on", [date(2026, 11, 21)]) == ["21.11.2026"]
    assert plain(cells(), "activity", "held_at", [datetime(2026, 11, 20, 22, 30, tzinfo=UTC)]) == [
        "21.11.2026 01:30"
    ]


def test_links_choices_people_and_what_is_hidden() -> None:
    made = cells()
    company = factories.model().entities["deal"].by_name["company"]
    link, gone, hidden, masked = made.draw(company, company.result)(
        [
            Link(id=7, title="<Ромашка>"),
            Link(id=8, title="Была", deleted=True),
            Link(id=None, hidden=True),
            HIDDEN,
        ]
    )
    assert link == '<a class="ref" href="/e/company/7">&lt;Ромашка&gt;</a>'
    assert "href" not in gone
    assert "Была" in gone
    assert hidden == masked
    source = factories.model().entities["deal"].by_name["source"]
    assert made.draw(source, source.result)(["site"]) == ['<span class="pill blue">Сайт</span>']
    owner = factories.model().entities["deal"].by_name["owner"]
    assert "АЛ" in made.draw(owner, owner.result)([Link(id=3, title="Анна Лебедева")])[0]


@pytest.mark.parametrize("name", ["name", "source", "company", "owner", "city"])
def test_nothing_of_a_value_becomes_markup(name: str) -> None:
    field = factories.model().entities["deal"].by_name[name]
    evil = "<img src=x onerror=alert(1)>\"'&"
    value = Link(id=1, title=evil) if field.result.kind == "link" else evil
    for html in cells().draw(field, field.result)([value]):
        assert "<img" not in html
        assert evil not in html


@given(st.text())
def test_quoting_is_that_of_markupsafe(text: str) -> None:
    from markupsafe import escape

    assert quoted(text) == str(escape(text))


def test_colours_are_taken_to_the_seven_tints() -> None:
    assert tone_of("amber") == "amber"
    assert tone_of("#E53935") == "red"
    assert tone_of("#1e88e5") == "blue"
    assert tone_of("#808080") == tone_of(None) == tone_of("no colour") == "grey"


@given(st.none() | st.text(max_size=12) | st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_any_colour_has_a_tint(color: str | None) -> None:
    assert tone_of(color) in TONES


def test_people_keep_their_letters_and_colour() -> None:
    assert initials("Ковалёва Марина Игоревна") == "КМ"
    assert initials("admin") == "AD"
    assert initials("  ") == "?"
    assert person(7, "x").tone == person(7, "y").tone
    assert all(1 <= person(n, "x").tone <= 5 for n in range(1, 50))


def test_an_icon_nobody_has_is_a_cube() -> None:
    assert icon_name("briefcase") == "briefcase"
    assert icon_name("no-such-icon") == icon_name(None) == "cube"


def test_a_notice_is_only_what_was_left() -> None:
    made = read_notice("deleted:deal:7", texts("en"))
    assert made is not None
    assert made.undo == "/e/deal/7/restore"
    for forged in (None, "", "deleted:../x:7", "deleted:deal:x", "evil:deal:7", "deleted:deal:7\n"):
        assert read_notice(forged, texts("en")) is None
