"""Fields that a report can be made of: those of the entity, and those behind its links and lists, as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.access.grants import Grants
from core.errors import KubikError
from core.query.names import readable_fields
from core.query.pivot.asking import Axis, Measure, PivotQuery
from core.query.pivot.resolving import AMOUNTS, ENDS, Figure, Key, PivotPlan, resolve
from metamodel.expression.types import Type
from metamodel.labels import Label
from metamodel.model import Entity, Field, Model
from metamodel.text import fold
from renderers.pages.icons import icon_name

ARROW = " → "
MOST_KEPT = 500
MOST_FOUND = 30

_UNFIT = ("long_text", "rich_text", "json", "secret", "file", "image", "files")
"""Types of fields that are no keys for people: every record has its own."""

_HIDDEN = ("id", "version", "deleted_at", "position", "ext")
_LATE = ("created_at", "updated_at", "created_by", "updated_by")

_ICONS = {
    "money": "coin", "percent": "percentage", "user": "user", "users": "users", "department": "sitemap", "phone": "phone",
    "email": "mail", "url": "world", "boolean": "checkbox", "rating": "star", "color": "palette", "links": "tags",
    "formula": "math-function", "rollup": "math-function", "number_series": "hash",
}  # fmt: skip
_KIND_ICONS = {
    "number": "hash", "date": "calendar", "datetime": "calendar-time", "time": "clock", "duration": "stopwatch",
    "choice": "list", "choices": "tags", "link": "link", "link_any": "link", "boolean": "checkbox", "text": "abc",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Usable:
    """A field by its path: whether it can make rows and columns, whether it can be added up.

    ``inner`` are the fields behind it; ``leads`` says that there are some which are not listed here.
    """

    name: str
    label: str
    last: str
    icon: str
    key: bool
    amount: bool
    moment: bool
    inner: tuple[Usable, ...] = ()
    leads: bool = False

    @property
    def usable(self) -> bool:
        """Whether it can stand anywhere by itself."""
        return self.key or self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What reports of an entity may be made of for these rights and in this language."""

    model: Model
    grants: Grants
    entity: Entity
    language: str

    def key(self, field: str, by: str | None = None) -> Key:
        """An axis with every name resolved; the refusal of the engine for what is none."""
        return _resolved(self, PivotQuery(entity=self.entity.name, rows=(Axis(field=field, by=by),))).rows[0]

    def figure(self, aggregate: str, field: str | None) -> Figure:
        """A value with every name resolved; the refusal of the engine for what is none."""
        measure = Measure(aggregate=aggregate, field=field)
        return _resolved(self, PivotQuery(entity=self.entity.name, values=(measure,))).figures[0]

    def label(self, path: str) -> str:
        """The labels along a path: `Company → City`; of what is no path the text itself."""
        found = labels_along(self.model, self.grants, self.entity, path)
        return path if found is None else ARROW.join(each.in_language(self.language) for each in found)


def shortened(label: str) -> str:
    """A long path where there is little room: its end says most, the beginning stands in a hint."""
    steps = label.split(ARROW)
    return label if len(steps) < 3 else ARROW.join(steps[-2:])


def _resolved(ground: Ground, query: PivotQuery) -> PivotPlan:
    return resolve(query, ground.model, ground.grants)


def labels_along(model: Model, grants: Grants, entity: Entity, path: str) -> list[Label] | None:
    """The label of each step of a path, of lists from elsewhere that of the records; None when a step is not there."""
    found: list[Label] = []
    here: Entity | None = entity
    for part in path.split("."):
        if here is None:
            return None
        field = next((f for f in readable_fields(grants, here) if f.name == part), None)
        if field is None:
            led = next((pair for pair in _inverses(model, grants, here) if pair[1] == part), None)
            if led is None:
                return None
            found.append(led[0].label_many)
            here = led[0]
            continue
        found.append(field.label if field.label.ru or field.label.en else Label(ru=field.name, en=field.name))
        here = model.entity_by_uid.get(field.target or "")
    return found


def usable_fields(ground: Ground, under: str = "") -> tuple[Usable, ...]:
    """The fields of the entity, or of the record that a path leads to, with those one step behind them."""
    kept: dict[tuple[str, ...], tuple[Usable, ...]] = ground.model.derived.setdefault("report_fields", {})
    key = (ground.entity.uid, ground.grants.key, ground.language, under)
    if key not in kept:
        if len(kept) > MOST_KEPT:
            kept.clear()
        kept[key] = tuple(_fields(ground, under, deep=True))
    return kept[key]


def far_fields(ground: Ground, words: str) -> tuple[Usable, ...]:
    """The fields two links away whose labels hold the words: too many to be listed, they are found by a search."""
    kept: dict[tuple[str, ...], tuple[Usable, ...]] = ground.model.derived.setdefault("report_fields", {})
    key = (ground.entity.uid, ground.grants.key, ground.language, "far")
    if key not in kept:
        led = (inner for each in usable_fields(ground) for inner in each.inner if inner.leads)
        kept[key] = tuple(far for each in led for far in _fields(ground, each.name, deep=False) if far.usable)
    wanted = fold(words.strip())
    found = (each for each in kept[key] if wanted in fold(each.last) or wanted in fold(each.label))
    return tuple(sorted(found, key=lambda each: _farness(fold(each.last), wanted)))[:MOST_FOUND]


def _farness(label: str, wanted: str) -> int:
    """What is called just so first, then what begins so, then what holds the words itself."""
    return next(
        n for n, fits in enumerate((label == wanted, label.startswith(wanted), wanted in label, True)) if fits
    )


def _fields(ground: Ground, under: str, *, deep: bool) -> Iterator[Usable]:
    here = target_of(ground, under)
    if here is None:
        return
    own = [f for f in readable_fields(ground.grants, here) if f.name not in _HIDDEN and not f.off]
    for field in sorted(own, key=lambda f: (f.system, f.name in _LATE)):
        if (
            field.type.name in _UNFIT
            or field.of_stage is not None
            or (field.system and field.name not in _LATE)
        ):
            continue
        made = _usable(ground, f"{under}.{field.name}" if under else field.name, field, deep=deep)
        if made.usable or made.inner or made.leads:
            yield made
    if deep and not under:
        yield from _from_elsewhere(ground, here)


def _from_elsewhere(ground: Ground, here: Entity) -> Iterator[Usable]:
    """Lists of records that lead here by a link of theirs, where the engine knows ways through them."""
    for other, name in _inverses(ground.model, ground.grants, here):
        inner = tuple(each for each in _fields(ground, name, deep=False) if each.usable)
        if inner:
            label = other.label_many.in_language(ground.language) or other.name
            yield Usable(
                name=name, label=label, last=label, icon=icon_name(other.icon), key=_is_key(ground, name), amount=False,
                moment=False, inner=inner,
            )  # fmt: skip


def _inverses(model: Model, grants: Grants, here: Entity) -> Iterator[tuple[Entity, str]]:
    for other in model.entities.values():
        if other.off or other.solution == "system" or not grants.may(other.uid, "read"):
            continue
        for field in readable_fields(grants, other):
            if field.inverse and field.target == here.uid and field.inverse not in here.by_name:
                yield other, field.inverse


def _usable(ground: Ground, name: str, field: Field, *, deep: bool) -> Usable:
    target = ground.model.entity_by_uid.get(field.target or "")
    leads = target is not None and field.stored and ground.grants.may(target.uid, "read")
    leads = leads or (field.type.name == "children" and target is not None)
    inner = tuple(each for each in _fields(ground, name, deep=False) if each.usable) if deep and leads else ()
    labels = labels_along(ground.model, ground.grants, ground.entity, name) or []
    texts = [each.in_language(ground.language) for each in labels]
    icon = _ICONS.get(field.type.name) or _KIND_ICONS.get(field.result.kind, "abc")
    if target is not None and field.type.name in ("link", "children"):
        icon = icon_name(target.icon, icon)
    children = field.type.name == "children"
    return Usable(
        name=name, label=ARROW.join(texts), last=texts[-1] if texts else field.name, icon=icon_name(icon, "abc"),
        key=_is_key(ground, name), amount=not children and is_amount(field.result), moment=field.result.kind in ("date", "datetime"),
        inner=inner, leads=bool(leads) and not deep,
    )  # fmt: skip


def _is_key(ground: Ground, name: str) -> bool:
    try:
        ground.key(name)
    except KubikError:
        return False
    return True


def target_of(ground: Ground, path: str) -> Entity | None:
    """The entity that a path leads to; the report's own for an empty one."""
    here: Entity | None = ground.entity
    for part in filter(None, path.split(".")):
        if here is None:
            return None
        field = next((f for f in readable_fields(ground.grants, here) if f.name == part), None)
        if field is None:
            here = next((e for e, name in _inverses(ground.model, ground.grants, here) if name == part), None)
        else:
            here = ground.model.entity_by_uid.get(field.target or "")
    return here if here is None or ground.grants.may(here.uid, "read") else None


def is_amount(type: Type) -> bool:
    """Whether values of a type are added up when nothing else is said."""
    return type.kind in AMOUNTS and not type.many


def aggregates_for(type: Type | None) -> tuple[str, ...]:
    """The aggregates of values of a type in the order of a menu; of the records themselves without one."""
    if type is None:
        return ("count", "share_of_total", "share_of_row", "share_of_column")
    if type.kind in AMOUNTS:
        return (
            "sum", "avg", "min", "max", "median", "count", "count_distinct", "share_of_total", "share_of_row",
            "share_of_column",
        )  # fmt: skip
    if type.kind in ENDS:
        return ("min", "max", "count", "count_distinct", "first", "last")
    return ("count", "count_distinct", "first", "last")
