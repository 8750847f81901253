"""What tests of one process share, routes, models and statements, lets nothing of one installation into another."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Databases, Dialect
from tests.site_fixtures import installed
from tests.sites import Installed, Site, running

__all__ = ["installed"]

DEALS = "/api/records/deal"


def names(site: Site) -> list[str]:
    return [each["name"] for each in site.get(DEALS).json()["items"]]


def test_installations_served_at_once_are_strangers(
    dialect: Dialect, installed: Installed, fresh_database: Databases, tmp_path: Path
) -> None:
    template, tokens = installed(dialect)
    homes = tmp_path / "one", tmp_path / "other"
    for home in homes:
        home.mkdir()
    with running(fresh_database(dialect, template=template), homes[0], tokens) as one:
        with running(fresh_database(dialect, template=template), homes[1], tokens) as other:
            assert one.application.routes is other.application.routes
            assert one.application.site is not other.application.site
            for site, name in ((one, "Racks"), (other, "Desks")):
                assert site.post(DEALS, {"name": name}).status_code == 201
            assert (names(one), names(other)) == (["Racks"], ["Desks"])
            assert "<title>" in other.client.get("/sign-in").text
        assert names(one) == ["Racks"]  # the end of the other is not its end
        assert "<title>" in one.client.get("/sign-in").text
