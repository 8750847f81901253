"""Pivots: what somebody asks in JSON, and the answer with its keys, cells, totals and drill expressions."""

from __future__ import annotations

from typing import Any, NoReturn

from core.errors import KubikError
from core.query.pivot.asking import AGGREGATES, Axis, Measure, PivotQuery
from core.query.pivot.pivot import Pivot, pivot
from core.web.caller import reading
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation
from metamodel.errors import Problem
from metamodel.messages import Message, message
from metamodel.reports import ReportSort
from metamodel.value_steps import DATE_STEPS

SORTS = ("sort", "sort_columns")
KNOWN = ("entity", "rows", "columns", "values", "filter", "search", "subtotals", *SORTS)


def run(call: Call) -> Answer:
    """The pivot that the body asks for."""
    query = read_query(call.json_object())
    with reading(call) as (transaction, actor):
        return answer_json(written(pivot(transaction, actor, query), subtotals=query.subtotals))


def read_query(body: dict[str, Any]) -> PivotQuery:
    """A pivot as it is asked for in JSON, each part of its type; KBK2002 at the part that is not."""
    for name in body:
        if name not in KNOWN:
            _refuse(f"/{name}", message("“{name}” is not known here.", name=name[:100]))
    if not isinstance(body.get("entity"), str):
        _refuse("/entity", message("The name of an entity is expected."))
    for name in ("filter", "search"):
        if body.get(name) is not None and not isinstance(body[name], str):
            _refuse(f"/{name}", message("A text is expected."))
    if not isinstance(body.get("subtotals", False), bool):
        _refuse("/subtotals", message("True or false is expected."))
    values = tuple(
        Measure(aggregate=_text(each, "aggregate", pointer), field=_maybe(each, "field", pointer))
        for each, pointer in _listed(body, "values", ("aggregate", "field"))
    )
    return PivotQuery(
        entity=body["entity"],
        rows=_axes(body, "rows"),
        columns=_axes(body, "columns"),
        values=values or (Measure(aggregate="count"),),
        filter=body.get("filter"),
        search=body.get("search"),
        subtotals=body.get("subtotals", False),
        sort=_sort(body, "sort"),
        sort_columns=_sort(body, "sort_columns"),
    )


def _sort(body: dict[str, Any], name: str) -> ReportSort | None:
    """By which value, and in which direction."""
    if body.get(name) is None:
        return None
    [(found, pointer)] = _listed({name: [body[name]]}, name, ("value", "descending"))
    value, descending = found.get("value", 0), found.get("descending", False)
    if not isinstance(value, int) or isinstance(value, bool):
        _refuse(f"{pointer}/value", message("The place of a value is expected: 0 is the first."))
    if not isinstance(descending, bool):
        _refuse(f"{pointer}/descending", message("True or false is expected."))
    return ReportSort(value=value, descending=descending)


def _axes(body: dict[str, Any], name: str) -> tuple[Axis, ...]:
    return tuple(
        Axis(field=_text(each, "field", pointer), by=_step(each, pointer))
        for each, pointer in _listed(body, name, ("field", "by"))
    )


def _listed(body: dict[str, Any], name: str, known: tuple[str, ...]) -> list[tuple[dict[str, Any], str]]:
    found = body.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        _refuse(f"/{name}", message("A list is expected."))
    for index, each in enumerate(found):
        if not isinstance(each, dict):
            _refuse(f"/{name}/{index}", message("An object is expected."))
        for key in each:
            if key not in known:
                _refuse(f"/{name}/{index}/{key}", message("“{name}” is not known here.", name=key[:100]))
    return [(each, f"/{name}/{index}") for index, each in enumerate(found)]


def _text(found: dict[str, Any], name: str, pointer: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        _refuse(f"{pointer}/{name}", message("A text is expected."))
    return value


def _maybe(found: dict[str, Any], name: str, pointer: str) -> str | None:
    return None if found.get(name) is None else _text(found, name, pointer)


def _step(found: dict[str, Any], pointer: str) -> str | None:
    step = found.get("by")
    if isinstance(step, (int, float)) and not isinstance(step, bool):
        return str(step)
    return _maybe(found, "by", pointer)


def _refuse(pointer: str, words: Message) -> NoReturn:
    raise KubikError("KBK2002", words, errors=(Problem(pointer=pointer, code="KBK2002", message=words),))


def written(found: Pivot, *, subtotals: bool) -> dict[str, Any]:
    """A pivot as the API answers it."""
    answer: dict[str, Any] = {
        "rows": found.rows,
        "columns": found.columns,
        "values": found.values,
        "cells": found.cells,
        "row_totals": found.row_totals,
        "column_totals": found.column_totals,
        "grand_total": found.grand_total,
        "drill": {"rows": found.drill_rows, "columns": found.drill_columns},
    }
    if subtotals:
        answer["subtotals"] = [
            {"depth": s.depth, "first": s.first, "last": s.last, "cells": s.cells, "total": s.total}
            for s in found.subtotals
        ]
    return answer


_AXES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["field"],
        "properties": {
            "field": {"type": "string"},
            "by": {"description": f"{', '.join(DATE_STEPS)}, or the size of a step of numbers"},
        },
        "additionalProperties": False,
    },
}
_SORT = {
    "type": "object",
    "description": "by their totals of the value at that place, instead of by their keys",
    "properties": {"value": {"type": "integer", "minimum": 0}, "descending": {"type": "boolean"}},
    "additionalProperties": False,
}
_REQUEST = {
    "type": "object",
    "required": ["entity"],
    "properties": {
        "entity": {"type": "string"},
        "rows": _AXES,
        "columns": _AXES,
        "values": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["aggregate"],
                "properties": {"aggregate": {"enum": list(AGGREGATES)}, "field": {"type": "string"}},
                "additionalProperties": False,
            },
        },
        "filter": {"type": "string"},
        "search": {"type": "string"},
        "subtotals": {"type": "boolean"},
        **dict.fromkeys(SORTS, _SORT),
    },
    "additionalProperties": False,
}

OPERATIONS = (
    Operation(
        method="POST", path="/api/pivot", run=run, reads=True, summary="A pivot of records with totals and drill expressions",
        request=_REQUEST, answer={"type": "object"},
    ),
)  # fmt: skip
