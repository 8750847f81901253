"""Links that were typed as text: the record they mean, found among the field's options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.query.query import Link
from metamodel.errors import Problem, ValueRefused
from metamodel.messages import message
from metamodel.model import Entity, Field, Model
from metamodel.text import fold, number_of
from renderers.forms.filled import Filled, Holder, every_holder
from renderers.forms.texts import Manner
from renderers.forms.view import Candidate
from renderers.pages.titles import title_words

SHOWN = 5


class Options(Protocol):
    """`core.query.options.options`, bound to a transaction and an actor."""

    def __call__(
        self, entity: str, field: str, text: str, record_values: Mapping[str, Any], limit: int,
        to: str | None = None,
    ) -> list[Link]: ...  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Looked:
    """What was not found, and what may have been meant, by pointer."""

    problems: list[Problem] = field(default_factory=list)
    candidates: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)


def look_up(model: Model, entity: Entity, filled: Filled, options: Options, manner: Manner) -> Looked:
    """Puts the ids of the records that typed texts mean into ``filled``; says where there is none or more than one."""
    looked = Looked()
    for holder, owner, pointer in _holders(model, entity, filled):
        values = internal_values(owner, holder.values, manner)
        for name, text in list(holder.typed.items()):
            link = owner.by_name.get(name)
            if link is None or link.type.widget not in ("link", "links", "link_any"):
                continue
            if link.targets:
                _look_up_any(model, link, holder, f"{pointer}/{name}", values, owner, options, looked, manner)
                continue
            found = options(owner.name, name, text.strip(), values, SHOWN + 1)
            same = [option for option in found if fold(option.title or "") == fold(text.strip())]
            if link.listed and (len(same) == 1 or len(found) == 1):
                _settle_one_more(holder, name, (same or found)[0], manner)
            elif len(same) == 1 or len(found) == 1:
                _settle(holder, name, (same or found)[0], manner)
            else:
                _tell(looked, f"{pointer}/{name}", text.strip(), found, manner)
    return looked


def _holders(model: Model, entity: Entity, filled: Filled) -> Iterator[tuple[Holder, Entity, str]]:
    """The record and every row of a list that its entity has, with its entity and pointer."""
    owners: dict[str, Entity] = {}
    for holder, pointer in every_holder(filled):
        above, list_name, _ = pointer.rsplit("/", 2) if pointer else ("", "", "")
        owner = owners.get(above)
        listed = owner.by_name.get(list_name) if owner is not None else None
        here = model.entity_by_uid.get(listed.target or "") if listed is not None else None
        if not pointer:
            here = entity
        if here is not None:
            owners[pointer] = here
            yield holder, here, pointer


def _look_up_any(
    model: Model, link: Field, holder: Holder, pointer: str, values: Mapping[str, Any], owner: Entity,
    options: Options, looked: Looked, manner: Manner,
) -> None:  # fmt: skip
    """The record of any entity that a typed text means: ``deal:7``, or a title that one record alone has."""
    text = holder.typed[link.name].strip()
    name, colon, number = text.partition(":")
    record = number_of(number.strip())
    leads = name.strip() in {model.entity_by_uid[uid].name for uid in link.targets}
    if colon and leads and record is not None and options(owner.name, link.name, "", values, 1, name.strip()):
        holder.values[link.name] = f"{name.strip()}:{record}"
        holder.titles[link.name] = text
        del holder.typed[link.name]
        return
    found: list[tuple[str, Link]] = []
    for uid in link.targets:
        to = model.entity_by_uid[uid].name
        found += [(to, each) for each in options(owner.name, link.name, text, values, SHOWN + 1, to)]
    same = [pair for pair in found if fold(pair[1].title or "") == fold(text)]
    if len(same) == 1 or len(found) == 1:
        to, option = (same or found)[0]
        holder.values[link.name] = f"{to}:{option.id}"
        holder.titles[link.name] = title_words(option.title, option.id, manner.words)
        del holder.typed[link.name]
        return
    _tell(looked, pointer, text, [option for _, option in same or found], manner)
    looked.candidates[pointer] = tuple(
        Candidate(id=f"{to}:{o.id}", title=title_words(o.title, o.id, manner.words))
        for to, o in (same or found)[:SHOWN]
    )


def _settle_one_more(holder: Holder, name: str, option: Link, manner: Manner) -> None:
    """One more record of a list."""
    chosen = [each for each in holder.values.get(name, "").split("\n") if each]
    titles = [each for each in holder.titles.get(name, "").split("\n") if each]
    if str(option.id) not in chosen:
        chosen.append(str(option.id))
        titles.append(title_words(option.title, option.id, manner.words))
    holder.values[name], holder.titles[name] = "\n".join(chosen), "\n".join(titles)
    del holder.typed[name]


def _settle(holder: Holder, name: str, option: Link, manner: Manner) -> None:
    holder.values[name] = str(option.id)
    holder.titles[name] = title_words(option.title, option.id, manner.words)
    del holder.typed[name]


def _tell(looked: Looked, pointer: str, text: str, found: list[Link], manner: Manner) -> None:
    words = (
        message("Several records fit “{text}”: choose one of them", text=text[:100])
        if found
        else message("Nothing to choose fits “{text}”", text=text[:100])
    )
    looked.problems.append(Problem(pointer=pointer, code="KBK3005", message=words))
    looked.candidates[pointer] = tuple(
        Candidate(id=o.id or 0, title=title_words(o.title, o.id, manner.words)) for o in found[:SHOWN]
    )


def internal_values(entity: Entity, texts: Mapping[str, str], manner: Manner) -> dict[str, Any]:
    """The texts of a form as the engine's values by uid; what cannot be read counts as empty."""
    values: dict[str, Any] = {}
    for name, text in texts.items():
        found = entity.by_name.get(name)
        if found is None or not found.valued or found.targets:
            continue
        try:
            values[found.uid] = found.type.parse(found, text, manner.context)
        except ValueRefused:
            values[found.uid] = None
    return values
