"""Every field type: what its samples are on each medium, what it refuses, round trips of any value."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metamodel.errors import ValueRefused
from metamodel.fields import field_types
from metamodel.fields.base import ColumnType, Context, JudgedTogether
from metamodel.fields.link import LinkKey
from metamodel.fields.number_series import format_fault, number_text, period_of
from metamodel.fields.operators import OPERATORS, operators_of
from metamodel.fields.texts import _BLANK
from tests.metamodel.fields.samples import SAMPLES, operand_text, sample_field, value_of

TODAY = date(2026, 11, 21)
TYPES = tuple(name for name in field_types() if name in SAMPLES)
"""A type without samples fails its own test, not all of them."""

LISTS = ("links", "users", "files")


def context(medium: Any = "json", language: str = "ru", zone: str = "Europe/Moscow") -> Context:
    return Context(medium=medium, language=language, zone=zone, today=TODAY)


def pairs(part: str) -> list[Any]:
    return [
        pytest.param(name, *item, id=f"{name}-{i}")
        for name, s in SAMPLES.items()
        for i, item in enumerate(getattr(s, part))
    ]


def test_every_type_has_samples_of_it_own() -> None:
    assert set(SAMPLES) == set(field_types())
    assert all(samples.refused for samples in SAMPLES.values())


def test_a_cell_that_is_broken_into_lines_is_one_line_where_the_field_has_one() -> None:
    line, wide = sample_field("text"), sample_field("long_text")
    assert line.type.parse(line, " Склад \r\n\n№ 2\n", context("csv")) == "Склад № 2"
    assert wide.type.parse(wide, "Склад\r\n№ 2", context("csv")) == "Склад\n№ 2"


@pytest.mark.parametrize("name", TYPES)
def test_a_type_is_called_as_its_name_and_says_its_ten_members(name: str) -> None:
    kind = field_types()[name]
    assert kind.name == name
    assert kind.label.ru
    assert kind.label.en
    assert all(operator in OPERATORS for operator in kind.operators)
    assert isinstance(kind.column_type(sample_field(name)), ColumnType)
    members = {m for c in type(kind).__mro__ for m in vars(c) if not m.startswith("_")}
    assert members - ({"judge"} if isinstance(kind, JudgedTogether) else set()) == {
        "name", "label", "widget", "cell", "operators", "options_schema", "column_type", "json_schema", "parse", "format",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("medium", ["json", "form", "csv"])
@pytest.mark.parametrize("name", [n for n in TYPES if SAMPLES[n].writable])
def test_what_a_medium_writes_it_reads_back(name: str, medium: str, language: str) -> None:
    field, where = sample_field(name), context(medium, language)
    for sample in SAMPLES[name].values:
        value = value_of(name, sample)
        if medium == "form" and isinstance(value, str) and name != "choice":
            value = value.strip()
        if medium == "csv" and SAMPLES[name].blurred:
            continue
        read = field.type.parse(field, field.type.format(field, value, where), where)
        if name in ("link", "user", "department", "file", "image") and medium == "csv":
            assert read == LinkKey(field=None, value=str(value))
        elif name in LISTS and medium == "csv":
            assert read == tuple(LinkKey(field=None, value=str(each)) for each in value)
        else:
            assert read == value
            assert type(read) is type(value)


@pytest.mark.parametrize("medium", ["json", "form", "csv"])
@pytest.mark.parametrize("name", [n for n in TYPES if SAMPLES[n].writable])
def test_empty_is_empty_everywhere(name: str, medium: str) -> None:
    field, where = sample_field(name), context(medium)
    written = field.type.format(field, None, where)
    assert written == ((None if name not in LISTS else []) if medium == "json" else "")
    if name != "children" or medium == "json":
        assert field.type.parse(field, written, where) is None


@pytest.mark.parametrize(("name", "raw", "value"), pairs("wire"))
def test_the_wire_is_read(name: str, raw: Any, value: Any) -> None:
    field = sample_field(name)
    assert field.type.parse(field, raw, context()) == value_of(name, value)


@pytest.mark.parametrize(("name", "language", "text", "value"), pairs("typed"))
def test_what_people_type_is_read(name: str, language: str, text: str, value: Any) -> None:
    field = sample_field(name)
    assert field.type.parse(field, text, context("form", language)) == value_of(name, value)


@pytest.mark.parametrize(("name", "medium", "raw", "code"), pairs("refused"))
def test_what_is_not_of_the_type_is_refused_by_code(name: str, medium: str, raw: Any, code: str) -> None:
    field = sample_field(name)
    with pytest.raises(ValueRefused) as refused:
        field.type.parse(field, raw, context(medium))
    assert refused.value.code == code
    assert str(refused.value.message)


@pytest.mark.parametrize("name", TYPES)
def test_what_is_read_from_the_api_is_of_the_published_schema(name: str) -> None:
    field = sample_field(name)
    schema = field.type.json_schema(field)
    jsonschema.Draft202012Validator.check_schema(schema)
    for sample in SAMPLES[name].values:
        written = field.type.format(field, value_of(name, sample), context())
        jsonschema.validate(written, schema)


@pytest.mark.parametrize("name", TYPES)
def test_the_options_of_a_type_are_json_schemas(name: str) -> None:
    for schema in field_types()[name].options_schema.values():
        jsonschema.Draft202012Validator.check_schema(schema)


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=7, allow_nan=False))
def test_any_decimal_survives_every_medium(value: Decimal) -> None:
    field = sample_field("decimal")
    for medium in ("json", "form", "csv"):
        for language in ("ru", "en"):
            where = context(medium, language)
            assert field.type.parse(field, field.type.format(field, value, where), where) == value
            assert (
                field.type.parse(
                    field,
                    field.type.format(field, value, context("text", language)),
                    context("form", language),
                )
                == value
            )


@given(st.integers(min_value=-(10**18) + 1, max_value=10**18 - 1), st.sampled_from(["ru", "en"]))
def test_any_integer_survives_even_as_it_is_shown(value: int, language: str) -> None:
    field = sample_field("integer")
    assert (
        field.type.parse(
            field, field.type.format(field, value, context("text", language)), context("form", language)
        )
        == value
    )


@given(st.decimals(min_value=-100, max_value=100, places=4, allow_nan=False), st.sampled_from(["ru", "en"]))
def test_any_percent_survives_every_medium(value: Decimal, language: str) -> None:
    field = sample_field("percent")
    for medium in ("json", "form", "csv", "text"):
        where = context(medium, language)
        again = field.type.parse(
            field,
            field.type.format(field, value, where),
            context("form" if medium == "text" else medium, language),
        )
        assert again == value


@given(st.dates(), st.sampled_from(["ru", "en"]))
def test_any_date_survives_every_medium(value: date, language: str) -> None:
    field = sample_field("date")
    for medium in ("json", "form", "csv"):
        where = context(medium, language)
        assert field.type.parse(field, field.type.format(field, value, where), where) == value


@given(
    st.datetimes(min_value=datetime(2012, 1, 1), max_value=datetime(9990, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["Europe/Moscow", "UTC", "Asia/Kathmandu"]),
)
def test_any_instant_survives_every_medium(value: datetime, zone: str) -> None:
    field = sample_field("datetime")
    value = value.replace(tzinfo=UTC)
    for medium in ("json", "form", "csv"):
        where = context(medium, zone=zone)
        again = field.type.parse(field, field.type.format(field, value, where), where)
        # a clock set back in autumn shows one hour twice: the earlier instant is then meant
        assert again in (value, value - timedelta(hours=1))
        assert medium != "json" or again == value


@given(st.text(max_size=200))
def test_any_text_is_kept_exactly_or_refused(text: str) -> None:
    field = sample_field("text")
    try:
        value = field.type.parse(field, text, context())
    except ValueRefused as refused:
        assert refused.code == "KBK3003"
    else:
        assert value == (text if text.strip(_BLANK) else None)
        assert "\0" not in text
        text.encode()


@given(
    st.one_of(
        st.text(),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.lists(st.integers()),
        st.dictionaries(st.text(), st.text()),
        st.binary(),
    )
)
def test_nothing_that_is_written_ever_raises_anything_but_a_refusal(raw: Any) -> None:
    for name in TYPES:
        field = sample_field(name)
        for medium in ("json", "form", "csv"):
            try:
                field.type.parse(field, raw, context(medium))
            except ValueRefused as refused:
                str(refused.message)


def test_a_text_keeps_its_format_and_its_lengths() -> None:
    field = sample_field("code")
    assert field.type.parse(field, "AB-12", context()) == "AB-12"
    for wrong in ("AB12", "xAB-12", "AB-12\n", "AB-", "AB-123456789"):
        with pytest.raises(ValueRefused) as refused:
            field.type.parse(field, wrong, context())
        assert refused.value.code == "KBK3003"


def test_a_record_may_be_named_by_a_field_of_its_own() -> None:
    field = sample_field("link")
    assert field.type.parse(field, {"by": {"inn": "7707083893"}}, context()) == LinkKey(
        field="inn", value="7707083893"
    )
    assert field.type.parse(field, " Ромашка ", context("csv")) == LinkKey(field=None, value="Ромашка")


def test_numbers_as_they_are_shown() -> None:
    def shown(name: str, value: Any, language: str) -> str:
        field = sample_field(name)
        return str(field.type.format(field, value, context("text", language)))

    assert shown("money", Decimal("1200.50"), "ru") == "1\u00a0200,50"
    assert shown("money", Decimal("1200.50"), "en") == "1,200.50"
    assert shown("percent", Decimal("0.2000"), "ru") == "20\u00a0%"
    assert shown("percent", Decimal("0.1250"), "en") == "12.5%"
    assert shown("boolean", True, "ru") == "да"
    assert shown("date", TODAY, "ru") == "21.11.2026"
    assert shown("datetime", datetime(2026, 11, 21, 11, 30, tzinfo=UTC), "ru") == "21.11.2026 14:30"
    assert shown("choice", value_of("choice", "yo"), "ru") == "Ёлка"


def test_a_number_of_a_series_is_made_of_its_date_and_count() -> None:
    field = sample_field("number_series")
    assert number_text(field, TODAY, 17) == "С-2026-00017"
    assert number_text(field, TODAY, 1234567) == "С-2026-1234567"
    assert period_of(field, TODAY) == "2026"


@pytest.mark.parametrize(("pattern", "fault"), [
    ("{seq}", False), ("A{year}{month}{day}-{seq:03}", False), ("{year}", True), ("{seq:5}", True), ("{seq} {name}", True), ("{seq", True),
])  # fmt: skip
def test_a_format_of_numbers_holds_a_count_and_known_parts(pattern: str, fault: bool) -> None:
    assert format_fault(pattern) is fault


@pytest.mark.parametrize("name", TYPES)
def test_an_operator_makes_the_text_of_a_condition(name: str) -> None:
    field = sample_field(name)
    texts = [operand_text(field, value_of(name, v)) for v in SAMPLES[name].values] or ["null"]
    for operator in operators_of(field):
        operands = {
            "none": [], "one": texts[:1], "two": [texts[0], texts[-1]], "list": texts, "span": ["P7D"], "rows": ["true"],
        }[operator.operand]  # fmt: skip
        assert field.name in operator.text(field.name, *operands)


def test_a_quote_in_an_operand_is_doubled() -> None:
    assert operand_text(sample_field("text"), "it's") == "'it''s'"
    assert operand_text(sample_field("choice"), value_of("choice", "site")) == "'site'"
    assert operand_text(sample_field("decimal"), Decimal("1E-7")) == "0.0000001"
