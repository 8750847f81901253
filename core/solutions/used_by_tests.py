"""What access tests name: roles, entities, fields, stages, choices, actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.solutions.use import Naming, Use
from metamodel.model import Entity, Field

Path = tuple[str | int, ...]


class TestWalker(Naming):
    """Walks the definitions of access tests."""

    __test__ = False

    def tests(self, index: int, item: Mapping[str, Any]) -> Iterator[Use]:
        """The uses of one definition, which resolved."""
        for number, test in enumerate(item["tests"]):
            at: Path = ("tests", index, "tests", number)
            entity = self.model.entities[test["entity"]]
            yield self.use("tests", item["name"], (*at, "entity"), entity.uid)
            for place, role in enumerate(test.get("roles", ())):
                yield self.use("tests", item["name"], (*at, "roles", place), self.model.roles[role].uid)
            yield from self.values(item["name"], self.model.entities["user"], test.get("me"), (*at, "me"))
            for place, fixture in enumerate(test.get("with", ())):
                path = (*at, "with", place)
                of = self.model.entities[fixture["entity"]]
                yield self.use("tests", item["name"], (*path, "entity"), of.uid)
                yield from self.values(item["name"], of, fixture.get("values"), (*path, "values"))
            for key in ("record", "by"):
                yield from self.values(item["name"], entity, test.get(key), (*at, key))
            for key in ("allow", "deny"):
                yield from self.verdicts(item["name"], entity, test.get(key, {}), (*at, key))

    def verdicts(self, name: str, entity: Entity, asked: Mapping[str, Any], at: Path) -> Iterator[Use]:
        stages = [s for p in entity.stages.pipelines for s in p.stages] if entity.stages else []
        known = {
            "actions": {a.name: a.uid for a in self.model.actions_of[entity.uid]},
            "read": {f.name: f.uid for f in entity.fields},
            "write": {f.name: f.uid for f in entity.fields},
            "move": {s.name: s.uid for s in stages},
        }
        for key, uids in known.items():
            for place, each in enumerate(asked.get(key, ())):
                if each in uids:
                    yield self.use("tests", name, (*at, key, place), uids[each])

    def values(self, name: str, entity: Entity, values: Any, at: Path) -> Iterator[Use]:
        for key, value in (values or {}).items():
            field = entity.by_name.get(key)
            if field is not None:
                yield self.use("tests", name, (*at, key), field.uid, *self.chosen(field, value))
                if field.type.name == "children" and isinstance(value, list):
                    child = self.model.entity_by_uid[field.target or ""]
                    for place, row in enumerate(value):
                        yield from self.values(name, child, row, (*at, key, place))

    def chosen(self, field: Field, value: Any) -> list[str]:
        names = value if isinstance(value, list) else [value]
        return [choice.uid for choice in field.choices if choice.name in names]
