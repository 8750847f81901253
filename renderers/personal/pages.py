"""Who saw personal data: of everybody, and of one record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromPath

from core.access.grants import grants_of
from core.query.erased import ENTITY
from core.query.query import Query
from core.query.read import read
from core.query.sighted import Sight, SightPage, holds_personal, may_erase, require_overseer, sightings
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading
from core.web.render import render
from core.web.ways import WAYS
from metamodel.messages import Message, message
from metamodel.model import Entity
from metamodel.text import number_of
from renderers.history.lines import people_options, somebody
from renderers.history.pages import standing
from renderers.pages.options import Option
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words
from renderers.personal.erasing import job_view
from renderers.personal.view import Act, PersonalView, RecordView, Seen

LINES = 50

_WAYS: Mapping[str, Message] = {
    "list": message("in a list"),
    "card": message("on its card"),
    "history": message("in its history"),
    "feed": message("in the feed"),
    "page": message("on another page"),
    "api": message("by a program"),
    "export": message("exported"),
    "file": message("opened as a file"),
    "extract": message("in an extract"),
    "document": message("in a document"),
}


@get("/personal", sync_to_thread=True, include_in_schema=False)
def personal_page(request: AnyRequest) -> Response[Any]:
    """Who saw personal data, the newest first; by entity, person and way."""
    given = request.query_params
    with reading(request) as (who, tx):
        require_overseer(tx, who.actor)
        entities = _entities(who, tx, given.get("entity", ""))
        entity = next((each.value for each in entities if each.chosen), None)
        by, way = number_of(given.get("by")), given.get("way") if given.get("way") in WAYS else None
        page = sightings(
            tx, who.actor, entity=entity, by=by, way=way, cursor=given.get("more") or None, limit=LINES
        )
        kept = {name: v for name, v in (("entity", entity), ("by", by), ("way", way)) if v}
        ways = tuple(
            Option(value=name, label=who.texts.render(words), chosen=name == way)
            for name, words in _WAYS.items()
        )
        view = PersonalView(
            here="/personal", lines=_lines(who, page), entities=entities,
            people=people_options(tx, who.actor, by), ways=ways,
            acts=acts(who, tx, None), acts_href=f"/e/{ENTITY}" if _sees_acts(tx, who) else "",
            more_href=f"/personal?{urlencode({**kept, 'more': page.next})}" if page.next else "",
            narrowed=bool(kept),
        )  # fmt: skip
        return render(
            who, "personal/page.html", page=view, shell=make_shell(request, who, tx, place="/personal")
        )


@get("/personal/{entity:str}/{identity:int}", sync_to_thread=True, include_in_schema=False)
def record_page(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """Who saw the personal data of a record; its extract and its erasure begin here."""
    with reading(request) as (who, tx):
        require_overseer(tx, who.actor)
        found, crumb, _ = standing(who, tx, entity, identity)
        more = request.query_params.get("more") or None
        page = sightings(tx, who.actor, entity=found.name, record=identity, cursor=more, limit=LINES)
        here = f"/personal/{found.name}/{identity}"
        job = number_of(request.query_params.get("job"))
        view = RecordView(
            crumb=crumb, here=here, lines=_lines(who, page, alone=True),
            extract_href=f"/api/personal/{found.name}/{identity}/extract"
            if grants_of(tx.model, who.actor).may(found.uid, "export") else "",
            erase_href=f"{here}/erase" if may_erase(tx, who.actor) and holds_personal(tx.model, found) else "",
            more_href=f"{here}?{urlencode({'more': page.next})}" if page.next else "",
            acts=acts(who, tx, (found, identity)), job=job_view(who, tx, job) if job else None,
        )  # fmt: skip
        return render(
            who, "personal/record.html", page=view, shell=make_shell(request, who, tx, place="/personal")
        )


def acts(who: Visit, tx: Transaction, of: tuple[Entity, int] | None) -> tuple[Act, ...]:
    """The latest acts of erasure, of all or of one record, that the visitor may read."""
    if not _sees_acts(tx, who):
        return ()
    about = None if of is None else f"entity = '{of[0].name}' AND of_record = {of[1]}"
    names = ("id", "number", "entity", "of_record", "done_at")
    page = read(tx, who.actor, Query(entity=ENTITY, fields=names, filter=about, sort=("-id",), limit=10))
    return tuple(_act(who, tx, item) for item in page.items)


def _sees_acts(tx: Transaction, who: Visit) -> bool:
    grants = grants_of(tx.model, who.actor)
    return ENTITY in tx.model.entities and grants.everything


def _act(who: Visit, tx: Transaction, item: Mapping[str, Any]) -> Act:
    entity = tx.model.entities.get(item["entity"] or "")
    label = (entity.label.in_language(who.language) if entity else "") or item["entity"]
    return Act(
        number=str(item["number"]), what=f"{label} {item['of_record']}",
        at=who.texts.date(item["done_at"].astimezone(who.zone).date()), href=f"/e/{ENTITY}/{item['id']}",
    )  # fmt: skip


def _entities(who: Visit, tx: Transaction, chosen: str) -> tuple[Option, ...]:
    grants = grants_of(tx.model, who.actor)
    return tuple(
        Option(value=e.name, label=e.label_many.in_language(who.language) or e.name, chosen=e.name == chosen)
        for e in tx.model.entities.values()
        if any(f.personal for f in e.fields) and grants.may(e.uid, "read")
    )


def _lines(who: Visit, page: SightPage, *, alone: bool = False) -> tuple[Seen, ...]:
    return tuple(_line(who, sight, alone=alone) for sight in page.items)


def _line(who: Visit, sight: Sight, *, alone: bool) -> Seen:
    texts, language, at = who.texts, who.language, sight.at.astimezone(who.zone)
    many = sight.entity.label_many.in_language(language) or sight.entity.name
    one = sight.entity.label.in_language(language) or sight.entity.name
    single = sight.record is not None
    behalf = (
        texts.render(message("on behalf of {name}", name=somebody(sight.behalf, texts).name))
        if sight.behalf is not None
        else ""
    )
    return Seen(
        at=texts.render(message("{day}, {time}", day=texts.date(at.date()), time=texts.time(at.time()))),
        person=somebody(sight.by, texts), behalf=behalf, way=texts.render(_WAYS.get(sight.way, _WAYS["page"])),
        what="" if alone and single else f"{one} · {title_words(sight.title, sight.record, texts)}" if single else f"{many} · {texts.number(sight.count) if sight.count else texts.gettext('in a summary')}",
        fields=", ".join(f.label.in_language(language) or f.name for f in sight.fields),
        href=f"/personal/{sight.entity.name}/{sight.record}"
        if single and not alone and sight.entity.parent is None else "",
    )  # fmt: skip
