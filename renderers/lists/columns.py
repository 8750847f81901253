"""Which columns a list has for a reader, which of them is the name, and where each stands on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.access.grants import Grants
from core.errors import KubikError
from core.query.names import FieldPath, readable_path
from core.query.plan import UNSORTABLE
from metamodel.expression.types import Type
from metamodel.model import Entity, Field, Model, View
from renderers.pages.columns import NUMERIC, Kind, Width, kind_of, width_of

MOST_BY_DEFAULT = 8
MOST_COLUMNS = 100
_NOT_IN_LISTS = ("children", "long_text")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumn:
    """A column: its path, how it is drawn, its classes; ``is_name`` holds the link to the card."""

    path: FieldPath
    kind: Kind
    width: Width
    css: str
    is_name: bool

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def field(self) -> Field:
        return self.path.field

    @property
    def sortable(self) -> bool:
        """Whether a head may sort by it."""
        return can_sort(self.field)

    @property
    def ticks(self) -> bool:
        """Whether its cells are the records' own yes or no, which people may turn."""
        return self.kind == "boolean" and len(self.path.fields) == 1 and self.field.computed is None

    @property
    def descends_first(self) -> bool:
        """Whether the first press on the head shows the greatest first."""
        return self.kind in NUMERIC


def list_columns(model: Model, grants: Grants, entity: Entity, view: View | None) -> tuple[ListColumn, ...]:
    """The columns of a view, or the default ones, that the reader may read; never none: at least the number."""
    names = view.columns if view is not None else tuple(default_names(entity))
    paths = [path for name in names if (path := readable(model, grants, entity, name)) is not None]
    if view is None:
        paths = _telling(model, paths)
    return _columns(model, entity, paths or [readable_path(model, grants, entity, "id", "")])


def chosen_columns(
    model: Model, grants: Grants, entity: Entity, names: Sequence[str]
) -> tuple[ListColumn, ...]:
    """Columns of these names, as far as the reader may read them; those that are not there are passed over."""
    paths = [
        path for name in names[:MOST_COLUMNS] if (path := readable(model, grants, entity, name)) is not None
    ]
    return _columns(model, entity, paths) if paths else ()


def can_sort(field: Field) -> bool:
    """Whether rows can be put in order by a field."""
    return not (field.type.name in UNSORTABLE or field.listed or field.result.kind == "link_any")


def _columns(model: Model, entity: Entity, paths: Sequence[FieldPath]) -> tuple[ListColumn, ...]:
    name_at = _name_column(entity, paths)
    kinds = [kind_of(model, result_of(path), path.field.type.cell) for path in paths]
    places = _phone_places(kinds, name_at)
    return tuple(
        ListColumn(
            path=path,
            kind=kind,
            width=width_of(kind, flexible=index == name_at, short=path.field.type.name == "number_series"),
            css=" ".join(
                filter(
                    None,
                    (
                        "n" if kind in NUMERIC else "",
                        "name" if index == name_at else "",
                        places.get(index, ""),
                    ),
                )
            ),
            is_name=index == name_at,
        )
        for index, (path, kind) in enumerate(zip(paths, kinds, strict=True))
    )


def default_names(entity: Entity) -> Iterator[str]:
    """Fields of a list nobody described: those of the title, then those of the layout, then the rest."""
    named = [entity.by_uid[part.field] for part in entity.title if part.field in entity.by_uid]
    laid = [
        entity.by_uid[uid] for tab in entity.layout for row in tab.rows for uid in row if uid in entity.by_uid
    ]
    rest = [field for field in entity.fields if not field.system and field.of_stage is None]
    stage = [entity.by_uid[entity.stages.field]] if entity.stages else []
    seen: set[str] = set()
    for field in [*named, *stage, *laid, *rest]:
        if field.uid not in seen and field.type.name not in _NOT_IN_LISTS and field.uid != entity.parent:
            seen.add(field.uid)
            yield field.name


def _telling(model: Model, paths: list[FieldPath]) -> list[FieldPath]:
    """The first columns, an amount, a person and a date among them when there are any; in their order."""
    kinds = [_kind(model, path) for path in paths]
    wanted = [kinds.index(kind) for kind in ("money", "person", "date") if kind in kinds]
    others = [index for index in range(len(paths)) if index not in wanted]
    taken = [*wanted, *others[: MOST_BY_DEFAULT - len(wanted)]]
    return [path for index, path in enumerate(paths) if index in taken]


def _kind(model: Model, path: FieldPath) -> Kind:
    return kind_of(model, path.field.result, path.field.type.cell)


def result_of(path: FieldPath) -> Type:
    """The type of a column's values."""
    return path.field.result


def readable(model: Model, grants: Grants, entity: Entity, name: str) -> FieldPath | None:
    """The path of that name, when the reader may take every step of it, and it is no list of child rows and not off."""
    try:
        path = readable_path(model, grants, entity, name, "")
    except KubikError:
        return None
    return None if path.field.type.name == "children" or any(f.off for f in path.fields) else path


def _name_column(entity: Entity, paths: Sequence[FieldPath]) -> int:
    """The column that opens the card: a text of the title, else any part of the title, else the first."""
    title = {part.field for part in entity.title if part.field}
    own = [
        (i, path.field) for i, path in enumerate(paths) if len(path.fields) == 1 and path.field.uid in title
    ]
    texts = [i for i, field in own if field.type.name != "number_series"]
    return next(iter(texts or [i for i, _ in own]), 0)


def _phone_places(kinds: Sequence[Kind], name_at: int) -> dict[int, str]:
    """Two lines on a phone: name and amount, then what it belongs to, date and person."""
    places = {name_at: "p-name"}
    wanted: tuple[tuple[str, tuple[Kind, ...]], ...] = (
        ("p-right", ("money", "number", "percent")),
        ("p-person", ("person",)),
        ("p-date", ("date", "datetime")),
        ("p-sub", ("link", "choice", "text")),
    )
    for css, of_kinds in wanted:
        for kind in of_kinds:
            found = next((i for i, k in enumerate(kinds) if k == kind and i not in places), None)
            if found is not None:
                places[found] = css
                break
    return places
