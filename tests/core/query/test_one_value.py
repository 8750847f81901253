"""Records of one stage are walked by the index that holds them in the order of the list, whoever reads (PostgreSQL)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from core.query import Query, read
from core.query.compile import Part
from core.query.execute import Reader, parameters, reader_of
from core.query.reach import Reach
from core.query.ways import Way
from core.storage.workspace import Workspace
from tests.core.query.test_explain import fill, index_of, person
from tests.core.query.world import make_workspace
from tests.factories import SAMPLE, model

GRANT = '- {entity: deal, actions: [read], rows: "RULE", fields: all}'


@pytest.fixture(scope="module")
def workspace(lasting_database, tmp_path_factory) -> Iterator[Workspace]:
    squad = "- {name: squad, type: link, to: group, on_delete: clear}"
    deal = SAMPLE["entities/deal.yaml"].replace("- {unique: [company, name]}", "")
    files = {
        "entities/deal.yaml": deal.replace("- {name: opened_on", f"{squad}\n          - {{name: opened_on")
    }
    rule = GRANT.replace("RULE", "owner.department IN my.departments")
    files["roles/tree.yaml"] = f"name: tree\ngrants:\n  {rule}\n"
    made = make_workspace(lasting_database("postgresql"), tmp_path_factory.mktemp("one"), [], model(files))
    made.write(fill)
    made.write(lambda tx: tx.connection.exec_driver_sql("ANALYZE"))
    yield made
    made.close()


@pytest.mark.parametrize("sort", ["-created_at", "created_at"])
def test_a_page_of_one_stage_is_the_same_by_the_index_of_the_stage(workspace, monkeypatch, sort) -> None:
    def pages(way: Way) -> list[Any]:
        def forced(reach: Reach, reader: Reader, *_: Any) -> tuple[Way, ...]:
            return (way,) * reader.compiler.grant_count()

        monkeypatch.setattr(Reach, "ways", forced)
        found: list[Any] = []
        with workspace.read() as tx:
            actor = person(tx, 2, "tree")
            cursor, query = None, Query(entity="deal")
            for _ in range(4):
                query = Query(
                    entity="deal",
                    fields=("id",),
                    filter="stage = 'won'",
                    sort=(sort,),
                    cursor=cursor,
                    limit=30,
                )
                page = read(tx, actor, query)
                found += [item["id"] for item in page.items]
                cursor = page.next
                if cursor is None:
                    break
            reader, values = reader_of(tx, actor, query), {**parameters(tx, actor, query), "limit": 51}
            part = Part(segment=reader.pages.segments[0], ways=(way,), limit=51)
            asked = reader.other("page_ids", part)
            plans.append(asked.explain(tx.connection, values))
            texts.append(asked.text)
            by_stage.append(index_of(tx, "stage", "created_at"))
        return found

    plans: list[str] = []
    texts: list[str] = []
    by_stage: list[str] = []
    walked, gathered = pages("order"), pages("grant")
    assert walked == gathered and len(walked) > 60
    assert by_stage[0] in plans[0] and "Sort" not in plans[0]
    # of a million deals PostgreSQL would take the index of the order, were this not in front of it
    with workspace.read() as tx:
        deal = tx.model.entities["deal"]
        stage = tx.tables[deal.uid].columns[deal.by_name["stage"].uid].value.name
    assert re.search(rf"ORDER BY \S+\.{stage} (DESC|ASC), \S+\.created_at", texts[0])
