"""Every field type, on both databases: its samples survive storage, JSON, forms and files; its operators mean what they
say; its templates exist. The evaluator here is plain Python over what was written, not the engine's."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from core import records
from core.access.actor import Actor, system_actor
from core.plugin_manager import make_plugin_manager, template_folders
from core.query import Link, Query, read
from core.query.query import FileLink, LinkAny, SecretState
from core.records.uploads import keep_file
from core.settings import Settings
from core.storage.files import Stored
from core.storage.install import install_model
from core.storage.workspace import Workspace
from metamodel.fields import field_types
from metamodel.fields.base import Context
from metamodel.fields.html import plain_text
from metamodel.fields.link_any import AnyName
from metamodel.fields.operators import OPERATORS, operators_of
from metamodel.model import Field
from metamodel.text import fold
from tests.metamodel.fields.samples import SAMPLES, model, operand_text, sample_field, value_of

ZONE = "Europe/Moscow"
TYPES = tuple(name for name in field_types() if name in SAMPLES)
WRITABLE = tuple(name for name in TYPES if SAMPLES[name].writable and name != "children")
LONGEST_OPERAND = 1_000
FILES = {1: "Ёлка №5.png", 2: "план/дом.png"}
"""Files that are there, by id."""


@dataclass(frozen=True)
class Place:
    """A workspace with a record for every sample of every type, and one that is empty."""

    workspace: Workspace
    actor: Actor

    def create(self, values: dict[str, Any], context: Context | None = None) -> int:
        where = context or Context(medium="json", zone=ZONE)
        return self.workspace.write(
            lambda tx: records.create(tx, self.actor, "sample", values, context=where)
        ).id

    def values(self, field: str, **query: Any) -> dict[int, Any]:
        """What the list answers for one field, by id of the record."""
        found: dict[int, Any] = {}
        cursor: str | None = None
        with self.workspace.read() as tx:
            while True:
                page = read(
                    tx,
                    self.actor,
                    Query(entity="sample", fields=("id", field), cursor=cursor, limit=500, **query),
                )
                found |= {item["id"]: item[field] for item in page.items}
                cursor = page.next
                if cursor is None:
                    return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: Any, lasting_database: Any, tmp_path_factory: Any) -> Iterator[Place]:
    workspace = Workspace.create(
        Settings(
            home=tmp_path_factory.mktemp("home"), database_url=lasting_database(request.param), time_zone=ZONE
        )
    )
    install_model(workspace, model())
    workspace.write(records.sync_roles)
    root = workspace.write(
        lambda tx: records.create(tx, system_actor(), "user", {"login": "root", "name": "Root"})
    )
    other = workspace.write(
        lambda tx: records.create(tx, system_actor(), "user", {"login": "other", "name": "Other"})
    )
    workspace.write(lambda tx: records.create(tx, system_actor(), "department", {"name": "All"}))
    administrator = model().roles["administrator"].uid
    made = Place(workspace, Actor(user=root.id, login="root", roles=(administrator,)))
    for number in FILES:
        stored = Stored(hash=f"{number:064x}", size=number, head=b"")
        workspace.write(
            lambda tx, n=number, s=stored: keep_file(tx, made.actor, s, FILES[n], "image/png", None)  # type: ignore[misc]
        )
    first = made.create({})
    for name in WRITABLE:
        for value in samples_of(name, first, root.id, other.id):
            made.create({name: wire(sample_field(name), value)})
    made.create({"children": [{"amount": "1.50"}, {"amount": 2}]})
    paid = made.create({"link": first, "money": "1200.10", "date": "2026-11-21"})
    made.create({"link": paid, "children": [{"amount": None}]})
    made.create({"link": made.create({"money": "-0.01"})})
    yield made
    workspace.close()


def samples_of(name: str, record: int, root: int, other: int) -> list[Any]:
    if name == "link":
        return [record, record + 1]
    if name == "user":
        return [root, other]
    if name in ("links", "users"):
        return (
            [(record, record + 1), (record + 1,)]
            if name == "links"
            else [tuple(dict.fromkeys((root, other))), (other,)]
        )
    if name == "link_any":
        return [AnyName(entity="sample", key=record), AnyName(entity="user", key=root)]
    if name == "department":
        return [1]
    archived = {choice.uid for choice in sample_field(name).choices if choice.archived}
    values = [value_of(name, sample) for sample in SAMPLES[name].values]
    return [v for v in values if not archived & set(v if isinstance(v, tuple) else [v] if archived else ())]


def wire(field: Field, value: Any) -> Any:
    return field.type.format(field, value, Context(medium="json"))


def answered(field: Field, value: Any) -> Any:
    """A value as the list answers it: a choice by name, a link by id, dates and numbers as they are."""
    if field.result.kind == "choice":
        return wire(field, value)
    if isinstance(value, AnyName):
        return str(value)
    return tuple(wire(field, value)) if field.result.kind == "choices" else value


def plain(value: Any) -> Any:
    """A value without what is read beside it: ids of links and files; of a secret only whether it is set."""
    if isinstance(value, SecretState):
        return True if value.set else None
    if isinstance(value, LinkAny):
        return f"{value.entity}:{value.id}"
    if isinstance(value, list) and all(isinstance(each, Link | FileLink) for each in value):
        return tuple(each.id for each in value) or None
    return value.id if isinstance(value, Link | FileLink) else value


@pytest.mark.parametrize("medium", ["json", "form", "csv"])
@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_written_on_a_medium_is_read_back(place: Place, name: str, medium: Any) -> None:
    field = sample_field(name)
    root = place.actor.user or 0
    context = Context(medium=medium, language="ru", zone=ZONE)
    for value in samples_of(name, 1, root, root):
        if medium == "form" and isinstance(value, str) and name != "choice":
            value = value.strip()
        if medium == "csv" and SAMPLES[name].blurred:
            continue
        record = place.create({name: field.type.format(field, value, context)}, context)
        read_back = plain(place.values(name, ids=(record,))[record])
        assert read_back == answered(field, value)
        if isinstance(read_back, Decimal):
            assert (
                read_back.as_tuple()
                == Decimal(value).quantize(Decimal(1).scaleb(-field.result.scale)).as_tuple()
            )


@pytest.mark.parametrize("name", WRITABLE)
def test_empty_is_read_back_as_nothing(place: Place, name: str) -> None:
    for medium in ("json", "form"):
        record = place.create({name: None if medium == "json" else ""}, Context(medium=medium, zone=ZONE))
        assert {r: plain(value) for r, value in place.values(name, ids=(record,)).items()} == {record: None}


def test_rows_are_read_back_in_their_order(place: Place) -> None:
    record = place.create({"children": [{"amount": 3}, {"amount": 1}, {}]})
    [rows] = place.values("children", ids=(record,)).values()
    assert [row["amount"] for row in rows] == [Decimal("3.00"), Decimal("1.00"), None]


def same(a: Any, b: Any) -> bool:
    return fold(a) == fold(b) if isinstance(a, str) and isinstance(b, str) else bool(a == b)


EVALUATOR: dict[str, Callable[..., bool]] = {
    "eq": lambda v, a: v is not None and same(v, a),
    "ne": lambda v, a: v is None or not same(v, a),
    "lt": lambda v, a: v is not None and v < a,
    "le": lambda v, a: v is not None and v <= a,
    "gt": lambda v, a: v is not None and v > a,
    "ge": lambda v, a: v is not None and v >= a,
    "between": lambda v, a, b: v is not None and a <= v <= b,
    "in": lambda v, *many: v is not None and any(same(v, a) for a in many),
    "not_in": lambda v, *many: v is None or not any(same(v, a) for a in many),
    "before": lambda v, a: v is not None and v < a,
    "after": lambda v, a: v is not None and v > a,
    "until": lambda v, a: v is not None and v <= a,
    "since": lambda v, a: v is not None and v >= a,
    "contains": lambda v, a: v is not None and fold(a) in fold(v),
    "not_contains": lambda v, a: v is None or fold(a) not in fold(v),
    "starts": lambda v, a: v is not None and fold(v).startswith(fold(a)),
    "ends": lambda v, a: v is not None and fold(v).endswith(fold(a)),
    "leads_to": lambda v, a: v is not None and a[0] in v,
    "leads_to_any": lambda v, *many: v is not None and bool(set(v) & {a for (a, *_) in many}),
    "leads_to_none": lambda v, *many: v is None or not set(v) & {a for (a, *_) in many},
    "is_not_me": lambda v: v != 1,
    "has_me": lambda v: v is not None and 1 in v,
    "name_contains": lambda v, a: v is not None and fold(a) in fold(FILES[v]),
    "has_any": lambda v, *many: v is not None and bool(set(v) & {a for (a, *_) in many}),
    "has_all": lambda v, *many: v is not None and set(v) >= {a for (a, *_) in many},
    "has_none": lambda v, *many: v is None or not set(v) & {a for (a, *_) in many},
    "is_true": lambda v: v is True,
    "is_false": lambda v: v is not True,
    "has_rows": lambda v: bool(v),
    "no_rows": lambda v: not v,
    "is_empty": lambda v: v is None,
    "is_not_empty": lambda v: v is not None,
}


OF_THE_READER = {"is_me", "my_people", "my_colleagues", "my_department", "my_departments", "under"}
"""Operators about the reader and trees: `tests.core.query.test_conditions` compares them with the oracle."""
OF_ROWS_AND_DAYS = {
    name for name, operator in OPERATORS.items() if operator.group in ("period", "span") or operator.name.startswith(("rows_", "no_rows_"))
}  # fmt: skip
"""Those about the present day and about what rows hold: compared there, too."""


def test_every_operator_is_evaluated() -> None:
    assert set(EVALUATOR) | OF_THE_READER | OF_ROWS_AND_DAYS == set(OPERATORS)
    assert {operator.name for name in TYPES for operator in operators_of(sample_field(name))} == set(
        OPERATORS
    )


@pytest.mark.parametrize("name", TYPES)
def test_an_operator_finds_the_same_records_as_a_plain_evaluator(place: Place, name: str) -> None:
    field = sample_field(name)
    held = {record: plain(value) for record, value in place.values(name).items()}
    if name == "rich_text":  # compared by its words
        held = {record: value and plain_text(value) for record, value in held.items()}
    there = [v for v in held.values() if v is not None and not isinstance(v, list)]
    operands = sorted({v for v in there if not isinstance(v, str) or len(v) <= LONGEST_OPERAND}, key=str)
    if field.result.kind not in ("text", "choice", "choices", "boolean", "rows", "json"):
        operands.sort()
    for operator in operators_of(field):
        if operator.name not in EVALUATOR:
            continue
        some = list(FILES.values()) if operator.name == "name_contains" else spread(operands)
        for chosen in choices_of(operator.operand, some):
            texts = [constant(field, value) for value in chosen]
            evaluate = EVALUATOR[operator.name]
            expected = {record for record, value in held.items() if evaluate(value, *chosen)}
            found = place.values(name, filter=operator.text(field.name, *texts))
            assert set(found) == expected, operator.text(field.name, *texts)


def spread(values: list[Any], many: int = 20) -> list[Any]:
    """Some of very many: numbers of a series stand in every record."""
    return values if len(values) <= many else [*values[:: len(values) // many + 1], values[-1]]


def choices_of(operand: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """The operands to try: each value, each range of neighbours, some lists."""
    if operand == "none":
        return [()]
    if operand == "one":
        return [(value,) for value in values]
    if operand == "two":
        return [(values[0], values[-1]), *itertools.pairwise(values)]
    return [tuple(values[:3]), tuple(values[-1:])]


def constant(field: Field, value: Any) -> str:
    if field.result.kind == "choice":
        return operand_text(field, next(c.uid for c in field.choices if c.name == value))
    if field.result.kind == "choices":
        return operand_text(
            field, tuple(next(c.uid for c in field.choices if c.name == name) for name in value)
        )
    if field.name == "rich_text":
        return "'" + value.replace("'", "''") + "'"
    return operand_text(field, value)


@pytest.mark.parametrize("name", TYPES)
def test_a_type_has_its_templates(name: str) -> None:
    folders = template_folders(make_plugin_manager(entry_points=False))
    kind = field_types()[name]
    assert any((folder / "widgets" / f"{kind.widget}.html").is_file() for folder in folders)
    assert any((folder / "cells" / f"{kind.cell}.html").is_file() for folder in folders)
