"""What is exported imports again unchanged: every field type, in every format, on both databases."""

from __future__ import annotations

import io
from typing import Any

import pytest

from core import records
from core.query import Query
from core.query.exporting import Manner, begin_export, exporter_named
from core.query.exporting.known import exporters
from core.records.importing import Options
from core.records.importing.job import run_import
from renderers.exporting.formats.xlsx_cells import LONGEST
from tests.contracts.test_field_types import ZONE, Place, place

__all__ = ["place"]

PASSED = ("id", "version")
"""What every write changes."""


def exported(found: Place, format: str, language: str, fields: tuple[str, ...] | None = None) -> bytes:
    file = io.BytesIO()
    manner = Manner(language=language, zone=ZONE, labels=language == "ru")
    with found.workspace.read() as tx:
        export = begin_export(tx, found.actor, Query(entity="sample", fields=fields, sort=("id",)))
        exporter_named(exporters(), format).write(export, file, manner, lambda done, total: None)
    return file.getvalue()


def writable(found: Place) -> tuple[str, ...]:
    with found.workspace.read() as tx:
        entity = tx.model.entities["sample"]
        skipped = ("children", "secret", "number_series")
        return tuple(f.name for f in entity.fields if f.writable and f.type.name not in skipped)


def states(found: Place, names: tuple[str, ...]) -> dict[int, Any]:
    together: dict[int, dict[str, Any]] = {}
    for name in names:
        for record, value in found.values(name).items():
            together.setdefault(record, {})[name] = value
    return together


@pytest.mark.parametrize(
    ("format", "language"), [("csv", "ru"), ("csv", "en"), ("json", "en"), ("xlsx", "ru")]
)
def test_every_field_type_comes_back_as_it_was(place: Place, format: str, language: str) -> None:
    names = writable(place)
    before = states(place, names)
    if (
        format == "xlsx"
    ):  # a cell of a sheet holds no more: such a text stands as ***, and nothing happens to it
        before = {r: each for r, each in before.items() if len(each["long_text"] or "") <= LONGEST}
    data = exported(place, format, language)
    with place.workspace.read() as tx:
        required = {f.name for f in tx.model.entities["sample"].fields if f.required}
    empty = {name: None for name in names if name not in required}
    for record in before:
        place.workspace.write(lambda tx, r=record: records.update(tx, place.actor, "sample", r, empty))  # type: ignore[misc]
    options = Options(mode="update", key="id", language=language)
    report = run_import(place.workspace, place.actor, "sample", data, options, name=f"sample.{format}")
    assert [(e.line, e.column, str(e.message)) for e in report.errors] == []
    after = states(place, names)
    assert {
        r: {n: (v, after[r][n]) for n, v in each.items() if v != after[r][n]}
        for r, each in before.items()
        if each != after[r]
    } == {}
    assert exported(place, format, language, names) is not None
