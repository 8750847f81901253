"""`kubik bench rights`: what each shape of rule costs a person with many rows, with few, with none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, urlencode

import sqlalchemy as sa

from bench.installation import PEOPLE, Installation
from bench.lists import SHAPES
from bench.measure import Results, costs, head
from bench.raw import FIELDS
from bench.servers import Client, kubik_server
from core import records
from core.access.actor import system_actor
from core.query import Query
from core.query.execute import parameters, reader_of
from core.storage.workspace import Transaction

LIMIT = 1.3
BESIDE = {
    "count": "/api/records/deal?count=exact&limit=1",
    "search": "/api/records/deal?search=" + quote("Ремонт 1"),
    "activities, seen with their records": "/api/records/activity?sort=-created_at",
}
"""What else is timed for each person, without a limit."""

RULES: Mapping[str, str] = {
    "own": "owner = me",
    "tree": "owner.department IN my.departments",
    "linked": "company.owner = me",
    "several": "the three before, each a grant",
    "groups": "squad IN my.groups",
    "shared": "SHARED()",
    "own_or_shared": "owner = me; SHARED()",
    "masked": "all rows, three cells where owner = me",
}
"""The shapes: roles of the solution in `bench/shapes`, the ending of its name to its rule."""

RESTRICTED = ("many rows", "few rows", "no rows")
OF_CRM: Mapping[str, str] = {**dict.fromkeys(RESTRICTED, "manager"), "head": "head"}
SHAPE_LISTS: Mapping[str, str] = {"groups": "of parent"}
"""Of shapes that show more than their own rows alone, what."""
LISTS: Mapping[str, str] = {
    "deals": "/api/records/deal?" + urlencode({"sort": "-created_at", "fields": ",".join(FIELDS)}),
    "deals by id": "/api/records/deal?" + urlencode({"sort": "id", "fields": ",".join(FIELDS)}),
    "child rows": "/api/records/deal_item?sort=-created_at",
    "of parent": "/api/records/activity?sort=-created_at",
}
"""What is asked under each shape: its own rows, rows of a list of them, records that follow their rights."""


def run(installation: Installation, results: Results) -> None:
    """Each person's page beside the administrator's, both through HTTP: under the roles of crm, then under each shape.

    What is compared is CPU, of the server and the database: other programs on the machine do not count.
    """
    with kubik_server(installation) as (port, _, pid):
        clients = {p: Client(port, {"Authorization": f"Bearer {installation.token(p)}"}) for p in PEOPLE}
        asked = Asked(clients=clients, results=results, processes=(pid, *installation.processes))
        title = (
            f"rights on {installation.dialect}, {installation.size.deals:,} deals, CPU of server and database"
        )
        head(title, "person", "administrator")
        installation.workspace.write(partial(_give, installation=installation, roles=OF_CRM))
        _roles_of_crm(asked)
        for shape, rule in RULES.items():
            head(f"{title}: {rule}", "person", "administrator")
            roles = dict.fromkeys(RESTRICTED, f"shape_{shape}")
            installation.workspace.write(partial(_give, installation=installation, roles=roles))
            _shape(shape, asked)
            _explain(installation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom a question is asked as, and whose CPU the answer costs."""

    clients: Mapping[str, Client]
    results: Results
    processes: tuple[int, ...]

    def pages(self, name: str, path: str, person: str) -> None:
        """A person's page beside the administrator's, held to the limit."""
        mine, other = self.clients[person], self.clients["administrator"]
        taken = costs(lambda: mine.get(path), lambda: other.get(path), self.processes)
        self.results.add(name, *taken, LIMIT)

    def told(self, name: str, path: str, person: str) -> None:
        """What has no limit."""
        client = self.clients[person]
        taken = costs(lambda: client.get(path), lambda: None, self.processes, blocks=1)[0]
        print(f"  {name:<58} {taken:9.3f} ms", flush=True)


def _roles_of_crm(asked: Asked) -> None:
    for name, (query, _) in SHAPES.items():
        path = "/api/records/deal?" + urlencode(query | {"fields": ",".join(FIELDS)})
        for person in PEOPLE:
            if person != "administrator":
                asked.pages(f"{name}, {person}", path, person)
    for person in PEOPLE:
        for what, path in BESIDE.items():
            asked.told(f"{what}, {person}", path, person)


def _shape(shape: str, asked: Asked) -> None:
    for person in RESTRICTED:
        for what, path in LISTS.items():
            if what in ("deals", "deals by id") or shape in ("own", "tree") or what == SHAPE_LISTS.get(shape):
                asked.pages(f"{shape}, {what}, {person}", path, person)
        asked.told(f"{shape}, count, {person}", BESIDE["count"], person)


def _give(tx: Transaction, installation: Installation, roles: Mapping[str, str]) -> None:
    """The people who are measured have each this role alone."""
    system = system_actor()
    held = tx.tables[tx.model.entities["user_role"].uid]
    owner = held.columns[held.entity.by_name["user"].uid].value
    for person, role in roles.items():
        mine = sa.select(held.table.c.id).where(
            owner == installation.user(person), held.table.c.deleted_at.is_(None)
        )
        for row in tx.connection.execute(mine).scalars().all():
            records.delete(tx, system, "user_role", row)
        values = {"user": installation.user(person), "role": {"by": {"name": role}}}
        records.create(tx, system, "user_role", values)


def _explain(installation: Installation) -> None:
    """How the database finds the rows of each grant of the person with many, and of the one with few."""
    for person in ("many rows", "few rows"):
        actor = installation.actor(person)
        with installation.workspace.read() as tx:
            query = Query(entity="deal", sort=("-created_at",), fields=("name",))
            reader, values = reader_of(tx, actor, query), {**parameters(tx, actor, query), "limit": 51}
            ways = (
                reader.reach.ways(reader, tx.connection, values) or ("free",) * reader.compiler.grant_count()
            )
            for index, way in enumerate(ways):
                found = reader.other("branch", (index, way)).explain(tx.connection, values)
                print(
                    f"    {person}, grant {index + 1}, {way}: "
                    + " | ".join(map(str.strip, found.splitlines()[:4]))
                )
