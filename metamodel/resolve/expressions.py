"""Every other expression of a field, an entity, a role or a view, checked where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from metamodel.errors import ProblemsFound
from metamodel.expression import parse_expression
from metamodel.expression.scope import NotYet, Scope
from metamodel.expression.tree import Aggregate, Expression, Node, Path, walk
from metamodel.expression.types import BOOLEAN, Type
from metamodel.resolve.circles import circle
from metamodel.resolve.drafts import Drafts, EntityDraft, FieldDraft
from metamodel.resolve.faults import Faults, Spot
from metamodel.resolve.links import LINKING

MY = frozenset({"my"})
RECORD = frozenset({"my", "record"})


@dataclass(frozen=True, slots=True)
class Checker:
    """Parses expressions; a fault is collected and the expression is then None."""

    drafts: Drafts
    faults: Faults

    def parse(
        self,
        text: str | None,
        spot: Spot,
        *,
        entity: str | None,
        expect: Type | None,
        allow: frozenset[str] = MY,
        record: str | None = None,
    ) -> Expression | None:
        """The expression of a text, None for none; naming a field whose own fault is reported is silent."""
        if text is None:
            return None
        scope = Scope(model=self.drafts, entity=entity, allow=allow, record=record, expect=expect)
        try:
            return parse_expression(text, scope)
        except NotYet:
            return None
        except ProblemsFound as error:
            self.faults.add_all(spot, error)
            return None

    def condition(self, text: str | None, spot: Spot, entity: str) -> Expression | None:
        """A condition on a row of the entity, in which the reader may be named."""
        return self.parse(text, spot, entity=entity, expect=BOOLEAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldExpressions:
    """The expressions of a field that is not computed."""

    required_if: Expression | None
    read_only_if: Expression | None
    visible_if: Expression | None
    default: Expression | None
    copy: Expression | None
    narrowing: Expression | None


def field_expressions(checker: Checker, field: FieldDraft) -> FieldExpressions:
    """Check the expressions of one field."""
    written, entity = field.definition, field.entity.uid
    narrowing = None
    if field.type in LINKING and field.target is not None:
        narrowing = checker.parse(
            field.options.get("options"), field.spot.under("options"),
            entity=field.target, record=entity, allow=RECORD, expect=BOOLEAN,
        )  # fmt: skip
    default = copy = None
    if field.result is not None:
        default = checker.parse(
            written.default, field.spot.under("default"),
            entity=None, record=entity, allow=RECORD, expect=field.result,
        )  # fmt: skip
        copy = checker.parse(written.copy, field.spot.under("copy"), entity=entity, expect=field.result)
        field.copy = copy
    return FieldExpressions(
        required_if=checker.condition(written.required_if, field.spot.under("required_if"), entity),
        read_only_if=checker.condition(written.read_only_if, field.spot.under("read_only_if"), entity),
        visible_if=checker.condition(written.visible_if, field.spot.under("visible_if"), entity),
        default=default,
        copy=copy,
        narrowing=narrowing,
    )


def check_copies(drafts: Drafts, faults: Faults) -> None:
    """Report circles of fields that follow one another by ``copy``, directly, through what is computed or child rows.

    What a link leads to is another record, taken once: it closes no circle.
    """
    leads: dict[str, list[str]] = {}
    shown: dict[str, FieldDraft] = {}
    for field in drafts.all_fields():
        expression = field.copy or field.computed
        if expression is not None:
            shown[field.uid] = field
            leads[field.uid] = _own(expression.root, field.entity)
    for members in circle(leads):
        if any(shown[uid].copy is not None for uid in members):
            first = shown[members[0]]
            faults.circle(first.spot.under("copy"), [shown[uid].shown for uid in members])


def _own(root: Node, entity: EntityDraft) -> list[str]:
    """Uids of the fields of the row itself and of rows that lead to it that the tree reads."""
    found = []
    for node in walk(root):
        if isinstance(node, Path) and node.root == "row" and node.steps:
            found.append(node.steps[0][1])
        elif isinstance(node, Aggregate) and node.of is None:
            found.append(node.through)
    return found
