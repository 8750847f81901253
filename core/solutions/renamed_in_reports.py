"""A rename reaches reports: entities, fields along paths, names of inverses, what their filters name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metamodel.model import Model
from metamodel.reports import INVERSE, Report

if TYPE_CHECKING:
    from core.solutions.renames import Follower


def rename_in_reports(follower: Follower, item: dict[str, Any]) -> None:
    """Write the names in a definition of a report as they are now."""
    entity = follower.entity_uid.get(item["entity"])
    item["entity"] = follower.name("entities", item["entity"])
    old = next((r for r in follower.old.reports.values() if r.uid == item["uid"]), None)
    known = _steps(old) if old is not None else {}
    for key in ("rows", "columns", "values"):
        for each in item.get(key, ()):
            if "field" in each:
                steps = known.get(each["field"])
                each["field"] = (
                    follower.path(entity, each["field"]) if steps is None else _path(follower, steps, each["field"])
                )  # fmt: skip
    follower.expression(item, "filter", old.filter if old else None)


def _steps(report: Report) -> Mapping[str, tuple[str, ...]]:
    """The lasting steps of the paths of a report by how they were written."""
    found = {axis.path: axis.steps for axis in (*report.rows, *report.columns)}
    return found | {value.path: value.steps for value in report.values if value.path is not None}


def _path(follower: Follower, steps: tuple[str, ...], written: str) -> str:
    """The path with the names of today; a step that is gone keeps the one it had."""
    names = written.split(".")
    return ".".join(
        _name(follower, follower.old, step, name) for step, name in zip(steps, names, strict=True)
    )


def _name(follower: Follower, old: Model, step: str, name: str) -> str:
    uid = step.removeprefix(INVERSE)
    if uid != step:
        return follower.now.inverses.get(uid) or name
    owner = next((e.uid for e in old.entities.values() if uid in e.by_uid), None)
    return follower.now.fields.get(owner or "", {}).get(uid, name)
