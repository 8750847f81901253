"""The local clock in SQL is that of the zone at every transition, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.storage.expressions.zones import transitions
from tests.core.storage.expressions.world import Base, parsed, values_of, world


@pytest.mark.parametrize(
    "key", ["Europe/Moscow", "America/New_York", "Pacific/Apia", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
)
def test_dates_and_times_are_local_around_every_transition(bases: tuple[Base, Base], key: str) -> None:
    zone, deal = ZoneInfo(key), world().entities["deal"]
    moments = [t.at + timedelta(seconds=s) for t in transitions(key) for s in (-1, 0, 1)]
    moments += [datetime(1970, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)]
    rows = {deal.uid: [values_of(deal, {"id": i, "met_at": m}) for i, m in enumerate(moments, 1)]}
    local = {i: m.astimezone(zone) for i, m in enumerate(moments, 1)}
    for base in bases:
        with base.workspace.database.plain.connect() as connection, connection.begin() as transaction:
            base.fill(connection, rows)
            found = base.values(connection, parsed("met_at || ''"), zone)
            assert found == {i: m.strftime("%Y-%m-%d %H:%M:%S") for i, m in local.items()}
            found = base.values(connection, parsed("START_OF(met_at, 'day')"), zone)
            assert found == {i: m.date() for i, m in local.items()}
            for day in sorted({m.date() for m in local.values()})[-8:]:
                kept = base.kept(connection, parsed(f"met_at = date '{day}'"), zone)
                assert kept == {i for i, m in local.items() if m.date() == day}
            transaction.rollback()


def test_the_rows_of_a_tree_are_asked_by_their_own_id(bases: tuple[Base, Base]) -> None:
    department = world().entities["department"]
    user = world().entities["user"]
    parents = {1: None, 2: 1, 3: 2, 4: None}
    rows = {
        department.uid: [values_of(department, {"id": i, "parent": p}) for i, p in parents.items()],
        user.uid: [values_of(user, {"id": 1, "department": 2})],
    }
    for base in bases:
        with base.workspace.database.plain.connect() as connection, connection.begin() as transaction:
            base.fill(connection, rows)
            zone = ZoneInfo("UTC")
            assert base.kept(connection, parsed("UNDER(id, 1)", "department"), zone) == {1, 2, 3}
            assert base.kept(connection, parsed("id IN my.departments", "department"), zone, 1) == {2, 3}
            assert base.kept(connection, parsed("NOT UNDER(parent, 1)", "department"), zone) == set()
            transaction.rollback()
