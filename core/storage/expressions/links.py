"""Conditions on a link's record under WHERE: ``link IN (SELECT id …)``, never a join or EXISTS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

import sqlalchemy as sa

from core.storage.any_links import any_of
from core.storage.expressions.environment import Condition, Environment
from core.storage.expressions.lists import is_list
from core.storage.expressions.paths import limits
from core.storage.expressions.sets import among
from core.storage.expressions.sight import about_no_row
from core.storage.expressions.trees import handed_ids
from metamodel.expression.tree import Call, Node, Path

_STRICT = frozenset({
    "=", "<>", "<", "<=", ">", ">=", "LIKE", "CONTAINS", "EXACT", "NOT", "+", "-", "*", "/", "NEGATE", "ABS", "ROUND",
    "SCALE", "||", "UPPER", "LOWER", "TRIM", "REPLACE", "LEFT", "RIGHT", "LENGTH", "TEXT", "FORMAT", "CHOICE_NAME",
    "DATE_OF", "YEAR", "QUARTER", "MONTH", "DAY", "WEEKDAY", "START_OF", "DATE_DIFF", "DAYS", "SHIFT+", "SHIFT-",
})  # fmt: skip
"""What is null as soon as one of its arguments is."""

_BY_FIRST = frozenset({"IN", "BETWEEN", "UNDER"})
"""What is not true when its first argument is null, whatever the others are."""


def by_link(
    node: Node, env: Environment, condition: Callable[[Node, Environment], Condition]
) -> Condition | None:
    """The condition as one on the record of a link; None when it is not about a single link's record.

    It must not be true for a record without that link, and then everything it says is said of the link's record.
    """
    found = linked_ids(node, env, condition)
    if found is None or env.row is None:
        return None
    link, ids = found
    return among(env.row.cell(link).value, ids, env)


def linked_ids(
    node: Node, env: Environment, condition: Callable[[Node, Environment], Condition]
) -> tuple[str, sa.Select[Any]] | None:
    """The link (field uid) whose record a condition is about, and the ids of the records that fulfil it."""
    handed = handed_ids(node, env, condition)
    if handed is not None:
        return handed
    paths = _paths(node)
    if not paths or env.row is None:
        return None
    first = paths[0].steps[0]
    if any(path.steps[0] != first or path.steps[1][0] != paths[0].steps[1][0] for path in paths):
        return None
    target = env.rows.open(paths[0].steps[1][0], reached=True)
    inner = condition(_from_link(node), env.about(target))
    record = target.cell("id").value
    if env.row.entity.by_uid[first[1]].targets:
        record = any_of(target.entity.uid, record)
    ids = sa.select(record).select_from(target.alias).where(*limits(target), inner)
    return first[1], ids.correlate_except(target.alias)


def _paths(node: Node) -> list[Path] | None:
    """The paths along links that decide a condition, None when it may be true without one of them."""
    if isinstance(node, Call) and node.function in _BY_FIRST:
        rest = node.arguments[1:]
        return _strict(node.arguments[0]) if all(about_no_row(a) for a in rest) else None
    return _all_strict(node.arguments) if _asks_list(node) else _strict(node)


def _asks_list(node: Node) -> TypeGuard[Call]:
    """``link.tags CONTAINS x``: a list that is led to by nothing has nothing, which is false and not null."""
    return isinstance(node, Call) and node.function == "CONTAINS" and is_list(node.arguments[0])


def _strict(node: Node) -> list[Path] | None:
    """The paths along links of what is null without each of them; None for anything else."""
    if isinstance(node, Path) and node.root == "row" and node.up == 0:
        return [node] if len(node.steps) > 1 else None
    if isinstance(node, Path) or about_no_row(node):
        return []
    if not isinstance(node, Call) or node.function not in _STRICT or _asks_list(node):
        return None
    return _all_strict(node.arguments)


def _all_strict(nodes: Sequence[Node]) -> list[Path] | None:
    found: list[Path] = []
    for node in nodes:
        inner = _strict(node)
        if inner is None:
            return None
        found += inner
    return found


def _from_link(node: Node) -> Node:
    """The same condition said of the link's record."""
    if isinstance(node, Path) and node.root == "row" and node.up == 0:
        return replace(node, steps=node.steps[1:])
    if isinstance(node, Call):
        return replace(node, arguments=tuple(_from_link(a) for a in node.arguments))
    return node
