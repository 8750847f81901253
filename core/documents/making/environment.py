"""The Jinja environment of templates: sandboxed, exact in its arithmetic, silent about what is empty, clear about what is
not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, DecimalException, DivisionByZero, InvalidOperation
from typing import Any

from jinja2 import TemplateSyntaxError, Undefined, UndefinedError, nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from core.documents.filters import bound
from core.documents.making.arithmetic import calculated, decimal_of, rounded, with_nothing
from core.documents.making.faults import TemplateFault
from core.documents.making.lists import grouped, in_order, total
from core.documents.making.nothing import EMPTY, Empty
from core.documents.making.values import Choice, FileName, Picture, Record
from core.documents.vocabulary import JINJA_FILTERS, JINJA_FUNCTIONS, JINJA_TESTS
from metamodel.errors import unknown
from metamodel.messages import message
from metamodel.names import transliterate
from metamodel.text import fold

LONGEST_TEXT = 1_000_000
"""Characters that a text may be multiplied to."""

CALLED = "__called__"
"""Under which the context holds the names by which a template may call its record."""

_FIELDS_OF = {Choice: ("name", "label"), FileName: ("name", "size", "type"), Picture: ("name",)}


class Missing(Undefined):
    """What is not there: every use of it is a fault that says so."""

    def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> Any:
        if self._undefined_exception is not UndefinedError:
            raise TemplateFault(
                message("“{name}” cannot be used in a document", name=str(self._undefined_name))
            )
        raise TemplateFault(message("there is no “{name}” here", name=str(self._undefined_name)))

    __str__ = __iter__ = __len__ = __bool__ = _fail_with_undefined_error
    __eq__ = __ne__ = __hash__ = __contains__ = _fail_with_undefined_error
    __lt__ = __le__ = __gt__ = __ge__ = __call__ = __getitem__ = _fail_with_undefined_error
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = (
        _fail_with_undefined_error
    )
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = (
        _fail_with_undefined_error
    )
    __int__ = __float__ = __complex__ = _fail_with_undefined_error

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        return self._fail_with_undefined_error()


class Names(Context):
    """The names of a template: what the record has, then the record itself by the names of its entity."""

    def resolve_or_missing(self, key: str) -> Any:
        found = super().resolve_or_missing(key)
        if found is missing and CALLED in self.parent:
            names, record = self.parent[CALLED]
            if fold(key) in names or (not key.isascii() and transliterate(key) in names):
                return record
        return found


class DocumentEnvironment(ImmutableSandboxedEnvironment):
    """For templates of one language; ``printed`` says how a value is written into the kind of file."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))
    context_class = Names

    def __init__(self, language: str, printed: Callable[[Any], Any]) -> None:
        super().__init__(autoescape=True, undefined=Missing, finalize=printed, cache_size=0)
        self.language = language
        self.filters = {
            **{name: each for name, each in self.filters.items() if name in JINJA_FILTERS},
            "sum": total,
            "sort": in_order,
            "groupby": grouped,
            "round": rounded,
            "float": decimal_of,
            **bound(language),
        }
        self.tests = {name: each for name, each in self.tests.items() if name in JINJA_TESTS}
        self.tests |= {
            "none": _is_none,
            "defined": _is_defined,
            "undefined": lambda value: not _is_defined(value),
        }
        self.globals = {name: each for name, each in self.globals.items() if name in JINJA_FUNCTIONS}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for found in tree.find_all(nodes.ScopedEvalContextModifier):
            raise TemplateSyntaxError("{% autoescape %}", found.lineno, name, filename)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Record):
            return self._of_record(obj, attribute)
        if isinstance(obj, dict):
            return self._of_object(obj, attribute)
        if isinstance(obj, Empty):
            return EMPTY
        allowed = _FIELDS_OF.get(type(obj))
        if allowed is not None and attribute in allowed:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Record) and isinstance(argument, str):
            return self._of_record(obj, argument)
        if isinstance(obj, dict):
            return self._of_object(obj, argument)
        if isinstance(obj, Empty):
            return EMPTY
        if isinstance(obj, list | tuple) and isinstance(argument, int | Decimal):
            at = int(argument)
            return obj[at] if -len(obj) <= at < len(obj) else EMPTY
        return super().getitem(obj, argument)

    def _of_record(self, record: Record, name: str) -> Any:
        values = record.values_of_record
        if name in values:
            return values[name]
        raise TemplateFault(unknown("there is no field “{name}” here", name, values))

    def _of_object(self, obj: dict[Any, Any], key: Any) -> Any:
        if key in obj:
            return obj[key]
        if isinstance(key, str) and key in ("items", "keys", "values", "get"):
            return super().getattr(obj, key)
        return EMPTY

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            if not (isinstance(left, Empty) or isinstance(right, Empty)):
                return super().call_binop(context, operator, left, right)
            return with_nothing(operator, left, right)
        if operator == "*" and (isinstance(left, str | list) or isinstance(right, str | list)):
            text, times = (left, right) if isinstance(left, str | list) else (right, left)
            if not isinstance(times, int) or times * max(len(text), 1) > LONGEST_TEXT:
                raise TemplateFault(message("a text is repeated too often"))
            return text * times
        try:
            return calculated(operator, self.binop_table[operator], left, right)
        except (DivisionByZero, InvalidOperation, ZeroDivisionError):
            return EMPTY
        except (TypeError, DecimalException) as error:
            words = message("“{operator}” does not go with these two values", operator=operator)
            raise TemplateFault(words) from error


def context_of(
    values: Mapping[str, Any], record: Record, more: Mapping[str, Any], called: Iterable[str]
) -> dict[str, Any]:
    """What a template sees: the fields of the record at the top, the record by its names, and the reserved words."""
    return {**values, **more, "record": record, CALLED: (frozenset(called), record)}


def _is_none(value: Any) -> bool:
    return value is None or isinstance(value, Empty)


def _is_defined(value: Any) -> bool:
    return not isinstance(value, Undefined) or isinstance(value, Empty)
