"""Template files of a changed configuration: renames go into their tags, each is checked, what no longer fits is switched
off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.documents.checking import Checked, Fault, Ref, check, check_tags
from core.documents.reading import rewritten
from core.errors import KubikError
from core.solutions.plans import Break
from core.solutions.renamed_in_documents import hidden_names, renamed_tags
from core.solutions.used_by_documents import looked_at
from core.storage.templates import sha256_of, template_bytes
from core.storage.workspace import Transaction
from metamodel.definitions import Document
from metamodel.document_definitions import DocumentDefinition, TemplateDefinition
from metamodel.documents import DocumentType, Format
from metamodel.errors import Problem
from metamodel.messages import Message, message
from metamodel.model import Entity, Model
from metamodel.places import pointer

OFF = message("the template is switched off until it is corrected; the document is not made from it")


@dataclass(slots=True)
class Settled:
    """The document with its templates as they are to be, what breaks, and new files by their SHA-256."""

    document: Document
    breaks: tuple[Break, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)


def settle_templates(
    tx: Transaction, document: Document, model: Model, given: Mapping[str, bytes], *, lenient: bool = False
) -> Settled:
    """The templates of ``document``, whose model is ``model``, beside those in force.

    A template that fitted and no longer does is switched off, which is told as a break; one that is new must be without
    a fault (KBK5009), unless ``lenient`` (a way back, to what was in force once). ``given`` are files that come with
    the change; others must be kept already (KBK1002).
    """
    work = _Work(tx, model, given, lenient)
    made = tuple(work.definition(index, item) for index, item in enumerate(document.documents))
    if work.problems:
        raise KubikError(work.problems[0].code, errors=work.problems)
    return Settled(replace(document, documents=made), tuple(work.breaks), work.files)


class _Work:
    def __init__(self, tx: Transaction, model: Model, given: Mapping[str, bytes], lenient: bool) -> None:
        self.tx, self.model, self.given, self.lenient = tx, model, given, lenient
        self.files: dict[str, bytes] = {}
        self.breaks: list[Break] = []
        self.problems: list[Problem] = []

    def definition(self, index: int, item: DocumentDefinition) -> DocumentDefinition:
        was = self.tx.model.document_by_uid.get(item.uid)
        templates = tuple(
            self.template(item, was, each, ("documents", index, "templates", number))
            for number, each in enumerate(item.templates)
        )
        return replace(item, templates=templates) if templates != item.templates else item

    def template(
        self,
        item: DocumentDefinition,
        was: DocumentType | None,
        written: TemplateDefinition,
        path: tuple[str | int, ...],
    ) -> TemplateDefinition:
        format: Format = "docx" if written.file.endswith(".docx") else "html"
        entity = self.model.entities[item.entity]
        known = None
        if was is not None and was.entity == entity.uid:
            known = next((t for t in (*was.templates, *was.switched_off) if t.sha256 == written.sha256), None)
        before = (
            looked_at(self.tx, self.tx.model, was, known) if was is not None and known is not None else None
        )
        if before is None:
            return self.fresh(item, written, format, path)
        data, now = self.renamed(entity, format, written, before)
        hidden = hidden_names(before, now, self.model, entity)
        if hidden:
            data, now = self.renamed(entity, format, written, before, hidden)
        if data is not None:
            sha256 = sha256_of(data)
            self.files[sha256] = data
            written = replace(written, sha256=sha256)
        faults = now.faults or _hidden(before, hidden_names(before, now, self.model, entity))
        return self.judged(item, written, faults, path) if faults and not written.off else written

    def renamed(
        self,
        entity: Entity,
        format: Format,
        written: TemplateDefinition,
        before: Checked,
        hidden: frozenset[Ref] = frozenset(),
    ) -> tuple[bytes | None, Checked]:
        """The file with the names of the new model, None where they are the old ones, and what it is now."""
        texts = renamed_tags(self.model, before, hidden)
        if not texts:
            return None, check_tags(self.model, entity, format, before.tags)
        data = rewritten(format, self.load(written), texts)
        return data, check(self.model, entity, format, data)

    def judged(
        self,
        item: DocumentDefinition,
        written: TemplateDefinition,
        faults: Sequence[Fault],
        path: tuple[str | int, ...],
    ) -> TemplateDefinition:
        """What no longer fits is switched off."""
        tags = " ".join(dict.fromkeys(fault.tag for fault in faults))
        self.breaks.append(
            Break(
                kind="document",
                target=item.name,
                pointer=pointer(path),
                remedy=_remedy(written, faults),
                written=tags,
            )
        )
        return replace(written, off=True)

    def fresh(
        self,
        item: DocumentDefinition,
        written: TemplateDefinition,
        format: Format,
        path: tuple[str | int, ...],
    ) -> TemplateDefinition:
        """A template that comes with the change."""
        place = (
            (f"documents/{written.file}", "")
            if item.place and not item.place.startswith("/")
            else (None, pointer(path))
        )
        if not written.sha256:
            why = message("Say which file: upload it and write the sha256 of the answer here.")
            self.problems.append(Problem(file=place[0], pointer=place[1], code="KBK1002", message=why))
            return written
        try:
            data = self.load(written)
            now = check(self.model, self.model.entities[item.entity], format, data)
        except KubikError as error:
            code = "KBK1002" if error.code == "KBK2006" else error.code
            self.problems.append(Problem(file=place[0], pointer=place[1], code=code, message=error.detail))
            return written
        if written.off or not now.faults:
            return written
        if self.lenient:
            return self.judged(item, written, now.faults, path)
        self.problems += [
            Problem(file=place[0], pointer=place[1], code="KBK5009", message=fault.words())
            for fault in now.faults
        ]
        return written

    def load(self, written: TemplateDefinition) -> bytes:
        given = self.given.get(written.sha256)
        return given if given is not None else template_bytes(self.tx, written.sha256)


def _hidden(before: Checked, hidden: frozenset[Ref]) -> tuple[Fault, ...]:
    """What tells of names that mean something else in a template now."""
    tags = {tag.number: tag for tag in before.tags}
    why = message("the new name has another meaning in this template: give it to nothing else there")
    return tuple(
        Fault(
            kind="unknown",
            message=why,
            tag=tags[ref.number].text,
            number=ref.number,
            place=tags[ref.number].place,
        )
        for ref in sorted(hidden, key=lambda each: (each.number, each.start))
    )


def _remedy(written: TemplateDefinition, faults: Sequence[Fault]) -> Message:
    words = faults[0].words()
    if len(faults) == 1:
        return message("{file}: {remedy} ({fault})", file=written.file, remedy=OFF, fault=words)
    return message(
        "{file}: {remedy} ({fault} and {more} more)",
        file=written.file,
        remedy=OFF,
        fault=words,
        more=len(faults) - 1,
    )
