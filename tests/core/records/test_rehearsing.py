"""A trial of a write shows nothing that the write itself would not: what may not be left so, is not told either."""

from __future__ import annotations

from typing import Any

import pytest

from core.records import rehearse
from metamodel.fields.base import Context

TRIERS: dict[str, str | None] = {
    "extensions/department.yaml": """
        extends: department
        fields: [{name: staff, type: rollup, formula: COUNT(users)}]
    """,
    "extensions/user.yaml": """
        extends: user
        fields: [{name: peers, type: lookup, path: department.staff}]
    """,
    "roles/giver.yaml": """
        name: giver
        grants:
          - {entity: deal, actions: [read], fields: {all_but: [margin]}}
          - {entity: deal, actions: [show], rows: "owner = me", fields: [margin]}
          - {entity: deal, actions: [update], check: "owner <> me", fields: all}
          - {entity: department, actions: [read], fields: all}
          - {entity: user, actions: [read], rows: "id = me OR department IN my.departments", fields: all}
          - {entity: user, actions: [update], fields: all}
    """,
}

pytestmark = pytest.mark.parametrize("changes", [TRIERS])


def tried(office: Any, by: str, entity: str, id: int, values: dict[str, Any], *fields: str) -> Any:
    """The record as it would be, for who tries it; None when nothing is told."""
    found: Any = office.workspace.write(
        lambda tx: rehearse(tx, office.people[by], entity, id, values, fields, context=Context())
    )
    return found.rows[""].item if found.rows else None


def test_a_state_that_no_grant_lets_stand_opens_no_cell(office: Any) -> None:
    giver = office.hire("gleb", "giver").user
    others = office.create("deal", {"name": "A", "owner": office.people["igor"].user, "margin": "7"}).id
    named = tried(office, "gleb", "deal", others, {"name": "B"}, "name", "margin")
    assert (named["name"], "margin" in named) == ("B", False)
    assert tried(office, "gleb", "deal", others, {"owner": giver}, "margin") is None


def test_what_guards_forbid_is_not_shown_as_if_it_were_done(office: Any) -> None:
    with office.workspace.read() as tx:
        sales = tx.tables[office.model.entities["department"].uid].table
        number = tx.connection.execute(sales.select()).first().id
    gleb = office.hire("gleb", "giver").user
    assert tried(office, "gleb", "user", gleb, {"name": "G"}, "peers")["peers"] is None
    assert tried(office, "gleb", "user", gleb, {"department": number}, "peers") is None


def test_a_number_that_grows_too_long_tells_nothing_until_it_is_saved(office: Any) -> None:
    product = office.create("product", {"code": "A", "name": "A", "price": "1000000"}).id
    deal = office.create("deal", {"name": "A", "items": [{"product": product}]}).id
    long = [{"product": product, "quantity": "99999999999999"}]
    assert tried(office, "root", "deal", deal, {"items": long}, "items_total") is None
    assert tried(
        office, "root", "deal", deal, {"items": [{"product": product, "quantity": "2"}]}, "items_total"
    )
