"""Taking a change back, and going to an earlier version: plans computed now, on the data that is there now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from core.access.actor import Actor
from core.errors import KubikError
from core.i18n.written import read_message
from core.solutions.aim import aim
from core.solutions.apply import Told, apply, make_plan
from core.solutions.permitting import require_configure
from core.solutions.plans import Plan, Target
from core.solutions.targets import read_document, with_system_of
from core.solutions.versions import Version, document_of, of_system, to_undo, versions
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import Message, message


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A version for the list: who put it in force, when, what kind of change it was, and the change in words."""

    number: int
    at: datetime
    by: int | None
    kind: str
    name: str | None
    changes: tuple[Message, ...]


def plan_undo(workspace: Workspace, actor: Actor) -> Plan:
    """What taking the last change back would do: nothing is lost when nothing was written since. KBK1104 when there
    is no change to take back."""

    def aimed(tx: Transaction) -> Target:
        known = versions(tx)
        last = to_undo(known)
        return _back_to(tx, known, _before(known, last), {"kind": "undo", "undone": last.number})

    return make_plan(workspace, actor, aimed)


def undo(
    workspace: Workspace,
    actor: Actor,
    *,
    accept: Collection[str] = (),
    accept_loss: bool = False,
    step: Told = lambda name: None,
) -> int:
    """Take the last change back; KBK1101 names what would be lost and is not accepted."""
    plan = plan_undo(workspace, actor)
    return apply(workspace, actor, plan.id, accept=accept, accept_loss=accept_loss, step=step)


def plan_restore(workspace: Workspace, actor: Actor, number: int) -> Plan:
    """The plan that leads to the configuration of version ``number`` again. KBK2006 when there is none."""

    def aimed(tx: Transaction) -> Target:
        known = versions(tx)
        found = next((v for v in known if v.number == number), None)
        if found is None:
            raise KubikError(
                "KBK2006", message("there is no version {number} of the configuration", number=number)
            )
        return _back_to(tx, known, found, {"kind": "restore", "restored": number})

    return make_plan(workspace, actor, aimed)


def list_versions(workspace: Workspace, actor: Actor) -> tuple[VersionLine, ...]:
    """Every version, the last one first."""
    with workspace.read() as tx:
        require_configure(tx, actor)
        known = versions(tx)
    return tuple(_line(version) for version in reversed(known))


def _line(version: Version) -> VersionLine:
    return VersionLine(
        number=version.number, at=version.at, by=version.by, kind=str(version.summary.get("kind", "change")),
        name=version.summary.get("name"),
        changes=tuple(read_message(line) for line in version.summary.get("lines", ())),
    )  # fmt: skip


def _before(known: tuple[Version, ...], last: Version) -> Version:
    return known[[v.number for v in known].index(last.number) - 1]


def _back_to(
    tx: Transaction, known: tuple[Version, ...], version: Version, summary: dict[str, object]
) -> Target:
    document = read_document(document_of(tx, version.number))
    if any(of_system(later) for later in known if later.number > version.number):
        document = with_system_of(document, read_document(tx.model.document))
    return aim(tx, document, past=version, summary=summary)
