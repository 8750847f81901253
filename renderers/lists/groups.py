"""Groups of a list: which there are for a reader, in which order, how each is called, keyed and filtered by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from markupsafe import Markup

from core.access.actor import Actor
from core.access.grants import Grants
from core.errors import KubikError
from core.i18n import Texts
from core.query.grouping import Grouping, grouping_of
from core.query.query import Group, Link
from core.query.read import titles
from core.query.totals import FieldTotal, Total
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity, Field, Model, ViewGroup
from metamodel.text import fold, number_of
from metamodel.value_steps import DATE_STEPS, following
from renderers.lists.told import together
from renderers.pages.cells import Cells

EMPTY, HIDDEN = "-", "~"
"""What stands for the records without a value, and for those that lead out of sight."""
MOST_GROUPS = 200
"""Groups that are shown; a list by a link may have thousands."""
SEPARATOR = "/"
LONGEST, LARGEST = 40, 2**62
"""Characters of a number in a key, and what it stays below in units of its last digit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupHead:
    """A group: ``key`` tells it from the others of its list, ``condition`` is it as a filter (None: it has none).

    ``inner`` are the groups within it; a group without them holds rows.
    """

    key: str
    level: int
    label: Markup
    plain: str
    group: Group
    count: int
    fields: dict[str, FieldTotal]
    condition: str | None
    inner: tuple[GroupHead, ...] = ()


def usable_groups(
    grants: Grants, entity: Entity, asked: Sequence[ViewGroup] | Sequence[str]
) -> tuple[ViewGroup, ...]:
    """The levels that the reader may group by, at most two; what is none is passed over."""
    found: list[ViewGroup] = []
    for each in asked:
        made = _level(grants, entity, each)
        if made is not None and all(made.field != other.field for other in found):
            found.append(made)
    return tuple(found[:2])


def _level(grants: Grants, entity: Entity, asked: ViewGroup | str) -> ViewGroup | None:
    if isinstance(asked, str):
        name, _, by = asked.removeprefix("-").partition(":")
        known = entity.by_name.get(name)
        if known is None or known.off:
            return None
        asked = ViewGroup(field=known.uid, by=by or None, descending=asked.startswith("-"))
    grouping = grouping_of(grants, entity, asked.field, asked.by)
    return None if grouping is None else replace(asked, by=grouping.by)


def group_text(entity: Entity, group: ViewGroup) -> str:
    """A level as an address and a definition write it."""
    name = entity.by_uid[group.field].name
    return f"{'-' * group.descending}{name}{f':{group.by}' if group.by else ''}"


def groupings(levels: Sequence[ViewGroup]) -> tuple[Grouping, ...]:
    """What `totals` is asked by."""
    return tuple(Grouping(field=level.field, by=level.by) for level in levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What names groups for one reader; ``known`` are titles of records that links lead to, by the link's field."""

    tx: Transaction
    actor: Actor
    entity: Entity
    cells: Cells
    texts: Texts
    known: dict[str, dict[int, Link]] = field(default_factory=dict)

    @property
    def model(self) -> Model:
        return self.tx.model


def heads_of(naming: Naming, levels: Sequence[ViewGroup], found: Sequence[Total]) -> tuple[GroupHead, ...]:
    """The heads of all groups in order, those of the second level within those of the first."""
    for depth, level in enumerate(levels):
        target = naming.entity.by_uid[level.field].target
        if target is not None and naming.entity.by_uid[level.field].result.kind == "link":
            keys = [(*total.within, (total.value, total.hidden)) for total in found]
            ids = {key[depth][0] for key in keys if key[depth][0] is not None}
            of = naming.model.entity_by_uid[target]
            naming.known[level.field] = titles(naming.tx, naming.actor, of, [int(id) for id in ids])
    return _level_heads(naming, levels, [*found, *_empty_stages(naming.entity, levels, found)], None, "", 0)


def _empty_stages(entity: Entity, levels: Sequence[ViewGroup], found: Sequence[Total]) -> Iterator[Total]:
    """Of a list by stage alone also the stages of work under way in which nothing stands: that tells something, too."""
    stages = entity.stages
    if stages is None or not found or len(levels) != 1 or levels[0].field != stages.field:
        return
    there = {total.value for total in found}
    for pipeline in stages.pipelines:
        uids = {stage.uid for stage in pipeline.stages}
        if not uids & there and len(stages.pipelines) > 1:
            continue
        for stage in pipeline.stages:
            if stage.kind == "open" and not stage.archived and stage.uid not in there:
                there.add(stage.uid)
                yield Total(value=stage.uid, hidden=False, count=0, fields={})


def _level_heads(
    naming: Naming,
    levels: Sequence[ViewGroup],
    found: Sequence[Total],
    within: Group | None,
    key: str,
    depth: int,
) -> tuple[GroupHead, ...]:
    by_value: dict[tuple[Any, bool], list[Total]] = {}
    for total in found:
        value = (*total.within, (total.value, total.hidden))[depth]
        by_value.setdefault(value, []).append(total)
    level = levels[depth]
    of = naming.entity.by_uid[level.field]
    made = []
    for (value, hidden), totals in by_value.items():
        which = "hidden" if hidden else "empty" if value is None else "value"
        group = Group(field=of.uid, which=which, value=value, by=level.by, within=within)  # type: ignore[arg-type]
        label, plain = _label(naming, of, level, value, hidden=hidden)
        own = key + _key(of, value, hidden=hidden)
        names = totals[0].fields
        head = GroupHead(
            key=own, level=depth, label=label, plain=plain, group=group, condition=_condition(of, level, value, hidden=hidden),
            count=sum(total.count for total in totals),
            fields={name: together([total.fields[name] for total in totals]) for name in names},
        )  # fmt: skip
        if depth + 1 < len(levels):
            inner = _level_heads(naming, levels, totals, group, own + SEPARATOR, depth + 1)
            head = replace(head, inner=tuple(_joined(head, each) for each in inner))
        made.append((_order(naming, of, level, value, hidden=hidden, plain=plain), head))
    made.sort(key=lambda pair: pair[0])
    if of.result.kind == "link" and len(made) > MOST_GROUPS:
        fullest = {id(head) for head in sorted((h for _, h in made), key=lambda h: -h.count)[:MOST_GROUPS]}
        made = [pair for pair in made if id(pair[1]) in fullest]
    return tuple(head for _, head in made[:MOST_GROUPS])


def _joined(outer: GroupHead, inner: GroupHead) -> GroupHead:
    """An inner group with the condition of both."""
    both = outer.condition and inner.condition and f"{outer.condition} AND {inner.condition}"
    return replace(inner, condition=both)


def _order(
    naming: Naming, of: Field, level: ViewGroup, value: Any, *, hidden: bool, plain: str
) -> tuple[Any, ...]:
    """Choices in theirs, records by title, dates and numbers ascending or descending; empty and hidden ones last."""
    if value is None:
        return (2 if hidden else 1,)
    if of.result.kind == "choice":
        place = next(
            (index for index, choice in enumerate(of.choices) if choice.uid == value), len(of.choices)
        )
        return 0, -place if level.descending else place
    if of.result.kind == "link":
        return 0, fold(plain), value
    if of.result.kind == "boolean":
        return 0, bool(value) if level.descending else not value
    number = value.toordinal() if isinstance(value, dt.date) else value
    return 0, -number if level.descending else number


def _key(of: Field, value: Any, *, hidden: bool) -> str:
    """What stands for a group in addresses, and of a choice its uid: names of stages are not always of one."""
    if value is None:
        return HIDDEN if hidden else EMPTY
    if of.result.kind == "boolean":
        return "true" if value else "false"
    return str(value)


def group_of_key(grants: Grants, entity: Entity, levels: Sequence[ViewGroup], key: str) -> Group:
    """The group that a key stands for; KBK2006 for what is none."""
    parts = key.split(SEPARATOR)
    if len(parts) != len(levels):
        raise KubikError("KBK2006")
    found: Group | None = None
    for level, part in zip(levels, parts, strict=True):
        of = entity.by_uid[level.field]
        which = {EMPTY: "empty", HIDDEN: "hidden"}.get(part, "value")
        value = _value(of, level, part) if which == "value" else None
        found = Group(field=of.uid, which=which, value=value, by=level.by, within=found)  # type: ignore[arg-type]
    assert found is not None
    return found


def _value(of: Field, level: ViewGroup, part: str) -> Any:
    try:
        match of.result.kind:
            case "choice":
                return next(choice.uid for choice in of.choices if choice.uid == part)
            case "boolean":
                return {"true": True, "false": False}[part]
            case "link":
                number = number_of(part)
                if number is None:
                    raise ValueError(part)
                return number
            case "number":
                return _number(part, of.result.scale)
            case _:
                return dt.date.fromisoformat(part)
    except (StopIteration, KeyError, ValueError, ArithmeticError):
        raise KubikError("KBK2006") from None


def _number(part: str, scale: int) -> Decimal | int:
    """A number as a database holds it, with room for the step behind it."""
    if len(part) > LONGEST:
        raise ValueError(part)
    number = Decimal(part)
    if not number.is_finite() or abs(number.scaleb(scale)) >= LARGEST:
        raise ValueError(part)
    return number if scale else int(number)


def _label(naming: Naming, of: Field, level: ViewGroup, value: Any, *, hidden: bool) -> tuple[Markup, str]:
    """How a group is called, as HTML and plainly."""
    texts = naming.texts
    if value is None:
        words = texts.gettext("Hidden from you") if hidden else texts.gettext("Not given")
        return Markup('<span class="dim">{}</span>').format(words), words
    match of.result.kind:
        case "choice":
            choice = next((c for c in of.choices if c.uid == value), None)
            plain = (choice.label.in_language(texts.language) or choice.name) if choice else str(value)
            drawn = naming.cells.draw(of, of.result, "")([choice.name if choice else value])[0]
            return Markup(drawn), plain
        case "link":
            link = naming.known.get(of.uid, {}).get(int(value), Link(id=None, hidden=True))
            plain = "" if link.hidden else link.title
            return Markup(naming.cells.draw(of, of.result, "")([link])[0]), plain
        case "boolean":
            plain = texts.gettext("Yes") if value else texts.gettext("No")
        case "number":
            plain = texts.number(value)
            if level.by is not None:
                until = following(value, level.by)
                plain = texts.render(message("from {low} to {high}", low=plain, high=texts.number(until)))
        case _:
            plain = date_step(value, level.by or "day", texts)
    return Markup("<b>{}</b>").format(plain), plain


def date_step(value: dt.date, by: str, texts: Texts) -> str:
    """A step of time as people call it."""
    language = texts.language
    match by:
        case "year":
            return str(value.year)
        case "quarter":
            quarter = (value.month + 2) // 3
            return texts.render(message("Q{quarter} {year}", quarter=quarter, year=str(value.year)))
        case "month":
            return format_date(value, "LLLL yyyy", locale=language)
        case "week":
            return f"{texts.date(value)} – {texts.date(value + dt.timedelta(days=6))}"
        case _:
            return texts.date(value)


def _condition(of: Field, level: ViewGroup, value: Any, *, hidden: bool) -> str | None:
    """The group as a filter, in names."""
    name = of.name
    if value is None:
        return None if hidden else f"{name} IS NULL"
    match of.result.kind:
        case "choice":
            choice = next((c for c in of.choices if c.uid == value), None)
            alone = choice is not None and sum(c.name == choice.name for c in of.choices) == 1
            return f"{name} = '{choice.name}'" if choice is not None and alone else None
        case "boolean":
            return f"{name} = {'true' if value else 'false'}"
        case "link":
            return f"{name} = {value}"
        case _:
            if level.by is None:
                return f"{name} = {value}"
            low, high = value, following(value, level.by)
            if level.by in DATE_STEPS:
                return f"{name} >= date '{low}' AND {name} < date '{high}'"
            return f"{name} >= {low} AND {name} < {high}"
