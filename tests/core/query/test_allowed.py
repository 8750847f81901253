"""What may be done with one record."""

from __future__ import annotations

import pytest

from core.access.actor import system_actor
from core.access.login import load_actor
from core.errors import KubikError
from core.query import Query, read
from core.query.allowed import allowed
from tests.site_fixtures import installed, site
from tests.sites import Site

__all__ = ["installed", "site"]


def may(site: Site, login: str, entity: str, record: int) -> frozenset[str]:
    with site.workspace.read() as tx:
        people = {
            i["login"]: i["id"]
            for i in read(tx, system_actor(), Query(entity="user", fields=("login",))).items
        }
        return allowed(tx, load_actor(tx, people[login]), entity, record)


def test_rows_and_stages_of_the_grants_decide(site: Site) -> None:
    deal = site.post("/api/records/deal", {"name": "x"}, "mark").json()["id"]
    assert may(site, "admin", "deal", deal) == {"update", "move", "delete", "share"}
    assert may(site, "mark", "deal", deal) == {"update", "move"}
    assert may(site, "nina", "deal", deal) == frozenset()
    site.post(f"/api/records/deal/{deal}/move", {"to": "won"})
    assert may(site, "mark", "deal", deal) == frozenset(), "the stage is beyond the manager's"
    assert may(site, "mark", "deal", 999) == frozenset()
    with pytest.raises(KubikError, match="KBK2006"):
        may(site, "mark", "role", 1)
