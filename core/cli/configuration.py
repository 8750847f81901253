"""``kubik plan``, ``apply`` and ``undo``: changes of configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from core.access.actor import system_actor
from core.cli.common import opened, say
from core.cli.plans import accepting, identifiers, mapping, show_plan
from core.errors import KubikError
from core.solutions import undo as undoing
from core.solutions.apply import apply as apply_plan
from core.solutions.packages import install, plan_document, plan_source
from core.solutions.plans import Plan
from core.solutions.source import read_solution
from core.storage.workspace import Workspace
from metamodel.messages import message

path_argument = click.argument("path", type=click.Path(exists=True, path_type=Path))


@click.command(short_help="What a changed solution or model would do.")
@path_argument
@mapping
def plan(path: Path, mapped: dict[str, dict[str, str]]) -> None:
    """Print what the solution (a folder or zip) or model (a .json file) at PATH would do."""
    with opened() as workspace:
        show_plan(make_plan(workspace, path, mapped))


@click.command(short_help="Carry a changed solution or model out.")
@path_argument
@mapping
@accepting
def apply(path: Path, mapped: dict[str, dict[str, str]], accept: str, accept_loss: bool) -> None:
    """Carry out what the solution or model at PATH changes."""
    with opened() as workspace:
        if path.suffix == ".json":
            made = make_plan(workspace, path, mapped)
            version = apply_plan(
                workspace, system_actor(), made.id, accept=identifiers(accept), accept_loss=accept_loss
            )
        else:
            version = install(
                workspace,
                system_actor(),
                read_solution(path),
                mapping=mapped,
                accept=identifiers(accept),
                accept_loss=accept_loss,
            )
    say(message("Version {version} of the configuration is in force.", version=version))


@click.command(short_help="Take the last change of configuration back.")
@accepting
def undo(accept: str, accept_loss: bool) -> None:
    """Take the last change of configuration back; what was written since and would be lost must be accepted."""
    with opened() as workspace:
        made = undoing.plan_undo(workspace, system_actor())
        show_plan(made)
        version = apply_plan(
            workspace, system_actor(), made.id, accept=identifiers(accept), accept_loss=accept_loss
        )
    say(message("Version {version} of the configuration is in force.", version=version))


def make_plan(workspace: Workspace, path: Path, mapped: dict[str, dict[str, str]]) -> Plan:
    """The plan for a solution or a model file."""
    if path.suffix == ".json":
        return plan_document(workspace, system_actor(), read_model(path), mapped)
    return plan_source(workspace, system_actor(), read_solution(path), mapped)


def read_model(path: Path) -> dict[str, Any]:
    """A model file: the JSON of ``GET /api/model``."""
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise KubikError(
            "KBK2001", message("{file} is not JSON: {why}", file=str(path), why=str(error))
        ) from error
    if not isinstance(document, dict):
        raise KubikError("KBK2001", message("{file} is not JSON: {why}", file=str(path), why="{…}"))
    return document
