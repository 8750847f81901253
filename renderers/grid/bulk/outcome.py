"""A deed on its way or done, in words: how far, what stayed and why, whether it can be taken back."""

from __future__ import annotations

from dataclasses import replace

from core.i18n import Texts
from core.records.bulk.past import Past
from core.records.takeback import foresee
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import Message, message
from metamodel.model import Entity
from renderers.grid.bulk.foretelling import reason_lines
from renderers.grid.bulk.view import Outcome
from renderers.pages.progress import progress_words, time_left

_DONE: dict[str, Message] = {
    "update": message("Changed: {count}"),
    "delete": message("Moved to the bin: {count}"),
    "restore": message("Brought back: {count}"),
    "move": message("Moved: {count}"),
    "run": message("Done with: {count}"),
}

_TITLES: dict[str, Message] = {
    "update": message("Change of many records"),
    "delete": message("Deletion of many records"),
    "restore": message("Restoring of many records"),
    "move": message("Move of many records"),
    "run": message("An action on many records"),
}


def done_words(deed: str, count: int, texts: Texts) -> str:
    """What was done, in words."""
    return texts.render(replace(_DONE[deed], parameters={"count": texts.number(count)}))


def outcome(who: Visit, tx: Transaction, past: Past, entity: Entity) -> Outcome:
    """The deed for the template, or the taking back of it once that was begun."""
    texts, report = who.texts, past.report
    job = past.undo or past.job
    here = f"/e/{entity.name}/bulk/{past.job.id}"
    undoing = past.undo is not None
    words = done_words(past.order.deed, report.changed, texts)
    if undoing:
        words = texts.render(message("Taken back: {count}", count=texts.number(past.returned.dealt)))
    settled = not past.running
    return Outcome(
        here=here,
        title=texts.render(_TITLES[past.order.deed]),
        words=progress_words(texts, job, words),
        running=past.running,
        done=job.done,
        total=job.total or 0,
        reasons=tuple(reason_lines(tx, who.actor, entity, report.by_reason, texts)) if settled and not undoing else (),
        left=_counted(message("Stayed as they are: {count}", count=texts.number(report.left_count)), report.left_count, texts),
        same=_counted(message("Were so already: {count}", count=texts.number(report.same)), report.same, texts),
        failed=texts.gettext(str((job.error or {}).get("shown", ""))) if job.state == "failed" else "",
        time_left=time_left(texts, tx.now, job) if past.running else "",
        cancel_href=f"{here}/cancel" if past.running else "",
        undo_href=f"{here}/undo" if past.can_undo else "",
        since=_since(who, tx, past),
        back=f"/e/{entity.name}",
        list_label=entity.label_many.in_language(who.language) or entity.name,
        undoing=undoing,
    )  # fmt: skip


def _counted(words: Message, count: int, texts: Texts) -> str:
    return texts.render(words) if count else ""


def _since(who: Visit, tx: Transaction, past: Past) -> str:
    """How many were changed by people meanwhile, so that they stay when the deed is taken back."""
    if not past.can_undo:
        return ""
    count = foresee(tx, who.actor, past.job.id).since_count
    if not count:
        return ""
    words = message("Changed by people since, these stay when it is taken back: {count}", count=count)
    return who.texts.render(words)
