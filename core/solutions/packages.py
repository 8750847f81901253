"""Solutions as packages: install, export, list, remove."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.access.actor import Actor
from core.errors import KubikError, refused
from core.solutions.aim import Map, aim
from core.solutions.apply import Told, apply, make_plan
from core.solutions.data import in_order, install_data, install_demo, stored_data
from core.solutions.edits import with_changes
from core.solutions.knowing import require_known, require_roles_alone
from core.solutions.permitting import require_configure
from core.solutions.plans import Plan, Target
from core.solutions.source import Source, telling_lines
from core.solutions.targets import read_document, with_part, with_posted, with_solution, without_solution
from core.solutions.versions import every_uid
from core.storage.templates import template_bytes
from core.storage.workspace import Transaction, Workspace
from metamodel.definitions import Document
from metamodel.errors import ProblemsFound
from metamodel.export import export
from metamodel.labels import Label
from metamodel.messages import message

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a zip, so that the same solution is the same bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An installed solution for the list."""

    name: str
    label: Label
    version: str
    depends: tuple[str, ...]
    entities: int


def plan_source(workspace: Workspace, actor: Actor, source: Source, mapping: Map | None = None) -> Plan:
    """What installing or updating a solution would do."""

    def aimed(tx: Transaction) -> Target:
        wanted = with_solution(read_document(tx.model.document), source.document, every_uid(tx))
        target = _aimed(tx, wanted, mapping, {"kind": "install", "name": source.name}, source.templates)
        in_order(target.model, source.data, "data")
        return target

    with telling_lines(source.files):
        return make_plan(workspace, actor, aimed)


def plan_document(
    workspace: Workspace, actor: Actor, posted: Mapping[str, Any], mapping: Map | None = None
) -> Plan:
    """What a posted model would do: a kind that is absent is untouched."""

    def aimed(tx: Transaction) -> Target:
        before = read_document(tx.model.document)
        wanted = with_posted(before, posted, every_uid(tx))
        require_known(tx, actor, before, wanted)
        return _aimed(tx, wanted, mapping, {"kind": "change"})

    return make_plan(workspace, actor, aimed)


def plan_changes(workspace: Workspace, actor: Actor, changes: Any, mapping: Map | None = None) -> Plan:
    """What single changes would do: ``[{"op": "add", "kind": "field", "target": "deal", "definition": {…}}]``."""

    def aimed(tx: Transaction) -> Target:
        require_roles_alone(tx, actor, changes)
        posted = with_changes(tx.model.document, changes)
        before = read_document(tx.model.document)
        wanted = with_posted(before, posted, every_uid(tx))
        require_known(tx, actor, before, wanted)
        return _aimed(tx, wanted, mapping, {"kind": "change"})

    return make_plan(workspace, actor, aimed)


def plan_removal(workspace: Workspace, actor: Actor, name: str) -> Plan:
    """What removing a solution would do."""

    def aimed(tx: Transaction) -> Target:
        wanted = without_solution(read_document(tx.model.document), name)
        return _aimed(tx, wanted, None, {"kind": "remove", "name": name})

    return make_plan(workspace, actor, aimed)


def plan_part(workspace: Workspace, actor: Actor, name: str, part: str, on: bool) -> Plan:
    """What switching a part of a solution would do; KBK1105 when there is no such solution or part."""

    def aimed(tx: Transaction) -> Target:
        wanted = with_part(read_document(tx.model.document), name, part, on)
        return _aimed(tx, wanted, None, {"kind": "part", "name": f"{name}.{part}"})

    return make_plan(workspace, actor, aimed)


def _aimed(
    tx: Transaction,
    wanted: Document,
    mapping: Map | None,
    summary: Mapping[str, Any],
    files: Mapping[str, bytes] | None = None,
) -> Target:
    try:
        return aim(tx, wanted, mapping=mapping, summary=summary, files=files)
    except ProblemsFound as error:
        raise refused(error) from error


def install(
    workspace: Workspace,
    actor: Actor,
    source: Source,
    *,
    demo: bool = False,
    mapping: Map | None = None,
    accept: Collection[str] = (),
    accept_loss: bool = False,
    step: Told = lambda name: None,
) -> int:
    """Install a solution or update the installed one, its records too; the version that is then in force.

    An update that would lose values asks for them to be accepted as a plan does (KBK1101).
    """
    plan = plan_source(workspace, actor, source, mapping)
    version = apply(workspace, actor, plan.id, accept=accept, accept_loss=accept_loss, step=step)
    install_data(workspace, source)
    step("data")
    if demo:
        install_demo(workspace, source)
        step("demo")
    return version


def remove(
    workspace: Workspace, actor: Actor, name: str, *, accept: Collection[str] = (), accept_loss: bool = False
) -> int:
    """Remove a solution with its definitions; its records are a loss to accept (KBK1101)."""
    plan = plan_removal(workspace, actor, name)
    version = apply(workspace, actor, plan.id, accept=accept, accept_loss=accept_loss)

    def forget(tx: Transaction) -> None:
        table = tx.tables.own.solution_data
        tx.connection.execute(table.delete().where(table.c.solution == name))

    workspace.write(forget)
    return version


def list_solutions(workspace: Workspace, actor: Actor) -> tuple[Installed, ...]:
    """What is installed."""
    with workspace.read() as tx:
        require_configure(tx, actor)
        owners = [entity.solution for entity in tx.model.entities.values()]
        return tuple(
            Installed(
                name=s.name, label=s.label, version=s.version, depends=s.depends, entities=owners.count(s.name)
            )
            for s in tx.model.solutions.values()
        )  # fmt: skip


def solution_files(workspace: Workspace, actor: Actor, name: str) -> dict[str, str]:
    """The texts of an installed solution, the same byte for byte while nothing changes. KBK1105 when it is not there."""
    with workspace.read() as tx:
        require_configure(tx, actor)
        if name not in tx.model.solutions:
            raise KubikError("KBK1105", message("the solution “{name}” is not installed", name=name[:100]))
        files = dict(export(read_document(tx.model.document), name))
        files.update({f"data/{entity}.csv": text for entity, text in stored_data(tx, name).items()})
    return dict(sorted(files.items()))


def solution_contents(workspace: Workspace, actor: Actor, name: str) -> dict[str, bytes]:
    """The files of an installed solution with its templates, the same byte for byte while nothing changes. KBK1105 when
    it is not there."""
    files = {place: text.encode() for place, text in solution_files(workspace, actor, name).items()}
    with workspace.read() as tx:
        for each in tx.model.documents.values():
            if each.solution == name:
                for template in (*each.templates, *each.switched_off):
                    files[f"documents/{template.file}"] = template_bytes(tx, template.sha256)
    return dict(sorted(files.items()))


def export_solution(workspace: Workspace, actor: Actor, name: str, path: Path) -> None:
    """Write an installed solution into a folder, or into a zip when the path says so.

    In a folder that is there, files of definitions that are no more are taken away; others are left alone.
    """
    files = solution_contents(workspace, actor, name)
    if path.suffix == ".zip":
        path.write_bytes(zipped(files))
        return
    path.mkdir(parents=True, exist_ok=True)
    for old in _written_before(path):
        if old not in files:
            (path / old).unlink()
    for place, content in files.items():
        (path / place).parent.mkdir(parents=True, exist_ok=True)
        (path / place).write_bytes(content)


def _written_before(path: Path) -> list[str]:
    """Definitions in a folder that an earlier export may have written; none when it is no solution."""
    if not (path / "solution.yaml").exists():
        return []
    kinds = ("entities", "extensions", "actions", "roles", "views", "reports", "documents", "menus", "tests")
    found = [file for kind in kinds for file in (path / kind).glob("*.yaml")]
    found += [file for ending in ("docx", "html") for file in (path / "documents").glob(f"*.{ending}")]
    return [file.relative_to(path).as_posix() for file in found]


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """The files as one zip, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, content in sorted(files.items()):
            data = content.encode() if isinstance(content, str) else content
            archive.writestr(zipfile.ZipInfo(place, _MOMENT), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
