"""Every operator of filters, and the sets of them that types offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from metamodel.fields.operator import Operand, Operator
from metamodel.labels import Label


def _operator(
    name: str, operand: Operand, template: str, ru: str, en: str, said: tuple[str, str] | None = None, **more: object
) -> Operator:  # fmt: skip
    words = None if said is None else Label(ru=said[0], en=said[1])
    return Operator(
        name=name, operand=operand, template=template, label=Label(ru=ru, en=en), said=words, **more  # type: ignore[arg-type]
    )  # fmt: skip


_COMPARING = (
    _operator("eq", "one", "{field} = {0}", "равно", "is", ("{0}", "{0}"), also=("{field} IS NOT DISTINCT FROM {0}",)),
    _operator("ne", "one", "{field} IS DISTINCT FROM {0}", "не равно", "is not", ("не {0}", "not {0}"), also=("{field} <> {0}",)),
    _operator("lt", "one", "{field} < {0}", "меньше", "less than", ("меньше {0}", "under {0}")),
    _operator("le", "one", "{field} <= {0}", "не больше", "at most", ("до {0}", "up to {0}")),
    _operator("gt", "one", "{field} > {0}", "больше", "more than", ("больше {0}", "over {0}")),
    _operator("ge", "one", "{field} >= {0}", "не меньше", "at least", ("от {0}", "from {0}")),
    _operator("between", "two", "{field} BETWEEN {0} AND {1}", "от и до", "between", ("от {0} до {1}", "{0} to {1}"),
              also=("{field} >= {0} AND {field} <= {1}",)),
    _operator("before", "one", "{field} < {0}", "раньше", "before"),
    _operator("after", "one", "{field} > {0}", "позже", "after"),
    _operator("until", "one", "{field} <= {0}", "не позже", "on or before", ("по {0}", "until {0}")),
    _operator("since", "one", "{field} >= {0}", "не раньше", "on or after", ("с {0}", "since {0}")),
    _operator("in", "list", "{field} IN ({list})", "одно из", "one of", ("{list}", "{list}")),
    _operator("not_in", "list", "({field} IN ({list})) IS DISTINCT FROM true", "ни одно из", "none of",
              ("не {list}", "not {list}"), also=("{field} NOT IN ({list})",)),
)  # fmt: skip

_OF_TEXTS = (
    _operator("contains", "one", "{field} CONTAINS {0}", "содержит", "contains"),
    _operator("not_contains", "one", "({field} CONTAINS {0}) IS DISTINCT FROM true", "не содержит", "does not contain",
              also=("{field} NOT CONTAINS {0}",)),
    _operator("starts", "one", "{field} LIKE {0}", "начинается с", "starts with", pattern="start",
              also=("LEFT({field}, LENGTH({0})) = {0}",)),
    _operator("ends", "one", "{field} LIKE {0}", "заканчивается на", "ends with", pattern="end",
              also=("RIGHT({field}, LENGTH({0})) = {0}",)),
    _operator("name_contains", "one", "{field}.name CONTAINS {0}", "имя содержит", "name contains"),
)  # fmt: skip

_OF_SEVERAL = (
    _operator("has_any", "list", "{field} IN ({list})", "есть хотя бы одно из", "has any of", ("{list}", "{list}")),
    _operator("has_all", "list", "{field} CONTAINS {0}", "есть все", "has all of", ("все: {list}", "all of {list}"), join="AND"),
    _operator("has_none", "list", "({field} IN ({list})) IS DISTINCT FROM true", "нет ни одного из", "has none of",
              ("нет: {list}", "none of {list}"), also=("{field} NOT IN ({list})",)),
    _operator("leads_to", "one", "{field} CONTAINS {0}", "есть", "includes", ("{0}", "{0}")),
    _operator("leads_to_any", "list", "{field} CONTAINS {0}", "есть хотя бы одно из", "has any of", ("{list}", "{list}"), join="OR"),
    _operator("leads_to_none", "list", "{field} CONTAINS {0}", "нет ни одного из", "has none of",
              ("нет: {list}", "none of {list}"), join="OR", negated=True),
    _operator("has_rows", "none", "EXISTS({field})", "есть строки", "has rows", also=("COUNT({field}) > 0",)),
    _operator("no_rows", "none", "NOT EXISTS({field})", "нет строк", "has no rows", also=("COUNT({field}) = 0",)),
    _operator("rows_where", "rows", "EXISTS({field} WHERE {0})", "есть строка, где", "has a row where"),
    _operator("no_rows_where", "rows", "NOT EXISTS({field} WHERE {0})", "нет строк, где", "has no row where"),
    _operator("rows_from", "one", "COUNT({field}) >= {0}", "число строк не меньше", "number of rows at least",
              ("строк от {0}", "rows: {0} or more")),
    _operator("rows_to", "one", "COUNT({field}) <= {0}", "число строк не больше", "number of rows at most",
              ("строк до {0}", "rows: {0} or less")),
)  # fmt: skip

_OF_PEOPLE = (
    _operator("is_me", "none", "{field} = me", "это я", "is me", ("я", "me"), group="person"),
    _operator("is_not_me", "none", "{field} IS DISTINCT FROM me", "не я", "is not me", group="person", also=("{field} <> me",)),
    _operator("has_me", "none", "{field} CONTAINS me", "есть я", "includes me", group="person"),
    _operator("my_people", "none", "{field} IN my.subordinates", "мои подчинённые", "my subordinates", group="person"),
    _operator("my_colleagues", "none", "{field}.department IN my.departments", "из моих отделов", "of my departments",
              group="person"),
    _operator("my_department", "none", "{field} = my.department", "мой отдел", "my department", group="person"),
    _operator("my_departments", "none", "{field} IN my.departments", "мой отдел и ниже", "my department and below",
              group="person"),
    _operator("under", "one", "UNDER({field}, {0})", "это или ниже", "is or is below", ("{0} и ниже", "{0} and below")),
)  # fmt: skip

_EITHER = (
    _operator("is_true", "none", "{field} = true", "да", "yes", also=("{field}", "{field} IS NOT DISTINCT FROM true")),
    _operator("is_false", "none", "{field} IS DISTINCT FROM true", "нет", "no", also=("{field} = false", "NOT {field}")),
    _operator("is_empty", "none", "{field} IS NULL", "пусто", "is empty"),
    _operator("is_not_empty", "none", "{field} IS NOT NULL", "не пусто", "is not empty"),
)  # fmt: skip

_DAYS = (
    _operator("today", "none", "{field} = today()", "сегодня", "today", group="period"),
    _operator("yesterday", "none", "{field} = today() - P1D", "вчера", "yesterday", group="period"),
    _operator("tomorrow", "none", "{field} = today() + P1D", "завтра", "tomorrow", group="period"),
    _operator("overdue", "none", "{field} < today()", "раньше сегодня", "before today", group="period"),
    _operator("ahead", "none", "{field} >= today()", "сегодня и позже", "today and later", group="period"),
)

_PERIODS = (
    ("week", "P7D", ("на прошлой неделе", "на этой неделе", "на следующей неделе")),
    ("month", "P1M", ("в прошлом месяце", "в этом месяце", "в следующем месяце")),
    ("quarter", "P3M", ("в прошлом квартале", "в этом квартале", "в следующем квартале")),
    ("year", "P1Y", ("в прошлом году", "в этом году", "в следующем году")),
)
"""Periods of the calendar: the unit, its length, and how the one before, this one and the next are called."""


def _periods() -> Iterator[Operator]:
    twice = {"P7D": "P14D", "P1M": "P2M", "P3M": "P6M", "P1Y": "P2Y"}
    for unit, length, (before, now, then) in _PERIODS:
        begin = f"START_OF(today(), '{unit}')"
        for name, words, english, first, last in (
            (f"this_{unit}", now, f"this {unit}", begin, f"{begin} + {length} - P1D"),
            (f"last_{unit}", before, f"last {unit}", f"{begin} - {length}", f"{begin} - P1D"),
            (f"next_{unit}", then, f"next {unit}", f"{begin} + {length}", f"{begin} + {twice[length]} - P1D"),
        ):
            yield _operator(
                name, "none", f"{{field}} BETWEEN {first} AND {last}", words, english, group="period"
            )


_SPANS = (
    _operator("last", "span", "{field} BETWEEN today() - {0} + P1D AND today()", "за последние", "in the last",
              ("за {0}", "last {0}"), group="span"),
    _operator("next", "span", "{field} BETWEEN today() AND today() + {0} - P1D", "в ближайшие", "in the next",
              ("ближайшие {0}", "next {0}"), group="span"),
    _operator("older", "span", "{field} < today() - {0}", "раньше чем … назад", "more than … ago",
              ("раньше чем {0} назад", "more than {0} ago"), group="span"),
    _operator("sooner", "span", "{field} < today() + {0}", "раньше чем через …", "sooner than in …",
              ("раньше чем через {0}", "sooner than in {0}"), group="span"),
    _operator("later", "span", "{field} > today() + {0}", "позже чем через …", "later than in …",
              ("позже чем через {0}", "later than in {0}"), group="span"),
)  # fmt: skip

_ALL = (*_COMPARING, *_OF_TEXTS, *_OF_SEVERAL, *_OF_PEOPLE, *_EITHER, *_DAYS, *_periods(), *_SPANS)
OPERATORS: Mapping[str, Operator] = {operator.name: operator for operator in _ALL}

EMPTINESS = ("is_empty", "is_not_empty")
OF_TEXT = ("contains", "not_contains", "eq", "ne", "starts", "ends", "in", "not_in", *EMPTINESS)
OF_LONG_TEXT = ("contains", "not_contains", *EMPTINESS)
OF_ORDERED = ("eq", "ne", "lt", "le", "gt", "ge", "between", *EMPTINESS)
OF_DAYS = (
    "eq", "ne", "before", "after", "until", "since", "between",
    *(operator.name for operator in (*_DAYS, *_periods(), *_SPANS)), *EMPTINESS,
)  # fmt: skip
OF_CHOICE = ("in", "not_in", "eq", "ne", *EMPTINESS)
OF_CHOICES = ("has_any", "has_all", "has_none", *EMPTINESS)
OF_LINK = ("in", "not_in", "eq", "ne", *EMPTINESS)
OF_LINKS = ("leads_to", "leads_to_any", "has_all", "leads_to_none", *EMPTINESS)
OF_USERS = ("has_me", *OF_LINKS)
OF_LINK_ANY = ("eq", "ne", *EMPTINESS)
OF_USER = ("is_me", "is_not_me", "my_people", "my_colleagues", *OF_LINK)
OF_DEPARTMENT = ("my_department", "my_departments", "under", *OF_LINK)
OF_BOOLEAN = ("is_true", "is_false", *EMPTINESS)
OF_ROWS = ("has_rows", "no_rows", "rows_where", "no_rows_where", "rows_from", "rows_to")
OF_FILE = ("name_contains", *EMPTINESS)
OF_SECRET = EMPTINESS
