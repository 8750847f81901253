"""What reports name: an entity, fields and paths in rows, columns and values, a filter, roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.solutions.use import Naming, Use
from metamodel.reports import INVERSE


class ReportWalker(Naming):
    """Walks the definitions of reports."""

    def report(self, index: int, item: Mapping[str, Any]) -> Iterator[Use]:
        """The uses of one definition, which resolved."""
        report, at = self.model.reports[item["name"]], ("reports", index)
        yield self.use("report", report.name, (*at, "entity"), report.entity)
        for key, steps in (
            ("rows", [axis.steps for axis in report.rows]),
            ("columns", [axis.steps for axis in report.columns]),
            ("values", [value.steps for value in report.values]),
        ):
            for number, each in enumerate(steps):
                if each:
                    yield self.use("report", report.name, (*at, key, number), *self.led(each))
        yield from self.expression("report", report.name, (*at, "filter"), report.filter, report.entity)
        for number, role in enumerate(item.get("roles", ())):
            yield self.use("report", report.name, (*at, "roles", number), self.model.roles[role].uid)

    def led(self, steps: Sequence[str]) -> Iterator[str]:
        """The uids of a path: its fields, and the entities whose links lead here."""
        for step in steps:
            uid = step.removeprefix(INVERSE)
            yield uid
            if uid != step:
                yield from (e.uid for e in self.model.entities.values() if uid in e.by_uid)
