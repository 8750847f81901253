"""Hypothesis: rows of the world, and texts of expressions of every type about them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from metamodel.any_link import AnyLink
from metamodel.expression.durations import span
from tests.core.storage.expressions.world import ENTITIES, values_of, world

IDS = st.integers(1, 4)
LETTERS = "aAbB аАбБёЁеЕйЙ ßẞſİıIiΣςσﬁ½é\u0301Ⅷ№_%\\'\"-.,\u00a0\t1"
TEXTS = st.one_of(
    st.text(LETTERS, max_size=4),
    st.sampled_from(["Ёлка", "елка", "ЕЛКА", "Straße", "strasse", "a%b", "a_b", "", "Москва", "МОСКВА"]),
    st.sampled_from(["ё" * 199, "Е" * 200, "е" * 201, "ж" * 250, "ж" * 249 + "з", "ж" * 200]),
)


def decimals(scale: int, digits: int = 18) -> st.SearchStrategy[Decimal]:
    small = st.integers(-300, 300)
    large = st.integers(-(10**digits) + 1, 10**digits - 1)
    return st.one_of(small, small, large).map(lambda units: Decimal(units).scaleb(-scale))


DATES = st.one_of(
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.dates(date(1970, 1, 2), date(2049, 12, 30)),
    st.sampled_from([date(2024, 2, 29), date(2025, 1, 31), date(2026, 11, 21), date(2026, 11, 22)]),
)
MOMENTS = st.one_of(
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.datetimes(datetime(1970, 1, 2), datetime(2049, 12, 30), timezones=st.just(UTC)),
    st.sampled_from(
        [
            datetime(2026, 11, 20, 21, tzinfo=UTC),
            datetime(2026, 11, 21, 20, 59, 59, 999999, tzinfo=UTC),
            datetime(2024, 3, 10, 7, tzinfo=UTC),
            datetime(2024, 11, 3, 6, 30, tzinfo=UTC),
        ]
    ),
)


CLOCKS = st.one_of(
    st.times().map(lambda t: t.replace(microsecond=0)),
    st.sampled_from([time(0), time(9, 30), time(23, 59, 59)]),
)
LENGTHS = st.one_of(st.integers(0, 200_000), st.sampled_from([0, 3_600, 86_399, 86_400, 10**10])).map(span)


LISTS = st.lists(IDS, min_size=1, max_size=3, unique=True).map(tuple)
LED = st.tuples(st.sampled_from(["deal", "company"]), IDS).map(
    lambda pair: AnyLink(world().entities[pair[0]].uid, pair[1])
)


def _several(entity: str, name: str) -> st.SearchStrategy[tuple[str, ...]]:
    uids = [c.uid for c in world().entities[entity].by_name[name].choices]
    return st.sets(st.sampled_from(uids), min_size=1).map(
        lambda some: tuple(uid for uid in uids if uid in some)
    )


def _choice(entity: str, name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([c.uid for c in world().entities[entity].by_name[name].choices])


def _fields(entity: str) -> dict[str, st.SearchStrategy[Any]]:
    match entity:
        case "department":
            return {"name": TEXTS, "parent": st.none(), "head": IDS}
        case "user":
            return {
                "name": TEXTS,
                "department": IDS,
                "active": st.booleans(),
                "language": _choice("user", "language"),
            }
        case "role":
            return {}
        case "user_role":
            return {"user": IDS}
        case "company":
            return {
                "name": TEXTS, "city": TEXTS, "size": st.integers(-50, 50), "active": st.booleans(), "rating": decimals(9),
                "owner": IDS, "department": IDS, "founded": DATES, "kind": _choice("company", "kind"),
            }  # fmt: skip
        case "deal":
            return {
                "name": TEXTS, "note": TEXTS, "amount": decimals(2), "rate": decimals(7), "share": decimals(4, 6),
                "count": st.integers(-40, 40), "hot": st.booleans(), "closes_on": DATES, "met_at": MOMENTS,
                "calls_at": CLOCKS, "worked": LENGTHS, "tags": _several("deal", "tags"),
                "buyers": LISTS, "team": LISTS, "source": _choice("deal", "source"), "owner": IDS, "company": IDS, "before": IDS,
                "currency": _choice("deal", "currency"), "price": decimals(2, 8), "cost": decimals(2, 8),
            }  # fmt: skip
    return {
        "deal": IDS, "name": TEXTS, "price": decimals(2, 10), "quantity": decimals(3, 8), "company": IDS, "sold_on": DATES,
        "took": LENGTHS, "about": LED,
    }  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Rows of every entity, by uid; a few of them in the bin."""
    made: dict[str, list[dict[str, Any]]] = {}
    for name in ENTITIES:
        entity = world().entities[name]
        fields = _fields(name)
        rows = []
        for record in range(1, draw(st.integers(0, 5 if name in ("item", "deal") else 4)) + 1):
            row: dict[str, Any] = {field: draw(st.none() | values) for field, values in fields.items()}
            if name == "department" and record > 1:
                row["parent"] = draw(st.none() | st.integers(1, record - 1))
            if name == "user_role":
                row["role"] = record
            row["id"] = record
            values = values_of(entity, row)
            values["deleted_at"] = draw(
                st.sampled_from([None, None, None, None, datetime(2026, 1, 1, tzinfo=UTC)])
            )
            rows.append(values)
        made[entity.uid] = rows
    return made


# --- expressions: for each type, what may stand there; `entity` is whose names are in sight

_NUMBERS = {
    "deal": ["amount", "rate", "share", "count", "expected", "items_total", "company.size", "company.rating", "before.amount",
             "company.total", "id", "before.expected", "price"],
    "company": ["size", "rating", "total", "id"],
    "item": ["price", "quantity", "sum", "deal.amount", "company.size", "about AS deal.amount", "about AS company.size"],
}  # fmt: skip
_TEXTS = {
    "deal": ["name", "note", "company.name", "company.city", "city", "last_item", "loud", "before.company.city", "company.slogan",
             "source", "owner.name", "before.name"],
    "company": ["name", "city", "slogan", "kind", "owner.name"],
    "item": ["name", "deal.name", "company.city", "deal.city", "about AS company.name"],
}  # fmt: skip
_BOOLEANS = {"deal": ["hot", "company.active", "owner.active"], "company": ["active"], "item": ["deal.hot"]}
_DAYS = {
    "deal": ["closes_on", "company.founded", "met_at"],
    "company": ["founded"],
    "item": ["sold_on", "deal.closes_on"],
}
_LINKS = {
    "deal": [("company", "company"), ("owner", "user"), ("before", "deal"), ("company.owner", "user"),
             ("owner.department", "department"), ("company.department", "department")],
    "company": [("owner", "user"), ("department", "department")],
    "item": [("company", "company"), ("deal.company", "company"), ("deal.owner", "user")],
}  # fmt: skip
_ROWS = {
    "deal": [
        ("items", "item"),
        ("later", "deal"),
        ("buyers", "company"),
        ("notes", "item"),
        ("before.buyers", "company"),
    ],
    "company": [("deals", "deal"), ("sold", "item"), ("bought", "deal"), ("notes", "item")],
    "item": [("about AS deal.items", "item"), ("deal.buyers", "company")],
}
_CHOICES = {
    "deal": [("source", ["site", "call", "expo"]), ("company.kind", ["small", "large", "huge"])],
    "company": [("kind", ["small", "large", "huge"])],
    "item": [("deal.source", ["site", "call", "expo"])],
}
_UNITS = ["year", "quarter", "month", "week", "day"]


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _one(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(texts)


@st.composite
def numbers(draw: st.DrawFn, entity: str = "deal", depth: int = 2) -> str:
    shapes = ["constant", "field", "field"]
    if depth:
        shapes += ["arithmetic", "arithmetic", "function", "branch", "part", "difference"] + (
            ["rows", "rows"] if _ROWS[entity] else []
        )

    def number() -> str:
        return draw(numbers(entity, depth - 1))

    match draw(st.sampled_from(shapes)):
        case "constant":
            return draw(_one("0", "1", "2.5", "0.000001", "-3", "100", "12345.67", "0.05"))
        case "field":
            return draw(st.sampled_from(_NUMBERS[entity]))
        case "arithmetic":
            return f"({number()} {draw(_one('+', '-', '*', '/'))} {number()})"
        case "function":
            return draw(
                _one(
                    f"ROUND({number()}, {draw(st.integers(0, 4))})", f"ABS({number()})", f"-({number()})",
                    f"GREATEST({number()}, {number()})", f"LEAST({number()}, {number()}, 1.5)",
                    f"COALESCE({number()}, {number()})", f"LENGTH({draw(texts(entity, depth - 1))})",
                )
            )  # fmt: skip
        case "branch":
            condition = draw(conditions(entity, depth - 1))
            return draw(
                _one(
                    f"IF({condition}, {number()}, {number()})",
                    f"CASE({condition}, {number()}, hot, 1)" if entity == "deal" else number(),
                )
            )
        case "part":
            return (
                f"{draw(_one('YEAR', 'QUARTER', 'MONTH', 'DAY', 'WEEKDAY'))}({draw(days(entity, depth - 1))})"
            )
        case "difference":
            return f"DATE_DIFF({draw(days(entity, depth - 1))}, {draw(days(entity, depth - 1))}, {quoted(draw(st.sampled_from(_UNITS)))})"
    rows, child = draw(st.sampled_from(_ROWS[entity]))
    where = draw(st.just("") | conditions(child, depth - 1).map(lambda c: f" WHERE {c}"))
    field = draw(st.sampled_from([n for n in _NUMBERS[child] if n not in ("id",)]))
    name = draw(_one("SUM", "AVG", "MIN", "MAX", "COUNT", "COUNT_DISTINCT"))
    text = draw(st.sampled_from(_TEXTS[child]))
    return draw(
        _one(
            f"COUNT({rows}{where})", f"{name}({rows}.{field}{where})", f"COUNT_DISTINCT({rows}.{text}{where})",
            f"FIRST({rows}.{field} BY {text}{where})", f"SUM({rows}.{field} * 2{where})",
        )
    )  # fmt: skip


@st.composite
def texts(draw: st.DrawFn, entity: str = "deal", depth: int = 2) -> str:
    shapes = ["constant", "field", "field"]
    if depth:
        shapes += ["function", "function", "join", "branch"] + (["rows"] if _ROWS[entity] else [])

    def text() -> str:
        return draw(texts(entity, depth - 1))

    match draw(st.sampled_from(shapes)):
        case "constant":
            return quoted(draw(TEXTS))
        case "field":
            return draw(st.sampled_from(_TEXTS[entity]))
        case "function":
            count = draw(st.integers(-1, 5))
            return draw(
                _one(
                    f"UPPER({text()})", f"LOWER({text()})", f"TRIM({text()})", f"LEFT({text()}, {count})",
                    f"RIGHT({text()}, {count})", f"REPLACE({text()}, {text()}, {text()})", f"CONCAT({text()}, {text()})",
                    f"FORMAT({draw(numbers(entity, depth - 1))}, {quoted(draw(_one('0', '0.00', '# ##0,00', '#,##0.0000')))})",
                    f"FORMAT({draw(days(entity, 0))}, 'DD.MM.YYYY \"%d\" ''Q''')", "FORMAT(now(), 'hh:mm:ss')",
                )
            )  # fmt: skip
        case "join":
            other = draw(
                _one(
                    text(),
                    draw(numbers(entity, depth - 1)),
                    draw(days(entity, depth - 1)),
                    draw(conditions(entity, 0)),
                )
            )
            return f"({text()} || ({other}))"
        case "branch":
            return draw(
                _one(
                    f"COALESCE({text()}, {text()})",
                    f"IF({draw(conditions(entity, depth - 1))}, {text()}, {text()})",
                )
            )
    rows, child = draw(st.sampled_from(_ROWS[entity]))
    field, by = draw(st.sampled_from(_TEXTS[child])), draw(st.sampled_from(_NUMBERS[child]))
    where = draw(st.just("") | conditions(child, depth - 1).map(lambda c: f" WHERE {c}"))
    return draw(
        _one(
            f"JOIN({rows}.{field}, '; '{where})", f"JOIN({rows}.{field} BY {by}{where})", f"LAST({rows}.{field} BY {by}{where})",
            f"MIN({rows}.{field}{where})", f"MAX({rows}.{field}{where})", f"FIRST({rows}.{field} BY {field}{where})",
        )
    )  # fmt: skip


@st.composite
def days(draw: st.DrawFn, entity: str = "deal", depth: int = 2) -> str:
    shapes = ["constant", "field", "field", "today"]
    if depth:
        shapes += ["shift", "start", "branch"]

    def day() -> str:
        return draw(days(entity, depth - 1))

    match draw(st.sampled_from(shapes)):
        case "constant":
            return f"date '{draw(DATES).isoformat()}'"
        case "field":
            return draw(st.sampled_from([d for d in _DAYS[entity] if d != "met_at"]))
        case "today":
            return draw(_one("today()", "START_OF(now(), 'day')"))
        case "shift":
            return f"({day()} {draw(_one('+', '-'))} {draw(_one('P1D', 'P1M', 'P1Y2M10D', 'P13M', 'P4W', 'P400D'))})"
        case "start":
            source = draw(_one(day(), "met_at")) if entity == "deal" else day()
            return f"START_OF({source}, {quoted(draw(st.sampled_from(_UNITS)))})"
    return draw(
        _one(
            f"COALESCE({day()}, {day()})",
            f"GREATEST({day()}, {day()})",
            f"IF({draw(conditions(entity, 0))}, {day()}, {day()})",
        )
    )


_LENGTHS = {
    "deal": ["worked", "took_total", "before.worked", "(met_at - now())"],
    "company": ["SUM(sold.took)"],
    "item": ["took", "deal.worked"],
}


@st.composite
def lengths(draw: st.DrawFn, entity: str = "deal", depth: int = 2) -> str:
    """Durations."""
    shapes = ["constant", "field", "field"] + (["sum", "branch", "rows"] if depth else [])

    def length() -> str:
        return draw(lengths(entity, depth - 1))

    match draw(st.sampled_from(shapes)):
        case "constant":
            return draw(_one("PT0S", "PT90M", "P1D", "P2DT1S", "PT24H"))
        case "field":
            return draw(st.sampled_from(_LENGTHS[entity]))
        case "sum":
            return f"({length()} {draw(_one('+', '-'))} {length()})"
        case "rows" if entity == "deal":
            where = draw(st.just("") | conditions("item", 0).map(lambda c: f" WHERE {c}"))
            return f"{draw(_one('SUM', 'AVG', 'MIN', 'MAX'))}(items.took{where})"
    return draw(
        _one(
            f"COALESCE({draw(st.sampled_from(_LENGTHS[entity]))}, {length()})",
            f"IF({draw(conditions(entity, 0))}, {length()}, {length()})",
            f"-{draw(st.sampled_from(_LENGTHS[entity]))}",
        )
    )


@st.composite
def _of_new_kinds(draw: st.DrawFn, entity: str, sign: str, less: int) -> str:
    """Conditions on durations, times, sets of choices."""
    left, right = draw(lengths(entity, less)), draw(lengths(entity, less))
    options = [
        f"{left} {sign} {right}",
        f"{left} BETWEEN PT0S AND {right}",
        f"{left} IS NULL",
        f"{left} IN ({right}, PT1H)",
    ]
    if entity == "deal":
        one, two = (quoted(draw(_one("vip", "far", "slow"))) for _ in range(2))
        clock = f"time '{draw(CLOCKS).isoformat()}'"
        options += [
            f"tags CONTAINS {one}", f"tags NOT CONTAINS {one}", f"tags IN ({one}, {two})", f"tags = {one}", "tags IS NULL",
            f"before.tags CONTAINS {one}", "tags = before.tags", f"tags IS DISTINCT FROM {one}",
            f"calls_at {sign} {clock}", f"calls_at BETWEEN {clock} AND before.calls_at", f"calls_at IN ({clock}, before.calls_at)",
            "(calls_at || '') = '09:30:00'", "FORMAT(calls_at, 'hh:mm') = '09:30'", f"met_at + {right} {sign} now()",
            f"met_at - {right} {sign} now()", f"(closes_on + {right}) {sign} today()", f"(closes_on - {right}) {sign} closes_on",
        ]  # fmt: skip
    return draw(st.sampled_from(options))


@st.composite
def _of_lists(draw: st.DrawFn, entity: str, less: int) -> str:
    """Conditions on lists of links and on links to any record."""
    record = draw(_one("1", "2", "3", "4", "null"))
    match entity:
        case "deal":
            options = [
                f"buyers CONTAINS {record}", f"buyers NOT CONTAINS {record}", f"{record} IN buyers", "buyers IS NULL",
                "buyers CONTAINS company", "team CONTAINS me", "NOT team CONTAINS owner", "team IS NOT NULL",
                f"before.buyers CONTAINS {record}", "before.buyers IS NULL", "NOT before.team CONTAINS me",
                f"EXISTS(buyers WHERE {draw(conditions('company', less))})",
                f"NOT EXISTS(buyers WHERE {draw(conditions('company', 0))})", "EXISTS(before.buyers WHERE size > this.count)",
                "JOIN(buyers.name, '+') = JOIN(buyers.name BY id, '+')", f"COUNT(buyers) > {draw(st.integers(0, 2))}",
                "EXISTS(notes WHERE about = this)", "EXISTS(team WHERE active)", "COUNT(company.bought) > 1",
                "EXISTS(buyers WHERE EXISTS(bought WHERE id <> this.this.id AND owner = this.this.owner))",
            ]  # fmt: skip
        case "company":
            options = [
                f"EXISTS(bought WHERE {draw(conditions('deal', 0))})", "COUNT(bought) = COUNT(deals)",
                "EXISTS(bought WHERE buyers CONTAINS this)", "EXISTS(notes WHERE price > 0)", "EXISTS(bought WHERE team CONTAINS me)",
                "EXISTS(bought WHERE EXISTS(buyers WHERE size < this.this.size))",
            ]  # fmt: skip
        case _:
            options = [
                f"about = 'deal:{draw(IDS)}'", f"about IS DISTINCT FROM 'company:{draw(IDS)}'", "about IS NULL",
                "about = deal", "about = company", "about IN ('deal:1', 'company:2')", f"(about AS deal) = {record}",
                "about AS deal IS NULL", "about AS company IS NOT NULL", f"about AS deal.{draw(_one('hot', 'company.active'))}",
                "about AS deal.company.size > 0", "about AS deal.owner = me", "about AS deal.buyers CONTAINS 1",
                "about AS deal.name = 'a' OR about AS company.name = 'a'", "NOT about AS deal.hot",
            ]  # fmt: skip
    return draw(st.sampled_from(options))


@st.composite
def conditions(draw: st.DrawFn, entity: str = "deal", depth: int = 2) -> str:
    shapes = ["compare", "compare", "text", "text", "boolean", "choice", "link", "day", "empty", "new", "new"]
    if depth:
        shapes += ["logic", "logic", "not", "distinct", "lists", "lists"] + (
            ["exists"] if _ROWS[entity] else []
        )
    sign = draw(_one("=", "<>", "<", "<=", ">", ">="))
    less = max(depth - 1, 0)
    match draw(st.sampled_from(shapes)):
        case "compare":
            left, right, third = (draw(numbers(entity, less)) for _ in range(3))
            return draw(
                _one(
                    f"{left} {sign} {right}",
                    f"{left} BETWEEN {right} AND {third}",
                    f"{left} IN ({right}, {third})",
                )
            )
        case "text":
            left, right, third = (draw(texts(entity, less)) for _ in range(3))
            word = draw(_one(sign, sign, "LIKE", "CONTAINS", "NOT LIKE"))
            pattern = quoted(draw(_one("%", "а%", "е_%", "%к%", "", "е%а", "ж%")))
            return draw(
                _one(
                    f"{left} {word} {right}", f"{left} IN ({right}, {third})", f"{left} LIKE {pattern}",
                    f"EXACT({left}, {right})", f"{left} BETWEEN {right} AND {third}",
                )
            )  # fmt: skip
        case "boolean":
            return draw(st.sampled_from([*_BOOLEANS[entity], *(f"{b} = false" for b in _BOOLEANS[entity])]))
        case "choice":
            name, choices = draw(st.sampled_from(_CHOICES[entity]))
            one, two = (quoted(draw(st.sampled_from(choices))) for _ in range(2))
            return draw(
                _one(
                    f"{name} {sign} {one}",
                    f"{name} IN ({one}, {two})",
                    f"{name} NOT IN ({one})",
                    f"{name} BETWEEN {one} AND {two}",
                )
            )
        case "link":
            name, target = draw(st.sampled_from(_LINKS[entity]))
            options = [
                f"{name} = {draw(IDS)}",
                f"{name} IN (1, 3)",
                f"{name} IS NULL",
                f"{name} <> {draw(IDS)}",
            ]
            if target == "user":
                options += [f"{name} = me", f"{name} IN my.subordinates", f"{name} IS DISTINCT FROM me"]
            if target == "department":
                options += [
                    f"{name} IN my.departments",
                    f"UNDER({name}, {draw(IDS)})",
                    f"{name} = my.department",
                    f"UNDER({name}, my.department)",
                ]
            return draw(st.sampled_from(options))
        case "day":
            left, right = draw(days(entity, less)), draw(days(entity, less))
            moment = (
                draw(_one("met_at", "met_at + PT36H", "COALESCE(met_at, now())", "met_at - P1M", "now()"))
                if entity == "deal"
                else "now()"
            )
            third = draw(days(entity, 0))
            return draw(
                _one(
                    f"{left} {sign} {right}", f"{moment} {sign} {right}", f"{moment} BETWEEN {right} AND {third}",
                    f"{moment} {sign} now()", f"{left} IN ({right}, {third})", f"({left} - {right}) > 30", f"{moment} IN ({right}, {third})",
                )
            )  # fmt: skip
        case "empty":
            what = draw(_one("number", "text", "day"))
            inner = draw({"number": numbers, "text": texts, "day": days}[what](entity, less))
            return f"{inner} IS {draw(_one('', 'NOT '))}NULL"
        case "new":
            return draw(_of_new_kinds(entity, sign, less))
        case "lists":
            return draw(_of_lists(entity, less))
        case "logic":
            return f"({draw(conditions(entity, less))} {draw(_one('AND', 'OR'))} {draw(conditions(entity, less))})"
        case "not":
            return f"NOT ({draw(conditions(entity, less))})"
        case "distinct":
            kind = draw(st.sampled_from([numbers, texts]))
            return f"{draw(kind(entity, less))} IS {draw(_one('', 'NOT '))}DISTINCT FROM {draw(kind(entity, less))}"
    rows, child = draw(st.sampled_from(_ROWS[entity]))
    return f"EXISTS({rows} WHERE {draw(conditions(child, less))})"
