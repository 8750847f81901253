"""Filters of templates: one registry for the check at upload, for rendering and for the documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from core.documents.filters import cases, counting, figures, moments, pictures, texts, words
from core.documents.filters.base import (
    UNKNOWN,
    Amount,
    Argument,
    Filter,
    FilterFault,
    arguments_fault,
    is_empty,
    read_arguments,
)

__all__ = [
    "FILTERS",
    "UNKNOWN",
    "Amount",
    "Argument",
    "Filter",
    "FilterFault",
    "arguments_fault",
    "bound",
    "is_empty",
]

_FAMILIES = (figures, words, moments, counting, cases, texts, pictures)

FILTERS: Mapping[str, Filter] = MappingProxyType(
    {filter_.name: filter_ for family in _FAMILIES for filter_ in family.FILTERS}
)
"""By name, in the order of the documentation. Filters of Jinja that are not here stay what they are."""


def bound(language: str) -> dict[str, Callable[..., Any]]:
    """The filters as functions of a value for documents of one language; nothing gives nothing."""
    return {name: partial(_called, filter_, language) for name, filter_ in FILTERS.items()}


def _called(filter_: Filter, language: str, value: Any, /, *args: Any, **keywords: Any) -> Any:
    if is_empty(value) and not filter_.empty:
        return ""
    placed, named = read_arguments(filter_, args, keywords)
    return filter_.function(language, value, *placed, **named)
