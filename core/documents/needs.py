"""What a template reads: names of a record, and of the records behind them, found in the model as people write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from metamodel.errors import suggestion
from metamodel.labels import Label
from metamodel.model import Entity, Field, Model
from metamodel.names import transliterate
from metamodel.text import fold


@dataclass(frozen=True, slots=True)
class Needs:
    """What is read of a record: None for a value as it stands, `Needs` for the record behind a link, or for each record
    of children, of links and of records that link here.

    Keys are names as the template has them: `member` finds the field of one. ``my``, of the whole of a template alone,
    is what is read of the person. ``titled``: the record itself is printed, by its title.
    """

    fields: Mapping[str, Needs | None]
    my: Needs | None = None
    titled: bool = False

    def joined(self, other: Needs | None) -> Needs:
        """What this and the other read together."""
        if other is None:
            return self
        made = dict(self.fields)
        for name, inner in other.fields.items():
            mine = made.get(name)
            made[name] = inner if mine is None else mine.joined(inner)
        my = self.my.joined(other.my) if self.my is not None else other.my
        return Needs(made, my, self.titled or other.titled)

    def paths(self, before: str = "") -> Iterator[str]:
        """Every value that is read, as a path of names."""
        for name, inner in self.fields.items():
            if inner is not None and inner.fields:
                yield from inner.paths(f"{before}{name}.")
            else:
                yield f"{before}{name}"


def _both(one: Needs | None, other: Needs | None) -> Needs | None:
    """A value that is read as it stands in one place and from behind in another is read in both ways."""
    if one is None or other is None:
        known = one or other
        return replace(known, titled=True) if known is not None else None
    return one.joined(other)


@dataclass(frozen=True, slots=True)
class Member:
    """What a name of an entity stands for: a field of it, or the records of ``entity`` whose ``field`` links here."""

    field: Field
    entity: Entity | None = None

    @property
    def inverse(self) -> bool:
        """Whether these are records that link here."""
        return self.entity is not None


def member(model: Model, entity: Entity, written: str) -> Member | None:
    """What a name in a template stands for: the name of a field or of records that link here; else the only one whose
    label it is, with ``_`` for what parts words, or that has its transliteration for a name (``компания``).
    """
    found = _named(model, entity, written)
    if found is None and not written.isascii():
        names = {*_by_label(entity).get(fold(written), ()), transliterate(written)}
        several = [each for name in sorted(names) if (each := _named(model, entity, name)) is not None]
        found = several[0] if len({(m.field.uid, m.inverse) for m in several}) == 1 else None
    return found


def _named(model: Model, entity: Entity, name: str) -> Member | None:
    field_ = entity.by_name.get(name)
    if field_ is not None:
        return Member(field_)
    found = model.inverse(entity, name)
    return Member(found[1], found[0]) if found is not None else None


def is_called(entity: Entity, written: str) -> bool:
    """Whether a template means the record itself by a name: that of its entity, or its label."""
    if written == entity.name or written == "record":
        return True
    return not written.isascii() and (
        fold(written) in words_of(entity.label) or transliterate(written) == entity.name
    )


def near_label(entity: Entity, written: str) -> str | None:
    """The name of the field whose label is nearest to what was written, when one is near."""
    known = _by_label(entity)
    near = suggestion(fold(written), known)
    return known[near][0] if near is not None else None


def _by_label(entity: Entity) -> dict[str, tuple[str, ...]]:
    """The names of fields by their labels."""
    made: dict[str, tuple[str, ...]] = {}
    for each in entity.fields:
        for words in words_of(each.label):
            made[words] = (*made.get(words, ()), each.name)
    return made


def words_of(label: Label) -> set[str]:
    """A label in its languages as a name in a template would be written."""
    return {
        fold("_".join("".join(c if c.isalnum() else " " for c in text).split()))
        for text in (label.ru, label.en)
        if text
    }
