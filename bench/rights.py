"""`kubik bench rights`: what each shape of rule costs a person with many rows, with few, with none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal
from urllib.parse import quote, urlencode

import sqlalchemy as sa

from bench.data import FEW_DEALS, Size
from bench.installation import PEOPLE, Installation
from bench.lists import SHAPES
from bench.measure import Figure, Results, costs, head
from bench.raw import FIELDS
from bench.servers import Client, kubik_server
from core import records
from core.access.actor import system_actor
from core.query import Query
from core.query.execute import parameters, reader_of
from core.storage.workspace import Transaction
from core.web.security import SESSION_COOKIE

LIMIT = 1.3
QUICK = 20.0
"""Milliseconds that the administrator's page may take: beside a slow one everybody is quick."""
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

Door = Literal["API", "screen"]
TURNS: Mapping[Door, int] = {"API": 24, "screen": 12}
"""Turns of requests of each: a screen takes twice as long, its ratio is the steadier one."""

Doors = Mapping[Door, str]
"""Where the same rows are asked for by a program, as JSON, and by a browser, as a page."""


def _list(entity: str, fields: str = "", **asked: str) -> Doors:
    """A list in both ways: the screen shows the columns of its table, within the page as it is opened."""
    programs = asked | ({"fields": fields} if fields else {})
    return {
        "API": f"/api/records/{entity}?{urlencode(programs)}",
        "screen": f"/e/{entity}?{urlencode({'view': 'all'} | asked)}",
    }


LISTS: Mapping[str, Doors] = {
    "deals": _list("deal", ",".join(FIELDS), sort="-created_at"),
    "deals by id": _list("deal", ",".join(FIELDS), sort="id"),
    "child rows": _list("deal_item", sort="-created_at"),
    "of parent": _list("activity", sort="-created_at"),
}
"""What is asked under each shape: its own rows, rows of a list of them, records that follow their rights."""


def _card(person: str, size: Size) -> Doors:
    """A deal of that person's own with its child rows, as a card."""
    deal = 100 if person == "many rows" else 1 + 11 * max(1, size.deals // FEW_DEALS)
    return {"API": f"/api/records/deal/{deal}?fields={','.join(FIELDS)},items", "screen": f"/e/deal/{deal}"}


def run(installation: Installation, results: Results) -> None:
    """Each person's page beside the administrator's, as JSON and as a screen, both through HTTP: under the roles of crm,
    then under each shape.

    What is compared is CPU, of the server and the database: other programs on the machine do not count.
    """
    with kubik_server(installation) as (port, _, pid):
        asked = Asked(
            clients={(door, person): _client(installation, port, door, person) for door in TURNS for person in PEOPLE},
            results=results,
            processes=(pid, *installation.processes),
        )  # fmt: skip
        title = (
            f"rights on {installation.dialect}, {installation.size.deals:,} deals, CPU of server and database"
        )
        head(title, "person", "administrator")
        installation.workspace.write(partial(give_roles, installation=installation, roles=OF_CRM))
        _roles_of_crm(asked)
        for shape, rule in RULES.items():
            head(f"{title}: {rule}", "person", "administrator")
            roles = dict.fromkeys(RESTRICTED, f"shape_{shape}")
            installation.workspace.write(partial(give_roles, installation=installation, roles=roles))
            _shape(shape, asked, installation.size)
            _explain(installation)
        asked.sum_up()


def _client(installation: Installation, port: int, door: Door, person: str) -> Client:
    """A program with a token of its own, or a browser with a session."""
    if door == "API":
        return Client(port, {"Authorization": f"Bearer {installation.token(person)}"})
    return Client(port, {"Cookie": f"{SESSION_COOKIE}={installation.session(person)}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom a question is asked as, and whose CPU the answer costs."""

    clients: Mapping[tuple[Door, str], Client]
    results: Results
    processes: tuple[int, ...]
    found: dict[Door, list[Figure]] = field(default_factory=lambda: {door: [] for door in TURNS})
    """What was measured of each."""

    def pages(self, name: str, paths: Doors, person: str) -> None:
        """A person's page beside the administrator's by each door, held to the limit."""
        for door, path in paths.items():
            mine, other = self.clients[door, person], self.clients[door, "administrator"]
            get = (partial(mine.get, path), partial(other.get, path))
            taken = costs(*get, self.processes, TURNS[door])
            self.found[door].append(self.results.add(f"{name}, {person}, {door}", *taken, LIMIT))
            if taken[1] > QUICK:
                slow = f"{name}, {door}: the administrator's page, beside 20 ms"
                self.results.add(slow, taken[1], QUICK, 1.0)

    def told(self, name: str, path: str, person: str) -> None:
        """What has no limit."""
        client = self.clients["API", person]
        taken = costs(lambda: client.get(path), lambda: None, self.processes, 2)[0]
        print(f"  {name:<58} {taken:9.3f} ms", flush=True)

    def sum_up(self) -> None:
        """How many figures of each door are over the limit."""
        print()
        for door, figures in self.found.items():
            print(
                f"  {door}: {len(figures)} figures, {sum(not f.good for f in figures)} over {LIMIT}",
                flush=True,
            )


def _roles_of_crm(asked: Asked) -> None:
    for name, (query, _) in SHAPES.items():
        paths = _list("deal", ",".join(FIELDS), **({"sort": "id"} | query))
        for person in PEOPLE:
            if person != "administrator":
                asked.pages(name, paths, person)
    for person in PEOPLE:
        for what, path in BESIDE.items():
            asked.told(f"{what}, {person}", path, person)


def _shape(shape: str, asked: Asked, size: Size) -> None:
    for person in RESTRICTED:
        if shape in ("own", "tree") and person != "no rows":
            asked.pages(f"{shape}, card with child rows", _card(person, size), person)
        for what, paths in LISTS.items():
            if what in ("deals", "deals by id") or shape in ("own", "tree") or what == SHAPE_LISTS.get(shape):
                asked.pages(f"{shape}, {what}", paths, person)
        asked.told(f"{shape}, count, {person}", BESIDE["count"], person)


def give_roles(tx: Transaction, installation: Installation, roles: Mapping[str, str]) -> None:
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
