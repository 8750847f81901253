"""The sample in which heads manage people and groups, and managers share their deals, for tests of the pages of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests import factories
from tests.conftest import Databases, Dialect
from tests.sites import Installed, Site, install, made_once, running

ROLES = {
    "roles/head.yaml": """
        name: head
        label: Head
        grants:
          - {entity: company, actions: [read, create, update, delete], fields: all}
          - {entity: product, actions: [read, create, update, delete], fields: all}
          - {entity: deal, actions: [read, update, move, delete], rows: "owner IS NOT NULL", fields: all}
          - {entity: activity, actions: [read, create, update, delete], fields: all}
          - {entity: user, actions: [read, create, update], fields: all}
          - {entity: role, actions: [read], fields: all}
          - {entity: group, actions: [read, create, update], fields: all}
          - {entity: department, actions: [read, create, update], fields: all}
    """,
    "roles/helper.yaml": """
        name: helper
        label: Helper
        parent: head
        grants:
          - {entity: company, actions: [read], rows: "vip", fields: {all_but: [discount]}}
          - {entity: deal, actions: [read], rows: "SHARED()", fields: {all_but: [margin]}}
          - {entity: user, actions: [read], fields: [login, name]}
    """,
    "roles/manager.yaml": """
        name: manager
        label: Manager
        parent: head
        grants:
          - {entity: company, actions: [read, create], rows: "owner = me", fields: all}
          - {entity: deal, actions: [read], rows: "owner = me OR SHARED()", fields: all}
          - {entity: deal, actions: [update, share], rows: "owner = me", fields: all}
          - {entity: deal, actions: [create], fields: all}
          - {entity: user, actions: [read], fields: [login, name]}
          - {entity: role, actions: [read], fields: all}
    """,
}


def installed_with_people(url: str, home: Path) -> Mapping[str, str]:
    return install(url, home, factories.model(ROLES))


@pytest.fixture(scope="session")
def with_people(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The database of that sample, made once for each kind."""
    return made_once(lasting_database, tmp_path_factory, installed_with_people)


@pytest.fixture
def site(
    dialect: Dialect, with_people: Installed, fresh_database: Databases, tmp_path: Path
) -> Iterator[Site]:
    """That sample, served."""
    template, tokens = with_people(dialect)
    with running(fresh_database(dialect, template=template), tmp_path, tokens) as found:
        yield found
