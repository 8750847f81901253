"""Single changes of a model, as the configurator posts them, put into a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from core.errors import KubikError
from core.solutions.targets import LOCAL
from metamodel.definitions import KINDS
from metamodel.errors import Problem, unknown
from metamodel.messages import Message, message
from metamodel.names import SYSTEM_SOLUTION

MOST_CHANGES = 1_000

_LISTS = {
    "solution": "solutions", "entity": "entities", "extension": "extensions", "action": "actions", "role": "roles", "view": "views",
    "report": "reports", "document": "documents", "menu": "menus", "tests": "tests",
}  # fmt: skip
_INSIDE = ("field", "choice", "stage", "constraint")
_OPS = ("add", "change", "rename", "drop")


def with_changes(document: Mapping[str, Any], changes: Any) -> dict[str, Any]:
    """The document with these changes made one after another.

    Each is ``{"op": "add" | "change" | "rename" | "drop", "kind": …, "target": …, "definition": {…}, "name": …}``.
    ``target`` is the thing itself (`deal`, `deal.amount`, `deal.stage.won`; a constraint by its uid, `deal.<uid>`);
    for `add` it is what the thing is added to (`deal`, `deal.source`) and is left out for whole definitions. A
    ``definition`` of `change` holds the keys that change; null takes one away. KBK1001 and KBK1002 point at
    ``/changes/3/target``.
    """
    made: dict[str, Any] = {kind: deepcopy(list(document.get(kind, ()))) for kind in KINDS}
    if not isinstance(changes, list | tuple) or len(changes) > MOST_CHANGES:
        raise _fault(
            "/changes", "KBK1001", message("a list of at most {most} changes is expected", most=MOST_CHANGES)
        )
    for number, change in enumerate(changes):
        _Edit(made, change, f"/changes/{number}").make()
    return made


def _fault(pointer: str, code: str, why: Message) -> KubikError:
    return KubikError(code, errors=[Problem(pointer=pointer, code=code, message=why)])


class _Edit:
    def __init__(self, document: dict[str, Any], change: Any, at: str) -> None:
        self.document, self.change, self.at = document, change, at

    def make(self) -> None:
        if not isinstance(self.change, Mapping):
            raise _fault(self.at, "KBK1001", message("an object with op, kind and target is expected"))
        op = self.one_of("op", _OPS)
        kind = self.one_of("kind", (*_LISTS, *_INSIDE))
        for key in self.change:
            if key not in ("op", "kind", "target", "definition", "name"):
                raise _fault(
                    f"{self.at}/{key}", "KBK1001", message("there is no key “{key}” here", key=str(key)[:100])
                )
        if op == "add":
            self.siblings_to_add(kind).append(dict(self.definition()))
            return
        items, item = self.find(kind)
        if op == "drop" and "pipelines" in item:
            next(
                part
                for part in self.document["entities"] + self.document["extensions"]
                if part.get("stages") is item
            ).pop("stages")
        elif op == "drop":
            items.remove(item)
        elif op == "rename":
            item["field" if "pipelines" in item else "name"] = self.text("name")
        else:
            for key, value in self.definition().items():
                if key == "uid" and value != item.get("uid"):
                    raise _fault(f"{self.at}/definition/uid", "KBK1001", message("a uid never changes"))
                if value is None:
                    item.pop(key, None)
                else:
                    item[key] = value

    def one_of(self, key: str, known: Sequence[str]) -> str:
        value = self.change.get(key)
        if value not in known:
            why = unknown("“{name}” is not allowed here", str(value)[:100], known)
            raise _fault(f"{self.at}/{key}", "KBK1001", why)
        return str(value)

    def text(self, key: str) -> str:
        value = self.change.get(key)
        if not isinstance(value, str) or not value:
            raise _fault(f"{self.at}/{key}", "KBK1001", message("a text is expected"))
        return value

    def definition(self) -> Mapping[str, Any]:
        value = self.change.get("definition")
        if not isinstance(value, Mapping):
            raise _fault(f"{self.at}/definition", "KBK1001", message("an object is expected"))
        return value

    def unknown(self, name: str, known: Sequence[str]) -> KubikError:
        return _fault(f"{self.at}/target", "KBK1002", unknown("there is no “{name}”", name[:100], known))

    def siblings_to_add(self, kind: str) -> list[Any]:
        """The list that a new thing goes into."""
        if kind in _LISTS:
            found: list[Any] = self.document[_LISTS[kind]]
            return found
        entity, _, rest = self.text("target").partition(".")
        if kind in ("field", "constraint"):
            owner = self.owner_of_additions(entity)
            items: list[Any] = owner.setdefault("fields" if kind == "field" else "constraints", [])
            return items
        return self.choices(entity, rest.partition(".")[0])[-1]

    def owner_of_additions(self, entity: str) -> dict[str, Any]:
        """The entity itself; of the system's an extension by what is configured in place."""
        found = self.named(self.document["entities"], entity)
        if found.get("solution") != SYSTEM_SOLUTION:
            return found
        name = f"{LOCAL}_{entity}"
        extension = next((e for e in self.document["extensions"] if e["name"] == name), None)
        if extension is None:
            extension = {"name": name, "extends": entity, "solution": LOCAL}
            self.document["extensions"].append(extension)
            if all(s["name"] != LOCAL for s in self.document["solutions"]):
                self.document["solutions"].append({"name": LOCAL, "label": {"ru": "Своё", "en": "Own"}})
        return extension

    def named(self, items: Sequence[Any], name: str, key: str = "name") -> dict[str, Any]:
        found = next((item for item in items if item.get(key) == name), None)
        if found is None:
            raise self.unknown(name, [str(item.get(key)) for item in items])
        return dict(found) if not isinstance(found, dict) else found

    def parts(self, entity: str) -> list[dict[str, Any]]:
        """The entity and its extensions: where its fields may stand."""
        self.named(self.document["entities"], entity)
        own = [e for e in self.document["entities"] if e["name"] == entity]
        return own + [e for e in self.document["extensions"] if e["extends"] == entity]

    def find(self, kind: str) -> tuple[list[Any], dict[str, Any]]:
        """The thing, and the list it stands in."""
        target = self.text("target")
        if kind in _LISTS:
            items: list[Any] = self.document[_LISTS[kind]]
            return items, self.named(items, target)
        entity, _, rest = target.partition(".")
        if kind == "constraint":
            return self.in_lists(
                [p.get("constraints", []) for p in self.parts(entity)], rest, lambda c: c.get("uid")
            )
        if kind == "field":
            for part in self.parts(entity):
                if part.get("stages") and part["stages"].get("field", "stage") == rest:
                    return [], part["stages"]
            return self.in_lists(
                [p.get("fields", []) for p in self.parts(entity)], rest, lambda f: f.get("name")
            )
        field, _, choice = rest.partition(".")
        return self.in_lists(self.choices(entity, field), choice, lambda c: c.get("name"))

    def in_lists(
        self, lists: Sequence[list[Any]], name: str, of: Callable[[Any], Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        for items in lists:
            for item in items:
                if of(item) == name:
                    return items, item
        raise self.unknown(name, [str(of(item)) for items in lists for item in items])

    def choices(self, entity: str, field: str) -> list[list[Any]]:
        """The lists of choices of a field; of stages one a pipeline."""
        for part in self.parts(entity):
            stages = part.get("stages")
            if stages and stages.get("field", "stage") == field:
                return [pipeline["stages"] for pipeline in stages["pipelines"]]
            for item in part.get("fields", ()):
                if item["name"] == field and item["type"] in ("choice", "choices"):
                    found: list[Any] = item.setdefault("choices", [])
                    return [found]
        raise self.unknown(f"{entity}.{field}", ())
