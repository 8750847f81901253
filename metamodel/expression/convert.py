"""Types brought together: constants that become choices, numbers that take a scale, instants that become dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal

from metamodel.any_link import AnyLink
from metamodel.errors import unknown
from metamodel.expression.faults import DIGITS, MIXED, UNKNOWN, Fault
from metamodel.expression.scope import ModelNames, field_by_uid
from metamodel.expression.tree import Call, Constant, MySet, Node, Path
from metamodel.expression.types import BOOLEAN, DATE, DURATION, MAX_DIGITS, TEXT, Type, link
from metamodel.messages import Message, message

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Arithmetic in which nothing that an expression may hold is ever rounded by accident."""

LIMIT = 10**MAX_DIGITS
"""A number counts fewer units of its last digit than this."""

_KINDS = {
    "text": message("a text"),
    "number": message("a number"),
    "boolean": message("yes or no"),
    "date": message("a date"),
    "datetime": message("a moment"),
    "time": message("a time"),
    "duration": message("a duration"),
    "choice": message("a choice"),
    "choices": message("several choices"),
    "link": message("a link"),
    "link_any": message("a link to any record"),
    "null": message("null"),
    "rows": message("several rows"),
    "json": message("a document"),
    "secret": message("a secret"),
}

_OTHER_LINK = message("a link to another entity is needed here")
_OTHER_CHOICES = message(
    "these are the choices of another field: ask for each by its name, such as {example}",
    example="status = 'new' AND statuses CONTAINS 'new'",
)

BRANCHES = ("IF", "CASE", "COALESCE")
"""Functions whose value is one of their arguments."""


def words(type_: Type) -> Message:
    """A type as people call it."""
    return message("a set of links") if type_.many else _KINDS[type_.kind]


def call(function: str, type_: Type, *arguments: Node, at: int | None = None) -> Call:
    """A call at the place of its first argument, unless said otherwise."""
    place = at if at is not None else arguments[0].at
    return Call(function=function, type=type_, arguments=arguments, at=place)


def rounded(value: Decimal | int, scale: int, at: int) -> Decimal | int:
    """A constant at that scale, rounded half away from zero; KBK1013 when it has more than 18 digits then."""
    exact = Decimal(value).quantize(Decimal(1).scaleb(-scale), context=EXACT)
    if abs(exact.scaleb(scale, EXACT)) >= LIMIT:
        raise Fault(DIGITS, at, message("a number has at most {digits} digits", digits=MAX_DIGITS))
    return exact if scale else int(exact)


def rescale(node: Node, scale: int) -> Node:
    """A number node at that scale."""
    if node.type.scale == scale:
        return node
    type_ = replace(node.type, scale=scale)
    if isinstance(node, Constant):
        value = None if node.value is None else rounded(node.value, scale, node.at)
        return replace(node, type=type_, value=value)
    return call("SCALE", type_, node)


def as_boolean(node: Node) -> Node:
    """A condition, or a fault."""
    return convert(node, BOOLEAN)


def as_text(node: Node) -> Node:
    """A text where a text is asked for: a choice is its name; other types are refused."""
    if node.type.kind == "choice":
        return call("CHOICE_NAME", TEXT, node)
    return convert(node, TEXT)


def written(node: Node) -> Node:
    """The text of a value in ``||``, CONCAT: a number with its digits, a date as ISO 8601 writes it."""
    if node.type.kind in ("number", "boolean", "date", "datetime", "time") and not node.type.many:
        return call("TEXT", TEXT, node)
    if node.type.kind == "link":
        raise Fault(MIXED, node.at, message("a link is not a text: name one of its fields"))
    return as_text(node)


def as_day(node: Node) -> Node:
    """A date; a moment is its day in the workspace's zone."""
    return call("DATE_OF", DATE, node) if node.type.kind == "datetime" else convert(node, DATE)


def as_length(node: Node) -> Node:
    """A duration that has a length: a constant without months."""
    if (
        node.type.kind == "duration"
        and isinstance(node, Constant)
        and node.value is not None
        and node.value.months
    ):
        raise Fault(MIXED, node.at, message("months and years have no exact length: write days"))
    return node


def convert(node: Node, wanted: Type, model: ModelNames | None = None) -> Node:
    """The node as a value of the type ``wanted``; raises `Fault` (KBK1012) when it cannot be one.

    ``model`` is needed where a text constant may become a choice.
    """
    given = node.type
    if isinstance(node, Constant) and node.value is None:
        return replace(node, type=wanted)
    if wanted.kind in ("choice", "choices") and model is not None:
        found = _as_choice(node, wanted, model)
        if found is not None:
            return found
    if wanted.kind == "link_any":
        led = _as_any(node, wanted, model)
        if led is not None:
            return led
    if wanted.kind == "text" and given.kind == "choice":
        return call("CHOICE_NAME", TEXT, node)
    if wanted.kind == "link" and given.kind == "number" and not wanted.many:
        return _as_link(node, wanted)
    if given.kind != wanted.kind or given.many != wanted.many:
        why = message("{wanted} is needed here, this is {given}", wanted=words(wanted), given=words(given))
        raise Fault(MIXED, node.at, why)
    if not _same_things(given, wanted):
        raise Fault(MIXED, node.at, _OTHER_LINK if wanted.kind == "link" else _OTHER_CHOICES)
    return rescale(node, wanted.scale) if wanted.kind == "number" else node


def _same_things(given: Type, wanted: Type) -> bool:
    match wanted.kind:
        case "link":
            return wanted.entity is None or given.entity == wanted.entity
        case "choice" | "choices":
            return wanted.field is None or given.field == wanted.field
    return True


def _as_any(node: Node, wanted: Type, model: ModelNames | None) -> Node | None:
    """A record as a link to any record; a constant is written `'deal:7'`."""
    if node.type.kind == "link" and not node.type.many and node.type.entity is not None:
        return call("ANY", wanted, node)
    if not isinstance(node, Constant) or node.type.kind != "text" or model is None:
        return None
    name, _, record = str(node.value).partition(":")
    entity = model.entities.get(name.strip())
    if entity is None or "id" not in entity.by_name:
        known = [each.name for each in model.entities.values() if "id" in each.by_name]
        raise Fault(UNKNOWN, node.at, unknown("there is no entity “{name}”", name, known))
    if not (record.isascii() and record.isdigit()) or len(record) > 18:
        raise Fault(MIXED, node.at, message("a record is written {example}", example="'deal:7'"))
    return replace(node, type=wanted, value=AnyLink(entity.uid, int(record)))


def _as_link(node: Node, wanted: Type) -> Node:
    if node.type.scale == 0 and isinstance(node, (Constant, Path)):
        assert wanted.entity is not None
        return replace(node, type=link(wanted.entity))
    raise Fault(
        MIXED,
        node.at,
        message("{wanted} is needed here, this is {given}", wanted=words(wanted), given=words(node.type)),
    )


def _as_choice(node: Node, wanted: Type, model: ModelNames) -> Node | None:
    """A text constant, or branches that end in some, as a choice of the field ``wanted``; of several it is the only."""
    if isinstance(node, Constant) and node.type.kind == "text":
        assert wanted.field is not None
        choices = field_by_uid(model, wanted.field).choices
        uid = next((c.uid for c in choices if c.name == node.value), None)
        if uid is None:
            why = unknown("there is no choice “{name}”", str(node.value), [c.name for c in choices])
            raise Fault(UNKNOWN, node.at, why)
        return replace(node, type=wanted, value=(uid,) if wanted.kind == "choices" else uid)
    if (
        isinstance(node, Call)
        and node.function in BRANCHES
        and node.type.kind == "text"
        and wanted.kind == "choice"
    ):
        arguments = tuple(
            convert(a, wanted, model) if is_branch(node, i) else a for i, a in enumerate(node.arguments)
        )
        return replace(node, type=wanted, arguments=arguments)
    return None


def is_branch(node: Call, index: int) -> bool:
    """Whether that argument of a function of `BRANCHES` is one of its values, not a condition."""
    if node.function == "COALESCE":
        return True
    return index % 2 == 1 or index == len(node.arguments) - 1 and len(node.arguments) % 2 == 1


def _set_compared(node: Node) -> Message:
    if isinstance(node, MySet):
        return message("a set can only stand behind IN")
    return message("a list of records is asked with CONTAINS, such as: labels CONTAINS 7")


def together(nodes: Sequence[Node], model: ModelNames, *, comparing: bool) -> tuple[Node, ...]:
    """The nodes brought to one type: to be compared, or (not ``comparing``) to be branches of one value."""
    known = [n for n in nodes if n.type.kind != "null"]
    if not known:
        return tuple(nodes)
    kinds = {n.type.kind for n in known}
    for node in known:
        if node.type.many:
            raise Fault(MIXED, node.at, _set_compared(node))
    if "choices" in kinds:
        wanted = next(n.type for n in known if n.type.kind == "choices")
        return tuple(convert(n, wanted, model) for n in nodes)
    if "duration" in kinds:
        return tuple(as_length(convert(n, DURATION)) for n in nodes)
    if "choice" in kinds:
        return _choices_together(nodes, known, model, comparing=comparing)
    if kinds == {"number"}:
        if comparing:
            return tuple(n if n in known else convert(n, known[0].type) for n in nodes)
        wide = _wide(known)
        return tuple(convert(n, wide) for n in nodes)
    if kinds == {"link", "number"} and comparing:
        wanted = next(n.type for n in known if n.type.kind == "link")
        return tuple(convert(n, wanted) for n in nodes)
    if kinds == {"date", "datetime"} and comparing:
        return tuple(as_day(n) for n in nodes)
    if "link_any" in kinds:
        any_record = next(n.type for n in known if n.type.kind == "link_any")
        return tuple(convert(n, any_record, model) for n in nodes)
    first = known[0]
    for node in known:
        if node.type.kind == first.type.kind == "link" and not _same_things(node.type, first.type):
            raise Fault(MIXED, node.at, message("links to different entities do not go together"))
        if node.type.kind != first.type.kind or not _same_things(node.type, first.type):
            why = message(
                "{left} and {right} do not go together", left=words(first.type), right=words(node.type)
            )
            raise Fault(MIXED, node.at, why)
    if kinds & {"rows", "json"}:
        raise Fault(MIXED, first.at, message("{given} cannot stand here", given=words(first.type)))
    return tuple(convert(n, first.type) for n in nodes)


def _wide(numbers: Sequence[Node]) -> Type:
    """The type of a value that is one of these numbers."""
    types = [n.type for n in numbers]
    currencies = {t.currency for n, t in zip(numbers, types, strict=True) if not isinstance(n, Constant)}
    return Type(
        kind="number",
        scale=max(t.scale for t in types),
        percent=all(t.percent for t in types),
        currency=currencies.pop() if len(currencies) == 1 else None,
    )


def _choices_together(
    nodes: Sequence[Node], known: Sequence[Node], model: ModelNames, *, comparing: bool
) -> tuple[Node, ...]:
    choices = [n for n in known if n.type.kind == "choice"]
    fields = {n.type.field for n in choices}
    constants = all(isinstance(n, Constant) or _constant_branches(n) for n in known if n.type.kind == "text")
    if len(fields) == 1 and constants and all(n.type.kind in ("choice", "text") for n in known):
        try:
            return tuple(convert(n, choices[0].type, model) for n in nodes)
        except Fault:
            if comparing:
                raise
    return tuple(as_text(n) for n in nodes)


def _constant_branches(node: Node) -> bool:
    return (
        isinstance(node, Call)
        and node.function in BRANCHES
        and all(
            isinstance(a, Constant) or _constant_branches(a)
            for i, a in enumerate(node.arguments)
            if is_branch(node, i)
        )
    )
