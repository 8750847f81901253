"""The bin: children go and return with their parent, links say what a deletion means, restoring may collide."""

import pytest

from tests.core.records.asserting import faults, refusal


@pytest.fixture
def product(office):
    return office.create("product", {"code": "rack", "name": "Rack", "price": 100}).id


def test_children_go_and_return_with_their_parent_under_one_bin_id(office, product):
    deal = office.create("deal", {"name": "A", "items": [{"product": product}, {"product": product}]}).id
    gone, kept = sorted(office.rows("deal_item"))
    office.delete("deal_item", gone)
    office.delete("deal", deal)
    assert not office.rows("deal") and not office.rows("deal_item")
    bins = {office.stored("deal", deal)["bin_id"], office.stored("deal_item", kept)["bin_id"]}
    assert len(bins) == 1 and bins != {None}
    saved = office.restore("deal", deal)
    assert saved.version == office.stored("deal", deal)["version"]
    assert sorted(office.rows("deal_item")) == [kept]
    assert office.stored("deal", deal)["bin_id"] is None
    assert [k for k, _, _ in office.journal("deal", deal)][-2:] == ["deleted", "restored"]


def test_what_is_used_elsewhere_stays(office):
    company = office.create("company", {"name": "A"}).id
    office.create("deal", {"name": "D", "company": company})
    error = refusal(office.delete, "company", company)
    assert (error.status, error.code) == (409, "KBK3008")
    assert office.stored("company", company)["deleted_at"] is None


def test_links_are_emptied_or_go_too_as_their_definition_says(office):
    company = office.create("company", {"name": "A"}).id
    deal = office.create("deal", {"name": "D"}).id
    of_deal = office.create("activity", {"subject": "x", "deal": deal}).id
    of_company = office.create("activity", {"subject": "y", "company": company}).id
    office.delete("deal", deal)
    assert office.stored("activity", of_deal)["deal"] is None
    assert office.journal("activity", of_deal)[-1][2] == {"deal": [deal, None]}
    office.delete("company", company)
    assert office.stored("activity", of_company)["deleted_at"] is not None
    office.restore("company", company)
    assert office.stored("activity", of_company)["deleted_at"] is None
    assert office.stored("activity", of_company)["company"] == company


def test_a_restored_record_that_collides_names_the_field(office):
    old = office.create("company", {"name": "A", "inn": "7707083893"}).id
    office.delete("company", old)
    new = office.create("company", {"name": "B", "inn": "7707083893"}).id
    error = refusal(office.restore, "company", old)
    assert (error.status, faults(error)) == (409, {("/inn", "KBK3012")})
    office.update("company", new, {"inn": None})
    office.restore("company", old)


def test_what_is_in_the_bin_is_not_there_for_writes(office):
    company = office.create("company", {"name": "A"}).id
    office.delete("company", company)
    assert refusal(office.update, "company", company, {"name": "B"}).code == "KBK2006"
    assert refusal(office.delete, "company", company).code == "KBK2006"
    assert refusal(office.restore, "company", 999).code == "KBK2006"
    office.restore("company", company)
    assert refusal(office.restore, "company", company).code == "KBK2006"


def test_a_child_row_does_not_return_without_its_parent(office, product):
    deal = office.create("deal", {"name": "A", "items": [{"product": product}]}).id
    (row,) = office.rows("deal_item")
    office.delete("deal", deal)
    assert refusal(office.restore, "deal_item", row).code in ("KBK2006", "KBK3012")
    office.restore("deal", deal)
    office.delete("deal_item", row)
    assert office.stored("deal", deal)["amount"] is None
    office.restore("deal_item", row)
    assert office.stored("deal", deal)["amount"] == 100


def test_deleting_asks_for_the_version_when_it_is_given(office):
    company = office.create("company", {"name": "A"}).id
    office.update("company", company, {"name": "B"})
    assert refusal(office.delete, "company", company, if_version=1).code == "KBK3009"
    office.delete("company", company, if_version=2)


def test_only_who_may_delete_may_restore(office):
    company = office.create("company", {"name": "A"}).id
    office.delete("company", company)
    assert refusal(office.restore, "company", company, by="marina").status == 403
    office.restore("company", company, by="anna")
