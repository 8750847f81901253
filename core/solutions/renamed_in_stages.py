"""A rename reaches stages: the fields they require, the stages and roles their moves name, the conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from metamodel.model import Entity
from metamodel.stages import DUE, SINCE

if TYPE_CHECKING:
    from core.solutions.renames import Follower


def rename_in_stages(names: Follower, item: dict[str, Any], uid: str | None, old: Entity | None) -> None:
    """Write the stages of an entity (uid) with the new names; ``old`` is the same one as it was."""
    stages = item.get("stages")
    if stages is None:
        return
    renamed = names.stages(uid)
    known = old.stages if old is not None else None
    pipelines = {p.uid: p.name for p in known.pipelines} if known is not None else {}
    moved = {pipelines[p["uid"]]: p["name"] for p in stages["pipelines"] if p["uid"] in pipelines}

    def stage(written: str) -> str:
        pipeline, dot, name = written.rpartition(".")
        return f"{moved.get(pipeline, pipeline)}{dot}{renamed.get(name, name)}"

    conditions = [move.when for move in known.moves if move.when is not None] if known is not None else []
    for pipeline in stages["pipelines"]:
        for each in pipeline["stages"]:
            if "required" in each:
                each["required"] = [names.field(uid, name) for name in each["required"]]
        for move in pipeline.get("moves", ()):
            for key in ("from", "to"):
                if key in move:
                    move[key] = [stage(name) for name in move[key]]
            if "roles" in move:
                move["roles"] = [names.name("roles", name) for name in move["roles"]]
            for condition in conditions:
                names.expression(move, "when", condition)


def kept_names(stages: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The uids and names of the field that a block of stages makes and of those that are kept beside it."""
    name = stages.get("field", "stage")
    for ending in ("", SINCE, DUE):
        yield stages["uid"] + ending, name + ending
