"""Compiled expressions answer what an independent evaluator answers, alike on both databases."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from core.storage.expressions import refusal_of
from metamodel.errors import ProblemsFound
from metamodel.expression import Expression, print_expression
from metamodel.expression.durations import Duration
from tests.core.storage.expressions.strategies import conditions, days, lengths, numbers, texts, worlds
from tests.core.storage.expressions.world import Base, oracle_of, parsed, world
from tests.oracle.evaluator import Oracle, Overflow, Unsure, exact_length

ZONES = st.sampled_from([ZoneInfo(z) for z in ("Europe/Moscow", "America/New_York", "Asia/Kolkata", "UTC")])
ME = st.sampled_from([None, 1, 2])
Rows = dict[str, list[dict[str, Any]]]

EXAMPLES = int(os.environ.get("KUBIK_TEST_EXAMPLES", "60"))
"""Examples of each property; a night's run may ask for thousands."""

quietly = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes many minutes on two databases
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)


def read(text: str) -> Expression:
    """The expression; one that the checker refuses is not of interest here."""
    try:
        return parsed(text)
    except ProblemsFound as refused:
        assume({p.code for p in refused.problems} == set())
        raise


def expected(oracle: Oracle, expression: Expression) -> dict[int, Any]:
    """The oracle's value for every live row; overflows somewhere are another test's."""
    entity = world().entities["deal"]
    try:
        return {row["id"]: oracle.value(expression.root, entity, row) for row in oracle.live(entity.uid)}
    except (Overflow, Unsure):
        assume(False)
        raise


def plain(value: Any) -> Any:
    """Numbers by their digits: 1.50 is not 1.5; a duration of the language by its length."""
    if isinstance(value, Duration):
        return exact_length(value)
    return (str(value) if value else str(abs(value))) if isinstance(value, Decimal) else value


def check_values(bases: tuple[Base, Base], rows: Rows, text: str, zone: ZoneInfo, me: int | None) -> None:
    expression = read(text)
    oracle = oracle_of(rows, zone, me)
    wanted = {record: plain(value) for record, value in expected(oracle, expression).items()}
    for base in bases:
        with base.workspace.database.plain.connect() as connection, connection.begin() as transaction:
            base.fill(connection, rows)
            found = {r: plain(v) for r, v in base.values(connection, expression, zone, me).items()}
            assert found == wanted, base.dialect
            if expression.type.kind == "boolean":
                assert base.kept(connection, expression, zone, me) == {
                    r for r, v in wanted.items() if v is True
                }, base.dialect
            transaction.rollback()
    printed = print_expression(expression, world())
    note(printed)
    again = parsed(printed)
    assert print_expression(again, world()) == printed
    assert {r: plain(v) for r, v in expected(oracle, again).items()} == wanted


@quietly
@given(rows=worlds(), text=numbers(depth=3), zone=ZONES, me=ME)
def test_numbers(bases: tuple[Base, Base], rows: Rows, text: str, zone: ZoneInfo, me: int | None) -> None:
    check_values(bases, rows, text, zone, me)


@quietly
@given(rows=worlds(), text=texts(depth=3), zone=ZONES, me=ME)
def test_texts(bases: tuple[Base, Base], rows: Rows, text: str, zone: ZoneInfo, me: int | None) -> None:
    check_values(bases, rows, text, zone, me)


@quietly
@given(rows=worlds(), text=days(depth=3), zone=ZONES, me=ME)
def test_days(bases: tuple[Base, Base], rows: Rows, text: str, zone: ZoneInfo, me: int | None) -> None:
    check_values(bases, rows, text, zone, me)


@quietly
@given(rows=worlds(), text=lengths(depth=3), zone=ZONES, me=ME)
def test_durations(bases: tuple[Base, Base], rows: Rows, text: str, zone: ZoneInfo, me: int | None) -> None:
    check_values(bases, rows, text, zone, me)


@settings(quietly, max_examples=2 * EXAMPLES)
@given(rows=worlds(), text=conditions(depth=3), zone=ZONES, me=ME)
def test_conditions(bases: tuple[Base, Base], rows: Rows, text: str, zone: ZoneInfo, me: int | None) -> None:
    check_values(bases, rows, text, zone, me)


ARITHMETIC = st.recursive(
    st.sampled_from(
        ["amount", "rate", "count", "share", "company.rating", "2", "0.5", "1000000", "0.000003"]
    ),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("ROUND({}, 3)".format, inner),
        st.builds("-{}".format, inner),
    ),
    max_leaves=5,
)


@settings(quietly, max_examples=2 * EXAMPLES)
@given(rows=worlds(), text=ARITHMETIC)
def test_arithmetic_is_exact_and_refuses_what_has_more_than_18_digits(
    bases: tuple[Base, Base], rows: Rows, text: str
) -> None:
    zone = ZoneInfo("UTC")
    expression = read(text)
    deal = world().entities["deal"]
    oracle = oracle_of(rows, zone)
    wanted: dict[int, Any] = {}
    for row in oracle.live(deal.uid):
        try:
            wanted[row["id"]] = plain(oracle.value(expression.root, deal, row))
        except Overflow:
            wanted[row["id"]] = Overflow
    for base in bases:
        with base.workspace.database.plain.connect() as connection, connection.begin() as transaction:
            base.fill(connection, rows)
            for record, value in wanted.items():
                only = {**rows, deal.uid: [r for r in rows[deal.uid] if r["id"] == record]}
                with connection.begin_nested() as step:
                    base.fill(connection, {deal.uid: only[deal.uid]})
                    try:
                        found = plain(base.values(connection, expression, zone)[record])
                    except sa.exc.DBAPIError as error:
                        refusal = refusal_of(error)
                        assert refusal is not None and refusal.code == "KBK1013", (base.dialect, error)
                        found = Overflow
                    step.rollback()
                assert found == value, (base.dialect, record)
            transaction.rollback()
