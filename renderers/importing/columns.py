"""The step of columns: how the file is read, where each column goes, and what a real row becomes."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.records.importing.hints import Hints
from core.records.importing.recipe import Recipe, Target
from core.records.importing.unfinished import Unfinished, decide, keep, unfinished
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import render, see_other
from renderers.importing.choices import choices, choose, chosen, entities
from renderers.importing.desk import Desk, on_desk
from renderers.importing.drawn import columns_of, row_card, targets_of
from renderers.importing.read_as import guesses, raw_lines
from renderers.importing.trial import begin_trial
from renderers.importing.words import steps
from renderers.pages.shell import make_shell
from renderers.pages.sizes import size_words

READING = ("encoding", "delimiter", "decimal", "dates", "header", "sheet", "totals")
MODES = ("create", "update", "upsert", "find")


class Columns(Controller):
    """The step of columns."""

    path = "/imports/open/{token:str}"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, token: FromPath[str]) -> Response[Any]:
        """The columns of the file and where they go."""
        with reading(request) as (who, tx):
            try:
                with on_desk(who, tx, token) as desk:
                    return _drawn(request, who, tx, desk)
            except KubikError as refusal:
                if refusal.code != "KBK5001":
                    raise
                made = unfinished(who.workspace, who.actor, token)
                answer = render(who, "importing/unreadable.html", shell=make_shell(request, who, tx, place="/imports"),
                                made=made, why=who.texts.render(refusal.detail), steps=steps(who, 1))  # fmt: skip
                answer.status_code = 422
                return answer

    @post(sync_to_thread=True, status_code=200)
    def save(self, request: AnyRequest, token: FromPath[str]) -> Response[Any]:
        """Keep what was chosen; with ``then`` go on to the check, or start the reading anew."""
        who, sent = visit(request), form_pairs(request)
        given = dict(sent)
        made = unfinished(who.workspace, who.actor, token)
        if given.get("then") == "reset":
            keep(who.workspace, replace(made, asked={}, recipe=None, check=None))
            return see_other(f"/imports/open/{token}")
        if given.get("then") == "last":
            with reading(request) as (who, tx), on_desk(who, tx, token) as desk:
                if desk.last is not None:
                    decide(who.workspace, desk.made, replace(desk.last.recipe, language=who.language))
            return see_other(f"/imports/open/{token}")
        asked = _asked(made, given)
        if given.get("entity") not in (None, made.entity or given.get("was_entity")):
            made = replace(made, entity=given["entity"], recipe=None)
            keep(who.workspace, replace(made, asked=asked))
            return see_other(f"/imports/open/{token}")
        reread = asked != dict(made.asked)
        keep(who.workspace, replace(made, asked=asked))
        with reading(request) as (who, tx), on_desk(who, tx, token) as desk:
            recipe = desk.recipe if reread and made.recipe is None else _chosen(who, tx, desk, given)
            decide(who.workspace, desk.made, recipe)
        if given.get("then") == "check":
            begin_trial(who, token)
            return see_other(f"/imports/open/{token}/check")
        if who.htmx:
            with reading(request) as (who, tx), on_desk(who, tx, token) as desk:
                return _drawn(request, who, tx, desk, _number(given.get("row")))
        return see_other(f"/imports/open/{token}?row={_number(given.get('row'))}")


def _drawn(
    request: AnyRequest, who: Visit, tx: Transaction, desk: Desk, row: int | None = None
) -> Response[Any]:
    grants = grants_of(tx.model, who.actor)
    main = tx.model.entities[desk.recipe.main.entity]
    known = choices(tx.model, grants, main, who.language)
    shown = row or _number(request.query_params.get("row"))
    card = row_card(who, tx, desk, shown)
    lines = columns_of(who, tx, desk, known, card.problems, card.values)
    rows = desk.made.rows
    page: dict[str, Any] = {
        "desk": desk, "steps": steps(who, 2), "size": size_words(who.texts, desk.made.size), "lines": lines,
        "guesses": guesses(who, desk), "known": known, "raw": raw_lines(desk), "card": card,
        "targets": targets_of(who, tx, desk.recipe), "main": main, "allowed": entities(tx.model, grants, who.language),
        "matched": sum(line.state == "good" for line in lines), "look": sum(line.state == "look" for line in lines),
        "left": sum(line.state == "none" for line in lines), "rows": who.texts.number(rows) if rows is not None else "",
        "recipe": desk.recipe, "like": desk.suggested.like if desk.suggested else None,
        "stamps": grants.everything,
        "last": desk.last is not None and desk.last.recipe.targets != desk.recipe.targets,
    }  # fmt: skip
    if who.htmx:
        answer = render(who, "importing/_columns.html", **page)
        answer.headers["Cache-Control"] = "no-store"
        return answer
    return render(who, "importing/columns.html", shell=make_shell(request, who, tx, place="/imports"), **page)


def _asked(made: Unfinished, given: dict[str, str]) -> dict[str, Any]:
    """How the file is read by what the form says: only what differs from what was shown is a person's word."""
    asked = dict(made.asked)
    for name in READING:
        value, was = given.get(f"how:{name}"), given.get(f"was:{name}")
        if value is None or value == was:
            continue
        if name in ("header",):
            asked |= {"header": _number(value), "first": None}
        elif name == "sheet":
            asked |= {"sheets": [value] if value else None, "header": None, "first": None}
        elif name == "totals":
            asked["totals"] = value == "1"
        else:
            asked[name] = value or None
    for name in ("colors", "sheet_column", "hidden"):
        if f"was:{name}" in given:
            asked[name] = f"how:{name}" in given
    plain = asdict(Hints())
    known = {each.name for each in fields(Hints)}
    return {name: value for name, value in asked.items() if name in known and value != plain[name]}


def _chosen(who: Visit, tx: Transaction, desk: Desk, given: dict[str, str]) -> Recipe:
    """The recipe as the form says."""
    recipe = desk.recipe
    main = tx.model.entities[recipe.main.entity]
    known = choices(tx.model, grants_of(tx.model, who.actor), main, who.language)
    for column in desk.found.columns:
        for part in (None, 1, 2) if column.several else (None,):
            name = f"to:{column.place}" if part in (None, 1) else f"to:{column.place}:2"
            if name not in given or (column.several and part is None):
                continue
            recipe = choose(recipe, known, column.header, given[name], part=part, split=column.several)
        missing = given.get(f"missing:{column.place}")
        if missing in ("refuse", "create", "empty"):
            recipe = _with_missing(recipe, column.header, missing)
    targets = tuple(_with_mode(target, given) for target in recipe.targets)
    recipe = replace(recipe, targets=targets)
    if "switches" in given:
        recipe = replace(
            recipe, automations="automations" in given, notices="notices" in given,
            incomplete="incomplete" in given, stamps="stamps" in given,
        )  # fmt: skip
    return recipe


def _with_missing(recipe: Recipe, column: str, missing: Any) -> Recipe:
    _, fill = chosen(recipe, column)
    if fill is None or fill.missing == missing:
        return recipe
    changed = replace(fill, missing=missing)
    return replace(recipe, targets=tuple(
        replace(target, fields=tuple(changed if each is fill else each for each in target.fields))
        for target in recipe.targets
    ))  # fmt: skip


def _with_mode(target: Target, given: dict[str, str]) -> Target:
    mode, key = given.get(f"mode:{target.called}"), given.get(f"key:{target.called}")
    filled = {fill.field for fill in target.fields}
    keys = (
        tuple(each for each in (key or "").split("+") if each in filled) if key is not None else target.keys
    )
    if mode not in MODES:
        return replace(target, keys=keys) if keys else target
    if mode != "create" and not keys:
        mode = "create"
    return replace(target, mode=mode, keys=keys if mode != "create" else ())  # type: ignore[arg-type]


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 9 else 1


HANDLERS = (Columns,)
