"""The steps of an action, resolved: what each writes, and the expressions of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metamodel.action_definitions import StepDefinition, StepRowsDefinition
from metamodel.actions import Step, StepRows
from metamodel.document_definitions import DocumentDefinition
from metamodel.errors import ProblemsFound, unknown
from metamodel.expression import parse_expression
from metamodel.expression.scope import NotYet, Scope, names_of_rows, rows_named
from metamodel.expression.tree import Expression, Path
from metamodel.expression.types import BOOLEAN, Type
from metamodel.messages import message
from metamodel.resolve.drafts import EntityDraft, FieldDraft
from metamodel.resolve.entities import check_path, check_sort
from metamodel.resolve.expressions import MY, RECORD, Checker
from metamodel.resolve.faults import Spot

_COMPUTED = ("formula", "lookup", "rollup", "number_series")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the expressions of an action stand: on a record or on none, with what it asks and what its steps left."""

    checker: Checker
    record: EntityDraft | None
    form: EntityDraft
    results: EntityDraft
    documents: Mapping[str, DocumentDefinition]
    """By name."""

    def scope(self, entity: EntityDraft | None, expect: Type | None) -> Scope:
        """Names of a row of ``entity``, besides the record, the inputs and the results."""
        return Scope(
            model=self.checker.drafts, entity=entity.uid if entity else None, expect=expect,
            allow=RECORD if self.record else MY, record=self.record.uid if self.record else None,
            input=self.form.uid, step=self.results.uid,
        )  # fmt: skip

    def parse(
        self, text: str | None, spot: Spot, entity: EntityDraft | None, expect: Type | None
    ) -> Expression | None:
        """The expression of a text; a fault is collected."""
        if text is None:
            return None
        try:
            return parse_expression(text, self.scope(entity, expect))
        except NotYet:
            return None
        except ProblemsFound as error:
            if expect is not None and expect.kind == "choice":
                named = self._choice_by_name(text, entity)
                if named is not None:
                    return named
            self.checker.faults.add_all(spot, error)
            return None

    def _choice_by_name(self, text: str, entity: EntityDraft | None) -> Expression | None:
        """A choice of another field, which becomes the choice of the same name when the step runs."""
        try:
            found = parse_expression(text, self.scope(entity, None))
        except (NotYet, ProblemsFound):
            return None
        return found if found.type.kind == "choice" else None


def make_step(standing: Standing, written: StepDefinition, spot: Spot) -> Step | None:
    """The resolved step; None when what it writes is not known."""
    if written.do == "print":
        return _print_step(standing, written, spot)
    faults = standing.checker.faults
    record = standing.record
    entity = record
    if written.entity is not None:
        entity = standing.checker.drafts.entities.get(written.entity)
        if entity is None:
            why = unknown("there is no entity “{name}”", written.entity, standing.checker.drafts.entities)
            faults.add(spot.under("entity"), "KBK1002", why)
            return None
    elif record is None:
        why = message("above a list there is no record that this step could change")
        faults.add(spot.under("do"), "KBK1005", why)
        return None
    assert entity is not None
    for index, name in enumerate(written.sort):
        place = spot.under("sort", index)
        check_sort(check_path(entity, name.removeprefix("-"), place, faults, single=True), place, faults)
    return Step(
        name=written.name,
        do=written.do,
        entity=entity.uid,
        condition=standing.parse(written.condition, spot.under("if"), record, BOOLEAN),
        find=standing.parse(written.find, spot.under("find"), entity, BOOLEAN),
        where=standing.parse(written.where, spot.under("where"), entity, BOOLEAN),
        sort=written.sort,
        to=_stage(standing, entity, written, spot),
        values=_values(standing, entity, written.values or {}, spot.under("values"), record),
        rows=tuple(
            rows
            for name, item in (written.rows or {}).items()
            if (rows := _rows(standing, entity, name, item, spot.under("rows", name))) is not None
        ),
        system=written.runs_as == "system",
    )


def _print_step(standing: Standing, written: StepDefinition, spot: Spot) -> Step | None:
    """The step that issues a document of the record, or of the record of an earlier step."""
    faults, drafts = standing.checker.faults, standing.checker.drafts
    entity = standing.record
    if written.of is not None:
        earlier = standing.results.by_name.get(written.of)
        if earlier is None:
            why = unknown("there is no step “{name}” before this one", written.of, standing.results.by_name)
            faults.add(spot.under("of"), "KBK1002", why)
            return None
        entity = drafts.entity_by_uid[earlier.target or ""]
    if entity is None:
        why = message("above a list there is no record: say of which step's record the document is issued")
        faults.add(spot.under("do"), "KBK1005", why)
        return None
    document = standing.documents.get(written.document or "")
    if document is None:
        why = unknown("there is no document “{name}”", written.document or "", standing.documents)
        faults.add(spot.under("document"), "KBK1002", why)
        return None
    if document.entity != entity.name:
        why = message(
            "“{document}” is issued for “{other}”, here it would be for “{entity}”",
            document=document.name, other=document.entity, entity=entity.name,
        )  # fmt: skip
        faults.add(spot.under("document"), "KBK1005", why)
        return None
    return Step(
        name="", do="print", entity=entity.uid, document=document.uid, of=written.of,
        condition=standing.parse(written.condition, spot.under("if"), standing.record, BOOLEAN),
    )  # fmt: skip


def _stage(standing: Standing, entity: EntityDraft, written: StepDefinition, spot: Spot) -> str | None:
    if written.to is None:
        return None
    if entity.stages is None:
        why = message("the entity “{entity}” has no stages", entity=entity.name)
        standing.checker.faults.add(spot.under("to"), "KBK1005", why)
        return None
    stages = [stage for pipeline in entity.stages.pipelines for stage in pipeline.stages]
    found = next((stage.uid for stage in stages if stage.name == written.to), None)
    if found is None:
        why = unknown("there is no stage “{name}”", written.to, [s.name for s in stages])
        standing.checker.faults.add(spot.under("to"), "KBK1002", why)
    return found


def _values(
    standing: Standing,
    entity: EntityDraft,
    written: Mapping[str, str],
    spot: Spot,
    about: EntityDraft | None,
) -> dict[str, Expression]:
    """The expressions by uid of the field that gets the value; bare names in them are those of a row of ``about``."""
    made = {}
    for name, text in written.items():
        field = entity.by_name.get(name)
        place = spot.under(name)
        if field is None:
            why = unknown("there is no field “{name}”", name, entity.by_name)
            standing.checker.faults.add(place, "KBK1002", why)
        elif _written_by_nobody(field):
            why = message("“{field}” is not written by anybody", field=field.shown)
            standing.checker.faults.add(place, "KBK1005", why)
        elif field.result is not None:
            expression = standing.parse(text, place, about, field.result)
            if expression is not None and expression.type.many and not is_list(expression):
                why = message("a list is taken whole, from the record, its row or what was asked")
                standing.checker.faults.add(place, "KBK1012", why)
            elif expression is not None:
                made[field.uid] = expression
    return made


def is_list(expression: Expression) -> bool:
    """Whether it names a list that stands in the record, in the row or among the inputs."""
    node = expression.root
    return (
        isinstance(node, Path)
        and len(node.steps) == 1
        and node.up == 0
        and node.root in ("row", "record", "input")
    )


def _written_by_nobody(field: FieldDraft) -> bool:
    return field.system or field.type in _COMPUTED or field.type == "children"


def _rows(
    standing: Standing, entity: EntityDraft, name: str, written: StepRowsDefinition, spot: Spot
) -> StepRows | None:
    faults = standing.checker.faults
    field = entity.by_name.get(name)
    if field is None or field.type != "children" or field.target is None:
        known = [f.name for f in entity.fields if f.type == "children"]
        faults.add(spot, "KBK1002", unknown("there are no child rows “{name}”", name, known))
        return None
    if standing.record is None:
        faults.add(spot, "KBK1005", message("above a list there is no record whose rows could be taken"))
        return None
    source = rows_named(standing.checker.drafts, standing.record, written.of)
    if source is None:
        known = names_of_rows(standing.checker.drafts, standing.record)
        faults.add(spot.under("of"), "KBK1002", unknown("there are no rows “{name}”", written.of, known))
        return None
    child = standing.checker.drafts.entity_by_uid[field.target]
    rows = standing.checker.drafts.entity_by_uid[source.entity.uid]
    return StepRows(
        field=field.uid,
        entity=rows.uid,
        through=source.through.uid,
        where=standing.parse(written.where, spot.under("where"), rows, BOOLEAN),
        values=_values(standing, child, written.values, spot.under("values"), rows),
    )
