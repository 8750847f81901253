"""Conditions on parameters that many statements share: one of a list of ids, a text that holds another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.storage.expressions import Cell
from core.storage.types import BIG, TEXT

Condition = sa.ColumnElement[bool]


def among(dialect: str, column: sa.ColumnElement[Any], parameter: str) -> Condition:
    """Whether the column is one of a list that is one parameter: see `id_list`."""
    if dialect == "postgresql":
        listed = sa.cast(sa.bindparam(parameter, type_=TEXT), sa.ARRAY(sa.BigInteger()))
        return column == sa.func.any(listed)
    each = sa.func.json_each(sa.bindparam(parameter, type_=TEXT)).table_valued(sa.column("value", BIG))
    return column.in_(sa.select(each.c.value))


def among_texts(dialect: str, column: sa.ColumnElement[Any], parameter: str) -> Condition:
    """Whether the column is one of a list of texts that is one parameter: see `text_list`."""
    if dialect == "postgresql":  # with = ANY a table that is read whole compares each row with every text
        return column.in_(sa.select(sa.func.unnest(sa.bindparam(parameter, type_=sa.ARRAY(sa.Text())))))
    each = sa.func.json_each(sa.bindparam(parameter, type_=TEXT)).table_valued(sa.column("value", TEXT))
    return column.in_(sa.select(each.c.value))


def text_list(dialect: str, texts: Sequence[str]) -> Any:
    """The value of the parameter of `among_texts`."""
    return list(texts) if dialect == "postgresql" else json.dumps(texts)


def id_list(dialect: str, ids: Sequence[int]) -> Any:
    """The value of the parameter of `among`: a text, which the driver of PostgreSQL takes sooner than a list."""
    written = ",".join(map(str, ids))
    return f"{{{written}}}" if dialect == "postgresql" else f"[{written}]"


def contains(dialect: str, cell: Cell, parameter: str) -> Condition:
    """Whether the folded text of a cell holds the text of the parameter, which is folded already."""
    key = cell.value if cell.key is None else cell.key
    folded = key if cell.whole is None else sa.func.coalesce(cell.whole, key, type_=TEXT)
    find = sa.func.strpos if dialect == "postgresql" else sa.func.instr
    return find(folded, sa.bindparam(parameter, type_=TEXT), type_=sa.Integer()) > 0
