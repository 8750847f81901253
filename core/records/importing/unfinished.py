"""Imports that are not begun yet: the file as it was sent and what was decided, kept for who sent it and nobody else."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from core.access.actor import Actor
from core.errors import KubikError
from core.records.importing.recipe import Recipe, read_recipe
from core.storage.workspace import Workspace
from metamodel.messages import message

KEPT = timedelta(days=14)
MOST = 50
"""Unfinished imports of one person; the oldest go."""
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A file on its way in: ``asked`` is how its person says it is read, ``recipe`` what they confirmed so far (None:
    nothing yet), ``check`` the job that tried it. ``entity`` is where they came from.
    """

    token: str
    by: int
    name: str
    size: int
    at: str
    entity: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] | None = None
    check: int | None = None
    rows: int | None = None

    @property
    def decided(self) -> Recipe | None:
        """The recipe, None when there is none yet."""
        return None if self.recipe is None else read_recipe(self.recipe)


def begin(workspace: Workspace, actor: Actor, file: Path, name: str, entity: str | None) -> Unfinished:
    """Keep a copy of a file that was sent."""
    if actor.person is None:
        raise KubikError("KBK2006")
    forget(workspace)
    for old in list(mine(workspace, actor))[MOST - 1 :]:
        drop(workspace, old)
    make_room(workspace, file.stat().st_size)
    token = secrets.token_hex(16)
    folder = _folder(workspace) / token
    folder.mkdir(parents=True, mode=0o700)
    shutil.copyfile(file, folder / "file")
    size = (folder / "file").stat().st_size
    made = Unfinished(token=token, by=actor.person, name=name, size=size, entity=entity,
                      at=datetime.now(UTC).isoformat(timespec="milliseconds"))  # fmt: skip
    keep(workspace, made)
    return made


def unfinished(workspace: Workspace, actor: Actor, token: str) -> Unfinished:
    """That of this person; KBK2006 for anybody else's and for none."""
    found = _read(_folder(workspace) / token) if _TOKEN.fullmatch(token) else None
    if found is None or actor.person is None or found.by != actor.person:
        raise KubikError("KBK2006")
    return found


def mine(workspace: Workspace, actor: Actor) -> Iterator[Unfinished]:
    """Those of this person, the latest first."""
    found = [
        made for path in folders(workspace) if (made := _read(path)) is not None and made.by == actor.person
    ]
    yield from sorted(found, key=lambda made: made.at, reverse=True)


def keep(workspace: Workspace, made: Unfinished) -> None:
    """Write down what was decided."""
    folder = _folder(workspace) / made.token
    fresh = folder / f"{secrets.token_hex(4)}.part"
    fresh.write_bytes(msgspec.json.encode(asdict(made)))
    fresh.replace(folder / "decided.json")


def decide(workspace: Workspace, made: Unfinished, recipe: Recipe, **changes: Any) -> Unfinished:
    """The same with a recipe, kept."""
    decided = replace(made, recipe=recipe.written(), **changes)
    keep(workspace, decided)
    return decided


def file_of(workspace: Workspace, made: Unfinished) -> Path:
    """Where the copy lies."""
    return _folder(workspace) / made.token / "file"


def drop(workspace: Workspace, made: Unfinished) -> None:
    """Forget it, the copy included."""
    shutil.rmtree(_folder(workspace) / made.token, ignore_errors=True)


def forget(workspace: Workspace) -> None:
    """Drop what nobody came back for."""
    oldest = (datetime.now(UTC) - KEPT).isoformat(timespec="seconds")
    for path in folders(workspace):
        made = _read(path)
        if made is not None and made.at < oldest:
            drop(workspace, made)


def make_room(workspace: Workspace, size: int, spared: Path | None = None) -> None:
    """Let a file of that size in below KUBIK_IMPORT_SPACE: who holds most loses the oldest that they did not begin.

    What is being imported stays, so does ``spared``; KBK5005 when there is no room even so.
    """
    room = workspace.settings.import_space - size
    taken = sum(_size(each) for each in _folder(workspace).parent.rglob("*"))
    if taken <= room:
        return
    held: dict[int, list[Unfinished]] = {}
    for path in folders(workspace):
        made = _read(path)
        if made is not None and path != spared:
            held.setdefault(made.by, []).append(made)
    going = list(_going(held, taken - room))
    if taken - sum(each.size for each in going) > room:  # then nobody loses anything
        raise KubikError("KBK5005", message(
            "All imports together have no room for this file now. Wait until those under way are done, or ask an "
            "administrator for more room (KUBIK_IMPORT_SPACE)."
        ))  # fmt: skip
    for each in going:
        drop(workspace, each)


def _going(held: dict[int, list[Unfinished]], much: int) -> Iterator[Unfinished]:
    """What makes so much room, as far as there is any: each time the oldest of who holds most."""
    while much > 0 and held:
        by = max(held, key=lambda person: sum(each.size for each in held[person]))
        oldest = min(held[by], key=lambda each: each.at)
        held[by].remove(oldest)
        if not held[by]:
            del held[by]
        much -= oldest.size
        yield oldest


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0  # done with meanwhile


def folders(workspace: Workspace) -> list[Path]:
    """Where each of them is kept, whoever sent it."""
    folder = _folder(workspace)
    return list(folder.iterdir()) if folder.is_dir() else []


def _read(folder: Path) -> Unfinished | None:
    try:
        return msgspec.json.decode((folder / "decided.json").read_bytes(), type=Unfinished)
    except (OSError, msgspec.DecodeError):
        return None  # half made, or dropped meanwhile


def _folder(workspace: Workspace) -> Path:
    return workspace.settings.home / "imports" / "unfinished"
