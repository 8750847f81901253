"""Names of files: by the pattern or by the title, told with every cell they are made of."""

from __future__ import annotations

from core.access.login import load_actor
from core.documents.issuing.naming import read_parts
from core.query.issued import Source
from core.storage.workspace import Workspace
from metamodel.model import Entity
from tests.core.documents.issuing.pretended import MARK


def test_a_name_is_told_with_the_cells_it_is_made_of_titles_of_records_among_them(
    workspace: Workspace,
) -> None:
    with workspace.read() as tx:
        mark = load_actor(tx, MARK)
        deal, company = tx.model.entities["deal"], tx.model.entities["company"]

        def title(of: Entity) -> Source:
            return Source(entity=of.uid, fields=frozenset(p.field for p in of.title if p.field), ids=(1,))

        invoice, letter = (
            read_parts(tx, mark, tx.model.documents[name], 1, "ru") for name in ("invoice", "letter")
        )
        link = deal.by_name["company"].uid
        assert invoice.words == {link: "ООО «Ёлка»"}
        assert invoice.made_of == (
            Source(entity=deal.uid, fields=frozenset((link,)), ids=(1,)), title(company),
        )  # fmt: skip
        assert (letter.words, letter.made_of) == ({}, (title(deal),))  # without a number: its title
