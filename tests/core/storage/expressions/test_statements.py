"""What compiled statements look like: indexes are found, values are parameters, texts compare alike in all of Unicode."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core.errors import KubikError
from core.storage.expressions import AllRows, BoundRow, compile_condition, compile_value, refusal_of
from core.storage.expressions.compare import choice_order
from core.storage.expressions.sqlite import lower, register, upper
from core.storage.prepared import Prepared
from core.storage.tables import Tables
from metamodel.expression import Expression
from metamodel.expression.print import constant_text
from metamodel.text import fold
from tests.core.storage.expressions.world import Base, parsed, values_of, world

MOSCOW = ZoneInfo("Europe/Moscow")
DIALECTS: Mapping[str, Any] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}


def statement(text: str, dialect: str, entity: str = "deal") -> str:
    """The SQL of a condition, aliases shortened to names of entities."""
    schema = None if dialect == "sqlite" else "kubik"
    rows = AllRows(tables=Tables(world(), schema, dialect), dialect=dialect, zone=MOSCOW)  # type: ignore[arg-type]
    row = rows.open(world().entities[entity].uid)
    made = sa.select(row.cell("id").value).where(
        compile_condition(parsed(text, entity), rows.environment(row))
    )
    written = " ".join(str(made.compile(dialect=DIALECTS[dialect])).split())
    for each in world().entities.values():
        written = written.replace(each.uid, each.name)
        for field in each.fields:
            written = written.replace(field.uid, field.name)
    return written.split(" WHERE ", 1)[1]


def test_a_condition_on_a_link_becomes_in_on_sqlite_and_any_array_on_postgresql() -> None:
    assert statement("company.city = 'Пермь'", "sqlite") == (
        "e_deal_1.f_company IN (SELECT e_company_1.id FROM e_company AS e_company_1 "
        "WHERE e_company_1.deleted_at IS NULL AND e_company_1.k_city = ?)"
    )
    found = statement("company.city = 'Пермь'", "postgresql")
    assert found.startswith(
        "e_deal_1.f_company = any(array((SELECT e_company_1.id FROM kubik.e_company AS e_company_1"
    )


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "text",
    [
        "company.owner.department IN my.departments OR owner = me",
        "company.city LIKE 'пер%' AND NOT (company.size > 5)",
        "UNDER(owner.department, my.department)",
        "before.company.active",
        "YEAR(company.founded) = 2020 OR company.kind IN ('small', 'large')",
    ],
)
def test_no_path_under_where_is_a_scalar_subselect_or_a_join(text: str, dialect: str) -> None:
    found = statement(text, dialect)
    assert "EXISTS" not in found and "JOIN" not in found
    assert " = (SELECT" not in found.replace("ancestor = (SELECT", "")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("name = 'Ёлка'", "k_name{c} = "),
        ("name IN ('a', 'b')", "k_name{c} IN ("),
        ("name LIKE 'пер%'", "k_name{c} >= "),
        ("owner = me", "f_owner = "),
        ("id = 5", ".id = "),
        ("amount > 1000.5", "f_amount > "),
        ("count > 7.5", "f_count > "),
        ("closes_on < today() + P7D", "f_closes_on < "),
        ("met_at >= today()", "f_met_at >= "),
        ("source = 'site'", "f_source = "),
    ],
)
def test_comparisons_with_what_is_the_same_for_all_rows_leave_the_column_bare(
    text: str, wanted: str, dialect: str
) -> None:
    plain = statement(text, dialect).replace("(e_deal_1", "e_deal_1").replace(")", "")
    assert wanted.format(c=' COLLATE "C"' if dialect == "postgresql" else "") in plain


def test_the_same_shape_with_other_constants_is_the_same_statement() -> None:
    for dialect in DIALECTS:
        one = statement(
            "name = 'a' AND amount > 5 AND closes_on > date '2026-01-01' AND company IN (1, 2)", dialect
        )
        two = statement(
            "name = 'б' AND amount > 7 AND closes_on > date '2027-01-01' AND company IN (3, 4)", dialect
        )
        assert one == two and "2026" not in one


def test_an_index_is_found_by_the_planner(bases: tuple[Base, Base]) -> None:
    base = bases[0]
    rows = AllRows(tables=base.tables, dialect="sqlite", zone=MOSCOW)
    row = rows.open(world().entities["deal"].uid)
    condition = compile_condition(parsed("company.owner = me OR owner = me"), rows.environment(row))
    select = sa.select(row.cell("id").value).where(row.condition, condition)  # type: ignore[arg-type]
    with base.workspace.database.plain.connect() as connection:
        plan = Prepared(select, base.workspace.database).explain(connection, base.parameters(MOSCOW, 1))
    assert "MULTI-INDEX OR" in plan and "SCAN" not in plan.replace("SCAN CONSTANT", "")


EVERYTHING = [
    "ROUND(amount * rate / 3, 2) + COALESCE(company.rating, 0)",
    "name || ' ' || company.name || amount || closes_on || met_at || hot",
    "closes_on + P1M - P1D",
    "met_at + P1M",
    "owner IN my.subordinates",
    "company IN (1, 2, 3) AND name IN ('a', 'b') AND amount IN (1, 2.5)",
    "LAST(items.name BY price WHERE quantity > 0)",
    "JOIN(items.name, '; ' BY price)",
    "AVG(items.price)",
    "company",
    "me",
    "source",
    "now()",
    "FORMAT(met_at, 'DD.MM.YYYY hh:mm')",
    "hot AND amount > 5",
    "null",
]


@pytest.mark.parametrize("text", EVERYTHING)
def test_every_kind_of_statement_can_be_prepared(bases: tuple[Base, Base], text: str) -> None:
    expression = parsed(text)
    deal = world().entities["deal"]
    rows = {
        deal.uid: [
            values_of(
                deal,
                {
                    "id": 1,
                    "name": "Ёж",
                    "amount": Decimal("2.50"),
                    "met_at": datetime(2026, 1, 31, tzinfo=UTC),
                },
            )
        ]
    }
    found = []
    for base in bases:
        with base.workspace.database.plain.connect() as connection, connection.begin() as transaction:
            base.fill(connection, rows)
            relation = AllRows(tables=base.tables, dialect=base.dialect, zone=MOSCOW)
            row = relation.open(deal.uid)
            value = compile_value(expression.root, relation.environment(row)).value
            prepared = Prepared(sa.select(value), base.workspace.database)
            parameters = base.parameters(MOSCOW, 7)
            found.append(prepared.rows(connection, {k: parameters[k] for k in prepared.parameters}))
            transaction.rollback()
    assert found[0] == found[1]
    assert [type(v) for row in found[0] for v in row] == [type(v) for row in found[1] for v in row]


def test_folding_and_cases_are_pythons_in_all_of_unicode(bases: tuple[Base, Base]) -> None:
    codes = [
        c
        for c in range(1, 0x110000)
        if not 0xD800 <= c < 0xE000 and (c < 0x10000 or chr(c).isalpha() and c < 0x20000)
    ]
    pieces = [f"{chr(c)}" for c in codes] + [
        "İstanbul ΣΑΣ straße ﬁ e\u0301 ё Ё",
        "",
        "plain text",
        "Ёлка № 5",
    ]
    chunks = [pieces[i : i + 4000] for i in range(0, len(pieces), 4000)]
    for base in bases:
        place: Any = sa.func if base.tables.schema is None else getattr(sa.func, base.tables.schema)
        with base.workspace.database.plain.connect() as connection:
            for name, wanted in (("kubik_fold", fold), ("kubik_upper", upper), ("kubik_lower", lower)):
                for chunk in chunks:
                    function = getattr(place, name)
                    if base.dialect == "sqlite":
                        listed = sa.func.json_each(json.dumps(chunk)).table_valued("value", "key")
                        select = sa.select(function(listed.c.value)).order_by(listed.c.key)
                    else:
                        texts = sa.cast(chunk, sa.ARRAY(sa.Text()))
                        given = sa.func.unnest(texts).table_valued(
                            sa.column("t", sa.Text()), with_ordinality="n"
                        )
                        select = sa.select(function(given.render_derived().c.t)).order_by(sa.column("n"))
                    found = list(connection.execute(select).scalars())
                    wrong = [(t, f, wanted(t)) for t, f in zip(chunk, found, strict=True) if f != wanted(t)]
                    assert wrong == []


def run(base: Base, expression: Expression, **more: Any) -> Any:
    """The value of an expression about no row."""
    rows = AllRows(tables=base.tables, dialect=base.dialect, zone=MOSCOW)
    environment = rows.environment()
    bound = {
        name: BoundRow(entity=world().entities["deal"], values=v, env=environment) for name, v in more.items()
    }
    value = compile_value(expression.root, rows.environment(None, **bound)).value
    with base.workspace.database.plain.connect() as connection:
        return connection.scalar(sa.select(value), base.parameters(MOSCOW, 1))


def test_record_old_and_new_are_values(bases: tuple[Base, Base]) -> None:
    deal = world().entities["deal"]
    values = values_of(
        deal,
        {
            "id": None,
            "name": "Ёж",
            "amount": Decimal("2.50"),
            "rate": Decimal("0.5000000"),
            "closes_on": date(2026, 1, 31),
        },
    )
    other = values | {deal.by_name["amount"].uid: Decimal("3.00")}
    allow = frozenset({"my", "record", "old", "new"})
    for base in bases:

        def ask(text: str, base: Base = base) -> Any:
            expression = parsed(text, expect=None, allow=allow)
            return run(base, expression, record=values, old=values, new=other)

        assert ask("record.amount * 2") == Decimal("5.00")
        assert ask("record.expected") == Decimal("1.2500000")
        assert ask("record.name = 'еж' AND record.note IS NULL") is True
        assert ask("record.closes_on + P1M") == date(2026, 2, 28)
        assert ask("new.amount <> old.amount") is True
        assert ask("record.company.city") is None
        assert ask("COUNT(record.items)") == 0


def test_narrowing_of_a_link_compares_with_the_record_being_edited(bases: tuple[Base, Base]) -> None:
    deal, company = world().entities["deal"], world().entities["company"]
    expression = parsed(
        "kind = 'large' AND owner = record.owner", "company", allow=frozenset({"record"}), record=deal.uid
    )
    rows = {company.uid: [
        values_of(company, {"id": i, "kind": company.by_name["kind"].choices[1].uid, "owner": i}) for i in (1, 2)
    ]}  # fmt: skip
    for base in bases:
        with base.workspace.database.plain.connect() as connection, connection.begin() as transaction:
            base.fill(connection, rows)
            relation = AllRows(tables=base.tables, dialect=base.dialect, zone=MOSCOW)
            row = relation.open(company.uid)
            record = BoundRow(entity=deal, values={deal.by_name["owner"].uid: 2}, env=relation.environment())
            condition = compile_condition(expression, relation.environment(row, record=record))
            assert list(connection.execute(sa.select(row.cell("id").value).where(condition)).scalars()) == [2]
            transaction.rollback()


def test_overflow_is_the_same_refusal_on_both(bases: tuple[Base, Base]) -> None:
    for base in bases:
        for text in (
            "999999999999999999 + 1",
            "1000000000 * 1000000000",
            "999999999999.999999 * 1000000000 / 3",
        ):
            with pytest.raises(sa.exc.DBAPIError) as caught:
                run(base, parsed(text))
            refusal = refusal_of(caught.value)
            assert isinstance(refusal, KubikError) and refusal.code == "KBK1013"
    assert refusal_of(ValueError("other")) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2.5 * 2.5", Decimal("6.25")),
        ("0.000001 * 0.5", Decimal("0.000001")),
        ("-0.000001 * 0.5", Decimal("-0.000001")),
        ("10 / 4", Decimal("2.500000")),
        ("2 / 3", Decimal("0.666667")),
        ("-2 / 3", Decimal("-0.666667")),
        ("1 / 0", None),
        ("ROUND(2.5)", 3),
        ("ROUND(-2.5)", -3),
        ("ROUND(2.345, 2)", Decimal("2.35")),
        ("7 + 0.50", Decimal("7.50")),
        ("null = null", None),
        ("'ёлка' = 'ЕЛКА'", True),
        ("EXACT('ёлка', 'ЕЛКА')", False),
        ("'a' < 'B'", True),
        ("START_OF(date '2026-01-01', 'week')", date(2025, 12, 29)),
        ("date '2024-01-31' + P1M", date(2024, 2, 29)),
        ("DATE_DIFF(date '2024-01-31', date '2024-02-29', 'month')", 0),
        ("DATE_DIFF(date '2000-05-10', date '2026-05-09', 'year')", 25),
        ("today()", date(2026, 11, 22)),
        ("WEEKDAY(date '2026-11-22')", 7),
        ("date '9999-12-31' + P1D", None),
        ("date '0001-01-01' - P1D", None),
        ("date '9999-12-31' + P2000Y + P1D", None),
        ("date '0001-01-01' - P2000Y730000D", None),
        ("datetime '0001-01-02T00:00:00Z' - PT2000000000S", None),
        ("datetime '2026-01-31T21:30:00Z' + P1M", datetime(2026, 2, 28, 21, 30, tzinfo=UTC)),
        ("DATE_DIFF(datetime '2026-01-01T00:00:00Z', datetime '2026-01-01T23:59:59Z', 'hour')", 23),
        ("DATE_DIFF(date '2026-03-31', date '2026-02-28', 'month')", -1),
        ("FORMAT(1234567.5, '# ##0,00')", "1 234 567,50"),
        ("FORMAT(date '2026-11-21', 'DD.MM.YYYY')", "21.11.2026"),
        ("datetime '2026-11-21T22:30:00Z' || ''", "2026-11-22 01:30:00"),
        ("'100%' CONTAINS '%'", True),
        ("'100' CONTAINS '%'", False),
        ("LENGTH('Ё😀')", 2),
        ("CONCAT('a', null, 1.50)", "a1.50"),
        ("me = 1 AND me IN (1, 2)", True),
    ],
)
def test_single_values(bases: tuple[Base, Base], text: str, wanted: Any) -> None:
    for base in bases:
        found = run(base, parsed(text))
        assert (found, str(found)) == (wanted, str(wanted)), base.dialect


def test_no_text_on_its_way_takes_the_memory_of_the_machine() -> None:
    """`REPLACE(notes, 'a', notes)` of a long note would be gigabytes."""
    connection = sqlite3.connect(":memory:")
    register(connection)
    with pytest.raises(sqlite3.DataError) as made:
        connection.execute("SELECT zeroblob(300000000)")
    refusal = refusal_of(made.value)
    assert refusal is not None and refusal.code == "KBK1010"
    connection.close()


def test_choices_are_ordered_as_they_are_defined(bases: tuple[Base, Base]) -> None:
    source = world().entities["deal"].by_name["source"]
    for base in bases:
        rows = AllRows(tables=base.tables, dialect=base.dialect, zone=MOSCOW)
        values = [choice_order(sa.literal(c.uid), source.result, rows.environment()) for c in source.choices]
        with base.workspace.database.plain.connect() as connection:
            assert connection.execute(sa.select(*values)).one() == (0, 1, 2)


def test_the_deepest_expression_that_is_read_can_be_compiled(bases: tuple[Base, Base]) -> None:
    sums = " + ".join(["amount"] * 45)
    nested = "IF(hot, 1, " * 45 + "count" + ")" * 45
    texts = "UPPER(" * 11 + "name" + ")" * 11
    inner = "amount * (" * 11 + "count" + ")" * 11
    rows = "COUNT(later WHERE 1 < " * 5 + "count" + ")" * 5
    way = "before." * 40 + "company.city"
    logic = " AND ".join(["NOT (amount * 2 > 5 OR company.city = 'x')"] * 60)
    for base in bases:
        for text in (sums, nested, texts, inner, rows, way, logic):
            with base.workspace.database.plain.connect() as connection:
                assert base.values(connection, parsed(text), MOSCOW, 1) == {}


def test_money_in_different_currencies_neither_compares_nor_adds(bases: tuple[Base, Base]) -> None:
    deal, company = world().entities["deal"], world().entities["company"]
    rub, usd = (c.uid for c in deal.by_name["currency"].choices)
    rows = {
        company.uid: [values_of(company, {"id": 1}), values_of(company, {"id": 2})],
        deal.uid: [
            values_of(
                deal,
                {
                    "id": 1,
                    "currency": rub,
                    "price": Decimal("5.00"),
                    "cost": Decimal("1.00"),
                    "before": 2,
                    "company": 1,
                },
            ),
            values_of(deal, {"id": 2, "currency": usd, "price": Decimal("7.00"), "company": 1}),
            values_of(deal, {"id": 3, "currency": rub, "price": Decimal("7.00"), "before": 1, "company": 2}),
        ],
    }
    for base in bases:
        with base.workspace.database.plain.connect() as connection, connection.begin() as transaction:
            base.fill(connection, rows)

            def ask(
                text: str, entity: str = "deal", base: Base = base, connection: sa.Connection = connection
            ) -> Any:
                return base.values(connection, parsed(text, entity), MOSCOW)

            assert ask("price > before.price") == {1: None, 2: None, 3: True}
            assert ask("price + before.price") == {1: None, 2: None, 3: Decimal("12.00")}
            assert ask("price - cost") == {1: Decimal("4.00"), 2: None, 3: None}
            assert ask("SUM(deals.price)", "company") == {1: None, 2: Decimal("7.00")}
            assert ask("price * 2 > before.price * 3 OR false") == {1: None, 2: None, 3: False}
            transaction.rollback()


PAGE = (Path(__file__).parents[4] / "docs" / "administrators" / "expressions.md").read_text(encoding="utf-8")
VALUES = [
    tuple(line.rsplit(" → ", 1))
    for block in re.findall(r"```values\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize(("text", "wanted"), VALUES)
def test_the_documentation_tells_the_values_of_its_examples(
    bases: tuple[Base, Base], text: str, wanted: str
) -> None:
    for base in bases:
        assert constant_text(run(base, parsed(text))).removeprefix("date ").strip("'") == wanted
