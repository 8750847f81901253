"""What can be done with many records of an entity by a person: the buttons of the bar, the fields that can be changed."""

from __future__ import annotations

from core.access.grants import Grants
from core.i18n import Texts
from core.records.merging import may_merge
from metamodel.actions import Action
from metamodel.model import Entity, Field, Model
from renderers.actions.buttons import ICON
from renderers.grid.bulk.view import BulkBar, Tool
from renderers.lists.address import Address
from renderers.pages.icons import icon_name

NEVER = ("children", "file", "image", "files", "secret", "json", "rich_text", "number_series")
"""Types whose values are of one record each."""


def bulk_fields(grants: Grants, entity: Entity) -> tuple[Field, ...]:
    """The fields that many records can be given the same value of; not the stage, which is a move."""
    stage = entity.stages.field if entity.stages is not None else None
    writable, readable = grants.writable(entity.uid, "update"), grants.readable(entity.uid)
    return tuple(
        f
        for f in entity.fields
        if f.uid in writable and f.uid in readable and f.uid != stage and f.uid != entity.parent
        and f.writable and not f.read_only and not f.unique and not f.off and not f.system
        and f.computed is None and f.type.name not in NEVER
    )  # fmt: skip


def bulk_actions(model: Model, grants: Grants, entity: Entity) -> tuple[Action, ...]:
    """The actions of records that the person may run on some; one that asks for a secret, or issues a document, is run on one
    record alone."""
    every = model.actions_of[entity.uid]
    return tuple(
        a
        for a in every
        if a.of_record
        and not a.off
        and grants.may_run(a)
        and not a.printed
        and not any(f.type.name == "secret" for f in a.form.fields)
    )


def bulk_bar(
    model: Model, grants: Grants, entity: Entity, address: Address, texts: Texts, *, prints: bool
) -> BulkBar | None:
    """The bar of a list; None where nothing can be done with what is chosen. ``prints``: there are documents to be had of it."""
    if address.bin:
        tools = _bin_tools(grants, entity, texts)
        more: tuple[Tool, ...] = ()
    else:
        tools, more = _tools(grants, entity, texts), _more(model, grants, entity, texts)
    exports = not address.bin and grants.may(entity.uid, "export")
    prints = prints and not address.bin
    if not (tools or more or exports or prints):
        return None
    state = address.href().partition("?")[2]
    return BulkBar(
        address=f"/e/{entity.name}/bulk", state=state, tools=tools, more=more,
        export_href=f"/e/{entity.name}/export" if exports else "",
        documents_href=f"/e/{entity.name}/documents" if prints else "",
        merge_href=f"/e/{entity.name}/merge" if not address.bin and may_merge(grants, entity) else "", sums=bool(summed(grants, entity)),
    )  # fmt: skip


def summed(grants: Grants, entity: Entity) -> tuple[Field, ...]:
    """The amounts that are added up over what is chosen: the first ones in the order of the entity."""
    readable = grants.readable(entity.uid)
    money = [
        f for f in entity.fields
        if f.uid in readable and not f.off and f.type.name == "money" and f.result.kind == "number"
    ]  # fmt: skip
    return tuple(money[:1])


def _tools(grants: Grants, entity: Entity, texts: Texts) -> tuple[Tool, ...]:
    found = []
    fields = bulk_fields(grants, entity)
    owner = next((f for f in fields if f.type.name == "user"), None)
    if owner is not None:
        label = owner.label.in_language(texts.language) or owner.name
        found.append(Tool(what=f"update:{owner.name}", label=label, icon="user"))
    stages = entity.stages
    if stages is not None and stages.field in grants.readable(entity.uid) and grants.may(entity.uid, "move"):
        label = entity.by_uid[stages.field].label.in_language(texts.language) or texts.gettext("Stage")
        found.append(Tool(what="move", label=label, icon="arrow-right"))
    if fields:
        found.append(Tool(what="update", label=texts.gettext("Field"), icon="edit"))
    if grants.may(entity.uid, "delete") and entity.parent is None:
        found.append(Tool(what="delete", label=texts.gettext("Delete"), icon="trash", danger=True))
    return tuple(found)


def _bin_tools(grants: Grants, entity: Entity, texts: Texts) -> tuple[Tool, ...]:
    if not grants.may(entity.uid, "delete"):
        return ()
    return (Tool(what="restore", label=texts.gettext("Restore"), icon="arrow-back-up"),)


def _more(model: Model, grants: Grants, entity: Entity, texts: Texts) -> tuple[Tool, ...]:
    return tuple(
        Tool(
            what=f"run:{a.name}", label=a.label.in_language(texts.language) or a.name, icon=icon_name(a.icon, ICON)
        )
        for a in bulk_actions(model, grants, entity)
    )  # fmt: skip
