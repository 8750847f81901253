"""Parts of solutions: which are switched off, and what is off with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from metamodel.definitions import Document, SolutionDefinition
from metamodel.errors import unknown
from metamodel.model import Entity, Part
from metamodel.resolve.drafts import Drafts
from metamodel.resolve.faults import Faults, Spot
from metamodel.resolve.naming import default_label, unique_names


@dataclass(slots=True)
class Parts:
    """The parts of every solution by its name."""

    faults: Faults
    of: dict[str, dict[str, Part]] = field(default_factory=dict)

    def off(self, solution: str, part: str | None, spot: Spot) -> bool:
        """Whether what says ``part`` is switched off; an unknown part is a fault."""
        if part is None:
            return False
        known = self.of.get(solution, {})
        if part not in known:
            why = unknown("the solution has no part “{name}”", part, known)
            self.faults.add(spot.under("part"), "KBK1002", why)
            return False
        return not known[part].on


def read_parts(document: Document, faults: Faults) -> Parts:
    """The parts that the solutions declare, as they are switched now."""
    parts = Parts(faults)
    for index, written in enumerate(document.solutions):
        spot = Spot("solutions", index, written)
        unique_names(written.parts, spot.under("parts"), faults)
        parts.of[written.name] = {part.name: part for part in parts_of(written)}
        for name in written.switched or ():
            if name not in parts.of[written.name]:
                why = unknown("the solution has no part “{name}”", name, parts.of[written.name])
                faults.add(spot.under("switched", name), "KBK1002", why)
    return parts


def parts_of(written: SolutionDefinition) -> tuple[Part, ...]:
    """The parts of a solution, each on or off as it was switched, or as it is delivered."""
    switched: Mapping[str, bool] = written.switched or {}
    return tuple(
        Part(
            name=p.name,
            label=p.label or default_label(p.name),
            help=p.help,
            on=bool(switched.get(p.name, p.on)),
        )
        for p in written.parts
    )


def switch_entities(
    parts: Parts, document: Document, entities: dict[str, Entity], drafts: Drafts
) -> dict[str, Entity]:
    """The entities with what is off marked: entities, fields of a part, links and child rows of an entity that is off."""
    off = {
        written.name
        for index, written in enumerate(document.entities)
        if parts.off(written.solution, written.of_part, Spot("entities", index, written))
    }
    uids = {entity.uid for name, entity in entities.items() if name in off}
    gone = {
        field.uid
        for field in drafts.all_fields()
        if parts.off(field.solution, field.definition.of_part, field.spot)
    }
    made = {}
    for name, entity in entities.items():
        marked = tuple(
            replace(f, off=True) if f.uid in gone or (f.target in uids and not f.system) else f
            for f in entity.fields
        )
        changed = name in off or any(f.off for f in marked)
        made[name] = replace(entity, fields=marked, off=name in off) if changed else entity
    return made
