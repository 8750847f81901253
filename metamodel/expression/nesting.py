"""How deeply an expression is nested once its computed fields stand in it: a database reads only so much.

SQLite's parser keeps a hundred places; an operator takes a few of them, a sub-select some more.
"""

from __future__ import annotations

from metamodel.expression.faults import UNREADABLE, Fault
from metamodel.expression.scope import ModelNames
from metamodel.expression.tree import Aggregate, Call, MySet, Node, Path
from metamodel.messages import message

LIMIT = 72
"""Places that one expression may take; the rest is for the statement around it."""

_WEIGHTS = {
    "AND": 3,
    "OR": 3,
    "NOT": 1,
    "=": 2,
    "<>": 2,
    "<": 2,
    "<=": 2,
    ">": 2,
    ">=": 2,
    "IS_NULL": 2,
    "SCALE": 4,
}
_OPERATOR, _SUBSELECT = 6, 10


def check_nesting(root: Node, model: ModelNames) -> None:
    """Raise `Fault` (KBK1010) for an expression that a database could refuse to read."""
    if _Measure(model).places(root) > LIMIT:
        why = message("with the computed fields that stand in it, the expression is nested too deeply")
        raise Fault(UNREADABLE, root.at, why)


class _Measure:
    def __init__(self, model: ModelNames) -> None:
        self.model = model
        self.fields: dict[str, int] = {}

    def places(self, node: Node) -> int:
        match node:
            case Path():
                own = _SUBSELECT if len(node.steps) > 1 or node.root == "my" else 0
                return own + max((self._field(*step) for step in node.steps), default=0)
            case MySet():
                return 3 * _SUBSELECT
            case Aggregate():
                inner = [n for n in (node.of, node.body, node.where, node.by) if n is not None]
                return _SUBSELECT + max((self.places(n) for n in inner), default=0)
            case Call():
                weight = _WEIGHTS.get(node.function, _OPERATOR)
                return max((self.places(a) + self._step(node, a, weight) for a in node.arguments), default=1)
        return 0

    def _step(self, node: Call, argument: Node, weight: int) -> int:
        """A chain of sums, or of IF in the place of "otherwise", is written as one."""
        if not isinstance(argument, Call):
            return weight
        sums = ("+", "-")
        if node.function in sums and argument.function in sums and argument is node.arguments[0]:
            return 1
        branches = ("IF", "CASE")
        last = len(node.arguments) % 2 == 1 and argument is node.arguments[-1]
        return 0 if last and node.function in branches and argument.function in branches else weight

    def _field(self, entity: str, field: str) -> int:
        if field not in self.fields:
            self.fields[field] = 0
            computed = self.model.entity_by_uid[entity].by_uid[field].computed
            self.fields[field] = 0 if computed is None else 1 + self.places(computed.root)
        return self.fields[field]
