"""YAML 1.2 (core schema) to plain data and back, with limits: no tags, no aliases, no duplicate keys, not deep."""

from __future__ import annotations

import re
from typing import Any

import yaml

from metamodel.errors import Problem, ProblemsFound
from metamodel.messages import Message, message

DEEPEST = 64
LARGEST = 2_000_000
"""Characters of one file."""

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: type = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_NULL = re.compile(r"(?:~|null|Null|NULL|)")
_BOOLEAN = re.compile(r"(?:true|True|TRUE|false|False|FALSE)")
_INTEGER = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,2})?")


class _Reader:
    """One pass over the parser's events; PyYAML's own constructor, which knows YAML 1.1 only, is not used."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.loader = _LOADER(text)
        self.problems: list[Problem] = []

    def refuse(self, mark: Any, why: Message) -> ProblemsFound:
        return ProblemsFound((*self.problems, self.problem(mark, why)))

    def problem(self, mark: Any, why: Message) -> Problem:
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        return Problem(file=self.file, pointer=place, code="KBK1001", message=why)

    def document(self) -> Any:
        self.loader.get_event()
        if isinstance(self.loader.peek_event(), yaml.StreamEndEvent):
            return None
        self.loader.get_event()
        value = self.node(self.loader.get_event(), 1)
        self.loader.get_event()
        after = self.loader.get_event()
        if not isinstance(after, yaml.StreamEndEvent):
            raise self.refuse(after.start_mark, message("one definition a file is expected"))
        if self.problems:
            raise ProblemsFound(self.problems)
        return value

    def node(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self.refuse(event.start_mark, message("anchors and aliases (& and *) are not allowed"))
        if getattr(event, "tag", None) not in (None, "!"):
            raise self.refuse(event.start_mark, message("tags (!…) are not allowed"))
        if depth > DEEPEST:
            raise self.refuse(event.start_mark, message("nested deeper than {most} levels", most=DEEPEST))
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(inner := self.loader.get_event(), yaml.SequenceEndEvent):
                items.append(self.node(inner, depth + 1))
            return items
        return self.mapping(depth)

    def mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := self.loader.get_event(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self.refuse(event.start_mark, message("a key must be a text"))
            key = event.value
            value = self.node(self.loader.get_event(), depth + 1)
            if key in found:
                self.problems.append(
                    self.problem(event.start_mark, message("the key “{key}” stands twice", key=key))
                )
            found[key] = value
        return found

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if _NULL.fullmatch(text):
            return None
        if _BOOLEAN.fullmatch(text):
            return text.lower() == "true"
        if _INTEGER.fullmatch(text) and len(text) <= 40:
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        if _FLOAT.fullmatch(text) and len(text) <= 40:
            return float(text)
        return text


def read_yaml(text: str, file: str) -> Any:
    """The data of a YAML 1.2 text; raises `ProblemsFound` with the line and column."""
    if len(text) > LARGEST:
        raise ProblemsFound((_whole_file(file, message("larger than {most} characters", most=LARGEST)),))
    if "\0" in text:
        raise ProblemsFound((_whole_file(file, message("a NUL character stands in the text")),))
    try:
        return _Reader(text, file).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        why = message("this is not YAML: {why}", why=_why_not(error, text))
        raise ProblemsFound((Problem(file=file, pointer=place, code="KBK1001", message=why),)) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise ProblemsFound((_unreadable(file, text),)) from error


def _why_not(error: yaml.MarkedYAMLError, text: str) -> Message | str:
    """What the parser did not understand, in words for who is not a reader of YAML's specification."""
    said, around = error.problem or "", error.context or ""
    begun = error.context_mark.line + 1 if error.context_mark is not None else 1
    if "cannot start any token" in said and error.problem_mark is not None:
        lines = text.split("\n")[error.problem_mark.line :]
        found = lines[0][error.problem_mark.column :][:1] if lines else ""
        if found == "\t":
            return message("a tab stands here; lines are indented with blanks")
        return message("a text that begins with “{found}” is put in quotes", found=found)
    if "mapping values are not allowed" in said:
        return message("a colon cannot stand here; a text with a colon and a blank in it is put in quotes")
    if "quoted scalar" in around:
        return message("the quote of line {line} is not closed", line=str(begun))
    if "flow mapping" in around or "flow sequence" in around:
        return message(
            "the bracket of line {line} is not closed, or a text in it with {signs} needs quotes",
            line=str(begun),
            signs=": , { } [ ] #",
        )
    if "block mapping" in around or "block collection" in around or "block sequence" in around:
        return message("the indent is not that of the lines above, or a quote before is closed too late")
    return said or around


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _unreadable(file: str, text: str) -> Problem:
    found = _CONTROL.search(text)
    if found is None:
        return _whole_file(file, message("this is not YAML"))
    line = text.count("\n", 0, found.start())
    place = f"line {line + 1}, column {found.start() - text.rfind(chr(10), 0, found.start())}"
    why = message("a control character (U+{code}) stands here", code=f"{ord(found[0]):04X}")
    return Problem(file=file, pointer=place, code="KBK1001", message=why)


def _whole_file(file: str, why: Message) -> Problem:
    return Problem(file=file, pointer="", code="KBK1001", message=why)


def depth_within(value: Any, most: int = DEEPEST) -> bool:
    """Whether JSON data is nested at most so deep; needs no recursion of its own."""
    level = [value]
    for _ in range(most):
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return True
    return False


class _Writer(_DUMPER):  # type: ignore[misc]
    """Block style, Unicode as it is, texts quoted exactly when our own reader would take them for something else."""


def _write_text(writer: Any, text: str) -> Any:
    plain_is_other = (
        _NULL.fullmatch(text)
        or _BOOLEAN.fullmatch(text)
        or _INTEGER.fullmatch(text)
        or _FLOAT.fullmatch(text)
    )
    style = '"' if plain_is_other else "|" if "\n" in text and not text.isspace() else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _write_text)


def write_yaml(value: Any) -> str:
    """The text of plain data, the same for the same data; keys keep their order."""
    return str(
        yaml.dump(
            value, Dumper=_Writer, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110
        )
    )
