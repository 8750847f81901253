"""Cards: what stands on them and beside them, under the rights of the reader; comments on them without scripts."""

from __future__ import annotations

import re

import pytest

from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Site


@pytest.fixture
def deal(site: Site) -> str:
    """The card of a deal of Mark's."""
    return f"/e/deal/{site.post('/api/records/deal', {'name': 'Racks', 'amount': 100}, 'mark').json()['id']}"


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1].replace("&#34;", '"').replace("&amp;", "&")


def edit(person: Surfer, card: str, name: str, typed: str, opened: str = "") -> tuple[int, str]:
    """A field opened, typed into and sent; ``opened`` is the form as it was opened before."""
    form = opened or person.get(f"{card}/field/{name}").text
    pairs = [("_version", field(form, "_version")), ("_was", field(form, "_was")), (f"/{name}", typed)]
    answer = person.post(f"{card}/field/{name}", pairs, **{"hx-request": "true"})
    return answer.status_code, answer.text


def test_a_field_is_changed_where_it_stands_and_what_follows_comes_along(site: Site, deal: str) -> None:
    mark = sign_in(site, "mark")
    status, page = edit(mark, deal, "name", "Racks, part 2")
    assert status == 200
    assert "<h1>" in page and "Racks, part 2</h1>" in page
    assert 'data-version="2"' in page and 'data-saved="Saved at ' in page
    assert "<html" not in page


def test_a_refused_value_stays_with_its_message_and_nothing_is_written(site: Site, deal: str) -> None:
    mark = sign_in(site, "mark")
    status, page = edit(mark, deal, "amount", "-5")
    assert status == 422
    assert 'value="-5"' in page
    assert "must not be negative" in page
    assert site.get(f"/api/records{deal.removeprefix('/e')}").json()["amount"] == 100


def test_a_change_of_something_else_is_merged_and_of_the_same_is_asked(site: Site, deal: str) -> None:
    mark = sign_in(site, "mark")
    opened = mark.get(f"{deal}/field/amount").text
    api = f"/api/records{deal.removeprefix('/e')}"
    assert site.patch(api, {"name": "Racks of the office"}).status_code == 200
    status, page = edit(mark, deal, "amount", "200", opened)
    assert status == 200 and "Racks of the office</h1>" in page
    opened = mark.get(f"{deal}/field/amount").text
    assert site.patch(api, {"amount": 300}).status_code == 200
    status, page = edit(mark, deal, "amount", "250", opened)
    assert status == 412
    assert "Admin" in page and "300" in page and 'value="250"' in page
    assert site.get(api).json()["amount"] == 300
    pairs = [("_version", field(page, "_version")), ("_was", field(page, "_was")), ("/amount", "250")]
    chosen = mark.post(f"{deal}/field/amount", [*pairs, ("_choose:/amount", "mine")])
    assert chosen.status_code == 200
    assert site.get(api).json()["amount"] == 250


def test_only_what_one_may_write_has_a_pencil_and_a_widget(site: Site, deal: str) -> None:
    mark = sign_in(site, "mark")
    page = mark.get(deal).text
    assert f'data-edit="{deal}/field/name"' in page
    for name in ("owner", "number", "expected", "margin"):
        assert f"{deal}/field/{name}" not in page
        assert mark.get(f"{deal}/field/{name}").status_code in (403, 404)
    assert sign_in(site, "nina").get(f"{deal}/field/name").status_code == 404


def test_a_comment_is_written_changed_and_deleted_on_the_card_and_is_only_text(site: Site, deal: str) -> None:
    mark, admin = sign_in(site, "mark"), sign_in(site, "admin")
    assert (
        mark.post(
            f"{deal}/comments", [("text", "<script>1</script> @admin"), ("panel", "timeline")]
        ).status_code
        == 303
    )
    page = mark.get(deal).text
    assert "&lt;script&gt;1&lt;/script&gt;" in page and "<script>1" not in page
    assert '<b class="mention" title="@admin">@Admin</b>' in page
    number = re.search(r'id="comment-(\d+)"', page)
    assert number is not None
    one = f"{deal}/comments/{number[1]}"
    assert "<textarea" not in admin.get(one).text and f"{one}?edit=1" not in admin.get(deal).text
    box = mark.get(f"{one}?edit=1").text
    changed = mark.post(
        one, [("_version", field(box, "_version")), ("text", "Better")], **{"hx-request": "true"}
    )
    assert changed.status_code == 200 and "Better" in changed.text and "edited" in changed.text
    assert "&lt;script&gt;" in admin.get(f"{one}/edits").text
    assert mark.post(f"{one}/delete", [], **{"hx-request": "true"}).status_code == 200
    assert "Better" not in mark.get(deal).text.split('class="rail"')[1].split("<ol>")[0]
    refused = mark.post(f"{deal}/comments", [("text", " "), ("panel", "timeline")], **{"hx-request": "true"})
    assert refused.status_code == 422


def test_people_offered_for_a_comment_see_the_record(site: Site, deal: str) -> None:
    mark = sign_in(site, "mark")
    offered = [person["login"] for person in mark.get(f"{deal}/people").json()["items"]]
    assert offered == ["admin"], "neither oneself nor Nina, who does not see the deal"
    assert mark.get(f"{deal}/people?q=nin").json()["items"] == []
    assert sign_in(site, "nina").get(f"{deal}/people").status_code == 404


def test_panels_are_read_alone_or_with_their_card_and_go_on_by_pages(site: Site, deal: str) -> None:
    mark = sign_in(site, "mark")
    for number in range(40):
        site.post(f"/api/records{deal.removeprefix('/e')}/comments", {"text": f"No {number}."}, "mark")
    alone = mark.get(f"{deal}/panel/timeline", **{"hx-request": "true"}).text
    assert "<html" not in alone and "No 39." in alone and "No 5." not in alone
    more = re.search(r'href="([^"]*more=[^"]*)"', alone)
    assert more is not None
    rest = mark.get(more[1].replace("&amp;", "&"), **{"hx-request": "true"}).text
    assert "No 5." in rest and "No 39." not in rest and "created the record" in rest
    assert '<h3 class="day">' not in rest, "the day goes on"
    assert "<html" in mark.get(f"{deal}/panel/history").text
    assert "No 39." not in mark.get(f"{deal}/panel/timeline?only=change", **{"hx-request": "true"}).text
    assert mark.get(f"{deal}/panel/nothing").status_code == 404
    assert mark.get(f"{deal}/panel/timeline?more=x").status_code == 400
