"""Numbers foreseen for records are those that they get, whatever stands between them and the database."""

from __future__ import annotations

from datetime import date

from core.records.columnar import Foreseen
from tests.core.records.conftest import Office

DAYS = [date(2025, 5, 1), date(2026, 1, 2), date(2025, 7, 1), date(2026, 3, 1)]


def test_numbers_are_foreseen_behind_those_that_are_under_way(office: Office) -> None:
    foreseen, given = Foreseen(), []

    def numbers(days: list[date], begin: int, stored: int) -> list[str]:
        with office.workspace.read() as tx:
            series = tx.model.entities["deal"].by_name["number"]
            return foreseen.numbers(tx, series, days, begin, stored)

    def store(days: list[date]) -> None:
        for day in days:
            saved = office.create("deal", {"name": "x", "opened_on": day.isoformat()})
            given.append(office.stored("deal", saved.id)["number"])

    store(DAYS[:1])
    expected = numbers(DAYS, 0, 0) + numbers(DAYS[:2], 4, 0)
    store(DAYS)
    expected += numbers(DAYS[2:], 6, 4)
    store([*DAYS[:2], *DAYS[2:]])
    assert given[1:] == expected
    assert expected[:3] == ["Д-2025-00002", "Д-2026-00001", "Д-2025-00003"]
