"""A pivot that tells values of personal fields is noted as any page that shows them."""

from __future__ import annotations

from pathlib import Path

from core import records
from core.access.actor import Actor
from core.query.pivot.asking import Axis, Measure, PivotQuery
from core.query.pivot.pivot import pivot
from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Workspace
from tests import factories


def test_values_of_personal_fields_in_a_pivot_are_noted(tmp_path: Path) -> None:
    company = factories.SAMPLE["entities/company.yaml"].replace(
        "{name: city, type: text}", "{name: city, type: text, personal: true}"
    ).replace("{name: founded, type: date}", "{name: founded, type: date, personal: true}").replace(
        "{name: staff, type: integer, min: 0}", "{name: staff, type: integer, min: 0, personal: true}")  # fmt: skip
    model = factories.model({"entities/company.yaml": company})
    workspace = Workspace.create(
        Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path}/a.db", time_zone="UTC")
    )
    install_model(workspace, model)
    workspace.write(records.sync_roles)
    person = Actor(user=1, login="root", roles=(model.roles["administrator"].uid,))
    values = {"name": "Acme", "city": "Omsk", "founded": "1990-02-03", "staff": 7}
    workspace.write(lambda tx: records.create(tx, person, "company", values))

    def noted(query: PivotQuery) -> list[list[str]]:
        with workspace.read() as tx:
            tx.way = "api"
            pivot(tx, person, query)
        workspace.sightings.flush()
        with workspace.read() as tx:
            table = tx.tables.own.sighting
            uids = {f.uid: f.name for f in model.entities["company"].fields}
            found = [[uids[uid] for uid in row.fields] for row in tx.connection.execute(table.select())]
        workspace.write(lambda tx: tx.connection.execute(tx.tables.own.sighting.delete()))
        return found

    try:
        assert noted(PivotQuery(entity="company", rows=(Axis(field="city"),))) == [["city"]]
        assert noted(PivotQuery(entity="company", rows=(Axis(field="vip"),))) == []
        youngest = Measure(aggregate="max", field="founded")
        assert noted(PivotQuery(entity="company", values=(youngest,))) == [["founded"]]
        alone = Measure(aggregate="sum", field="staff")
        assert noted(PivotQuery(entity="company", rows=(Axis(field="id"),), values=(alone,))) == [["staff"]]
        counted = Measure(aggregate="count", field="staff")
        assert noted(PivotQuery(entity="company", values=(counted,))) == []
        assert noted(PivotQuery(entity="deal", rows=(Axis(field="company.city"),))) == []
    finally:
        workspace.close()
