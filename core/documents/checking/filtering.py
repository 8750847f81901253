"""Filters of a template: whether they exist, fit what they are given and have the right arguments, and what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from core.documents.checking.parsing import Quoted
from core.documents.checking.shapes import (
    ANYTHING,
    NUMBER,
    TEXT,
    Anything,
    Either,
    Group,
    Record,
    Several,
    Shape,
    Value,
    Wrong,
    either,
)  # fmt: skip
from core.documents.filters import FILTERS, UNKNOWN, Filter, arguments_fault
from core.documents.vocabulary import JINJA_FILTERS
from metamodel.errors import suggestion
from metamodel.messages import Message, message

if TYPE_CHECKING:
    from core.documents.checking.expressions import Expressions

_ATTRIBUTES = ("selectattr", "rejectattr", "groupby", "map", "sum", "sort", "unique", "min", "max", "join")
"""Filters of Jinja that may name a field of each item, and which argument it is."""

_PLACE = {"selectattr": 0, "rejectattr": 0, "groupby": 0, "sum": 0, "join": 1}
_OF_LISTS = (
    "selectattr",
    "rejectattr",
    "select",
    "reject",
    "groupby",
    "map",
    "sum",
    "batch",
    "slice",
    "join",
)
_SAME = ("sort", "reverse", "unique", "list", "select", "reject", "selectattr", "rejectattr")
_ONE = ("first", "last", "min", "max")
_KINDS: dict[str, Message] = {
    "number": message("a number"), "date": message("a date"), "time": message("a time"), "text": message("a text"),
    "boolean": message("yes or no"), "picture": message("a picture"),
}  # fmt: skip


def filtered(analysis: Expressions, node: nodes.Filter, of: Shape) -> Shape:
    """What a filter makes of a shape, faults told."""
    name = str(node.name)
    own = FILTERS.get(name)
    if own is not None:
        return _ours(analysis, node, own, of)
    if name not in JINJA_FILTERS:
        analysis.touch(of)
        near = suggestion(name, [*FILTERS, *JINJA_FILTERS])
        hint, repair = analysis.instead(node, node.name, near)
        known = message("There are: {known} …", known=", ".join(list(FILTERS)[:8]))
        return analysis.tell(
            node, "filter", message("There is no filter “{name}”", name=name), hint or known, repair
        )
    return _jinjas(analysis, node, name, of)


def _ours(analysis: Expressions, node: nodes.Filter, own: Filter, of: Shape) -> Shape:
    analysis.touch(of)
    why = _unfit(own, of) or arguments_fault(
        own,
        [_constant(each) for each in node.args],
        {str(each.key): _constant(each.value) for each in node.kwargs},
    )
    for each in (*node.args, *(k.value for k in node.kwargs)):
        analysis.touch(analysis.shape(each))
    if why is not None:
        return analysis.tell(node, "filter", why)
    if own.gives == "same":
        return of
    return Value(kinds=frozenset({own.gives}))


def _unfit(own: Filter, of: Shape) -> Message | None:
    """Why a filter does not fit what it is given."""
    for each in of.shapes if isinstance(of, Either) else (of,):
        if isinstance(each, Several) and each.records and own.takes:
            return message(
                "“{filter}” takes one value, and “{name}” is a list", filter=own.name, name=each.shown
            )
        kinds = (
            each.kinds
            if isinstance(each, Value)
            else frozenset({"text"})
            if isinstance(each, Record)
            else frozenset()
        )
        if own.takes and kinds and not own.takes & kinds:
            known = tuple(_KINDS[kind] for kind in sorted(own.takes))
            shown = getattr(each, "shown", "") or "…"
            return message("“{filter}” takes {kinds}, and “{name}” is {kind}", filter=own.name, kinds=known, name=shown,
                           kind=_KINDS[sorted(kinds)[0]])  # fmt: skip
    return None


def _constant(node: nodes.Expr) -> Any:
    return node.value if isinstance(node, nodes.Const) else UNKNOWN


def _jinjas(analysis: Expressions, node: nodes.Filter, name: str, of: Shape) -> Shape:
    """A filter of Jinja's own."""
    made: list[Shape] = []
    for each in of.shapes if isinstance(of, Either) else (of,):
        made.append(_of_one(analysis, node, name, each))
    for argument in (*node.args, *(k.value for k in node.kwargs)):
        if not isinstance(argument, nodes.Const):
            analysis.touch(analysis.shape(argument))
    return either(*made)


def _of_one(analysis: Expressions, node: nodes.Filter, name: str, of: Shape) -> Shape:
    if isinstance(of, Anything | Wrong):
        return of if isinstance(of, Wrong) else ANYTHING
    if not isinstance(of, Several):
        analysis.touch(of)
        if name in _OF_LISTS and not (isinstance(of, Value) and not of.kinds):
            shown = getattr(of, "shown", "") or "…"
            return analysis.tell(
                node,
                "filter",
                message("“{filter}” is for lists, and “{name}” is none", filter=name, name=shown),
            )
        return NUMBER if name in ("abs", "round", "int", "float", "length", "count", "wordcount") else TEXT
    of.touch()
    asked = _asked(analysis, node, name, of)
    if name in ("length", "count", "sum"):
        return NUMBER
    if name in _ONE:
        return of.item
    if name in _SAME:
        return of
    if name == "map":
        return Several(item=asked if asked is not None else ANYTHING, shown=of.shown)
    if name == "groupby":
        return Several(item=Group(key=asked if asked is not None else ANYTHING, items=of), shown=of.shown)
    if name in ("batch", "slice"):
        return Several(item=of, shown=of.shown)
    if asked is None:
        of.touch_items()
    return TEXT if name == "join" else ANYTHING


def _asked(analysis: Expressions, node: nodes.Filter, name: str, of: Several) -> Shape | None:
    """The field of each item that the filter names, None when it names none."""
    if name not in _ATTRIBUTES:
        return None
    named = next((k.value for k in node.kwargs if k.key == "attribute"), None)
    place = _PLACE.get(name)
    if named is None and place is not None and len(node.args) > place:
        named = node.args[place]
    if not isinstance(named, nodes.Const) or not isinstance(named.value, str):
        return None
    shape: Shape = of.item
    offset = 0
    for part in named.value.split("."):
        name_ = Quoted(part)
        name_.whole, name_.offset = named.value, offset
        offset += len(part) + 1
        if not part.isdigit():
            shape = analysis.attribute(named, name_, shape, quoted=True)
    analysis.touch(shape)
    return shape
