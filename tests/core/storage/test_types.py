"""Values come back exactly as they went in, alike on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from core.storage.tables import encode_values, text_keys
from core.storage.types import from_microseconds, from_units, to_microseconds, to_units
from core.storage.workspace import Transaction, Workspace

SAMPLES: list[tuple[str, Any]] = [
    ("dealname", "Ёлка «ель» 🎄 'кавычки' \"x\" %s :name ; --"),
    ("dealname", ""),
    ("dealname", "ё" * 5000),
    ("dealamount", Decimal("456.78")),
    ("dealamount", Decimal("-0.01")),
    ("dealamount", Decimal("9999999999999999.99")),
    ("dealrate", Decimal("0.0000001")),
    ("dealcount", 2**62),
    ("dealcount", -1),
    ("dealhot", True),
    ("dealhot", False),
    ("dealcloseson", date(1, 1, 1)),
    ("dealcloseson", date(9999, 12, 31)),
    ("dealmetat", datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    ("dealmetat", datetime(2026, 11, 21, 11, 30, tzinfo=timezone(timedelta(hours=3)))),
    ("dealmetat", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    ("dealstage", "stwon"),
    ("dealowner", 7),
]


def save(tx: Transaction, values: dict[str, Any]) -> int:
    deal = tx.model.entity_by_uid["deal"]
    table = tx.tables["deal"].table
    encoded = {"version": 1, "created_at": tx.now, **encode_values(tx.tables, deal, values)}
    return int(tx.connection.execute(table.insert().values(encoded).returning(table.c.id)).scalar_one())


@pytest.mark.parametrize(("uid", "value"), SAMPLES)
def test_a_value_comes_back_exactly_and_of_the_same_type(workspace: Workspace, uid: str, value: Any) -> None:
    row = workspace.write(lambda tx: save(tx, {uid: value}))
    with workspace.read() as tx:
        place = tx.tables["deal"]
        column = place.columns[uid].value
        found = tx.connection.execute(sa.select(column).where(place.table.c.id == row)).scalar_one()
        same = tx.connection.execute(sa.select(place.table.c.id).where(column == value)).scalars().all()
    assert found == value
    assert type(found) is type(value)
    assert str(found) == str(value.astimezone(UTC) if isinstance(value, datetime) else value)
    assert same == [row]


def test_nothing_is_null_in_every_column(workspace: Workspace) -> None:
    deal = sorted({uid for uid, _ in SAMPLES})
    row = workspace.write(lambda tx: save(tx, dict.fromkeys(deal)))
    with workspace.read() as tx:
        place = tx.tables["deal"]
        columns = [place.columns[uid].value for uid in deal]
        assert set(tx.connection.execute(sa.select(*columns).where(place.table.c.id == row)).one()) == {None}


@pytest.mark.parametrize("value", [Decimal("1.001"), Decimal("1e30"), Decimal("NaN")])
def test_a_number_that_the_column_cannot_hold_exactly_is_refused(
    workspace: Workspace, value: Decimal
) -> None:
    with pytest.raises((ValueError, sa.exc.StatementError)):
        workspace.write(lambda tx: save(tx, {"dealamount": value}))


def test_texts_are_ordered_alike_by_their_keys(workspace: Workspace) -> None:
    words = [
        "Ёлка",
        "Елка",
        "ель",
        "ёж",
        "Еж",
        "Ежевика",
        "Яков",
        "яблоко",
        "Zeta",
        "alpha",
        "№",
        "і",
        "Ґ",
        "_",
        "Абрамов",
    ]
    workspace.write(lambda tx: [save(tx, {"dealname": word}) for word in words])
    with workspace.read() as tx:
        place = tx.tables["deal"]
        name = place.columns["dealname"]
        found = (
            tx.connection.execute(sa.select(name.value).order_by(name.key, place.table.c.id)).scalars().all()
        )
    folded = {w: (str(text_keys(w)[0]), words.index(w)) for w in words}
    assert found == sorted(words, key=lambda w: folded[w])
    assert found[:3] == ["_", "alpha", "№"]


def test_only_a_text_longer_than_its_key_keeps_the_whole_folded_text(workspace: Workspace) -> None:
    assert text_keys("Ё" * 200) == ("е" * 200, None)
    assert text_keys("Ё" * 201) == ("е" * 200, "е" * 201)
    assert text_keys(None) == (None, None)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**13), max_value=10**13))
def test_units_are_the_number(value: Decimal) -> None:
    assert from_units(to_units(value, 4), 4) == value


@given(st.datetimes(timezones=st.just(UTC)))
def test_microseconds_are_the_moment(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment
