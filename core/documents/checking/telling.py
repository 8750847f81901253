"""An analysis as it grows: its faults, what is read, the places of names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from jinja2 import nodes

from core.documents.checking.faults import Fault, Kind, Ref, Repair
from core.documents.checking.parsing import At, Quoted
from core.documents.checking.scopes import Scopes
from core.documents.checking.shapes import (
    WRONG,
    Either,
    Reads,
    Record,
    Shape,
    Wrong,
)  # fmt: skip
from core.documents.checking.syntax import fault
from core.documents.checking.written import Written
from core.documents.needs import Needs
from metamodel.messages import Message, message
from metamodel.model import Entity, Model


class Telling:
    """What an analysis keeps, and how a fault or a name is noted."""

    def __init__(self, model: Model, entity: Entity) -> None:
        self.model, self.entity = model, entity
        self.reads, self.mine = Reads(), Reads()
        self.faults: list[Fault] = []
        self.refs: list[Ref] = []
        self.roots: set[str] = set()
        self.lines: Sequence[Written | None] = ()
        self.scopes = Scopes()
        self.record = Record(entity=entity, reads=lambda: self.reads, touch=self._titled)

    def _titled(self) -> None:
        self.reads.titled = True

    @property
    def needs(self) -> Needs:
        """What was found to be read."""
        found = self.reads.needs()
        mine = self.mine.needs() if self.mine.fields or self.mine.titled else None
        return Needs(found.fields, titled=found.titled, my=mine)

    def at(self, node: nodes.Node) -> Written | None:
        return self.lines[node.lineno - 1] if 0 < node.lineno <= len(self.lines) else None

    def tell(
        self,
        node: nodes.Node,
        kind: Kind,
        why: Message,
        hint: Message | None = None,
        repair: Repair | None = None,
    ) -> Wrong:
        written = self.at(node)
        if written is not None:
            self.faults.append(fault(written.tag, kind, why, hint, repair))
        return WRONG

    def spot(self, node: nodes.Node, name: str) -> tuple[Written, int, int] | None:
        """Where a name stands in the text of its tag."""
        written = self.at(node)
        if written is None or not isinstance(name, At):
            return None
        start = name.column + written.shift
        return (
            (written, start, start + len(name))
            if written.tag.text[start : start + len(name)] == name
            else None
        )

    def instead(self, node: nodes.Node, name: str, near: str | None) -> tuple[Message | None, Repair | None]:
        """The hint and the repair of a mistaken name."""
        if near is None:
            return None, None
        found = self.spot(node, name)
        hint = message("Did you mean “{near}”?", near=near)
        if found is None:
            return hint, None
        written, start, end = found
        text = written.tag.text[:start] + near + written.tag.text[end:]
        return hint, Repair(words=message("Change to {text}", text=near), texts={written.tag.number: text})

    def refer(self, node: nodes.Node, name: str, kind: Any, uid: str, owner: str) -> None:
        found = self.spot(node, name)
        if found is not None:
            written, start, end = found
            self.refs.append(
                Ref(number=written.tag.number, start=start, end=end, kind=kind, uid=uid, owner=owner)
            )

    def refer_text(self, node: nodes.Node, text: str, kind: Any, uid: str, owner: str) -> None:
        """A name that stands in quotes in its tag, perhaps with others in a path: each place of one is taken once."""
        written = self.at(node)
        if written is None:
            return
        whole, inside = (text.whole, text.offset) if isinstance(text, Quoted) else (text, 0)
        for found in re.finditer(rf"(['\"]){re.escape(whole)}\1", written.tag.text):
            number, start = written.tag.number, found.start() + 1 + inside
            if all((ref.number, ref.start) != (number, start) for ref in self.refs):
                self.refs.append(
                    Ref(number=number, start=start, end=start + len(text), kind=kind, uid=uid, owner=owner)
                )
                return


def every(shape: Shape) -> tuple[Shape, ...]:
    return shape.shapes if isinstance(shape, Either) else (shape,)


def said(node: nodes.Node) -> str:
    """An expression in a few words, for a message."""
    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr):
        return f"{said(node.node)}.{node.attr}"
    return str(node.value) if isinstance(node, nodes.Const) else "…"
