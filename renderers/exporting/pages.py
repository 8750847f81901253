"""Pages of export: what of a list becomes which file, and the files that were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.jobs.jobs import cancel_job
from core.query import count
from core.query.exporting import Manner, exporter_named, narrowed_of
from core.query.exporting.job import own_export, own_exports, start_export
from core.query.exporting.known import exporters
from core.query.names import readable_entity
from core.query.query import Query
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import render, see_other
from metamodel.messages import message
from metamodel.model import Entity
from metamodel.text import number_of
from renderers.exporting.view import FORMATS, ExportPage, FileLine, file_line
from renderers.lists.address import Address
from renderers.lists.asking import asked_list
from renderers.lists.listing import Listing, question
from renderers.pages.shell import make_shell

DIRECT = 20_000
"""Records that are sent at once; more are made into a file beside the other work."""

COUNTED = 1_000_000

MOST_CHOSEN = 5_000

NOT_STATE = ("format", "scope", "ids", "_csrf_token")


class Exporting(Controller):
    """What of a list is exported, and how."""

    path = "/e/{entity:str}/export"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """The choice: as shown or whole, and the format."""
        with reading(request) as (who, tx):
            pairs = list(request.query_params.multi_items())
            asked = _listing(who, tx, entity, [pair for pair in pairs if pair[0] not in NOT_STATE])
            page = _page(who, tx, asked, chosen_of(dict(pairs)))
            shell = make_shell(request, who, tx, asked.entity.name)
            return render(who, "exporting/page.html", page=page, shell=shell)

    @post(sync_to_thread=True, status_code=200)
    def begin(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """Few records are sent at once, of many a file is made."""
        who, sent = visit(request), form_pairs(request)
        given = dict(sent)
        scope = given.get("scope")
        whole = scope == "whole"
        format = exporter_named(exporters(), given.get("format", "xlsx"))
        manner = Manner(
            language=who.language, zone=who.workspace.zone.key, labels=True, mark=True, plain=not whole
        )

        def action(tx: Transaction) -> str:
            asked = _listing(who, tx, entity, [pair for pair in sent if pair[0] not in NOT_STATE])
            query = whole_question(asked.entity) if whole else shown_question(asked)
            if scope == "chosen":
                query = replace(query, ids=chosen_of(given))
            found = count(tx, who.actor, query, cap=COUNTED)
            if found <= DIRECT:
                return direct_href(query, format.name, manner)
            return f"/exports#{start_export(tx, who.actor, query, format.name, manner, found)}"

        return see_other(who.workspace.write(action))


def _listing(who: Visit, tx: Transaction, entity: str, pairs: Sequence[tuple[str, str]]) -> Listing:
    """The list, of an entity that the person may export; KBK2006, KBK4002."""
    grants = grants_of(tx.model, who.actor)
    narrowed_of(tx, grants, readable_entity(tx.model, grants, entity))
    return asked_list(who, tx, entity, pairs)


def chosen_of(given: Mapping[str, str]) -> tuple[int, ...]:
    """The records that were chosen in the list."""
    ids = (number_of(text) for text in given.get("ids", "").split(","))
    return tuple(dict.fromkeys(each for each in ids if each is not None))[:MOST_CHOSEN]


def shown_question(asked: Listing) -> Query:
    """The question of what a list shows: its columns, its rows, grouped ones together."""
    return replace(question(asked), fields=tuple(dict.fromkeys(column.name for column in asked.columns)))


def whole_question(entity: Entity) -> Query:
    """The question of all records of an entity with all fields, the oldest first."""
    return Query(entity=entity.name, sort=("id",))


def direct_href(query: Query, format: str, manner: Manner) -> str:
    """The call of the API that sends the file at once."""
    pairs = [
        ("format", format), ("fields", ",".join(query.fields or ())), ("filter", query.filter or ""),
        ("search", query.search or ""), ("sort", ",".join(query.sort)),
        ("ids", ",".join(map(str, query.ids or ()))), ("deleted", "only" if query.deleted == "only" else ""), ("language", manner.language),
        ("labels", "true"), ("mark", "true"), ("lenient", "true"), ("plain", "true" if manner.plain else ""),
    ]  # fmt: skip
    return f"/api/export/{query.entity}?{urlencode([pair for pair in pairs if pair[1]])}"


def _page(who: Visit, tx: Transaction, asked: Listing, chosen: tuple[int, ...]) -> ExportPage:
    address: Address = replace(asked.address, cursor=None)
    found = count(tx, who.actor, shown_question(asked), cap=COUNTED)
    number = who.texts.number(found)
    return ExportPage(
        title=asked.entity.label_many.in_language(who.language) or asked.entity.name,
        here=f"{address.path}/export",
        back=address.href(),
        state=tuple(address.pairs()),
        shown=who.texts.phrase("more than {count}", count=number) if found >= COUNTED else number,
        chosen=",".join(map(str, chosen)),
        chosen_count=who.texts.number(len(chosen)) if chosen else "",
        formats=tuple((each.name, each.name.upper(), who.texts.render(FORMATS.get(each.name))) for each in exporters()),
        waits=found > DIRECT,
    )  # fmt: skip


# --- files that were made


@get("/exports", sync_to_thread=True, include_in_schema=False)
def exports_page(request: AnyRequest) -> Response[Any]:
    """The files that the person asked for; for scripts the list alone."""
    with reading(request) as (who, tx):
        lines = _lines(who, tx)
        if who.htmx:
            answer = render(who, "exporting/_files.html", lines=lines)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        shell = make_shell(request, who, tx, place="/exports")
        return render(who, "exporting/files.html", lines=lines, shell=shell)


@post("/exports/{job:int}/cancel", sync_to_thread=True, include_in_schema=False)
def cancel_export(request: AnyRequest, job: FromPath[int]) -> Response[Any]:
    """Make no file of it."""
    who = visit(request)

    def action(tx: Transaction) -> None:
        own_export(tx, who.actor, job)
        cancel_job(tx, job, by=who.actor.person)

    who.workspace.write(action)
    return see_other("/exports")


def _lines(who: Visit, tx: Transaction) -> tuple[FileLine, ...]:
    grants = grants_of(tx.model, who.actor)
    lines = []
    for job in own_exports(tx, who.actor):
        try:
            entity = readable_entity(tx.model, grants, str(job.parameters["entity"]))
        except KubikError:
            continue  # what may no more be known of is not told of
        label = entity.label_many.in_language(who.language) or entity.name
        lines.append(file_line(who, job, label, may=grants.may(entity.uid, "export"), now=tx.now))
    return tuple(lines)


HANDLERS = (Exporting, exports_page, cancel_export)
EXPORT = message("Export…")
