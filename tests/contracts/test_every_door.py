"""Every door of the application, taken from its code, gives away only what the oracle of rights allows.

Doors are the operations of the API, the pages, fragments and forms, and the commands of the shell; one that no probe of
`tests/doors` has claimed fails here by its name. For people with generated roles all probes are gone through, every
answer is searched for marks of what is hidden from them, and lists, counts, searches, keys and drop-downs are compared
with the oracle over raw rows. `KUBIK_TEST_SEEDS=0-99` tries these roles on both databases, `KUBIK_TEST_LONG=1` some twenty.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest

from core.records.indexing.job import rebuild, run_index
from core.storage.workspace import Workspace
from metamodel.model import Grant
from tests.carrying import carry_now
from tests.conftest import Databases, Dialect
from tests.contracts.places import judge, raw_rows
from tests.doors import (
    api_model,
    api_reading,
    api_writing,
    days_and_trees,
    documents,
    grid,
    imports,
    lists,
    pages_reading,
    pages_writing,
    past,
    people_pages,
    reports,
    searching,
    shell,
    stages_and_boards,
    taking_out,
    templates,
)
from tests.doors.doors import PROBES, commands, doors_of
from tests.doors.people import grants
from tests.doors.visit import Visit
from tests.doors.yard import Marks, install_yard
from tests.oracle.rights import Person
from tests.oracle.sets import effective_roles
from tests.sites import Site, running

CLAIMING = (
    api_reading, api_writing, api_model, pages_reading, pages_writing, imports, lists, stages_and_boards, past, people_pages, searching, shell,
    taking_out, days_and_trees, grid, documents, templates, reports,
)  # fmt: skip
"""The modules that claim doors."""


def seeds() -> list[tuple[str, int]]:
    """Which roles are tried on which database: few in every run, more when asked for."""
    given = os.environ.get("KUBIK_TEST_SEEDS") or ("0-19" if os.environ.get("KUBIK_TEST_LONG") else "")
    first, _, last = given.partition("-")
    if first:
        numbers = range(int(first), int(last or first) + 1)
        return [(dialect, n) for n in numbers for dialect in ("sqlite", "postgresql")]
    return [("sqlite", 3), ("postgresql", 5)]


@pytest.fixture(scope="module")
def yards(
    lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Site, Marks]]]:
    """A served yard for each kind of database, made when it is asked for; probes leave its records as they are."""
    with Yards(lasting_database, tmp_path_factory) as found:
        yield found


class Yards(dict[str, "tuple[Site, Marks]"]):
    """Served yards by kind of database."""

    def __init__(self, databases: Databases, homes: pytest.TempPathFactory) -> None:
        self._databases, self._homes = databases, homes
        self._open: list[AbstractContextManager[Site]] = []

    def __missing__(self, dialect: Dialect) -> tuple[Site, Marks]:
        url, home = self._databases(dialect), self._homes.mktemp("yard")
        tokens, marks = install_yard(url, home)
        opened = running(url, home, tokens)
        self._open.append(opened)
        self[dialect] = opened.__enter__(), marks
        return self[dialect]

    def __enter__(self) -> Yards:
        return self

    def __exit__(self, *_: object) -> None:
        for opened in self._open:
            opened.__exit__(None, None, None)


@contextmanager
def roles_of(site: Site, given: Mapping[str, tuple[Grant, ...]]) -> Iterator[None]:
    """The site's model with other grants of these roles."""
    workspace = site.workspace
    with workspace.read() as tx:
        before = tx.model
    roles = {name: replace(before.roles[name], grants=grants) for name, grants in given.items()}
    workspace.remember(replace(before, roles={**before.roles, **roles}))
    carry_now(workspace)
    index_anew(workspace)  # which texts stand together in it follows from who may read them
    yield
    workspace.remember(before)
    index_anew(workspace)


def index_anew(workspace: Workspace) -> None:
    """Make the index of searches for the model in force: without it every record is read through instead."""
    rebuild(workspace)
    run_index(workspace)


def visit_of(site: Site, marks: Marks, who: str, seed: int) -> Visit:
    """A visit of one of the people, and the oracle over what is stored now."""
    with site.workspace.read() as tx:
        rows = raw_rows(tx)
        user = tx.model.entities["user"]
        me = next(r["id"] for r in rows[user.uid] if r[user.by_name["login"].uid] == who)
        roles = effective_roles(judge(tx, Person(me, ()), rows).world)
        return Visit(site, who, judge(tx, Person(me, roles), rows), marks, chance=random.Random(seed))


def test_every_door_is_claimed(yards: Mapping[str, tuple[Site, Marks]]) -> None:
    site, _ = yards["sqlite"]
    doors = {*doors_of(site.application), *commands()}
    unclaimed, gone = sorted(doors - PROBES.keys()), sorted(PROBES.keys() - doors)
    assert not unclaimed, f"say in tests/doors what these show, and to whom: {unclaimed}"
    assert not gone, f"these doors are not there any more: {gone}"


@pytest.mark.parametrize(("dialect", "seed"), seeds())
def test_no_door_gives_away_what_is_hidden(
    yards: Mapping[str, tuple[Site, Marks]], dialect: str, seed: int
) -> None:
    site, marks = yards[dialect]
    with site.workspace.read() as tx:
        given = grants(seed, tx.model)
    with roles_of(site, given):
        visit = visit_of(site, marks, ("anna", "boris", "clara")[seed % 3], seed)
        for probe in dict.fromkeys(PROBES.values()):
            probe(visit)
