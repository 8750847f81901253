"""Which columns a board has for a reader, what puts a record into each, and which key stands for it in addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.access.actor import system_actor
from core.i18n import Texts
from core.query.options import options
from core.query.query import Group, Query
from core.query.read import read, titles
from core.query.totals import Total
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.expression.names import USER
from metamodel.model import Choice, Entity, Field, Model, View
from metamodel.stages import Pipeline
from metamodel.text import fold, number_of
from renderers.lists.build import Listing
from renderers.pages.titles import title_words

EMPTY, HIDDEN = "-", "~"
"""What stands for the records without a value, and for those that lead out of sight: no name of a choice."""

FEW_CHOICES = 12
"""Records that a link may lead to, up to which each has its column though no card stands there."""

MOST = 60
"""Columns that are shown; a board by a link may have thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board before its records are read: a list whose view says what groups it."""

    listing: Listing
    view: View
    field: Field
    totals: tuple[Field, ...]
    """What is added up, as far as the reader may read it."""
    pipelines: tuple[Pipeline, ...] = ()
    """Those that can be chosen, where there are several."""
    pipeline: Pipeline | None = None
    """The one whose stages are shown; None for all of them."""

    @property
    def entity(self) -> Entity:
        return self.listing.entity

    @property
    def of_stages(self) -> bool:
        """Whether a card that changes its column changes its stage."""
        return self.entity.stages is not None and self.entity.stages.field == self.field.uid

    def query(self, **more: Any) -> Query:
        """The question of the board, without the order's cursor."""
        asked = self.listing.query()
        return Query(
            entity=asked.entity, fields=more.pop("fields", ()), filter=asked.filter, search=asked.search,
            sort=asked.sort, **more,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A column: what puts records into it; ``fixed`` when nobody can put one there."""

    key: str
    label: str
    group: Group
    tone: str | None = None
    folded: bool = False
    fixed: bool = False
    choice: Choice | None = None


def board_of(listing: Listing) -> Board:
    """The board that a listing's view is."""
    view, entity = listing.view, listing.entity
    assert view is not None and view.group_by is not None
    readable = listing.grants.readable(entity.uid)
    totals = tuple(entity.by_uid[uid] for uid in view.totals if uid in readable)
    pipelines = _pipelines(entity, view)
    asked = listing.address.pipeline
    return Board(
        listing=listing,
        view=view,
        field=entity.by_uid[view.group_by],
        totals=tuple(each for each in totals if not each.off),
        pipelines=pipelines,
        pipeline=next((p for p in pipelines if p.name == asked), next(iter(pipelines), None)),
    )


def of_every_pipeline(board: Board) -> Board:
    """The same board with the stages of all its pipelines: what a card may be put into."""
    return replace(board, pipeline=None)


def _pipelines(entity: Entity, view: View) -> tuple[Pipeline, ...]:
    """The pipelines of which a board shows one: those with a stage that it does not hide, where these are several."""
    stages = entity.stages
    if stages is None or stages.field != view.group_by:
        return ()
    found = tuple(
        pipeline
        for pipeline in stages.pipelines
        if any(not stage.archived and stage.uid not in view.hidden for stage in pipeline.stages)
    )
    return found if len(found) > 1 else ()


def places(tx: Transaction, who: Visit, board: Board, counted: Sequence[Total] | None) -> list[Place]:
    """The columns in order; of links those that some record leads to, which only ``counted`` tells."""
    texts = who.texts
    if counted is None:
        counted = _standing(tx, who, board)
    match board.field.result.kind:
        case "choice":
            made = _of_choices(board, counted, texts)
        case "boolean":
            made = [
                _place(board, "true", texts.gettext("Yes"), True),
                _place(board, "false", texts.gettext("No"), False),
            ]
        case _:
            made = _of_links(tx, who, board, counted)
    found = {(total.value, total.hidden) for total in counted}
    if (None, False) in found or not (board.of_stages or board.field.required):
        made.append(
            Place(
                key=EMPTY, label=texts.gettext("Not given"), group=Group(field=board.field.uid, which="empty"),
                fixed=board.of_stages or board.field.required,
            )
        )  # fmt: skip
    if (None, True) in found:
        made.append(
            Place(
                key=HIDDEN, label=texts.gettext("Hidden from you"), fixed=True,
                group=Group(field=board.field.uid, which="hidden"),
            )
        )  # fmt: skip
    return made


def passing(board: Board) -> tuple[Total, ...]:
    """The groups whose columns stand only as long as a card is in them, as if each had one: stages and choices that were
    archived, and nothing where something has to be."""
    archived = [choice.uid for choice in board.field.choices if choice.archived]
    needed = board.of_stages or board.field.required
    values = [*archived, None] if needed else archived
    return tuple(Total(value=value, hidden=False, count=0, fields={}) for value in values)


def _standing(tx: Transaction, who: Visit, board: Board) -> tuple[Total, ...]:
    """Those of them that have a card, before anything is counted."""
    return tuple(
        total
        for total in passing(board)
        if read(tx, who.actor, board.query(group=_group(board, total.value), limit=1)).items
    )


def _group(board: Board, value: Any) -> Group:
    return Group(field=board.field.uid, which="empty" if value is None else "value", value=value)


def place_of(tx: Transaction, who: Visit, board: Board, key: str) -> Place | None:
    """The column of a key, None when there is none; of a link any record that the reader sees."""
    if board.field.result.kind != "link" or number_of(key) is None:
        out_of_sight = Total(value=None, hidden=True, count=0, fields={})
        nothing = Total(value=None, hidden=False, count=0, fields={})
        every = (*passing(board), nothing, out_of_sight)
        return next((place for place in places(tx, who, board, every) if place.key == key), None)
    total = Total(value=int(key), hidden=False, count=0, fields={})
    return next((p for p in _of_links(tx, who, board, (total,), alone=True) if p.key == key), None)


def key_of_choice(field: Field, choice: Choice) -> str:
    """The name of a choice, its uid where stages of several pipelines have the same name."""
    alone = sum(each.name == choice.name for each in field.choices) == 1
    return choice.name if alone else choice.uid


def written(model: Model, board: Board, place: Place) -> Any:
    """What is written into the field of a record that is put there."""
    if place.choice is None:
        return place.group.value
    stages = board.entity.stages
    name = place.choice.name
    if not board.of_stages or stages is None or key_of_choice(board.field, place.choice) == name:
        return name
    pipeline = next(p for p in stages.pipelines if any(s.uid == place.choice.uid for s in p.stages))
    return f"{pipeline.name}.{name}"


def _place(board: Board, key: str, label: str, value: Any, **more: Any) -> Place:
    return Place(key=key, label=label, group=Group(field=board.field.uid, value=value), **more)


def _of_choices(board: Board, counted: Sequence[Total], texts: Texts) -> list[Place]:
    """Every choice that is not hidden; one that is archived while records have it, to be taken out of it."""
    used = {total.value for total in counted}
    of_it = {stage.uid for stage in board.pipeline.stages} if board.pipeline is not None else None
    chosen = board.listing.address.chosen.get(board.field.name)
    return [
        _place(
            board, key_of_choice(board.field, choice), _label(board, choice, texts),
            choice.uid, tone=choice.color, folded=choice.uid in board.view.folded and not chosen, choice=choice,
            fixed=choice.archived,
        )
        for choice in board.field.choices
        if (of_it is None or choice.uid in of_it)
        and choice.uid not in board.view.hidden
        and (not choice.archived or choice.uid in used)
        and (not chosen or choice.name in chosen)
    ]  # fmt: skip


def _label(board: Board, choice: Choice, texts: Texts) -> str:
    """The words of a column, those of its pipeline before it where stages of several stand beside each other."""
    words = choice.label.in_language(texts.language) or choice.name
    if board.pipeline is not None or not board.pipelines:
        return words
    pipeline = next(p for p in board.pipelines if any(stage.uid == choice.uid for stage in p.stages))
    return f"{pipeline.label.in_language(texts.language) or pipeline.name}: {words}"


def _offered(tx: Transaction, who: Visit, board: Board, target: Entity) -> list[int]:
    """What the reader may put into the field, of people who may sign in; nothing when that is too much for columns."""
    if board.field.uid not in board.listing.grants.writable(board.entity.uid, "update"):
        return []
    offered = options(tx, who.actor, board.entity.name, board.field.name, "", {}, FEW_CHOICES + 1)
    ids = tuple(link.id for link in offered if link.id is not None)
    if len(ids) > FEW_CHOICES or not ids:
        return []
    if target.name == USER:
        active = Query(entity=USER, fields=("id",), filter="active", ids=ids, limit=len(ids))
        return [item["id"] for item in read(tx, system_actor(), active).items]
    return list(ids)


def _of_links(
    tx: Transaction, who: Visit, board: Board, counted: Sequence[Total], *, alone: bool = False
) -> list[Place]:
    """The records that cards lead to, by their titles, the fullest ones when there are too many; and where few may be
    chosen, each of these, so that a card can be put there."""
    target = tx.model.entity_by_uid[board.field.target or ""]
    fullest = sorted((t for t in counted if t.value is not None), key=lambda t: -t.count)[:MOST]
    wanted = [int(total.value) for total in fullest]
    if not alone:
        wanted = list(dict.fromkeys([*wanted, *_offered(tx, who, board, target)]))
    found = titles(tx, who.actor, target, wanted)
    seen = [link for link in found.values() if not link.hidden and link.id is not None]
    seen.sort(key=lambda link: (fold(link.title), link.id))
    return [
        _place(board, str(link.id), title_words(link.title, link.id, who.texts), link.id, fixed=link.deleted)
        for link in seen
    ]
