"""The forms of a grant and of a new role, with what may be chosen in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.access.grants import grants_of
from core.access.managing import below, is_below, may_everything
from core.access.words import action_words
from core.query.filters import readable_names
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.labels import LANGUAGES
from metamodel.model import ACTIONS, Entity, Role
from renderers.pages.options import Option
from renderers.roles.editing import TEMPLATES, Sent, samples
from renderers.roles.reading import shown_entities
from renderers.roles.tree import seen_roles
from renderers.roles.view import GrantForm, RoleForm, SettingsForm

_MINE = ("me", "my.department", "my.departments", "my.subordinates", "my.groups")


def grant_form(
    who: Visit, tx: Transaction, role: Role, number: str, entity: Entity, grant: Mapping[str, Any], was: str,
    errors: dict[str, str], summary: str,
) -> GrantForm:  # fmt: skip
    """The form of a grant as it is written, or as it was typed."""
    texts, fields = who.texts, grant.get("fields", "all")
    names = fields["all_but"] if isinstance(fields, Mapping) else fields if isinstance(fields, list) else ()
    how = "all_but" if isinstance(fields, Mapping) else "only" if isinstance(fields, list) else "all"
    if "fields" not in grant and number != "new":
        how = "all" if set(grant["actions"]) & {"read", "show", "create", "update"} else "only"
    known = readable_names(tx.model, grants_of(tx.model, who.actor)).entities[entity.name].by_name
    own = [f for f in entity.fields if not f.system and f.name in known]
    stages = [s for p in entity.stages.pipelines for s in p.stages] if entity.stages else []
    return GrantForm(
        role=role.name,
        role_label=texts.render(role.label),
        number=number,
        entity=entity.name,
        entity_label=texts.render(entity.label),
        address=f"/roles/{role.name}/grant/{number}",
        back=f"/roles/{role.name}?entity={entity.name}",
        actions=tuple(_actions(who, tx, entity, grant["actions"])),
        stages=tuple(
            Option(value=s.name, label=texts.render(s.label), chosen=s.name in grant.get("stages", ())) for s in stages
        ),
        all_stages="stages" not in grant,
        rows=grant.get("rows", ""),
        check=grant.get("check", ""),
        how=how,
        fields=tuple(Option(value=f.name, label=texts.render(f.label), chosen=f.name in names) for f in own),
        known=tuple((f.name, texts.render(f.label)) for f in own) + tuple((name, name) for name in _MINE),
        samples=tuple(samples(tx.model, entity, texts)),
        entities=tuple(
            Option(value=e.name, label=texts.render(e.label), chosen=e.uid == entity.uid)
            for e in shown_entities(tx, who.actor)
        )
        if number == "new"
        else (),
        errors=errors,
        summary=summary,
        can_drop=number != "new",
        was=was if number != "new" else "",
    )  # fmt: skip


def _actions(who: Visit, tx: Transaction, entity: Entity, chosen: list[str]) -> list[Option]:
    """The built-in actions that make sense here, then those of the configuration."""
    texts = who.texts
    secrets = any(f.type.name == "secret" for f in entity.fields)
    fit = {"move": entity.stages is not None, "reveal": secrets, "configure": entity.name == "role"}
    made = [
        Option(value=action, label=texts.render(action_words(tx.model, action)), chosen=action in chosen)
        for action in ACTIONS
        if fit.get(action, True) or action in chosen
    ]
    named = tx.model.actions_of[entity.uid]
    return made + [Option(value=a.name, label=texts.render(a.label), chosen=a.name in chosen) for a in named]


def role_form(
    who: Visit, tx: Transaction, sent: Sent, errors: dict[str, str] | None = None, summary: str = ""
) -> RoleForm:
    """The form of a new role."""
    texts, shown = who.texts, seen_roles(tx.model, who.actor)
    begin = sent.one("from") or "empty"
    return RoleForm(
        label=sent.one("label"),
        name=sent.one("name"),
        parents=_parents(who, tx, sent.one("parent")),
        templates=tuple(
            Option(value=kind, label=texts.render(words), chosen=kind == begin) for kind, words in TEMPLATES.items()
        ),
        copies=tuple(
            Option(value=f"copy:{r.name}", label=texts.render(r.label), chosen=f"copy:{r.name}" == begin)
            for r in shown
            if not r.everything
        ),
        errors=errors or {},
        summary=summary,
    )  # fmt: skip


def settings_form(
    who: Visit, tx: Transaction, role: Role, sent: Sent | None = None, errors: dict[str, str] | None = None,
    summary: str = "",
) -> SettingsForm:  # fmt: skip
    """The form of the role itself as it is, or as it was typed."""
    texts, model = who.texts, tx.model
    parent = model.role_by_uid[role.parent].name if role.parent is not None else ""
    included = {model.role_by_uid[uid].name for uid in role.includes}
    others = [r for r in seen_roles(model, who.actor) if r.uid != role.uid and not r.everything]
    chosen = included if sent is None else set(sent.all("includes"))
    return SettingsForm(
        role=role.name,
        title=texts.render(role.label),
        labels=tuple(
            (each, (getattr(role.label, each) or "") if sent is None else sent.one(f"label_{each}"))
            for each in LANGUAGES
        ),
        parents=_parents(who, tx, parent if sent is None else sent.one("parent"), role),
        includes=tuple(Option(value=r.name, label=texts.render(r.label), chosen=r.name in chosen) for r in others),
        second_factor=role.second_factor if sent is None else bool(sent.one("second_factor")),
        errors=errors or {},
        summary=summary,
    )  # fmt: skip


def _parents(who: Visit, tx: Transaction, chosen: str, besides: Role | None = None) -> tuple[Option, ...]:
    """The roles by which a role can be managed: one's own and those below, never the role itself or one below it."""
    actor, model = who.actor, tx.model
    managed = {*below(model, actor), *actor.roles}
    return tuple(
        Option(value=r.name, label=who.texts.render(r.label), chosen=r.name == chosen)
        for r in seen_roles(model, actor)
        if (may_everything(model, actor) or r.uid in managed)
        and not (besides is not None and is_below(model, r.uid, (besides.uid,)))
        and r is not besides
    )
