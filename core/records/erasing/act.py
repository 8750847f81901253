"""The act of an erasure: what went, where it was looked for, what stays and why; a record that nobody can change."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from core.access.actor import system_actor
from core.history.journal import neutral
from core.i18n import texts
from core.query.erased import ENTITY
from core.records.api import create
from core.records.erasing.targets import Targets
from core.records.shapes import Ready
from core.storage.workspace import Transaction
from metamodel.json_text import JsonValue
from metamodel.messages import Message, message

_CLEARED: Mapping[str, Message] = {
    "drafts": message("drafts of forms"),
    "answers": message("answers kept for repeated requests"),
    "jobs": message("background jobs, files of imports and exports"),
    "plans": message("plans of changes of the configuration"),
    "events": message("the log of security events"),
    "views": message("saved views of lists, and saved reports"),
    "linked": message("texts and history of linked records"),
    "history": message("history of the record itself"),
    "documents": message("files of issued documents; their numbers stay"),
    "files": message("files"),
}

KEPT = (
    message("numbers of records, links between them, who made and changed them and when: without them documents and accounts would not be whole"),
    message("who was shown the data and when, without the data"),
    message("files of imports that were on their way: each goes when its job ends or is forgotten"),
    message("backups made before: they are to be replaced or destroyed by their own terms"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """What was found, is counted, and is removed from the disk once that is committed: contents by their hashes, files of
    tables by their paths. Who goes on after a crash removes it first."""

    hashes: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Findings:
    """What an erasure counted on its way; kept with its job between its steps."""

    cleared: dict[str, int] = field(default_factory=dict)
    elsewhere: dict[str, list[int]] = field(default_factory=dict)
    going: Going = field(default_factory=Going)

    def add(self, place: str, count: int) -> None:
        """So many more were cleared there."""
        self.cleared[place] = self.cleared.get(place, 0) + count

    def with_more(self, place: str, count: int) -> Findings:
        """The same with so many more there, this one left as it is: a step may be done again."""
        found = Findings(cleared=dict(self.cleared), elsewhere=self.elsewhere)
        found.add(place, count)
        return found

    def saved(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {"cleared": self.cleared, "elsewhere": self.elsewhere, **asdict(self.going)}


def findings_of(saved: Mapping[str, Any]) -> Findings:
    """What a job kept."""
    cleared, elsewhere = dict(saved.get("cleared", {})), dict(saved.get("elsewhere", {}))
    return Findings(cleared=cleared, elsewhere=elsewhere, going=going_of(saved))


def going_of(saved: Mapping[str, Any]) -> Going:
    """What a job kept of what is to be removed from the disk."""
    return Going(hashes=tuple(saved.get("hashes", ())), tables=tuple(saved.get("tables", ())))


def write_act(tx: Transaction, targets: Targets, findings: Findings, ground: str, by: int | None) -> int:
    """Write the act, its hash over its contents and the hash of the act before; the id of its record."""
    content = {
        "entity": targets.entity.name, "record": targets.id, "at": neutral(tx.now), "by": by, "ground": ground,
        "erased": _erased(tx, targets), "cleared": findings.cleared, "linked_kept": {
            entity.name: count for entity, count in targets.linked(tx)
        },
        "elsewhere": findings.elsewhere,
    }  # fmt: skip
    written = JsonValue(content)
    values = {
        "entity": targets.entity.name, "of_record": targets.id, "done_at": Ready(tx.now), "done_by": Ready(by),
        "ground": ground, "act": _words(tx, targets, content), "content": Ready(written),
        "hash": hashlib.sha256((_last_hash(tx) + written.text).encode()).hexdigest(),
    }  # fmt: skip
    return create(tx, system_actor(), ENTITY, values).id


def _erased(tx: Transaction, targets: Targets) -> list[dict[str, Any]]:
    """Fields by entity, with the records they were erased of; no value of them."""
    found: dict[str, tuple[set[str], list[int]]] = {}
    for (uid, record), fields in targets.cells.items():
        known = found.setdefault(uid, (set(), []))
        known[0].update(fields)
        known[1].append(record)
    model = tx.model.entity_by_uid
    return [
        {
            "entity": model[uid].name,
            "fields": sorted(model[uid].by_uid[f].name for f in fields),
            "records": sorted(ids),
        }
        for uid, (fields, ids) in found.items()
    ]


def _last_hash(tx: Transaction) -> str:
    entity = tx.model.entities[ENTITY]
    place = tx.tables[entity.uid]
    column = place.columns[entity.by_name["hash"].uid].value
    return tx.connection.execute(sa.select(column).order_by(place.table.c.id.desc()).limit(1)).scalar() or ""


def _words(tx: Transaction, targets: Targets, content: Mapping[str, Any]) -> str:
    """The act as people read it, in the installation's language."""
    spoken = texts(tx.workspace.settings.language)
    language, model = spoken.language, tx.model.entities

    def label(name: str) -> str:
        return model[name].label_many.in_language(language) or name

    lines = [spoken.render(message("Erased:"))]
    for each in content["erased"]:
        entity = model[each["entity"]]
        fields = ", ".join(entity.by_name[f].label.in_language(language) or f for f in each["fields"])
        numbers = ", ".join(map(str, each["records"][:50])) + (" …" if len(each["records"]) > 50 else "")
        lines.append(f"- {label(each['entity'])} ({numbers}): {fields}")
    lines.append(spoken.render(message("Looked for and cleared, places:")))
    lines += [
        f"- {spoken.render(words)}: {content['cleared'].get(place, 0)}" for place, words in _CLEARED.items()
    ]
    lines.append(spoken.render(message("Stays:")))
    lines += [f"- {spoken.render(words)}" for words in KEPT]
    lines += [
        "- " + spoken.render(message("linked records: {what}, {count}", what=label(name), count=count))
        for name, count in content["linked_kept"].items()
    ]
    if content["elsewhere"]:
        lines.append(
            spoken.render(message("The same text also stands in other records, for people to decide:"))
        )
        lines += [
            f"- {label(name)}: {', '.join(map(str, ids))}" for name, ids in content["elsewhere"].items()
        ]
    return "\n".join(lines)
