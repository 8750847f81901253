"""What is left on disk of an erased value: files of imports and exports that hold it, contents that nothing holds any more."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from core.errors import KubikError
from core.query.exporting.job import folder_of as exports_folder
from core.records.erasing.scrub import Scrubber
from core.records.importing.formats import open_source
from core.records.importing.keeping import folder_of as imports_folder
from core.records.importing.unfinished import folders as unfinished_folders
from core.records.sweeping import is_known
from core.storage.workspace import Transaction, Workspace

OFTEN = 5_000
"""Lines of a file between two signs of life."""

Beat = Callable[[], None]


def clear_files(workspace: Workspace, hashes: Sequence[str]) -> None:
    """Remove contents that no record has any more; those that somebody has sent again meanwhile stay."""
    for hash in hashes:
        if not is_known(workspace, hash):
            workspace.files.remove(hash, unless_younger=0.0)


def find_tables(
    workspace: Workspace, scrubber: Scrubber | None, beat: Beat, since: datetime | None = None
) -> tuple[str, ...]:
    """Files of tables that hold a value, within the home: sent for an import, of lines that were refused, made by
    exports; those alone that were written ``since`` then. Without a ``scrubber`` any may hold one.

    What cannot be looked through goes, too: it can be sent or made again. Files of jobs on their way stay with these,
    which remove what they were given when they end.
    """
    with workspace.read() as tx:
        busy = _busy(tx)
    unfinished = {folder: _files(folder) for folder in unfinished_folders(workspace)}
    made = {
        path: [path]
        for folder in (imports_folder(workspace), exports_folder(workspace))
        for path in _files(folder)
        if path.name not in busy
    }
    return tuple(
        place.relative_to(workspace.settings.home).as_posix()
        for place, files in (unfinished | made).items()
        if any(
            _is_younger(each, since) and (scrubber is None or _holds(each, scrubber, beat)) for each in files
        )
    )


def remove_tables(workspace: Workspace, places: Sequence[str]) -> None:
    """Remove what `find_tables` found; what is gone already is."""
    for place in (workspace.settings.home / each for each in places):
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)


def _busy(tx: Transaction) -> frozenset[str]:
    """The names of files that jobs on their way read and write."""
    table = tx.tables.own.job
    select = sa.select(table.c.id, table.c.parameters).where(
        table.c.kind.in_(("import", "export")), table.c.state.in_(("queued", "running"))
    )
    names: set[str] = set()
    for job, parameters in tx.connection.execute(select):
        names |= {f"refused-{job}.part", f"{job}.part", str(parameters.get("file"))}
    return frozenset(names)


def _is_younger(path: Path, since: datetime | None) -> bool:
    try:
        return since is None or path.stat().st_mtime >= since.timestamp()
    except FileNotFoundError:
        return False  # its job ended meanwhile


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _holds(path: Path, scrubber: Scrubber, beat: Beat) -> bool:
    """Whether a value stands in a file, as it is written or in one of its cells; a table that cannot be read may hold it."""
    if path.suffix == ".part" and path.stem.isdigit():
        return True  # an export that was broken off and that nobody goes on with
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            if any(map(scrubber.finds, _alive(file, beat))):
                return True
        return path.suffix not in (".part", ".json") and any(
            scrubber.finds(cell) for cell in _alive(_cells(path), beat)
        )
    except FileNotFoundError:
        return False  # its job ended meanwhile
    except KubikError:
        return True


def _cells(path: Path) -> Iterator[str]:
    source = open_source(path, path.name)
    try:
        for sheet in source.sheets:
            for line in source.lines(sheet.name):
                yield from (str(cell) for cell in line.cells if cell is not None)
    finally:
        source.close()


def _alive(texts: Iterator[str], beat: Beat) -> Iterator[str]:
    for number, text in enumerate(texts):
        if number % OFTEN == 0:
            beat()
        yield text
