"""Child rows of child rows in a form, as a browser without scripts uses them, and over the API; frames of rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.conftest import Databases, Dialect
from tests.renderers.surfing import changed, sign_in
from tests.sites import Installed, Site, install, running

NESTED = {
    "entities/box.yaml": """
        name: box
        label: {en: Box}
        title: "{name}"
        fields:
          - {name: name, type: text, required: true}
          - {name: weight, type: rollup, formula: "SUM(parts.weight)"}
          - {name: parts, type: children, of: part, through: box, label: {en: Parts}}
    """,
    "entities/part.yaml": """
        name: part
        label: {en: Part}
        title: "{name}"
        fields:
          - {name: box, type: link, to: box, required: true}
          - {name: name, type: text, required: true, label: {en: Name}}
          - {name: maker, type: link, to: company}
          - {name: weight, type: rollup, formula: "SUM(screws.weight)"}
          - {name: screws, type: children, of: screw, through: part, label: {en: Screws}}
    """,
    "entities/screw.yaml": """
        name: screw
        label: {en: Screw}
        title: "{kind}"
        fields:
          - {name: part, type: link, to: part, required: true}
          - {name: kind, type: text, required: true, label: {en: Kind}}
          - {name: weight, type: integer, label: {en: Weight}}
          - {name: marks, type: children, of: mark, through: screw, label: {en: Marks}}
        constraints: [{check: "weight < 100", message: {en: Too heavy}}]
    """,
    "entities/mark.yaml": """
        name: mark
        label: {en: Mark}
        title: "{text}"
        fields:
          - {name: screw, type: link, to: screw, required: true}
          - {name: text, type: text, label: {en: Text}}
    """,
    "roles/manager.yaml": factories.SAMPLE["roles/manager.yaml"]
    + """
          - {entity: box, actions: [read, create, update], fields: all}
          - {entity: screw, actions: [read, create, update], fields: {all_but: [weight]}}
    """,
}


@pytest.fixture(scope="session")
def boxes_installed(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An installation with boxes of parts of screws with marks, made once for each kind of database."""
    made: dict[str, tuple[str, dict[str, str]]] = {}

    def get(dialect: str) -> tuple[str, dict[str, str]]:
        if dialect not in made:
            url = lasting_database(dialect)  # type: ignore[arg-type]
            made[dialect] = url, install(url, tmp_path_factory.mktemp("boxes"), factories.model(NESTED))
        return made[dialect]

    return get


@pytest.fixture
def boxes(
    dialect: Dialect, boxes_installed: Installed, fresh_database: Databases, tmp_path: Path
) -> Iterator[Site]:
    """Boxes, served."""
    template, tokens = boxes_installed(dialect)
    with running(fresh_database(dialect, template=template), tmp_path, tokens) as found:
        yield found


def tree(site: Site, box: int, who: str = "admin") -> Any:
    """The box with all rows below it."""
    return site.get(
        f"/api/records/box/{box}?fields=name,weight,parts,parts.screws,parts.screws.marks", who
    ).json()


def bare(rows: list[dict[str, Any]], inner: str, *names: str) -> list[Any]:
    """Of each row these values, and what stands in its list."""
    return [(*(row[name] for name in names), row[inner]) for row in rows]


def test_rows_of_rows_are_filled_moved_and_saved_without_scripts(boxes: Site) -> None:
    mark = sign_in(boxes, "admin")
    typed = changed(mark.form("/e/box/new"), {"/name": "A", "/parts/0/name": "Lid"})
    page = mark.post("/e/box/new", [*typed, ("_add", "/parts/0/screws")])
    assert 'name="/parts/0/screws/0/kind"' in page.text, "the list below a row opens with a blank row in it"
    more = {
        "/parts/0/screws/0/kind": "M4",
        "/parts/0/screws/0/weight": "500",
        "/parts/0/screws/0/marks/0/text": "x",
    }
    refused = mark.post("/e/box/new", [*typed, *more.items()])
    assert refused.status_code == 422
    assert "Parts, row 1: Screws, row 1: Weight" in refused.text, "the summary says where"
    assert re.search(r'name="/parts/0/screws/0/weight" value="500"[^>]*aria-invalid="true"', refused.text)
    more |= {"/parts/0/screws/0/weight": "5", "/parts/0/screws/1/kind": "M5", "/parts/0/screws/1/weight": "7"}
    saved = mark.post("/e/box/new", [*typed, *more.items()])
    assert saved.status_code == 303, saved.text[:2000]
    box = int(saved.headers["location"].rpartition("/")[2])
    (lid,) = tree(boxes, box)["parts"]
    assert [(s["kind"], s["weight"]) for s in lid["screws"]] == [("M4", 5), ("M5", 7)]
    assert [m["text"] for m in lid["screws"][0]["marks"]] == ["x"]

    card = mark.get(f"/e/box/{box}").text
    places = [card.index(f">{word}<") for word in ("Lid", "M4", "M5")]
    assert places == sorted(places)
    assert card.count('<tr class="nest">') == 2, "the card shows the rows of each row"
    form = mark.form(f"/e/box/{box}/edit")
    names = dict(form.pairs)
    assert names["/parts/0/screws/1/kind"] == "M5" and names["/parts/0/screws/0/marks/0/text"] == "x"
    page = mark.post(f"/e/box/{box}/edit", [*form.pairs, ("_up", "/parts/0/screws/1")])
    swapped = [(n, v) for n, v in type(form)(page.text).pairs]
    assert dict(swapped)["/parts/0/screws/0/kind"] == "M5"
    assert mark.post(f"/e/box/{box}/edit", swapped).status_code == 303
    after = tree(boxes, box)
    assert [(s["kind"], len(s["marks"])) for s in after["parts"][0]["screws"]] == [("M5", 0), ("M4", 1)]
    untouched = mark.form(f"/e/box/{box}/edit")
    assert mark.post(f"/e/box/{box}/edit", untouched.pairs).status_code == 303
    assert (
        boxes.get(f"/api/records/box/{box}").json()["version"] == after["version"]
        if "version" in after
        else True
    )


def test_computed_values_of_rows_of_rows_are_counted_while_a_new_record_is_typed(boxes: Site) -> None:
    admin = sign_in(boxes, "admin")
    typed = {
        "/name": "A", "/parts/": "", "/parts/4/name": "Lid", "/parts/4/screws/7/kind": "M4", "/parts/4/screws/7/weight": "3",
        "/parts/4/screws/9/kind": "M5", "/parts/4/screws/9/weight": "4", "/parts/2/name": "Foot",
        "/parts/2/screws/0/kind": "M6", "/parts/2/screws/0/weight": "5",
    }  # fmt: skip
    answer = admin.post("/e/box/recalculate", changed(admin.form("/e/box/new"), typed))
    plain = {name: value["plain"] for name, value in answer.json()["computed"].items()}
    assert plain == {"/weight": "12", "/parts/4/weight": "7", "/parts/2/weight": "5"}


def test_nested_rows_are_read_and_written_over_the_api_under_rights(boxes: Site) -> None:
    made = boxes.post(
        "/api/records/box",
        {
            "name": "A",
            "parts": [{"name": "Lid", "screws": [{"kind": "M4", "weight": 3, "marks": [{"text": "x"}]}]}],
        },
    )
    assert made.status_code == 201, made.text
    box, etag = made.json()["id"], made.headers["etag"]
    assert "parts" not in boxes.get(f"/api/records/box/{box}").json(), "children only when they are named"
    assert "screws" not in boxes.get(f"/api/records/box/{box}?fields=parts").json()["parts"][0]
    seen = tree(boxes, box)
    assert seen["weight"] == 3 and seen["parts"][0]["screws"][0]["marks"][0]["text"] == "x"
    only = boxes.get(f"/api/records/box/{box}?fields=parts.name,parts.screws.kind").json()
    assert only["parts"] == [{"id": 1, "name": "Lid", "screws": [{"id": 1, "kind": "M4"}]}], (
        "of rows what is named, to any depth"
    )
    mark = tree(boxes, box, "mark")
    assert "weight" not in mark["parts"][0]["screws"][0], "a grant of the inner entity narrows"
    part, screw = seen["parts"][0]["id"], seen["parts"][0]["screws"][0]["id"]
    body = {"parts": [{"id": part, "screws": [{"id": screw, "weight": 9}]}]}
    refused = boxes.patch(f"/api/records/box/{box}", body, "mark", headers={"if-match": etag})
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/parts/0/screws/0/weight"]
    body = {
        "parts": [{"id": part, "screws": [{"kind": "M8"}, {"id": screw, "kind": "M5"}]}, {"name": "Foot"}]
    }
    assert boxes.patch(f"/api/records/box/{box}", body, "mark").status_code == 428
    changed_box = boxes.patch(f"/api/records/box/{box}", body, "mark", headers={"if-match": etag})
    assert changed_box.status_code == 200, changed_box.text
    lid, foot = tree(boxes, box)["parts"]
    assert [(s["kind"], len(s["marks"])) for s in lid["screws"]] == [("M8", 0), ("M5", 1)]
    assert (foot["name"], foot["screws"]) == ("Foot", [])
    history = boxes.get(f"/api/records/screw/{screw}/history").json()["items"]
    assert [e["kind"] for e in history] == ["updated", "created"]
    assert history[0]["changes"] == {"kind": {"from": "M4", "to": "M5"}}
    assert boxes.call("DELETE", f"/api/records/box/{box}").status_code == 204
    assert boxes.get(f"/api/records/screw/{screw}").status_code == 404
    assert boxes.post(f"/api/records/box/{box}/restore", {}).status_code == 200
    assert tree(boxes, box)["parts"][0]["screws"][1]["marks"][0]["text"] == "x"


def test_texts_in_links_are_looked_up_together_under_rights(site: Site) -> None:
    for code, name in (("B-1", "Beam"), ("B-2", "Board"), ("R-1", "Rack")):
        site.post("/api/records/product", {"code": code, "name": name, "price": 10})
    site.post("/api/records/product", {"code": "OLD", "name": "Old", "active": False})
    mark = sign_in(site, "mark")
    texts = ["b-1 beam", "R-1", "B", "nothing", "OLD", "", "Board"]
    asked = json.dumps([{"field": "product", "text": text} for text in texts])
    answer = mark.post("/e/deal_item/named", [("asked", asked)])
    assert answer.status_code == 200, answer.text
    found = [item.get("title") or [c["title"] for c in item["candidates"]] for item in answer.json()["items"]]
    assert found == ["B-1 Beam", "R-1 Rack", ["B-1 Beam", "B-2 Board"], [], [], [], "B-2 Board"]
    assert mark.post("/e/deal_item/named", [("asked", "nonsense")]).status_code == 400
    assert mark.post("/e/nothing/named", [("asked", "[]")]).status_code == 404


def test_two_hundred_rows_open_quickly_and_their_texts_are_exact(site: Site) -> None:
    product = site.post("/api/records/product", {"code": "B<1>", "name": "Beam", "price": 10}).json()["id"]
    rows = [{"product": product, "quantity": n + 1, "price": n} for n in range(200)]
    made = site.post("/api/records/deal", {"name": "Long", "items": rows}, "mark")
    mark = sign_in(site, "mark")
    page = mark.get(f"/e/deal/{made.json()['id']}/edit")
    assert page.text.count('value="B&lt;1&gt; Beam"') >= 200
    names = re.findall(r'name="(/items/\d+/quantity)" value="([^"]*)"', page.text)
    assert names == [(f"/items/{n}/quantity", str(n + 1)) for n in range(200)]
    form = mark.form(f"/e/deal/{made.json()['id']}/edit")
    assert mark.post(f"/e/deal/{made.json()['id']}/edit", form.pairs).status_code == 303
    assert (
        site.get(f"/api/records/deal/{made.json()['id']}", "mark").json()["version"] == made.json()["version"]
    )
