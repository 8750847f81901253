"""The card of a record: its title, the bar of its stages, its tabs, what stands beside them."""

from __future__ import annotations

from core.access.managing import manages_anybody
from core.query.query import Link
from core.query.sighted import holds_personal, oversees
from metamodel.messages import message
from metamodel.model import Field
from renderers.actions.buttons import on_card
from renderers.cards.panels import rail_tabs
from renderers.cards.shown import Shown
from renderers.cards.stages import stage_part
from renderers.cards.tabs import card_tabs
from renderers.cards.view import Card, PanelView
from renderers.documents.buttons import on_card as documents_on_card


def card_view(shown: Shown, panel: PanelView | None) -> Card:
    """What the template draws; ``panel`` is the one that is open beside the sheet."""
    entity, item, language = shown.entity, shown.item, shown.texts.language
    figure = _figure(shown)
    updates = "update" in shown.allowed and not shown.deleted
    list_label = entity.label_many.in_language(language) or entity.name
    return Card(
        id=shown.id,
        version=item["version"],
        here=shown.here,
        title=shown.title,
        short=_first_text(shown) or shown.title,
        entity_label=entity.label.in_language(language) or entity.name,
        list_label=list_label,
        list_href=f"/e/{entity.name}" + ("?bin=1" if shown.deleted else ""),
        facts=_facts(shown),
        figure=shown.cells.one(figure, figure.result, item[figure.name]) if figure else None,
        figure_label=shown.label(figure) if figure else "",
        **stage_part(shown),
        tabs=card_tabs(shown, list_label),
        rail=rail_tabs(shown, panel.key if panel else ""),
        panel=panel,
        edit_href=f"{shown.here}/edit" if updates else None,
        copy_href=_copy_href(shown),
        share_href=f"{shown.here}/share" if "share" in shown.allowed and not shown.deleted else "",
        alike_href=f"{shown.here}/alike" if entity.duplicates and not shown.deleted else "",
        why_href=_why_href(shown),
        personal_href=_personal_href(shown),
        delete_href=f"{shown.here}/delete" if "delete" in shown.allowed and not shown.deleted else None,
        restore_href=f"{shown.here}/restore" if "delete" in shown.allowed and shown.deleted else None,
        deleted=shown.deleted,
        refused=shown.refused,
        actions=() if shown.deleted else on_card(shown.tx, shown.actor, entity, shown.id, shown.texts),
        documents=()
        if shown.deleted
        else documents_on_card(shown.tx, shown.actor, entity, shown.id, shown.texts),
    )


def _why_href(shown: Shown) -> str | None:
    """Who manages people may ask why somebody may or may not."""
    if not manages_anybody(shown.tx.model, shown.who.actor):
        return None
    return f"/why?entity={shown.entity.name}&record={shown.item['id']}"


def _personal_href(shown: Shown) -> str:
    """Who manages people may ask who saw the personal data of a record."""
    if not oversees(shown.tx.model, shown.who.actor) or not holds_personal(shown.tx.model, shown.entity):
        return ""
    return f"/personal/{shown.entity.name}/{shown.id}"


def _copy_href(shown: Shown) -> str | None:
    """Where a new record with the same content begins."""
    if shown.deleted or shown.entity.parent is not None or not shown.grants.may(shown.entity.uid, "create"):
        return None
    return f"/e/{shown.entity.name}/new?copy={shown.id}"


def _first_text(shown: Shown) -> str:
    """What names the record shortest: its number, when it has one."""
    for field in shown.entity.fields:
        if field.type.name == "number_series" and shown.item.get(field.name):
            return str(shown.item[field.name])
    return ""


def _facts(shown: Shown) -> tuple[str, ...]:
    texts, item = shown.texts, shown.item
    number = _first_text(shown)
    facts = [number] if number and number not in shown.title else []
    if item.get("created_at") is not None:
        facts.append(texts.render(message("created {day}", day=texts.date(item["created_at"].date()))))
    author = item.get("created_by")
    if isinstance(author, Link) and author.id is not None:
        facts.append(author.title)
    return tuple(facts)


def _figure(shown: Shown) -> Field | None:
    """The amount that stands beside the title: the first stored money that the reader may see and that is there."""
    for field in shown.entity.fields:
        if field.type.name == "money" and not field.off and shown.item.get(field.name) is not None:
            return field
    return None
