"""Records that links lead to, as far as their reader sees them: nobody learns by comparing what a hidden one is."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from core.storage.any_links import ANY, any_of, leads_to, record_of
from core.storage.expressions.environment import Environment, Value, typed_null
from core.storage.types import BIG
from metamodel.any_link import AnyLink
from metamodel.expression.scope import field_by_uid
from metamodel.expression.tree import Aggregate, Constant, Me, MySet, Node, Path, walk
from metamodel.expression.types import Type


def record_in_sight(type_: Type, value: Value, env: Environment) -> Value:
    """The record of a link, or of a link to any record, null where it is not seen; of another type the value itself."""
    if type_.kind == "link_any":
        return _any_in_sight(value, _targets(type_, env), env)
    return value if type_.kind != "link" or type_.entity is None else env.rows.in_sight(type_.entity, value)


def named_in_sight(node: Node, value: Value, others: Sequence[Node], env: Environment) -> Value:
    """A side of a comparison of links; null where it is named by its id, or compared with another link, and not seen.

    What is the reader's own (`me`, `my`) is theirs to name. A link beside what is named stays the bare column.
    """
    empty = isinstance(node, Constant) and node.value is None
    bare = not about_no_row(node) and all(about_no_row(other) for other in others)
    if is_own(node) or empty or bare:
        return value
    if isinstance(node, Constant) and isinstance(node.value, AnyLink):
        return _any_in_sight(value, (node.value.entity,), env)
    entity = node.type.entity or next((o.type.entity for o in others if o.type.entity), None)
    type_ = node.type if node.type.kind == "link_any" else Type(kind="link", entity=entity)
    return record_in_sight(type_, value, env)


def is_own(node: Node) -> bool:
    """Whether a node is the reader, one of their sets, or a field of their own record."""
    return isinstance(node, Me | MySet) or (
        isinstance(node, Path) and node.root == "my" and len(node.steps) < 2
    )


def about_no_row(node: Node) -> bool:
    """Whether a value is the same for every row of the statement."""
    return not any(isinstance(n, Aggregate) or isinstance(n, Path) and n.root == "row" for n in walk(node))


def _any_in_sight(value: Value, entities: Sequence[str], env: Environment) -> Value:
    """The link itself where its record may be seen, whichever entity it is of."""
    whens = []
    for uid in entities:
        record = record_of(value, uid, BIG)
        seen = env.rows.in_sight(uid, record)
        whens.append((leads_to(value, uid), value if seen is record else any_of(uid, seen)))
    if all(found is value for _, found in whens):
        return value
    return sa.case(*whens, else_=typed_null(ANY))


def _targets(type_: Type, env: Environment) -> Sequence[str]:
    """The entities (uids) that a link to any record may lead to."""
    field = field_by_uid(env.model, type_.field) if type_.field else None
    return (field.targets if field is not None else ()) or tuple(env.model.entity_by_uid)
