"""An independent, naive evaluator of expressions over rows in plain dicts: what compiled SQL must answer.

It knows the rules of the language from its description, not from the compiler: numbers carry their own scale, paths
are followed row by row, aggregates are loops.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from metamodel.any_link import AnyLink
from metamodel.expression.tree import Aggregate, Call, Constant, Me, MySet, Node, Path, walk
from metamodel.model import Entity, Field, Model
from tests.oracle import sets

Row = Mapping[str, Any]
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


class Overflow(Exception):
    """A number has more than 18 digits."""


class Unsure(Exception):
    """The rules leave open whether a database would come to this place (an error in a branch that is not taken)."""


def key(text: str) -> str:
    """The folded form of a text."""
    folded = "".join(c.casefold() for c in unicodedata.normalize("NFKC", text))
    return folded.replace("ё", "е").replace("\0", "")


def scale_of(number: Decimal | int) -> int:
    return 0 if isinstance(number, int) else -int(number.as_tuple().exponent)


def at_scale(number: Decimal | int, scale: int) -> Decimal | int:
    """Rounded half away from zero, refused beyond 18 digits."""
    rounded = Decimal(number).quantize(Decimal(1).scaleb(-scale), context=EXACT)
    if abs(rounded.scaleb(scale, EXACT)) > 10**18 - 1:
        raise Overflow
    return rounded if scale else int(rounded)


@dataclass(kw_only=True)
class Oracle:
    """The whole data: ``{entity uid: [{field uid: value, "id": …}]}``; rows with ``deleted_at`` are in the bin."""

    model: Model
    rows: Mapping[str, list[dict[str, Any]]]
    zone: ZoneInfo
    me: int | None = None
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 12, tzinfo=UTC))

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def live(self, entity_uid: str) -> Iterator[Row]:
        """The rows of an entity that paths and aggregates see."""
        return (r for r in self.rows.get(entity_uid, []) if r.get("deleted_at") is None)

    def find(self, entity_uid: str, record: Any) -> Row | None:
        return next((r for r in self.live(entity_uid) if r["id"] == record), None)

    def own(self, user: Entity, field_uid: str | None) -> Row | None:
        """The reader's record, as far as they know it themselves: with its cells as they are."""
        return self.find(user.uid, self.me)

    def leads_on(self, entity_uid: str, record: int) -> bool:
        """Whether what leads to a record may be followed from there."""
        return True

    def cell(self, entity: Entity, row: Row, field_uid: str) -> Any:
        """The value of a field of a row; a computed one is computed."""
        found: Field | None = entity.by_uid.get(field_uid)
        if found is not None and found.computed is not None:
            return self.value(found.computed.root, entity, row)
        return row.get(field_uid)

    def value(self, node: Node, entity: Entity | None = None, row: Row | None = None) -> Any:
        """The value of an expression about a row."""
        return Evaluation(self, [(entity, row)]).value(node)

    def holds(self, node: Node, entity: Entity, row: Row) -> bool:
        """Whether a condition keeps the row."""
        return self.value(node, entity, row) is True

    def below(self, entity: Entity, record: Any) -> set[int]:
        """A record of a tree and all below it."""
        found = {r["id"] for r in self.rows.get(entity.uid, []) if r["id"] == record}
        while True:
            more = {
                r["id"] for r in self.rows.get(entity.uid, []) if r.get(entity.tree or "") in found
            } - found
            if not more:
                return found
            found |= more


class Evaluation:
    """One expression; ``frames`` are the rows in sight, the innermost last."""

    def __init__(self, oracle: Oracle, frames: list[tuple[Entity | None, Row | None]]) -> None:
        self.oracle = oracle
        self.frames = frames

    def value(self, node: Node) -> Any:
        match node:
            case Constant():
                return node.value
            case Me():
                return self.oracle.me
            case Path():
                return self.path(node)
            case MySet():
                return self.my_set(node)
            case Aggregate():
                return self.aggregate(node)
            case Call():
                return self.call(node)
        raise AssertionError(node)

    # --- names

    def path(self, node: Path) -> Any:
        entity, row = self.frames[-1 - node.up]
        if node.root == "my":
            entity = self.oracle.model.entities["user"]
            row = self.oracle.own(entity, node.steps[0][1] if node.steps else None)
        if not node.steps:
            return None if row is None else row["id"]
        for index, (entity_uid, field_uid) in enumerate(node.steps):
            if row is None:
                return None
            entity = self.oracle.model.entity_by_uid[entity_uid]
            mine = node.root == "my" and index == 0
            value = row.get(field_uid) if mine else self.oracle.cell(entity, row, field_uid)
            if index == len(node.steps) - 1:
                return value
            if isinstance(value, AnyLink):
                value = value.id if value.entity == node.steps[index + 1][0] else None
            row = self.oracle.find(node.steps[index + 1][0], value)
        raise AssertionError(node)

    def my_set(self, node: MySet) -> set[int]:
        match node.name:
            case "departments":
                return sets.departments(self.oracle)
            case "subordinates":
                return sets.subordinates(self.oracle)
            case "groups":
                return sets.groups(self.oracle)
            case "roles":
                return sets.roles(self.oracle)
        return sets.shared(self.oracle, node.type.entity or "", changing=node.name == "shared_change")

    # --- rows

    def aggregate(self, node: Aggregate) -> Any:
        oracle = self.oracle
        entity = oracle.model.entity_by_uid[node.entity]
        inner = [
            (row, Evaluation(oracle, [*self.frames, (entity, row)])) for row in self.leading(node, entity)
        ]
        if node.where is not None:
            where = node.where
            inner = [(row, e) for row, e in inner if e.value(where) is True]
        if node.function == "EXISTS":
            return bool(inner)
        if node.body is None:
            return len(inner)
        body = node.body
        by = node.by if node.by is not None else (body if node.function in ("MIN", "MAX") else None)
        listed = node.owner is not None and node.function == "JOIN"
        ordered = inner if listed else sorted(inner, key=lambda pair: pair[0]["id"])
        if by is not None:
            last = node.function in ("LAST", "MAX")
            ordered = self.by_key(ordered, lambda e: self.sortable(by, e.value(by)), last=last)
        values = [e.value(body) for _, e in ordered]
        if node.function in ("FIRST", "LAST"):
            return values[0] if values else None
        there = [v for v in values if v is not None]
        return _AGGREGATES[node.function](there, node, self)

    def leading(self, node: Aggregate, entity: Entity) -> list[Row]:
        """The rows of an aggregate: those of a list in its order, else those that lead here by id."""
        oracle = self.oracle
        if node.owner is not None:
            steps = node.of.steps if node.of is not None else ()
            path = Path(
                type=node.type, root=node.of.root if node.of else "row", up=node.of.up if node.of else 0,
                steps=(*steps, (node.owner, node.through)),
            )  # fmt: skip
            found = (oracle.find(entity.uid, record) for record in self.value(path) or ())
            return [row for row in found if row is not None]
        owner = self.value(node.of) if node.of is not None else (self.frames[-1][1] or {}).get("id")
        if owner is None:
            return []
        above = node.of.type.entity if node.of is not None else self.frames[-1][0] and self.frames[-1][0].uid
        if (
            node.of is not None
            and node.of.root != "my"
            and node.of.steps
            and not oracle.leads_on(above or "", owner)
        ):
            return []
        led: list[Row] = []
        for row in oracle.live(node.entity):
            value = oracle.cell(entity, row, node.through)
            if isinstance(value, tuple):
                if owner in value:
                    led.append(row)
            elif value == (AnyLink(above or "", owner) if isinstance(value, AnyLink) else owner):
                led.append(row)
        return led

    def counted(self, node: Node | None, value: Any) -> Any:
        """What makes one of different values; a record out of sight is none of them."""
        if node is None or node.type.kind not in ("text", "link", "link_any"):
            return value
        if node.type.kind == "text":
            return key(value)
        led = value if isinstance(value, AnyLink) else AnyLink(node.type.entity or "", value)
        return value if self.oracle.leads_on(led.entity, led.id) else None

    def by_key(self, pairs: list[Any], of: Callable[[Evaluation], Any], *, last: bool) -> list[Any]:
        keyed = [(of(e), row, e) for row, e in pairs]
        filled = sorted((k, row["id"]) for k, row, _ in keyed if k is not None)
        empty = sorted(row["id"] for k, row, _ in keyed if k is None)
        if last:
            filled.reverse()
            empty.reverse()
        by_id = {row["id"]: (row, e) for _, row, e in keyed}
        return [by_id[i] for i in [*(i for _, i in filled), *empty]]

    def sortable(self, node: Node, value: Any) -> Any:
        if value is None:
            return None
        if node.type.kind == "text":
            return key(value)
        if node.type.kind == "choice":
            return self.choice_place(node, value)
        return value

    def choice_place(self, node: Node, value: Any) -> int | None:
        names = [c.uid for c in self.choices(node)]
        return names.index(value) if value in names else None

    def choices(self, node: Node) -> Iterable[Any]:
        for entity in self.oracle.model.entities.values():
            for found in entity.fields:
                if found.uid == node.type.field:
                    return found.choices
        raise AssertionError(node)

    # --- calls

    def call(self, node: Call) -> Any:
        name, arguments = node.function, node.arguments
        if name in ("AND", "OR"):
            return self.logic(name, [self.value(a) for a in arguments])
        if name in ("IF", "CASE"):
            made = self.branches([self.eager(a) for a in arguments])
            return exact_length(made) if node.type.kind == "duration" and made is not None else made
        if name in ("=", "<>", "<", "<=", ">", ">=", "IS_DISTINCT", "BETWEEN", "IN"):
            return self.compared(name, arguments)
        if name == "UNDER":
            return self.under(*arguments)
        if name == "CHOICE_NAME":
            value = self.value(arguments[0])
            return next((c.name for c in self.choices(arguments[0]) if c.uid == value), None)
        if name in ("TEXT", "FORMAT", "DATE_OF", "DATE_DIFF", "SHIFT+", "SHIFT-", "ELAPSED", "TODAY", "NOW"):
            return self.calendar(name, [self.value(a) for a in arguments])
        if name in ("+", "-", "NEGATE") and node.type.kind == "duration":
            return _lengths(name, [self.value(a) for a in arguments])
        if name in ("+", "-"):
            return self.sum(node)
        if name == "CONTAINS" and arguments[0].type.kind == "link":
            held, one = (self.value(a) for a in arguments)
            return _in_set(one, set(held or ()))
        if name == "ANY":
            record = self.value(arguments[0])
            return None if record is None else AnyLink(arguments[0].type.entity or "", record)
        if name == "CONTAINS" and arguments[0].type.kind == "choices":
            held, one = (self.value(a) for a in arguments)
            return None if held is None or one is None else one in held
        values = [self.value(a) for a in arguments]
        if name == "MONEY":
            return values[1] if values[0] is True else None
        if name in ("SCALE", "ROUND"):
            digits = node.type.scale
            return None if values[0] is None else at_scale(values[0], digits)
        if node.type.kind == "duration":
            values = [v if v is None else exact_length(v) for v in values]
        if name in _LENIENT:
            return _LENIENT[name](*values)
        return None if any(v is None for v in values) else _STRICT[name](*values)

    def under(self, inner: Node, outer: Node) -> Any:
        """Along a tree; records out of sight stand nowhere in it, unless the reader's own are asked for."""
        value, record = self.value(inner), self.value(outer)
        tree = self.oracle.model.entity_by_uid[inner.type.entity or ""]
        if record is not None and not _own(outer) and not self.oracle.leads_on(tree.uid, record):
            record = None
        below = self.oracle.below(tree, record)
        if not _own(inner) and not _own(outer):
            below = {id for id in below if self.oracle.leads_on(tree.uid, id)}
        return _in_set(value, below)

    def sum(self, node: Call) -> Any:
        """A chain of up to nine terms is one sum; beyond that the first nine are one term of the next."""
        terms: list[tuple[int, Node]] = []
        first: Node = node
        while isinstance(first, Call) and first.function in ("+", "-") and len(terms) < 8:
            terms.append((1 if first.function == "+" else -1, first.arguments[1]))
            first = first.arguments[0]
        values = [(sign, self.value(n)) for sign, n in [*terms, (1, first)]]
        if any(v is None for _, v in values):
            return None
        total = sum(sign * Fraction(v) for sign, v in values)
        scale = max(scale_of(v) for _, v in values)
        return at_scale(Decimal(int(total * 10**scale)).scaleb(-scale, EXACT), scale)

    def eager(self, node: Node) -> Any:
        try:
            return self.value(node)
        except Overflow:
            raise Unsure from None

    def logic(self, name: str, values: list[Any]) -> Any:
        decisive = name == "OR"
        if decisive in values:
            return decisive
        return None if None in values else not decisive

    def branches(self, values: list[Any]) -> Any:
        while len(values) > 1:
            condition, value, *values = values
            if condition is True:
                return value
        return values[0] if values else None

    def compared(self, name: str, arguments: tuple[Node, ...]) -> Any:
        if name == "IN" and isinstance(arguments[1], MySet):
            return _in_set(self.value(arguments[0]), self.value(arguments[1]))
        kinds = {a.type.kind for a in arguments} - {"null"}
        ordered = name in ("<", "<=", ">", ">=", "BETWEEN")
        if name == "IN" and kinds == {"choices"}:
            held, *items = (self.value(a) for a in arguments)
            return None if held is None else any(set(item) <= set(held) for item in items)
        values = []
        for node in arguments:
            value = self.value(node)
            if value is not None and kinds == {"duration"}:
                value = exact_length(value)
            if value is not None and kinds == {"text"}:
                value = key(value)
            if value is not None and kinds == {"choice"} and ordered:
                value = self.choice_place(node, value)
            if (
                value is not None
                and kinds <= {"link", "link_any"}
                and self.names_hidden(node, arguments, value)
            ):
                value = None
            values.append(value)
        return _COMPARE[name](*values)

    def names_hidden(self, node: Node, arguments: tuple[Node, ...], record: Any) -> bool:
        """A record that is out of sight is none where it is named, or where links are compared with one another."""
        if _own(node):
            return False
        others = arguments[1:] if node is arguments[0] else arguments[:1]
        if _of_row(node) and not any(_of_row(other) for other in others):
            return False
        if isinstance(record, AnyLink):
            return not self.oracle.leads_on(record.entity, record.id)
        entity = next((a.type.entity for a in (node, *others) if a.type.entity), None)
        return entity is not None and not self.oracle.leads_on(entity, record)

    # --- the calendar

    def local(self, value: Any) -> Any:
        return value.astimezone(self.oracle.zone) if isinstance(value, datetime) else value

    def calendar(self, name: str, values: list[Any]) -> Any:
        if name == "TODAY":
            return self.oracle.today
        if name == "NOW":
            return self.oracle.now
        if any(v is None for v in values):
            return None
        if name == "DATE_OF":
            return self.local(values[0]).date()
        if name == "DATE_DIFF":
            return _difference(*values)
        if name == "ELAPSED":
            microseconds = (values[0] - values[1]) // timedelta(microseconds=1)
            return timedelta(seconds=abs(microseconds) // 1_000_000 * (1 if microseconds >= 0 else -1))
        if name in ("SHIFT+", "SHIFT-") and isinstance(values[1], timedelta):
            return self.moved(values[0], values[1] if name == "SHIFT+" else -values[1])
        if name in ("SHIFT+", "SHIFT-"):
            return self.shift(values[0], values[1] if name == "SHIFT+" else -values[1])
        if name == "TEXT":
            return self.text(values[0])
        return self.formatted(*values)

    def moved(self, value: Any, by: timedelta) -> Any:
        """By an exact length: an instant by all of it, a date by its whole days."""
        try:
            if isinstance(value, datetime):
                return value + by
            days = abs(by) // timedelta(days=1)
            return value + timedelta(days=days if by >= timedelta() else -days)
        except OverflowError:
            return None

    def shift(self, value: Any, by: Any) -> Any:
        day = value if not isinstance(value, datetime) else self.local(value).date()
        try:
            month = day.year * 12 + day.month - 1 + by.months
            last = (date(month // 12, month % 12 + 1, 28) + timedelta(days=4)).replace(day=1) - timedelta(
                days=1
            )
            moved = last.replace(day=min(day.day, last.day)) + timedelta(days=by.days)
            if not isinstance(value, datetime):
                return moved
            clock = self.local(value).time()
            there = datetime.combine(moved, clock, tzinfo=self.oracle.zone)
            return there.astimezone(UTC) + timedelta(seconds=by.seconds)
        except (ValueError, OverflowError):
            return None

    def text(self, value: Any) -> str:
        match value:
            case bool():
                return "true" if value else "false"
            case datetime():
                return self.local(value).strftime("%Y-%m-%d %H:%M:%S")
            case date() | time():
                return value.isoformat()
        return f"{value:f}" if isinstance(value, Decimal) else str(value)

    def formatted(self, value: Any, pattern: str) -> str:
        if isinstance(value, time):
            clock = {"hh": f"{value.hour:02}", "mm": f"{value.minute:02}", "ss": f"{value.second:02}"}
            return re.sub("hh|mm|ss", lambda found: clock[found[0]], pattern)
        if isinstance(value, date):
            shown = self.local(value)
            parts = {"YYYY": f"{shown.year:04}", "MM": f"{shown.month:02}", "DD": f"{shown.day:02}"}
            if isinstance(shown, datetime):
                parts |= {"hh": f"{shown.hour:02}", "mm": f"{shown.minute:02}", "ss": f"{shown.second:02}"}
            return re.sub("YYYY|MM|DD|hh|mm|ss", lambda found: parts[found[0]], pattern)
        grouped = pattern.startswith("#")
        group, rest = (pattern[1], pattern[4:]) if grouped else ("", pattern)
        digits = len(rest) - 2 if len(rest) > 1 else 0
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits), context=EXACT)
        shown = f"{abs(rounded):,.{digits}f}" if grouped else f"{abs(rounded):.{digits}f}"
        shown = shown.replace(",", "\0").replace(".", rest[1:2]).replace("\0", group)
        return f"-{shown}" if rounded < 0 else shown


def _lengths(name: str, values: list[Any]) -> Any:
    if any(v is None for v in values):
        return None
    first, *rest = (exact_length(v) for v in values)
    return -first if name == "NEGATE" else first + rest[0] if name == "+" else first - rest[0]


def exact_length(value: Any) -> timedelta:
    """The length of a duration of the language, which counts days and seconds apart."""
    return value if isinstance(value, timedelta) else timedelta(days=value.days, seconds=value.seconds)


def _of_row(node: Node) -> bool:
    """Whether a value differs from row to row."""
    return any(isinstance(n, Aggregate) or isinstance(n, Path) and n.root == "row" for n in walk(node))


def _own(node: Node) -> bool:
    """Whether a value is the reader, one of their sets, or a field of their own record."""
    return isinstance(node, Me | MySet) or (
        isinstance(node, Path) and node.root == "my" and len(node.steps) < 2
    )


def _in_set(value: Any, items: set[int]) -> Any:
    if not items:
        return False
    return None if value is None else value in items


def _difference(start: Any, end: Any, unit: str) -> int:
    if unit in ("hour", "minute", "second"):
        size = {"hour": 3600, "minute": 60, "second": 1}[unit] * 1_000_000
        span = (end - start) // timedelta(microseconds=1)
        return abs(span) // size * (1 if span >= 0 else -1)
    if unit in ("day", "week"):
        days = (end - start).days
        return abs(days) // (7 if unit == "week" else 1) * (1 if days >= 0 else -1)
    # A month is complete when its day is reached, from whichever side one comes.
    first, last = (start, end) if start <= end else (end, start)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months and last.day < first.day:
        months -= 1
    size = {"month": 1, "quarter": 3, "year": 12}[unit]
    return months // size * (1 if start <= end else -1)


def _pair(rule: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Any]:
    return lambda a, b: None if a is None or b is None else rule(a, b)


def _all(parts: list[Any]) -> Any:
    return False if False in parts else None if None in parts else True


_COMPARE: dict[str, Callable[..., Any]] = {
    "=": _pair(lambda a, b: a == b),
    "<>": _pair(lambda a, b: a != b),
    "<": _pair(lambda a, b: a < b),
    "<=": _pair(lambda a, b: a <= b),
    ">": _pair(lambda a, b: a > b),
    ">=": _pair(lambda a, b: a >= b),
    "IS_DISTINCT": lambda a, b: (a is None) != (b is None) if a is None or b is None else a != b,
    "BETWEEN": lambda v, a, b: _all([_COMPARE[">="](v, a), _COMPARE["<="](v, b)]),
    "IN": lambda v, *items: (
        True
        if any(_COMPARE["="](v, i) is True for i in items)
        else (None if v is None or None in items else False)
    ),
}


def _like(text: str, pattern: str) -> bool:
    form = "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in key(pattern))
    return re.fullmatch(form, key(text), re.DOTALL) is not None


def _times(a: Any, b: Any) -> Any:
    one, two = scale_of(a), scale_of(b)
    return at_scale(EXACT.multiply(Decimal(a), Decimal(b)), min(one + two, max(6, one, two)))


def _through(a: Any, b: Any) -> Any:
    if b == 0:
        return None
    top, bottom = Decimal(a).as_integer_ratio(), Decimal(b).as_integer_ratio()
    over, under = abs(top[0] * bottom[1]) * 10**6, abs(top[1] * bottom[0])
    units = (2 * over + under) // (2 * under)
    sign = -1 if (a < 0) != (b < 0) else 1
    return at_scale(Decimal(sign * units).scaleb(-6, EXACT), 6)


def _start(day: date, unit: str) -> date:
    match unit:
        case "year":
            return day.replace(month=1, day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "month":
            return day.replace(day=1)
        case "week":
            return day - timedelta(days=day.isoweekday() - 1)
    return day


def _sum(values: list[Any], node: Aggregate, _e: Evaluation) -> Any:
    if not values:
        return None
    if isinstance(values[0], timedelta):
        return sum(values, timedelta())
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, Decimal(value))
    return at_scale(total, scale_of(values[0]))


def _mean(values: list[Any]) -> Any:
    if not values:
        return None
    if not isinstance(values[0], timedelta):
        return _through(sum(map(Decimal, values)), len(values))
    seconds = sum(values, timedelta()) // timedelta(seconds=1)
    return timedelta(seconds=int(at_scale(_through(seconds, len(values)), 0)))


_AGGREGATES: dict[str, Callable[[list[Any], Aggregate, Evaluation], Any]] = {
    "COUNT": lambda values, _n, _e: len(values),
    "COUNT_DISTINCT": lambda values, n, e: len({e.counted(n.body, v) for v in values} - {None}),
    "SUM": _sum,
    "AVG": lambda values, n, e: _mean(values),
    "MIN": lambda values, n, e: values[0] if values else None,
    "MAX": lambda values, n, e: values[0] if values else None,
    "JOIN": lambda values, n, e: n.separator.join(values) if values else None,
}

_BLANKS = " \t\r\n\u00a0"

_LENIENT: dict[str, Callable[..., Any]] = {
    "IS_NULL": lambda a: a is None or a == (),
    "NOT": lambda a: None if a is None else not a,
    "COALESCE": lambda *values: next((v for v in values if v is not None), None),
    "GREATEST": lambda *values: max((v for v in values if v is not None), default=None),
    "LEAST": lambda *values: min((v for v in values if v is not None), default=None),
    "CONCAT": lambda *values: "".join(v for v in values if v is not None),
}

_STRICT: dict[str, Callable[..., Any]] = {
    "*": _times,
    "/": _through,
    "NEGATE": lambda a: -a if isinstance(a, int) else a.copy_negate(),
    "ABS": lambda a: abs(a) if isinstance(a, int) else a.copy_abs(),
    "||": lambda *values: "".join(values),
    "LIKE": _like,
    "CONTAINS": lambda a, b: key(b) in key(a),
    "EXACT": lambda a, b: a == b,
    "LENGTH": len,
    "UPPER": lambda a: "".join(c.upper() for c in a),
    "LOWER": lambda a: "".join(c.lower() for c in a),
    "TRIM": lambda a: a.strip(_BLANKS),
    "REPLACE": lambda a, b, c: a.replace(b, c) if b else a,
    "LEFT": lambda a, n: a[: max(n, 0)],
    "RIGHT": lambda a, n: a[-n:] if n > 0 else "",
    "YEAR": lambda a: a.year,
    "QUARTER": lambda a: (a.month + 2) // 3,
    "MONTH": lambda a: a.month,
    "DAY": lambda a: a.day,
    "WEEKDAY": lambda a: a.isoweekday(),
    "START_OF": _start,
    "DAYS": lambda a, b: (a - b).days,
}
