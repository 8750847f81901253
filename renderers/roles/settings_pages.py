"""The page of a role itself: what it is called, what it includes, by whom it is managed; it leads to a plan, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.solutions.packages import plan_changes
from core.web.context import AnyRequest, form_pairs, reading
from core.web.render import render
from metamodel.labels import LANGUAGES
from renderers.pages.shell import make_shell
from renderers.roles.editing import Sent, told
from renderers.roles.forms import settings_form
from renderers.roles.plan_pages import planned
from renderers.roles.reading import changeable
from renderers.roles.tree import seen_roles

LABEL = 200
"""The longest label."""


class RoleSettings(Controller):
    """A role itself, without its rules."""

    path = "/roles/{name:str}/settings"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, name: FromPath[str]) -> Response[Any]:
        """The form."""
        with reading(request) as (who, tx):
            form = settings_form(who, tx, changeable(who, tx, name))
            return render(who, "roles/settings.html", form=form, shell=make_shell(request, who, tx))

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, name: FromPath[str]) -> Response[Any]:
        """The plan of the change, or the form again with what is wrong."""
        sent = Sent(form_pairs(request))
        with reading(request) as (who, tx):
            role = changeable(who, tx, name)
            label = who.texts.render(role.label)
            seen = {each.uid for each in seen_roles(tx.model, who.actor)}
            unseen = [tx.model.role_by_uid[uid].name for uid in role.includes if uid not in seen]
        definition = _definition(sent, unseen)
        change = {"op": "change", "kind": "role", "target": role.name, "definition": definition}
        try:
            plan = plan_changes(who.workspace, who.actor, [change])
        except KubikError as error:
            if error.status >= 500 or error.code == "KBK4002" and not error.errors:
                raise
            with reading(request) as (who, tx):
                errors, summary = told(error, who.texts, ("label", "parent", "includes", "second_factor"))
                form = settings_form(who, tx, changeable(who, tx, name), sent, errors, summary)
                shell = make_shell(request, who, tx)
                return render(who, "roles/settings.html", status=error.status, form=form, shell=shell)
        return planned(request, plan, role.name, label, f"/roles/{role.name}")


def _definition(sent: Sent, unseen: Sequence[str]) -> dict[str, Any]:
    """The keys of the role's definition as they were typed; None takes one away. Included roles out of sight stay."""
    labels = {each: text for each in LANGUAGES if (text := sent.one(f"label_{each}")[:LABEL])}
    return {
        "label": labels or None,
        "parent": sent.one("parent") or None,
        "includes": [*unseen, *sent.all("includes")] or None,
        "second_factor": "required" if sent.one("second_factor") else None,
    }
