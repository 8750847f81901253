"""From the document a change asks for to one that resolves: what still names things that go away is remedied."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import refused
from core.solutions.laid import drop_empty
from core.solutions.plans import Break
from core.solutions.remedied_reports import keep_chart
from core.solutions.remedies import Edit, remedy
from metamodel.definitions import KINDS, Document
from metamodel.errors import ProblemsFound
from metamodel.model import Model
from metamodel.parse import parse_document
from metamodel.places import pointer
from metamodel.resolve import Fault, examine

MOST_ROUNDS = 40
"""How often a remedy may break something else: longer chains are refused as they are."""

_CONSEQUENCES = frozenset(("KBK1002", "KBK1005", "KBK1011", "KBK1012"))
_TITLE_NAME = re.compile(r"\{([^{}]*)\}")


def settle(
    before: Mapping[str, Any], wanted: Document, version: int, columns: Mapping[str, int]
) -> tuple[Document, Model, tuple[Break, ...]]:
    """The wanted document with remedies, its model, and each use that broke.

    ``before`` is the installed document. Faults that are not consequences of what goes away or changes its type are
    refused: KBK1002 and its like.
    """
    model, faults = examine(wanted, version, columns)
    if model is not None:
        return wanted, model, ()
    present = wanted.to_json()
    places = {(kind, item["uid"]): index for kind in KINDS for index, item in enumerate(present[kind])}
    judge = _Judge(before)
    breaks: list[Break] = []
    for _ in range(MOST_ROUNDS):
        faults = _innermost(faults)
        judge.refuse_genuine(present, faults)
        edits = [_edit(present, fault) for fault in faults]
        for fault, edit in zip(faults, edits, strict=True):
            uid = present[fault.kind][fault.index]["uid"]
            path = pointer((fault.kind, places.get((fault.kind, uid), fault.index), *fault.path))
            written = str(_at(present[fault.kind][fault.index], fault.path))
            breaks.append(
                Break(kind=edit.kind, target=edit.target, pointer=path, remedy=edit.remedy, written=written)
            )
        present = _carry_out(present, edits)
        document = parse_document(present)
        model, faults = examine(document, version, columns)
        if model is not None:
            return document, model, tuple(_once(breaks))
    raise _refusal(faults)


def _innermost(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """The faults without those that another one, deeper in the same place, brings about."""
    return tuple(
        f
        for f in faults
        if not any(
            (o.kind, o.index) == (f.kind, f.index)
            and len(o.path) > len(f.path)
            and o.path[: len(f.path)] == f.path
            for o in faults
        )
    )


def _refusal(faults: Sequence[Fault]) -> Exception:
    return refused(ProblemsFound([fault.problem for fault in faults]))


def _once(breaks: Sequence[Break]) -> Sequence[Break]:
    return list({(b.kind, b.target, b.pointer): b for b in breaks}.values())


def _at(inside: Any, path: Sequence[str | int]) -> Any:
    """What stands at a path of a definition; nothing where the path leads beyond what is written."""
    for step in path:
        if isinstance(inside, Mapping):
            inside = inside.get(str(step))
        else:
            inside = (
                inside[step]
                if isinstance(inside, list) and isinstance(step, int) and step < len(inside)
                else None
            )
    return inside


def _edit(present: Mapping[str, Any], fault: Fault) -> Edit:
    found = remedy(present[fault.kind][fault.index], fault)
    if found is None:
        raise _refusal([fault])
    return found


def _carry_out(present: Mapping[str, Any], edits: Sequence[Edit]) -> dict[str, Any]:
    """A copy of the document with the edits made: what is removed last in its list goes first."""
    made: dict[str, Any] = {kind: [_copy(item) for item in present[kind]] for kind in KINDS}
    for edit in edits:
        item = made[edit.at][edit.index]
        if edit.title is not None and "title" in item:
            item["title"] = _without(item["title"], edit.title)
            if not _TITLE_NAME.search(item["title"]):
                del item["title"]
    removed = {(e.at, (e.index, *e.path)) for e in edits if e.title is None}
    for at, path in sorted(removed, key=lambda one: _order(one[1]), reverse=True):
        if at == "reports" and path[1:2] == ("values",):
            keep_chart(made[at][int(path[0])], int(path[2]))
        _remove(made[at], path)
    return _without_empty(made)


def _without_empty(made: dict[str, Any]) -> dict[str, Any]:
    """What cannot be empty goes with the last that stood in it: a view, a report, a grant of stages, a row of a layout."""
    made["views"] = [view for view in made["views"] if view["columns"]]
    made["reports"] = [report for report in made["reports"] if report.get("values") != []]
    for role in made["roles"]:
        if "grants" in role:
            role["grants"] = [grant for grant in role["grants"] if grant.get("stages") != []]
    for kind in ("entities", "extensions"):
        for item in made[kind]:
            drop_empty(item)
            for pipeline in (item.get("stages") or {}).get("pipelines", ()):
                _drop_empty_in(pipeline)
    return made


def _drop_empty_in(pipeline: dict[str, Any]) -> None:
    """A requirement of nothing goes; so does a move that would be from anywhere, or for everybody, with what it named."""
    for stage in pipeline["stages"]:
        if stage.get("required") == []:
            del stage["required"]
    if "moves" in pipeline:
        pipeline["moves"] = [
            move for move in pipeline["moves"] if all(move.get(key) != [] for key in ("from", "to", "roles"))
        ]


def _without(title: str, name: str) -> str:
    return re.sub(r"\s{2,}", " ", title.replace("{" + name + "}", "")).strip(" ,;:-–—")


def _order(path: Sequence[Any]) -> list[tuple[int, Any]]:
    return [(0, step) if isinstance(step, int) else (1, str(step)) for step in path]


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list | tuple) else value


def _remove(inside: Any, path: Sequence[Any]) -> None:
    for step in path[:-1]:
        if isinstance(inside, list) and not (isinstance(step, int) and step < len(inside)):
            return
        if isinstance(inside, dict) and step not in inside:
            return
        inside = inside[step]
    last = path[-1]
    if isinstance(inside, list) and last < len(inside):
        del inside[last]
    elif isinstance(inside, dict):
        inside.pop(last, None)


class _Judge:
    """Tells what follows from a change (a name that was there, a type that was another) from a plain mistake."""

    def __init__(self, before: Mapping[str, Any]) -> None:
        self.before = {(kind, item["uid"]): item for kind in KINDS for item in before.get(kind, ())}

    def refuse_genuine(self, present: Mapping[str, Any], faults: Sequence[Fault]) -> None:
        doubtful = [f for f in faults if f.code not in _CONSEQUENCES or not self._stood_before(present, f)]
        if not doubtful:
            return
        _, remaining = examine(parse_document(self._with_what_went(present)), 0)
        still = {(f.kind, f.index, f.path) for f in remaining}
        genuine = [f for f in doubtful if f.code not in _CONSEQUENCES or (f.kind, f.index, f.path) in still]
        if genuine:
            raise _refusal(genuine)

    def _stood_before(self, present: Mapping[str, Any], fault: Fault) -> bool:
        """Whether the same was written at the same place in the installed document, where it was right."""
        now: Any = present[fault.kind][fault.index]
        then: Any = self.before.get((fault.kind, now["uid"]))
        for step in fault.path:
            if then is None:
                return False
            if isinstance(step, int):
                now = now[step] if isinstance(now, list) and step < len(now) else None
                then = _same_item(then, now)
            else:
                now = now.get(step) if isinstance(now, Mapping) else None
                then = then.get(step) if isinstance(then, Mapping) else None
        return then is not None and (now == then or isinstance(now, Mapping))

    def _with_what_went(self, present: Mapping[str, Any]) -> dict[str, Any]:
        """The document with everything added back, behind the rest, whose name nothing else took."""
        made: dict[str, Any] = {kind: [_copy(item) for item in present[kind]] for kind in KINDS}
        for (kind, uid), item in self.before.items():
            now = next((i for i in made[kind] if i["uid"] == uid), None)
            if now is None:
                if all(i["name"] != item["name"] for i in made[kind]):
                    made[kind].append(_copy(item))
                continue
            if kind in ("entities", "extensions"):
                _add_back(now, item)
        return made


def _same_item(items: Any, item: Any) -> Any:
    if not isinstance(items, list | tuple):
        return None
    if isinstance(item, Mapping) and "uid" in item:
        return next((i for i in items if i.get("uid") == item["uid"]), None)
    return item if item in items else None


def _add_back(now: dict[str, Any], before: Mapping[str, Any]) -> None:
    _append_missing(now.setdefault("fields", []), before.get("fields", ()))
    for old in before.get("fields", ()):
        field = next((f for f in now["fields"] if f["uid"] == old["uid"]), None)
        if field is not None and field["type"] == old["type"] and "choices" in old:
            _append_missing(field.setdefault("choices", []), old["choices"])
    stages = before.get("stages")
    if stages is None:
        return
    if "stages" not in now:
        now["stages"] = _copy(stages)
        return
    _append_missing(now["stages"]["pipelines"], stages["pipelines"])
    for old in stages["pipelines"]:
        pipeline = next((p for p in now["stages"]["pipelines"] if p["uid"] == old["uid"]), None)
        if pipeline is not None:
            _append_missing(pipeline["stages"], old["stages"])


def _append_missing(now: list[Any], before: Sequence[Mapping[str, Any]]) -> None:
    uids = {item["uid"] for item in now}
    names = {item["name"] for item in now}
    now.extend(_copy(item) for item in before if item["uid"] not in uids and item["name"] not in names)
