"""Filters as conditions and back: the same tree, whatever was built or written."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.query.filters import parse_filter
from metamodel.expression.tree import Node
from metamodel.model import Entity, Model
from renderers.filters.bar import combined, finder
from renderers.filters.fast import quick_text
from renderers.filters.parts import Condition, Free, Group, Part, changed, conditions_in, written
from renderers.filters.reading import read_parts
from renderers.filters.subjects import subjects
from tests import factories


@cache
def place() -> tuple[Model, Grants, Entity]:
    model = factories.model()
    return model, grants_of(model, Actor(user=1, login="", system=True)), model.entities["deal"]


def read(text: str | None) -> Group:
    return read_parts(text, finder(*place()))


def tree(text: str) -> Any:
    """The typed tree of a filter, without the places of its text."""
    found = parse_filter(*place(), text)
    assert found is not None, text
    return _plain(found.root)


def _plain(node: Any) -> Any:
    if isinstance(node, Node):
        return (type(node).__name__, *(_plain(getattr(node, f.name)) for f in fields(node) if f.name != "at"))
    return tuple(_plain(each) for each in node) if isinstance(node, tuple) else node


OPERANDS = {
    "text": ["'Ёлка'", "'it''s'", "'a_b%'"], "number": ["100000", "-1.50", "0.2"], "date": ["date '2026-11-21'"],
    "datetime": ["datetime '2026-11-21T11:30:00Z'", "date '2026-11-21'"], "duration": ["P2D"], "time": ["time '14:30:00'"],
    "link": ["7", "8"], "link_any": ["'deal:7'"], "boolean": ["true"],
}  # fmt: skip


def samples() -> list[Condition]:
    """Every operator of every subject with operands that fit."""
    model, grants, entity = place()
    made = []
    for subject in subjects(model, grants, entity):
        field = subject.field
        kinds = OPERANDS.get(field.result.kind if field else "number", ["'x'"])
        if field is not None and field.choices:
            kinds = [f"'{choice.name}'" for choice in field.choices]
        for operator in subject.operators:
            rows = (
                ["id > 5"]
                if operator.operand == "rows"
                else ["P7D", "P2W", "P3M"]
                if operator.operand == "span"
                else kinds
            )
            if operator.template.startswith("COUNT"):
                rows = ["3"]
            texts = {
                "none": (),
                "one": rows[:1],
                "two": (rows[0], rows[-1]),
                "list": tuple(rows),
                "span": rows[:1],
                "rows": rows,
            }
            operands = tuple(texts[operator.operand])
            text = operator.text(subject.name, *operands)
            made.append(Condition(subject=subject.name, operator=operator.name, operands=operands, text=text))
    return made


def test_every_operator_is_read_back_as_itself() -> None:
    made = samples()
    assert len({each.operator for each in made}) > 50
    alike = {"leads_to": "leads_to_any", "has_all": "leads_to", "leads_to_any": "leads_to"}
    for each in made:
        tree(each.text)
        (found,) = read(each.text).parts
        assert isinstance(found, Condition), each
        if found.operator != each.operator:
            assert alike.get(each.operator) == found.operator, (each, found)
        assert sorted(found.operands) == sorted(each.operands), each
        assert tree(written(Group(parts=(found,)))) == tree(each.text)


def test_any_filter_that_is_built_stays_the_same_tree() -> None:
    chance = random.Random(5)
    leaves: list[Part] = [
        *samples(),
        Free(text="amount > probability"),
        Free(text="LENGTH(name) = 3 OR name = 'x'"),
    ]

    def built(depth: int) -> Part:
        if depth == 0 or chance.random() < 0.4:
            leaf = chance.choice(leaves)
            if isinstance(leaf, Condition) and chance.random() < 0.2:
                return replace(leaf, negated=True, text=f"NOT ({leaf.text})")
            return leaf
        parts = tuple(built(depth - 1) for _ in range(chance.randint(2, 4)))
        return Group(join=chance.choice(("AND", "OR")), parts=parts, negated=chance.random() < 0.3)

    for _ in range(300):
        made = built(3)
        text = written(made if isinstance(made, Group) else Group(parts=(made,)))
        if len(text) > 3000:
            continue
        group = read(text)
        assert tree(written(group)) == tree(text)
        assert written(read(written(group))) == written(group)


@pytest.mark.parametrize(("text", "said"), [
    ("stage NOT IN ('won', 'lost')", "stage_open"), ("stage NOT IN ('lost', 'won')", "stage_open"), ("owner = me", "is_me"),
    ("amount <> 5", "ne"), ("name NOT CONTAINS 'x'", "not_contains"), ("opened_on >= today() - P7D", None),
    ("amount >= 1 AND amount <= 2", "between"), ("opened_on < today()", "overdue"), ("COUNT(items) > 0", "has_rows"),
    ("company.city = 'Пермь'", "eq"), ("EXISTS(activities WHERE status = 'done')", "rows_where"), ("name LIKE '%x%'", None),
    ("5 = amount", None), ("amount = null", None),
])  # fmt: skip
def test_what_people_write_is_recognised(text: str, said: str | None) -> None:
    (part,) = read(text).parts
    assert (part.operator if isinstance(part, Condition) else None) == said
    assert tree(written(Group(parts=(part,)))) == tree(text)


def test_a_filter_that_cannot_be_read_is_one_text() -> None:
    assert read("amount >").parts == (Free(text="amount >"),)
    assert read(None) == read("  ") == Group()


def test_parts_are_put_in_and_taken_out_where_they_stand() -> None:
    group = read("amount > 1 AND (owner = me OR stage = 'lead')")
    assert [at for at, _ in conditions_in(group)] == [(0,), (1, 0), (1, 1)]
    assert written(changed(group, (1, 0), ())) == "amount > 1 AND stage = 'lead'"
    added = Condition(subject="name", operator="eq", text="name = 'x'")
    assert (
        written(changed(group, (1, 2), (added,)))
        == "amount > 1 AND (owner = me OR stage = 'lead' OR name = 'x')"
    )
    assert (
        written(changed(group, (2,), (added,)))
        == "amount > 1 AND (owner = me OR stage = 'lead') AND name = 'x'"
    )
    assert read(written(changed(group, (0,), ()))).join == "OR"


def test_old_quick_filters_become_conditions() -> None:
    asked = {
        "stage": ("lead", "gone"),
        "owner": ("me",),
        "nothing": ("x",),
        "amount": ("5",),
        "source": ("no",),
    }
    assert quick_text(*place(), asked) == "stage IN ('lead') AND owner = me"
    assert combined("a OR b", None, " ", "c") == "(a OR b) AND c" and combined() is None


def test_a_field_that_may_not_be_read_is_no_subject() -> None:
    model, _, entity = place()
    role = model.roles["manager"]
    grants = grants_of(model, Actor(user=2, login="", roles=(role.uid,)))
    names = {each.name for each in subjects(model, grants, entity)}
    assert "margin" in names, "it is shown on some rows"
    assert all(
        op.name != "my_colleagues" for each in subjects(model, grants, entity) for op in each.operators
    )
    reader = grants_of(model, Actor(user=2, login="", roles=()))
    assert not list(subjects(model, reader, entity))
    (part,) = read_parts("margin > 5 AND nothing = 1", finder(model, reader, entity)).parts[:1]
    assert part == Free(text="margin > 5")
