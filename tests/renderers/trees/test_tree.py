"""The page of a tree, its levels and the moves it sends, under the reader's rights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests import factories
from tests.conftest import Databases
from tests.renderers.surfing import sign_in
from tests.sites import Installed, Site, install, made_once, running

TREES = {
    "views/departments.yaml": "{name: departments, entity: department, kind: tree, columns: [name, head, parent], sort: [name]}",
}
ROW = re.compile(r'<tr role="row" class="([^"]*)" data-id="(\d+)" data-level="(\d+)"([^>]*)>')
OPEN = re.compile(r'aria-expanded="(\w+)"')
JSON = {"accept": "application/json"}


def trees(url: str, home: Path) -> Mapping[str, str]:
    return install(url, home, factories.model(TREES))


@pytest.fixture(scope="session")
def with_trees(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return made_once(lasting_database, tmp_path_factory, trees)


@pytest.fixture
def site(dialect, with_trees: Installed, fresh_database: Databases, tmp_path: Path) -> Iterator[Site]:
    template, tokens = with_trees(dialect)
    with running(fresh_database(dialect, template=template), tmp_path, tokens) as found:
        yield found


@pytest.fixture
def office(site: Site) -> dict[str, int]:
    """Departments three levels deep, by name."""
    made: dict[str, int] = {}
    for name, above in (
        ("Sales", None),
        ("North", "Sales"),
        ("Murmansk", "North"),
        ("South", "Sales"),
        ("Stores", None),
    ):
        body = {"name": name, "parent": made.get(above or "")}
        made[name] = site.post("/api/records/department", body).json()["id"]
    return made


def shown(html: str) -> list[tuple[int, int, str]]:
    """The rows of a page: id, level, whether it is open."""
    found = []
    for _, id, level, rest in ROW.findall(html):
        expanded = OPEN.search(rest)
        found.append((int(id), int(level), expanded[1] if expanded else ""))
    return found


def test_levels_open_one_by_one_and_count_what_is_right_below(site, office):
    admin = sign_in(site, "admin")
    begun = admin.get("/e/department?view=departments").text
    assert [level for _, level, _ in shown(begun)] == [1, 2, 2, 1], "a top of a few records is open"
    page = admin.get("/e/department?view=departments&open=0").text
    assert shown(page) == [(office["Sales"], 1, "false"), (office["Stores"], 1, "")]
    assert 'title="Right below: 2"' in page
    level = admin.get(f"/e/department/tree?view=departments&of={office['Sales']}&level=2").text
    assert shown(level) == [(office["North"], 2, "false"), (office["South"], 2, "")]
    opened = admin.get(f"/e/department?view=departments&open={office['Sales']}&open={office['North']}").text
    assert [id for id, _, _ in shown(opened)] == [
        office[n] for n in ("Sales", "North", "Murmansk", "South", "Stores")
    ]


def test_what_is_looked_for_stands_with_all_above_it(site, office):
    admin = sign_in(site, "admin")
    for address in ("q=murm", "filter=name+%3D+%27Murmansk%27"):
        page = admin.get(f"/e/department?view=departments&{address}").text
        assert [(id, level) for id, level, _ in shown(page)] == [
            (office["Sales"], 1), (office["North"], 2), (office["Murmansk"], 3),
        ]  # fmt: skip
        ways = [int(id) for css, id, _, _ in ROW.findall(page) if "way" in css.split()]
        assert ways == [office["Sales"], office["North"]]


def test_a_record_moves_under_another_never_under_itself(site, office):
    admin = sign_in(site, "admin")
    moved = admin.post(
        f"/e/department/tree/{office['South']}",
        [("view", "departments"), ("under", str(office["North"]))],
        **JSON,
    )
    assert moved.status_code == 200 and moved.json() == {"was": office["Sales"]}
    assert site.get(f"/api/records/department/{office['South']}").json()["parent"]["id"] == office["North"]
    circle = admin.post(
        f"/e/department/tree/{office['Sales']}",
        [("view", "departments"), ("under", str(office["Murmansk"]))],
        **JSON,
    )
    assert circle.status_code == 422 and "under itself" in circle.json()["reason"]
    top = admin.post(
        f"/e/department/tree/{office['South']}", [("view", "departments"), ("under", "")], **JSON
    )
    assert top.status_code == 200
    assert site.get(f"/api/records/department/{office['South']}").json()["parent"] is None


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_who_may_not_change_departments_moves_none(site, office):
    helen = sign_in(site, "helen")
    page = helen.get("/e/department?view=departments").text
    assert all("fixed" in css.split() for css, _, _, _ in ROW.findall(page)) and "data-drop-top" not in page
    refused = helen.post(
        f"/e/department/tree/{office['South']}", [("view", "departments"), ("under", "")], **JSON
    )
    assert refused.status_code == 403 and refused.json()["reason"]
    mark = sign_in(site, "mark")
    assert mark.get("/e/department?view=departments").status_code == 404
    assert mark.get(f"/e/department/tree?view=departments&of={office['Sales']}").status_code == 404
