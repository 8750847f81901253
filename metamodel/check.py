"""Definitions against their published schemas: every fault with its place, what was expected, and a suggestion."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema
import jsonschema_rs

from metamodel.errors import Problem, suggestion
from metamodel.fields import field_types
from metamodel.messages import Message, message
from metamodel.names import NAME_PATTERN, transliterate
from metamodel.places import problem
from metamodel.schema import schemas

_KINDS_OF_JSON: Mapping[str, Message] = {
    "object": message("an object with keys"),
    "array": message("a list"),
    "string": message("a text"),
    "integer": message("a whole number"),
    "number": message("a number"),
    "boolean": message("true or false"),
    "null": message("nothing"),
}


_EXPECTATIONS: Mapping[str, Message] = {
    str(words): words
    for words in (
        message("4 to 20 small Latin letters and digits"),
        message("the name of an icon"),
        message("the name of a .docx or .html file (XLSX and text are not made in this version)"),
        message("the SHA-256 of the file's bytes, 64 hexadecimal digits"),
        message("earlier names, one or a list"),
        message("a field, a path of fields, or either with a step of dates or numbers: closes_on:month"),
        message("count, or an aggregate of a field or a path: sum(amount)"),
        message("a field, “-” before a descending one"),
        message("names of fields joined by points"),
        message("a text, or {form}", form="{ru: …, en: …}"),
        message("an expression, written as a text"),
        message("either unique or check"),
        message("card, row, list, or several of them"),
        message("all, {form} or a list of names", form="{all_but: […]}"),
        message(
            "a name of small Latin letters, digits and _, beginning with a letter, at most 48 characters"
        ),
        message("a code of ISO 4217, such as RUB"),
        message("the country whose numbers are written without its code"),
        message("characters of its words"),
        message("a JSON Schema 2020-12 that the value keeps"),
        message("a regular expression"),
        message("a regular expression, or the name of a format"),
        message("all, or a list of names of entities"),
        message("the most that a file may weigh, such as 20 MB"),
        message("media types that are taken, such as image/* or application/pdf"),
        message("the name of a field, or {form}", form="{field: …, width: 1 to 6}"),
    )
}
"""The descriptions in the schemas that stand in errors, for translation."""


@dataclass(frozen=True, slots=True)
class _Error:
    """What a validator found: jsonschema's error, its parts of one type."""

    validator: str
    wanted: Any
    instance: Any
    schema: Mapping[str, Any]
    path: tuple[str | int, ...]


@cache
def _fast(kind: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        dict(schemas()[kind]), pattern_options=jsonschema_rs.RegexOptions()
    )


@cache
def _thorough(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schemas()[kind])


def check(kind: str, written: Any, place: str) -> list[Problem]:
    """The faults of one definition as JSON data (nested at most 64 deep), none when its schema passes it."""
    if _fast(kind).is_valid(written):
        return []
    found: list[Problem] = []
    for error in _thorough(kind).iter_errors(written):
        for inner in _nearest(error):
            schema: Any = inner.schema
            parts = _Error(
                str(inner.validator),
                inner.validator_value,
                inner.instance,
                schema,
                tuple(inner.absolute_path),
            )
            found.extend(_explain(parts, place))
    return list({(p.pointer, p.code, str(p.message)): p for p in found}.values())


def _nearest(error: jsonschema.ValidationError) -> Sequence[jsonschema.ValidationError]:
    """The faults of the one alternative that is of the kind that was written, where there is one; else the error."""
    if error.validator not in ("anyOf", "oneOf") or not error.context:
        return [error]
    by_alternative: dict[Any, list[jsonschema.ValidationError]] = {}
    for inner in error.context:
        by_alternative.setdefault(inner.schema_path[0], []).append(inner)
    fitting = [inner for inner in by_alternative.values() if not any(_is_other_kind(e) for e in inner)]
    return fitting[0] if len(fitting) == 1 else [error]


def _is_other_kind(inner: jsonschema.ValidationError) -> bool:
    return len(inner.path) == 0 and inner.validator in ("type", "const", "required")


def _explain(error: _Error, place: str) -> Iterable[Problem]:
    path = list(error.path)
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        for key in error.instance:
            if key not in known:
                yield problem(place, [*path, key], "KBK1001", _unknown_key(str(key), known))
    elif error.validator == "required":
        for key in error.wanted:
            if key not in error.instance:
                yield problem(place, path, "KBK1001", message("the key “{key}” is missing", key=key))
    elif error.validator == "pattern" and error.wanted == NAME_PATTERN:
        yield problem(place, path, "KBK1003", name_fault(error.instance))
    else:
        yield problem(place, path, "KBK1001", _expected(error))


def _unknown_key(key: str, known: list[str]) -> Message:
    near = suggestion(key, known)
    if near:
        return message("there is no key “{key}” here (did you mean “{near}”?)", key=key, near=near)
    return message("there is no key “{key}” here; the keys are: {known}", key=key, known=", ".join(known))


def name_fault(name: str) -> Message:
    """What is wrong with a name that is not of the form of names, and the nearest that is."""
    shown = name[:100]
    near = transliterate(name)
    if not near:
        return message("“{name}” is not a name: small Latin letters, digits and _ are expected", name=shown)
    return message(
        "“{name}” is not a name: small Latin letters, digits and _ are expected (for example “{near}”)",
        name=shown,
        near=near,
    )


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 100 else text[:100] + "…"


def _quoted(value: Any) -> str:
    """As written, a text in quotes: ``"true"`` is not what is expected, ``true`` is."""
    return f'"{_shown(value)}"' if isinstance(value, str) else _shown(value)


def _expected(error: _Error) -> Message:
    if error.validator in ("anyOf", "oneOf", "pattern") and "description" in error.schema:
        return message("expected: {expected}", expected=_described(error))
    make = _WORDS.get(error.validator)
    return make(error) if make else message("this is not of the published form")


def _described(error: _Error) -> Message | str:
    words = str(error.schema["description"])
    return _EXPECTATIONS.get(words, words)


def _wrong_type(error: _Error) -> Message:
    if "description" in error.schema and not isinstance(error.wanted, str):
        return message("expected: {expected}", expected=_described(error))
    wanted = error.wanted if isinstance(error.wanted, str) else error.wanted[0]
    return message(
        "expected {expected}, not {value}", expected=_KINDS_OF_JSON[wanted], value=_quoted(error.instance)
    )


def _not_of_list(error: _Error) -> Message:
    known = [str(v) for v in error.wanted]
    near = suggestion(str(error.instance), known)
    if near:
        return message(
            "“{value}” is not allowed here (did you mean “{near}”?)", value=_shown(error.instance), near=near
        )
    if known == list(field_types()):
        return message(
            "there is no type “{value}” (is its plugin installed?); the types are: {known}",
            value=_shown(error.instance),
            known=", ".join(known),
        )
    return message(
        "“{value}” is not allowed here; expected one of: {known}",
        value=_shown(error.instance),
        known=", ".join(known),
    )


_WORDS: Mapping[str, Callable[[_Error], Message]] = {
    "type": _wrong_type,
    "enum": _not_of_list,
    "const": lambda e: message("expected “{expected}”", expected=_shown(e.wanted)),
    "minLength": lambda e: message("the text is empty or too short"),
    "maxLength": lambda e: message("at most {most} characters", most=e.wanted),
    "minItems": lambda e: message("at least {least} in this list", least=e.wanted),
    "maxItems": lambda e: message("at most {most} in this list", most=e.wanted),
    "minProperties": lambda e: message("at least one key is expected"),
    "uniqueItems": lambda e: message("the list names something twice"),
    "minimum": lambda e: message("at least {least} is expected", least=e.wanted),
    "maximum": lambda e: message("at most {most} is expected", most=e.wanted),
}
