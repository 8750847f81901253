"""The dialog that shares one record: who has it now, with whom else, and what each of them really sees of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.allowed import allowed
from core.query.names import readable_entity
from core.query.query import Leading, Link, Query
from core.query.read import read, titles
from core.records import Ready, create, delete
from core.records.sharing import try_share, what_it_shows
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import render, see_other
from metamodel.errors import Problem, ValueRefused
from metamodel.messages import message
from metamodel.model import Entity
from metamodel.text import number_of
from renderers.forms.texts import Manner
from renderers.pages.people import person as drawn
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words
from renderers.people.person import refused_words
from renderers.people.share_words import sees_now, would_show
from renderers.people.sharing_view import ShareLine, ShareView, Whom
from renderers.people.view import Chosen

SHARE = "share"
MOST = 100

WHOM = (
    ("user", message("A person"), "user"),
    ("group", message("A group"), "users-group"),
    ("role", message("A role"), "shield"),
    ("department", message("A department"), "sitemap"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The record that is shared, for one reader."""

    who: Visit
    tx: Transaction
    entity: Entity
    id: int
    title: str

    @property
    def here(self) -> str:
        return f"/e/{self.entity.name}/{self.id}/share"


def may_share(tx: Transaction, who: Visit, entity: Entity, id: int) -> bool:
    """Whether the reader may share that record."""
    return SHARE in tx.model.entities and SHARE in allowed(tx, who.actor, entity.name, id)


def subject(who: Visit, tx: Transaction, entity: str, id: int) -> Subject:
    """The record; KBK2006 out of sight, KBK4002 when it is not theirs to share."""
    found = readable_entity(tx.model, grants_of(tx.model, who.actor), entity)
    link = titles(tx, who.actor, found, (id,))[id]
    if link.hidden or link.deleted:
        raise KubikError("KBK2006")
    if not may_share(tx, who, found, id):
        raise KubikError("KBK4002")
    return Subject(who=who, tx=tx, entity=found, id=id, title=title_words(link.title, id, who.texts))


def sent_values(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A share as the form says it: with one of the four, whatever stands in the others."""
    given = dict(pairs)
    kind = given.get("whom", "user")
    chosen = given.get(kind, "") if kind in {name for name, _, _ in WHOM} else ""
    values: dict[str, Any] = {"access": "change" if given.get("access") == "change" else "read"}
    recipient = number_of(chosen)
    if recipient is not None:
        values[kind] = recipient
    if given.get("note", "").strip():
        values["note"] = given["note"].strip()
    return values


def with_day(about: Subject, values: dict[str, Any], pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The same with the last day, read as people type it; KBK3002 when it is none."""
    field = about.tx.model.entities[SHARE].by_name["until"]
    manner = Manner(language=about.who.language, zone=about.who.zone)
    try:
        day = field.type.parse(field, dict(pairs).get("until", ""), manner.context)
    except ValueRefused as refusal:
        why = [Problem(pointer="/until", code=refusal.code, message=refusal.message)]
        raise KubikError(refusal.code, errors=why) from refusal
    return values if day is None else {**values, "until": Ready(day)}


def draw(
    request: AnyRequest, entity: str, id: int, sent: Sequence[tuple[str, str]] = (),
    error: KubikError | None = None,
) -> Response[Any]:  # fmt: skip
    """The dialog, or a page with it; after a refusal with what was chosen."""
    with reading(request) as (who, tx):
        about = subject(who, tx, entity, id)
        given, texts = dict(sent), who.texts
        kind = given.get("whom", "user")
        view = ShareView(
            here=about.here,
            title=about.title,
            record_href=f"/e/{about.entity.name}/{id}",
            entity=about.entity.label.in_language(who.language) or about.entity.name,
            lines=tuple(_lines(about)),
            whom=tuple(
                Whom(
                    name=name, label=texts.render(words), icon=icon, source=f"/e/share/options/{name}",
                    on=name == kind, chosen=_chosen(about, name, given),
                )
                for name, words, icon in WHOM
                if name in tx.model.entities["share"].by_name and _is_known(about, name)
            ),
            access=given.get("access", "read"),
            until=given.get("until", ""),
            note=given.get("note", ""),
            refused=refused_words(who, error) if error else "",
        )  # fmt: skip
        status = error.status if error else 200
        if who.htmx:
            answer = render(who, "people/_share.html", status=status, share=view)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        shell = make_shell(request, who, tx, about.entity.name)
        return render(who, "people/share.html", status=status, share=view, shell=shell)


def _is_known(about: Subject, name: str) -> bool:
    """Whether the reader knows any of those with whom it could be shared."""
    entity = about.tx.model.entities.get(name)
    return entity is not None and grants_of(about.tx.model, about.who.actor).may(entity.uid, "read")


def _chosen(about: Subject, name: str, given: Mapping[str, str]) -> Chosen | None:
    chosen = number_of(given.get(name))
    if chosen is None:
        return None
    link = titles(about.tx, about.who.actor, about.tx.model.entities[name], (chosen,))[chosen]
    return None if link.hidden else Chosen(value=str(chosen), label=str(link.title))


def _lines(about: Subject) -> list[ShareLine]:
    """Who has it now."""
    share, texts = about.tx.model.entities["share"], about.who.texts
    names = tuple(name for name, _, _ in WHOM if name in share.by_name)
    asked = Query(
        entity=SHARE, fields=("id", *names, "access", "until", "note", "created_by"), limit=MOST,
        leading=Leading(field=share.follows or "", entity=about.entity.uid, id=about.id),
    )  # fmt: skip
    today = about.tx.now.astimezone(about.tx.workspace.zone).date()
    found = []
    for item in read(about.tx, about.who.actor, asked).items:
        name = next((each for each in names if isinstance(item.get(each), Link)), None)
        if name is None:
            continue
        link, until, by = item[name], item.get("until"), item.get("created_by")
        over = until is not None and until < today
        shown = what_it_shows(about.tx, about.who.actor, about.entity, about.id, {name: link.id})
        found.append(ShareLine(
            icon=next(icon for each, _, icon in WHOM if each == name),
            person=drawn(link.id, str(link.title)) if name == "user" and link.id is not None else None,
            label=texts.gettext("somebody out of your sight") if link.hidden else str(link.title),
            access=texts.gettext("may change") if item.get("access") == "change" else texts.gettext("may read"),
            until=texts.phrase("until {day}", day=texts.date(until)) if until else "",
            over=over,
            note=item.get("note") or "",
            by=str(by.title) if isinstance(by, Link) and not by.hidden else "",
            words=texts.gettext("has ended") if over else sees_now(shown, texts),
            warn=not over and shown.see < shown.people or not shown.people,
            end_href=f"{about.here}/{item['id']}/end",
        ))  # fmt: skip
    return found


class ShareDialog(Controller):
    """Sharing one record."""

    path = "/e/{entity:str}/{identity:int}/share"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
        """Who has it, and the form to share it further."""
        return draw(request, entity, identity)

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
        """Share it."""
        who, sent = visit(request), form_pairs(request)

        def action(tx: Transaction) -> None:
            about = subject(who, tx, entity, identity)
            values = with_day(about, sent_values(sent), sent)
            create(tx, who.actor, SHARE, {"about": {"entity": about.entity.name, "id": identity}, **values})

        try:
            who.workspace.write(action)
        except KubikError as refusal:
            if refusal.status >= 500 or refusal.code in ("KBK2006", "KBK4002"):
                raise
            return draw(request, entity, identity, sent, refusal)
        return draw(request, entity, identity) if who.htmx else see_other(f"/e/{entity}/{identity}/share")


@post(
    "/e/{entity:str}/{identity:int}/share/preview",
    sync_to_thread=True,
    status_code=200,
    include_in_schema=False,
)
def preview_share(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """What sharing it so would give; nothing is saved."""
    who, sent = visit(request), form_pairs(request)
    values = sent_values(sent)

    def action(tx: Transaction) -> tuple[str, bool]:
        about = subject(who, tx, entity, identity)
        if not any(name in values for name, _, _ in WHOM):
            return "", False
        try:
            shown = try_share(tx, who.actor, about.entity, identity, with_day(about, values, sent))
        except KubikError as refusal:
            if refusal.status >= 500:
                raise
            return refused_words(who, refusal), True
        return would_show(shown, who.texts, changing=values["access"] == "change")

    words, warn = who.workspace.write(action)
    answer = render(who, "people/_shows.html", words=words, warn=warn)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@post(
    "/e/{entity:str}/{identity:int}/share/{share:int}/end", sync_to_thread=True, status_code=200,
    include_in_schema=False,
)  # fmt: skip
def end_share(
    request: AnyRequest, entity: FromPath[str], identity: FromPath[int], share: FromPath[int]
) -> Response[Any]:
    """Take a share back."""
    who = visit(request)

    def action(tx: Transaction) -> None:
        about = subject(who, tx, entity, identity)
        leading = Leading(field=tx.model.entities[SHARE].follows or "", entity=about.entity.uid, id=identity)
        asked = Query(entity=SHARE, fields=("id",), ids=(share,), leading=leading, limit=1)
        if read(tx, who.actor, asked).items:
            delete(tx, who.actor, SHARE, share)

    try:
        who.workspace.write(action)
    except KubikError as refusal:
        if refusal.status >= 500 or refusal.code in ("KBK2006", "KBK4002"):
            raise
        return draw(request, entity, identity, (), refusal)
    return draw(request, entity, identity) if who.htmx else see_other(f"/e/{entity}/{identity}/share")
