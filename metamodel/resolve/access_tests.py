"""Access tests, resolved: every role, entity, field, stage, action and name in them found, or told by its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metamodel.access_test_definitions import AccessTestDefinition, TestsDefinition, VerdictsDefinition
from metamodel.access_tests import ME, OTHER, AccessTest, AccessTests, Fixture, Verdicts
from metamodel.actions import Action
from metamodel.definitions import Document
from metamodel.errors import unknown
from metamodel.messages import message
from metamodel.model import ACTIONS, Entity, Field, Model, Role
from metamodel.names import SYSTEM_SOLUTION
from metamodel.resolve.faults import Faults, Spot

_NOT_ASKED = frozenset(("show", "configure"))
"""Rights that are no action on a record: cells are asked as ``read``, the configuration by nobody of a test."""


def make_tests(
    document: Document,
    entities: Mapping[str, Entity],
    roles: Mapping[str, Role],
    actions: Mapping[str, Action],
    faults: Faults,
) -> dict[str, AccessTests]:
    """The tests by the name of their definition."""
    made: dict[str, AccessTests] = {}
    for index, written in enumerate(document.tests):
        spot = Spot("tests", index, written)
        if written.name in made:
            why = message("there are other tests “{name}”", name=written.name)
            faults.add(spot.under("name"), "KBK1003", why)
            continue
        resolver = _Resolver(entities, roles, actions, faults)
        tests = [resolver.test(each, spot.under("tests", n)) for n, each in enumerate(written.tests)]
        made[written.name] = AccessTests(
            uid=written.uid, name=written.name, solution=written.solution,
            tests=tuple(test for test in tests if test is not None),
        )  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class _Resolver:
    entities: Mapping[str, Entity]
    roles: Mapping[str, Role]
    actions: Mapping[str, Action]
    faults: Faults

    def test(self, written: AccessTestDefinition, spot: Spot) -> AccessTest | None:
        entity = self.entity(written.entity, spot.under("entity"))
        self.shape(written, spot)
        if entity is None:
            return None
        names = [ME, OTHER]
        given = [self.fixture(each, names, spot.under("with", n)) for n, each in enumerate(written.given)]
        user = self.entities.get("user")
        return AccessTest(
            label=written.label,
            entity=entity.uid,
            roles=self.role_uids(written.roles or (), spot.under("roles")),
            user=written.user,
            me=self.values(user, written.me or {}, names, spot.under("me")) if user else {},
            given=tuple(each for each in given if each is not None),
            record=self.values(entity, written.record or {}, names, spot.under("record")),
            by=self.key(entity, written.by, spot.under("by")),
            allow=self.verdicts(entity, written.allow, spot.under("allow")),
            deny=self.verdicts(entity, written.deny, spot.under("deny")),
        )

    def shape(self, written: AccessTestDefinition, spot: Spot) -> None:
        """What belongs to a made person or record does not go with a real one."""
        if (written.roles is None) == (written.user is None):
            self.faults.add(spot, "KBK1001", message("either roles or the login of a user are expected"))
        if written.user is not None and written.me:
            why = message("the values of a real person are their own: “me” goes with roles")
            self.faults.add(spot.under("me"), "KBK1005", why)
        if written.record is not None and written.by is not None:
            why = message("either a record to be made or “by” with a field of one that is there")
            self.faults.add(spot.under("by"), "KBK1001", why)
        asked = [v for v in (written.allow, written.deny) if v is not None]
        if not any(v.actions or v.read or v.write or v.move for v in asked):
            self.faults.add(spot, "KBK1001", message("say what is to be allowed or denied"))
        everything = [name for name in written.roles or () if (r := self.roles.get(name)) and r.everything]
        if everything and written.deny is not None:
            why = message("the role “{name}” may everything", name=everything[0])
            self.faults.add(spot.under("deny"), "KBK1005", why)

    def entity(self, name: str, spot: Spot) -> Entity | None:
        found = self.entities.get(name)
        if found is None:
            self.faults.add(spot, "KBK1002", unknown("there is no entity “{name}”", name, self.entities))
        return found

    def role_uids(self, names: Sequence[str], spot: Spot) -> tuple[str, ...]:
        for index, name in enumerate(names):
            if name not in self.roles:
                why = unknown("there is no role “{name}”", name, self.roles)
                self.faults.add(spot.under(index), "KBK1002", why)
        return tuple(self.roles[name].uid for name in names if name in self.roles)

    def fixture(self, written: Any, names: list[str], spot: Spot) -> Fixture | None:
        """A record of the test; it may name those before it."""
        entity = self.entity(written.entity, spot.under("entity"))
        if written.name in names:
            self.faults.add(
                spot.under("name"), "KBK1003", message("“{name}” stands twice", name=written.name)
            )
        if entity is not None and entity.solution == SYSTEM_SOLUTION and entity.name in ("role", "file"):
            why = message("a test cannot make records of “{name}”", name=entity.name)
            self.faults.add(spot.under("entity"), "KBK1005", why)
        values = self.values(entity, written.values or {}, names, spot.under("values")) if entity else {}
        names.append(written.name)
        return None if entity is None else Fixture(name=written.name, entity=entity.uid, values=values)

    def values(
        self, entity: Entity | None, written: Mapping[str, Any], names: Sequence[str], spot: Spot
    ) -> dict[str, Any]:
        made = {}
        for name, value in written.items():
            field = self.field(entity, name, spot.under(name)) if entity is not None else None
            if field is None:
                continue
            if not field.writable and field.type.name != "children":
                why = message("“{field}” is kept by the system", field=field.label)
                self.faults.add(spot.under(name), "KBK1005", why)
            made[field.uid] = self.value(field, value, names, spot.under(name))
        return made

    def value(self, field: Field, value: Any, names: Sequence[str], spot: Spot) -> Any:
        if field.type.name == "children" and isinstance(value, list):
            child = next((e for e in self.entities.values() if e.uid == field.target), None)
            return [
                self.values(child, each, names, spot.under(n)) if isinstance(each, Mapping) else each
                for n, each in enumerate(value)
            ]
        if field.choices:
            self.choices(field, value, spot)
        if field.target is not None or field.targets:
            self.names(value, names, spot)
        return value

    def choices(self, field: Field, value: Any, spot: Spot) -> None:
        known = [choice.name for choice in field.choices]
        for index, name in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(name, str) and name not in known:
                place = spot if index is None else spot.under(index)
                self.faults.add(place, "KBK1002", unknown("there is no choice “{name}”", name, known))

    def names(self, value: Any, names: Sequence[str], spot: Spot) -> None:
        """A text in a link names a person or a record of the test."""
        for index, name in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(name, str) and name not in names:
                place = spot if index is None else spot.under(index)
                self.faults.add(
                    place, "KBK1002", unknown("the test has no record or person “{name}”", name, names)
                )

    def field(self, entity: Entity, name: str, spot: Spot) -> Field | None:
        found = entity.by_name.get(name)
        if found is None:
            known = [f.name for f in entity.fields if not f.system]
            self.faults.add(spot, "KBK1002", unknown("there is no field “{name}”", name, known))
        return found

    def key(self, entity: Entity, written: Mapping[str, Any] | None, spot: Spot) -> tuple[str, Any] | None:
        if written is None:
            return None
        if len(written) != 1:
            self.faults.add(spot, "KBK1001", message("one field with its value is expected"))
            return None
        ((name, value),) = written.items()
        field = self.field(entity, name, spot.under(name))
        if field is None:
            return None
        if field.uid != "id" and not field.unique:
            why = message("“{field}” is not unique: many records may have the value", field=field.label)
            self.faults.add(spot.under(name), "KBK1005", why)
        return field.uid, value

    def verdicts(self, entity: Entity, written: VerdictsDefinition | None, spot: Spot) -> Verdicts:
        if written is None:
            return Verdicts()
        return Verdicts(
            actions=tuple(self.rights(entity, written.actions, spot.under("actions"))),
            read=tuple(self.field_uids(entity, written.read, spot.under("read"))),
            write=tuple(self.field_uids(entity, written.write, spot.under("write"))),
            move=tuple(self.stages(entity, written.move, spot.under("move"))),
        )

    def rights(self, entity: Entity, names: Sequence[str], spot: Spot) -> Iterable[str]:
        own = {a.name: a.right for a in self.actions.values() if a.entity == entity.uid}
        known = [name for name in ACTIONS if name not in _NOT_ASKED]
        for index, name in enumerate(names):
            if name not in own and name not in known:
                why = unknown("“{name}” is no right and no action of the entity", name, [*known, *own])
                self.faults.add(spot.under(index), "KBK1002", why)
            yield own.get(name, name)

    def field_uids(self, entity: Entity, names: Sequence[str], spot: Spot) -> Iterable[str]:
        for index, name in enumerate(names):
            found = self.field(entity, name, spot.under(index))
            if found is not None:
                yield found.uid

    def stages(self, entity: Entity, names: Sequence[str], spot: Spot) -> Iterable[str]:
        if names and entity.stages is None:
            self.faults.add(
                spot, "KBK1005", message("the entity “{entity}” has no stages", entity=entity.name)
            )
            return
        stages = [s for p in entity.stages.pipelines for s in p.stages] if entity.stages else []
        for index, name in enumerate(names):
            found = next((s for s in stages if s.name == name), None)
            if found is None:
                why = unknown("there is no stage “{name}”", name, [s.name for s in stages])
                self.faults.add(spot.under(index), "KBK1002", why)
            else:
                yield found.uid


def resolve_test(model: Model, written: AccessTestDefinition) -> AccessTest | None:
    """One test against a model that is there; None when something in it does not fit."""
    faults = Faults()
    definition = TestsDefinition(name="one", tests=(written,))
    resolver = _Resolver(model.entities, model.roles, model.actions, faults)
    made = resolver.test(written, Spot("tests", 0, definition, ("tests", 0)))
    return None if faults.found else made
