"""Files that imports keep beside the database until they are done: copies of what was sent, refused lines."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core.jobs.jobs import KEPT, Job
from core.records.importing.unfinished import make_room
from core.storage.workspace import Workspace


def folder_of(workspace: Workspace) -> Path:
    """Where copies of files that wait for their import are kept, and refused lines."""
    return workspace.settings.home / "imports"


@contextmanager
def kept_copy(workspace: Workspace, data: bytes | Path, name: str, kept_as: str) -> Iterator[Path]:
    """A copy of the file that stays beside the database until its job is done; gone when it is refused."""
    folder = folder_of(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    forget_files(folder)
    ending = Path(name).suffix.lower()
    place = folder / f"{kept_as}{ending if ending[1:].isalnum() and len(ending) < 8 else '.csv'}"
    fresh = folder / f"{place.name}.{secrets.token_hex(4)}.part"
    was_there = place.exists()
    if not was_there:
        size = data.stat().st_size if isinstance(data, Path) else len(data)
        make_room(workspace, size, spared=data.parent if isinstance(data, Path) else None)
        with fresh.open("wb") as file:
            if isinstance(data, Path):
                with data.open("rb") as source:
                    shutil.copyfileobj(source, file)
            else:
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
    try:
        yield place
    except BaseException:
        if not was_there:
            place.unlink(missing_ok=True)
        raise


def hash_of(data: bytes | Path) -> str:
    if isinstance(data, Path):
        with data.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:32]
    return hashlib.sha256(data).hexdigest()[:32]


def forget_files(folder: Path) -> None:
    """Remove what is older than any job that can still be asked about: files of errors, copies nobody came back for."""
    oldest = (datetime.now(UTC) - KEPT).timestamp()
    for path in folder.iterdir():
        if path.stat().st_mtime >= oldest:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def errors_path(workspace: Workspace, job: Job) -> Path | None:
    """The file of a job's refused lines, None when there is none (any more)."""
    path = None if job.errors_file is None else folder_of(workspace) / job.errors_file
    return path if path is not None and path.is_file() else None
