"""The document that a change leads to: installed definitions with a solution, a posted model, or single changes put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from core.errors import KubikError, refused
from metamodel.definitions import KINDS, AnyDefinition, Document, SolutionDefinition
from metamodel.errors import Problem, ProblemsFound, unknown
from metamodel.identity import identify
from metamodel.labels import Label
from metamodel.messages import message
from metamodel.names import SYSTEM_SOLUTION
from metamodel.parse import parse_document

LOCAL = "local"
"""The solution that owns what is configured in place and says no other owner."""


def read_document(document: Mapping[str, Any]) -> Document:
    """The definitions of a stored or posted JSON document; faults are those of the published form."""
    try:
        return parse_document({kind: value for kind, value in document.items() if kind != "version"})
    except ProblemsFound as error:
        raise refused(error) from error


def with_solution(installed: Document, source: Document, taken: Iterable[str] = ()) -> Document:
    """``installed`` with the solution of ``source`` in it, new or in place of what it had."""
    name = source.solutions[0].name
    return _merged(installed, source, lambda item: item.solution == name, taken)


def without_solution(installed: Document, name: str) -> Document:
    """``installed`` without a solution and all it owns. KBK1105 when it is not there or others need it."""
    if name == SYSTEM_SOLUTION:
        raise _refusal("", f"/solutions/{name}", message("the system's own solution cannot be removed"))
    if all(solution.name != name for solution in installed.solutions):
        raise _refusal("", f"/solutions/{name}", message("the solution “{name}” is not installed", name=name))
    needing = [s.name for s in installed.solutions if name in s.depends]
    if needing:
        why = message("“{name}” is needed by: {others}", name=name, others=", ".join(needing))
        raise _refusal("", f"/solutions/{name}", why)
    kinds = {kind: tuple(i for i in getattr(installed, kind) if _owner(i) != name) for kind in KINDS}
    return Document(**kinds)


def with_system_of(past: Document, present: Document) -> Document:
    """``past`` with the system's own solution of ``present``: going back does not take away what a newer Kubik brought."""
    kinds = {
        kind: (
            *(i for i in getattr(present, kind) if _owner(i) == SYSTEM_SOLUTION),
            *(i for i in getattr(past, kind) if _owner(i) != SYSTEM_SOLUTION),
        )
        for kind in KINDS
    }
    return Document(**kinds)


def with_part(installed: Document, name: str, part: str, on: bool) -> Document:
    """``installed`` with a part of a solution switched; only what differs from how it is delivered is written down."""
    found = next((s for s in installed.solutions if s.name == name), None)
    if found is None:
        raise _refusal("", f"/solutions/{name}", message("the solution “{name}” is not installed", name=name))
    delivered = {p.name: p.on for p in found.parts}
    if part not in delivered:
        why = unknown("the solution has no part “{name}”", part[:100], delivered)
        raise _refusal("", f"/solutions/{name}/parts", why)
    switched = {**(found.switched or {}), part: on}
    kept = {each: state for each, state in switched.items() if delivered.get(each) != state}
    changed = replace(found, switched=kept or None)
    return replace(installed, solutions=tuple(changed if s is found else s for s in installed.solutions))


def with_posted(installed: Document, posted: Mapping[str, Any], taken: Iterable[str] = ()) -> Document:
    """``installed`` with the kinds that ``posted`` has; a kind that it does not have stays as it is."""
    document = read_document(posted)
    kinds = {kind: getattr(document if kind in posted else installed, kind) for kind in KINDS}
    known = {
        (kind, key): i.solution for kind in KINDS for i in _owned(installed, kind) for key in (i.uid, i.name)
    }
    local = False
    for kind in KINDS:
        made = []
        for item in kinds[kind]:
            if hasattr(item, "solution") and not item.solution:
                owner = known.get((kind, item.uid)) or known.get((kind, item.name)) or LOCAL
                local = local or owner == LOCAL
                item = replace(item, solution=owner)
            made.append(item)
        kinds[kind] = tuple(made)
    if local and all(s.name != LOCAL for s in kinds["solutions"]):
        kinds["solutions"] = (*kinds["solutions"], local_solution())
    return identify(Document(**kinds), installed, taken)


def local_solution() -> SolutionDefinition:
    """The owner of what is configured in place."""
    return SolutionDefinition(name=LOCAL, label=Label(ru="Своё", en="Own"), icon="adjustments")


def _owned(document: Document, kind: str) -> tuple[Any, ...]:
    items: tuple[Any, ...] = getattr(document, kind)
    return items if kind != "solutions" else ()


def _owner(item: AnyDefinition) -> str:
    return item.name if isinstance(item, SolutionDefinition) else item.solution


def _merged(installed: Document, source: Document, replaced: Any, taken: Iterable[str]) -> Document:
    """Definitions that stay keep their place, new ones come behind."""
    before = {kind: tuple(i for i in _owned(installed, kind) if replaced(i)) for kind in KINDS}
    name = source.solutions[0].name
    before["solutions"] = tuple(s for s in installed.solutions if s.name == name)
    uids = {*taken, *_all_uids(installed)}
    fresh = identify(source, Document(**before), uids)
    solutions = tuple(_switched_as(s, before["solutions"]) for s in fresh.solutions)
    fresh = replace(fresh, solutions=solutions)
    kinds: dict[str, tuple[Any, ...]] = {}
    for kind in KINDS:
        gone = {i.uid for i in before[kind]}
        coming = {i.uid: i for i in getattr(fresh, kind)}
        kept = [coming.pop(i.uid, None) if i.uid in gone else i for i in getattr(installed, kind)]
        kinds[kind] = (*(i for i in kept if i is not None), *coming.values())
    return Document(**kinds)


def _switched_as(fresh: SolutionDefinition, before: Iterable[Any]) -> SolutionDefinition:
    """A new version of a solution says what parts it has; which are on stays as it was switched here."""
    was = next((s for s in before if s.name == fresh.name), None)
    if was is None or was.switched is None or fresh.switched is not None:
        return fresh
    parts = {part.name for part in fresh.parts}
    kept = {name: on for name, on in was.switched.items() if name in parts}
    return replace(fresh, switched=kept or None)


def _all_uids(document: Document) -> set[str]:
    return set(uids_in(document.to_json()))


def uids_in(value: Any) -> Iterable[str]:
    """Every uid that stands anywhere in a JSON document."""
    if isinstance(value, Mapping):
        uid = value.get("uid")
        if isinstance(uid, str):
            yield uid
        for inner in value.values():
            yield from uids_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from uids_in(inner)


def _refusal(file: str, pointer: str, why: Any) -> KubikError:
    return KubikError(
        "KBK1105", why, [Problem(file=file or None, pointer=pointer, code="KBK1105", message=why)]
    )
