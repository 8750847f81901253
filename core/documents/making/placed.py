"""Where in a template a fault came up while it ran."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from jinja2 import TemplateError
from jinja2.exceptions import SecurityError

from core.documents.filters import FilterFault
from core.documents.making.faults import TemplateFault, near
from metamodel.messages import Message, message

_OF_A_TEMPLATE = "<template>"


@contextmanager
def placed(source: str, part: Message) -> Iterator[None]:
    """Faults inside as `TemplateFault` with the part and the words around the tag; what is no fault of a template passes."""
    try:
        yield
    except TemplateFault as fault:
        raise _at(fault.why, fault, source, part) from fault
    except FilterFault as fault:
        raise _at(fault.message, fault, source, part) from fault
    except SecurityError as error:
        raise _at(message("this cannot be used in a document"), error, source, part) from error
    except OverflowError as error:
        raise _at(message("a loop or a number is too large"), error, source, part) from error
    except RecursionError as error:
        raise _at(message("the template calls itself without end"), error, source, part) from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        why = message("the value does not fit here: {why}", why=_shortened(str(error)))
        raise _at(why, error, source, part) from error


def _at(why: Message, error: BaseException, source: str, part: Message) -> TemplateFault:
    return TemplateFault(why, part, near(source, _line(error.__traceback__)))


def _line(trace: TracebackType | None) -> int | None:
    """The line of the template that was being rendered."""
    found = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _OF_A_TEMPLATE:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"
