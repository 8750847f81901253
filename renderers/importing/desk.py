"""An unfinished import on the desk: its file open and understood, its recipe made or remembered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from core.access.grants import grants_of
from core.errors import KubikError
from core.records.importing.formats import open_source
from core.records.importing.hints import Hints
from core.records.importing.recipe import Recipe, Target
from core.records.importing.recognise.found import Recognised, recognise
from core.records.importing.suggest import Suggestion, like_last, suggest
from core.records.importing.unfinished import Unfinished, file_of, unfinished
from core.storage.workspace import Transaction
from core.web.context import Visit
from renderers.importing.choices import entities

MOST_COUNTED = 30 * 1024 * 1024
"""Bytes of a file whose rows are counted while its person waits; of a workbook a tenth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """``suggested`` is what the program would do, ``recipe`` what is decided so far, ``last`` what was done the last time
    with such a table."""

    made: Unfinished
    path: Path
    found: Recognised
    suggested: Suggestion | None
    recipe: Recipe
    last: Suggestion | None = None

    @property
    def address(self) -> str:
        return f"/imports/open/{self.made.token}"


def asked_of(made: Unfinished) -> Hints:
    """How its person says the file is read."""
    return msgspec.convert(made.asked, Hints)


@contextmanager
def on_desk(who: Visit, tx: Transaction, token: str) -> Iterator[Desk]:
    """The import of that token, of this person; KBK2006 else, KBK5001 when its file cannot be read."""
    made = unfinished(who.workspace, who.actor, token)
    allowed = entities(tx.model, grants_of(tx.model, who.actor), who.language)
    if not allowed:
        raise KubikError("KBK2006")
    path, asked = file_of(who.workspace, made), asked_of(made)
    source = open_source(path, made.name, asked)
    try:
        found = recognise(source, asked)
        entity = made.entity if made.entity in {name for name, _ in allowed} else None
        suggested = suggest(tx, who.actor, found.columns, found.hints, entity)
        recipe = made.decided
        if recipe is None:
            bare = Recipe(targets=(Target(entity=entity or allowed[0][0]),))
            recipe = suggested.recipe if suggested is not None else bare
        recipe = replace(recipe, source=found.hints, language=recipe.language or who.language)
        last = (
            like_last(tx, who.actor, found.columns, found.hints)
            if entity in (None, recipe.main.entity)
            else None
        )
        yield Desk(made=made, path=path, found=found, suggested=suggested, recipe=recipe, last=last)
    finally:
        source.close()
