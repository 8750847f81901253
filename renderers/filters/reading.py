"""An expression recognised as conditions in groups: the templates of operators laid over its syntax."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from metamodel.expression.faults import Fault
from metamodel.expression.syntax import FunctionCall, Literal_, Name, Operation, Syntax, names_in, read_syntax
from metamodel.expression.written import bare, syntax_text
from metamodel.fields.operator import Operator
from renderers.filters.parts import Condition, Free, Group, Join, Part
from renderers.filters.subjects import Subject

Find = Callable[[str], Subject | None]
"""What a name means: `renderers.filters.subjects.subject` for an entity and its reader."""

DEEPEST = 4
"""Groups in groups that are shown as such; what is deeper is text."""

_FIELD, _OPERAND, _LIST = "f__", "o__", "l__"
"""Names that stand in the syntax of a template for the field and what it is asked with; no field is called so."""


def read_parts(text: str | None, find: Find) -> Group:
    """The conditions of an expression; one that cannot be read at all is one text."""
    if text is None or not text.strip():
        return Group()
    try:
        syntax = bare(read_syntax(text))
    except Fault:
        return Group(parts=(Free(text=text.strip()),))
    if _chain(syntax) and _recognised(syntax, find) is None:
        return _group(syntax, find, 0)
    part = _part(syntax, find, 0)
    return part if isinstance(part, Group) and not part.negated else Group(parts=(part,))


def _part(syntax: Syntax, find: Find, depth: int) -> Part:
    inner = bare(syntax)
    found = _recognised(inner, find)
    if found is not None:
        return replace(found, text=f"({syntax_text(inner)})" if _chain(inner) else syntax_text(inner))
    if _chain(inner) and depth < DEEPEST:
        return _group(inner, find, depth + 1)
    if isinstance(inner, Operation) and inner.operator == "NOT":
        return _negated(inner, find, depth)
    return Free(text=syntax_text(syntax))


def _group(syntax: Syntax, find: Find, depth: int) -> Group:
    assert isinstance(syntax, Operation)
    join: Join = "AND" if syntax.operator == "AND" else "OR"
    return Group(join=join, parts=tuple(_part(each, find, depth) for each in syntax.operands))


def _negated(syntax: Operation, find: Find, depth: int) -> Part:
    inner = bare(syntax.operands[0])
    found = _recognised(inner, find)
    if found is not None:
        return replace(found, negated=True, text=syntax_text(syntax))
    if _chain(inner) and depth < DEEPEST:
        return replace(_group(inner, find, depth + 1), negated=True)
    return Free(text=syntax_text(syntax))


def _chain(syntax: Syntax) -> bool:
    return isinstance(syntax, Operation) and syntax.operator in ("AND", "OR")


def _recognised(syntax: Syntax, find: Find) -> Condition | None:
    """The condition that a piece is, its text left for who calls."""
    for name in _names(syntax):
        subject = find(name)
        if subject is None:
            continue
        for operator in subject.operators:
            for form in _forms(operator):
                operands = form(syntax, name)
                if operands is not None:
                    return Condition(subject=name, operator=operator.name, operands=operands, text="")
    return None


def _names(syntax: Syntax) -> Iterator[str]:
    """What the piece may be about: its first name, and that without its last words."""
    first = next(names_in(syntax), None)
    if first is not None and not any(" " in part for part in first.parts):
        for size in range(len(first.parts), 0, -1):
            yield ".".join(first.parts[:size])


Form = Callable[[Syntax, str], tuple[str, ...] | None]


@lru_cache(maxsize=2048)
def _forms(operator: Operator) -> tuple[Form, ...]:
    """The ways an operator may be written, each asked of a piece of syntax: its operands, or None."""
    others = tuple(
        _Form(operator=replace(operator, pattern="", join="", negated=False), template=t)
        for t in operator.also
    )
    return (_Form(operator=operator, template=operator.template), *others)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    operator: Operator
    template: str

    def __call__(self, syntax: Syntax, name: str) -> tuple[str, ...] | None:
        operator, inner = self.operator, bare(syntax)
        if operator.negated:
            if not isinstance(inner, Operation) or inner.operator != "NOT":
                return None
            inner = bare(inner.operands[0])
        if not operator.join:
            return self._one(inner, name)
        chained = isinstance(inner, Operation) and inner.operator == operator.join
        each = inner.operands if chained and isinstance(inner, Operation) else (inner,)
        found = [self._one(bare(one), name) for one in each]
        operands = [one[0] for one in found if one]
        return tuple(operands) if len(operands) == len(found) else None

    def _one(self, syntax: Syntax, name: str) -> tuple[str, ...] | None:
        found = _Found(name=name)
        if not _fits(_template(self.template), syntax, found):
            return None
        operands = (
            tuple(found.operands[key] for key in sorted(found.operands))
            if found.listed is None
            else found.listed
        )
        return operands if not self.operator.pattern else _unformed(operands, self.operator.pattern)


def _unformed(operands: tuple[str, ...], pattern: str) -> tuple[str, ...] | None:
    """The text that a form of LIKE looks for; None where it is another kind of form."""
    inner = operands[0][1:-1] if operands and operands[0].startswith("'") else ""
    text = inner.removesuffix("%") if pattern == "start" else inner.removeprefix("%")
    if text == inner or not text or {"%", "_"} & set(text):
        return None
    return (f"'{text}'",)


@lru_cache(maxsize=2048)
def _template(text: str) -> Syntax:
    return bare(read_syntax(text.format(f"{_OPERAND}0", f"{_OPERAND}1", field=_FIELD, list=_LIST)))


@dataclass(slots=True, kw_only=True)
class _Found:
    """What was found in the places of a template."""

    name: str
    operands: dict[str, str] = field(default_factory=dict)
    listed: tuple[str, ...] | None = None


def _fits(template: Syntax, syntax: Syntax, found: _Found, *, whole: bool = False) -> bool:
    """Whether a piece has the form of a template; ``whole``: an operand may be any condition."""
    template, given = bare(template), bare(syntax)
    match template:
        case Name() if template.parts[0].startswith(_OPERAND):
            return _operand(template.parts[0], given, found, whole=whole)
        case Name() if template.parts[0] == _FIELD:
            return isinstance(given, Name) and given.parts == (*found.name.split("."), *template.parts[1:])
        case Name():
            return isinstance(given, Name) and given.parts == template.parts
        case Literal_():
            return isinstance(given, Literal_) and (given.kind, given.text) == (template.kind, template.text)
        case Operation(operator="LIST"):
            return (
                isinstance(given, Operation) and given.operator == "LIST" and _listed(template, given, found)
            )
        case Operation():
            return (
                isinstance(given, Operation)
                and given.operator == template.operator
                and len(given.operands) == len(template.operands)
                and all(_fits(t, s, found) for t, s in zip(template.operands, given.operands, strict=True))
            )
        case FunctionCall():
            return _call_fits(template, given, found)
    return False


def _call_fits(template: FunctionCall, given: Syntax, found: _Found) -> bool:
    if not isinstance(given, FunctionCall) or given.name != template.name or given.by is not None:
        return False
    if (template.where is None) != (given.where is None) or len(given.arguments) != len(template.arguments):
        return False
    if not all(_fits(t, s, found) for t, s in zip(template.arguments, given.arguments, strict=True)):
        return False
    return (
        template.where is None or given.where is None or _fits(template.where, given.where, found, whole=True)
    )


def _operand(place: str, given: Syntax, found: _Found, *, whole: bool) -> bool:
    if not whole and not _constant(given):
        return False
    text = syntax_text(given)
    return found.operands.setdefault(place, text) == text


def _listed(template: Operation, given: Operation, found: _Found) -> bool:
    first = template.operands[0]
    if isinstance(first, Name) and first.parts == (_LIST,):
        found.listed = tuple(syntax_text(bare(each)) for each in given.operands)
        return all(_constant(bare(each)) for each in given.operands)
    here = sorted(syntax_text(bare(each)) for each in given.operands)
    return here == sorted(syntax_text(bare(each)) for each in template.operands)


def _constant(syntax: Syntax) -> bool:
    if isinstance(syntax, Operation) and syntax.operator == "NEGATE":
        return isinstance(syntax.operands[0], Literal_)
    return isinstance(syntax, Literal_) and syntax.kind != "null"
