"""From definitions to the model: every name found, every expression typed, every fault collected before any is told."""

from __future__ import annotations

from collections.abc import Mapping

from metamodel.definitions import KINDS, Document
from metamodel.errors import ProblemsFound, unknown
from metamodel.identity import identify
from metamodel.labels import make_label
from metamodel.messages import message
from metamodel.model import Entity, Model, Solution
from metamodel.resolve.access_tests import make_tests
from metamodel.resolve.actions import add_forms, make_actions, switch_printing
from metamodel.resolve.build import build
from metamodel.resolve.circles import circle
from metamodel.resolve.documents import make_documents
from metamodel.resolve.drafts import EntityDraft
from metamodel.resolve.entities import check_titles, make_entity, make_field
from metamodel.resolve.expressions import Checker, check_copies
from metamodel.resolve.faults import Fault, Faults, Spot
from metamodel.resolve.fields import type_computed, type_stored
from metamodel.resolve.links import connect
from metamodel.resolve.moves import settle_stages
from metamodel.resolve.parts import parts_of, read_parts, switch_entities
from metamodel.resolve.reports import make_reports
from metamodel.resolve.roles import make_roles
from metamodel.resolve.screens import make_menus, make_views

__all__ = ["Fault", "examine", "resolve"]


def resolve(
    document: Document,
    version: int,
    columns: Mapping[str, int] | None = None,
) -> Model:
    """The model of a document; raises `ProblemsFound` with every fault.

    ``columns`` are the generations of columns by field uid (1 when absent).
    """
    model, faults = examine(document, version, columns)
    if model is None:
        raise ProblemsFound([fault.problem for fault in faults])
    return model


def examine(
    document: Document,
    version: int,
    columns: Mapping[str, int] | None = None,
) -> tuple[Model | None, tuple[Fault, ...]]:
    """The model and no fault, or None and every fault with the definition and the path in it."""
    document = identify(document)
    faults = Faults()
    parts = read_parts(document, faults)
    drafts = build(document, faults)
    add_forms(drafts, document, faults)
    connect(drafts, faults)
    type_stored(drafts, faults)
    type_computed(drafts, faults)
    checker = Checker(drafts, faults)
    settle_stages(checker)
    entities = {draft.name: _entity(checker, draft, columns or {}) for draft in drafts.entities.values()}
    check_copies(drafts, faults)
    check_titles(drafts, entities, faults)
    entities = switch_entities(parts, document, entities, drafts)
    actions = make_actions(checker, document, entities, parts)
    roles = make_roles(checker, document, actions)
    views = make_views(checker, document, roles, entities, parts)
    reports = make_reports(checker, document, roles, entities, parts)
    documents = make_documents(checker, document, roles, entities, parts)
    menus = make_menus(document, entities, views, reports, roles, faults, parts)
    tests = make_tests(document, entities, roles, actions, faults)
    solutions = _solutions(document, faults)
    if faults.found:
        return None, tuple(faults.found)
    model = Model(
        version=version, solutions=solutions, entities=entities, roles=roles, views=views, menus=menus,
        actions=switch_printing(actions, documents), tests=tests, reports=reports, documents=documents,
        document=document.to_json(),
    )  # fmt: skip
    return model, ()


def _entity(checker: Checker, draft: EntityDraft, columns: Mapping[str, int]) -> Entity:
    made = (make_field(checker, field, columns) for field in draft.fields)
    return make_entity(checker, draft, tuple(field for field in made if field is not None))


def _solutions(document: Document, faults: Faults) -> dict[str, Solution]:
    made: dict[str, Solution] = {}
    names = {written.name for written in document.solutions}
    places = {}
    for index, written in enumerate(document.solutions):
        spot = Spot("solutions", index, written)
        places[written.name] = spot
        if written.name in made:
            faults.add(
                spot.under("name"),
                "KBK1003",
                message("there is another solution “{name}”", name=written.name),
            )
        for number, name in enumerate(written.depends):
            if name not in names:
                why = unknown("the solution “{name}” is not installed", name, names)
                faults.add(spot.under("depends", number), "KBK1002", why)
        made[written.name] = Solution(
            uid=written.uid, name=written.name, label=written.label or make_label(None, written.name),
            version=written.version, depends=written.depends, icon=written.icon, color=written.color,
            parts=parts_of(written),
        )  # fmt: skip
    leads = {s.name: [name for name in s.depends if name in names] for s in document.solutions}
    for members in circle(leads):
        faults.circle(places[members[0]].under("depends"), members)
    _check_owners(document, names, faults)
    return made


def _check_owners(document: Document, names: set[str], faults: Faults) -> None:
    """Every definition belongs to a solution that is there."""
    for kind in (each for each in KINDS if each != "solutions"):
        for index, written in enumerate(getattr(document, kind)):
            if written.solution not in names:
                why = unknown("there is no solution “{name}”", written.solution, names)
                faults.add(Spot(kind, index, written).under("solution"), "KBK1002", why)
