"""Names of templates, found in scopes, in the model and behind points."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes

from core.documents.checking.members import shape_of
from core.documents.checking.shapes import (
    ANYTHING,
    NUMBER,
    TEXT,
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
from core.documents.checking.telling import Telling, every, said
from core.documents.needs import is_called, member, near_label
from core.documents.vocabulary import JINJA_FUNCTIONS, OF_DOCUMENT, TEXT_METHODS
from metamodel.errors import suggestion
from metamodel.messages import Message, message
from metamodel.model import Entity

_PARTS_OF = {"date": ("year", "month", "day"), "time": ("hour", "minute", "second")}
_OF_FILES = ("name", "size", "type")


class Naming(Telling):
    """What a name stands for, and a name behind a point."""

    def touch(self, shape: Shape) -> None:
        """Note that a value is read as it stands."""
        for each in every(shape):
            if isinstance(each, Value | Record | Several):
                each.touch()

    def name(self, node: nodes.Name) -> Shape:
        name = str(node.name)
        known = self.scopes.get(name)
        if known is not None:
            return known
        if name == "doc":
            self.roots.add(name)
            return Words(name="doc", known=OF_DOCUMENT)
        if name == "my":
            self.roots.add(name)
            user = self.model.entities["user"]
            return Record(entity=user, reads=lambda: self.mine, touch=self._mine_titled, shown="my")
        if name == "record":
            self.roots.add(name)
            return self.record
        if member(self.model, self.entity, name) is not None:
            return self.member(node, self.record, node.name)
        if is_called(self.entity, name):
            self.roots.add(name)
            self.refer(node, node.name, "entity", self.entity.uid, "")
            return self.record
        if name in JINJA_FUNCTIONS:
            return Function(name=name)
        return self.no_root(node, name)

    def _mine_titled(self) -> None:
        self.mine.titled = True

    def no_root(self, node: nodes.Name, name: str) -> Shape:
        if name == "loop":
            return self.tell(node, "unknown", message("“loop” is known within a repetition only"))
        if name.startswith("_"):
            return self.tell(node, "forbidden", message("Names that begin with _ are closed to templates"))
        known = [*self.names(self.entity), self.entity.name, "doc", "my", *self.scopes.names()]
        near = suggestion(name, known) or near_label(self.entity, name)
        hint, repair = self.instead(node, node.name, near)
        why = message("There is no field “{name}”", name=name)
        return self.tell(node, "unknown", why, hint or self.far(name), repair)

    def far(self, name: str) -> Message | None:
        """Where else a field of that name is: one link away."""
        for field in self.entity.fields:
            target = self.model.entity_by_uid.get(field.target or "") if field.result.kind == "link" else None
            if target is not None and not field.system and name in target.by_name:
                return message("Perhaps “{path}” is meant.", path=f"{field.name}.{name}")
        return None

    def names(self, entity: Entity) -> list[str]:
        """What a record of the entity is asked for."""
        own = [f.name for f in entity.fields if f.type.name != "secret"]
        return own + [f.inverse for _, f in self.model.links_to[entity.uid] if f.inverse]

    def member(self, node: nodes.Node, owner: Record, name: str, *, quoted: bool = False) -> Shape:
        """A field of a record, or records that link to it."""
        found = member(self.model, owner.entity, str(name))
        if found is None:
            return self.no_member(node, owner, name)
        if found.field.type.name == "secret" and not found.inverse:
            why = message("“{name}” is a secret: no document shows it", name=str(name))
            return self.tell(node, "secret", why)
        uid, kind = found.field.uid, "inverse" if found.inverse else "field"
        (self.refer_text if quoted else self.refer)(node, name, kind, uid, owner.entity.uid)
        return shape_of(self.model, found, str(name), owner)

    def no_member(self, node: nodes.Node, owner: Record, name: str) -> Shape:
        if name.startswith("_"):
            return self.tell(node, "forbidden", message("Names that begin with _ are closed to templates"))
        near = suggestion(str(name), self.names(owner.entity)) or near_label(owner.entity, name)
        hint, repair = self.instead(node, name, near)
        if near is not None and (field := owner.entity.by_name.get(near)) is not None:
            hint = message(
                "{entity} has “{label}”: {near}.", entity=owner.entity.label, label=field.label, near=near
            )
        why = message("{entity} has no field “{name}”", entity=owner.entity.label, name=str(name))
        return self.tell(node, "unknown", why, hint, repair)

    def attribute(self, node: nodes.Node, name: str, of: Shape, *, quoted: bool = False) -> Shape:
        if name.startswith("_"):
            return self.tell(node, "forbidden", message("Names that begin with _ are closed to templates"))
        each = list(every(of))
        before = len(self.faults)
        found = [self.one_attribute(node, name, one, quoted) for one in each]
        good = [one for one in found if not isinstance(one, Wrong)]
        if good and len(good) < len(found):
            del self.faults[before:]  # one of several has it
        elif len(each) > 1:
            del self.faults[before + 1 :]
        return either(*(good or found))

    def one_attribute(self, node: Any, name: str, of: Shape, quoted: bool) -> Shape:
        match of:
            case Record():
                return self.member(node, of, name, quoted=quoted)
            case Words():
                if name in of.known:
                    return _of_words(of, name)
                hint, repair = self.instead(node, name, suggestion(name, of.known))
                why = message("“{word}” has no “{name}”", word=of.name, name=str(name))
                return self.tell(
                    node,
                    "unknown",
                    why,
                    hint or message("It has: {known}.", known=", ".join(of.known)),
                    repair,
                )
            case Group():
                return {"grouper": of.key, "list": of.items}.get(str(name)) or ANYTHING
            case Value():
                return self.of_value(node, name, of)
            case Several():
                why = message(
                    "“{name}” is a list: its records are named within a repetition only", name=of.shown
                )
                return self.tell(node, "list", why, message("For instance {example}",
                                 example=f"{{% for x in {of.shown} %}}{{{{ x.{name} }}}}{{% endfor %}}"))  # fmt: skip
        return of if isinstance(of, Wrong) else ANYTHING

    def of_value(self, node: Any, name: str, of: Value) -> Shape:
        of.touch()
        if of.field is not None and of.field.type.name in ("file", "files", "image") and name in _OF_FILES:
            return TEXT
        if any(name in _PARTS_OF.get(kind, ()) for kind in of.kinds):
            return NUMBER
        if (name in TEXT_METHODS and of.kinds <= {"text"}) or (
            name == "strftime" and of.kinds & {"date", "time"}
        ):
            return Function(name=str(name))
        if not of.kinds:
            return ANYTHING
        why = message("“{name}” is one value: nothing stands behind a point", name=of.shown or said(node))
        hint = (
            message("A filter, perhaps: {example}", example=f"{of.shown}|date")
            if of.kinds & {"date"}
            else None
        )
        return self.tell(node, "unknown", why, hint)


def _of_words(of: Words, name: str) -> Shape:
    if of.name == "doc":
        return Value(kinds=frozenset({"date"} if name == "date" else {"text"}), shown=f"doc.{name}")
    return Function(name=f"loop.{name}") if name in ("cycle", "changed") else ANYTHING
