"""A preview in words: how many will change, how many not and why, with examples under the reader's rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.access.actor import Actor
from core.i18n import Texts
from core.query.read import titles
from core.records.bulk import Preview, Reason
from core.storage.workspace import Transaction
from metamodel.messages import Message, message
from metamodel.model import Entity
from renderers.grid.bulk.view import Example, Foretold, ReasonLine
from renderers.pages.titles import title_words

_CHANGE = {
    "update": message("Will change: {count}"),
    "delete": message("Will go to the bin: {count}"),
    "restore": message("Will come back: {count}"),
    "move": message("Will move: {count}"),
    "run": message("Will be done with: {count}"),
}


def foretold(
    tx: Transaction, actor: Actor, entity: Entity, deed: str, seen: Preview, texts: Texts, moved_on: str = ""
) -> Foretold:
    """The preview for the template."""
    report = seen.report

    def told(words: Message, count: int) -> str:
        return texts.render(words) if count else ""

    partial = ""
    if not seen.whole:
        partial = texts.render(
            message(
                "Tried with the first {tried} of {all}; the rest is found out when it is done.",
                tried=texts.number(report.dealt), all=texts.number(seen.total),
            )
        )  # fmt: skip
    change = _CHANGE[deed]
    return Foretold(
        change=texts.render(replace(change, parameters={"count": texts.number(report.changed)})),
        same=told(message("Are so already: {count}", count=texts.number(report.same)), report.same),
        left=told(
            message("Stay as they are: {count}", count=texts.number(report.left_count)), report.left_count
        ),
        reasons=tuple(reason_lines(tx, actor, entity, report.by_reason, texts)),
        expected=report.changed,
        at_once=seen.at_once,
        partial=partial,
        moved_on=moved_on,
    )


def reason_lines(
    tx: Transaction, actor: Actor, entity: Entity, reasons: Sequence[Reason], texts: Texts
) -> list[ReasonLine]:
    """Why some stay, each with records that the reader sees."""
    shown = reasons[:20]
    named = titles(tx, actor, entity, [id for reason in shown for id in reason.examples])
    lines = []
    for reason in shown:
        examples = tuple(
            Example(title=title_words(named[id].title, id, texts), href=f"/e/{entity.name}/{id}")
            for id in reason.examples
            if not named[id].hidden
        )
        lines.append(
            ReasonLine(
                why=reason.why, count=texts.number(reason.count), examples=examples,
                more=reason.count > len(examples),
            )
        )  # fmt: skip
    return lines
