"""The page of imports: a file to be sent, what is not finished, and what was imported by whom."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.opening import open_file
from core.query.read import titles
from core.records.importing.formats import ENDINGS, open_source
from core.records.importing.recognise.found import recognise
from core.records.importing.told import imports_of
from core.records.importing.unfinished import Unfinished, begin, drop, file_of, keep, mine, unfinished
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import Html, render, see_other
from metamodel.fields.file import REASONS, REFUSED
from metamodel.messages import message
from renderers.importing.choices import entities
from renderers.importing.desk import MOST_COUNTED, asked_of
from renderers.importing.view import JobLine
from renderers.importing.words import STATES, steps
from renderers.pages.shell import make_shell
from renderers.pages.sizes import size_words

_ID = re.compile(r"\d{1,18}")


class Imports(Controller):
    """What was imported, and the next file."""

    path = "/imports"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest) -> Response[Any]:
        """Begin an import; all that one began, and for who may everything those of all people."""
        with reading(request) as (who, tx):
            return _page(request, who, tx, request.query_params.get("entity"))

    @post(sync_to_thread=True, status_code=200)
    def send(self, request: AnyRequest) -> Response[Any]:
        """Take a file in; what cannot be read is refused on the page itself."""
        who, sent = visit(request), dict(form_pairs(request))
        entity = sent.get("entity") or None
        try:
            made = _taken(who, sent.get("file", ""), entity)
        except KubikError as refusal:
            if refusal.code not in ("KBK5001", "KBK5004", "KBK5005"):
                raise
            with reading(request) as (who, tx):
                answer = _page(request, who, tx, entity, who.texts.render(refusal.detail))
                answer.status_code = refusal.status
                return answer
        return see_other(f"/imports/open/{made.token}")


@post("/imports/open/{token:str}/drop", sync_to_thread=True, include_in_schema=False)
def drop_import(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Forget a file that was not imported."""
    who = visit(request)
    drop(who.workspace, unfinished(who.workspace, who.actor, token))
    return see_other("/imports")


def _taken(who: Visit, file: str, entity: str | None) -> Unfinished:
    """The file that was sent, copied and read once: how many rows it has, and that it can be read at all."""
    with who.workspace.read() as tx:
        if not entities(tx.model, grants_of(tx.model, who.actor), who.language):
            raise KubikError("KBK2006")
        if not _ID.fullmatch(file):
            why = file.removeprefix(REFUSED) if file.startswith(REFUSED) else ""
            raise KubikError("KBK5004", REASONS.get(why) or message("Choose a file first."))
        opened = open_file(tx, who.actor, int(file))
    made = begin(who.workspace, who.actor, who.workspace.files.local(opened["hash"]), opened["name"], entity)
    try:
        rows = _count(who, made)
    except KubikError:
        drop(who.workspace, made)
        raise
    made = replace(made, rows=rows)
    keep(who.workspace, made)
    return made


def _count(who: Visit, made: Unfinished) -> int | None:
    asked = asked_of(made)
    source = open_source(file_of(who.workspace, made), made.name, asked)
    try:
        found = recognise(source, asked)
        most = MOST_COUNTED if source.format == "csv" else MOST_COUNTED // 10
        return sum(1 for _ in found.rows.lines()) if made.size < most else None
    finally:
        source.close()


def _page(request: AnyRequest, who: Visit, tx: Transaction, entity: str | None, refused: str = "") -> Html:
    allowed = entities(tx.model, grants_of(tx.model, who.actor), who.language)
    lines = _lines(who, tx)
    if not allowed and not lines:
        raise KubikError("KBK2006")
    waiting = [
        (f"/imports/open/{made.token}", made.name, size_words(who.texts, made.size),
         who.texts.datetime(datetime.fromisoformat(made.at), who.zone))
        for made in mine(who.workspace, who.actor)
    ]  # fmt: skip
    return render(
        who, "importing/imports.html", shell=make_shell(request, who, tx, place="/imports"), allowed=allowed,
        entity=entity if entity in {name for name, _ in allowed} else None, lines=lines, waiting=waiting,
        refused=refused, endings=",".join(ENDINGS), steps=steps(who, 1),
    )  # fmt: skip


def _lines(who: Visit, tx: Transaction) -> tuple[JobLine, ...]:
    jobs = imports_of(tx, who.actor)
    users = tx.model.entities["user"]
    names = titles(tx, who.actor, users, list({job.by for job in jobs if job.by is not None}))
    found = []
    for job in jobs:
        entity = tx.model.entities.get(str(job.parameters.get("entity")))
        label = (entity.label_many.in_language(who.language) if entity else None) or str(
            job.parameters.get("entity")
        )
        words, tone = STATES[job.state]
        by = names[job.by].title if job.by in names else None
        found.append(JobLine(
            href=f"/imports/{job.id}", name=str(job.parameters.get("name") or "—"), entity=label,
            at=who.texts.datetime(job.created_at, who.zone), by=by or str(job.parameters.get("by", "")),
            state=who.texts.render(words), tone=tone, counts=counts_of(who, job.result),
        ))  # fmt: skip
    return tuple(found)


def counts_of(who: Visit, result: Any) -> str:
    """What an import did, in a few words."""
    if not isinstance(result, dict):
        return ""
    words = (("created", message("created: {count}", count=who.texts.number(result.get("created", 0)))),
             ("updated", message("updated: {count}", count=who.texts.number(result.get("updated", 0)))),
             ("refused", message("refused: {count}", count=who.texts.number(result.get("refused", 0)))))  # fmt: skip
    return " · ".join(who.texts.render(text) for name, text in words if result.get(name))


HANDLERS = (Imports, drop_import)
