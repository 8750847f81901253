"""A model with every way and kind of value that pivots know, its rows in Python, and a pivot by loops over these."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from core import records
from core.access.actor import Actor, system_actor
from core.query.pivot.asking import Axis, Measure
from core.storage.workspace import Transaction
from metamodel.identity import identify
from metamodel.model import Model
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from metamodel.text import fold
from tests import factories

Row = dict[str, Any]
Binding = dict[tuple[str, ...], Row | None]
HIDDEN = ("hidden",)

MODEL = {
    "solution.yaml": "name: wide\nlabel: Wide\n",
    "entities/tag.yaml": """
        name: tag
        fields:
          - {name: name, type: text, required: true}
          - {name: weight, type: decimal, scale: 3}
          - {name: kinds, type: choices, choices: [{name: a}, {name: b}, {name: c}]}
    """,
    "entities/firm.yaml": """
        name: firm
        fields:
          - {name: name, type: text, required: true}
          - {name: tags, type: links, to: tag, inverse: firms}
          - {name: staff, type: integer}
    """,
    "entities/deal.yaml": """
        name: deal
        fields:
          - {name: name, type: text, required: true}
          - {name: firm, type: link, to: firm, inverse: deals}
          - {name: tags, type: links, to: tag, inverse: deals}
          - {name: kinds, type: choices, choices: [{name: x}, {name: y}, {name: z}]}
          - {name: code, type: text}
          - {name: amount, type: money, currency_field: code}
          - {name: due, type: date}
          - {name: about, type: link_any, to: [tag, firm], inverse: mentions}
          - {name: level, type: integer}
          - {name: items, type: children, of: item, through: deal}
    """,
    "entities/item.yaml": """
        name: item
        fields:
          - {name: deal, type: link, to: deal, required: true}
          - {name: tag, type: link, to: tag}
          - {name: pieces, type: decimal, scale: 3}
    """,
    "entities/event.yaml": """
        name: event
        fields:
          - {name: name, type: text, required: true}
          - {name: deal, type: link, to: deal, inverse: events}
          - {name: hours, type: decimal, scale: 1}
    """,
    "roles/some.yaml": """
        name: some
        grants:
          - {entity: tag, actions: [read], rows: "weight > 1", fields: all}
          - {entity: firm, actions: [read], fields: all}
          - {entity: deal, actions: [read], rows: "level < 3", fields: all}
          - {entity: deal, actions: [read], rows: "name = 'D1'", fields: all}
          - {entity: event, actions: [read], rows: "hours > 1", fields: all}
    """,
    "roles/few.yaml": """
        name: few
        grants:
          - {entity: firm, actions: [read], rows: "staff > 2", fields: [name, staff]}
          - {entity: deal, actions: [read], fields: all}
          - {entity: event, actions: [read], fields: all}
    """,
}  # fmt: skip

SIGHT: Mapping[str, Mapping[str, Callable[[Row], bool]]] = {
    "some": {
        "tag": lambda r: r["weight"] is not None and r["weight"] > 1, "firm": lambda r: True, "item": lambda r: True,
        "deal": lambda r: (r["level"] is not None and r["level"] < 3) or fold(r["name"]) == "d1",
        "event": lambda r: r["hours"] is not None and r["hours"] > 1,
    },
    "few": {
        "tag": lambda r: False, "firm": lambda r: r["staff"] is not None and r["staff"] > 2, "item": lambda r: True,
        "deal": lambda r: True, "event": lambda r: True,
    },
    "administrator": dict.fromkeys(("tag", "firm", "deal", "item", "event"), lambda r: True),
}  # fmt: skip
"""Which rows a role sees, as the grants above say."""

LISTS: Mapping[tuple[str, str], str] = {
    ("deal", "tags"): "tag", ("firm", "tags"): "tag", ("deal", "items"): "item", ("deal", "events"): "event",
    ("tag", "deals"): "deal", ("tag", "firms"): "firm", ("firm", "deals"): "deal", ("firm", "mentions"): "deal",
}  # fmt: skip
LINKS = {
    ("deal", "firm"): "firm",
    ("item", "tag"): "tag",
    ("event", "deal"): "deal",
    ("item", "deal"): "deal",
}


def model() -> Model:
    """The resolved model."""
    files = parse_files(MODEL)
    return resolve(identify(factories.together(factories.system_document(), files)), 1)


@dataclass
class Wide:
    """The rows by entity and id."""

    rows: dict[str, dict[int, Row]] = field(default_factory=dict)

    def fill(self, tx: Transaction, seed: int) -> None:
        """Make records, and keep what they hold."""
        draw, system = random.Random(seed), system_actor()
        self.rows = {name: {} for name in ("tag", "firm", "deal", "item", "event")}

        def some(name: str, most: int) -> list[int]:
            return sorted(draw.sample(list(self.rows[name]), draw.randint(0, most)))

        def one(name: str) -> int | None:
            return draw.choice([None, *self.rows[name]])

        def decimal(low: int, high: int, scale: int) -> Decimal | None:
            return None if draw.random() < 0.2 else Decimal(draw.randint(low, high)).scaleb(-scale)

        def add(name: str, values: Row) -> int:
            made = {k: v for k, v in values.items() if v is not None and v != []}
            id = records.create(tx, system, name, made).id
            self.rows[name][id] = {"id": id, **values}
            return int(id)

        for n in range(5):
            kinds = [k for k in "abc" if draw.random() < 0.4]
            add("tag", {"name": f"T{n % 4}", "weight": decimal(-2_000, 4_000, 3), "kinds": kinds})
        for n in range(4):
            add("firm", {"name": f"F{n}", "tags": some("tag", 3), "staff": draw.choice([None, 1, 3, 9])})
        for n in range(24):
            target = draw.choice(["tag", "firm"])
            led = one(target)
            about = None if led is None else {"entity": target, "id": led}
            deal = {
                "name": draw.choice(["D1", "d1", "Ёж", "еж", f"N{n % 3}"]), "firm": one("firm"), "tags": some("tag", 3),
                "kinds": [k for k in "xyz" if draw.random() < 0.4], "code": draw.choice([None, "RUB", "USD", "EUR"]),
                "amount": decimal(-50_000, 900_000, 2),
                "due": draw.choice([None, "2026-01-31", "2026-02-01", "2026-02-03", "2027-01-01"]),
                "about": about, "level": draw.choice([None, 0, 1, 2, 3, 4]),
            }  # fmt: skip
            id = add("deal", deal)
            for _ in range(draw.randint(0, 3)):
                add("item", {"deal": id, "tag": one("tag"), "pieces": decimal(1, 9_999, 3)})
        for n in range(20):
            add("event", {"name": f"E{n}", "deal": one("deal"), "hours": decimal(0, 40, 1)})


@dataclass
class Sight:
    """What a role sees of the rows."""

    wide: Wide
    role: str

    def sees(self, entity: str, id: int | None) -> bool:
        """Whether the row is in sight; items follow their deals."""
        if id is None:
            return False
        row = self.wide.rows[entity][id]
        if entity == "item":
            return self.sees("deal", row["deal"])
        return SIGHT[self.role][entity](row)

    def follow(self, entity: str, row: Row, name: str) -> list[Row]:
        """The rows in sight that a list of a row leads to."""
        target = LISTS[entity, name]
        rows = self.wide.rows[target]
        match (entity, name):
            case (_, "tags"):
                found = [rows[i] for i in row["tags"]]
            case (_, "items") | (_, "events"):
                found = [r for r in rows.values() if r["deal"] == row["id"]]
            case ("tag", _):
                found = [r for r in rows.values() if row["id"] in r["tags"]]
            case ("firm", "deals"):
                found = [r for r in rows.values() if r["firm"] == row["id"]]
            case _:
                about = {"entity": "firm", "id": row["id"]}
                found = [r for r in rows.values() if r["about"] == about]
        return [r for r in found if self.sees(target, r["id"])]

    def linked(self, entity: str, row: Row | None, name: str) -> Row | None:
        """The record in sight that a link of a row leads to."""
        target = LINKS[entity, name]
        id = None if row is None else row[name]
        return self.wide.rows[target][id] if id is not None and self.sees(target, id) else None


@dataclass(frozen=True)
class Steps:
    """A path cut into its lists, and what is asked of the records that they lead to."""

    ways: tuple[str, ...]
    entity: str
    rest: tuple[str, ...]


def cut(path: str) -> Steps:
    """The lists of a path, each with the links before it."""
    ways: list[str] = []
    links: list[str] = []
    here = entity = "deal"
    for name in path.split("."):
        if (here, name) in LISTS:
            ways.append(".".join((*links, name)))
            here = entity = LISTS[here, name]
            links = []
        else:
            links.append(name)
            here = LINKS.get((here, name), here)
    return Steps(tuple(ways), entity, tuple(links))


class Naive:
    """A pivot by loops: every record is met under each combination of what its lists lead to."""

    def __init__(self, wide: Wide, role: str) -> None:
        self.wide, self.sight = wide, Sight(wide, role)

    def met(self, row: Row, paths: Sequence[Steps]) -> Iterator[Binding]:
        """Each way to meet a record: which row every list leads to, None where it leads to none."""
        every = dict.fromkeys(p.ways[: n + 1] for p in paths for n in range(len(p.ways)))
        found: list[Binding] = [{(): row}]
        for ways in sorted(every, key=len):
            found = [{**b, ways: r} for b in found for r in self.reached(b[ways[:-1]], ways) or [None]]
        yield from found

    def reached(self, row: Row | None, ways: tuple[str, ...]) -> Sequence[Row | None]:
        if row is None:
            return []
        entity = "deal" if len(ways) == 1 else cut(".".join(ways[:-1])).entity
        *links, name = ways[-1].split(".")
        for link in links:
            row, entity = self.sight.linked(entity, row, link), LINKS[entity, link]
            if row is None:
                return []
        return self.sight.follow(entity, row, name)

    def end(self, steps: Steps, binding: Binding) -> tuple[str, Row | None, str]:
        """The record whose value a path takes, and the name of the value."""
        entity, row = steps.entity, binding[steps.ways]
        for name in steps.rest[:-1]:
            row, entity = self.sight.linked(entity, row, name), LINKS[entity, name]
        return entity, row, steps.rest[-1] if steps.rest else "id"

    def values(self, axis: Axis, steps: Steps, binding: Binding) -> list[Any]:
        """The keys under which a meeting stands: several for a field of several choices."""
        entity, row, name = self.end(steps, binding)
        value = None if row is None else row[name]
        if name == "kinds":
            return value or [None]
        return [key_of(axis, self.shown(entity, name, value))]

    def shown(self, entity: str, name: str, value: Any) -> Any:
        """The value with links hidden that lead out of sight."""
        if value is None:
            return None
        if name == "about":
            return (value["entity"], value["id"]) if self.sight.sees(value["entity"], value["id"]) else HIDDEN
        if (entity, name) in LINKS:
            return value if self.sight.sees(LINKS[entity, name], value) else HIDDEN
        return value

    def groups(self, rows: Sequence[Axis], columns: Sequence[Axis], values: Sequence[str]) -> dict[Any, Any]:
        """For each group its records and, by path, the records whose values are taken, each once."""
        found: dict[Any, Any] = {} if rows or columns else {((), ()): ({}, {v: {} for v in values})}
        across, down = [cut(a.field) for a in rows], [cut(a.field) for a in columns]
        taken = {path: cut(path) for path in values}
        for row in self.wide.rows["deal"].values():
            if not self.sight.sees("deal", row["id"]):
                continue
            for left, right in itertools.product(self.met(row, across), self.met(row, down)):
                keys = [self.values(a, s, left) for a, s in zip(rows, across, strict=True)]
                heads = [self.values(a, s, right) for a, s in zip(columns, down, strict=True)]
                ends = {}
                for path, steps in taken.items():
                    alone: Binding = {(): row}
                    side = next((b for b in (left, right) if steps.ways[:1] and steps.ways[:1] in b), alone)
                    ends[path] = [self.end(steps, {**side, **more}) for more in self.further(side, steps)]
                for group in itertools.product(itertools.product(*keys), itertools.product(*heads)):
                    records_, owners = found.setdefault(group, ({}, {v: {} for v in values}))
                    records_[row["id"]] = row
                    for path, several in ends.items():
                        for entity, owner, name in several:
                            if owner is not None:
                                owners[path][owner["id"]] = self.amount(entity, owner, name)
        return found

    def further(self, side: Binding, steps: Steps) -> Iterator[Binding]:
        """The meetings by the lists of a value that no key has gone through."""
        found: list[Binding] = [side]
        for n in range(len(steps.ways)):
            ways = steps.ways[: n + 1]
            if ways not in side:
                found = [{**b, ways: r} for b in found for r in self.reached(b[ways[:-1]], ways) or [None]]
        yield from found

    def amount(self, entity: str, row: Row, name: str) -> tuple[Any, str | None]:
        """A value with the currency it is in."""
        return self.shown(entity, name, row[name]), row["code"] if (entity, name) == (
            "deal",
            "amount",
        ) else None


def key_of(axis: Axis, value: Any) -> Any:
    """A value as a key: texts folded, dates and numbers at the beginning of their step."""
    if value is None or value == HIDDEN:
        return value
    if axis.by is not None and axis.field.endswith("due"):
        return (
            f"{value[:7]}-01" if axis.by == "month" else f"{value[:4]}-01-01" if axis.by == "year" else value
        )
    if axis.by is not None:
        size = Decimal(axis.by)
        return (Decimal(value) / size).to_integral_value("ROUND_FLOOR") * size
    return fold(value) if isinstance(value, str) and not axis.field.endswith("due") else value


def told(measure: Measure, group: Any) -> Any:
    """The figure of a group; where currencies vary a list of it by their codes."""
    if measure.field is None:
        return len(group[0])
    owned = dict(sorted(group[1][measure.field].items()))
    if measure.aggregate == "count_distinct":
        return len(
            {fold(v) if isinstance(v, str) else v for v, _ in owned.values() if v not in (None, HIDDEN)}
        )
    money = measure.field.rpartition(".")[2] == "amount"
    if money:
        filled = [(v, c) for v, c in owned.values() if v is not None and c is not None]
        if measure.aggregate == "count":
            return len(filled)
        codes = sorted({c for _, c in filled})
        made = [
            {"currency": code, "value": one(measure.aggregate, [v for v, c in filled if c == code])}
            for code in codes
        ]
        return made or None
    return one(measure.aggregate, [v for v, _ in owned.values() if v is not None])


def one(aggregate: str, values: list[Any]) -> Any:
    """A figure of plain values."""
    if aggregate == "count":
        return len(values)
    values = [v for v in values if v != HIDDEN]
    if not values:
        return None
    match aggregate:
        case "sum":
            return sum(values)
        case "min" | "max":
            return min(values) if aggregate == "min" else max(values)
        case "avg":
            return quotient(sum(values), len(values))
        case "median":
            ordered = sorted(values)
            middle = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
            return quotient(sum(middle), len(middle))
    return values[0 if aggregate == "first" else -1]


def quotient(dividend: Any, divisor: int) -> Decimal:
    """Divided exactly, six digits behind the point, half away from zero."""
    with localcontext(prec=60):
        return (Decimal(dividend) / Decimal(divisor)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def actor(tx: Transaction, role: str) -> Actor:
    """Somebody with one role."""
    return Actor(user=1, login="root", roles=(tx.model.roles[role].uid,))
