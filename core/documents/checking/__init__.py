"""The check of a template against the model: one analysis that finds its faults, what it reads and what it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from jinja2 import TemplateError

from core.documents.checking.analysis import Analysis
from core.documents.checking.blocks import blocks_of
from core.documents.checking.faults import Checked, Fault, Ref, Repair
from core.documents.checking.parsing import tree_of
from core.documents.checking.syntax import fault, stand_in, syntax_fault, tag_fault
from core.documents.checking.written import Written, taken_apart
from core.documents.reading import Tag, tags_of
from core.documents.reading.package import refusal
from metamodel.documents import DocumentType, Format, TemplateFile
from metamodel.messages import message
from metamodel.model import Entity, Model

__all__ = ["Checked", "Fault", "Ref", "Repair", "check", "check_tags", "checked"]


def check(model: Model, type_: DocumentType | Entity, format: Format, data: bytes) -> Checked:
    """The analysis of a template for records of an entity. KBK5008 for a file that cannot be taken."""
    entity = type_ if isinstance(type_, Entity) else model.entity_by_uid[type_.entity]
    return check_tags(model, entity, format, tags_of(format, data))


def checked(model: Model, type_: DocumentType, template: TemplateFile, load: Callable[[], bytes]) -> Checked:
    """The analysis of a template of the model, made once for as long as the model is in force."""
    key = ("template", type_.entity, template.format, template.sha256)
    found: Checked | None = model.derived.get(key)
    if found is None:
        found = model.derived[key] = check(model, type_, template.format, load())
    return found


def check_tags(model: Model, entity: Entity, format: Format, tags: Sequence[Tag]) -> Checked:
    """The analysis of tags that were read before. KBK5008 for tags that stand in each other without end."""
    analysis = Analysis(model, entity)
    faults: list[Fault] = []
    try:
        for _, those in groupby(tags, key=lambda tag: tag.inside.part):
            faults.extend(_part(analysis, format, tuple(those)))
    except RecursionError:
        words = message(
            "The blocks or the tags of the template stand too deep in each other: make it simpler."
        )
        raise refusal(words) from None
    faults.extend(analysis.faults)
    return Checked(
        faults=_told(faults, tags), needs=analysis.needs, roots=frozenset(analysis.roots), refs=tuple(analysis.refs),
        tags=tuple(tags),
    )  # fmt: skip


def _part(analysis: Analysis, format: Format, tags: Sequence[Tag]) -> Iterable[Fault]:
    """The faults of the tags of one part by themselves and of its blocks; the rest is looked at in its tree."""
    whole: list[Written] = []
    known = [*analysis.names(analysis.entity), analysis.entity.name, "doc", "my"]
    raw = False
    for tag in tags:
        written = taken_apart(tag, format)
        if raw and written.word != "endraw":
            continue
        raw = written.word == "raw"
        wrong = tag_fault(tag)
        if wrong is None and tag.kind != "comment":
            wrong = syntax_fault(written, format, known)
            standing = written if wrong is None else stand_in(written)
            if standing is not None:
                whole.append(standing)
        if wrong is not None:
            yield wrong
    blocks = blocks_of(whole, format)
    yield from blocks.faults
    lines = [written for written, _ in blocks.sources]
    try:
        tree = tree_of(source for _, source in blocks.sources)
    except TemplateError as error:  # each tag was tried by itself: only together they are wrong
        at = (getattr(error, "lineno", 1) or 1) - 1
        written_ = next((each for each in [*lines[at : at + 1], *lines] if each is not None), None)
        if written_ is not None:
            yield fault(written_.tag, "syntax", message("The tag cannot be understood as it is written"))
        return
    analysis.look(tree, lines)


def _told(faults: Iterable[Fault], tags: Sequence[Tag]) -> tuple[Fault, ...]:
    """The faults in the order of their places, one of a kind a tag; what Word keeps twice is told once."""
    order = {tag.number: place for place, tag in enumerate(tags)}
    twins = {tag.number for tag in tags if tag.twin}
    texts = {(each.kind, each.tag) for each in faults if each.number not in twins}
    found: dict[tuple[int, str, str], Fault] = {}
    for each in sorted(faults, key=lambda one: order.get(one.number, 0)):
        if each.number not in twins or (each.kind, each.tag) not in texts:
            found.setdefault((each.number, each.kind, str(each.message)), each)
    return tuple(found.values())
