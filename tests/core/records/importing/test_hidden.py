"""What an import must not tell or touch: cells, fields and records that the person who imports may not read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import KubikError
from core.records.importing.formats import open_source
from core.records.importing.job import run_import
from core.records.importing.preview import preview
from core.records.importing.recipe import read_recipe
from core.records.importing.recognise.found import recognise
from tests import factories
from tests.core.records.conftest import Office

OPEN = '{entity: deal, actions: [create], check: "owner = me", fields: {all_but: [margin, probability]}}'
CHANGES: dict[str, str | None] = {
    "entities/deal.yaml": factories.SAMPLE["entities/deal.yaml"].replace(
        "- {name: lost_reason,",
        "- {name: secret_partner, type: link, to: company, label: Quiet partner}\n          - {name: lost_reason,",
    ),
    "roles/manager.yaml": factories.SAMPLE["roles/manager.yaml"]
    .replace(
        OPEN,
        '{entity: deal, actions: [create, import], check: "owner = me", fields: {all_but: [secret_partner]}}',
    )
    .replace("fields: {all_but: [margin]}}", "fields: {all_but: [margin, secret_partner]}}")
    .replace("fields: {all_but: [margin, owner]}}", "fields: {all_but: [margin, owner, secret_partner]}}")
    .rstrip()
    + """
          - {entity: company, actions: [import], fields: all}
          - {entity: remark, actions: [read, create, import], fields: all}
    """,
    "entities/remark.yaml": """
        name: remark
        title: "{text}"
        fields:
          - {name: text, type: text, required: true}
          - {name: about, type: link_any, to: [company, product, deal]}
    """,
}


@pytest.fixture
def changes() -> dict[str, str | None]:
    return CHANGES


def tried(office: Office, tmp_path: Path, text: str, recipe: dict[str, Any], by: str = "marina") -> Any:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    asked = read_recipe(recipe)
    source = open_source(file, "table.csv", asked.source)
    try:
        rows = recognise(source, asked.source).rows
        return preview(office.workspace, office.people[by], rows, asked, list(rows.lines()))
    finally:
        source.close()


def test_records_are_found_by_masked_cells_no_more_than_by_empty_ones(office: Office, tmp_path: Path) -> None:
    marina = office.people["marina"].user
    office.create("deal", {"name": "Shelves", "margin": "123.45", "owner": marina})
    recipe = {"targets": [{
        "entity": "deal", "mode": "find", "keys": ["name", "margin"],
        "fields": [{"column": "name", "field": "name"}, {"column": "margin", "field": "margin"}],
    }]}  # fmt: skip
    right, wrong = tried(office, tmp_path, "name,margin\nShelves,123.45\nShelves,999\n", recipe)
    assert (bool(right.problems), bool(wrong.problems)) == (True, True)
    seen, other = tried(office, tmp_path, "name,margin\nShelves,123.45\nShelves,999\n", recipe, by="root")
    assert (bool(seen.problems), bool(other.problems)) == (False, True)


def test_a_link_to_another_target_says_nothing_of_a_hidden_field(office: Office, tmp_path: Path) -> None:
    def answer(field: str) -> str:
        recipe = {"targets": [
            {"entity": "company", "fields": [{"column": "firm", "field": "name"}]},
            {"entity": "deal", "fields": [{"column": "name", "field": "name"}],
             "links": [{"field": field, "target": "company"}]},
        ]}  # fmt: skip
        file = tmp_path / "table.csv"
        file.write_text("firm,name\nAcme,Deal\n", encoding="utf-8")
        try:
            asked = read_recipe(recipe)
            run_import(office.workspace, office.people["marina"], "", file, name="table.csv", recipe=asked)
        except KubikError as error:
            return f"{error.code} {[(p.pointer, p.message) for p in error.errors]}".replace(field, "X")
        return "taken"

    assert answer("secret_partner") == answer("nothing_at_all")


def test_a_link_to_any_record_is_found_by_title_in_all_that_is_seen(office: Office, tmp_path: Path) -> None:
    company = office.create("company", {"name": "Acme"}).id
    for code in ("Acme", "Shelves"):
        office.create("product", {"code": code, "name": "x"})
    deal = office.create("deal", {"name": "Secret", "owner": office.people["igor"].user}).id
    title = f"{office.rows('deal')[deal]['number']} Secret"
    file = tmp_path / "remarks.csv"
    lines = ["Acme", f"company:{company}", "shelves", title, "1"]
    file.write_text("text,about\n" + "".join(f"about {each},{each}\n" for each in lines), encoding="utf-8")
    reports = {
        by: run_import(office.workspace, office.people[by], "remark", file, name=file.name)
        for by in ("root", "marina")
    }
    faults = {by: [(each.line, each.code) for each in report.errors] for by, report in reports.items()}
    assert faults == {
        "root": [(2, "KBK3005"), (6, "KBK3002")], "marina": [(2, "KBK3005"), (5, "KBK3005"), (6, "KBK3002")]
    }  # fmt: skip
    said = reports["root"].errors[0].message
    assert f"company:{company}" in (said if isinstance(said, str) else str(said.parameters))
    found = {row["text"]: row["about"] for row in office.rows("remark").values()}
    entities = office.model.entities
    assert [found[f"about {each}"].entity for each in lines[1:4]] == [
        entities[name].uid for name in ("company", "product", "deal")
    ]
