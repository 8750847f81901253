"""The published JSON Schemas (2020-12) of every kind of definition, made from the definitions' own keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from metamodel.schema import (
    access_tests,
    actions,
    documents,
    entities,
    fields,
    menus,
    pieces,
    reports,
    roles,
    solutions,
    views,
)
from metamodel.schema.pieces import COLORS as COLORS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KINDS = (solutions, entities, actions, roles, views, reports, documents, menus, access_tests)


@cache
def schemas() -> Mapping[str, Mapping[str, Any]]:
    """The JSON Schema of every kind that exists, by the name of the kind, each complete in itself."""
    shared = {name: schema for each in (pieces, fields, *_KINDS) for name, schema in each.shared().items()}
    return {
        kind: {
            "$schema": DIALECT,
            "$id": f"urn:kubik:definition:{kind}",
            "title": kind,
            **schema,
            "$defs": shared,
        }
        for each in _KINDS
        for kind, schema in each.kinds().items()
    }
