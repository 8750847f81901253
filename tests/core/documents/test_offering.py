"""Which documents somebody may have at all: by right and by role."""

from __future__ import annotations

from dataclasses import replace

from core.access.grants import make_grants
from core.documents.offering import may_have
from metamodel.documents import DocumentType
from tests import paperwork


def test_a_document_of_some_roles_is_for_nobody_else_whatever_they_may_print() -> None:
    model = paperwork.model()
    manager, head = model.roles["manager"].uid, model.roles["head"].uid
    invoice = model.documents["invoice"]
    of_heads = replace(invoice, roles=frozenset((head,)))

    def may(document: DocumentType, *roles: str) -> bool:
        return may_have(make_grants(model, roles), roles, document)

    assert may(invoice, manager) and may(invoice, head) and may(of_heads, head)
    assert not may(of_heads, manager)
    assert not may(invoice)
    assert not may(replace(invoice, templates=()), head) and not may(replace(invoice, off=True), head)
