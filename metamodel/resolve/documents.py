"""Documents, resolved: their entity, number, file name, stages and condition; their templates are checked elsewhere."""

from __future__ import annotations

import re

from metamodel.definitions import Document
from metamodel.document_definitions import DocumentDefinition, DocumentNumberDefinition
from metamodel.documents import DocumentNumber, DocumentType, NamePart, TemplateFile
from metamodel.errors import unknown
from metamodel.fields.number_series import format_fault
from metamodel.messages import message
from metamodel.model import Entity, Role
from metamodel.resolve.drafts import EntityDraft
from metamodel.resolve.entities import NOT_IN_TITLES
from metamodel.resolve.expressions import Checker
from metamodel.resolve.faults import Faults, Spot
from metamodel.resolve.naming import default_label
from metamodel.resolve.parts import Parts
from metamodel.resolve.roles import stage_uids
from metamodel.resolve.screens import role_uids

_PART = re.compile(r"\{([^{}]*)\}")
_OF_DOCUMENT = ("number", "date")


def make_documents(
    checker: Checker, document: Document, roles: dict[str, Role], entities: dict[str, Entity], parts: Parts
) -> dict[str, DocumentType]:
    """The documents by name."""
    made: dict[str, DocumentType] = {}
    files: dict[tuple[str, str], str] = {}
    for index, written in enumerate(document.documents):
        spot = Spot("documents", index, written)
        entity = checker.drafts.entities.get(written.entity)
        if written.name in made:
            why = message("there is another document “{name}”", name=written.name)
            checker.faults.add(spot.under("name"), "KBK1003", why)
        elif entity is None:
            why = unknown("there is no entity “{name}”", written.entity, checker.drafts.entities)
            checker.faults.add(spot.under("entity"), "KBK1002", why)
        else:
            _check_files(written, files, spot, checker.faults)
            off = parts.off(written.solution, written.of_part, spot)
            shown = entities.get(written.entity)
            made[written.name] = _made(
                checker, written, entity, roles, spot, off or bool(shown and shown.off)
            )
    return made


def _made(
    checker: Checker,
    written: DocumentDefinition,
    entity: EntityDraft,
    roles: dict[str, Role],
    spot: Spot,
    off: bool,
) -> DocumentType:
    faults = checker.faults
    templates = {
        state: tuple(
            TemplateFile(file=t.file, sha256=t.sha256, format="docx" if t.file.endswith(".docx") else "html")
            for t in written.templates
            if t.off is state
        )
        for state in (False, True)
    }
    return DocumentType(
        uid=written.uid, name=written.name, solution=written.solution,
        label=written.label or default_label(written.name), help=written.help, icon=written.icon,
        entity=entity.uid, templates=templates[False], switched_off=templates[True],
        number=_number(written.number, entity, spot.under("number"), faults),
        file_name=_file_name(written.file_name or "", entity, spot.under("file_name"), faults),
        stages=stage_uids(entity, written.stages, spot.under("stages"), faults),
        when=checker.condition(written.when, spot.under("when"), entity.uid), language=written.language,
        roles=role_uids(written.roles, roles, spot, faults), order=written.order, off=off,
    )  # fmt: skip


def _check_files(
    written: DocumentDefinition, files: dict[tuple[str, str], str], spot: Spot, faults: Faults
) -> None:
    """One template of a format; a file of one name is the same file wherever in the solution it is named."""
    formats: set[str] = set()
    for index, template in enumerate(written.templates):
        place = spot.under("templates", index, "file")
        ending = template.file.rpartition(".")[2]
        if ending in formats:
            why = message("the document has another template of this format (.{ending})", ending=ending)
            faults.add(place, "KBK1005", why)
        formats.add(ending)
        other = files.setdefault((written.solution, template.file.casefold()), template.sha256)
        if other != template.sha256:
            why = message("another document has a different file of the name “{file}”", file=template.file)
            faults.add(place, "KBK1003", why)


def _number(
    written: DocumentNumberDefinition | None, entity: EntityDraft, spot: Spot, faults: Faults
) -> DocumentNumber | None:
    if written is None:
        return None
    if format_fault(written.format):
        why = message(
            "a number is made of {parts} and holds {seq}",
            parts="{year} {month} {day} {seq} {seq:05}",
            seq="{seq}",
        )
        faults.add(spot.under("format"), "KBK1005", why)
    by = None
    if written.by is not None:
        field = entity.by_name.get(written.by)
        if field is None:
            why = unknown("there is no field “{name}”", written.by, entity.by_name)
            faults.add(spot.under("by"), "KBK1002", why)
        elif field.type not in ("date", "datetime"):
            faults.add(spot.under("by"), "KBK1005", message("“{field}” is not a date", field=field.shown))
        else:
            by = field.uid
    return DocumentNumber(format=written.format, restart=written.restart, by=by)


def _file_name(pattern: str, entity: EntityDraft, spot: Spot, faults: Faults) -> tuple[NamePart, ...]:
    parts: list[NamePart] = []
    end = 0
    for found in _PART.finditer(pattern):
        if found.start() > end:
            parts.append(NamePart(text=pattern[end : found.start()]))
        end = found.end()
        name = found[1]
        field = entity.by_name.get(name)
        if name in _OF_DOCUMENT:
            parts.append(NamePart(of_document="number" if name == "number" else "date"))
        elif field is None:
            why = unknown("there is no field “{name}”", name, [*entity.by_name, *_OF_DOCUMENT])
            faults.add(spot, "KBK1002", why)
        elif field.type in NOT_IN_TITLES:
            why = message("“{field}” cannot stand in the name of a file", field=field.shown)
            faults.add(spot, "KBK1005", why)
        else:
            parts.append(NamePart(field=field.uid))
    if end < len(pattern):
        parts.append(NamePart(text=pattern[end:]))
    return tuple(parts)
