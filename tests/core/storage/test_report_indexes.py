"""A defined report of stored values is answered from an index of its own, whoever asks."""

from __future__ import annotations

from core.storage.indexes import indexes_of
from core.storage.tables import Tables
from tests import factories

REPORT = (
    'name: funnel\nentity: deal\nrows: [{rows}]\ncolumns: ["closes_on:month"]\nvalues: [count, {value}]\n'
)


def covering(rows: str, value: str) -> list[list[str]]:
    """The columns, by the names of fields, of the indexes that hold rows in use alone and are not unique.

    The last is whether a row is in use: SQLite takes an index for all that is read only when it holds that, too.
    """
    text = REPORT.format(rows=rows, value=value)
    model = factories.model({"reports/funnel.yaml": text})
    deal = model.entities["deal"]
    names = {field.column: field.name for field in deal.fields}
    found = indexes_of(Tables(model, schema=None), deal.uid)
    made = [[names[column] for column in i.columns] for i in found if i.rows == "live" and not i.unique]
    assert all(columns.pop() == "deleted_at" for columns in made)
    return made


def test_a_report_has_an_index_of_all_it_reads_and_of_what_rights_ask() -> None:
    assert covering("stage", "sum(amount)") == [["stage", "closes_on", "amount", "owner"]]
    assert covering("company.city", "max(probability)") == [["company", "closes_on", "probability", "owner"]]


def test_what_is_computed_or_lies_elsewhere_has_none() -> None:
    assert covering("stage", "sum(expected)") == covering("items.product", "sum(amount)") == []
    assert covering("stage", "sum(items.quantity)") == []
