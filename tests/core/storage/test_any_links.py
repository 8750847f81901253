"""Links to any record in statements: what PostgreSQL's plans for everybody know of them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from core.storage.any_links import ANY, leads_to


def written(entity: str) -> tuple[str, bool]:
    """The condition in SQL, and whether it has parameters."""
    compiled = leads_to(sa.column("about", ANY), entity).compile(dialect=postgresql.dialect())
    return str(compiled), bool(compiled.params)


def test_the_entity_is_part_of_the_statement() -> None:
    assert written("7bxa4w2k5u") == ("about >= '7bxa4w2k5u:' AND about < '7bxa4w2k5u;'", False)


def test_a_quote_ends_nothing() -> None:
    assert written("a'b") == ("about >= 'a''b:' AND about < 'a''b;'", False)
