"""The form of one condition: the field, the operator, its values; and the filter with the condition in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.query.names import readable_entity
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.fields.operator import Operator
from metamodel.messages import Message, message
from metamodel.model import Entity
from renderers.filters.asked import Asked
from renderers.filters.bar import Links, fault_of, finder
from renderers.filters.inputs import Inputs, NotTaken, Refused, operands_of, span_typed, widgets
from renderers.filters.parts import Condition, Group, Join, Part, Place, changed, found_at, written
from renderers.filters.reading import Find, read_parts
from renderers.filters.subjects import Subject
from renderers.forms.view import Widget
from renderers.pages.options import Option

_GROUPS: tuple[tuple[str, Message], ...] = (
    ("", message("Compared with a value")), ("person", message("About you")), ("period", message("In a period")),
    ("span", message("Counted in days")),
)  # fmt: skip
_USUAL = {"number": "ge", "date": "this_month", "datetime": "this_week"}
"""What is asked most of values of a kind."""
_UNITS = (("days", message("days")), ("weeks", message("weeks")), ("months", message("months")))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorGroup:
    """Operators that are offered under one heading."""

    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditForm:
    """A condition being edited. ``groups`` with one entry has no headings; ``where`` is what is asked of rows."""

    title: str
    action: str
    again: str
    hidden: tuple[tuple[str, str], ...]
    groups: tuple[OperatorGroup, ...]
    operand: str
    widgets: tuple[Widget, ...] = ()
    number: str = ""
    unit: str = ""
    units: tuple[Option, ...] = ()
    error: str = ""
    where: str = ""
    names: str = ""
    """Where the field of an expression asks what may stand in it."""
    check: str = ""
    negated: bool = False
    fresh: bool = False
    """Whether the condition is a new one."""
    other: str = ""
    other_part: str = ""
    drop: str = ""
    group: str = ""
    """The list with this condition and the one before it in a group of the other word."""
    ungroup: str = ""
    group_words: str = ""
    back: str = ""
    turn: str = ""
    """The list with the other word between this condition and its neighbours."""
    turn_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """What is edited: the whole filter, the place in it, what stands there."""

    who: Visit
    tx: Transaction
    entity: Entity
    grants: Grants
    asked: Asked
    group: Group
    place: Place
    part: Part | None

    @property
    def find(self) -> Find:
        """What a name means here."""
        return finder(self.tx.model, self.grants, self.entity)

    @property
    def links(self) -> Links:
        """The addresses around it."""
        return self.asked.links(self.entity.name)


def editing(who: Visit, tx: Transaction, entity: str, asked: Asked) -> Editing:
    """The place that was asked for; KBK2006 where there is none (a filter that changed since)."""
    grants = grants_of(tx.model, who.actor)
    found = readable_entity(tx.model, grants, entity)
    group = read_parts(asked.text, finder(tx.model, grants, found))
    place = asked.place if asked.one("_at") else (len(group.parts),)
    if place is None:
        raise KubikError("KBK2006")
    around = found_at(group, place[:-1])
    if not isinstance(around, Group) or place[-1] > len(around.parts):
        raise KubikError("KBK2006")
    part = found_at(group, place)
    return Editing(
        who=who, tx=tx, entity=found, grants=grants, asked=asked, group=group, place=place, part=part
    )


def chosen_subject(made: Editing) -> Subject | None:
    """What the condition is about: as was chosen, else as it stands; None when that is still to be chosen."""
    name = made.asked.one("_field")
    if name:
        return made.find(name)
    return made.find(made.part.subject) if isinstance(made.part, Condition) else None


def chosen_operator(made: Editing, subject: Subject) -> Operator:
    """The operator that was chosen, else the one that stands, else the first that is asked with a value."""
    standing = (
        made.part.operator if isinstance(made.part, Condition) and made.part.subject == subject.name else ""
    )
    kind = subject.field.result.kind if subject.field is not None else ""
    usual = subject.operator(_USUAL.get(kind, "")) or subject.operators[0]
    return subject.operator(made.asked.one("_op")) or subject.operator(standing) or usual


def edit_form(
    made: Editing, subject: Subject, operator: Operator, refused: Refused | None = None
) -> EditForm:
    """The form, with what stands in the filter, what was typed, or what of it was refused."""
    texts, asked, links = made.who.texts, made.asked, made.links
    inputs = Inputs(who=made.who, tx=made.tx, entity=made.entity, subject=subject, operator=operator)
    operands = _standing(made, subject, operator)
    number, unit = span_typed(operands if operator.operand == "span" else (), asked)
    at = ".".join(map(str, made.place))
    told = refused or Refused()
    fields = widgets(inputs, operands, refused) if operator.operand not in ("none", "span", "rows") else ()
    return EditForm(
        title=subject.label(texts.language),
        action=f"{links.path}/filters/apply", again=f"{links.path}/filters/edit",
        hidden=(*asked.state, ("filter", asked.text), ("_at", at), ("_field", subject.name)),
        groups=tuple(_groups(made, subject, operator)), operand=operator.operand, widgets=fields,
        number=number, unit=unit,
        units=tuple(Option(value=name, label=texts.render(words), chosen=name == unit) for name, words in _UNITS),
        error=told.words.get(0, "") if not fields else "",
        where=asked.one("_where") or (operands[0] if operator.operand == "rows" and operands else ""),
        names=links.page("names", of=subject.name), check=links.page("check", of=subject.name),
        negated=bool(asked.one("_not")) if asked.one("_op") else isinstance(made.part, Condition) and made.part.negated,
        fresh=made.part is None, other=links.page("edit", at=at, choose="1"), other_part=links.page("edit", at=at, choose="1", part="1"),
        back=links.list(asked.text), **_around(made),
    )  # fmt: skip


def _standing(made: Editing, subject: Subject, operator: Operator) -> tuple[str, ...]:
    """The operands that the condition has, as far as another operator takes them too."""
    part = made.part
    if not isinstance(part, Condition) or part.subject != subject.name:
        return ()
    before = subject.operator(part.operator)
    ordinary = ("one", "two", "list")
    if before is None or operator.operand == part.operator:
        return part.operands
    return (
        part.operands
        if before.operand == operator.operand or {before.operand, operator.operand} <= set(ordinary)
        else ()
    )


def _groups(made: Editing, subject: Subject, chosen: Operator) -> Iterator[OperatorGroup]:
    texts = made.who.texts
    for group, label in _GROUPS:
        options = tuple(
            Option(
                value=each.name, label=each.label.in_language(texts.language), chosen=each.name == chosen.name
            )
            for each in subject.operators
            if each.group == group
        )
        if options:
            yield OperatorGroup(label=texts.render(label), options=options)


def _around(made: Editing) -> dict[str, str]:
    """Links to the list without the condition, with it in a group, out of its group."""
    if made.part is None:
        return {}
    texts, links, place = made.who.texts, made.links, made.place
    found = {"drop": links.list(written(changed(made.group, place, ())))}
    above = found_at(made.group, place[:-1])
    assert isinstance(above, Group)
    other: Join = "OR" if above.join == "AND" else "AND"
    if len(above.parts) > 1:
        turned = replace(above, join=other)
        found["turn"] = links.list(
            written(changed(made.group, place[:-1], (turned,)) if place[:-1] else turned)
        )
        found["turn_words"] = (
            texts.gettext("Any of the conditions")
            if other == "OR"
            else texts.gettext("All of the conditions")
        )
    if place[-1] > 0 and len(above.parts) > 2:
        grouped = with_previous(made.group, place)
        found["group"] = links.list(written(grouped))
        found["group_words"] = texts.gettext("“or” with the one before") if other == "OR" else texts.gettext("“and” with the one before")  # fmt: skip
    if len(place) > 1:
        lifted = changed(made.group, place, ())
        found["ungroup"] = links.list(written(replace(lifted, parts=(*lifted.parts, made.part))))
    return found


def with_previous(group: Group, place: Place) -> Group:
    """The part of that place together with the one before it in a group of the other word."""
    above = found_at(group, place[:-1])
    assert isinstance(above, Group)
    if len(above.parts) == 2:
        turned = replace(above, join="OR" if above.join == "AND" else "AND")
        return changed(group, place[:-1], (turned,)) if place[:-1] else turned
    before, part = above.parts[place[-1] - 1], above.parts[place[-1]]
    other: Part = Group(join="OR" if above.join == "AND" else "AND", parts=(before, part))
    if isinstance(before, Group) and before.join != above.join and not before.negated:
        other = replace(before, parts=(*before.parts, part))
    return changed(changed(group, place, ()), (*place[:-1], place[-1] - 1), (other,))


def condition_of(made: Editing, subject: Subject, operator: Operator) -> Condition:
    """The condition that a form says; raises `NotTaken`."""
    inputs = Inputs(who=made.who, tx=made.tx, entity=made.entity, subject=subject, operator=operator)
    operands = operands_of(inputs, made.asked)
    text = operator.text(subject.name, *operands)
    negated = bool(made.asked.one("_not"))
    text = f"NOT ({text})" if negated else text
    fault = fault_of(made.tx.model, made.grants, made.entity, text)
    if fault is not None:
        words = made.who.texts.render(fault.errors[0].message if fault.errors else fault.detail)
        raise NotTaken(Refused(words={0: words}, typed=[v for v in made.asked.all("_v") if v]))
    return Condition(
        subject=subject.name, operator=operator.name, operands=operands, negated=negated, text=text
    )


def put(made: Editing, parts: Sequence[Part]) -> str:
    """The text of the filter with these in the place."""
    return written(changed(made.group, made.place, parts))


__all__ = [
    "EditForm",
    "Editing",
    "chosen_operator",
    "chosen_subject",
    "condition_of",
    "edit_form",
    "editing",
    "put",
]
