"""Boards without scripts: cards in columns under rights, counts and sums, moves and their refusals."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Site

BOARD = "/e/deal?view=deal_board"
JSON = {"accept": "application/json"}
ONE = pytest.mark.parametrize("dialect", ["sqlite"])
"""What is the same on both databases is asked of one: the reading is proved in tests/core/query."""


@pytest.fixture
def deals(site: Site) -> dict[str, int]:
    """Deals of two people, by name."""
    made = {}
    for who, name, stage, amount in (
        ("mark", "Alpha", "lead", 100), ("mark", "<b>Beta</b>", "lead", None), ("mark", "Gamma", "offer", 2500.5),
        ("mark", "Delta", "won", 7), ("nina", "Hers", "lead", 1000),
    ):  # fmt: skip
        body = {"name": name, "stage": stage, "amount": amount}
        made[name] = site.post("/api/records/deal", body, who).json()["id"]
    return made


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html)).strip().replace("\xa0", " ")


def columns(page: Any) -> dict[str, str]:
    """The columns of a page by key."""
    assert page.status_code == 200, page.text[:800]
    parts = re.split(r'<section class="bcol[^>]*data-column="([^"]+)"', page.text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def cards(html: str) -> list[str]:
    return [text(name) for name in re.findall(r'<a class="bname"[^>]*>(.*?)</a>', html)]


def head(html: str) -> str:
    found = re.search(r'<header class="bhead".*?</header>', html, re.DOTALL)
    assert found is not None
    return text(found[0])


def place(surfer: Surfer, deal: int, to: str, view: str = "deal_board", **more: str) -> Any:
    pairs = [("view", view), ("to", to), *more.items()]
    return surfer.post(f"/e/deal/{deal}/place", pairs, **JSON)


def stage_of(site: Site, deal: int) -> str:
    return str(site.get(f"/api/records/deal/{deal}").json()["stage"])


def test_cards_stand_in_columns_with_counts_and_sums_of_what_the_reader_sees(
    site: Site, deals: dict[str, int]
) -> None:
    mine = columns(sign_in(site, "mark").get(BOARD))
    assert list(mine) == ["lead", "offer", "won"]  # the lost ones are hidden by the definition
    assert cards(mine["lead"]) == ["&lt;b&gt;Beta&lt;/b&gt;", "Alpha"]
    assert head(mine["lead"]).startswith("Lead 2 Amount ₽ 100 ") and "filled in: 1 of 2" in mine["lead"]
    assert head(mine["offer"]).startswith("Offer 1 Amount ₽ 2,500.50 ")
    assert "Amount: not given" in mine["lead"] and "<b>Beta" not in mine["lead"]
    assert cards(mine["won"]) == [] and head(mine["won"]).startswith("Won 1")  # folded
    assert cards(columns(sign_in(site, "mark").get(BOARD + "&open=won"))["won"]) == ["Delta"]
    assert cards(columns(sign_in(site, "nina").get(BOARD))["lead"]) == ["Hers"]
    everything = columns(sign_in(site, "admin").get(BOARD))
    assert head(everything["lead"]).startswith("Lead 3 Amount ₽ 1,100 ")
    assert cards(columns(sign_in(site, "admin").get(BOARD + "&q=hers"))["lead"]) == ["Hers"]


def test_masked_amounts_are_no_part_of_a_sum_and_a_column_of_a_hidden_field_is_none(
    site: Site, deals: dict[str, int]
) -> None:
    for name, deal in deals.items():
        assert site.patch(f"/api/records/deal/{deal}", {"margin": 10}).status_code == 200, name
    people = columns(sign_in(site, "mark").get("/e/deal?view=by_owner"))
    (own,) = (html for key, html in people.items() if key != "-")
    assert head(own).startswith("Mark 4 Margin 10")  # of four margins only that of the won deal is shown
    assert "Stage" in own and "Nina" not in str(people)


@ONE
def test_who_may_not_move_has_no_way_to_and_is_refused_anyway(site: Site, deals: dict[str, int]) -> None:
    mark = sign_in(site, "mark")
    page = mark.get(BOARD + "&open=won").text
    assert f'data-card="{deals["Delta"]}" data-amount="7.00" data-fixed' in page
    assert f"/e/deal/{deals['Delta']}/place" not in page and f"/e/deal/{deals['Alpha']}/place" in page
    refused = place(mark, deals["Delta"], "offer")
    assert refused.status_code == 403 and refused.json()["ask"] is None and refused.json()["reason"]
    assert place(mark, deals["Hers"], "offer").status_code == 404
    assert place(mark, deals["Alpha"], "offer", "heads_only").status_code == 404
    assert (stage_of(site, deals["Delta"]), stage_of(site, deals["Hers"])) == ("won", "lead")


def test_a_card_is_moved_asked_for_what_is_missing_and_never_from_where_it_stands_no_more(
    site: Site, deals: dict[str, int]
) -> None:
    mark, alpha = sign_in(site, "mark"), deals["Alpha"]
    moved = place(mark, alpha, "offer", **{"from": "lead"})
    assert (moved.status_code, stage_of(site, alpha)) == (200, "offer")
    again = place(mark, alpha, "won", **{"from": "lead"})
    assert again.status_code == 412 and "somebody else" in again.json()["reason"]
    assert stage_of(site, alpha) == "offer"
    admin = sign_in(site, "admin")
    assert place(admin, alpha, "lost").status_code == 422  # this board has no such column
    assert place(admin, alpha, "nonsense").status_code == 422


@ONE
def test_any_other_field_is_changed_as_in_a_form(site: Site, deals: dict[str, int]) -> None:
    admin, alpha = sign_in(site, "admin"), deals["Alpha"]
    people = columns(admin.get("/e/deal?view=by_owner"))
    assert any(head(html).startswith("Admin 0") for html in people.values())  # few people: each has a column
    nina = next(key for key, html in people.items() if "Hers" in cards(html))
    assert place(admin, alpha, nina, "by_owner").status_code == 200
    assert site.get(f"/api/records/deal/{alpha}").json()["owner"]["title"] == "Nina"
    assert place(admin, alpha, "-", "by_owner").status_code == 200
    assert site.get(f"/api/records/deal/{alpha}").json()["owner"] is None
    assert place(admin, alpha, "99999", "by_owner").status_code == 422
    mark, gamma = sign_in(site, "mark"), deals["Gamma"]
    assert (
        "data-fixed" in columns(mark.get("/e/deal?view=by_owner"))[mine(mark)]
    )  # a manager gives no deal away
    assert place(mark, gamma, "call", "by_source").status_code == 200
    assert site.get(f"/api/records/deal/{gamma}").json()["source"] == "call"


def mine(surfer: Surfer) -> str:
    return next(key for key in columns(surfer.get("/e/deal?view=by_owner")) if key.isdigit())


@ONE
def test_without_scripts_a_form_moves_the_card(site: Site, deals: dict[str, int]) -> None:
    mark, alpha = sign_in(site, "mark"), deals["Alpha"]
    page = mark.get(f"/e/deal/{alpha}/place?view=deal_board")
    assert page.status_code == 200
    assert re.findall(r'name="to" value="([^"]+)"', page.text) == ["offer", "won"]
    answer = mark.post(
        f"/e/deal/{alpha}/place",
        [("view", "deal_board"), ("from", "lead"), ("to", "offer"), ("_back", BOARD)],
    )
    assert (answer.status_code, answer.headers["location"]) == (303, BOARD)
    assert stage_of(site, alpha) == "offer"
    late = mark.post(f"/e/deal/{alpha}/place", [("view", "deal_board"), ("from", "lead"), ("to", "won")])
    assert late.status_code == 412 and "somebody else" in late.text
    assert mark.get(f"/e/deal/{deals['Hers']}/place?view=deal_board").status_code == 404


def test_columns_are_paged_and_changed_cards_come_back_where_they_stand(
    site: Site, deals: dict[str, int]
) -> None:
    mark = sign_in(site, "mark")
    body = {"create": [{"name": f"Row {n:03}", "stage": "offer"} for n in range(45)]}
    assert site.post("/api/records/deal/batch", body, "mark").status_code == 200
    first = columns(mark.get(BOARD))["offer"]
    seen = cards(first)
    following = re.search(r'data-next="([^"]+)"', first)
    while following and following[1]:
        part = mark.get(following[1].replace("&amp;", "&"))
        assert part.status_code == 200
        seen += cards(part.text)
        following = re.search(r'data-next="([^"]+)"', part.text)
    assert seen == ["Gamma", *(f"Row {n:03}" for n in range(45))]
    asked = "&".join(f"id={deal}" for deal in deals.values())
    part = mark.get(f"/e/deal/board/cards?view=deal_board&{asked}&id=x&id=99999999999999999999").text
    assert re.findall(r'data-into="([^"]+)"', part) == ["lead", "offer", "won"]
    assert "Hers" not in part and len(cards(part)) == 4
    heads = mark.get("/e/deal/board/heads?view=deal_board")
    assert re.findall(r'data-head="([^"]+)"', heads.text) == ["lead", "offer", "won"] and "46" in text(
        heads.text
    )
    for path in (
        "board/heads?view=open_deals",
        "board/heads?view=heads_only",
        "board/column?view=deal_board&column=zzz",
    ):
        assert mark.get(f"/e/deal/{path}").status_code == 404


@ONE
def test_a_board_is_a_tab_with_its_sign_and_what_takes_long_to_count_comes_after_the_cards(
    site: Site, deals: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = sign_in(site, "mark")
    page = mark.get(BOARD)
    tabs = re.search(r'<nav class="tabs".*?</nav>', page.text, re.DOTALL)
    assert tabs is not None and "#layout-kanban" in tabs[0] and "#list" in tabs[0] and "view=all" in tabs[0]
    assert "heads_only" not in tabs[0] and "data-late" not in page.text
    monkeypatch.setattr("renderers.boards.build.AT_ONCE", 0)
    late = mark.get(BOARD)
    assert "data-late" in late.text and cards(columns(late)["lead"]) == ["&lt;b&gt;Beta&lt;/b&gt;", "Alpha"]
    assert head(columns(late)["lead"]) == "Lead … Amount … Expected …"
    assert "Lead 2 Amount ₽ 100 " in text(mark.get("/e/deal/board/heads?view=deal_board").text)


@ONE
def test_of_several_pipelines_a_board_shows_one_which_is_chosen_in_the_address(site: Site) -> None:
    path, made = "/e/repair?view=repairs", {}
    for name, stage in (("Bench", "shop.new"), ("Van", "road.new"), ("Mast", "road.drive")):
        made[name] = site.post("/api/records/repair", {"name": name, "stage": stage}, "admin").json()["id"]
    anybody = sign_in(site, "admin")
    page = anybody.get(path)
    first = columns(page)
    assert [cards(each) for each in first.values()] == [["Bench"], []] and "done" in first
    menu = re.search(r'<details class="menu pipelines".*?</details>', page.text, re.DOTALL)
    assert menu is not None and text(menu[0]) == "In the shop In the shop On the road"
    road = next(
        link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', menu[0]) if "road" in link
    )
    assert road == f"{path}&pipeline=road"
    shown = columns(anybody.get(road))
    assert [cards(each) for each in shown.values()] == [["Van"], ["Mast"]] and "drive" in shown
    assert columns(anybody.get(f"{path}&pipeline=gone")).keys() == first.keys()
    moved = anybody.post(
        f"/e/repair/{made['Van']}/place", [("view", "repairs"), ("to", "drive"), ("pipeline", "road")], **JSON
    )
    assert moved.status_code == 200 and cards(columns(anybody.get(road))["drive"]) == ["Mast", "Van"]
    key = next(iter(shown))  # of a name that both pipelines have: the form of a new one begins in this one
    created = anybody.get(f"/e/repair/new?stage={key}")
    assert "On the road" in created.text or f'value="{key}" selected' in created.text
    by_hand = text(anybody.get(f"/e/repair/{made['Bench']}/place?view=repairs&pipeline=road").text)
    assert "In the shop: Done" in by_hand or "In the shop: done" in by_hand
    assert "On the road: drive" in by_hand.replace("Drive", "drive")
    assert "menu-pipeline" not in anybody.get(BOARD).text


@ONE
def test_a_stage_that_was_archived_keeps_its_column_while_cards_stand_there(
    site: Site, deals: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    change = {"op": "change", "kind": "stage", "target": "deal.stage.offer", "definition": {"archived": True}}
    plan = site.post("/api/model/plan", {"changes": [change]})
    assert site.post("/api/model/apply", {"plan": plan.json()["plan"]}).status_code == 200
    mark = sign_in(site, "mark")

    def shown() -> str:
        page = columns(mark.get(BOARD))
        assert (
            cards(page["offer"]) == ["Gamma"] and "place" not in page["lead"].partition('data-to="')[2][:40]
        )
        return page["offer"]

    assert head(shown()) == "Offer 1 Amount ₽ 2,500.50 Expected ₽ 0"
    monkeypatch.setattr("renderers.boards.build.AT_ONCE", 0)
    assert head(shown()) == "Offer … Amount … Expected …"
    assert text(mark.get("/e/deal/board/heads?view=deal_board").text).count("Offer 1") == 1
    changed = mark.get(f"/e/deal/board/cards?view=deal_board&id={deals['Gamma']}").text
    assert cards(changed.partition('data-into="offer"')[2]) == ["Gamma"]
    further = mark.get("/e/deal/board/column?view=deal_board&column=offer")
    assert further.status_code == 200 and cards(further.text) == ["Gamma"]
    stale = place(mark, deals["Alpha"], "won", **{"from": "offer"})
    assert stale.status_code == 412 and "somebody else" in stale.json()["reason"]
    assert place(mark, deals["Gamma"], "lead", **{"from": "offer"}).status_code == 200
    assert (
        "offer" not in columns(mark.get(BOARD))
        and "Offer" not in mark.get("/e/deal/board/heads?view=deal_board").text
    )
    assert place(mark, deals["Gamma"], "offer").status_code == 422


@ONE
def test_nothing_found_is_said_on_a_board_of_several_pipelines_too(site: Site) -> None:
    site.post("/api/records/repair", {"name": "Bench"}, "admin")
    admin = sign_in(site, "admin")
    path, said = "/e/repair?view=repairs&q=", "<h2>Nothing found</h2>"
    assert said in admin.get(f"{path}nowhere").text and said not in admin.get(f"{path}bench").text
