"""Pages of merging: records side by side with a choice for each field; what came of it, and its undo; possible doubles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from markupsafe import escape

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.names import readable_entity
from core.query.read import record, titles
from core.query.similar import similar
from core.records.merging import (
    BOTH,
    Merged,
    Offered,
    Order,
    merge,
    mergeable,
    merged_job,
    offered,
    taken_back,
    unmerge,
)
from core.records.statements import load
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import render, safe_next, see_other
from metamodel.messages import message
from metamodel.model import Entity, Field
from metamodel.text import number_of
from renderers.merging.view import Alike, Card, Choice, DonePage, Line, MergePage, Same
from renderers.pages.cells import Cells, cells_of
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words

TAKE = "take."


class Merging(Controller):
    """Records of an entity that are one."""

    path = "/e/{entity:str}/merge"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """Side by side."""
        return _draw(request, entity, list(request.query_params.multi_items()))

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """Make them one."""
        who, sent = visit(request), form_pairs(request)
        order = read_order(sent)
        try:
            done: Merged = who.workspace.write(lambda tx: merge(tx, who.actor, entity, order))
        except KubikError as refusal:
            if refusal.status >= 500 or refusal.code in ("KBK2006", "KBK2009"):
                raise
            return _draw(request, entity, sent, refusal)
        return see_other(f"/merges/{done.job}")


def read_order(pairs: Sequence[tuple[str, str]]) -> Order:
    """What the form asks."""
    given = dict(pairs)
    written = [v for n, text in pairs if n in ("id", "ids") for v in text.split(",")]
    ids = tuple(dict.fromkeys(id for v in written if (id := number_of(v)) is not None))
    take = {
        name.removeprefix(TAKE): BOTH if value == "0" else number_of(value) or -1
        for name, value in pairs
        if name.startswith(TAKE)
    }
    versions = {
        id: version
        for name, value in pairs
        if name.startswith("version.")
        and (id := number_of(name.removeprefix("version."))) is not None
        and (version := number_of(value)) is not None
    }
    return Order(ids=ids, stays=number_of(given.get("stays")) or 0, take=take, versions=versions)


def _draw(
    request: AnyRequest, name: str, pairs: Sequence[tuple[str, str]], refusal: KubikError | None = None
) -> Response[Any]:
    with reading(request) as (who, tx):
        entity = readable_entity(tx.model, grants_of(tx.model, who.actor), name)
        order = read_order(pairs)
        offer = offered(tx, who.actor, entity, order.ids)
        stays = order.stays if order.stays in offer.may_stay else offer.may_stay[0]
        back = dict(pairs).get("_back", "")
        page = _page(
            who, tx, offer, replace(order, stays=stays), safe_next(back) if back else f"/e/{entity.name}"
        )
        if refusal is not None:
            page = replace(page, refused=_words(who, refusal))
        shell = make_shell(request, who, tx, entity.name)
        status = 200 if refusal is None else refusal.status
        return render(who, "merging/page.html", status=status, page=page, shell=shell)


def _words(who: Visit, refusal: KubikError) -> str:
    told = [who.texts.render(problem.message) for problem in refusal.errors]
    return "; ".join(dict.fromkeys(told)) or who.texts.render(refusal.detail)


def _page(who: Visit, tx: Transaction, offer: Offered, order: Order, back: str) -> MergePage:
    entity, texts, language = offer.entity, who.texts, who.language
    named = {
        each: title_words(link.title, each, texts)
        for each, link in titles(tx, who.actor, entity, offer.ids).items()
    }
    cells = cells_of(who.site.templates.environment, texts, who.zone, tx.model)
    taken = {**offer.usual(order.stays), **order.take}
    made = load(tx, entity, offer.ids)
    return MergePage(
        title=texts.gettext("Merge"),
        list_label=entity.label_many.in_language(language) or entity.name,
        here=f"/e/{entity.name}/merge",
        back=back,
        cards=tuple(
            Card(
                id=each, title=named[each], href=f"/e/{entity.name}/{each}", version=offer.items[each]["version"],
                about=texts.render(message("created {when}", when=texts.datetime(made[each]["created_at"], who.zone))),
                may_stay=each in offer.may_stay, stays=each == order.stays,
            )
            for each in offer.ids
        ),
        lines=tuple(_line(offer, field, cells, named, taken, who) for field in offer.differing),
        same=tuple(
            Same(label=_label(field, language), value=cells.one(field, field.result, value))
            for field in offer.fields
            if field not in offer.differing
            and (value := offer.items[offer.ids[0]].get(field.name)) not in (None, "", [], ())
        ),
    )  # fmt: skip


def _line(
    offer: Offered, field: Field, cells: Cells, named: dict[int, str], taken: dict[str, int], who: Visit
) -> Line:
    choices = [
        Choice(
            source=each, title=named[each], value=cells.one(field, field.result, offer.items[each].get(field.name)),
            taken=taken.get(field.name) == each,
        )
        for each in offer.ids
        if field.name in offer.items[each]
    ]  # fmt: skip
    if offer.together(field):
        words = who.texts.gettext("All together")
        choices.append(
            Choice(source=BOTH, title=words, value=escape(words), taken=taken.get(field.name) == BOTH)
        )
    return Line(name=TAKE + field.name, label=_label(field, who.language), choices=tuple(choices))


def _label(field: Field, language: str) -> str:
    return field.label.in_language(language) or field.name


# --- what came of it


@get("/merges/{job:int}", sync_to_thread=True, include_in_schema=False)
def merged_page(request: AnyRequest, job: FromPath[int]) -> Response[Any]:
    """What became one, for who did it."""
    with reading(request) as (who, tx):
        page = _done(who, tx, job)
        shell = make_shell(request, who, tx)
        return render(who, "merging/done.html", page=page, shell=shell)


@post("/merges/{job:int}/undo", sync_to_thread=True, include_in_schema=False)
def undo_merge(request: AnyRequest, job: FromPath[int]) -> Response[Any]:
    """Make them several again."""
    who = visit(request)
    refused = ""
    left: tuple[str, ...] = ()
    try:
        returned = who.workspace.write(lambda tx: unmerge(tx, who.actor, job))
    except KubikError as refusal:
        if refusal.code != "KBK1104":
            raise
        refused = _words(who, refusal)
    else:
        left = tuple(f"{each.entity} {each.id}: {who.texts.gettext(each.why)}" for each in returned.left)
    with reading(request) as (again, tx):
        page = replace(_done(again, tx, job), left=left, refused=refused)
        shell = make_shell(request, again, tx)
        return render(again, "merging/done.html", status=409 if refused else 200, page=page, shell=shell)


def _done(who: Visit, tx: Transaction, job: int) -> DonePage:
    found = merged_job(tx, who.actor, job)
    undone = taken_back(tx, job)
    entity = tx.model.entity_by_uid[found.parameters["entity"]]
    stays, texts = found.parameters["stays"], who.texts
    link = titles(tx, who.actor, entity, (stays,))[stays]
    going = len(found.parameters["going"])
    words = message("Records that are there again: {count}", count=going) if undone else message(
        "Records that are one now: {count}", count=going + 1
    )  # fmt: skip
    led = message("What led to the others leads to it now: {count}", count=found.result["led"])
    return DonePage(
        title=texts.gettext("Merge"),
        list_label=entity.label_many.in_language(who.language) or entity.name,
        list_href=f"/e/{entity.name}",
        record_href=f"/e/{entity.name}/{stays}",
        record_title=title_words(link.title, stays, texts),
        words=texts.render(words),
        told="" if undone else texts.render(led),
        undo_href="" if undone else f"/merges/{job}/undo",
    )


# --- possible doubles of a card


@get("/e/{entity:str}/{identity:int}/alike", sync_to_thread=True, include_in_schema=False)
def alike_of(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """The records that look like the one of a card; nothing when there are none."""
    with reading(request) as (who, tx):
        found = readable_entity(tx.model, grants_of(tx.model, who.actor), entity)
        answer = render(who, "merging/_alike.html", alike=_alike(who, tx, found, identity))
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _alike(who: Visit, tx: Transaction, entity: Entity, identity: int) -> Alike | None:
    names = tuple(dict.fromkeys(entity.by_uid[uid].name for uids in entity.duplicates for uid in uids))
    item, _ = record(tx, who.actor, entity.name, identity, ("id",))
    if not names:
        return None
    stored = load(tx, entity, (identity,))[identity]
    links: dict[int, str] = {}
    fields: dict[str, None] = {}
    for each in similar(tx, who.actor, entity, stored, item["id"]):
        links |= {link.id: title_words(link.title, link.id, who.texts) for link in each.links if link.id}
        fields |= {_label(field, who.language): None for field in each.fields}
    if not links:
        return None
    ids = [identity, *links][:5]
    pairs = [("id", str(each)) for each in ids] + [("_back", f"/e/{entity.name}/{identity}")]
    return Alike(
        words=who.texts.render(message("Perhaps the same ({fields}):", fields=", ".join(fields))),
        links=tuple((f"/e/{entity.name}/{each}", title) for each, title in links.items()),
        merge_href=f"/e/{entity.name}/merge?{urlencode(pairs)}" if mergeable(tx, who.actor, entity) else "",
    )


HANDLERS = (Merging, merged_page, undo_merge, alike_of)
