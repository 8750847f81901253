"""Expressions are read and checked: types, scales, choices; what cannot be is refused at its character."""

from __future__ import annotations

from typing import Any

import pytest

from metamodel.errors import ProblemsFound
from metamodel.expression import NotYet, Scope, parse_expression, print_expression, uses
from metamodel.expression.tree import Aggregate, Call, Constant, Path, walk
from metamodel.expression.types import BOOLEAN, TEXT, Type, number
from metamodel.model import Model
from tests.factories import model

ALL = frozenset({"my", "record", "old", "new"})


@pytest.fixture(scope="module")
def sales() -> Model:
    return model()


def parsed(sales: Model, text: str, entity: str | None = "deal", **more: Any) -> Any:
    uid = None if entity is None else sales.entities[entity].uid
    return parse_expression(text, Scope(model=sales, entity=uid, **more))


def refused(sales: Model, text: str, entity: str = "deal", **more: Any) -> tuple[str, str]:
    """The code and the words of the one problem."""
    with pytest.raises(ProblemsFound) as caught:
        parsed(sales, text, entity, **more)
    (problem,) = caught.value.problems
    assert problem.pointer == ""
    return problem.code, str(problem.message)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "KBK1010", "character 1: the expression is empty"),
        ("amount >", "KBK1010", "character 9: the expression ends too early"),
        ("amount > > 5", "KBK1010", "character 10: “>” cannot stand here"),
        ("name = 'abc", "KBK1010", "character 8: this text is not closed by a quote"),
        ("amount > 5 Ж", "KBK1010", "character 12: “Ж”: names of fields and functions are Latin; a text stands in quotes: 'text'"),
        ("date '2026-02-31'", "KBK1010", "character 1: “2026-02-31” is not a date: it is written as 2026-11-21"),
        ("datetime '2026-02-01T10:00'", "KBK1010", "character 1: “2026-02-01T10:00” is not a moment: it is written as 2026-11-21T14:30:00+03:00"),
        ("ammount > 5", "KBK1011", "character 1: there is no field “ammount” here (did you mean “amount”?)"),
        ("amount > 5 AND company.ctiy = 'x'", "KBK1011", "character 24: there is no field “ctiy” here (did you mean “city”?)"),
        ("SUMM(items.amount)", "KBK1011", "character 1: there is no function “SUMM” (did you mean “SUM”?)"),
        ("stage = 'wonn'", "KBK1011", "character 9: there is no choice “wonn” (did you mean “won”?)"),
        ("stage IN ('won', 'lots')", "KBK1011", "character 18: there is no choice “lots” (did you mean “lost”?)"),
        ("START_OF(closes_on, 'mounth')", "KBK1011", "character 21: there is no unit “mounth” (did you mean “month”?)"),
        ("record.amount > 5", "KBK1011", "character 1: “record” does not exist here"),
        ("amount = 'x'", "KBK1012", "character 10: a number and a text do not go together"),
        ("amount > 5 AND name", "KBK1012", "character 16: yes or no is needed here, this is a text"),
        ("name + 'x'", "KBK1012", "character 6: texts are joined by ||"),
        ("amount.x = 1", "KBK1012", "character 8: “amount” is not a link: nothing can follow it"),
        ("items.amount > 5", "KBK1012", "character 1: “items” are several rows: use EXISTS, SUM, COUNT, LAST or another function over rows"),
        ("SUM(amount)", "KBK1012", "character 1: SUM is over rows that lead to this record, as items.amount"),
        ("FIRST(items.amount)", "KBK1012", "character 1: FIRST needs BY: by what rows are ordered"),
        ("company = owner", "KBK1012", "character 11: links to different entities do not go together"),
        ("company IN my.departments", "KBK1012", "character 1: a link to another entity is needed here"),
        ("company || 'x'", "KBK1012", "character 1: a link is not a text: name one of its fields"),
        ("owner = my.departments", "KBK1012", "character 9: a set can only stand behind IN"),
        ("closes_on + PT2H > today()", "KBK1012", "character 13: a date has no hours: add days"),
        ("IF(amount > 1)", "KBK1012", "character 1: it is written IF(condition, value, otherwise)"),
        ("company > 5", "KBK1012", "character 1: a link is not before or after another"),
        ("1234567890123456789 > amount", "KBK1013", "character 1: a number has at most 18 digits, 9 of them after the point"),
        ("amount > 0.1234567891", "KBK1013", "character 10: a number has at most 18 digits, 9 of them after the point"),
        ("company AS deal = 1", "KBK1011", "character 12: AS stands behind a link to one of several entities"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_character(sales: Model, text: str, code: str, words: str) -> None:
    assert refused(sales, text) == (code, words)


def test_choices_of_two_fields_are_asked_for_by_name() -> None:
    """Several choices hold none of another field; one choice is like another of the same name."""
    fields = "".join(f"\n  - {{name: {name}, type: {kind}, choices: [{{name: a}}]}}" for name, kind in KINDS)
    known = model({"entities/paper.yaml": f"name: paper\nfields:{fields}\n"})
    way = "ask for each by its name, such as status = 'new' AND statuses CONTAINS 'new'"
    for text, place in (("several CONTAINS one", 18), ("several = others", 11)):
        told = refused(known, text, entity="paper")
        assert told == ("KBK1012", f"character {place}: these are the choices of another field: {way}")
    assert parsed(known, "one = 'a' AND several CONTAINS 'a'", "paper")


KINDS = (("one", "choice"), ("several", "choices"), ("others", "choices"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("EXISTS(tags.groups WHERE id IN my.groups)", "character 8: lists inside a list are asked one inside the other: EXISTS(tags WHERE EXISTS(… WHERE …))"),
        ("COUNT(tags.groups) > 1", "character 7: lists inside a list are asked one inside the other: COUNT(tags WHERE EXISTS(… WHERE …))"),
        ("tags.name = 'x'", "character 6: “tags” are several records: use EXISTS(tags WHERE name …) or another function over rows"),
        ("EXISTS(my.groups WHERE name = 'x')", "character 8: a set can only stand behind IN"),
    ],
)  # fmt: skip
def test_a_list_where_one_record_is_needed_is_refused_with_the_way_out(text: str, words: str) -> None:
    note = """
        name: note
        fields: [{name: name, type: text}, {name: tags, type: links, to: tag, inverse: notes}]
    """
    tag = """
        name: tag
        fields: [{name: name, type: text}, {name: groups, type: links, to: group, inverse: tags}]
    """
    tagged = model({"entities/note.yaml": note, "entities/tag.yaml": tag})
    assert refused(tagged, text, "note", allow=ALL) == ("KBK1012", words)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 4999,
        "(" * 300 + "amount" + ")" * 300,
        "NOT " * 3000 + "hot",
        "- " * 3000 + "amount",
        "UPPER(" * 40 + "name" + ")" * 40,
        "company.owner.name = 'x' OR " * 400 + "amount > 1",
        "amount + " * 200 + "1",
        "x" * 10_001,
        "IF(" * 500,
        "'" + "a" * 9_999,
    ],
)
def test_what_is_too_deep_or_too_long_is_refused_not_a_crash(sales: Model, text: str) -> None:
    assert refused(sales, text)[0] in ("KBK1010", "KBK1011")


def test_computed_fields_count_when_nesting_is_limited(sales: Model) -> None:
    fields = "\n".join(
        f'          - {{name: step{i}, type: formula, formula: "{"quantity" if i == 0 else f"step{i - 1}"} * 1"}}'
        for i in range(20)
    )
    changes = {
        "entities/deep.yaml": f"""
        name: deep
        label: Deep
        fields:
          - {{name: quantity, type: decimal, scale: 3}}
{fields}
    """
    }
    with pytest.raises(ProblemsFound) as caught:
        model(changes)
    assert {p.code for p in caught.value.problems} == {"KBK1010"}


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("1.5 + 2", 1), ("1.5 * 2.25", 3), ("0.12345 * 0.12345", 6), ("0.1234567 * 1", 7), ("0.1234567 * 0.12", 7),
        ("1 / 3", 6), ("ROUND(1.2345, 2)", 2), ("ROUND(1.5)", 0), ("COALESCE(1, 2.25)", 2), ("AVG(items.quantity)", 6),
        ("SUM(items.quantity)", 3), ("COUNT(items)", 0), ("IF(true, 1, 0.5)", 1), ("amount * 2", 2), ("GREATEST(1, 0.125)", 3),
    ],
)  # fmt: skip
def test_the_scale_of_a_result_is_fixed_by_the_operator(sales: Model, text: str, scale: int) -> None:
    assert parsed(sales, text).type.scale == scale


def test_words_of_the_language_are_names_where_names_stand(sales: Model) -> None:
    changes = {"entities/odd.yaml": """
        name: odd
        label: Odd
        fields: [{name: date, type: date}, {name: contains, type: text}, {name: case, type: integer},
                 {name: end, type: boolean}, {name: from, type: text}, {name: distinct, type: text}, {name: sum, type: integer}]
    """}  # fmt: skip
    odd = model(changes)
    text = "date = date '2026-11-21' AND contains CONTAINS 'x' AND case = 1 AND end AND from IS DISTINCT FROM distinct AND sum > 0"
    assert print_expression(parsed(odd, text, "odd"), odd) == text


def test_a_text_constant_becomes_a_choice_where_a_choice_is_expected(sales: Model) -> None:
    activity = sales.entities["activity"]
    status = activity.by_name["status"]
    found = parsed(sales, "IF(my.active, 'planned', 'done')", None, expect=status.result)
    constants = [n.value for n in walk(found.root) if isinstance(n, Constant)]
    assert constants == [c.uid for c in status.choices]
    with pytest.raises(ProblemsFound):
        parsed(sales, "'plan'", None, expect=status.result)


def test_a_value_is_brought_to_the_type_that_is_expected(sales: Model) -> None:
    assert parsed(sales, "amount / 3", expect=number(2)).type.scale == 2
    assert parsed(sales, "null", expect=BOOLEAN).type == BOOLEAN
    assert parsed(sales, "source", expect=TEXT).type == TEXT
    assert parsed(sales, "7", expect=Type(kind="link", entity="x")).type.entity == "x"
    assert refused(sales, "amount", expect=BOOLEAN) == (
        "KBK1012",
        "character 1: yes or no is needed here, this is a number",
    )


def test_a_bare_name_in_an_aggregate_is_the_rows_and_this_is_the_record(sales: Model) -> None:
    found = parsed(sales, "SUM(items.amount WHERE price > this.amount AND product.price < price)").root
    assert isinstance(found, Aggregate) and isinstance(found.body, Path) and found.where is not None
    paths = [n for n in walk(found.where) if isinstance(n, Path)]
    assert [p.up for p in paths] == [0, 1, 0, 0]
    assert found.body.steps == (
        (sales.entities["deal_item"].uid, sales.entities["deal_item"].by_name["amount"].uid),
    )


def test_old_and_new_and_record_exist_where_they_are_allowed(sales: Model) -> None:
    deal = sales.entities["deal"].uid
    found = parsed(
        sales, "new.amount <> old.amount AND record.company = company", "activity", allow=ALL, record=deal
    )
    assert {n.root for n in walk(found.root) if isinstance(n, Path)} == {"new", "old", "record", "row"}


def test_a_field_whose_type_is_not_known_yet_is_asked_for(sales: Model) -> None:
    class Half:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def __getattr__(self, name: str) -> Any:
            return None if name == "result" and self.inner.name == "expected" else getattr(self.inner, name)

    class HalfEntity(Half):
        @property
        def by_name(self) -> Any:
            return {n: Half(f) for n, f in self.inner.by_name.items()}

    class HalfModel:
        entities = {n: HalfEntity(e) for n, e in sales.entities.items()}
        entity_by_uid = {u: HalfEntity(e) for u, e in sales.entity_by_uid.items()}

    deal = sales.entities["deal"]
    with pytest.raises(NotYet) as caught:
        parse_expression("expected * 2", Scope(model=HalfModel(), entity=deal.uid))
    assert (caught.value.entity, caught.value.field) == (deal.uid, deal.by_name["expected"].uid)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("amount>1 and not(hot=1)", None),
        ("amount  >  1000.50", "amount > 1000.50"),
        ("not (stage in ('won','lost'))", "stage NOT IN ('won', 'lost')"),
        ("stage != 'won'", "stage <> 'won'"),
        ("( (amount) ) * (1 + probability)", "amount * (1 + probability)"),
        ("amount - (1 - 2)", "amount - (1 - 2)"),
        ("(amount - 1) - 2", "amount - 1 - 2"),
        ("(amount > 1 or margin > 2) and not name like 'a%'", "(amount > 1 OR margin > 2) AND name NOT LIKE 'a%'"),
        ("not (amount > 1 and margin > 2)", "NOT (amount > 1 AND margin > 2)"),
        ("name = 'it''s'", "name = 'it''s'"),
        ("closes_on<TODAY()+P1W", "closes_on < today() + P7D"),
        ("sum(items.amount where price>0)", "SUM(items.amount WHERE price > 0)"),
        ("SUM(items.price * items.quantity)", "SUM(items.price * items.quantity)"),
        ("join(items.product.name, '; ' by price)", "JOIN(items.product.name, '; ' BY price)"),
        ("last(activities.result by held_at where status='done')", "LAST(activities.result BY held_at WHERE status = 'done')"),
        ("COUNT(company.deals WHERE owner = this.owner)", "COUNT(company.deals WHERE owner = this.owner)"),
        ("exists(activities where owner=me)", "EXISTS(activities WHERE owner = me)"),
        ("owner.department in my.departments", "owner.department IN my.departments"),
        ("name || amount || stage", "name || amount || stage"),
        ("case(amount>1,'a','b')", "CASE(amount > 1, 'a', 'b')"),
        ("start_of('month',closes_on)", "START_OF(closes_on, 'month')"),
        ("amount is not null and name is not distinct from 'x'", "amount IS NOT NULL AND name IS NOT DISTINCT FROM 'x'"),
        ("-amount + -5", "-amount + -5"),
        ("amount between -1 and 1", "amount BETWEEN -1 AND 1"),
        ("company = 7 or company in (1,2)", "company = 7 OR company IN (1, 2)"),
        ("opened_on - P1Y2M10D", "opened_on - P1Y2M10D"),
        ("'' || (1 = 1)", "'' || (1 = 1)"),
        ("(1 = 1) = true", "(1 = 1) = true"),
        ("created_at > datetime '2026-11-21T14:30:00+03:00'", "created_at > datetime '2026-11-21T11:30:00Z'"),
    ],
)  # fmt: skip
def test_printed_expressions_are_canonical_and_read_back(
    sales: Model, text: str, canonical: str | None
) -> None:
    if canonical is None:
        refused(sales, text)
        return
    found = parsed(sales, text)
    assert print_expression(found, sales) == canonical
    assert print_expression(parsed(sales, canonical), sales) == canonical


def test_a_renamed_field_is_printed_by_its_new_name(sales: Model) -> None:
    found = parsed(sales, "company.city = 'Пермь' AND SUM(items.amount) > 5")
    company = sales.entities["company"]

    class Renamed:
        def __init__(self, inner: Any) -> None:
            self.inner = inner
            self.by_uid = {u: _Named(f, "town") if f.name == "city" else f for u, f in inner.by_uid.items()}

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

    class _Named:
        def __init__(self, inner: Any, name: str) -> None:
            self.inner, self.name = inner, name

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

    class Changed:
        entities = sales.entities
        entity_by_uid = {**sales.entity_by_uid, company.uid: Renamed(company)}

    assert print_expression(found, Changed()) == "company.town = 'Пермь' AND SUM(items.amount) > 5"  # type: ignore[arg-type]


def test_what_an_expression_uses_is_listed(sales: Model) -> None:
    def names(text: str) -> set[str]:
        by_uid = {
            f.uid: f"{e.name}.{f.name}" for e in sales.entities.values() for f in e.fields if not f.system
        }
        return {by_uid[field] for _, field in uses(parsed(sales, text), sales)}

    assert names("company.city = 'x' AND expected > 1") == {"deal.company", "company.city", "deal.expected"}
    assert names("SUM(items.amount WHERE product.active)") == {
        "deal_item.deal", "deal_item.amount", "deal_item.product", "product.active",
    }  # fmt: skip
    assert names("owner.department IN my.departments") == {"deal.owner", "user.department"}


def test_a_choice_is_a_text_where_a_text_is_asked_for(sales: Model) -> None:
    found = parsed(sales, "UPPER(stage)").root
    assert isinstance(found, Call) and isinstance(found.arguments[0], Call)
    assert found.arguments[0].function == "CHOICE_NAME"
