"""Someone leaves: what is theirs, who takes it over; the handover on its way, done, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.jobs.jobs import cancel_job
from core.query.read import titles
from core.records.handover import (
    Handover,
    Order,
    Theirs,
    all_of_theirs,
    read_handover,
    start_handover,
    start_undo,
)
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.proof import require_proof
from core.web.render import render, see_other
from metamodel.messages import message
from metamodel.model import Field
from metamodel.text import number_of
from renderers.pages.icons import icon_name
from renderers.pages.people import person as drawn
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words
from renderers.people.gate import Gate, opened_for
from renderers.people.keys import PASSED_ON
from renderers.people.leaving_view import LeaveView, TheirsLine
from renderers.people.left import progress_view
from renderers.people.person import refused_words
from renderers.people.view import Chosen

COUNTED = 100_000
"""Records counted of one field; the rest is “more than” that."""

STAYS = "stays"


def name_of(gate: Gate, who: Visit, person: int) -> str:
    """What the person is called."""
    found = titles(gate.tx, gate.actor, gate.user, (person,))[person]
    return title_words(found.title, person, who.texts)


class Leaving(Controller):
    """What is somebody's, and who is to take it over."""

    path = "/people/{identity:int}/leave"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
        """Everything of theirs, counted."""
        return draw(request, identity)

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
        """Begin to hand over."""
        who, sent = visit(request), form_pairs(request)

        def action(tx: Transaction) -> int:
            opened_for(tx, who.actor, identity)
            require_proof(request, who, tx)
            order = read_order(identity, sent, who.language)
            _require_heirs(tx, who, order)
            return start_handover(tx, who.actor, order)

        try:
            job = who.workspace.write(action)
        except KubikError as refusal:
            if refusal.status >= 500 or refusal.code in PASSED_ON:
                raise
            return draw(request, identity, sent, refusal)
        return see_other(f"/people/{identity}/leave/{job}")


def read_order(person: int, sent: Sequence[tuple[str, str]], language: str) -> Order:
    """What the form asks: everything to these, single fields to somebody else, or nobody."""
    to = _ids(value for name, value in sent if name == "to")
    places: dict[str, tuple[int, ...]] = {}
    for name, value in sent:
        if name.startswith("place ") and value:
            places[name.removeprefix("place ")] = () if value == STAYS else _ids([value])
    return Order(
        person=person, to=to, places=places, closing=("closing", "1") in sent, language=language,
    )  # fmt: skip


def _require_heirs(tx: Transaction, who: Visit, order: Order) -> None:
    """KBK3001 when nobody was chosen for something that could go to somebody: the account would be closed over it."""
    if order.to:
        return
    theirs = all_of_theirs(tx, who.actor, order.person, cap=1)
    if any(each.place.open and each.place.key not in order.places for each in theirs):
        raise KubikError("KBK3001", message("Choose who takes it over, or tick “stays” at every line."))


def _ids(values: Any) -> tuple[int, ...]:
    return tuple(dict.fromkeys(id for v in values if (id := number_of(v)) is not None))


def draw(
    request: AnyRequest, person: int, sent: Sequence[tuple[str, str]] = (), error: KubikError | None = None
) -> Response[Any]:
    """The page, after a refusal with what was chosen."""
    with reading(request) as (who, tx):
        gate = opened_for(tx, who.actor, person)
        if not sent:  # before anything is chosen: the way to the proof and back would forget it
            require_proof(request, who, tx)
        theirs = all_of_theirs(tx, who.actor, person, cap=COUNTED)
        order = read_order(person, sent, who.language)
        heirs = titles(tx, who.actor, gate.user, order.everybody())
        chosen = {
            user: title_words(link.title, user, who.texts) for user, link in heirs.items() if not link.hidden
        }
        name = name_of(gate, who, person)
        page = LeaveView(
            person=drawn(person, name),
            here=f"/people/{person}/leave",
            href=f"/people/{person}",
            options=f"/people/{person}/options",
            lines=tuple(_line(who, each, order, chosen) for each in theirs),
            total=_total(who, theirs),
            to=tuple(Chosen(value=str(user), label=chosen[user]) for user in order.to if user in chosen),
            closing=not sent or order.closing,
            may_close="active" in gate.fields and person not in (gate.actor.user, gate.actor.person),
            limited=not gate.grants.everything,
            refused=refused_words(who, error) if error else "",
        )
        shell = make_shell(request, who, tx, place="/people")
        return render(who, "people/leave.html", status=error.status if error else 200, page=page, shell=shell)


def _line(who: Visit, theirs: Theirs, order: Order, chosen: dict[int, str]) -> TheirsLine:
    place, language = theirs.place, who.language
    own = order.places.get(place.key)
    heir = own[0] if own else None
    return TheirsLine(
        key=place.key,
        icon=icon_name(place.entity.icon),
        entity=place.entity.label_many.in_language(language) or place.entity.name,
        field=_field_label(place.field, language),
        count=who.texts.phrase("more than {count}", count=who.texts.number(theirs.count))
        if theirs.more
        else who.texts.number(theirs.count),
        open=place.open,
        stays=own == (),
        heir=Chosen(value=str(heir), label=chosen.get(heir, "")) if heir is not None else None,
    )


def _field_label(field: Field, language: str) -> str:
    return field.label.in_language(language) or field.name


def _total(who: Visit, theirs: Sequence[Theirs]) -> str:
    total = sum(each.count for each in theirs if each.place.open)
    number = who.texts.number(total)
    return who.texts.phrase("more than {count}", count=number) if any(t.more for t in theirs) else number


# --- on its way, and after


def opened_past(tx: Transaction, who: Visit, person: int, job: int) -> tuple[Gate, Handover]:
    """A handover of somebody the reader manages; KBK5003 for any other job."""
    gate = opened_for(tx, who.actor, person)
    past = read_handover(tx, job)
    if past.order.person != person:
        raise KubikError("KBK5003")
    return gate, past


@get("/people/{identity:int}/leave/{job:int}", sync_to_thread=True, include_in_schema=False)
def leaving_page(request: AnyRequest, identity: FromPath[int], job: FromPath[int]) -> Response[Any]:
    """How far a handover is, or what came of it; for scripts the part alone."""
    with reading(request) as (who, tx):
        gate, past = opened_past(tx, who, identity, job)
        page = progress_view(gate, who, past, name_of(gate, who, identity))
        if who.htmx:
            answer = render(who, "people/_progress.html", page=page)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        shell = make_shell(request, who, tx, place="/people")
        return render(who, "people/left.html", page=page, shell=shell)


@post("/people/{identity:int}/leave/{job:int}/cancel", sync_to_thread=True, include_in_schema=False)
def cancel_leaving(request: AnyRequest, identity: FromPath[int], job: FromPath[int]) -> Response[Any]:
    """Stop it where it is; what was handed over can be taken back. Pressed while it is taken back, that stops."""
    who = visit(request)

    def action(tx: Transaction) -> None:
        _, past = opened_past(tx, who, identity, job)
        cancel_job(tx, past.undo.id if past.undo is not None else job)

    who.workspace.write(action)
    return see_other(f"/people/{identity}/leave/{job}")


@post("/people/{identity:int}/leave/{job:int}/undo", sync_to_thread=True, include_in_schema=False)
def undo_leaving(request: AnyRequest, identity: FromPath[int], job: FromPath[int]) -> Response[Any]:
    """Take it back."""
    who = visit(request)

    def action(tx: Transaction) -> None:
        opened_past(tx, who, identity, job)
        start_undo(tx, who.actor, job)

    try:
        who.workspace.write(action)
    except KubikError as refusal:
        if refusal.code != "KBK1104":
            raise
    return see_other(f"/people/{identity}/leave/{job}")
