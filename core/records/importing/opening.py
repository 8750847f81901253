"""The file of an import opened as its job's parameters say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.access.actor import Actor
from core.records.importing.formats import open_source
from core.records.importing.hints import Hints
from core.records.importing.importer import make_task
from core.records.importing.keeping import folder_of
from core.records.importing.recipe import read_recipe
from core.records.importing.recognise.found import table_of
from core.records.importing.recognise.rows import Rows
from core.records.importing.report import Report
from core.records.importing.task import Import, Options
from core.storage.workspace import Workspace


@contextmanager
def task_of(
    workspace: Workspace, actor: Actor, parameters: Mapping[str, Any], report: Report | None
) -> Iterator[Import]:
    """The import of a job's parameters, its file open."""
    written = parameters["recipe"]
    recipe = None if written is None else read_recipe(written)
    options = Options(**parameters["options"])
    with rows_of(folder_of(workspace) / parameters["file"], parameters["name"], hints_of(parameters)) as rows:
        yield make_task(
            workspace, actor, rows, options, entity=parameters["entity"], recipe=recipe, report=report,
            hints=rows.hints,
        )  # fmt: skip


@contextmanager
def rows_of(path: Path, name: str, hints: Hints) -> Iterator[Rows]:
    source = open_source(path, name, hints)
    try:
        yield table_of(source, hints)
    finally:
        source.close()


def hints_of(parameters: Mapping[str, Any]) -> Hints:
    return read_recipe({"targets": [{"entity": "-"}], "source": parameters["source"]}).source
