"""The ways in which the rows of a grant are found; which of them it is for whom, is chosen in `core.query.reach`."""

from __future__ import annotations

from typing import Literal

Way = Literal["free", "order", "among", "through", "grant", "each", "kept"]
"""How the rows of a grant are found: as the database likes; along the index of the order, asking each row by itself
(order), whether its link is of the small set that the grant may lead to (among), or by itself with such sets for the
record that it leads to (through); by the grant first, to be sorted then; the first ones of each record that the grant's
link may lead to; or of shares along what is kept of them in the order of lists (`core.query.shared`)."""

ALONG = frozenset({"order", "among", "through"})
"""The ways that walk along the index of the order."""

ALONE = frozenset({"order", "through"})
"""Those of them on which the record that a row leads to is looked up."""
