"""Departments are rights where rules name them: nobody widens what they see by one."""

from __future__ import annotations

import pytest

from tests.core.records.asserting import faults, refusal
from tests.core.system.test_guards import MANAGING

WITH_DEPARTMENTS = {
    **MANAGING,
    "roles/head.yaml": MANAGING["roles/head.yaml"]
    + """
          - {entity: department, actions: [create, update, delete], fields: all}
    """,
}


@pytest.mark.parametrize("changes", [WITH_DEPARTMENTS])
def test_nobody_heads_a_department_or_puts_one_under_their_own(office):
    anna, igor, root = (office.people[name].user for name in ("anna", "igor", "root"))
    sales = office.stored("user", anna)["department"]
    north = office.create("department", {"name": "North"}, by="anna").id
    office.update("department", north, {"head": igor}, by="anna")
    below = office.create("department", {"name": "Below", "parent": sales}, by="anna").id
    for values in ({"head": anna}, {"head": root}, {"parent": sales}, {"parent": below}):
        assert {c for _, c in faults(refusal(office.update, "department", north, values, by="anna"))} == {
            "KBK3014"
        }
    assert refusal(office.create, "department", {"name": "X", "head": anna}, by="anna").code == "KBK3014"
    office.update("department", sales, {"head": anna})
    far = office.create("department", {"name": "Far"}, by="anna").id
    moved = [{"id": far, "parent": below}, {"id": below, "parent": north}]
    assert refusal(office.batch, "department", by="anna", update=[moved[0]]).code == "KBK3014"
    office.batch("department", by="anna", update=moved)
    assert refusal(office.update, "department", north, {"parent": sales}, by="anna").code == "KBK3014"
    for values in ({"head": None}, {"head": igor}):
        assert refusal(office.update, "department", sales, values, by="anna").code == "KBK3014"
    office.update("department", sales, {"name": "Trade"}, by="anna")
