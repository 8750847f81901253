"""Generated roles: grants with rules, checks, stages and sets of fields, made from a number that names them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from metamodel.expression import Scope, parse_expression
from metamodel.expression.tree import Expression
from metamodel.expression.types import BOOLEAN
from metamodel.model import Entity, Grant, Model
from tests.doors.yard import ROLES

RULES: Mapping[str, Sequence[str]] = {
    "work": ["owner = me", "owner.department IN my.departments", "stage = 'done'", "org.big", "org.boss = me",
             "EXISTS(parts WHERE price > 0)", "kind = 'rush'", "watchers CONTAINS me", "peers IS NOT NULL",
             "owner IN my.subordinates", "EXISTS(remarks WHERE about IS NOT NULL)", "EXISTS(tasks WHERE owner = me)"],
    "org": ["boss = me", "big", "COUNT(works) > 1", "EXISTS(works WHERE owner = me)", "boss IS NULL"],
    "part": ["work.owner = me", "maker.big", "maker IS NULL", "work.kind = 'rush'"],
    "task": ["owner = me", "work.owner = me", "work.org.big", "held_on IS NOT NULL AND owner IS NULL"],
    "remark": ["about AS work.owner = me", "about AS org.big", "about AS work IS NULL"],
    "comment": ["about AS work.owner = me", "about AS org IS NOT NULL"],
    "attachment": ["about AS work.owner = me"],
    "user": ["id = me", "department IN my.departments", "id IN my.subordinates"],
    "department": ["id IN my.departments", "parent IS NULL"],
}  # fmt: skip
ACTS = (
    ("read",),
    ("read",),
    ("show",),
    ("read", "update"),
    ("update", "move"),
    ("create",),
    ("delete",),
    ("read", "create", "update", "delete", "move", "export", "import"),
    ("hand",),
    ("sweep",),
    ("reveal",),
    ("print",),
    ("read", "print"),
)


def rule(chance: random.Random, model: Model, entity: Entity) -> Expression | None:
    """No rule, one of the pool, two put together, or the opposite of one."""
    pool = RULES[entity.name]
    kind = chance.randrange(6)
    text = chance.choice(pool)
    if kind < 2:
        return None
    if kind == 4:
        text = f"({text}) {chance.choice(('AND', 'OR'))} ({chance.choice(pool)})"
    if kind == 5:
        text = f"NOT ({text})"
    return parse_expression(text, Scope(model=model, entity=entity.uid, expect=BOOLEAN))


def field_set(chance: random.Random, entity: Entity) -> frozenset[str] | None:
    """All fields, some of them, or all but some."""
    if chance.randrange(3) == 0:
        return None
    every = sorted(f.uid for f in entity.fields if not f.system)
    named = frozenset(chance.sample(every, chance.randint(0, min(6, len(every)))))
    return named if chance.random() < 0.4 else frozenset(every) - named


def grant(chance: random.Random, model: Model, entity: Entity, actions: tuple[str, ...]) -> Grant:
    """One grant of these actions."""
    writes = set(actions) & {"update", "move", "delete"}
    stages = None
    if entity.stages is not None and writes and chance.randrange(3) == 0:
        every = [s.uid for p in entity.stages.pipelines for s in p.stages]
        stages = frozenset(chance.sample(every, chance.randint(1, len(every))))
    checked = set(actions) & {"create", "update", "move"} and chance.randrange(3) == 0
    own = {"hand": "work", "sweep": "work"}
    if set(actions) & set(own) and entity.name != "work":
        actions = ("read",)
    named = {a.name: a.right for a in model.actions.values()}
    return Grant(
        entity=entity.uid,
        actions=frozenset(named.get(a, a) for a in actions),
        rows=rule(chance, model, entity) if set(actions) != {"create"} else None,
        check=rule(chance, model, entity) if checked else None,
        stages=stages,
        fields=field_set(chance, entity),
    )


def grants(seed: int, model: Model) -> dict[str, tuple[Grant, ...]]:
    """By role, what the number gives it."""
    chance = random.Random(seed)
    found: dict[str, tuple[Grant, ...]] = {}
    for role in ROLES:
        given = []
        for name in RULES:
            entity = model.entities[name]
            for _ in range(chance.choice((0, 1, 1, 2, 3) if name == "work" else (0, 0, 1, 1, 2))):
                given.append(grant(chance, model, entity, chance.choice(ACTS)))
        found[role] = (grant(chance, model, model.entities["work"], ("read",)), *given)
    return found
