"""The page of a calendar and the moves it sends, under the reader's rights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests import factories
from tests.conftest import Databases
from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Installed, Site, install, made_once, running

CALENDARS = {
    "views/deal_days.yaml": "{name: deal_days, entity: deal, kind: calendar, from: opened_on, to: closes_on, color_by: stage, columns: [name, owner]}",
    "views/held.yaml": "{name: held, entity: activity, kind: calendar, from: held_at, color_by: owner, columns: [subject, owner]}",
}
ENTRY = re.compile(r'<li class="centry ([^"]*)" data-entry="(\d+)"')


def calendars(url: str, home: Path) -> Mapping[str, str]:
    return install(url, home, factories.model(CALENDARS))


@pytest.fixture(scope="session")
def with_calendars(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return made_once(lasting_database, tmp_path_factory, calendars)


@pytest.fixture
def site(dialect, with_calendars: Installed, fresh_database: Databases, tmp_path: Path) -> Iterator[Site]:
    template, tokens = with_calendars(dialect)
    with running(fresh_database(dialect, template=template), tmp_path, tokens) as found:
        yield found


@pytest.fixture
def mark(site: Site) -> Surfer:
    return sign_in(site, "mark")


def deal(site: Site, name: str, starts: str, ends: str | None, who: str = "mark") -> int:
    made = site.post("/api/records/deal", {"name": name, "opened_on": starts, "closes_on": ends}, who)
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def days_of(html: str, record: int) -> list[str]:
    """The days on which a record stands."""
    parts = re.split(r'<section class="cday[^"]*" data-on="([^"]+)"', html)
    return [
        day for day, part in zip(parts[1::2], parts[2::2], strict=True) if f'data-entry="{record}"' in part
    ]


def test_a_record_stands_on_each_of_its_days_and_only_what_one_sees_is_there(site, mark):
    long = deal(site, "Alpha", "2026-11-10", "2026-11-12")
    before = deal(site, "Early", "2026-10-20", "2026-10-27")
    alone = deal(site, "Beta", "2026-11-15", None)
    hers = deal(site, "Hers", "2026-11-11", None, "nina")
    page = mark.get("/e/deal?view=deal_days&on=2026-11-01").text
    assert days_of(page, long) == ["2026-11-10", "2026-11-11", "2026-11-12"]
    assert days_of(page, before) == ["2026-10-26", "2026-10-27"]
    assert days_of(page, alone) == ["2026-11-15"]
    assert days_of(page, hers) == [] and "Hers" not in page
    assert "November 2026" in page


def test_the_filter_and_the_search_of_the_list_hold_for_its_days(site, mark):
    kept = deal(site, "Alpha", "2026-11-10", None)
    left = deal(site, "Beta", "2026-11-10", None)
    for address in ("&q=alpha", "&filter=name+%3D+%27Alpha%27"):
        page = mark.get(f"/e/deal?view=deal_days&on=2026-11-01{address}").text
        assert days_of(page, kept) and not days_of(page, left), address


def test_a_move_shifts_both_ends_and_the_end_alone_makes_it_longer(site, mark):
    made = deal(site, "Alpha", "2026-11-10", "2026-11-12")
    accept = {"accept": "application/json"}
    assert (
        mark.post(f"/e/deal/calendar/{made}", [("view", "deal_days"), ("days", "-3")], **accept).status_code
        == 200
    )
    found = site.get(f"/api/records/deal/{made}").json()
    assert (found["opened_on"], found["closes_on"]) == ("2026-11-07", "2026-11-09")
    longer = mark.post(
        f"/e/deal/calendar/{made}", [("view", "deal_days"), ("days", "2"), ("end", "1")], **accept
    )
    assert longer.status_code == 200
    found = site.get(f"/api/records/deal/{made}").json()
    assert (found["opened_on"], found["closes_on"]) == ("2026-11-07", "2026-11-11")


def test_a_refused_move_says_why_and_changes_nothing(site, mark):
    made = deal(site, "Alpha", "2026-11-10", "2026-11-12")
    hers = deal(site, "Hers", "2026-11-10", None, "nina")
    accept = {"accept": "application/json"}
    shorter = mark.post(
        f"/e/deal/calendar/{made}", [("view", "deal_days"), ("days", "-9"), ("end", "1")], **accept
    )
    assert shorter.status_code == 422 and shorter.json()["reason"]
    for record in (hers, 10**6):
        answer = mark.post(f"/e/deal/calendar/{record}", [("view", "deal_days"), ("days", "1")], **accept)
        assert answer.status_code == 404
    far = mark.post(f"/e/deal/calendar/{made}", [("view", "deal_days"), ("days", "99999999999")], **accept)
    assert far.status_code == 400
    assert site.get(f"/api/records/deal/{made}").json()["closes_on"] == "2026-11-12"
    assert site.get(f"/api/records/deal/{hers}").json()["opened_on"] == "2026-11-10"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_hours_are_those_of_the_wall_and_stay_so_over_days(site, mark):
    body = {"subject": "Call", "held_at": "2026-11-10T06:30:00Z", "owner": {"by": {"login": "mark"}}}
    made = site.post("/api/records/activity", body, "mark").json()["id"]
    page = mark.get("/e/activity?view=held&scale=week&on=2026-11-10").text
    assert f'data-entry="{made}" data-top="570"' in page and "9:30" in page
    mark.post(f"/e/activity/calendar/{made}", [("view", "held"), ("days", "1"), ("minutes", "45")])
    assert site.get(f"/api/records/activity/{made}").json()["held_at"] == "2026-11-11T07:15:00Z"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_may_not_be_changed_is_not_offered_to_be_moved(site):
    made = deal(site, "Alpha", "2026-11-10", None)
    site.post(f"/api/records/deal/{made}/move", {"to": "won"}, "mark")
    page = sign_in(site, "mark").get("/e/deal?view=deal_days&on=2026-11-01").text
    assert next(css.split() for css, id in ENTRY.findall(page) if id == str(made))[-1] == "fixed"
