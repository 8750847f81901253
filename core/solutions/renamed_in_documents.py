"""A rename reaches documents: their definition, and the tags inside of their template files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.documents.checking import Checked, Ref
from core.documents.needs import is_called, member
from core.documents.reading import Tag
from metamodel.model import Entity, Model

if TYPE_CHECKING:
    from core.solutions.renames import Follower

_OF_DOCUMENT = ("number", "date")


def rename_in_document(names: Follower, item: dict[str, Any]) -> None:
    """Write the definition of a document with the new names."""
    uid = names.entity_uid.get(item["entity"])
    item["entity"] = names.name("entities", item["entity"])
    old = next((d for d in names.old.documents.values() if d.uid == item["uid"]), None)
    if "by" in item.get("number", {}):
        item["number"]["by"] = names.field(uid, item["number"]["by"])
    if "file_name" in item:
        item["file_name"] = re.sub(
            r"\{([^{}]*)\}",
            lambda m: m[0] if m[1] in _OF_DOCUMENT else "{" + names.field(uid, m[1]) + "}",
            item["file_name"],
        )
    if "stages" in item:
        stages = names.stages(uid)
        item["stages"] = [stages.get(name, name) for name in item["stages"]]
    names.expression(item, "when", old.when if old else None)


def renamed_tags(new: Model, look: Checked, hidden: frozenset[Ref] = frozenset()) -> Mapping[int, str]:
    """The new texts of tags (by number) whose names mean something that is called differently now; those that are
    ``hidden`` behind another meaning of the new name are named as the record's.
    """
    tags = {tag.number: tag for tag in look.tags}
    changes: dict[int, list[tuple[Ref, str]]] = {}
    for ref in look.refs:
        written = tags[ref.number].text[ref.start : ref.end]
        name = _name_now(new, ref, written) or written
        if ref in hidden:
            name = "record" if ref.kind == "entity" else f"record.{name}"
        if name != written:
            changes.setdefault(ref.number, []).append((ref, name))
    return {number: _with_names(tags[number], found) for number, found in changes.items()}


def hidden_names(before: Checked, now: Checked, new: Model, entity: Entity) -> frozenset[Ref]:
    """Names that stand by themselves in tags and mean something else now, though what they meant is there: a loop variable
    or another field is called so.
    """
    tags = {tag.number: tag for tag in before.tags}
    meant = Counter((ref.number, ref.kind, ref.uid, ref.owner) for ref in before.refs)
    meant.subtract((ref.number, ref.kind, ref.uid, ref.owner) for ref in now.refs)
    return frozenset(
        ref
        for ref in before.refs
        if meant[(ref.number, ref.kind, ref.uid, ref.owner)] > 0
        and _at_the_root(tags[ref.number], ref, entity)
        and (ref.kind == "entity" or _there(new, ref, entity))
    )


def _at_the_root(tag: Tag, ref: Ref, entity: Entity) -> bool:
    ahead = tag.text[: ref.start].rstrip()[-1:]
    return ref.kind != "choice" and ahead not in (".", "'", '"') and (ref.owner or entity.uid) == entity.uid


def _there(new: Model, ref: Ref, entity: Entity) -> bool:
    """Whether what a name meant is in the model still."""
    if ref.kind == "field":
        return ref.uid in entity.by_uid
    return any(field.uid == ref.uid for _, field in new.links_to[entity.uid])


def _with_names(tag: Tag, found: list[tuple[Ref, str]]) -> str:
    text = tag.text
    for ref, name in sorted(found, key=lambda each: each[0].start, reverse=True):
        text = text[: ref.start] + name + text[ref.end :]
    return text


def _name_now(new: Model, ref: Ref, written: str) -> str | None:
    """The name of what was meant, when what is written no longer means it; None when it goes or stays."""
    if ref.kind == "entity":
        entity = new.entity_by_uid.get(ref.uid)
        return entity.name if entity is not None and not is_called(entity, written) else None
    if ref.kind == "choice":
        field = next((e.by_uid[ref.owner] for e in new.entities.values() if ref.owner in e.by_uid), None)
        choice = field.choice(ref.uid) if field is not None else None
        return choice.name if choice is not None and choice.uid == ref.uid else None
    owner = new.entity_by_uid.get(ref.owner)
    if owner is None:
        return None
    now = member(new, owner, written)
    if now is not None and now.field.uid == ref.uid and now.inverse == (ref.kind == "inverse"):
        return None
    if ref.kind == "field":
        kept = owner.by_uid.get(ref.uid)
        return kept.name if kept is not None else None
    return next((f.inverse for _, f in new.links_to[owner.uid] if f.uid == ref.uid and f.inverse), None)
