"""What an import is told, and its state while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from core.access.actor import Actor
from core.access.grants import Grants
from core.errors import KubikError
from core.records.importing.hints import Hints
from core.records.importing.recipe import Recipe
from core.records.importing.report import Report
from core.records.marks import Origin
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.base import Context
from metamodel.messages import message
from metamodel.model import Entity, Field, Model

if TYPE_CHECKING:
    from core.records.importing.beside import Errand
    from core.records.importing.finding import Finder
    from core.records.importing.planning import Plan

Mode = Literal["create", "update", "upsert"]


class LineOf(Protocol):
    """A line of a file: its number and its cells."""

    @property
    def number(self) -> int: ...

    @property
    def cells(self) -> tuple[Any, ...]: ...


class RowsOf(Protocol):
    """The rows of a file: the names of its columns, and its lines as they are read."""

    @property
    def header(self) -> tuple[str, ...]: ...

    def lines(self) -> Iterator[LineOf]: ...


Progress = Callable[[int, int], None]
Checkpoint = Callable[[Transaction, Report], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a file is imported.

    ``mapping``: {column: field}, None leaves a column out; the rest fits by name or label. ``key``: the unique field
    (or `id`) that finds records for update and upsert. ``language`` is the one numbers, dates and labels are in.
    ``origin`` marks new records as brought by it.
    """

    mode: Mode = "create"
    key: str | None = None
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    language: str | None = None
    dry_run: bool = False
    origin: Origin | None = None


@dataclass(slots=True, kw_only=True)
class Import:
    """An import in progress."""

    workspace: Workspace
    actor: Actor
    entity: str
    table: RowsOf
    options: Options
    context: Context
    report: Report
    recipe: Recipe | None = None
    """Of an import into several entities; without one it is of ``entity``, as ``options`` say."""
    hints: Hints | None = None
    """How the file is read, all of it decided: numbers and dates of its texts are understood so."""
    checkpoint: Checkpoint | None = None
    planned: tuple[Model, Plan] | None = None
    """The plan, and the model it was made under."""
    finder: Finder | None = None
    errand: Errand | None = None
    """How a second process opens it, when one may help."""
    seen: dict[str, set[Any]] = field(default_factory=dict)
    """In a dry run, which writes nothing: unique values and keys of rows that would be written."""

    @property
    def dry_run(self) -> bool:
        """Whether nothing is to stay of it."""
        return self.options.dry_run if self.recipe is None else self.recipe.dry_run


def key_of(grants: Grants, entity: Entity, options: Options) -> Field | None:
    """The field that finds records, None when every line is a new one.

    KBK2009 when it is missing, not unique, or not one that the caller may read.
    """
    if options.mode == "create":
        return None
    if options.key is None:
        raise KubikError("KBK2009", message("to update records, name the field that finds them (key)"))
    key = entity.by_name.get(options.key)
    if key is None or not (key.unique or key.name == "id") or key.uid not in grants.readable(entity.uid):
        raise KubikError("KBK2009", message("“{name}” is not a unique field", name=options.key[:100]))
    return key
