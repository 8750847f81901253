"""What documents name: their entity, fields of numbers and file names, stages, roles, and what their templates read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.documents.checking import Checked, checked
from core.errors import KubikError
from core.solutions.use import Naming, Use
from core.storage.templates import template_bytes
from core.storage.workspace import Transaction
from metamodel.documents import DocumentType, TemplateFile
from metamodel.model import Model
from metamodel.places import pointer


class DocumentWalker(Naming):
    """The uses by documents."""

    def document(self, index: int, item: Mapping[str, Any]) -> Iterator[Use]:
        """The uses by one document, as it is written."""
        found, at = self.model.documents[item["name"]], ("documents", index)
        yield self.use("document", found.name, (*at, "entity"), found.entity)
        if found.number is not None and found.number.by is not None:
            yield self.use("document", found.name, (*at, "number", "by"), found.number.by)
        named = [part.field for part in found.file_name if part.field is not None]
        if named:
            yield self.use("document", found.name, (*at, "file_name"), *named)
        if found.stages:
            yield self.use("document", found.name, (*at, "stages"), *found.stages)
        yield from self.expression("document", found.name, (*at, "when"), found.when, found.entity)
        for number, role in enumerate(item.get("roles", ())):
            yield self.use("document", found.name, (*at, "roles", number), self.model.roles[role].uid)


def template_uses(tx: Transaction, model: Model) -> Iterator[Use]:
    """What the templates of a model name in their tags; one that is missing names nothing."""
    for index, item in enumerate(model.document.get("documents", ())):
        found = model.documents[item["name"]]
        for number, written in enumerate(item["templates"]):
            template = next((t for t in found.templates if t.file == written["file"]), None)
            look = looked_at(tx, model, found, template) if template is not None else None
            if look is not None:
                owners = {ref.owner for ref in look.refs if ref.owner and ref.kind != "choice"}
                path = pointer(("documents", index, "templates", number))
                yield Use(kind="document", target=found.name, pointer=path, refers=look.uids | owners)


def looked_at(tx: Transaction, model: Model, type_: DocumentType, template: TemplateFile) -> Checked | None:
    """The analysis of a template of a model; None when its file is missing or damaged."""
    try:
        return checked(model, type_, template, lambda: template_bytes(tx, template.sha256))
    except KubikError:
        return None
