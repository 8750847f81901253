"""An office of people to write as: a workspace of the sample model on each database, its roles and its staff."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core import records
from core.access.actor import Actor, system_actor
from core.records.shapes import Saved
from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Workspace
from metamodel.model import Model
from tests import factories
from tests.conftest import Databases, Dialect


@dataclass(kw_only=True)
class Office:
    """A workspace and the people in it; every call is a transaction of its own."""

    workspace: Workspace
    model: Model
    people: dict[str, Actor]

    def create(self, entity: str, values: dict[str, Any], by: str = "root", **more: Any) -> Saved:
        return self.workspace.write(lambda tx: records.create(tx, self.people[by], entity, values, **more))

    def update(self, entity: str, id: int, values: dict[str, Any], by: str = "root", **more: Any) -> Saved:
        return self.workspace.write(
            lambda tx: records.update(tx, self.people[by], entity, id, values, **more)
        )

    def delete(self, entity: str, id: int, by: str = "root", **more: Any) -> None:
        self.workspace.write(lambda tx: records.delete(tx, self.people[by], entity, id, **more))

    def restore(self, entity: str, id: int, by: str = "root") -> Saved:
        return self.workspace.write(lambda tx: records.restore(tx, self.people[by], entity, id))

    def batch(self, entity: str, by: str = "root", **lists: Any) -> Any:
        return self.workspace.write(
            lambda tx: records.batch(tx, self.people[by], entity, records.Batch(**lists))
        )

    def stored(self, entity: str, id: int) -> dict[str, Any]:
        """What stands in the table, by name of the field, read past all rights."""
        found = self.rows(entity, any_life=True)
        return found[id]

    def rows(self, entity: str, *, any_life: bool = False) -> dict[int, dict[str, Any]]:
        """Every (live) row of an entity by id."""
        with self.workspace.read() as tx:
            place = tx.tables[self.model.entities[entity].uid]
            names = [place.entity.by_uid[u].name if u in place.entity.by_uid else u for u in place.columns]
            statement = place.table.select().with_only_columns(*(c.value for c in place.columns.values()))
            found = {}
            for row in tx.connection.execute(statement.order_by(place.table.c.id)):
                values = dict(zip(names, row, strict=True))
                if any_life or values["deleted_at"] is None:
                    found[values["id"]] = values
            return found

    def journal(self, entity: str, record: int) -> list[tuple[str, int, dict[str, Any]]]:
        """What the journal says of a record: kind, version, differences by name."""
        with self.workspace.read() as tx:
            own = tx.tables.own.journal
            found = self.model.entities[entity]
            rows = tx.connection.execute(
                own.select().where(own.c.entity == found.uid, own.c.record == record).order_by(own.c.seq)
            )
            return [
                (
                    r.kind,
                    r.version,
                    {found.by_uid[uid].name: d for uid, d in (r.diff or {}).items() if uid in found.by_uid},
                )
                for r in rows
            ]

    def hire(self, login: str, role: str | None = None, department: int | None = None) -> Actor:
        """A person with a role, and the actor they act as."""
        with self.workspace.read() as tx:
            place = tx.tables[self.model.entities["role"].uid]
            name = place.columns[place.entity.by_name["name"].uid].value
            known = {
                n: i
                for i, n in tx.connection.execute(
                    place.table.select().with_only_columns(place.table.c.id, name)
                )
            }
        values: dict[str, Any] = {"login": login, "name": login.title(), "department": department}
        if role is not None:
            values["roles"] = [{"role": known[role]}]
        saved = self.workspace.write(lambda tx: records.create(tx, system_actor(), "user", values))
        roles = (self.model.roles[role].uid,) if role else ()
        self.people[login] = Actor(user=saved.id, login=login, roles=roles)
        return self.people[login]


@pytest.fixture
def changes() -> dict[str, str | None]:
    """Files of the sample that a test replaces."""
    return {}


def settings(home: Path, database_url: str) -> Settings:
    return Settings(home=home, database_url=database_url, time_zone="Europe/Moscow")


def settled(home: Path, database_url: str, model: Model) -> Office:
    """An office as each test finds it."""
    workspace = Workspace.create(settings(home, database_url))
    install_model(workspace, model)
    workspace.write(records.sync_roles)
    made = Office(workspace=workspace, model=model, people={"system": system_actor()})
    sales = made.create("department", {"name": "Sales"}, by="system").id
    made.hire("root", "administrator")
    made.hire("anna", "head", sales)
    made.hire("marina", "manager", sales)
    made.hire("igor", "manager", sales)
    workspace.close()
    return made


@pytest.fixture(scope="session")
def offices(
    lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Dialect, Mapping[str, str | None]], Office]:
    """Offices to be copied, made once for each kind of database and each change of the sample."""
    made: dict[object, Office] = {}

    def get(dialect: Dialect, changes: Mapping[str, str | None]) -> Office:
        key = dialect, tuple(sorted(changes.items()))
        if key not in made:
            home = tmp_path_factory.mktemp("office")
            made[key] = settled(home, lasting_database(dialect), factories.model(changes))
        return made[key]

    return get


@pytest.fixture
def office(
    tmp_path: Path,
    dialect: Dialect,
    fresh_database: Databases,
    changes: dict[str, str | None],
    offices: Callable[[Dialect, Mapping[str, str | None]], Office],
) -> Iterator[Office]:
    """The sample model with an administrator (root), a head (anna) and two managers (marina, igor)."""
    made = offices(dialect, changes)
    shutil.copytree(made.workspace.settings.home, tmp_path, dirs_exist_ok=True)
    url = fresh_database(dialect, template=made.workspace.settings.database)
    workspace = Workspace.open(settings(tmp_path, url))
    workspace.remember(made.model)
    yield Office(workspace=workspace, model=made.model, people=dict(made.people))
    workspace.close()
