"""Adding a person: who they are, what they may, and the link by which they come in."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post

from core.access.invitations import invite
from core.errors import KubikError
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.proof import require_proof
from core.web.render import render
from renderers.pages.shell import make_shell
from renderers.people.access import Sent, access_form, read_sent, save
from renderers.people.gate import Gate, opened
from renderers.people.keys import PASSED_ON, show_link
from renderers.people.person import foresight, refused_words
from renderers.people.view import NewPersonView, ProfileField, SightView

HERE = "/people/new"
PROFILE = ("name", "login", "email")


def opened_to_add(tx: Transaction, who: Visit) -> Gate:
    """The gate of who may add people; KBK2006 for others."""
    gate = opened(tx, who.actor)
    if not gate.may_create:
        raise KubikError("KBK2006")
    return gate


def draw(
    request: AnyRequest, sent: Sent, status: int = 200, error: KubikError | None = None,
    sight: SightView | None = None,
) -> Response[Any]:  # fmt: skip
    """The form; after a refusal with everything that was typed, each fault at its field."""
    with reading(request) as (who, tx):
        gate = opened_to_add(tx, who)
        fields = _profile(gate, who, sent, error)
        page = NewPersonView(
            fields=fields,
            focus=next((field.name for field in (*(f for f in fields if f.error), *fields)), ""),
            access=access_form(gate, sent, None, who.texts, HERE),
            sight=sight
            or SightView(words=who.texts.gettext("Nothing yet: give this person a role."), lines=()),
            refused=_elsewhere(who, error),
        )
        return render(
            who,
            "people/new.html",
            status=status,
            page=page,
            shell=make_shell(request, who, tx, place="/people"),
        )


def _profile(gate: Gate, who: Visit, sent: Sent, error: KubikError | None) -> tuple[ProfileField, ...]:
    faults = {p.pointer: who.texts.render(p.message) for p in (error.errors if error else ())}
    found = []
    for name in PROFILE:
        field = gate.user.by_name[name]
        if field.uid in gate.grants.writable(gate.user.uid, "create"):
            found.append(ProfileField(
                name=name, label=field.label.in_language(who.language) or name, required=field.required,
                help=(field.help.in_language(who.language) or "") if field.help else "",
                value=(sent.profile or {}).get(name, ""), error=faults.get(f"/{name}", ""),
            ))  # fmt: skip
    return tuple(found)


def _elsewhere(who: Visit, error: KubikError | None) -> str:
    """Faults that belong to no field of the form's head."""
    if error is None:
        return ""
    places = {f"/{name}" for name in PROFILE}
    told = [who.texts.render(p.message) for p in error.errors if p.pointer not in places]
    return "; ".join(dict.fromkeys(told)) if error.errors else refused_words(who, error)


class NewPerson(Controller):
    """A person who comes."""

    path = HERE
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest) -> Response[Any]:
        """An empty form."""
        return draw(request, Sent(profile={}))

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest) -> Response[Any]:
        """Add the person, and show the link that lets them in."""
        who, sent = visit(request), read_sent(form_pairs(request), PROFILE)

        def action(tx: Transaction) -> tuple[int, str]:
            gate = opened_to_add(tx, who)
            require_proof(request, who, tx)
            person = save(gate, None, sent)
            return person, invite(tx, who.actor, person)

        try:
            person, key = who.workspace.write(action)
        except KubikError as refusal:
            if refusal.status >= 500 or refusal.code in PASSED_ON:
                raise
            return draw(request, sent, refusal.status, refusal)
        return show_link(request, person, key)

    @post("/preview", sync_to_thread=True, status_code=200)
    def preview(self, request: AnyRequest) -> Response[Any]:
        """What somebody with these roles would see; nothing is saved."""
        who, sent = visit(request), read_sent(form_pairs(request), PROFILE)
        sight = who.workspace.write(lambda tx: foresight(who, opened_to_add(tx, who), None, _named(sent)))
        if not who.htmx:
            return draw(request, sent, sight=sight)
        answer = render(who, "people/_sight.html", sight=sight)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _named(sent: Sent) -> Sent:
    """The same with a name and a login for the trial, whatever is typed so far."""
    return Sent(
        department=sent.department, roles=sent.roles, groups=sent.groups,
        profile={"name": "?", "login": "kubik.trial.of.a.new.person"},
    )  # fmt: skip
