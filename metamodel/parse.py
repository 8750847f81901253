"""From what was written, files of a solution or one JSON document, to a `Document`: its form checked, no name resolved."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from metamodel import codec
from metamodel.access_test_definitions import TestsDefinition
from metamodel.check import check
from metamodel.definitions import (
    KINDS,
    AnyDefinition,
    Document,
    ExtensionDefinition,
    MenuDefinition,
    SolutionDefinition,
)
from metamodel.errors import Problem, ProblemsFound, suggestion
from metamodel.messages import Message, message
from metamodel.places import Step, problem
from metamodel.yaml_text import DEEPEST, LARGEST, depth_within, read_yaml

MOST_FILES = 5_000
_LONGEST_NUMBER = 40
DATA_FOLDERS = ("data", "demo")
"""Folders of records; not definitions, so not read here."""

_ENDINGS = (".yaml", ".yml", ".json")
_BESIDE = (".md", ".txt")
_LATER = frozenset(("dashboards", "automations"))


def parse_files(files: Mapping[str, str]) -> Document:
    """The definitions of one solution from ``{relative path: text}``; raises `ProblemsFound` with every fault."""
    if len(files) > MOST_FILES:
        raise ProblemsFound((_fault("", message("more than {most} files", most=MOST_FILES)),))
    problems: list[Problem] = []
    found: dict[str, list[AnyDefinition]] = {kind: [] for kind in KINDS}
    for path in sorted(files):
        try:
            kind = _kind_of(path)
            if kind is not None:
                found[kind].append(_definition(kind, read_file(path, files[path]), path))
        except ProblemsFound as error:
            problems.extend(error.problems)
    if "solution.yaml" not in files:
        problems.append(_fault("solution.yaml", message("this file, which names the solution, is missing")))
    if problems:
        raise ProblemsFound(problems)
    name = found["solutions"][0].name
    return _document({kind: [_owned(item, name) for item in items] for kind, items in found.items()})


def _kind_of(path: str) -> str | None:
    """The kind of the definition in that file, None for a file that is none; refuses what is not known."""
    parts = path.split("/")
    if parts[0] in DATA_FOLDERS and len(parts) == 2:
        return None
    if len(parts) == 1:
        if path in ("solution.yaml", "menu.yaml"):
            return f"{path.removesuffix('.yaml')}s"
        if path.startswith(".") or path.endswith(_BESIDE) or path == "LICENSE":
            return None
    elif len(parts) == 2 and parts[0] in KINDS and parts[0] != "solutions" and path.endswith(_ENDINGS):
        return parts[0]
    if parts[0] in _LATER:
        raise ProblemsFound((_fault(path, message("“{kind}” do not exist in this version", kind=parts[0])),))
    known = [
        "solution.yaml",
        "menu.yaml",
        *(f"{kind}/" for kind in list(KINDS)[1:]),
        *(f"{f}/" for f in DATA_FOLDERS),
    ]
    near = suggestion(f"{parts[0]}/" if len(parts) > 1 else path, known)
    if f"{parts[0]}/" in known:
        wanted = ".csv" if parts[0] in DATA_FOLDERS else ".yaml"
        why = message("in {folder}/ stand files NAME{ending} alone", folder=parts[0], ending=wanted)
    elif near:
        why = message("a solution has no such file (did you mean “{near}”?)", near=near)
    else:
        why = message("a solution has no such file; it has: {known}", known=", ".join(known))
    raise ProblemsFound((_fault(path, why),))


def read_file(path: str, text: str) -> Any:
    """The data of a YAML or JSON file, nested at most 64 deep."""
    return read_json(text, path) if path.endswith(".json") else read_yaml(text, path)


def read_json(text: str, file: str) -> Any:
    """The data of a JSON text: no duplicate keys, no NaN, not too large, nested at most 64 deep."""
    if len(text) > LARGEST:
        raise ProblemsFound((_fault(file, message("larger than {most} characters", most=LARGEST)),))
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_float)
    except (ValueError, RecursionError) as error:
        raise ProblemsFound((_fault(file, message("this is not JSON: {why}", why=str(error))),)) from error
    if not depth_within(value):
        raise ProblemsFound((_fault(file, message("nested deeper than {most} levels", most=DEEPEST)),))
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is too large")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def parse_document(document: Any) -> Document:
    """The definitions of a JSON document ``{"entities": […], …}``; a kind that is absent is empty here."""
    if not isinstance(document, Mapping):
        raise ProblemsFound(
            (_fault("", message("an object with the kinds of definitions as keys is expected")),)
        )
    if not depth_within(document):
        raise ProblemsFound((_fault("", message("nested deeper than {most} levels", most=DEEPEST)),))
    problems: list[Problem] = []
    found: dict[str, list[AnyDefinition]] = {kind: [] for kind in KINDS}
    for kind, items in document.items():
        if kind == "version":
            continue
        if kind not in KINDS:
            problems.append(problem("", [kind], "KBK1001", _no_kind(kind)))
        elif not isinstance(items, list | tuple):
            problems.append(problem("", [kind], "KBK1001", message("a list of definitions is expected")))
        else:
            for index, item in enumerate(items):
                try:
                    found[kind].append(_definition(kind, _json(item), f"/{kind}/{index}"))
                except ProblemsFound as error:
                    problems.extend(error.problems)
    if problems:
        raise ProblemsFound(problems)
    return _document(found)


def _json(value: Any) -> Any:
    """The data with every decimal of an exact decoder as what a JSON text holds: a number, or its text when longer."""
    if isinstance(value, dict):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    if isinstance(value, Decimal):
        if (
            not value.is_finite()
            or abs(value.adjusted()) > _LONGEST_NUMBER
            or len(value.as_tuple().digits) > _LONGEST_NUMBER
        ):
            return math.inf  # refused below; its text might be gigabytes
        near = float(value)
        return near if Decimal(repr(near)) == value else f"{value:f}"
    return value


def _no_kind(kind: str) -> Message:
    near = suggestion(kind, KINDS)
    if near:
        return message("there is no kind “{kind}” (did you mean “{near}”?)", kind=kind, near=near)
    return message("there is no kind “{kind}”; the kinds are: {known}", kind=kind, known=", ".join(KINDS))


def _definition(kind: str, written: Any, place: str) -> AnyDefinition:
    definition = KINDS[kind]
    problems = [problem(place, path, "KBK1001", why) for path, why in _unfit(written)]
    problems = problems or check(definition.kind, written, place)
    if problems:
        raise ProblemsFound(problems)
    made: AnyDefinition = codec.read(definition, written, place=place)
    return made


def _unfit(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Message]]:
    """What no definition may hold: numbers that are not finite or of over 40 digits, NUL, halves of characters."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _unfit(inner, (*path, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unfit(inner, (*path, index))
    elif (
        isinstance(value, float)
        and not math.isfinite(value)
        or isinstance(value, int)
        and not -(10**_LONGEST_NUMBER) < value < 10**_LONGEST_NUMBER
    ):
        yield path, message("the number is too large")
    elif isinstance(value, str) and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        yield path, message("the text holds NUL or half of a character")


def _owned(item: AnyDefinition, solution: str) -> AnyDefinition:
    """The definition as the solution's own; one that says it is another's is refused."""
    if isinstance(item, SolutionDefinition):
        return item
    if item.solution not in ("", solution):
        why = message("the folder is of the solution “{solution}”", solution=solution)
        raise ProblemsFound((problem(item.place, ["solution"], "KBK1001", why),))
    return replace(item, solution=solution)


def _named(item: AnyDefinition) -> AnyDefinition:
    """Extensions, menus and tests may be without a name: it is then made of what they belong to."""
    if isinstance(item, ExtensionDefinition) and not item.name:
        return replace(item, name=f"{item.solution}_{item.extends}"[:48])
    if isinstance(item, MenuDefinition | TestsDefinition) and not item.name:
        return replace(item, name=item.solution)
    return item


def _document(found: Mapping[str, list[AnyDefinition]]) -> Document:
    kinds: dict[str, Any] = {kind: tuple(_named(item) for item in items) for kind, items in found.items()}
    return Document(**kinds)


def _fault(file: str, why: Message) -> Problem:
    return Problem(file=file or None, pointer="", code="KBK1001", message=why)
