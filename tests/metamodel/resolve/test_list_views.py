"""What a list says of its groups, totals and colours is resolved, and each fault told at its place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from metamodel.errors import ProblemsFound
from tests.factories import model

HEAD = "name: x\nentity: deal\ncolumns: [name, amount, closes_on]\n"


def test_groups_totals_and_colours_are_found_by_uids() -> None:
    made = model(
        {
            "views/x.yaml": HEAD
            + "group: [stage, '-closes_on:quarter']\ntotals: [amount, 'closes_on:max']\nfrozen: 1\n"
            "formats:\n  - {column: closes_on, when: 'closes_on < today()', color: red}\n"
            "  - {column: closes_on, from: 7, to: 30, color: amber}\n  - {column: amount, from: -5, to: 1.5, color: blue}\n"
        }
    )
    view, fields = made.views["x"], made.entities["deal"].by_name
    assert [(g.field, g.by, g.descending) for g in view.group] == [
        (fields["stage"].uid, None, False), (fields["closes_on"].uid, "quarter", True),
    ]  # fmt: skip
    assert view.told is not None
    assert [(t.field, t.by) for t in view.told] == [
        (fields["amount"].uid, "sum"), (fields["closes_on"].uid, "max"),
    ]  # fmt: skip
    rule, age, amount = view.formats
    assert rule.when is not None and age.value is not None
    assert age.value.text == "DATE_DIFF(closes_on, today(), 'day')"
    assert (amount.start, amount.end) == (Decimal(-5), Decimal("1.5"))


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("group: [nothing]", "group[0]", "KBK1002"),
        ("group: ['closes_on:hour']", "group[0]", "KBK1001"),
        ("group: ['amount:month']", "group[0]", "KBK1005"),
        ("group: [items]", "group[0]", "KBK1005"),
        ("totals: [closes_on]", "totals[0]", "KBK1005"),
        ("formats: [{color: red}]", "formats[0]", "KBK1001"),
        ("formats: [{column: name, from: 1, to: 2, color: red}]", "formats[0].column", "KBK1005"),
        ("formats: [{when: 'nothing = 1', color: red}]", "formats[0].when", "KBK1011"),
        ("formats: [{column: amount, from: closes_on, to: 2, color: red}]", "formats[0].from", "KBK1011"),
    ],
)
def test_each_fault_of_a_list_is_told_at_its_place(text: str, place: str, code: str) -> None:
    with pytest.raises(ProblemsFound) as found:
        model({"views/x.yaml": HEAD + text})
    told = [(problem.pointer, problem.code) for problem in found.value.problems]
    assert any(pointer.endswith(place) and known == code for pointer, known in told), told
