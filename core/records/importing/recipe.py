"""The recipe of an import: how a file is read, into which records its rows go, and what else a person confirmed.

It is what the screens make, what `--map FILE` and the API's `options` hold, and what earlier imports suggest from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, Literal, get_args, get_type_hints

import msgspec

from core.errors import KubikError
from core.records.importing.hints import Hints
from core.records.places import escaped
from metamodel.errors import Problem, unknown
from metamodel.messages import Message, message

Mode = Literal["create", "update", "upsert", "find"]
"""``find`` only finds a record by its keys, so that others can lead to it; it is not changed."""

Missing = Literal["refuse", "create", "empty"]
"""A link whose record is not there: the row is refused, the record is made, or the link stays empty."""

Match = Literal["exact", "words"]
"""How a text finds the record of a link: whole, or by some of its words (a manager by surname)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A field filled from a column of the file (its name in the header).

    ``part`` takes one part of a cell that is split at ``split`` (1 is the first). Of a link ``by`` is the field of the
    linked entity that finds the record (none: a unique field, the title, the number), ``match`` how, ``missing`` what
    happens without one.
    """

    column: str
    field: str
    by: str | None = None
    match: Match = "exact"
    missing: Missing = "refuse"
    split: str | None = None
    part: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A link field filled with the record that another target made of the same row."""

    field: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A field that has the same value in every row, written as in JSON."""

    field: str
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Records of one entity, made of each row of the file.

    ``name`` tells targets apart (two contacts of a company); without one it is the entity's. ``keys`` are the fields
    that find a record there is; several match together. ``each`` is a column whose cell is split at ``split``: a record
    for each part. A row whose columns of this target are all empty makes none, unless it is the only target.
    """

    entity: str
    name: str = ""
    mode: Mode = "create"
    keys: tuple[str, ...] = ()
    fields: tuple[Fill, ...] = ()
    links: tuple[Lead, ...] = ()
    defaults: tuple[Given, ...] = ()
    each: str | None = None
    split: str | None = None

    @property
    def called(self) -> str:
        """What other targets name it by."""
        return self.name or self.entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A line of which a person said that its record of that target is another one than the keys find: a new one is made."""

    line: int
    target: str
    sheet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything about an import but the file.

    ``automations`` runs the automations of the records, ``notices`` tells people. ``incomplete`` takes rows without
    required values, too, and marks them (`core.records.importing.incomplete`). ``stamps`` lets columns fill who made
    and changed a record and when: a right of its own. ``language`` is that of labels, numbers and dates in the file.
    ``dry_run`` writes nothing. ``of`` names the target that the import is of, where child rows come after it.
    ``apart`` are lines that are about others than the records their keys find.
    """

    targets: tuple[Target, ...] = ()
    of: str = ""
    source: Hints = field(default_factory=Hints)
    automations: bool = False
    notices: bool = False
    incomplete: bool = False
    stamps: bool = False
    dry_run: bool = False
    language: str | None = None
    apart: tuple[Apart, ...] = ()

    @property
    def main(self) -> Target:
        """The target that the import is of: the one that is named so, else the last one that others do not lead to."""
        named = next((target for target in self.targets if self.of and target.called == self.of), None)
        if named is not None:
            return named
        led = {lead.target for target in self.targets for lead in target.links}
        free = [target for target in self.targets if target.called not in led]
        return (free or self.targets)[-1]

    def written(self) -> dict[str, Any]:
        """As JSON, without what is as by default."""
        return _lean(asdict(self), Recipe())


def read_recipe(raw: Any, pointer: str = "") -> Recipe:
    """A recipe from JSON; KBK2000 with a pointer to each fault of shape."""
    problems = list(_unknown_keys(raw, Recipe, pointer))
    if not problems:
        try:
            recipe = msgspec.convert(raw, Recipe)
        except msgspec.ValidationError as error:
            problems.append(_of_msgspec(str(error), pointer))
        else:
            problems += _faults(recipe, pointer)
            if not problems:
                return recipe
    raise KubikError("KBK2000", problems[0].message if len(problems) == 1 else None, errors=problems)


def _lean(written: dict[str, Any], default: Any) -> dict[str, Any]:
    plain = asdict(default)
    found = {name: value for name, value in written.items() if value != plain[name]}
    for name, value in found.items():
        if name == "source":
            found[name] = _lean(value, Hints())
        elif name == "targets":
            found[name] = [_lean_target(each) for each in value]
    return found


def _lean_target(written: dict[str, Any]) -> dict[str, Any]:
    target = {
        k: v for k, v in written.items() if v not in ((), "", None) and not (k == "mode" and v == "create")
    }
    plain = asdict(Fill(column="", field=""))
    if "fields" in target:
        target["fields"] = [
            {k: v for k, v in each.items() if k in ("column", "field") or v != plain[k]}
            for each in target["fields"]
        ]
    return target


def _faults(recipe: Recipe, pointer: str) -> list[Problem]:
    """What a shape cannot say: names of targets, keys that no column fills, links in a circle."""
    found: list[Problem] = []
    if not recipe.targets:
        found.append(_fault(f"{pointer}/targets", message("At least one entity is needed.")))
    if recipe.of and all(target.called != recipe.of for target in recipe.targets):
        known = tuple(target.called for target in recipe.targets)
        found.append(_fault(f"{pointer}/of", unknown("there is no “{name}” above", recipe.of, known)))
    seen: dict[str, int] = {}
    for number, target in enumerate(recipe.targets):
        place = f"{pointer}/targets/{number}"
        if target.called in seen:
            found.append(_fault(f"{place}/name", message("“{name}” is named twice", name=target.called)))
        if target.mode != "create" and not target.keys:
            found.append(
                _fault(f"{place}/keys", message("to find records, name the fields that tell them apart"))
            )
        for at, lead in enumerate(target.links):
            if lead.target not in seen:
                why = unknown("there is no “{name}” above", lead.target, tuple(seen))
                found.append(_fault(f"{place}/links/{at}/target", why))
        for at, fill in enumerate(target.fields):
            if fill.part is not None and fill.part < 1:
                found.append(_fault(f"{place}/fields/{at}/part", message("a number above zero is expected")))
        seen[target.called] = number
    return found


def _unknown_keys(raw: Any, kind: Any, pointer: str) -> list[Problem]:
    """Keys that the dataclass does not have, to any depth."""
    if not isinstance(raw, Mapping):
        return []
    hints = get_type_hints(kind)
    names = {each.name for each in fields(kind)}
    found: list[Problem] = []
    for key, value in raw.items():
        place = f"{pointer}/{escaped(str(key))}"
        if key not in names:
            found.append(
                _fault(place, unknown("there is no key “{name}” here", str(key)[:100], sorted(names)))
            )
            continue
        inner = next((each for each in (hints[key], *get_args(hints[key])) if is_dataclass(each)), None)
        if inner is not None and isinstance(value, list):
            for number, each in enumerate(value):
                found += _unknown_keys(each, inner, f"{place}/{number}")
        elif inner is not None:
            found += _unknown_keys(value, inner, place)
    return found


def _of_msgspec(text: str, pointer: str) -> Problem:
    """The fault that msgspec found, at its place: “Expected `str`, got `int` - at `$.targets[0].entity`”."""
    what, _, place = text.partition(" - at `$")
    path = place.rstrip("`").replace("[", ".").replace("]", "")
    return _fault(pointer + path.replace(".", "/"), message("not understood: {why}", why=what))


def _fault(pointer: str, why: Message) -> Problem:
    return Problem(pointer=pointer, code="KBK2000", message=why)
