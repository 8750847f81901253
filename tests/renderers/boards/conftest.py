"""The sample with boards of its deals, for tests of their pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests import factories
from tests.conftest import Databases, Dialect
from tests.sites import Installed, Site, install, made_once, running

BOARDS = {
    "views/deal_board.yaml": """
        {name: deal_board, label: Board, entity: deal, kind: board, columns: [name, company, amount, closes_on, owner],
         totals: [amount, expected], folded: [won], hidden: [lost], sort: [name]}
    """,
    "views/by_owner.yaml": """
        {name: by_owner, label: People, entity: deal, kind: board, group_by: owner, columns: [name, stage], totals: [margin]}
    """,
    "views/by_source.yaml": "{name: by_source, entity: deal, kind: board, group_by: source, columns: [name]}",
    "entities/repair.yaml": """
        name: repair
        label: {ru: Ремонт, en: Repair}
        title: "{name}"
        fields: [{name: name, type: text}]
        stages:
          field: stage
          pipelines:
            - {name: shop, label: {ru: В мастерской, en: In the shop}, stages: [{name: new}, {name: done, kind: won}]}
            - {name: road, label: {ru: На выезде, en: On the road}, stages: [{name: new}, {name: drive}]}
    """,
    "views/repairs.yaml": "{name: repairs, label: Repairs, entity: repair, kind: board, columns: [name]}",
    "views/heads_only.yaml": "{name: heads_only, entity: deal, kind: board, columns: [name], roles: [head]}",
}


def boards(url: str, home: Path) -> Mapping[str, str]:
    return install(url, home, factories.model(BOARDS))


@pytest.fixture(scope="session")
def with_boards(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The database of the sample with boards, made once for each kind."""
    return made_once(lasting_database, tmp_path_factory, boards)


@pytest.fixture
def site(
    dialect: Dialect, with_boards: Installed, fresh_database: Databases, tmp_path: Path
) -> Iterator[Site]:
    """The sample with boards, served."""
    template, tokens = with_boards(dialect)
    with running(fresh_database(dialect, template=template), tmp_path, tokens) as found:
        yield found
