"""The changes of a plan in the order of a review, each with what it does to the records that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from core.solutions.effects.counter import Counted, Counter
from core.solutions.effects.going import (
    choice_goes,
    entity_goes,
    field_goes,
    led_elsewhere,
    role_goes,
)
from core.solutions.effects.rules import constraint, lacking, now_required, now_unique
from core.solutions.effects.stages import pipeline_changes, stage_changes
from core.solutions.effects.values import moves_values, options_change
from core.solutions.plans import Break, PlannedChange, Target
from core.solutions.secrecy import refuse_turning
from core.solutions.used_by_documents import template_uses
from core.solutions.uses import all_uses
from core.storage.workspace import Transaction
from metamodel.convert import carries
from metamodel.diff import Change, diff
from metamodel.messages import message

_LAID = ("layout", "rail", "timeline")
_RENAMED = ("entity", "field", "choice", "stage", "role")


def planned_changes(tx: Transaction, target: Target) -> tuple[PlannedChange, ...]:
    """Every change of the plan in the order of a review, counted on the records of this snapshot."""
    counter = Counter(tx, target)
    written = _with_layout(tx.model.document) | _with_layout(target.model.document)
    changes = [
        change
        for change in diff(tx.model if tx.model.version else None, target.model)
        if change.aspect not in _LAID or change.uid in written
    ]
    refuse_turning(changes)
    broken = _by_cause(tx, changes, target.breaks)
    made: list[PlannedChange] = []
    for number, change in enumerate(changes):
        planned = _planned(counter, change, tuple(broken.get(number, ())))
        made.extend(_with_rename(change, changes, each) for each in planned)
    return tuple(made)


def _with_rename(change: Change, changes: Sequence[Change], planned: PlannedChange) -> PlannedChange:
    """What goes away with values while its like comes beside it was perhaps given another name: that is said."""
    if change.effect != "removed" or planned.loss is None or change.kind not in _RENAMED:
        return planned
    owner, _, old = change.target.rpartition(".")
    likes = (
        c.target.rpartition(".")[2]
        for c in changes
        if (c.kind, c.effect, c.target.rpartition(".")[0]) == (change.kind, "added", owner)
        and (change.kind != "field" or c.after.type.name == change.before.type.name)
    )
    name = next(likes, None)
    if name is None:
        return planned
    words = message(
        "{effect}; if it is now called {name}, write “renamed_from: {old}” there and nothing is lost",
        effect=planned.effect,
        name=name,
        old=old,
    )
    return replace(planned, effect=words)


def _with_layout(document: Mapping[str, Any]) -> set[str]:
    """The entities whose layout somebody wrote: a generated one follows the fields, which is no change of its own."""
    names = {e["extends"] for e in document.get("extensions", ()) if any(key in e for key in _LAID)}
    return {
        e["uid"] for e in document.get("entities", ()) if any(key in e for key in _LAID) or e["name"] in names
    }


def _by_cause(tx: Transaction, changes: Sequence[Change], breaks: Sequence[Break]) -> dict[int, list[Break]]:
    """The breaks by the number of the change that brings them about: the one whose thing they used."""
    refers: dict[tuple[str, str], set[str]] = {}
    used_now = chain(all_uses(tx.model), template_uses(tx, tx.model)) if breaks else ()
    for use in used_now:
        refers.setdefault((use.kind, use.target), set()).update(use.refers)
    causes = [
        n
        for n, c in enumerate(changes)
        if c.effect in ("removed", "retyped") or c.aspect in ("target", "computed")
    ]
    found: dict[int, list[Break]] = {}
    for each in breaks:
        used = refers.get((each.kind, each.target), set())
        words = set(re.findall(r"[a-z0-9_]+", each.written))
        named = [n for n in causes if changes[n].target.rpartition(".")[2] in words]
        using = [n for n in causes if changes[n].uid in used]
        number = next((n for n in named if n in using), next(iter([*named, *using, *causes]), 0))
        found.setdefault(number, []).append(each)
    return found


def _planned(counter: Counter, change: Change, breaks: tuple[Break, ...]) -> Iterator[PlannedChange]:
    rows, loss, words, forbids = _counted(counter, change)
    yield PlannedChange(
        kind=change.kind,
        target=change.target,
        effect=words,
        rows=rows,
        loss=loss,
        breaks=breaks,
        forbids=forbids,
    )
    if change.kind == "field" and change.effect == "added" and change.roles:
        for role in change.roles:
            words = message("the role {role} receives the new field {field}", role=role, field=change.target)
            yield PlannedChange(kind="role", target=role, effect=words)


def _counted(counter: Counter, change: Change) -> Counted:
    words = change.message
    match change.kind, change.effect, change.aspect:
        case "entity", "removed", _:
            return *entity_goes(counter, change), words, None
        case "field", "removed", _:
            return *field_goes(counter, change), words, None
        case "field", ("retyped" | "changed"), ("target" | None) if change.copies:
            return moves_values(counter, change)
        case "field", "retyped", _ if not carries(change.before, change.after):
            return *field_goes(counter, change), words, None
        case "field", "changed", "target" if change.before.listed:
            return *field_goes(counter, change), words, None
        case "field", "changed", "targets":
            return *led_elsewhere(counter, change), words, None
        case "role", "removed", _:
            return *role_goes(counter, change), words, None
        case "field", "added", _ if change.after.required:
            return lacking(counter.live(change.entity), words)
        case "field", "changed", "required" if change.after:
            return now_required(counter, change)
        case "field", "changed", "unique" if change.after:
            return now_unique(counter, change.entity, (change.uid,), words)
        case "field", "changed", "options":
            return options_change(counter, change)
        case (("choice" | "stage"), "removed", _):
            return *choice_goes(counter, change), words, None
        case "stage", "changed", _:
            return stage_changes(counter, change)
        case "pipeline", "changed", _ if change.after.moves is not None:
            return pipeline_changes(counter, change)
        case "constraint", ("added" | "changed"), _:
            return constraint(counter, change)
    if change.uid in counter.moves and change.kind == "field" and change.uid not in counter.told:
        return moves_values(counter, change)
    return None, None, words, None
