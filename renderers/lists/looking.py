"""How a person likes to see a list: its columns to choose from, widths, what stays at the left, density, folded groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.i18n import Texts
from core.query.names import readable_fields
from core.records.views import keep_preference
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import render, safe_next, see_other
from metamodel.messages import Message, message
from metamodel.model import Entity
from metamodel.text import number_of
from renderers.lists.asking import (
    COMFORTABLE,
    DENSITY,
    LEAST_WIDTH,
    MOST_CLOSED,
    MOST_WIDTH,
    asked_list,
    look_key,
)
from renderers.lists.columns import readable
from renderers.lists.listing import Listing, Look
from renderers.lists.table import head_label
from renderers.lists.tabs import Saving, saved_panel
from renderers.lists.told import WORDS, ways_of
from renderers.pages.shell import make_shell

MOST_FROZEN = 5
MOST_LINKED = 40
TONES: tuple[tuple[str, Message], ...] = (
    ("red", message("red")), ("amber", message("amber")), ("green", message("green")), ("blue", message("blue")),
    ("violet", message("violet")), ("teal", message("teal")), ("grey", message("grey")),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A column that is shown; ``left`` and ``right`` are the list with it a place on, ``drop`` without it."""

    name: str
    label: str
    left: str
    right: str
    drop: str
    frozen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A field that can be shown; ``href`` is the list with it."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Fields of the entity, or of the records that a link leads to."""

    label: str
    items: tuple[Offer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A column with what can be told below it: words, the list with it, whether it is so now."""

    label: str
    ways: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColorLine:
    """A colour of a saved view of one's own."""

    tone: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsPanel:
    """What the panel of columns draws. ``base`` is the list's address without columns, for the browser to put them in."""

    back: str
    look: str
    base: str
    chosen: tuple[Chosen, ...]
    offers: tuple[Offers, ...]
    frozen: int
    reset: str
    saving: Saving
    colors: tuple[ColorLine, ...]
    columns: tuple[tuple[str, str], ...]
    tones: tuple[tuple[str, str], ...]
    told: tuple[Telling, ...] = ()


@get("/e/{entity:str}/columns", sync_to_thread=True, include_in_schema=False)
def columns_page(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The columns of a list to choose from, put in order, keep at the left; its colours."""
    with reading(request) as (who, tx):
        listed = asked_list(who, tx, entity, request.query_params.multi_items())
        panel = _panel(who, listed)
        if who.htmx:
            answer = render(who, "lists/_columns.html", panel=panel)
        else:
            shell = make_shell(request, who, tx, listed.entity.name, listed.address.href())
            answer = render(who, "lists/columns.html", panel=panel, shell=shell)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Vary"] = "HX-Request"
    return answer


def _panel(who: Visit, listed: Listing) -> ColumnsPanel:
    address, texts = listed.address, who.texts
    names = [column.name for column in listed.columns]
    labels = [head_label(column, texts.language) for column in listed.columns]
    chosen = []
    for at, name in enumerate(names):
        rest = [*names[:at], *names[at + 1 :]]
        left = [*rest[: at - 1], name, *rest[at - 1 :]] if at else names
        right = [*rest[: at + 1], name, *rest[at + 1 :]]
        chosen.append(
            Chosen(
                name=name, label=labels[at], frozen=at < listed.frozen,
                left=address.with_columns(*left).href() if at else "",
                right=address.with_columns(*right).href() if at + 1 < len(names) else "",
                drop=address.with_columns(*rest).href() if rest else "",
            )
        )  # fmt: skip
    kept = listed.saved
    return ColumnsPanel(
        back=address.href(), look=address.href("/look"), base=_with(address.href(), "columns"),
        chosen=tuple(chosen), offers=tuple(_offers(listed, names, texts.language, texts.gettext("This record"))),
        frozen=listed.frozen, reset=_with(address.href(), "columns"),
        saving=saved_panel(listed, texts),
        colors=tuple(
            ColorLine(tone=shade.color, words=" ".join(filter(None, (shade.column, shade.when or f"{shade.start} … {shade.end}"))))
            for shade in (kept.saved.state.shades if kept is not None and kept.saved.mine else ())
        ),
        columns=tuple(zip(names, labels, strict=True)),
        tones=tuple((tone, texts.render(words)) for tone, words in TONES),
        told=tuple(_tellings(listed, texts)),
    )  # fmt: skip


def _tellings(listed: Listing, texts: Texts) -> Iterator[Telling]:
    """What is told below the columns, and what else can be."""
    now = {each.column.name: each.by for each in listed.told}
    for column in listed.columns if listed.view is None or listed.view.kind == "list" else ():
        ways = ways_of(column.field) if len(column.path.fields) == 1 else ()
        if not ways or column.field.type.name == "number_series":
            continue
        rest = [f"{name}:{by}" for name, by in now.items() if name != column.name]
        made = [
            (
                texts.render(WORDS[way]),
                listed.address.telling(*rest, f"{column.name}:{way}").href(),
                now.get(column.name) == way,
            )
            for way in ways
        ]
        none = (texts.gettext("nothing"), listed.address.telling(*rest).href(), column.name not in now)
        yield Telling(label=head_label(column, texts.language), ways=(none, *made))


def _with(href: str, without: str) -> str:
    """An address without one of its parameters."""
    path, mark, query = href.partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.startswith(f"{without}=")]
    return path + (mark + "&".join(kept) if kept else "")


def _offers(listed: Listing, names: list[str], language: str, own: str) -> Iterator[Offers]:
    """The fields that are not shown yet: of the record, then of each record it leads to."""
    model, grants, address = listed.grants.model, listed.grants, listed.address

    def of(entity: Entity, before: str) -> tuple[Offer, ...]:
        found = []
        for field in readable_fields(grants, entity):
            name = f"{before}{field.name}"
            if name in names or field.type.name in ("secret", "json") or field.of_stage is not None:
                continue
            if readable(model, grants, listed.entity, name) is not None:
                label = field.label.in_language(language) or field.name
                found.append(Offer(label=label, href=address.with_columns(*names, name).href()))
        return tuple(found)

    mine = of(listed.entity, "")
    if mine:
        yield Offers(label=own, items=mine)
    for field in readable_fields(grants, listed.entity):
        target = model.entity_by_uid.get(field.target or "")
        if target is None or not field.stored or field.listed or field.result.many or field.off:
            continue
        items = of(target, f"{field.name}.")[:MOST_LINKED]
        if items and readable(model, grants, listed.entity, field.name) is not None:
            yield Offers(label=field.label.in_language(language) or field.name, items=items)


@post("/e/{entity:str}/look", sync_to_thread=True, include_in_schema=False)
def keep_look(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """Keep how the list of an address is liked: ``width`` (``name:units``, 0 as it was), ``frozen``, ``closed`` and
    ``opened`` groups, ``roomy``. Scripts get an empty answer, others are led back."""
    who, pairs = visit(request), form_pairs(request)
    given = dict(pairs)

    def keep(tx: Transaction) -> None:
        listed = asked_list(who, tx, entity, request.query_params.multi_items())
        if "roomy" in given:
            keep_preference(tx, who.actor, DENSITY, COMFORTABLE if given["roomy"] else None)
        keep_preference(tx, who.actor, look_key(listed), _kept(listed, pairs))

    who.workspace.write(keep)
    if "_back" in given:
        return see_other(safe_next(given["_back"]))
    return Response(content=b"", status_code=204)


def _kept(listed: Listing, pairs: list[tuple[str, str]]) -> dict[str, Any] | None:
    """The look of a list with these changes."""
    look: Look = listed.look
    widths, frozen, closed = dict(look.widths), look.frozen, dict.fromkeys(look.closed)
    known = {column.name for column in listed.columns}
    for name, value in pairs:
        match name:
            case "width":
                column, _, units = value.rpartition(":")
                number = number_of(units)
                if column not in known or number is None:
                    raise KubikError("KBK2000")
                widths.pop(column, None)
                if number:
                    widths[column] = max(LEAST_WIDTH, min(MOST_WIDTH, number))
            case "frozen":
                frozen = min(number_of(value) or 0, MOST_FROZEN)
            case "closed" if len(closed) < MOST_CLOSED and len(value) <= 100:
                closed[value] = None
            case "opened":
                closed.pop(value, None)
    made = {"widths": widths, "frozen": frozen, "closed": list(closed)}
    if len(msgspec.json.encode(made)) > 7000:
        raise KubikError("KBK2000")
    return made if widths or frozen is not None or closed else None
