"""Merging by the API: records become one, are several again, and a wrong body is refused at its place."""

from __future__ import annotations

import pytest

from tests.sites import Site


def test_records_become_one_and_are_several_again(site: Site) -> None:
    first, second = (
        site.post("/api/records/company", body, "admin").json()["id"]
        for body in ({"name": "Ромашка"}, {"name": "ООО Ромашка", "inn": "7707083893"})
    )
    deal = site.post("/api/records/deal", {"name": "D", "company": second}, "admin").json()["id"]
    answer = site.post(f"/api/records/company/{first}/merge", {"with": [second]}, "admin")
    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] == first and answer.json()["led"] == 1
    assert site.get(f"/api/records/company/{first}", "admin").json()["inn"] == "7707083893"
    assert site.get(f"/api/records/company/{second}", "admin").status_code == 404
    assert site.get(f"/api/records/deal/{deal}", "admin").json()["company"]["id"] == first
    history = site.get(f"/api/records/company/{first}/history", "admin").json()["items"]
    assert history[0]["job"]["kind"] == "merge"
    reverted = site.post(f"/api/merges/{answer.json()['job']}/revert", {}, "admin")
    assert reverted.status_code == 200 and reverted.json()["left"] == []
    assert site.get(f"/api/records/deal/{deal}", "admin").json()["company"]["id"] == second
    assert site.get(f"/api/records/company/{first}", "admin").json()["inn"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "/with"), ({"with": ["8"]}, "/with"), ({"with": [2], "take": {"name": True}}, "/take/name"),
     ({"with": [2], "versions": {"x": 1}}, "/versions/x"), ({"with": [2], "into": 3}, "/into")],
)  # fmt: skip
def test_a_wrong_body_is_refused_at_its_place(site: Site, body: dict[str, object], pointer: str) -> None:
    answer = site.post("/api/records/company/1/merge", body, "admin")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
