"""What stages use: fields they require, stages, roles and conditions of their moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.solutions.use import Naming, Use
from metamodel.model import Entity

At = tuple[str | int, ...]


class StageWalker(Naming):
    """The uses by the stages of an entity."""

    def stages(self, entity: Entity, written: Mapping[str, Any], at: At) -> Iterator[Use]:
        """The uses by one block of stages, as it is written."""
        if entity.stages is None:
            return
        target = f"{entity.name}.{entity.by_uid[entity.stages.field].name}"
        pipelines = {pipeline.uid: pipeline for pipeline in entity.stages.pipelines}
        for index, each in enumerate(written["pipelines"]):
            here = (*at, "pipelines", index)
            for number, stage in enumerate(each["stages"]):
                for place, name in enumerate(stage.get("required", ())):
                    path = (*here, "stages", number, "required", place)
                    yield self.use("stage", f"{target}.{stage['name']}", path, *self.path(entity, name))
            known = pipelines[each["uid"]]
            for number, (move, found) in enumerate(
                zip(each.get("moves", ()), known.moves or (), strict=True)
            ):
                path = (*here, "moves", number)
                for key in ("from", "to"):
                    for place, name in enumerate(move.get(key, ())):
                        stage = entity.stages.named(name, known.stages[0].uid)
                        yield self.use(
                            "pipeline",
                            f"{target}.{known.name}",
                            (*path, key, place),
                            stage.uid if stage else None,
                        )
                for place, name in enumerate(move.get("roles", ())):
                    role = self.model.roles[name].uid
                    yield self.use("pipeline", f"{target}.{known.name}", (*path, "roles", place), role)
                yield from self.expression(
                    "pipeline", f"{target}.{known.name}", (*path, "when"), found.when, entity.uid
                )
