"""The analysis of a template's syntax tree against the model: every name, loop, filter and call, each at its tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from jinja2 import nodes

from core.documents.checking.expressions import Expressions
from core.documents.checking.scopes import Scopes
from core.documents.checking.shapes import (
    ANYTHING,
    TEXT,
    Anything,
    Function,
    Group,
    Record,
    Several,
    Shape,
    Value,
    Words,
    Wrong,
    either,
)  # fmt: skip
from core.documents.checking.syntax import mended
from core.documents.checking.telling import every, said
from core.documents.checking.written import Written
from core.documents.vocabulary import OF_LOOP
from metamodel.messages import Message, message


class Analysis(Expressions):
    """One analysis; `look` is called with each part of the template."""

    def look(self, tree: nodes.Template, lines: Sequence[Written | None]) -> None:
        """Analyse one part, whose tags are the lines of its source."""
        self.lines, self.scopes = lines, Scopes()
        self.statements(tree.body)

    def statements(self, body: Iterable[nodes.Node]) -> None:
        for node in body:
            handler = _STATEMENTS.get(type(node).__name__)
            if handler is not None:
                handler(self, node)
            elif isinstance(node, nodes.Expr):
                self.touch(self.shape(node))

    def output(self, node: nodes.Output) -> None:
        for each in node.nodes:
            if not isinstance(each, nodes.TemplateData):
                self.printed(each)

    def printed(self, node: nodes.Expr) -> None:
        shape = self.shape(node)
        written = self.at(node)
        if written is not None and written.prefix and written.tag.kind == "value":
            self.markup(node, written, shape)
        for each in every(shape):
            if isinstance(each, Several) and each.records:
                self.list_printed(node, each)
                return
            if isinstance(each, Words | Function):
                self.tell(node, "unknown", message("“{name}” by itself is nothing that can be printed", name=each.name),
                          message("It has: {known}.", known=", ".join(each.known)) if isinstance(each, Words) else None)  # fmt: skip
        self.touch(shape)

    def list_printed(self, node: nodes.Expr, shape: Several) -> None:
        written = self.at(node)
        why = message("“{name}” is a list: it is printed by a repetition", name=shape.shown)
        hint = message(
            "For instance {example}", example=f"{{%tr for x in {shape.shown} %}} … {{%tr endfor %}}"
        )
        repair = None
        if shape.linked and written is not None and isinstance(node, nodes.Name | nodes.Getattr):
            closing = written.tag.text.rstrip("}").rstrip()
            repair = mended(written.tag, f'{closing}|join(", ") }}}}')
            hint = message(
                "Names of its records with commas: {example}", example=f'{{{{ {shape.shown}|join(", ") }}}}'
            )
        self.tell(node, "list", why, hint, repair)

    def markup(self, node: nodes.Expr, written: Written, shape: Shape) -> None:
        """``{{p x}}`` puts paragraphs in: only formatted text is that."""
        for each in every(shape):
            if not isinstance(each, Anything | Wrong) and not (
                isinstance(each, Value) and (each.html or not each.kinds)
            ):
                why = message(
                    "{tag} is for formatted text, and this is none", tag=f"{{{{{written.prefix} }}}}"
                )
                self.tell(node, "place", why, None, mended(written.tag, written.source))
                return

    def loop(self, node: nodes.For) -> None:
        over = self.shape(node.iter)
        item = self.items_of(node.iter, over)
        self.scopes.enter()
        self.bind(node.target, item)
        if node.test is not None:
            self.touch(self.shape(node.test))
        self.scopes.set("loop", Words(name="loop", known=OF_LOOP))
        self.statements(node.body)
        self.scopes.leave()
        self.scopes.enter()
        self.statements(node.else_)
        self.scopes.leave()

    def items_of(self, node: nodes.Node, over: Shape) -> Shape:
        """What each turn of a loop has; a fault for what is no list."""
        found: list[Shape] = []
        for each in every(over):
            if isinstance(each, Several):
                each.touch()
                found.append(each.item)
            elif isinstance(each, Anything | Wrong):
                found.append(each)
            else:
                shown = getattr(each, "shown", "") or getattr(each, "name", "") or said(node)
                why = message("“{name}” is not a list: there is nothing to repeat", name=shown)
                found.append(self.tell(node, "loop", why, self.lists_hint(each)))
        return either(*found) if found else ANYTHING

    def lists_hint(self, shape: Shape) -> Message | None:
        entity = shape.entity if isinstance(shape, Record) else self.entity
        names = [f.name for f in entity.fields if f.type.name == "children"]
        names += [f.inverse for _, f in self.model.links_to[entity.uid] if f.inverse]
        shown = f"{shape.shown}." if isinstance(shape, Record) and shape.shown else ""
        if not names:
            return None
        return message("Lists here are: {known}.", known=", ".join(f"{shown}{name}" for name in names[:6]))

    def bind(self, target: nodes.Node, shape: Shape) -> None:
        if isinstance(target, nodes.Name):
            self.scopes.set(str(target.name), shape)
            return
        for index, each in enumerate(getattr(target, "items", ())):
            inner: Shape = ANYTHING
            if isinstance(shape, Group):
                inner = (shape.key, shape.items)[index] if index < 2 else ANYTHING
            self.bind(each, inner)

    def condition(self, node: nodes.If) -> None:
        self.touch(self.shape(node.test))
        self.statements(node.body)
        for each in node.elif_:
            self.condition(each)
        self.statements(node.else_)

    def assign(self, node: nodes.Assign) -> None:
        shape = self.shape(node.node)
        if isinstance(node.target, nodes.NSRef):
            self.touch(shape)
        else:
            self.bind(node.target, shape)

    def assign_block(self, node: nodes.AssignBlock) -> None:
        self.statements(node.body)
        self.bind(node.target, TEXT)

    def with_(self, node: nodes.With) -> None:
        shapes = [self.shape(each) for each in node.values]
        self.scopes.enter()
        for target, shape in zip(node.targets, shapes, strict=True):
            self.bind(target, shape)
        self.statements(node.body)
        self.scopes.leave()

    def macro(self, node: nodes.Macro | nodes.CallBlock) -> None:
        if isinstance(node, nodes.CallBlock):
            self.shape(node.call)
        for each in node.defaults:
            self.touch(self.shape(each))
        self.scopes.enter()
        for argument in node.args:
            self.scopes.set(str(argument.name), ANYTHING)
        for name in ("caller", "varargs", "kwargs"):
            self.scopes.set(name, ANYTHING)
        self.statements(node.body)
        self.scopes.leave()
        if isinstance(node, nodes.Macro):
            self.scopes.set(str(node.name), ANYTHING)

    def filter_block(self, node: nodes.FilterBlock) -> None:
        self.statements(node.body)
        self.filtered(node.filter)


_STATEMENTS: Mapping[str, Callable[[Analysis, Any], None]] = {
    "Output": Analysis.output, "For": Analysis.loop, "If": Analysis.condition, "Assign": Analysis.assign,
    "AssignBlock": Analysis.assign_block, "With": Analysis.with_, "Macro": Analysis.macro,
    "CallBlock": Analysis.macro, "FilterBlock": Analysis.filter_block,
}  # fmt: skip
