"""Rules that a tree hands down, ``EXISTS(cabinet.folders WHERE … AND UNDER(this.folder, id))``: asked from above.

As they are written every row would be compared with all records of the tree. What stands above a record is few, and so
are mostly the records that the rest of the condition holds for: rows are found from these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from core.storage.expressions.environment import Condition, Environment
from core.storage.expressions.lists import leading
from core.storage.expressions.paths import limits, path_cell
from core.storage.expressions.sets import among
from metamodel.expression.tree import Aggregate, Call, Node, Path

Inner = Callable[[Node, Environment], Condition]
Step = tuple[str, str]


def above_condition(node: Node, env: Environment) -> Condition | None:
    """``UNDER(this.folder, id)`` under WHERE of an aggregate: its row is one of those above the record; None for any
    other condition."""
    under = _under(node)
    if under is None or not env.rows.whole or env.row is None:
        return None
    closure = env.tables.own.closure.alias()
    record = path_cell(under, env).value
    chosen = sa.select(closure.c.ancestor).where(
        closure.c.entity == under.type.entity, closure.c.descendant == record
    )
    return among(env.row.cell("id").value, chosen.correlate_except(closure), env)


def below_condition(node: Node, env: Environment, inner: Inner) -> Condition | None:
    """What must hold, besides, of a row for which ``EXISTS(… WHERE … AND UNDER(this, id))`` holds: it stands below
    one of the records that the rest of the condition holds for. None for any other condition."""
    found = _handed(node, env)
    if found is None:
        return None
    aggregate, under = found
    rest = [each for each in _parts(aggregate.where) if _under(each) is None and not any(_around(each, 1))]
    if not rest and not _leads_from_me(aggregate):
        return None
    record = path_cell(replace(under, up=0), env).value
    return among(record, _below_all(aggregate, rest, env, inner), env)


def handed_ids(
    node: Node, env: Environment, condition: Callable[[Node, Environment], Condition]
) -> tuple[str, sa.Select[Any]] | None:
    """The link (field uid) whose record decides by its tree, and the ids of the records that fulfil the condition: when
    all that ``EXISTS(folder.cabinet.folders WHERE … AND UNDER(this.folder, id))`` asks of a row is asked of that link's record.
    """
    found = _handed(node, env)
    if found is None or len(found[1].steps) != 1:
        return None
    aggregate, under = found
    link = under.steps[0]
    if link[1] not in env.tables[link[0]].columns or not under.type.entity:
        return None
    if not _by_its_field(aggregate.of, link):
        return None
    if any(not path.steps or path.steps[0] != link for path in _around(aggregate, 0)):
        return None
    target = env.rows.open(under.type.entity, reached=True)
    fitting = condition(_from_link(aggregate, 0), env.about(target))
    ids = sa.select(target.cell("id").value).select_from(target.alias).where(*limits(target), fitting)
    return link[1], ids.correlate_except(target.alias)


def _handed(node: Node, env: Environment) -> tuple[Aggregate, Path] | None:
    """An EXISTS over records that a row, or the record of a link of it, stands under, and the path to that record."""
    if not isinstance(node, Aggregate) or node.function != "EXISTS" or not env.rows.whole or env.one_by_one:
        return None
    if not hasattr(env.row, "alias"):  # a record whose values are parameters: nothing is to be found
        return None
    unders = (under for each in _parts(node.where) if (under := _under(each)) is not None)
    under = next((u for u in unders if u.up == 1 and len(u.steps) < 2), None)
    return None if under is None else (node, under)


def _leads_from_me(node: Aggregate) -> bool:
    """Whether rows are led to by the reader, not by the row: ``my.folders``."""
    return node.of is not None and node.of.root == "my"


def _by_its_field(of: Path | None, link: Step) -> bool:
    """Whether rows are led to by a field of the link's record: none are when that is in the bin."""
    return of is not None and of.root == "row" and not of.up and len(of.steps) > 1 and of.steps[0] == link


def _below_all(node: Aggregate, rest: list[Node], env: Environment, inner: Inner) -> sa.Select[Any]:
    """The ids of the records of a tree for which conditions hold, and of all below them."""
    top, tree = env.rows.open(node.entity), node.entity
    inside = env.inside(top)
    fitting = sa.select(top.cell("id").value).select_from(top.alias)
    fitting = fitting.where(*limits(top), *(inner(each, inside) for each in rest))
    if _leads_from_me(node):
        fitting = fitting.where(leading(node, top, inside)[0])
    closure = env.tables.own.closure.alias()
    chosen = sa.select(closure.c.descendant).where(
        closure.c.entity == tree, among(closure.c.ancestor, fitting.correlate_except(top.alias), env)
    )
    return chosen.correlate_except(closure)


def _under(node: Node) -> Path | None:
    """The path to the record around of which it is asked whether it stands under the row itself."""
    match node:
        case Call(
            function="UNDER", arguments=(Path(root="row", up=up) as record, Path(root="row", up=0) as row)
        ):
            itself = not row.steps or (len(row.steps) == 1 and row.steps[0][1] == "id")
            return record if up and itself else None
    return None


def _from_link(node: Node, depth: int) -> Node:
    """The same said of the link's record, of which every path around begins."""
    if isinstance(node, Path):
        return _path_from_link(node, depth)
    if isinstance(node, Call):
        return replace(node, arguments=tuple(_from_link(each, depth) for each in node.arguments))
    if isinstance(node, Aggregate):
        of = None if node.of is None else _path_from_link(node.of, depth)
        body, where, by = (
            None if each is None else _from_link(each, depth + 1) for each in (node.body, node.where, node.by)
        )
        return replace(node, of=of, body=body, where=where, by=by)
    return node


def _path_from_link(path: Path, depth: int) -> Path:
    return replace(path, steps=path.steps[1:]) if path.root == "row" and path.up == depth else path


def _parts(node: Node | None) -> Iterator[Node]:
    """The conditions that are joined by AND."""
    if isinstance(node, Call) and node.function == "AND":
        for each in node.arguments:
            yield from _parts(each)
    elif node is not None:
        yield node


def _around(node: Node, depth: int) -> Iterator[Path]:
    """The paths under a node that begin at a row outside of ``depth`` aggregates."""
    if isinstance(node, Path):
        if node.root == "row" and node.up >= depth:
            yield node
    elif isinstance(node, Aggregate):
        if node.of is not None:
            yield from _around(node.of, depth)
        elif not depth:
            yield Path(steps=(), type=node.type)
        for each in (node.body, node.where, node.by):
            if each is not None:
                yield from _around(each, depth + 1)
    else:
        for each in getattr(node, "arguments", ()):
            yield from _around(each, depth)
