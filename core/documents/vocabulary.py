"""What templates may say besides names of fields: the words of their roots, Jinja's own filters, tests and functions."""

from __future__ import annotations

OF_DOCUMENT = ("number", "date", "name", "version", "preview")
"""What ``doc`` knows."""

OF_LOOP = (
    "index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0", "previtem", "nextitem",
    "cycle", "changed",
)  # fmt: skip
"""What ``loop`` knows inside of a loop."""

JINJA_FILTERS = (
    "abs", "batch", "capitalize", "center", "count", "d", "dictsort", "e", "escape", "first", "float", "groupby", "indent", "int", "items", "join",
    "last", "length", "list", "map", "max", "min", "reject", "rejectattr", "replace", "reverse", "round", "select",
    "selectattr", "slice", "sort", "string", "striptags", "sum", "title", "trim", "truncate", "unique", "wordcount",
    "wordwrap",
)  # fmt: skip
"""Jinja's own filters that templates have: those that neither turn escaping off nor reach into objects."""

JINJA_TESTS = (
    "boolean", "defined", "divisibleby", "eq", "equalto", "==", "even", "false", "float", "ge", ">=", "gt", "greaterthan", ">", "in",
    "integer", "iterable", "le", "<=", "lower", "lt", "lessthan", "<", "mapping", "ne", "!=", "none", "number", "odd", "sameas",
    "sequence", "string", "true", "undefined", "upper",
)  # fmt: skip

JINJA_FUNCTIONS = ("range", "dict", "namespace", "cycler", "joiner")

TEXT_METHODS = (
    "upper",
    "lower",
    "title",
    "capitalize",
    "strip",
    "split",
    "replace",
    "startswith",
    "endswith",
    "join",
    "count",
    "find",
)
"""What may be called on a text, as Python has it."""
