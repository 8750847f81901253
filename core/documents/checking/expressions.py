"""Expressions of templates: what each stands for, faults of filters, tests, calls and comparisons told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import nodes

from core.documents.checking import filtering
from core.documents.checking.naming import Naming
from core.documents.checking.shapes import (
    ANYTHING,
    BOOLEAN,
    NUMBER,
    TEXT,
    Function,
    Record,
    Several,
    Shape,
    Value,
    Wrong,
    either,
)  # fmt: skip
from core.documents.checking.syntax import mended
from core.documents.checking.telling import said
from core.documents.vocabulary import JINJA_TESTS
from metamodel.errors import suggestion
from metamodel.messages import message


class Expressions(Naming):
    """What an expression stands for."""

    def shape(self, node: Any) -> Shape:
        handler = _EXPRESSIONS.get(type(node).__name__)
        if handler is not None:
            return handler(self, node)
        for child in node.iter_child_nodes():
            self.touch(self.shape(child))
        return ANYTHING

    def getattr_(self, node: nodes.Getattr) -> Shape:
        return self.attribute(node, node.attr, self.shape(node.node))

    def getitem(self, node: nodes.Getitem) -> Shape:
        of = self.shape(node.node)
        argument = node.arg
        if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
            return self.attribute(node, argument.value, of, quoted=True)
        if isinstance(argument, nodes.Slice):
            self.shape(argument)
            return of
        self.touch(self.shape(argument))
        if isinstance(of, Several):
            of.touch()
            return of.item
        self.touch(of)
        return ANYTHING

    def filtered(self, node: nodes.Filter) -> Shape:
        of = self.shape(node.node) if node.node is not None else TEXT
        return filtering.filtered(self, node, of)

    def call(self, node: nodes.Call) -> Shape:
        called = self.shape(node.node)
        for each in (*node.args, *(k.value for k in node.kwargs)):
            self.touch(self.shape(each))
        if isinstance(called, Function) and called.name == "range":
            return Several(item=NUMBER, shown="range")
        if isinstance(called, Record | Value | Several):
            self.touch(called)
            why = message("“{name}” is not called: it stands without brackets", name=said(node.node))
            return self.tell(node, "forbidden", why)
        return called if isinstance(called, Wrong) else ANYTHING

    def tested(self, node: nodes.Test) -> Shape:
        of = self.shape(node.node)
        for each in node.args:
            self.touch(self.shape(each))
        self.touch(of)
        if node.name not in JINJA_TESTS:
            hint, repair = self.instead(node, node.name, suggestion(str(node.name), JINJA_TESTS))
            return self.tell(
                node, "filter", message("There is no test “{name}”", name=str(node.name)), hint, repair
            )
        return BOOLEAN

    def compared(self, node: nodes.Compare) -> Shape:
        sides = [node.expr, *(each.expr for each in node.ops)]
        shapes = [self.shape(each) for each in sides]
        for shape in shapes:
            self.touch(shape)
        fields = [s.field for s in shapes if isinstance(s, Value) and s.field is not None and s.field.choices]
        fields += [s.item.field for s in shapes if isinstance(s, Several) and isinstance(s.item, Value) and s.item.field and s.item.field.choices]  # fmt: skip
        if fields:
            for side in sides:
                for const in side.items if isinstance(side, nodes.List | nodes.Tuple) else [side]:
                    if isinstance(const, nodes.Const) and isinstance(const.value, str):
                        self.chosen(const, fields[0])
        return BOOLEAN

    def chosen(self, node: nodes.Const, field: Any) -> None:
        """A text that a choice is compared with is the name of one, or its label."""
        for choice in field.choices:
            if node.value == choice.name:
                self.refer_text(node, node.value, "choice", choice.uid, field.uid)
                return
            if node.value in (choice.label.ru, choice.label.en):
                return
        names = [c.name for c in field.choices]
        near = suggestion(
            node.value, [*names, *(t for c in field.choices for t in (c.label.ru, c.label.en) if t)]
        )
        why = message("“{field}” has no value “{name}”", field=field.label, name=node.value)
        hint = (
            message("Did you mean “{near}”?", near=near)
            if near
            else message("It has: {known}.", known=", ".join(names[:8]))
        )
        written = self.at(node)
        repair = mended(written.tag, written.tag.text.replace(node.value, near)) if near and written else None
        self.tell(node, "unknown", why, hint, repair)

    def between(self, node: nodes.CondExpr) -> Shape:
        self.touch(self.shape(node.test))
        return either(self.shape(node.expr1), self.shape(node.expr2) if node.expr2 is not None else TEXT)

    def either_of(self, node: nodes.And | nodes.Or) -> Shape:
        left, right = self.shape(node.left), self.shape(node.right)
        self.touch(left)
        return either(left, right)

    def constant(self, node: nodes.Const) -> Shape:
        if isinstance(node.value, str):
            return Value(kinds=frozenset({"text"}), shown=f"“{node.value}”")
        return (
            NUMBER if isinstance(node.value, int | float) and not isinstance(node.value, bool) else ANYTHING
        )

    def listed(self, node: nodes.List | nodes.Tuple) -> Shape:
        shapes = [self.shape(each) for each in node.items]
        return Several(item=either(*shapes) if shapes else ANYTHING, shown=said(node))


_EXPRESSIONS: Mapping[str, Callable[[Expressions, Any], Shape]] = {
    "Name": Expressions.name, "Getattr": Expressions.getattr_, "Getitem": Expressions.getitem, "Filter": Expressions.filtered,
    "Call": Expressions.call, "Test": Expressions.tested, "Compare": Expressions.compared, "CondExpr": Expressions.between,
    "And": Expressions.either_of, "Or": Expressions.either_of, "Const": Expressions.constant, "List": Expressions.listed,
    "Tuple": Expressions.listed,
}  # fmt: skip
