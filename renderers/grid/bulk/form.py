"""The form of a deed on many records, before it is previewed."""

from __future__ import annotations

from core.records.bulk import Order, chosen_count
from metamodel.messages import Message, message
from renderers.forms.desk import Remarks
from renderers.forms.view import FormTab
from renderers.grid.bulk.asking import Asking
from renderers.grid.bulk.view import BulkForm, Option

_TITLES: dict[str, Message] = {
    "update": message("Change fields of many records"),
    "delete": message("Move records to the bin"),
    "restore": message("Restore records from the bin"),
    "move": message("Move to another stage"),
}

_VERBS: dict[str, Message] = {
    "update": message("Change"),
    "delete": message("Move to the bin"),
    "restore": message("Restore"),
    "move": message("Move"),
}


def bulk_form(found: Asking, remarks: Remarks) -> BulkForm:
    """What the deed asks for."""
    who, entity, chosen = found.who, found.chosen.entity, found.chosen
    texts, language = who.texts, who.language
    count = chosen_count(
        found.tx, who.actor, Order(entity=entity.name, deed=found.deed, choice=chosen.choice)  # type: ignore[arg-type]
    )  # fmt: skip
    label = _action_label(found)
    what = f"run:{found.action}" if found.deed == "run" else found.deed
    open_fields = found.open_fields() if found.deed == "update" else ()
    stages = entity.stages
    stage = stages.named(found.to) if stages is not None and found.to else None
    tabs_, problem = _inputs(found, remarks)
    return BulkForm(
        address=f"/e/{entity.name}/bulk",
        title=label or texts.render(_TITLES[found.deed]),
        verb=label or texts.render(_VERBS[found.deed]),
        what=what,
        count=texts.render(message("Records: {count}", count=texts.number(count))),
        hidden=(*chosen.hidden, ("do", what), *([("to", found.to)] if stage else [])),
        back=chosen.back,
        list_label=entity.label_many.in_language(language) or entity.name,
        danger=found.deed == "delete",
        fields=tuple(found.widgets(remarks)) if found.deed in ("update", "move") else (),
        options=tuple(
            Option(name=f.name, label=f.label.in_language(language) or f.name)
            for f in open_fields
            if f.name not in found.named
        ),
        targets=found.targets() if found.deed == "move" and stage is None else (),
        target=found.pill(stage.uid) if stage is not None else None,
        tabs=tabs_,
        problem=problem,
        help=_help(found),
    )


def _action_label(found: Asking) -> str:
    if found.deed != "run":
        return ""
    every = found.tx.model.actions_of[found.chosen.entity.uid]
    action = next((a for a in every if a.name == found.action), None)
    return (
        (action.label.in_language(found.who.language) or action.name) if action is not None else found.action
    )


def _inputs(found: Asking, remarks: Remarks) -> tuple[tuple[FormTab, ...], str]:
    """The inputs of an action; in words when it can be run on none of the first of the chosen records."""
    if found.deed != "run":
        return (), ""
    running = found.running()
    if running is None:
        return (), found.who.texts.gettext("This cannot be done with the chosen records now.")
    return running.laid(found.sent.filled, remarks), ""


def _help(found: Asking) -> str:
    gettext = found.who.texts.gettext
    if found.deed == "update":
        return gettext("What is left empty is emptied in all of them.")
    if found.deed == "move" and found.fields():
        return gettext(
            "The stage requires this. What you fill in is given to those that have nothing there yet."
        )
    return ""
