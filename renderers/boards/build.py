"""A board from what was asked, the model and the rights: the questions to `core.query`, then what is drawn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from core.history.positions import present
from core.query import read
from core.query.allowed import movable
from core.query.changes import write_position
from core.query.totals import Total, size, totals
from core.records.moves import targets
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from renderers.boards.cards import asked_fields, cards
from renderers.boards.columns import MOST, Board, Place, key_of_choice, places
from renderers.boards.heads import head
from renderers.boards.view import BoardView, Card, Column, PipelineChoice
from renderers.filters.bar import combined
from renderers.lists.address import EVERY
from renderers.pages.cells import Cells, cells_of

CARDS = 20
"""Cards that a column shows at first, and brings with each further step."""

AT_ONCE = 20_000
"""Records of an entity up to which counts and sums are made before the page is sent; above it they come later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything that drawing a board needs."""

    tx: Transaction
    who: Visit
    board: Board
    cells: Cells


def drawing(tx: Transaction, who: Visit, board: Board) -> Drawing:
    """The drawing of a board for its reader."""
    cells = cells_of(who.site.templates.environment, who.texts, who.zone, tx.model)
    return Drawing(tx=tx, who=who, board=board, cells=cells)


def counted(made: Drawing) -> tuple[Total, ...]:
    """The counts and sums of all columns, in one statement."""
    board = made.board
    uids = [field.uid for field in board.totals]
    return totals(made.tx, made.who.actor, board.query(), board.field.uid, uids)


def comes_late(made: Drawing) -> bool:
    """Whether counting would keep the cards waiting; the columns of links are not known without it."""
    return (
        made.board.field.result.kind != "link" and size(made.tx, made.who.actor, made.board.query()) > AT_ONCE
    )


def board_view(made: Drawing, found: Sequence[Total] | None, opened: Collection[str]) -> BoardView:
    """The board with the first cards of each column that is not folded (``opened``: keys of those unfolded)."""
    board, address = made.board, made.board.listing.address
    position = write_position(made.tx, present(made.tx))  # before anything is read
    shown = places(made.tx, made.who, board, found)
    columns = []
    for place in shown:
        folded = place.folded and place.key not in opened
        drawn, following = ((), None) if folded else column_cards(made, place, None)
        columns.append(
            Column(
                head=head(board, place, found, made.cells, made.who.texts),
                cards=drawn, folded=folded, fixed=place.fixed, to=_targets(made, place, shown),
                part=address.href("/board/column", column=place.key),
                more_part=more_part(board, place, following), more_href=_in_list(board, place),
                open_href=address.href(open=place.key),
            )
        )  # fmt: skip
    left_out = len({t.value for t in found or () if t.value is not None}) - MOST
    view = board.view.name
    return BoardView(
        columns=tuple(columns),
        label=board.view.label.in_language(made.who.language) or view,
        heads=address.href("/board/heads"),
        changed=address.href("/board/cards"),
        place=address.path,
        view=view,
        entity=board.entity.name,
        position=position,
        late=found is None,
        pipelines=tuple(
            PipelineChoice(
                label=each.label.in_language(made.who.language) or each.name,
                href=replace(address, pipeline=each.name, cursor=None).href(),
                on=each is board.pipeline,
            )
            for each in board.pipelines
        ),
        left_out=made.who.texts.render(message("Columns that are not shown: {count}", count=left_out))
        if board.field.result.kind == "link" and left_out > 0
        else "",
    )


def column_cards(made: Drawing, place: Place, cursor: str | None) -> tuple[tuple[Card, ...], str | None]:
    """A page of a column's cards, and the cursor of the next one."""
    query = made.board.query(fields=asked_fields(made.board), group=place.group, limit=CARDS, cursor=cursor)
    page = read(made.tx, made.who.actor, query)
    return _cards(made, page.items), page.next


def cards_of(made: Drawing, place: Place, ids: Sequence[int]) -> tuple[Card, ...]:
    """Those of these records that stand in a column."""
    query = made.board.query(
        fields=asked_fields(made.board), group=place.group, limit=max(len(ids), 1), ids=tuple(ids)
    )
    return _cards(made, read(made.tx, made.who.actor, query).items)


def more_part(board: Board, place: Place, following: str | None) -> str | None:
    """The address of a column's further cards."""
    address = board.listing.address
    return address.href("/board/column", column=place.key, cursor=following) if following else None


def _cards(made: Drawing, items: Sequence[dict[str, object]]) -> tuple[Card, ...]:
    board = made.board
    ids = [int(str(item["id"])) for item in items]
    liftable = movable(made.tx, made.who.actor, board.entity, ids, board.field)
    asked = {"view": board.view.name, "pipeline": board.listing.address.pipeline}
    back = urlencode({name: value for name, value in asked.items() if value})
    return cards(board, items, made.cells, made.who.texts, made.tx.now, liftable, back)


def _targets(made: Drawing, place: Place, shown: Sequence[Place]) -> str:
    """The columns that cards of this one may be moved to, by keys."""
    board = made.board
    open_to = {other.key for other in shown if not other.fixed and other.key != place.key}
    if board.of_stages:
        stages = targets(made.tx.model, made.who.actor, board.entity, place.group.value)
        open_to &= {key_of_choice(board.field, stage) for stage in stages}
    return " ".join(other.key for other in shown if other.key in open_to)


def _in_list(board: Board, place: Place) -> str:
    """A list of the column's records, for a browser without scripts: narrowed to it where a quick filter can."""
    address = replace(board.listing.address, view=EVERY, cursor=None)
    column = None if place.choice is None else f"{board.field.name} IN ('{place.choice.name}')"
    return address.filtered(combined(board.listing.filter, column) or "").href()
