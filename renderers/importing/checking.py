"""The step of the check: the import tried without writing, its errors by cause and line, repaired in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.jobs.jobs import Job, cancel_job, read_job
from core.records.importing import in_words, start_import
from core.records.importing.hints import Repaired, Replaced
from core.records.importing.recipe import Recipe
from core.records.importing.seats import makeable
from core.records.importing.unfinished import Unfinished, decide, drop, file_of, keep, unfinished
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import render, see_other
from metamodel.messages import message
from renderers.importing.columns import _with_missing
from renderers.importing.desk import Desk, asked_of, on_desk
from renderers.importing.drawn import shown
from renderers.importing.matches import cells_of_lines, matches_of, title_place, with_apart
from renderers.importing.near import near
from renderers.importing.trial import begin_trial, ready
from renderers.importing.view import BadLine, Cause
from renderers.importing.words import steps
from renderers.pages.progress import time_left
from renderers.pages.shell import make_shell
from renderers.pages.sizes import size_words

MOST_LINES = 200
MOST_ANSWERS = 50


class Check(Controller):
    """The trial and its corrections."""

    path = "/imports/open/{token:str}/check"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, token: FromPath[str]) -> Response[Any]:
        """How the trial goes, and what it found."""
        with reading(request) as (who, tx):
            made = unfinished(who.workspace, who.actor, token)
            job = read_job(tx, made.check, by=made.by) if made.check is not None else None
            if job is None:
                return see_other(f"/imports/open/{token}")  # a trial is asked for by the form there
            return _drawn(request, who, tx, made, job)

    @post(sync_to_thread=True, status_code=200)
    def repair(self, request: AnyRequest, token: FromPath[str]) -> Response[Any]:
        """Corrections of cells, one by one or one answer for many, or what to do with links that lead to nothing; tried again."""
        who, sent = visit(request), form_pairs(request)
        given = dict(sent)
        made = unfinished(who.workspace, who.actor, token)
        hints = asked_of(made)
        repaired = {(each.sheet, each.line, each.place): each for each in hints.repaired}
        replaced = {(each.place, each.old): each for each in hints.replaced}
        for name, value in sent:
            kind, _, rest = name.partition(":")
            if kind == "fix" and value != given.get(f"was:{rest}", value):
                line, place, sheet = (*rest.split(":", 2), "")[:3]
                if line.isdecimal() and place.isdecimal():
                    repaired[sheet, int(line), int(place)] = Repaired(
                        line=int(line), place=int(place), new=value, sheet=sheet
                    )
            elif kind == "answer" and value.strip():
                place, _, old = rest.partition(":")
                if place.isdecimal():
                    replaced[int(place), old] = Replaced(place=int(place), old=old, new=value.strip())
        if "apart-of" in given and made.decided is not None:
            made = decide(who.workspace, made, with_apart(made.decided, sent))
        asked = dict(made.asked) | {"repaired": [asdict(each) for each in repaired.values()],
                                    "replaced": [asdict(each) for each in replaced.values()]}  # fmt: skip
        keep(who.workspace, replace(made, asked={name: value for name, value in asked.items() if value}))
        if given.get("missing") in ("create", "empty") and given.get("column"):
            recipe = made.decided
            if recipe is not None:
                decide(who.workspace, unfinished(who.workspace, who.actor, token),
                       _with_missing(recipe, given["column"], given["missing"]))  # fmt: skip
        begin_trial(who, token)
        return see_other(f"/imports/open/{token}/check")


@post("/imports/open/{token:str}/go", sync_to_thread=True, include_in_schema=False)
def go(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Import the good lines."""
    who = visit(request)
    made, recipe = ready(who, token)
    job = start_import(who.workspace, who.actor, "", file_of(who.workspace, made), name=made.name,
                       recipe=replace(recipe, dry_run=False))  # fmt: skip
    drop(who.workspace, made)
    return see_other(f"/imports/{job}")


@post("/imports/open/{token:str}/stop", sync_to_thread=True, include_in_schema=False)
def stop_check(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Break the trial off and look at the columns again."""
    who = visit(request)
    made = unfinished(who.workspace, who.actor, token)
    if made.check is not None:
        check = made.check
        who.workspace.write(lambda tx: cancel_job(tx, check, by=who.actor.person))
    return see_other(f"/imports/open/{token}")


def _drawn(request: AnyRequest, who: Visit, tx: Transaction, made: Unfinished, job: Job) -> Response[Any]:
    address = f"/imports/open/{made.token}"
    recipe = made.decided
    assert recipe is not None
    entity = tx.model.entities.get(recipe.main.entity)
    page: dict[str, Any] = {
        "made": made, "job": job, "address": address, "steps": steps(who, 3, address),
        "size": size_words(who.texts, made.size), "running": job.state in ("queued", "running"),
        "left_time": time_left(who.texts, tx.now, job),
        "entity": (entity.label_many.in_language(who.language) if entity else None) or recipe.main.entity,
        "failed": _failed(who, job),
    }  # fmt: skip
    if job.state == "done":
        with on_desk(who, tx, made.token) as desk:
            page |= _result(request, who, tx, desk, job)
    if who.htmx:
        answer = render(who, "importing/_check.html", **page)
        answer.headers["Cache-Control"] = "no-store"
        return answer
    return render(who, "importing/check.html", shell=make_shell(request, who, tx, place="/imports"), **page)


def _failed(who: Visit, job: Job) -> str:
    if job.state == "cancelled":
        return who.texts.gettext("Stopped")
    if job.state == "failed":
        return who.texts.gettext(str((job.error or {}).get("text", ""))) or who.texts.gettext("Broken off")
    return ""


def _result(request: AnyRequest, who: Visit, tx: Transaction, desk: Desk, job: Job) -> dict[str, Any]:
    result, number = in_words(job.result or {}, who.texts.render), who.texts.number
    errors: Sequence[Mapping[str, Any]] = result.get("errors", ())
    causes = Counter((str(each["column"]), str(each["code"])) for each in errors)
    asked = request.query_params.get("cause") or ""
    chosen = [each for each in errors if not asked or f"{each['column']}|{each['code']}" == asked]
    first = {(str(each["column"]), str(each["code"])): str(each["message"]) for each in reversed(errors)}
    address = f"{desk.address}/check"
    listed = [
        Cause(
            key="",
            label=who.texts.gettext("All errors"),
            count=number(len(errors)),
            href=address,
            on=not asked,
        )
    ]
    headers = {each.header for each in desk.found.columns}
    for (column, code), count in causes.most_common():
        key = f"{column}|{code}"
        called = column if column in headers else _called(who, tx, desk, column)
        label = f"{called}: {first[column, code]}" if column else first[column, code]
        listed.append(
            Cause(
                key=key,
                label=label,
                count=number(count),
                href=f"{address}?{urlencode({'cause': key})}",
                on=asked == key,
            )
        )
    lines = _lines(who, tx, desk, chosen[:MOST_LINES])
    one = chosen[0] if asked and chosen else None
    good = int(result.get("total", 0)) - int(result.get("refused", 0))
    return {
        "counts": {name: number(result.get(name, 0)) for name in ("created", "updated", "skipped", "refused", "total", "linked", "incomplete")},
        "refused": int(result.get("refused", 0)), "good": number(good), "any_good": good > 0, "causes": tuple(listed),
        "titled": desk.found.columns[title_place(tx, desk)].header, "lines": lines, "listed": len(chosen), "shown": len(lines), "cause": asked,
        "answers": _answers(desk, lines, one), "column": str(one["column"]) if one else "",
        "link": bool(one) and _is_link(desk, str(one["column"] if one else "")),
        "makes": bool(one) and _makes(who, tx, desk, str(one["column"] if one else "")), "made_of": _made(who, tx, desk.recipe, result),
        "errors_href": f"/api/jobs/{job.id}/errors" if job.errors_file else "", "matches": matches_of(who, tx, desk, result),
    }  # fmt: skip


def _made(
    who: Visit, tx: Transaction, recipe: Recipe | None, result: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    """What becomes of each of several entities, the main one first; nothing is said of what there was none of."""
    made = result.get("made", {})
    if len(made) < 2 or recipe is None:
        return ()
    words = message("created: {count}"), message("updated: {count}"), message("found: {count}")
    told = []
    for target in sorted(recipe.targets, key=lambda target: target is not recipe.main):
        entity = tx.model.entities.get(target.entity)
        label = (entity.label_many.in_language(who.language) if entity else None) or target.entity
        counts = zip(words, made.get(target.called, ()), strict=False)
        said = [
            who.texts.render(replace(each, parameters={"count": who.texts.number(n)}))
            for each, n in counts
            if n
        ]
        if said:
            told.append((label, ", ".join(said)))
    return tuple(told)


def _is_link(desk: Desk, column: str) -> bool:
    return any(
        fill.column == column and fill.missing == "refuse"
        for target in desk.recipe.targets
        for fill in target.fields
    )


def _makes(who: Visit, tx: Transaction, desk: Desk, column: str) -> bool:
    """Whether a record that the column names may be made of its name alone."""
    grants = grants_of(tx.model, who.actor)
    links = (
        tx.model.entities[target.entity].by_name[fill.field]
        for target in desk.recipe.targets
        for fill in target.fields
        if fill.column == column and fill.field in tx.model.entities[target.entity].by_name
    )
    return any(makeable(grants, link) for link in links)


def _lines(
    who: Visit, tx: Transaction, desk: Desk, errors: Sequence[Mapping[str, Any]]
) -> tuple[BadLine, ...]:
    """The refused lines with what stands in them; the file is read until the last of them."""
    wanted = {(str(each.get("sheet") or ""), int(each["line"])) for each in errors}
    cells = cells_of_lines(desk, wanted)
    width, first = desk.found.rows.width, title_place(tx, desk)
    places = {column.header: column.place for column in desk.found.columns if column.place < width}
    fields = {
        fill.column: (
            tx.model.entities[target.entity],
            tx.model.entities[target.entity].by_name.get(fill.field),
        )
        for target in desk.recipe.targets
        for fill in target.fields
    }
    found = []
    offered: dict[tuple[str, str], str | None] = {}
    for each in errors:
        sheet, number, column = str(each.get("sheet") or ""), int(each["line"]), str(each["column"])
        row = cells.get((sheet, number), ())
        place = places.get(column)
        value = shown(who, row[place]) if place is not None and place < len(row) else ""
        sheet_of = sheet or ("" if not desk.found.sheets[0].name else (desk.found.hints.sheets or ("",))[0])
        entity, field = fields.get(column, (None, None))
        if entity is not None and field is not None and place is not None and (column, value) not in offered:
            offered[column, value] = near(who, tx, entity, field, value)
        found.append(BadLine(
            line=who.texts.number(number), title=shown(who, row[first])[:80] if first < len(row) else "", value=value,
            column=column if column in fields else _called(who, tx, desk, column),
            name=f"{number}:{place}:{sheet_of}" if place is not None else "", why=str(each["message"]),
            near=offered.get((column, value)), unfilled=bool(column) and place is None and column not in fields,
        ))  # fmt: skip
    return tuple(found)


def _called(who: Visit, tx: Transaction, desk: Desk, name: str) -> str:
    """The label of a field that no column fills."""
    entities = [tx.model.entities[target.entity] for target in desk.recipe.targets]
    field = next((each.by_name[name] for each in entities if name in each.by_name), None)
    return (field.label.in_language(who.language) if field is not None else None) or name


def _answers(
    desk: Desk, lines: Sequence[BadLine], one: Mapping[str, Any] | None
) -> tuple[tuple[str, str], ...]:
    """The different values of one cause, each to be answered once for all its lines: name in the form, value."""
    if one is None:
        return ()
    places = {column.header: column.place for column in desk.found.columns}
    place = places.get(str(one["column"]))
    values = list(dict.fromkeys(line.value for line in lines if line.value))
    if place is None or len(lines) < 2 or len(values) > MOST_ANSWERS:
        return ()
    return tuple((f"answer:{place}:{value}", value) for value in values)


HANDLERS = (Check, go, stop_check)
